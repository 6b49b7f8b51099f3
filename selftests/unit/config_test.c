// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/config.h: which values agree with each other.  Runs in network and
 * mount namespaces of its own, where it changes what the kernel's port ranges
 * are, and whether they can be read.
 */
#include <sched.h>
#include <sys/mount.h>

#include "config.h"
#include "pool.h"
#include "unit.h"

#define PROC_IPV4 "/proc/sys/net/ipv4"

/* What config_complete() made of a configuration. */
struct completion {
	int result;
	char *said;
	struct config config;
};

/* Add the ranges of a text, one blank between them. */
static void ranges_add(struct config *config, enum masq_origin origin,
		       const char *texts)
{
	char *copy = strdup(texts), *rest = copy, *text;
	struct cidr cidr;

	while ((text = strsep(&rest, " ")))
		if (*text)
			must(!cidr_parse(text, &cidr) &&
				     !cidr_list_add(&config->ranges[origin],
						    &cidr),
			     text);
	free(copy);
}

static void node_set(struct config *config, const char *texts)
{
	char *copy = strdup(texts), *rest = copy, *text;
	struct masq_addr addr;

	while ((text = strsep(&rest, " "))) {
		if (!*text)
			continue;
		must(!addr_parse(text, &addr), text);
		config->node[addr_family(&addr)] = addr;
	}
	free(copy);
}

static void complete(struct completion *completion)
{
	struct capture capture = capture_begin(stderr);

	completion->result = config_complete(&completion->config);
	completion->said = capture_end(&capture);
}

static void completion_free(struct completion *completion)
{
	config_free(&completion->config);
	free(completion->said);
}

struct agreement_row {
	const char *name;
	const char *pods;
	const char *cluster;
	const char *node;
	const char *problem; /* part of what is said; NULL: they agree */
};

static const struct agreement_row agreements[] = {
	{ "pods alone", "10.244.1.0/24", "", "", NULL },
	{ "IPv6 pods alone", "2001:db8:1::/64", "", "", NULL },
	{ "pods of both families", "10.244.1.0/24 2001:db8:1::/64", "", "",
	  NULL },
	{ "no pods", "", "", "", "no pod range: give --pod-cidr" },
	{ "a cluster without pods", "", "10.244.0.0/16", "",
	  "no pod range: give --pod-cidr" },
	{ "pods in the cluster", "10.244.1.0/24", "10.244.0.0/16", "", NULL },
	{ "pods as the cluster", "10.244.0.0/16", "10.244.0.0/16", "", NULL },
	{ "pods in the second range", "10.245.1.0/24",
	  "10.244.0.0/16 10.245.0.0/16", "", NULL },
	{ "both families in the cluster", "10.244.1.0/24 2001:db8:1::/64",
	  "2001:db8::/32 10.244.0.0/16", "", NULL },
	{ "a cluster of more families than the pods", "10.244.1.0/24",
	  "10.244.0.0/16 2001:db8::/32", "", NULL },
	{ "pods outside the cluster", "10.245.1.0/24", "10.244.0.0/16", "",
	  "--pod-cidr 10.245.1.0/24 is outside --cluster-cidr" },
	{ "pods around the cluster", "10.244.0.0/15", "10.244.0.0/16", "",
	  "--pod-cidr 10.244.0.0/15 is outside --cluster-cidr" },
	{ "the second pod range outside", "10.244.1.0/24 10.245.1.0/24",
	  "10.244.0.0/16", "",
	  "--pod-cidr 10.245.1.0/24 is outside --cluster-cidr" },
	{ "IPv6 pods outside the cluster", "2001:db9::/64",
	  "10.244.0.0/16 2001:db8::/32", "",
	  "--pod-cidr 2001:db9::/64 is outside --cluster-cidr" },
	{ "IPv4 pods outside a cluster of all IPv6", "10.245.1.0/24",
	  "10.244.0.0/16 ::/0", "",
	  "--pod-cidr 10.245.1.0/24 is outside --cluster-cidr" },
	{ "IPv6 pods in an IPv4 cluster", "2001:db8:1::/64", "10.244.0.0/16",
	  "", "is IPv6, but --cluster-cidr has no IPv6 range" },
	{ "IPv4 pods in an IPv6 cluster", "10.244.1.0/24", "2001:db8::/32", "",
	  "is IPv4, but --cluster-cidr has no IPv4 range" },
	{ "IPv6 pods too in an IPv4 cluster", "10.244.1.0/24 2001:db8:1::/64",
	  "10.244.0.0/16", "",
	  "2001:db8:1::/64 is IPv6, but --cluster-cidr has no IPv6 range" },
	{ "a node", "10.244.1.0/24", "", "192.0.2.1", NULL },
	{ "a node of both families", "10.244.1.0/24 2001:db8:1::/64", "",
	  "192.0.2.1 2001:db8:ffff::1", NULL },
	{ "a node of one family of two", "10.244.1.0/24 2001:db8:1::/64", "",
	  "2001:db8:ffff::1", NULL },
	{ "a node in the cluster, beside its pods", "10.244.1.0/24",
	  "10.244.0.0/16", "10.244.2.1", NULL },
	{ "a node among its pods", "10.244.1.0/24", "", "10.244.1.1",
	  "--node-ip 10.244.1.1 is in --pod-cidr" },
	{ "a node among its second pods", "10.244.1.0/24 10.245.1.0/24", "",
	  "10.245.1.255", "--node-ip 10.245.1.255 is in --pod-cidr" },
	{ "an IPv6 node among its pods", "10.244.1.0/24 2001:db8:1::/64", "",
	  "192.0.2.1 2001:db8:1::1",
	  "--node-ip 2001:db8:1::1 is in --pod-cidr" },
	{ "an IPv6 node of IPv4 pods", "10.244.1.0/24", "", "2001:db8::1",
	  "--node-ip 2001:db8::1 is IPv6, but --pod-cidr has no IPv6" },
	{ "an IPv4 node too of IPv6 pods", "2001:db8:1::/64", "",
	  "192.0.2.1 2001:db8::1",
	  "--node-ip 192.0.2.1 is IPv4, but --pod-cidr has no IPv4" },
};

