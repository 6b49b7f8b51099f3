// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf/parse.h as host C: packets byte by byte, whole and cut at every length.
 *
 * Each is laid into memory of exactly its length, so that AddressSanitizer
 * sees any byte that is read behind it.
 */
#include "parse.h"

#include "unit.h"

enum {
	IPV4_LEN = 20,
	IPV6_LEN = 40,
	PACKET_MAX = 4096,
	POD_PORT = 45312, /* 0xb100 */
	REMOTE_PORT = 443, /* 0x01bb */
	ECHO_ID = 0x1234,
};

#define POD4 10, 244, 1, 2
#define REMOTE4 192, 0, 2, 7
#define POD6 0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2
#define REMOTE6 0x20, 1, 0xd, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7
#define MAPPED6 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7
#define COMPATIBLE6 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 7

/* RFC 791 3.1; flags_high: the flags and the offset's upper bits */
#define IPV4_OF(first, flags_high, offset_low, proto)                         \
	first, 0, 0, 84, 0, 1, flags_high, offset_low, 64, proto, 0, 0, POD4, \
		REMOTE4
#define IPV4(proto) IPV4_OF(0x45, 0, 0, proto)

/* RFC 8200 3 */
#define IPV6_OF(first, next, src, dst) first, 0, 0, 0, 0, 64, next, 64, src, dst
#define IPV6(next) IPV6_OF(0x60, next, POD6, REMOTE6)

/* RFC 8200 4; 8 bytes, and units of 8 more */
#define EXTENSION(next) next, 0, 1, 4, 0, 0, 0, 0
#define EXTENSION_16(next) next, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define FRAGMENT(next) next, 0, 0, 8, 0, 0, 0, 1

#define PORTS 0xb1, 0x00, 0x01, 0xbb
#define TCP(flags) PORTS, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, flags, 9, 9, 7, 7, 0, 0
#define UDP PORTS, 0, 8, 7, 7
#define ECHO(type) type, 0, 7, 7, 0x12, 0x34, 0, 1

#define BYTES(...)                              \
	(const unsigned char[]){ __VA_ARGS__ }, \
		sizeof((const unsigned char[]){ __VA_ARGS__ })

/* --- packets in memory --- */

static const __u16 framings[] = { 14, 0 }; /* l3_off: Ethernet, or nothing */

struct frame {
	unsigned char *memory;
	unsigned char *start;
	size_t length;
};

/*
 * length bytes of the packet behind l3_off bytes of something, and not one
 * more.  The IP header lies on a multiple of four, as the kernel has it.
 */
static struct frame frame_new(const unsigned char *bytes, size_t length,
			      __u16 l3_off)
{
	size_t pad = -l3_off & 3;
	struct frame frame = { .length = l3_off + length };

	frame.memory = malloc(pad + frame.length);
	must(frame.memory != NULL, "malloc");
	frame.start = frame.memory + pad;
	memset(frame.start, 0xee, l3_off);
	memcpy(frame.start + l3_off, bytes, length);
	return frame;
}

static enum masq_verdict frame_parse(const struct frame *frame,
				     enum masq_family family, __u16 l3_off,
				     enum masq_direction direction,
				     struct packet *ret)
{
	struct cursor cursor = {
		.start = frame->start,
		.pos = frame->start,
		.end = frame->start + frame->length,
	};

	*ret = (struct packet){ .direction = direction };
	return parse(&cursor, ret,
		     bpf_htons(family == MASQ_IPV4 ? ETH_P_IP : ETH_P_IPV6),
		     l3_off);
}

/* Parse the bytes in a frame of their own. */
static enum masq_verdict bytes_parse(const unsigned char *bytes, size_t length,
				     enum masq_family family, __u16 l3_off,
				     enum masq_direction direction,
				     struct packet *ret)
{
	struct frame frame = frame_new(bytes, length, l3_off);
	enum masq_verdict verdict =
		frame_parse(&frame, family, l3_off, direction, ret);

	free(frame.memory);
	return verdict;
}

/* --- what is expected --- */

struct packet_row {
	const char *name;
	enum masq_family family;
	const unsigned char *bytes; /* from the IP header on */
	size_t length;
	enum masq_verdict verdict;
	size_t decided; /* bytes that make the verdict; fewer: malformed */
	/* MASQ_CONTINUE only; offsets from the IP header */
	__u8 proto;
	__u16 l4_off;
	__u16 check_off;
	__u8 tcp_flags;
	__u8 is_request;
};

