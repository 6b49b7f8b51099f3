// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/plan.h: what nodes get of a range, and what is said of two that overlap.
 */
#include "plan.h"
#include "unit.h"

static struct cidr cidr(const char *text)
{
	struct cidr cidr;

	must(!cidr_parse(text, &cidr), text);
	return cidr;
}

/* --- nodes' parts --- */

struct node_row {
	const char *name;
	const char *range;
	unsigned int bits; /* of a node's mask, as it is written */
	const char *services; /* NULL: none */
	uint32_t left;
	uint32_t node;
	const char *part; /* of that node */
};

static const struct node_row nodes[] = {
	{ "the first", "10.244.0.0/16", 24, NULL, 256, 1, "10.244.0.0/24" },
	{ "the second", "10.244.0.0/16", 24, NULL, 256, 2, "10.244.1.0/24" },
	{ "the last", "10.244.0.0/16", 24, NULL, 256, 256, "10.244.255.0/24" },
	{ "parts in the midst of a byte", "10.244.0.0/14", 18, NULL, 16, 6,
	  "10.245.64.0/18" },
	{ "a range in the midst of a byte", "10.244.96.0/19", 21, NULL, 4, 4,
	  "10.244.120.0/21" },
	{ "all of IPv4, the first", "0.0.0.0/0", 16, NULL, 65536, 1,
	  "0.0.0.0/16" },
	{ "all of IPv4, the last", "0.0.0.0/0", 16, NULL, 65536, 65536,
	  "255.255.0.0/16" },
	{ "all of IPv4 for one", "0.0.0.0/0", 0, NULL, 1, 1, "0.0.0.0/0" },
	{ "an address each, the last", "10.0.0.0/16", 32, NULL, 65536, 65536,
	  "10.0.255.255/32" },
	{ "one address", "10.0.0.7/32", 32, NULL, 1, 1, "10.0.0.7/32" },
	{ "equal masks", "10.244.0.0/16", 16, NULL, 1, 1, "10.244.0.0/16" },
	{ "the last of IPv4", "255.255.255.0/24", 25, NULL, 2, 2,
	  "255.255.255.128/25" },
	{ "IPv6, the second", "fd00:10:244::/48", 64, NULL, 65536, 2,
	  "fd00:10:244:1::/64" },
	{ "IPv6, the last", "fd00:10:244::/48", 64, NULL, 65536, 65536,
	  "fd00:10:244:ffff::/64" },
	{ "all of IPv6, the last", "::/0", 16, NULL, 65536, 65536,
	  "ffff::/16" },
	{ "all of IPv6 for one", "::/0", 0, NULL, 1, 1, "::/0" },
	{ "one address of IPv6", "2001:db8::7/128", 128, NULL, 1, 1,
	  "2001:db8::7/128" },
	{ "equal masks of IPv6", "fd00:10:244::/48", 48, NULL, 1, 1,
	  "fd00:10:244::/48" },
	{ "before the 64th bit", "2001:db8::/56", 72, NULL, 65536, 256,
	  "2001:db8:0:0:ff00::/72" },
	{ "over the 64th bit", "2001:db8::/56", 72, NULL, 65536, 257,
	  "2001:db8:0:1::/72" },
	{ "on both sides of it", "2001:db8::/56", 72, NULL, 65536, 65536,
	  "2001:db8:0:ff:ff00::/72" },
	{ "from the 64th bit", "2001:db8:0:1::/64", 80, NULL, 65536, 65536,
	  "2001:db8:0:1:ffff::/80" },
	{ "to the 65th bit", "2001:db8:0:2::/63", 65, NULL, 4, 4,
	  "2001:db8:0:3:8000::/65" },
	{ "addresses of IPv6", "2001:db8::/112", 128, NULL, 65536, 65536,
	  "2001:db8::ffff/128" },
	{ "services elsewhere", "10.244.0.0/16", 24, "10.96.0.0/12", 256, 1,
	  "10.244.0.0/24" },
	{ "services beside it", "10.244.0.0/16", 24, "10.245.0.0/24", 256, 256,
	  "10.244.255.0/24" },
	{ "services of the other family", "10.244.0.0/16", 24, "::/0", 256, 1,
	  "10.244.0.0/24" },
	{ "services first", "10.244.0.0/16", 24, "10.244.0.0/20", 240, 1,
	  "10.244.16.0/24" },
	{ "services first, the last", "10.244.0.0/16", 24, "10.244.0.0/20", 240,
	  240, "10.244.255.0/24" },
	{ "before services", "10.244.0.0/16", 24, "10.244.64.0/18", 192, 64,
	  "10.244.63.0/24" },
	{ "behind services", "10.244.0.0/16", 24, "10.244.64.0/18", 192, 65,
	  "10.244.128.0/24" },
	{ "services last", "10.244.0.0/16", 24, "10.244.255.0/24", 255, 255,
	  "10.244.254.0/24" },
	{ "services as long as a part", "10.244.0.0/16", 24, "10.244.1.0/24",
	  255, 2, "10.244.2.0/24" },
	{ "services in a part of it", "10.244.0.0/16", 24, "10.244.1.128/28",
	  255, 2, "10.244.2.0/24" },
	{ "services of one address", "10.244.0.0/16", 24, "10.244.0.255/32",
	  255, 1, "10.244.1.0/24" },
	{ "half to services", "10.244.0.0/16", 17, "10.244.0.0/17", 1, 1,
	  "10.244.128.0/17" },
	{ "services over the 64th bit", "2001:db8::/56", 72,
	  "2001:db8:0:1::/64", 65280, 257, "2001:db8:0:2::/72" },
	{ "services in a part of IPv6", "fd00:10:244::/48", 64,
	  "fd00:10:244:0:8000::/108", 65535, 1, "fd00:10:244:1::/64" },
};

