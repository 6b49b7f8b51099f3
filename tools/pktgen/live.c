// SPDX-License-Identifier: GPL-2.0-only
#include "live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "clock.h"
#include "log.h"
#include "pktgen.skel.h"
#include "progress.h"

enum {
	LIVE_FRAMES = 1 << 1, /* BPF_F_TEST_XDP_LIVE_FRAMES */
	/*
	 * Between two bursts the kernel waits for all that runs (the dispatcher
	 * of XDP programs is written anew): they are long.
	 */
	BURST_NS = 200000000,
	BURST_FIRST = 4096, /* packets, when nothing is known yet */
	TURNS = 100, /* a second, when there is a rate */
	FILTER_HANDLE = 0x706b7467, /* "pktg" */
	FILTER_PRIORITY = 2,
	SETTLE_MS = 10,
	SETTLE_TRIES = 30, /* in a row without a packet */
};

volatile bool live_is_over;

static void sleep_until(__u64 ns)
{
	const struct timespec until = { ns / NS_PER_S, ns % NS_PER_S };

	(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* --- the programs --- */

/* Room for what will be sent. Return: 0 or a negative errno. */
static int maps_resize(const struct options *options, struct pktgen_bpf *skel)
{
	__u32 most = options->count ? options->count : PKTGEN_PACKETS_MAX;
	__u32 opened = options->opens ? options->plan.flows : 0;
	__u32 out = options->back ? opened : opened + most;
	__u32 back = options->back ? most : 1;
	int error;

	error = bpf_map__set_max_entries(skel->maps.seen, options->plan.flows);
	if (!error)
		error = bpf_map__set_max_entries(skel->maps.arrived_out,
						 out / 64 + 1);
	if (!error)
		error = bpf_map__set_max_entries(skel->maps.arrived_back,
						 back / 64 + 1);
	return error;
}

static int load(struct live *live)
{
	const struct options *options = live->options;
	struct pktgen_bpf *skel = live->skel;
	size_t least = frame_size_min(&options->plan);
	size_t size = options->size ? options->size : least;
	int error;

	if (size < least || size > FRAME_MAX)
		return log_error("--size %zu: frames of this protocol have %zu "
				 "to %u bytes",
				 size, least, FRAME_MAX);
	frame_make(&options->plan, size, &live->frame);
	*(struct pktgen_plan *)&skel->rodata->plan = options->plan;
	memcpy((__u8 *)skel->rodata->destination_mac, options->mac,
	       sizeof(options->mac));
	for (int i = 0; i < PKTGEN_DIRECTION_COUNT; i++) {
		const struct device *end = live->ends[i];

		((__u32 *)skel->rodata->ifindexes)[i] = end->ifindex;
		memcpy((__u8 *)skel->rodata->source_macs[i], end->mac,
		       sizeof(end->mac));
	}
	*(__u64 *)&skel->rodata->ip_sum = live->frame.ip_sum;
	*(__u64 *)&skel->rodata->l4_sum = live->frame.l4_sum;
	*(__u16 *)&skel->rodata->mark_at = least - sizeof(struct pktgen_mark);
	bpf_program__set_autoload(skel->progs.pktgen_back, options->back);
	bpf_program__set_autoload(skel->progs.pktgen_sink_back, options->back);
	error = maps_resize(options, skel);
	if (!error)
		error = pktgen_bpf__load(skel);
	if (error)
		return log_error("cannot load the programs: %s%s",
				 strerror(-error), log_hint(-error));
	return 0;
}

int live_open(const struct options *options, const struct device *from,
	      const struct device *to, struct live *ret)
{
	*ret = (struct live){
		.options = options,
		.ends = { [PKTGEN_OUT] = from, [PKTGEN_BACK] = to },
		.skel = pktgen_bpf__open(),
	};
	if (!ret->skel)
		return log_error("cannot open the programs: %s",
				 strerror(errno));
	if (load(ret) == 0)
		return 0;
	live_close(ret);
	return -1;
}

void live_close(struct live *live)
{
	pktgen_bpf__destroy(live->skel);
	live->skel = NULL;
}

/* --- the sink --- */

static const struct device *sink_device(const struct live *live,
					enum pktgen_direction direction)
{
	return live->ends[direction == PKTGEN_OUT ? PKTGEN_BACK : PKTGEN_OUT];
}

static int sink_fd(const struct live *live, enum pktgen_direction direction)
{
	return bpf_program__fd(direction == PKTGEN_OUT ?
				       live->skel->progs.pktgen_sink_out :
				       live->skel->progs.pktgen_sink_back);
}

int live_sink_put(const struct live *live, enum pktgen_direction direction)
{
	const struct device *device = sink_device(live, direction);
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = device->ifindex,
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = FILTER_HANDLE,
		    .priority = FILTER_PRIORITY,
		    .prog_fd = sink_fd(live, direction));
	int error;

	if (device_enter(device) < 0)
		return -1;
	error = bpf_tc_hook_create(&hook);
	if (!error || error == -EEXIST)
		error = bpf_tc_attach(&hook, &filter);
	if (error)
		return log_error("cannot attach the sink to %s: %s%s",
				 device->name,
				 error == -EEXIST ? "another one is there" :
						    strerror(-error),
				 log_hint(-error));
	return 0;
}

/* The qdisc stays: it may be others' as well. */
void live_sink_remove(const struct live *live, enum pktgen_direction direction)
{
	const struct device *device = sink_device(live, direction);
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = device->ifindex,
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = FILTER_HANDLE,
		    .priority = FILTER_PRIORITY);

	if (device_enter(device) == 0)
		(void)bpf_tc_detach(&hook, &filter);
}

