// SPDX-License-Identifier: GPL-2.0-only
/*
 * RFC 6888, NAT for many, but for the ports: what tools/rfc.table says is met.
 * The subscriber is the pod.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "masq.skel.h"
#include "rfc.h"

enum { LIMIT = 3 };

static void all_leave_as_one(struct fixture *fixture, const struct family *f)
{
	const char *pods[] = { f->pod, f->other_pod };

	for (int i = 0; i < 20; i++) {
		struct packet_spec spec = fresh_spec(f, IPPROTO_TCP);
		struct frame_view view;
		struct flow flow;

		spec.src = pods[i % 2];
		spec.dst_port = 1000 + i;
		flow_open(fixture, &spec, &flow);
		CHECK(!test_failed);
		CHECK(frame_view(&flow.out, &view));
		CHECK_STRING(view.src, f->node);
	}
}

static void each_pod_keeps_to_one_address(void)
{
	play_default(all_leave_as_one);
}

/* How many flows the pod may open of the protocol, out of one more. */
static int opened(const struct fixture *fixture, const struct family *f,
		  const char *pod, uint8_t proto, int tries)
{
	int count = 0;

	for (int i = 0; i < tries; i++) {
		struct packet_spec spec = fresh_spec(f, proto);
		enum masq_verdict verdict;
		struct flow flow;

		spec.src = pod;
		verdict = flow_try(fixture, &spec, &flow);
		if (verdict != MASQ_TRANSLATED &&
		    verdict != MASQ_DROP_OVER_BUDGET)
			return -1;
		count += verdict == MASQ_TRANSLATED;
	}
	return count;
}

static void limited_ports(struct fixture *fixture, const struct family *f)
{
	CHECK_EQUAL(opened(fixture, f, f->pod, IPPROTO_UDP, LIMIT + 5), LIMIT);
	CHECK_EQUAL(opened(fixture, f, f->pod, IPPROTO_TCP, 1), 0);
	CHECK_EQUAL(opened(fixture, f, f->pod, f->icmp, 1), 0);
	CHECK_EQUAL(opened(fixture, f, f->other_pod, f->icmp, LIMIT + 5),
		    LIMIT);
}

static void a_pod_has_as_many_ports_as_it_may(void)
{
	play(limited_ports,
	     &(struct fixture_options){ .max_flows_per_pod = LIMIT });
}

static void set_limit(const struct fixture *fixture, __u32 limit)
{
	struct masq_config config;

	CHECK_EQUAL(maps_get_config(&fixture->maps, &config), 0);
	config.max_flows_per_pod = limit;
	CHECK_EQUAL(maps_set_config(&fixture->maps, &config), 0);
}

static void live_limit(struct fixture *fixture, const struct family *f)
{
	set_limit(fixture, 2);
	CHECK(!test_failed);
	CHECK_EQUAL(opened(fixture, f, f->pod, IPPROTO_UDP, 4), 2);
	set_limit(fixture, 5);
	CHECK(!test_failed);
	CHECK_EQUAL(opened(fixture, f, f->pod, IPPROTO_UDP, 4), 3);
	set_limit(fixture, 0);
	CHECK(!test_failed);
	CHECK_EQUAL(opened(fixture, f, f->pod, IPPROTO_UDP, 4), 4);
}

static void the_limit_can_be_set(void)
{
	play_default(live_limit);
}

struct owned {
	struct masq_addr pod;
	int records;
};

static int count_owned(const struct masq_tuple *external,
		       const struct masq_flow *flow, void *context)
{
	struct owned *owned = context;

	(void)external;
	owned->records +=
		!memcmp(&flow->local, &owned->pod, sizeof(flow->local));
	return 0;
}

static int records_of(const struct fixture *fixture, const char *pod)
{
	struct owned owned = { 0 };

	if (addr_parse(pod, &owned.pod) ||
	    maps_each_flow(&fixture->maps, count_owned, &owned))
		return -1;
	return owned.records;
}

static void limited_records(struct fixture *fixture, const struct family *f)
{
	const uint8_t protos[] = { IPPROTO_UDP, IPPROTO_TCP, f->icmp };

	for (size_t i = 0; i < sizeof(protos); i++)
		for (int n = 0; n < 4; n++)
			CHECK(opened(fixture, f, f->pod, protos[i], 1) >= 0);
	CHECK_EQUAL(records_of(fixture, f->pod), LIMIT);
	CHECK_EQUAL(fixture_usage(fixture, f->pod), LIMIT);
}

static void a_pod_has_as_many_records_as_it_may(void)
{
	play(limited_records,
	     &(struct fixture_options){ .max_flows_per_pod = LIMIT });
}

