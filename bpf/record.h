/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The record of a flow: how it comes, is prolonged, and goes.
 *
 * Two rules keep many CPUs apart without a lock:
 *  - a record is made by a BPF_NOEXIST insert: that claims the port;
 *  - a record is ended by a compare-and-swap of its expiry to MASQ_CLAIMED;
 *    only the one who won it unlinks the record, then replaces it, vacates it
 *    or, in the sweep, deletes it.
 * Deleting is left to the sweep, which comes by every record (ticket.h).
 */
#ifndef RECORD_H
#define RECORD_H

#include "event.h"
#include "state.h"
#include "ticket.h"
#include "usage.h"

enum {
	/* RFC 6888 REQ-8: a closed flow's port rests towards that remote. */
	QUARANTINE_S = 120,
	/* Refreshes race with each other: each loss means somebody won. */
	TOUCH_TRIES = 4,
};

enum put {
	PUT_DONE,
	PUT_BUSY, /* somebody else has it */
	PUT_FULL, /* no room, or no memory */
};

static inline __u64 record_expiry(const struct masq_flow *flow)
{
	return *(volatile const __u64 *)&flow->expires_ns;
}

_Static_assert(__builtin_offsetof(struct masq_flow, local_port) % 4 == 0 &&
		       __builtin_offsetof(struct masq_flow, state) ==
			       __builtin_offsetof(struct masq_flow,
						  local_port) +
				       3,
	       "local_port, kind and state are one word");

/* Does it stand on its pod's account? */
static inline int kind_is_pods(enum masq_kind kind)
{
	return kind == MASQ_KIND_MASQUERADED || kind == MASQ_KIND_DIRECT;
}

/* local_port, kind and state, so that a state moves on atomically. */
static inline volatile __u32 *record_word(struct masq_flow *flow)
{
	return (volatile __u32 *)&flow->local_port;
}

static inline int record_rests(const struct masq_flow *flow, __u64 now)
{
	return flow->closed_s &&
	       now / NSEC_PER_SEC < (__u64)flow->closed_s + QUARANTINE_S;
}

/*
 * Try to make the record ours to end; `seen` is the expiry it was judged by.
 * A record that was prolonged or claimed meanwhile is left alone.
 */
static inline int record_claim(struct masq_flow *flow, __u64 seen)
{
	return seen != MASQ_CLAIMED &&
	       __sync_val_compare_and_swap(&flow->expires_ns, seen,
					   MASQ_CLAIMED) == seen;
}

static inline void tuple_internal(const struct masq_tuple *external,
				  const struct masq_flow *flow,
				  struct masq_tuple *ret)
{
	*ret = *external;
	ret->local = flow->local;
	ret->local_port = flow->local_port;
}

/* The other way round: what an index entry makes of an internal tuple. */
static inline void tuple_to_external(const struct masq_external *index,
				     struct masq_tuple *tuple)
{
	tuple->local = index->local;
	tuple->local_port = index->local_port;
}

/* Remove an index entry, if it still names this external tuple. */
static inline void index_remove(const struct masq_tuple *internal,
				const struct masq_tuple *external)
{
	const struct masq_external *index;

	index = bpf_map_lookup_elem(&masq_index, internal);
	if (index && tuple_local_is(external, &index->local, index->local_port))
		(void)map_delete(&masq_index, internal);
}

/*
 * Take a claimed record out of the index and off its pod's account.
 *
 * A call of its own below the search for a port would be "combined stack size
 * of 6 calls is 544. Too large" (Linux 6.1).
 */
static __always_inline void record_unlink(const struct masq_tuple *external,
					  const struct masq_flow *flow)
{
	struct masq_tuple internal;

	if (flow->kind == MASQ_KIND_VACANT)
		return;
	event_flow(external, flow, MASQ_EVENT_CLOSED);
	tuple_internal(external, flow, &internal);
	index_remove(&internal, external);
	if (kind_is_pods(flow->kind))
		usage_return(&flow->local);
	else if (flow->kind == MASQ_KIND_INBOUND)
		inbound_return();
}

/* Leave a claimed record to all: nobody's, its port free for the taking. */
static inline void record_vacate(struct masq_flow *flow)
{
	flow->kind = MASQ_KIND_VACANT;
	flow->closed_s = 0;
	__sync_lock_test_and_set(&flow->expires_ns, MASQ_RETIRED);
}

/*
 * End a record that was judged by `seen`; its memory is the sweep's.
 *
 * Return: whether it was so, and we were the ones who did it.
 */
static inline int record_end(const struct masq_tuple *external,
			     struct masq_flow *flow, __u64 seen)
{
	if (!record_claim(flow, seen))
		return 0;
	record_unlink(external, flow);
	record_vacate(flow);
	return 1;
}

