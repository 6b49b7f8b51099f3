// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/addr.h: what two ranges have in common, a range's parts, and lists.
 */
#include "addr.h"
#include "unit.h"

struct overlaps_row {
	const char *name;
	const char *a;
	const char *b;
	bool overlaps;
};

static const struct overlaps_row overlaps[] = {
	{ "the same", "10.244.0.0/16", "10.244.0.0/16", true },
	{ "one around the other", "10.0.0.0/8", "10.244.0.0/16", true },
	{ "neighbours", "10.244.0.0/16", "10.245.0.0/16", false },
	{ "an address", "10.244.0.0/16", "10.244.255.255/32", true },
	{ "IPv6", "2001:db8::/32", "2001:db8::1/128", true },
	{ "neighbours of IPv6", "2001:db8::/64", "2001:db8:0:1::/64", false },
	{ "everything of both families", "0.0.0.0/0", "::/0", false },
};

static void check_overlaps(const struct overlaps_row *row)
{
	struct cidr a, b;

	CHECK(cidr_parse(row->a, &a) == NULL);
	CHECK(cidr_parse(row->b, &b) == NULL);
	CHECK_EQUAL(cidr_overlaps(&a, &b), row->overlaps);
	CHECK_EQUAL(cidr_overlaps(&b, &a), row->overlaps);
}

static void ranges_overlap_where_one_contains_the_other(void)
{
	CHECK_ROWS(overlaps, check_overlaps);
}

struct part_row {
	const char *name; /* the part */
	const char *range;
	uint32_t index;
	const char *last; /* address in it */
};

static const struct part_row parts[] = {
	{ "10.244.0.0/24", "10.244.0.0/16", 0, "10.244.0.255" },
	{ "10.244.255.0/24", "10.244.0.0/16", 255, "10.244.255.255" },
	{ "10.245.64.0/18", "10.244.0.0/14", 5, "10.245.127.255" },
	{ "10.244.0.0/16", "10.244.0.0/16", 0, "10.244.255.255" },
	{ "0.0.0.0/0", "0.0.0.0/0", 0, "255.255.255.255" },
	{ "255.255.0.0/16", "0.0.0.0/0", 65535, "255.255.255.255" },
	{ "127.255.255.254/31", "0.0.0.0/0", 0x3fffffff, "127.255.255.255" },
	{ "10.0.0.1/32", "10.0.0.0/31", 1, "10.0.0.1" },
	{ "::/0", "::/0", 0, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "8000::/1", "::/0", 1, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "2001:db8:0:1:ff00::/72", "2001:db8::/56", 511,
	  "2001:db8:0:1:ffff:ffff:ffff:ffff" },
	{ "2001:db8::ffff/128", "2001:db8::/112", 65535, "2001:db8::ffff" },
};

static void check_part(const struct part_row *row)
{
	struct cidr range, expected, part;
	char text[CIDR_TEXT_SIZE];
	struct masq_addr last;

	CHECK(cidr_parse(row->range, &range) == NULL);
	CHECK(cidr_parse(row->name, &expected) == NULL);
	CHECK(addr_parse(row->last, &last) == NULL);
	part = cidr_part(&range, expected.prefix_len, row->index);
	CHECK_STRING(cidr_format(&part, text), row->name);
	CHECK_EQUAL(cidr_part_index(&range, part.prefix_len, &part.addr),
		    row->index);
	CHECK_EQUAL(cidr_part_index(&range, part.prefix_len, &last),
		    row->index);
}

static void ranges_have_parts_that_are_counted(void)
{
	CHECK_ROWS(parts, check_part);
}

struct mapped_row {
	const char *name; /* the range */
	bool has_mapped;
};

static const struct mapped_row mapped[] = {
	{ "::/0", true },	    { "::/80", true },
	{ "::/81", false },	    { "::8000:0:0/81", true },
	{ "::fffe:0:0/95", true },  { "::fffe:0:0/96", false },
	{ "::fffc:0:0/95", false }, { "8000::/1", false },
	{ "2001:db8::/32", false }, { "0.0.0.0/0", false },
};

static void check_mapped(const struct mapped_row *row)
{
	struct cidr cidr;

	CHECK(cidr_parse(row->name, &cidr) == NULL);
	CHECK_EQUAL(cidr_has_mapped(&cidr), row->has_mapped);
}

static void ranges_may_reach_into_the_mapped_ones(void)
{
	CHECK_ROWS(mapped, check_mapped);
}

struct list_row {
	const char *name; /* the text */
	const char *problem; /* all that is said; NULL: nothing */
	size_t count;
};

static const struct list_row lists[] = {
	{ "10.0.0.0/8", NULL, 1 },
	{ "10.0.0.0/8,2001:db8::/32,10.0.0.0/8", NULL, 3 },
	{ "", "has no prefix length: write it as ADDRESS/BITS", 0 },
	{ "10.0.0.1/8", "has host bits set: the range is 10.0.0.0/8", 0 },
	{ "10.0.0.0/8,", "\"\" has no prefix length: write it as ADDRESS/BITS",
	  1 },
	{ "10.0.0.0/8,x/8,11.0.0.0/8", "\"x/8\" is no IPv4 or IPv6 address",
	  1 },
	{ "10.0.0.0/8, 11.0.0.0/8",
	  "\" 11.0.0.0/8\" is no IPv4 or IPv6 address", 1 },
	{ "0.0.0.0/0000000000000000000000000000000000000000000000000000000008",
	  "is no IPv4 or IPv6 range", 0 },
	{ "2001:db8:1111:2222:3333:4444:5555:6666:7777:8888/128,::/0",
	  "\"2001:db8:1111:2222:3333:4444:5555:6666:7777:8888/1\" is no IPv4 "
	  "or IPv6 range",
	  0 },
};

static void check_list(const struct list_row *row)
{
	struct cidr_list list = { 0 };
	const char *problem = cidr_list_parse(&list, row->name);

	if (row->problem)
		CHECK_STRING(problem, row->problem);
	else
		CHECK(problem == NULL);
	CHECK_EQUAL(list.count, row->count);
	cidr_list_free(&list);
}

static void lists_are_read_up_to_what_is_wrong(void)
{
	CHECK_ROWS(lists, check_list);
}

static const struct test_case cases[] = {
	{ "ranges overlap where one contains the other",
	  ranges_overlap_where_one_contains_the_other },
	{ "ranges have parts that are counted",
	  ranges_have_parts_that_are_counted },
	{ "ranges may reach into the mapped ones",
	  ranges_may_reach_into_the_mapped_ones },
	{ "lists are read up to what is wrong",
	  lists_are_read_up_to_what_is_wrong },
};

TEST_MAIN(cases)
