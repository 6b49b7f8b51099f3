// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/addr.h: addresses and ranges as text.
 */
#include "addr.h"
#include "unit.h"

enum { MAPPED_BITS = 96 }; /* what IPv4 prefixes are longer by, inside */

/* --- addresses --- */

struct addr_row {
	const char *name;
	const char *text;
	enum masq_family family;
	const char *formatted;
	unsigned char byte[16];
};

static const struct addr_row good_addrs[] = {
	{ "IPv4",
	  "10.244.1.2",
	  MASQ_IPV4,
	  "10.244.1.2",
	  { [10] = 0xff, 0xff, 10, 244, 1, 2 } },
	{ "IPv4 zero", "0.0.0.0", MASQ_IPV4, "0.0.0.0", { [10] = 0xff, 0xff } },
	{ "IPv4 broadcast",
	  "255.255.255.255",
	  MASQ_IPV4,
	  "255.255.255.255",
	  { [10] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
	{ "IPv6",
	  "2001:db8::1",
	  MASQ_IPV6,
	  "2001:db8::1",
	  { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } },
	{ "IPv6 in capitals and in full",
	  "2001:0DB8:0:0:0:0:0:00AB",
	  MASQ_IPV6,
	  "2001:db8::ab",
	  { 0x20, 0x01, 0x0d, 0xb8, [15] = 0xab } },
	{ "IPv6 unspecified", "::", MASQ_IPV6, "::", { 0 } },
	{ "IPv6 one bit beside the mapped ones",
	  "::fffe:a00:1",
	  MASQ_IPV6,
	  "::fffe:a00:1",
	  { [10] = 0xff, 0xfe, 10, 0, 0, 1 } },
	{ "IPv6 mapped, but for its first bit",
	  "8000::ffff:a00:1",
	  MASQ_IPV6,
	  "8000::ffff:a00:1",
	  { 0x80, [10] = 0xff, 0xff, 10, 0, 0, 1 } },
	{ "the longest text",
	  "2001:db8:1111:2222:3333:4444:5555:6666",
	  MASQ_IPV6,
	  "2001:db8:1111:2222:3333:4444:5555:6666",
	  { 0x20, 0x01, 0x0d, 0xb8, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44,
	    0x44, 0x55, 0x55, 0x66, 0x66 } },
};

static void check_good_addr(const struct addr_row *row)
{
	char text[ADDR_TEXT_SIZE];
	struct masq_addr addr;

	CHECK(addr_parse(row->text, &addr) == NULL);
	CHECK(memcmp(addr.byte, row->byte, sizeof(row->byte)) == 0);
	CHECK_EQUAL(addr_family(&addr), row->family);
	CHECK(addr_format(&addr, text) == text);
	CHECK_STRING(text, row->formatted);
}

static void addresses_are_read_and_written(void)
{
	CHECK_ROWS(good_addrs, check_good_addr);
}

struct refused_row {
	const char *name;
	const char *text;
	const char *problem; /* part of what is said */
};

static const struct refused_row bad_addrs[] = {
	{ "empty", "", "is no IPv4 or IPv6 address" },
	{ "a word", "node-1", "is no IPv4 or IPv6 address" },
	{ "three bytes", "10.0.1", "is no IPv4 or IPv6 address" },
	{ "five bytes", "10.0.0.0.1", "is no IPv4 or IPv6 address" },
	{ "a byte of 256", "10.0.0.256", "is no IPv4 or IPv6 address" },
	{ "a leading zero", "010.0.0.1", "is no IPv4 or IPv6 address" },
	{ "blank before", " 10.0.0.1", "is no IPv4 or IPv6 address" },
	{ "blank behind", "10.0.0.1 ", "is no IPv4 or IPv6 address" },
	{ "a range", "10.0.0.0/8", "is no IPv4 or IPv6 address" },
	{ "a port", "10.0.0.1:80", "is no IPv4 or IPv6 address" },
	{ "brackets", "[2001:db8::1]", "is no IPv4 or IPv6 address" },
	{ "a zone", "fe80::1%eth0", "is no IPv4 or IPv6 address" },
	{ "three colons", "2001:db8:::1", "is no IPv4 or IPv6 address" },
	{ "two gaps", "2001::db8::1", "is no IPv4 or IPv6 address" },
	{ "nine groups", "1:2:3:4:5:6:7:8:9", "is no IPv4 or IPv6 address" },
	{ "five digits", "2001:db8::12345", "is no IPv4 or IPv6 address" },
	{ "mapped", "::ffff:10.0.0.1", "write it as IPv4" },
	{ "mapped in hexadecimal", "::ffff:a00:1", "write it as IPv4" },
	{ "mapped in full", "0:0:0:0:0:FFFF:10.0.0.1", "write it as IPv4" },
};

static void check_bad_addr(const struct refused_row *row)
{
	struct masq_addr addr, before;
	const char *problem;

	memset(&before, 0x5a, sizeof(before));
	addr = before;
	problem = addr_parse(row->text, &addr);
	CHECK(problem != NULL);
	CHECK(strstr(problem, row->problem) != NULL);
	CHECK(memcmp(&addr, &before, sizeof(addr)) == 0);
}

static void other_texts_are_no_addresses(void)
{
	CHECK_ROWS(bad_addrs, check_bad_addr);
}

static void bytes_become_addresses(void)
{
	static const unsigned char ipv4[4] = { 192, 0, 2, 1 };
	static const unsigned char ipv6[16] = { 0x20, 0x01, 0x0d,
						0xb8, [15] = 7 };
	struct masq_addr from_ipv4 = addr_from_bytes(AF_INET, ipv4);
	struct masq_addr from_ipv6 = addr_from_bytes(AF_INET6, ipv6);
	char text[ADDR_TEXT_SIZE];

	CHECK_STRING(addr_format(&from_ipv4, text), "192.0.2.1");
	CHECK_STRING(addr_format(&from_ipv6, text), "2001:db8::7");
}

static void all_zero_is_no_address(void)
{
	struct masq_addr addr = { { 0 } };

	CHECK(!addr_is_set(&addr));
	for (size_t i = 0; i < sizeof(addr.byte); i++) {
		addr = (struct masq_addr){ { 0 } };
		addr.byte[i] = 1;
		CHECK(addr_is_set(&addr));
	}
	CHECK(addr_parse("0.0.0.0", &addr) == NULL);
	CHECK(addr_is_set(&addr));
}

struct global_row {
	const char *name; /* the address */
	bool is_global;
};

static const struct global_row globals[] = {
	{ "0.0.0.0", false },
	{ "0.1.2.3", false },
	{ "1.0.0.0", true },
	{ "10.0.0.1", true },
	{ "126.255.255.255", true },
	{ "127.0.0.1", false },
	{ "127.255.255.255", false },
	{ "128.0.0.1", true },
	{ "169.253.255.255", true },
	{ "169.254.0.1", false },
	{ "169.254.255.255", false },
	{ "169.255.0.0", true },
	{ "192.168.0.1", true },
	{ "223.255.255.255", true },
	{ "224.0.0.1", false },
	{ "239.255.255.255", false },
	{ "255.255.255.255", false },
	{ "::", false },
	{ "::1", false },
	{ "2001:db8::1", true },
	{ "fd00::1", true },
	{ "fe7f:ffff::1", true },
	{ "fe80::1", false },
	{ "febf:ffff::1", false },
	{ "feff:ffff::1", true },
	{ "ff02::1", false },
	{ "ff0e::1", false },
};

static void check_global(const struct global_row *row)
{
	struct masq_addr addr;

	CHECK(addr_parse(row->name, &addr) == NULL);
	CHECK_EQUAL(addr_is_global(&addr), row->is_global);
}

static void nodes_are_known_by_global_addresses(void)
{
	CHECK_ROWS(globals, check_global);
}

static void families_have_names_and_lengths(void)
{
	CHECK_STRING(addr_family_name(MASQ_IPV4), "IPv4");
	CHECK_STRING(addr_family_name(MASQ_IPV6), "IPv6");
	CHECK_EQUAL(addr_family_bits(MASQ_IPV4), 32);
	CHECK_EQUAL(addr_family_bits(MASQ_IPV6), 128);
}

/* --- ranges --- */

struct cidr_row {
	const char *name; /* as written back */
	enum masq_family family;
	unsigned int prefix_len;
};

static const struct cidr_row good_cidrs[] = {
	{ "0.0.0.0/0", MASQ_IPV4, MAPPED_BITS },
	{ "128.0.0.0/1", MASQ_IPV4, MAPPED_BITS + 1 },
	{ "10.244.0.0/16", MASQ_IPV4, MAPPED_BITS + 16 },
	{ "10.244.1.128/25", MASQ_IPV4, MAPPED_BITS + 25 },
	{ "192.0.2.1/32", MASQ_IPV4, 128 },
	{ "::/0", MASQ_IPV6, 0 },
	{ "8000::/1", MASQ_IPV6, 1 },
	{ "2001:db8::/33", MASQ_IPV6, 33 },
	{ "2001:db8:0:1::/64", MASQ_IPV6, 64 },
	{ "2001:db8::1/128", MASQ_IPV6, 128 },
	{ "2001:db8:1111:2222:3333:4444:5555:6666/128", MASQ_IPV6, 128 },
};

static void check_good_cidr(const struct cidr_row *row)
{
	char text[CIDR_TEXT_SIZE];
	struct cidr cidr;

	CHECK(cidr_parse(row->name, &cidr) == NULL);
	CHECK_EQUAL(cidr.prefix_len, row->prefix_len);
	CHECK_EQUAL(addr_family(&cidr.addr), row->family);
	CHECK(cidr_format(&cidr, text) == text);
	CHECK_STRING(text, row->name);
	CHECK_EQUAL(cidr_bits(&cidr), atoi(strchr(row->name, '/') + 1));
}

static void ranges_are_read_and_written(void)
{
	CHECK_ROWS(good_cidrs, check_good_cidr);
}

static const struct refused_row bad_cidrs[] = {
	{ "empty", "", "write it as ADDRESS/BITS" },
	{ "an address", "10.0.0.0", "write it as ADDRESS/BITS" },
	{ "no address", "/8", "is no IPv4 or IPv6 address" },
	{ "no prefix", "10.0.0.0/", "no number behind the slash" },
	{ "two slashes", "10.0.0.0/8/8", "no number behind the slash" },
	{ "a netmask", "10.0.0.0/255.0.0.0", "no number behind the slash" },
	{ "a negative prefix", "10.0.0.0/-1", "no number behind the slash" },
	{ "a signed prefix", "10.0.0.0/+8", "no number behind the slash" },
	{ "a blank before", "10.0.0.0/ 8", "no number behind the slash" },
	{ "a blank behind", "10.0.0.0/8 ", "no number behind the slash" },
	{ "a hexadecimal prefix", "10.0.0.0/0x8",
	  "no number behind the slash" },
	{ "IPv4, 33 bits", "10.0.0.0/33", "0 to 32 bits are right" },
	{ "IPv4, 128 bits", "10.0.0.0/128", "0 to 32 bits are right" },
	{ "IPv6, 129 bits", "2001:db8::/129", "0 to 128 bits are right" },
	{ "8 bits and 2^32", "10.0.0.0/4294967304", "0 to 32 bits are right" },
	{ "8 bits and 2^64", "10.0.0.0/18446744073709551624",
	  "0 to 32 bits are right" },
	{ "IPv4 host bits", "10.244.1.5/24", "the range is 10.244.1.0/24" },
	{ "one host bit", "10.244.1.128/24", "the range is 10.244.1.0/24" },
	{ "host bits of everything", "0.0.0.1/0", "the range is 0.0.0.0/0" },
	{ "IPv6 host bits", "2001:db8::1/127", "the range is 2001:db8::/127" },
	{ "IPv6 host bits of everything", "2001:db8::/0", "the range is ::/0" },
	{ "mapped", "::ffff:10.0.0.0/104", "write it as IPv4" },
	{ "too long for any range",
	  "2001:db8:1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/64",
	  "is no IPv4 or IPv6" },
};

static void check_bad_cidr(const struct refused_row *row)
{
	struct cidr cidr, before;
	const char *problem;

	memset(&before, 0x5a, sizeof(before));
	memcpy(&cidr, &before, sizeof(cidr));
	problem = cidr_parse(row->text, &cidr);
	CHECK(problem != NULL);
	CHECK(strstr(problem, row->problem) != NULL);
	CHECK(memcmp(&cidr, &before, sizeof(cidr)) == 0);
}

static void other_texts_are_no_ranges(void)
{
	CHECK_ROWS(bad_cidrs, check_bad_cidr);
}

struct around_row {
	const char *name;
	const char *range; /* NULL: refused … */
	const char *problem; /* … with this in it */
};

static const struct around_row around[] = {
	{ "10.244.1.1/24", "10.244.1.0/24", NULL },
	{ "10.244.1.0/24", "10.244.1.0/24", NULL },
	{ "10.244.1.255/9", "10.128.0.0/9", NULL },
	{ "192.0.2.1/32", "192.0.2.1/32", NULL },
	{ "192.0.2.1/0", "0.0.0.0/0", NULL },
	{ "2001:db8::1/64", "2001:db8::/64", NULL },
	{ "2001:db8::ff/121", "2001:db8::80/121", NULL },
	{ "2001:db8::1/0", "::/0", NULL },
	{ "10.244.1.1", NULL, "write it as ADDRESS/BITS" },
	{ "10.244.1.1/33", NULL, "0 to 32 bits are right" },
	{ "10.244.1.1/24 ", NULL, "no number behind the slash" },
	{ "node/24", NULL, "is no IPv4 or IPv6 address" },
	{ "::ffff:10.0.0.1/104", NULL, "write it as IPv4" },
};

static void check_around(const struct around_row *row)
{
	struct cidr cidr = { .prefix_len = 77 };
	const char *problem = cidr_parse_around(row->name, &cidr);
	char text[CIDR_TEXT_SIZE];

	if (row->range) {
		CHECK(problem == NULL);
		CHECK_STRING(cidr_format(&cidr, text), row->range);
	} else {
		CHECK(problem && strstr(problem, row->problem));
		CHECK_EQUAL(cidr.prefix_len, 77);
	}
}

static void ranges_are_around_addresses(void)
{
	CHECK_ROWS(around, check_around);
}

struct equal_row {
	const char *name;
	const char *other;
	bool is_equal;
};

static const struct equal_row equals[] = {
	{ "10.0.0.0/8", "10.0.0.0/8", true },
	{ "10.0.0.0/8", "10.0.0.0/08", true },
	{ "10.0.0.0/8", "10.0.0.0/9", false },
	{ "10.0.0.0/8", "11.0.0.0/8", false },
	{ "2001:db8::/32", "2001:DB8:0::/32", true },
	{ "2001:db8::/32", "2001:db8::/33", false },
	{ "0.0.0.0/0", "::/0", false },
	{ "0.0.0.0/0", "::/96", false },
};

static void check_equal(const struct equal_row *row)
{
	struct cidr a, b;

	CHECK(cidr_parse(row->name, &a) == NULL);
	CHECK(cidr_parse(row->other, &b) == NULL);
	CHECK_EQUAL(cidr_equal(&a, &b), row->is_equal);
	CHECK_EQUAL(cidr_equal(&b, &a), row->is_equal);
}

static void equal_ranges_have_the_same_addresses(void)
{
	CHECK_ROWS(equals, check_equal);
}

struct contains_row {
	const char *name;
	const char *outer;
	const char *inner;
	bool contains;
};

static const struct contains_row containments[] = {
	{ "itself", "10.244.0.0/16", "10.244.0.0/16", true },
	{ "a part", "10.244.0.0/16", "10.244.255.0/24", true },
	{ "its last address", "10.244.0.0/16", "10.244.255.255/32", true },
	{ "the neighbour", "10.244.0.0/16", "10.245.0.0/24", false },
	{ "what is wider", "10.244.1.0/24", "10.244.0.0/16", false },
	{ "one bit wider", "10.244.0.0/16", "10.244.0.0/15", false },
	{ "everything", "0.0.0.0/0", "203.0.113.0/24", true },
	{ "a single address", "10.0.0.1/32", "10.0.0.2/32", false },
	{ "IPv6 itself", "2001:db8::/64", "2001:db8::/64", true },
	{ "IPv6 part", "2001:db8::/32", "2001:db8:ffff::/48", true },
	{ "IPv6 neighbour", "2001:db8::/32", "2001:db9::/48", false },
	{ "IPv6 wider", "2001:db8::/64", "2001:db8::/32", false },
	{ "IPv6 everything", "::/0", "2001:db8::/64", true },
	{ "IPv6 in IPv4's everything", "0.0.0.0/0", "2001:db8::/64", false },
	{ "IPv4 in IPv6's everything", "::/0", "10.0.0.0/8", false },
	{ "IPv4 in IPv6's first /64", "::/64", "10.0.0.0/8", false },
	{ "all IPv4 in IPv6's everything", "::/0", "0.0.0.0/0", false },
};

static void check_contains(const struct contains_row *row)
{
	struct cidr outer, inner;

	CHECK(cidr_parse(row->outer, &outer) == NULL);
	CHECK(cidr_parse(row->inner, &inner) == NULL);
	CHECK_EQUAL(cidr_contains(&outer, &inner), row->contains);
}

static void ranges_contain_their_parts(void)
{
	CHECK_ROWS(containments, check_contains);
}

static void an_address_is_a_range_of_one(void)
{
	static const char *const texts[] = { "192.0.2.1", "2001:db8::1" };
	static const char *const ranges[] = { "192.0.2.1/32",
					      "2001:db8::1/128" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		char text[CIDR_TEXT_SIZE];
		struct masq_addr addr;
		struct cidr cidr;

		CHECK(addr_parse(texts[i], &addr) == NULL);
		cidr = cidr_of_addr(&addr);
		CHECK_STRING(cidr_format(&cidr, text), ranges[i]);
	}
}

static void lists_grow_and_know_their_families(void)
{
	struct cidr_list list = { 0 };
	struct cidr ipv4, ipv6;

	CHECK(cidr_parse("10.0.0.0/8", &ipv4) == NULL);
	CHECK(cidr_parse("2001:db8::/32", &ipv6) == NULL);
	CHECK(!cidr_list_has_family(&list, MASQ_IPV4));
	CHECK(!cidr_list_has_family(&list, MASQ_IPV6));
	for (int i = 0; i < 100; i++)
		CHECK_EQUAL(cidr_list_add(&list, &ipv4), 0);
	CHECK(cidr_list_has_family(&list, MASQ_IPV4));
	CHECK(!cidr_list_has_family(&list, MASQ_IPV6));
	CHECK_EQUAL(cidr_list_add(&list, &ipv6), 0);
	CHECK(cidr_list_has_family(&list, MASQ_IPV6));
	CHECK_EQUAL(list.count, 101);
	CHECK(memcmp(&list.items[99], &ipv4, sizeof(ipv4)) == 0);
	CHECK(memcmp(&list.items[100], &ipv6, sizeof(ipv6)) == 0);
	cidr_list_free(&list);
	CHECK_EQUAL(list.count, 0);
	CHECK(list.items == NULL);
}

static const struct test_case cases[] = {
	{ "addresses are read and written", addresses_are_read_and_written },
	{ "other texts are no addresses", other_texts_are_no_addresses },
	{ "bytes become addresses", bytes_become_addresses },
	{ "all zero is no address", all_zero_is_no_address },
	{ "nodes are known by global addresses",
	  nodes_are_known_by_global_addresses },
	{ "families have names and lengths", families_have_names_and_lengths },
	{ "ranges are read and written", ranges_are_read_and_written },
	{ "other texts are no ranges", other_texts_are_no_ranges },
	{ "ranges are around addresses", ranges_are_around_addresses },
	{ "equal ranges have the same addresses",
	  equal_ranges_have_the_same_addresses },
	{ "ranges contain their parts", ranges_contain_their_parts },
	{ "an address is a range of one", an_address_is_a_range_of_one },
	{ "lists grow and know their families",
	  lists_grow_and_know_their_families },
};

TEST_MAIN(cases)
