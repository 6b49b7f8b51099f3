// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/sources.h: of flags and files the higher goes before the lower, and what
 * is wrong in one is said with its place.
 */
#include "sources.h"

#include "agent_config.h"
#include "discover.h"
#include "outcome.h"
#include "scratch.h"

#define CONFIG "/etc/bpfmasq.yaml"
#define AGENT AGENT_CONFIG_DEFAULT_PATH
#define OTHER_AGENT "/etc/agent/config"
#define CONFLIST DISCOVER_CNI_DIR "/10.conflist"
#define FLANNEL DISCOVER_FLANNEL_PATH

enum { FLAGS_MAX = 4 };

struct flag {
	const char *name;
	const char *value;
};

struct sources_row {
	const char *name;
	struct flag flags[FLAGS_MAX];
	/* texts of the files above; NULL: not there */
	const char *config; /* nor --config */
	const char *agent;
	const char *other_agent;
	const char *conflist;
	const char *flannel;

	const char *values; /* as values_text() has them; NULL: refused … */
	const char *said; /* … with this */
};

/* The CNI's file, with such a range; what it says. */
#define RANGE(range) "{\"plugins\": [{\"ipam\": {\"subnet\": \"" range "\"}}]}"
#define POD_CIDR(range) CONFLIST " pod-cidr " range "\n"
/* What ip-masq-agent's says of link-local, wherever it says nothing. */
#define LINK_LOCAL(path)                         \
	path " (default) link-local pass\n" path \
	     " (default) link-local-ipv6 pass\n"
#define NON_MASQUERADE(where, range) where " non-masquerade-cidr " range "\n"
#define DEFAULTS(path)                                      \
	NON_MASQUERADE(path " (default)", "10.0.0.0/8")     \
	NON_MASQUERADE(path " (default)", "172.16.0.0/12")  \
	NON_MASQUERADE(path " (default)", "192.168.0.0/16") \
	LINK_LOCAL(path)
#define LIST_OF(range) "nonMasqueradeCIDRs: [\"" range "\"]\n"

