# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # what it is sourced after has them
#
# What the tests of `monitor` share: one on node 1, and what it has shown.  Its
# output goes to $work/shown, what else it says to $work/said.  Source it after
# why.sh; $work is the test's directory.

monitor_pins=$LAB_PINS-node1

# monitor_start OPTION…: in JSON
monitor_start() {
	: >"$work/shown"
	start node1 "$BPFMASQ" --pin-dir "$monitor_pins" -j monitor "$@" \
		>"$work/shown" 2>"$work/said"
	monitor=$started
}

# listener_of KEY: until_ns or pid, of who listens
listener_of() {
	bpftool -j map dump pinned "$monitor_pins/masq_listener" |
		jq ".[0].formatted.value.$1"
}

# listens PID
listens() {
	[ "$(listener_of pid)" = "$1" ]
}

# monitor_begin OPTION…: it sees all from here on
monitor_begin() {
	monitor_start "$@"
	wait_for 20 listens "$monitor"
}

# "WRITTEN READ", in bytes
ring() {
	build/selftests/ring "$monitor_pins"
}

# Is all that was written read, and so shown?
ring_is_read() {
	local written read
	read -r written read < <(ring)
	[ "$written" = "$read" ]
}

# monitor_end: of all that was written; it ends as it should
monitor_end() {
	wait_for 20 ring_is_read
	expect_ends TERM
}

# is_over PID
is_over() {
	! kill -0 "$1"
}

# expect_ends SIGNAL: by that one, with nothing to say
expect_ends() {
	local status=0
	kill "-$1" "$monitor"
	wait_for 20 is_over "$monitor"
	wait "$monitor" || status=$?
	expect_same "status of the monitor after SIG$1" 0 $status
	expect_same "what it said until SIG$1" '' "$(<"$work/said")"
}

# events FILE: EVENT|PROTO|SRC|DST|NODE|WHY of each; "-" for no node
events() {
	jq -r 'def endpoint($port): if contains(":") then "[\(.)]:\($port)"
			else "\(.):\($port)" end;
		. as $event | [.event, .proto,
			(.src | endpoint($event.src_port)),
			(.dst | endpoint($event.dst_port)),
			(.node_addr // empty | endpoint($event.node_port)) //
				"-",
			.why] | join("|")' "$1"
}

# expect_events 4|6 WHAT: exactly those of standard input, as events() has them,
# with names for addresses
expect_events() {
	local wanted
	wanted=$(why_text "$1" "$(cat)")
	[ "$1" = 4 ] || wanted=${wanted//|icmp|/|icmpv6|}
	expect_same "$2" "$wanted" "$(events "$work/shown")"
}
