// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is remembered of the ways to pods, and how that is forgotten.
 */
#include <errno.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "fixture.h"
#include "test.h"

/* So many that some share a bucket of the kernel's hash table. */
enum { PODS = 1000, SECONDS = 60 };

static struct masq_addr pod_addr(int number)
{
	return (struct masq_addr){
		.byte = { 0xfd, 0, number >> 8, number },
	};
}

static void all_are_expired(void)
{
	const struct fixture_options options = { 0 };
	struct masq_pod_way way = { .until_ns = 1, .port = 7 };
	struct fixture fixture;
	int fd;

	fixture_open(&fixture, &options);
	fd = fixture.maps.fd[MAP_POD_WAYS];
	for (int i = 0; i < PODS; i++) {
		struct masq_addr pod = pod_addr(i);

		CHECK_EQUAL(bpf_map_update_elem(fd, &pod, &way, BPF_ANY), 0);
	}
	alarm(SECONDS); /* one that goes round in a circle fails */
	CHECK_EQUAL(maps_expire_pod_ways(&fixture.maps), 0);
	alarm(0);
	for (int i = 0; i < PODS; i++) {
		struct masq_addr pod = pod_addr(i);

		CHECK_EQUAL(bpf_map_lookup_elem(fd, &pod, &way), 0);
		CHECK_EQUAL(way.until_ns, 0);
		CHECK_EQUAL(way.port, 7);
	}
	fixture_close(&fixture);
}

static const struct test_case cases[] = {
	{ "all ways to pods are looked up again, be they many",
	  all_are_expired },
};

TEST_MAIN(cases)
