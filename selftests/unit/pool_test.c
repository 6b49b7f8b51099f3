// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/pool.h: the port pool.  The default pool is looked at in a network
 * namespace of its own, whose sysctls are written there and nowhere else.
 */
#include <sched.h>

#include "pool.h"
#include "unit.h"

enum { PORTS = 65536 };

#define PROC_LOCAL_RANGE "/proc/sys/net/ipv4/ip_local_port_range"
#define PROC_RESERVED "/proc/sys/net/ipv4/ip_local_reserved_ports"

static bool has_port(const struct masq_ports *ports, unsigned int port)
{
	return ports->word[port / 64] >> (port % 64) & 1;
}

/* --- lists --- */

struct list_row {
	const char *name; /* the list */
	const char *formatted;
	unsigned int first;
	unsigned int last;
	unsigned int size;
};

static const struct list_row lists[] = {
	{ "1024-29999,32768-60999,61234", "1024-29999,32768-60999,61234", 1024,
	  61234, 28976 + 28232 + 1 },
	{ "1-65535", "1-65535", 1, 65535, 65535 },
	{ "1", "1", 1, 1, 1 },
	{ "65535", "65535", 65535, 65535, 1 },
	{ "4000-4000", "4000", 4000, 4000, 1 },
	{ "63,64", "63-64", 63, 64, 2 },
	{ "64-127", "64-127", 64, 127, 64 },
	{ "50000,40000-40001", "40000-40001,50000", 40000, 50000, 3 },
	{ "1000-2000,1500-2500", "1000-2500", 1000, 2500, 1501 },
	{ "1000-1999,2000-2999", "1000-2999", 1000, 2999, 2000 },
	{ "7,7,7", "7", 7, 7, 1 },
	{ "9,8,7", "7-9", 7, 9, 3 },
};

static void check_list(const struct list_row *row)
{
	struct masq_ports ports, again;
	char *text;

	CHECK(pool_parse(row->name, &ports) == NULL);
	CHECK_EQUAL(ports.first, row->first);
	CHECK_EQUAL(ports.last, row->last);
	CHECK_EQUAL(pool_size(&ports), row->size);
	text = pool_format(&ports);
	CHECK_STRING(text, row->formatted);
	CHECK(pool_parse(text, &again) == NULL);
	free(text);
	CHECK(memcmp(&ports, &again, sizeof(ports)) == 0);
}

static void lists_are_read_and_written(void)
{
	CHECK_ROWS(lists, check_list);
}

static void each_port_has_its_own_bit(void)
{
	struct masq_ports ports;
	char text[8];

	/* 61: no factor of 64, so that each bit of a word has its turn */
	for (unsigned int port = 1; port < PORTS; port += 61) {
		snprintf(text, sizeof(text), "%u", port);
		CHECK(pool_parse(text, &ports) == NULL);
		CHECK(has_port(&ports, port));
		CHECK_EQUAL(ports.first, port);
		CHECK_EQUAL(ports.last, port);
		CHECK_EQUAL(pool_size(&ports), 1);
	}
}

static void ranges_hold_both_their_ends(void)
{
	struct masq_ports ports;

	CHECK(pool_parse("2000-2003,2010", &ports) == NULL);
	for (unsigned int port = 1; port < PORTS; port++)
		CHECK_EQUAL(has_port(&ports, port),
			    (port >= 2000 && port <= 2003) || port == 2010);
}

struct refused_row {
	const char *name;
	const char *list;
	const char *problem; /* part of what is said */
};

