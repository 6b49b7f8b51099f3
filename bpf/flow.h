/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a packet to its flow: found by one look-up, or opened.
 */
#ifndef FLOW_H
#define FLOW_H

#include "classify.h"
#include "port.h"
#include "sent.h"

enum {
	/* The way out trusts its last refresh for this long. */
	REFRESH_NS = NSEC_PER_SEC,
	/*
	 * Another CPU may be unlinking the flow that we open anew; it needs
	 * less than one of these rounds.
	 */
	LINK_TRIES = 4,
};

static inline void endpoint_external(const struct masq_external *external,
				     struct endpoint *ret)
{
	ret->addr = external->local;
	ret->port = external->local_port;
}

/*
 * Look at the record itself.  A function of its own: few packets need it.
 *
 * Return: whether it lives and is this flow's.
 */
static __noinline int flow_refresh(const struct packet *p,
				   struct masq_external *index, __u64 now)
{
	struct masq_tuple external = p->tuple;
	struct masq_flow *flow;
	__u64 seen = 0;

	tuple_to_external(index, &external);
	flow = flows_find(&external);
	if (!flow || flow->kind == MASQ_KIND_VACANT ||
	    !tuple_local_is(&p->tuple, &flow->local, flow->local_port)) {
		/* the record is the truth, and knows nothing of this entry */
		index_remove(&p->tuple, &external);
		return 0;
	}
	if (!record_touch(flow, p, now, &seen)) {
		(void)record_end(&external, flow, seen);
		return 0;
	}
	index->way = MASQ_WAY_UNKNOWN;
	/* the next packet may revive what a RST has ended (RFC 7857 2.2) */
	index->refreshed_ns = p->tcp_flags & TCP_FLAG_RST ? 0 : now;
	return 1;
}

/*
 * The flow of a packet on its way out. Return: its entry, or NULL.
 *
 * ICMP queries are answered only in flows that the outside opened, and those
 * are not translated.  Inline as handle().
 */
static __always_inline struct masq_external *flow_index(const struct packet *p,
							__u64 now)
{
	struct masq_external *index;

	index = index_find(&p->tuple);
	if (!index)
		return NULL;
	if (packet_is_reply(p) &&
	    !tuple_local_is(&p->tuple, &index->local, index->local_port))
		return NULL;
	if ((now - index->refreshed_ns >= REFRESH_NS ||
	     p->tcp_flags & TCP_FLAGS_STATE) &&
	    !flow_refresh(p, index, now))
		return NULL;
	return index;
}

/* The same. *ret: where it leaves. Return: whether there is one. */
static __always_inline int flow_find_egress(const struct packet *p, __u64 now,
					    struct endpoint *ret)
{
	const struct masq_external *index = flow_index(p, now);

	if (!index)
		return 0;
	endpoint_external(index, ret);
	return 1;
}

/* Has the host this flow to itself, so that no pod can have it? */
static inline int flow_is_hosts_own(const struct packet *p,
				    const struct masq_flow *flow)
{
	return !p->port_off && flow->kind == MASQ_KIND_HOST;
}

/*
 * A RST came in: let the next packet out look at the record, as behind one that
 * went out.  A function of its own for its stack.
 */
static __noinline void flow_forget_refresh(const struct packet *p,
					   const struct endpoint *internal)
{
	struct masq_tuple key = p->tuple;
	struct masq_external *index;

	key.local = internal->addr;
	key.local_port = internal->port;
	index = bpf_map_lookup_elem(&masq_index, &key);
	if (index)
		index->refreshed_ns = 0;
}

/*
 * May a packet on its way in be of this flow?  An ICMP query is no answer: it
 * is of a flow only if the outside opened it.
 */
static inline int flow_takes(const struct packet *p,
			     const struct masq_flow *flow)
{
	if (packet_is_query(p) && flow->kind != MASQ_KIND_INBOUND)
		return 0;
	return !flow_is_hosts_own(p, flow);
}

/* The flow of a packet on its way in. Return: whether there is one.  Inline as
 * handle(). */
static __always_inline int flow_find_ingress(struct packet *p, __u64 now,
					     struct endpoint *ret)
{
	struct masq_flow *flow = flows_find(&p->tuple);
	__u64 seen = 0;

	if (!flow || !flow_takes(p, flow))
		return 0;
	/* before the record is judged: it may be freed and another's then */
	ret->addr = flow->local;
	ret->port = flow->local_port;
	p->is_direct = flow->kind == MASQ_KIND_DIRECT;
	if (!record_touch(flow, p, now, &seen))
		return 0;
	if (p->tcp_flags & TCP_FLAG_RST)
		flow_forget_refresh(p, ret);
	return 1;
}