static const struct packet_row packets[] = {
	{ "IPv4 TCP", MASQ_IPV4, BYTES(IPV4(6), TCP(0x02)), MASQ_CONTINUE,
	  .decided = 20 + 20, .proto = 6, .l4_off = 20, .check_off = 20 + 16,
	  .tcp_flags = 0x02 },
	{ "IPv4 TCP with data", MASQ_IPV4, BYTES(IPV4(6), TCP(0x18), 1, 2, 3),
	  MASQ_CONTINUE, .decided = 20 + 20, .proto = 6, .l4_off = 20,
	  .check_off = 20 + 16, .tcp_flags = 0x18 },
	{ "IPv4 UDP", MASQ_IPV4, BYTES(IPV4(17), UDP), MASQ_CONTINUE,
	  .decided = 20 + 8, .proto = 17, .l4_off = 20, .check_off = 20 + 6 },
	{ "IPv4 echo request", MASQ_IPV4, BYTES(IPV4(1), ECHO(8)),
	  MASQ_CONTINUE, .decided = 20 + 8, .proto = 1, .l4_off = 20,
	  .check_off = 20 + 2, .is_request = 1 },
	{ "IPv4 echo reply", MASQ_IPV4, BYTES(IPV4(1), ECHO(0)), MASQ_CONTINUE,
	  .decided = 20 + 8, .proto = 1, .l4_off = 20, .check_off = 20 + 2 },
	{ "IPv4 with one option, TCP", MASQ_IPV4,
	  BYTES(IPV4_OF(0x46, 0, 0, 6), 1, 1, 1, 0, TCP(0x10)), MASQ_CONTINUE,
	  .decided = 24 + 20, .proto = 6, .l4_off = 24, .check_off = 24 + 16,
	  .tcp_flags = 0x10 },
	{ "IPv4 with all options, UDP", MASQ_IPV4,
	  BYTES(IPV4_OF(0x4f, 0, 0, 17), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
		1, 1, 1, 1, 1, 0, UDP),
	  MASQ_CONTINUE, .decided = 60 + 8, .proto = 17, .l4_off = 60,
	  .check_off = 60 + 6 },
	{ "IPv4 with options, echo", MASQ_IPV4,
	  BYTES(IPV4_OF(0x47, 0, 0, 1), 1, 1, 1, 1, 1, 1, 1, 0, ECHO(8)),
	  MASQ_CONTINUE, .decided = 28 + 8, .proto = 1, .l4_off = 28,
	  .check_off = 28 + 2, .is_request = 1 },
	{ "IPv4 that may not be fragmented", MASQ_IPV4,
	  BYTES(IPV4_OF(0x45, 0x40, 0, 17), UDP), MASQ_CONTINUE,
	  .decided = 20 + 8, .proto = 17, .l4_off = 20, .check_off = 20 + 6 },
	{ "IPv4 first fragment", MASQ_IPV4,
	  BYTES(IPV4_OF(0x45, 0x20, 0, 17), UDP), MASQ_DROP_FRAGMENT,
	  .decided = 20 },
	{ "IPv4 later fragment", MASQ_IPV4, BYTES(IPV4_OF(0x45, 0, 1, 17), UDP),
	  MASQ_DROP_FRAGMENT, .decided = 20 },
	{ "IPv4 error", MASQ_IPV4, BYTES(IPV4(1), ECHO(3), IPV4(17), UDP),
	  MASQ_DROP_ICMP, .decided = 20 + 8 },
	{ "IPv4 GRE", MASQ_IPV4, BYTES(IPV4(47), 0, 0, 8, 0),
	  MASQ_DROP_PROTOCOL, .decided = 20 },
	{ "IPv4 of version 6", MASQ_IPV4, BYTES(IPV4_OF(0x65, 0, 0, 17), UDP),
	  MASQ_DROP_MALFORMED, .decided = 20 },
	{ "IPv4 header of 16 bytes", MASQ_IPV4,
	  BYTES(IPV4_OF(0x44, 0, 0, 17), UDP), MASQ_DROP_MALFORMED,
	  .decided = 20 },

	{ "IPv6 TCP", MASQ_IPV6, BYTES(IPV6(6), TCP(0x12)), MASQ_CONTINUE,
	  .decided = 40 + 20, .proto = 6, .l4_off = 40, .check_off = 40 + 16,
	  .tcp_flags = 0x12 },
	{ "IPv6 UDP", MASQ_IPV6, BYTES(IPV6(17), UDP), MASQ_CONTINUE,
	  .decided = 40 + 8, .proto = 17, .l4_off = 40, .check_off = 40 + 6 },
	{ "IPv6 echo request", MASQ_IPV6, BYTES(IPV6(58), ECHO(128)),
	  MASQ_CONTINUE, .decided = 40 + 8, .proto = 58, .l4_off = 40,
	  .check_off = 40 + 2, .is_request = 1 },
	{ "IPv6 echo reply", MASQ_IPV6, BYTES(IPV6(58), ECHO(129)),
	  MASQ_CONTINUE, .decided = 40 + 8, .proto = 58, .l4_off = 40,
	  .check_off = 40 + 2 },
	{ "IPv6 hop-by-hop options", MASQ_IPV6,
	  BYTES(IPV6(0), EXTENSION(6), TCP(0x02)), MASQ_CONTINUE,
	  .decided = 48 + 20, .proto = 6, .l4_off = 48, .check_off = 48 + 16,
	  .tcp_flags = 0x02 },
	{ "IPv6 routing header", MASQ_IPV6,
	  BYTES(IPV6(43), EXTENSION_16(17), UDP), MASQ_CONTINUE,
	  .decided = 56 + 8, .proto = 17, .l4_off = 56, .check_off = 56 + 6 },
	{ "IPv6 destination options", MASQ_IPV6,
	  BYTES(IPV6(60), EXTENSION(58), ECHO(128)), MASQ_CONTINUE,
	  .decided = 48 + 8, .proto = 58, .l4_off = 48, .check_off = 48 + 2,
	  .is_request = 1 },
	{ "IPv6 four extension headers", MASQ_IPV6,
	  BYTES(IPV6(0), EXTENSION(60), EXTENSION_16(43), EXTENSION(60),
		EXTENSION(17), UDP),
	  MASQ_CONTINUE, .decided = 80 + 8, .proto = 17, .l4_off = 80,
	  .check_off = 80 + 6 },
	{ "IPv6 five extension headers", MASQ_IPV6,
	  BYTES(IPV6(0), EXTENSION(60), EXTENSION(43), EXTENSION(60),
		EXTENSION(60), EXTENSION(17), UDP),
	  MASQ_DROP_EXTENSIONS, .decided = 64 + 2 },
	{ "IPv6 fragment", MASQ_IPV6, BYTES(IPV6(44), FRAGMENT(17), UDP),
	  MASQ_DROP_FRAGMENT, .decided = 40 },
	{ "IPv6 fragment behind an extension header", MASQ_IPV6,
	  BYTES(IPV6(0), EXTENSION(44), FRAGMENT(17), UDP), MASQ_DROP_FRAGMENT,
	  .decided = 40 + 2 },
	{ "IPv6 fragment behind four extension headers", MASQ_IPV6,
	  BYTES(IPV6(0), EXTENSION(60), EXTENSION(43), EXTENSION(60),
		EXTENSION(44), FRAGMENT(17), UDP),
	  MASQ_DROP_FRAGMENT, .decided = 64 + 2 },
	{ "IPv6 error", MASQ_IPV6, BYTES(IPV6(58), ECHO(1), IPV6(17), UDP),
	  MASQ_DROP_ICMP, .decided = 40 + 8 },
	{ "IPv6 neighbour solicitation", MASQ_IPV6,
	  BYTES(IPV6(58), ECHO(135), REMOTE6), MASQ_DROP_ICMP,
	  .decided = 40 + 8 },
	{ "IPv6 SCTP", MASQ_IPV6, BYTES(IPV6(132), PORTS, 0, 0, 0, 0),
	  MASQ_DROP_PROTOCOL, .decided = 40 },
	{ "IPv6 without a next header", MASQ_IPV6, BYTES(IPV6(59)),
	  MASQ_DROP_PROTOCOL, .decided = 40 },
	{ "IPv6 from a mapped address", MASQ_IPV6,
	  BYTES(IPV6_OF(0x60, 17, MAPPED6, REMOTE6), UDP), MASQ_DROP_MAPPED,
	  .decided = 40 },
	{ "IPv6 to a mapped address", MASQ_IPV6,
	  BYTES(IPV6_OF(0x60, 17, POD6, MAPPED6), UDP), MASQ_DROP_MAPPED,
	  .decided = 40 },
	{ "IPv6 between mapped addresses", MASQ_IPV6,
	  BYTES(IPV6_OF(0x60, 17, MAPPED6, MAPPED6), UDP), MASQ_DROP_MAPPED,
	  .decided = 40 },
	{ "IPv6 to an address like a mapped one", MASQ_IPV6,
	  BYTES(IPV6_OF(0x60, 17, POD6, COMPATIBLE6), UDP), MASQ_CONTINUE,
	  .decided = 40 + 8, .proto = 17, .l4_off = 40, .check_off = 40 + 6 },
	{ "IPv6 of version 4", MASQ_IPV6,
	  BYTES(IPV6_OF(0x40, 17, POD6, REMOTE6), UDP), MASQ_DROP_MALFORMED,
	  .decided = 40 },
};

