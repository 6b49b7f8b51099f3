// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/census.h: who holds flows and ports, by records in a map of the kernel's.
 */
#include <errno.h>
#include <inttypes.h>

#include <bpf/bpf.h>

#include "addr.h"
#include "census.h"
#include "names.h"
#include "pool.h"
#include "unit.h"

enum {
	SINCE = 1000, /* ns; what is not older is new */
	OLD = SINCE - 1,
	RECORDS_MAX = 6,
	BUSY = 1000, /* flows of one pod to one remote */
	MANY = CENSUS_MAX + 100,
};

#define POOL "20000-29999"
#define LIVE UINT64_MAX
#define OVER 2 /* no state such as MASQ_RETIRED, but long ago */

/* --- maps of this test's own --- */

static struct maps maps_make(__u32 room)
{
	LIBBPF_OPTS(bpf_map_create_opts, options,
		    .map_flags = BPF_F_NO_PREALLOC);
	struct maps maps;
	struct masq_ports ports;

	memset(maps.fd, -1, sizeof(maps.fd));
	maps.fd[MAP_FLOWS] = bpf_map_create(BPF_MAP_TYPE_HASH, "flows",
					    sizeof(struct masq_tuple),
					    sizeof(struct masq_flow), room,
					    &options);
	maps.fd[MAP_PORTS] = bpf_map_create(BPF_MAP_TYPE_ARRAY, "ports",
					    sizeof(__u32), sizeof(ports), 1,
					    NULL);
	must(maps.fd[MAP_FLOWS] >= 0 && maps.fd[MAP_PORTS] >= 0, "maps");
	must(!pool_parse(POOL, &ports), POOL);
	must(maps_set_ports(&maps, &ports) == 0, "ports");
	return maps;
}

static void maps_free(const struct maps *maps)
{
	close(maps->fd[MAP_FLOWS]);
	close(maps->fd[MAP_PORTS]);
}

static void flow_put(const struct maps *maps, const struct masq_tuple *key,
		     const struct masq_flow *flow)
{
	must(bpf_map_update_elem(maps->fd[MAP_FLOWS], key, flow, BPF_NOEXIST) ==
		     0,
	     "record");
}

/* --- a few records --- */

struct record {
	const char *pod; /* NULL: behind the last */
	const char *node;
	const char *remote;
	__u16 node_port;
	__u16 remote_port;
	__u8 proto;
	enum masq_kind kind;
	__u64 opened_ns;
	__u64 expires_ns;
};

#define POD "10.244.1.2"
#define OTHER_POD "10.244.1.3"
#define POD6 "fd00:10:244:1::2"
#define NODE "198.51.100.11"
#define OTHER_NODE "198.51.100.12"
#define NODE6 "2001:db8:1::11"
#define REMOTE "203.0.113.10"
#define REMOTE6 "2001:db8:2::10"
#define MASQUERADED(pod, node, remote, node_port, remote_port, proto) \
	{                                                             \
		pod, node, remote, node_port, remote_port, proto,     \
			MASQ_KIND_MASQUERADED, OLD, LIVE              \
	}
#define OF_KIND(kind, node_port)                                               \
	{                                                                      \
		POD, NODE, REMOTE, node_port, 80, IPPROTO_TCP, kind, OLD, LIVE \
	}
#define AT_TIMES(node_port, opened, expires)                   \
	{                                                      \
		POD, NODE, REMOTE, node_port, 80, IPPROTO_TCP, \
			MASQ_KIND_MASQUERADED, opened, expires \
	}

struct census_row {
	const char *name;
	struct record records[RECORDS_MAX];
	const char *expected;
};