static const struct sources_row rows[] = {
	{ .name = "nothing", .values = "" },
	{ .name = "all of them",
	  .flags = { { "uplink", "eth0" } },
	  .config = "ports: 1\n",
	  .agent = LIST_OF("1.0.0.0/8"),
	  .conflist = RANGE("10.244.1.0/24"),
	  .values = "command line uplink eth0\n" CONFIG
		    ":1 ports 1\n" NON_MASQUERADE(AGENT ":1", "1.0.0.0/8")
			    LINK_LOCAL(AGENT) POD_CIDR("10.244.1.0/24") },
	{ .name = "a flag before the file: lists do not add up",
	  .flags = { { "uplink", "eth0" }, { "mode", "flat" } },
	  .config = "uplink: eth1\nmode: isolated\nports: 1\n",
	  .values = "command line uplink eth0\ncommand line mode flat\n" CONFIG
		    ":3 ports 1\n" },
	{ .name = "a flag that is false before the file's",
	  .flags = { { "random-fully", "false" } },
	  .config = "random-fully: true\n",
	  .values = "command line random-fully false\n" },
	{ .name = "the file before ip-masq-agent's",
	  .config = "non-masquerade-cidr: 192.0.2.0/24\nlink-local: drop\n",
	  .agent = LIST_OF("1.0.0.0/8") "masqLinkLocal: true\n"
					"masqLinkLocalIPv6: true\n",
	  .values = NON_MASQUERADE(CONFIG ":1", "192.0.2.0/24") CONFIG
	  ":2 link-local drop\n" AGENT ":3 link-local-ipv6 masquerade\n" },
	{ .name = "a flag before ip-masq-agent's",
	  .flags = { { "link-local-ipv6", "drop" },
		     { "non-masquerade-cidr", "192.0.2.0/24" } },
	  .agent = "",
	  .values = "command line link-local-ipv6 drop\n" NON_MASQUERADE(
		  "command line", "192.0.2.0/24") AGENT
	  " (default) link-local pass\n" },
	{ .name = "pods that a flag names are not looked for",
	  .flags = { { "pod-cidr", "10.244.1.0/24" } },
	  .conflist = "no JSON",
	  .flannel = "FLANNEL_NETWORK=10.0.0.0/8\n",
	  .values = "command line pod-cidr 10.244.1.0/24\n" },
	{ .name = "pods that the file names are not looked for",
	  .config = "pod-cidr: 10.244.1.0/24\n",
	  .conflist = RANGE("10.244.2.0/24"),
	  .values = CONFIG ":1 pod-cidr 10.244.1.0/24\n" },
	{ .name = "a cluster that a flag names goes before flannel's",
	  .flags = { { "cluster-cidr", "10.244.0.0/15" } },
	  .flannel = "FLANNEL_NETWORK=10.244.0.0/16\n"
		     "FLANNEL_SUBNET=10.244.1.1/24\n",
	  .values = "command line cluster-cidr 10.244.0.0/15\n" FLANNEL
		    ":2 pod-cidr 10.244.1.0/24\n" },

	{ .name = "ip-masq-agent's, empty",
	  .agent = "",
	  .values = DEFAULTS(AGENT) },
	{ .name = "ip-masq-agent's that the file names",
	  .config = "masq-config: " OTHER_AGENT "\n",
	  .agent = LIST_OF("1.0.0.0/8"),
	  .other_agent = LIST_OF("2.0.0.0/8"),
	  .values = CONFIG ":1 masq-config " OTHER_AGENT "\n" NON_MASQUERADE(
		  OTHER_AGENT ":1", "2.0.0.0/8") LINK_LOCAL(OTHER_AGENT) },
	{ .name = "ip-masq-agent's that a flag names",
	  .flags = { { "masq-config", OTHER_AGENT } },
	  .config = "masq-config: " AGENT "\n",
	  .agent = LIST_OF("1.0.0.0/8"),
	  .other_agent = LIST_OF("2.0.0.0/8"),
	  .values = "command line masq-config " OTHER_AGENT "\n" NON_MASQUERADE(
		  OTHER_AGENT ":1", "2.0.0.0/8") LINK_LOCAL(OTHER_AGENT) },
	{ .name = "ip-masq-agent's that is named, and not there",
	  .flags = { { "masq-config", OTHER_AGENT } },
	  .agent = LIST_OF("1.0.0.0/8"),
	  .values = "command line masq-config " OTHER_AGENT
		    "\n" DEFAULTS(OTHER_AGENT) },
	{ .name = "IPv6 in ip-masq-agent's",
	  .agent = LIST_OF("fd00::/8"),
	  .said = AGENT ":1: nonMasqueradeCIDRs \"fd00::/8\": is IPv6: " },
	{ .name = "IPv6 in ip-masq-agent's, by a flag",
	  .flags = { { "enable-ipv6", "true" } },
	  .agent = LIST_OF("fd00::/8"),
	  .values = "command line enable-ipv6 true\n" NON_MASQUERADE(
		  AGENT ":1", "fd00::/8") LINK_LOCAL(AGENT) },
	{ .name = "IPv6 in ip-masq-agent's, by the file",
	  .config = "enable-ipv6: true\n",
	  .agent = LIST_OF("fd00::/8"),
	  .values = CONFIG ":1 enable-ipv6 true\n" NON_MASQUERADE(
		  AGENT ":1", "fd00::/8") LINK_LOCAL(AGENT) },
	{ .name = "IPv6 in ip-masq-agent's, by the file, and not by a flag",
	  .flags = { { "enable-ipv6", "false" } },
	  .config = "enable-ipv6: true\n",
	  .agent = LIST_OF("fd00::/8"),
	  .said = AGENT ":1: nonMasqueradeCIDRs \"fd00::/8\": is IPv6: " },
	{ .name = "all reserved ranges in ip-masq-agent's",
	  .config = "nomasq-all-reserved-ranges: true\n",
	  .agent = "cidrLimit: 10\n",
	  .said = AGENT ": 11 ranges are more than the cidrLimit of 10\n" },

	{ .name = "a wrong flag, before what is wrong in the file",
	  .flags = { { "ports", "0" } },
	  .config = "mode: wrong\n",
	  .agent = "",
	  .said = "--ports \"0\": " },
	{ .name = "a wrong flag alone",
	  .flags = { { "ports", "0" } },
	  .said = "--ports \"0\": " },
	{ .name = "a wrong value in the file",
	  .config = "mode: flat\nports: 0\n",
	  .said = CONFIG ":2: ports \"0\": " },
	{ .name = "a path in the file that is not absolute",
	  .config = "masq-config: agent\n",
	  .said = CONFIG ":1: masq-config \"agent\": is no absolute path" },
	{ .name = "a wrong key in the file",
	  .config = "port: 1\n",
	  .said = CONFIG ":1: no such key \"port\"" },
	{ .name = "a wrong value in ip-masq-agent's",
	  .agent = "\nmasqLinkLocal: 1\n",
	  .said = AGENT ":2: masqLinkLocal \"1\": " },
	{ .name = "a wrong conflist",
	  .conflist = "no JSON",
	  .said = CONFLIST ": is no CNI configuration" },
	{ .name = "a wrong range in a conflist",
	  .conflist = RANGE("10.244.1.1/24"),
	  .said = CONFLIST ": pod-cidr \"10.244.1.1/24\": has host bits" },
	{ .name = "a wrong range of flannel's",
	  .flannel = "\nFLANNEL_SUBNET=pods\n",
	  .said = FLANNEL ":2: pod-cidr \"pods\": " },
	{ .name = "what does not agree, from two places",
	  .flags = { { "cluster-cidr", "10.245.0.0/16" } },
	  .conflist = RANGE("10.244.1.0/24"),
	  .said = CONFLIST ": pod-cidr \"10.244.1.0/24\": is outside "
			   "--cluster-cidr" },
	{ .name = "what does not agree in ip-masq-agent's",
	  .agent = LIST_OF("1.0.0.0/8") "masqueradeCIDRs: [1.0.0.0/8]\n",
	  .said = AGENT ":2: masquerade-cidr \"1.0.0.0/8\": is in "
			"--non-masquerade-cidr too" },
};