/* Put `fresh` where no record is, with its ticket. */
static inline enum put record_put(const struct masq_tuple *external,
				  const struct masq_flow *fresh)
{
	struct masq_sweeper *sweeper = sweeper_get();
	int error;

	error = map_update(&masq_flows, external, fresh, BPF_NOEXIST);
	if (error)
		return error == -EEXIST ? PUT_BUSY : PUT_FULL;
	if (ticket_put(external) < 0) {
		(void)map_delete(&masq_flows, external);
		return PUT_FULL;
	}
	if (sweeper)
		__sync_fetch_and_add(&sweeper->tickets, 1);
	return PUT_DONE;
}

/* The same, for a flow that is opened. */
static inline enum put record_insert(const struct masq_tuple *external,
				     const struct masq_flow *fresh)
{
	enum put put = record_put(external, fresh);

	if (put == PUT_DONE)
		event_flow(external, fresh, MASQ_EVENT_OPENED);
	return put;
}

/*
 * Put `fresh` in the place of a record that was judged by `seen`.  Inline as
 * record_unlink().
 */
static __always_inline enum put
record_replace(const struct masq_tuple *external, struct masq_flow *old,
	       __u64 seen, const struct masq_flow *fresh)
{
	if (!record_claim(old, seen))
		return PUT_BUSY;
	record_unlink(external, old);
	if (map_update(&masq_flows, external, fresh, BPF_EXIST) == 0) {
		event_flow(external, fresh, MASQ_EVENT_OPENED);
		return PUT_DONE;
	}
	record_vacate(old);
	return PUT_FULL;
}

/*
 * Move the record from the state it was seen in to another.
 *
 * Return: 0 when another CPU has moved it first.
 */
static inline int record_move(struct masq_flow *flow,
			      const struct masq_flow *seen,
			      enum masq_state state, __u64 now)
{
	struct masq_flow moved = *seen;
	__u32 from = *record_word(&moved);

	moved.state = state;
	if (__sync_val_compare_and_swap(record_word(flow), from,
					*record_word(&moved)) != from)
		return 0;
	if (!state_is_closed(state))
		flow->closed_s = 0;
	else if (!state_is_closed(seen->state))
		flow->closed_s = now / NSEC_PER_SEC;
	return 1;
}

/* Its answers need not go by the stack; who is late does it the next time. */
static inline void record_make_direct(struct masq_flow *flow)
{
	__u32 seen = *record_word(flow);
	struct masq_flow direct;

	*record_word(&direct) = seen;
	if (direct.kind != MASQ_KIND_MASQUERADED)
		return;
	direct.kind = MASQ_KIND_DIRECT;
	(void)__sync_val_compare_and_swap(record_word(flow), seen,
					  *record_word(&direct));
}

/*
 * What a packet makes of the expiry; `seen`: leave it.  `expiry` is what the
 * state grants.  A closed flow is never prolonged, and a gain of less than a
 * second is not worth the cache line.
 */
static inline __u64 expiry_touched(enum masq_state before,
				   enum masq_state state, __u64 seen,
				   __u64 expiry)
{
	if (state != before)
		return expiry;
	if (state_is_closed(state))
		return expiry < seen ? expiry : seen;
	return expiry < seen + NSEC_PER_SEC ? seen : expiry;
}

/*
 * This packet has been seen: move the record's state on, its expiry with it.
 *
 * Global, so that the verifier looks at it once (read.h).
 *
 * *ret_seen: the expiry that it was judged by. Return: whether it lived.
 */
__weak int record_touch(struct masq_flow *flow, const struct packet *p,
			__u64 now, __u64 *ret_seen)
{
	if (!flow || !p || !ret_seen) /* never: for the verifier */
		return 0;
	for (int i = 0; i < TOUCH_TRIES; i++) {
		struct masq_flow seen = { .expires_ns = record_expiry(flow) };
		enum masq_state state;
		__u64 expiry;

		*record_word(&seen) = *record_word(flow);
		*ret_seen = seen.expires_ns;
		if (seen.expires_ns <= now)
			return 0;
		state = state_after(seen.state, seen.kind, p);
		if (state != seen.state &&
		    !record_move(flow, &seen, state, now))
			continue;
		expiry = expiry_touched(seen.state, state, seen.expires_ns,
					expiry_after(state, &p->tuple, now));
		if (expiry == seen.expires_ns ||
		    __sync_val_compare_and_swap(&flow->expires_ns,
						seen.expires_ns,
						expiry) == seen.expires_ns)
			return 1;
	}
	return 1;
}

#endif /* RECORD_H */
