// SPDX-License-Identifier: GPL-2.0-only
#include "policy.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

enum {
	/* Of the table, what the outside may fill: a quarter. */
	INBOUND_SHARE = 4,
};

static const char *const origin_names[MASQ_ORIGIN_COUNT] = {
	[MASQ_ORIGIN_POD_CIDR] = "pod-cidr",
	[MASQ_ORIGIN_CLUSTER_CIDR] = "cluster-cidr",
	[MASQ_ORIGIN_SERVICE_RANGE] = "service-cluster-ip-range",
	[MASQ_ORIGIN_NON_MASQUERADE] = "non-masquerade-cidr",
	[MASQ_ORIGIN_NODE_ADDRESS] = "node address",
	[MASQ_ORIGIN_MASQUERADE] = "masquerade-cidr",
	[MASQ_ORIGIN_ELSEWHERE] = "not in masquerade-cidr",
	[MASQ_ORIGIN_LINK_LOCAL] = "link-local",
	[MASQ_ORIGIN_NON_MASQUERADE_SOURCE] = "non-masquerade-source-cidr",
};

const char *origin_name(enum masq_origin origin)
{
	return origin < MASQ_ORIGIN_COUNT ? origin_names[origin] : "unknown";
}

/* Ranges for one map, being gathered. */
struct gathered {
	struct range *items;
	size_t count;
};

static void gather(struct gathered *gathered, const struct cidr *cidr,
		   enum masq_origin origin)
{
	gathered->items[gathered->count++] = (struct range){ *cidr, origin };
}

static void gather_flag(struct gathered *gathered, const struct config *config,
			enum masq_origin origin)
{
	const struct cidr_list *list = &config->ranges[origin];

	for (size_t i = 0; i < list->count; i++)
		gather(gathered, &list->items[i], origin);
}

/* The link-local addresses, and all, of either family. */
static const char *const link_locals[MASQ_FAMILY_COUNT] = {
	[MASQ_IPV4] = "169.254.0.0/16",
	[MASQ_IPV6] = "fe80::/10",
};

static const char *const everything[MASQ_FAMILY_COUNT] = {
	[MASQ_IPV4] = "0.0.0.0/0",
	[MASQ_IPV6] = "::/0",
};

/*
 * What means something only on a link.  Sources: RFC 6890, RFC 4291 2.5.6 and
 * 2.7.
 */
static const char *const link_scopes[] = {
	"169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32",
	"fe80::/10",	  "ff00::/8",
};

enum { LINK_SCOPES = sizeof(link_scopes) / sizeof(link_scopes[0]) };

static void gather_text(struct gathered *gathered, const char *text,
			enum masq_origin origin)
{
	struct cidr cidr;

	(void)cidr_parse(text, &cidr); /* one of the above */
	gather(gathered, &cidr, origin);
}

/* Of the ranges that were given, does one to translate decide of this? */
static bool is_masqueraded(const struct config *config, const struct cidr *cidr)
{
	int decides = MASQ_ORIGIN_COUNT, longest = -1;

	for (int origin = 0; origin < MASQ_ORIGIN_COUNT; origin++) {
		const struct cidr_list *list = &config->ranges[origin];

		for (size_t i = 0; i < list->count; i++) {
			if (!cidr_contains(&list->items[i], cidr) ||
			    (int)list->items[i].prefix_len <= longest)
				continue;
			decides = origin;
			longest = list->items[i].prefix_len;
		}
	}
	return decides == MASQ_ORIGIN_MASQUERADE;
}

/* A range that is wider than these, as 0.0.0.0/0, says nothing of them. */
static void gather_link_scopes(struct gathered *gathered,
			       const struct config *config)
{
	for (int i = 0; i < LINK_SCOPES; i++) {
		struct cidr cidr;

		(void)cidr_parse(link_scopes[i], &cidr);
		if (is_masqueraded(config, &cidr))
			gather(gathered, &cidr, MASQ_ORIGIN_ELSEWHERE);
	}
}

/* What is outside, and treated otherwise than the rest of the outside. */
static void gather_outside(struct gathered *gathered,
			   const struct config *config)
{
	static const enum masq_origin origins[CONFIG_LINK_LOCAL_COUNT] = {
		[CONFIG_LINK_LOCAL_PASS] = MASQ_ORIGIN_LINK_LOCAL,
		[CONFIG_LINK_LOCAL_MASQUERADE] = MASQ_ORIGIN_MASQUERADE,
	};

	gather_link_scopes(gathered, config);
	for (int family = 0; family < MASQ_FAMILY_COUNT; family++) {
		enum config_link_local wanted = config->link_local[family];

		if (cidr_list_has_family(
			    &config->ranges[MASQ_ORIGIN_MASQUERADE], family))
			gather_text(gathered, everything[family],
				    MASQ_ORIGIN_ELSEWHERE);
		if (wanted != CONFIG_LINK_LOCAL_DROP)
			gather_text(gathered, link_locals[family],
				    origins[wanted]);
	}
	gather_flag(gathered, config, MASQ_ORIGIN_MASQUERADE);
}

