/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often which kind of packet was translated: a generator that misses one
 * would prove nothing about it.
 */
#ifndef SELFTESTS_SEEN_H
#define SELFTESTS_SEEN_H

#include "oracle.h"

enum { SEEN_FAMILIES = 2 };

struct seen {
	size_t proto[MASQ_DIRECTION_COUNT][SEEN_FAMILIES][256];
	size_t later[MASQ_DIRECTION_COUNT][SEEN_FAMILIES]; /* fragments */
	size_t error[MASQ_DIRECTION_COUNT][SEEN_FAMILIES];
	size_t host[SEEN_FAMILIES]; /* that met a pod's port */
	size_t opened[SEEN_FAMILIES]; /* from outside; not translated */
};

void seen_note(struct seen *seen, const struct passage *passage,
	       enum outcome outcome);

/* Return: what was never seen, or NULL. */
const char *seen_missing(const struct seen *seen);

#endif /* SELFTESTS_SEEN_H */
