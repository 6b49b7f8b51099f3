/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters: packets and bytes by direction and verdict.
 */
#ifndef COUNT_H
#define COUNT_H

#include "maps.h"

static inline void count_add(enum masq_direction direction,
			     enum masq_verdict verdict, __u32 packets,
			     __u32 bytes)
{
	__u32 key = masq_counter_key(direction, verdict);
	struct masq_counter *counter;

	counter = bpf_map_lookup_elem(&masq_counters, &key);
	if (!counter)
		return;
	counter->packets += packets;
	counter->bytes += bytes;
}

/* A packet that stands for several on the wire (GSO, GRO) counts as those. */
static inline void count(const struct __sk_buff *skb,
			 enum masq_direction direction,
			 enum masq_verdict verdict)
{
	count_add(direction, verdict, skb->gso_segs > 1 ? skb->gso_segs : 1,
		  skb->len);
}

#endif /* COUNT_H */
