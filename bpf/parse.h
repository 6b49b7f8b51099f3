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

#include "packet.h"

/* What has been read so far; nothing past `end` is ever touched. */
struct cursor {
	void *start;
	void *pos;
	void *end;
};

enum {
	/* IEEE 802.1ad: a service tag and a customer tag. */
	VLAN_TAGS_MAX = 2,
	/* RFC 8200 4.1: each of the kinds that we walk, one of them twice. */
	EXTENSIONS_MAX = 5,
	/* Bytes before the transport header; what is pulled and written. */
	L4_OFFSET_MAX = 448,
	IPV4_OFFSET_MASK = 0x1fff, /* in units of 8 bytes */
	IPV4_MORE_FRAGMENTS = 0x2000,
	IPV6_OFFSET_MASK = 0xfff8, /* in bytes */
	IPV6_MORE_FRAGMENTS = 0x0001,
	/* RFC 792, RFC 4443: what an error quotes stands behind this. */
	ICMP_QUOTE_OFFSET = 8,
	/* RFC 9260 3.1: the type of the first chunk. */
	SCTP_CHUNK_OFFSET = sizeof(struct sctphdr),
	OFFSET_MAX = 0xffff,
};

static inline __u16 cursor_offset(const struct cursor *c)
{
	return c->pos - c->start;
}

/*
 * Does the packet end behind `size` bytes of the transport?  The frame may go
 * on, and a quotation may be cut anywhere.
 */
static inline int packet_has(const struct packet *p, __u32 size)
{
	return p->l4_off + size <= p->end_off;
}

static inline void packet_set_check(struct packet *p, __u32 field)
{
	if (packet_has(p, field + sizeof(__sum16)))
		p->check_off = p->l4_off + field;
}

/* The first two words of TCP, UDP and their like. */
static inline enum masq_verdict parse_ports(struct cursor *c, struct packet *p)
{
	__be16 *ports = c->pos;
	int is_egress = p->direction == MASQ_EGRESS;

	if ((void *)(ports + 2) > c->end || !packet_has(p, 2 * sizeof(*ports)))
		return MASQ_DROP_MALFORMED;
	p->port_off = p->l4_off + (is_egress ? 0 : sizeof(*ports));
	p->tuple.local_port = bpf_ntohs(is_egress ? ports[0] : ports[1]);
	p->tuple.remote_port = bpf_ntohs(is_egress ? ports[1] : ports[0]);
	return MASQ_CONTINUE;
}

static inline enum packet_role tcp_role(__u8 flags)
{
	switch (flags & (TCP_FLAGS_STATE | TCP_FLAG_ACK)) {
	case TCP_FLAG_SYN:
		return PACKET_OPENS;
	case TCP_FLAG_ACK:
		return PACKET_CONTINUES;
	default:
		return PACKET_ANSWERS;
	}
}

/* Source: RFC 9293 3.1. */
static inline enum masq_verdict parse_tcp(struct cursor *c, struct packet *p)
{
	struct tcphdr *tcp = c->pos;

	packet_set_check(p, __builtin_offsetof(struct tcphdr, check));
	if (p->is_quoted)
		return parse_ports(c, p);
	if ((void *)(tcp + 1) > c->end || !packet_has(p, sizeof(*tcp)))
		return MASQ_DROP_MALFORMED;
	p->tcp_flags = ((__u8 *)tcp)[TCP_FLAGS_OFFSET];
	p->role = tcp_role(p->tcp_flags);
	return parse_ports(c, p);
}

/* UDP-Lite has its checksum there too. Source: RFC 768, RFC 3828 3.1. */
static inline enum masq_verdict parse_udp(struct cursor *c, struct packet *p)
{
	struct udphdr *udp = c->pos;

	packet_set_check(p, __builtin_offsetof(struct udphdr, check));
	if (!p->is_quoted &&
	    ((void *)(udp + 1) > c->end || !packet_has(p, sizeof(*udp))))
		return MASQ_DROP_MALFORMED;
	return parse_ports(c, p);
}

static inline enum packet_role sctp_role(__u8 chunk)
{
	switch (chunk) {
	case SCTP_INIT:
		return PACKET_OPENS;
	case SCTP_INIT_ACK:
	case SCTP_ABORT:
	case SCTP_SHUTDOWN_ACK:
	case SCTP_SHUTDOWN_COMPLETE:
		return PACKET_ANSWERS;
	default:
		return PACKET_CONTINUES;
	}
}

/*
 * SCTP's checksum covers the ports, but not the addresses: a port that may not
 * change spares summing up the packet. Source: RFC 9260 3.1, 6.8.
 */
static inline enum masq_verdict parse_sctp(struct cursor *c, struct packet *p)
{
	__u8 *chunk = c->pos + SCTP_CHUNK_OFFSET;
	enum masq_verdict verdict = parse_ports(c, p);

	p->port_off = 0;
	if (p->is_quoted)
		return verdict;
	if ((void *)(chunk + 1) > c->end ||
	    !packet_has(p, SCTP_CHUNK_OFFSET + sizeof(*chunk)))
		return MASQ_DROP_MALFORMED;
	p->role = sctp_role(*chunk);
	return verdict;
}

/* Return: enum packet_role; -1 for a type that is not translated. */
static inline int icmp_role(__u8 type)
{
	switch (type) {
	case ICMP_ECHO_REQUEST:
	case ICMP_TIMESTAMP:
		return PACKET_OPENS;
	case ICMP_ECHO_REPLY:
	case ICMP_TIMESTAMP_REPLY:
		return PACKET_ANSWERS;
	case ICMP_UNREACHABLE:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETER_PROBLEM:
		return PACKET_ERROR;
	default:
		return -1;
	}
}

