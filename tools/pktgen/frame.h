/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frame that each packet is made of: all of it but what is its own.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stddef.h>

#include "pktgen.h"

enum { FRAME_MAX = 3520 }; /* what a live frame's page has room for */

struct frame {
	__u8 bytes[FRAME_MAX];
	size_t size;
	__u64 ip_sum; /* as pktgen.bpf.c takes them */
	__u64 l4_sum;
};

/* The least that such a frame has. */
size_t frame_size_min(const struct pktgen_plan *plan);

/* size: between that and FRAME_MAX. */
void frame_make(const struct pktgen_plan *plan, size_t size, struct frame *ret);

#endif /* FRAME_H */
