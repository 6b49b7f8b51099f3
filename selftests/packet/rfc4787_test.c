// SPDX-License-Identifier: GPL-2.0-only
/*
 * RFC 4787, NAT and UDP: what tools/rfc.table says is met.
 */
#include "rfc.h"

static void all_leave_as_one(struct fixture *fixture, const struct family *f)
{
	const uint8_t protos[] = { IPPROTO_UDP, IPPROTO_TCP, f->icmp };
	const char *remotes[] = { f->remote, f->other_remote, f->router };

	for (int i = 0; i < 9; i++) {
		struct packet_spec spec = fresh_spec(f, protos[i % 3]);
		struct frame_view view;
		struct flow flow;

		spec.dst = remotes[i / 3];
		flow_open(fixture, &spec, &flow);
		CHECK(!test_failed);
		CHECK(frame_view(&flow.out, &view));
		CHECK_STRING(view.src, f->node);
	}
}

static void a_pod_has_one_address_outside(void)
{
	play_default(all_leave_as_one);
}

static void udp_lives(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);

	walked_lives(fixture, &spec, (int[]){ OUT, 0 }, 2 * 60);
	CHECK(!test_failed);
	walked_lives(fixture, &spec, (int[]){ OUT, IN, 0 }, 5 * 60);
}

static void udp_lives_two_minutes_or_five(void)
{
	play_default(udp_lives);
}

static void low_ports_live(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);

	spec.dst_port = 1023;
	walked_lives(fixture, &spec, (int[]){ OUT, 0 }, 30);
	CHECK(!test_failed);
	walked_lives(fixture, &spec, (int[]){ OUT, IN, 0 }, 5 * 60);
	CHECK(!test_failed);
	spec.dst_port = 1024;
	walked_lives(fixture, &spec, (int[]){ OUT, 0 }, 2 * 60);
}

static void towards_low_ports_it_is_half_a_minute(void)
{
	play_default(low_ports_live);
}

static void udp_lives_as_set(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);

	set_timeout(fixture, MASQ_TIMEOUT_UDP_OPENING, 200);
	set_timeout(fixture, MASQ_TIMEOUT_UDP_OPENING_LOW, 150);
	set_timeout(fixture, MASQ_TIMEOUT_UDP_ESTABLISHED, 1000);
	CHECK(!test_failed);
	walked_lives(fixture, &spec, (int[]){ OUT, 0 }, 200);
	CHECK(!test_failed);
	walked_lives(fixture, &spec, (int[]){ OUT, IN, 0 }, 1000);
	CHECK(!test_failed);
	spec.dst_port = 53;
	walked_lives(fixture, &spec, (int[]){ OUT, 0 }, 150);
}

static void udp_times_are_those_that_are_set(void)
{
	play_default(udp_lives_as_set);
}

/* Each by itself: before the answer and after it. */
static void sending_prolongs(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	struct flow flow;

	flow_open(fixture, &spec, &flow);
	CHECK(!test_failed);
	flow_age(fixture, &flow, 100);
	CHECK_EQUAL(flow_send(fixture, &flow, 0, NULL), MASQ_TRANSLATED);
	flow_lives(fixture, &flow, 2 * 60);
	CHECK(!test_failed);
	CHECK_EQUAL(flow_answer(fixture, &flow, 0, NULL), MASQ_TRANSLATED);
	flow_age(fixture, &flow, 200);
	CHECK_EQUAL(flow_send(fixture, &flow, 0, NULL), MASQ_TRANSLATED);
	flow_lives(fixture, &flow, 5 * 60);
}

static void a_packet_out_prolongs(void)
{
	play_default(sending_prolongs);
}

static void answers_prolong(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	struct flow flow;

	flow_establish(fixture, &spec, &flow);
	CHECK(!test_failed);
	flow_age(fixture, &flow, 200);
	CHECK_EQUAL(flow_answer(fixture, &flow, 0, NULL), MASQ_TRANSLATED);
	flow_lives(fixture, &flow, 5 * 60);
}

static void a_packet_in_prolongs(void)
{
	play_default(answers_prolong);
}

static void sip_stays(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	char text[256];

	spec.src_port = 5060;
	spec.dst_port = 5060;
	snprintf(text, sizeof(text),
		 "INVITE sip:b@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s:5060\r\n"
		 "Contact: <sip:a@%s:5060>\r\n\r\n",
		 f->remote, f->pod, f->pod);
	payload_stays(fixture, spec, text);
}

static void addresses_in_udp_stay(void)
{
	play_default(sip_stays);
}

