// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/setting.h: what each setting makes of its values.
 */
#include "outcome.h"
#include "setting.h"

enum {
	TEXT_SIZE = 256,
	LIST_SIZE = CONFIG_RANGES_MAX * 24,
};

/* Take a text as the command line does. Return: 0 or -1; *said: allocated. */
static int text_apply(const char *name, const char *text, const char *where,
		      struct config *ret, char **said)
{
	struct outcome outcome = outcome_begin();

	(void)values_add_named(&outcome.values, name, text, where);
	outcome.result = values_apply(&outcome.values, ret);
	outcome_end(&outcome);
	*said = strdup(outcome.said);
	outcome_free(&outcome);
	return outcome.result;
}

/* --- values, as text --- */

static const char *number_text(long long number)
{
	static char text[32];

	snprintf(text, sizeof(text), "%lld", number);
	return text;
}

static const char *ranges(const struct config *config, int origin)
{
	const struct cidr_list *list = &config->ranges[origin];
	static char text[TEXT_SIZE];
	char one[CIDR_TEXT_SIZE];
	int length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < list->count; i++)
		length += snprintf(text + length, sizeof(text) - length, "%s%s",
				   i ? " " : "",
				   cidr_format(&list->items[i], one));
	return text;
}

static const char *interfaces(const struct config_interfaces *interfaces)
{
	static char text[TEXT_SIZE];
	int length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < interfaces->count; i++)
		length += snprintf(text + length, sizeof(text) - length, "%s%s",
				   i ? " " : "", interfaces->names[i]);
	return text;
}

static const char *uplinks(const struct config *config, int n)
{
	(void)n;
	return interfaces(&config->uplinks);
}

static const char *pod_interfaces(const struct config *config, int n)
{
	(void)n;
	return interfaces(&config->pod_interfaces);
}

static const char *forwarding(const struct config *config, int n)
{
	(void)n;
	return number_text(config->forwarding);
}

static const char *xdp(const struct config *config, int n)
{
	(void)n;
	return number_text(config->xdp);
}

static const char *xdp_drop_unsolicited(const struct config *config, int n)
{
	(void)n;
	return number_text(config->xdp_drop_unsolicited);
}

static const char *node_ips(const struct config *config, int n)
{
	static char text[TEXT_SIZE];
	char ipv4[ADDR_TEXT_SIZE] = "-", ipv6[ADDR_TEXT_SIZE] = "-";

	(void)n;
	if (addr_is_set(&config->node[MASQ_IPV4]))
		addr_format(&config->node[MASQ_IPV4], ipv4);
	if (addr_is_set(&config->node[MASQ_IPV6]))
		addr_format(&config->node[MASQ_IPV6], ipv6);
	snprintf(text, sizeof(text), "%s %s", ipv4, ipv6);
	return text;
}

static const char *ports(const struct config *config, int n)
{
	static char text[TEXT_SIZE];

	(void)n;
	snprintf(text, sizeof(text), "%s %u-%u",
		 config->has_ports ? "given" : "none", config->ports.first,
		 config->ports.last);
	return text;
}

static const char *link_local(const struct config *config, int family)
{
	return number_text(config->link_local[family]);
}

static const char *max_flows(const struct config *config, int n)
{
	(void)n;
	return config->max_flows ? number_text(config->max_flows) : "not given";
}

static const char *max_flows_per_pod(const struct config *config, int n)
{
	(void)n;
	return number_text(config->max_flows_per_pod);
}

static const char *timeouts(const struct config *config, int n)
{
	static char text[TEXT_SIZE];
	int length = 0;

	(void)n;
	for (int i = 0; i < MASQ_TIMEOUT_COUNT; i++)
		length += snprintf(text + length, sizeof(text) - length, "%s%u",
				   i ? " " : "", config->timeout_s[i]);
	return text;
}

static const char *attach(const struct config *config, int n)
{
	(void)n;
	return number_text(config->attach);
}

static const char *rewrite(const struct config *config, int n)
{
	(void)n;
	return number_text(config->rewrite);
}

static const char *mode(const struct config *config, int n)
{
	(void)n;
	return number_text(config->mode);
}

static const char *random_fully(const struct config *config, int n)
{
	(void)n;
	return number_text(config->random_fully);
}

