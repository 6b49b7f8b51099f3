// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf/parse.h as host C: packets byte by byte, whole, quoted, and cut at every
 * length.
 *
 * Each is laid into memory of exactly its length, so that AddressSanitizer
 * sees any byte that is read behind it.
 */
#include "parse.h"

#include "unit.h"

enum {
	PACKET_MAX = 4096,
	POD_PORT = 45312, /* 0xb100 */
	REMOTE_PORT = 443, /* 0x01bb */
	QUERY_ID = 0x1234,
	IPV4_ID = 0xa1b2,
	IPV4_LENGTH = 84, /* what the header says, whatever is there */
	IPV6_LENGTH = 40 + 64,
};

#define IPV6_ID 0xa1b2c3d4

#define POD4 10, 244, 1, 2
#define REMOTE4 192, 0, 2, 7
#define POD6 0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2
#define REMOTE6 0x20, 1, 0xd, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7
#define MAPPED6 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7
#define COMPATIBLE6 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 7

/* RFC 791 3.1; field: the flags and the fragment's offset */
#define IPV4_OF(first, field, proto)                                           \
	first, 0, 0, 84, 0xa1, 0xb2, (field) >> 8, (field)&0xff, 64, proto, 0, \
		0, POD4, REMOTE4
#define IPV4(proto) IPV4_OF(0x45, 0, proto)
#define OPTIONS_40                                                           \
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, \
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0

/* RFC 8200 3 */
#define IPV6_OF(first, next, src, dst) first, 0, 0, 0, 0, 64, next, 64, src, dst
#define IPV6(next) IPV6_OF(0x60, next, POD6, REMOTE6)

/* RFC 8200 4; 8 bytes, and units of 8 more */
#define EXTENSION(next) next, 0, 1, 4, 0, 0, 0, 0
#define EXTENSION_16(next) next, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
/* RFC 8200 4.5; field: the offset, and in its last bit M */
#define FRAGMENT(next, field) \
	next, 0, (field) >> 8, (field)&0xff, 0xa1, 0xb2, 0xc3, 0xd4

#define PORTS 0xb1, 0x00, 0x01, 0xbb
#define TCP(flags) PORTS, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, flags, 9, 9, 7, 7, 0, 0
#define UDP PORTS, 0, 8, 7, 7
#define SCTP(chunk) PORTS, 9, 9, 9, 9, 7, 7, 7, 7, chunk, 0, 0, 4
#define ICMP(type) type, 0, 7, 7, 0x12, 0x34, 0, 1
#define GRE 0, 0, 8, 0

#define BYTES(...)                              \
	(const unsigned char[]){ __VA_ARGS__ }, \
		sizeof((const unsigned char[]){ __VA_ARGS__ })

/* --- packets in memory --- */

/* What stands before the IP header. */
struct framing {
	__u16 link_len; /* Ethernet's header, or nothing */
	__u16 tag_count;
	__u16 tag[4]; /* ethertypes of VLAN tags, as on the wire */
};

static const struct framing framings[] = {
	{ .link_len = 14 },
	{ .link_len = 0 },
	{ 14, 1, { 0x8100 } },
	{ 14, 1, { 0x88a8 } },
	{ 14, 2, { 0x88a8, 0x8100 } },
	{ 14, 2, { 0x8100, 0x8100 } },
};

static const struct framing ethernet = { .link_len = 14 };

/* Where a quotation may stand: behind the headers of an error. */
static const struct framing quote_framings[] = {
	{ .link_len = 14 + 20 + 8 },
	{ .link_len = 0 + 40 + 8 },
};

struct frame {
	unsigned char byte[PACKET_MAX];
	size_t length;
	__u16 link_len;
	__u16 l3_off;
	__u16 ethertype;
};

static __u16 ethertype_of(enum masq_family family)
{
	return family == MASQ_IPV4 ? 0x0800 : 0x86dd;
}

static void frame_add(struct frame *frame, const void *bytes, size_t length)
{
	must(frame->length + length <= PACKET_MAX, "frame_add");
	memcpy(frame->byte + frame->length, bytes, length);
	frame->length += length;
}

/* The packet's bytes behind this framing; `ethertype` is of these bytes. */
static void frame_lay(struct frame *frame, const struct framing *framing,
		      __u16 ethertype, const void *bytes, size_t length)
{
	*frame = (struct frame){
		.length = framing->link_len,
		.link_len = framing->link_len,
		.ethertype = framing->tag_count ? framing->tag[0] : ethertype,
	};
	memset(frame->byte, 0xee, framing->link_len);
	for (int i = 0; i < framing->tag_count; i++) {
		__u16 next = i + 1 < framing->tag_count ? framing->tag[i + 1] :
							  ethertype;

		frame_add(frame, (__u8[]){ 0, 100, next >> 8, next & 0xff }, 4);
	}
	frame->l3_off = frame->length;
	frame_add(frame, bytes, length);
}

/*
 * Parse the frame's first `length` bytes, in memory of just that length; the
 * IP header lies on a multiple of four, as the kernel has it.
 *
 * p: what the caller of parse() fills is filled.
 */
static enum masq_verdict frame_parse(const struct frame *frame, size_t length,
				     struct packet *p)
{
	size_t pad = -frame->link_len & 3;
	unsigned char *memory = malloc(pad + length);
	struct cursor cursor = {
		.start = memory + pad,
		.pos = memory + pad,
		.end = memory + pad + length,
	};
	enum masq_verdict verdict;

	must(memory != NULL, "malloc");
	memcpy(memory + pad, frame->byte, length);
	verdict =
		parse(&cursor, p, bpf_htons(frame->ethertype), frame->link_len);
	if (memcmp(memory + pad, frame->byte, length) != 0) {
		printf("# parse() has written to the packet\n");
		test_failed = true;
	}
	free(memory);
	return verdict;
}

/* Parse these bytes in an Ethernet frame. */
static enum masq_verdict bytes_parse(const void *bytes, size_t length,
				     enum masq_family family,
				     enum masq_direction direction,
				     struct packet *ret)
{
	struct frame frame;

	frame_lay(&frame, &ethernet, ethertype_of(family), bytes, length);
	*ret = (struct packet){ .direction = direction };
	return frame_parse(&frame, frame.length, ret);
}

/* All packets are from PORTS' first to its second, whichever is ours. */
static __u16 local_port_of(enum masq_direction direction)
{
	return direction == MASQ_EGRESS ? POD_PORT : REMOTE_PORT;
}

static __u16 remote_port_of(enum masq_direction direction)
{
	return direction == MASQ_EGRESS ? REMOTE_PORT : POD_PORT;
}

/* For loops over values. Return: whether this one has failed, and say which. */
static bool has_failed(const char *what, unsigned int value)
{
	if (test_failed)
		printf("# %s %#x\n", what, value);
	return test_failed;
}

/* --- what is expected --- */

/* What a transport has to be known by. */
enum ends {
	ENDS_NONE,
	ENDS_PORTS,
	ENDS_FIXED_PORTS, /* that may not change */
	ENDS_ID,
};

