// SPDX-License-Identifier: GPL-2.0-only
/*
 * RFC 7857, what it changes in the others: what tools/rfc.table says is met.
 */
#include "rfc.h"

enum { DRAWS = 200 };

static const struct {
	int steps[STEPS_MAX];
	enum masq_state state;
} lives[] = {
	{ { OUT | SYN }, MASQ_STATE_OPENING },
	{ { OUT | SYN, OUT | SYN }, MASQ_STATE_OPENING },
	{ { OUT | SYN, IN | SYN | ACK }, MASQ_STATE_ESTABLISHED },
	{ { OUT | SYN, IN | SYN }, MASQ_STATE_ESTABLISHED },
	{ { OUT | SYN, IN | SYN | ACK, OUT | ACK, IN | PSH | ACK },
	  MASQ_STATE_ESTABLISHED },
	{ { OUT | SYN, IN | SYN | ACK, OUT | FIN | ACK },
	  MASQ_STATE_FIN_LOCAL },
	{ { OUT | SYN, IN | SYN | ACK, OUT | FIN | ACK, IN | PSH | ACK },
	  MASQ_STATE_FIN_LOCAL },
	{ { OUT | SYN, IN | SYN | ACK, IN | FIN | ACK },
	  MASQ_STATE_FIN_REMOTE },
	{ { OUT | SYN, IN | SYN | ACK, IN | FIN | ACK, OUT | PSH | ACK },
	  MASQ_STATE_FIN_REMOTE },
	{ { OUT | SYN, IN | SYN | ACK, OUT | FIN | ACK, IN | FIN | ACK },
	  MASQ_STATE_CLOSING },
	{ { OUT | SYN, IN | SYN | ACK, IN | FIN | ACK, OUT | FIN | ACK,
	    IN | ACK },
	  MASQ_STATE_CLOSING },
	{ { OUT | SYN, IN | SYN | ACK, OUT | RST }, MASQ_STATE_RESET },
	{ { OUT | SYN, IN | SYN | ACK, IN | RST }, MASQ_STATE_RESET },
	{ { OUT | SYN, IN | SYN | ACK, OUT | FIN | ACK, IN | RST },
	  MASQ_STATE_RESET },
	{ { OUT | SYN, IN | SYN | ACK, IN | RST, IN | RST }, MASQ_STATE_RESET },
};

static void state_is(const struct fixture *fixture, const struct flow *flow,
		     enum masq_state state)
{
	struct masq_flow record;
	struct masq_tuple key;

	flow_record(fixture, flow, &key, &record);
	CHECK(!test_failed);
	CHECK_EQUAL(record.state, state);
}

static void every_state(struct fixture *fixture, const struct family *f)
{
	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
		struct packet_spec spec = fresh_spec(f, IPPROTO_TCP);
		struct flow flow;

		flow_walk(fixture, &spec, lives[i].steps, &flow);
		if (!test_failed)
			state_is(fixture, &flow, lives[i].state);
		if (test_failed)
			printf("# with steps %zu\n", i);
		CHECK(!test_failed);
	}
}

static void tcp_is_tracked_from_its_syn_to_both_fins(void)
{
	play_default(every_state);
}

static void apart(struct fixture *fixture, const struct family *f)
{
	const int opening[] = { OUT | SYN, 0 };
	const int closing[] = { OUT | SYN, IN | SYN | ACK, OUT | FIN | ACK,
				IN | FIN | ACK, 0 };
	struct packet_spec spec = fresh_spec(f, IPPROTO_TCP);

	walked_lives(fixture, &spec, opening, 4 * 60);
	CHECK(!test_failed);
	walked_lives(fixture, &spec, closing, 4 * 60);
	CHECK(!test_failed);
	set_timeout(fixture, MASQ_TIMEOUT_TCP_OPENING, 30);
	set_timeout(fixture, MASQ_TIMEOUT_TCP_CLOSING, 100);
	CHECK(!test_failed);
	walked_lives(fixture, &spec, opening, 30);
	CHECK(!test_failed);
	walked_lives(fixture, &spec, closing, 100);
	set_timeout(fixture, MASQ_TIMEOUT_TCP_OPENING, 4 * 60);
	set_timeout(fixture, MASQ_TIMEOUT_TCP_CLOSING, 4 * 60);
}

static void opening_and_closing_have_times_of_their_own(void)
{
	play_default(apart);
}

