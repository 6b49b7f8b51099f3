# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A small cluster and its outside, in network namespaces: for the demo and for
# the tests.  Source it.
#
#                    outside: 203.0.113.10, 2001:db8:2::10
#              198.51.100.1, 2001:db8:1::1 │ no route to any pod
#            ──────────────┬───────────────┴─┬──────────────
#            198.51.100.11 │ uplink          │ 198.51.100.12
#            2001:db8:1::11│                 │ 2001:db8:1::12
#                   ┌──────┴──────┐   ┌──────┴──────┐
#                   │   node 1    │   │   node 2    │
#                   └──┬───────┬──┘   └──┬───────┬──┘
#           10.244.1.2 │       │ .3      │ .2    │ .3   (10.244.2.0/24)
#      fd00:10:244:1::2│       │ ::3     │ ::2   │ ::3  (fd00:10:244:2::/64)
#                  pod 1.1  pod 1.2  pod 2.1  pod 2.2
#
# Names of namespaces: $LAB-outside, $LAB-node1, $LAB-pod1.2 …

LAB=${LAB:-bpfmasq-$$}
LAB_CLUSTER=10.244.0.0/16,fd00:10:244::/48
# shellcheck disable=SC2034
LAB_OUTSIDE4=203.0.113.10
# shellcheck disable=SC2034
LAB_OUTSIDE6=2001:db8:2::10
LAB_FAR4=192.0.2.6
LAB_FAR6=2001:db8:8::2
LAB_PINS=/sys/fs/bpf/$LAB
LAB_PIDS=()

# Run this script again in namespaces of its own, in which nothing can outlive
# it: mounts, pins, processes, network namespaces.
lab_isolate() {
	if [ -z "${LAB_ISOLATED:-}" ]; then
		LAB_ISOLATED=1 exec unshare --mount --net --pid --fork \
			--kill-child --mount-proc "$0" "$@"
	fi
	mount -t tmpfs tmpfs /run
	mount -t tmpfs tmpfs /dev/shm
	mkdir -p /run/netns
	mount -t bpf bpf /sys/fs/bpf
}

# An /etc of this test's own over the machine's, without what a node has of
# configuration there.  After lab_isolate.
lab_own_etc() {
	mkdir -p /run/etc/upper /run/etc/work
	mount -t overlay overlay /etc \
		-o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work
	rm -rf /etc/cni /etc/config
}

lab_mount_bpffs() {
	[ "$(stat -f -c %T /sys/fs/bpf)" = bpf_fs ] ||
		mount -t bpf bpf /sys/fs/bpf
}

# on NAME COMMAND…: run it in that namespace.  ip netns exec would hide /sys.
on() {
	local name=$1
	shift
	nsenter --net="/run/netns/$LAB-$name" "$@"
}

# start NAME COMMAND…: the same in the background; its pid is in $started.
start() {
	local name=$1
	shift
	nsenter --net="/run/netns/$LAB-$name" "$@" &
	started=$!
	LAB_PIDS+=("$started")
}

# wait_for SECONDS COMMAND…: until it succeeds.  LAB_PATIENCE: on a machine that
# is so many times as slow.
wait_for() {
	local end=$((SECONDS + $1 * ${LAB_PATIENCE:-1}))
	shift
	until "$@" >/dev/null 2>&1; do
		if [ "$SECONDS" -ge "$end" ]; then
			echo "waited in vain for: $*" >&2
			return 1
		fi
		read -rt 0.02 <> <(:) || true
	done
}

lab_ns() {
	ip netns add "$LAB-$1"
	on "$1" sysctl -qw net.ipv6.conf.all.accept_dad=0 \
		net.ipv6.conf.default.accept_dad=0
	on "$1" ip link set lo up
}

lab_outside() {
	lab_ns outside
	on outside sysctl -qw net.ipv4.ip_forward=0
	on outside ip link add lan type bridge
	on outside ip addr add 198.51.100.1/24 dev lan
	on outside ip addr add 2001:db8:1::1/64 dev lan nodad
	on outside ip addr add 203.0.113.10/32 dev lo
	on outside ip addr add 2001:db8:2::10/128 dev lo nodad
	on outside ip link set lan up
}