static const struct census_row rows[] = {
	{ "nothing", {}, "0 flows, 0 new; 10000 ports\n" },
	{ "one flow",
	  { MASQUERADED(POD, NODE, REMOTE, 20000, 80, IPPROTO_TCP) },
	  "1 flows, 0 new; 10000 ports\n"
	  "pod 10.244.1.2: 1, 0 new\n"
	  "tcp 198.51.100.11 to 203.0.113.10 80: 1\n" },
	{ "the busiest first",
	  { MASQUERADED(OTHER_POD, NODE, REMOTE, 20001, 443, IPPROTO_TCP),
	    MASQUERADED(POD, NODE, REMOTE, 20000, 80, IPPROTO_TCP),
	    MASQUERADED(OTHER_POD, NODE, REMOTE, 20000, 443, IPPROTO_TCP) },
	  "3 flows, 0 new; 10000 ports\n"
	  "pod 10.244.1.3: 2, 0 new\n"
	  "pod 10.244.1.2: 1, 0 new\n"
	  "tcp 198.51.100.11 to 203.0.113.10 443: 2\n"
	  "tcp 198.51.100.11 to 203.0.113.10 80: 1\n" },
	{ "of the equally busy the lower address first",
	  { MASQUERADED(POD6, NODE6, REMOTE6, 20000, 80, IPPROTO_TCP),
	    MASQUERADED(OTHER_POD, OTHER_NODE, REMOTE, 20000, 80, IPPROTO_TCP),
	    MASQUERADED(POD, NODE, REMOTE, 20000, 80, IPPROTO_TCP) },
	  "3 flows, 0 new; 10000 ports\n"
	  "pod 10.244.1.2: 1, 0 new\n"
	  "pod 10.244.1.3: 1, 0 new\n"
	  "pod fd00:10:244:1::2: 1, 0 new\n"
	  "tcp 198.51.100.11 to 203.0.113.10 80: 1\n"
	  "tcp 198.51.100.12 to 203.0.113.10 80: 1\n"
	  "tcp 2001:db8:1::11 to 2001:db8:2::10 80: 1\n" },
	{ "each protocol has its ports",
	  { MASQUERADED(POD, NODE, REMOTE, 20000, 80, IPPROTO_TCP),
	    MASQUERADED(POD, NODE, REMOTE, 20000, 80, IPPROTO_UDP),
	    MASQUERADED(POD, NODE, REMOTE, 20001, 80, IPPROTO_UDP) },
	  "3 flows, 0 new; 10000 ports\n"
	  "pod 10.244.1.2: 3, 0 new\n"
	  "udp 198.51.100.11 to 203.0.113.10 80: 2\n"
	  "tcp 198.51.100.11 to 203.0.113.10 80: 1\n" },
	{ "a port that is not of the pool takes none from it",
	  { MASQUERADED(POD, NODE, REMOTE, 19999, 80, IPPROTO_TCP),
	    MASQUERADED(POD, NODE, REMOTE, 20000, 80, IPPROTO_TCP),
	    MASQUERADED(POD, NODE, REMOTE, 29999, 80, IPPROTO_TCP),
	    MASQUERADED(POD, NODE, REMOTE, 30000, 80, IPPROTO_TCP),
	    MASQUERADED(POD, NODE, REMOTE, 0, 0, IPPROTO_GRE) },
	  "5 flows, 0 new; 10000 ports\n"
	  "pod 10.244.1.2: 5, 0 new\n"
	  "tcp 198.51.100.11 to 203.0.113.10 80: 2\n" },
	{ "the outside's own flows take no port",
	  { OF_KIND(MASQ_KIND_INBOUND, 20000) },
	  "1 flows, 0 new; 10000 ports\n"
	  "pod 10.244.1.2: 1, 0 new\n" },
	{ "the host is no pod, and takes ports",
	  { OF_KIND(MASQ_KIND_HOST, 20000) },
	  "1 flows, 0 new; 10000 ports\n"
	  "tcp 198.51.100.11 to 203.0.113.10 80: 1\n" },
	{ "what is vacant is nobody's",
	  { OF_KIND(MASQ_KIND_VACANT, 20000) },
	  "0 flows, 0 new; 10000 ports\n" },
	{ "what is over is nobody's",
	  { AT_TIMES(20000, OLD, MASQ_CLAIMED),
	    AT_TIMES(20001, OLD, MASQ_RETIRED), AT_TIMES(20002, SINCE, OVER) },
	  "0 flows, 0 new; 10000 ports\n" },
	{ "what came since is new",
	  { AT_TIMES(20000, SINCE - 1, LIVE), AT_TIMES(20001, SINCE, LIVE),
	    AT_TIMES(20002, SINCE + 1, LIVE) },
	  "3 flows, 2 new; 10000 ports\n"
	  "pod 10.244.1.2: 3, 2 new\n"
	  "tcp 198.51.100.11 to 203.0.113.10 80: 3\n" },
};

static struct masq_addr addr_of(const char *text)
{
	struct masq_addr addr;

	must(addr_parse(text, &addr) == 0, text);
	return addr;
}

static void record_put(const struct maps *maps, const struct record *record)
{
	struct masq_tuple key = { .local = addr_of(record->node),
				  .remote = addr_of(record->remote),
				  .local_port = record->node_port,
				  .remote_port = record->remote_port,
				  .proto = record->proto };
	struct masq_flow flow = { .local = addr_of(record->pod),
				  .kind = record->kind,
				  .opened_ns = record->opened_ns,
				  .expires_ns = record->expires_ns };

	flow_put(maps, &key, &flow);
}

