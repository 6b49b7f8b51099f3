/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who holds the flows, and who the ports: pods and destinations, the busiest
 * first.  Memory is bounded: what comes after the first CENSUS_MAX of a kind is
 * not told apart; a busy one is among those.
 */
#ifndef CENSUS_H
#define CENSUS_H

#include <stdint.h>

#include "maps.h"

enum { CENSUS_MAX = 1 << 16 };

struct census_pod {
	struct masq_addr addr;
	uint64_t flows;
	uint64_t opened; /* of these, since the time that was asked for */
};

/* Flows of one protocol from one node address to one remote. */
struct census_remote {
	struct masq_tuple key; /* external, local_port 0 */
	uint64_t ports; /* of the pool, in use */
};

struct census {
	struct census_pod *pods;
	size_t pod_count;
	struct census_remote *remotes;
	size_t remote_count;
	uint64_t flows; /* all that live */
	uint64_t opened; /* of these, since then */
	uint64_t pool; /* ports that a remote can have */
};

/* since_ns: CLOCK_MONOTONIC. Return: 0 or a negative errno. */
int census_take(const struct maps *maps, uint64_t since_ns, struct census *ret);
void census_free(struct census *census);

#endif /* CENSUS_H */
