/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many flows each pod holds, and the outside, and whether there may be one
 * more.
 */
#ifndef USAGE_H
#define USAGE_H

#include "maps.h"

enum {
	/* An entry may die between look-up and count; then a new one is made. */
	USAGE_TRIES = 4,
	USAGE_UNLIMITED = 0, /* as --max-flows-per-pod has it */
};

static inline struct masq_usage *usage_get(const struct masq_addr *pod)
{
	struct masq_usage *usage = bpf_map_lookup_elem(&masq_usage, pod);
	struct masq_usage none = {};

	if (usage)
		return usage;
	(void)map_update(&masq_usage, pod, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&masq_usage, pod);
}

static inline void usage_return(const struct masq_addr *pod)
{
	struct masq_usage *usage = bpf_map_lookup_elem(&masq_usage, pod);

	if (!usage || __sync_fetch_and_add(&usage->flows, -1) != 1)
		return;
	/* Ours was the last: whoever marks the entry deletes it. */
	if (__sync_val_compare_and_swap(&usage->flows, 0, MASQ_USAGE_DYING))
		return;
	if (map_delete(&masq_usage, pod))
		__sync_fetch_and_and(&usage->flows, ~MASQ_USAGE_DYING);
}

/*
 * A call of its own would be one too many for the stack (record_unlink()).
 *
 * Return: MASQ_CONTINUE with the flow counted, or why it may not be.
 */
static __always_inline enum masq_verdict
usage_take_within(const struct masq_addr *pod, __u32 limit)
{
	for (int i = 0; i < USAGE_TRIES; i++) {
		struct masq_usage *usage = usage_get(pod);
		__u64 before;

		if (!usage)
			return MASQ_DROP_TABLE_FULL;
		before = __sync_fetch_and_add(&usage->flows, 1);
		if (before & MASQ_USAGE_DYING)
			continue;
		if (limit == USAGE_UNLIMITED || before < limit)
			return MASQ_CONTINUE;
		usage_return(pod);
		return MASQ_DROP_OVER_BUDGET;
	}
	return MASQ_DROP_TABLE_FULL;
}

static inline enum masq_verdict usage_take(const struct masq_addr *pod)
{
	const struct masq_config *config = config_get();

	return usage_take_within(pod, config ? config->max_flows_per_pod :
					       USAGE_UNLIMITED);
}

/*
 * Flows that the outside opens have a share of the table of their own: it must
 * not be able to fill it.
 */
static inline int inbound_take(void)
{
	const struct masq_config *config = config_get();
	struct masq_sweeper *sweeper = sweeper_get();

	if (!config || !sweeper)
		return 0;
	if (__sync_fetch_and_add(&sweeper->inbound, 1) < config->max_inbound)
		return 1;
	__sync_fetch_and_add(&sweeper->inbound, -1);
	return 0;
}

static inline void inbound_return(void)
{
	struct masq_sweeper *sweeper = sweeper_get();

	if (sweeper)
		__sync_fetch_and_add(&sweeper->inbound, -1);
}

#endif /* USAGE_H */