static const struct refused_row refused[] = {
	{ "empty", "", "is no list of ports" },
	{ "a word", "all", "is no list of ports" },
	{ "only a comma", ",", "is no list of ports" },
	{ "only a dash", "-", "is no list of ports" },
	{ "comma before", ",1000", "is no list of ports" },
	{ "comma behind", "1000-2000,", "is no list of ports" },
	{ "two commas", "1000,,2000", "is no list of ports" },
	{ "no first port", "-2000", "is no list of ports" },
	{ "no last port", "1000-", "is no list of ports" },
	{ "no last port, and more", "1000-,2000", "is no list of ports" },
	{ "three ends", "1000-2000-3000", "is no list of ports" },
	{ "a blank before", " 1000", "is no list of ports" },
	{ "a blank behind", "1000 ", "is no list of ports" },
	{ "a blank behind the comma", "1000, 2000", "is no list of ports" },
	{ "a blank around the dash", "1000 - 2000", "is no list of ports" },
	{ "a colon", "1000:2000", "is no list of ports" },
	{ "a sign", "+1000", "is no list of ports" },
	{ "hexadecimal", "0x400", "1 to 65535 are right" },
	{ "port 0", "0", "1 to 65535 are right" },
	{ "from port 0", "0-1000", "1 to 65535 are right" },
	{ "to port 0", "1-0", "1 to 65535 are right" },
	{ "port 65536", "65536", "1 to 65535 are right" },
	{ "to port 65536", "1000-65536", "1 to 65535 are right" },
	{ "port 80 and 2^32", "4294967376", "1 to 65535 are right" },
	{ "port 80 and 2^64", "18446744073709551696", "1 to 65535 are right" },
	{ "backwards", "40000-30000", "runs backwards" },
	{ "backwards by one", "2-1", "runs backwards" },
	{ "backwards behind a good one", "1000,40000-30000", "runs backwards" },
};

static void check_refused(const struct refused_row *row)
{
	static struct masq_ports before;
	struct masq_ports ports;
	const char *problem;

	memset(&before, 0x5a, sizeof(before));
	ports = before;
	problem = pool_parse(row->list, &ports);
	CHECK(problem != NULL);
	CHECK(strstr(problem, row->problem) != NULL);
	CHECK(memcmp(&ports, &before, sizeof(ports)) == 0);
}

static void other_texts_are_no_lists(void)
{
	CHECK_ROWS(refused, check_refused);
}

struct join_row {
	const char *name; /* the one list */
	const char *more;
	const char *joined;
};

static const struct join_row joins[] = {
	{ "1000-2000", "1500-2500", "1000-2500" },
	{ "1000", "2000", "1000,2000" },
	{ "2000", "1000", "1000,2000" },
	{ "63", "64", "63-64" },
	{ "1-65535", "7", "1-65535" },
	{ "7", "7", "7" },
	{ "1", "65535", "1,65535" },
};

static void check_join(const struct join_row *row)
{
	struct masq_ports ports, more, expected, none = { 0 };

	CHECK(pool_parse(row->name, &ports) == NULL);
	CHECK(pool_parse(row->more, &more) == NULL);
	CHECK(pool_parse(row->joined, &expected) == NULL);
	pool_join(&none, &ports);
	CHECK(memcmp(&none, &ports, sizeof(none)) == 0);
	pool_join(&ports, &more);
	CHECK(memcmp(&ports, &expected, sizeof(ports)) == 0);
	pool_join(&ports, &(struct masq_ports){ 0 });
	CHECK(memcmp(&ports, &expected, sizeof(ports)) == 0);
}

static void pools_are_joined(void)
{
	CHECK_ROWS(joins, check_join);
}

static void an_empty_pool_has_no_ports(void)
{
	static const struct masq_ports none;
	char *text = pool_format(&none);

	CHECK_EQUAL(pool_size(&none), 0);
	CHECK_STRING(text, "");
	free(text);
}

/* --- the default pool --- */

/* As pool.h promises it, but for the reserved ports. */
static bool is_default(unsigned int port, unsigned int range_first,
		       unsigned int range_last)
{
	return port >= 1024 && !(port >= 30000 && port <= 32767) &&
	       !(port >= range_first && port <= range_last);
}

struct default_row {
	const char *name;
	unsigned int range_first; /* of ip_local_port_range */
	unsigned int range_last;
	const char *reserved; /* of ip_local_reserved_ports */
};