/* The address at this end of the header, as the tuple has it. */
static struct masq_addr row_addr(const struct packet_row *row, bool is_source)
{
	struct masq_addr addr = { { [10] = 0xff, 0xff } };

	if (row->family == MASQ_IPV4)
		memcpy(addr.byte + 12, row->bytes + (is_source ? 12 : 16), 4);
	else
		memcpy(addr.byte, row->bytes + (is_source ? 8 : 24), 16);
	return addr;
}

static __u16 row_addr_off(const struct packet_row *row, bool is_source)
{
	if (row->family == MASQ_IPV4)
		return is_source ? 12 : 16;
	return is_source ? 8 : 24;
}

/* What is known of any packet whose IP header is whole. */
static void check_addresses(const struct packet_row *row,
			    const struct packet *p, __u16 l3_off)
{
	bool is_egress = p->direction == MASQ_EGRESS;
	struct masq_addr local = row_addr(row, is_egress);
	struct masq_addr remote = row_addr(row, !is_egress);

	CHECK(memcmp(&p->tuple.local, &local, sizeof(local)) == 0);
	CHECK(memcmp(&p->tuple.remote, &remote, sizeof(remote)) == 0);
	CHECK_EQUAL(p->family, row->family);
	CHECK_EQUAL(p->l3_off, l3_off);
	CHECK_EQUAL(p->addr_off, l3_off + row_addr_off(row, is_egress));
}

