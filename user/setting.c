// SPDX-License-Identifier: GPL-2.0-only
#include "setting.h"

#include <stdint.h>
#include <string.h>

#include "pool.h"
#include "text.h"

static const char *take_number(const char *value, unsigned long min,
			       unsigned long max, __u32 *ret,
			       const char *problem)
{
	unsigned long number;

	if (!text_to_number(value, min, max, &number))
		return problem;
	*ret = number;
	return NULL;
}

static const char *take_flag(const char *value, bool *ret)
{
	static const char *const choices[] = { "false", "true" };
	unsigned int chosen;

	if (!text_to_choice(value, choices, 2, &chosen))
		return "is neither true nor false";
	*ret = chosen;
	return NULL;
}

static const char *take_path(const char *value, char ret[PATH_MAX])
{
	if (*value != '/')
		return "is no absolute path";
	if (strlen(value) >= PATH_MAX)
		return "is too long for a path";
	strcpy(ret, value);
	return NULL;
}

static const char *take_mode(struct config *config, const char *value, int n)
{
	unsigned int chosen;

	(void)n;
	if (!text_to_choice(value, config_modes, MASQ_MODE_COUNT, &chosen))
		return "is no kind of network: island, flat or isolated are "
		       "right";
	config->mode = chosen;
	return NULL;
}

static const char *take_interface(struct config_interfaces *interfaces,
				  const char *value)
{
	if (!*value || strlen(value) >= IFNAMSIZ || strchr(value, '/'))
		return "is no interface name: 1 to 15 characters, no slash";
	for (size_t i = 0; i < interfaces->count; i++)
		if (strcmp(interfaces->names[i], value) == 0)
			return "is given twice";
	if (interfaces->count == CONFIG_INTERFACES_MAX)
		return "is one more than the 64 that there can be";
	strcpy(interfaces->names[interfaces->count++], value);
	return NULL;
}

static const char *take_uplink(struct config *config, const char *value, int n)
{
	(void)n;
	return take_interface(&config->uplinks, value);
}

static const char *take_pod_interface(struct config *config, const char *value,
				      int n)
{
	(void)n;
	return take_interface(&config->pod_interfaces, value);
}

static const char *take_range(struct config *config, const char *value,
			      int origin)
{
	struct cidr_list *list = &config->ranges[origin];
	const char *problem;
	struct cidr cidr;

	problem = cidr_parse(value, &cidr);
	if (problem)
		return problem;
	if (list->count == CONFIG_RANGES_MAX)
		return "is one more than the 2048 ranges that there can be";
	return cidr_list_add(list, &cidr) ? "does not fit into memory" : NULL;
}

static const char *take_node_ip(struct config *config, const char *value, int n)
{
	struct masq_addr addr, *node;
	const char *problem;

	(void)n;
	problem = addr_parse(value, &addr);
	if (problem)
		return problem;
	if (!addr_is_global(&addr))
		return "cannot be a node's address: it is unspecified, "
		       "loopback, link-local or multicast";
	node = &config->node[addr_family(&addr)];
	if (addr_is_set(node))
		return "is a second address of its family: one of each is "
		       "right";
	*node = addr;
	return NULL;
}

static const char *take_link_local(struct config *config, const char *value,
				   int family)
{
	unsigned int chosen;

	if (!text_to_choice(value, config_link_locals, CONFIG_LINK_LOCAL_COUNT,
			    &chosen))
		return "is nothing that can be done with it: drop, pass or "
		       "masquerade are right";
	config->link_local[family] = chosen;
	return NULL;
}

static const char *take_ports(struct config *config, const char *value, int n)
{
	struct masq_ports ports;
	const char *problem = pool_parse(value, &ports);

	(void)n;
	if (problem)
		return problem;
	pool_join(&config->ports, &ports);
	config->has_ports = true;
	return NULL;
}

static const char *take_random_fully(struct config *config, const char *value,
				     int n)
{
	(void)n;
	return take_flag(value, &config->random_fully);
}

static const char *take_max_flows(struct config *config, const char *value,
				  int n)
{
	(void)n;
	return take_number(value, 1, UINT32_MAX, &config->max_flows,
			   "is no number of flows: 1 to 4294967295 are right");
}

static const char *take_max_flows_per_pod(struct config *config,
					  const char *value, int n)
{
	(void)n;
	return take_number(value, 0, UINT32_MAX, &config->max_flows_per_pod,
			   "is no number of flows: 0 (no limit) to 4294967295 "
			   "are right");
}

static const char *take_timeout(struct config *config, const char *value,
				int timeout)
{
	return take_number(value, MASQ_TIMEOUT_MIN_S, 10000000,
			   &config->timeout_s[timeout],
			   "is no number of seconds: 2 to 10000000 are right");
}