static void the_limit_on_records_can_be_set(void)
{
	for (__u32 limit = 1; limit < 10 && !test_failed; limit += 4) {
		const struct fixture_options options = {
			.max_flows_per_pod = limit,
		};
		struct fixture fixture;

		fixture_open(&fixture, &options);
		for (int i = 0; i < MASQ_FAMILY_COUNT; i++) {
			const struct family *f = &families[i];

			CHECK_EQUAL(opened(&fixture, f, f->pod, IPPROTO_TCP,
					   12),
				    limit);
			CHECK_EQUAL(records_of(&fixture, f->pod), limit);
		}
		fixture_close(&fixture);
	}
}

static void excluded(struct fixture *fixture, const struct family *f)
{
	const uint8_t protos[] = { IPPROTO_UDP, IPPROTO_TCP, f->icmp };

	for (size_t i = 0; i < sizeof(protos); i++) {
		struct packet_spec spec = fresh_spec(f, protos[i]);
		struct flow flow;

		spec.dst = f->island;
		CHECK_EQUAL(flow_try(fixture, &spec, &flow), MASQ_PASS_ISLAND);
		CHECK_EQUAL(flow.out.length, flow.sent.length);
		CHECK(!memcmp(flow.out.bytes, flow.sent.bytes,
			      flow.out.length));
	}
	CHECK_EQUAL(fixture_flows(fixture), 0);
}

static void destinations_can_be_excluded(void)
{
	play_default(excluded);
}

/* What a pod cannot have more of, and how it is refused. */
static const struct {
	struct fixture_options options;
	enum masq_verdict verdict;
} bounds[] = {
	{ { .ports = "21000-21019" }, MASQ_DROP_NO_PORT },
	{ { .max_flows_per_pod = 20 }, MASQ_DROP_OVER_BUDGET },
	{ { .max_flows = 20 }, MASQ_DROP_TABLE_FULL },
};

enum { BOUNDS = sizeof(bounds) / sizeof(bounds[0]), FLOWS = 20 };

/* Open flows until one is refused. *ret: those that were not. */
static int flows_until_refused(const struct fixture *fixture,
			       const struct family *f, struct flow *ret,
			       enum masq_verdict *ret_verdict)
{
	for (int i = 0; i <= FLOWS; i++) {
		struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
		struct flow flow;

		*ret_verdict = flow_try(fixture, &spec, &flow);
		if (*ret_verdict != MASQ_TRANSLATED)
			return i;
		if (i < FLOWS)
			ret[i] = flow;
	}
	return FLOWS + 1;
}

/* Each bound in a datapath of its own, in each family. */
static void within_bounds(void (*run)(const struct fixture *fixture,
				      const struct family *f,
				      enum masq_verdict verdict))
{
	for (int i = 0; i < BOUNDS * MASQ_FAMILY_COUNT; i++) {
		const struct family *f = &families[i % MASQ_FAMILY_COUNT];
		struct fixture fixture;

		fixture_open(&fixture, &bounds[i / MASQ_FAMILY_COUNT].options);
		run(&fixture, f, bounds[i / MASQ_FAMILY_COUNT].verdict);
		fixture_close(&fixture);
		if (test_failed)
			printf("# with bound %d, in %s\n",
			       i / MASQ_FAMILY_COUNT, f->name);
		CHECK(!test_failed);
	}
}

static void refused(const struct fixture *fixture, const struct family *f,
		    enum masq_verdict expected)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	enum masq_verdict verdict;
	struct flow flows[FLOWS];
	struct frame frame;

	CHECK_EQUAL(flows_until_refused(fixture, f, flows, &verdict), FLOWS);
	CHECK_EQUAL(verdict, expected);
	frame_build(&frame, &spec);
	CHECK_EQUAL(fixture_send(fixture, MASQ_EGRESS, &frame, NULL), SHOT);
}

static void what_cannot_have_a_mapping_is_dropped(void)
{
	within_bounds(refused);
}

/* However much more is asked for, what was there goes on as it was. */
static void kept(const struct fixture *fixture, const struct family *f,
		 enum masq_verdict expected)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	enum masq_verdict verdict;
	struct flow flows[FLOWS];
	struct frame_view view;
	struct frame frame, got;

	CHECK_EQUAL(flows_until_refused(fixture, f, flows, &verdict), FLOWS);
	CHECK_EQUAL(verdict, expected);
	for (int i = 0; i < 100; i++) {
		spec.src_port = fresh_number();
		frame_build(&frame, &spec);
		CHECK_EQUAL(fixture_send(fixture, MASQ_EGRESS, &frame, NULL),
			    SHOT);
	}
	for (int i = 0; i < FLOWS; i++) {
		CHECK_EQUAL(flow_answer(fixture, &flows[i], 0, &got),
			    MASQ_TRANSLATED);
		CHECK(frame_view(&got, &view));
		CHECK_EQUAL(view.dst_port, flows[i].spec.src_port);
		CHECK_EQUAL(flow_send(fixture, &flows[i], 0, &got),
			    MASQ_TRANSLATED);
		CHECK(frame_view(&got, &view));
		CHECK_EQUAL(view.src_port, flows[i].port);
	}
}