/* A RST of either side reaches the other; then it waits. */
static void reset_by(const struct fixture *fixture, const struct family *f,
		     enum masq_direction side, struct flow *ret)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_TCP);
	struct frame_view view;
	struct frame got;

	flow_establish(fixture, &spec, ret);
	CHECK(!test_failed);
	CHECK_EQUAL(side == MASQ_EGRESS ? flow_send(fixture, ret, RST, &got) :
					  flow_answer(fixture, ret, RST, &got),
		    MASQ_TRANSLATED);
	CHECK(frame_view(&got, &view));
	CHECK_STRING(side == MASQ_EGRESS ? view.src : view.dst,
		     side == MASQ_EGRESS ? f->node : f->pod);
	CHECK(frame_checks(&got));
	flow_lives(fixture, ret, 4 * 60);
}

/* The RST was not the side's that it seemed to be: data comes, of either. */
static void revived_by(const struct fixture *fixture, enum masq_direction side,
		       __u64 after_s, struct flow *flow)
{
	if (after_s)
		flow_age(fixture, flow, after_s);
	CHECK(!test_failed);
	CHECK_EQUAL(side == MASQ_EGRESS ?
			    flow_send(fixture, flow, PSH | ACK, NULL) :
			    flow_answer(fixture, flow, PSH | ACK, NULL),
		    MASQ_TRANSLATED);
	flow_lives(fixture, flow, 2 * 3600 + 4 * 60);
}

static void reset_and_revived(struct fixture *fixture, const struct family *f)
{
	static const __u64 after_s[] = { 200, 0 };

	for (int i = 0; i < 8; i++) {
		enum masq_direction reset = i & 1 ? MASQ_EGRESS : MASQ_INGRESS;
		enum masq_direction data = i & 2 ? MASQ_EGRESS : MASQ_INGRESS;
		struct flow flow;

		reset_by(fixture, f, reset, &flow);
		if (!test_failed)
			revived_by(fixture, data, after_s[i >> 2], &flow);
		if (test_failed)
			printf("# RST %s, %llu s later data %s\n",
			       reset == MASQ_EGRESS ? "out" : "in",
			       (unsigned long long)after_s[i >> 2],
			       data == MASQ_EGRESS ? "out" : "in");
		CHECK(!test_failed);
	}
}

static void a_rst_is_translated_and_waits_four_minutes(void)
{
	play_default(reset_and_revived);
}

/* And what comes back is parted by where it comes from. */
static void one_port(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_TCP);
	struct frame_view view;
	struct flow a, b;
	struct frame got;

	flow_open(fixture, &spec, &a);
	CHECK(!test_failed);
	spec.src = f->other_pod;
	spec.dst = f->other_remote;
	flow_open(fixture, &spec, &b);
	CHECK(!test_failed);
	CHECK_EQUAL(a.port, b.port);
	CHECK_EQUAL(flow_answer(fixture, &a, SYN | ACK, &got), MASQ_TRANSLATED);
	frame_view(&got, &view);
	CHECK_STRING(view.dst, f->pod);
	CHECK_EQUAL(flow_answer(fixture, &b, SYN | ACK, &got), MASQ_TRANSLATED);
	frame_view(&got, &view);
	CHECK_STRING(view.dst, f->other_pod);
	/* towards the same one there is no other port */
	spec.dst = f->remote;
	CHECK_EQUAL(flow_try(fixture, &spec, &b), MASQ_DROP_NO_PORT);
}

static void flows_to_two_destinations_share_a_port(void)
{
	play(one_port, &(struct fixture_options){ .ports = "21000-21000" });
}

static void no_port_left(struct fixture *fixture, const struct family *f)
{
	const uint8_t protos[] = { IPPROTO_UDP, IPPROTO_TCP, f->icmp };

	for (size_t i = 0; i < sizeof(protos); i++) {
		struct packet_spec spec = fresh_spec(f, protos[i]);
		struct frame_view view;
		struct flow flow;

		flow_open(fixture, &spec, &flow);
		CHECK(!test_failed);
		frame_view(&flow.out, &view);
		CHECK_STRING(view.src, f->node);
		spec.src_port = fresh_number();
		CHECK_EQUAL(flow_try(fixture, &spec, &flow), MASQ_DROP_NO_PORT);
	}
}

static void without_a_port_of_its_address_a_pod_is_refused(void)
{
	play(no_port_left, &(struct fixture_options){ .ports = "21000-21000" });
}

