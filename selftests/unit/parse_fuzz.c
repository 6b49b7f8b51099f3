// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf/parse.h under libFuzzer.  The first byte of the input chooses family,
 * framing and direction, the others are the frame.  Any packet must leave the
 * parser within its data, and be read alike in both directions.
 */
#include "parse.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CHOOSE_IPV6 = 1 << 0,
	CHOOSE_ETHERNET = 1 << 1,
	CHOOSE_INGRESS = 1 << 2,
	CHOOSE_NOT_IP = 1 << 3,
};

/* A frame in memory of just its length; its IP header at a multiple of 4. */
struct frame {
	unsigned char *memory;
	unsigned char *start;
	size_t length;
	__u16 l3_off;
	enum masq_family family;
	__be16 ethertype;
};

static void hold(bool condition, const char *invariant)
{
	if (condition)
		return;
	fprintf(stderr, "does not hold: %s\n", invariant);
	abort();
}

#define HOLD(condition) hold(condition, #condition)

static struct frame frame_new(const uint8_t *data, size_t size)
{
	size_t pad;
	struct frame frame = {
		.length = size - 1,
		.l3_off = data[0] & CHOOSE_ETHERNET ? ETH_HEADER_LEN : 0,
		.family = data[0] & CHOOSE_IPV6 ? MASQ_IPV6 : MASQ_IPV4,
	};

	pad = -frame.l3_off & 3;
	frame.ethertype =
		bpf_htons(frame.family == MASQ_IPV6 ? ETH_P_IPV6 : ETH_P_IP);
	if (data[0] & CHOOSE_NOT_IP)
		frame.ethertype = bpf_htons(0x0806);
	frame.memory = malloc(pad + frame.length);
	HOLD(frame.memory != NULL);
	frame.start = frame.memory + pad;
	memcpy(frame.start, data + 1, frame.length);
	return frame;
}

static enum masq_verdict frame_parse(const struct frame *frame,
				     enum masq_direction direction,
				     struct packet *ret)
{
	struct cursor cursor = {
		.start = frame->start,
		.pos = frame->start,
		.end = frame->start + frame->length,
	};

	*ret = (struct packet){ .direction = direction };
	return parse(&cursor, ret, frame->ethertype, frame->l3_off);
}

static size_t header_len(const struct frame *frame)
{
	return frame->family == MASQ_IPV4 ? sizeof(struct iphdr) :
					    sizeof(struct ipv6hdr);
}

/* The tuple's local end is what the frame has at the offsets. */
static void hold_address(const struct frame *frame, const struct packet *p)
{
	size_t size = frame->family == MASQ_IPV4 ? 4 : 16;

	HOLD(p->family == frame->family);
	HOLD(p->l3_off == frame->l3_off);
	HOLD(p->addr_off >= p->l3_off);
	HOLD(p->addr_off + size <= p->l3_off + header_len(frame));
	HOLD(p->addr_off + size <= frame->length);
	HOLD(memcmp(frame->start + p->addr_off, p->tuple.local.byte + 16 - size,
		    size) == 0);
}

/* The whole header is there, not just the fields that are read. */
static size_t transport_len(const struct packet *p)
{
	return p->tuple.proto == IPPROTO_TCP ? sizeof(struct tcphdr) :
					       sizeof(struct udphdr);
}

static void hold_transport(const struct frame *frame, const struct packet *p)
{
	const unsigned char *port = frame->start + p->port_off;

	HOLD(p->l4_off >= p->l3_off + header_len(frame));
	HOLD(p->l4_off <= L4_OFFSET_MAX);
	HOLD(p->l4_off + transport_len(p) <= frame->length);
	HOLD(p->l4_off % 4 == p->l3_off % 4);
	HOLD(p->port_off >= p->l4_off && p->port_off + 2u <= frame->length);
	HOLD(p->check_off >= p->l4_off && p->check_off + 2u <= frame->length);
	HOLD(p->port_off + 2 <= p->check_off ||
	     p->check_off + 2 <= p->port_off);
	HOLD(p->tuple.local_port == (port[0] << 8 | port[1]));
	HOLD(!p->tuple.zero[0] && !p->tuple.zero[1] && !p->tuple.zero[2]);
}

