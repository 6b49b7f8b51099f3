// SPDX-License-Identifier: GPL-2.0-only
/*
 * programs [ROUNDS]: what the datapath's programs cost, in nanoseconds a
 * packet, as JSON: by BPF_PROG_TEST_RUN, what an empty program takes
 * subtracted.  The rounds of all cases alternate; of each its median and
 * quartiles are told.  And what they cost the verifier.
 */
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <json-c/json.h>

#include "cost.h"
#include "log.h"
#include "maps.h"
#include "pool.h"
#include "probe.h"
#include "programs.h"

#include "bench.skel.h"

enum {
	ROUNDS = 15,
	ROUNDS_MAX = 1000,
	REPEAT = 300000,
	LOOPBACK = 1, /* the ifindex that a test packet has */
	FLOWS = 1 << 20, /* for each packet of bench_open, of 15 rounds */
};

/* Who talks to whom: addresses for documentation (RFC 5737, RFC 3849). */
struct cast {
	const char *pods, *pod, *node, *remote, *island;
};

static const struct cast casts[MASQ_FAMILY_COUNT] = {
	[MASQ_IPV4] = { "192.0.2.0/24", "192.0.2.2", "198.51.100.1",
			"203.0.113.1", "192.0.2.3" },
	[MASQ_IPV6] = { "2001:db8:1::/64", "2001:db8:1::2", "2001:db8:2::1",
			"2001:db8:3::1", "2001:db8:1::3" },
};

enum { POD_PORT = 40000, REMOTE_PORT = 9000 };

enum way {
	POD_TO_REMOTE,
	REMOTE_TO_NODE,
	POD_TO_ISLAND,
	NODE_TO_REMOTE,
};

struct bench_case {
	const char *name;
	const char *runner; /* of programs.bpf.c */
	const char *program;
	__u32 repeat;
	enum way way;
};

static const struct bench_case cases[] = {
	{ "established, egress", "bench_run", "masq_egress", REPEAT,
	  POD_TO_REMOTE },
	{ "established, ingress", "bench_run", "masq_ingress", REPEAT,
	  REMOTE_TO_NODE },
	{ "island", "bench_run", "masq_egress", REPEAT, POD_TO_ISLAND },
	{ "host", "bench_run", "masq_egress", REPEAT, NODE_TO_REMOTE },
	{ "new flow", "bench_open", "masq_egress", REPEAT / 10, POD_TO_REMOTE },
};

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

struct bench {
	struct bench_bpf *skel;
	unsigned int rounds;
	double ns[MASQ_FAMILY_COUNT][CASES][ROUNDS_MAX];
};

/* --- the programs and what they know --- */

static struct masq_addr addr_of(const char *text)
{
	struct masq_addr addr = { 0 };

	(void)addr_parse(text, &addr); /* one of the above */
	return addr;
}

static int publish(const struct maps *maps)
{
	struct masq_config config = { .layout = MASQ_LAYOUT,
				      .rewrites_directly = 1 };
	struct range pods[MASQ_FAMILY_COUNT] = { 0 };
	struct masq_uplink uplink = { 0 };
	struct masq_ports ports;
	int error;

	for (int i = 0; i < MASQ_TIMEOUT_COUNT; i++)
		config.timeout_s[i] = 3600;
	for (int family = 0; family < MASQ_FAMILY_COUNT; family++) {
		uplink.node[family] = addr_of(casts[family].node);
		pods[family].origin = MASQ_ORIGIN_POD_CIDR;
		(void)cidr_parse(casts[family].pods, &pods[family].cidr);
	}
	(void)pool_parse("1024-65535", &ports);
	error = maps_set_ports(maps, &ports);
	if (!error)
		error = maps_set_uplink(maps, LOOPBACK, &uplink);
	if (!error)
		error = maps_set_config(maps, &config);
	if (!error)
		error = maps_set_ranges(maps, MAP_PODS, pods,
					MASQ_FAMILY_COUNT);
	return error ? error :
		       maps_set_ranges(maps, MAP_ISLAND, pods,
				       MASQ_FAMILY_COUNT);
}

