// SPDX-License-Identifier: GPL-2.0-only
#include "cluster.h"

#include <errno.h>
#include <stdlib.h>

#include "log.h"

static const char *const mask_options[MASQ_FAMILY_COUNT] = {
	[MASQ_IPV4] = "--node-cidr-mask-size-ipv4",
	[MASQ_IPV6] = "--node-cidr-mask-size-ipv6",
};

const char *clusters_begin(struct clusters *clusters)
{
	if (clusters->count == CLUSTERS_MAX)
		return "is one more than the 64 clusters that there can be";
	clusters->count++;
	return NULL;
}

struct cluster *clusters_last(struct clusters *clusters)
{
	return &clusters->items[clusters->count ? clusters->count - 1 : 0];
}

static bool has_two_of_a_family(const struct cidr_list *list)
{
	return list->count > MASQ_FAMILY_COUNT ||
	       (list->count == MASQ_FAMILY_COUNT &&
		addr_family(&list->items[0].addr) ==
			addr_family(&list->items[1].addr));
}

const char *cluster_add_ranges(struct cluster *cluster, enum plan_kind kind,
			       const char *text)
{
	struct cidr_list *list = &cluster->ranges[kind];
	const char *problem = cidr_list_parse(list, text);

	if (!problem && kind != PLAN_NODES && has_two_of_a_family(list))
		problem = "makes two ranges of a family: one of each is right";
	return problem;
}

static unsigned int node_bits(const struct cluster *cluster,
			      enum masq_family family)
{
	static const unsigned int fallback[MASQ_FAMILY_COUNT] = {
		[MASQ_IPV4] = 24,
		[MASQ_IPV6] = 64,
	};

	if (cluster->node_bits)
		return cluster->node_bits;
	if (cluster->family_node_bits[family])
		return cluster->family_node_bits[family];
	return fallback[family];
}

static int family_mask_check(const struct cluster *cluster, unsigned int number,
			     enum masq_family family)
{
	if (!cluster->family_node_bits[family])
		return 0;
	if (cluster->node_bits)
		return log_error("cluster %u: --node-cidr-mask-size and %s "
				 "are both given: give one of them",
				 number, mask_options[family]);
	if (!cidr_list_has_family(&cluster->ranges[PLAN_PODS], family))
		return log_error("cluster %u: %s is given, but --cluster-cidr "
				 "has no %s range: give both or neither",
				 number, mask_options[family],
				 addr_family_name(family));
	return 0;
}

static int masks_check(const struct cluster *cluster, unsigned int number)
{
	if (cluster->node_bits && cluster->ranges[PLAN_PODS].count > 1)
		return log_error("cluster %u: --node-cidr-mask-size cannot be "
				 "for two families: give %s and %s",
				 number, mask_options[MASQ_IPV4],
				 mask_options[MASQ_IPV6]);
	if (family_mask_check(cluster, number, MASQ_IPV4) < 0)
		return -1;
	return family_mask_check(cluster, number, MASQ_IPV6);
}

static int pods_check(const struct cluster *cluster, unsigned int number,
		      const struct cidr *pods)
{
	enum masq_family family = addr_family(&pods->addr);
	unsigned int bits = node_bits(cluster, family);
	unsigned int least = cidr_bits(pods), most = least + PLAN_BITS_MAX;
	char text[CIDR_TEXT_SIZE];

	if (most > addr_family_bits(family))
		most = addr_family_bits(family);
	if (bits < least || bits > most)
		return log_error("cluster %u: %s cannot be cut into a /%u for "
				 "each node: %s %u to %u is right",
				 number, cidr_format(pods, text), bits,
				 cluster->node_bits ? "--node-cidr-mask-size" :
						      mask_options[family],
				 least, most);
	/* parts in there would be read, and written, as IPv4 */
	if (cidr_has_mapped(pods) && bits >= 96)
		return log_error("cluster %u: nodes of %s would have ranges "
				 "of ::ffff:0:0/96, which are IPv4: give a "
				 "range without it",
				 number, cidr_format(pods, text));
	return 0;
}

