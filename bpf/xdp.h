/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers at the uplink's XDP hook, before the kernel has made skbs of them:
 * translated, and on to the pod's interface (--xdp).
 *
 * Only what takes the same way as the packets before and behind it, and what
 * TC would not do better, is taken; all else goes on to TC as it came.
 */
#ifndef XDP_H
#define XDP_H

#include "direct.h"
#include "event.h"
#include "parse.h"
#include "whole.h"

enum {
	/* An Ethernet frame's; what is larger is TC's. */
	XDP_LENGTH_MAX = 1536,
	XDP_CHUNKS_MAX = XDP_LENGTH_MAX / WHOLE_CHUNK,
};

/* Global for the verifier, as packet_parse(). Return: what parse() says. */
__weak int xdp_parse(struct xdp_md *ctx, struct packet *p)
{
	struct cursor c = cursor_of_xdp(ctx);
	const struct ethhdr *eth = c.start;

	if (!p || (void *)(eth + 1) > c.end)
		return MASQ_DROP_MALFORMED;
	return parse(&c, p, eth->h_proto, ETH_HEADER_LEN);
}

/*
 * Segments with data are TC's: GRO joins them there, and none of their kind
 * may overtake them.
 */
static inline int xdp_suits(const struct cursor *c, const struct packet *p)
{
	switch (p->tuple.proto) {
	case IPPROTO_TCP:
		return p->role == PACKET_CONTINUES &&
		       p->l4_off + l4_header_len(c, p) == p->end_off;
	case IPPROTO_UDP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 1;
	default:
		return 0;
	}
}

/* Global for the verifier, as packet_parse(). */
__weak __u32 xdp_sum(struct xdp_md *ctx, __u32 offset, __u32 left)
{
	struct cursor c = cursor_of_xdp(ctx);

	c.pos = c.start + (offset & FIELD_OFFSET_MASK);
	return sum_behind(&c, left, XDP_CHUNKS_MAX);
}

/*
 * Is its checksum finished?  A virtual device hands on what another machine's
 * stack, or another namespace's, has left to a device: whoever redirects that
 * as a frame loses the word that it is to be finished.
 */
static inline int xdp_is_whole(struct xdp_md *ctx, const struct packet *p)
{
	const struct cursor c = cursor_of_xdp(ctx);
	const __sum16 *check = field_in(&c, p->check_off, sizeof(*check));
	__u32 length = p->end_off - p->l4_off;

	if (c.start + p->end_off > c.end || length > XDP_LENGTH_MAX ||
	    !p->check_off || !check)
		return 0;
	if (p->tuple.proto == IPPROTO_UDP && p->family == MASQ_IPV4 && !*check)
		return 1; /* it has none */
	return l4_is_whole(p, xdp_sum(ctx, p->l4_off, length));
}

/* TC asks for ways; here one serves as long as it is trusted. */
static inline const struct masq_way *
xdp_way(const struct packet *p, const struct masq_addr *pod, __u64 now)
{
	const struct masq_pod_way *to;

	to = bpf_map_lookup_elem(&masq_pod_ways, pod);
	if (!to || to->until_ns <= now || !to->way.ifindex ||
	    !to->way.takes_frames || p->end_off - p->l3_off > to->way.mtu)
		return NULL;
	return &to->way;
}

static inline void xdp_count(const struct xdp_md *ctx,
			     enum masq_verdict verdict)
{
	count_add(MASQ_INGRESS, verdict, 1, ctx->data_end - ctx->data);
}

static inline int xdp_send(struct xdp_md *ctx, const struct packet *p,
			   const struct endpoint *pod,
			   const struct masq_way *way)
{
	const struct cursor c = cursor_of_xdp(ctx);
	struct rewrite r = { .to = pod, .ip_summed = CHECKSUM_NONE };

	if (write_all(&c, p, &r) != MASQ_CONTINUE)
		return XDP_ABORTED; /* never: its bytes have been read */
	hop_take(&c, p);
	frame_write(&c, way);
	xdp_count(ctx, MASQ_TRANSLATED);
	total_add(MASQ_TOTAL_DIRECT_IN);
	total_add(MASQ_TOTAL_XDP_IN);
	return bpf_redirect(way->ifindex, 0);
}

static inline int xdp_answer(struct xdp_md *ctx, struct packet *p, __u64 now)
{
	const struct cursor c = cursor_of_xdp(ctx);
	struct endpoint pod = {};
	const struct masq_way *way;

	if (!forwards_directly() || !xdp_suits(&c, p) || !hop_is_left(&c, p) ||
	    !flow_find_ingress(p, now, &pod) || !p->is_direct)
		return XDP_PASS;
	way = xdp_way(p, &pod.addr, now);
	if (!way || !xdp_is_whole(ctx, p))
		return XDP_PASS;
	return xdp_send(ctx, p, &pod, way);
}

/* Does it want a port of the pool that nobody has? */
static inline int xdp_is_unsolicited(struct xdp_md *ctx, const struct packet *p,
				     __u64 now)
{
	const struct masq_config *config = config_get();
	const struct masq_ports *ports;
	const struct masq_addr *node;
	struct masq_flow *flow;

	if (!config || !config->drops_unsolicited ||
	    (p->tuple.proto != IPPROTO_TCP && p->tuple.proto != IPPROTO_UDP))
		return 0;
	ports = ports_get();
	if (!ports || !port_is_in_pool(ports, p->tuple.local_port))
		return 0;
	node = uplink_node(ctx->ingress_ifindex, p->family);
	if (!node || !addr_equal(node, &p->tuple.local))
		return 0;
	flow = flows_find(&p->tuple);
	return !(flow && record_expiry(flow) > now) &&
	       !port_is_hosts(ctx, &p->tuple);
}

/* Inline as handle(). */
static __always_inline int xdp_handle(struct xdp_md *ctx)
{
	struct packet p = { .direction = MASQ_INGRESS };
	__u64 now = bpf_ktime_get_coarse_ns();

	if (mode_get() != MASQ_MODE_ISLAND ||
	    xdp_parse(ctx, &p) != MASQ_CONTINUE || !packet_is_plain(&p))
		return XDP_PASS;
	if (!xdp_is_unsolicited(ctx, &p, now))
		return xdp_answer(ctx, &p, now);
	xdp_count(ctx, MASQ_DROP_UNSOLICITED);
	(void)event_drop(&p, MASQ_DROP_UNSOLICITED);
	return XDP_DROP;
}

#endif /* XDP_H */
