// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fragments are known wherever they say so, and only the first is read further.
 */
#include "parse_frame.h"

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

static const struct test_case cases[] = {
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
	{ "later fragments lie within the bound",
	  later_fragments_lie_within_the_bound },
};

TEST_MAIN(cases)
