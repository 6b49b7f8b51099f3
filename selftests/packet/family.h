/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Both families as the fixture has them: who there is, and how ICMP says what
 * in each.  Cases go through this table.
 */
#ifndef SELFTESTS_FAMILY_H
#define SELFTESTS_FAMILY_H

#include "fixture.h"

struct family {
	const char *name;
	const char *node;
	const char *pod;
	const char *other_pod;
	const char *island;
	const char *remote;
	const char *other_remote;
	const char *stranger; /* outside, of none of the pods' flows */
	const char *router; /* outside */
	const char *hop; /* between the node and the pod, no pod itself */
	const char *multicast;
	const char *link_local;
	size_t header; /* of IP, in bytes */
	size_t error_max; /* bytes of a packet with an error */
	uint8_t icmp;
	uint8_t foreign_icmp; /* the other family's */
	uint8_t echo;
	uint8_t unreachable;
	uint8_t prohibited; /* its code */
	uint8_t time_exceeded;
	uint8_t parameter_problem;
	uint8_t unknown_icmp; /* neither an error nor a query that we know */
};

static const struct family families[MASQ_FAMILY_COUNT] = {
	[MASQ_IPV4] = {
		.name = "IPv4",
		.node = NODE4,
		.pod = POD4,
		.other_pod = OTHER_POD4,
		.island = ISLAND4,
		.remote = REMOTE4,
		.other_remote = "203.0.113.11",
		.stranger = "203.0.113.99",
		.router = "192.0.2.1",
		.hop = "192.0.2.200",
		.multicast = "239.1.1.1",
		.link_local = "169.254.1.1",
		.header = 20,
		.error_max = 576, /* RFC 1812 4.3.2.3 */
		.icmp = IPPROTO_ICMP,
		.foreign_icmp = IPPROTO_ICMPV6,
		.echo = 8,
		.unreachable = 3,
		.prohibited = 13,
		.time_exceeded = 11,
		.parameter_problem = 12,
		.unknown_icmp = 17,
	},
	[MASQ_IPV6] = {
		.name = "IPv6",
		.node = NODE6,
		.pod = POD6,
		.other_pod = OTHER_POD6,
		.island = ISLAND6,
		.remote = REMOTE6,
		.other_remote = "2001:db8:2::11",
		.stranger = "2001:db8:2::99",
		.router = "2001:db8:77::1",
		.hop = "2001:db8:88::1",
		.multicast = "ff0e::1",
		.link_local = "fe80::1",
		.header = 40,
		.error_max = 1280, /* RFC 4443 2.4 (c) */
		.icmp = IPPROTO_ICMPV6,
		.foreign_icmp = IPPROTO_ICMP,
		.echo = 128,
		.unreachable = 1,
		.prohibited = 1,
		.time_exceeded = 3,
		.parameter_problem = 4,
		.unknown_icmp = 139,
	},
};

/* "Destination unreachable", code 0, about the packet in this frame. */
static inline struct packet_spec unreachable_of(const struct family *f,
						const char *src,
						const char *dst,
						const struct frame *quote)
{
	return (struct packet_spec){
		.proto = f->icmp,
		.src = src,
		.dst = dst,
		.icmp_type = f->unreachable,
		.quote = quote,
	};
}

#endif /* SELFTESTS_FAMILY_H */