/* Those whose cost is told. */
static const char *const programs[] = { "masq_egress", "masq_ingress",
					"masq_pod", "masq_xdp" };

enum { PROGRAMS = sizeof(programs) / sizeof(programs[0]) };

static char logs[PROGRAMS][COST_LOG_SIZE];

/* Return: PROGRAMS for one that is not among them. */
static int program_number(const char *name)
{
	int i = 0;

	while (i < PROGRAMS && strcmp(programs[i], name) != 0)
		i++;
	return i;
}

static struct bpf_program *program_of(const struct bench_bpf *skel,
				      const char *name)
{
	return bpf_object__find_program_by_name(skel->obj, name);
}

/* Return: 0 or a negative errno. */
static int resize(const struct bench_bpf *skel)
{
	int error = 0;

	for (int id = 0; id < MAP_COUNT && !error; id++) {
		struct bpf_map *map =
			bpf_object__find_map_by_name(skel->obj, map_names[id]);
		__u32 entries;

		error = map_entries(id, FLOWS, &entries);
		if (!error && entries)
			error = bpf_map__set_max_entries(map, entries);
	}
	return error;
}

static int load(struct bench_bpf *skel)
{
	struct bpf_program *program;
	int error;

	skel->rodata->rewrites_directly = 1;
	bpf_object__for_each_program(program, skel->obj) {
		const char *name = bpf_program__name(program);

		bpf_program__set_autoload(
			program, strncmp(name, "bench_", 6) == 0 ||
					 program_number(name) < PROGRAMS);
	}
	for (int i = 0; i < PROGRAMS; i++)
		(void)cost_ask(program_of(skel, programs[i]), logs[i]);
	error = resize(skel);
	return error ? error : bench_bpf__load(skel);
}

static void maps_find(const struct bench_bpf *skel, struct maps *ret)
{
	for (int id = 0; id < MAP_COUNT; id++)
		ret->fd[id] = bpf_object__find_map_fd_by_name(skel->obj,
							      map_names[id]);
}

/* --- packets --- */

static struct probe probe_of(const struct cast *cast, enum way way)
{
	struct probe probe = { .proto = IPPROTO_UDP,
			       .src_port = POD_PORT,
			       .dst_port = REMOTE_PORT };

	probe.src = addr_of(way == NODE_TO_REMOTE ? cast->node :
			    way == REMOTE_TO_NODE ? cast->remote :
						    cast->pod);
	probe.dst = addr_of(way == REMOTE_TO_NODE ? cast->node :
			    way == POD_TO_ISLAND  ? cast->island :
						    cast->remote);
	if (way == REMOTE_TO_NODE) {
		probe.src_port = REMOTE_PORT;
		probe.dst_port = POD_PORT;
	}
	return probe;
}

static int program_fd(const struct bench_bpf *skel, const char *name)
{
	return bpf_program__fd(program_of(skel, name));
}

/* Return: nanoseconds a packet; below 0: an error, said. */
static double run(const struct bench_bpf *skel, const char *runner,
		  const char *program, const struct probe *probe, __u32 repeat)
{
	const int target = program_fd(skel, program);
	const __u32 zero = 0;
	bool is_ipv4 = addr_family(&probe->src) == MASQ_IPV4;
	unsigned char packet[PROBE_SIZE] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet,
		    .data_size_in = PROBE_SIZE, .repeat = repeat);
	int error;

	(void)probe_write(probe, packet);
	memcpy(skel->bss->packet.bytes, packet,
	       sizeof(skel->bss->packet.bytes));
	skel->bss->packet.remote_at = ETH_HLEN + (is_ipv4 ? 16 : 24 + 12);
	error = bpf_map_update_elem(bpf_map__fd(skel->maps.bench_target), &zero,
				    &target, BPF_ANY);
	if (!error)
		error = bpf_prog_test_run_opts(program_fd(skel, runner),
					       &options);
	if (error)
		return log_error("cannot run %s: %s", program,
				 strerror(-error));
	return options.duration;
}

