// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options of the commands, and how each takes its value.  Most of run's are
 * settings (setting.h).
 */
#include <stdint.h>
#include <string.h>

#include "command.h"
#include "log.h"
#include "names.h"
#include "text.h"

static const char *take_help(struct invocation *inv, const char *value, int n)
{
	(void)value, (void)n;
	inv->wants_help = true;
	return NULL;
}

static const char *take_json(struct invocation *inv, const char *value, int n)
{
	(void)value;
	if (inv->format < (enum output_format)n) /* pretty JSON is JSON too */
		inv->format = n;
	return NULL;
}

static const char *take_verbose(struct invocation *inv, const char *value,
				int n)
{
	(void)inv, (void)value, (void)n;
	log_is_verbose = true;
	return NULL;
}

static const char *take_pin_dir(struct invocation *inv, const char *value,
				int n)
{
	(void)n;
	if (*value != '/')
		return "is no absolute path";
	inv->pin_dir = value;
	return NULL;
}

static const char *take_config(struct invocation *inv, const char *value, int n)
{
	(void)n;
	inv->sources.config_path = value;
	return NULL;
}

static const char *take_cluster(struct invocation *inv, const char *value,
				int n)
{
	const char *problem = clusters_begin(&inv->clusters);

	(void)n;
	if (problem)
		return problem;
	return cluster_add_ranges(clusters_last(&inv->clusters), PLAN_PODS,
				  value);
}

static const char *take_cluster_ranges(struct invocation *inv,
				       const char *value, int kind)
{
	return cluster_add_ranges(clusters_last(&inv->clusters), kind, value);
}

static const char *bits_parse(const char *value, enum masq_family family,
			      unsigned int *ret)
{
	unsigned long bits;

	if (!text_to_number(value, 0, addr_family_bits(family), &bits))
		return family == MASQ_IPV4 ?
			       "is no mask size: 1 to 32 are right, 0 is none" :
			       "is no mask size: 1 to 128 are right, 0 is none";
	*ret = bits;
	return NULL;
}

static const char *take_node_bits(struct invocation *inv, const char *value,
				  int n)
{
	(void)n;
	return bits_parse(value, MASQ_IPV6,
			  &clusters_last(&inv->clusters)->node_bits);
}

static const char *take_family_node_bits(struct invocation *inv,
					 const char *value, int family)
{
	struct cluster *cluster = clusters_last(&inv->clusters);

	return bits_parse(value, family, &cluster->family_node_bits[family]);
}

static const char *take_node(struct invocation *inv, const char *value, int n)
{
	unsigned long node;

	(void)n;
	if (!text_to_number(value, 1, PLAN_NODES_MAX, &node))
		return "is no node: 1 to 65536 are right";
	clusters_last(&inv->clusters)->node = node;
	return NULL;
}

static const char *take_proto(struct invocation *inv, const char *value, int n)
{
	(void)n;
	return proto_parse(value, &inv->filter.proto);
}

static const char *take_state(struct invocation *inv, const char *value, int n)
{
	(void)n;
	return state_parse(value, &inv->filter.state);
}

/* An address is the range of one. */
static const char *range_or_addr_parse(const char *value, struct cidr *ret)
{
	struct masq_addr addr;
	const char *problem;

	if (strchr(value, '/'))
		return cidr_parse(value, ret);
	problem = addr_parse(value, &addr);
	if (!problem)
		*ret = cidr_of_addr(&addr);
	return problem;
}

static const char *take_pod(struct invocation *inv, const char *value, int n)
{
	(void)n;
	inv->filter.has_pod = true;
	return range_or_addr_parse(value, &inv->filter.pod);
}

static const char *take_remote(struct invocation *inv, const char *value, int n)
{
	(void)n;
	inv->filter.has_remote = true;
	return range_or_addr_parse(value, &inv->filter.remote);
}

static const char *port_parse(const char *value, int *ret)
{
	unsigned long number;

	if (!text_to_number(value, 0, UINT16_MAX, &number))
		return "is no port: 0 to 65535 are right";
	*ret = number;
	return NULL;
}

static const char *take_node_port(struct invocation *inv, const char *value,
				  int n)
{
	(void)n;
	return port_parse(value, &inv->filter.node_port);
}

static const char *take_remote_port(struct invocation *inv, const char *value,
				    int n)
{
	(void)n;
	return port_parse(value, &inv->filter.remote_port);
}

static const char *take_count(struct invocation *inv, const char *value, int n)
{
	(void)value, (void)n;
	inv->only_count = true;
	return NULL;
}

const struct option global_options[] = {
	{ "json", 'j', NULL, "print JSON", take_json, OUTPUT_JSON },
	{ "pretty", 'p', NULL, "print JSON over many lines", take_json,
	  OUTPUT_JSON_PRETTY },
	{ "pin-dir", '\0', "DIR",
	  "where the maps and programs are pinned (" DEFAULT_PIN_DIR ")",
	  take_pin_dir, 0 },
	{ "verbose", 'v', NULL, "show what libbpf says", take_verbose, 0 },
	{ "help", 'h', NULL, "print this help", take_help, 0 },
	{ 0 },
};

const struct option run_options[] = {
	{ "config", '\0', "FILE",
	  "YAML with these options as keys; the command line goes before it",
	  take_config, 0 },
	{ 0 },
};

const struct option plan_options[] = {
	{ "cluster-cidr", '\0', "CIDR[,CIDR]",
	  "all pods of a cluster, one range of each family; again: of the next",
	  take_cluster, 0 },
	{ "node-cidr-mask-size", '\0', "N",
	  "a node's share, where there is one family (24; IPv6: 64)",
	  take_node_bits, 0 },
	{ "node-cidr-mask-size-ipv4", '\0', "N", "a node's share of IPv4 (24)",
	  take_family_node_bits, MASQ_IPV4 },
	{ "node-cidr-mask-size-ipv6", '\0', "N", "a node's share of IPv6 (64)",
	  take_family_node_bits, MASQ_IPV6 },
	{ "service-cluster-ip-range", '\0', "CIDR[,CIDR]",
	  "its services, one range of each family", take_cluster_ranges,
	  PLAN_SERVICES },
	{ "node-range", '\0', "CIDR[,CIDR]", "its nodes' own addresses",
	  take_cluster_ranges, PLAN_NODES },
	{ "node", '\0', "N",
	  "show its N-th node, counted from 1 (the first and the last)",
	  take_node, 0 },
	{ 0 },
};

const struct option filter_options[] = {
	{ "proto", '\0', "NAME",
	  "tcp, udp, icmp, icmpv6, sctp, udplite, gre, esp, ipip, ipv6, or a "
	  "number",
	  take_proto, 0 },
	{ "pod", '\0', "ADDR|CIDR", "the inner address", take_pod, 0 },
	{ "remote", '\0', "ADDR|CIDR", "the outer address", take_remote, 0 },
	{ "remote-port", '\0', "PORT", "the outer port", take_remote_port, 0 },
	{ "node-port", '\0', "PORT", "the node's port", take_node_port, 0 },
	{ "state", '\0', "NAME",
	  "opening, established, fin-local, fin-remote, closing or reset",
	  take_state, 0 },
	{ 0 },
};

const struct option flows_options[] = {
	{ "count", '\0', NULL, "print only how many there are", take_count, 0 },
	{ 0 },
};
