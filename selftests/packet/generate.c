// SPDX-License-Identifier: GPL-2.0-only
#include "generate.h"

#include <string.h>
#include <sys/socket.h>

#include "known.h"
#include "mutate.h"

enum {
	DATAGRAM_IDS = 8,
	/* RFC 4884 4 and 7: as much is quoted, zeros included; then a header
	 * and an object follow */
	EXTENDED_QUOTE = 128,
	EXTENSION = 12,
	QUOTED_TRANSPORT = 8,
	/* In front of the transport; more, and an error is not asked for. */
	QUOTED_HEADERS_MAX = 256,
};

void generator_open(struct generator *g, uint64_t seed)
{
	memset(g, 0, sizeof(*g));
	g->seed = seed;
	scene_open();
}

void generator_note(struct generator *g, enum masq_direction direction,
		    const struct frame *out)
{
	struct recent *recent = &g->recent[direction];
	struct frame *to = &recent->frames[recent->count++ % RECENT_FRAMES];

	memcpy(to->bytes, out->bytes, out->length);
	to->length = out->length;
}

static const struct frame *recent_pick(struct generator *g,
				       enum masq_direction direction)
{
	const struct recent *recent = &g->recent[direction];
	size_t count = recent->count < RECENT_FRAMES ? recent->count :
						       RECENT_FRAMES;

	return count ? &recent->frames[dice_below(&g->dice, count)] : NULL;
}

static bool one_in(struct generator *g, uint32_t n)
{
	return dice_below(&g->dice, n) == 0;
}

static uint8_t pick_icmp_type(struct generator *g, int family)
{
	static const uint8_t v4[] = { 8, 8, 8, 0, 13, 14, 3, 11, 12, 4, 5 };
	static const uint8_t v6[] = { 128, 128, 128, 129, 1, 2, 3, 4, 135 };

	if (one_in(g, 4))
		return dice_below(&g->dice, 256);
	return family == AF_INET6 ? DICE_PICK(&g->dice, v6) :
				    DICE_PICK(&g->dice, v4);
}

static uint8_t pick_error_type(struct generator *g, int family)
{
	static const uint8_t v4[] = { 3, 3, 11, 12 };
	static const uint8_t v6[] = { 1, 2, 3, 4 };

	return family == AF_INET6 ? DICE_PICK(&g->dice, v6) :
				    DICE_PICK(&g->dice, v4);
}

static uint8_t pick_tcp_flags(struct generator *g)
{
	static const uint8_t flags[] = { SYN,	    SYN,       ACK,	  ACK,
					 PSH | ACK, SYN | ACK, FIN | ACK, RST };

	return one_in(g, 8) ? dice_below(&g->dice, 256) :
			      DICE_PICK(&g->dice, flags);
}

static size_t pick_payload(struct generator *g)
{
	return dice_below(&g->dice, one_in(g, 16) ? QUOTE_MAX : 48);
}

/* The rest of the datagram whose first fragment was made last. */
static void draft_later(struct generator *g, enum masq_direction direction,
			struct draft *draft)
{
	const struct draft *first = &g->first[direction];

	draft->fragment = (1 + dice_below(&g->dice, OFFSET_MASK)) |
			  (dice_roll(&g->dice) & MORE_FRAGMENTS);
	if (first->src.family != draft->src.family)
		return;
	draft->src = first->src;
	draft->dst = first->dst;
	draft->proto = first->proto;
	draft->fragment_id = first->fragment_id;
}

static void draft_fragment(struct generator *g, enum masq_direction direction,
			   struct draft *draft)
{
	draft->fragment_id = dice_below(&g->dice, DATAGRAM_IDS);
	switch (dice_below(&g->dice, 24)) {
	case 0:
	case 1:
		draft->fragment = MORE_FRAGMENTS;
		g->first[direction] = *draft;
		return;
	case 2:
	case 3:
		draft_later(g, direction, draft);
		return;
	case 4: /* "don't", and the bit that nobody uses */
		draft->fragment = dice_roll(&g->dice) &
				  (uint16_t) ~(MORE_FRAGMENTS | OFFSET_MASK);
		return;
	case 5:
		draft->fragment = dice_roll(&g->dice);
		return;
	}
}