/* Echo: the identifier at both ends' place. */
static void check_ports(const struct packet_row *row, const struct packet *p)
{
	bool is_egress = p->direction == MASQ_EGRESS;

	if (row->proto == IPPROTO_ICMP || row->proto == IPPROTO_ICMPV6) {
		CHECK_EQUAL(p->tuple.local_port, ECHO_ID);
		CHECK_EQUAL(p->tuple.remote_port, 0);
		CHECK_EQUAL(p->port_off, p->l4_off + 4);
		return;
	}
	CHECK_EQUAL(p->tuple.local_port, is_egress ? POD_PORT : REMOTE_PORT);
	CHECK_EQUAL(p->tuple.remote_port, is_egress ? REMOTE_PORT : POD_PORT);
	CHECK_EQUAL(p->port_off, p->l4_off + (is_egress ? 0 : 2));
}

static void check_transport(const struct packet_row *row,
			    const struct packet *p, __u16 l3_off)
{
	static const __u8 zero[3];

	CHECK_EQUAL(p->tuple.proto, row->proto);
	CHECK(memcmp(p->tuple.zero, zero, sizeof(zero)) == 0);
	CHECK_EQUAL(p->l4_off, l3_off + row->l4_off);
	CHECK_EQUAL(p->check_off, l3_off + row->check_off);
	CHECK_EQUAL(p->tcp_flags, row->tcp_flags);
	CHECK_EQUAL(p->is_request, row->is_request);
	check_ports(row, p);
}

