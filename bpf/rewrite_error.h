/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rewriting an ICMP error: first the packet that it quotes, then the error,
 * whose checksum covers the quotation.
 *
 * Errors are rare, and the stack that makes one sums it up at once (its
 * ip_summed is never CHECKSUM_PARTIAL), so one way serves all kernels: load,
 * compute, store.  Source: RFC 5508 4.2, net/ipv4/icmp.c, net/ipv6/icmp.c.
 */
#ifndef REWRITE_ERROR_H
#define REWRITE_ERROR_H

#include "checksum.h"

/* One of the two: what its local end becomes, and what has been written. */
struct layer {
	const struct packet *packet;
	struct endpoint to;
	__u64 addr; /* difference of the addresses */
	__u64 bytes; /* of all bytes so far, those of layers further in too */
};

static inline int layer_store16(struct __sk_buff *skb, struct layer *l,
				__u16 offset, __u16 from, __u16 to)
{
	l->bytes += sum_diff16(from, to);
	return bpf_skb_store_bytes(skb, offset, &to, sizeof(to), 0);
}

static inline int layer_store_port(struct __sk_buff *skb, struct layer *l)
{
	const struct packet *p = l->packet;

	if (!p->port_off)
		return 0;
	return layer_store16(skb, l, p->port_off,
			     bpf_htons(p->tuple.local_port),
			     bpf_htons(l->to.port));
}

/* Comes behind what it covers: the port, and the quotation. */
static inline int layer_store_l4_check(struct __sk_buff *skb, struct layer *l)
{
	const struct packet *p = l->packet;
	__sum16 check;

	if (!p->check_off)
		return 0;
	if (bpf_skb_load_bytes(skb, p->check_off, &check, sizeof(check)) < 0)
		return -1;
	return layer_store16(skb, l, p->check_off, check,
			     l4_checksum_update(p->tuple.proto, check, l->addr,
						l->bytes));
}

static inline int layer_store_ipv4(struct __sk_buff *skb, struct layer *l)
{
	const struct packet *p = l->packet;
	__u16 check_off = p->l3_off + __builtin_offsetof(struct iphdr, check);
	__be32 addr = addr_word(&l->to.addr, 3);
	__sum16 check;

	if (bpf_skb_load_bytes(skb, check_off, &check, sizeof(check)) < 0)
		return -1;
	if (layer_store16(skb, l, check_off, check,
			  checksum_update(check, l->addr)) < 0)
		return -1;
	l->bytes += l->addr;
	return bpf_skb_store_bytes(skb, p->addr_off, &addr, sizeof(addr), 0);
}

static inline int layer_store_ipv6(struct __sk_buff *skb, struct layer *l)
{
	l->bytes += l->addr;
	return bpf_skb_store_bytes(skb, l->packet->addr_off, &l->to.addr,
				   sizeof(l->to.addr), 0);
}

static inline int layer_store(struct __sk_buff *skb, struct layer *l)
{
	l->addr = sum_diff_addr(&l->packet->tuple.local, &l->to.addr);
	if (layer_store_port(skb, l) < 0 || layer_store_l4_check(skb, l) < 0)
		return -1;
	return l->packet->family == MASQ_IPV4 ? layer_store_ipv4(skb, l) :
						layer_store_ipv6(skb, l);
}

/*
 * Replace the local ends of the packet that is quoted and of the error `p`,
 * whose local address may stay as it is.
 *
 * A function of its own for its stack.
 *
 * Return: MASQ_TRANSLATED, or MASQ_DROP_MALFORMED when the packet does not
 * hold what parse() saw.
 */
static __noinline int rewrite_error(struct __sk_buff *skb,
				    const struct packet *p,
				    const struct masq_addr *to,
				    const struct packet *quote,
				    const struct endpoint *quote_to)
{
	struct layer inner = { .packet = quote, .to = *quote_to };
	struct layer outer = { .packet = p, .to.addr = *to };

	if (layer_store(skb, &inner) < 0)
		return MASQ_DROP_MALFORMED;
	outer.bytes = inner.bytes;
	if (layer_store(skb, &outer) < 0)
		return MASQ_DROP_MALFORMED;
	/* CHECKSUM_COMPLETE stays right: checksums make up for all of it */
	return MASQ_TRANSLATED;
}

#endif /* REWRITE_ERROR_H */