/* Does this ICMP packet go the way that a query, or an answer, of it goes? */
static inline int flow_fits_query(const struct packet *p, enum masq_kind kind)
{
	return !packet_is_icmp(p) || packet_is_query(p) != is_answer(kind, p);
}

/*
 * The flow of a packet that an ICMP error quotes: where its local end is seen
 * on the other side.  An error neither prolongs a flow nor ends it.
 *
 * Return: whether there is one.  Source: RFC 5508 REQ-4 to REQ-6.
 */
static inline int flow_find_quoted(const struct packet *quote, __u64 now,
				   struct endpoint *ret)
{
	struct masq_tuple external = quote->tuple;
	const struct masq_external *index;
	struct masq_flow *flow;

	if (quote->direction == MASQ_INGRESS) {
		index = index_look(&quote->tuple);
		if (!index)
			return 0;
		tuple_to_external(index, &external);
	}
	flow = flows_find(&external);
	if (!flow)
		return 0;
	ret->addr = flow->local;
	ret->port = flow->local_port;
	if (record_expiry(flow) <= now || flow_is_hosts_own(quote, flow) ||
	    !flow_fits_query(quote, flow->kind))
		return 0;
	if (quote->direction == MASQ_EGRESS)
		return 1;
	/* the record is the truth: is it this packet's? */
	if (!tuple_local_is(&quote->tuple, &ret->addr, ret->port))
		return 0;
	ret->addr = external.local;
	ret->port = external.local_port;
	return 1;
}

/*
 * A host packet of no flow: is its very port and remote in use by a pod?  Then
 * the answers would go to the pod, unless the host is translated too.
 */
static inline int flow_collides(const struct packet *p, __u64 now)
{
	const struct masq_ports *ports = ports_get();
	struct masq_flow *flow;

	if (packet_is_reply(p)) /* nobody answers it */
		return 0;
	if (p->port_off &&
	    (!ports || !port_is_in_pool(ports, p->tuple.local_port)))
		return 0;
	flow = flows_find(&p->tuple);
	return flow && record_expiry(flow) > now;
}

static inline void flow_fresh(const struct packet *p, enum masq_kind kind,
			      __u64 now, struct masq_flow *ret)
{
	ret->local = p->tuple.local;
	ret->local_port = p->tuple.local_port;
	ret->kind = kind;
	ret->state = MASQ_STATE_OPENING;
	ret->closed_s = 0;
	ret->opened_ns = now;
	ret->expires_ns = expiry_after(MASQ_STATE_OPENING, &p->tuple, now);
}

/* Give up a record of our own that nobody has been told of. */
static inline void flow_discard(const struct masq_tuple *external)
{
	struct masq_flow *flow = bpf_map_lookup_elem(&masq_flows, external);

	if (flow)
		(void)record_end(external, flow, record_expiry(flow));
}

/*
 * Enter the record in the index.  Another CPU may have opened the same flow
 * since we looked: then that one's record serves, and ours is given up.
 */
static inline enum masq_verdict flow_link(const struct packet *p,
					  const struct masq_tuple *external,
					  __u64 now, struct endpoint *ret)
{
	struct masq_external link = {
		.local = external->local,
		.local_port = external->local_port,
		.refreshed_ns = now,
	};
	int error = -EEXIST;

	for (int i = 0; i < LINK_TRIES && error == -EEXIST; i++) {
		error = map_update(&masq_index, &p->tuple, &link, BPF_NOEXIST);
		if (error != -EEXIST || !flow_find_egress(p, now, ret))
			continue;
		if (!tuple_local_is(external, &ret->addr, ret->port))
			flow_discard(external);
		return MASQ_CONTINUE;
	}
	if (error && error != -EEXIST) {
		flow_discard(external);
		return MASQ_DROP_TABLE_FULL;
	}
	endpoint_external(&link, ret);
	return MASQ_CONTINUE;
}

/* The node's address there, for packets of this family; NULL: it is no uplink.
 */
static inline const struct masq_addr *uplink_node(__u32 ifindex, __u8 family)
{
	const struct masq_uplink *uplink;

	uplink = bpf_map_lookup_elem(&masq_uplinks, &ifindex);
	if (!uplink)
		return NULL;
	return family == MASQ_IPV4 ? &uplink->node[MASQ_IPV4] :
				     &uplink->node[MASQ_IPV6];
}

static inline int uplink_address(const struct __sk_buff *skb,
				 const struct packet *p, struct masq_addr *ret)
{
	const struct masq_addr *node = uplink_node(skb->ifindex, p->family);

	if (!node)
		return 0;
	*ret = *node;
	return addr_is_set(ret);
}

/* Find a port for the flow; the search knows the rest.  Inline as
 * record_unlink(). */
