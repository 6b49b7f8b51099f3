/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From bytes to struct packet.
 *
 * Touches no map and no hook, so it compiles as host C too: the unit test and
 * the fuzzer run this very file.
 *
 * A verdict other than MASQ_CONTINUE says why the packet cannot be translated.
 * The addresses are filled by then (but for MASQ_PASS_NOT_IP, and for
 * MASQ_DROP_MALFORMED when the IP header itself is cut): classify.h decides
 * by them whether that matters.
 */
#ifndef PARSE_H
#define PARSE_H

#include "transport.h"

enum {
	/* IEEE 802.1ad: a service tag and a customer tag. */
	VLAN_TAGS_MAX = 2,
	/* RFC 8200 4.1: each of the kinds that we walk, one of them twice. */
	EXTENSIONS_MAX = 5,
	IPV4_OFFSET_MASK = 0x1fff, /* in units of 8 bytes */
	IPV4_MORE_FRAGMENTS = 0x2000,
	IPV6_OFFSET_MASK = 0xfff8, /* in bytes */
	IPV6_MORE_FRAGMENTS = 0x0001,
	OFFSET_MAX = 0xffff,
};

/* A length of 0 is none: that of a packet beyond 64 KiB (RFC 2675, GSO). */
static inline void packet_set_end(struct packet *p, __u32 header, __u32 length)
{
	__u32 end_off = p->l3_off + header + length;

	if (p->is_quoted)
		return;
	p->end_off = length && end_off < OFFSET_MAX ? end_off : OFFSET_MAX;
}

/* Of the fragments of a datagram the first alone has a transport header. */
static inline void packet_set_fragment(struct packet *p, __u32 id, int offset,
				       int has_more)
{
	p->fragment_id = id;
	if (offset)
		p->role = PACKET_FRAGMENT;
	else
		p->is_first_fragment = has_more != 0;
}

/*
 * Step over the IPv4 header, options included. Source: RFC 791 3.1.
 *
 * *ret_proto: what follows.
 */
static inline enum masq_verdict parse_ipv4(struct cursor *c, struct packet *p,
					   __u8 *ret_proto)
{
	struct iphdr *ip = c->pos;
	__u32 header_len;
	__u16 fragment;

	if ((void *)(ip + 1) > c->end)
		return MASQ_DROP_MALFORMED;
	p->family = MASQ_IPV4;
	if (p->direction == MASQ_EGRESS) {
		p->addr_off =
			p->l3_off + __builtin_offsetof(struct iphdr, saddr);
		addr_from_ipv4(&p->tuple.local, ip->saddr);
		addr_from_ipv4(&p->tuple.remote, ip->daddr);
	} else {
		p->addr_off =
			p->l3_off + __builtin_offsetof(struct iphdr, daddr);
		addr_from_ipv4(&p->tuple.local, ip->daddr);
		addr_from_ipv4(&p->tuple.remote, ip->saddr);
	}
	header_len = ip->ihl * 4;
	if (ip->version != 4 || header_len < sizeof(*ip))
		return MASQ_DROP_MALFORMED;
	packet_set_end(p, 0, bpf_ntohs(ip->tot_len));
	fragment = bpf_ntohs(ip->frag_off);
	packet_set_fragment(p, bpf_ntohs(ip->id), fragment & IPV4_OFFSET_MASK,
			    fragment & IPV4_MORE_FRAGMENTS);
	c->pos += header_len;
	*ret_proto = ip->protocol;
	return MASQ_CONTINUE;
}

static inline int is_extension(const struct packet *p, __u8 next_header)
{
	/* what follows a fragment's header is in the datagram's first one */
	return p->role != PACKET_FRAGMENT && (next_header == IPPROTO_HOPOPTS ||
					      next_header == IPPROTO_ROUTING ||
					      next_header == IPPROTO_FRAGMENT ||
					      next_header == IPPROTO_DSTOPTS);
}

/*
 * A packet may be its own only fragment (RFC 6946), but no fragment of a
 * fragment.  Source: RFC 8200 4.5.
 */
static inline enum masq_verdict parse_fragment(struct cursor *c,
					       struct packet *p)
{
	struct frag_hdr *fragment = c->pos;
	__u16 offset;

	if ((void *)(fragment + 1) > c->end || p->is_first_fragment)
		return MASQ_DROP_MALFORMED;
	offset = bpf_ntohs(fragment->frag_off);
	packet_set_fragment(p, bpf_ntohl(fragment->identification),
			    offset & IPV6_OFFSET_MASK,
			    offset & IPV6_MORE_FRAGMENTS);
	c->pos = fragment + 1;
	return MASQ_CONTINUE;
}

