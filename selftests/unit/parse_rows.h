/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets of every kind, and what has to be read of each.
 */
#ifndef PARSE_ROWS_H
#define PARSE_ROWS_H

#include "parse_frame.h"

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
static inline struct masq_addr row_addr(const struct packet_row *row,
					bool is_source)
{
	struct masq_addr addr = { { [10] = 0xff, 0xff } };

	if (row->family == MASQ_IPV4)
		memcpy(addr.byte + 12, row->bytes + (is_source ? 12 : 16), 4);
	else
		memcpy(addr.byte, row->bytes + (is_source ? 8 : 24), 16);
	return addr;
}

static inline __u16 row_addr_off(const struct packet_row *row, bool is_source)
{
	if (row->family == MASQ_IPV4)
		return is_source ? 12 : 16;
	return is_source ? 8 : 24;
}

/* What is known of any packet whose IP header is whole. */
static inline void check_addresses(const struct packet_row *row,
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
static inline void check_ends(const struct packet_row *row,
			      const struct packet *p)
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
static inline void check_transport(const struct packet_row *row,
				   const struct packet *p, __u16 l3_off,
				   size_t known)
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

#endif /* PARSE_ROWS_H */
