// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a flow: RFC 7857 2, RFC 6146 3.5.2; and how long each state may
 * be silent.
 */
#include "fixture.h"
#include "setting.h"
#include "test.h"

enum { STEPS_MAX = 6, OUT = 0x100, IN = 0x200 };

/* Each step is a direction and TCP flags. */
static const struct {
	const char *name;
	int steps[STEPS_MAX];
	enum masq_state state;
	enum masq_timeout timeout;
} lives[] = {
	{ "SYN", { OUT | SYN }, MASQ_STATE_OPENING, MASQ_TIMEOUT_TCP_OPENING },
	{ "SYN again",
	  { OUT | SYN, OUT | SYN },
	  MASQ_STATE_OPENING,
	  MASQ_TIMEOUT_TCP_OPENING },
	{ "answered",
	  { OUT | SYN, IN | SYN | ACK },
	  MASQ_STATE_ESTABLISHED,
	  MASQ_TIMEOUT_TCP_ESTABLISHED },
	{ "both open",
	  { OUT | SYN, IN | SYN },
	  MASQ_STATE_ESTABLISHED,
	  MASQ_TIMEOUT_TCP_ESTABLISHED },
	{ "the middle of one",
	  { OUT | ACK },
	  MASQ_STATE_OPENING,
	  MASQ_TIMEOUT_TCP_OPENING },
	{ "the middle of one, answered",
	  { OUT | ACK, IN | ACK },
	  MASQ_STATE_ESTABLISHED,
	  MASQ_TIMEOUT_TCP_ESTABLISHED },
	{ "refused",
	  { OUT | SYN, IN | RST | ACK },
	  MASQ_STATE_RESET,
	  MASQ_TIMEOUT_TCP_CLOSING },
	{ "refused, tried again",
	  { OUT | SYN, IN | RST | ACK, OUT | SYN },
	  MASQ_STATE_OPENING,
	  MASQ_TIMEOUT_TCP_OPENING },
	{ "pod's FIN",
	  { OUT | SYN, IN | SYN | ACK, OUT | FIN | ACK },
	  MASQ_STATE_FIN_LOCAL,
	  MASQ_TIMEOUT_TCP_ESTABLISHED },
	{ "remote's FIN",
	  { OUT | SYN, IN | SYN | ACK, IN | FIN | ACK },
	  MASQ_STATE_FIN_REMOTE,
	  MASQ_TIMEOUT_TCP_ESTABLISHED },
	{ "FIN twice",
	  { OUT | SYN, IN | SYN | ACK, OUT | FIN | ACK, OUT | FIN | ACK },
	  MASQ_STATE_FIN_LOCAL,
	  MASQ_TIMEOUT_TCP_ESTABLISHED },
	{ "both FINs",
	  { OUT | SYN, IN | SYN | ACK, OUT | FIN | ACK, IN | FIN | ACK },
	  MASQ_STATE_CLOSING,
	  MASQ_TIMEOUT_TCP_CLOSING },
	{ "both FINs, the other way",
	  { OUT | SYN, IN | SYN | ACK, IN | FIN | ACK, OUT | FIN | ACK,
	    IN | ACK },
	  MASQ_STATE_CLOSING,
	  MASQ_TIMEOUT_TCP_CLOSING },
	{ "closed and opened anew",
	  { OUT | SYN, IN | SYN | ACK, OUT | FIN | ACK, IN | FIN | ACK,
	    OUT | SYN },
	  MASQ_STATE_OPENING,
	  MASQ_TIMEOUT_TCP_OPENING },
	{ "reset",
	  { OUT | SYN, IN | SYN | ACK, OUT | RST },
	  MASQ_STATE_RESET,
	  MASQ_TIMEOUT_TCP_CLOSING },
	{ "reset twice",
	  { OUT | SYN, IN | SYN | ACK, IN | RST, IN | RST },
	  MASQ_STATE_RESET,
	  MASQ_TIMEOUT_TCP_CLOSING },
	{ "reset, but data comes",
	  { OUT | SYN, IN | SYN | ACK, IN | RST, IN | ACK },
	  MASQ_STATE_ESTABLISHED,
	  MASQ_TIMEOUT_TCP_ESTABLISHED },
};

/* The record expires this long after the last packet, to a second or so. */
static bool expires_after(const struct masq_flow *flow, __u64 now_ns,
			  enum masq_timeout timeout)
{
	__u64 left_ns = flow->expires_ns - now_ns;
	struct config defaults;
	__u64 grants_ns;

	settings_init(&defaults);
	grants_ns = defaults.timeout_s[timeout] * 1000000000ULL;
	return left_ns <= grants_ns && left_ns + 2000000000ULL > grants_ns;
}

