/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling a pod that its packet was refused: ICMP "administratively
 * prohibited" from the node's address, back through the interface that the
 * packet came from.  Source: RFC 5508 REQ-8, RFC 6888 REQ-11.
 */
#ifndef TELL_H
#define TELL_H

#include "flow.h"
#include "sum.h"

enum {
	/* A pod is told ten times a second, and ten times at once. */
	TELL_INTERVAL_MS = 100,
	TELL_AHEAD_MS = 9 * TELL_INTERVAL_MS,
	/* RFC 1812 4.3.2.3, RFC 4443 2.4: the longest that need not be cut. */
	TELL_IPV4_MAX = 576,
	TELL_IPV6_MAX = 1280,
	ICMP_PROHIBITED = 13, /* of ICMP_UNREACHABLE: RFC 1812 5.2.7.1 */
	ICMPV6_PROHIBITED = 1, /* of ICMPV6_UNREACHABLE */
	TOS_INTERNETWORK_CONTROL = 0xc0, /* RFC 1812 4.3.2.5 */
	IPV4_DONT_FRAGMENT = 0x4000,
	HOP_LIMIT = 64,
};

/* What is being written, in the scratch frame: IP, ICMP, the quotation. */
struct told {
	struct masq_held *scratch;
	__u32 icmp_at;
	__u32 quote_at;
	__u32 length; /* of it all */
};

/*
 * Never an answer to an error, to what may be one, to a fragment behind the
 * first, or to what goes to many.  Source: RFC 1122 3.2.2, RFC 4443 2.4.
 */
static inline int may_be_told(const struct packet *p)
{
	return p->l4_off && !is_link_scope(&p->tuple.remote) &&
	       (packet_is_query(p) || !packet_is_icmp(p));
}

/* One number a pod does for a bucket of tokens: when it is full again. */
static inline int tell_is_due(const struct packet *p)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	struct masq_addr pod = p->tuple.local;
	struct masq_told *told = bpf_map_lookup_elem(&masq_told, &pod);
	struct masq_told fresh = { .until_ns = now };

	if (told && told->until_ns > now)
		fresh.until_ns = told->until_ns;
	if (fresh.until_ns > now + TELL_AHEAD_MS * NSEC_PER_MSEC)
		return 0;
	fresh.until_ns += TELL_INTERVAL_MS * NSEC_PER_MSEC;
	return map_update(&masq_told, &pod, &fresh, BPF_ANY) == 0;
}

static inline __u8 *told_at(const struct told *t, __u32 offset)
{
	return scratch_at(t->scratch, offset);
}

static inline __u32 told_sum(const struct told *t, __u32 from)
{
	return scratch_sum(t->scratch, from, t->length);
}

/*
 * The quoted transport may be CHECKSUM_PARTIAL, and may be finished by a device
 * that takes the quotation for its packet.  A checksum that is right for what
 * is left of it leaves nothing to finish: f = ~(rest + f), so 2 f = ~rest, and
 * half of that is the bits turned by one.
 */
static inline void told_settle_check(const struct told *t,
				     const struct packet *p)
{
	__u32 check_at = t->quote_at + p->check_off - p->l3_off;
	__u16 check = 0, rest;

	if ((p->tuple.proto != IPPROTO_TCP && p->tuple.proto != IPPROTO_UDP) ||
	    !p->check_off || check_at + sizeof(check) > t->length)
		return;
	__builtin_memcpy(told_at(t, check_at), &check, sizeof(check));
	rest = ~told_sum(t, t->quote_at + p->l4_off - p->l3_off);
	check = rest >> 1 | rest << 15;
	check = check ? check : 0xffff;
	__builtin_memcpy(told_at(t, check_at), &check, sizeof(check));
}

static inline void told_write_icmp(const struct told *t, __u8 type, __u8 code,
				   __u64 pseudo)
{
	struct icmphdr icmp = { .type = type, .code = code };

	__builtin_memcpy(told_at(t, t->icmp_at), &icmp, sizeof(icmp));
	icmp.checksum = ~sum_fold(told_sum(t, t->icmp_at) + pseudo);
	__builtin_memcpy(told_at(t, t->icmp_at), &icmp, sizeof(icmp));
}

