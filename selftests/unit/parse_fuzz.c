// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf/parse.h under libFuzzer.  The first bytes of the input are what the
 * caller of parse() knows (struct input), the others are the frame.  Any packet
 * must leave the parser within its data, be read alike in both directions, and
 * not be taken for another when less of it is in reach.
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
	CHOOSE_QUOTED = 1 << 3,
	CHOOSE_VLAN = 1 << 4, /* a customer's tag */
	CHOOSE_SERVICE_VLAN = 1 << 5,
	CHOOSE_NOT_IP = 1 << 6,

	ETH_P_ARP = 0x0806,
	/* a quotation: behind the headers of the shortest error */
	QUOTE_OFFSET = sizeof(struct iphdr) + ICMP_QUOTE_OFFSET,
};

/* How an input begins. */
struct input {
	uint8_t choice; /* CHOOSE_… */
	uint8_t end[2]; /* a quotation's end: bytes from its IP header */
	uint8_t cut[2]; /* as many bytes of the frame are in reach at first */
};

/* A frame in memory of just its length; its IP header at a multiple of 4. */
struct frame {
	unsigned char *memory;
	unsigned char *start;
	size_t length;
	__u16 l3_off; /* as parse() is told */
	__u16 end_off; /* as parse() is told of a quotation; not behind it all */
	__u16 ethertype;
	bool is_quoted;
};

static void hold(bool condition, const char *invariant)
{
	if (condition)
		return;
	fprintf(stderr, "does not hold: %s\n", invariant);
	abort();
}

#define HOLD(condition) hold(condition, #condition)

static __u16 choose_ethertype(uint8_t choice)
{
	if (choice & CHOOSE_NOT_IP)
		return ETH_P_ARP;
	if (choice & CHOOSE_VLAN)
		return ETH_P_8021Q;
	if (choice & CHOOSE_SERVICE_VLAN)
		return ETH_P_8021AD;
	return choice & CHOOSE_IPV6 ? ETH_P_IPV6 : ETH_P_IP;
}

/* The first `length` bytes of these. */
static struct frame frame_new(const struct input *input, const uint8_t *bytes,
			      size_t length)
{
	struct frame frame = {
		.length = length,
		.l3_off = input->choice & CHOOSE_ETHERNET ? ETH_HEADER_LEN : 0,
		.ethertype = choose_ethertype(input->choice),
		.is_quoted = (input->choice & CHOOSE_QUOTED) != 0,
	};
	size_t pad, end;

	if (frame.is_quoted)
		frame.l3_off += QUOTE_OFFSET;
	end = frame.l3_off + (input->end[0] << 8 | input->end[1]);
	frame.end_off = end < length ? end : length;
	pad = -frame.l3_off & 3;
	frame.memory = malloc(pad + length);
	HOLD(frame.memory != NULL);
	frame.start = frame.memory + pad;
	memcpy(frame.start, bytes, length);
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

	memset(ret, 0, sizeof(*ret)); /* padding too: they are compared */
	ret->direction = direction;
	ret->is_quoted = frame->is_quoted;
	if (frame->is_quoted)
		ret->end_off = frame->end_off;
	return parse(&cursor, ret, bpf_htons(frame->ethertype), frame->l3_off);
}

static unsigned int read16(const struct frame *frame, size_t offset)
{
	HOLD(offset + 2 <= frame->length);
	return frame->start[offset] << 8 | frame->start[offset + 1];
}

static size_t header_len(const struct packet *p)
{
	return p->family == MASQ_IPV4 ? sizeof(struct iphdr) :
					sizeof(struct ipv6hdr);
}

/* Where the frame's packet ends: a trailer is no part of a quotation. */
static size_t packet_limit(const struct frame *frame)
{
	return frame->is_quoted ? frame->end_off : frame->length;
}

