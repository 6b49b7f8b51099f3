/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sweep returns the memory of ended flows, and of fragments that have
 * waited in vain.  Nothing depends on it: expiry is read at every look-up.
 *
 * Each record has one ticket (ticket.h).  A tick of the timer takes a bounded
 * batch of them, deletes the records that are over and puts the other tickets
 * back.  The timer lives in a pinned map, so it ticks without a daemon.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "hold.h"
#include "record.h"

enum {
	SWEEP_TICK_MS = 50,
	/* A round is this many ticks at most, 3.2 s … */
	SWEEP_ROUND_TICKS = 64,
	/* … until that is more than about so many a tick, half a millisecond. */
	SWEEP_BATCH = 2048,
	/* A queue that gets short is done with soon. */
	SWEEP_SHARE_MIN = 32,
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

/*
 * Look at a record.  If none is left its ticket is of no use any more; or else
 * it goes behind the others of this CPU.
 *
 * Return: 0 or -errno.
 */
static inline int sweep_look(struct masq_sweeper *sweeper,
			     const struct masq_tuple *ticket)
{
	if (!sweep_record(ticket, bpf_ktime_get_ns()))
		return ticket_put(ticket);
	__sync_fetch_and_add(&sweeper->tickets, -1);
	return 0;
}

/* What a tick has to do. */
struct sweep {
	__u64 round_ticks; /* in so many each ticket has its turn */
	__u32 queue; /* that is swept */
};

/*
 * The next ticket of a queue: one round of bpf_loop().  While there is no
 * memory to put one behind the others, those behind it are passed by where they
 * are, up to the last: records that are over return theirs.
 *
 * Return: 1 to stop.
 */
static long sweep_ticket(__u32 i, struct sweep *s)
{
	struct masq_queue *queue = queue_get(s->queue);
	struct masq_sweeper *sweeper = sweeper_get();
	const struct masq_tuple *ticket;

	if (!queue || !sweeper)
		return 1;
	ticket = ticket_look(s->queue, queue, queue->passed);
	if (!ticket) {
		queue->passed = 0;
		return 1;
	}
	if (queue->passed) {
		(void)sweep_record(ticket, bpf_ktime_get_ns());
		queue->passed++;
	} else if (sweep_look(sweeper, ticket) == 0) {
		ticket_take(s->queue, queue);
	} else {
		queue->passed++;
	}
	return 0;
}

/* A queue's share of the tick: the same. */
static long sweep_queue(__u32 number, struct sweep *s)
{
	const struct masq_queue *queue = queue_get(number);
	__u64 waiting, share;

	if (!queue)
		return 1;
	waiting = tickets_waiting(queue);
	share = waiting / s->round_ticks;
	if (share < SWEEP_SHARE_MIN)
		share = SWEEP_SHARE_MIN;
	s->queue = number;
	bpf_loop(share < waiting ? share : waiting, sweep_ticket, s, 0);
	return 0;
}

/* The same of the tickets of MASQ_STATE_LAYOUT_QUEUE, until there is none. */
static long sweep_old_ticket(__u32 i, struct sweep *unused)
{
	struct masq_sweeper *sweeper = sweeper_get();
	struct masq_tuple ticket;

	if (!sweeper || map_pop(&masq_old_tickets, &ticket) < 0)
		return 1;
	if (sweep_look(sweeper, &ticket) == 0)
		return 0;
	(void)map_push(&masq_old_tickets, &ticket);
	return 1;
}

static int sweep_tick(void *map, __u32 *key, struct masq_sweeper *sweeper)
{
	struct sweep s = { .round_ticks = sweeper->tickets / SWEEP_BATCH };

	if (s.round_ticks < SWEEP_ROUND_TICKS)
		s.round_ticks = SWEEP_ROUND_TICKS;
	bpf_loop(queues_count(), sweep_queue, &s, 0);
	bpf_loop(SWEEP_BATCH, sweep_old_ticket, NULL, 0);
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
