// SPDX-License-Identifier: GPL-2.0-only
#include "fixture.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "masq.skel.h"
#include "pool.h"
#include "programs.h"
#include "setting.h"

enum {
	/* include/uapi/linux/bpf.h, newer than the headers we build with */
	TEST_SKB_CHECKSUM_COMPLETE = 1 << 2,
	LOOPBACK = 1, /* the device that test runs show, and our uplink */
	SWEEP_SECONDS = 10,
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void namespace_enter(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET) < 0)
		die("unshare");
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		die("lo");
	close(fd);
}

bool fixture_can(enum fixture_rewrite rewrite)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool tells = btf && btf__find_by_name_kind(btf, "bpf_cast_to_kern_ctx",
						   BTF_KIND_FUNC) > 0;

	btf__free(btf);
	return rewrite == FIXTURE_HELPERS || tells;
}

static struct masq_addr addr(const char *text)
{
	struct masq_addr ret;

	if (addr_parse(text, &ret))
		die(text);
	return ret;
}

static struct range range(const char *text, enum masq_origin origin)
{
	struct range ret = { .origin = origin };

	if (cidr_parse(text, &ret.cidr))
		die(text);
	return ret;
}

static __u32 flows_of(const struct fixture_options *options)
{
	return options->max_flows ? options->max_flows : 4096;
}

static void configure(const struct fixture *fixture,
		      const struct fixture_options *options)
{
	const struct range pods[] = {
		range("10.244.1.0/24", MASQ_ORIGIN_POD_CIDR),
		range("fd00:10:244:1::/64", MASQ_ORIGIN_POD_CIDR),
	};
	const struct range island[] = {
		range("10.244.0.0/16", MASQ_ORIGIN_CLUSTER_CIDR),
		range("fd00:10:244::/48", MASQ_ORIGIN_CLUSTER_CIDR),
	};
	struct masq_config config = {
		.layout = MASQ_LAYOUT,
		.state_layout = MASQ_STATE_LAYOUT,
		.mode = options->mode,
		.max_flows_per_pod = options->max_flows_per_pod,
		.max_inbound = flows_of(options) / 4,
		.random_fully = options->random_fully,
	};
	struct masq_uplink uplink = { 0 };
	struct masq_ports ports;
	struct config defaults;

	settings_init(&defaults);
	memcpy(config.timeout_s, defaults.timeout_s, sizeof(config.timeout_s));
	if (!options->without_node) {
		uplink.node[MASQ_IPV4] = addr(NODE4);
		uplink.node[MASQ_IPV6] = addr(NODE6);
	}
	if (pool_parse(options->ports ? options->ports : "20000-20999", &ports))
		die("ports");
	if (maps_set_config(&fixture->maps, &config) ||
	    maps_set_ports(&fixture->maps, &ports) ||
	    maps_set_uplink(&fixture->maps, LOOPBACK, &uplink) ||
	    maps_set_ranges(&fixture->maps, MAP_PODS, pods, 2) ||
	    maps_set_ranges(&fixture->maps, MAP_ISLAND, island, 2))
		die("maps");
}

void fixture_open(struct fixture *fixture,
		  const struct fixture_options *options)
{
	__u32 max_flows = flows_of(options);
	static bool is_in_namespace;

	if (!is_in_namespace)
		namespace_enter();
	is_in_namespace = true;
	*fixture = (struct fixture){ .skel = masq_bpf__open() };
	if (!fixture->skel)
		die("open");
	fixture->skel->rodata->rewrites_directly = options->rewrite ==
						   FIXTURE_DIRECT;
	/* test runs have an Ethernet header; not loading these saves time */
	bpf_program__set_autoload(fixture->skel->progs.masq_egress_l3, false);
	bpf_program__set_autoload(fixture->skel->progs.masq_ingress_l3, false);
	bpf_program__set_autoload(fixture->skel->progs.masq_xdp_skb, false);
	if (programs_resize(fixture->skel, max_flows))
		die("resize");
	if (options->queues)
		bpf_map__set_max_entries(fixture->skel->maps.masq_queues,
					 options->queues);
	if (options->sheets)
		bpf_map__set_max_entries(fixture->skel->maps.masq_sheets,
					 options->sheets);
	if (masq_bpf__load(fixture->skel))
		die("load");
	for (int id = 0; id < MAP_COUNT; id++)
		fixture->maps.fd[id] = bpf_object__find_map_fd_by_name(
			fixture->skel->obj, map_names[id]);
	configure(fixture, options);
}