static void file_place(const char *path, const char *text)
{
	if (text)
		file_make(path, text);
}

static void files_place(const struct sources_row *row)
{
	scratch_clear();
	dir_make("/etc/config");
	dir_make("/etc/agent");
	dir_make(DISCOVER_CNI_DIR);
	dir_make(DISCOVER_FLANNEL_DIR);
	file_place(CONFIG, row->config);
	file_place(AGENT, row->agent);
	file_place(OTHER_AGENT, row->other_agent);
	file_place(CONFLIST, row->conflist);
	file_place(FLANNEL, row->flannel);
}

static void flags_add(struct values *values, const struct flag *flags)
{
	for (int i = 0; i < FLAGS_MAX && flags[i].name; i++)
		must(values_add_named(values, flags[i].name, flags[i].value,
				      values_command_line) == 0,
		     "values_add_named");
}

static void check_row(const struct sources_row *row)
{
	struct sources sources = { .config_path = row->config ? CONFIG : NULL };
	struct sourced sourced = { 0 };
	struct outcome outcome;

	files_place(row);
	flags_add(&sources.flags, row->flags);
	outcome = outcome_begin();
	outcome.result = sources_read(&sources, &sourced);
	outcome.values = sourced.values; /* to be freed with it */
	check_outcome(&outcome, &(struct text_row){ .values = row->values,
						    .said = row->said });
	config_free(&sourced.config);
	values_free(&sources.flags);
}

static void the_higher_goes_before_the_lower(void)
{
	CHECK_ROWS(rows, check_row);
}

