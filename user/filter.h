/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which flows a command is about.
 */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>

#include "addr.h"

enum { FILTER_ANY = -1 };

struct filter {
	int proto; /* IPPROTO_…, or FILTER_ANY */
	int state; /* enum masq_state, or FILTER_ANY */
	int node_port; /* or FILTER_ANY */
	int remote_port; /* or FILTER_ANY */
	bool has_pod;
	struct cidr pod;
	bool has_remote;
	struct cidr remote;
};

void filter_init(struct filter *filter);

bool filter_is_empty(const struct filter *filter);

/* external: the record's key. */
bool filter_matches(const struct filter *filter,
		    const struct masq_tuple *external,
		    const struct masq_flow *flow);

#endif /* FILTER_H */
