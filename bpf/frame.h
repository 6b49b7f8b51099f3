/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A whole frame, copied aside and put back.
 */
#ifndef FRAME_H
#define FRAME_H

#include "kernel.h"
#include "masq.h"

static inline int frame_fits(__u32 length)
{
	return length_fits(length, sizeof(struct iphdr), MASQ_HELD_BYTES);
}

/* Copy the whole frame. Return: 0, or a negative number if it is too long. */
static inline int frame_save(struct __sk_buff *skb, struct masq_held *ret)
{
	__u32 length = skb->len;

	if (!frame_fits(length))
		return -1;
	ret->length = length;
	return bpf_skb_load_bytes(skb, 0, ret->frame, length);
}

/* Make the skb this frame. */
static inline int frame_restore(struct __sk_buff *skb,
				const struct masq_held *held)
{
	__u32 length = held->length;

	if (!frame_fits(length) || bpf_skb_change_tail(skb, length, 0) < 0)
		return -1;
	return bpf_skb_store_bytes(skb, 0, held->frame, length,
				   BPF_F_RECOMPUTE_CSUM);
}

#endif /* FRAME_H */