struct packet_row {
	const char *name;
	enum masq_family family;
	const unsigned char *bytes; /* from the IP header on */
	size_t length;
	enum masq_verdict verdict;
	size_t decided; /* bytes that make the verdict; fewer: malformed */
	/* MASQ_CONTINUE only */
	__u8 proto;
	__u16 l4_off; /* from the IP header; 0: a later fragment has none */
	__u16 check; /* the checksum in the transport header; 0: none */
	enum ends ends;
	enum packet_role role;
	__u8 tcp_flags;
	__u8 is_first_fragment;
};

#define AS_TCP(l4)                                                     \
	MASQ_CONTINUE, .decided = (l4) + 20, .proto = 6, .l4_off = l4, \
		       .check = 16, .ends = ENDS_PORTS
#define AS_SYN(l4) AS_TCP(l4), .tcp_flags = 0x02, .role = PACKET_OPENS
#define AS_UDP_OF(l4, number)                                              \
	MASQ_CONTINUE, .decided = (l4) + 8, .proto = number, .l4_off = l4, \
		       .check = 6, .ends = ENDS_PORTS, .role = PACKET_OPENS
#define AS_UDP(l4) AS_UDP_OF(l4, 17)
#define AS_SCTP(l4)                                                      \
	MASQ_CONTINUE, .decided = (l4) + 13, .proto = 132, .l4_off = l4, \
		       .ends = ENDS_FIXED_PORTS
#define AS_ICMP(l4, number)                                                \
	MASQ_CONTINUE, .decided = (l4) + 8, .proto = number, .l4_off = l4, \
		       .check = 2
#define AS_QUERY(l4, number) \
	AS_ICMP(l4, number), .ends = ENDS_ID, .role = PACKET_OPENS
#define AS_REPLY(l4, number) \
	AS_ICMP(l4, number), .ends = ENDS_ID, .role = PACKET_ANSWERS
#define AS_ERROR(l4, number) AS_ICMP(l4, number), .role = PACKET_ERROR
#define AS_BARE(l4, number)                                            \
	MASQ_CONTINUE, .decided = l4, .proto = number, .l4_off = (l4), \
		       .role = PACKET_OPENS
#define AS_FRAGMENT(l4, number) \
	MASQ_CONTINUE, .decided = l4, .proto = number, .role = PACKET_FRAGMENT

