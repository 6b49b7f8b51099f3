# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2034 # shared with what sources it
#
# A daemon that is killed by strace right before a chosen system call, and what
# its flows and the next daemon make of that.  Source it after fault.sh.
#
# A point is "SYSCALL N": before the N-th of these calls.  Only calls that
# change what outlives the daemon matter; between two of these all is the same.

# shellcheck source=selftests/net/held.sh
. selftests/net/held.sh

readonly kill_calls=bpf,mkdir,mkdirat,rename,renameat,unlink,unlinkat,sendto

# points TRACE [REGEX]: "SYSCALL N WHAT" of each, in their order, from the first
# call on that matches.  An update of a map is told by what was opened last.
points() {
	awk -v from="${2:-.}" '
	{
		sub(/^[0-9]+ +/, "")
		call = what = $0
		sub(/\(.*/, "", call)
		count[call]++
	}
	/BPF_OBJ_GET,.* = [0-9]/ {
		opened = $0
		sub(/",.*/, "", opened)
		sub(/.*\//, "", opened)
	}
	call == "bpf" {
		sub(/^bpf\(BPF_/, "", what)
		sub(/,.*/, "", what)
		if (what !~ /^(OBJ_PIN|LINK_UPDATE|LINK_DETACH|PROG_TEST_RUN|MAP_(UPDATE|DELETE)_ELEM)$/)
			next
		if (what ~ /^MAP_/)
			what = what ":" opened
		if (what == "OBJ_PIN" && /\/link_/)
			what = "LINK_PIN"
	}
	call == "sendto" && !/nlmsg_type=(0x2[cd]|RTM_(NEW|DEL)TFILTER)/ { next }
	call == "sendto" {
		what = /0x2d|DELTFILTER/ ? "RTM_DELTFILTER" : "RTM_NEWTFILTER"
	}
	$0 ~ from { has_begun = 1 }
	/= -1 E/ || !has_begun { next }
	{
		sub(/\(.*/, "", what)
		print call, count[call], what
	}
	' "$1"
}

# few N: of the points that are given, all but pins, which a rename follows, and
# of the updates of maps that are alike every N-th
few() {
	awk -v each="$1" '
	$3 == "OBJ_PIN" { next }
	$3 ~ /^MAP_/ && $3 != "MAP_UPDATE_ELEM:masq_move" && updates++ % each {
		next
	}
	{ print }'
}

connections_open() {
	held_open 4 4 "$LOAD_PORT"
	held_open 6 6 "$LOAD_PORT"
}

connections_close() {
	held_close 4
	held_close 6
}

# expect_connections WHEN: a word comes back
expect_connections() {
	local f
	for f in 4 6; do
		expect_same "the IPv$f connection $1" yes "$(held_goes_on $f)"
	done
}

# killed_start SYSCALL N: a daemon that gets as far as that
killed_start() {
	daemon_command
	start node1 strace -f -qq -e trace=$kill_calls -o /dev/null \
		-e "$(kill_at "$1" "$2")" "${daemon_command[@]}" 2>"$work/log"
	expect_killed "$started"
}

# start_trace: the calls of a start that is not disturbed, up to its being ready
start_trace() {
	daemon_command
	start node1 strace -f -qq -e trace=$kill_calls -o "$work/trace" \
		"${daemon_command[@]}" 2>"$work/log"
	wait_for 60 grep -qx 'bpfmasq: ready' "$work/log"
	daemon=$(pgrep -P "$started")
	kill "$daemon"
	wait "$started" || true
}

# Flows that nobody uses meanwhile.
idle_open() {
	source_of pod1.2 4 >"$work/idle"
	source_of pod1.2 6 >>"$work/idle"
	[ "$(wc -l <"$work/idle")" = 2 ]
}

# is_over PID
is_over() {
	! kill -0 "$1"
}

# is_traced PID
is_traced() {
	! grep -qx $'TracerPid:\t0' "/proc/$1/status"
}

# trace_daemon STRACE-OPTION…: the one that runs
trace_daemon() {
	strace -f -qq -e trace=$kill_calls -p "$daemon" "$@" &
	traced=$!
	wait_for 10 is_traced "$daemon"
}

# kill_at SYSCALL N: the option for it
kill_at() {
	echo "inject=$1:signal=KILL:when=$2"
}

# expect_killed PID: it is, before long
expect_killed() {
	wait_for 60 is_over "$1" || {
		problem 'the daemon' killed "$(cat "$work/log")"
		return
	}
	wait "$1" 2>/dev/null && status=0 || status=$?
	[ "$status" = 137 ] ||
		problem 'the daemon' killed "status $status: $(cat "$work/log")"
}
