// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tickets: each record has one, and they take no more memory than they need.
 */
#include <linux/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "fixture.h"
#include "programs.h"
#include "test.h"

enum { CPUS = 2, FLOWS = 1000 };

static const struct fixture_options options = { .ports = "20000-29999" };
/* as where CPUs have numbers beyond their count */
static const struct fixture_options shared = { .ports = "20000-29999",
					       .queues = 1 };

/* What all queues come to. */
struct queues {
	__u64 waiting;
	__u64 sheets; /* that this takes */
};

static struct queues queues_read(const struct fixture *fixture)
{
	int fd = fixture->maps.fd[MAP_QUEUES];
	struct queues sum = { 0 };
	struct masq_queue queue;

	for (__u32 i = 0; bpf_map_lookup_elem(fd, &i, &queue) == 0; i++) {
		sum.waiting += queue.put - queue.taken;
		sum.sheets += (queue.put + MASQ_SHEET_TICKETS - 1) /
				      MASQ_SHEET_TICKETS -
			      queue.taken / MASQ_SHEET_TICKETS;
	}
	return sum;
}

static __u64 sheets_count(const struct fixture *fixture)
{
	int fd = fixture->maps.fd[MAP_SHEETS];
	struct masq_sheet_key key, *before = NULL;
	__u64 count = 0;

	for (; bpf_map_get_next_key(fd, before, &key) == 0; before = &key)
		count++;
	return count;
}

struct opener {
	const struct fixture *fixture;
	const char *pod;
	int cpu;
};

static void *open_flows(void *argument)
{
	const struct opener *opener = argument;
	struct packet_spec spec = { .proto = IPPROTO_UDP,
				    .src = opener->pod,
				    .dst = REMOTE4,
				    .dst_port = 53 };
	struct frame frame;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(opener->cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	for (int i = 0; i < FLOWS; i++) {
		spec.src_port = 30000 + i;
		frame_build(&frame, &spec);
		(void)fixture_send(opener->fixture, MASQ_EGRESS, &frame, NULL);
	}
	return NULL;
}

/* On each CPU at once. */
static void open_everywhere(const struct fixture *fixture)
{
	struct opener openers[CPUS] = { { fixture, POD4, 0 },
					{ fixture, OTHER_POD4, 1 } };
	pthread_t threads[CPUS];

	for (int cpu = 0; cpu < CPUS; cpu++)
		CHECK_EQUAL(pthread_create(&threads[cpu], NULL, open_flows,
					   &openers[cpu]),
			    0);
	for (int cpu = 0; cpu < CPUS; cpu++)
		pthread_join(threads[cpu], NULL);
}

static void expire_soon(const struct fixture *fixture)
{
	struct masq_config config;

	fixture_get_config(fixture, &config);
	for (int i = 0; i < MASQ_TIMEOUT_COUNT; i++)
		config.timeout_s[i] = 2;
	fixture_set_config(fixture, &config);
}

static void each_record_has_one(void)
{
	struct fixture fixture;
	struct queues queues;

	if (sysconf(_SC_NPROCESSORS_ONLN) < CPUS)
		SKIP("this machine has one CPU");
	fixture_open(&fixture, &options);
	open_everywhere(&fixture);
	CHECK_EQUAL(fixture_flows(&fixture), CPUS * FLOWS);
	queues = queues_read(&fixture);
	CHECK_EQUAL(queues.waiting, CPUS * FLOWS);
	CHECK_EQUAL(sheets_count(&fixture), queues.sheets);
	fixture_close(&fixture);
}

/* Who loses too often has no flow then, and no ticket. */
static void a_shared_queue_loses_none(void)
{
	struct fixture fixture;
	struct queues queues;

	if (sysconf(_SC_NPROCESSORS_ONLN) < CPUS)
		SKIP("this machine has one CPU");
	fixture_open(&fixture, &shared);
	open_everywhere(&fixture);
	queues = queues_read(&fixture);
	CHECK(queues.waiting > FLOWS);
	CHECK_EQUAL(queues.waiting, fixture_flows(&fixture));
	fixture_close(&fixture);
}

/* The sweep takes and puts back while others put. */
static void all_are_swept(void)
{
	struct fixture fixture;
	struct queues queues;

	if (sysconf(_SC_NPROCESSORS_ONLN) < CPUS)
		SKIP("this machine has one CPU");
	fixture_open(&fixture, &options);
	expire_soon(&fixture);
	CHECK_EQUAL(programs_start_sweep(fixture.skel), 0);
	open_everywhere(&fixture);
	CHECK(fixture_sweep_all(&fixture));
	CHECK_EQUAL(fixture_entries(&fixture), 0);
	queues = queues_read(&fixture);
	CHECK_EQUAL(queues.waiting, 0);
	CHECK_EQUAL(sheets_count(&fixture), queues.sheets);
	fixture_close(&fixture);
}

static void open_flow(const struct fixture *fixture, __u16 port)
{
	const struct packet_spec spec = { .proto = IPPROTO_UDP,
					  .src = POD4,
					  .dst = REMOTE4,
					  .src_port = port,
					  .dst_port = 53 };
	struct frame frame;

	frame_build(&frame, &spec);
	(void)fixture_send(fixture, MASQ_EGRESS, &frame, NULL);
}

/* The first one lives on, and cannot be put behind the others. */
static void records_go_without_memory(void)
{
	const struct fixture_options options = { .queues = 1, .sheets = 1 };
	const __u64 end = fixture_now_ns() + 20 * SECOND_NS;
	struct fixture fixture;

	fixture_open(&fixture, &options);
	open_flow(&fixture, 30000);
	expire_soon(&fixture);
	for (int i = 1; i <= MASQ_SHEET_TICKETS; i++)
		open_flow(&fixture, 30000 + i);
	CHECK_EQUAL(queues_read(&fixture).waiting, MASQ_SHEET_TICKETS);
	CHECK_EQUAL(programs_start_sweep(fixture.skel), 0);
	while (fixture_entries(&fixture) > 2 && fixture_now_ns() < end)
		sched_yield();
	CHECK_EQUAL(fixture_entries(&fixture), 2);
	CHECK_EQUAL(fixture_flows(&fixture), 1);
	fixture_close(&fixture);
}

/* Each entry is taken as it is needed. */
static void nothing_is_taken_in_advance(void)
{
	static const enum map_id ids[] = { MAP_FLOWS, MAP_INDEX, MAP_SHEETS,
					   MAP_USAGE };
	struct fixture fixture;

	fixture_open(&fixture, &options);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct bpf_map_info info;

		CHECK_EQUAL(map_info(fixture.maps.fd[ids[i]], &info), 0);
		CHECK_EQUAL(info.type, BPF_MAP_TYPE_HASH);
		CHECK(info.map_flags & BPF_F_NO_PREALLOC);
	}
	CHECK_EQUAL(sheets_count(&fixture), 0);
	fixture_close(&fixture);
}

static const struct test_case cases[] = {
	{ "each record has one ticket, whichever CPU made it",
	  each_record_has_one },
	{ "CPUs that share a queue lose none", a_shared_queue_loses_none },
	{ "all are swept, and their sheets go", all_are_swept },
	{ "records that are over go where there is no memory for tickets",
	  records_go_without_memory },
	{ "flows take no memory before they come",
	  nothing_is_taken_in_advance },
};

TEST_MAIN(cases)