static const char *masq_config(const struct config *config, int n)
{
	(void)n;
	return config->masq_config;
}

static const char *metrics(const struct config *config, int n)
{
	static char text[TEXT_SIZE];
	char addr[ADDR_TEXT_SIZE];

	(void)n;
	if (!config->metrics_port)
		return "off";
	snprintf(text, sizeof(text), "%s %u",
		 addr_format(&config->metrics_addr, addr),
		 config->metrics_port);
	return text;
}

static const char *enable_ipv6(const struct config *config, int n)
{
	(void)n;
	return number_text(config->enable_ipv6);
}

static const char *reserved_ranges(const struct config *config, int n)
{
	(void)n;
	return number_text(config->nomasq_all_reserved_ranges);
}

/* --- good values --- */

struct value_row {
	const char *name; /* the setting */
	const char *value;
	const char *(*get)(const struct config *config, int number);
	int number;
	const char *expected; /* of get() */
};

static const struct value_row values[] = {
	{ "uplink", "eth0", uplinks, 0, "eth0" },
	{ "uplink", "fifteen-letters", uplinks, 0, "fifteen-letters" },
	{ "uplink", "flows", uplinks, 0, "flows" },
	{ "pod-cidr", "10.244.1.0/24", ranges, MASQ_ORIGIN_POD_CIDR,
	  "10.244.1.0/24" },
	{ "pod-cidr", "10.244.1.0/24,2001:db8:1::/64", ranges,
	  MASQ_ORIGIN_POD_CIDR, "10.244.1.0/24 2001:db8:1::/64" },
	{ "cluster-cidr", "10.244.0.0/16,2001:db8::/32", ranges,
	  MASQ_ORIGIN_CLUSTER_CIDR, "10.244.0.0/16 2001:db8::/32" },
	{ "service-cluster-ip-range", "10.96.0.0/12,fd00::/108", ranges,
	  MASQ_ORIGIN_SERVICE_RANGE, "10.96.0.0/12 fd00::/108" },
	{ "non-masquerade-cidr", "192.168.0.0/16,172.16.0.0/12,fd00::/8",
	  ranges, MASQ_ORIGIN_NON_MASQUERADE,
	  "192.168.0.0/16 172.16.0.0/12 fd00::/8" },
	{ "node-ip", "192.0.2.1", node_ips, 0, "192.0.2.1 -" },
	{ "node-ip", "2001:db8::1", node_ips, 0, "- 2001:db8::1" },
	{ "node-ip", "2001:db8::1,192.0.2.1", node_ips, 0,
	  "192.0.2.1 2001:db8::1" },
	{ "ports", "1024-29999,61234", ports, 0, "given 1024-61234" },
	{ "max-flows", "1", max_flows, 0, "1" },
	{ "max-flows", "4294967295", max_flows, 0, "4294967295" },
	{ "max-flows-per-pod", "0", max_flows_per_pod, 0, "0" },
	{ "max-flows-per-pod", "1000", max_flows_per_pod, 0, "1000" },
	{ "timeout-tcp-opening", "2", timeouts, 0,
	  "2 7440 240 120 30 300 60 600" },
	{ "timeout-tcp-established", "10000000", timeouts, 0,
	  "240 10000000 240 120 30 300 60 600" },
	{ "timeout-tcp-closing", "77", timeouts, 0,
	  "240 7440 77 120 30 300 60 600" },
	{ "timeout-udp-opening", "77", timeouts, 0,
	  "240 7440 240 77 30 300 60 600" },
	{ "timeout-udp-opening-low", "77", timeouts, 0,
	  "240 7440 240 120 77 300 60 600" },
	{ "timeout-udp-established", "77", timeouts, 0,
	  "240 7440 240 120 30 77 60 600" },
	{ "timeout-icmp", "77", timeouts, 0, "240 7440 240 120 30 300 77 600" },
	{ "timeout-other", "77", timeouts, 0, "240 7440 240 120 30 300 60 77" },
	{ "masquerade-cidr", "192.0.2.0/24,::/0", ranges,
	  MASQ_ORIGIN_MASQUERADE, "192.0.2.0/24 ::/0" },
	{ "non-masquerade-source-cidr", "10.244.1.128/25,2001:db8:1::7/128",
	  ranges, MASQ_ORIGIN_NON_MASQUERADE_SOURCE,
	  "10.244.1.128/25 2001:db8:1::7/128" },
	{ "link-local", "drop", link_local, MASQ_IPV4, "0" },
	{ "link-local", "pass", link_local, MASQ_IPV4, "1" },
	{ "link-local", "masquerade", link_local, MASQ_IPV4, "2" },
	{ "link-local", "masquerade", link_local, MASQ_IPV6, "0" },
	{ "link-local-ipv6", "drop", link_local, MASQ_IPV6, "0" },
	{ "link-local-ipv6", "pass", link_local, MASQ_IPV6, "1" },
	{ "link-local-ipv6", "masquerade", link_local, MASQ_IPV6, "2" },
	{ "link-local-ipv6", "masquerade", link_local, MASQ_IPV4, "0" },
	{ "random-fully", "true", random_fully, 0, "1" },
	{ "random-fully", "false", random_fully, 0, "0" },
	{ "enable-ipv6", "true", enable_ipv6, 0, "1" },
	{ "enable-ipv6", "false", enable_ipv6, 0, "0" },
	{ "nomasq-all-reserved-ranges", "true", reserved_ranges, 0, "1" },
	{ "nomasq-all-reserved-ranges", "false", reserved_ranges, 0, "0" },
	{ "metrics-address", "off", metrics, 0, "off" },
	{ "metrics-address", "9100", metrics, 0, "127.0.0.1 9100" },
	{ "metrics-address", "65535", metrics, 0, "127.0.0.1 65535" },
	{ "metrics-address", "192.0.2.1:9100", metrics, 0, "192.0.2.1 9100" },
	{ "metrics-address", "0.0.0.0:1", metrics, 0, "0.0.0.0 1" },
	{ "metrics-address", "[::1]:9100", metrics, 0, "::1 9100" },
	{ "masq-config", "/etc/config/ip-masq-agent", masq_config, 0,
	  "/etc/config/ip-masq-agent" },
	{ "masq-config", "/a, b", masq_config, 0, "/a, b" },
	{ "uplink", "eth*,en?0,fifteen-letters", uplinks, 0,
	  "eth* en?0 fifteen-letters" },
	{ "mode", "island", mode, 0, "0" },
	{ "mode", "flat", mode, 0, "1" },
	{ "mode", "isolated", mode, 0, "2" },
	{ "attach", "auto", attach, 0, "0" },
	{ "attach", "tcx", attach, 0, "1" },
	{ "attach", "clsact", attach, 0, "2" },
	{ "rewrite", "auto", rewrite, 0, "0" },
	{ "rewrite", "direct", rewrite, 0, "1" },
	{ "rewrite", "helpers", rewrite, 0, "2" },
	{ "forwarding", "stack", forwarding, 0, "0" },
	{ "forwarding", "direct", forwarding, 0, "1" },
	{ "xdp", "off", xdp, 0, "0" },
	{ "xdp", "auto", xdp, 0, "1" },
	{ "xdp", "native", xdp, 0, "2" },
	{ "xdp", "generic", xdp, 0, "3" },
	{ "xdp-drop-unsolicited", "true", xdp_drop_unsolicited, 0, "1" },
	{ "xdp-drop-unsolicited", "false", xdp_drop_unsolicited, 0, "0" },
	{ "pod-interface", "cali*,veth0", pod_interfaces, 0, "cali* veth0" },
};

