// SPDX-License-Identifier: GPL-2.0-only
#include "plan.h"

#include <stddef.h>

void plan_parts_take(struct plan_parts *parts, const struct cidr *services)
{
	unsigned int longer = parts->range.prefix_len;

	if (!cidr_overlaps(&parts->range, services))
		return;
	if (services->prefix_len > longer)
		longer = services->prefix_len;
	/* services around the range have an address of index 0 */
	parts->first_taken = cidr_part_index(&parts->range, parts->prefix_len,
					     &services->addr);
	parts->taken = parts->prefix_len > longer ?
			       1u << (parts->prefix_len - longer) :
			       1;
}

uint32_t plan_parts_left(const struct plan_parts *parts)
{
	return (1u << (parts->prefix_len - parts->range.prefix_len)) -
	       parts->taken;
}

struct cidr plan_part_of_node(const struct plan_parts *parts, uint32_t node)
{
	uint32_t index = node - 1;

	if (index >= parts->first_taken)
		index += parts->taken;
	return cidr_part(&parts->range, parts->prefix_len, index);
}

enum relation { ONE_CLUSTER, TWO_CLUSTERS, RELATION_COUNT };

/*
 * Kinds in their order: pods, services, nodes.  An island's pods meet the
 * outside under their nodes' addresses, so these have to be unique everywhere,
 * and pods' only in their cluster.  In a flat network pods are seen from
 * outside, too.  Services are known in their cluster alone in both, but there
 * they hide whoever else has their address.
 */
static const struct plan_rule
	rules[RELATION_COUNT][PLAN_KIND_COUNT][PLAN_KIND_COUNT] = {
	[ONE_CLUSTER][PLAN_PODS][PLAN_PODS] = {
		{ PLAN_FORBIDDEN, PLAN_FORBIDDEN },
		"two nodes could get the same part",
	},
	[ONE_CLUSTER][PLAN_PODS][PLAN_SERVICES] = {
		{ PLAN_COSTS_NODES, PLAN_COSTS_NODES },
		"no node gets a part with a service's address in it",
	},
	[ONE_CLUSTER][PLAN_PODS][PLAN_NODES] = {
		{ PLAN_FORBIDDEN, PLAN_FORBIDDEN },
		"a node would be taken for a pod, and a pod for a node",
	},
	[ONE_CLUSTER][PLAN_SERVICES][PLAN_SERVICES] = {
		{ PLAN_FORBIDDEN, PLAN_FORBIDDEN },
		"two services could get the same address",
	},
	[ONE_CLUSTER][PLAN_SERVICES][PLAN_NODES] = {
		{ PLAN_FORBIDDEN, PLAN_FORBIDDEN },
		"what is sent to such a node would go to a service",
	},
	[ONE_CLUSTER][PLAN_NODES][PLAN_NODES] = {
		{ PLAN_FORBIDDEN, PLAN_FORBIDDEN },
		"two nodes could get the same address",
	},
	[TWO_CLUSTERS][PLAN_PODS][PLAN_PODS] = {
		{ PLAN_ALLOWED, PLAN_FORBIDDEN },
		"seen from outside, two pods could have the same address",
	},
	[TWO_CLUSTERS][PLAN_PODS][PLAN_SERVICES] = {
		{ PLAN_ALLOWED, PLAN_FORBIDDEN },
		"the services would hide the other cluster's pods",
	},
	[TWO_CLUSTERS][PLAN_PODS][PLAN_NODES] = {
		{ PLAN_FORBIDDEN, PLAN_FORBIDDEN },
		"the other cluster's nodes would be taken for own pods",
	},
	[TWO_CLUSTERS][PLAN_SERVICES][PLAN_SERVICES] = {
		{ PLAN_ALLOWED, PLAN_ALLOWED },
		"a service's address never leaves its cluster",
	},
	[TWO_CLUSTERS][PLAN_SERVICES][PLAN_NODES] = {
		{ PLAN_FORBIDDEN, PLAN_FORBIDDEN },
		"the services would hide the other cluster's nodes",
	},
	[TWO_CLUSTERS][PLAN_NODES][PLAN_NODES] = {
		{ PLAN_FORBIDDEN, PLAN_FORBIDDEN },
		"two nodes could get the same address",
	},
};

const struct plan_rule *plan_judge(const struct plan_range *a,
				   const struct plan_range *b)
{
	enum relation relation = a->cluster == b->cluster ? ONE_CLUSTER :
							    TWO_CLUSTERS;

	if (!cidr_overlaps(&a->cidr, &b->cidr))
		return NULL;
	return a->kind <= b->kind ? &rules[relation][a->kind][b->kind] :
				    &rules[relation][b->kind][a->kind];
}
