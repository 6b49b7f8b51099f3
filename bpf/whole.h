/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is a packet whole?  By its transport's checksum, summed up over the bytes in
 * reach: RFC 1071.
 */
#ifndef WHOLE_H
#define WHOLE_H

#include "checksum.h"
#include "cursor.h"

enum {
	WHOLE_CHUNK = 64, /* what bpf_csum_diff() is given at once */
	WHOLE_WORDS_MAX = WHOLE_CHUNK / 4,
};

/*
 * Sum the `left` bytes behind the cursor, folded.  Not all of them are summed
 * up where they are more than chunks_max, a constant, or than are in reach.
 */
static inline __u32 sum_behind(struct cursor *c, __u32 left, int chunks_max)
{
	void *pos = c->pos;
	__u64 sum = 0;

	for (int i = 0; i < chunks_max && left >= WHOLE_CHUNK; i++) {
		barrier_var(pos); /* else clang moves the end instead */
		if (pos + WHOLE_CHUNK > c->end)
			return 0;
		sum += (__u32)bpf_csum_diff(NULL, 0, pos, WHOLE_CHUNK, 0);
		pos += WHOLE_CHUNK;
		left -= WHOLE_CHUNK;
	}
	for (int i = 0; i < WHOLE_WORDS_MAX && left >= 4; i++) {
		barrier_var(pos);
		if (pos + 4 > c->end)
			return 0;
		sum += *(__u32 *)pos;
		pos += 4;
		left -= 4;
	}
	barrier_var(pos);
	if (left >= 2 && pos + 2 <= c->end) {
		sum += *(__u16 *)pos;
		pos += 2;
		left -= 2;
	}
	barrier_var(pos);
	if (left && pos + 1 <= c->end)
		sum += bpf_htons(*(__u8 *)pos << 8);
	return sum_fold(sum);
}

/* sum: of the transport, header and all.  Only for TCP, UDP and ICMP. */
static inline int l4_is_whole(const struct packet *p, __u64 sum)
{
	__u16 length = p->end_off - p->l4_off;

	if (p->tuple.proto == IPPROTO_ICMP) /* no pseudo-header */
		return sum_fold(sum) == 0xffff;
	sum += sum_addr(&p->tuple.local) + sum_addr(&p->tuple.remote) +
	       bpf_htons(length) + bpf_htons(p->tuple.proto);
	/* both addresses have the mark of IPv4 in them */
	if (p->family == MASQ_IPV4)
		sum += 2 * (__u64)(__u32)~bpf_htonl(0xffff);
	return sum_fold(sum) == 0xffff;
}

#endif /* WHOLE_H */
