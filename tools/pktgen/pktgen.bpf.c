// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet generator and its sink.
 *
 * pktgen_out and pktgen_back are run on live frames
 * (BPF_F_TEST_XDP_LIVE_FRAMES, Linux 5.18): each run writes what is the
 * packet's own into a frame that has all else, and sends it.  pktgen_sink_out
 * and _back hang at the other end's ingress, look at what arrives and drop it.
 */
#include "checksum.h"
#include "pktgen.h"
#include "read.h"
#include "whole.h"

char LICENSE[] SEC("license") = "GPL";

const volatile struct pktgen_plan plan = {};
const volatile __u32 ifindexes[PKTGEN_DIRECTION_COUNT] = {};
/* Of a frame's IPv4 header and of its segment with the pseudo-header, without
 * what is the packet's own. */
const volatile __u64 ip_sum = 0;
const volatile __u64 l4_sum = 0;
const volatile __u16 mark_at = 0; /* bytes into the frame */
/* Of the frames' two ends; answers_to stands for the destination of answers. */
const volatile __u8 destination_mac[6] = {};
const volatile __u8 source_macs[PKTGEN_DIRECTION_COUNT][6] = {};

/* The whole: clang takes a copy of what is volatile for the zeros above. */
static inline const struct pktgen_plan *plan_get(void)
{
	const struct pktgen_plan *get = (const void *)&plan;

	barrier_var(get);
	return get;
}

__u32 sequence[PKTGEN_DIRECTION_COUNT];
/* Who has brought the packets out: the answers' way back. */
__u8 answers_to[6];
/* All flows are known that will be: what is not checked need not be read. */
__u8 only_counts;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* a flow each */
	__type(key, __u32);
	__type(value, struct pktgen_seen);
} seen SEC(".maps");

struct arrived {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* 64 packets each */
	__type(key, __u32);
	__type(value, __u64);
} arrived_out SEC(".maps"), arrived_back SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PKTGEN_DIRECTION_COUNT);
	__type(key, __u32);
	__type(value, struct pktgen_count);
} counts SEC(".maps");

#include "send.h"
#include "sink.h"

SEC("xdp")
int pktgen_out(struct xdp_md *ctx)
{
	return send(ctx, PKTGEN_OUT);
}

SEC("xdp")
int pktgen_back(struct xdp_md *ctx)
{
	return send(ctx, PKTGEN_BACK);
}

SEC("tc")
int pktgen_sink_out(struct __sk_buff *skb)
{
	return sink(skb, PKTGEN_OUT);
}

SEC("tc")
int pktgen_sink_back(struct __sk_buff *skb)
{
	return sink(skb, PKTGEN_BACK);
}
