/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `bpfmasq plan` is told of clusters: of each the flags that
 * kube-controller-manager takes, and where its nodes are.
 */
#ifndef CLUSTER_H
#define CLUSTER_H

#include <stddef.h>
#include <stdint.h>

#include "plan.h"

enum { CLUSTERS_MAX = 64 };

struct cluster {
	struct cidr_list ranges[PLAN_KIND_COUNT]; /* by enum plan_kind */
	unsigned int node_bits; /* of its one family; 0: not given */
	unsigned int family_node_bits[MASQ_FAMILY_COUNT]; /* 0: not given */
	uint32_t node; /* which one to show; 0: the first and the last */
};

struct clusters {
	struct cluster items[CLUSTERS_MAX];
	unsigned int count;
};

/* Return: NULL, or why there cannot be one more. */
const char *clusters_begin(struct clusters *clusters);

/* What is said now is of this one: the first even before it has begun. */
struct cluster *clusters_last(struct clusters *clusters);

/* Return: NULL, or what is wrong with the text and what would be right. */
const char *cluster_add_ranges(struct cluster *cluster, enum plan_kind kind,
			       const char *text);

/*
 * Could all of them be?  Says what could not, counting clusters from 1.
 *
 * Return: 0 or -1.
 */
int clusters_agree(const struct clusters *clusters);

/* The following are for clusters that agree. */

/* The nodes' parts of one of its pod ranges. */
struct plan_parts cluster_parts(const struct cluster *cluster,
				const struct cidr *pods);

/* Nodes that fit: each gets a part of every pod range. */
uint32_t cluster_nodes(const struct cluster *cluster);

/* All ranges of all; clusters are counted from 1. Return: 0 or -ENOMEM. */
int clusters_get_ranges(const struct clusters *clusters,
			struct plan_range **ret, size_t *ret_count);

void clusters_free(struct clusters *clusters);

#endif /* CLUSTER_H */
