/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fragments share the fate of their datagram's first, which alone has ports.
 * Source: RFC 4787 REQ-14, RFC 5508 REQ-1 (echo too).
 */
#ifndef FRAGMENT_H
#define FRAGMENT_H

#include "classify.h"
#include "flow.h"
#include "hold.h"

enum {
	/* net.ipv4.ipfrag_time: so long Linux waits for the others. */
	FRAGMENT_S = 30,
};

/*
 * Is it addressed to where flows have their external ends?  That may be the
 * address of another uplink, or one that was given (--node-ip).
 */
static inline int is_external(const struct __sk_buff *skb,
			      const struct packet *p)
{
	struct masq_addr node;

	return is_own(&p->tuple.local) || (uplink_address(skb, p, &node) &&
					   addr_equal(&node, &p->tuple.local));
}

/*
 * A fragment before its datagram's first.  A pod's waits here: nobody else
 * would keep it.  One from outside may be the host's, so it goes on to the
 * stack, and only a copy waits.
 */
static __noinline int fragment_early(struct __sk_buff *skb,
				     const struct packet *p, __u64 now)
{
	enum masq_verdict verdict = classify_refused(p, MASQ_DROP_FRAGMENT);

	if (verdict == MASQ_DROP_FRAGMENT && hold_put(skb, p, now))
		return MASQ_HELD;
	if (verdict == MASQ_PASS_NO_FLOW && is_external(skb, p))
		(void)hold_put(skb, p, now);
	return verdict;
}

/*
 * What became of the first: MASQ_CONTINUE with the address, or its verdict.
 *
 * Global for the verifier, as packet_parse().
 */
__weak int fragment_flow(struct __sk_buff *skb, const struct packet *p,
			 struct endpoint *ret)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	const struct masq_fragment *first;
	struct masq_datagram datagram;

	if (!p || !ret) /* never: for the verifier */
		return MASQ_DROP_MALFORMED;
	datagram_of(p, &datagram);
	first = bpf_map_lookup_elem(&masq_fragments, &datagram);
	if (!first || first->until_ns <= now)
		return fragment_early(skb, p, now);
	if ((first->verdict == MASQ_PASS_FLAT ||
	     first->verdict == MASQ_PASS_EXCLUDED ||
	     first->verdict == MASQ_PASS_INBOUND) &&
	    is_isolated(&p->tuple.local)) /* since then */
		return MASQ_DROP_ISOLATED;
	ret->addr = first->local;
	ret->port = p->tuple.local_port;
	return first->verdict;
}

/*
 * A datagram's first fragment has its verdict: remember it for the others, and
 * let those follow that have come before it.
 *
 * Global for the verifier, as packet_parse().
 *
 * Return: the verdict.
 */
__weak int fragment_first(struct __sk_buff *skb, const struct packet *p,
			  __u32 verdict, const struct endpoint *to)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	struct masq_datagram datagram;
	struct masq_fragment first = {
		.until_ns = now + FRAGMENT_S * NSEC_PER_SEC,
		.verdict = verdict,
	};
	enum hold_end end = HOLD_SEND;

	if (!p || !to) /* never: for the verifier */
		return MASQ_DROP_MALFORMED;
	first.local = to->addr;
	datagram_of(p, &datagram);
	(void)map_update(&masq_fragments, &datagram, &first, BPF_ANY);
	/* from outside the stack has them already, unless this is a pod's */
	if (p->direction == MASQ_INGRESS && verdict != MASQ_CONTINUE)
		end = HOLD_FORGET;
	return hold_release(skb, p, now, end) < 0 ? MASQ_DROP_FRAGMENT :
						    verdict;
}

#endif /* FRAGMENT_H */
