// SPDX-License-Identifier: GPL-2.0-only
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "pool.h"

const char *const config_timeouts[MASQ_TIMEOUT_COUNT] = {
	[MASQ_TIMEOUT_TCP_OPENING] = "tcp-opening",
	[MASQ_TIMEOUT_TCP_ESTABLISHED] = "tcp-established",
	[MASQ_TIMEOUT_TCP_CLOSING] = "tcp-closing",
	[MASQ_TIMEOUT_UDP_OPENING] = "udp-opening",
	[MASQ_TIMEOUT_UDP_OPENING_LOW] = "udp-opening-low",
	[MASQ_TIMEOUT_UDP_ESTABLISHED] = "udp-established",
	[MASQ_TIMEOUT_ICMP] = "icmp",
	[MASQ_TIMEOUT_OTHER] = "other",
};

const char *const config_modes[MASQ_MODE_COUNT] = {
	[MASQ_MODE_ISLAND] = "island",
	[MASQ_MODE_FLAT] = "flat",
	[MASQ_MODE_ISOLATED] = "isolated",
};

const char *const config_forwardings[MASQ_FORWARDING_COUNT] = {
	[MASQ_FORWARDING_STACK] = "stack",
	[MASQ_FORWARDING_DIRECT] = "direct",
};

const char *const config_xdps[CONFIG_XDP_COUNT] = {
	[CONFIG_XDP_OFF] = "off",
	[CONFIG_XDP_AUTO] = "auto",
	[CONFIG_XDP_NATIVE] = "native",
	[CONFIG_XDP_GENERIC] = "generic",
};

const char *const config_xdp_modes[MASQ_XDP_COUNT] = {
	[MASQ_XDP_NONE] = "none",
	[MASQ_XDP_NATIVE] = "native",
	[MASQ_XDP_GENERIC] = "generic",
};

const char *const config_rewrites[CONFIG_REWRITE_COUNT] = {
	[CONFIG_REWRITE_AUTO] = "auto",
	[CONFIG_REWRITE_DIRECT] = "direct",
	[CONFIG_REWRITE_HELPERS] = "helpers",
};

const char *const config_link_locals[CONFIG_LINK_LOCAL_COUNT] = {
	[CONFIG_LINK_LOCAL_DROP] = "drop",
	[CONFIG_LINK_LOCAL_PASS] = "pass",
	[CONFIG_LINK_LOCAL_MASQUERADE] = "masquerade",
};

void config_free(struct config *config)
{
	for (int i = 0; i < MASQ_ORIGIN_COUNT; i++)
		cidr_list_free(&config->ranges[i]);
}

static bool is_in(const struct cidr_list *outer, const struct cidr *inner)
{
	for (size_t i = 0; i < outer->count; i++)
		if (cidr_contains(&outer->items[i], inner))
			return true;
	return false;
}

/* Return: -1. */
__attribute__((format(printf, 4, 5))) static int
disagree(struct config_conflict *ret, const char *setting, const char *value,
	 const char *problem, ...)
{
	va_list args;

	ret->setting = setting;
	snprintf(ret->text, sizeof(ret->text), "%s", value);
	va_start(args, problem);
	vsnprintf(ret->problem, sizeof(ret->problem), problem, args);
	va_end(args);
	return -1;
}

static int pods_check(const struct config *config, struct config_conflict *ret)
{
	const struct cidr_list *pods = &config->ranges[MASQ_ORIGIN_POD_CIDR];
	const struct cidr_list *cluster =
		&config->ranges[MASQ_ORIGIN_CLUSTER_CIDR];
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < pods->count; i++) {
		const struct cidr *range = &pods->items[i];
		const char *family =
			addr_family_name(addr_family(&range->addr));

		if (!cluster->count || is_in(cluster, range))
			continue;
		if (!cidr_list_has_family(cluster, addr_family(&range->addr)))
			return disagree(ret, "pod-cidr",
					cidr_format(range, text),
					"is %s, but --cluster-cidr has no %s "
					"range: give one of each family",
					family, family);
		return disagree(ret, "pod-cidr", cidr_format(range, text),
				"is outside --cluster-cidr: a node's pod range "
				"is part of the cluster's");
	}
	return 0;
}