/* It was answered, and has been silent for a while. */
static void errors_out(struct fixture *fixture, const struct family *f)
{
	const uint8_t protos[] = { IPPROTO_UDP, IPPROTO_TCP };

	for (size_t i = 0; i < sizeof(protos); i++) {
		struct packet_spec spec = fresh_spec(f, protos[i]);
		struct masq_flow before, after;
		struct masq_tuple key;
		struct frame error;
		struct flow flow;

		flow_establish(fixture, &spec, &flow);
		CHECK(!test_failed);
		flow_age(fixture, &flow, 100);
		flow_record(fixture, &flow, &key, &before);
		error_out(&error, f, f->pod, f->unreachable, 3, &flow);
		CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &error, NULL),
			    MASQ_TRANSLATED);
		flow_record(fixture, &flow, &key, &after);
		CHECK_EQUAL(after.expires_ns, before.expires_ns);
	}
}

static void resets_out(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_TCP);
	struct masq_flow before, after;
	struct masq_tuple key;
	struct flow flow;

	flow_establish(fixture, &spec, &flow);
	CHECK(!test_failed);
	CHECK_EQUAL(flow_send(fixture, &flow, RST, NULL), MASQ_TRANSLATED);
	flow_lives(fixture, &flow, 4 * 60);
	CHECK(!test_failed);
	flow_age(fixture, &flow, 100);
	flow_record(fixture, &flow, &key, &before);
	CHECK_EQUAL(flow_send(fixture, &flow, RST, NULL), MASQ_TRANSLATED);
	flow_record(fixture, &flow, &key, &after);
	CHECK_EQUAL(after.expires_ns, before.expires_ns);
}

static void errors_and_resets_out(struct fixture *fixture,
				  const struct family *f)
{
	errors_out(fixture, f);
	if (!test_failed)
		resets_out(fixture, f);
}

static void a_pods_errors_and_resets_prolong_nothing(void)
{
	play_default(errors_and_resets_out);
}

/* The pod's own ports are outside the pool, but for the first flow's. */
static void draws(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	uint16_t ports[DRAWS];
	struct flow flow;

	spec.src_port = POOL_FIRST + 7;
	flow_open(fixture, &spec, &flow);
	CHECK(!test_failed);
	CHECK_EQUAL(flow.port, spec.src_port);
	for (int i = 0; i < DRAWS; i++) {
		spec = fresh_spec(f, IPPROTO_UDP);
		flow_open(fixture, &spec, &flow);
		CHECK(!test_failed);
		ports[i] = flow.port;
	}
	ports_are_random(ports, DRAWS);
}

static void a_port_that_must_change_is_drawn_at_random(void)
{
	play_default(draws);
}

/* Live or over, it is found by its record, which the sweep takes away. */
static void query_goes(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, f->icmp);
	struct masq_flow record;
	struct masq_tuple key;
	struct flow flow;

	flow_establish(fixture, &spec, &flow);
	CHECK(!test_failed);
	CHECK_EQUAL(fixture_usage(fixture, f->pod), 1);
	flow_age(fixture, &flow, 61);
	CHECK(!test_failed);
	CHECK(fixture_sweep_all(fixture));
	CHECK(!fixture_flow(fixture, &flow.out, &key, &record));
	CHECK_EQUAL(fixture_usage(fixture, f->pod), 0);
	CHECK_EQUAL(flow_answer(fixture, &flow, 0, NULL), MASQ_PASS_NO_FLOW);
}

static void a_querys_mapping_goes_with_it(void)
{
	play_default(query_goes);
}

static const struct test_case cases[] = {
	{ "RFC 7857 2: TCP is tracked from its SYN to both FINs or a RST",
	  tcp_is_tracked_from_its_syn_to_both_fins },
	{ "RFC 7857 2.1: opening and closing have times of their own, four "
	  "minutes each",
	  opening_and_closing_have_times_of_their_own },
	{ "RFC 7857 2.2: a RST is translated, and for four minutes data "
	  "revives the "
	  "flow",
	  a_rst_is_translated_and_waits_four_minutes },
	{ "RFC 7857 3: flows to two destinations share a port",
	  flows_to_two_destinations_share_a_port },
	{ "RFC 7857 4: without a port of its address a pod is refused",
	  without_a_port_of_its_address_a_pod_is_refused },
	{ "RFC 7857 7.1: a pod's ICMP errors and RSTs prolong nothing",
	  a_pods_errors_and_resets_prolong_nothing },
	{ "RFC 7857 9: a port that must change is drawn at random",
	  a_port_that_must_change_is_drawn_at_random },
	{ "RFC 7857 11: a query's mapping goes with it",
	  a_querys_mapping_goes_with_it },
};

TEST_MAIN(cases)
