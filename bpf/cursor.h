/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A place in the packet's bytes, which the parser moves on.
 */
#ifndef CURSOR_H
#define CURSOR_H

#include "kernel.h"

/* What has been read so far; nothing past `end` is ever touched. */
struct cursor {
	void *start;
	void *pos;
	void *end;
};

static inline __u16 cursor_offset(const struct cursor *c)
{
	return c->pos - c->start;
}

#endif /* CURSOR_H */
