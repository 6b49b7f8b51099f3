// SPDX-License-Identifier: GPL-2.0-only
/*
 * How often a pod is told of its refused packets.
 */
#include <sched.h>

#include "tell.h"

enum {
	AT_ONCE = 10,
};

#define INTERVAL_NS (SECOND_NS / 10)
/* The datapath's clock ticks a hundred times a second, or more often. */
#define TICK_NS (SECOND_NS / 100)

/*
 * How often the pod is told before it is not; and how often it may have been,
 * had the time been long.
 */
static int told_at_once(const struct fixture *fixture,
			const struct frame *frame, int *ret_max)
{
	__u64 began = fixture_now_ns();
	int told = 0;

	while (told <= 2 * AT_ONCE &&
	       fixture_send(fixture, MASQ_EGRESS, frame, NULL) == REDIRECT)
		told++;
	*ret_max = AT_ONCE + (fixture_now_ns() - began + TICK_NS) / INTERVAL_NS;
	return told;
}

static void ten_at_once(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = udp_of(f);
	struct frame frame;
	int told, max;

	for (int pod = 0; pod < 2; pod++) {
		spec.src = pod ? f->other_pod : f->pod;
		frame_build(&frame, &spec);
		told = told_at_once(fixture, &frame, &max);
		if (told < AT_ONCE || told > max)
			printf("# told %d times, expected %d to %d\n", told,
			       AT_ONCE, max);
		CHECK(told >= AT_ONCE && told <= max);
	}
}

static void each_pod_is_told_ten_times_at_once(void)
{
	play_isolated(ten_at_once);
}

/*
 * How long it takes until the pod has been told so often; all ones: too long.
 * *ret_stalled: how much of that we did not run.
 */
static __u64 time_told(const struct fixture *fixture, const struct frame *frame,
		       int times, __u64 *ret_stalled)
{
	__u64 began = fixture_now_ns(), last = began, now = began;

	*ret_stalled = 0;
	while (times && now - began < 10 * SECOND_NS) {
		times -= fixture_send(fixture, MASQ_EGRESS, frame, NULL) ==
			 REDIRECT;
		sched_yield();
		now = fixture_now_ns();
		if (now - last > TICK_NS)
			*ret_stalled += now - last;
		last = now;
	}
	return times ? ~0ULL : now - began;
}

static void ten_a_second(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = udp_of(f);
	__u64 passed, stalled;
	struct frame frame;

	frame_build(&frame, &spec);
	passed = time_told(fixture, &frame, AT_ONCE + 10, &stalled);
	printf("# told %d times in %llu ms, of these stalled %llu ms\n",
	       AT_ONCE + 10, (unsigned long long)(passed / 1000000),
	       (unsigned long long)(stalled / 1000000));
	CHECK(passed >= SECOND_NS - TICK_NS);
	CHECK(passed <= SECOND_NS + 2 * TICK_NS + stalled);
}

static void then_ten_times_a_second(void)
{
	play_isolated(ten_a_second);
}

static const struct test_case cases[] = {
	{ "each pod is told ten times at once, and no more",
	  each_pod_is_told_ten_times_at_once },
	{ "then a pod is told ten times a second", then_ten_times_a_second },
};

TEST_MAIN(cases)
