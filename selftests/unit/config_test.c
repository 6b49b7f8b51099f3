// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/config.h: which values agree with each other.  Runs in network and
 * mount namespaces of its own, where it changes what the kernel's port ranges
 * are, and whether they can be read.
 */
#include "pool.h"
#include "scratch.h"
#include "setting.h"

#define PROC_IPV4 "/proc/sys/net/ipv4"

/* What config_agree() or config_complete() made of a configuration. */
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

static void agree(struct completion *completion)
{
	struct config_conflict conflict = { .setting = "nothing" };

	completion->result = config_agree(&completion->config, &conflict);
	must(asprintf(&completion->said, "--%s %s %s", conflict.setting,
		      conflict.text, conflict.problem) > 0,
	     "memory");
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
	/* pods may be found later */
	{ "no pods", "", "", "", NULL },
	{ "a cluster without pods", "", "10.244.0.0/16", "", NULL },
	{ "a node without pods", "", "", "192.0.2.1 2001:db8::1", NULL },
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

static void check_agreed(struct completion *completion, const char *problem)
{
	agree(completion);
	if (problem) {
		CHECK(strstr(completion->said, problem) != NULL);
		CHECK(strchr(completion->said, '\n') == NULL);
		CHECK_EQUAL(completion->result, -1);
	} else {
		CHECK_EQUAL(completion->result, 0);
	}
}

static void check_agreement(const struct agreement_row *row)
{
	struct completion completion;

	settings_init(&completion.config);
	ranges_add(&completion.config, MASQ_ORIGIN_POD_CIDR, row->pods);
	ranges_add(&completion.config, MASQ_ORIGIN_CLUSTER_CIDR, row->cluster);
	node_set(&completion.config, row->node);
	check_agreed(&completion, row->problem);
	completion_free(&completion);
}

static void values_must_agree(void)
{
	CHECK_ROWS(agreements, check_agreement);
}

struct excluded_row {
	const char *name;
	const char *pods;
	const char *excluded; /* --non-masquerade-source-cidr */
	const char *problem; /* part of what is said; NULL: they agree */
};

static const struct excluded_row excluded[] = {
	{ "some pods", "10.244.1.0/24 2001:db8:1::/64",
	  "10.244.1.128/25 2001:db8:1::7/128", NULL },
	{ "all pods", "10.244.1.0/24", "10.244.1.0/24", NULL },
	{ "pods whose ranges may be found later", "", "10.244.1.7/32", NULL },
	{ "pods of another node", "10.244.1.0/24",
	  "10.244.1.7/32 10.244.2.7/32",
	  "--non-masquerade-source-cidr 10.244.2.7/32 is outside --pod-cidr" },
	{ "more than there are", "10.244.1.0/24", "10.244.0.0/16",
	  "--non-masquerade-source-cidr 10.244.0.0/16 is outside --pod-cidr" },
	{ "pods of another family", "10.244.1.0/24", "::/0",
	  "--non-masquerade-source-cidr ::/0 is outside --pod-cidr" },
};

static void check_excluded(const struct excluded_row *row)
{
	struct completion completion;

	settings_init(&completion.config);
	ranges_add(&completion.config, MASQ_ORIGIN_POD_CIDR, row->pods);
	ranges_add(&completion.config, MASQ_ORIGIN_NON_MASQUERADE_SOURCE,
		   row->excluded);
	check_agreed(&completion, row->problem);
	completion_free(&completion);
}

static void excluded_pods_must_be_pods(void)
{
	CHECK_ROWS(excluded, check_excluded);
}

struct destination_row {
	const char *name;
	const char *wanted; /* --masquerade-cidr */
	const char *unwanted; /* --non-masquerade-cidr */
	const char *problem; /* part of what is said; NULL: they agree */
};

static const struct destination_row destinations[] = {
	{ "beside each other", "203.0.113.0/24 ::/0", "192.0.2.0/24 fd00::/8",
	  NULL },
	{ "in each other", "0.0.0.0/0 192.0.2.128/25", "192.0.2.0/24", NULL },
	{ "of as long a prefix", "192.0.2.0/25", "192.0.2.128/25", NULL },
	{ "all of one family each", "0.0.0.0/0", "::/0", NULL },
	{ "the same", "203.0.113.0/24 192.0.2.0/24",
	  "198.51.100.0/24 192.0.2.0/24",
	  "--masquerade-cidr 192.0.2.0/24 is in --non-masquerade-cidr too" },
	{ "the same of IPv6", "fd00::/8", "fd00::/8",
	  "--masquerade-cidr fd00::/8 is in --non-masquerade-cidr too" },
};

static void check_destination(const struct destination_row *row)
{
	struct completion completion;

	settings_init(&completion.config);
	ranges_add(&completion.config, MASQ_ORIGIN_MASQUERADE, row->wanted);
	ranges_add(&completion.config, MASQ_ORIGIN_NON_MASQUERADE,
		   row->unwanted);
	check_agreed(&completion, row->problem);
	completion_free(&completion);
}

struct xdp_row {
	const char *name;
	enum config_xdp xdp;
	enum masq_forwarding forwarding;
	bool drops;
	const char *problem; /* as in struct destination_row */
};

static const struct xdp_row xdps[] = {
	{ "off", CONFIG_XDP_OFF, MASQ_FORWARDING_STACK, false, NULL },
	{ "with direct forwarding", CONFIG_XDP_AUTO, MASQ_FORWARDING_DIRECT,
	  false, NULL },
	{ "for nothing", CONFIG_XDP_NATIVE, MASQ_FORWARDING_STACK, false,
	  "--xdp native needs --forwarding direct" },
	{ "only to drop", CONFIG_XDP_NATIVE, MASQ_FORWARDING_STACK, true,
	  NULL },
	{ "dropping without it", CONFIG_XDP_OFF, MASQ_FORWARDING_DIRECT, true,
	  "--xdp-drop-unsolicited true needs --xdp auto" },
};

static void check_xdp(const struct xdp_row *row)
{
	struct completion completion;

	settings_init(&completion.config);
	completion.config.xdp = row->xdp;
	completion.config.forwarding = row->forwarding;
	completion.config.xdp_drop_unsolicited = row->drops;
	check_agreed(&completion, row->problem);
	completion_free(&completion);
}

static void xdp_has_something_to_do(void)
{
	CHECK_ROWS(xdps, check_xdp);
}

static void no_destination_is_both(void)
{
	CHECK_ROWS(destinations, check_destination);
}

/* --- what is needed --- */

static void completion_begin(struct completion *ret)
{
	settings_init(&ret->config);
	ranges_add(&ret->config, MASQ_ORIGIN_POD_CIDR, "10.244.1.0/24");
}

static void pods_must_be_known(void)
{
	struct completion completion;

	settings_init(&completion.config);
	ranges_add(&completion.config, MASQ_ORIGIN_CLUSTER_CIDR,
		   "10.244.0.0/16");
	complete(&completion);
	CHECK_EQUAL(completion.result, -1);
	CHECK(is_one_line(completion.said));
	CHECK(strstr(completion.said, "no pod range: ") != NULL);
	CHECK(strstr(completion.said, "give --pod-cidr CIDR") != NULL);
	completion_free(&completion);
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
	{ "excluded pods must be pods", excluded_pods_must_be_pods },
	{ "no destination is to be masqueraded and not to",
	  no_destination_is_both },
	{ "XDP has something to do", xdp_has_something_to_do },
	{ "pods' ranges must be known", pods_must_be_known },
	{ "the pool is filled in", the_pool_is_filled_in },
	{ "a given pool stays", a_given_pool_stays },
	{ "an empty default pool is refused",
	  an_empty_default_pool_is_refused },
	{ "unreadable port ranges are refused",
	  unreadable_port_ranges_are_refused },
};

int main(void)
{
	must(unshare(CLONE_NEWNET) == 0, "unshare");
	mounts_unshare();
	return test_main(cases, COUNT(cases));
}