static void remote_print(FILE *stream, const struct census_remote *remote)
{
	char node[ADDR_TEXT_SIZE], addr[ADDR_TEXT_SIZE];

	fprintf(stream, "%s %s to %s %u: %" PRIu64 "\n",
		proto_name(remote->key.proto),
		addr_format(&remote->key.local, node),
		addr_format(&remote->key.remote, addr), remote->key.remote_port,
		remote->ports);
}

/* Return: as the rows have it; allocated. */
static char *census_text(const struct census *census)
{
	char addr[ADDR_TEXT_SIZE], *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	must(stream, "open_memstream");
	fprintf(stream,
		"%" PRIu64 " flows, %" PRIu64 " new; %" PRIu64 " ports\n",
		census->flows, census->opened, census->pool);
	for (size_t i = 0; i < census->pod_count; i++)
		fprintf(stream, "pod %s: %" PRIu64 ", %" PRIu64 " new\n",
			addr_format(&census->pods[i].addr, addr),
			census->pods[i].flows, census->pods[i].opened);
	for (size_t i = 0; i < census->remote_count; i++)
		remote_print(stream, &census->remotes[i]);
	fclose(stream);
	return text;
}

static void check_row(const struct census_row *row)
{
	struct maps maps = maps_make(RECORDS_MAX);
	struct census census;
	char *text;

	for (size_t i = 0; i < RECORDS_MAX && row->records[i].pod; i++)
		record_put(&maps, &row->records[i]);
	must(census_take(&maps, SINCE, &census) == 0, "census");
	text = census_text(&census);
	census_free(&census);
	maps_free(&maps);
	CHECK_STRING(text, row->expected);
	free(text);
}

static void counts_who_holds_what(void)
{
	CHECK_ROWS(rows, check_row);
}

/* --- more than it tells apart --- */

/* Pod and remote of this number. */
static void numbered_put(const struct maps *maps, __u32 number, __u16 node_port)
{
	struct masq_tuple key = { .remote = addr_of(REMOTE6),
				  .local = addr_of(NODE6),
				  .local_port = node_port,
				  .proto = IPPROTO_TCP };
	struct masq_flow flow = { .local = addr_of(POD6),
				  .opened_ns = SINCE,
				  .expires_ns = LIVE };

	memcpy(key.remote.byte + 8, &number, sizeof(number));
	memcpy(flow.local.byte + 8, &number, sizeof(number));
	flow_put(maps, &key, &flow);
}

static void check_bounded(const struct census *census)
{
	CHECK_EQUAL(census->flows, MANY + BUSY - 1);
	CHECK_EQUAL(census->opened, MANY + BUSY - 1);
	CHECK_EQUAL(census->pod_count, CENSUS_MAX);
	CHECK_EQUAL(census->remote_count, CENSUS_MAX);
	CHECK_EQUAL(census->pods[0].flows, BUSY);
	CHECK_EQUAL(census->remotes[0].ports, BUSY);
	for (size_t i = 1; i < CENSUS_MAX; i++) {
		CHECK_EQUAL(census->pods[i].flows, 1);
		CHECK_EQUAL(census->remotes[i].ports, 1);
	}
}

/* The busy one has a thousand records among the rest: some come early. */
static void is_bounded(void)
{
	struct maps maps = maps_make(MANY + BUSY);
	struct census census;

	for (__u32 i = 0; i < MANY; i++)
		numbered_put(&maps, i, 20000);
	for (__u32 i = 1; i < BUSY; i++)
		numbered_put(&maps, 0, 20000 + i);
	must(census_take(&maps, SINCE, &census) == 0, "census");
	check_bounded(&census);
	census_free(&census);
	maps_free(&maps);
}

/* --- maps that cannot be read --- */

static void check_refused(struct maps maps, enum map_id missing)
{
	struct census census = { .flows = 42 };

	maps.fd[missing] = -1;
	CHECK_EQUAL(census_take(&maps, SINCE, &census), -EBADF);
	CHECK_EQUAL(census.flows, 42);
}

static void fails_without_a_map(void)
{
	struct maps maps = maps_make(1);

	check_refused(maps, MAP_PORTS);
	check_refused(maps, MAP_FLOWS);
	maps_free(&maps);
}

static const struct test_case cases[] = {
	{ "it counts who holds what, the busiest first",
	  counts_who_holds_what },
	{ "it is bounded, and has the busy one", is_bounded },
	{ "it fails without a map, and writes nothing", fails_without_a_map },
};

TEST_MAIN(cases)
