/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packets of the leak oracle: of every kind, each a function of the seed,
 * its index, and what the datapath has let out before.
 */
#ifndef SELFTESTS_GENERATE_H
#define SELFTESTS_GENERATE_H

#include "scene.h"

enum {
	RECENT_FRAMES = 64,
	/* what a quotation and its padding take */
	QUOTE_BUFFER = QUOTE_MAX + 256,
};

/* Packets as they came out, to be answered or quoted; the oldest go first. */
struct recent {
	struct frame frames[RECENT_FRAMES];
	size_t count;
};

struct generator {
	uint64_t seed;
	struct dice dice;
	struct recent recent[MASQ_DIRECTION_COUNT];
	/* the first fragment that was made last */
	struct draft first[MASQ_DIRECTION_COUNT];
	uint8_t quote[QUOTE_BUFFER];
};

void generator_open(struct generator *g, uint64_t seed);

/* Make the packet of this index. Return: the hook that it is for. */
enum masq_direction generate(struct generator *g, uint64_t index,
			     struct frame *ret);

/* This came out of that hook, translated or opening a flow. */
void generator_note(struct generator *g, enum masq_direction direction,
		    const struct frame *out);

/* Return: false when such a packet has no answer. */
bool generate_answer(struct generator *g, const struct frame *sent,
		     struct draft *ret);

/*
 * An ICMP error of a kind that is translated, of who got this packet.  It
 * quotes eight bytes of the transport at least (RFC 792).
 *
 * Return: false when there is no such error.
 */
bool generate_error(struct generator *g, const struct frame *got,
		    struct draft *ret);

#endif /* SELFTESTS_GENERATE_H */