static void check_value(const struct value_row *row)
{
	struct config config;
	char *said;

	CHECK_EQUAL(text_apply(row->name, row->value, "f:1", &config, &said),
		    0);
	CHECK_STRING(said, "");
	CHECK_STRING(row->get(&config, row->number), row->expected);
	config_free(&config);
	free(said);
}

static void check_value_named(const struct value_row *row)
{
	check_value(row);
	if (test_failed)
		printf("# value \"%s\"\n", row->value);
}

static void values_land_where_they_belong(void)
{
	CHECK_ROWS(values, check_value_named);
}

/* --- bad values --- */

struct bad_value_row {
	const char *name; /* the setting */
	const char *value;
	const char *problem; /* part of what is said */
};

static const struct bad_value_row bad_values[] = {
	{ "uplink", "", "1 to 15 characters" },
	{ "uplink", "sixteen-letters-", "1 to 15 characters" },
	{ "uplink", "eth0/1", "1 to 15 characters" },
	{ "pod-cidr", "", "ADDRESS/BITS" },
	{ "pod-cidr", "10.244.1.0", "ADDRESS/BITS" },
	{ "pod-cidr", "10.244.1.0/33", "0 to 32" },
	{ "pod-cidr", "10.244.1.1/24", "10.244.1.0/24" },
	{ "pod-cidr", "10.244.1.0/24,", "ADDRESS/BITS" },
	{ "pod-cidr", "10.244.1.0/24, 10.244.2.0/24",
	  "is no IPv4 or IPv6 address" },
	{ "cluster-cidr", "10.244.0.0/16,x/8", "is no IPv4 or IPv6 address" },
	{ "service-cluster-ip-range", "10.96.0.1/12", "10.96.0.0/12" },
	{ "non-masquerade-cidr", "::ffff:10.0.0.0/104", "write it as IPv4" },
	{ "node-ip", "", "is no IPv4 or IPv6 address" },
	{ "node-ip", "node-1", "is no IPv4 or IPv6 address" },
	{ "node-ip", "192.0.2.1/24", "is no IPv4 or IPv6 address" },
	{ "node-ip", "127.0.0.1", "loopback" },
	{ "node-ip", "0.0.0.0", "unspecified" },
	{ "node-ip", "fe80::1", "link-local" },
	{ "node-ip", "ff02::1", "multicast" },
	{ "node-ip", "::", "unspecified" },
	{ "node-ip", "192.0.2.1,192.0.2.2", "second address" },
	{ "node-ip", "2001:db8::1,192.0.2.1,2001:db8::2", "second address" },
	{ "ports", "", "FIRST-LAST" },
	{ "ports", "40000-30000", "backwards" },
	{ "ports", "0-1000", "1 to 65535" },
	{ "ports", "1000-65536", "1 to 65535" },
	{ "ports", "1000-2000,", "FIRST-LAST" },
	{ "max-flows", "", "1 to 4294967295" },
	{ "max-flows", "0", "1 to 4294967295" },
	{ "max-flows", "-1", "1 to 4294967295" },
	{ "max-flows", "many", "1 to 4294967295" },
	{ "max-flows", "1k", "1 to 4294967295" },
	{ "max-flows", "4294967296", "1 to 4294967295" },
	{ "max-flows", "18446744073709551617", "1 to 4294967295" },
	{ "max-flows-per-pod", "", "0 (no limit) to" },
	{ "max-flows-per-pod", "-1", "0 (no limit) to" },
	{ "max-flows-per-pod", "4294967296", "0 (no limit) to" },
	{ "timeout-tcp-opening", "1", "2 to 10000000" },
	{ "timeout-tcp-established", "2h", "2 to 10000000" },
	{ "timeout-tcp-closing", "10000001", "2 to 10000000" },
	{ "timeout-udp-opening", "", "2 to 10000000" },
	{ "timeout-udp-opening-low", "0", "2 to 10000000" },
	{ "timeout-udp-established", "-2", "2 to 10000000" },
	{ "timeout-icmp", " 60", "2 to 10000000" },
	{ "timeout-other", "1.5", "2 to 10000000" },
	{ "masquerade-cidr", "192.0.2.1/24", "192.0.2.0/24" },
	{ "non-masquerade-source-cidr", "10.244.1.7", "ADDRESS/BITS" },
	{ "link-local", "", "drop, pass or masquerade" },
	{ "link-local", "Pass", "drop, pass or masquerade" },
	{ "link-local", "false", "drop, pass or masquerade" },
	{ "link-local-ipv6", "masq", "drop, pass or masquerade" },
	{ "random-fully", "", "neither true nor false" },
	{ "random-fully", "no", "neither true nor false" },
	{ "random-fully", "True", "neither true nor false" },
	{ "enable-ipv6", "1", "neither true nor false" },
	{ "nomasq-all-reserved-ranges", "yes", "neither true nor false" },
	{ "metrics-address", "", "PORT, ADDR:PORT, [ADDR]:PORT or off" },
	{ "metrics-address", "on", "PORT, ADDR:PORT, [ADDR]:PORT or off" },
	{ "metrics-address", "0", "PORT, ADDR:PORT" },
	{ "metrics-address", "65536", "PORT, ADDR:PORT" },
	{ "metrics-address", "192.0.2.1", "PORT, ADDR:PORT" },
	{ "metrics-address", "192.0.2.1:0", "PORT, ADDR:PORT" },
	{ "metrics-address", "192.0.2.1:65536", "PORT, ADDR:PORT" },
	{ "metrics-address", ":9100", "PORT, ADDR:PORT" },
	{ "metrics-address", "::1", "PORT, ADDR:PORT" },
	{ "metrics-address", "[::1]", "PORT, ADDR:PORT" },
	{ "metrics-address", "[::1:9100", "PORT, ADDR:PORT" },
	{ "metrics-address", "localhost:9100", "PORT, ADDR:PORT" },
	{ "metrics-address", "192.0.2.1:http", "PORT, ADDR:PORT" },
	{ "masq-config", "", "is no absolute path" },
	{ "masq-config", "ip-masq-agent", "is no absolute path" },
	{ "uplink", "eth0,eth1,eth0", "is given twice" },
	{ "mode", "", "island, flat or isolated" },
	{ "mode", "Island", "island, flat or isolated" },
	{ "mode", "isle", "island, flat or isolated" },
	{ "attach", "", "auto, tcx or clsact" },
	{ "attach", "xdp", "auto, tcx or clsact" },
	{ "attach", "TCX", "auto, tcx or clsact" },
	{ "rewrite", "", "auto, direct or helpers" },
	{ "rewrite", "help", "auto, direct or helpers" },
	{ "forwarding", "", "stack or direct" },
	{ "forwarding", "xdp", "stack or direct" },
	{ "xdp", "", "off, auto, native or generic" },
	{ "xdp", "true", "off, auto, native or generic" },
	{ "xdp", "driver", "off, auto, native or generic" },
	{ "xdp-drop-unsolicited", "", "neither true nor false" },
	{ "xdp-drop-unsolicited", "drop", "neither true nor false" },
	{ "pod-interface", "", "1 to 15 characters" },
	{ "pod-interface", "a/b", "no slash" },
	{ "pod-interface", "veth0,veth0", "is given twice" },
};