/* Walk through the steps. *ret_out: the first packet as it went out. */
static void live(const struct fixture *fixture, struct packet_spec *spec,
		 const int *steps, struct frame *ret_out)
{
	struct frame frame, out;

	for (int i = 0; i < STEPS_MAX && steps[i]; i++) {
		spec->tcp_flags = steps[i] & 0xff;
		if (steps[i] & OUT)
			frame_build(&frame, spec);
		else
			frame_answer(spec, ret_out, spec->tcp_flags, &frame);
		CHECK_EQUAL(fixture_run(fixture,
					steps[i] & OUT ? MASQ_EGRESS :
							 MASQ_INGRESS,
					&frame, &out),
			    MASQ_TRANSLATED);
		if (!i)
			*ret_out = out;
	}
}

static void tcp_lives_by_the_rfcs(void)
{
	const struct fixture_options options = { 0 };
	struct packet_spec spec = { .proto = IPPROTO_TCP,
				    .src = POD4,
				    .dst = REMOTE4,
				    .src_port = 40000,
				    .dst_port = 443 };
	struct fixture fixture;
	struct masq_tuple key;
	struct masq_flow flow;
	struct frame out;

	fixture_open(&fixture, &options);
	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
		spec.src_port++;
		live(&fixture, &spec, lives[i].steps, &out);
		if (test_failed)
			printf("# with \"%s\"\n", lives[i].name);
		CHECK(!test_failed);
		CHECK(fixture_flow(&fixture, &out, &key, &flow));
		if (flow.state != lives[i].state ||
		    !expires_after(&flow, fixture_now_ns(), lives[i].timeout))
			printf("# with \"%s\"\n", lives[i].name);
		CHECK_EQUAL(flow.state, lives[i].state);
		CHECK(expires_after(&flow, fixture_now_ns(), lives[i].timeout));
		CHECK_EQUAL(flow.closed_s != 0,
			    flow.state == MASQ_STATE_CLOSING ||
				    flow.state == MASQ_STATE_RESET);
	}
	fixture_close(&fixture);
}

static const struct {
	const char *name;
	struct packet_spec spec;
	bool is_answered;
	enum masq_timeout timeout;
} silences[] = {
	{ "udp",
	  { .proto = IPPROTO_UDP,
	    .src = POD4,
	    .dst = REMOTE4,
	    .dst_port = 1024 },
	  false,
	  MASQ_TIMEOUT_UDP_OPENING },
	{ "udp, low port",
	  { .proto = IPPROTO_UDP,
	    .src = POD6,
	    .dst = REMOTE6,
	    .dst_port = 1023 },
	  false,
	  MASQ_TIMEOUT_UDP_OPENING_LOW },
	{ "udp, answered",
	  { .proto = IPPROTO_UDP, .src = POD4, .dst = REMOTE4, .dst_port = 53 },
	  true,
	  MASQ_TIMEOUT_UDP_ESTABLISHED },
	{ "echo",
	  { .proto = IPPROTO_ICMP, .src = POD4, .dst = REMOTE4, .icmp_type = 8 },
	  false,
	  MASQ_TIMEOUT_ICMP },
	{ "echo, answered",
	  { .proto = IPPROTO_ICMPV6,
	    .src = POD6,
	    .dst = REMOTE6,
	    .icmp_type = 128 },
	  true,
	  MASQ_TIMEOUT_ICMP },
};

static void other_protocols_live_by_the_rfcs(void)
{
	const struct fixture_options options = { 0 };
	struct fixture fixture;

	fixture_open(&fixture, &options);
	for (size_t i = 0; i < sizeof(silences) / sizeof(silences[0]); i++) {
		struct packet_spec spec = silences[i].spec;
		struct frame frame, out;
		struct masq_tuple key;
		struct masq_flow flow;

		spec.src_port = 40000 + i;
		frame_build(&frame, &spec);
		CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS, &frame, &out),
			    MASQ_TRANSLATED);
		frame_answer(&spec, &out, 0, &frame);
		if (silences[i].is_answered)
			CHECK_EQUAL(fixture_run(&fixture, MASQ_INGRESS, &frame,
						NULL),
				    MASQ_TRANSLATED);
		CHECK(fixture_flow(&fixture, &out, &key, &flow));
		CHECK_EQUAL(flow.state, silences[i].is_answered ?
						MASQ_STATE_ESTABLISHED :
						MASQ_STATE_OPENING);
		if (!expires_after(&flow, fixture_now_ns(),
				   silences[i].timeout))
			printf("# with \"%s\"\n", silences[i].name);
		CHECK(expires_after(&flow, fixture_now_ns(),
				    silences[i].timeout));
	}
	fixture_close(&fixture);
}

