# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests of configuration files share: what node 1's daemon says of its
# configuration, and what the outside sees of pods.  Source it after load.sh.

# status_of FILTER
status_of() {
	masq 1 -j status | jq -r "$1"
}

has_status() {
	[ "$(status_of "$1")" = "$2" ]
}

# expect_soon WHAT FILTER VALUE: status says so, or will
expect_soon() {
	wait_for 5 has_status "$2" "$3" 2>/dev/null || true
	expect_same "$1" "$3" "$(status_of "$2")"
}

# shown SETTING: "VALUE, from WHERE" of each of its values
shown() {
	masq 1 -j config show | jq -r --arg name "$1" '.[] |
		select(.setting == $name) | "\(.value), from \(.from)"'
}

# source_of POD 4|6 [PORT]: "ADDRESS PORT" of a new flow, as the outside sees it
source_of() {
	local to=$LAB_OUTSIDE4
	[ "$2" = 4 ] || to=$LAB_OUTSIDE6
	on "$1" timeout 5 selftests/net/peer send "$to" "$LOAD_PORT" "${3:-0}" \
		2>/dev/null || true
}

# expect_sources POD IPV4 IPV6: of new flows
expect_sources() {
	expect_same "$1 over IPv4 comes from" "$2" \
		"$(source_of "$1" 4 | cut -d ' ' -f 1)"
	expect_same "$1 over IPv6 comes from" "$3" \
		"$(source_of "$1" 6 | cut -d ' ' -f 1)"
}

# Whose addresses these are.
expect_node_seen() {
	expect_sources pod1.1 198.51.100.11 2001:db8:1::11
}

expect_pod_seen() {
	expect_sources pod1.1 10.244.1.2 fd00:10:244:1::2
}

# Answers find the pods also where nothing is translated.
route_to_pods() {
	on outside ip route add 10.244.1.0/24 via 198.51.100.11
	on outside ip -6 route add fd00:10:244:1::/64 via 2001:db8:1::11
}
