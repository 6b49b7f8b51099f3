// SPDX-License-Identifier: GPL-2.0-only
#include "layers.h"

#include <string.h>
#include <sys/socket.h>

enum {
	VLAN_TAGS = 2, /* IEEE 802.1ad */
	IPV4_HEADER = 20,
	IPV6_HEADER = 40,
	ICMP_HEADER = 8,
	ICMP_IDENTIFIER = 4, /* offset */
	UDP_HEADER = 8,
	/* IANA protocol numbers that <netinet/in.h> does not have */
	PROTO_OSPF = 89,
	PROTO_VRRP = 112,
	PROTO_HIP = 139,
	PROTO_SHIM6 = 140,
};

/* What the checksum sums up besides the L4 packet. */
enum pseudo { PSEUDO_NEVER, PSEUDO_IPV6, PSEUDO_ALWAYS };

/*
 * The protocols that have ports, or a checksum of that kind (RFC 1071): where
 * it is, and how much header is needed to know the packet's flow; of a
 * quotation any part may do.
 */
static const struct l4 {
	uint8_t proto;
	int family; /* 0: both */
	size_t header;
	size_t check; /* 0: none */
	bool has_ports;
	enum pseudo pseudo;
} l4s[] = {
	{ IPPROTO_TCP, 0, 20, 16, true, PSEUDO_ALWAYS },
	{ IPPROTO_UDP, 0, UDP_HEADER, 6, true, PSEUDO_ALWAYS },
	{ IPPROTO_UDPLITE, 0, UDP_HEADER, 6, true, PSEUDO_ALWAYS },
	{ IPPROTO_ICMP, AF_INET, ICMP_HEADER, 2, false, PSEUDO_NEVER },
	{ IPPROTO_ICMPV6, AF_INET6, ICMP_HEADER, 2, false, PSEUDO_ALWAYS },
	/* up to the type of the first chunk */
	{ IPPROTO_SCTP, 0, 13, 0, true, PSEUDO_NEVER },
	/* RFC 4340 9.1, RFC 6275 6.1.1, RFC 7401 5.1.1, RFC 5533 5.3 */
	{ IPPROTO_DCCP, 0, 0, 6, true, PSEUDO_ALWAYS },
	{ IPPROTO_MH, AF_INET6, 0, 4, false, PSEUDO_ALWAYS },
	{ PROTO_HIP, 0, 0, 4, false, PSEUDO_ALWAYS },
	{ PROTO_SHIM6, AF_INET6, 0, 4, false, PSEUDO_ALWAYS },
	/* RFC 5340 A.3.1, RFC 7761 4.9, RFC 5798 5.2.8 */
	{ PROTO_OSPF, AF_INET6, 0, 12, false, PSEUDO_IPV6 },
	{ IPPROTO_PIM, 0, 0, 2, false, PSEUDO_IPV6 },
	{ PROTO_VRRP, AF_INET6, 0, 6, false, PSEUDO_IPV6 },
};

uint16_t bytes_get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

void bytes_put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value & 0xff;
}

static const struct l4 *l4_of(const struct layer *layer)
{
	for (size_t i = 0; i < sizeof(l4s) / sizeof(l4s[0]); i++)
		if (l4s[i].proto == layer->proto &&
		    (!l4s[i].family || l4s[i].family == layer->family))
			return &l4s[i];
	return NULL;
}

static enum layer_icmp icmp_kind(int family, uint8_t type)
{
	if (family == AF_INET6)
		return type == 128	      ? ICMP_IS_QUERY :
		       type == 129	      ? ICMP_IS_REPLY :
		       type >= 1 && type <= 4 ? ICMP_IS_ERROR :
						ICMP_IS_NONE;
	switch (type) {
	case 8: /* echo, timestamp */
	case 13:
		return ICMP_IS_QUERY;
	case 0:
	case 14:
		return ICMP_IS_REPLY;
	case 3: /* unreachable, time exceeded, parameter problem */
	case 11:
	case 12:
		return ICMP_IS_ERROR;
	default:
		return ICMP_IS_NONE;
	}
}

