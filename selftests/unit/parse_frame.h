/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of bpf/parse.h share: packets byte by byte, and parsing them
 * as host C.
 *
 * Each is laid into memory of exactly its length, so that AddressSanitizer
 * sees any byte that is read behind it.
 */
#ifndef PARSE_FRAME_H
#define PARSE_FRAME_H

#include "parse.h"

#include "unit.h"

enum {
	PACKET_MAX = 4096,
	POD_PORT = 45312, /* 0xb100 */
	REMOTE_PORT = 443, /* 0x01bb */
	QUERY_ID = 0x1234,
	IPV4_ID = 0xa1b2,
	IPV4_LENGTH = 84, /* what the header says, whatever is there */
	IPV6_LENGTH = 40 + 64,
};

#define IPV6_ID 0xa1b2c3d4

#define POD4 10, 244, 1, 2
#define REMOTE4 192, 0, 2, 7
#define POD6 0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2
#define REMOTE6 0x20, 1, 0xd, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7
#define MAPPED6 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7
#define COMPATIBLE6 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 7

/* RFC 791 3.1; field: the flags and the fragment's offset */
#define IPV4_OF(first, field, proto)                                           \
	first, 0, 0, 84, 0xa1, 0xb2, (field) >> 8, (field)&0xff, 64, proto, 0, \
		0, POD4, REMOTE4
#define IPV4(proto) IPV4_OF(0x45, 0, proto)
#define OPTIONS_40                                                           \
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, \
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0

/* RFC 8200 3 */
#define IPV6_OF(first, next, src, dst) first, 0, 0, 0, 0, 64, next, 64, src, dst
#define IPV6(next) IPV6_OF(0x60, next, POD6, REMOTE6)

/* RFC 8200 4; 8 bytes, and units of 8 more */
#define EXTENSION(next) next, 0, 1, 4, 0, 0, 0, 0
#define EXTENSION_16(next) next, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
/* RFC 8200 4.5; field: the offset, and in its last bit M */
#define FRAGMENT(next, field) \
	next, 0, (field) >> 8, (field)&0xff, 0xa1, 0xb2, 0xc3, 0xd4

#define PORTS 0xb1, 0x00, 0x01, 0xbb
#define TCP(flags) PORTS, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, flags, 9, 9, 7, 7, 0, 0
#define UDP PORTS, 0, 8, 7, 7
#define SCTP(chunk) PORTS, 9, 9, 9, 9, 7, 7, 7, 7, chunk, 0, 0, 4
#define ICMP(type) type, 0, 7, 7, 0x12, 0x34, 0, 1
#define GRE 0, 0, 8, 0

#define BYTES(...)                              \
	(const unsigned char[]){ __VA_ARGS__ }, \
		sizeof((const unsigned char[]){ __VA_ARGS__ })

/* What stands before the IP header. */
struct framing {
	__u16 link_len; /* Ethernet's header, or nothing */
	__u16 tag_count;
	__u16 tag[4]; /* ethertypes of VLAN tags, as on the wire */
};

static const struct framing framings[] = {
	{ .link_len = 14 },
	{ .link_len = 0 },
	{ 14, 1, { 0x8100 } },
	{ 14, 1, { 0x88a8 } },
	{ 14, 2, { 0x88a8, 0x8100 } },
	{ 14, 2, { 0x8100, 0x8100 } },
};

static const struct framing ethernet = { .link_len = 14 };

struct frame {
	unsigned char byte[PACKET_MAX];
	size_t length;
	__u16 link_len;
	__u16 l3_off;
	__u16 ethertype;
};

static inline __u16 ethertype_of(enum masq_family family)
{
	return family == MASQ_IPV4 ? 0x0800 : 0x86dd;
}

static inline void frame_add(struct frame *frame, const void *bytes,
			     size_t length)
{
	must(frame->length + length <= PACKET_MAX, "frame_add");
	memcpy(frame->byte + frame->length, bytes, length);
	frame->length += length;
}

/* The packet's bytes behind this framing; `ethertype` is of these bytes. */
static inline void frame_lay(struct frame *frame, const struct framing *framing,
			     __u16 ethertype, const void *bytes, size_t length)
{
	*frame = (struct frame){
		.length = framing->link_len,
		.link_len = framing->link_len,
		.ethertype = framing->tag_count ? framing->tag[0] : ethertype,
	};
	memset(frame->byte, 0xee, framing->link_len);
	for (int i = 0; i < framing->tag_count; i++) {
		__u16 next = i + 1 < framing->tag_count ? framing->tag[i + 1] :
							  ethertype;

		frame_add(frame, (__u8[]){ 0, 100, next >> 8, next & 0xff }, 4);
	}
	frame->l3_off = frame->length;
	frame_add(frame, bytes, length);
}

/*
 * Parse the frame's first `length` bytes, in memory of just that length; the
 * IP header lies on a multiple of four, as the kernel has it.
 *
 * p: what the caller of parse() fills is filled.
 */
static inline enum masq_verdict frame_parse(const struct frame *frame,
					    size_t length, struct packet *p)
{
	size_t pad = -frame->link_len & 3;
	unsigned char *memory = malloc(pad + length);
	struct cursor cursor = {
		.start = memory + pad,
		.pos = memory + pad,
		.end = memory + pad + length,
	};
	enum masq_verdict verdict;

	must(memory != NULL, "malloc");
	memcpy(memory + pad, frame->byte, length);
	verdict =
		parse(&cursor, p, bpf_htons(frame->ethertype), frame->link_len);
	if (memcmp(memory + pad, frame->byte, length) != 0) {
		printf("# parse() has written to the packet\n");
		test_failed = true;
	}
	free(memory);
	return verdict;
}

/* Parse these bytes in an Ethernet frame. */
static inline enum masq_verdict bytes_parse(const void *bytes, size_t length,
					    enum masq_family family,
					    enum masq_direction direction,
					    struct packet *ret)
{
	struct frame frame;

	frame_lay(&frame, &ethernet, ethertype_of(family), bytes, length);
	*ret = (struct packet){ .direction = direction };
	return frame_parse(&frame, frame.length, ret);
}

/* All packets are from PORTS' first to its second, whichever is ours. */
static inline __u16 local_port_of(enum masq_direction direction)
{
	return direction == MASQ_EGRESS ? POD_PORT : REMOTE_PORT;
}

static inline __u16 remote_port_of(enum masq_direction direction)
{
	return direction == MASQ_EGRESS ? REMOTE_PORT : POD_PORT;
}

/* For loops over values. Return: whether this one has failed, and say which. */
static inline bool has_failed(const char *what, unsigned int value)
{
	if (test_failed)
		printf("# %s %#x\n", what, value);
	return test_failed;
}

#endif /* PARSE_FRAME_H */
