// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/filter.h: which flows a filter means, and the names that it takes.
 */
#include "filter.h"
#include "names.h"
#include "unit.h"

/* A filter as words: NULL or FILTER_ANY leaves a part open. */
struct match_row {
	const char *name;
	int proto;
	int state;
	int node_port;
	int remote_port;
	const char *pod;
	const char *remote;
	bool matches_ipv4; /* the flow of ipv4_flow() */
	bool matches_ipv6;
};

enum { ANY = FILTER_ANY };

/*
 * Flows whose every part differs, the inner and outer addresses above all:
 * tcp 10.244.1.2:1111 to 192.0.2.7:443 by node 198.51.100.1:2222, closing;
 * udp [2001:db8:1::2]:1111 to [2001:db8:2::7]:53 by node port 3333, opening.
 */
static const struct match_row matches[] = {
	{ "all", ANY, ANY, ANY, ANY, NULL, NULL, true, true },
	{ "tcp", IPPROTO_TCP, ANY, ANY, ANY, NULL, NULL, true, false },
	{ "udp", IPPROTO_UDP, ANY, ANY, ANY, NULL, NULL, false, true },
	{ "icmp", IPPROTO_ICMP, ANY, ANY, ANY, NULL, NULL, false, false },
	{ "closing", ANY, MASQ_STATE_CLOSING, ANY, ANY, NULL, NULL, true,
	  false },
	{ "opening", ANY, MASQ_STATE_OPENING, ANY, ANY, NULL, NULL, false,
	  true },
	{ "established", ANY, MASQ_STATE_ESTABLISHED, ANY, ANY, NULL, NULL,
	  false, false },
	{ "node port", ANY, ANY, 2222, ANY, NULL, NULL, true, false },
	{ "node port of the other", ANY, ANY, 3333, ANY, NULL, NULL, false,
	  true },
	{ "node port that is the pod's", ANY, ANY, 1111, ANY, NULL, NULL, false,
	  false },
	{ "node port 0", ANY, ANY, 0, ANY, NULL, NULL, false, false },
	{ "remote port", ANY, ANY, ANY, 443, NULL, NULL, true, false },
	{ "remote port of the other", ANY, ANY, ANY, 53, NULL, NULL, false,
	  true },
	{ "remote port 0", ANY, ANY, ANY, 0, NULL, NULL, false, false },
	{ "pod", ANY, ANY, ANY, ANY, "10.244.1.2/32", NULL, true, false },
	{ "pods", ANY, ANY, ANY, ANY, "10.244.1.0/24", NULL, true, false },
	{ "the pod beside it", ANY, ANY, ANY, ANY, "10.244.1.3/32", NULL, false,
	  false },
	{ "pod that is the node", ANY, ANY, ANY, ANY, "198.51.100.1/32", NULL,
	  false, false },
	{ "pod that is the remote", ANY, ANY, ANY, ANY, "192.0.2.7/32", NULL,
	  false, false },
	{ "IPv6 pods", ANY, ANY, ANY, ANY, "2001:db8:1::/64", NULL, false,
	  true },
	{ "all IPv4 pods", ANY, ANY, ANY, ANY, "0.0.0.0/0", NULL, true, false },
	{ "all IPv6 pods", ANY, ANY, ANY, ANY, "::/0", NULL, false, true },
	{ "remote", ANY, ANY, ANY, ANY, NULL, "192.0.2.7/32", true, false },
	{ "remotes", ANY, ANY, ANY, ANY, NULL, "192.0.2.0/24", true, false },
	{ "remote that is the pod", ANY, ANY, ANY, ANY, NULL, "10.244.1.2/32",
	  false, false },
	{ "IPv6 remotes", ANY, ANY, ANY, ANY, NULL, "2001:db8:2::/48", false,
	  true },
	{ "all IPv6 remotes", ANY, ANY, ANY, ANY, NULL, "::/0", false, true },
	{ "all parts of one", IPPROTO_TCP, MASQ_STATE_CLOSING, 2222, 443,
	  "10.244.1.2/32", "192.0.2.7/32", true, false },
	{ "all but the protocol", IPPROTO_UDP, MASQ_STATE_CLOSING, 2222, 443,
	  "10.244.1.2/32", "192.0.2.7/32", false, false },
	{ "all but the state", IPPROTO_TCP, MASQ_STATE_RESET, 2222, 443,
	  "10.244.1.2/32", "192.0.2.7/32", false, false },
	{ "all but the node port", IPPROTO_TCP, MASQ_STATE_CLOSING, 2223, 443,
	  "10.244.1.2/32", "192.0.2.7/32", false, false },
	{ "all but the remote port", IPPROTO_TCP, MASQ_STATE_CLOSING, 2222, 444,
	  "10.244.1.2/32", "192.0.2.7/32", false, false },
	{ "all but the pod", IPPROTO_TCP, MASQ_STATE_CLOSING, 2222, 443,
	  "10.244.1.3/32", "192.0.2.7/32", false, false },
	{ "all but the remote", IPPROTO_TCP, MASQ_STATE_CLOSING, 2222, 443,
	  "10.244.1.2/32", "192.0.2.8/32", false, false },
};

