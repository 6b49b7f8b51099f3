/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tickets: one a record, so that the sweep comes by all of them.
 *
 * Each CPU has a queue.  It stands on sheets of masq_sheets, which are made
 * when a ticket is put on them and go when their last one is taken: of the
 * kernel's maps a queue would have taken the memory of all tickets in advance.
 *
 * Who puts a ticket gets its number by a compare-and-swap, then writes it. Only
 * the sweep takes tickets, and it is one: a timer does not overtake itself.
 */
#ifndef TICKET_H
#define TICKET_H

#include "maps.h"

enum {
	/* Only who interrupts another one on its CPU makes that lose. */
	TICKET_TRIES = 4,
};

/* What a sheet begins as. */
static const struct masq_sheet sheet_blank = {};

static inline struct masq_queue *queue_get(__u32 number)
{
	return bpf_map_lookup_elem(&masq_queues, &number);
}

/* How many there are. */
static inline __u32 queues_count(void)
{
	return ((const struct bpf_map *)&masq_queues)->max_entries;
}

/* Where a ticket of a queue stands. */
static inline struct masq_sheet_key sheet_key(__u32 queue, __u64 ticket)
{
	struct masq_sheet_key key = {
		.number = ticket / MASQ_SHEET_TICKETS,
		.queue = queue,
	};

	return key;
}

static inline __u32 sheet_slot(__u64 ticket)
{
	return ticket % MASQ_SHEET_TICKETS;
}

/* Find it, or make it. Return: NULL when there is no memory for it. */
static __always_inline struct masq_sheet *
sheet_get(const struct masq_sheet_key *key)
{
	struct masq_sheet *sheet = bpf_map_lookup_elem(&masq_sheets, key);

	if (sheet)
		return sheet;
	(void)map_update(&masq_sheets, key, &sheet_blank, BPF_NOEXIST);
	return bpf_map_lookup_elem(&masq_sheets, key);
}

/* The atomic operation, of which the result is used, comes after what is
 * written before it on every CPU. */
static __always_inline int sheet_write(struct masq_sheet *sheet, __u32 slot,
				       const struct masq_tuple *record)
{
	__u64 bit = 1ULL << slot;

	barrier_var(slot);
	if (slot >= MASQ_SHEET_TICKETS) /* never: for the verifier */
		return -ENOENT;
	sheet->tickets[slot] = *record;
	return __sync_fetch_and_or(&sheet->written, bit) & bit ? -EEXIST : 0;
}

/*
 * Put a ticket for a record behind the others of this CPU.  Inline as
 * record_unlink().
 *
 * Return: 0 or -errno.
 */
static __always_inline int ticket_put(const struct masq_tuple *record)
{
	__u32 cpu = bpf_get_smp_processor_id() % queues_count();
	struct masq_queue *queue = queue_get(cpu);

	for (int i = 0; queue && i < TICKET_TRIES; i++) {
		__u64 ticket = *(volatile __u64 *)&queue->put;
		struct masq_sheet_key key = sheet_key(cpu, ticket);
		struct masq_sheet *sheet = sheet_get(&key);

		if (!sheet)
			return -ENOMEM;
		if (__sync_val_compare_and_swap(&queue->put, ticket,
						ticket + 1) == ticket)
			return sheet_write(sheet, sheet_slot(ticket), record);
	}
	return -EBUSY;
}

/* How many wait in a queue. */
static inline __u64 tickets_waiting(const struct masq_queue *queue)
{
	return *(volatile const __u64 *)&queue->put - queue->taken;
}

/*
 * The ticket that stands so many behind the next one of a queue.
 *
 * Return: NULL when there is none, or it is being written.
 */
static inline const struct masq_tuple *
ticket_look(__u32 number, const struct masq_queue *queue, __u64 behind)
{
	__u64 ticket = queue->taken + behind;
	struct masq_sheet_key key = sheet_key(number, ticket);
	__u32 slot = sheet_slot(ticket);
	struct masq_sheet *sheet;

	if (behind >= tickets_waiting(queue))
		return NULL;
	sheet = bpf_map_lookup_elem(&masq_sheets, &key);
	barrier_var(slot);
	if (!sheet || slot >= MASQ_SHEET_TICKETS)
		return NULL;
	/* atomic: before what is read behind it on every CPU */
	if (!(__sync_fetch_and_or(&sheet->written, 0) & (1ULL << slot)))
		return NULL;
	return &sheet->tickets[slot];
}

/* Take the next one off; its sheet goes with the last. */
static inline void ticket_take(__u32 number, struct masq_queue *queue)
{
	struct masq_sheet_key key = sheet_key(number, queue->taken);

	queue->taken++;
	if (sheet_slot(queue->taken) == 0)
		(void)map_delete(&masq_sheets, &key);
}

#endif /* TICKET_H */