static int node_check(const struct cluster *cluster, unsigned int number)
{
	uint32_t nodes = cluster_nodes(cluster);

	if (cluster->node <= nodes)
		return 0;
	if (!nodes)
		return log_error("cluster %u: --node %u, but "
				 "--service-cluster-ip-range leaves no node: "
				 "give one outside --cluster-cidr",
				 number, cluster->node);
	return log_error("cluster %u: --node %u, but %u fit: 1 to %u are right",
			 number, cluster->node, nodes, nodes);
}

static int cluster_agree(const struct cluster *cluster, unsigned int number)
{
	const struct cidr_list *pods = &cluster->ranges[PLAN_PODS];

	if (masks_check(cluster, number) < 0)
		return -1;
	for (size_t i = 0; i < pods->count; i++)
		if (pods_check(cluster, number, &pods->items[i]) < 0)
			return -1;
	return node_check(cluster, number);
}

int clusters_agree(const struct clusters *clusters)
{
	if (!clusters->count)
		return log_error("plan needs --cluster-cidr CIDR[,CIDR]: try "
				 "\"bpfmasq help plan\"");
	for (unsigned int i = 0; i < clusters->count; i++)
		if (cluster_agree(&clusters->items[i], i + 1) < 0)
			return -1;
	return 0;
}

struct plan_parts cluster_parts(const struct cluster *cluster,
				const struct cidr *pods)
{
	const struct cidr_list *services = &cluster->ranges[PLAN_SERVICES];
	unsigned int bits = node_bits(cluster, addr_family(&pods->addr));
	struct plan_parts parts = {
		.range = *pods,
		.prefix_len = pods->prefix_len + bits - cidr_bits(pods),
	};

	for (size_t i = 0; i < services->count; i++)
		plan_parts_take(&parts, &services->items[i]);
	return parts;
}

uint32_t cluster_nodes(const struct cluster *cluster)
{
	const struct cidr_list *pods = &cluster->ranges[PLAN_PODS];
	uint32_t nodes = PLAN_NODES_MAX;

	for (size_t i = 0; i < pods->count; i++) {
		struct plan_parts parts =
			cluster_parts(cluster, &pods->items[i]);

		if (plan_parts_left(&parts) < nodes)
			nodes = plan_parts_left(&parts);
	}
	return nodes;
}

static size_t ranges_count(const struct clusters *clusters)
{
	size_t count = 0;

	for (unsigned int i = 0; i < clusters->count; i++)
		for (int kind = 0; kind < PLAN_KIND_COUNT; kind++)
			count += clusters->items[i].ranges[kind].count;
	return count;
}

/* Return: behind the last of them. */
static struct plan_range *ranges_of(const struct cluster *cluster,
				    unsigned int number,
				    struct plan_range *range)
{
	for (int kind = 0; kind < PLAN_KIND_COUNT; kind++)
		for (size_t i = 0; i < cluster->ranges[kind].count; i++)
			*range++ = (struct plan_range){
				.cluster = number,
				.kind = kind,
				.cidr = cluster->ranges[kind].items[i],
			};
	return range;
}

int clusters_get_ranges(const struct clusters *clusters,
			struct plan_range **ret, size_t *ret_count)
{
	size_t count = ranges_count(clusters);
	struct plan_range *ranges = calloc(count, sizeof(*ranges));
	struct plan_range *range = ranges;

	if (!ranges)
		return -ENOMEM;
	for (unsigned int i = 0; i < clusters->count; i++)
		range = ranges_of(&clusters->items[i], i + 1, range);
	*ret = ranges;
	*ret_count = count;
	return 0;
}

void clusters_free(struct clusters *clusters)
{
	for (int i = 0; i < CLUSTERS_MAX; i++)
		for (int kind = 0; kind < PLAN_KIND_COUNT; kind++)
			cidr_list_free(&clusters->items[i].ranges[kind]);
}