static const struct packet_row packets[] = {
	{ "IPv4 TCP", MASQ_IPV4, BYTES(IPV4(6), TCP(0x02)), AS_SYN(20) },
	{ "IPv4 TCP with data", MASQ_IPV4, BYTES(IPV4(6), TCP(0x18), 1, 2, 3),
	  AS_TCP(20), .tcp_flags = 0x18, .role = PACKET_CONTINUES },
	{ "IPv4 TCP answer", MASQ_IPV4, BYTES(IPV4(6), TCP(0x12)), AS_TCP(20),
	  .tcp_flags = 0x12, .role = PACKET_ANSWERS },
	{ "IPv4 UDP", MASQ_IPV4, BYTES(IPV4(17), UDP, 1, 2, 3), AS_UDP(20) },
	{ "IPv4 UDP-Lite", MASQ_IPV4, BYTES(IPV4(136), UDP, 1),
	  AS_UDP_OF(20, 136) },
	{ "IPv4 SCTP", MASQ_IPV4, BYTES(IPV4(132), SCTP(1)), AS_SCTP(20),
	  .role = PACKET_OPENS },
	{ "IPv4 echo request", MASQ_IPV4, BYTES(IPV4(1), ICMP(8)),
	  AS_QUERY(20, 1) },
	{ "IPv4 echo reply", MASQ_IPV4, BYTES(IPV4(1), ICMP(0)),
	  AS_REPLY(20, 1) },
	{ "IPv4 timestamp", MASQ_IPV4, BYTES(IPV4(1), ICMP(13)),
	  AS_QUERY(20, 1) },
	{ "IPv4 timestamp reply", MASQ_IPV4, BYTES(IPV4(1), ICMP(14)),
	  AS_REPLY(20, 1) },
	{ "IPv4 error", MASQ_IPV4, BYTES(IPV4(1), ICMP(3), IPV4(17), UDP),
	  AS_ERROR(20, 1) },
	{ "IPv4 error that quotes nothing", MASQ_IPV4, BYTES(IPV4(1), ICMP(11)),
	  AS_ERROR(20, 1) },
	{ "IPv4 redirect", MASQ_IPV4, BYTES(IPV4(1), ICMP(5), IPV4(17), UDP),
	  MASQ_DROP_ICMP, .decided = 28 },
	{ "IPv4 GRE", MASQ_IPV4, BYTES(IPV4(47), GRE), AS_BARE(20, 47) },
	{ "IPv4 GRE and no byte of it", MASQ_IPV4, BYTES(IPV4(47)),
	  AS_BARE(20, 47) },
	{ "IPv4 AH", MASQ_IPV4, BYTES(IPV4(51), 6, 4, 0, 0), MASQ_DROP_PROTOCOL,
	  .decided = 20 },
	{ "IPv4 with one option, TCP", MASQ_IPV4,
	  BYTES(IPV4_OF(0x46, 0, 6), 1, 1, 1, 0, TCP(0x02)), AS_SYN(24) },
	{ "IPv4 with all options, UDP", MASQ_IPV4,
	  BYTES(IPV4_OF(0x4f, 0, 17), OPTIONS_40, UDP), AS_UDP(60) },
	{ "IPv4 with all options, UDP-Lite", MASQ_IPV4,
	  BYTES(IPV4_OF(0x4f, 0, 136), OPTIONS_40, UDP), AS_UDP_OF(60, 136) },
	{ "IPv4 with options, SCTP", MASQ_IPV4,
	  BYTES(IPV4_OF(0x47, 0, 132), 1, 1, 1, 1, 1, 1, 1, 0, SCTP(0)),
	  AS_SCTP(28), .role = PACKET_CONTINUES },
	{ "IPv4 with options, echo", MASQ_IPV4,
	  BYTES(IPV4_OF(0x47, 0, 1), 1, 1, 1, 1, 1, 1, 1, 0, ICMP(8)),
	  AS_QUERY(28, 1) },
	{ "IPv4 with options, timestamp reply", MASQ_IPV4,
	  BYTES(IPV4_OF(0x46, 0, 1), 1, 1, 1, 0, ICMP(14)), AS_REPLY(24, 1) },
	{ "IPv4 with options, GRE", MASQ_IPV4,
	  BYTES(IPV4_OF(0x47, 0, 47), 1, 1, 1, 1, 1, 1, 1, 0, GRE),
	  AS_BARE(28, 47) },
	{ "IPv4 that may not be fragmented", MASQ_IPV4,
	  BYTES(IPV4_OF(0x45, 0x4000, 17), UDP), AS_UDP(20) },
	{ "IPv4 first fragment, UDP", MASQ_IPV4,
	  BYTES(IPV4_OF(0x45, 0x2000, 17), UDP), AS_UDP(20),
	  .is_first_fragment = 1 },
	{ "IPv4 first fragment of an error", MASQ_IPV4,
	  BYTES(IPV4_OF(0x45, 0x2000, 1), ICMP(3), IPV4(17), UDP),
	  MASQ_DROP_ICMP, .decided = 28 },
	{ "IPv4 first fragment, echo", MASQ_IPV4,
	  BYTES(IPV4_OF(0x45, 0x2000, 1), ICMP(8)), AS_QUERY(20, 1),
	  .is_first_fragment = 1 },
	{ "IPv4 later fragment, UDP", MASQ_IPV4,
	  BYTES(IPV4_OF(0x45, 0x2001, 17), UDP), AS_FRAGMENT(20, 17) },
	{ "IPv4 last fragment, TCP", MASQ_IPV4,
	  BYTES(IPV4_OF(0x45, 0x0001, 6), TCP(0x02)), AS_FRAGMENT(20, 6) },
	{ "IPv4 last fragment with options, ICMP", MASQ_IPV4,
	  BYTES(IPV4_OF(0x47, 0x0001, 1), 1, 1, 1, 1, 1, 1, 1, 0, ICMP(3)),
	  AS_FRAGMENT(28, 1) },
	{ "IPv4 of version 6", MASQ_IPV4, BYTES(IPV4_OF(0x65, 0, 17), UDP),
	  MASQ_DROP_MALFORMED, .decided = 0 },
	{ "IPv4 header of 16 bytes", MASQ_IPV4,
	  BYTES(IPV4_OF(0x44, 0, 17), UDP), MASQ_DROP_MALFORMED, .decided = 0 },

	{ "IPv6 TCP", MASQ_IPV6, BYTES(IPV6(6), TCP(0x02)), AS_SYN(40) },
	{ "IPv6 TCP answer", MASQ_IPV6, BYTES(IPV6(6), TCP(0x04)), AS_TCP(40),
	  .tcp_flags = 0x04, .role = PACKET_ANSWERS },
	{ "IPv6 UDP", MASQ_IPV6, BYTES(IPV6(17), UDP, 1, 2, 3), AS_UDP(40) },
	{ "IPv6 UDP-Lite", MASQ_IPV6, BYTES(IPV6(136), UDP, 1),
	  AS_UDP_OF(40, 136) },
	{ "IPv6 SCTP", MASQ_IPV6, BYTES(IPV6(132), SCTP(2)), AS_SCTP(40),
	  .role = PACKET_ANSWERS },
	{ "IPv6 echo request", MASQ_IPV6, BYTES(IPV6(58), ICMP(128)),
	  AS_QUERY(40, 58) },
	{ "IPv6 echo reply", MASQ_IPV6, BYTES(IPV6(58), ICMP(129)),
	  AS_REPLY(40, 58) },
	{ "IPv6 error", MASQ_IPV6, BYTES(IPV6(58), ICMP(2), IPV6(17), UDP),
	  AS_ERROR(40, 58) },
	{ "IPv6 neighbour solicitation", MASQ_IPV6,
	  BYTES(IPV6(58), ICMP(135), REMOTE6), MASQ_DROP_ICMP, .decided = 48 },
	{ "IPv6 GRE", MASQ_IPV6, BYTES(IPV6(47), GRE), AS_BARE(40, 47) },
	{ "IPv6 without a next header", MASQ_IPV6, BYTES(IPV6(59)),
	  AS_BARE(40, 59) },
	{ "IPv6 AH", MASQ_IPV6, BYTES(IPV6(51), 6, 4, 0, 0), MASQ_DROP_PROTOCOL,
	  .decided = 40 },
	{ "IPv6 hop-by-hop options, TCP", MASQ_IPV6,
	  BYTES(IPV6(0), EXTENSION(6), TCP(0x02)), AS_SYN(48) },
	{ "IPv6 routing header, UDP", MASQ_IPV6,
	  BYTES(IPV6(43), EXTENSION_16(17), UDP), AS_UDP(56) },
	{ "IPv6 destination options, echo", MASQ_IPV6,
	  BYTES(IPV6(60), EXTENSION(58), ICMP(128)), AS_QUERY(48, 58) },
	{ "IPv6 hop-by-hop options, error", MASQ_IPV6,
	  BYTES(IPV6(0), EXTENSION(58), ICMP(3)), AS_ERROR(48, 58) },
	{ "IPv6 destination options, GRE", MASQ_IPV6,
	  BYTES(IPV6(60), EXTENSION_16(47), GRE), AS_BARE(56, 47) },
	{ "IPv6 five extension headers, UDP-Lite", MASQ_IPV6,
	  BYTES(IPV6(0), EXTENSION(60), EXTENSION_16(43), EXTENSION(60),
		EXTENSION(60), EXTENSION(136), UDP),
	  AS_UDP_OF(88, 136) },
	{ "IPv6 five extension headers, SCTP", MASQ_IPV6,
	  BYTES(IPV6(0), EXTENSION(60), EXTENSION(43), EXTENSION(44),
		FRAGMENT(60, 0), EXTENSION(132), SCTP(14)),
	  AS_SCTP(80), .role = PACKET_ANSWERS },
	{ "IPv6 six extension headers", MASQ_IPV6,
	  BYTES(IPV6(0), EXTENSION(60), EXTENSION(43), EXTENSION(60),
		EXTENSION(60), EXTENSION(60), EXTENSION(17), UDP),
	  MASQ_DROP_EXTENSIONS, .decided = 72 + 2 },
	{ "IPv6 atomic fragment, TCP", MASQ_IPV6,
	  BYTES(IPV6(44), FRAGMENT(6, 0), TCP(0x02)), AS_SYN(48) },
	{ "IPv6 first fragment, UDP", MASQ_IPV6,
	  BYTES(IPV6(44), FRAGMENT(17, 1), UDP), AS_UDP(48),
	  .is_first_fragment = 1 },
	{ "IPv6 first fragment between extension headers, echo", MASQ_IPV6,
	  BYTES(IPV6(0), EXTENSION(43), EXTENSION_16(44), FRAGMENT(60, 1),
		EXTENSION(58), ICMP(128)),
	  AS_QUERY(80, 58), .is_first_fragment = 1 },
	{ "IPv6 later fragment, UDP", MASQ_IPV6,
	  BYTES(IPV6(44), FRAGMENT(17, 9), UDP), AS_FRAGMENT(48, 17) },
	{ "IPv6 last fragment, TCP", MASQ_IPV6,
	  BYTES(IPV6(44), FRAGMENT(6, 8), TCP(0x02)), AS_FRAGMENT(48, 6) },
	{ "IPv6 last fragment behind an extension header, ICMPv6", MASQ_IPV6,
	  BYTES(IPV6(0), EXTENSION_16(44), FRAGMENT(58, 8), ICMP(1)),
	  AS_FRAGMENT(64, 58) },
	{ "IPv6 last fragment of destination options", MASQ_IPV6,
	  BYTES(IPV6(44), FRAGMENT(60, 8), EXTENSION(17), UDP),
	  AS_FRAGMENT(48, 60) },
	{ "IPv6 last fragment behind four extension headers", MASQ_IPV6,
	  BYTES(IPV6(0), EXTENSION(60), EXTENSION(43), EXTENSION(60),
		EXTENSION(44), FRAGMENT(17, 8), UDP),
	  AS_FRAGMENT(80, 17) },
	{ "IPv6 fragment behind five extension headers", MASQ_IPV6,
	  BYTES(IPV6(0), EXTENSION(60), EXTENSION(43), EXTENSION(60),
		EXTENSION(60), EXTENSION(44), FRAGMENT(17, 8), UDP),
	  MASQ_DROP_EXTENSIONS, .decided = 72 + 2 },
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
	  BYTES(IPV6_OF(0x60, 17, POD6, COMPATIBLE6), UDP), AS_UDP(40) },
	{ "IPv6 of version 4", MASQ_IPV6,
	  BYTES(IPV6_OF(0x40, 17, POD6, REMOTE6), UDP), MASQ_DROP_MALFORMED,
	  .decided = 0 },
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