/* Both ways prolong: RFC 4787 REQ-6. */
static void each_way_prolongs_a_flow(void)
{
	const struct fixture_options options = { 0 };
	const struct packet_spec spec = { .proto = IPPROTO_UDP,
					  .src = POD4,
					  .dst = REMOTE4,
					  .src_port = 40000,
					  .dst_port = 4000 };
	struct frame frame, out, answer;
	struct fixture fixture;
	struct masq_tuple key;
	struct masq_flow flow;

	fixture_open(&fixture, &options);
	frame_build(&frame, &spec);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS, &frame, &out),
		    MASQ_TRANSLATED);
	frame_answer(&spec, &out, 0, &answer);
	for (int direction = 0; direction < MASQ_DIRECTION_COUNT; direction++) {
		CHECK_EQUAL(fixture_run(&fixture, MASQ_INGRESS, &answer, NULL),
			    MASQ_TRANSLATED);
		CHECK(fixture_flow(&fixture, &out, &key, &flow));
		flow.expires_ns -= 100 * 1000000000ULL;
		fixture_set_flow(&fixture, &key, &flow);
		fixture_forget_refresh(&fixture, &key, &flow);
		CHECK_EQUAL(fixture_run(&fixture, direction,
					direction == MASQ_EGRESS ? &frame :
								   &answer,
					NULL),
			    MASQ_TRANSLATED);
		CHECK(fixture_flow(&fixture, &out, &key, &flow));
		CHECK(expires_after(&flow, fixture_now_ns(),
				    MASQ_TIMEOUT_UDP_ESTABLISHED));
	}
	fixture_close(&fixture);
}

/* What the outside opens to a pod is answered with the pod's own address. */
static void answers_of_inbound_flows_are_not_translated(void)
{
	const struct fixture_options options = { 0 };
	const struct packet_spec in = { .proto = IPPROTO_TCP,
					.src = REMOTE4,
					.dst = POD4,
					.src_port = 5000,
					.dst_port = 80,
					.tcp_flags = SYN };
	struct fixture fixture;
	struct frame frame, out, answer;

	fixture_open(&fixture, &options);
	frame_build(&frame, &in);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_INGRESS, &frame, &out),
		    MASQ_PASS_INBOUND);
	frame_answer(&in, &out, SYN | ACK, &answer);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS, &answer, &out),
		    MASQ_PASS_INBOUND);
	CHECK(!memcmp(answer.bytes, out.bytes, out.length));
	CHECK_EQUAL(fixture_flows(&fixture), 1);
	CHECK_EQUAL(fixture_usage(&fixture, POD4), 0);
	fixture_close(&fixture);
}

/* However many flows the outside opens, pods have their share of the table. */
static void the_outside_cannot_fill_the_table(void)
{
	const struct fixture_options options = { .max_flows = 64 };
	struct packet_spec in = { .proto = IPPROTO_UDP,
				  .src = REMOTE4,
				  .dst = POD4,
				  .dst_port = 80 };
	struct packet_spec out = { .proto = IPPROTO_UDP,
				   .src = POD4,
				   .dst = REMOTE4,
				   .src_port = 40000,
				   .dst_port = 53 };
	struct fixture fixture;
	struct frame frame;

	fixture_open(&fixture, &options);
	for (int i = 0; i < 100; i++) {
		in.src_port = 5000 + i;
		frame_build(&frame, &in);
		CHECK_EQUAL(fixture_run(&fixture, MASQ_INGRESS, &frame, NULL),
			    MASQ_PASS_INBOUND);
	}
	CHECK_EQUAL(fixture_flows(&fixture), 16);
	frame_build(&frame, &out);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS, &frame, NULL),
		    MASQ_TRANSLATED);
	fixture_close(&fixture);
}

/* The remote that a pod pings pings the node, with the same identifier. */
static void an_echo_request_is_no_answer(void)
{
	const struct fixture_options options = { 0 };
	struct packet_spec ping = { .proto = IPPROTO_ICMP,
				    .src = POD4,
				    .dst = REMOTE4,
				    .src_port = 20007,
				    .icmp_type = 8 };
	struct fixture fixture;
	struct frame frame;

	fixture_open(&fixture, &options);
	frame_build(&frame, &ping);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS, &frame, NULL),
		    MASQ_TRANSLATED);
	ping.src = REMOTE4;
	ping.dst = NODE4;
	frame_build(&frame, &ping);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_INGRESS, &frame, NULL),
		    MASQ_PASS_NO_FLOW);
	fixture_close(&fixture);
}

static const struct test_case cases[] = {
	{ "TCP flows live by the RFCs", tcp_lives_by_the_rfcs },
	{ "flows of other protocols live by the RFCs",
	  other_protocols_live_by_the_rfcs },
	{ "each way prolongs a flow", each_way_prolongs_a_flow },
	{ "answers of inbound flows are not translated",
	  answers_of_inbound_flows_are_not_translated },
	{ "the outside cannot fill the table",
	  the_outside_cannot_fill_the_table },
	{ "an echo request is no answer", an_echo_request_is_no_answer },
};

TEST_MAIN(cases)
