// SPDX-License-Identifier: GPL-2.0-only
/*
 * The transport: which protocols are read and how, and what a packet is to its
 * flow.
 */
#include "parse_frame.h"

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

static const struct test_case cases[] = {
	{ "each protocol is read in its way",
	  each_protocol_is_read_in_its_way },
	{ "flags make the role of a segment",
	  flags_make_the_role_of_a_segment },
	{ "flags are handed on", flags_are_handed_on },
	{ "the first chunk makes the role of SCTP",
	  the_first_chunk_makes_the_role_of_sctp },
	{ "the type makes the role of ICMP", the_type_makes_the_role_of_icmp },
};

TEST_MAIN(cases)