/* What is left when the tags are. *offset: where that starts. */
static __u16 skip_tags(const struct frame *frame, size_t *offset)
{
	__u16 ethertype = frame->ethertype;

	*offset = frame->l3_off;
	for (int tags = 0; tags < VLAN_TAGS_MAX && (ethertype == ETH_P_8021Q ||
						    ethertype == ETH_P_8021AD);
	     tags++) {
		ethertype = read16(frame, *offset + 2);
		*offset += sizeof(struct vlan_hdr);
	}
	return ethertype;
}

static void hold_tags(const struct frame *frame, const struct packet *p)
{
	size_t offset;
	__u16 ethertype = skip_tags(frame, &offset);

	HOLD(ethertype == (p->family == MASQ_IPV4 ? ETH_P_IP : ETH_P_IPV6));
	HOLD(p->l3_off == offset);
}

static void hold_not_ip(const struct frame *frame)
{
	size_t offset;
	__u16 ethertype = skip_tags(frame, &offset);

	HOLD(ethertype != ETH_P_IP && ethertype != ETH_P_IPV6);
}

/* The tuple's ends are what the header has at the offsets. */
static void hold_addresses(const struct frame *frame, const struct packet *p)
{
	bool is_ipv4 = p->family == MASQ_IPV4;
	size_t size = is_ipv4 ? 4 : 16;
	size_t source = p->l3_off + (is_ipv4 ? 12 : 8);
	size_t local = p->direction == MASQ_EGRESS ? source : source + size;
	size_t remote = p->direction == MASQ_EGRESS ? source + size : source;

	HOLD(p->l3_off + header_len(p) <= packet_limit(frame));
	HOLD(p->addr_off == local);
	HOLD(memcmp(frame->start + local, p->tuple.local.byte + 16 - size,
		    size) == 0);
	HOLD(memcmp(frame->start + remote, p->tuple.remote.byte + 16 - size,
		    size) == 0);
	HOLD(addr_is_ipv4(&p->tuple.local) == is_ipv4);
	HOLD(addr_is_ipv4(&p->tuple.remote) == is_ipv4);
}

/* The IP header is of its version, and says where the packet ends. */
static void hold_header(const struct frame *frame, const struct packet *p)
{
	size_t length =
		read16(frame, p->l3_off + (p->family == MASQ_IPV4 ? 2 : 4));
	size_t end = p->l3_off + (p->family == MASQ_IPV4 ? 0 : 40) + length;

	HOLD(frame->start[p->l3_off] >> 4 == (p->family == MASQ_IPV4 ? 4 : 6));
	if (frame->is_quoted)
		HOLD(p->end_off == frame->end_off);
	else
		/* 0: of a packet beyond 64 KiB */
		HOLD(p->end_off == (length && end < 65535 ? end : 65535));
}

/* RFC 791 3.1; IPv6's fragment header may stand anywhere. */
static void hold_fragment(const struct frame *frame, const struct packet *p)
{
	unsigned int field;
	bool is_later = p->role == PACKET_FRAGMENT;

	HOLD(!(is_later && p->is_first_fragment));
	HOLD(!(is_later && p->is_quoted));
	if (p->family == MASQ_IPV6)
		return;
	field = read16(frame, p->l3_off + 6);
	HOLD(is_later == ((field & 0x1fff) != 0));
	HOLD(p->is_first_fragment == (!is_later && (field & 0x2000)));
	HOLD(p->fragment_id == read16(frame, p->l3_off + 4));
}

/* What a later fragment's payload looks like is no transport. */
static void hold_nothing(const struct packet *p)
{
	HOLD(!p->l4_off && !p->port_off && !p->check_off);
	HOLD(!p->tuple.local_port && !p->tuple.remote_port);
	HOLD(!p->tcp_flags);
}

/* As much of the transport as is read or written. */
static size_t transport_len(const struct packet *p)
{
	switch (p->tuple.proto) {
	case IPPROTO_TCP:
		return p->is_quoted ? 4 : sizeof(struct tcphdr);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return p->is_quoted ? 4 : sizeof(struct udphdr);
	case IPPROTO_SCTP:
		return p->is_quoted ? 4 : SCTP_CHUNK_OFFSET + 1;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return p->is_quoted ? 6 : sizeof(struct icmphdr);
	default:
		return 0;
	}
}