/* An identifier is our end's, whichever that is. */
static void check_ends(const struct packet_row *row, const struct packet *p)
{
	__u16 port = p->direction == MASQ_EGRESS ? 0 : 2;

	if (row->ends == ENDS_NONE || row->ends == ENDS_ID) {
		bool is_id = row->ends == ENDS_ID;

		CHECK_EQUAL(p->tuple.local_port, is_id ? QUERY_ID : 0);
		CHECK_EQUAL(p->tuple.remote_port, 0);
		CHECK_EQUAL(p->port_off, is_id ? p->l4_off + 4 : 0);
		return;
	}
	CHECK_EQUAL(p->tuple.local_port, local_port_of(p->direction));
	CHECK_EQUAL(p->tuple.remote_port, remote_port_of(p->direction));
	CHECK_EQUAL(p->port_off,
		    row->ends == ENDS_FIXED_PORTS ? 0 : p->l4_off + port);
}

/* known: as many bytes of the packet there are, from its IP header on */
static void check_transport(const struct packet_row *row,
			    const struct packet *p, __u16 l3_off, size_t known)
{
	static const __u8 zero[3];
	size_t check = row->l4_off + row->check;
	bool has_check = row->check && check + 2 <= known;

	CHECK_EQUAL(p->tuple.proto, row->proto);
	CHECK(memcmp(p->tuple.zero, zero, sizeof(zero)) == 0);
	CHECK_EQUAL(p->l4_off, row->l4_off ? l3_off + row->l4_off : 0);
	CHECK_EQUAL(p->check_off, has_check ? l3_off + check : 0);
	CHECK_EQUAL(p->is_first_fragment, row->is_first_fragment);
	if (row->is_first_fragment || row->role == PACKET_FRAGMENT)
		CHECK_EQUAL(p->fragment_id,
			    row->family == MASQ_IPV4 ? IPV4_ID : IPV6_ID);
	check_ends(row, p);
}

/* The packet's first `length` bytes, in one framing and direction. */
static void check_cut(const struct packet_row *row, size_t length,
		      const struct framing *framing,
		      enum masq_direction direction)
{
	bool is_ipv4 = row->family == MASQ_IPV4;
	struct packet p = { .direction = direction };
	enum masq_verdict verdict;
	struct frame frame;

	frame_lay(&frame, framing, ethertype_of(row->family), row->bytes,
		  length);
	verdict = frame_parse(&frame, frame.length, &p);
	CHECK_EQUAL(verdict,
		    length < row->decided ? MASQ_DROP_MALFORMED : row->verdict);
	CHECK_EQUAL(p.direction, direction);
	CHECK_EQUAL(p.is_quoted, 0);
	if (length >= (is_ipv4 ? 20 : 40))
		check_addresses(row, &p, frame.l3_off);
	if (verdict != MASQ_CONTINUE)
		return;
	CHECK_EQUAL(p.role, row->role);
	CHECK_EQUAL(p.tcp_flags, row->tcp_flags);
	CHECK_EQUAL(p.end_off,
		    frame.l3_off + (is_ipv4 ? IPV4_LENGTH : IPV6_LENGTH));
	check_transport(row, &p, frame.l3_off, length);
}

/* In every framing and direction. */
static void check_cut_anyhow(const struct packet_row *row, size_t length)
{
	for (size_t f = 0; f < COUNT(framings); f++)
		for (int d = 0; d < MASQ_DIRECTION_COUNT; d++) {
			check_cut(row, length, &framings[f], d);
			if (has_failed("framing", f))
				return;
		}
}

static void check_whole(const struct packet_row *row)
{
	check_cut_anyhow(row, row->length);
}

static void whole_packets_are_read(void)
{
	CHECK_ROWS(packets, check_whole);
}

static void check_every_cut(const struct packet_row *row)
{
	for (size_t length = 0; length < row->length; length++) {
		check_cut_anyhow(row, length);
		if (has_failed("cut to", length))
			return;
	}
}

static void cut_packets_are_refused(void)
{
	CHECK_ROWS(packets, check_every_cut);
}

/* --- the frame --- */

/* The frame ends before the IP header has begun, or its tags are whole. */
static void cut_frames_are_refused(void)
{
	static const unsigned char nothing[1];

	for (size_t f = 0; f < COUNT(framings); f++)
		for (int family = 0; family < MASQ_FAMILY_COUNT; family++) {
			struct frame frame;

			frame_lay(&frame, &framings[f], ethertype_of(family),
				  nothing, 0);
			for (size_t cut = 0; cut <= frame.length; cut++) {
				struct packet p = { .direction = MASQ_EGRESS };

				CHECK_EQUAL(frame_parse(&frame, cut, &p),
					    MASQ_DROP_MALFORMED);
				CHECK(!addr_is_set(&p.tuple.local));
				CHECK(!addr_is_set(&p.tuple.remote));
			}
		}
}

/* Each ethertype, behind nothing, one tag and two. */
static void other_ethertypes_are_not_ip(void)
{
	static const unsigned char bytes[] = { IPV4(17), UDP };

	for (unsigned int ethertype = 0; ethertype < 65536; ethertype++)
		for (int tags = 0; tags <= 2; tags++) {
			struct framing framing = { 14,
						   tags,
						   { 0x88a8, 0x8100 } };
			struct packet p = { .direction = MASQ_EGRESS };
			bool is_ip = ethertype == 0x0800 || ethertype == 0x86dd;
			enum masq_verdict verdict;
			struct frame frame;

			frame_lay(&frame, &framing, ethertype, bytes,
				  sizeof(bytes));
			verdict = frame_parse(&frame, frame.length, &p);
			if ((verdict != MASQ_PASS_NOT_IP) != is_ip)
				printf("# ethertype %#x behind %d tags\n",
				       ethertype, tags);
			CHECK_EQUAL(verdict != MASQ_PASS_NOT_IP, is_ip);
		}
}

static void three_tags_are_not_ip(void)
{
	static const __u16 kinds[] = { 0x8100, 0x88a8 };
	static const unsigned char bytes[] = { IPV4(17), UDP };

	for (int order = 0; order < 8; order++) {
		struct framing framing = { 14,
					   3,
					   { kinds[order & 1],
					     kinds[order >> 1 & 1],
					     kinds[order >> 2 & 1] } };
		struct packet p = { .direction = MASQ_EGRESS };
		struct frame frame;

		frame_lay(&frame, &framing, 0x0800, bytes, sizeof(bytes));
		CHECK_EQUAL(frame_parse(&frame, frame.length, &p),
			    MASQ_PASS_NOT_IP);
	}
}

