// SPDX-License-Identifier: GPL-2.0-only
#include "addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum {
	ADDR_BITS = 128,
	IPV4_PREFIX_BITS = 96, /* of ::ffff:0:0/96 */
};

static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

bool addr_is_set(const struct masq_addr *addr)
{
	static const struct masq_addr none;

	return memcmp(addr, &none, sizeof(none)) != 0;
}

enum masq_family addr_family(const struct masq_addr *addr)
{
	return memcmp(addr->byte, mapped, sizeof(mapped)) ? MASQ_IPV6 :
							    MASQ_IPV4;
}

const char *addr_family_name(enum masq_family family)
{
	return family == MASQ_IPV4 ? "IPv4" : "IPv6";
}

unsigned int addr_family_bits(enum masq_family family)
{
	return family == MASQ_IPV4 ? ADDR_BITS - IPV4_PREFIX_BITS : ADDR_BITS;
}

struct masq_addr addr_from_bytes(int af, const void *bytes)
{
	struct masq_addr addr;

	if (af == AF_INET6) {
		memcpy(addr.byte, bytes, 16);
	} else {
		memcpy(addr.byte, mapped, sizeof(mapped));
		memcpy(addr.byte + sizeof(mapped), bytes, 4);
	}
	return addr;
}

static bool ipv4_is_global(const unsigned char *ip)
{
	return ip[0] != 0 && ip[0] != 127 && ip[0] < 224 &&
	       !(ip[0] == 169 && ip[1] == 254);
}

bool addr_is_global(const struct masq_addr *addr)
{
	struct in6_addr ip;

	if (addr_family(addr) == MASQ_IPV4)
		return ipv4_is_global(addr->byte + sizeof(mapped));
	memcpy(&ip, addr->byte, sizeof(ip));
	return !IN6_IS_ADDR_UNSPECIFIED(&ip) && !IN6_IS_ADDR_LOOPBACK(&ip) &&
	       !IN6_IS_ADDR_LINKLOCAL(&ip) && !IN6_IS_ADDR_MULTICAST(&ip);
}

const char *addr_parse(const char *text, struct masq_addr *ret)
{
	unsigned char bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1) {
		*ret = addr_from_bytes(AF_INET, bytes);
		return NULL;
	}
	if (inet_pton(AF_INET6, text, bytes) != 1)
		return "is no IPv4 or IPv6 address";
	if (memcmp(bytes, mapped, sizeof(mapped)) == 0)
		return "is an IPv4-mapped address: write it as IPv4";
	*ret = addr_from_bytes(AF_INET6, bytes);
	return NULL;
}

/* Where ":PORT" begins, or the text's end: a bare IPv6 address has none. */
static const char *port_part(const char *text)
{
	const char *colon = strrchr(text, ':');
	bool has_port = colon && (*text == '[' ? colon[-1] == ']' :
						 strchr(text, ':') == colon);

	return has_port ? colon : text + strlen(text);
}

const char *endpoint_parse(const char *text, struct masq_addr *ret_addr,
			   __u16 *ret_port)
{
	const char *end = port_part(text);
	char addr[ADDR_TEXT_SIZE];
	unsigned long port = 0;

	if (*end && !text_to_number(end + 1, 0, UINT16_MAX, &port))
		return "has no port behind the colon: 0 to 65535 are right";
	if (*text == '[') {
		text++;
		if (end[-1] != ']')
			return "has no closing bracket";
		end--;
	}
	if ((size_t)(end - text) >= sizeof(addr))
		return "is no IPv4 or IPv6 address";
	memcpy(addr, text, end - text);
	addr[end - text] = '\0';
	*ret_port = port;
	return addr_parse(addr, ret_addr);
}

static const char *prefix_parse(const char *text, enum masq_family family,
				unsigned int *ret)
{
	unsigned int max = addr_family_bits(family);
	unsigned long bits;
	char *end;

	bits = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end)
		return "has no number behind the slash";
	if (bits > max)
		return max == 32 ?
			       "has too long a prefix: 0 to 32 bits are right" :
			       "has too long a prefix: 0 to 128 bits are right";
	*ret = bits + ADDR_BITS - max;
	return NULL;
}

