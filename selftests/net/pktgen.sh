# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The packet generator in the lab: from a pod to the outside, and back.  It
# sends XDP frames, which a veth takes only while GRO is on at its other end.
# Source it after lab.sh.

PKTGEN=$PWD/build/pktgen
# A veth queues 256 packets, and drops what comes before a busy CPU takes them.
# shellcheck disable=SC2034 # whoever sources this sends by it
pktgen_window=200

# pktgen_ready [POD [GATEWAY]]: of node 1; and by which of its interfaces
pktgen_ready() {
	pktgen_pod=${1:-pod1.1}
	lab_take_frames "$pktgen_pod"
	pktgen_mac=$(lab_mac_of node1 "${2:-cni0}")
	# all neighbours are known then
	on "$pktgen_pod" ping -qc 1 198.51.100.1 >/dev/null
	on "$pktgen_pod" ping -6qc 1 2001:db8:1::1 >/dev/null
}

# pktgen 4|6 OPTION…
pktgen() {
	local host=$((${pktgen_pod#*.} + 1)) family=$1
	local source=10.244.1.$host destination=$LAB_OUTSIDE4
	local translated=198.51.100.11
	shift
	if [ "$family" = 6 ]; then
		source=fd00:10:244:1::$host destination=$LAB_OUTSIDE6
		translated=2001:db8:1::11
	fi
	"$PKTGEN" --from "$LAB-$pktgen_pod/eth0" --to "$LAB-outside/node1" \
		--mac "$pktgen_mac" --source "$source" \
		--destination "$destination" --translated "$translated" \
		--json "$@"
}

# generate FAMILY OPTION…: into $said and $status
generate() {
	status=0
	said=$(pktgen "$@") || status=$?
}

# said KEY
said() {
	jq ".$1" <<<"$said"
}

# expect_all_right NUMBER: so many were sent, and all is as it should be
expect_all_right() {
	local key
	expect_same 'status' 0 "$status"
	expect_same 'sent' "$1" "$(said sent)"
	expect_same 'arrived' "$1" "$(said arrived)"
	for key in lost duplicates wrong_addresses wrong_ports \
		wrong_checksums moved shared; do
		expect_same "$key" 0 "$(said $key)"
	done
}

# translated egress|ingress: packets so far, of node 1
translated() {
	masq 1 -j counters | jq --arg direction "$1" '[.[] | select(
		.direction == $direction and .verdict == "translated") |
		.packets] | add // 0'
}
