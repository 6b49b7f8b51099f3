// SPDX-License-Identifier: GPL-2.0-only
#include "draft.h"

#include <string.h>
#include <sys/socket.h>

enum {
	EXTENSION_WORDS = 3, /* of 8 bytes: so long, and one in some longer */
	EXTENSION_WORDS_LONG = 24,
};

/* SplitMix64. */
uint32_t dice_roll(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z >> 32;
}

uint32_t dice_below(struct dice *dice, uint32_t sides)
{
	return (uint64_t)dice_roll(dice) * sides >> 32;
}

static void put_random(struct dice *dice, uint8_t *at, size_t length)
{
	uint32_t word;

	for (size_t i = 0; i < length; i += sizeof(word)) {
		word = dice_roll(dice);
		memcpy(at + i, &word,
		       length - i < sizeof(word) ? length - i : sizeof(word));
	}
}

static bool is_icmp(const struct draft *draft)
{
	return draft->proto == IPPROTO_ICMP || draft->proto == IPPROTO_ICMPV6;
}

static size_t l4_length(const struct draft *draft)
{
	if (draft->quote)
		return 8 + draft->quote_length;
	if (draft->fragment & OFFSET_MASK)
		return draft->payload;
	switch (draft->proto) {
	case IPPROTO_TCP:
		return 20 + draft->payload;
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return 16 + draft->payload;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 8 + draft->payload;
	default:
		return draft->payload;
	}
}

static uint16_t udplite_coverage(struct dice *dice, size_t length)
{
	return dice_below(dice, 2) ? 0 : 8 + dice_below(dice, length - 7);
}

/* The transport over random bytes: what is not written stays random. */
static void put_l4(const struct draft *draft, struct dice *dice, uint8_t *at,
		   size_t length)
{
	put_random(dice, at, draft->quote ? 8 : length);
	if (draft->fragment & OFFSET_MASK)
		return;
	if (is_icmp(draft)) {
		at[0] = draft->icmp_type;
		at[1] = draft->icmp_code;
		bytes_put16(at + 4, draft->src_port);
	} else if (length >= 4) {
		bytes_put16(at, draft->src_port);
		bytes_put16(at + 2, draft->dst_port);
	}
	if (draft->quote)
		memcpy(at + 8, draft->quote, draft->quote_length);
	if (draft->proto == IPPROTO_TCP) {
		at[12] = 5 << 4;
		at[13] = draft->tcp_flags;
	} else if (draft->proto == IPPROTO_UDP) {
		bytes_put16(at + 4, length);
	} else if (draft->proto == IPPROTO_UDPLITE) {
		bytes_put16(at + 4, udplite_coverage(dice, length));
	} else if (draft->proto == IPPROTO_SCTP) {
		at[12] = draft->sctp_chunk;
	}
}

static size_t put_ipv4(const struct draft *draft, struct dice *dice,
		       uint8_t *ip, size_t length)
{
	size_t header = 20 + draft->options;

	put_random(dice, ip, header);
	ip[0] = 0x40 | header / 4;
	bytes_put16(ip + 2, header + length);
	bytes_put16(ip + 4, draft->fragment_id);
	bytes_put16(ip + 6, draft->fragment);
	ip[9] = draft->proto;
	memcpy(ip + 12, draft->src.bytes, 4);
	memcpy(ip + 16, draft->dst.bytes, 4);
	return header;
}

static size_t put_fragment(const struct draft *draft, uint8_t *at)
{
	at[1] = 0;
	bytes_put16(at + 2, (draft->fragment & OFFSET_MASK) << 3 |
				    !!(draft->fragment & MORE_FRAGMENTS));
	bytes_put16(at + 4, draft->fragment_id >> 16);
	bytes_put16(at + 6, draft->fragment_id);
	return 8;
}

static size_t put_extension(struct dice *dice, uint8_t *at)
{
	size_t words = 1 + dice_below(dice, dice_below(dice, 8) ?
						    EXTENSION_WORDS :
						    EXTENSION_WORDS_LONG);

	put_random(dice, at, words * 8);
	at[1] = words - 1;
	return words * 8;
}

static size_t put_ipv6(const struct draft *draft, struct dice *dice,
		       uint8_t *ip, size_t length)
{
	uint8_t *next = ip + 6, *at = ip + 40;

	put_random(dice, ip, 8);
	ip[0] = 0x60 | (ip[0] & 0xf);
	memcpy(ip + 8, draft->src.bytes, 16);
	memcpy(ip + 24, draft->dst.bytes, 16);
	for (size_t i = 0; i < draft->extension_count; i++) {
		*next = draft->extensions[i];
		next = at;
		at += draft->extensions[i] == IPPROTO_FRAGMENT ?
			      put_fragment(draft, at) :
			      put_extension(dice, at);
	}
	*next = draft->proto;
	bytes_put16(ip + 4, at - (ip + 40) + length);
	return at - ip;
}

/* The Ethernet header, and tags: the customer's is the inner one. */
static size_t put_link(const struct draft *draft, uint8_t *at)
{
	static const uint8_t macs[12] = { [5] = 1, [11] = 2 };
	size_t type = sizeof(macs);

	memcpy(at, macs, sizeof(macs));
	for (size_t i = draft->vlan_tags; i > 0; i--) {
		bytes_put16(at + type, i == 1 ? 0x8100 : 0x88a8);
		bytes_put16(at + type + 2, 100 + i);
		type += 4;
	}
	bytes_put16(at + type, draft->src.family == AF_INET ? 0x0800 : 0x86dd);
	return type + 2;
}

void draft_build(const struct draft *draft, struct dice *dice,
		 struct frame *ret)
{
	size_t length = l4_length(draft), l3 = put_link(draft, ret->bytes), l4;
	uint8_t *ip = ret->bytes + l3;
	struct layer layer;

	l4 = l3 + (draft->src.family == AF_INET ?
			   put_ipv4(draft, dice, ip, length) :
			   put_ipv6(draft, dice, ip, length));
	put_l4(draft, dice, ret->bytes + l4, length);
	ret->length = l4 + length;
	layer_read(ret, &layer);
	layer_fix_checks(ret, &layer);
}

void frame_aim_at_zero(struct frame *frame, size_t offset,
		       const struct address *to)
{
	uint8_t was[sizeof(to->bytes)], *addr = frame->bytes + offset, *word;
	struct layer layer;
	size_t size;

	layer_read(frame, &layer);
	if (!layer.check || layer.family != to->family ||
	    layer.check + 2 + 14 > layer.end)
		return;
	/* the last even word of the packet, if it is not the header's */
	word = frame->bytes + layer.l4 + (layer.end - layer.l4 - 2) / 2 * 2;
	size = layer_address_size(&layer);
	memcpy(was, addr, size);
	memcpy(addr, to->bytes, size);
	bytes_put16(frame->bytes + layer.check, 0xffff);
	bytes_put16(word, 0);
	bytes_put16(word, 0xffff - layer_l4_fault(frame, &layer));
	memcpy(addr, was, size);
	layer_fix_checks(frame, &layer);
}