struct record {
	struct masq_tuple external;
	struct masq_flow flow;
};

static struct masq_addr addr(const char *text)
{
	struct masq_addr addr;

	must(!addr_parse(text, &addr), text);
	return addr;
}

static struct record ipv4_flow(void)
{
	return (struct record){
		.external = { .local = addr("198.51.100.1"),
			      .remote = addr("192.0.2.7"),
			      .local_port = 2222,
			      .remote_port = 443,
			      .proto = IPPROTO_TCP },
		.flow = { .local = addr("10.244.1.2"),
			  .local_port = 1111,
			  .state = MASQ_STATE_CLOSING },
	};
}

static struct record ipv6_flow(void)
{
	return (struct record){
		.external = { .local = addr("2001:db8:3::1"),
			      .remote = addr("2001:db8:2::7"),
			      .local_port = 3333,
			      .remote_port = 53,
			      .proto = IPPROTO_UDP },
		.flow = { .local = addr("2001:db8:1::2"),
			  .local_port = 1111,
			  .state = MASQ_STATE_OPENING },
	};
}

static struct filter row_filter(const struct match_row *row)
{
	struct filter filter;

	filter_init(&filter);
	filter.proto = row->proto;
	filter.state = row->state;
	filter.node_port = row->node_port;
	filter.remote_port = row->remote_port;
	filter.has_pod = row->pod != NULL;
	filter.has_remote = row->remote != NULL;
	if (row->pod)
		must(!cidr_parse(row->pod, &filter.pod), row->pod);
	if (row->remote)
		must(!cidr_parse(row->remote, &filter.remote), row->remote);
	return filter;
}

static void check_match(const struct match_row *row)
{
	struct record ipv4 = ipv4_flow(), ipv6 = ipv6_flow();
	struct filter filter = row_filter(row);

	CHECK_EQUAL(filter_matches(&filter, &ipv4.external, &ipv4.flow),
		    row->matches_ipv4);
	CHECK_EQUAL(filter_matches(&filter, &ipv6.external, &ipv6.flow),
		    row->matches_ipv6);
	CHECK_EQUAL(filter_is_empty(&filter), strcmp(row->name, "all") == 0);
}

static void every_part_must_match(void)
{
	CHECK_ROWS(matches, check_match);
}

static void a_new_filter_is_empty(void)
{
	struct filter filter;

	memset(&filter, 0x5a, sizeof(filter));
	filter_init(&filter);
	CHECK(filter_is_empty(&filter));
	CHECK_EQUAL(filter.proto, ANY);
	CHECK_EQUAL(filter.state, ANY);
	CHECK_EQUAL(filter.node_port, ANY);
	CHECK_EQUAL(filter.remote_port, ANY);
}

