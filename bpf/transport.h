/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the transport header to struct packet: ports or an identifier, the
 * checksum, and what the packet is to its flow.
 *
 * The parser's last step; compiles as host C too, with parse.h.
 */
#ifndef TRANSPORT_H
#define TRANSPORT_H

#include "cursor.h"
#include "packet.h"

enum {
	/* Bytes before the transport header; what is pulled and written. */
	L4_OFFSET_MAX = 448,
	/* RFC 792, RFC 4443: what an error quotes stands behind this. */
	ICMP_QUOTE_OFFSET = 8,
	/* RFC 9260 3.1: the type of the first chunk. */
	SCTP_CHUNK_OFFSET = sizeof(struct sctphdr),
};

/*
 * Does the packet end behind `size` bytes of the transport?  The frame may go
 * on, and a quotation may be cut anywhere.
 */
static inline int packet_has(const struct packet *p, __u32 size)
{
	return p->l4_off + size <= p->end_off;
}

/* Can `size` bytes of the transport be read, where the cursor stands? */
static inline int transport_has(const struct cursor *c, const struct packet *p,
				__u32 size)
{
	return c->pos + size <= c->end && packet_has(p, size);
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

	if (!transport_has(c, p, 2 * sizeof(*ports)))
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
	if (!transport_has(c, p, sizeof(*tcp)))
		return MASQ_DROP_MALFORMED;
	p->tcp_flags = ((__u8 *)tcp)[TCP_FLAGS_OFFSET];
	p->role = tcp_role(p->tcp_flags);
	return parse_ports(c, p);
}

/* UDP-Lite has its checksum there too. Source: RFC 768, RFC 3828 3.1. */
static __always_inline enum masq_verdict parse_udp(struct cursor *c,
						   struct packet *p)
{
	packet_set_check(p, __builtin_offsetof(struct udphdr, check));
	if (!p->is_quoted && !transport_has(c, p, sizeof(struct udphdr)))
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
 * change spares summing up the packet.  Chunks that stand alone are in no
 * train. Source: RFC 9260 3.1, 6.8.
 */
static inline enum masq_verdict parse_sctp(struct cursor *c, struct packet *p)
{
	__u8 *chunk = c->pos + SCTP_CHUNK_OFFSET;
	enum masq_verdict verdict = parse_ports(c, p);

	p->port_off = 0;
	if (p->is_quoted)
		return verdict;
	if (p->is_train) {
		p->role = PACKET_CONTINUES;
		return verdict;
	}
	if (!transport_has(c, p, SCTP_CHUNK_OFFSET + sizeof(*chunk)))
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
	if (!transport_has(c, p, id + sizeof(__be16)))
		return MASQ_DROP_MALFORMED;
	if (!p->is_quoted && !transport_has(c, p, sizeof(*icmp)))
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
	__u32 offset = cursor_offset(c);

	p->tuple.proto = proto;
	if (c->pos > c->end || offset > p->end_off)
		return MASQ_DROP_MALFORMED;
	/* the verifier forgets here by which headers it has come */
	barrier_var(offset);
	if (offset > L4_OFFSET_MAX)
		return MASQ_DROP_EXTENSIONS;
	if (p->role == PACKET_FRAGMENT)
		return p->is_quoted ? MASQ_DROP_MALFORMED : MASQ_CONTINUE;
	c->pos = c->start + offset;
	p->l4_off = offset;
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

#endif /* TRANSPORT_H */