/* A checksum is there, or, in a quotation, cut off. */
static void hold_check(const struct frame *frame, const struct packet *p,
		       size_t field)
{
	bool is_there = p->l4_off + field + 2 <= packet_limit(frame);

	HOLD(is_there || p->is_quoted);
	HOLD(p->check_off == (is_there ? p->l4_off + field : 0));
}

static void hold_ports(const struct frame *frame, const struct packet *p)
{
	size_t local = p->l4_off + (p->direction == MASQ_EGRESS ? 0 : 2);
	size_t remote = p->l4_off + (p->direction == MASQ_EGRESS ? 2 : 0);

	HOLD(p->tuple.local_port == read16(frame, local));
	HOLD(p->tuple.remote_port == read16(frame, remote));
	if (p->tuple.proto == IPPROTO_SCTP) {
		HOLD(!p->port_off && !p->check_off);
		return;
	}
	HOLD(p->port_off == local);
	hold_check(frame, p, p->tuple.proto == IPPROTO_TCP ? 16 : 6);
}

static void hold_icmp(const struct frame *frame, const struct packet *p)
{
	bool is_error = p->role == PACKET_ERROR;

	HOLD(!(is_error && p->is_quoted));
	HOLD(p->role != PACKET_CONTINUES);
	HOLD(p->port_off == (is_error ? 0 : p->l4_off + 4));
	HOLD(p->tuple.local_port ==
	     (is_error ? 0 : read16(frame, p->port_off)));
	HOLD(!p->tuple.remote_port);
	hold_check(frame, p, 2);
}

/* What the protocol says of the packet. */
static void hold_proto(const struct frame *frame, const struct packet *p)
{
	switch (p->tuple.proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
		HOLD(p->role != PACKET_ERROR);
		hold_ports(frame, p);
		break;
	case IPPROTO_ICMP:
		HOLD(p->family == MASQ_IPV4);
		hold_icmp(frame, p);
		break;
	case IPPROTO_ICMPV6:
		HOLD(p->family == MASQ_IPV6);
		hold_icmp(frame, p);
		break;
	default:
		HOLD(!proto_forbids_nat(p->family, p->tuple.proto));
		HOLD(!(p->family == MASQ_IPV6 &&
		       is_extension(p, p->tuple.proto)));
		HOLD(p->role == PACKET_OPENS);
		HOLD(!p->port_off && !p->check_off);
		HOLD(!p->tuple.local_port && !p->tuple.remote_port);
	}
}

static void hold_transport(const struct frame *frame, const struct packet *p)
{
	bool has_flags = p->tuple.proto == IPPROTO_TCP && !p->is_quoted;

	HOLD(p->l4_off >= p->l3_off + header_len(p));
	if (p->family == MASQ_IPV4)
		HOLD(p->l4_off ==
		     p->l3_off + (frame->start[p->l3_off] & 15) * 4);
	HOLD(p->l4_off <= L4_OFFSET_MAX);
	HOLD(p->l4_off % 4 == p->l3_off % 4);
	HOLD(p->l4_off + transport_len(p) <= packet_limit(frame));
	hold_proto(frame, p);
	if (has_flags)
		HOLD(p->tcp_flags == frame->start[p->l4_off + 13]);
	else
		HOLD(!p->tcp_flags);
}

/* What can be translated. */
static void hold_read(const struct frame *frame, const struct packet *p)
{
	HOLD(p->is_quoted == frame->is_quoted);
	HOLD(!p->tuple.zero[0] && !p->tuple.zero[1] && !p->tuple.zero[2]);
	hold_tags(frame, p);
	hold_addresses(frame, p);
	hold_header(frame, p);
	hold_fragment(frame, p);
	if (p->role == PACKET_FRAGMENT)
		hold_nothing(p);
	else
		hold_transport(frame, p);
}

