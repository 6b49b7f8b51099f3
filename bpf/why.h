/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What would become of a packet, for `bpfmasq why`: the same questions in the
 * same order as on the packet's path, and nothing is done.
 */
#ifndef WHY_H
#define WHY_H

#include "flow.h"

/* The record of this external tuple, if it lives. */
static inline const struct masq_flow *
why_record(const struct masq_tuple *external, __u64 now)
{
	const struct masq_flow *flow;

	flow = bpf_map_lookup_elem(&masq_flows, external);
	return flow && record_expiry(flow) > now ? flow : NULL;
}

static inline enum masq_verdict why_flow(const struct packet *p,
					 const struct masq_addr *local,
					 const struct masq_addr *other,
					 __u16 port, struct masq_why *ret)
{
	ret->kind = MASQ_WHY_FLOW;
	ret->other = *other;
	ret->port = port;
	if (is_isolated(local))
		return MASQ_DROP_ISOLATED;
	return tuple_local_is(&p->tuple, other, port) ? MASQ_PASS_INBOUND :
							MASQ_CONTINUE;
}

/* As flow_find_egress(). Return: whether there is one, named by *external. */
static inline int why_find_egress(const struct packet *p, __u64 now,
				  struct masq_tuple *external)
{
	const struct masq_external *index;
	const struct masq_flow *flow;

	index = bpf_map_lookup_elem(&masq_index, &p->tuple);
	if (!index)
		return 0;
	tuple_to_external(index, external);
	flow = why_record(external, now);
	return flow && flow->kind != MASQ_KIND_VACANT &&
	       tuple_local_is(&p->tuple, &flow->local, flow->local_port);
}

/* Has the pod as many flows as it may have? */
static inline int why_is_over_budget(const struct packet *p)
{
	const struct masq_config *config = config_get();
	const struct masq_usage *usage;

	usage = bpf_map_lookup_elem(&masq_usage, &p->tuple.local);
	return config && config->max_flows_per_pod && usage &&
	       !(usage->flows & MASQ_USAGE_DYING) &&
	       usage->flows >= config->max_flows_per_pod;
}

/* Is the port that was found the pod's own, and not by chance? */
static inline int why_keeps(const struct port_search *search,
			    const struct packet *p)
{
	const struct masq_config *config = config_get();

	if (search->external.local_port != p->tuple.local_port)
		return 0;
	return search->is_fixed || (config && !config->random_fully);
}

/* The port is looked for as if it were to be taken. */
static inline enum masq_verdict why_place(struct port_search *search,
					  const struct packet *p,
					  enum masq_kind kind, __u64 now,
					  struct masq_why *ret)
{
	enum attempt attempt = flow_search(p, kind, now, search);

	if (attempt != ATTEMPT_TAKEN && attempt != ATTEMPT_OURS)
		return flow_refusal(p, attempt);
	ret->other = search->external.local;
	ret->kind = MASQ_WHY_OPENS;
	/* of others another one may be drawn when it comes to it */
	if (why_keeps(search, p)) {
		ret->kind = MASQ_WHY_KEEPS;
		ret->port = p->tuple.local_port;
	}
	return MASQ_CONTINUE;
}

static inline enum masq_verdict why_open(struct port_search *search,
					 const struct packet *p, __u64 now,
					 struct masq_why *ret)
{
	if (!uplink_address(search->skb, p, &search->external.local))
		return MASQ_DROP_NO_ADDRESS;
	if (why_is_over_budget(p))
		return MASQ_DROP_OVER_BUDGET;
	return why_place(search, p, MASQ_KIND_MASQUERADED, now, ret);
}

/* The host's own packet meets a pod's flow only where there are ports. */
static inline enum masq_verdict why_open_host(struct port_search *search,
					      const struct packet *p, __u64 now,
					      struct masq_why *ret)
{
	if (p->port_off && flow_collides(p, now) &&
	    why_place(search, p, MASQ_KIND_HOST, now, ret) == MASQ_CONTINUE)
		return MASQ_CONTINUE;
	return MASQ_PASS_NOT_POD;
}

static inline enum masq_verdict why_egress(struct __sk_buff *skb,
					   const struct packet *p, __u64 now,
					   struct masq_why *ret)
{
	struct port_search search = {
		.skb = skb,
		.external = p->tuple,
		.purpose = SEARCH_TO_LOOK,
	};
	enum masq_verdict verdict;

	if (why_find_egress(p, now, &search.external))
		return why_flow(p, &p->tuple.local, &search.external.local,
				search.external.local_port, ret);
	search.external = p->tuple;
	verdict = classify_egress(p);
	if (verdict == MASQ_CONTINUE)
		return why_open(&search, p, now, ret);
	if (verdict == MASQ_PASS_NOT_POD)
		return why_open_host(&search, p, now, ret);
	return verdict;
}

static inline enum masq_verdict why_ingress(const struct packet *p, __u64 now,
					    struct masq_why *ret)
{
	const struct masq_flow *flow = why_record(&p->tuple, now);
	enum masq_verdict verdict;

	if (flow && flow_takes(p, flow))
		return why_flow(p, &flow->local, &flow->local, flow->local_port,
				ret);
	verdict = classify_ingress(p);
	if (verdict != MASQ_CONTINUE)
		return verdict;
	ret->kind = MASQ_WHY_KEEPS;
	ret->other = p->tuple.local;
	ret->port = p->tuple.local_port;
	return MASQ_PASS_INBOUND;
}

/* skb->cb[0]: the direction; it is overwritten by the answer. */
static inline enum masq_verdict why(struct __sk_buff *skb)
{
	struct packet p = { .direction = skb->cb[0] != MASQ_EGRESS };
	__u64 now = bpf_ktime_get_coarse_ns();
	struct masq_why answer = {};
	enum masq_verdict verdict;

	verdict = packet_read(skb, &p, skb->protocol, ETH_HEADER_LEN);
	if (verdict != MASQ_CONTINUE)
		verdict = classify_refused(&p, verdict);
	else if (p.direction == MASQ_EGRESS)
		verdict = why_egress(skb, &p, now, &answer);
	else
		verdict = why_ingress(&p, now, &answer);
	skb->cb[0] = addr_word(&answer.other, 0);
	skb->cb[1] = addr_word(&answer.other, 1);
	skb->cb[2] = addr_word(&answer.other, 2);
	skb->cb[3] = addr_word(&answer.other, 3);
	skb->cb[4] = answer.port | (__u32)answer.kind << 16;
	return verdict;
}

#endif /* WHY_H */
