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

/* Has the pod as many flows as it may have? */
static inline int why_is_over_budget(const struct packet *p)
{
	const struct masq_config *config = config_get();
	const struct masq_usage *usage;

	usage = bpf_map_lookup_elem(&masq_usage, &p->tuple.local);
	return config && config->max_flows_per_pod && usage &&
	       usage->flows >= config->max_flows_per_pod;
}

static inline int why_keeps_port(struct port_search *search)
{
	const struct masq_config *config = config_get();
	__u16 port = search->fresh.local_port;
	struct masq_flow *old;
	__u64 seen = 0;

	if (!search->is_fixed && ((config && config->random_fully) ||
				  !port_is_in_pool(search->ports, port)))
		return 0;
	return port_look(search, port, &old, &seen) == ATTEMPT_TAKEN;
}

static inline enum masq_verdict why_open(struct __sk_buff *skb,
					 const struct packet *p, __u64 now,
					 struct masq_why *ret)
{
	struct port_search search = {
		.skb = skb,
		.ports = ports_get(),
		.external = p->tuple,
		.now = now,
		.is_fixed = !p->port_off,
	};

	if (!uplink_address(skb, p, &search.external.local))
		return MASQ_DROP_NO_ADDRESS;
	if (why_is_over_budget(p))
		return MASQ_DROP_OVER_BUDGET;
	if (!search.ports)
		return MASQ_DROP_NO_PORT;
	flow_fresh(p, MASQ_KIND_MASQUERADED, now, &search.fresh);
	ret->kind = MASQ_WHY_OPENS;
	ret->other = search.external.local;
	if (why_keeps_port(&search)) {
		ret->port = p->tuple.local_port;
		return MASQ_CONTINUE;
	}
	if (search.is_fixed)
		return MASQ_DROP_TAKEN;
	return search_is_hopeless(&search) ? MASQ_DROP_NO_PORT : MASQ_CONTINUE;
}

static inline enum masq_verdict why_egress(struct __sk_buff *skb,
					   const struct packet *p, __u64 now,
					   struct masq_why *ret)
{
	struct masq_tuple external = p->tuple;
	const struct masq_external *index;
	enum masq_verdict verdict;

	index = bpf_map_lookup_elem(&masq_index, &p->tuple);
	if (index) {
		external.local = index->local;
		external.local_port = index->local_port;
	}
	if (index && why_record(&external, now))
		return why_flow(p, &p->tuple.local, &external.local,
				external.local_port, ret);
	verdict = classify_egress(p);
	return verdict == MASQ_CONTINUE ? why_open(skb, p, now, ret) : verdict;
}

static inline enum masq_verdict why_ingress(const struct packet *p, __u64 now,
					    struct masq_why *ret)
{
	const struct masq_flow *flow = why_record(&p->tuple, now);
	enum masq_verdict verdict;

	if (flow)
		return why_flow(p, &flow->local, &flow->local, flow->local_port,
				ret);
	verdict = classify_ingress(p);
	if (verdict != MASQ_CONTINUE)
		return verdict;
	ret->kind = MASQ_WHY_OPENS;
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
