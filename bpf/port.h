/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The search for an external port: the pod's own, then independent random
 * ones, then a walk that visits every port of the pool once.  It fails only
 * when the remote really has no port left.
 *
 * A port is taken by putting the flow's record under it, in one atomic act.
 */
#ifndef PORT_H
#define PORT_H

#include "former.h"

enum {
	/*
	 * Independent draws: with 70 % of the pool in use towards a remote,
	 * 32 fail for one flow in 90,000; that one walks.
	 */
	RANDOM_TRIES = 32,
	/*
	 * A prime above any pool's span: a walk in steps of it meets every
	 * residue once.  Near 2^32 over the golden ratio, it spreads them.
	 */
	WALK_STRIDE = 2654435761U,
	/* How long a remote that was out of ports is not searched again. */
	FULL_MEMORY_MS = 100,
};

enum attempt {
	ATTEMPT_BUSY, /* not this port */
	ATTEMPT_TAKEN, /* the record stands under it */
	ATTEMPT_OURS, /* this very flow has its record there already */
	ATTEMPT_FULL, /* no room for a record: no other port helps */
};

enum search_purpose {
	SEARCH_TO_TAKE, /* the record is put */
	SEARCH_TO_LOOK, /* what would be found; nothing is changed (why.h) */
};

/*
 * A search under way; `external` carries the port that is being tried, and
 * `fresh` the time.  A word more would be too much of the stack
 * (record_unlink()).
 */
struct port_search {
	struct __sk_buff *skb;
	const struct masq_ports *ports;
	struct masq_tuple external;
	struct masq_flow fresh;
	__u32 start; /* where the walk began */
	__u32 closed_s; /* the longest-closed busy flow met; 0: none */
	__u16 closed_port;
	__u8 result; /* enum attempt */
	__u8 purpose; /* enum search_purpose */
	__u8 is_fixed; /* the flow's own port, or none: no other will do */
};

static inline __u64 search_now(const struct port_search *s)
{
	return s->fresh.opened_ns;
}

static inline const struct masq_ports *ports_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&masq_ports, &zero);
}

static inline int port_is_in_pool(const struct masq_ports *ports, __u16 port)
{
	return ports->word[port / 64] >> (port % 64) & 1;
}

/*
 * Does a socket of the host own this port towards the remote?  Sockets that
 * listen, are connected, or wait for late segments all count.  Inline as
 * record_unlink().
 *
 * ctx: of TC or XDP.
 */
static __always_inline int port_is_hosts(void *ctx, const struct masq_tuple *t)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk;
	__u32 size;

	if (addr_is_ipv4(&t->local)) {
		size = sizeof(tuple.ipv4);
		tuple.ipv4.saddr = addr_word(&t->remote, 3);
		tuple.ipv4.daddr = addr_word(&t->local, 3);
		tuple.ipv4.sport = bpf_htons(t->remote_port);
		tuple.ipv4.dport = bpf_htons(t->local_port);
	} else {
		size = sizeof(tuple.ipv6);
		__builtin_memcpy(tuple.ipv6.saddr, &t->remote, 16);
		__builtin_memcpy(tuple.ipv6.daddr, &t->local, 16);
		tuple.ipv6.sport = bpf_htons(t->remote_port);
		tuple.ipv6.dport = bpf_htons(t->local_port);
	}
	if (t->proto == IPPROTO_TCP)
		sk = bpf_skc_lookup_tcp(ctx, &tuple, size, BPF_F_CURRENT_NETNS,
					0);
	else if (t->proto == IPPROTO_UDP)
		sk = bpf_sk_lookup_udp(ctx, &tuple, size, BPF_F_CURRENT_NETNS,
				       0);
	else
		return 0;
	if (!sk)
		return 0;
	bpf_sk_release(sk);
	return 1;
}

static inline void search_note_closed(struct port_search *s,
				      const struct masq_flow *flow)
{
	__u32 closed_s = flow->closed_s;

	if (!closed_s || (s->closed_s && s->closed_s <= closed_s))
		return;
	s->closed_s = closed_s;
	s->closed_port = s->external.local_port;
}

static inline int search_is_for(const struct port_search *s,
				const struct masq_flow *flow)
{
	return flow->local_port == s->fresh.local_port &&
	       kind_is_pods(flow->kind) == kind_is_pods(s->fresh.kind) &&
	       addr_equal(&flow->local, &s->fresh.local);
}

static inline enum attempt attempt_after(enum put put)
{
	if (put == PUT_DONE)
		return ATTEMPT_TAKEN;
	return put == PUT_FULL ? ATTEMPT_FULL : ATTEMPT_BUSY;
}

/* May the record that stands under the port be replaced? */
static inline enum attempt port_judge(struct port_search *s,
				      const struct masq_flow *flow, __u64 seen)
{
	if (seen > search_now(s) && search_is_for(s, flow))
		return ATTEMPT_OURS;
	if (seen == MASQ_CLAIMED)
		return ATTEMPT_BUSY;
	if (seen > search_now(s) || record_rests(flow, search_now(s))) {
		search_note_closed(s, flow);
		return ATTEMPT_BUSY;
	}
	return ATTEMPT_TAKEN;
}

