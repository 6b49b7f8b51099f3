// SPDX-License-Identifier: GPL-2.0-only
/*
 * RFC 5508, NAT and ICMP, but for the errors that pass: what tools/rfc.table
 * says is met.
 */
#include "rfc.h"

enum { TIMESTAMP = 13, AT_ONCE = 10 };

static void query_returns(const struct fixture *fixture, const struct family *f,
			  uint8_t type)
{
	struct packet_spec spec = fresh_spec(f, f->icmp);
	struct frame_view view;
	struct flow flow;
	struct frame got;

	spec.icmp_type = type;
	flow_open(fixture, &spec, &flow);
	CHECK(!test_failed);
	CHECK(frame_view(&flow.out, &view));
	CHECK_STRING(view.src, f->node);
	CHECK(frame_checks(&flow.out));
	CHECK_EQUAL(flow.out.bytes[view.l4], type);
	CHECK_EQUAL(flow_answer(fixture, &flow, 0, &got), MASQ_TRANSLATED);
	CHECK(frame_view(&got, &view));
	CHECK_STRING(view.dst, f->pod);
	CHECK_EQUAL(view.src_port, spec.src_port);
	CHECK(frame_checks(&got));
}

static void queries_return(struct fixture *fixture, const struct family *f)
{
	query_returns(fixture, f, f->echo);
	if (f->icmp == IPPROTO_ICMP && !test_failed)
		query_returns(fixture, f, TIMESTAMP);
}

static void a_pods_queries_return(void)
{
	play_default(queries_return);
}

static void query_lives(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, f->icmp);

	walked_lives(fixture, &spec, (int[]){ OUT, 0 }, 60);
	CHECK(!test_failed);
	walked_lives(fixture, &spec, (int[]){ OUT, IN, 0 }, 60);
}

static void a_query_lives_one_minute(void)
{
	play_default(query_lives);
}

static void query_lives_as_set(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, f->icmp);

	set_timeout(fixture, MASQ_TIMEOUT_ICMP, 200);
	CHECK(!test_failed);
	walked_lives(fixture, &spec, (int[]){ OUT, 0 }, 200);
	CHECK(!test_failed);
	walked_lives(fixture, &spec, (int[]){ OUT, IN, 0 }, 200);
}

static void a_query_lives_as_long_as_is_set(void)
{
	play_default(query_lives_as_set);
}

/* A pod has what there is; this is refused, and said so. */
static void refusal_is_told(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	struct frame sent, got, quote;
	struct frame_view view;

	frame_build(&sent, &spec);
	(void)fixture_send(fixture, MASQ_EGRESS, &sent, NULL);
	spec.src_port = fresh_number();
	frame_build(&sent, &spec);
	fixture->ingress_ifindex = 1; /* lo: it is there */
	CHECK_EQUAL(fixture_send(fixture, MASQ_EGRESS, &sent, &got), REDIRECT);
	CHECK(frame_view(&got, &view));
	CHECK_STRING(view.src, f->node);
	CHECK_STRING(view.dst, f->pod);
	CHECK_EQUAL(view.proto, f->icmp);
	CHECK_EQUAL(got.bytes[view.l4], f->unreachable);
	CHECK_EQUAL(got.bytes[view.l4 + 1], f->prohibited);
	CHECK(frame_checks(&got));
	frame_quoted(&got, &quote);
	CHECK(frame_view(&quote, &view));
	CHECK_STRING(view.src, f->pod);
	CHECK_STRING(view.dst, f->remote);
	CHECK_EQUAL(view.src_port, spec.src_port);
	CHECK_EQUAL(view.dst_port, spec.dst_port);
}

static void who_is_refused_is_told(void)
{
	const struct fixture_options options[] = {
		{ .ports = "21000-21000" },
		{ .max_flows_per_pod = 1 },
		{ .mode = MASQ_MODE_ISOLATED },
	};

	for (int i = 0; i < 3 && !test_failed; i++) {
		play(refusal_is_told, &options[i]);
		if (test_failed)
			printf("# with options %d\n", i);
	}
}

/* And echo, there and back. */
static void needed_types(struct fixture *fixture, const struct family *f)
{
	const uint8_t types[] = { f->unreachable, f->time_exceeded };
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	struct frame error;
	struct flow flow;

	flow_open(fixture, &spec, &flow);
	for (int i = 0; i < 2; i++) {
		for (int code = 0; code <= 1; code++) {
			CHECK(!test_failed);
			error_in(&error, f, f->router, types[i], code, &flow);
			error_arrives(fixture, &error, f->router, &flow);
			error_out(&error, f, f->pod, types[i], code, &flow);
			CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &error,
						NULL),
				    MASQ_TRANSLATED);
		}
	}
	CHECK(!test_failed);
	query_returns(fixture, f, f->echo);
}

static void unreachable_time_exceeded_and_echo_pass(void)
{
	play_default(needed_types);
}

static void optional_types(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	struct frame error;
	struct flow flow;

	flow_open(fixture, &spec, &flow);
	CHECK(!test_failed);
	error_in(&error, f, f->router, f->parameter_problem, 0, &flow);
	error_arrives(fixture, &error, f->router, &flow);
	CHECK(!test_failed);
	if (f->icmp == IPPROTO_ICMP)
		query_returns(fixture, f, TIMESTAMP);
}

