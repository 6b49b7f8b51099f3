/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets as bytes: built from a description, taken apart again, their
 * checksums recomputed from scratch.  Shares no code with bpf/ or user/.
 */
#ifndef SELFTESTS_PACKET_H
#define SELFTESTS_PACKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FRAME_MAX = 4096,
	FRAME_L3 = 14, /* behind the Ethernet header, where no VLAN tag is */
	NO_CHECKSUM = 1, /* packet_spec.check */
};

enum tcp_flags {
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	PSH = 0x08,
	ACK = 0x10,
};

struct frame {
	uint8_t bytes[FRAME_MAX];
	size_t length;
};

/* What is not said is 0. The family is that of the addresses. */
struct packet_spec {
	uint8_t proto; /* TCP, UDP, UDP-Lite, SCTP, ICMP, ICMPv6: with header */
	const char *src;
	const char *dst;
	uint16_t src_port; /* ICMP queries: the identifier */
	uint16_t dst_port;
	uint8_t tcp_flags;
	uint8_t icmp_type;
	uint8_t icmp_code;
	uint32_t icmp_rest; /* the second word of an error, such as its MTU */
	const struct frame *quote; /* an error's: the packet in this frame … */
	size_t quote_length; /* … its first bytes; 0: all */
	uint8_t sctp_chunk;
	size_t vlan_tags; /* in the frame: 802.1Q, outside it 802.1ad */
	size_t payload; /* bytes; behind a quotation too */
	size_t ip_options; /* bytes, a multiple of 4 */
	uint8_t extensions[8]; /* IPv6, by next-header number; see count */
	size_t extension_count;
	uint16_t fragment; /* IPv4: the whole field, host order */
	int check; /* NO_CHECKSUM: a UDP checksum of 0 */
	uint16_t salt; /* first bytes of the payload */
};

void frame_build(struct frame *frame, const struct packet_spec *spec);

/* A frame taken apart. Addresses as text; fields 0 where there are none. */
struct frame_view {
	int af;
	uint8_t proto;
	char src[INET6_ADDRSTRLEN];
	char dst[INET6_ADDRSTRLEN];
	uint16_t src_port;
	uint16_t dst_port;
	uint16_t check; /* of L4, as it stands */
	size_t l4; /* offset */
};

/* Return: false when it is no packet that frame_build() could have made. */
bool frame_view(const struct frame *frame, struct frame_view *ret);

/* Are all checksums what they ought to be? */
bool frame_checks(const struct frame *frame);

/* Says where they differ, if they do. */
bool frame_equal(const struct frame *got, const struct frame *expected);

/* Make the L4 checksum this value, by the payload's first two bytes. */
void frame_force_check(struct frame *frame, uint16_t check);

/* Is the checksum of the IPv4 header that an error quotes what it ought to be?
 */
bool frame_quote_checks(const struct frame *frame);

/* The packet that an ICMP error quotes, as a frame. */
void frame_quoted(const struct frame *error, struct frame *ret);

/*
 * `size` bytes of the datagram in `whole`, from `offset` on, a multiple of 8
 * unless it is the last, as a fragment.
 */
void frame_cut(const struct frame *whole, uint32_t id, size_t offset,
	       size_t size, struct frame *ret);

/* Put the rest behind a first fragment; the whole has no fragment's fields. */
void frame_join(const struct frame *first, const struct frame *rest,
		struct frame *ret);

/* The frame that answers this one: addresses and ports swapped. */
void frame_answer(const struct packet_spec *spec, const struct frame *sent,
		  uint8_t tcp_flags, struct frame *ret);

#endif /* SELFTESTS_PACKET_H */
