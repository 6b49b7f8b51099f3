# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # shared with what sources it
#
# TCP connections of pod 1.1's that stay open while a test changes something, to a
# server of the outside's that says everything again.  Source it after expect.sh;
# the files are in $work.

declare -A held_to held_pid

# held_open NAME 4|6 PORT: until it goes both ways
held_open() {
	local server=TCP4:$LAB_OUTSIDE4 fd
	[ "$2" = 4 ] || server=TCP6:[$LAB_OUTSIDE6]
	rm -f "$work/to-$1"
	mkfifo "$work/to-$1"
	exec {fd}<>"$work/to-$1"
	held_to[$1]=$fd
	on pod1.1 socat "$server:$3" - <"$work/to-$1" >"$work/from-$1" \
		2>/dev/null &
	held_pid[$1]=$!
	LAB_PIDS+=($!)
	[ "$(held_goes_on "$1")" = yes ] || {
		echo "connection $1 does not go" >&2
		return 1
	}
}

# held_goes_on NAME [SECONDS]: does a word come back, soon?  yes or no
held_goes_on() {
	local word=$RANDOM$RANDOM
	echo "$word" >&"${held_to[$1]}"
	wait_for "${2:-5}" grep -qx "$word" "$work/from-$1" 2>/dev/null &&
		echo yes || echo no
}

# held_source NAME: as a server tells it first
held_source() {
	sed -n '1s/ .*//p' "$work/from-$1"
}

held_close() {
	local fd=${held_to[$1]}
	kill "${held_pid[$1]}" || true # one that broke is gone
	wait "${held_pid[$1]}" || true
	exec {fd}>&-
}