void fixture_close(struct fixture *fixture)
{
	masq_bpf__destroy(fixture->skel);
}

struct fixture *fixture_shared(enum fixture_rewrite rewrite)
{
	static struct fixture fixtures[FIXTURE_REWRITES];
	const struct fixture_options options = { .rewrite = rewrite };

	if (!fixtures[rewrite].skel)
		fixture_open(&fixtures[rewrite], &options);
	return &fixtures[rewrite];
}

const char *fixture_rewrite_name(enum fixture_rewrite rewrite)
{
	return rewrite == FIXTURE_DIRECT ? "direct writes" : "helpers";
}

int fixture_send(const struct fixture *fixture, enum masq_direction direction,
		 const struct frame *in, struct frame *ret)
{
	struct frame out;
	struct __sk_buff context = {
		.ingress_ifindex = fixture->ingress_ifindex,
	};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = in->bytes,
		    .data_size_in = in->length, .data_out = out.bytes,
		    .data_size_out = sizeof(out.bytes), .ctx_in = &context,
		    .ctx_size_in = sizeof(context),
		    .flags = fixture->is_complete ? TEST_SKB_CHECKSUM_COMPLETE :
						    0);

	if (bpf_prog_test_run_opts(
		    bpf_program__fd(direction == MASQ_EGRESS ?
					    fixture->skel->progs.masq_egress :
					    fixture->skel->progs.masq_ingress),
		    &run))
		die("run");
	out.length = run.data_size_out;
	if (ret)
		*ret = out;
	return (int)run.retval;
}

int fixture_send_xdp(const struct fixture *fixture, const struct frame *in,
		     struct frame *ret)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = in->bytes,
		    .data_size_in = in->length, .data_out = ret->bytes,
		    .data_size_out = sizeof(ret->bytes));

	if (bpf_prog_test_run_opts(
		    bpf_program__fd(fixture->skel->progs.masq_xdp), &run))
		die("run");
	ret->length = run.data_size_out;
	return (int)run.retval;
}

__u64 fixture_counted(const struct fixture *fixture,
		      enum masq_direction direction, enum masq_verdict verdict)
{
	struct masq_counter counter;

	if (maps_get_counter(&fixture->maps, direction, verdict, &counter))
		die("counters");
	return counter.packets;
}

static void counters_read(const struct fixture *fixture,
			  __u64 ret[MASQ_DIRECTION_COUNT][MASQ_VERDICT_COUNT])
{
	for (int d = 0; d < MASQ_DIRECTION_COUNT; d++)
		for (int v = 0; v < MASQ_VERDICT_COUNT; v++)
			ret[d][v] = fixture_counted(fixture, d, v);
}

/* TC_ACT_SHOT for what ends here, TC_ACT_UNSPEC for all else. */
static int action_of(enum masq_verdict verdict)
{
	return verdict == MASQ_HELD || verdict >= MASQ_DROP_FIRST ? 2 : -1;
}

enum masq_verdict fixture_run(const struct fixture *fixture,
			      enum masq_direction direction,
			      const struct frame *in, struct frame *ret)
{
	__u64 before[MASQ_DIRECTION_COUNT][MASQ_VERDICT_COUNT];
	__u64 after[MASQ_DIRECTION_COUNT][MASQ_VERDICT_COUNT];
	enum masq_verdict verdict = MASQ_CONTINUE;
	__u64 counted = 0;
	int action;

	counters_read(fixture, before);
	action = fixture_send(fixture, direction, in, ret);
	counters_read(fixture, after);
	for (int d = 0; d < MASQ_DIRECTION_COUNT; d++) {
		for (int v = 0; v < MASQ_VERDICT_COUNT; v++) {
			counted += after[d][v] - before[d][v];
			if (d == (int)direction && after[d][v] != before[d][v])
				verdict = v;
		}
	}
	return counted == 1 && action == action_of(verdict) ? verdict :
							      MASQ_CONTINUE;
}

__u64 fixture_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

int fixture_host_socket(int af, int type, uint16_t port)
{
	struct sockaddr_in6 any6 = { .sin6_family = AF_INET6,
				     .sin6_port = htons(port) };
	struct sockaddr_in any4 = { .sin_family = AF_INET,
				    .sin_port = htons(port) };
	int fd = socket(af, type, 0), one = 1;

	if (af == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (fd < 0 ||
	    bind(fd,
		 af == AF_INET ? (struct sockaddr *)&any4 :
				 (struct sockaddr *)&any6,
		 af == AF_INET ? sizeof(any4) : sizeof(any6)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, 1) < 0))
		return -1;
	return fd;
}

