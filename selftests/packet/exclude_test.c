// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which pods and which destinations are translated: the ranges as the settings
 * say them, brought to the maps by the daemon's own code, and what becomes of
 * packets then.
 */
#include <stdlib.h>

#include "datapath.h"
#include "flow.h"
#include "kind.h"
#include "policy.h"
#include "values.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

enum {
	SAID_MAX = 3,
	DATAGRAM = 1200,
	CUT = 600,
};

/* A setting, and values of it. */
struct said {
	const char *name;
	const char *text;
};

/* What every case begins with. */
static const struct said always[] = {
	{ "pod-cidr", "10.244.1.0/24,fd00:10:244:1::/64" },
	{ "cluster-cidr", "10.244.0.0/16,fd00:10:244::/48" },
	{ "ports", "20000-20999" },
	{ 0 },
};

static void die(const char *what)
{
	printf("# cannot configure: %s\n", what);
	exit(1);
}

static void say(struct values *values, const struct said *said)
{
	for (; said->name; said++)
		if (values_add_named(values, said->name, said->text, "test"))
			die(said->name);
}

/* The node as the fixture has it. */
static struct node node_make(struct node_addr addrs[MASQ_FAMILY_COUNT])
{
	for (int i = 0; i < MASQ_FAMILY_COUNT; i++)
		if (addr_parse(families[i].node, &addrs[i].addr))
			die(families[i].node);
	return (struct node){ .addrs = addrs, .addr_count = MASQ_FAMILY_COUNT };
}

/* said: ends with an empty one. */
static void configure(const struct fixture *fixture, const struct said *said)
{
	const struct datapath datapath = { .maps = fixture->maps };
	struct node_addr addrs[MASQ_FAMILY_COUNT] = { 0 };
	struct node node = node_make(addrs);
	struct values values = { 0 };
	struct config_conflict conflict;
	struct config config;

	say(&values, always);
	say(&values, said);
	if (values_apply(&values, &config) ||
	    config_agree(&config, &conflict) ||
	    policy_publish(&config, &node, &datapath))
		die("policy");
	config_free(&config);
	values_free(&values);
}

/* Who there is for a pod to talk to: the columns of the tables below. */
enum remote {
	REMOTE, /* 203.0.113.10, 2001:db8:2::10 */
	NEIGHBOUR, /* 203.0.113.11, 2001:db8:2::11 */
	ELSEWHERE, /* 192.0.2.1, 2001:db8:77::1 */
	ISLAND, /* 10.244.9.9, fd00:10:244:9::9 */
	NODE,
	MULTICAST,
	LINK_LOCAL, /* 169.254.1.1, fe80::1 */
	REMOTES,
};

static const char *address_of(const struct family *f, enum remote remote)
{
	const char *const addresses[REMOTES] = {
		[REMOTE] = f->remote,
		[NEIGHBOUR] = f->other_remote,
		[ELSEWHERE] = f->router,
		[ISLAND] = f->island,
		[NODE] = f->node,
		[MULTICAST] = f->multicast,
		[LINK_LOCAL] = f->link_local,
	};

	return addresses[remote];
}

/* What becomes of a pod's packet, and of one that opens a flow to the pod. */
static const struct outcome {
	char letter;
	enum masq_verdict out;
	enum masq_verdict in; /* MASQ_CONTINUE: not looked at */
} outcomes[] = {
	{ 'T', MASQ_TRANSLATED, MASQ_PASS_INBOUND },
	{ 'X', MASQ_PASS_EXCLUDED, MASQ_PASS_EXCLUDED },
	{ 'I', MASQ_PASS_ISLAND, MASQ_PASS_NO_FLOW },
	{ 'S', MASQ_DROP_SCOPE, MASQ_CONTINUE },
};

/* What is said, and what becomes of it: a letter a column. */
struct row {
	struct said said[SAID_MAX + 1];
	const char *outcomes;
	const char *of_other_pod; /* NULL: the same */
};

#define MASQUERADE "masquerade-cidr"
#define NON_MASQUERADE "non-masquerade-cidr"
#define EXCLUDE "non-masquerade-source-cidr"
#define SERVICES "service-cluster-ip-range"