/* The island holds them all: pods, cluster, services and the node itself. */
static size_t island_count(const struct config *config, const struct node *node)
{
	/* with what gather_outside() adds of its own */
	size_t count = node->addr_count + LINK_SCOPES + 2 * MASQ_FAMILY_COUNT;

	for (int origin = 0; origin < MASQ_ORIGIN_COUNT; origin++)
		count += config->ranges[origin].count;
	return count;
}

int policy_check(const struct config *config, const struct node *node)
{
	size_t count = island_count(config, node);

	if (count <= MASQ_RANGES_MAX)
		return 0;
	return log_error("%zu ranges, with the node's own addresses: at most "
			 "%u fit into masq_island",
			 count, MASQ_RANGES_MAX);
}

static int gather_begin(struct gathered *gathered, const struct config *config,
			const struct node *node)
{
	gathered->count = 0;
	gathered->items =
		calloc(island_count(config, node), sizeof(*gathered->items));
	return gathered->items ? 0 : log_error("no memory for the ranges");
}

static int ranges_publish(const struct datapath *datapath, enum map_id id,
			  const struct gathered *gathered)
{
	int error = maps_set_ranges(&datapath->maps, id, gathered->items,
				    gathered->count);

	if (error)
		return log_error("cannot write %zu ranges to %s: %s",
				 gathered->count, map_names[id],
				 strerror(-error));
	return 0;
}

/* Later ones win where two flags name the same range. */
static int island_publish(const struct config *config, const struct node *node,
			  const struct datapath *datapath)
{
	struct gathered gathered;
	int result;

	if (gather_begin(&gathered, config, node) < 0)
		return -1;
	for (size_t i = 0; i < node->addr_count; i++) {
		struct cidr cidr = cidr_of_addr(&node->addrs[i].addr);

		gather(&gathered, &cidr, MASQ_ORIGIN_NODE_ADDRESS);
	}
	gather_outside(&gathered, config);
	gather_flag(&gathered, config, MASQ_ORIGIN_NON_MASQUERADE);
	gather_flag(&gathered, config, MASQ_ORIGIN_SERVICE_RANGE);
	gather_flag(&gathered, config, MASQ_ORIGIN_POD_CIDR);
	gather_flag(&gathered, config, MASQ_ORIGIN_CLUSTER_CIDR);
	result = ranges_publish(datapath, MAP_ISLAND, &gathered);
	free(gathered.items);
	return result;
}

static int pods_publish(const struct config *config, const struct node *node,
			const struct datapath *datapath)
{
	struct gathered gathered;
	int result;

	if (gather_begin(&gathered, config, node) < 0)
		return -1;
	gather_flag(&gathered, config, MASQ_ORIGIN_POD_CIDR);
	gather_flag(&gathered, config, MASQ_ORIGIN_NON_MASQUERADE_SOURCE);
	result = ranges_publish(datapath, MAP_PODS, &gathered);
	free(gathered.items);
	return result;
}

static int settings_publish(const struct config *config,
			    const struct datapath *datapath)
{
	struct masq_config settings = {
		.layout = MASQ_LAYOUT,
		.state_layout = MASQ_STATE_LAYOUT,
		.mode = config->mode,
		.rewrites_directly = datapath->rewrites_directly,
		.random_fully = config->random_fully,
		.max_flows_per_pod = config->max_flows_per_pod,
		.forwarding = config->forwarding,
		.drops_unsolicited = config->xdp_drop_unsolicited,
		.netns = node_netns(),
	};
	__u32 max_flows;
	int error = maps_get_max_flows(&datapath->maps, &max_flows);

	if (error)
		return log_error("cannot look at masq_flows: %s",
				 strerror(-error));
	settings.max_inbound = max_flows / INBOUND_SHARE;

	memcpy(settings.timeout_s, config->timeout_s,
	       sizeof(settings.timeout_s));
	error = maps_set_ports(&datapath->maps, &config->ports);
	if (!error)
		error = maps_set_config(&datapath->maps, &settings);
	if (error)
		return log_error("cannot write the settings: %s",
				 strerror(-error));
	return 0;
}

int policy_publish(const struct config *config, const struct node *node,
		   const struct datapath *datapath)
{
	if (settings_publish(config, datapath) < 0 ||
	    island_publish(config, node, datapath) < 0)
		return -1;
	return pods_publish(config, node, datapath);
}