/* The packet's first `length` bytes, in one framing and direction. */
static void check_cut(const struct packet_row *row, size_t length, __u16 l3_off,
		      enum masq_direction direction)
{
	size_t header = row->family == MASQ_IPV4 ? IPV4_LEN : IPV6_LEN;
	enum masq_verdict verdict;
	struct packet p;

	verdict = bytes_parse(row->bytes, length, row->family, l3_off,
			      direction, &p);
	CHECK_EQUAL(verdict,
		    length < row->decided ? MASQ_DROP_MALFORMED : row->verdict);
	CHECK_EQUAL(p.direction, direction);
	if (length >= header)
		check_addresses(row, &p, l3_off);
	if (verdict == MASQ_CONTINUE)
		check_transport(row, &p, l3_off);
}

static void check_whole(const struct packet_row *row)
{
	for (size_t f = 0; f < COUNT(framings); f++)
		for (int d = 0; d < MASQ_DIRECTION_COUNT; d++)
			check_cut(row, row->length, framings[f], d);
}

static void whole_packets_are_read(void)
{
	CHECK_ROWS(packets, check_whole);
}

static void check_every_cut(const struct packet_row *row)
{
	for (size_t length = 0; length < row->length; length++)
		for (size_t f = 0; f < COUNT(framings); f++)
			for (int d = 0; d < MASQ_DIRECTION_COUNT; d++) {
				check_cut(row, length, framings[f], d);
				if (!test_failed)
					continue;
				printf("# cut to %zu bytes\n", length);
				return;
			}
}

static void cut_packets_are_refused(void)
{
	CHECK_ROWS(packets, check_every_cut);
}

/* The frame ends before the IP header has begun. */
static void cut_frames_are_refused(void)
{
	static const unsigned char bytes[14];
	struct packet p;

	for (size_t length = 0; length < sizeof(bytes); length++)
		for (int family = 0; family < MASQ_FAMILY_COUNT; family++) {
			struct frame frame = frame_new(bytes, length, 0);
			enum masq_verdict verdict = frame_parse(
				&frame, family, 14, MASQ_EGRESS, &p);

			free(frame.memory);
			CHECK_EQUAL(verdict, MASQ_DROP_MALFORMED);
		}
}

/* --- each value of a field --- */

static void other_ethertypes_are_not_ip(void)
{
	static const unsigned char bytes[] = { IPV4(17), UDP };
	struct frame frame = frame_new(bytes, sizeof(bytes), 14);

	for (unsigned int ethertype = 0; ethertype < 65536; ethertype++) {
		struct cursor cursor = {
			.start = frame.start,
			.end = frame.start + frame.length,
		};
		struct packet p = { .direction = MASQ_EGRESS };
		enum masq_verdict verdict =
			parse(&cursor, &p, bpf_htons(ethertype), 14);

		if (ethertype == 0x0800 || ethertype == 0x86dd)
			CHECK(verdict != MASQ_PASS_NOT_IP);
		else
			CHECK_EQUAL(verdict, MASQ_PASS_NOT_IP);
	}
	free(frame.memory);
}

/* Version and header length. */
static void ipv4_headers_have_their_first_byte(void)
{
	for (unsigned int first = 0; first < 256; first++) {
		unsigned int version = first >> 4,
			     header_len = (first & 15) * 4;
		unsigned char bytes[PACKET_MAX] = { IPV4_OF(first, 0, 0, 17) };
		bool is_good = version == 4 && header_len >= IPV4_LEN;
		enum masq_verdict verdict;
		struct packet p;

		verdict = bytes_parse(bytes, 60 + 8, MASQ_IPV4, 14, MASQ_EGRESS,
				      &p);
		CHECK_EQUAL(verdict,
			    is_good ? MASQ_CONTINUE : MASQ_DROP_MALFORMED);
		CHECK_EQUAL(p.l4_off, is_good ? 14 + header_len : 0);
	}
}

static void ipv6_headers_have_their_version(void)
{
	for (unsigned int first = 0; first < 256; first++) {
		const unsigned char bytes[] = {
			IPV6_OF(first, 17, POD6, REMOTE6), UDP
		};
		enum masq_verdict verdict;
		struct packet p;

		verdict = bytes_parse(bytes, sizeof(bytes), MASQ_IPV6, 14,
				      MASQ_EGRESS, &p);
		CHECK_EQUAL(verdict, first >> 4 == 6 ? MASQ_CONTINUE :
						       MASQ_DROP_MALFORMED);
	}
}