/* The fields of the transport, as far as they are there. */
static void l4_read(const struct frame *frame, struct layer *ret)
{
	const struct l4 *l4 = l4_of(ret);
	size_t length = ret->end - ret->l4;

	ret->is_whole = !l4 || length >= l4->header;
	if (!l4 || (!ret->is_quoted && !ret->is_whole))
		return;
	if (l4->check && length >= l4->check + 2)
		ret->check = ret->l4 + l4->check;
	if (l4->has_ports && length >= 4) {
		ret->src_port = ret->l4;
		ret->dst_port = ret->l4 + 2;
	}
	if ((ret->proto != IPPROTO_ICMP && ret->proto != IPPROTO_ICMPV6) ||
	    length < ICMP_IDENTIFIER + 2)
		return;
	ret->icmp = icmp_kind(ret->family, frame->bytes[ret->l4]);
	if (ret->icmp == ICMP_IS_QUERY || ret->icmp == ICMP_IS_REPLY)
		ret->src_port = ret->dst_port = ret->l4 + ICMP_IDENTIFIER;
}

/* The packet ends where its header says, if that is within the data. */
static void trim(struct layer *layer, size_t end)
{
	if (layer->is_quoted || end >= layer->end)
		return;
	layer->end = end;
	if (end < layer->l4)
		layer->l4 = 0;
}

/* A length of 0 says nothing: so Linux marks what is longer than 64 KiB. */
static void ipv4_read(const struct frame *frame, size_t limit,
		      struct layer *ret)
{
	const uint8_t *ip = frame->bytes + ret->l3;
	size_t header = (ip[0] & 0xf) * 4, length = bytes_get16(ip + 2);
	uint16_t fragment = bytes_get16(ip + 6);

	ret->family = AF_INET;
	ret->src = ret->l3 + 12;
	ret->dst = ret->l3 + 16;
	ret->proto = ip[9];
	ret->end = limit;
	if (ip[0] >> 4 != 4 || header < IPV4_HEADER || ret->l3 + header > limit)
		return;
	ret->ip_check = ret->l3 + 10;
	ret->fragment_id = bytes_get16(ip + 4);
	ret->fragment = fragment & 0x1fff ? FRAGMENT_LATER :
			fragment & 0x2000 ? FRAGMENT_FIRST :
					    FRAGMENT_NONE;
	ret->l4 = ret->l3 + header;
	if (length)
		trim(ret, ret->l3 + length);
}

static void fragment_read(const uint8_t *at, struct layer *ret)
{
	uint16_t fragment = bytes_get16(at + 2);

	ret->fragment_headers++;
	ret->fragment_id = (uint32_t)bytes_get16(at + 4) << 16 |
			   bytes_get16(at + 6);
	ret->fragment = fragment & 0xfff8 ? FRAGMENT_LATER :
			fragment & 1	  ? FRAGMENT_FIRST :
					    FRAGMENT_NONE;
}

/* Walk whatever stands before the transport. */
static void extensions_read(const struct frame *frame, struct layer *ret)
{
	const uint8_t *at;
	size_t offset = ret->l3 + IPV6_HEADER;
	uint8_t kind;

	while (ret->fragment != FRAGMENT_LATER &&
	       (ret->proto == IPPROTO_HOPOPTS ||
		ret->proto == IPPROTO_ROUTING ||
		ret->proto == IPPROTO_DSTOPTS ||
		ret->proto == IPPROTO_FRAGMENT)) {
		if (offset + 8 > ret->end)
			return;
		at = frame->bytes + offset;
		kind = ret->proto;
		ret->proto = at[0];
		ret->extensions++;
		if (kind == IPPROTO_FRAGMENT)
			fragment_read(at, ret);
		offset += kind == IPPROTO_FRAGMENT ? 8 : (at[1] + 1) * 8;
	}
	if (offset <= ret->end)
		ret->l4 = offset;
}

static void ipv6_read(const struct frame *frame, size_t limit,
		      struct layer *ret)
{
	const uint8_t *ip = frame->bytes + ret->l3;
	size_t length = bytes_get16(ip + 4);

	ret->family = AF_INET6;
	ret->src = ret->l3 + 8;
	ret->dst = ret->l3 + 24;
	ret->proto = ip[6];
	ret->end = limit;
	if (ip[0] >> 4 == 6)
		extensions_read(frame, ret);
	if (ret->l4 && length)
		trim(ret, ret->l3 + IPV6_HEADER + length);
}

static void ip_read(const struct frame *frame, uint16_t ethertype, size_t limit,
		    struct layer *ret)
{
	ret->is_ip = ethertype == 0x0800 || ethertype == 0x86dd;
	if (ethertype == 0x0800 && ret->l3 + IPV4_HEADER <= limit)
		ipv4_read(frame, limit, ret);
	else if (ethertype == 0x86dd && ret->l3 + IPV6_HEADER <= limit)
		ipv6_read(frame, limit, ret);
	if (ret->l4 && ret->fragment != FRAGMENT_LATER)
		l4_read(frame, ret);
}