/* --- rounds --- */

/* Once before it counts: the flow is open then. */
static int case_run(struct bench *bench, const struct bench_case *what,
		    enum masq_family family, double *ret)
{
	const struct probe probe = probe_of(&casts[family], what->way);
	double nothing, all;

	nothing = run(bench->skel, what->runner, "bench_nothing", &probe,
		      what->repeat);
	all = run(bench->skel, what->runner, what->program, &probe,
		  what->repeat);
	*ret = all - nothing;
	return nothing < 0 || all < 0 ? -1 : 0;
}

static int rounds_run(struct bench *bench)
{
	for (unsigned int round = 0; round < bench->rounds; round++)
		for (int family = 0; family < MASQ_FAMILY_COUNT; family++)
			for (int i = 0; i < CASES; i++)
				if (case_run(bench, &cases[i], family,
					     &bench->ns[family][i][round]) < 0)
					return -1;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void row_add(struct json_object *rows, const struct bench *bench,
		    enum masq_family family, int number, double ns[])
{
	struct json_object *row = json_object_new_object();
	unsigned int n = bench->rounds;

	qsort(ns, n, sizeof(*ns), compare);
	json_object_object_add(row, "case",
			       json_object_new_string(cases[number].name));
	json_object_object_add(
		row, "family",
		json_object_new_string(addr_family_name(family)));
	json_object_object_add(row, "ns", json_object_new_double(ns[n / 2]));
	json_object_object_add(row, "ns_low",
			       json_object_new_double(ns[n / 4]));
	json_object_object_add(row, "ns_high",
			       json_object_new_double(ns[3 * n / 4]));
	json_object_array_add(rows, row);
}

static struct json_object *costs(const struct bench_bpf *skel)
{
	struct json_object *rows = json_object_new_array();

	for (int i = 0; i < PROGRAMS; i++) {
		struct json_object *row = json_object_new_object();
		struct cost cost = { 0 };

		(void)cost_read(program_of(skel, programs[i]), logs[i], &cost);
		json_object_object_add(row, "program",
				       json_object_new_string(programs[i]));
		json_object_object_add(row, "instructions",
				       json_object_new_int(cost.instructions));
		json_object_object_add(row, "stack",
				       json_object_new_int(cost.stack));
		json_object_array_add(rows, row);
	}
	return rows;
}

static void report(struct bench *bench)
{
	struct json_object *whole = json_object_new_object();
	struct json_object *rows = json_object_new_array();

	for (int i = 0; i < CASES; i++)
		for (int family = 0; family < MASQ_FAMILY_COUNT; family++)
			row_add(rows, bench, family, i, bench->ns[family][i]);
	json_object_object_add(whole, "cases", rows);
	json_object_object_add(whole, "verifier", costs(bench->skel));
	puts(json_object_to_json_string_ext(whole, JSON_C_TO_STRING_PLAIN));
	json_object_put(whole);
}

static int measure(struct bench *bench)
{
	struct maps maps;
	int error = load(bench->skel);

	if (!error) {
		maps_find(bench->skel, &maps);
		error = publish(&maps);
	}
	if (error)
		return log_error("cannot load the programs: %s%s",
				 strerror(-error), log_hint(-error));
	return rounds_run(bench);
}

int main(int argc, char **argv)
{
	static struct bench bench = { .rounds = ROUNDS };
	int result;

	log_open();
	if (argc > 1)
		bench.rounds = strtoul(argv[1], NULL, 10);
	if (!bench.rounds || bench.rounds > ROUNDS_MAX) {
		log_error("\"%s\": is no number of rounds: 1 to %d are right",
			  argv[1], ROUNDS_MAX);
		return 2;
	}
	bench.skel = bench_bpf__open();
	if (!bench.skel)
		return EXIT_FAILURE;
	result = measure(&bench);
	if (result == 0)
		report(&bench);
	bench_bpf__destroy(bench.skel);
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