static const struct default_row defaults[] = {
	{ "the kernel's own range", 32768, 60999, "\n" },
	{ "a low range", 2000, 9999, "\n" },
	{ "a range over the NodePorts", 20000, 40000, "\n" },
	{ "a range up to the last port", 40000, 65535, "\n" },
	{ "a range from the first port on", 1024, 2001, "\n" },
	{ "one reserved port", 32768, 60999, "8080" },
	{ "reserved ranges", 32768, 60999, "1024-1999,61000,65000-65535" },
	{ "reserved ports inside the ranges", 32768, 60999, "31000,40000" },
	{ "port 0 reserved too", 32768, 60999, "0,8080,9000-9099" },
};

/* The ports that `reserved` names, by a reading of our own. */
static void mark_reserved(const char *reserved, bool is_reserved[PORTS])
{
	const char *rest = reserved;
	unsigned int first, last;
	int length;

	memset(is_reserved, 0, PORTS * sizeof(bool));
	while (sscanf(rest, "%u%n", &first, &length) == 1) {
		rest += length;
		last = first;
		if (sscanf(rest, "-%u%n", &last, &length) == 1)
			rest += length;
		rest += *rest == ',';
		for (unsigned int port = first; port <= last; port++)
			is_reserved[port] = true;
	}
}

static void check_default(const struct default_row *row)
{
	static bool is_reserved[PORTS];
	struct masq_ports ports;
	unsigned int size = 0;
	char range[32];

	snprintf(range, sizeof(range), "%u %u", row->range_first,
		 row->range_last);
	file_write(PROC_LOCAL_RANGE, range);
	file_write(PROC_RESERVED, row->reserved);
	mark_reserved(row->reserved, is_reserved);
	CHECK_EQUAL(pool_default(&ports), 0);
	for (unsigned int port = 0; port < PORTS; port++) {
		bool expected =
			!is_reserved[port] &&
			is_default(port, row->range_first, row->range_last);

		if (has_port(&ports, port) != expected)
			printf("# port %u\n", port);
		CHECK_EQUAL(has_port(&ports, port), expected);
		size += expected;
	}
	CHECK_EQUAL(pool_size(&ports), size);
	CHECK(has_port(&ports, ports.first) && has_port(&ports, ports.last));
	for (unsigned int port = 0; port < PORTS; port++)
		CHECK(!has_port(&ports, port) ||
		      (port >= ports.first && port <= ports.last));
}

static void the_default_pool_leaves_out_the_hosts_ports(void)
{
	CHECK_ROWS(defaults, check_default);
}

/* The kernel writes no more of the list than one read has room for. */
static void the_default_pool_leaves_out_a_long_list_of_ports(void)
{
	static char list[4096];
	struct default_row row = { "many", 32768, 60999, list };
	size_t length = 0;

	for (unsigned int port = 10001; port < 11300; port += 2)
		length += snprintf(list + length, sizeof(list) - length, "%s%u",
				   length ? "," : "", port);
	check_default(&row);
}

static void no_default_pool_may_be_left(void)
{
	struct masq_ports ports;

	file_write(PROC_LOCAL_RANGE, "32768 60999");
	file_write(PROC_RESERVED, "1024-29999,61000-65535");
	CHECK_EQUAL(pool_default(&ports), 0);
	CHECK_EQUAL(pool_size(&ports), 0);
	CHECK_EQUAL(ports.last, 0);
}

static const struct test_case cases[] = {
	{ "lists are read and written", lists_are_read_and_written },
	{ "each port has its own bit", each_port_has_its_own_bit },
	{ "ranges hold both their ends", ranges_hold_both_their_ends },
	{ "other texts are no lists", other_texts_are_no_lists },
	{ "pools are joined", pools_are_joined },
	{ "an empty pool has no ports", an_empty_pool_has_no_ports },
	{ "the default pool leaves out the host's ports",
	  the_default_pool_leaves_out_the_hosts_ports },
	{ "the default pool leaves out a long list of reserved ports",
	  the_default_pool_leaves_out_a_long_list_of_ports },
	{ "a host that reserves all leaves no default pool",
	  no_default_pool_may_be_left },
};

int main(void)
{
	must(unshare(CLONE_NEWNET) == 0, "unshare");
	return test_main(cases, COUNT(cases));
}
