/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses and address ranges as text.
 */
#ifndef ADDR_H
#define ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "masq.h"

enum {
	ADDR_TEXT_SIZE = INET6_ADDRSTRLEN,
	CIDR_TEXT_SIZE = INET6_ADDRSTRLEN + sizeof("/128") - 1,
};

/* A range; prefix_len counts the bits of the v4-mapped form, 0 to 128. */
struct cidr {
	struct masq_addr addr;
	unsigned int prefix_len;
};

struct cidr_list {
	struct cidr *items;
	size_t count;
};

bool addr_is_set(const struct masq_addr *addr);
enum masq_family addr_family(const struct masq_addr *addr);
const char *addr_family_name(enum masq_family family); /* "IPv4", "IPv6" */
unsigned int addr_family_bits(enum masq_family family); /* 32, 128 */

/* bytes: four (AF_INET) or sixteen (AF_INET6), in network order. */
struct masq_addr addr_from_bytes(int af, const void *bytes);

/* Can a node be known by it: neither unspecified, loopback, link-local nor
 * multicast. */
bool addr_is_global(const struct masq_addr *addr);

/* Return: NULL, or what is wrong with the text and what would be right. */
const char *addr_parse(const char *text, struct masq_addr *ret);
const char *cidr_parse(const char *text, struct cidr *ret);

/*
 * ADDR, ADDR:PORT or [ADDR]:PORT; without a port *ret_port is 0.
 *
 * Return: as above.
 */
const char *endpoint_parse(const char *text, struct masq_addr *ret_addr,
			   __u16 *ret_port);

/* The range around an interface's ADDRESS/BITS. */
const char *cidr_parse_around(const char *text, struct cidr *ret);

const char *addr_format(const struct masq_addr *addr,
			char buffer[ADDR_TEXT_SIZE]);
const char *cidr_format(const struct cidr *cidr, char buffer[CIDR_TEXT_SIZE]);

bool cidr_equal(const struct cidr *a, const struct cidr *b);
bool cidr_contains(const struct cidr *outer, const struct cidr *inner);
bool cidr_overlaps(const struct cidr *a, const struct cidr *b);
struct cidr cidr_of_addr(const struct masq_addr *addr);

/* As the tries have it, and back. */
struct masq_prefix cidr_to_prefix(const struct cidr *cidr);
struct cidr cidr_from_prefix(const struct masq_prefix *prefix);

/* Is it an IPv6 range with addresses in it that would be read as IPv4? */
bool cidr_has_mapped(const struct cidr *cidr);

/* prefix_len as an address of the family counts it: 0 to 32, or 0 to 128. */
unsigned int cidr_bits(const struct cidr *cidr);

/*
 * A range's parts of one size, counted from 0 in the order of their addresses;
 * prefix_len: theirs, 0 to 31 bits more than the range's.
 */
struct cidr cidr_part(const struct cidr *range, unsigned int prefix_len,
		      uint32_t index);
uint32_t cidr_part_index(const struct cidr *range, unsigned int prefix_len,
			 const struct masq_addr *addr);

/* Return: 0 or -ENOMEM. */
int cidr_list_add(struct cidr_list *list, const struct cidr *cidr);

/*
 * Add ranges, with commas between.
 *
 * Return: NULL, or what is wrong with one, which of several, and what would be
 * right.
 */
const char *cidr_list_parse(struct cidr_list *list, const char *text);
bool cidr_list_has_family(const struct cidr_list *list,
			  enum masq_family family);
void cidr_list_free(struct cidr_list *list);

#endif /* ADDR_H */