bool fixture_can_complete(const struct fixture *fixture)
{
	char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet,
		    .data_size_in = sizeof(packet),
		    .flags = TEST_SKB_CHECKSUM_COMPLETE);

	return !bpf_prog_test_run_opts(
		bpf_program__fd(fixture->skel->progs.masq_egress), &run);
}

void fixture_get_config(const struct fixture *fixture, struct masq_config *ret)
{
	if (maps_get_config(&fixture->maps, ret))
		die("config");
}

void fixture_set_config(const struct fixture *fixture,
			const struct masq_config *config)
{
	if (maps_set_config(&fixture->maps, config))
		die("config");
}

void fixture_set_mode(const struct fixture *fixture, enum masq_mode mode)
{
	struct masq_config config;

	fixture_get_config(fixture, &config);
	config.mode = mode;
	fixture_set_config(fixture, &config);
}

static int count_live(const struct masq_tuple *external,
		      const struct masq_flow *flow, void *context)
{
	(void)external;
	*(size_t *)context += flow->expires_ns > fixture_now_ns();
	return 0;
}

size_t fixture_flows(const struct fixture *fixture)
{
	size_t count = 0;

	if (maps_each_flow(&fixture->maps, count_live, &count))
		die("flows");
	return count;
}

size_t fixture_entries(const struct fixture *fixture)
{
	static const enum map_id maps[] = { MAP_FLOWS, MAP_INDEX };
	struct masq_tuple key;
	size_t count = 0;

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		int fd = fixture->maps.fd[maps[i]];
		const void *from = NULL;

		while (bpf_map_get_next_key(fd, from, &key) == 0) {
			from = &key;
			count++;
		}
	}
	return count;
}

bool fixture_flow(const struct fixture *fixture, const struct frame *out,
		  struct masq_tuple *ret_key, struct masq_flow *ret)
{
	struct frame_view view;
	struct masq_tuple key = { 0 };

	frame_view(out, &view);
	key.local = addr(view.src);
	key.remote = addr(view.dst);
	key.local_port = view.src_port;
	key.remote_port = view.dst_port;
	key.proto = view.proto;
	*ret_key = key;
	return bpf_map_lookup_elem(fixture->maps.fd[MAP_FLOWS], &key, ret) == 0;
}

void fixture_set_flow(const struct fixture *fixture,
		      const struct masq_tuple *key,
		      const struct masq_flow *flow)
{
	if (bpf_map_update_elem(fixture->maps.fd[MAP_FLOWS], key, flow,
				BPF_EXIST))
		die("flow");
}

void fixture_forget_refresh(const struct fixture *fixture,
			    const struct masq_tuple *key,
			    const struct masq_flow *flow)
{
	int fd = fixture->maps.fd[MAP_INDEX];
	struct masq_tuple internal = *key;
	struct masq_external external;

	internal.local = flow->local;
	internal.local_port = flow->local_port;
	if (bpf_map_lookup_elem(fd, &internal, &external))
		die("index");
	external.refreshed_ns = 0;
	if (bpf_map_update_elem(fd, &internal, &external, BPF_EXIST))
		die("index");
}

__u64 fixture_usage(const struct fixture *fixture, const char *pod)
{
	struct masq_addr key = addr(pod);
	struct masq_usage usage = { 0 };

	(void)bpf_map_lookup_elem(fixture->maps.fd[MAP_USAGE], &key, &usage);
	return usage.flows;
}

bool fixture_close_flow(const struct fixture *fixture,
			const struct masq_tuple *key,
			const struct masq_flow *flow)
{
	struct masq_close_args args = {
		.external = *key,
		.opened_ns = flow->opened_ns,
	};
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &args,
		    .ctx_size_in = sizeof(args));

	if (bpf_prog_test_run_opts(
		    bpf_program__fd(fixture->skel->progs.masq_close), &run))
		die("close");
	return args.closed;
}

bool fixture_sweep_all(const struct fixture *fixture)
{
	__u64 end = fixture_now_ns() + SWEEP_SECONDS * 1000000000ULL;
	struct masq_sweeper sweeper;

	if (programs_start_sweep(fixture->skel))
		die("sweep");
	do {
		if (maps_get_sweeper(&fixture->maps, &sweeper))
			die("sweeper");
		if (!sweeper.tickets)
			return true;
		sched_yield();
	} while (fixture_now_ns() < end);
	return false;
}
