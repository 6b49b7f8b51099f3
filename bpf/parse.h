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
	/* RFC 8200 4.1: each of the kinds that we walk, one of them twice. */
	EXTENSIONS_MAX = 4,
	/* Bytes before the transport header; what is pulled and written. */
	L4_OFFSET_MAX = 448,
	IPV4_OFFSET_MASK = 0x1fff,
	IPV4_MORE_FRAGMENTS = 0x2000,
};

static inline __u16 cursor_offset(const struct cursor *c)
{
	return c->pos - c->start;
}

/* Source: RFC 768, RFC 9293 3.1. */
static inline enum masq_verdict parse_ports(struct cursor *c, struct packet *p,
					    __u16 check)
{
	__be16 *ports = c->pos;

	if ((void *)(ports + 2) > c->end)
		return MASQ_DROP_MALFORMED;
	p->l4_off = cursor_offset(c);
	p->check_off = p->l4_off + check;
	if (p->direction == MASQ_EGRESS) {
		p->port_off = p->l4_off;
		p->tuple.local_port = bpf_ntohs(ports[0]);
		p->tuple.remote_port = bpf_ntohs(ports[1]);
	} else {
		p->port_off = p->l4_off + sizeof(__be16);
		p->tuple.local_port = bpf_ntohs(ports[1]);
		p->tuple.remote_port = bpf_ntohs(ports[0]);
	}
	return MASQ_CONTINUE;
}

static inline enum masq_verdict parse_tcp(struct cursor *c, struct packet *p)
{
	struct tcphdr *tcp = c->pos;

	if ((void *)(tcp + 1) > c->end)
		return MASQ_DROP_MALFORMED;
	p->tcp_flags = ((__u8 *)tcp)[TCP_FLAGS_OFFSET];
	return parse_ports(c, p, __builtin_offsetof(struct tcphdr, check));
}

static inline enum masq_verdict parse_udp(struct cursor *c, struct packet *p)
{
	struct udphdr *udp = c->pos;

	if ((void *)(udp + 1) > c->end)
		return MASQ_DROP_MALFORMED;
	return parse_ports(c, p, __builtin_offsetof(struct udphdr, check));
}

/* Echo: the identifier is the port. Source: RFC 792, RFC 4443 4.1. */
static inline enum masq_verdict parse_echo(struct cursor *c, struct packet *p,
					   __u8 request, __u8 reply)
{
	struct icmphdr *icmp = c->pos;

	if ((void *)(icmp + 1) > c->end)
		return MASQ_DROP_MALFORMED;
	if (icmp->type != request && icmp->type != reply)
		return MASQ_DROP_ICMP;
	p->is_request = icmp->type == request;
	p->l4_off = cursor_offset(c);
	p->check_off = p->l4_off + __builtin_offsetof(struct icmphdr, checksum);
	p->port_off =
		p->l4_off + __builtin_offsetof(struct icmphdr, un.echo.id);
	p->tuple.local_port = bpf_ntohs(icmp->un.echo.id);
	return MASQ_CONTINUE;
}

static inline enum masq_verdict parse_transport(struct cursor *c,
						struct packet *p, __u8 proto)
{
	p->tuple.proto = proto;
	if (cursor_offset(c) > L4_OFFSET_MAX)
		return MASQ_DROP_EXTENSIONS;
	if (proto == IPPROTO_TCP)
		return parse_tcp(c, p);
	if (proto == IPPROTO_UDP)
		return parse_udp(c, p);
	if (proto == IPPROTO_ICMP && p->family == MASQ_IPV4)
		return parse_echo(c, p, ICMP_ECHO_REQUEST, ICMP_ECHO_REPLY);
	if (proto == IPPROTO_ICMPV6 && p->family == MASQ_IPV6)
		return parse_echo(c, p, ICMPV6_ECHO_REQUEST, ICMPV6_ECHO_REPLY);
	return MASQ_DROP_PROTOCOL;
}

/* Step over the IPv4 header, options included. Source: RFC 791 3.1. */
static inline enum masq_verdict parse_ipv4(struct cursor *c, struct packet *p)
{
	struct iphdr *ip = c->pos;
	__u32 header_len;

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
	if (ip->frag_off & bpf_htons(IPV4_OFFSET_MASK | IPV4_MORE_FRAGMENTS))
		return MASQ_DROP_FRAGMENT;
	c->pos += header_len;
	return parse_transport(c, p, ip->protocol);
}

static inline int is_extension(__u8 next_header)
{
	return next_header == IPPROTO_HOPOPTS ||
	       next_header == IPPROTO_ROUTING || next_header == IPPROTO_DSTOPTS;
}

/* Walk the extension headers to the transport. Source: RFC 8200 4. */
static inline enum masq_verdict parse_extensions(struct cursor *c,
						 struct packet *p, __u8 next)
{
	for (int i = 0; i < EXTENSIONS_MAX && is_extension(next); i++) {
		struct ipv6_opt_hdr *extension = c->pos;

		if ((void *)(extension + 1) > c->end)
			return MASQ_DROP_MALFORMED;
		next = extension->nexthdr;
		c->pos += (extension->hdrlen + 1) * 8;
	}
	if (is_extension(next))
		return MASQ_DROP_EXTENSIONS;
	if (next == IPPROTO_FRAGMENT)
		return MASQ_DROP_FRAGMENT;
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
	c->pos = ip + 1;
	return parse_extensions(c, p, ip->nexthdr);
}

/*
 * Read the packet whose IP header starts l3_off bytes into the data.
 *
 * ethertype: as in the frame, of ETH_P_…, in network order.
 * Fills everything but p->direction, which is the caller's word.
 */
static inline enum masq_verdict parse(struct cursor *c, struct packet *p,
				      __be16 ethertype, __u16 l3_off)
{
	p->l3_off = l3_off;
	c->pos = c->start + l3_off;
	if (ethertype == bpf_htons(ETH_P_IP))
		return parse_ipv4(c, p);
	if (ethertype == bpf_htons(ETH_P_IPV6))
		return parse_ipv6(c, p);
	return MASQ_PASS_NOT_IP;
}

#endif /* PARSE_H */
