// SPDX-License-Identifier: GPL-2.0-only
/*
 * RFC 5382, NAT and TCP: what tools/rfc.table says is met.
 */
#include "rfc.h"

/* RFC 9293 3.5, 3.6: OUT is who opened it, IN the other side. */
static const struct {
	const char *name;
	int steps[STEPS_MAX];
} sequences[] = {
	{ "closed by who opened it",
	  { OUT | SYN, IN | SYN | ACK, OUT | ACK, OUT | PSH | ACK,
	    IN | PSH | ACK, OUT | FIN | ACK, IN | ACK, IN | FIN | ACK,
	    OUT | ACK } },
	{ "closed by the other side",
	  { OUT | SYN, IN | SYN | ACK, OUT | ACK, IN | FIN | ACK, OUT | ACK,
	    OUT | FIN | ACK, IN | ACK } },
	{ "data after one side has closed",
	  { OUT | SYN, IN | SYN | ACK, OUT | ACK, OUT | FIN | ACK,
	    IN | PSH | ACK, OUT | ACK, IN | PSH | ACK, OUT | ACK,
	    IN | FIN | ACK, OUT | ACK } },
	{ "closed by both at once",
	  { OUT | SYN, IN | SYN | ACK, OUT | ACK, OUT | FIN | ACK,
	    IN | FIN | ACK, OUT | ACK, IN | ACK } },
	{ "SYN and answer repeated",
	  { OUT | SYN, OUT | SYN, IN | SYN | ACK, IN | SYN | ACK, OUT | ACK } },
	{ "FINs repeated",
	  { OUT | SYN, IN | SYN | ACK, OUT | ACK, OUT | FIN | ACK,
	    OUT | FIN | ACK, IN | FIN | ACK, IN | FIN | ACK, OUT | ACK } },
	{ "refused", { OUT | SYN, IN | RST | ACK } },
	{ "refused and tried again",
	  { OUT | SYN, IN | RST | ACK, OUT | SYN, IN | SYN | ACK, OUT | ACK } },
	{ "reset by who opened it",
	  { OUT | SYN, IN | SYN | ACK, OUT | ACK, OUT | RST | ACK } },
	{ "reset by the other side",
	  { OUT | SYN, IN | SYN | ACK, OUT | ACK, IN | RST, OUT | RST } },
	{ "a challenged SYN (RFC 5961 4.2)",
	  { OUT | SYN, IN | SYN | ACK, OUT | ACK, IN | SYN, OUT | ACK } },
	{ "opened anew after its end",
	  { OUT | SYN, IN | SYN | ACK, OUT | ACK, OUT | FIN | ACK,
	    IN | FIN | ACK, OUT | ACK, OUT | SYN, IN | SYN | ACK, OUT | ACK } },
};

enum { SEQUENCES = sizeof(sequences) / sizeof(sequences[0]) };

static void pod_opens(const struct fixture *fixture, const struct family *f,
		      const int *steps)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_TCP);
	struct flow flow;

	flow_walk(fixture, &spec, steps, &flow);
}

/* The outside opens one to a pod's own address: nothing of it is changed. */
static void outside_opens(const struct fixture *fixture, const struct family *f,
			  const int *steps)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_TCP);
	struct frame frame, first, got;

	spec.src = f->remote;
	spec.dst = f->pod;
	spec.tcp_flags = SYN;
	frame_build(&first, &spec);
	for (int i = 0; i < STEPS_MAX && steps[i]; i++) {
		spec.tcp_flags = steps[i];
		if (steps[i] & OUT)
			frame_build(&frame, &spec);
		else
			frame_answer(&spec, &first, steps[i], &frame);
		CHECK_EQUAL(fixture_run(fixture,
					steps[i] & OUT ? MASQ_INGRESS :
							 MASQ_EGRESS,
					&frame, &got),
			    MASQ_PASS_INBOUND);
		CHECK_EQUAL(got.length, frame.length);
		CHECK(!memcmp(got.bytes, frame.bytes, got.length));
	}
}

static void every_sequence(struct fixture *fixture, const struct family *f)
{
	for (int i = 0; i < SEQUENCES; i++) {
		pod_opens(fixture, f, sequences[i].steps);
		if (!test_failed)
			outside_opens(fixture, f, sequences[i].steps);
		if (test_failed)
			printf("# with \"%s\"\n", sequences[i].name);
		CHECK(!test_failed);
	}
}

static void all_valid_sequences_pass(void)
{
	play_default(every_sequence);
}

static void both_open(struct fixture *fixture, const struct family *f)
{
	pod_opens(fixture, f,
		  (int[]){ OUT | SYN, IN | SYN, OUT | SYN | ACK, IN | SYN | ACK,
			   OUT | ACK, IN | ACK, 0 });
	CHECK(!test_failed);
	outside_opens(fixture, f,
		      (int[]){ OUT | SYN, IN | SYN, OUT | SYN | ACK,
			       IN | SYN | ACK, OUT | ACK, IN | ACK, 0 });
}

