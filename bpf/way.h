/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ways: by which interface and between which MAC addresses a packet leaves, as
 * the kernel's routes and neighbours say it.  Asking them costs more than all
 * the rest, so each flow asks once a second, and each pod.
 */
#ifndef WAY_H
#define WAY_H

#include "flow.h"

enum {
	WAY_PROBES = 8, /* places that a way may have in masq_ways */
	WAY_TRUSTED_NS = NSEC_PER_SEC,
	/* Every link has room for that (RFC 8200 5): what is larger asks. */
	WAY_MTU_MIN = 1280,
};

/* Ask for the way from here to there, for what comes in by this interface. */
struct way_question {
	struct masq_addr from;
	struct masq_addr to;
	__u32 ifindex;
	__u8 proto;
};

static inline void question_fill(const struct way_question *question,
				 struct bpf_fib_lookup *ret)
{
	ret->ifindex = question->ifindex;
	ret->l4_protocol = question->proto;
	ret->tot_len = 1; /* ask for the MTU */
	if (addr_is_ipv4(&question->to)) {
		ret->family = AF_INET;
		ret->ipv4_src = addr_word(&question->from, 3);
		ret->ipv4_dst = addr_word(&question->to, 3);
		return;
	}
	ret->family = AF_INET6;
	__builtin_memcpy(ret->ipv6_src, &question->from, 16);
	__builtin_memcpy(ret->ipv6_dst, &question->to, 16);
}

/*
 * A function of its own for its stack, and global as packet_parse().
 *
 * Return: whether there is one: a route that may be used for forwarding, and a
 * neighbour that is known.
 */
__weak int way_ask(struct __sk_buff *skb, const struct way_question *question,
		   struct masq_way *ret)
{
	struct bpf_fib_lookup fib = {};

	if (!question || !ret) /* never: for the verifier */
		return 0;
	question_fill(question, &fib);
	if (bpf_fib_lookup(skb, &fib, sizeof(fib), 0) != 0)
		return 0;
	ret->state = MASQ_WAY_READY;
	ret->ifindex = fib.ifindex;
	ret->mtu = fib.mtu_result;
	__builtin_memcpy(ret->destination, fib.dmac, sizeof(fib.dmac));
	__builtin_memcpy(ret->source, fib.smac, sizeof(fib.smac));
	ret->is_peer = 0;
	ret->takes_frames = 0;
	return 1;
}

/* --- out: masq_ways --- */

static inline struct masq_way *way_get(__u32 number)
{
	return bpf_map_lookup_elem(&masq_ways, &number);
}

static inline __u64 way_word(const struct masq_way *way, int i)
{
	__u64 word;

	__builtin_memcpy(&word, (const __u8 *)way + 8 * i, sizeof(word));
	return word;
}

static inline int way_equal(const struct masq_way *a, const struct masq_way *b)
{
	return way_word(a, 0) == way_word(b, 0) &&
	       way_word(a, 1) == way_word(b, 1) &&
	       way_word(a, 2) == way_word(b, 2);
}

static inline __u32 way_hash(const struct masq_way *way)
{
	__u64 hash = way_word(way, 0) ^ way_word(way, 1) * 0x9e3779b97f4a7c15 ^
		     way_word(way, 2) * 0xc2b2ae3d27d4eb4f;

	return hash * 0x9e3779b97f4a7c15 >> 32;
}

/* Write it where nothing is. Return: whether nobody else did. */
static inline int way_claim(struct masq_way *place, const struct masq_way *way)
{
	if (__sync_val_compare_and_swap(&place->state, MASQ_WAY_FREE,
					MASQ_WAY_CLAIMED) != MASQ_WAY_FREE)
		return 0;
	place->ifindex = way->ifindex;
	place->mtu = way->mtu;
	__builtin_memcpy(place->destination, way->destination, 6);
	__builtin_memcpy(place->source, way->source, 6);
	__sync_lock_test_and_set(&place->state, MASQ_WAY_READY);
	return 1;
}

/*
 * The number of this way.  One that is READY is never written again, so who has
 * its number can read it at any time.
 *
 * Return: MASQ_WAY_STACK where there is no room for it.
 */
static inline __u16 way_number(const struct masq_way *way)
{
	__u32 hash = way_hash(way);

	for (int i = 0; i < WAY_PROBES; i++) {
		__u32 number = 1 + (hash + i) % (WAYS_MAX - 1);
		struct masq_way *place = way_get(number);

		if (place && (way_equal(place, way) || way_claim(place, way)))
			return number;
	}
	return MASQ_WAY_STACK;
}

