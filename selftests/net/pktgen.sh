# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The packet generator in the lab: from pod 1.1 to the outside, and back.  It
# sends XDP frames, which a veth takes only while GRO is on at its other end.
# Source it after lab.sh.

PKTGEN=$PWD/build/pktgen

mac_of() {
	on "$1" ip -j link show "$2" | jq -r '.[].address'
}

# After lab_up.
pktgen_ready() {
	local at
	for at in 'node1 pod1.1' 'node1 uplink' 'pod1.1 eth0' 'outside node1'; do
		# shellcheck disable=SC2086 # two words
		set -- $at
		on "$1" ethtool -K "$2" gro on
	done
	pktgen_mac=$(mac_of node1 cni0)
	# who never speaks is asked for in vain
	on node1 ip neigh replace 10.244.1.2 dev cni0 \
		lladdr "$(mac_of pod1.1 eth0)"
	on node1 ip neigh replace fd00:10:244:1::2 dev cni0 \
		lladdr "$(mac_of pod1.1 eth0)"
	on pod1.1 ping -qc 1 198.51.100.1 >/dev/null
	on pod1.1 ping -6qc 1 2001:db8:1::1 >/dev/null
}

# pktgen 4|6 OPTION…
pktgen() {
	local family=$1 source=10.244.1.2 destination=$LAB_OUTSIDE4
	local translated=198.51.100.11
	shift
	if [ "$family" = 6 ]; then
		source=fd00:10:244:1::2 destination=$LAB_OUTSIDE6
		translated=2001:db8:1::11
	fi
	"$PKTGEN" --from "$LAB-pod1.1/eth0" --to "$LAB-outside/node1" \
		--mac "$pktgen_mac" --source "$source" \
		--destination "$destination" --translated "$translated" \
		--json "$@"
}
