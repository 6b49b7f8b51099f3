// SPDX-License-Identifier: GPL-2.0-only
/*
 * The least that can be done: IPv4 for the pod goes on from the uplink's XDP
 * hook as it came, but for the frame's addresses and the hop.
 */
/* Of what stands there only the writing is used. */
#pragma clang diagnostic ignored "-Wunused-function"
#include "direct.h"

char LICENSE[] SEC("license") = "GPL";

/* From the shell; ifindex 0: all goes to the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct masq_way);
} bench_way SEC(".maps");

SEC("xdp.frags")
int bench_limit(struct xdp_md *ctx)
{
	const struct cursor c = cursor_of_xdp(ctx);
	const struct ethhdr *eth = c.start;
	const struct packet p = { .family = MASQ_IPV4 };
	const struct iphdr *ip = (void *)(eth + 1);
	const __u32 key = 0;
	const struct masq_way *way = bpf_map_lookup_elem(&bench_way, &key);

	if (!way || !way->ifindex || (void *)(ip + 1) > c.end ||
	    eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	hop_take(&c, &p);
	frame_write(&c, way);
	return bpf_redirect(way->ifindex, 0);
}