/* begin: of the line that is said */
static void check_refusal(const char *name, const char *value,
			  const char *where, const char *begin,
			  const char *problem)
{
	struct config config, untouched;
	char *said;

	memset(&config, 0x5a, sizeof(config));
	untouched = config;
	CHECK_EQUAL(text_apply(name, value, where, &config, &said), -1);
	CHECK(is_one_line(said));
	if (strncmp(said, begin, strlen(begin)) || !strstr(said, problem))
		printf("# expected %s… %s, got %s", begin, problem, said);
	CHECK(strncmp(said, begin, strlen(begin)) == 0);
	CHECK(strstr(said, problem) != NULL);
	CHECK(memcmp(&config, &untouched, sizeof(config)) == 0);
	free(said);
}

static void check_bad_value(const struct bad_value_row *row)
{
	const struct setting *setting =
		setting_find(row->name, strlen(row->name));
	char begin[2][TEXT_SIZE];
	/* of a list only the bad part is quoted; it is the last */
	const char *comma = setting->shape == SETTING_LIST ?
				    strrchr(row->value, ',') :
				    NULL;
	const char *quoted = comma ? comma + 1 : row->value;

	snprintf(begin[0], TEXT_SIZE, "bpfmasq: --%s \"%s\": ", row->name,
		 quoted);
	snprintf(begin[1], TEXT_SIZE,
		 "bpfmasq: f.yaml:7: %s \"%s\": ", row->name, quoted);
	check_refusal(row->name, row->value, values_command_line, begin[0],
		      row->problem);
	check_refusal(row->name, row->value, "f.yaml:7", begin[1],
		      row->problem);
}

