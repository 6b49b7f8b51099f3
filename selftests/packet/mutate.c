// SPDX-License-Identifier: GPL-2.0-only
#include "mutate.h"

#include <string.h>
#include <sys/socket.h>

enum {
	/* BPF_PROG_TEST_RUN takes no shorter ones: an Ethernet header, and an
	 * IP header if that names one */
	LENGTH_MIN = 14,
	LENGTH_MIN_IPV4 = 34,
	LENGTH_MIN_IPV6 = 54,
	HEADERS = 96, /* bytes: where most headers lie */
	PADDING_MAX = 46,
};

static size_t length_min(const struct frame *frame)
{
	switch (bytes_get16(frame->bytes + 12)) {
	case 0x0800:
		return LENGTH_MIN_IPV4;
	case 0x86dd:
		return LENGTH_MIN_IPV6;
	default:
		return LENGTH_MIN;
	}
}

static void cut_from(struct frame *frame, struct dice *dice, size_t from,
		     size_t bytes)
{
	size_t min = length_min(frame), length;

	length = (from > min ? from : min) + dice_below(dice, bytes);
	if (length < frame->length)
		frame->length = length;
}

static void cut(struct frame *frame, const struct layer *layer,
		struct dice *dice)
{
	(void)layer;
	cut_from(frame, dice, 0, frame->length);
}

/* Within the transport's header, or just behind it. */
static void cut_transport(struct frame *frame, const struct layer *layer,
			  struct dice *dice)
{
	cut_from(frame, dice, layer->l4, 24);
}

/* Now any number, now one that is nearly right or small. */
static uint16_t lie(struct dice *dice, uint16_t truth)
{
	switch (dice_below(dice, 3)) {
	case 0:
		return dice_roll(dice);
	case 1:
		return dice_below(dice, 64);
	default:
		return truth - 8 + dice_below(dice, 17);
	}
}

static void lie_at(struct frame *frame, struct dice *dice, size_t offset)
{
	uint8_t *at = frame->bytes + offset;

	if (offset + 2 <= frame->length)
		bytes_put16(at, lie(dice, bytes_get16(at)));
}

static void lie_ip_length(struct frame *frame, const struct layer *layer,
			  struct dice *dice)
{
	lie_at(frame, dice, layer->l3 + (layer->family == AF_INET ? 2 : 4));
}

static void lie_l4_length(struct frame *frame, const struct layer *layer,
			  struct dice *dice)
{
	/* UDP's length; TCP's is a byte, and alone there */
	lie_at(frame, dice, layer->l4 + (layer->proto == IPPROTO_TCP ? 12 : 4));
}

/* The version and IPv4's header length. */
static void lie_first_byte(struct frame *frame, const struct layer *layer,
			   struct dice *dice)
{
	frame->bytes[layer->l3] ^= 1 << dice_below(dice, 8);
}

static void lie_extension_length(struct frame *frame, const struct layer *layer,
				 struct dice *dice)
{
	if (layer->family == AF_INET6)
		frame->bytes[layer->l3 + 41] = dice_below(dice, 64);
}

static void flip_bits(struct frame *frame, const struct layer *layer,
		      struct dice *dice)
{
	size_t span = frame->length - layer->l3;

	for (int i = dice_below(dice, 3); i >= 0; i--)
		frame->bytes[layer->l3 +
			     dice_below(dice, span < HEADERS ? span : HEADERS)] ^=
			1 << dice_below(dice, 8);
}

static void spoil_ip_check(struct frame *frame, const struct layer *layer,
			   struct dice *dice)
{
	if (layer->ip_check)
		bytes_put16(frame->bytes + layer->ip_check, dice_roll(dice));
}

static void spoil_l4_check(struct frame *frame, const struct layer *layer,
			   struct dice *dice)
{
	if (layer->check)
		bytes_put16(frame->bytes + layer->check, dice_roll(dice));
}

static void pad(struct frame *frame, const struct layer *layer,
		struct dice *dice)
{
	size_t length = dice_below(dice, PADDING_MAX) + 1;

	(void)layer;
	memset(frame->bytes + frame->length, dice_roll(dice), length);
	frame->length += length;
}

static void change_ethertype(struct frame *frame, const struct layer *layer,
			     struct dice *dice)
{
	static const uint16_t types[] = { 0x0806, 0x8847, 0x8864, 0x9100,
					  0x0800, 0x86dd, 0x0026 };

	bytes_put16(frame->bytes + layer->l3 - 2, DICE_PICK(dice, types));
	if (frame->length < length_min(frame)) {
		memset(frame->bytes + frame->length, 0, LENGTH_MIN_IPV6);
		frame->length = LENGTH_MIN_IPV6;
	}
}

void frame_mutate(struct frame *frame, struct dice *dice)
{
	static void (*const ways[])(struct frame *, const struct layer *,
				    struct dice *) = {
		cut,	       cut_transport,	 lie_ip_length,
		lie_l4_length, lie_first_byte,	 lie_extension_length,
		flip_bits,     spoil_ip_check,	 spoil_l4_check,
		pad,	       change_ethertype,
	};
	struct layer layer;

	layer_read(frame, &layer);
	if (layer.family)
		DICE_PICK(dice, ways)(frame, &layer, dice);
}