/* The address with all bits behind the prefix cleared. */
static struct masq_addr addr_masked(const struct masq_addr *addr,
				    unsigned int prefix_len)
{
	struct masq_addr masked = *addr;

	for (unsigned int bit = prefix_len; bit < ADDR_BITS; bit++)
		masked.byte[bit / 8] &= ~(0x80 >> bit % 8);
	return masked;
}

static const char *host_bits_problem(const struct cidr *cidr)
{
	static char problem[sizeof("has host bits set: the range is ") +
			    CIDR_TEXT_SIZE];
	struct cidr range = *cidr;
	char text[CIDR_TEXT_SIZE];

	range.addr = addr_masked(&cidr->addr, cidr->prefix_len);
	if (memcmp(&range.addr, &cidr->addr, sizeof(range.addr)) == 0)
		return NULL;
	snprintf(problem, sizeof(problem), "has host bits set: the range is %s",
		 cidr_format(&range, text));
	return problem;
}

static const char *cidr_split(const char *text, struct cidr *ret)
{
	char addr[CIDR_TEXT_SIZE];
	const char *slash = strchr(text, '/');
	const char *problem;

	if (!slash)
		return "has no prefix length: write it as ADDRESS/BITS";
	if ((size_t)(slash - text) >= sizeof(addr))
		return "is no IPv4 or IPv6 range";
	memcpy(addr, text, slash - text);
	addr[slash - text] = '\0';
	problem = addr_parse(addr, &ret->addr);
	if (problem)
		return problem;
	return prefix_parse(slash + 1, addr_family(&ret->addr),
			    &ret->prefix_len);
}

const char *cidr_parse(const char *text, struct cidr *ret)
{
	struct cidr cidr;
	const char *problem = cidr_split(text, &cidr);

	if (!problem)
		problem = host_bits_problem(&cidr);
	if (!problem)
		*ret = cidr;
	return problem;
}

const char *cidr_parse_around(const char *text, struct cidr *ret)
{
	struct cidr cidr;
	const char *problem = cidr_split(text, &cidr);

	if (problem)
		return problem;
	cidr.addr = addr_masked(&cidr.addr, cidr.prefix_len);
	*ret = cidr;
	return NULL;
}

const char *addr_format(const struct masq_addr *addr,
			char buffer[ADDR_TEXT_SIZE])
{
	if (addr_family(addr) == MASQ_IPV4)
		inet_ntop(AF_INET, addr->byte + sizeof(mapped), buffer,
			  ADDR_TEXT_SIZE);
	else
		inet_ntop(AF_INET6, addr->byte, buffer, ADDR_TEXT_SIZE);
	return buffer;
}

unsigned int cidr_bits(const struct cidr *cidr)
{
	return cidr->prefix_len + addr_family_bits(addr_family(&cidr->addr)) -
	       ADDR_BITS;
}

const char *cidr_format(const struct cidr *cidr, char buffer[CIDR_TEXT_SIZE])
{
	char addr[ADDR_TEXT_SIZE];

	snprintf(buffer, CIDR_TEXT_SIZE, "%s/%u",
		 addr_format(&cidr->addr, addr), cidr_bits(cidr));
	return buffer;
}

bool cidr_equal(const struct cidr *a, const struct cidr *b)
{
	return a->prefix_len == b->prefix_len &&
	       memcmp(&a->addr, &b->addr, sizeof(a->addr)) == 0;
}

bool cidr_contains(const struct cidr *outer, const struct cidr *inner)
{
	struct masq_addr masked = addr_masked(&inner->addr, outer->prefix_len);

	return addr_family(&inner->addr) == addr_family(&outer->addr) &&
	       inner->prefix_len >= outer->prefix_len &&
	       memcmp(&masked, &outer->addr, sizeof(masked)) == 0;
}

