/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generator on XDP live frames, and the sink: pktgen.bpf.c at work.
 */
#ifndef LIVE_H
#define LIVE_H

#include "frame.h"
#include "options.h"

struct pktgen_bpf;

struct live {
	struct pktgen_bpf *skel;
	const struct options *options;
	const struct device *ends[PKTGEN_DIRECTION_COUNT]; /* where it sends */
	struct frame frame;
};

/* What came of one direction. */
struct result {
	__u64 sent;
	__u64 ns; /* from the first packet sent to the last seen */
	__u64 busy_ns; /* of these, at work on packets */
	struct pktgen_count count;
};

/* from, to, options: must outlive *ret. Return: 0 or -1, said. */
int live_open(const struct options *options, const struct device *from,
	      const struct device *to, struct live *ret);
void live_close(struct live *live);

/* Put the sink of a direction in its place, and take it off. */
int live_sink_put(const struct live *live, enum pktgen_direction direction);
void live_sink_remove(const struct live *live, enum pktgen_direction direction);

/*
 * Send so many packets, or, for 0, for so long; a signal ends it.
 *
 * Return: 0 or -1, said.
 */
int live_send(struct live *live, enum pktgen_direction direction, __u64 count,
	      __u32 seconds, struct result *ret);

/* From now on the sink counts only, unless it is to check what arrives. */
void live_hurry(const struct live *live);

/* What has arrived. Return: 0 or -1, said. */
int live_count(const struct live *live, enum pktgen_direction direction,
	       struct pktgen_count *ret);

/* Wait until so many have, or no more come. Return: 0 or -1, said. */
int live_settle(const struct live *live, enum pktgen_direction direction,
		__u64 sent, struct pktgen_count *ret);

/* Flows that share their address and port outside with another to there. */
int live_shared(const struct live *live, __u64 *ret);

/* Set by a signal: stop, and report. */
extern volatile bool live_is_over;

#endif /* LIVE_H */
