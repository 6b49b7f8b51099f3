/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rewriting by the kernel's helpers, which know skb->ip_summed themselves: for
 * kernels that do not tell it (before 6.2).
 *
 * Two gaps of theirs are closed by bpf_csum_update(), which does nothing but
 * for CHECKSUM_COMPLETE: bpf_l4_csum_replace() takes the address out of
 * skb->csum, which is wrong where no IPv4 header checksum made up for it; and
 * it leaves UDP without a checksum alone, so that the port is missed.
 * Source: net/core/filter.c, net/core/utils.c.
 */
#ifndef REWRITE_HELPERS_H
#define REWRITE_HELPERS_H

#include "checksum.h"

static inline int store_l4(struct __sk_buff *skb, const struct packet *p,
			   const struct endpoint *to, __u32 addr)
{
	__be16 from_port = bpf_htons(p->tuple.local_port);
	__be16 to_port = bpf_htons(to->port);
	__u32 port = sum_fold(sum_diff16(from_port, to_port));
	__u64 flags =
		checksum_avoids_zero(p->tuple.proto) ? BPF_F_MARK_MANGLED_0 : 0;
	__sum16 check;

	if (bpf_skb_load_bytes(skb, p->check_off, &check, sizeof(check)) < 0)
		return -1;
	if (p->tuple.proto == IPPROTO_UDP && !check)
		(void)bpf_csum_update(skb, port);
	if (p->tuple.proto != IPPROTO_ICMP &&
	    bpf_l4_csum_replace(skb, p->check_off, 0, addr,
				flags | BPF_F_PSEUDO_HDR) < 0)
		return -1;
	if (bpf_l4_csum_replace(skb, p->check_off, from_port, to_port,
				flags | sizeof(to_port)) < 0)
		return -1;
	return bpf_skb_store_bytes(skb, p->port_off, &to_port, sizeof(to_port),
				   0);
}

static inline int store_ipv4(struct __sk_buff *skb, const struct packet *p,
			     const struct endpoint *to)
{
	__u32 check_off = p->l3_off + __builtin_offsetof(struct iphdr, check);
	__be32 addr = addr_word(&to->addr, 3);

	if (bpf_l3_csum_replace(skb, check_off, addr_word(&p->tuple.local, 3),
				addr, sizeof(addr)) < 0)
		return -1;
	return bpf_skb_store_bytes(skb, p->addr_off, &addr, sizeof(addr), 0);
}

static inline int store_ipv6(struct __sk_buff *skb, const struct packet *p,
			     const struct endpoint *to, __u32 addr)
{
	(void)bpf_csum_update(skb, addr);
	return bpf_skb_store_bytes(skb, p->addr_off, &to->addr,
				   sizeof(to->addr), 0);
}

static inline enum masq_verdict rewrite_helpers(struct __sk_buff *skb,
						const struct packet *p,
						const struct endpoint *to)
{
	__u32 addr = sum_fold(sum_diff_addr(&p->tuple.local, &to->addr));

	if (p->check_off && store_l4(skb, p, to, addr) < 0)
		return MASQ_DROP_MALFORMED;
	if ((p->family == MASQ_IPV4 ? store_ipv4(skb, p, to) :
				      store_ipv6(skb, p, to, addr)) < 0)
		return MASQ_DROP_MALFORMED;
	return MASQ_CONTINUE;
}

#endif /* REWRITE_HELPERS_H */
