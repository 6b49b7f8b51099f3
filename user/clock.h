/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock that the datapath reads too, and the one on the wall.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

enum { NS_PER_MS = 1000000, NS_PER_S = 1000000000 };

static inline uint64_t clock_read(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* As bpf_ktime_get_ns(): no change of the date moves it. */
static inline uint64_t clock_ns(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

static inline uint64_t clock_wall_ns(void)
{
	return clock_read(CLOCK_REALTIME);
}

#endif /* CLOCK_H */
