/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What on this node will keep pods' packets from being translated, or from
 * passing at all; each with what would be right.
 */
#ifndef WARNINGS_H
#define WARNINGS_H

#include <stdbool.h>
#include <stddef.h>

enum {
	WARNINGS_MAX = 32,
	WARNING_SIZE = 256,
};

struct warnings {
	char lines[WARNINGS_MAX][WARNING_SIZE];
	size_t count;
};

bool warnings_have(const struct warnings *warnings, const char *line);

/* Add a line, unless it is there. */
__attribute__((format(printf, 2, 3))) void
warnings_add(struct warnings *warnings, const char *format, ...);

#endif /* WARNINGS_H */