static const char *take_attach(struct config *config, const char *value, int n)
{
	static const char *const choices[] = { "auto", "tcx", "clsact" };
	unsigned int chosen;

	(void)n;
	if (!text_to_choice(value, choices, 3, &chosen))
		return "is no way to attach: auto, tcx or clsact are right";
	config->attach = chosen;
	return NULL;
}

static const char *take_forwarding(struct config *config, const char *value,
				   int n)
{
	unsigned int chosen;

	(void)n;
	if (!text_to_choice(value, config_forwardings, MASQ_FORWARDING_COUNT,
			    &chosen))
		return "is no way to forward: stack or direct are right";
	config->forwarding = chosen;
	return NULL;
}

static const char *take_xdp(struct config *config, const char *value, int n)
{
	unsigned int chosen;

	(void)n;
	if (!text_to_choice(value, config_xdps, CONFIG_XDP_COUNT, &chosen))
		return "is no mode of XDP: off, auto, native or generic are "
		       "right";
	config->xdp = chosen;
	return NULL;
}

static const char *take_xdp_drop_unsolicited(struct config *config,
					     const char *value, int n)
{
	(void)n;
	return take_flag(value, &config->xdp_drop_unsolicited);
}

static const char *take_rewrite(struct config *config, const char *value, int n)
{
	unsigned int chosen;

	(void)n;
	if (!text_to_choice(value, config_rewrites, CONFIG_REWRITE_COUNT,
			    &chosen))
		return "is no way to rewrite: auto, direct or helpers are "
		       "right";
	config->rewrite = chosen;
	return NULL;
}

static const char *take_masq_config(struct config *config, const char *value,
				    int n)
{
	(void)n;
	return take_path(value, config->masq_config);
}

static const char *take_enable_ipv6(struct config *config, const char *value,
				    int n)
{
	(void)n;
	return take_flag(value, &config->enable_ipv6);
}

static const char *take_reserved_ranges(struct config *config,
					const char *value, int n)
{
	(void)n;
	return take_flag(value, &config->nomasq_all_reserved_ranges);
}

/* A bare port is loopback's: what pods do is not for everybody to read. */
static const char *take_metrics_address(struct config *config,
					const char *value, int n)
{
	static const char *const right =
		"is no place for metrics: PORT, ADDR:PORT, [ADDR]:PORT or off "
		"are right";
	unsigned long port = 0;

	(void)n;
	config->metrics_port = 0;
	if (strcmp(value, "off") == 0)
		return NULL;
	if (text_to_number(value, 1, UINT16_MAX, &port)) {
		config->metrics_port = port;
		return addr_parse("127.0.0.1", &config->metrics_addr);
	}
	if (endpoint_parse(value, &config->metrics_addr,
			   &config->metrics_port) ||
	    !config->metrics_port)
		return right;
	return NULL;
}