static void bad_values_are_refused(void)
{
	CHECK_ROWS(bad_values, check_bad_value);
}

/* --- bounds --- */

static void uplinks_have_a_bound(void)
{
	char list[LIST_SIZE] = "eth0", *said;
	size_t length = strlen(list);
	struct config config;

	for (int i = 1; i < CONFIG_UPLINKS_MAX; i++)
		length += snprintf(list + length, sizeof(list) - length,
				   ",eth%d", i);
	CHECK_EQUAL(text_apply("uplink", list, "f:1", &config, &said), 0);
	CHECK_STRING(said, "");
	CHECK_EQUAL(config.uplinks.count, CONFIG_UPLINKS_MAX);
	free(said);
	snprintf(list + length, sizeof(list) - length, ",eth64");
	check_refusal("uplink", list, values_command_line,
		      "bpfmasq: --uplink \"eth64\"", "the 64 that there");
}

static void ranges_have_a_bound(void)
{
	static char list[LIST_SIZE];
	struct config config;
	size_t length = 0;
	char *said;

	for (int i = 0; i < CONFIG_RANGES_MAX; i++)
		length += snprintf(list + length, sizeof(list) - length,
				   "%s10.%d.%d.0/24", i ? "," : "", i / 256,
				   i % 256);
	CHECK_EQUAL(text_apply("pod-cidr", list, "f:1", &config, &said), 0);
	CHECK_STRING(said, "");
	CHECK_EQUAL(config.ranges[MASQ_ORIGIN_POD_CIDR].count,
		    CONFIG_RANGES_MAX);
	config_free(&config);
	free(said);
	snprintf(list + length, sizeof(list) - length, ",11.0.0.0/24");
	check_refusal("pod-cidr", list, values_command_line,
		      "bpfmasq: --pod-cidr \"11.0.0.0/24\"", "2048 ranges");
}