static inline int icmpv6_role(__u8 type)
{
	switch (type) {
	case ICMPV6_ECHO_REQUEST:
		return PACKET_OPENS;
	case ICMPV6_ECHO_REPLY:
		return PACKET_ANSWERS;
	case ICMPV6_UNREACHABLE:
	case ICMPV6_TOO_BIG:
	case ICMPV6_TIME_EXCEEDED:
	case ICMPV6_PARAMETER_PROBLEM:
		return PACKET_ERROR;
	default:
		return -1;
	}
}

/*
 * Queries have an identifier; errors quote, never each other, and are short
 * enough to come whole.  Source: RFC 792, RFC 1122 3.2.2, RFC 4443.
 */
static inline enum masq_verdict parse_icmp(struct cursor *c, struct packet *p)
{
	struct icmphdr *icmp = c->pos;
	__u32 id = __builtin_offsetof(struct icmphdr, un.echo.id);
	int role;

	/* until we know better: what may be an error is never answered */
	p->role = PACKET_ANSWERS;
	if ((void *)(&icmp->un.echo.id + 1) > c->end ||
	    !packet_has(p, id + sizeof(__be16)))
		return MASQ_DROP_MALFORMED;
	if (!p->is_quoted &&
	    ((void *)(icmp + 1) > c->end || !packet_has(p, sizeof(*icmp))))
		return MASQ_DROP_MALFORMED;
	role = p->family == MASQ_IPV4 ? icmp_role(icmp->type) :
					icmpv6_role(icmp->type);
	if (role < 0 ||
	    (role == PACKET_ERROR && (p->is_quoted || p->is_first_fragment)))
		return MASQ_DROP_ICMP;
	p->role = role;
	packet_set_check(p, __builtin_offsetof(struct icmphdr, checksum));
	if (role == PACKET_ERROR)
		return MASQ_CONTINUE;
	p->port_off = p->l4_off + id;
	p->tuple.local_port = bpf_ntohs(icmp->un.echo.id);
	return MASQ_CONTINUE;
}

/*
 * Protocols that we know to sign or sum up the addresses in a way of their own,
 * and ICMP of the other family: changed, they would arrive broken.
 */
static inline int proto_forbids_nat(enum masq_family family, __u8 proto)
{
	switch (proto) {
	case IPPROTO_OSPF: /* RFC 5340 A.3.1 */
	case IPPROTO_PIM: /* RFC 7761 4.9 */
	case IPPROTO_VRRP: /* RFC 5798 5.2.8 */
		return family == MASQ_IPV6;
	case IPPROTO_AH: /* RFC 4302 3.3.3 */
	case IPPROTO_DCCP: /* RFC 4340 9.1 */
	case IPPROTO_MH: /* RFC 6275 6.1.1 */
	case IPPROTO_HIP: /* RFC 7401 5.1.1 */
	case IPPROTO_SHIM6: /* RFC 5533 5.3 */
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 1;
	default:
		return 0;
	}
}

/* Protocols without ports are known by their number and addresses alone. */
static inline enum masq_verdict parse_transport(struct cursor *c,
						struct packet *p, __u8 proto)
{
	__u8 icmp = p->family == MASQ_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;

	p->tuple.proto = proto;
	if (c->pos > c->end || cursor_offset(c) > p->end_off)
		return MASQ_DROP_MALFORMED;
	if (cursor_offset(c) > L4_OFFSET_MAX)
		return MASQ_DROP_EXTENSIONS;
	if (p->role == PACKET_FRAGMENT)
		return p->is_quoted ? MASQ_DROP_MALFORMED : MASQ_CONTINUE;
	p->l4_off = cursor_offset(c);
	if (proto == IPPROTO_TCP)
		return parse_tcp(c, p);
	if (proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE)
		return parse_udp(c, p);
	if (proto == IPPROTO_SCTP)
		return parse_sctp(c, p);
	if (proto == icmp)
		return parse_icmp(c, p);
	return proto_forbids_nat(p->family, proto) ? MASQ_DROP_PROTOCOL :
						     MASQ_CONTINUE;
}

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

/* Step over the IPv4 header, options included. Source: RFC 791 3.1. */
static inline enum masq_verdict parse_ipv4(struct cursor *c, struct packet *p)
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
	return parse_transport(c, p, ip->protocol);
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

/* Walk the extension headers to the transport. Source: RFC 8200 4. */
static inline enum masq_verdict parse_extensions(struct cursor *c,
						 struct packet *p, __u8 next)
{
	for (int i = 0; i < EXTENSIONS_MAX && is_extension(p, next); i++) {
		enum masq_verdict verdict = parse_extension(c, p, &next);

		if (verdict != MASQ_CONTINUE)
			return verdict;
	}
	if (is_extension(p, next))
		return MASQ_DROP_EXTENSIONS;
	return parse_transport(c, p, next);
}

/* Source: RFC 8200 3. */
static inline enum masq_verdict parse_ipv6(struct cursor *c, struct packet *p)
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
	return parse_extensions(c, p, ip->nexthdr);
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
 * which are the caller's word.
 */
static inline enum masq_verdict parse(struct cursor *c, struct packet *p,
				      __be16 ethertype, __u16 l3_off)
{
	enum masq_verdict verdict;

	c->pos = c->start + l3_off;
	verdict = parse_vlan(c, p, &ethertype);
	if (verdict != MASQ_CONTINUE)
		return verdict;
	if (ethertype == bpf_htons(ETH_P_IP))
		return parse_ipv4(c, p);
	if (ethertype == bpf_htons(ETH_P_IPV6))
		return parse_ipv6(c, p);
	return MASQ_PASS_NOT_IP;
}

#endif /* PARSE_H */
