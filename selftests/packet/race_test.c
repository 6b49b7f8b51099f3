// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two CPUs at once: nothing is shared that must not be, and nothing is lost.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"
#include "test.h"

enum { CPUS = 2, FLOWS = 2000 };

struct opener {
	const struct fixture *fixture;
	const char *pod;
	atomic_int *waiting; /* at the start line, before each flow */
	int cpu;
	uint16_t port[FLOWS]; /* as they went out */
	int action[FLOWS];
};

static void cpu_take(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* All leave together; round counts how often all have been here. */
static void start_line(atomic_int *waiting, int round)
{
	atomic_fetch_add(waiting, 1);
	while (atomic_load(waiting) < CPUS * (round + 1))
		;
}

static void *open_flows(void *argument)
{
	struct opener *opener = argument;
	struct packet_spec spec = { .proto = IPPROTO_TCP,
				    .src = opener->pod,
				    .dst = REMOTE4,
				    .dst_port = 443,
				    .tcp_flags = SYN };
	struct frame frame, out;
	struct frame_view view;

	cpu_take(opener->cpu);
	for (int i = 0; i < FLOWS; i++) {
		spec.src_port = 20000 + i;
		frame_build(&frame, &spec);
		start_line(opener->waiting, i);
		opener->action[i] = fixture_send(opener->fixture, MASQ_EGRESS,
						 &frame, &out);
		frame_view(&out, &view);
		opener->port[i] = view.src_port;
	}
	return NULL;
}

/* What was dropped, for the reader of a failure. */
static void print_drops(const struct fixture *fixture)
{
	struct masq_counter counter;

	for (int v = MASQ_DROP_FIRST; v < MASQ_VERDICT_COUNT; v++)
		if (maps_get_counter(&fixture->maps, MASQ_EGRESS, v,
				     &counter) == 0 &&
		    counter.packets)
			printf("# %llu packets under verdict %d\n",
			       counter.packets, v);
}

static void race(const struct fixture *fixture, struct opener *openers,
		 const char *const *pods)
{
	pthread_t threads[CPUS];
	atomic_int waiting = 0;

	for (int cpu = 0; cpu < CPUS; cpu++) {
		openers[cpu] = (struct opener){ .fixture = fixture,
						.pod = pods[cpu],
						.waiting = &waiting,
						.cpu = cpu };
		CHECK_EQUAL(pthread_create(&threads[cpu], NULL, open_flows,
					   &openers[cpu]),
			    0);
	}
	for (int cpu = 0; cpu < CPUS; cpu++)
		pthread_join(threads[cpu], NULL);
	print_drops(fixture);
}

/* Two pods, the same source ports, one destination: each port only once. */
static void two_pods_never_share_a_port(void)
{
	static const char *const pods[] = { POD4, OTHER_POD4 };
	/* as many ports as flows: at the end both look for the last ones */
	const struct fixture_options options = { .ports = "20000-23999" };
	static struct opener openers[CPUS];
	static bool is_used[65536];
	struct fixture fixture;

	if (sysconf(_SC_NPROCESSORS_ONLN) < CPUS)
		SKIP("this machine has one CPU");
	fixture_open(&fixture, &options);
	race(&fixture, openers, pods);
	for (int cpu = 0; cpu < CPUS && !test_failed; cpu++) {
		for (int i = 0; i < FLOWS; i++) {
			CHECK_EQUAL(openers[cpu].action[i], -1);
			CHECK(!is_used[openers[cpu].port[i]]);
			is_used[openers[cpu].port[i]] = true;
		}
	}
	CHECK_EQUAL(fixture_flows(&fixture), CPUS * FLOWS);
	CHECK_EQUAL(fixture_usage(&fixture, POD4), FLOWS);
	CHECK_EQUAL(fixture_usage(&fixture, OTHER_POD4), FLOWS);
	fixture_close(&fixture);
}

/* One flow's first packets on two CPUs: one record, and both packets go. */
static void two_cpus_open_one_flow_once(bool random_fully)
{
	static const char *const pods[] = { POD4, POD4 };
	const struct fixture_options options = { .ports = "20000-29999",
						 .max_flows = 8192,
						 .random_fully = random_fully };
	static struct opener openers[CPUS];
	struct fixture fixture;

	fixture_open(&fixture, &options);
	race(&fixture, openers, pods);
	for (int i = 0; i < FLOWS && !test_failed; i++) {
		CHECK_EQUAL(openers[0].action[i], -1);
		CHECK_EQUAL(openers[1].action[i], -1);
		CHECK_EQUAL(openers[0].port[i], openers[1].port[i]);
	}
	CHECK_EQUAL(fixture_flows(&fixture), FLOWS);
	CHECK_EQUAL(fixture_usage(&fixture, POD4), FLOWS);
	fixture_close(&fixture);
}

static void one_flow_is_opened_once(void)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) < CPUS)
		SKIP("this machine has one CPU");
	two_cpus_open_one_flow_once(false);
	if (!test_failed)
		two_cpus_open_one_flow_once(true);
}

static const struct test_case cases[] = {
	{ "two pods on two CPUs never share a port, to the last one",
	  two_pods_never_share_a_port },
	{ "one flow on two CPUs is opened once, and no packet is lost",
	  one_flow_is_opened_once },
};

TEST_MAIN(cases)