static void no_live_flow_makes_room(void)
{
	within_bounds(kept);
}

/* How often the program calls one of the kernel's functions. */
static int calls_of(const struct bpf_program *program, int function)
{
	const struct bpf_insn *insns = bpf_program__insns(program);
	int count = 0;

	for (size_t i = 0; i < bpf_program__insn_cnt(program); i++)
		count += insns[i].code == (BPF_JMP | BPF_CALL) &&
			 !insns[i].src_reg && insns[i].imm == function;
	return count;
}

/* All that carry words out of a program, but the maps of masq.h. */
static void nothing_is_printed(const struct fixture *fixture)
{
	static const int outlets[] = {
		BPF_FUNC_trace_printk,	    BPF_FUNC_trace_vprintk,
		BPF_FUNC_perf_event_output, BPF_FUNC_skb_output,
		BPF_FUNC_ringbuf_output,    BPF_FUNC_seq_printf,
		BPF_FUNC_seq_write,
	};
	struct bpf_program *program;
	int lookups = 0;

	bpf_object__for_each_program(program, fixture->skel->obj) {
		lookups += calls_of(program, BPF_FUNC_map_lookup_elem);
		for (size_t i = 0; i < sizeof(outlets) / sizeof(outlets[0]);
		     i++)
			CHECK_EQUAL(calls_of(program, outlets[i]), 0);
	}
	CHECK(lookups > 0);
}

static int event_count(void *context, void *data, size_t size)
{
	(void)data, (void)size;
	++*(int *)context;
	return 0;
}

/* One more flow: how many events tell of it. */
static void count_events_of_flow(struct fixture *fixture,
				 const struct family *f,
				 struct ring_buffer *ring, int *events)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	struct flow flow;

	*events = 0;
	flow_open(fixture, &spec, &flow);
	CHECK(ring_buffer__consume(ring) >= 0);
}

/* masq_events is for who listens (bpfmasq monitor): without one it is empty. */
static void nothing_is_told(struct fixture *fixture, const struct family *f)
{
	struct masq_listener listener = { .until_ns = UINT64_MAX };
	const struct masq_listener nobody = { 0 };
	struct ring_buffer *ring;
	int events;

	ring = ring_buffer__new(fixture->maps.fd[MAP_EVENTS], event_count,
				&events, NULL);
	CHECK(ring);
	if (!ring)
		return;
	count_events_of_flow(fixture, f, ring, &events);
	CHECK_EQUAL(events, 0);
	CHECK(maps_set_listener(&fixture->maps, &listener) == 0);
	count_events_of_flow(fixture, f, ring, &events);
	CHECK_EQUAL(events, 1);
	CHECK(maps_set_listener(&fixture->maps, &nobody) == 0);
	count_events_of_flow(fixture, f, ring, &events);
	CHECK_EQUAL(events, 0);
	ring_buffer__free(ring);
}

static void nothing_is_logged(void)
{
	const struct fixture_options options = { 0 };
	struct fixture fixture;

	fixture_open(&fixture, &options);
	nothing_is_printed(&fixture);
	fixture_close(&fixture);
	play_default(nothing_is_told);
}

static const struct test_case cases[] = {
	{ "RFC 6888 REQ-2: each pod keeps to one address",
	  each_pod_keeps_to_one_address },
	{ "RFC 6888 REQ-4: a pod has as many ports as it may, whatever others "
	  "have",
	  a_pod_has_as_many_ports_as_it_may },
	{ "RFC 6888 REQ-4A: the limit on ports can be set, also while packets "
	  "pass",
	  the_limit_can_be_set },
	{ "RFC 6888 REQ-5: a pod has as many records as it may, of all "
	  "protocols together",
	  a_pod_has_as_many_records_as_it_may },
	{ "RFC 6888 REQ-5A: the limit on records can be set",
	  the_limit_on_records_can_be_set },
	{ "RFC 6888 REQ-6: destinations can be excluded",
	  destinations_can_be_excluded },
	{ "RFC 6888 REQ-11A: what cannot have a mapping is dropped",
	  what_cannot_have_a_mapping_is_dropped },
	{ "RFC 6888 REQ-11D (live): no live flow makes room for another",
	  no_live_flow_makes_room },
	{ "RFC 6888 REQ-12: the programs log nothing", nothing_is_logged },
};

TEST_MAIN(cases)