void live_hurry(const struct live *live)
{
	live->skel->bss->only_counts = !live->options->plan.checks;
}

static void count_add(struct pktgen_count *sum, const struct pktgen_count *one)
{
	sum->packets += one->packets;
	sum->bytes += one->bytes;
	sum->duplicates += one->duplicates;
	sum->wrong_addresses += one->wrong_addresses;
	sum->wrong_ports += one->wrong_ports;
	sum->wrong_checksums += one->wrong_checksums;
	sum->moved += one->moved;
}

int live_count(const struct live *live, enum pktgen_direction direction,
	       struct pktgen_count *ret)
{
	int cpus = libbpf_num_possible_cpus(), error;
	__u32 key = direction;
	struct pktgen_count *each;

	each = cpus > 0 ? calloc(cpus, sizeof(*each)) : NULL;
	if (!each)
		return log_error("no memory for the counts");
	error = bpf_map_lookup_elem(bpf_map__fd(live->skel->maps.counts), &key,
				    each);
	*ret = (struct pktgen_count){ 0 };
	for (int i = 0; i < cpus && !error; i++)
		count_add(ret, &each[i]);
	free(each);
	if (error)
		return log_error("cannot read the counts: %s",
				 strerror(-error));
	return 0;
}

int live_settle(const struct live *live, enum pktgen_direction direction,
		__u64 sent, struct pktgen_count *ret)
{
	__u64 before = 0;

	for (int tries = 0; tries < SETTLE_TRIES; tries++) {
		if (live_count(live, direction, ret) < 0)
			return -1;
		if (ret->packets >= sent)
			return 0;
		if (ret->packets != before)
			tries = 0;
		before = ret->packets;
		sleep_until(clock_ns() + SETTLE_MS * 1000000ULL);
	}
	return 0;
}

/* --- sending --- */

static int send_fd(const struct live *live, enum pktgen_direction direction)
{
	return bpf_program__fd(direction == PKTGEN_OUT ?
				       live->skel->progs.pktgen_out :
				       live->skel->progs.pktgen_back);
}

/* *ret_ns: that each took. Return: 0 or a negative errno; a signal is none. */
static int burst_send(struct live *live, enum pktgen_direction direction,
		      __u32 count, __u32 *ret_ns)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = live->frame.bytes,
		    .data_size_in = live->frame.size, .repeat = count,
		    .flags = LIVE_FRAMES);
	int error;

	error = bpf_prog_test_run_opts(send_fd(live, direction), &run);
	*ret_ns = run.duration;
	return error == -EINTR ? 0 : error;
}