/*
 * May the flow have this port?  s->external then names it.
 *
 * *ret_old, *ret_seen: the record that stands under it, or NULL, and the expiry
 * that it was judged by. Return: ATTEMPT_TAKEN if it may.  Inline as
 * record_unlink().
 */
static __always_inline enum attempt port_look(struct port_search *s, __u16 port,
					      struct masq_flow **ret_old,
					      __u64 *ret_seen)
{
	struct masq_flow *flow;
	enum attempt judged;

	s->external.local_port = port;
	flow = bpf_map_lookup_elem(&masq_flows, &s->external);
	*ret_old = flow;
	/* not brought over here: the stack has no room for it */
	if (has_former && !flow && former_has(&s->external, search_now(s)))
		return ATTEMPT_BUSY;
	if (flow) {
		*ret_seen = record_expiry(flow);
		judged = port_judge(s, flow, *ret_seen);
		if (judged != ATTEMPT_TAKEN)
			return judged;
	}
	return port_is_hosts(s->skb, &s->external) ? ATTEMPT_BUSY :
						     ATTEMPT_TAKEN;
}

/* Would the record find room? */
static inline enum attempt port_room(const struct masq_flow *old)
{
	const struct masq_sweeper *sweeper = sweeper_get();

	if (old || !sweeper || sweeper->tickets < flows_max())
		return ATTEMPT_TAKEN;
	return ATTEMPT_FULL;
}

/* Try one port of the pool. */
static enum attempt port_try(struct port_search *s, __u16 port)
{
	struct masq_flow *old;
	__u64 seen = 0;
	enum attempt looked = port_look(s, port, &old, &seen);

	if (looked != ATTEMPT_TAKEN)
		return looked;
	if (s->purpose == SEARCH_TO_LOOK)
		return port_room(old);
	return attempt_after(
		old ? record_replace(&s->external, old, seen, &s->fresh) :
		      record_insert(&s->external, &s->fresh));
}

/* One round of bpf_loop(). Return: 1 to stop. */
static long search_step(struct port_search *s, __u32 port)
{
	if (port > 0xffff || !port_is_in_pool(s->ports, port))
		return 0;
	s->result = port_try(s, port);
	return s->result != ATTEMPT_BUSY;
}

static inline __u32 search_span(const struct port_search *s)
{
	return s->ports->last - s->ports->first + 1;
}

static long search_random(__u32 i, struct port_search *s)
{
	return search_step(s, s->ports->first +
				      bpf_get_prandom_u32() % search_span(s));
}

static long search_walk(__u32 i, struct port_search *s)
{
	__u64 reached = s->start + (__u64)i * WALK_STRIDE;

	return search_step(s, s->ports->first + reached % search_span(s));
}

/* The pool is in use: take over the flow that has been closed longest. */
static inline void search_take_closed(struct port_search *s)
{
	struct masq_flow *flow;
	__u64 seen;

	s->external.local_port = s->closed_port;
	flow = bpf_map_lookup_elem(&masq_flows, &s->external);
	if (!flow)
		return;
	seen = record_expiry(flow); /* before closed_s: judged by this */
	if (flow->closed_s != s->closed_s ||
	    port_is_hosts(s->skb, &s->external))
		return;
	s->result = s->purpose == SEARCH_TO_LOOK ?
			    ATTEMPT_TAKEN :
			    attempt_after(record_replace(&s->external, flow,
							 seen, &s->fresh));
}

static inline int search_own_port(struct port_search *s)
{
	const struct masq_config *config = config_get();

	if (config && config->random_fully)
		return 0;
	return search_step(s, s->fresh.local_port);
}

/* masq_full knows remotes, whatever the port: s->external is its key. */
static inline int search_is_hopeless(struct port_search *s)
{
	const struct masq_full *full;

	s->external.local_port = 0;
	full = bpf_map_lookup_elem(&masq_full, &s->external);
	return full && full->until_ns > search_now(s);
}

static inline void search_remember_full(struct port_search *s)
{
	struct masq_full full = {
		.until_ns = search_now(s) + FULL_MEMORY_MS * NSEC_PER_MSEC,
	};

	s->external.local_port = 0;
	(void)map_update(&masq_full, &s->external, &full, BPF_ANY);
}

static inline void search_whole_pool(struct port_search *s)
{
	if (search_is_hopeless(s))
		return;
	s->start = bpf_get_prandom_u32() % search_span(s);
	s->closed_s = 0;
	bpf_loop(search_span(s), search_walk, s, 0);
	if (s->result == ATTEMPT_BUSY && s->closed_s)
		search_take_closed(s);
	if (s->result == ATTEMPT_BUSY && s->purpose == SEARCH_TO_TAKE)
		search_remember_full(s);
}

/*
 * Find a port for s->fresh towards the remote in s->external and put the
 * record there.  s->external then names it.
 *
 * Return: ATTEMPT_TAKEN, ATTEMPT_OURS, ATTEMPT_BUSY (no port is left) or
 * ATTEMPT_FULL.
 */
static inline enum attempt port_search(struct port_search *s)
{
	s->result = ATTEMPT_BUSY;
	if (s->is_fixed)
		return port_try(s, s->fresh.local_port);
	if (search_own_port(s))
		return s->result;
	bpf_loop(RANDOM_TRIES, search_random, s, 0);
	if (s->result == ATTEMPT_BUSY)
		search_whole_pool(s);
	return s->result;
}

#endif /* PORT_H */
