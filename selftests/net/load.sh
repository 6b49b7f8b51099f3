# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Traffic that goes on while a test changes something: of pod 1.1, by TCP and
# UDP in each family, to the outside, and echoes; and what has become of it.
# Source it after expect.sh.

LOAD_PORT=7000
LOADS='tcp4 tcp6 udp4 udp6'
declare -A load_pid echo_pid
load_dir=
echo_dir=

# The other end.
load_serve() {
	start outside selftests/net/peer serve $LOAD_PORT
	wait_for 10 on outside selftests/net/peer send 127.0.0.1 $LOAD_PORT 0
}

# load_start tcp|udp 4|6
load_start() {
	local name=$1$2 to=$LAB_OUTSIDE4
	[ "$2" = 4 ] || to=$LAB_OUTSIDE6
	start pod1.1 selftests/net/peer steady "$1" "$to" $LOAD_PORT \
		>"$load_dir/$name"
	# shellcheck disable=SC2154
	load_pid[$name]=$started
	wait_for 10 grep -q . "$load_dir/$name"
}

# load_begin DIR: until each has been answered; it keeps its files there
load_begin() {
	load_dir=$1
	load_start tcp 4
	load_start tcp 6
	load_start udp 4
	load_start udp 6
}

# Is nobody of them gone?
load_lives() {
	local name
	for name in $LOADS; do
		kill -0 "${load_pid[$name]}" || return 1
	done
}

# load_seen NAME: "ADDRESS PORT" of its source as the outside saw it at first
load_seen() {
	head -n 1 "$load_dir/$1"
}

# Nothing was lost on the way, and each flow has kept its address and port.
load_end() {
	local name report
	for name in $LOADS; do
		kill "${load_pid[$name]}"
		wait "${load_pid[$name]}" || true
		report=$(tail -n +2 "$load_dir/$name")
		expect_json "what became of $name" '.sent > 100 and
			.arrived == .sent and .answered == .sent and
			.sent_again == 0 and
			.seen == ["'"$(load_seen "$name")"'"]' "$report"
	done
}

# echo_start 4|6
echo_start() {
	local to=$LAB_OUTSIDE4
	[ "$1" = 4 ] || to=$LAB_OUTSIDE6
	start pod1.1 ping -q -i 0.02 "$to" >"$echo_dir/echo$1"
	echo_pid[$1]=$started
}

# echoes_begin DIR: all the time, in each family; it keeps its files there
echoes_begin() {
	echo_dir=$1
	echo_start 4
	echo_start 6
}

# None was lost.
echoes_end() {
	local f
	for f in 4 6; do
		kill -INT "${echo_pid[$f]}"
		wait "${echo_pid[$f]}" || true
		expect_match "IPv$f echoes" ' 0% packet loss' \
			"$(<"$echo_dir/echo$f")"
	done
}
