// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP errors and the flows that they are about: whose they are then, and that
 * no error changes a flow's record.
 */
#include <bpf/bpf.h>

#include "error.h"

/* The outside knows this pod's address, and no other one's. */
static enum masq_verdict inbound_verdict(const struct journey *journey)
{
	const struct family *ends = journey->flow->ends;

	return strcmp(journey->from.src, ends->other_pod) ? MASQ_PASS_INBOUND :
							    journey->refused;
}

/* The outside opens a flow to the pod's own address: errors about it. */
static void errors_about_inbound_pass(const struct fixture *fixture,
				      const struct packet_spec *spec)
{
	struct journey journeys[JOURNEYS];
	struct packet_spec request = *spec;
	struct flow flow = {
		.family = family_of(spec->src),
		.ends = &families[family_of(spec->src)],
		.address = spec->src,
		.spec = *spec,
	};

	flow.spec.dst = request.src = flow.ends->stranger;
	request.dst = spec->src;
	frame_build(&flow.in.outside, &request);
	becomes(fixture, MASQ_INGRESS, &flow.in.outside, MASQ_PASS_INBOUND,
		NULL);
	if (test_failed)
		return;
	flow.in.inside = flow.in.outside;
	frame_answer(&request, &flow.in.outside, SYN | ACK, &flow.out.outside);
	flow.out.inside = flow.out.outside;
	journeys_of(&flow, journeys);
	for (int i = 0; i < JOURNEYS; i++) {
		error_becomes(fixture, &journeys[i],
			      inbound_verdict(&journeys[i]));
		if (test_failed) {
			printf("# with an error %s\n", journeys[i].name);
			return;
		}
	}
}

static void errors_about_inbound_flows_pass(void)
{
	in_every_way(&(struct plan){ .packet = errors_about_inbound_pass,
				     .payload = 40 });
}

/* The host sends what a pod's flow looks like on the wire: it is moved. */
static void errors_about_moved_are_translated(const struct fixture *fixture,
					      const struct packet_spec *spec)
{
	struct journey journeys[JOURNEYS];
	struct packet_spec pods = *spec, hosts;
	struct flow flow;

	if (!has_port(spec->proto))
		return;
	pods.dst = families[family_of(spec->src)].router;
	pods.src_port = 20100 + spec->src_port % 100; /* is kept */
	flow_open(fixture, &pods, &flow);
	if (test_failed)
		return;
	hosts = pods;
	hosts.src = flow.ends->node;
	flow_open(fixture, &hosts, &flow);
	if (test_failed)
		return;
	journeys_of(&flow, journeys);
	for (int i = 0; i < JOURNEYS; i++) {
		error_becomes(fixture, &journeys[i], MASQ_TRANSLATED);
		if (test_failed) {
			printf("# with an error %s\n", journeys[i].name);
			return;
		}
	}
}

static void errors_about_a_moved_flow_find_the_host(void)
{
	in_every_way(&(struct plan){
		.packet = errors_about_moved_are_translated, .payload = 24 });
}

/* Without a port to move, the flow that a pod has had is the host's. */
static void errors_about_lost_are_refused(const struct fixture *fixture,
					  const struct packet_spec *spec)
{
	struct journey journeys[JOURNEYS];
	struct packet_spec pods = *spec, hosts;
	struct masq_tuple key;
	struct masq_flow record;
	struct flow flow = {
		.family = family_of(spec->src),
		.ends = &families[family_of(spec->src)],
	};

	if (has_port(spec->proto))
		return;
	pods.dst = flow.ends->router;
	frame_build(&flow.out.inside, &pods);
	(void)fixture_send(fixture, MASQ_EGRESS, &flow.out.inside, NULL);
	hosts = pods;
	flow.spec = hosts;
	flow.address = flow.spec.src = hosts.src = flow.ends->node;
	frame_build(&flow.out.inside, &hosts);
	becomes(fixture, MASQ_EGRESS, &flow.out.inside, MASQ_PASS_NOT_POD,
		NULL);
	CHECK(fixture_flow(fixture, &flow.out.inside, &key, &record));
	CHECK_EQUAL(record.kind, MASQ_KIND_HOST);
	flow.out.outside = flow.out.inside;
	frame_answer(&hosts, &flow.out.inside, 0, &flow.in.inside);
	flow.in.outside = flow.in.inside;
	journeys_of(&flow, journeys);
	for (int i = 0; i < JOURNEYS; i++) {
		error_becomes(fixture, &journeys[i], journeys[i].refused);
		if (test_failed)
			return;
	}
}

static void errors_about_a_lost_flow_are_the_hosts(void)
{
	in_every_way(&(struct plan){ .packet = errors_about_lost_are_refused,
				     .payload = 24 });
}

/* Whatever a flow's record says, and its entry in the index. */
struct record {
	struct masq_tuple key;
	struct masq_flow flow;
	struct masq_external index;
};

static void record_read(const struct fixture *fixture, const struct flow *flow,
			struct record *ret)
{
	struct masq_tuple internal;

	CHECK(fixture_flow(fixture, &flow->out.outside, &ret->key, &ret->flow));
	internal = ret->key;
	internal.local = ret->flow.local;
	internal.local_port = ret->flow.local_port;
	CHECK(!bpf_map_lookup_elem(fixture->maps.fd[MAP_INDEX], &internal,
				   &ret->index));
}

/* The record's bytes are the same before and after. */
static void record_stays(const struct fixture *fixture,
			 const struct journey *journey,
			 enum masq_verdict verdict)
{
	size_t count = fixture_entries(fixture);
	struct record before, after;

