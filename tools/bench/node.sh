# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What is measured: a node with one pod behind a veth, and the outside; and by
# what pods' packets are translated there.  Source it after lab.sh, with LAB set.

# Further addresses of the pod, so that it can have many flows.
BENCH_SOURCES=10.244.1.128
BENCH_SOURCE_COUNT=32

bench_gro() {
	local at
	# XDP frames, which the generator sends, need it
	for at in 'node1 pod1.1' 'node1 uplink' 'pod1.1 eth0' 'outside node1'; do
		on "${at% *}" ethtool -K "${at#* }" gro on
	done
}

bench_sources() {
	local i mac
	mac=$(on pod1.1 ip -j link show eth0 | jq -r '.[].address')
	for ((i = 128; i < 128 + BENCH_SOURCE_COUNT; i++)); do
		on pod1.1 ip addr add "10.244.1.$i/32" dev eth0
		# the generator waits for no neighbour
		on node1 ip neigh add "10.244.1.$i" dev pod1.1 lladdr "$mac"
	done
	on node1 ip route add "$BENCH_SOURCES/27" dev pod1.1
}

bench_none() {
	on outside ip route add 10.244.1.0/24 via 198.51.100.11
}

bench_nft() {
	on node1 nft -f - <<-END
		table ip masq {
			chain postrouting {
				type nat hook postrouting priority srcnat
				oifname uplink ip saddr 10.244.1.0/24 \
					ip daddr != 10.244.0.0/16 masquerade
			}
		}
	END
}

bench_iptables() {
	on node1 iptables -t nat -A POSTROUTING -o uplink -s 10.244.1.0/24 \
		! -d 10.244.0.0/16 -j MASQUERADE
}

bench_stack() {
	lab_masq 1 --max-flows 2097152
}

bench_direct() {
	lab_masq 1 --max-flows 2097152 --forwarding direct
}

# bench_up VARIANT
bench_up() {
	lab_outside
	lab_node 1 0
	lab_ptp_pod 1 1
	bench_gro
	bench_sources
	"bench_$1"
	start outside iperf3 -s >/dev/null
	start outside sockperf server -i 203.0.113.10 -p 5001 >/dev/null
	wait_for 10 on outside nc -z 203.0.113.10 5201
	wait_for 10 on pod1.1 ping -qc 1 -W 1 203.0.113.10
}
