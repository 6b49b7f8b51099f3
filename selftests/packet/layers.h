/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the bytes of a frame mean, for the oracle: where each field lies, and
 * by how much each checksum is wrong.  Knows packets of any kind, broken ones
 * too, and shares no code with bpf/ or user/.
 */
#ifndef SELFTESTS_LAYERS_H
#define SELFTESTS_LAYERS_H

#include "packet.h"

/* There is no padding: may be compared as bytes. */
struct address {
	int family; /* AF_INET, AF_INET6; 0: none */
	uint8_t bytes[16]; /* IPv4: the first four, then zeros */
};

enum layer_fragment {
	FRAGMENT_NONE, /* or one that is its datagram alone (RFC 6946) */
	FRAGMENT_FIRST,
	FRAGMENT_LATER,
};

enum layer_icmp {
	ICMP_IS_NONE, /* none, or of a kind that is of no flow */
	ICMP_IS_QUERY,
	ICMP_IS_REPLY,
	ICMP_IS_ERROR, /* that quotes a packet */
};

/*
 * One IP packet: the frame's, or that which an ICMP error quotes.
 *
 * Offsets count from the start of the frame; 0: there is no such field, or not
 * whole, or the headers before it contradict.
 */
struct layer {
	int family; /* 0: no IP, or its header is cut */
	size_t l3;
	size_t src;
	size_t dst;
	size_t ip_check;
	size_t l4;
	size_t end; /* behind the packet's last byte */
	size_t src_port; /* of a query or reply both are its identifier */
	size_t dst_port;
	size_t check; /* of L4 */
	size_t extensions; /* how many stand before the transport */
	size_t fragment_headers; /* of these; IPv6 */
	uint32_t fragment_id;
	enum layer_fragment fragment;
	enum layer_icmp icmp;
	uint8_t proto;
	bool is_ip; /* by the frame's word, whole or not */
	bool is_whole; /* all headers are there */
	bool is_quoted;
};

uint16_t bytes_get16(const uint8_t *at);
void bytes_put16(uint8_t *at, uint16_t value);

void layer_read(const struct frame *frame, struct layer *ret);
/* *ret: family 0 when this is no error, or quotes no IP header. */
void layer_read_quote(const struct frame *frame, const struct layer *error,
		      struct layer *ret);

void layer_address(const struct frame *frame, const struct layer *layer,
		   size_t offset, struct address *ret);
size_t layer_address_size(const struct layer *layer);

/*
 * By how much the checksum is wrong, modulo 0xffff: 0 when it is right, or
 * there is none.  A quotation may be cut: then this is not 0, but still the
 * same after a right translation.
 */
uint16_t layer_ip_fault(const struct frame *frame, const struct layer *layer);
uint16_t layer_l4_fault(const struct frame *frame, const struct layer *layer);

/* Is the checksum 0 where that says that there is none (UDP), or where it may
 * not be so (UDP-Lite)? */
bool layer_has_zero_check(const struct frame *frame, const struct layer *layer);

/* Make the checksums right. */
void layer_fix_checks(struct frame *frame, const struct layer *layer);

#endif /* SELFTESTS_LAYERS_H */