/* Step over one extension header. *next: its kind, then that of what follows.
 */
static inline enum masq_verdict parse_extension(struct cursor *c,
						struct packet *p, __u8 *next)
{
	struct ipv6_opt_hdr *extension = c->pos;
	__u8 kind = *next;

	if ((void *)(extension + 1) > c->end)
		return MASQ_DROP_MALFORMED;
	*next = extension->nexthdr;
	if (kind == IPPROTO_FRAGMENT)
		return parse_fragment(c, p);
	c->pos += (extension->hdrlen + 1) * 8;
	return MASQ_CONTINUE;
}

/*
 * Walk the extension headers to the transport. Source: RFC 8200 4.
 *
 * *next: the first one's kind, then the transport's protocol.
 */
static inline enum masq_verdict parse_extensions(struct cursor *c,
						 struct packet *p, __u8 *next)
{
	for (int i = 0; i < EXTENSIONS_MAX && is_extension(p, *next); i++) {
		enum masq_verdict verdict = parse_extension(c, p, next);

		if (verdict != MASQ_CONTINUE)
			return verdict;
	}
	return is_extension(p, *next) ? MASQ_DROP_EXTENSIONS : MASQ_CONTINUE;
}

/* As parse_ipv4(). Source: RFC 8200 3. */
static inline enum masq_verdict parse_ipv6(struct cursor *c, struct packet *p,
					   __u8 *ret_proto)
{
	struct ipv6hdr *ip = c->pos;

	if ((void *)(ip + 1) > c->end)
		return MASQ_DROP_MALFORMED;
	p->family = MASQ_IPV6;
	if (p->direction == MASQ_EGRESS) {
		p->addr_off =
			p->l3_off + __builtin_offsetof(struct ipv6hdr, saddr);
		__builtin_memcpy(&p->tuple.local, &ip->saddr, 16);
		__builtin_memcpy(&p->tuple.remote, &ip->daddr, 16);
	} else {
		p->addr_off =
			p->l3_off + __builtin_offsetof(struct ipv6hdr, daddr);
		__builtin_memcpy(&p->tuple.local, &ip->daddr, 16);
		__builtin_memcpy(&p->tuple.remote, &ip->saddr, 16);
	}
	if (addr_is_ipv4(&p->tuple.local) || addr_is_ipv4(&p->tuple.remote))
		return MASQ_DROP_MAPPED;
	if (ip->version != 6)
		return MASQ_DROP_MALFORMED;
	packet_set_end(p, sizeof(*ip), bpf_ntohs(ip->payload_len));
	c->pos = ip + 1;
	*ret_proto = ip->nexthdr;
	return parse_extensions(c, p, ret_proto);
}

/* Step over the VLAN tags that stand in the frame. *ethertype: what follows. */
static inline enum masq_verdict parse_vlan(struct cursor *c, struct packet *p,
					   __be16 *ethertype)
{
	for (int i = 0;
	     i < VLAN_TAGS_MAX && (*ethertype == bpf_htons(ETH_P_8021Q) ||
				   *ethertype == bpf_htons(ETH_P_8021AD));
	     i++) {
		struct vlan_hdr *vlan = c->pos;

		if ((void *)(vlan + 1) > c->end)
			return MASQ_DROP_MALFORMED;
		*ethertype = vlan->h_vlan_encapsulated_proto;
		c->pos = vlan + 1;
	}
	p->l3_off = cursor_offset(c);
	return MASQ_CONTINUE;
}

/*
 * Read the packet whose IP header, or VLAN tag, starts l3_off bytes into the
 * data.
 *
 * ethertype: as in the frame, of ETH_P_…, in network order.
 * Fills everything but p->direction, p->is_quoted and a quotation's p->end_off,
 * which are the caller's word.  Inline as handle().
 */
static __always_inline enum masq_verdict
parse(struct cursor *c, struct packet *p, __be16 ethertype, __u16 l3_off)
{
	enum masq_verdict verdict;
	__u8 proto = 0;

	c->pos = c->start + l3_off;
	verdict = parse_vlan(c, p, &ethertype);
	if (verdict != MASQ_CONTINUE)
		return verdict;
	if (ethertype == bpf_htons(ETH_P_IP))
		verdict = parse_ipv4(c, p, &proto);
	else if (ethertype == bpf_htons(ETH_P_IPV6))
		verdict = parse_ipv6(c, p, &proto);
	else
		verdict = MASQ_PASS_NOT_IP;
	return verdict == MASQ_CONTINUE ? parse_transport(c, p, proto) :
					  verdict;
}

#endif /* PARSE_H */