/* What a protocol number leads to, with nothing but zeros behind. */
static enum masq_verdict expected_of_proto(enum masq_family family,
					   unsigned int proto)
{
	if (proto == 6 || proto == 17)
		return MASQ_CONTINUE;
	if (family == MASQ_IPV4) /* type 0: echo reply */
		return proto == 1 ? MASQ_CONTINUE : MASQ_DROP_PROTOCOL;
	switch (proto) {
	case 0:
	case 43:
	case 60: /* a header of zeros: hop-by-hop options, without end */
		return MASQ_DROP_EXTENSIONS;
	case 44:
		return MASQ_DROP_FRAGMENT;
	case 58:
		return MASQ_DROP_ICMP;
	default:
		return MASQ_DROP_PROTOCOL;
	}
}

static void each_protocol_has_its_verdict(void)
{
	for (unsigned int proto = 0; proto < 256; proto++)
		for (int family = 0; family < MASQ_FAMILY_COUNT; family++) {
			unsigned char ipv4[128] = { IPV4(proto) };
			unsigned char ipv6[128] = { IPV6(proto) };
			struct packet p;

			CHECK_EQUAL(
				bytes_parse(family == MASQ_IPV4 ? ipv4 : ipv6,
					    128, family, 14, MASQ_EGRESS, &p),
				expected_of_proto(family, proto));
			CHECK(family == MASQ_IPV6 || p.tuple.proto == proto);
		}
}

static void only_echoes_are_read(void)
{
	for (unsigned int type = 0; type < 256; type++) {
		const unsigned char ipv4[] = { IPV4(1), ECHO(type) };
		const unsigned char ipv6[] = { IPV6(58), ECHO(type) };
		struct packet p;

		CHECK_EQUAL(bytes_parse(ipv4, sizeof(ipv4), MASQ_IPV4, 14,
					MASQ_EGRESS, &p),
			    type == 8 || type == 0 ? MASQ_CONTINUE :
						     MASQ_DROP_ICMP);
		CHECK_EQUAL(p.is_request, type == 8);
		CHECK_EQUAL(bytes_parse(ipv6, sizeof(ipv6), MASQ_IPV6, 14,
					MASQ_EGRESS, &p),
			    type == 128 || type == 129 ? MASQ_CONTINUE :
							 MASQ_DROP_ICMP);
		CHECK_EQUAL(p.is_request, type == 128);
	}
}

/* RFC 9293 3.1: FIN 1, SYN 2, RST 4, ACK 16; the others say nothing of it. */
static void flags_tell_what_a_segment_does(void)
{
	for (unsigned int flags = 0; flags < 256; flags++) {
		const unsigned char bytes[] = { IPV6(6), TCP(flags) };
		struct packet p;

		CHECK_EQUAL(bytes_parse(bytes, sizeof(bytes), MASQ_IPV6, 14,
					MASQ_EGRESS, &p),
			    MASQ_CONTINUE);
		CHECK_EQUAL(p.tcp_flags, flags);
		CHECK_EQUAL(packet_opens(&p), (flags & 0x17) == 0x02);
		CHECK_EQUAL(packet_continues(&p), (flags & 0x17) == 0x10);
	}
}

/* --- fragments --- */

/* Every offset, with and without MF, DF and the reserved bit. */
static void ipv4_fragments_are_known_at_each_offset(void)
{
	for (unsigned int field = 0; field < 65536; field++) {
		const unsigned char bytes[] = {
			IPV4_OF(0x45, field >> 8, field & 0xff, 17), UDP
		};
		bool is_whole = (field & 0x1fff) == 0 && !(field & 0x2000);

		for (int d = 0; d < MASQ_DIRECTION_COUNT; d++) {
			enum masq_verdict verdict;
			struct packet p;

			verdict = bytes_parse(bytes, sizeof(bytes), MASQ_IPV4,
					      14, d, &p);
			if (verdict !=
			    (is_whole ? MASQ_CONTINUE : MASQ_DROP_FRAGMENT))
				printf("# offset field %#x\n", field);
			CHECK_EQUAL(verdict, is_whole ? MASQ_CONTINUE :
							MASQ_DROP_FRAGMENT);
		}
	}
}