static void timestamps_and_parameter_problems_pass(void)
{
	play_default(optional_types);
}

/* Of these types a pod's are dropped, and none from outside is translated. */
static void types_are_refused(const struct fixture *fixture,
			      const struct family *f, const uint8_t *types,
			      size_t count)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	struct frame error;
	struct flow flow;

	flow_open(fixture, &spec, &flow);
	CHECK(!test_failed);
	for (size_t i = 0; i < count; i++) {
		error_out(&error, f, f->pod, types[i], 0, &flow);
		CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &error, NULL),
			    MASQ_DROP_ICMP);
		error_in(&error, f, f->router, types[i], 0, &flow);
		CHECK_EQUAL(fixture_run(fixture, MASQ_INGRESS, &error, NULL),
			    MASQ_PASS_NO_FLOW);
	}
}

/* Source Quench, Information Request and Reply: ICMPv6 has no such. */
static void obsolete_types_are_not_translated(void)
{
	static const uint8_t types[] = { 4, 15, 16 };
	const struct fixture_options options = { 0 };
	struct fixture fixture;

	fixture_open(&fixture, &options);
	types_are_refused(&fixture, &families[MASQ_IPV4], types, sizeof(types));
	fixture_close(&fixture);
}

/* RFC 1812 4.3.2.7, RFC 4443 2.4 (e). */
static void silences(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	struct flow flow = { .spec = spec };
	struct frame frame[3], whole;

	fixture->ingress_ifindex = 1;
	frame_build(&whole, &spec);
	CHECK_EQUAL(fixture_send(fixture, MASQ_EGRESS, &whole, NULL), REDIRECT);
	flow.sent = whole;
	error_out(&frame[0], f, f->pod, f->unreachable, 3, &flow);
	frame_cut(&whole, 7, 32, 8, &frame[1]);
	spec.dst = f->multicast;
	frame_build(&frame[2], &spec);
	for (int i = 0; i < 3; i++) {
		int action;

		action = fixture_send(fixture, MASQ_EGRESS, &frame[i], NULL);
		if (action != SHOT)
			printf("# with packet %d\n", i);
		CHECK_EQUAL(action, SHOT);
	}
}

static void errors_fragments_and_multicast_are_not_answered(void)
{
	play(silences, &(struct fixture_options){ .mode = MASQ_MODE_ISOLATED });
}

/* Ten at once, then one each tenth of a second. */
static void flood(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	__u64 began = fixture_now_ns(), passed;
	struct frame frame;
	int told = 0, allowed;

	fixture->ingress_ifindex = 1;
	frame_build(&frame, &spec);
	for (int i = 0; i < 1000; i++)
		told += fixture_send(fixture, MASQ_EGRESS, &frame, NULL) ==
			REDIRECT;
	passed = fixture_now_ns() - began + CLOCK_LATE_NS;
	allowed = AT_ONCE + passed * 10 / SECOND_NS;
	if (told < AT_ONCE || told > allowed)
		printf("# told %d times, expected %d to %d\n", told, AT_ONCE,
		       allowed);
	CHECK(told >= AT_ONCE && told <= allowed);
}

static void a_flood_is_told_ten_times(void)
{
	play(flood, &(struct fixture_options){ .mode = MASQ_MODE_ISOLATED });
}

/* Router discovery, redirects and whatever is neither query nor error. */
static void others_are_dropped(struct fixture *fixture, const struct family *f)
{
	static const uint8_t types4[] = { 5, 9, 10, 17, 18, 42 },
			     types6[] = { 130, 133, 137, 139, 144, 160 };

	types_are_refused(fixture, f, f->icmp == IPPROTO_ICMP ? types4 : types6,
			  sizeof(types4));
}

static void other_messages_are_dropped(void)
{
	play_default(others_are_dropped);
}

static const struct test_case cases[] = {
	{ "RFC 5508 REQ-1: a pod's queries go out and their replies come back",
	  a_pods_queries_return },
	{ "RFC 5508 REQ-2: a query lives one minute",
	  a_query_lives_one_minute },
	{ "RFC 5508 REQ-2a: a query lives as long as is set",
	  a_query_lives_as_long_as_is_set },
	{ "RFC 5508 REQ-8: who is refused a flow is told, with code 13",
	  who_is_refused_is_told },
	{ "RFC 5508 REQ-10a: Unreachable, Time Exceeded and echo pass",
	  unreachable_time_exceeded_and_echo_pass },
	{ "RFC 5508 REQ-10b (some): timestamps and Parameter Problem pass",
	  timestamps_and_parameter_problems_pass },
	{ "RFC 5508 REQ-10c: Source Quench and Information are not translated",
	  obsolete_types_are_not_translated },
	{ "RFC 5508 REQ-10e: errors, fragments and multicast are not answered",
	  errors_fragments_and_multicast_are_not_answered },
	{ "RFC 5508 REQ-10f: a flood is told ten times at once, then ten a "
	  "second",
	  a_flood_is_told_ten_times },
	{ "RFC 5508 REQ-11: a pod's other messages are dropped",
	  other_messages_are_dropped },
};

TEST_MAIN(cases)