static void check_agreement(const struct agreement_row *row)
{
	struct completion completion;

	config_init(&completion.config);
	ranges_add(&completion.config, MASQ_ORIGIN_POD_CIDR, row->pods);
	ranges_add(&completion.config, MASQ_ORIGIN_CLUSTER_CIDR, row->cluster);
	node_set(&completion.config, row->node);
	complete(&completion);
	if (row->problem) {
		CHECK(strstr(completion.said, row->problem) != NULL);
		CHECK(strncmp(completion.said, "bpfmasq: ", 9) == 0);
		CHECK(strchr(completion.said, '\n') ==
		      completion.said + strlen(completion.said) - 1);
		CHECK_EQUAL(completion.result, -1);
	} else {
		CHECK_STRING(completion.said, "");
		CHECK_EQUAL(completion.result, 0);
	}
	completion_free(&completion);
}

static void values_must_agree(void)
{
	CHECK_ROWS(agreements, check_agreement);
}

/* --- defaults --- */

struct timeout_row {
	const char *name; /* of the flag, behind --timeout- */
	enum masq_timeout timeout;
	__u32 default_s;
	__u32 least_s; /* what the RFC asks for */
};

static const struct timeout_row timeouts[] = {
	/* RFC 5382 REQ-5: 4 min for what is half open, 2 h 4 min for open */
	{ "tcp-opening", MASQ_TIMEOUT_TCP_OPENING, 240, 240 },
	{ "tcp-established", MASQ_TIMEOUT_TCP_ESTABLISHED, 7440, 7440 },
	{ "tcp-closing", MASQ_TIMEOUT_TCP_CLOSING, 240, 240 },
	/* RFC 4787 REQ-5: 2 min; 5 are recommended; less for known ports */
	{ "udp-opening", MASQ_TIMEOUT_UDP_OPENING, 120, 120 },
	{ "udp-opening-low", MASQ_TIMEOUT_UDP_OPENING_LOW, 30, 0 },
	{ "udp-established", MASQ_TIMEOUT_UDP_ESTABLISHED, 300, 120 },
	/* RFC 5508 REQ-2: 60 s */
	{ "icmp", MASQ_TIMEOUT_ICMP, 60, 60 },
	{ "other", MASQ_TIMEOUT_OTHER, 600, 0 },
};

