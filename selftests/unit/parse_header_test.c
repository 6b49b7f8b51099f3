// SPDX-License-Identifier: GPL-2.0-only
/*
 * The headers before the transport: frame and VLAN tags, IPv4, IPv6 and its
 * extension headers, at each value of their fields.
 */
#include "parse_frame.h"

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
	{ "transport headers lie within the bound",
	  transport_headers_lie_within_the_bound },
	{ "extension headers are walked up to the bound",
	  extension_headers_are_walked_up_to_the_bound },
};

TEST_MAIN(cases)