/* The IP header is of its version, and of a whole packet. */
static void hold_whole(const struct frame *frame)
{
	const unsigned char *ip = frame->start + frame->l3_off;

	HOLD(ip[0] >> 4 == (frame->family == MASQ_IPV4 ? 4 : 6));
	/* RFC 791 3.1: more fragments, or an offset */
	if (frame->family == MASQ_IPV4)
		HOLD(!(ip[6] & 0x3f) && !ip[7]);
}

static void hold_proto(const struct packet *p)
{
	__u8 icmp = p->family == MASQ_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;

	HOLD(p->tuple.proto == IPPROTO_TCP || p->tuple.proto == IPPROTO_UDP ||
	     p->tuple.proto == icmp);
	HOLD(p->tuple.proto == IPPROTO_TCP || !p->tcp_flags);
	HOLD(p->tuple.proto == icmp ? !p->tuple.remote_port : !p->is_request);
}

/* What each verdict says of the packet. */
static void hold_verdict(const struct frame *frame, const struct packet *p,
			 enum masq_verdict verdict)
{
	bool is_mapped = addr_is_ipv4(&p->tuple.local) ||
			 addr_is_ipv4(&p->tuple.remote);

	switch (verdict) {
	case MASQ_CONTINUE:
		hold_whole(frame);
		hold_transport(frame, p);
		hold_proto(p);
		HOLD(frame->family == MASQ_IPV4 || !is_mapped);
		break;
	case MASQ_PASS_NOT_IP:
		HOLD(frame->ethertype == bpf_htons(0x0806));
		break;
	case MASQ_DROP_EXTENSIONS:
		HOLD(frame->family == MASQ_IPV6);
		break;
	case MASQ_DROP_MAPPED:
		HOLD(frame->family == MASQ_IPV6 && is_mapped);
		break;
	case MASQ_DROP_PROTOCOL:
		HOLD(p->tuple.proto != IPPROTO_TCP);
		HOLD(p->tuple.proto != IPPROTO_UDP);
		HOLD(frame->family == MASQ_IPV4 ||
		     p->tuple.proto != IPPROTO_FRAGMENT);
		break;
	default:
		HOLD(verdict == MASQ_DROP_MALFORMED ||
		     verdict == MASQ_DROP_FRAGMENT ||
		     verdict == MASQ_DROP_ICMP);
	}
}

/* The same packet from the other side. */
static void hold_mirrored(const struct frame *frame, const struct packet *p,
			  enum masq_verdict verdict)
{
	struct packet other;

	HOLD(frame_parse(frame, !p->direction, &other) == verdict);
	HOLD(addr_equal(&other.tuple.local, &p->tuple.remote));
	HOLD(addr_equal(&other.tuple.remote, &p->tuple.local));
	HOLD(other.tuple.proto == p->tuple.proto);
	HOLD(other.l4_off == p->l4_off);
	HOLD(other.check_off == p->check_off);
	HOLD(other.tcp_flags == p->tcp_flags);
	HOLD(other.is_request == p->is_request);
	if (p->port_off == other.port_off) { /* echo: one identifier */
		HOLD(other.tuple.local_port == p->tuple.local_port);
	} else {
		HOLD(other.tuple.local_port == p->tuple.remote_port);
		HOLD(other.tuple.remote_port == p->tuple.local_port);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum masq_verdict verdict;
	struct frame frame;
	struct packet p;

	if (!size)
		return 0;
	frame = frame_new(data, size);
	verdict = frame_parse(
		&frame, data[0] & CHOOSE_INGRESS ? MASQ_INGRESS : MASQ_EGRESS,
		&p);
	hold_verdict(&frame, &p, verdict);
	hold_mirrored(&frame, &p, verdict);
	if (verdict != MASQ_PASS_NOT_IP &&
	    frame.length >= frame.l3_off + header_len(&frame))
		hold_address(&frame, &p);
	/* to parse is to read */
	HOLD(memcmp(frame.start, data + 1, frame.length) == 0);
	free(frame.memory);
	return 0;
}