/* Whatever priority and identifier a tag has. */
static void tags_may_have_any_value(void)
{
	static const unsigned char bytes[] = { IPV4(17), UDP };

	for (unsigned int control = 0; control < 65536; control++) {
		struct packet p = { .direction = MASQ_EGRESS };
		struct frame frame;

		frame_lay(&frame, &framings[4], 0x0800, bytes, sizeof(bytes));
		frame.byte[14] = frame.byte[18] = control >> 8;
		frame.byte[15] = frame.byte[19] = control & 0xff;
		CHECK_EQUAL(frame_parse(&frame, frame.length, &p),
			    MASQ_CONTINUE);
		CHECK_EQUAL(p.l3_off, 14 + 8);
	}
}

/* --- each value of a field --- */

/* Version and header length. */
static void ipv4_headers_have_their_first_byte(void)
{
	for (unsigned int first = 0; first < 256; first++) {
		unsigned int header_len = (first & 15) * 4;
		unsigned char bytes[PACKET_MAX] = { IPV4_OF(first, 0, 17) };
		bool is_good = first >> 4 == 4 && header_len >= 20;
		enum masq_verdict verdict;
		struct packet p;

		verdict =
			bytes_parse(bytes, 60 + 8, MASQ_IPV4, MASQ_EGRESS, &p);
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

		verdict = bytes_parse(bytes, sizeof(bytes), MASQ_IPV6,
				      MASQ_EGRESS, &p);
		CHECK_EQUAL(verdict, first >> 4 == 6 ? MASQ_CONTINUE :
						       MASQ_DROP_MALFORMED);
	}
}

/* A length of 0 is none: of a packet beyond 64 KiB. */
static size_t end_of(size_t start, unsigned int length)
{
	return length && start + length < 65535 ? start + length : 65535;
}

/* Each length that a header may say; the end's offset does not go round. */
static void check_end(const struct framing *framing, unsigned int field)
{
	unsigned char ipv4[] = { IPV4(17), UDP };
	unsigned char ipv6[] = { IPV6(17), UDP };
	struct packet p = {}, p6 = {};
	struct frame frame;

	ipv4[2] = ipv6[4] = field >> 8;
	ipv4[3] = ipv6[5] = field & 0xff;
	frame_lay(&frame, framing, 0x0800, ipv4, sizeof(ipv4));
	CHECK_EQUAL(frame_parse(&frame, frame.length, &p),
		    field && field < 20 + 8 ? MASQ_DROP_MALFORMED :
					      MASQ_CONTINUE);
	CHECK_EQUAL(p.end_off, end_of(frame.l3_off, field));
	frame_lay(&frame, framing, 0x86dd, ipv6, sizeof(ipv6));
	CHECK_EQUAL(frame_parse(&frame, frame.length, &p6),
		    field && field < 8 ? MASQ_DROP_MALFORMED : MASQ_CONTINUE);
	CHECK_EQUAL(p6.end_off, end_of(frame.l3_off + 40, field));
}

static void packets_end_where_their_header_says(void)
{
	for (size_t f = 0; f < COUNT(framings); f++)
		for (unsigned int field = 0; field < 65536; field++) {
			check_end(&framings[f], field);
			if (has_failed("length field", field))
				return;
		}
}

/* What of a packet with this protocol number is read. */
enum reading {
	READS_PORTS,
	READS_QUERY,
	READS_ADDRESSES,
	READS_FURTHER, /* it is an extension header's */
	READS_NOTHING,
};

static enum reading reading_of(enum masq_family family, unsigned int proto)
{
	switch (proto) {
	case 6: /* TCP */
	case 17: /* UDP */
	case 132: /* SCTP */
	case 136: /* UDP-Lite */
		return READS_PORTS;
	case 1:
		return family == MASQ_IPV4 ? READS_QUERY : READS_NOTHING;
	case 58:
		return family == MASQ_IPV6 ? READS_QUERY : READS_NOTHING;
	case 0: /* hop-by-hop options, routing, fragment, destination options */
	case 43:
	case 44:
	case 60:
		return family == MASQ_IPV6 ? READS_FURTHER : READS_ADDRESSES;
	case 33: /* DCCP */
	case 51: /* AH */
	case 135: /* Mobility Header */
	case 139: /* HIP */
	case 140: /* Shim6 */
		return READS_NOTHING;
	case 89: /* OSPF */
	case 103: /* PIM */
	case 112: /* VRRP */
		return family == MASQ_IPV6 ? READS_NOTHING : READS_ADDRESSES;
	default:
		return READS_ADDRESSES;
	}
}

static void check_proto(enum masq_family family, unsigned int proto,
			enum masq_direction direction)
{
	enum reading reading = reading_of(family, proto);
	unsigned char ipv4[64] = { IPV4(proto), PORTS };
	unsigned char ipv6[84] = { IPV6(proto), PORTS };
	__u16 l4_off = 14 + (family == MASQ_IPV4 ? 20 : 40);
	bool is_changed = reading == READS_QUERY ||
			  (reading == READS_PORTS && proto != 132);
	enum masq_verdict verdict;
	struct packet p;

	if (reading == READS_QUERY) { /* the ports would be an unknown type */
		ipv4[20] = 0;
		ipv6[40] = 129;
	}
	verdict = family == MASQ_IPV4 ?
			  bytes_parse(ipv4, 64, family, direction, &p) :
			  bytes_parse(ipv6, 84, family, direction, &p);
	CHECK_EQUAL(verdict, reading == READS_NOTHING ? MASQ_DROP_PROTOCOL :
							MASQ_CONTINUE);
	if (reading == READS_FURTHER) { /* the first port's byte comes next */
		CHECK_EQUAL(p.tuple.proto, 0xb1);
		return;
	}
	CHECK_EQUAL(p.tuple.proto, proto);
	CHECK_EQUAL(p.l4_off, l4_off);
	CHECK_EQUAL(p.tuple.local_port,
		    reading == READS_PORTS ? local_port_of(direction) : 0);
	CHECK_EQUAL(p.port_off != 0, is_changed);
	CHECK_EQUAL(p.check_off != 0, is_changed);
	CHECK_EQUAL(p.tcp_flags, 0);
}

static void each_protocol_is_read_in_its_way(void)
{
	for (unsigned int proto = 0; proto < 256; proto++)
		for (int family = 0; family < MASQ_FAMILY_COUNT; family++)
			for (int d = 0; d < MASQ_DIRECTION_COUNT; d++) {
				check_proto(family, proto, d);
				if (has_failed("protocol", proto))
					return;
			}
}

/* role: as expected; negative: the packet is of a type not translated */
static void check_role(const void *bytes, size_t length,
		       enum masq_family family, int role)
{
	for (int d = 0; d < MASQ_DIRECTION_COUNT; d++) {
		struct packet p;

		CHECK_EQUAL(bytes_parse(bytes, length, family, d, &p),
			    role < 0 ? MASQ_DROP_ICMP : MASQ_CONTINUE);
		if (role >= 0)
			CHECK_EQUAL(p.role, role);
	}
}

/* The byte `at` takes each value; the role is role_of(value). */
static void check_roles(const void *bytes, size_t length,
			enum masq_family family, size_t at,
			int (*role_of)(unsigned int value))
{
	for (unsigned int value = 0; value < 256; value++) {
		unsigned char copy[128];

		must(length <= sizeof(copy), "check_roles");
		memcpy(copy, bytes, length);
		copy[at] = value;
		check_role(copy, length, family, role_of(value));
		if (has_failed("value", value))
			return;
	}
}

