/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets of any kind from a description; what it does not say is random.
 * Shares no code with bpf/ or user/.
 */
#ifndef SELFTESTS_DRAFT_H
#define SELFTESTS_DRAFT_H

#include "layers.h"

/* Numbers that are the same for the same seed. */
struct dice {
	uint64_t state;
};

uint32_t dice_roll(struct dice *dice);
/* 0…sides - 1. */
uint32_t dice_below(struct dice *dice, uint32_t sides);

#define DICE_PICK(dice, array) \
	((array)[dice_below(dice, sizeof(array) / sizeof((array)[0]))])

enum {
	EXTENSIONS_MAX = 8,
	MORE_FRAGMENTS = 0x2000, /* as IPv4 has it */
	OFFSET_MASK = 0x1fff,
	/* Frames that quote others stay below FRAME_MAX. */
	QUOTE_MAX = 1500,
};

struct draft {
	struct address src;
	struct address dst;
	uint8_t proto;
	uint16_t src_port; /* or an identifier */
	uint16_t dst_port;
	uint8_t tcp_flags;
	uint8_t icmp_type;
	uint8_t icmp_code;
	uint8_t sctp_chunk;
	uint16_t fragment; /* flags and offset as in IPv4, in host order */
	uint32_t fragment_id;
	size_t options; /* bytes, a multiple of 4; IPv4 */
	uint8_t extensions[EXTENSIONS_MAX]; /* IPv6 */
	size_t extension_count;
	size_t vlan_tags;
	size_t payload; /* bytes */
	const uint8_t *quote; /* what an ICMP error carries instead */
	size_t quote_length;
};

/* All checksums are right. */
void draft_build(const struct draft *draft, struct dice *dice,
		 struct frame *ret);

/*
 * Make the transport's checksum come out as 0 when the address at this offset
 * becomes another, and no port changes: by two bytes of the payload.
 */
void frame_aim_at_zero(struct frame *frame, size_t offset,
		       const struct address *to);

#endif /* SELFTESTS_DRAFT_H */
