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

/* The names that filters take and listings show. */
const char *proto_name(unsigned int proto); /* a number where unnamed */
const char *state_name(unsigned int state);
const char *kind_name(unsigned int kind);

/* Return: NULL, or what is wrong with the text and what would be right. */
const char *proto_parse(const char *text, int *ret);
const char *state_parse(const char *text, int *ret);

#endif /* FILTER_H */