static __always_inline enum attempt flow_search(const struct packet *p,
						enum masq_kind kind, __u64 now,
						struct port_search *search)
{
	search->ports = ports_get();
	search->is_fixed = !p->port_off;
	if (!search->ports)
		return ATTEMPT_BUSY;
	flow_fresh(p, kind, now, &search->fresh);
	if (kind == MASQ_KIND_MASQUERADED && sent_by_pod(p, now))
		search->fresh.kind = MASQ_KIND_DIRECT;
	return port_search(search);
}

/*
 * The same.  A function of its own, for its stack: the search must not lie
 * below flow_link().
 *
 * *ret: its external tuple, record in place.
 */
static __noinline enum attempt flow_place(struct __sk_buff *skb,
					  const struct packet *p,
					  enum masq_kind kind, __u64 now,
					  struct masq_tuple *ret)
{
	struct port_search search = {
		.skb = skb,
		.external = *ret,
	};
	enum attempt attempt = flow_search(p, kind, now, &search);

	ret->local_port = search.external.local_port;
	return attempt;
}

/* No record was put: why. */
static inline enum masq_verdict flow_refusal(const struct packet *p,
					     enum attempt attempt)
{
	if (attempt == ATTEMPT_FULL)
		return MASQ_DROP_TABLE_FULL;
	return p->port_off ? MASQ_DROP_NO_PORT : MASQ_DROP_TAKEN;
}

static inline enum masq_verdict flow_settle(const struct packet *p,
					    enum attempt attempt,
					    const struct masq_tuple *external,
					    __u64 now, struct endpoint *ret)
{
	if (attempt == ATTEMPT_TAKEN || attempt == ATTEMPT_OURS)
		return flow_link(p, external, now, ret);
	return flow_refusal(p, attempt);
}

/* A pod opens a flow to the outside. */
static inline enum masq_verdict flow_open(struct __sk_buff *skb,
					  const struct packet *p, __u64 now,
					  struct endpoint *ret)
{
	struct masq_tuple external = p->tuple;
	enum masq_verdict verdict;
	enum attempt attempt;

	if (!uplink_address(skb, p, &external.local))
		return MASQ_DROP_NO_ADDRESS;
	verdict = usage_take(&p->tuple.local);
	if (verdict != MASQ_CONTINUE)
		return verdict;
	attempt = flow_place(skb, p, MASQ_KIND_MASQUERADED, now, &external);
	if (attempt != ATTEMPT_TAKEN)
		usage_return(&p->tuple.local);
	return flow_settle(p, attempt, &external, now, ret);
}

/*
 * The host's own flow has met a pod's, and there is no port to part them by:
 * the pod loses it, and cannot have it again while the host uses it.
 */
static __noinline void flow_return_to_host(const struct packet *p, __u64 now)
{
	struct masq_flow *flow = flows_find(&p->tuple);
	struct masq_flow fresh;
	__u64 seen = 0;

	if (!flow)
		return;
	if (flow->kind == MASQ_KIND_HOST) {
		(void)record_touch(flow, p, now, &seen);
		return;
	}
	seen = record_expiry(flow);
	flow_fresh(p, MASQ_KIND_HOST, now, &fresh);
	(void)record_replace(&p->tuple, flow, seen, &fresh);
}

/* The host's own flow has met a pod's: it gets another port. */
static inline enum masq_verdict flow_open_host(struct __sk_buff *skb,
					       const struct packet *p,
					       __u64 now, struct endpoint *ret)
{
	struct masq_tuple external = p->tuple;
	enum attempt attempt;

	attempt = flow_place(skb, p, MASQ_KIND_HOST, now, &external);
	return flow_settle(p, attempt, &external, now, ret);
}

/*
 * Put an inbound record, within the outside's share of the table.
 *
 * A function of its own for its stack: of the 512 bytes that a chain of calls
 * has, its record must not lie below flow_link()'s.
 */
static __noinline enum put inbound_put(const struct packet *p, __u64 now)
{
	struct masq_flow *old = flows_find(&p->tuple);
	__u64 seen = old ? record_expiry(old) : 0;
	struct masq_flow fresh;
	enum put put;

	if (seen > now)
		return PUT_BUSY;
	if (!inbound_take())
		return PUT_FULL;
	flow_fresh(p, MASQ_KIND_INBOUND, now, &fresh);
	put = old ? record_replace(&p->tuple, old, seen, &fresh) :
		    record_insert(&p->tuple, &fresh);
	if (put != PUT_DONE)
		inbound_return();
	return put;
}

/*
 * The outside opens a flow to a pod: remember it, so that the answers keep the
 * pod's address.  Without room for that the packet still reaches the pod.
 */
static inline void flow_open_inbound(const struct packet *p, __u64 now)
{
	struct endpoint unchanged;

	if (inbound_put(p, now) == PUT_DONE)
		(void)flow_link(p, &p->tuple, now, &unchanged);
}

#endif /* FLOW_H */