/* RFC 9293 3.1: FIN 1, SYN 2, RST 4, ACK 16; the others say nothing of it. */
static int role_of_flags(unsigned int flags)
{
	if ((flags & 0x17) == 0x02)
		return PACKET_OPENS;
	return (flags & 0x17) == 0x10 ? PACKET_CONTINUES : PACKET_ANSWERS;
}

static void flags_make_the_role_of_a_segment(void)
{
	static const unsigned char ipv4[] = { IPV4(6), TCP(0) };
	static const unsigned char ipv6[] = { IPV6(6), TCP(0) };

	check_roles(ipv4, sizeof(ipv4), MASQ_IPV4, 20 + 13, role_of_flags);
	check_roles(ipv6, sizeof(ipv6), MASQ_IPV6, 40 + 13, role_of_flags);
}

static void flags_are_handed_on(void)
{
	for (unsigned int flags = 0; flags < 256; flags++) {
		const unsigned char ipv4[] = { IPV4(6), TCP(flags) };
		const unsigned char ipv6[] = { IPV6(6), TCP(flags) };
		struct packet p;

		CHECK_EQUAL(bytes_parse(ipv4, sizeof(ipv4), MASQ_IPV4,
					MASQ_EGRESS, &p),
			    MASQ_CONTINUE);
		CHECK_EQUAL(p.tcp_flags, flags);
		CHECK_EQUAL(bytes_parse(ipv6, sizeof(ipv6), MASQ_IPV6,
					MASQ_INGRESS, &p),
			    MASQ_CONTINUE);
		CHECK_EQUAL(p.tcp_flags, flags);
	}
}

/* RFC 9260 3.2 */
static int role_of_chunk(unsigned int chunk)
{
	switch (chunk) {
	case 1: /* INIT */
		return PACKET_OPENS;
	case 2: /* INIT ACK */
	case 6: /* ABORT */
	case 8: /* SHUTDOWN ACK */
	case 14: /* SHUTDOWN COMPLETE */
		return PACKET_ANSWERS;
	default:
		return PACKET_CONTINUES;
	}
}

static void the_first_chunk_makes_the_role_of_sctp(void)
{
	static const unsigned char ipv4[] = { IPV4(132), SCTP(0) };
	static const unsigned char ipv6[] = { IPV6(132), SCTP(0) };

	check_roles(ipv4, sizeof(ipv4), MASQ_IPV4, 20 + 12, role_of_chunk);
	check_roles(ipv6, sizeof(ipv6), MASQ_IPV6, 40 + 12, role_of_chunk);
}

/* RFC 792; -1: not translated */
static int role_of_icmp(unsigned int type)
{
	switch (type) {
	case 8: /* echo, timestamp */
	case 13:
		return PACKET_OPENS;
	case 0: /* their replies */
	case 14:
		return PACKET_ANSWERS;
	case 3: /* unreachable, time exceeded, parameter problem */
	case 11:
	case 12:
		return PACKET_ERROR;
	default:
		return -1;
	}
}

/* RFC 4443 */
static int role_of_icmpv6(unsigned int type)
{
	if (type >= 1 && type <= 4)
		return PACKET_ERROR;
	if (type == 128)
		return PACKET_OPENS;
	return type == 129 ? PACKET_ANSWERS : -1;
}

static void the_type_makes_the_role_of_icmp(void)
{
	static const unsigned char ipv4[] = { IPV4(1), ICMP(0) };
	static const unsigned char ipv6[] = { IPV6(58), ICMP(0) };

	check_roles(ipv4, sizeof(ipv4), MASQ_IPV4, 20, role_of_icmp);
	check_roles(ipv6, sizeof(ipv6), MASQ_IPV6, 40, role_of_icmpv6);
}

/* --- fragments --- */

/* What follows the header is UDP's PORTS, or looks like it. */
static void check_fragment(const struct packet *p, bool is_later, bool is_first,
			   __u32 id)
{
	__u16 local = is_later ? 0 : local_port_of(p->direction);
	__u16 remote = is_later ? 0 : remote_port_of(p->direction);

	CHECK_EQUAL(p->role, is_later ? PACKET_FRAGMENT : PACKET_OPENS);
	CHECK_EQUAL(p->is_first_fragment, is_first);
	if (is_later || is_first)
		CHECK_EQUAL(p->fragment_id, id);
	CHECK_EQUAL(p->tuple.local_port, local);
	CHECK_EQUAL(p->tuple.remote_port, remote);
	CHECK_EQUAL(!p->l4_off, is_later);
	CHECK_EQUAL(!p->port_off, is_later);
	CHECK_EQUAL(!p->check_off, is_later);
	CHECK_EQUAL(p->tcp_flags, 0);
}

static void check_ipv4_fragment(unsigned int field)
{
	const unsigned char bytes[] = { IPV4_OF(0x45, field, 17), UDP };
	bool is_later = field & 0x1fff;
	bool is_first = !is_later && field & 0x2000;

	for (int d = 0; d < MASQ_DIRECTION_COUNT; d++) {
		struct packet p;

		CHECK_EQUAL(bytes_parse(bytes, sizeof(bytes), MASQ_IPV4, d, &p),
			    MASQ_CONTINUE);
		check_fragment(&p, is_later, is_first, IPV4_ID);
	}
}

/* Every offset, with and without MF, DF and the reserved bit. */
static void ipv4_fragments_are_known_at_each_offset(void)
{
	for (unsigned int field = 0; field < 65536; field++) {
		check_ipv4_fragment(field);
		if (has_failed("offset field", field))
			return;
	}
}

static void check_ipv6_fragment(unsigned int field)
{
	const unsigned char bytes[] = { IPV6(44), FRAGMENT(17, field), UDP };
	bool is_later = field & 0xfff8;
	bool is_first = !is_later && field & 1;

	for (int d = 0; d < MASQ_DIRECTION_COUNT; d++) {
		struct packet p;

		CHECK_EQUAL(bytes_parse(bytes, sizeof(bytes), MASQ_IPV6, d, &p),
			    MASQ_CONTINUE);
		check_fragment(&p, is_later, is_first, IPV6_ID);
	}
}

/* Every offset, with and without M and the reserved bits. */
static void ipv6_fragments_are_known_at_each_offset(void)
{
	for (unsigned int field = 0; field < 65536; field++) {
		check_ipv6_fragment(field);
		if (has_failed("offset field", field))
			return;
	}
}

/* 0, 43 or 60 before the fragment header, and behind it. */
static void fragments_are_known_among_extension_headers(void)
{
	static const unsigned char kinds[] = { 0, 43, 60 };
	static const __u16 fields[] = { 0, 1, 8, 9, 0xfff8 };

	for (size_t k = 0; k < 3 * 3 * COUNT(fields); k++) {
		unsigned char before = kinds[k % 3], behind = kinds[k / 3 % 3];
		__u16 field = fields[k / 9];
		const unsigned char bytes[] = { IPV6(before), EXTENSION_16(44),
						FRAGMENT(behind, field),
						EXTENSION(17), UDP };
		struct packet p;

		CHECK_EQUAL(bytes_parse(bytes, sizeof(bytes), MASQ_IPV6,
					MASQ_INGRESS, &p),
			    MASQ_CONTINUE);
		check_fragment(&p, field & 0xfff8, field == 1, IPV6_ID);
		if (has_failed("offset field", field))
			return;
		CHECK_EQUAL(p.l4_off,
			    field & 0xfff8 ? 0 : 14 + 40 + 16 + 8 + 8);
	}
}

