/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events for `bpfmasq monitor`, written only while somebody listens; and what
 * is counted beside packets.
 */
#ifndef EVENT_H
#define EVENT_H

#include "maps.h"
#include "packet.h"

/* Keys; not on the stack, of which the search for a port has none to spare. */
static const __u32 listener_key;
static const __u32 total_keys[MASQ_TOTAL_COUNT] = {
	MASQ_TOTAL_OPENED,    MASQ_TOTAL_CLOSED, MASQ_TOTAL_EXPIRED,
	MASQ_TOTAL_TICKS,     MASQ_TOTAL_LOST,	 MASQ_TOTAL_DIRECT_OUT,
	MASQ_TOTAL_DIRECT_IN, MASQ_TOTAL_XDP_IN,
};

static inline void total_add(enum masq_total_kind kind)
{
	struct masq_total *total;

	total = bpf_map_lookup_elem(&masq_totals, &total_keys[kind]);
	if (total)
		total->count++;
}

/* Return: room for an event of now, or NULL where nobody wants it. */
static inline struct masq_event *event_begin(enum masq_event_kind kind)
{
	__u64 now = bpf_ktime_get_ns();
	struct masq_listener *listener;
	struct masq_event *event;

	listener = bpf_map_lookup_elem(&masq_listener, &listener_key);
	if (!listener || listener->until_ns <= now)
		return NULL;
	event = bpf_ringbuf_reserve(&masq_events, sizeof(*event), 0);
	if (!event) {
		total_add(MASQ_TOTAL_LOST);
		return NULL;
	}
	__builtin_memset(event, 0, sizeof(*event));
	event->time_ns = now;
	event->kind = kind;
	return event;
}

/* A record has come, or gone: MASQ_EVENT_OPENED or MASQ_EVENT_CLOSED. */
static inline void event_flow(const struct masq_tuple *external,
			      const struct masq_flow *flow,
			      enum masq_event_kind kind)
{
	struct masq_event *event;

	total_add(kind == MASQ_EVENT_OPENED ? MASQ_TOTAL_OPENED :
					      MASQ_TOTAL_CLOSED);
	event = event_begin(kind);
	if (!event)
		return;
	event->external = *external;
	event->local = flow->local;
	event->local_port = flow->local_port;
	event->flow_kind = flow->kind;
	event->state = flow->state;
	bpf_ringbuf_submit(event, 0);
}

/* A packet is dropped.  Global for the verifier, as packet_parse(). Return: 0.
 */
__weak int event_drop(const struct packet *p, __u32 verdict)
{
	struct masq_event *event;

	if (!p) /* never: for the verifier */
		return 0;
	event = event_begin(MASQ_EVENT_DROPPED);
	if (!event)
		return 0;
	event->external.remote = p->tuple.remote;
	event->external.remote_port = p->tuple.remote_port;
	event->external.proto = p->tuple.proto;
	event->local = p->tuple.local;
	event->local_port = p->tuple.local_port;
	event->verdict = verdict;
	event->direction = p->direction;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

#endif /* EVENT_H */
