// SPDX-License-Identifier: GPL-2.0-only
#include "config.h"

#include <string.h>

#include "log.h"
#include "pool.h"

/* Sources: RFC 5382 REQ-5, RFC 4787 REQ-5, RFC 5508 REQ-2. */
const struct config_timeout config_timeouts[MASQ_TIMEOUT_COUNT] = {
	[MASQ_TIMEOUT_TCP_OPENING] = { "tcp-opening", 240 },
	[MASQ_TIMEOUT_TCP_ESTABLISHED] = { "tcp-established", 7440 },
	[MASQ_TIMEOUT_TCP_CLOSING] = { "tcp-closing", 240 },
	[MASQ_TIMEOUT_UDP_OPENING] = { "udp-opening", 120 },
	[MASQ_TIMEOUT_UDP_OPENING_LOW] = { "udp-opening-low", 30 },
	[MASQ_TIMEOUT_UDP_ESTABLISHED] = { "udp-established", 300 },
	[MASQ_TIMEOUT_ICMP] = { "icmp", 60 },
	[MASQ_TIMEOUT_OTHER] = { "other", 600 },
};

const char *const config_modes[MASQ_MODE_COUNT] = {
	[MASQ_MODE_ISLAND] = "island",
	[MASQ_MODE_FLAT] = "flat",
	[MASQ_MODE_ISOLATED] = "isolated",
};

void config_init(struct config *config)
{
	*config = (struct config){ .max_flows = MASQ_FLOWS_DEFAULT };
	for (int i = 0; i < MASQ_TIMEOUT_COUNT; i++)
		config->timeout_s[i] = config_timeouts[i].default_s;
}

void config_free(struct config *config)
{
	for (int i = 0; i < MASQ_ORIGIN_COUNT; i++)
		cidr_list_free(&config->ranges[i]);
}

static bool is_in_cluster(const struct cidr_list *cluster,
			  const struct cidr *pods)
{
	for (size_t i = 0; i < cluster->count; i++)
		if (cidr_contains(&cluster->items[i], pods))
			return true;
	return false;
}

static int pods_check(const struct config *config)
{
	const struct cidr_list *pods = &config->ranges[MASQ_ORIGIN_POD_CIDR];
	const struct cidr_list *cluster =
		&config->ranges[MASQ_ORIGIN_CLUSTER_CIDR];
	char text[CIDR_TEXT_SIZE];

	if (!pods->count)
		return log_error("no pod range: give --pod-cidr CIDR[,CIDR], "
				 "this node's own (kubectl get node NAME -o "
				 "jsonpath='{.spec.podCIDRs[*]}')");
	for (size_t i = 0; i < pods->count; i++) {
		const struct cidr *range = &pods->items[i];
		enum masq_family family = addr_family(&range->addr);

		if (!cidr_list_has_family(cluster, family)) {
			if (cluster->count)
				return log_error(
					"--pod-cidr %s is %s, but "
					"--cluster-cidr has no %s range: give "
					"one of each family",
					cidr_format(range, text),
					addr_family_name(family),
					addr_family_name(family));
		} else if (!is_in_cluster(cluster, range)) {
			return log_error("--pod-cidr %s is outside "
					 "--cluster-cidr: a node's pod range "
					 "is part of the cluster's",
					 cidr_format(range, text));
		}
	}
	return 0;
}

static int node_check(const struct config *config)
{
	const struct cidr_list *pods = &config->ranges[MASQ_ORIGIN_POD_CIDR];
	char text[ADDR_TEXT_SIZE];

	for (int family = 0; family < MASQ_FAMILY_COUNT; family++) {
		const struct masq_addr *node = &config->node[family];
		struct cidr cidr = cidr_of_addr(node);

		if (!addr_is_set(node))
			continue;
		if (!cidr_list_has_family(pods, family))
			return log_error("--node-ip %s is %s, but --pod-cidr "
					 "has no %s range: give both or "
					 "neither",
					 addr_format(node, text),
					 addr_family_name(family),
					 addr_family_name(family));
		if (is_in_cluster(pods, &cidr))
			return log_error("--node-ip %s is in --pod-cidr: give "
					 "an address of the node itself",
					 addr_format(node, text));
	}
	return 0;
}

int config_complete(struct config *config)
{
	int error;

	if (pods_check(config) < 0 || node_check(config) < 0)
		return -1;
	if (config->has_ports)
		return 0;
	error = pool_default(&config->ports);
	if (error)
		return log_error("cannot read the kernel's port ranges: %s "
				 "(give --ports FIRST-LAST)",
				 strerror(-error));
	if (!config->ports.last)
		return log_error("the kernel's own port ranges leave no port: "
				 "give --ports FIRST-LAST");
	return 0;
}