/* Every offset, with and without M and the reserved bits; offset 0 too. */
static void ipv6_fragments_are_known_at_each_offset(void)
{
	for (unsigned int field = 0; field < 65536; field++) {
		unsigned char bytes[] = { IPV6(44), FRAGMENT(17), UDP };

		bytes[IPV6_LEN + 2] = field >> 8;
		bytes[IPV6_LEN + 3] = field & 0xff;
		for (int d = 0; d < MASQ_DIRECTION_COUNT; d++) {
			struct packet p;

			CHECK_EQUAL(bytes_parse(bytes, sizeof(bytes), MASQ_IPV6,
						14, d, &p),
				    MASQ_DROP_FRAGMENT);
		}
	}
}

/* --- bounds --- */

/* One destination options header of each length that there is. */
static void transport_headers_lie_within_the_bound(void)
{
	for (unsigned int units = 0; units < 256; units++) {
		unsigned char bytes[PACKET_MAX] = { IPV6(60), 17, units };
		size_t l4_off = IPV6_LEN + 8 * (units + 1);

		for (size_t f = 0; f < COUNT(framings); f++) {
			bool is_near = framings[f] + l4_off <= L4_OFFSET_MAX;
			enum masq_verdict verdict;
			struct packet p;

			verdict = bytes_parse(bytes, l4_off + 8, MASQ_IPV6,
					      framings[f], MASQ_EGRESS, &p);
			CHECK_EQUAL(verdict, is_near ? MASQ_CONTINUE :
						       MASQ_DROP_EXTENSIONS);
			CHECK_EQUAL(p.l4_off,
				    is_near ? framings[f] + l4_off : 0);
		}
	}
}

/* 0, 43 and 60 in every order of four, and of five. */
static void extension_headers_are_walked_up_to_the_bound(void)
{
	static const unsigned char kinds[] = { 0, 43, 60 };

	for (unsigned int order = 0; order < 3 * 3 * 3 * 3 * 3; order++) {
		unsigned char kind[5], rest = order;
		struct packet p;

		for (int i = 0; i < 5; i++, rest /= 3)
			kind[i] = kinds[rest % 3];
		const unsigned char four[] = {
			IPV6(kind[0]),	    EXTENSION(kind[1]),
			EXTENSION(kind[2]), EXTENSION(kind[3]),
			EXTENSION(17),	    UDP
		};
		const unsigned char five[] = { IPV6(kind[0]),
					       EXTENSION(kind[1]),
					       EXTENSION(kind[2]),
					       EXTENSION(kind[3]),
					       EXTENSION(kind[4]),
					       EXTENSION(17),
					       UDP };

		CHECK_EQUAL(bytes_parse(four, sizeof(four), MASQ_IPV6, 14,
					MASQ_INGRESS, &p),
			    MASQ_CONTINUE);
		CHECK_EQUAL(p.l4_off, 14 + 40 + 4 * 8);
		CHECK_EQUAL(bytes_parse(five, sizeof(five), MASQ_IPV6, 14,
					MASQ_INGRESS, &p),
			    MASQ_DROP_EXTENSIONS);
	}
}

static const struct test_case cases[] = {
	{ "whole packets are read", whole_packets_are_read },
	{ "packets cut at any length are refused", cut_packets_are_refused },
	{ "frames cut before the IP header are refused",
	  cut_frames_are_refused },
	{ "other ethertypes are not IP", other_ethertypes_are_not_ip },
	{ "only IPv4 of version 4 and 20 bytes or more is read",
	  ipv4_headers_have_their_first_byte },
	{ "only IPv6 of version 6 is read", ipv6_headers_have_their_version },
	{ "each protocol has its verdict", each_protocol_has_its_verdict },
	{ "of ICMP only echoes are read", only_echoes_are_read },
	{ "flags tell what a segment does", flags_tell_what_a_segment_does },
	{ "IPv4 fragments are known at each offset",
	  ipv4_fragments_are_known_at_each_offset },
	{ "IPv6 fragments are known at each offset",
	  ipv6_fragments_are_known_at_each_offset },
	{ "transport headers lie within the bound",
	  transport_headers_lie_within_the_bound },
	{ "extension headers are walked up to the bound",
	  extension_headers_are_walked_up_to_the_bound },
};

TEST_MAIN(cases)