static void draft_headers(struct generator *g, struct draft *draft)
{
	static const uint8_t kinds[] = { IPPROTO_HOPOPTS, IPPROTO_ROUTING,
					 IPPROTO_DSTOPTS };
	size_t count = one_in(g, 4) ? 1 + dice_below(&g->dice, 3) : 0;

	if (one_in(g, 32))
		count = dice_below(&g->dice, EXTENSIONS_MAX);
	for (size_t i = 0; i < count; i++)
		draft->extensions[i] = one_in(g, 16) ?
					       IPPROTO_FRAGMENT :
					       DICE_PICK(&g->dice, kinds);
	if (draft->fragment & (MORE_FRAGMENTS | OFFSET_MASK))
		draft->extensions[count ? dice_below(&g->dice, count) :
					  count++] = IPPROTO_FRAGMENT;
	draft->extension_count = count;
	draft->options = one_in(g, 6) ? 4 * dice_below(&g->dice, 11) : 0;
	draft->vlan_tags = one_in(g, 8) ? dice_below(&g->dice, 4) : 0;
}

static void draft_transport(struct generator *g, enum masq_direction direction,
			    struct draft *draft)
{
	static const uint8_t chunks[] = { 1, 1, 0, 0, 2, 3, 6, 7, 8, 14 };
	uint16_t local = scene_local_port(&g->dice),
		 remote = scene_remote_port(&g->dice);

	draft->proto = scene_proto(&g->dice, draft->src.family);
	draft->src_port = direction == MASQ_EGRESS ? local : remote;
	draft->dst_port = direction == MASQ_EGRESS ? remote : local;
	if (draft->proto == IPPROTO_ICMP || draft->proto == IPPROTO_ICMPV6)
		draft->src_port = local;
	draft->tcp_flags = pick_tcp_flags(g);
	draft->icmp_type = pick_icmp_type(g, draft->src.family);
	draft->icmp_code = dice_below(&g->dice, one_in(g, 8) ? 256 : 16);
	draft->sctp_chunk = DICE_PICK(&g->dice, chunks);
	draft->payload = pick_payload(g);
}

static enum masq_direction draft_any(struct generator *g, struct draft *ret)
{
	const struct route *route = scene_route(&g->dice);
	int family = one_in(g, 2) ? AF_INET6 : AF_INET;

	*ret = (struct draft){
		.src = scene_address(&g->dice, family, route->src),
		.dst = scene_address(&g->dice, family, route->dst),
	};
	draft_transport(g, route->direction, ret);
	draft_fragment(g, route->direction, ret);
	draft_headers(g, ret);
	return route->direction;
}

/* RFC 4884: zeros behind a short quotation, then an extension. */
static void quote_extend(struct generator *g, struct draft *draft)
{
	if (draft->quote_length > EXTENDED_QUOTE)
		return;
	memset(g->quote + draft->quote_length, 0,
	       EXTENDED_QUOTE - draft->quote_length);
	memset(g->quote + EXTENDED_QUOTE, dice_roll(&g->dice), EXTENSION);
	g->quote[EXTENDED_QUOTE] = 2 << 4; /* the version */
	draft->quote_length = EXTENDED_QUOTE + EXTENSION;
	/* in units of 4 bytes in the second byte, or of 8 in the first */
	draft->src_port = draft->src.family == AF_INET6 ?
				  EXTENDED_QUOTE / 8 << 8 :
				  EXTENDED_QUOTE / 4;
}

/* Make the draft an error that quotes so many bytes from here on. */
static void draft_error(struct generator *g, const uint8_t *quote,
			size_t length, struct draft *draft)
{
	bool ipv6 = draft->src.family == AF_INET6;

	draft->proto = ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	draft->icmp_type = pick_error_type(g, draft->src.family);
	draft->icmp_code = dice_below(&g->dice, 16);
	draft->fragment = 0;
	draft->src_port = 0;
	memcpy(g->quote, quote, length);
	draft->quote = g->quote;
	draft->quote_length = length;
	if (one_in(g, 4))
		quote_extend(g, draft);
}

bool generate_error(struct generator *g, const struct frame *got,
		    struct draft *ret)
{
	struct layer layer;
	size_t min, max;

