// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options of every command, and how each takes its value.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "log.h"
#include "pool.h"

static const char *number_parse(const char *text, unsigned long min,
				unsigned long max, unsigned long *ret)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end)
		return "is no number";
	if (errno || value < min || value > max)
		return "is out of range";
	*ret = value;
	return NULL;
}

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

static const char *take_uplink(struct invocation *inv, const char *value, int n)
{
	struct config *config = &inv->config;

	(void)n;
	if (!*value || strlen(value) >= IFNAMSIZ || strchr(value, '/'))
		return "is no interface name: 1 to 15 characters, no slash";
	for (size_t i = 0; i < config->uplink_count; i++)
		if (strcmp(config->uplinks[i], value) == 0)
			return "is given twice";
	if (config->uplink_count == CONFIG_UPLINKS_MAX)
		return "is one more than the 64 uplinks that there can be";
	config->uplinks[config->uplink_count++] = value;
	return NULL;
}

static const char *range_add(struct cidr_list *list, const char *text)
{
	const char *problem;
	struct cidr cidr;

	problem = cidr_parse(text, &cidr);
	if (problem)
		return problem;
	if (list->count == CONFIG_RANGES_MAX)
		return "is one more than the 2048 ranges that there can be";
	return cidr_list_add(list, &cidr) ? "does not fit into memory" : NULL;
}

/* Hand each part of a comma list to `take`. */
static const char *list_each(struct invocation *inv, const char *list,
			     const char *(*take)(struct invocation *inv,
						 const char *part, int n),
			     int n)
{
	char *copy = strdup(list), *rest = copy, *part;
	const char *problem = copy ? NULL : "does not fit into memory";

	while (!problem && (part = strsep(&rest, ","))) {
		problem = take(inv, part, n);
		if (problem)
			snprintf(inv->part, sizeof(inv->part), "%s", part);
	}
	free(copy);
	return problem;
}

static const char *take_range(struct invocation *inv, const char *part,
			      int origin)
{
	return range_add(&inv->config.ranges[origin], part);
}

static const char *take_ranges(struct invocation *inv, const char *value,
			       int origin)
{
	return list_each(inv, value, take_range, origin);
}

static const char *take_node_ip(struct invocation *inv, const char *part, int n)
{
	struct masq_addr addr, *node;
	const char *problem;

	(void)n;
	problem = addr_parse(part, &addr);
	if (problem)
		return problem;
	if (!addr_is_global(&addr))
		return "cannot be a node's address: it is unspecified, "
		       "loopback, link-local or multicast";
	node = &inv->config.node[addr_family(&addr)];
	if (addr_is_set(node))
		return "is a second address of its family: one of each is "
		       "right";
	*node = addr;
	return NULL;
}

static const char *take_node_ips(struct invocation *inv, const char *value,
				 int n)
{
	return list_each(inv, value, take_node_ip, n);
}

static const char *take_ports(struct invocation *inv, const char *value, int n)
{
	(void)n;
	inv->config.has_ports = true;
	return pool_parse(value, &inv->config.ports);
}

static const char *take_random_fully(struct invocation *inv, const char *value,
				     int n)
{
	(void)value, (void)n;
	inv->config.random_fully = true;
	return NULL;
}

static const char *take_max_flows(struct invocation *inv, const char *value,
				  int n)
{
	unsigned long number;

	(void)n;
	if (number_parse(value, 1, UINT32_MAX, &number))
		return "is no number of flows: 1 to 4294967295 are right";
	inv->config.max_flows = number;
	inv->config.has_max_flows = true;
	return NULL;
}

static const char *take_max_flows_per_pod(struct invocation *inv,
					  const char *value, int n)
{
	unsigned long number;

	(void)n;
	if (number_parse(value, 0, UINT32_MAX, &number))
		return "is no number of flows: 0 (no limit) to 4294967295 are "
		       "right";
	inv->config.max_flows_per_pod = number;
	return NULL;
}

static const char *take_timeout(struct invocation *inv, const char *value,
				int timeout)
{
	unsigned long number;

	if (number_parse(value, MASQ_TIMEOUT_MIN_S, 10000000, &number))
		return "is no number of seconds: 2 to 10000000 are right";
	inv->config.timeout_s[timeout] = number;
	return NULL;
}

static const char *choice_parse(const char *value, const char *const *choices,
				unsigned int count, unsigned int *ret)
{
	for (unsigned int i = 0; i < count; i++) {
		if (strcmp(value, choices[i]) == 0) {
			*ret = i;
			return NULL;
		}
	}
	return "is none of the choices";
}