/* Whatever the payload could be taken for; also where it would be refused. */
static void later_fragments_are_not_looked_into(void)
{
	for (unsigned int proto = 0; proto < 256; proto++) {
		unsigned char ipv4[64] = { IPV4_OF(0x45, 1, proto), PORTS };
		unsigned char ipv6[84] = { IPV6(44), FRAGMENT(proto, 8),
					   PORTS };

		for (int d = 0; d < MASQ_DIRECTION_COUNT; d++) {
			struct packet p;

			CHECK_EQUAL(bytes_parse(ipv4, 64, MASQ_IPV4, d, &p),
				    MASQ_CONTINUE);
			check_fragment(&p, true, false, IPV4_ID);
			CHECK_EQUAL(p.tuple.proto, proto);
			CHECK_EQUAL(bytes_parse(ipv6, 84, MASQ_IPV6, d, &p),
				    MASQ_CONTINUE);
			check_fragment(&p, true, false, IPV6_ID);
			if (has_failed("protocol", proto))
				return;
		}
	}
}

/*
 * A fragment header within a fragment: no sender may do so (RFC 8200 4.1).  If
 * it is read at all, then as a fragment of the outer datagram: nobody
 * reassembles the inner one before that.
 */
static void check_nested(__u16 outer, __u16 inner)
{
	unsigned char bytes[] = { IPV6(44), FRAGMENT(44, outer),
				  FRAGMENT(17, inner), UDP };
	struct packet p;

	bytes[40 + 8 + 7] ^= 0xff; /* another datagram's identification */
	if (bytes_parse(bytes, sizeof(bytes), MASQ_IPV6, MASQ_EGRESS, &p) !=
	    MASQ_CONTINUE)
		return;
	CHECK(p.role != PACKET_FRAGMENT || !p.is_first_fragment);
	if (outer & 0xfff8)
		CHECK_EQUAL(p.role, PACKET_FRAGMENT);
	else if (outer & 1)
		CHECK_EQUAL(p.is_first_fragment, 1);
	if (outer)
		CHECK_EQUAL(p.fragment_id, IPV6_ID);
}

static void a_fragment_in_a_fragment_is_of_the_outer_datagram(void)
{
	static const __u16 fields[] = { 0, 1, 8, 9 };

	for (size_t k = 0; k < COUNT(fields) * COUNT(fields); k++) {
		__u16 outer = fields[k / COUNT(fields)];
		__u16 inner = fields[k % COUNT(fields)];

		check_nested(outer, inner);
		if (has_failed("outer and inner field", outer << 16 | inner))
			return;
	}
}

/* --- quotations --- */

/* Can the flow be known of a packet like this when an error quotes it? */
static bool row_is_quotable(const struct packet_row *row)
{
	return row->verdict == MASQ_CONTINUE && row->role != PACKET_ERROR &&
	       row->role != PACKET_FRAGMENT;
}

/* The ports, or the identifier behind type, code and checksum. */
static size_t row_quote_min(const struct packet_row *row)
{
	if (row->ends == ENDS_NONE)
		return row->l4_off;
	return row->l4_off + (row->ends == ENDS_ID ? 6 : 4);
}

/*
 * An error quotes `known` bytes of the packet, and `trailer` more of them stand
 * behind its end.
 */
static enum masq_verdict quote_parse(const struct packet_row *row, size_t known,
				     size_t trailer,
				     const struct framing *framing,
				     enum masq_direction direction,
				     struct packet *ret)
{
	struct frame frame;

	frame_lay(&frame, framing, ethertype_of(row->family), row->bytes,
		  known + trailer);
	*ret = (struct packet){
		.direction = direction,
		.is_quoted = 1,
		.end_off = frame.l3_off + known,
	};
	return frame_parse(&frame, frame.length, ret);
}

static void check_quote(const struct packet_row *row, size_t known,
			size_t trailer, const struct framing *framing,
			enum masq_direction direction)
{
	enum masq_verdict verdict;
	struct packet p;

	verdict = quote_parse(row, known, trailer, framing, direction, &p);
	CHECK_EQUAL(p.direction, direction);
	CHECK_EQUAL(p.is_quoted, 1);
	CHECK_EQUAL(p.end_off, framing->link_len + known);
	if (!row_is_quotable(row)) {
		CHECK(verdict != MASQ_CONTINUE);
		return;
	}
	CHECK_EQUAL(verdict, known < row_quote_min(row) ? MASQ_DROP_MALFORMED :
							  MASQ_CONTINUE);
	if (verdict != MASQ_CONTINUE)
		return;
	check_addresses(row, &p, framing->link_len);
	check_transport(row, &p, framing->link_len, known);
}

/* At every place and in every direction. */
static void check_quote_anyhow(const struct packet_row *row, size_t known,
			       size_t trailer)
{
	for (size_t f = 0; f < COUNT(quote_framings); f++)
		for (int d = 0; d < MASQ_DIRECTION_COUNT; d++)
			if (!test_failed)
				check_quote(row, known, trailer,
					    &quote_framings[f], d);
}

/* Nothing stands behind the quotation. */
static void check_quotes(const struct packet_row *row)
{
	for (size_t known = 0; known <= row->length; known++) {
		check_quote_anyhow(row, known, 0);
		if (has_failed("cut to", known))
			return;
	}
}

static void quotations_are_read_as_far_as_they_go(void)
{
	CHECK_ROWS(packets, check_quotes);
}

/* What has been cut off stands behind the end. */
static void check_trailers(const struct packet_row *row)
{
	for (size_t known = 0; known < row->length; known++)
		for (size_t all = known + 1; all <= row->length; all++) {
			check_quote_anyhow(row, known, all - known);
			if (has_failed("cut to", known))
				return;
		}
}

static void a_trailer_is_not_taken_for_the_quotation(void)
{
	CHECK_ROWS(packets, check_trailers);
}

static void check_quoted_error(const struct packet_row *row)
{
	struct packet p;

	if (row->verdict != MASQ_CONTINUE || row->role != PACKET_ERROR)
		return;
	CHECK_EQUAL(quote_parse(row, row->length, 0, quote_framings,
				MASQ_EGRESS, &p),
		    MASQ_DROP_ICMP);
}

static void errors_do_not_quote_errors(void)
{
	CHECK_ROWS(packets, check_quoted_error);
}

static void check_quoted_fragment(const struct packet_row *row)
{
	struct packet p;

	if (row->role != PACKET_FRAGMENT)
		return;
	CHECK_EQUAL(quote_parse(row, row->length, 0, quote_framings,
				MASQ_EGRESS, &p),
		    MASQ_DROP_MALFORMED);
}