	layer_read(got, &layer);
	if (!layer.l4 || layer.fragment == FRAGMENT_LATER ||
	    layer.icmp == ICMP_IS_ERROR)
		return false;
	max = layer.end - layer.l3;
	min = layer.l4 - layer.l3 + QUOTED_TRANSPORT;
	if (max > QUOTE_MAX)
		max = QUOTE_MAX;
	if (min > max || min > QUOTED_HEADERS_MAX)
		return false;
	*ret = (struct draft){ 0 };
	layer_address(got, &layer, layer.dst, &ret->src);
	layer_address(got, &layer, layer.src, &ret->dst);
	draft_error(g, got->bytes + layer.l3,
		    min + dice_below(&g->dice, max - min + 1), ret);
	return true;
}

static uint8_t answer_type(uint8_t type)
{
	switch (type) {
	case 8:
		return 0;
	case 13:
		return 14;
	default:
		return 129;
	}
}

bool generate_answer(struct generator *g, const struct frame *sent,
		     struct draft *ret)
{
	struct layer layer;

	layer_read(sent, &layer);
	if (!layer.l4 || layer.fragment == FRAGMENT_LATER ||
	    layer.icmp == ICMP_IS_ERROR || layer.icmp == ICMP_IS_REPLY)
		return false;
	*ret = (struct draft){
		.proto = layer.proto,
		.tcp_flags = pick_tcp_flags(g),
		.icmp_type = answer_type(sent->bytes[layer.l4]),
		.sctp_chunk = dice_below(&g->dice, 16),
		.payload = pick_payload(g),
		.options = one_in(g, 6) ? 4 * dice_below(&g->dice, 11) : 0,
		.extensions = { IPPROTO_DSTOPTS },
		.extension_count = one_in(g, 6),
	};
	layer_address(sent, &layer, layer.dst, &ret->src);
	layer_address(sent, &layer, layer.src, &ret->dst);
	if (layer.src_port) {
		ret->src_port = bytes_get16(sent->bytes + layer.dst_port);
		ret->dst_port = bytes_get16(sent->bytes + layer.src_port);
	}
	return true;
}

/* An error that quotes what has come out, or nonsense, in any way. */
static void draft_any_error(struct generator *g, enum masq_direction direction,
			    struct draft *draft)
{
	const struct frame *got = recent_pick(
		g, one_in(g, 8) ? MASQ_EGRESS : opposite(direction));
	struct layer layer;
	size_t length;

	if (!got)
		return;
	layer_read(got, &layer);
	if (!layer.family ||
	    (layer.family != draft->src.family && !one_in(g, 8)))
		return;
	if (layer.family == draft->src.family) {
		if (!one_in(g, 4))
			layer_address(got, &layer, layer.dst, &draft->src);
		if (!one_in(g, 4))
			layer_address(got, &layer, layer.src, &draft->dst);
	}
	length = got->length - layer.l3;
	draft_error(g, got->bytes + layer.l3,
		    dice_below(&g->dice,
			       length < QUOTE_MAX ? length + 1 : QUOTE_MAX),
		    draft);
}

/* Answers to what has come out on the other side, in any way. */
static void draft_any_answer(struct generator *g, enum masq_direction direction,
			     struct draft *draft)
{
	const struct frame *sent = recent_pick(g, opposite(direction));

	if (!sent || !generate_answer(g, sent, draft))
		return;
	draft_fragment(g, direction, draft);
	draft_headers(g, draft);
}

static void frame_finish(struct generator *g, struct frame *frame)
{
	struct address node;
	struct layer layer;

	layer_read(frame, &layer);
	if (layer.check && one_in(g, 16)) {
		node = scene_address(&g->dice, layer.family, PLACE_NODE);
		frame_aim_at_zero(frame, layer.src, &node);
	}
	if (layer.check && layer.proto == IPPROTO_UDP && one_in(g, 8))
		bytes_put16(frame->bytes + layer.check, 0);
	if (one_in(g, 6))
		frame_mutate(frame, &g->dice);
}

enum masq_direction generate(struct generator *g, uint64_t index,
			     struct frame *ret)
{
	enum masq_direction direction;
	struct draft draft;

	g->dice.state = g->seed ^ index << 24;
	direction = draft_any(g, &draft);
	switch (dice_below(&g->dice, 8)) {
	case 0:
		draft_any_error(g, direction, &draft);
		break;
	case 1:
		draft_any_answer(g, direction, &draft);
		break;
	}
	draft_build(&draft, &g->dice, ret);
	frame_finish(g, ret);
	return direction;
}