static inline void told_write_ipv4(const struct told *t, const struct packet *p,
				   const struct masq_addr *node)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = sizeof(ip) / 4,
		.tos = TOS_INTERNETWORK_CONTROL,
		.tot_len = bpf_htons(t->length),
		.frag_off = bpf_htons(IPV4_DONT_FRAGMENT),
		.ttl = HOP_LIMIT,
		.protocol = IPPROTO_ICMP,
		.saddr = addr_word(node, 3),
		.daddr = addr_word(&p->tuple.local, 3),
	};

	ip.check = ~sum_fold(
		(__u32)bpf_csum_diff(NULL, 0, (void *)&ip, sizeof(ip), 0));
	__builtin_memcpy(t->scratch->frame, &ip, sizeof(ip));
	told_write_icmp(t, ICMP_UNREACHABLE, ICMP_PROHIBITED, 0);
}

static inline void told_write_ipv6(const struct told *t, const struct packet *p,
				   const struct masq_addr *node)
{
	__u16 length = t->length - t->icmp_at;
	struct ipv6hdr ip = {
		.version = 6,
		.payload_len = bpf_htons(length),
		.nexthdr = IPPROTO_ICMPV6,
		.hop_limit = HOP_LIMIT,
	};

	__builtin_memcpy(&ip.saddr, node, sizeof(ip.saddr));
	__builtin_memcpy(&ip.daddr, &p->tuple.local, sizeof(ip.daddr));
	__builtin_memcpy(t->scratch->frame, &ip, sizeof(ip));
	told_write_icmp(t, ICMPV6_UNREACHABLE, ICMPV6_PROHIBITED,
			sum_icmpv6_pseudo(node, &p->tuple.local, length));
}

/* Copy what is quoted, and the zeros behind it, into the scratch frame. */
static inline int told_quote(struct __sk_buff *skb, const struct packet *p,
			     struct told *t)
{
	__u32 max = p->family == MASQ_IPV4 ? TELL_IPV4_MAX : TELL_IPV6_MAX;
	__u32 length = skb->len - p->l3_off;

	t->icmp_at = p->family == MASQ_IPV4 ? sizeof(struct iphdr) :
					      sizeof(struct ipv6hdr);
	t->quote_at = t->icmp_at + ICMP_QUOTE_OFFSET;
	if (length > max - t->quote_at)
		length = max - t->quote_at;
	t->length = t->quote_at + length;
	return scratch_load(t->scratch, t->quote_at, skb, p->l3_off, length);
}

/* Make the packet the message about it. */
static inline int told_store(struct __sk_buff *skb, const struct packet *p,
			     const struct told *t)
{
	__u32 length = t->length;

	/* a tag beside the frame is the uplink's, and not the pod's */
	if (skb->vlan_present && bpf_skb_vlan_pop(skb) < 0)
		return -1;
	if (bpf_skb_change_tail(skb, p->l3_off + t->length - t->quote_at, 0) <
		    0 ||
	    bpf_skb_adjust_room(skb, t->quote_at, BPF_ADJ_ROOM_MAC, 0) < 0)
		return -1;
	if (!length_fits(length, sizeof(struct iphdr), TELL_IPV6_MAX) ||
	    bpf_skb_store_bytes(skb, p->l3_off, t->scratch->frame, length, 0) <
		    0)
		return -1;
	/* bpf_redirect_neigh() fills in an Ethernet header, but makes none */
	return p->l3_off ? 0 : bpf_skb_change_head(skb, ETH_HEADER_LEN, 0);
}

/*
 * Tell the sender of this refused packet, if it is time to, in its place.
 *
 * Global for the verifier, as packet_parse().
 *
 * Return: what the hook is to do.
 */
__weak int tell(struct __sk_buff *skb, const struct packet *p)
{
	struct told told = { .scratch = scratch_get(SCRATCH_SUM) };
	struct masq_addr node;

	if (!p || !told.scratch || !skb->ingress_ifindex || !may_be_told(p) ||
	    !uplink_address(skb, p, &node) || !tell_is_due(p) ||
	    told_quote(skb, p, &told) < 0)
		return TC_ACT_SHOT;
	told_settle_check(&told, p);
	if (p->family == MASQ_IPV4)
		told_write_ipv4(&told, p, &node);
	else
		told_write_ipv6(&told, p, &node);
	if (told_store(skb, p, &told) < 0)
		return TC_ACT_SHOT;
	return bpf_redirect_neigh(skb->ingress_ifindex, NULL, 0, 0);
}

#endif /* TELL_H */