#define ALL "0.0.0.0/0,::/0"
#define NET "203.0.113.0/24,2001:db8:2::/64"
#define ONE "203.0.113.10/32,2001:db8:2::10/128"
#define OTHER_NET "192.0.2.0/24,2001:db8:77::/64"
#define ONE_POD "10.244.1.2/32,fd00:10:244:1::2/128"
#define CLUSTER_PART "10.244.9.0/24,fd00:10:244:9::/64"

static const struct row masquerade_rows[] = {
	{ { { 0 } }, "TTTIISS", NULL },
	{ { { MASQUERADE, NET } }, "TTXIISS", NULL },
	{ { { MASQUERADE, ONE } }, "TXXIISS", NULL },
	{ { { MASQUERADE, NET }, { MASQUERADE, OTHER_NET } }, "TTTIISS", NULL },
	{ { { MASQUERADE, OTHER_NET } }, "XXTIISS", NULL },
	{ { { MASQUERADE, ALL } }, "TTTIISS", NULL },
};

static const struct row longest_rows[] = {
	{ { { NON_MASQUERADE, NET } }, "IITIISS", NULL },
	{ { { NON_MASQUERADE, NET }, { MASQUERADE, ONE } }, "TIXIISS", NULL },
	{ { { NON_MASQUERADE, ONE }, { MASQUERADE, NET } }, "ITXIISS", NULL },
	{ { { NON_MASQUERADE, ONE }, { MASQUERADE, ALL } }, "ITTIISS", NULL },
	{ { { NON_MASQUERADE, ALL } }, "IIIIIII", NULL },
	{ { { NON_MASQUERADE, ALL }, { MASQUERADE, NET } }, "TTIIIII", NULL },
	/* the cluster's; of the very same range it decides */
	{ { { MASQUERADE, "10.0.0.0/8,fd00::/8" } }, "XXXIISS", NULL },
	{ { { MASQUERADE, "10.244.0.0/16,fd00:10:244::/48" } },
	  "XXXIISS",
	  NULL },
	{ { { MASQUERADE, CLUSTER_PART } }, "XXXTISS", NULL },
	{ { { MASQUERADE, CLUSTER_PART },
	    { SERVICES, "10.244.9.9/32,fd00:10:244:9::9/128" } },
	  "XXXIISS",
	  NULL },
	{ { { SERVICES, CLUSTER_PART }, { MASQUERADE, CLUSTER_PART } },
	  "XXXIISS",
	  NULL },
};

static const struct row source_rows[] = {
	{ { { EXCLUDE, ONE_POD } }, "XXXIISS", "TTTIISS" },
	{ { { EXCLUDE, "10.244.1.3/32,fd00:10:244:1::3/128" } },
	  "TTTIISS",
	  "XXXIISS" },
	{ { { EXCLUDE, "10.244.1.2/31,fd00:10:244:1::2/127" } },
	  "XXXIISS",
	  NULL },
	/* all of this node's */
	{ { { EXCLUDE, "10.244.1.0/24,fd00:10:244:1::/64" } }, "XXXIISS", NULL },
	/* whatever is said of the destination */
	{ { { EXCLUDE, ONE_POD }, { MASQUERADE, NET } }, "XXXIISS", "TTXIISS" },
	{ { { EXCLUDE, ONE_POD }, { NON_MASQUERADE, NET } },
	  "IIXIISS",
	  "IITIISS" },
};

#define LINK_LOCALS(what)               \
	{ "link-local", what },         \
	{                               \
		"link-local-ipv6", what \
	}
#define ALL_LINK_LOCAL "169.254.0.0/16,fe80::/10"
#define ONE_LINK_LOCAL "169.254.1.1/32,fe80::1/128"