	record_read(fixture, journey->flow, &before);
	if (test_failed)
		return;
	error_becomes(fixture, journey, verdict);
	if (test_failed)
		return;
	record_read(fixture, journey->flow, &after);
	if (test_failed)
		return;
	CHECK_EQUAL(after.flow.state, before.flow.state);
	CHECK_EQUAL(after.flow.expires_ns, before.flow.expires_ns);
	CHECK(!memcmp(&after.flow, &before.flow, sizeof(after.flow)));
	CHECK(!memcmp(&after.index, &before.index, sizeof(after.index)));
	CHECK_EQUAL(fixture_entries(fixture), count);
}

/* Make it end soon, so that whatever prolongs it is seen. */
static void record_set(const struct fixture *fixture, const struct flow *flow,
		       enum masq_state state, __s64 left_ns)
{
	bool is_closed = state == MASQ_STATE_CLOSING ||
			 state == MASQ_STATE_RESET;
	struct record record;

	record_read(fixture, flow, &record);
	if (test_failed)
		return;
	record.flow.state = state;
	record.flow.expires_ns = fixture_now_ns() + left_ns;
	record.flow.closed_s = is_closed ? fixture_now_ns() / SECOND_NS : 0;
	fixture_set_flow(fixture, &record.key, &record.flow);
	fixture_forget_refresh(fixture, &record.key, &record.flow);
}

static void states_stay(const struct fixture *fixture,
			const struct journey *journey)
{
	bool is_tcp = journey->flow->spec.proto == IPPROTO_TCP;

	for (int state = 0; state < MASQ_STATE_COUNT; state++) {
		if (!is_tcp && state > MASQ_STATE_ESTABLISHED)
			break;
		record_set(fixture, journey->flow, state, 5 * SECOND_NS);
		if (test_failed)
			return;
		record_stays(fixture, journey, MASQ_TRANSLATED);
		if (test_failed) {
			printf("# in state %d\n", state);
			return;
		}
	}
}

static void errors_leave_their_flow_as_it_is(void)
{
	in_every_way(&(struct plan){ .journey = states_stay });
}

static void expired_stays(const struct fixture *fixture,
			  const struct journey *journey)
{
	record_set(fixture, journey->flow, MASQ_STATE_ESTABLISHED, -SECOND_NS);
	if (test_failed)
		return;
	record_stays(fixture, journey, journey->refused);
}

static void errors_do_not_revive_an_expired_flow(void)
{
	in_every_way(&(struct plan){ .journey = expired_stays });
}

/* As `bpfmasq flush` does it. */
static void closed_is_refused(const struct fixture *fixture,
			      const struct journey *journey)
{
	struct flow flow;
	struct masq_tuple key;
	struct masq_flow record;

	flow_open(fixture, &journey->flow->spec, &flow);
	if (test_failed)
		return;
	CHECK(fixture_flow(fixture, &flow.out.outside, &key, &record));
	CHECK(fixture_close_flow(fixture, &key, &record));
	error_becomes(fixture, journey, journey->refused);
}

static void errors_about_a_closed_flow_are_refused(void)
{
	in_every_way(&(struct plan){ .journey = closed_is_refused });
}

static bool is_pods(const struct journey *journey)
{
	return journey->direction == MASQ_INGRESS ||
	       journey->refused == MASQ_DROP_STRAY;
}

static void isolated_are_dropped(const struct fixture *fixture,
				 const struct journey *journey)
{
	fixture_set_mode(fixture, MASQ_MODE_ISOLATED);
	if (is_pods(journey))
		error_becomes(fixture, journey, MASQ_DROP_ISOLATED);
	fixture_set_mode(fixture, MASQ_MODE_ISLAND);
}

static void isolated_pods_neither_send_nor_get_errors(void)
{
	in_every_way(&(struct plan){ .journey = isolated_are_dropped });
}

/* Of no flow: there are none in mode flat. */
static void flat_pass(const struct fixture *fixture,
		      const struct packet_spec *spec)
{
	struct frame request, answer;
	const struct side out = { spec->src, spec->dst, &answer },
			  in = { spec->dst, spec->src, &request };
	struct packet_spec quoted = *spec;
	struct frame frame;

	quoted.src_port = UNUSED_PORT;
	if (quoted.proto == GRE)
		quoted.proto = ESP;
	frame_build(&request, &quoted);
	frame_answer(&quoted, &request, 0, &answer);
	fixture_set_mode(fixture, MASQ_MODE_FLAT);
	error_build(&frame, &out);
	becomes(fixture, MASQ_EGRESS, &frame, MASQ_PASS_FLAT, NULL);
	error_build(&frame, &in);
	becomes(fixture, MASQ_INGRESS, &frame, MASQ_PASS_FLAT, NULL);
	fixture_set_mode(fixture, MASQ_MODE_ISLAND);
}

static void flat_pods_send_and_get_errors(void)
{
	in_every_way(&(struct plan){ .packet = flat_pass });
}

static const struct test_case cases[] = {
	{ "errors about flows that the outside opened pass",
	  errors_about_inbound_flows_pass },
	{ "errors about a flow of the host that was moved find the host",
	  errors_about_a_moved_flow_find_the_host },
	{ "errors about a flow that was lost to the host are the host's",
	  errors_about_a_lost_flow_are_the_hosts },
	{ "errors leave their flow's record as it is",
	  errors_leave_their_flow_as_it_is },
	{ "errors do not revive an expired flow",
	  errors_do_not_revive_an_expired_flow },
	{ "errors about a closed flow are of no flow",
	  errors_about_a_closed_flow_are_refused },
	{ "isolated pods neither send nor get errors",
	  isolated_pods_neither_send_nor_get_errors },
	{ "in mode flat pods send and get errors",
	  flat_pods_send_and_get_errors },
};

TEST_MAIN(cases)
