/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rewriting by plain stores.  Right only if one knows how far the packet's
 * checksums have been computed, which skb->ip_summed tells:
 *  - CHECKSUM_PARTIAL: the L4 field holds the pseudo-header's sum, and the
 *    device does the rest: the addresses' difference goes in uncomplemented,
 *    ports do not matter;
 *  - CHECKSUM_COMPLETE: skb->csum sums the packet's bytes, so what we change
 *    in them it must be told;
 *  - otherwise the field is the checksum.
 * Source: include/linux/skbuff.h, "DOC: skb checksums".
 */
#ifndef REWRITE_DIRECT_H
#define REWRITE_DIRECT_H

#include "checksum.h"
#include "cursor.h"

/*
 * How far the L4 checksum at l4_off has been computed.  CHECKSUM_PARTIAL may
 * belong to a header further in, a tunnel's: then ours is finished.
 */
static inline int l4_ip_summed(struct __sk_buff *skb, __u16 l4_off)
{
	struct sk_buff *kernel_skb = bpf_cast_to_kern_ctx(skb);
	int ip_summed = BPF_CORE_READ_BITFIELD(kernel_skb, ip_summed);

	if (ip_summed == CHECKSUM_PARTIAL &&
	    kernel_skb->head + kernel_skb->csum_start !=
		    kernel_skb->data + l4_off)
		return CHECKSUM_NONE;
	return ip_summed;
}

/* A rewriting under way: differences as in checksum.h. */
struct rewrite {
	const struct endpoint *to;
	__u64 addr; /* of the address */
	__u64 port; /* of the port */
	__u64 bytes; /* of all the bytes written so far */
	int ip_summed;
};

/* The new value of the L4 checksum field. */
static inline __sum16 l4_check(const struct rewrite *r, __u8 proto,
			       __sum16 check)
{
	if (r->ip_summed == CHECKSUM_PARTIAL && (check || proto != IPPROTO_UDP))
		return sum_fold(check + pseudo_header(proto, r->addr));
	return l4_checksum_update(proto, check, r->addr, r->port);
}

static inline enum masq_verdict
write_l4(const struct cursor *c, const struct packet *p, struct rewrite *r)
{
	__sum16 *check = field_in(c, p->check_off, sizeof(*check)), was;
	__be16 *port = field_in(c, p->port_off, sizeof(*port));

	if (!check || !port)
		return MASQ_DROP_MALFORMED;
	if (p->check_off) {
		was = *check;
		*check = l4_check(r, p->tuple.proto, was);
		r->bytes += sum_diff16(was, *check);
	}
	if (p->port_off) {
		*port = bpf_htons(r->to->port);
		r->bytes += r->port;
	}
	return MASQ_CONTINUE;
}

static inline enum masq_verdict
write_ipv4(const struct cursor *c, const struct packet *p, struct rewrite *r)
{
	struct iphdr *ip = field_in(c, p->l3_off, sizeof(*ip));
	__be32 *addr = field_in(c, p->addr_off, sizeof(*addr));
	__sum16 was;

	if (!ip || !addr)
		return MASQ_DROP_MALFORMED;
	was = ip->check;
	ip->check = checksum_update(was, r->addr);
	*addr = addr_word(&r->to->addr, 3);
	r->bytes += r->addr + sum_diff16(was, ip->check);
	return MASQ_CONTINUE;
}

static inline enum masq_verdict
write_ipv6(const struct cursor *c, const struct packet *p, struct rewrite *r)
{
	struct masq_addr *addr = field_in(c, p->addr_off, sizeof(*addr));

	if (!addr)
		return MASQ_DROP_MALFORMED;
	__builtin_memcpy(addr, &r->to->addr, sizeof(*addr));
	r->bytes += r->addr;
	return MASQ_CONTINUE;
}

/* to, ip_summed: the caller's word; the rest is filled.  Inline as handle(). */
static __always_inline enum masq_verdict
write_all(const struct cursor *c, const struct packet *p, struct rewrite *r)
{
	enum masq_verdict verdict;

	r->addr = sum_diff_addr(&p->tuple.local, &r->to->addr);
	r->port = sum_diff16(bpf_htons(p->tuple.local_port),
			     bpf_htons(r->to->port));
	verdict = write_l4(c, p, r);
	if (verdict != MASQ_CONTINUE)
		return verdict;
	return p->family == MASQ_IPV4 ? write_ipv4(c, p, r) :
					write_ipv6(c, p, r);
}

static inline enum masq_verdict rewrite_direct(struct __sk_buff *skb,
					       const struct packet *p,
					       const struct endpoint *to)
{
	const struct cursor c = cursor_of(skb);
	struct rewrite r = {
		.to = to,
		.ip_summed = l4_ip_summed(skb, p->l4_off),
	};
	enum masq_verdict verdict = write_all(&c, p, &r);

	if (r.ip_summed == CHECKSUM_COMPLETE)
		(void)bpf_csum_update(skb, sum_fold(r.bytes));
	return verdict;
}

#endif /* REWRITE_DIRECT_H */