static const struct row link_local_rows[] = {
	{ { LINK_LOCALS("drop") }, "TTTIISS", NULL },
	{ { LINK_LOCALS("pass") }, "TTTIISX", NULL },
	{ { LINK_LOCALS("masquerade") }, "TTTIIST", NULL },
	{ { LINK_LOCALS("drop"), { MASQUERADE, NET } }, "TTXIISS", NULL },
	{ { LINK_LOCALS("pass"), { MASQUERADE, NET } }, "TTXIISX", NULL },
	{ { LINK_LOCALS("masquerade"), { MASQUERADE, NET } }, "TTXIIST", NULL },
	{ { LINK_LOCALS("drop"), { MASQUERADE, ALL } }, "TTTIISS", NULL },
	{ { LINK_LOCALS("pass"), { MASQUERADE, ALL } }, "TTTIISX", NULL },
	{ { LINK_LOCALS("masquerade"), { EXCLUDE, ONE_POD } },
	  "XXXIISX",
	  "TTTIIST" },
	/* a range of these addresses says more */
	{ { LINK_LOCALS("drop"), { MASQUERADE, ALL_LINK_LOCAL } },
	  "XXXIIST",
	  NULL },
	{ { LINK_LOCALS("pass"), { MASQUERADE, ONE_LINK_LOCAL } },
	  "XXXIIST",
	  NULL },
	{ { LINK_LOCALS("masquerade"), { NON_MASQUERADE, ONE_LINK_LOCAL } },
	  "TTTIISI",
	  NULL },
};

static void show(const struct row *row)
{
	for (const struct said *said = row->said; said->name; said++)
		printf("# with %s %s\n", said->name, said->text);
}

/* What the mode makes of what would be this verdict in an island. */
static enum masq_verdict in_mode(enum masq_mode mode, enum masq_verdict verdict)
{
	if (mode == MASQ_MODE_ISLAND || verdict == MASQ_PASS_ISLAND ||
	    verdict == MASQ_PASS_NO_FLOW)
		return verdict;
	return mode == MASQ_MODE_FLAT ? MASQ_PASS_FLAT : MASQ_DROP_ISOLATED;
}

/* A packet of no flow that was before: it has this verdict. */
static void meets(const struct fixture *fixture, enum masq_direction direction,
		  const char *src, const char *dst, enum masq_verdict verdict)
{
	static uint16_t port = 30000;
	struct packet_spec spec = tcp_of(src, dst);
	struct frame frame;

	if (test_failed)
		return;
	spec.src_port = ++port;
	spec.dst_port = port;
	if (verdict != MASQ_TRANSLATED && verdict != MASQ_PASS_INBOUND) {
		stays(fixture, direction, &spec, verdict);
		return;
	}
	frame_build(&frame, &spec);
	CHECK_EQUAL(fixture_run(fixture, direction, &frame, NULL), verdict);
}

static void outcome_check(const struct fixture *fixture, const char *pod,
			  const char *remote, char letter)
{
	const struct outcome *outcome = outcomes;

	while (outcome->letter != letter)
		outcome++;
	for (int mode = 0; mode < MASQ_MODE_COUNT && !test_failed; mode++) {
		fixture_set_mode(fixture, mode);
		meets(fixture, MASQ_EGRESS, pod, remote,
		      in_mode(mode, outcome->out));
		if (outcome->in)
			meets(fixture, MASQ_INGRESS, remote, pod,
			      in_mode(mode, outcome->in));
		if (test_failed)
			printf("# %s with %s, in mode %s\n", pod, remote,
			       config_modes[mode]);
	}
}

static void row_check(const struct fixture *fixture, const struct family *f,
		      const struct row *row)
{
	const char *other = row->of_other_pod;

	configure(fixture, row->said);
	for (int i = 0; i < REMOTES && !test_failed; i++) {
		const char *remote = address_of(f, i);

		outcome_check(fixture, f->pod, remote, row->outcomes[i]);
		if (!test_failed)
			outcome_check(fixture, f->other_pod, remote,
				      (other ? other : row->outcomes)[i]);
	}
}

static const struct rows {
	const struct row *items;
	size_t count;
} * played;

static void rows_check(const struct fixture *fixture, const struct family *f)
{
	for (size_t i = 0; i < played->count && !test_failed; i++) {
		row_check(fixture, f, &played->items[i]);
		if (test_failed)
			show(&played->items[i]);
	}
}