const struct setting settings[] = {
	{ "mode", "island|flat|isolated",
	  "pods and the outside: translated, left as they are, or dropped",
	  "island", SETTING_ONE, take_mode, 0 },
	{ "uplink", "IF[,IF]",
	  "interface to the outside, or pattern (those of default routes)",
	  NULL, SETTING_LIST, take_uplink, 0 },
	{ "pod-cidr", "CIDR[,CIDR]",
	  "this node's pods (of the CNI's or flannel's files)", NULL,
	  SETTING_LIST, take_range, MASQ_ORIGIN_POD_CIDR },
	{ "cluster-cidr", "CIDR[,CIDR]",
	  "all pods of the cluster (flannel's network, or the pod ranges)",
	  NULL, SETTING_LIST, take_range, MASQ_ORIGIN_CLUSTER_CIDR },
	{ "service-cluster-ip-range", "CIDR[,CIDR]", "the cluster's services",
	  NULL, SETTING_LIST, take_range, MASQ_ORIGIN_SERVICE_RANGE },
	{ "non-masquerade-cidr", "CIDR[,CIDR]",
	  "further destinations that see the pods' own addresses", NULL,
	  SETTING_LIST, take_range, MASQ_ORIGIN_NON_MASQUERADE },
	{ "masquerade-cidr", "CIDR[,CIDR]",
	  "translate towards these only (everything outside)", NULL,
	  SETTING_LIST, take_range, MASQ_ORIGIN_MASQUERADE },
	{ "non-masquerade-source-cidr", "CIDR[,CIDR]",
	  "pods that keep their own addresses", NULL, SETTING_LIST, take_range,
	  MASQ_ORIGIN_NON_MASQUERADE_SOURCE },
	{ "link-local", "drop|pass|masquerade",
	  "pods' packets to 169.254.0.0/16", "drop", SETTING_ONE,
	  take_link_local, MASQ_IPV4 },
	{ "link-local-ipv6", "drop|pass|masquerade",
	  "pods' packets to fe80::/10", "drop", SETTING_ONE, take_link_local,
	  MASQ_IPV6 },
	{ "node-ip", "ADDR[,ADDR]",
	  "the node's address, one of each family (by the default route)", NULL,
	  SETTING_LIST, take_node_ip, 0 },
	{ "ports", "FIRST-LAST[,...]",
	  "node ports for flows (those that the host never uses itself)", NULL,
	  SETTING_LIST, take_ports, 0 },
	{ "random-fully", NULL, "never keep a pod's own port", "false",
	  SETTING_FLAG, take_random_fully, 0 },
	{ "max-flows", "N", "flows at once (262144, or as many as there are)",
	  NULL, SETTING_ONE, take_max_flows, 0 },
	{ "max-flows-per-pod", "N", "flows that one pod may hold; 0: no limit",
	  "0", SETTING_ONE, take_max_flows_per_pod, 0 },
	/* Sources: RFC 5382 REQ-5, RFC 4787 REQ-5, RFC 5508 REQ-2. */
	{ "timeout-tcp-opening", "SECONDS", "TCP before the answer", "240",
	  SETTING_ONE, take_timeout, MASQ_TIMEOUT_TCP_OPENING },
	{ "timeout-tcp-established", "SECONDS",
	  "TCP once both sides have spoken", "7440", SETTING_ONE, take_timeout,
	  MASQ_TIMEOUT_TCP_ESTABLISHED },
	{ "timeout-tcp-closing", "SECONDS", "TCP after both FINs or a RST",
	  "240", SETTING_ONE, take_timeout, MASQ_TIMEOUT_TCP_CLOSING },
	{ "timeout-udp-opening", "SECONDS", "UDP before the answer", "120",
	  SETTING_ONE, take_timeout, MASQ_TIMEOUT_UDP_OPENING },
	{ "timeout-udp-opening-low", "SECONDS",
	  "the same, destination port below 1024", "30", SETTING_ONE,
	  take_timeout, MASQ_TIMEOUT_UDP_OPENING_LOW },
	{ "timeout-udp-established", "SECONDS", "UDP once answered", "300",
	  SETTING_ONE, take_timeout, MASQ_TIMEOUT_UDP_ESTABLISHED },
	{ "timeout-icmp", "SECONDS", "ICMP and ICMPv6 queries", "60",
	  SETTING_ONE, take_timeout, MASQ_TIMEOUT_ICMP },
	{ "timeout-other", "SECONDS", "any other protocol", "600", SETTING_ONE,
	  take_timeout, MASQ_TIMEOUT_OTHER },
	{ "attach", "auto|tcx|clsact",
	  "how to hang on the uplink; auto: tcx where the kernel has it",
	  "auto", SETTING_ONE, take_attach, 0 },
	{ "rewrite", "auto|direct|helpers",
	  "how to write packets; auto: direct where the kernel allows it",
	  "auto", SETTING_ONE, take_rewrite, 0 },
	{ "forwarding", "stack|direct",
	  "who sends on what was translated; direct: past the host's netfilter",
	  "stack", SETTING_ONE, take_forwarding, 0 },
	{ "pod-interface", "IF[,IF]",
	  "for direct: where pods' packets come in, or pattern (by routes)",
	  NULL, SETTING_LIST, take_pod_interface, 0 },
	{ "xdp", "off|auto|native|generic",
	  "for direct: answers by XDP; auto: where the driver can", "off",
	  SETTING_ONE, take_xdp, 0 },
	{ "xdp-drop-unsolicited", NULL,
	  "by XDP: drop what wants a pool port that no flow or socket has",
	  "false", SETTING_FLAG, take_xdp_drop_unsolicited, 0 },
	{ "metrics-address", "[ADDR:]PORT",
	  "serve Prometheus metrics there; ADDR: 127.0.0.1", "off", SETTING_ONE,
	  take_metrics_address, 0 },
	{ "masq-config", "FILE",
	  "ip-masq-agent's configuration (/etc/config/ip-masq-agent, if there)",
	  NULL, SETTING_ONE, take_masq_config, 0 },
	{ "enable-ipv6", NULL, "IPv6 ranges are right in that file", "false",
	  SETTING_FLAG, take_enable_ipv6, 0 },
	{ "nomasq-all-reserved-ranges", NULL,
	  "that file's default is every reserved IPv4 range", "false",
	  SETTING_FLAG, take_reserved_ranges, 0 },
	{ 0 },
};

_Static_assert(sizeof(settings) / sizeof(settings[0]) <= SETTINGS_MAX,
	       "SETTINGS_MAX is too low");

const struct setting *setting_find(const char *name, size_t name_length)
{
	for (const struct setting *setting = settings; setting->name; setting++)
		if (strlen(setting->name) == name_length &&
		    strncmp(setting->name, name, name_length) == 0)
			return setting;
	return NULL;
}

void settings_init(struct config *ret)
{
	*ret = (struct config){ 0 };
	for (const struct setting *setting = settings; setting->name; setting++)
		if (setting->fallback)
			(void)setting->take(ret, setting->fallback,
					    setting->number);
}
