/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table that takes the place of another one (--max-flows) under traffic.
 *
 * The programs masq_move_* are put in the place of the former ones and at first
 * only call them.  One word in masq_move turns them all at once: from then on
 * they work on the new table, and bring over from the old one what a packet
 * asks for; masq_import brings the rest.  Without a move nothing here is done,
 * and the verifier takes it out.
 */
#ifndef FORMER_H
#define FORMER_H

#include "record.h"

const volatile __u32 has_former = 0;

/* What bringing a flow over came to. */
enum former {
	FORMER_NONE, /* the old table has none that matters */
	FORMER_HERE, /* the new table has it */
	FORMER_LEFT = 2, /* there is no room for it */
};

/* Is there something in it that matters still: a flow, or its quarantine? */
static inline int former_matters(const struct masq_flow *old, __u64 now)
{
	return old && old->kind != MASQ_KIND_VACANT &&
	       record_expiry(old) != MASQ_CLAIMED &&
	       (record_expiry(old) > now || record_rests(old, now));
}

/* Does the old table have it, and the new one not yet? */
static inline int former_has(const struct masq_tuple *external, __u64 now)
{
	return former_matters(bpf_map_lookup_elem(&masq_old_flows, external),
			      now);
}

/* Count it, whatever the limits are: it is there. Return: whether it was. */
static inline int former_account(const struct masq_flow *flow)
{
	struct masq_sweeper *sweeper = sweeper_get();

	if (kind_is_pods(flow->kind))
		return usage_take_within(&flow->local, USAGE_UNLIMITED) ==
		       MASQ_CONTINUE;
	if (flow->kind == MASQ_KIND_INBOUND && sweeper)
		__sync_fetch_and_add(&sweeper->inbound, 1);
	return 1;
}

static inline void former_return(const struct masq_flow *flow)
{
	if (kind_is_pods(flow->kind))
		usage_return(&flow->local);
	else if (flow->kind == MASQ_KIND_INBOUND)
		inbound_return();
}

/*
 * Bring one flow over, if it matters.  The index comes first: who finds that
 * brings the record, and nobody takes the flow for a new one.  The old record
 * goes last, so that its port is never free between.
 *
 * Global for the verifier, as packet_parse().
 *
 * Return: enum former.
 */
__weak int former_bring(const struct masq_tuple *external)
{
	struct masq_external index = {};
	struct masq_flow *old, fresh;
	struct masq_tuple key;
	enum put put;
	int error;

	if (!external) /* never: for the verifier */
		return FORMER_NONE;
	key = *external;
	old = bpf_map_lookup_elem(&masq_old_flows, &key);
	if (!former_matters(old, bpf_ktime_get_ns()))
		return FORMER_NONE;
	fresh = *old;
	if (fresh.expires_ns == MASQ_CLAIMED)
		return FORMER_NONE;
	if (!former_account(&fresh))
		return FORMER_LEFT;
	index.local = key.local;
	index.local_port = key.local_port;
	key.local = fresh.local;
	key.local_port = fresh.local_port;
	error = map_update(&masq_index, &key, &index, BPF_NOEXIST);
	key = *external;
	put = error && error != -EEXIST ? PUT_FULL : record_put(&key, &fresh);
	if (put != PUT_DONE) { /* busy: another CPU has brought it */
		former_return(&fresh);
		return put == PUT_BUSY ? FORMER_HERE : FORMER_LEFT;
	}
	(void)record_claim(old, fresh.expires_ns);
	return FORMER_HERE;
}

/* The same by its internal tuple. */
__weak int former_bring_internal(const struct masq_tuple *internal)
{
	const struct masq_external *index;
	struct masq_tuple external;

	if (!internal) /* never: for the verifier */
		return FORMER_NONE;
	external = *internal;
	index = bpf_map_lookup_elem(&masq_old_index, &external);
	if (!index)
		return FORMER_NONE;
	tuple_to_external(index, &external);
	return former_bring(&external);
}

/* The record of an external tuple. */
static inline struct masq_flow *flows_find(const struct masq_tuple *external)
{
	struct masq_flow *flow = bpf_map_lookup_elem(&masq_flows, external);

	if (flow || !has_former || former_bring(external) != FORMER_HERE)
		return flow;
	return bpf_map_lookup_elem(&masq_flows, external);
}

/* What the index has of an internal tuple. */
static inline struct masq_external *
index_find(const struct masq_tuple *internal)
{
	struct masq_external *index;

	index = bpf_map_lookup_elem(&masq_index, internal);
	if (index || !has_former ||
	    former_bring_internal(internal) != FORMER_HERE)
		return index;
	return bpf_map_lookup_elem(&masq_index, internal);
}

/* The same where nothing is brought over: of either table, to be read. */
static inline const struct masq_external *
index_look(const struct masq_tuple *internal)
{
	const struct masq_external *index;

	index = bpf_map_lookup_elem(&masq_index, internal);
	if (index || !has_former)
		return index;
	return bpf_map_lookup_elem(&masq_old_index, internal);
}

/* Have the former programs the packet still?  Then this does not return. */
static inline void former_serve(struct __sk_buff *skb, enum masq_slot slot)
{
	__u32 zero = 0;
	const struct masq_move *move = bpf_map_lookup_elem(&masq_move, &zero);

	if (move && *(volatile const __u32 *)&move->state == MASQ_MOVE_PREPARED)
		bpf_tail_call(skb, &masq_old_progs, slot);
}

/* skb: tuples, external ones of the old table. Return: how many it could not
 * bring over. */
static inline int former_import(struct __sk_buff *skb)
{
	__u32 count = skb->len / sizeof(struct masq_tuple), left = 0;
	struct masq_tuple external;

	for (__u32 i = 0; i < MASQ_IMPORT_MAX && i < count; i++) {
		if (bpf_skb_load_bytes(skb, i * sizeof(external), &external,
				       sizeof(external)) < 0)
			return count;
		/* without a branch, of which the verifier follows each */
		left += (__u32)former_bring(&external) / FORMER_LEFT;
	}
	return left;
}

#endif /* FORMER_H */