static struct plan_parts parts_of(const struct node_row *row)
{
	struct cidr range = cidr(row->range);
	struct plan_parts parts = {
		.range = range,
		.prefix_len = row->bits + range.prefix_len - cidr_bits(&range),
	};
	struct cidr services;

	if (row->services) {
		services = cidr(row->services);
		plan_parts_take(&parts, &services);
	}
	return parts;
}

static void check_node(const struct node_row *row)
{
	struct plan_parts parts = parts_of(row);
	char text[CIDR_TEXT_SIZE];
	struct cidr part;

	CHECK_EQUAL(plan_parts_left(&parts), row->left);
	part = plan_part_of_node(&parts, row->node);
	CHECK_STRING(cidr_format(&part, text), row->part);
}

static void nodes_get_their_parts(void)
{
	CHECK_ROWS(nodes, check_node);
}

/* Every node of a range, against its services and the node before. */
static void check_all_nodes(const struct node_row *row)
{
	struct plan_parts parts = parts_of(row);
	struct cidr before, part;

	for (uint32_t node = 1; node <= row->left; node++, before = part) {
		part = plan_part_of_node(&parts, node);
		CHECK_EQUAL(part.prefix_len, parts.prefix_len);
		CHECK(cidr_contains(&parts.range, &part));
		if (row->services) {
			struct cidr services = cidr(row->services);

			CHECK(!cidr_overlaps(&part, &services));
		}
		if (node > 1)
			CHECK(memcmp(&before.addr, &part.addr,
				     sizeof(part.addr)) < 0);
	}
}

static void parts_of_nodes_are_disjoint(void)
{
	CHECK_ROWS(nodes, check_all_nodes);
}

struct none_row {
	const char *name;
	const char *range;
	unsigned int bits;
	const char *services;
};

static const struct none_row nones[] = {
	{ "services are the range", "10.244.0.0/16", 24, "10.244.0.0/16" },
	{ "services around it", "10.244.0.0/16", 24, "10.0.0.0/8" },
	{ "services everywhere", "10.244.0.0/16", 24, "0.0.0.0/0" },
	{ "a service in the only part", "10.244.0.0/16", 16, "10.244.9.9/32" },
	{ "all of IPv4, services everywhere", "0.0.0.0/0", 16, "0.0.0.0/0" },
	{ "IPv6, services around it", "2001:db8:f0::/48", 64, "2001:db8::/32" },
};

static void check_none(const struct none_row *row)
{
	struct node_row node = { .range = row->range,
				 .bits = row->bits,
				 .services = row->services };
	struct plan_parts parts = parts_of(&node);

	CHECK_EQUAL(plan_parts_left(&parts), 0);
}

static void services_may_leave_no_node(void)
{
	CHECK_ROWS(nones, check_none);
}

/* --- two ranges --- */

struct judge_row {
	const char *name;
	unsigned int clusters; /* one, or two */
	enum plan_kind kind;
	enum plan_kind other_kind;
	enum plan_verdict island;
	enum plan_verdict flat;
};