/* How many until the next look at the clock.  each_ns: 0: not known. */
static __u64 burst_size(const struct options *options, __u32 each_ns)
{
	__u64 size = each_ns ? BURST_NS / each_ns + 1 : BURST_FIRST;

	if (options->rate)
		size = options->rate / TURNS ? options->rate / TURNS : 1;
	return options->window && options->window < size ? options->window :
							   size;
}

/*
 * Wait for `count` packets more than *arrived, which becomes what there are:
 * what is lost is waited for once.
 */
static int burst_await(const struct live *live, enum pktgen_direction direction,
		       __u64 count, __u64 *arrived)
{
	struct pktgen_count now;

	if (live_settle(live, direction, *arrived + count, &now) < 0)
		return -1;
	*arrived = now.packets;
	return 0;
}

/* count, seconds: as live_send(); arrived: what was counted before. */
static int bursts_send(struct live *live, enum pktgen_direction direction,
		       __u64 count, __u32 seconds, __u64 arrived,
		       struct result *ret)
{
	const struct options *options = live->options;
	const __u32 *sequence = &live->skel->bss->sequence[direction];
	__u64 max = count ? count : PKTGEN_PACKETS_MAX;
	__u32 first = *sequence;
	__u64 start = clock_ns(), end = start + (__u64)seconds * NS_PER_S;
	struct progress progress;
	__u32 each_ns = 0;

	progress_begin(&progress, live, direction);
	while (ret->sent < max && !live_is_over &&
	       (count || clock_ns() < end)) {
		__u64 size = burst_size(options, each_ns), before = ret->sent;
		int error;

		if (size > max - before)
			size = max - before;
		error = burst_send(live, direction, size, &each_ns);
		if (error)
			return log_error("cannot send: %s%s", strerror(-error),
					 log_hint(-error));
		/* a signal cuts a burst short: ask who has counted */
		ret->sent = *(const volatile __u32 *)sequence - first;
		ret->busy_ns += each_ns * (ret->sent - before);
		if (options->window &&
		    burst_await(live, direction, ret->sent - before, &arrived) <
			    0)
			return -1;
		progress_show(&progress, ret->sent, clock_ns() - start);
		if (options->rate)
			sleep_until(start +
				    ret->sent * NS_PER_S / options->rate);
	}
	progress_end(&progress);
	return 0;
}

int live_send(struct live *live, enum pktgen_direction direction, __u64 count,
	      __u32 seconds, struct result *ret)
{
	__u64 start = clock_ns();
	struct pktgen_count before;

	*ret = (struct result){ 0 };
	if (device_enter(live->ends[direction]) < 0 ||
	    live_count(live, direction, &before) < 0 ||
	    bursts_send(live, direction, count, seconds, before.packets, ret) <
		    0 ||
	    live_settle(live, direction, before.packets + ret->sent,
			&ret->count) < 0)
		return -1;
	ret->count.packets -= before.packets;
	ret->count.bytes -= before.bytes;
	ret->ns = clock_ns() - start;
	return 0;
}

/* --- flows that share --- */

struct outside {
	struct pktgen_seen from;
	struct masq_addr to;
};

static int outside_compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct outside));
}

static __u64 shared_count(struct outside *all, __u32 count)
{
	__u64 shared = 0;

	qsort(all, count, sizeof(*all), outside_compare);
	for (__u32 i = 1; i < count; i++)
		if (addr_is_set(&all[i].from.addr) &&
		    outside_compare(&all[i - 1], &all[i]) == 0)
			shared++;
	return shared;
}

int live_shared(const struct live *live, __u64 *ret)
{
	const struct pktgen_plan *plan = &live->options->plan;
	struct outside *all = calloc(plan->flows, sizeof(*all));
	int error = all ? 0 : -ENOMEM;

	for (__u32 i = 0; i < plan->flows && !error; i++) {
		struct pktgen_flow flow;

		pktgen_flow_of(plan, i, &flow);
		all[i].to = flow.destination;
		error = bpf_map_lookup_elem(bpf_map__fd(live->skel->maps.seen),
					    &i, &all[i].from);
	}
	if (!error)
		*ret = shared_count(all, plan->flows);
	free(all);
	if (error)
		return log_error("cannot look at the flows: %s",
				 strerror(-error));
	return 0;
}