/* What reaches the flow's port from there. */
static enum masq_verdict probe(const struct fixture *fixture,
			       const struct family *f, const struct flow *flow,
			       const char *src, uint16_t src_port)
{
	const struct packet_spec spec = {
		.proto = IPPROTO_UDP,
		.src = src,
		.dst = f->node,
		.src_port = src_port,
		.dst_port = flow->port,
	};
	struct frame frame;

	frame_build(&frame, &spec);
	return fixture_run(fixture, MASQ_INGRESS, &frame, NULL);
}

static void lets_in_one_remote(const struct fixture *fixture,
			       const struct family *f, const struct flow *flow)
{
	CHECK_EQUAL(probe(fixture, f, flow, f->remote, 4000), MASQ_TRANSLATED);
	CHECK_EQUAL(probe(fixture, f, flow, f->remote, 4001),
		    MASQ_PASS_NO_FLOW);
	CHECK_EQUAL(probe(fixture, f, flow, f->other_remote, 4000),
		    MASQ_PASS_NO_FLOW);
}

/* It has its own port, or has to take another; there are more, or none. */
static void in_every_condition(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	struct flow own, moved, refused;

	spec.src_port = 21000;
	flow_open(fixture, &spec, &own);
	CHECK(!test_failed);
	CHECK_EQUAL(own.port, 21000);
	lets_in_one_remote(fixture, f, &own);
	CHECK(!test_failed);
	spec.src = f->other_pod;
	flow_open(fixture, &spec, &moved);
	CHECK(!test_failed);
	CHECK_EQUAL(moved.port, 21001);
	spec.src_port = 21002;
	CHECK_EQUAL(flow_try(fixture, &spec, &refused), MASQ_DROP_NO_PORT);
	lets_in_one_remote(fixture, f, &own);
	CHECK(!test_failed);
	lets_in_one_remote(fixture, f, &moved);
}

static void translation_is_the_same_in_every_condition(void)
{
	play(in_every_condition,
	     &(struct fixture_options){ .ports = "21000-21001" });
}

static void udp_outlives_icmp(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	struct flow flow;

	flow_open(fixture, &spec, &flow);
	if (!test_failed)
		flow_outlives_icmp(fixture, f, &flow);
}

static void no_icmp_ends_a_udp_mapping(void)
{
	play_default(udp_outlives_icmp);
}

static void errors_from_anywhere(struct fixture *fixture,
				 const struct family *f)
{
	const bool is_ipv4 = f->icmp == IPPROTO_ICMP;
	const char *const sources[] = {
		f->remote,
		f->other_remote,
		f->router,
		f->island,
		is_ipv4 ? "192.168.0.1" : "fd00:99::1",
		is_ipv4 ? "169.254.0.1" : "fe80::1",
	};
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	struct frame error;
	struct flow flow;

	flow_open(fixture, &spec, &flow);
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		CHECK(!test_failed);
		error_in(&error, f, sources[i], f->time_exceeded, 0, &flow);
		error_arrives(fixture, &error, sources[i], &flow);
		if (test_failed)
			printf("# from %s\n", sources[i]);
	}
}

static void errors_come_in_from_any_address(void)
{
	play_default(errors_from_anywhere);
}

static void unreachable_arrives(struct fixture *fixture, const struct family *f)
{
	unreachables_arrive(fixture, f, IPPROTO_UDP);
}

static void destination_unreachable_reaches_the_pod(void)
{
	play_default(unreachable_arrives);
}

static const struct test_case cases[] = {
	{ "RFC 4787 REQ-2: a pod has one address outside, to whomever it talks",
	  a_pod_has_one_address_outside },
	{ "RFC 4787 REQ-5: a UDP mapping lives two minutes unanswered and five "
	  "answered",
	  udp_lives_two_minutes_or_five },
	{ "RFC 4787 REQ-5a: towards a port below 1024 it lives half a minute "
	  "unanswered",
	  towards_low_ports_it_is_half_a_minute },
	{ "RFC 4787 REQ-5b: a UDP mapping lives as long as is set",
	  udp_times_are_those_that_are_set },
	{ "RFC 4787 REQ-6: a packet out prolongs its mapping",
	  a_packet_out_prolongs },
	{ "RFC 4787 REQ-6a: a packet in prolongs its mapping",
	  a_packet_in_prolongs },
	{ "RFC 4787 REQ-10: addresses in what UDP carries stay as they are",
	  addresses_in_udp_stay },
	{ "RFC 4787 REQ-11: what a mapping lets in is the same in every "
	  "condition",
	  translation_is_the_same_in_every_condition },
	{ "RFC 4787 REQ-12: no ICMP message ends a UDP mapping",
	  no_icmp_ends_a_udp_mapping },
	{ "RFC 4787 REQ-12a: ICMP errors come in from whatever address",
	  errors_come_in_from_any_address },
	{ "RFC 4787 REQ-12b: Destination Unreachable reaches the pod",
	  destination_unreachable_reaches_the_pod },
};

TEST_MAIN(cases)