static void rows_play(const struct row *rows, size_t count)
{
	played = &(struct rows){ rows, count };
	play(rows_check);
}

static void a_destination_is_in_masquerade_cidr_or_excluded(void)
{
	rows_play(masquerade_rows, LENGTH(masquerade_rows));
}

static void the_longest_prefix_decides(void)
{
	rows_play(longest_rows, LENGTH(longest_rows));
}

static void an_excluded_pod_keeps_its_address(void)
{
	rows_play(source_rows, LENGTH(source_rows));
}

static void link_local_is_dropped_passed_or_translated(void)
{
	rows_play(link_local_rows, LENGTH(link_local_rows));
}

/* The other family's range, and its link-local addresses. */
static void of_one_family(const struct fixture *fixture, const struct family *f)
{
	bool is_ipv4 = f->icmp == IPPROTO_ICMP;
	const struct said range[] = {
		{ MASQUERADE, is_ipv4 ? "2001:db8:2::/64" : "203.0.113.0/24" },
		{ 0 }
	};
	const struct said other[] = {
		{ is_ipv4 ? "link-local-ipv6" : "link-local", "pass" }, { 0 }
	};

	configure(fixture, range);
	meets(fixture, MASQ_EGRESS, f->pod, f->remote, MASQ_TRANSLATED);
	meets(fixture, MASQ_EGRESS, f->pod, f->router, MASQ_TRANSLATED);
	meets(fixture, MASQ_EGRESS, f->pod, f->link_local, MASQ_DROP_SCOPE);
	configure(fixture, other);
	meets(fixture, MASQ_EGRESS, f->pod, f->link_local, MASQ_DROP_SCOPE);
}

static void each_family_has_its_own(void)
{
	play(of_one_family);
}

static const struct said nothing[] = { { 0 } };
static const struct said pod_excluded[] = { { EXCLUDE, ONE_POD }, { 0 } };
static const struct said remote_excluded[] = { { MASQUERADE, OTHER_NET },
					       { 0 } };
static const struct said remote_in_island[] = { { NON_MASQUERADE, NET },
						{ 0 } };

static void of_every_kind(const struct fixture *fixture, const struct family *f)
{
	configure(fixture, pod_excluded);
	every_kind(fixture, f, MASQ_PASS_EXCLUDED);
	CHECK(!test_failed);
	configure(fixture, remote_excluded);
	every_kind(fixture, f, MASQ_PASS_EXCLUDED);
	CHECK(!test_failed);
	CHECK_EQUAL(fixture_entries(fixture), 0);
}

static void the_excluded_passes_as_it_is_whatever_it_is(void)
{
	play(of_every_kind);
}

/* In either direction. */
static void first_and_later(const struct fixture *fixture, const char *src,
			    const char *dst, enum masq_direction direction)
{
	struct packet_spec spec = udp_of(src, dst);
	struct frame whole, first, later;

	spec.payload = DATAGRAM;
	frame_build(&whole, &spec);
	frame_cut(&whole, 9, 0, CUT, &first);
	frame_cut(&whole, 9, CUT, DATAGRAM, &later);
	fixture_set_mode(fixture, MASQ_MODE_ISLAND);
	configure(fixture, pod_excluded);
	frame_stays(fixture, direction, &first, MASQ_PASS_EXCLUDED);
	CHECK(!test_failed);
	configure(fixture, nothing);
	frame_stays(fixture, direction, &later, MASQ_PASS_EXCLUDED);
	CHECK(!test_failed);
	fixture_set_mode(fixture, MASQ_MODE_ISOLATED);
	frame_stays(fixture, direction, &later, MASQ_DROP_ISOLATED);
}

static void fragments(const struct fixture *fixture, const struct family *f)
{
	first_and_later(fixture, f->pod, f->remote, MASQ_EGRESS);
	CHECK(!test_failed);
	first_and_later(fixture, f->remote, f->pod, MASQ_INGRESS);
}

