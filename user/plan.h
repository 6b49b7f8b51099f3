/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clusters on paper: the parts of a cluster's range that its nodes get, and
 * what it means where two ranges overlap.  Nothing but arithmetic.
 */
#ifndef PLAN_H
#define PLAN_H

#include <stdint.h>

#include "addr.h"

enum {
	PLAN_BITS_MAX = 16, /* from a cluster's mask to its nodes' */
	PLAN_NODES_MAX = 1 << PLAN_BITS_MAX,
};

/*
 * A range of pods, cut into the nodes' parts as kube-controller-manager's range
 * allocator does it: equal ones, given out from the lowest up, but for those
 * with an address of a service in them.
 */
struct plan_parts {
	struct cidr range;
	unsigned int prefix_len; /* of a part */
	uint32_t first_taken; /* by services, counted from 0 */
	uint32_t taken;
};

/* Take away what services have.  One range of services at most may overlap. */
void plan_parts_take(struct plan_parts *parts, const struct cidr *services);

/* How many are left: nodes that fit. */
uint32_t plan_parts_left(const struct plan_parts *parts);

/* node: 1 to plan_parts_left(). */
struct cidr plan_part_of_node(const struct plan_parts *parts, uint32_t node);

enum plan_kind {
	PLAN_PODS,
	PLAN_SERVICES,
	PLAN_NODES, /* their own addresses */
	PLAN_KIND_COUNT,
};

struct plan_range {
	unsigned int cluster;
	enum plan_kind kind;
	struct cidr cidr;
};

enum plan_network {
	PLAN_ISLAND, /* pods are known in their cluster only */
	PLAN_FLAT, /* pods of all clusters reach each other */
	PLAN_NETWORK_COUNT,
};

/* From good to bad. */
enum plan_verdict {
	PLAN_ALLOWED,
	PLAN_COSTS_NODES,
	PLAN_FORBIDDEN,
	PLAN_VERDICT_COUNT,
};

/* What is said of two ranges that overlap. */
struct plan_rule {
	enum plan_verdict verdict[PLAN_NETWORK_COUNT];
	const char *reason;
};

/* Return: NULL where they do not overlap. */
const struct plan_rule *plan_judge(const struct plan_range *a,
				   const struct plan_range *b);

#endif /* PLAN_H */
