/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Summing up many bytes, from a packet or in a scratch frame: RFC 1071.
 */
#ifndef SUM_H
#define SUM_H

#include "checksum.h"
#include "maps.h"

enum {
	/* bpf_csum_diff() takes no more at once: MAX_BPF_STACK */
	SUM_BYTES = 512,
	SUM_ROUNDS = 3,
	/* for the verifier: no offset in a scratch frame is larger */
	SUM_OFFSET_MASK = 0x7ff,
};

static inline __u8 *scratch_at(struct masq_held *scratch, __u32 offset)
{
	return scratch->frame + (offset & SUM_OFFSET_MASK);
}

/*
 * Sum what stands in the scratch frame from `from` to `to`, which zeros up to
 * the next multiple of four follow; SUM_ROUNDS * SUM_BYTES at most.
 */
static __noinline __u32 scratch_sum(struct masq_held *scratch, __u32 from,
				    __u32 to)
{
	__u64 sum = 0;

	for (int i = 0; i < SUM_ROUNDS && from < to; i++) {
		__u32 size = to - from;

		if (size > SUM_BYTES)
			size = SUM_BYTES;
		size = (size + 3) & ~3;
		sum += (__u32)bpf_csum_diff(NULL, 0,
					    (void *)scratch_at(scratch, from),
					    size & (2 * SUM_BYTES - 1), 0);
		from += SUM_BYTES;
	}
	return sum_fold(sum);
}

/*
 * Copy `length` bytes of the packet to this place in the scratch frame, zeros
 * behind. Return: 0 or a negative number.
 */
static inline int scratch_load(struct masq_held *scratch, __u32 at,
			       struct __sk_buff *skb, __u32 offset,
			       __u32 length)
{
	__u32 zero = 0;

	if (!length_fits(length, sizeof(zero), SUM_ROUNDS * SUM_BYTES))
		return -1;
	__builtin_memcpy(scratch_at(scratch, at + length), &zero, sizeof(zero));
	return bpf_skb_load_bytes(skb, offset, scratch_at(scratch, at), length);
}

#endif /* SUM_H */