/* --- names --- */

struct name_row {
	const char *name;
	int number;
};

static const struct name_row protos[] = {
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
	{ "icmp", IPPROTO_ICMP },
	{ "icmpv6", IPPROTO_ICMPV6 },
};

static void check_proto(const struct name_row *row)
{
	int proto = ANY;

	CHECK(proto_parse(row->name, &proto) == NULL);
	CHECK_EQUAL(proto, row->number);
	CHECK_STRING(proto_name(row->number), row->name);
}

static const struct name_row states[] = {
	{ "opening", MASQ_STATE_OPENING },
	{ "established", MASQ_STATE_ESTABLISHED },
	{ "fin-local", MASQ_STATE_FIN_LOCAL },
	{ "fin-remote", MASQ_STATE_FIN_REMOTE },
	{ "closing", MASQ_STATE_CLOSING },
	{ "reset", MASQ_STATE_RESET },
};

static void check_state(const struct name_row *row)
{
	int state = ANY;

	CHECK(state_parse(row->name, &state) == NULL);
	CHECK_EQUAL(state, row->number);
	CHECK_STRING(state_name(row->number), row->name);
}

static const struct name_row kinds[] = {
	{ "masqueraded", MASQ_KIND_MASQUERADED },
	{ "inbound", MASQ_KIND_INBOUND },
	{ "host", MASQ_KIND_HOST },
	{ "vacant", MASQ_KIND_VACANT },
	{ "direct", MASQ_KIND_DIRECT },
};

static void check_kind(const struct name_row *row)
{
	CHECK_STRING(kind_name(row->number), row->name);
}

static void names_are_read_and_written(void)
{
	CHECK_EQUAL(COUNT(states), MASQ_STATE_COUNT);
	CHECK_EQUAL(COUNT(kinds), MASQ_KIND_COUNT);
	CHECK_ROWS(protos, check_proto);
	CHECK_ROWS(states, check_state);
	CHECK_ROWS(kinds, check_kind);
}

static void what_has_no_name_is_shown_all_the_same(void)
{
	CHECK_STRING(proto_name(0), "0");
	CHECK_STRING(proto_name(253), "253");
	CHECK_STRING(proto_name(255), "255");
	CHECK_STRING(state_name(MASQ_STATE_COUNT), "unknown");
	CHECK_STRING(state_name(255), "unknown");
	CHECK_STRING(kind_name(MASQ_KIND_COUNT), "unknown");
	CHECK_STRING(kind_name(255), "unknown");
}

static const struct name_row no_names[] = {
	{ "", 0 },    { "TCP", 0 },  { "tc", 0 },      { "tcpx", 0 },
	{ "256", 0 }, { " tcp", 0 }, { "Opening", 0 }, { "open", 0 },
	{ "any", 0 }, { "fin", 0 },  { "unknown", 0 }, { "opening ", 0 },
};

static void check_no_name(const struct name_row *row)
{
	const char *problem;
	int number = 4711;

	problem = proto_parse(row->name, &number);
	CHECK(problem && strstr(problem, "tcp, udp, icmp, icmpv6, sctp"));
	problem = state_parse(row->name, &number);
	CHECK(problem && strstr(problem, "opening, established, fin-local, "
					 "fin-remote, closing or reset"));
	CHECK_EQUAL(number, 4711);
}

static void other_names_are_refused(void)
{
	CHECK_ROWS(no_names, check_no_name);
}

static const struct test_case cases[] = {
	{ "every part of a filter must match", every_part_must_match },
	{ "a new filter is empty", a_new_filter_is_empty },
	{ "names are read and written", names_are_read_and_written },
	{ "what has no name is shown all the same",
	  what_has_no_name_is_shown_all_the_same },
	{ "other names are refused", other_names_are_refused },
};

TEST_MAIN(cases)