bool cidr_overlaps(const struct cidr *a, const struct cidr *b)
{
	return cidr_contains(a, b) || cidr_contains(b, a);
}

struct cidr cidr_of_addr(const struct masq_addr *addr)
{
	return (struct cidr){ .addr = *addr, .prefix_len = ADDR_BITS };
}

bool cidr_has_mapped(const struct cidr *cidr)
{
	struct masq_addr first = { .byte = { [10] = 0xff, [11] = 0xff } };

	first = addr_masked(&first, cidr->prefix_len);
	return addr_family(&cidr->addr) == MASQ_IPV6 &&
	       memcmp(&first, &cidr->addr, sizeof(first)) == 0;
}

struct cidr cidr_part(const struct cidr *range, unsigned int prefix_len,
		      uint32_t index)
{
	struct cidr part = { .addr = range->addr, .prefix_len = prefix_len };

	for (unsigned int bit = prefix_len; index; index >>= 1) {
		bit--;
		if (index & 1)
			part.addr.byte[bit / 8] |= 0x80 >> bit % 8;
	}
	return part;
}

uint32_t cidr_part_index(const struct cidr *range, unsigned int prefix_len,
			 const struct masq_addr *addr)
{
	uint32_t index = 0;

	for (unsigned int bit = range->prefix_len; bit < prefix_len; bit++)
		index = index << 1 | (addr->byte[bit / 8] >> (7 - bit % 8) & 1);
	return index;
}

struct masq_prefix cidr_to_prefix(const struct cidr *cidr)
{
	struct masq_prefix prefix = {
		.prefix_len = MASQ_PREFIX_FAMILY_BITS + cidr->prefix_len,
		.family = addr_family(&cidr->addr),
	};

	memcpy(prefix.byte, cidr->addr.byte, sizeof(prefix.byte));
	return prefix;
}

struct cidr cidr_from_prefix(const struct masq_prefix *prefix)
{
	struct cidr cidr = {
		.prefix_len = prefix->prefix_len - MASQ_PREFIX_FAMILY_BITS,
	};

	memcpy(cidr.addr.byte, prefix->byte, sizeof(cidr.addr.byte));
	return cidr;
}

int cidr_list_add(struct cidr_list *list, const struct cidr *cidr)
{
	struct cidr *items;

	items = reallocarray(list->items, list->count + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	items[list->count] = *cidr;
	list->items = items;
	list->count++;
	return 0;
}

static const char *cidr_list_parse_one(struct cidr_list *list, const char *text,
				       size_t length)
{
	char one[CIDR_TEXT_SIZE];
	const char *problem;
	struct cidr cidr;

	if (length >= sizeof(one))
		return "is no IPv4 or IPv6 range";
	memcpy(one, text, length);
	one[length] = '\0';
	problem = cidr_parse(one, &cidr);
	if (problem)
		return problem;
	return cidr_list_add(list, &cidr) ? "does not fit into memory" : NULL;
}

const char *cidr_list_parse(struct cidr_list *list, const char *text)
{
	static char said[2 * CIDR_TEXT_SIZE + 64];
	const char *one = text, *problem;
	size_t length;

	for (;; one += length + 1) {
		length = strcspn(one, ",");
		problem = cidr_list_parse_one(list, one, length);
		if (problem && !strchr(text, ','))
			return problem;
		if (problem)
			break;
		if (!one[length])
			return NULL;
	}
	if (length > CIDR_TEXT_SIZE)
		length = CIDR_TEXT_SIZE;
	snprintf(said, sizeof(said), "\"%.*s\" %s", (int)length, one, problem);
	return said;
}

bool cidr_list_has_family(const struct cidr_list *list, enum masq_family family)
{
	for (size_t i = 0; i < list->count; i++)
		if (addr_family(&list->items[i].addr) == family)
			return true;
	return false;
}

void cidr_list_free(struct cidr_list *list)
{
	free(list->items);
	*list = (struct cidr_list){ 0 };
}