# lab_node N PODS
lab_node() {
	local n=$1 pods=$2 p
	lab_ns "node$n"
	on "node$n" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1
	ip link add uplink netns "$LAB-node$n" type veth \
		peer name "node$n" netns "$LAB-outside"
	on outside ip link set "node$n" master lan up
	on "node$n" ip addr add "198.51.100.1$n/24" dev uplink
	on "node$n" ip addr add "2001:db8:1::1$n/64" dev uplink nodad
	on "node$n" ip link set uplink up
	on "node$n" ip route add default via 198.51.100.1
	on "node$n" ip -6 route add default via 2001:db8:1::1
	on "node$n" ip link add cni0 type bridge
	on "node$n" ip addr add "10.244.$n.1/24" dev cni0
	on "node$n" ip addr add "fd00:10:244:$n::1/64" dev cni0 nodad
	on "node$n" ip link set cni0 up
	for p in $(seq "$pods"); do
		lab_pod "$n" "$p"
	done
}

# lab_pod_gro POD on|off: while it is on XDP may redirect to the pod
lab_pod_gro() {
	on "$1" ethtool -K eth0 gro "$2"
}

# lab_take_frames POD: of node 1.  XDP frames go from it to the outside and back:
# a veth takes them while GRO is on at its other end
lab_take_frames() {
	local at
	for at in "node1 $1" 'node1 uplink' "$1 eth0" 'outside node1'; do
		on "${at% *}" ethtool -K "${at#* }" gro on
	done
}

lab_mac_of() {
	on "$1" ip -j link show "$2" | jq -r '.[].address'
}

# lab_http NAME DIR ANSWER LINE…: nginx that answers so; its files are in DIR,
# the lines are of its server
lab_http() {
	local name=$1 dir=$2 answer=$3
	shift 3
	mkdir -p "$dir"
	cat >"$dir/nginx.conf" <<-END
		daemon off;
		pid $dir/pid;
		user root;
		worker_processes 1;
		error_log $dir/error.log crit;
		events { worker_connections 10000; }
		http {
			access_log off;
			client_body_temp_path $dir/body;
			proxy_temp_path $dir/proxy;
			fastcgi_temp_path $dir/fastcgi;
			uwsgi_temp_path $dir/uwsgi;
			scgi_temp_path $dir/scgi;
			server {
				$*
				return 200 "$answer\n";
			}
		}
	END
	start "$name" nginx -p "$dir" -c "$dir/nginx.conf" \
		-e "$dir/error.log" >/dev/null 2>&1
}

# lab_pod N P
lab_pod() {
	local node=node$1 pod=pod$1.$2 host=$(($2 + 1))
	lab_ns "$pod"
	ip link add eth0 netns "$LAB-$pod" type veth \
		peer name "$pod" netns "$LAB-$node"
	on "$node" ip link set "$pod" master cni0 up
	on "$pod" ip addr add "10.244.$1.$host/24" dev eth0
	on "$pod" ip addr add "fd00:10:244:$1::$host/64" dev eth0 nodad
	on "$pod" ip link set eth0 up
	lab_pod_gro "$pod" "${LAB_POD_GRO:-off}"
	on "$pod" ip route add default via "10.244.$1.1"
	on "$pod" ip -6 route add default via "fd00:10:244:$1::1"
}

# lab_ptp_pod N P: on no bridge; its node routes each of its two addresses to it
lab_ptp_pod() {
	local pod=pod$1.$2
	lab_ns "$pod"
	ip link add eth0 netns "$LAB-$pod" type veth \
		peer name "$pod" netns "$LAB-node$1"
	lab_pod_gro "$pod" "${LAB_POD_GRO:-off}"
	lab_ptp_route "$1" "$2"
}

# lab_ptp_route N P: by whatever link there is between, eth0 in the pod
lab_ptp_route() {
	local node=node$1 pod=pod$1.$2 host=$(($2 + 1))
	on "$node" ip link set "$pod" up
	on "$node" ip addr add "10.244.$1.1/32" dev "$pod"
	on "$node" ip addr add "fd00:10:244:$1::1/128" dev "$pod" nodad
	on "$pod" ip addr add "10.244.$1.$host/32" dev eth0
	on "$pod" ip addr add "fd00:10:244:$1::$host/128" dev eth0 nodad
	on "$pod" ip link set eth0 up
	on "$pod" ip route add "10.244.$1.1" dev eth0
	on "$pod" ip route add default via "10.244.$1.1"
	on "$pod" ip -6 route add "fd00:10:244:$1::1" dev eth0
	on "$pod" ip -6 route add default via "fd00:10:244:$1::1"
	on "$node" ip route add "10.244.$1.$host" dev "$pod"
	on "$node" ip -6 route add "fd00:10:244:$1::$host" dev "$pod"
}

# Routes between two nodes' pods, as a cluster's network lays them.
lab_route_pods() {
	on "node$1" ip route add "10.244.$2.0/24" via "198.51.100.1$2"
	on "node$1" ip -6 route add "fd00:10:244:$2::/64" via "2001:db8:1::1$2"
}

