# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What is measured: a node with one pod behind a veth, and the outside; and by
# what pods' packets are translated there.  Source it after lab.sh, with LAB set.

# Further addresses of the pod, so that it can have many flows.
BENCH_SOURCES=10.244.1.128
BENCH_SOURCE_COUNT=32

bench_sources() {
	local i mac
	mac=$(lab_mac_of pod1.1 eth0)
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

bench_xdp() {
	lab_masq 1 --max-flows 2097152 --forwarding direct --xdp native
}

# bytes NUMBER: 32 bits as bpftool takes them
bytes() {
	printf '%02x %02x %02x %02x' $(($1 & 255)) $(($1 >> 8 & 255)) \
		$(($1 >> 16 & 255)) $(($1 >> 24))
}

# No translation, and for the answers the least that XDP can do.
bench_limit() {
	local link pod host
	bench_none
	pod=$(lab_mac_of pod1.1 eth0)
	host=$(lab_mac_of node1 pod1.1)
	link=$(on node1 ip -j link show pod1.1 | jq '.[].ifindex')
	on node1 bpftool prog loadall build/tools/bench/limit.bpf.o \
		"$LAB_PINS-limit" pinmaps "$LAB_PINS-limit"
	# shellcheck disable=SC2046,SC2086 # bytes
	on node1 bpftool map update pinned "$LAB_PINS-limit/bench_way" \
		key 0 0 0 0 value hex 0 0 0 0 $(bytes "$link") 0 0 \
		${pod//:/ } ${host//:/ } 0 0
	on node1 bpftool net attach xdpdrv \
		pinned "$LAB_PINS-limit/bench_limit" dev uplink
}

# bench_up VARIANT
bench_up() {
	lab_outside
	lab_node 1 0
	lab_ptp_pod 1 1
	lab_take_frames pod1.1
	bench_sources
	"bench_$1"
	start outside iperf3 -s >/dev/null
	start outside sockperf server -i 203.0.113.10 -p 5001 >/dev/null
	# at each of the outside's addresses; it ends each connection
	on outside ip addr add 203.0.113.0/24 dev lo
	lab_http outside "/run/$LAB-nginx" here \
		'listen 8080 backlog=4096 reuseport;' 'keepalive_timeout 0;'
	wait_for 10 on outside nc -z 203.0.113.10 8080
	wait_for 10 on outside nc -z 203.0.113.10 5201
	wait_for 10 on pod1.1 ping -qc 1 -W 1 203.0.113.10
}