static const struct judge_row judgements[] = {
	{ "pods, twice", 1, PLAN_PODS, PLAN_PODS, PLAN_FORBIDDEN,
	  PLAN_FORBIDDEN },
	{ "pods and own services", 1, PLAN_PODS, PLAN_SERVICES,
	  PLAN_COSTS_NODES, PLAN_COSTS_NODES },
	{ "pods and own nodes", 1, PLAN_PODS, PLAN_NODES, PLAN_FORBIDDEN,
	  PLAN_FORBIDDEN },
	{ "services, twice", 1, PLAN_SERVICES, PLAN_SERVICES, PLAN_FORBIDDEN,
	  PLAN_FORBIDDEN },
	{ "services and own nodes", 1, PLAN_SERVICES, PLAN_NODES,
	  PLAN_FORBIDDEN, PLAN_FORBIDDEN },
	{ "nodes, twice", 1, PLAN_NODES, PLAN_NODES, PLAN_FORBIDDEN,
	  PLAN_FORBIDDEN },
	{ "two clusters' pods", 2, PLAN_PODS, PLAN_PODS, PLAN_ALLOWED,
	  PLAN_FORBIDDEN },
	{ "pods and another's services", 2, PLAN_PODS, PLAN_SERVICES,
	  PLAN_ALLOWED, PLAN_FORBIDDEN },
	{ "pods and another's nodes", 2, PLAN_PODS, PLAN_NODES, PLAN_FORBIDDEN,
	  PLAN_FORBIDDEN },
	{ "two clusters' services", 2, PLAN_SERVICES, PLAN_SERVICES,
	  PLAN_ALLOWED, PLAN_ALLOWED },
	{ "services and another's nodes", 2, PLAN_SERVICES, PLAN_NODES,
	  PLAN_FORBIDDEN, PLAN_FORBIDDEN },
	{ "two clusters' nodes", 2, PLAN_NODES, PLAN_NODES, PLAN_FORBIDDEN,
	  PLAN_FORBIDDEN },
};

/* Pairs that overlap: either one around the other, and the same. */
static const char *const overlapping[][2] = {
	{ "10.0.0.0/8", "10.244.0.0/16" },
	{ "10.244.0.0/16", "10.244.0.0/16" },
	{ "10.244.1.0/24", "10.244.0.0/16" },
	{ "0.0.0.0/0", "10.0.0.1/32" },
	{ "2001:db8::/32", "2001:db8:0:1:8000::/65" },
};

static const char *const disjoint[][2] = {
	{ "10.244.0.0/16", "10.245.0.0/16" },
	{ "10.0.0.1/32", "10.0.0.0/32" },
	{ "2001:db8::/64", "2001:db8:0:1::/64" },
	{ "0.0.0.0/0", "::/0" },
};

/* Return: what is said of the two, whichever is named first. */
static const struct plan_rule *judge(const struct judge_row *row,
				     const char *const texts[2])
{
	struct plan_range a = { 1, row->kind, cidr(texts[0]) };
	struct plan_range b = { row->clusters, row->other_kind,
				cidr(texts[1]) };
	const struct plan_rule *rule = plan_judge(&a, &b);

	must(plan_judge(&b, &a) == rule, "the same, the other way round");
	return rule;
}

static void check_judgement(const struct judge_row *row)
{
	for (size_t i = 0; i < COUNT(overlapping); i++) {
		const struct plan_rule *rule = judge(row, overlapping[i]);

		CHECK(rule != NULL);
		CHECK_EQUAL(rule->verdict[PLAN_ISLAND], row->island);
		CHECK_EQUAL(rule->verdict[PLAN_FLAT], row->flat);
		CHECK(rule->reason && *rule->reason);
	}
}

static void overlaps_are_judged_by_kind(void)
{
	CHECK_ROWS(judgements, check_judgement);
}

static void check_no_judgement(const struct judge_row *row)
{
	for (size_t i = 0; i < COUNT(disjoint); i++)
		CHECK(judge(row, disjoint[i]) == NULL);
}

static void of_others_nothing_is_said(void)
{
	CHECK_ROWS(judgements, check_no_judgement);
}

static const struct test_case cases[] = {
	{ "nodes get their parts in order", nodes_get_their_parts },
	{ "nodes' parts are disjoint, and none has a service in it",
	  parts_of_nodes_are_disjoint },
	{ "services may leave no node", services_may_leave_no_node },
	{ "overlaps are judged by kind and cluster",
	  overlaps_are_judged_by_kind },
	{ "of ranges that do not overlap nothing is said",
	  of_others_nothing_is_said },
};

TEST_MAIN(cases)