static void paths_have_a_bound(void)
{
	char path[PATH_MAX + 1], *said;
	struct config config;

	memset(path, '/', sizeof(path));
	path[PATH_MAX - 1] = '\0';
	CHECK_EQUAL(text_apply("masq-config", path, "f:1", &config, &said), 0);
	CHECK_STRING(config.masq_config, path);
	free(said);
	path[PATH_MAX - 1] = '/';
	path[PATH_MAX] = '\0';
	check_refusal("masq-config", path, values_command_line,
		      "bpfmasq: --masq-config \"///", "");
}

/* --- the table itself --- */

static bool has_good_value(const char *setting)
{
	for (size_t i = 0; i < COUNT(values); i++)
		if (strcmp(values[i].name, setting) == 0)
			return true;
	return false;
}

static bool has_bad_value(const char *setting)
{
	for (size_t i = 0; i < COUNT(bad_values); i++)
		if (strcmp(bad_values[i].name, setting) == 0)
			return true;
	return false;
}

static void every_setting_is_tested_here(void)
{
	for (const struct setting *s = settings; s->name; s++) {
		if (!has_good_value(s->name) || !has_bad_value(s->name))
			printf("# %s\n", s->name);
		CHECK(has_good_value(s->name));
		CHECK(has_bad_value(s->name));
	}
}

static void every_setting_is_complete(void)
{
	for (const struct setting *s = settings; s->name; s++) {
		CHECK(s->take != NULL);
		CHECK(strlen(s->name) < MASQ_SETTING_NAME_SIZE);
		CHECK(s->help && *s->help);
		CHECK_EQUAL(s->metavar == NULL, s->shape == SETTING_FLAG);
	}
}

static void settings_are_found_by_their_whole_name(void)
{
	for (const struct setting *s = settings; s->name; s++) {
		CHECK(setting_find(s->name, strlen(s->name)) == s);
		CHECK(setting_find(s->name, strlen(s->name) - 1) != s);
		CHECK(setting_find(s->name, strlen(s->name) + 1) == NULL);
	}
	CHECK(setting_find("", 0) == NULL);
	CHECK(setting_find("Mode", 4) == NULL);
	/* the first of two words */
	CHECK(setting_find("mode=flat", 4) == settings);
}

static const struct test_case cases[] = {
	{ "values land where they belong", values_land_where_they_belong },
	{ "bad values are refused in one line that names and quotes",
	  bad_values_are_refused },
	{ "there are at most 64 uplinks", uplinks_have_a_bound },
	{ "there are at most 2048 ranges of a kind", ranges_have_a_bound },
	{ "a path is no longer than the kernel's", paths_have_a_bound },
	{ "every setting is tested here", every_setting_is_tested_here },
	{ "every setting is complete", every_setting_is_complete },
	{ "settings are found by their whole name",
	  settings_are_found_by_their_whole_name },
};

TEST_MAIN(cases)