/* What each verdict says of the packet. */
static void hold_verdict(const struct frame *frame, const struct packet *p,
			 enum masq_verdict verdict)
{
	switch (verdict) {
	case MASQ_CONTINUE:
		hold_read(frame, p);
		break;
	case MASQ_PASS_NOT_IP:
		hold_not_ip(frame);
		break;
	case MASQ_DROP_EXTENSIONS: /* IPv4 too: quoted far behind */
		HOLD(p->family == MASQ_IPV6 || p->is_quoted);
		break;
	case MASQ_DROP_MAPPED:
		HOLD(p->family == MASQ_IPV6);
		HOLD(addr_is_ipv4(&p->tuple.local) ||
		     addr_is_ipv4(&p->tuple.remote));
		break;
	case MASQ_DROP_PROTOCOL:
		HOLD(proto_forbids_nat(p->family, p->tuple.proto));
		break;
	case MASQ_DROP_ICMP:
		HOLD(p->tuple.proto ==
		     (p->family == MASQ_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6));
		break;
	default:
		HOLD(verdict == MASQ_DROP_MALFORMED);
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
	HOLD(other.end_off == p->end_off);
	HOLD(other.check_off == p->check_off);
	HOLD(other.tcp_flags == p->tcp_flags);
	HOLD(other.role == p->role);
	HOLD(other.is_first_fragment == p->is_first_fragment);
	HOLD(other.fragment_id == p->fragment_id);
	if (p->port_off && p->port_off == other.port_off) { /* an identifier */
		HOLD(other.tuple.local_port == p->tuple.local_port);
	} else {
		HOLD(other.tuple.local_port == p->tuple.remote_port);
		HOLD(other.tuple.remote_port == p->tuple.local_port);
	}
}

/*
 * Less of the frame is in reach: either that is said, or nothing changes.
 * packet_read() relies on it.
 */
static void hold_cut(const struct input *input, const uint8_t *bytes,
		     const struct frame *frame, const struct packet *p,
		     enum masq_verdict verdict)
{
	size_t length = input->cut[0] << 8 | input->cut[1];
	enum masq_verdict cut_verdict;
	struct packet cut_packet;
	struct frame cut;

	if (length > frame->length)
		return;
	cut = frame_new(input, bytes, length);
	cut.end_off = frame->end_off;
	cut_verdict = frame_parse(&cut, p->direction, &cut_packet);
	free(cut.memory);
	if (cut_verdict == MASQ_DROP_MALFORMED)
		return;
	HOLD(cut_verdict == verdict);
	HOLD(memcmp(&cut_packet, p, sizeof(*p)) == 0);
}

/* What stands behind a quotation's end changes nothing of what it is. */
static void hold_trailer(const struct input *input, const uint8_t *bytes,
			 const struct frame *frame, const struct packet *p,
			 enum masq_verdict verdict)
{
	enum masq_verdict cut_verdict;
	struct packet cut_packet;
	struct frame cut;

	if (!frame->is_quoted)
		return;
	cut = frame_new(input, bytes, frame->end_off);
	cut_verdict = frame_parse(&cut, p->direction, &cut_packet);
	free(cut.memory);
	HOLD((cut_verdict == MASQ_CONTINUE) == (verdict == MASQ_CONTINUE));
	if (verdict == MASQ_CONTINUE)
		HOLD(memcmp(&cut_packet, p, sizeof(*p)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *bytes = data + sizeof(struct input);
	enum masq_verdict verdict;
	struct input input;
	struct frame frame;
	struct packet p;

	if (size < sizeof(input))
		return 0;
	memcpy(&input, data, sizeof(input));
	frame = frame_new(&input, bytes, size - sizeof(input));
	verdict = frame_parse(
		&frame,
		input.choice & CHOOSE_INGRESS ? MASQ_INGRESS : MASQ_EGRESS, &p);
	hold_verdict(&frame, &p, verdict);
	hold_mirrored(&frame, &p, verdict);
	hold_cut(&input, bytes, &frame, &p, verdict);
	hold_trailer(&input, bytes, &frame, &p, verdict);
	/* to parse is to read */
	HOLD(memcmp(frame.start, bytes, frame.length) == 0);
	free(frame.memory);
	return 0;
}