# lab_forwards NAME: it does, and tells every sender of what it does not
lab_forwards() {
	on "$1" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1 \
		net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
}

# lab_link NEAR FAR NEAR4 FAR4 NEAR6 FAR6: FAR's way to all else
lab_link() {
	ip link add "$2" netns "$LAB-$1" type veth \
		peer name uplink netns "$LAB-$2"
	on "$1" ip addr add "$3/30" dev "$2"
	on "$1" ip addr add "$5/64" dev "$2" nodad
	on "$1" ip link set "$2" up
	on "$2" ip addr add "$4/30" dev uplink
	on "$2" ip addr add "$6/64" dev uplink nodad
	on "$2" ip link set uplink up
	on "$2" ip route add default via "$3"
	on "$2" ip -6 route add default via "$5"
}

# A host behind two routers: the outside's, and one more.
lab_far() {
	lab_ns router
	lab_ns far
	lab_forwards outside
	lab_forwards router
	lab_link outside router 192.0.2.1 192.0.2.2 2001:db8:7::1 2001:db8:7::2
	lab_link router far 192.0.2.5 $LAB_FAR4 2001:db8:8::1 $LAB_FAR6
	on outside ip route add 192.0.2.4/30 via 192.0.2.2
	on outside ip -6 route add 2001:db8:8::/64 via 2001:db8:7::2
}

# lab_up NODES PODS
lab_up() {
	local n
	lab_outside
	for n in $(seq "$1"); do
		lab_node "$n" "$2"
	done
	if [ "$1" = 2 ]; then
		lab_route_pods 1 2
		lab_route_pods 2 1
	fi
}

# Stop what start began, newest first.
lab_stop() {
	local i
	for ((i = ${#LAB_PIDS[@]} - 1; i >= 0; i--)); do
		kill "${LAB_PIDS[i]}" 2>/dev/null || true
		wait "${LAB_PIDS[i]}" 2>/dev/null || true
	done
	LAB_PIDS=()
}

# Take down all of the lab that stands, with whatever runs in it.
lab_down() {
	local pins name
	for name in /run/netns/"$LAB"-*; do
		[ ! -e "$name" ] ||
			ip netns pids "${name##*/}" | xargs -r kill 2>/dev/null || true
	done
	for pins in "$LAB_PINS"-*; do
		[ ! -d "$pins" ] || rm -r "$pins"
	done
	for name in /run/netns/"$LAB"-*; do
		[ ! -e "$name" ] || ip netns delete "${name##*/}"
	done
}

# lab_run N OPTION…: the daemon on that node, until it is ready.  LAB_OPTIONS
# has more, for each, that go before these:
# LAB_POD_GRO=on LAB_OPTIONS='--forwarding direct --xdp auto' make check
# shellcheck disable=SC2034
lab_run() {
	local n=$1 log
	shift
	log=$(mktemp)
	# shellcheck disable=SC2086 # words
	start "node$n" "$BPFMASQ" --pin-dir "$LAB_PINS-node$n" run \
		${LAB_OPTIONS:-} "$@" >/dev/null 2>"$log"
	if ! wait_for 60 grep -qx 'bpfmasq: ready' "$log"; then
		cat "$log" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}

# lab_masq N OPTION…: the same, told of its pods and of the cluster's.
lab_masq() {
	local n=$1
	shift
	lab_run "$n" --pod-cidr "10.244.$n.0/24,fd00:10:244:$n::/64" \
		--cluster-cidr "$LAB_CLUSTER" "$@"
}

lab_has_tcx() {
	grep -qw tcx_prog_attach /proc/kallsyms
}

# What of --attach and of --rewrite this kernel has, the best first.
lab_attaches() {
	! lab_has_tcx || echo tcx
	echo clsact
}

lab_rewrites() {
	! grep -qw bpf_cast_to_kern_ctx /proc/kallsyms || echo direct
	echo helpers
}

# The best of these.
lab_attach() {
	lab_attaches | sed -n 1p
}

lab_rewrite() {
	lab_rewrites | sed -n 1p
}

# Does this kernel tell what interfaces can do with XDP's frames?
lab_tells_xdp() {
	on node1 genl ctrl get name netdev 2>/dev/null | grep -q 'Name: netdev'
}

# masq N COMMAND…: any other command on that node.
masq() {
	local n=$1
	shift
	on "node$n" "$BPFMASQ" --pin-dir "$LAB_PINS-node$n" "$@"
}