static const char *take_attach(struct invocation *inv, const char *value, int n)
{
	static const char *const choices[] = { "auto", "tcx", "clsact" };
	unsigned int chosen;

	(void)n;
	if (choice_parse(value, choices, 3, &chosen))
		return "is no way to attach: auto, tcx or clsact are right";
	inv->config.attach = chosen;
	return NULL;
}

static const char *take_mode(struct invocation *inv, const char *value, int n)
{
	unsigned int chosen;

	(void)n;
	if (choice_parse(value, config_modes, MASQ_MODE_COUNT, &chosen))
		return "is no kind of network: island, flat or isolated are "
		       "right";
	inv->config.mode = chosen;
	return NULL;
}

static const char *take_rewrite(struct invocation *inv, const char *value,
				int n)
{
	static const char *const choices[] = { "auto", "direct", "helpers" };
	unsigned int chosen;

	(void)n;
	if (choice_parse(value, choices, 3, &chosen))
		return "is no way to rewrite: auto, direct or helpers are "
		       "right";
	inv->config.rewrite = chosen;
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

	if (number_parse(value, 0, UINT16_MAX, &number))
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
	{ "mode", '\0', "island|flat|isolated",
	  "pods and the outside: translated, left as they are, or dropped "
	  "(island)",
	  take_mode, 0 },
	{ "uplink", '\0', "IF",
	  "interface to the outside, or pattern; repeatable (those of default "
	  "routes)",
	  take_uplink, 0 },
	{ "pod-cidr", '\0', "CIDR[,CIDR]", "this node's pods; repeatable",
	  take_ranges, MASQ_ORIGIN_POD_CIDR },
	{ "cluster-cidr", '\0', "CIDR[,CIDR]",
	  "all pods of the cluster; repeatable (the pod ranges)", take_ranges,
	  MASQ_ORIGIN_CLUSTER_CIDR },
	{ "service-cluster-ip-range", '\0', "CIDR[,CIDR]",
	  "the cluster's services; repeatable", take_ranges,
	  MASQ_ORIGIN_SERVICE_RANGE },
	{ "non-masquerade-cidr", '\0', "CIDR[,CIDR]",
	  "further destinations that see the pods' own addresses; repeatable",
	  take_ranges, MASQ_ORIGIN_NON_MASQUERADE },
	{ "node-ip", '\0', "ADDR[,ADDR]",
	  "the node's address, one of each family (by the default route)",
	  take_node_ips, 0 },
	{ "ports", '\0', "FIRST-LAST[,...]",
	  "node ports for flows (those that the host never uses itself)",
	  take_ports, 0 },
	{ "random-fully", '\0', NULL, "never keep a pod's own port",
	  take_random_fully, 0 },
	{ "max-flows", '\0', "N", "flows at once (262144)", take_max_flows, 0 },
	{ "max-flows-per-pod", '\0', "N",
	  "flows that one pod may hold; 0: no limit (0)",
	  take_max_flows_per_pod, 0 },
	{ "timeout-tcp-opening", '\0', "SECONDS", "TCP before the answer (240)",
	  take_timeout, MASQ_TIMEOUT_TCP_OPENING },
	{ "timeout-tcp-established", '\0', "SECONDS",
	  "TCP once both sides have spoken (7440)", take_timeout,
	  MASQ_TIMEOUT_TCP_ESTABLISHED },
	{ "timeout-tcp-closing", '\0', "SECONDS",
	  "TCP after both FINs or a RST (240)", take_timeout,
	  MASQ_TIMEOUT_TCP_CLOSING },
	{ "timeout-udp-opening", '\0', "SECONDS", "UDP before the answer (120)",
	  take_timeout, MASQ_TIMEOUT_UDP_OPENING },
	{ "timeout-udp-opening-low", '\0', "SECONDS",
	  "the same, destination port below 1024 (30)", take_timeout,
	  MASQ_TIMEOUT_UDP_OPENING_LOW },
	{ "timeout-udp-established", '\0', "SECONDS", "UDP once answered (300)",
	  take_timeout, MASQ_TIMEOUT_UDP_ESTABLISHED },
	{ "timeout-icmp", '\0', "SECONDS", "ICMP and ICMPv6 queries (60)",
	  take_timeout, MASQ_TIMEOUT_ICMP },
	{ "timeout-other", '\0', "SECONDS", "any other protocol (600)",
	  take_timeout, MASQ_TIMEOUT_OTHER },
	{ "attach", '\0', "auto|tcx|clsact",
	  "how to hang on the uplink (auto: tcx where the kernel has it)",
	  take_attach, 0 },
	{ "rewrite", '\0', "auto|direct|helpers",
	  "how to write packets (auto: direct where the kernel allows it)",
	  take_rewrite, 0 },
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