static int node_check(const struct config *config, struct config_conflict *ret)
{
	const struct cidr_list *pods = &config->ranges[MASQ_ORIGIN_POD_CIDR];
	char text[ADDR_TEXT_SIZE];

	for (int family = 0; family < MASQ_FAMILY_COUNT; family++) {
		const struct cidr node = cidr_of_addr(&config->node[family]);

		if (!addr_is_set(&config->node[family]))
			continue;
		addr_format(&config->node[family], text);
		if (pods->count && !cidr_list_has_family(pods, family))
			return disagree(ret, "node-ip", text,
					"is %s, but --pod-cidr has no %s "
					"range: give both or neither",
					addr_family_name(family),
					addr_family_name(family));
		if (is_in(pods, &node))
			return disagree(ret, "node-ip", text,
					"is in --pod-cidr: give an address of "
					"the node itself");
	}
	return 0;
}

/* Excluded pods are pods; elsewhere the range would say nothing. */
static int excluded_check(const struct config *config,
			  struct config_conflict *ret)
{
	const struct cidr_list *pods = &config->ranges[MASQ_ORIGIN_POD_CIDR];
	const struct cidr_list *excluded =
		&config->ranges[MASQ_ORIGIN_NON_MASQUERADE_SOURCE];
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; pods->count && i < excluded->count; i++)
		if (!is_in(pods, &excluded->items[i]))
			return disagree(ret, "non-masquerade-source-cidr",
					cidr_format(&excluded->items[i], text),
					"is outside --pod-cidr: give a part of "
					"this node's pods");
	return 0;
}

/* Of two ranges the longer prefix decides; of the same two none can. */
static int masquerade_check(const struct config *config,
			    struct config_conflict *ret)
{
	const struct cidr_list *wanted =
		&config->ranges[MASQ_ORIGIN_MASQUERADE];
	const struct cidr_list *unwanted =
		&config->ranges[MASQ_ORIGIN_NON_MASQUERADE];
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < wanted->count; i++)
		for (size_t j = 0; j < unwanted->count; j++)
			if (cidr_equal(&wanted->items[i], &unwanted->items[j]))
				return disagree(ret, "masquerade-cidr",
						cidr_format(&wanted->items[i],
							    text),
						"is in --non-masquerade-cidr "
						"too: give it to one of them");
	return 0;
}

/* Else it would hang there for nothing. */
static int xdp_check(const struct config *config, struct config_conflict *ret)
{
	if (config->xdp != CONFIG_XDP_OFF &&
	    config->forwarding != MASQ_FORWARDING_DIRECT &&
	    !config->xdp_drop_unsolicited)
		return disagree(ret, "xdp", config_xdps[config->xdp],
				"needs --forwarding direct: it goes past the "
				"stack, too");
	if (config->xdp == CONFIG_XDP_OFF && config->xdp_drop_unsolicited)
		return disagree(ret, "xdp-drop-unsolicited", "true",
				"needs --xdp auto, native or generic");
	return 0;
}

int config_agree(const struct config *config, struct config_conflict *ret)
{
	if (pods_check(config, ret) < 0 || node_check(config, ret) < 0 ||
	    excluded_check(config, ret) < 0 || xdp_check(config, ret) < 0)
		return -1;
	return masquerade_check(config, ret);
}

static int ports_complete(struct config *config)
{
	int error;

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

int config_complete(struct config *config)
{
	if (!config->ranges[MASQ_ORIGIN_POD_CIDR].count)
		return log_error("no pod range: neither a CNI .conflist nor "
				 "flannel's subnet.env names one; give "
				 "--pod-cidr CIDR[,CIDR], this node's own "
				 "(kubectl get node NAME -o "
				 "jsonpath='{.spec.podCIDRs[*]}')");
	return ports_complete(config);
}
