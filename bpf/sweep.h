/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sweep returns the memory of ended flows, and of fragments that have
 * waited in vain.  Nothing depends on it: expiry is read at every look-up.
 *
 * Each record has one ticket in masq_tickets.  A tick of the timer takes a
 * bounded batch of them, deletes the records that are over and puts the other
 * tickets back.  The timer lives in a pinned map, so it ticks without a daemon.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "hold.h"
#include "record.h"

enum {
	SWEEP_TICK_MS = 50,
	/* A round is this many ticks, 3.2 s … */
	SWEEP_ROUND_TICKS = 64,
	/* … until one tick would take longer than half a millisecond or so. */
	SWEEP_BATCH_MAX = 2048,
};

/* Delete the record of this ticket if it is over. Return: whether none is left.
 */
static inline int sweep_record(const struct masq_tuple *ticket, __u64 now)
{
	struct masq_flow *flow = bpf_map_lookup_elem(&masq_flows, ticket);
	__u64 seen;

	if (!flow)
		return 1;
	seen = record_expiry(flow);
	if (seen > now || record_rests(flow, now) || !record_claim(flow, seen))
		return 0;
	if (flow->kind != MASQ_KIND_VACANT)
		total_add(MASQ_TOTAL_EXPIRED);
	record_unlink(ticket, flow);
	if (map_delete(&masq_flows, ticket) == 0)
		return 1;
	record_vacate(flow);
	return 0;
}

/* One round of bpf_loop(). Return: 1 to stop. */
static long sweep_ticket(__u32 i, struct masq_sweeper *unused)
{
	struct masq_sweeper *sweeper = sweeper_get();
	struct masq_tuple ticket;

	if (!sweeper || map_pop(&masq_tickets, &ticket) < 0)
		return 1;
	if (sweep_record(&ticket, bpf_ktime_get_ns())) {
		__sync_fetch_and_add(&sweeper->tickets, -1);
	} else {
		(void)map_push(&masq_tickets, &ticket);
	}
	return 0;
}

static int sweep_tick(void *map, __u32 *key, struct masq_sweeper *sweeper)
{
	__u64 batch = sweeper->tickets / SWEEP_ROUND_TICKS + 1;

	if (batch > SWEEP_BATCH_MAX)
		batch = SWEEP_BATCH_MAX;
	bpf_loop(batch, sweep_ticket, NULL, 0);
	if (hold_is_used())
		bpf_for_each_map_elem(&masq_held, hold_expire, NULL, 0);
	total_add(MASQ_TOTAL_TICKS);
	(void)bpf_timer_start(&sweeper->timer, SWEEP_TICK_MS * NSEC_PER_MSEC,
			      0);
	return 0;
}

/* Arm the timer, or hand it to this program's code. Return: 0 or -errno. */
static inline int sweep_start(void)
{
	struct masq_sweeper *sweeper = sweeper_get();
	int error;

	if (!sweeper)
		return -ENOENT;
	error = bpf_timer_init(&sweeper->timer, &masq_sweeper, CLOCK_MONOTONIC);
	if (error && error != -EBUSY) /* busy: a former program made it */
		return error;
	error = bpf_timer_set_callback(&sweeper->timer, sweep_tick);
	if (error)
		return error;
	return bpf_timer_start(&sweeper->timer, SWEEP_TICK_MS * NSEC_PER_MSEC,
			       0);
}

#endif /* SWEEP_H */