static void a_quoted_later_fragment_is_refused(void)
{
	CHECK_ROWS(packets, check_quoted_fragment);
}

/* --- bounds --- */

static void check_far(const struct framing *framing, unsigned int units,
		      unsigned char proto)
{
	unsigned char bytes[PACKET_MAX] = { IPV6(60), proto, units };
	size_t l4_off = 40 + 8 * (units + 1);
	struct packet p = {};
	struct frame frame;
	bool is_near;

	bytes[4] = (l4_off + 8 - 40) >> 8;
	bytes[5] = (l4_off + 8 - 40) & 0xff;
	frame_lay(&frame, framing, 0x86dd, bytes, l4_off + 8);
	is_near = frame.l3_off + l4_off <= L4_OFFSET_MAX;
	CHECK_EQUAL(frame_parse(&frame, frame.length, &p),
		    is_near ? MASQ_CONTINUE : MASQ_DROP_EXTENSIONS);
	CHECK_EQUAL(p.l4_off, is_near ? frame.l3_off + l4_off : 0);
}

/* One destination options header of each length that there is. */
static void transport_headers_lie_within_the_bound(void)
{
	for (unsigned int units = 0; units < 256; units++)
		for (size_t f = 0; f < COUNT(framings); f++) {
			check_far(&framings[f], units, 17);
			check_far(&framings[f], units, 47); /* GRE */
			if (has_failed("units of 8 bytes", units))
				return;
		}
}

/* A fragment has no transport header, but what is pulled ends there too. */
static void later_fragments_lie_within_the_bound(void)
{
	for (unsigned int units = 0; units < 256; units++) {
		unsigned char bytes[PACKET_MAX] = { IPV6(60), 44, units };
		const unsigned char fragment[] = { FRAGMENT(17, 8) };
		size_t l4_off = 40 + 8 * (units + 1) + 8;
		struct packet p;

		bytes[4] = (l4_off - 40) >> 8;
		bytes[5] = (l4_off - 40) & 0xff;
		memcpy(bytes + l4_off - 8, fragment, 8);
		CHECK_EQUAL(
			bytes_parse(bytes, l4_off, MASQ_IPV6, MASQ_EGRESS, &p),
			14 + l4_off <= L4_OFFSET_MAX ? MASQ_CONTINUE :
						       MASQ_DROP_EXTENSIONS);
	}
}

/* A quotation stands behind the headers of its error. */
static void quoted_headers_lie_within_the_bound(void)
{
	static const unsigned char bytes[] = { IPV4(17), UDP };

	for (__u16 l3_off = 0; l3_off <= L4_OFFSET_MAX; l3_off++) {
		struct framing framing = { .link_len = l3_off };
		struct packet p = { .is_quoted = 1 };
		struct frame frame;

		frame_lay(&frame, &framing, 0x0800, bytes, sizeof(bytes));
		p.end_off = frame.length;
		CHECK_EQUAL(frame_parse(&frame, frame.length, &p),
			    l3_off + 20 <= L4_OFFSET_MAX ?
				    MASQ_CONTINUE :
				    MASQ_DROP_EXTENSIONS);
	}
}

/* `count` headers, of kinds that are the digits of `order`. */
static void check_chain(unsigned int count, unsigned int order)
{
	static const unsigned char kinds[] = { 0, 43, 60, 44 };
	static const unsigned char udp[] = { UDP };
	unsigned char bytes[PACKET_MAX] = { IPV6(17) };
	unsigned char *next = bytes + 6;
	size_t length = 40;
	struct packet p;

	for (unsigned int i = 0; i < count; i++, order /= COUNT(kinds)) {
		*next = kinds[order % COUNT(kinds)];
		next = bytes + length;
		*next = 17; /* all else 0: padding, or an atomic fragment */
		length += 8;
	}
	memcpy(bytes + length, udp, sizeof(udp));
	CHECK_EQUAL(bytes_parse(bytes, length + sizeof(udp), MASQ_IPV6,
				MASQ_INGRESS, &p),
		    count <= EXTENSIONS_MAX ? MASQ_CONTINUE :
					      MASQ_DROP_EXTENSIONS);
	if (count <= EXTENSIONS_MAX) {
		CHECK_EQUAL(p.l4_off, 14 + length);
		CHECK_EQUAL(p.tuple.local_port, REMOTE_PORT);
		CHECK_EQUAL(p.is_first_fragment, 0);
	}
}

/* The four kinds in every order, up to one more than are walked. */
static void extension_headers_are_walked_up_to_the_bound(void)
{
	unsigned int orders = 1;

	for (unsigned int count = 0; count <= EXTENSIONS_MAX + 1; count++) {
		for (unsigned int order = 0; order < orders; order++) {
			check_chain(count, order);
			if (has_failed("headers", count) ||
			    has_failed("in order", order))
				return;
		}
		orders *= 4;
	}
}

static const struct test_case cases[] = {
	{ "whole packets are read", whole_packets_are_read },
	{ "packets cut at any length are refused", cut_packets_are_refused },
	{ "frames cut before the IP header are refused",
	  cut_frames_are_refused },
	{ "other ethertypes are not IP", other_ethertypes_are_not_ip },
	{ "three VLAN tags are not IP", three_tags_are_not_ip },
	{ "VLAN tags may have any value", tags_may_have_any_value },
	{ "only IPv4 of version 4 and 20 bytes or more is read",
	  ipv4_headers_have_their_first_byte },
	{ "only IPv6 of version 6 is read", ipv6_headers_have_their_version },
	{ "packets end where their header says",
	  packets_end_where_their_header_says },
	{ "each protocol is read in its way",
	  each_protocol_is_read_in_its_way },
	{ "flags make the role of a segment",
	  flags_make_the_role_of_a_segment },
	{ "flags are handed on", flags_are_handed_on },
	{ "the first chunk makes the role of SCTP",
	  the_first_chunk_makes_the_role_of_sctp },
	{ "the type makes the role of ICMP", the_type_makes_the_role_of_icmp },
	{ "IPv4 fragments are known at each offset",
	  ipv4_fragments_are_known_at_each_offset },
	{ "IPv6 fragments are known at each offset",
	  ipv6_fragments_are_known_at_each_offset },
	{ "fragments are known among extension headers",
	  fragments_are_known_among_extension_headers },
	{ "later fragments are not looked into",
	  later_fragments_are_not_looked_into },
	{ "a fragment in a fragment is of the outer datagram",
	  a_fragment_in_a_fragment_is_of_the_outer_datagram },
	{ "quotations are read as far as they go",
	  quotations_are_read_as_far_as_they_go },
	{ "a trailer is not taken for the quotation",
	  a_trailer_is_not_taken_for_the_quotation },
	{ "errors do not quote errors", errors_do_not_quote_errors },
	{ "a quoted later fragment is refused",
	  a_quoted_later_fragment_is_refused },
	{ "transport headers lie within the bound",
	  transport_headers_lie_within_the_bound },
	{ "later fragments lie within the bound",
	  later_fragments_lie_within_the_bound },
	{ "quoted headers lie within the bound",
	  quoted_headers_lie_within_the_bound },
	{ "extension headers are walked up to the bound",
	  extension_headers_are_walked_up_to_the_bound },
};

TEST_MAIN(cases)