/* The configuration is made of just those values. */
static void values_become_a_configuration(void)
{
	struct sources sources = { .config_path = CONFIG };
	struct sourced sourced;

	files_place(&(struct sources_row){
		.config = "mode: flat\npod-cidr: [10.244.1.0/24, fd00::/64]\n",
		.agent = "masqLinkLocal: true\n",
	});
	flags_add(&sources.flags,
		  (const struct flag[FLAGS_MAX]){ { "mode", "isolated" } });
	CHECK_EQUAL(sources_read(&sources, &sourced), 0);
	CHECK_EQUAL(sourced.config.mode, MASQ_MODE_ISOLATED);
	CHECK_EQUAL(sourced.config.ranges[MASQ_ORIGIN_POD_CIDR].count, 2);
	CHECK_EQUAL(sourced.config.ranges[MASQ_ORIGIN_NON_MASQUERADE].count, 3);
	CHECK_EQUAL(sourced.config.link_local[MASQ_IPV4],
		    CONFIG_LINK_LOCAL_MASQUERADE);
	CHECK_EQUAL(sourced.config.link_local[MASQ_IPV6],
		    CONFIG_LINK_LOCAL_PASS);
	CHECK_EQUAL(sourced.config.timeout_s[MASQ_TIMEOUT_ICMP], 60);
	sourced_free(&sourced);
	values_free(&sources.flags);
}

/* As the daemon does when a file has changed. */
static void they_can_be_read_again(void)
{
	struct sources sources = { .config_path = CONFIG };
	struct sourced sourced;

	files_place(&(struct sources_row){ .config = "mode: flat\n" });
	flags_add(&sources.flags,
		  (const struct flag[FLAGS_MAX]){ { "uplink", "eth0" } });
	CHECK_EQUAL(sources_read(&sources, &sourced), 0);
	CHECK_EQUAL(sourced.config.mode, MASQ_MODE_FLAT);
	sourced_free(&sourced);
	file_make(CONFIG, "mode: isolated\n");
	CHECK_EQUAL(sources_read(&sources, &sourced), 0);
	CHECK_EQUAL(sourced.config.mode, MASQ_MODE_ISOLATED);
	CHECK_STRING(sourced.config.uplinks.names[0], "eth0");
	sourced_free(&sourced);
	values_free(&sources.flags);
}

/* For who watches the files: also where there is none. */
static void the_path_of_ip_masq_agents_is_noted(void)
{
	struct sources sources = { .config_path = CONFIG };
	struct sourced sourced;

	files_place(&(struct sources_row){ .config = "" });
	CHECK_EQUAL(sources_read(&sources, &sourced), 0);
	CHECK_STRING(sources.masq_path, AGENT);
	sourced_free(&sourced);
	file_make(CONFIG, "masq-config: " OTHER_AGENT "\n");
	CHECK_EQUAL(sources_read(&sources, &sourced), 0);
	CHECK_STRING(sources.masq_path, OTHER_AGENT);
	sourced_free(&sourced);
}

/* What it says is wrong, and may be mended where it is. */
static void a_path_whose_file_is_wrong_is_noted_too(void)
{
	struct sources sources = { .config_path = CONFIG };
	struct sourced sourced = { 0 };
	struct outcome outcome;

	files_place(&(struct sources_row){
		.config = "masq-config: " OTHER_AGENT "\n",
		.other_agent = "masqLinkLocal: 1\n",
	});
	outcome = outcome_begin();
	outcome.result = sources_read(&sources, &sourced);
	check_outcome(&outcome, &(struct text_row){ .said = OTHER_AGENT ":1" });
	CHECK_STRING(sources.masq_path, OTHER_AGENT);
}

static void a_file_that_is_named_must_be_there(void)
{
	struct sources sources = { .config_path = CONFIG };
	struct sourced sourced = { 0 };
	struct outcome outcome;

	scratch_clear();
	outcome = outcome_begin();
	outcome.result = sources_read(&sources, &sourced);
	check_outcome(
		&outcome,
		&(struct text_row){ .said = "cannot read --config " CONFIG
					    ": No such file or directory\n" });
}

static const struct test_case cases[] = {
	{ "the higher goes before the lower",
	  the_higher_goes_before_the_lower },
	{ "values become a configuration", values_become_a_configuration },
	{ "they can be read again", they_can_be_read_again },
	{ "the path of ip-masq-agent's file is noted",
	  the_path_of_ip_masq_agents_is_noted },
	{ "a path whose file is wrong is noted too",
	  a_path_whose_file_is_wrong_is_noted_too },
	{ "a file that is named must be there",
	  a_file_that_is_named_must_be_there },
};

int main(void)
{
	scratch_begin();
	return test_main(cases, COUNT(cases));
}
