/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One's complement sums: RFC 1624.
 *
 * A difference is the sum of what was added and the complement of what was
 * taken away, not folded; 16-bit values are summed as they lie in the packet.
 */
#ifndef CHECKSUM_H
#define CHECKSUM_H

#include "packet.h"

static inline __u16 sum_fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

static inline __u64 sum_diff16(__u16 from, __u16 to)
{
	return (__u16)~from + (__u64)to;
}

static inline __u64 sum_addr(const struct masq_addr *addr)
{
	__u64 sum = 0;

	for (int i = 0; i < 4; i++)
		sum += addr_word(addr, i);
	return sum;
}

/* Of an ICMPv6 pseudo-header. Source: RFC 8200 8.1, RFC 4443 2.3. */
static inline __u64 sum_icmpv6_pseudo(const struct masq_addr *src,
				      const struct masq_addr *dst, __u16 length)
{
	return sum_addr(src) + sum_addr(dst) + bpf_htons(length) +
	       bpf_htons(IPPROTO_ICMPV6);
}

static inline __u64 sum_diff_addr(const struct masq_addr *from,
				  const struct masq_addr *to)
{
	__u64 sum = 0;

	for (int i = 0; i < 4; i++)
		sum += (__u64)(__u32)~addr_word(from, i) + addr_word(to, i);
	return sum;
}

/* RFC 1624 equation 3. */
static inline __sum16 checksum_update(__sum16 check, __u64 diff)
{
	return ~sum_fold((__u16)~check + diff);
}

/* ICMP has no pseudo-header (RFC 792), ICMPv6 does (RFC 4443 2.3). */
static inline __u64 pseudo_header(__u8 proto, __u64 addr)
{
	return proto == IPPROTO_ICMP ? 0 : addr;
}

/* Zero is sent as 0xffff where it means "none" (RFC 768) or is forbidden
 * (RFC 3828 3.1). */
static inline int checksum_avoids_zero(__u8 proto)
{
	return proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE;
}

/* An L4 checksum when the address has changed, and the bytes that it covers. */
static inline __sum16 l4_checksum_update(__u8 proto, __sum16 check, __u64 addr,
					 __u64 bytes)
{
	if (proto == IPPROTO_UDP && !check)
		return 0;
	check = checksum_update(check, pseudo_header(proto, addr) + bytes);
	return checksum_avoids_zero(proto) && !check ? 0xffff : check;
}

#endif /* CHECKSUM_H */
