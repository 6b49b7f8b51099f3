# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # what it is sourced after has them
#
# --max-flows changes, and the daemon is killed on the way: before each call
# that changes what outlives it.  Source it after kill.sh; then
# check_ways CHOICE.

# move_begin: to another size than there is
move_begin() {
	size=$([ "$(status_of .max_flows)" = 4000 ] && echo 5000 || echo 4000)
	config_write "max-flows: $size" "attach: $way"
}

is_idle() {
	[ ! -e "$fault_pins/masq_move" ] && grep -q 'is taken' "$work/log"
}

# The calls of one move that is not disturbed.
move_trace() {
	trace_daemon -o "$work/trace"
	move_begin
	expect_status 'the size' .max_flows "$size"
	wait_for 30 is_idle
	kill "$traced"
	wait "$traced" || true
}

# killed_before SYSCALL N WHAT: flows go on, and the next daemon tidies up
killed_before() {
	local flows
	case_begin "killed before $1 $2 ($3), by $way"
	flows=$(flow_ids)
	trace_daemon -o /dev/null -e "$(kill_at "$1" "$2")"
	move_begin
	expect_killed "$daemon"
	wait "$traced" || true
	expect_connections 'without a daemon'
	config_write "attach: $way"
	daemon_start
	expect_connections 'with the next one'
	expect_flows 'flows that are gone' "$flows"
	expect_usage "each pod's flows"
	expect_tidy 'of the move'
	case_end
}

# The word that turns to the new table is the first update of masq_move.
before_turn() {
	awk '{ print } $3 == "MAP_UPDATE_ELEM:masq_move" { exit }'
}

after_turn() {
	awk 'found; $3 == "MAP_UPDATE_ELEM:masq_move" { found = 1 }'
}

filters() {
	grep RTM_NEWTFILTER
}

# check_moves WAY CHOICE: killed at the points that these functions choose
check_moves() {
	local choice point
	way=$1
	shift
	config_write 'max-flows: 4000' "attach: $way"
	daemon_start
	connections_open
	idle_open
	echoes_begin "$work"
	case_begin "a move, by $way"
	move_trace
	case_end
	points "$work/trace" | few 30 >"$work/points"
	for choice; do
		$choice <"$work/points" >"$work/chosen"
		mv "$work/chosen" "$work/points"
	done
	test -s "$work/points"
	while read -r point <&7; do
		# shellcheck disable=SC2086
		killed_before $point
	done 7<"$work/points"
	case_begin "echoes, by $way"
	echoes_end
	case_end
	connections_close
	daemon_stop
	masq 1 detach
}

# check_ways CHOICE: the best way at all these points, another where it differs
check_ways() {
	local attach choices=("$1")
	for attach in $(lab_attaches); do
		check_moves "$attach" "${choices[@]}"
		choices=("$1" filters)
	done
}