static void both_sides_may_open_at_once(void)
{
	play_default(both_open);
}

/* Every way into each state. */
static const struct {
	int steps[STEPS_MAX];
	bool is_established;
} lives[] = {
	{ { OUT | SYN }, false },
	{ { OUT | SYN, IN | SYN | ACK }, true },
	{ { OUT | SYN, IN | SYN }, true },
	{ { OUT | SYN, IN | SYN | ACK, OUT | FIN | ACK }, true },
	{ { OUT | SYN, IN | SYN | ACK, IN | FIN | ACK }, true },
	{ { OUT | SYN, IN | SYN | ACK, OUT | FIN | ACK, IN | FIN | ACK },
	  false },
	{ { OUT | SYN, IN | SYN | ACK, IN | FIN | ACK, OUT | FIN | ACK },
	  false },
	{ { OUT | SYN, IN | RST | ACK }, false },
	{ { OUT | SYN, IN | SYN | ACK, OUT | RST }, false },
	{ { OUT | SYN, IN | SYN | ACK, IN | RST }, false },
};

static void lives_are(const struct fixture *fixture, const struct family *f,
		      __u64 established_s, __u64 transitory_s)
{
	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
		struct packet_spec spec = fresh_spec(f, IPPROTO_TCP);

		walked_lives(fixture, &spec, lives[i].steps,
			     lives[i].is_established ? established_s :
						       transitory_s);
		if (test_failed)
			printf("# with steps %zu\n", i);
		CHECK(!test_failed);
	}
}

static void tcp_lives(struct fixture *fixture, const struct family *f)
{
	lives_are(fixture, f, 2 * 3600 + 4 * 60, 4 * 60);
}

static void established_two_hours_four_minutes_else_four_minutes(void)
{
	play_default(tcp_lives);
}

static void tcp_lives_as_set(struct fixture *fixture, const struct family *f)
{
	set_timeout(fixture, MASQ_TIMEOUT_TCP_OPENING, 500);
	set_timeout(fixture, MASQ_TIMEOUT_TCP_CLOSING, 500);
	set_timeout(fixture, MASQ_TIMEOUT_TCP_ESTABLISHED, 10000);
	CHECK(!test_failed);
	lives_are(fixture, f, 10000, 500);
}

static void tcp_times_are_those_that_are_set(void)
{
	play_default(tcp_lives_as_set);
}

static void ftp_stays(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_TCP);
	char text[128];
	struct flow flow;

	spec.dst_port = 21;
	flow_establish(fixture, &spec, &flow);
	CHECK(!test_failed);
	spec.tcp_flags = PSH | ACK;
	payload_stays(fixture, spec, "PORT 10,244,1,2,200,13\r\n");
	CHECK(!test_failed);
	snprintf(text, sizeof(text), "EPRT |2|%s|51213|\r\n", f->pod);
	payload_stays(fixture, spec, text);
}

static void addresses_in_tcp_stay(void)
{
	play_default(ftp_stays);
}

static void unreachable_arrives(struct fixture *fixture, const struct family *f)
{
	unreachables_arrive(fixture, f, IPPROTO_TCP);
}

static void destination_unreachable_is_translated(void)
{
	play_default(unreachable_arrives);
}

static void tcp_outlives_icmp(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_TCP);
	struct flow flow;

	flow_establish(fixture, &spec, &flow);
	if (!test_failed)
		flow_outlives_icmp(fixture, f, &flow);
}

static void no_icmp_ends_a_connection(void)
{
	play_default(tcp_outlives_icmp);
}

static const struct test_case cases[] = {
	{ "RFC 5382 REQ-2: every valid sequence passes, whoever opens",
	  all_valid_sequences_pass },
	{ "RFC 5382 REQ-2a: both sides may open a connection at once",
	  both_sides_may_open_at_once },
	{ "RFC 5382 REQ-5: a connection lives two hours and four minutes, "
	  "opening and closing four minutes",
	  established_two_hours_four_minutes_else_four_minutes },
	{ "RFC 5382 REQ-5a: a connection lives as long as is set",
	  tcp_times_are_those_that_are_set },
	{ "RFC 5382 REQ-6: addresses in what TCP carries stay as they are",
	  addresses_in_tcp_stay },
	{ "RFC 5382 REQ-9: Destination Unreachable about TCP is translated",
	  destination_unreachable_is_translated },
	{ "RFC 5382 REQ-10: no ICMP message ends a connection",
	  no_icmp_ends_a_connection },
};

TEST_MAIN(cases)