static void fragments_follow_their_first_when_the_ranges_change(void)
{
	play(fragments);
}

static void live_flow(const struct fixture *fixture, const struct family *f)
{
	const struct said *const changes[] = { pod_excluded, remote_excluded,
					       remote_in_island, nothing };
	static const enum masq_verdict verdicts[] = { MASQ_PASS_EXCLUDED,
						      MASQ_PASS_EXCLUDED,
						      MASQ_PASS_ISLAND,
						      MASQ_TRANSLATED };
	struct flow flow;

	configure(fixture, nothing);
	open_flow(fixture, f, &flow);
	for (size_t i = 0; i < LENGTH(changes) && !test_failed; i++) {
		configure(fixture, changes[i]);
		meets(fixture, MASQ_EGRESS, f->pod, f->remote, verdicts[i]);
		CHECK(!test_failed);
		goes_on(fixture, f, &flow);
		if (test_failed)
			printf("# after change %zu\n", i);
	}
}

static void a_translated_flow_goes_on_when_the_ranges_change(void)
{
	play(live_flow);
}

/* The outside's flow to a pod that is not excluded yet. */
static void inbound_flow(const struct fixture *fixture, const struct family *f)
{
	struct packet_spec in = tcp_of(f->remote, f->pod), out = answer_of(&in);
	struct frame frame;

	configure(fixture, nothing);
	frame_build(&frame, &in);
	CHECK_EQUAL(fixture_run(fixture, MASQ_INGRESS, &frame, NULL),
		    MASQ_PASS_INBOUND);
	stays(fixture, MASQ_EGRESS, &out, MASQ_PASS_INBOUND);
	CHECK(!test_failed);
	configure(fixture, pod_excluded);
	stays(fixture, MASQ_EGRESS, &out, MASQ_PASS_INBOUND);
	CHECK(!test_failed);
	stays(fixture, MASQ_INGRESS, &in, MASQ_PASS_INBOUND);
}

static void an_inbound_flow_goes_on_when_its_pod_is_excluded(void)
{
	play(inbound_flow);
}

/* A record for it would take room for nothing: there is nothing to decide. */
static void inbound_excluded(const struct fixture *fixture,
			     const struct family *f)
{
	struct packet_spec in = tcp_of(f->remote, f->pod), out = answer_of(&in);
	const struct said *const ways[] = { pod_excluded, remote_excluded };

	for (size_t i = 0; i < LENGTH(ways); i++) {
		configure(fixture, ways[i]);
		stays(fixture, MASQ_INGRESS, &in, MASQ_PASS_EXCLUDED);
		CHECK(!test_failed);
		stays(fixture, MASQ_EGRESS, &out, MASQ_PASS_EXCLUDED);
		CHECK(!test_failed);
	}
	CHECK_EQUAL(fixture_entries(fixture), 0);
}

static void the_outside_reaches_an_excluded_pod_and_is_answered(void)
{
	play(inbound_excluded);
}

static const struct test_case cases[] = {
	{ "a destination is in masquerade-cidr, or excluded",
	  a_destination_is_in_masquerade_cidr_or_excluded },
	{ "of several ranges the longest prefix decides",
	  the_longest_prefix_decides },
	{ "an excluded pod keeps its address",
	  an_excluded_pod_keeps_its_address },
	{ "link-local is dropped, passed or translated",
	  link_local_is_dropped_passed_or_translated },
	{ "each family has ranges of its own", each_family_has_its_own },
	{ "what is excluded passes as it is, whatever it is",
	  the_excluded_passes_as_it_is_whatever_it_is },
	{ "fragments follow their first when the ranges change",
	  fragments_follow_their_first_when_the_ranges_change },
	{ "a translated flow goes on when the ranges change",
	  a_translated_flow_goes_on_when_the_ranges_change },
	{ "an inbound flow goes on when its pod is excluded",
	  an_inbound_flow_goes_on_when_its_pod_is_excluded },
	{ "the outside reaches an excluded pod, and is answered",
	  the_outside_reaches_an_excluded_pod_and_is_answered },
};

TEST_MAIN(cases)