void layer_read(const struct frame *frame, struct layer *ret)
{
	size_t type = 12;
	uint16_t ethertype = bytes_get16(frame->bytes + type);

	for (int i = 0;
	     i < VLAN_TAGS && (ethertype == 0x8100 || ethertype == 0x88a8);
	     i++) {
		type += 4;
		ethertype = type + 2 <= frame->length ?
				    bytes_get16(frame->bytes + type) :
				    0;
	}
	*ret = (struct layer){ .l3 = type + 2 };
	ip_read(frame, ethertype, frame->length, ret);
}

void layer_read_quote(const struct frame *frame, const struct layer *error,
		      struct layer *ret)
{
	*ret = (struct layer){ .l3 = error->l4 + ICMP_HEADER,
			       .is_quoted = true };
	if (error->icmp == ICMP_IS_ERROR)
		ip_read(frame, error->family == AF_INET ? 0x0800 : 0x86dd,
			error->end, ret);
}

size_t layer_address_size(const struct layer *layer)
{
	return layer->family == AF_INET ? 4 : 16;
}

void layer_address(const struct frame *frame, const struct layer *layer,
		   size_t offset, struct address *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->family = layer->family;
	memcpy(ret->bytes, frame->bytes + offset, layer_address_size(layer));
}

/* RFC 1071. */
static uint32_t sum_bytes(uint32_t sum, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i + 1 < length; i += 2)
		sum += bytes_get16(bytes + i);
	if (length % 2)
		sum += bytes[length - 1] << 8;
	return sum;
}

/* A sum of words that is 0xffff when the checksum among them is right. */
static uint16_t fault_of(uint32_t sum)
{
	return sum % 0xffff;
}

uint16_t layer_ip_fault(const struct frame *frame, const struct layer *layer)
{
	if (!layer->ip_check)
		return 0;
	return fault_of(
		sum_bytes(0, frame->bytes + layer->l3, layer->l4 - layer->l3));
}

/* As many bytes are summed; UDP says its length, UDP-Lite its coverage. */
static size_t l4_coverage(const struct frame *frame, const struct layer *layer)
{
	size_t length = layer->end - layer->l4, said;

	if (layer->proto != IPPROTO_UDP && layer->proto != IPPROTO_UDPLITE)
		return length;
	said = bytes_get16(frame->bytes + layer->l4 + 4);
	return said >= UDP_HEADER && said < length ? said : length;
}

static uint32_t pseudo_sum(const struct frame *frame, const struct layer *layer,
			   size_t coverage)
{
	const struct l4 *l4 = l4_of(layer);
	size_t length = layer->proto == IPPROTO_UDPLITE ?
				layer->end - layer->l4 :
				coverage;

	if (l4->pseudo == PSEUDO_NEVER ||
	    (l4->pseudo == PSEUDO_IPV6 && layer->family == AF_INET))
		return 0;
	return sum_bytes(layer->proto + length, frame->bytes + layer->src,
			 2 * layer_address_size(layer));
}

uint16_t layer_l4_fault(const struct frame *frame, const struct layer *layer)
{
	size_t coverage;

	if (!layer->check || layer_has_zero_check(frame, layer))
		return 0;
	coverage = l4_coverage(frame, layer);
	return fault_of(sum_bytes(pseudo_sum(frame, layer, coverage),
				  frame->bytes + layer->l4, coverage));
}

bool layer_has_zero_check(const struct frame *frame, const struct layer *layer)
{
	return layer->check &&
	       (layer->proto == IPPROTO_UDP ||
		layer->proto == IPPROTO_UDPLITE) &&
	       bytes_get16(frame->bytes + layer->check) == 0;
}

void layer_fix_checks(struct frame *frame, const struct layer *layer)
{
	uint16_t was;

	if (layer->ip_check) {
		bytes_put16(frame->bytes + layer->ip_check, 0);
		bytes_put16(frame->bytes + layer->ip_check,
			    0xffff - layer_ip_fault(frame, layer));
	}
	if (!layer->check)
		return;
	was = 0xffff; /* the same as 0 in the sum, but it is not "none" */
	bytes_put16(frame->bytes + layer->check, was);
	bytes_put16(frame->bytes + layer->check,
		    was - layer_l4_fault(frame, layer));
}
