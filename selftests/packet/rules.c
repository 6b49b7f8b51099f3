// SPDX-License-Identifier: GPL-2.0-only
#include "rules.h"

#include <string.h>
#include <sys/socket.h>

enum {
	TCP_FLAGS = 13, /* offset */
	SCTP_CHUNK = 12, /* offset of the first one's type */
	SCTP_INIT = 1,
	/* so much is walked at least: RFC 8200 4.1 has each kind once */
	EXTENSIONS = 4,
	HEADERS = 256, /* bytes */
	PROTO_OSPF = 89,
	PROTO_VRRP = 112,
	PROTO_HIP = 139,
	PROTO_SHIM6 = 140,
};

struct range {
	struct address prefix;
	size_t bytes; /* of the prefix: none ends within one */
};

static const struct range pods[] = {
	{ { AF_INET, { 10, 244, 1 } }, 3 },
	{ { AF_INET6, { 0xfd, 0, 0, 0x10, 2, 0x44, 0, 1 } }, 8 },
	{ { AF_INET6, { [10] = 255, 255, 10, 244, 1 } }, 15 },
};

static const struct range island[] = {
	{ { AF_INET, { 10, 244 } }, 2 },
	{ { AF_INET6, { 0xfd, 0, 0, 0x10, 2, 0x44 } }, 6 },
};

static const struct range mapped[] = {
	{ { AF_INET6, { [10] = 255, 255 } }, 12 },
};

/* RFC 6890: multicast, broadcast, link-local. */
static bool ipv4_is_link_scope(const uint8_t *bytes)
{
	static const uint8_t broadcast[] = { 255, 255, 255, 255 };

	return bytes[0] >> 4 == 14 || (bytes[0] == 169 && bytes[1] == 254) ||
	       memcmp(bytes, broadcast, sizeof(broadcast)) == 0;
}

/* RFC 4291 2.4. */
static bool ipv6_is_link_scope(const uint8_t *bytes)
{
	return bytes[0] == 0xff || (bytes[0] == 0xfe && bytes[1] >> 6 == 2);
}

static const struct range nodes[] = {
	{ { AF_INET, { 198, 51, 100, 11 } }, 4 },
	{ { AF_INET6, { 0x20, 1, 0x0d, 0xb8, 0, 1, [15] = 0x11 } }, 16 },
};

bool address_equal(const struct address *a, const struct address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static bool is_within(const struct address *address, const struct range *range)
{
	return address->family == range->prefix.family &&
	       memcmp(address->bytes, range->prefix.bytes, range->bytes) == 0;
}

#define IS_IN(address, ranges) \
	is_in(address, ranges, sizeof(ranges) / sizeof((ranges)[0]))

static bool is_in(const struct address *address, const struct range *ranges,
		  size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_within(address, &ranges[i]))
			return true;
	return false;
}

bool address_is_pod(const struct address *address)
{
	return IS_IN(address, pods);
}

bool address_is_island(const struct address *address)
{
	return IS_IN(address, island);
}

bool address_is_mapped(const struct address *address)
{
	return IS_IN(address, mapped);
}

bool address_is_node(const struct address *address)
{
	return IS_IN(address, nodes);
}

bool address_is_link_scope(const struct address *address)
{
	return address->family == AF_INET ? ipv4_is_link_scope(address->bytes) :
					    ipv6_is_link_scope(address->bytes);
}

bool layer_forbids_nat(const struct layer *layer)
{
	switch (layer->proto) {
	case IPPROTO_ICMP:
		return layer->family == AF_INET6;
	case IPPROTO_ICMPV6:
		return layer->family == AF_INET;
	case PROTO_OSPF:
	case IPPROTO_PIM:
	case PROTO_VRRP:
		return layer->family == AF_INET6;
	case IPPROTO_AH:
	case IPPROTO_DCCP:
	case IPPROTO_MH:
	case PROTO_HIP:
	case PROTO_SHIM6:
		return true;
	default:
		return false;
	}
}

bool layer_is_plain(const struct layer *layer)
{
	bool is_icmp = layer->proto == IPPROTO_ICMP ||
		       layer->proto == IPPROTO_ICMPV6;

	return layer->is_whole && layer->extensions <= EXTENSIONS &&
	       layer->l4 - layer->l3 <= HEADERS &&
	       layer->fragment_headers <= 1 && layer->icmp != ICMP_IS_ERROR &&
	       !(is_icmp && layer->icmp == ICMP_IS_NONE) &&
	       !layer_forbids_nat(layer);
}

bool layer_can_open(const struct frame *frame, const struct layer *layer)
{
	const uint8_t *l4 = frame->bytes + layer->l4;

	if (!layer->is_whole || layer_forbids_nat(layer))
		return false;
	switch (layer->proto) {
	case IPPROTO_TCP:
		return (l4[TCP_FLAGS] & (SYN | ACK | RST | FIN)) == SYN;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return layer->icmp == ICMP_IS_QUERY;
	case IPPROTO_SCTP:
		return l4[SCTP_CHUNK] == SCTP_INIT;
	default:
		return true;
	}
}