static void check_timeout(const struct timeout_row *row)
{
	struct config config;

	config_init(&config);
	CHECK_STRING(config_timeouts[row->timeout].name, row->name);
	CHECK_EQUAL(config_timeouts[row->timeout].default_s, row->default_s);
	CHECK_EQUAL(config.timeout_s[row->timeout], row->default_s);
	CHECK(row->default_s >= row->least_s);
	CHECK(row->default_s >= MASQ_TIMEOUT_MIN_S);
}

static void timeouts_have_defaults(void)
{
	CHECK_EQUAL(COUNT(timeouts), MASQ_TIMEOUT_COUNT);
	CHECK_ROWS(timeouts, check_timeout);
}

static void nothing_else_is_set_at_first(void)
{
	struct config config;

	memset(&config, 0x5a, sizeof(config));
	config_init(&config);
	CHECK_EQUAL(config.max_flows, 262144);
	CHECK(!config.has_max_flows);
	CHECK_EQUAL(config.max_flows_per_pod, 0);
	CHECK_EQUAL(config.uplink_count, 0);
	CHECK(!config.has_ports && !config.random_fully);
	CHECK_EQUAL(config.attach, CONFIG_ATTACH_AUTO);
	CHECK_EQUAL(config.rewrite, CONFIG_REWRITE_AUTO);
	for (int i = 0; i < MASQ_ORIGIN_COUNT; i++)
		CHECK(config.ranges[i].count == 0 && !config.ranges[i].items);
	for (int i = 0; i < MASQ_FAMILY_COUNT; i++)
		CHECK(!addr_is_set(&config.node[i]));
}

/* --- ports --- */

static void completion_begin(struct completion *ret)
{
	config_init(&ret->config);
	ranges_add(&ret->config, MASQ_ORIGIN_POD_CIDR, "10.244.1.0/24");
}

static void the_pool_is_filled_in(void)
{
	struct completion completion;
	struct masq_ports expected;

	completion_begin(&completion);
	complete(&completion);
	CHECK_STRING(completion.said, "");
	CHECK_EQUAL(completion.result, 0);
	CHECK_EQUAL(pool_default(&expected), 0);
	CHECK(pool_size(&expected) > 0);
	CHECK(memcmp(&completion.config.ports, &expected, sizeof(expected)) ==
	      0);
	completion_free(&completion);
}

static void a_given_pool_stays(void)
{
	struct completion completion;
	struct masq_ports given;

	completion_begin(&completion);
	CHECK(pool_parse("40000-40010", &given) == NULL);
	completion.config.ports = given;
	completion.config.has_ports = true;
	complete(&completion);
	CHECK_STRING(completion.said, "");
	CHECK_EQUAL(completion.result, 0);
	CHECK(memcmp(&completion.config.ports, &given, sizeof(given)) == 0);
	completion_free(&completion);
}

static void an_empty_default_pool_is_refused(void)
{
	struct completion completion;

	completion_begin(&completion);
	file_write(PROC_IPV4 "/ip_local_reserved_ports", "1024-65535");
	complete(&completion);
	file_write(PROC_IPV4 "/ip_local_reserved_ports", "\n");
	CHECK_EQUAL(completion.result, -1);
	CHECK(strstr(completion.said, "leave no port: give --ports") != NULL);
	completion_free(&completion);
}

static void unreadable_port_ranges_are_refused(void)
{
	struct completion completion;

	completion_begin(&completion);
	must(mount("none", PROC_IPV4, "tmpfs", 0, NULL) == 0, "mount");
	complete(&completion);
	must(umount(PROC_IPV4) == 0, "umount");
	CHECK_EQUAL(completion.result, -1);
	CHECK_STRING(completion.said,
		     "bpfmasq: cannot read the kernel's port ranges: No such "
		     "file or directory (give --ports FIRST-LAST)\n");
	completion_free(&completion);
}

static const struct test_case cases[] = {
	{ "ranges and node addresses must agree", values_must_agree },
	{ "timeouts have the defaults of their RFCs", timeouts_have_defaults },
	{ "nothing else is set at first", nothing_else_is_set_at_first },
	{ "the pool is filled in", the_pool_is_filled_in },
	{ "a given pool stays", a_given_pool_stays },
	{ "an empty default pool is refused",
	  an_empty_default_pool_is_refused },
	{ "unreadable port ranges are refused",
	  unreadable_port_ranges_are_refused },
};

int main(void)
{
	must(unshare(CLONE_NEWNET | CLONE_NEWNS) == 0, "unshare");
	must(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "mount");
	return test_main(cases, COUNT(cases));
}