static inline const struct masq_pod_link *pod_link_get(__u32 ifindex)
{
	return bpf_map_lookup_elem(&masq_pod_links, &ifindex);
}

/*
 * The number of a pod's flow's way out; MASQ_WAY_STACK: there is none.  A
 * function of its own: few packets need it.
 */
static __noinline __u16 way_find(struct __sk_buff *skb, const struct packet *p,
				 const struct masq_external *index)
{
	const struct masq_pod_link *link = pod_link_get(skb->ifindex);
	struct way_question question = {
		.from = p->tuple.local,
		.to = p->tuple.remote,
		.proto = p->tuple.proto,
	};
	const struct masq_addr *node;
	struct masq_way way;

	if (!link)
		return MASQ_WAY_STACK;
	question.ifindex = link->route_ifindex;
	if (!way_ask(skb, &question, &way))
		return MASQ_WAY_STACK;
	/* the flow stays on its node address */
	node = uplink_node(way.ifindex, p->family);
	if (!node || !addr_equal(node, &index->local))
		return MASQ_WAY_STACK;
	return way_number(&way);
}

/* The pod itself sends to this remote: sent_by_pod() may not have seen it. */
static inline void flow_note_direct(const struct packet *p,
				    const struct masq_external *index)
{
	struct masq_tuple external = p->tuple;
	struct masq_flow *flow;

	tuple_to_external(index, &external);
	flow = bpf_map_lookup_elem(&masq_flows, &external);
	if (flow)
		record_make_direct(flow);
}

/* --- in: masq_pod_ways --- */

static inline int mac_equal(const unsigned char a[6], const unsigned char b[6])
{
	__u32 high[2];
	__u16 low[2];

	__builtin_memcpy(&high[0], a, 4);
	__builtin_memcpy(&high[1], b, 4);
	__builtin_memcpy(&low[0], a + 4, 2);
	__builtin_memcpy(&low[1], b + 4, 2);
	return high[0] == high[1] && low[0] == low[1];
}

/* A pod's packet came from there: it can be reached there, too. */
static inline void pod_port_note(struct __sk_buff *skb, const struct packet *p)
{
	const struct ethhdr *eth = context_address(skb, data);
	struct masq_addr pod = p->tuple.local;
	struct masq_pod_way fresh = {}, *now;

	if ((void *)(eth + 1) > context_address(skb, data_end))
		return;
	now = bpf_map_lookup_elem(&masq_pod_ways, &pod);
	if (now)
		fresh = *now;
	if (fresh.port == skb->ifindex && mac_equal(fresh.mac, eth->h_source))
		return;
	fresh.port = skb->ifindex;
	__builtin_memcpy(fresh.mac, eth->h_source, 6);
	fresh.until_ns = 0; /* asked anew */
	(void)map_update(&masq_pod_ways, &pod, &fresh, BPF_ANY);
}

static inline int interface_is_there(struct __sk_buff *skb, __u32 ifindex)
{
	__u32 mtu = 0;

	return bpf_check_mtu(skb, ifindex, &mtu, 0, 0) >= 0;
}

/*
 * The route leads to a bridge: its port, where the pod's packets come from, is
 * nearer.  But only if it is this bridge's still, and the neighbour is the one
 * that was seen there.
 */
static inline void way_shorten(struct __sk_buff *skb, struct masq_pod_way *to)
{
	const struct masq_pod_link *link = pod_link_get(to->way.ifindex);

	if (!link && to->port && mac_equal(to->mac, to->way.destination)) {
		link = pod_link_get(to->port);
		if (!link || link->route_ifindex != to->way.ifindex ||
		    !interface_is_there(skb, to->port))
			return;
		to->way.ifindex = to->port;
	}
	to->way.is_peer = link && link->is_veth;
	to->way.takes_frames = link && link->takes_frames;
}

/* Find the way to a pod; an ifindex of 0 says that there is none. */
static inline void pod_way_find(struct __sk_buff *skb, const struct packet *p,
				const struct masq_addr *pod,
				struct masq_pod_way *ret)
{
	struct way_question question = {
		.from = p->tuple.remote,
		.to = *pod,
		.ifindex = skb->ifindex,
		.proto = p->tuple.proto,
	};

	ret->way.ifindex = 0;
	if (way_ask(skb, &question, &ret->way))
		way_shorten(skb, ret);
}

#endif /* WAY_H */
