// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flat, isolated, island again: what the mode makes of flows that were there
 * before it.
 */
#include "flow.h"

/* The same, all dropped. */
static void is_cut_off(const struct fixture *fixture, const struct family *f,
		       const struct flow *flow)
{
	struct packet_spec error;
	struct frame quote;

	stays(fixture, MASQ_EGRESS, &flow->inner, MASQ_DROP_ISOLATED);
	CHECK(!test_failed);
	stays(fixture, MASQ_INGRESS, &flow->outer_answer, MASQ_DROP_ISOLATED);
	CHECK(!test_failed);
	error = error_about(f, f->remote, flow->outer.src, &flow->outer,
			    &quote);
	stays(fixture, MASQ_INGRESS, &error, MASQ_DROP_ISOLATED);
	CHECK(!test_failed);
	error = error_about(f, f->pod, f->remote, &flow->inner_answer, &quote);
	stays(fixture, MASQ_EGRESS, &error, MASQ_DROP_ISOLATED);
}

static void flow_in_flat(const struct fixture *fixture, const struct family *f)
{
	struct packet_spec other;
	struct flow flow;

	open_flow(fixture, f, &flow);
	CHECK(!test_failed);
	fixture_set_mode(fixture, MASQ_MODE_FLAT);
	goes_on(fixture, f, &flow);
	CHECK(!test_failed);
	other = flow.inner;
	other.src_port++;
	stays(fixture, MASQ_EGRESS, &other, MASQ_PASS_FLAT);
}

static void flows_go_on_in_flat(void)
{
	play(flow_in_flat);
}

static void flow_in_isolated(const struct fixture *fixture,
			     const struct family *f)
{
	struct flow flow;

	open_flow(fixture, f, &flow);
	CHECK(!test_failed);
	fixture_set_mode(fixture, MASQ_MODE_ISOLATED);
	is_cut_off(fixture, f, &flow);
}

static void flows_are_cut_off_in_isolated(void)
{
	play(flow_in_isolated);
}

static void flow_and_back(const struct fixture *fixture, const struct family *f)
{
	static const int ways[] = { MASQ_MODE_FLAT, MASQ_MODE_ISOLATED,
				    MASQ_MODE_FLAT };
	struct packet_spec other;
	struct flow flow;

	open_flow(fixture, f, &flow);
	CHECK(!test_failed);
	for (int i = 0; i < 3; i++) {
		fixture_set_mode(fixture, ways[i]);
		other = flow.inner;
		other.src_port += 1 + i;
		stays(fixture, MASQ_EGRESS, &other,
		      ways[i] == MASQ_MODE_FLAT ? MASQ_PASS_FLAT :
						  MASQ_DROP_ISOLATED);
		CHECK(!test_failed);
		fixture_set_mode(fixture, MASQ_MODE_ISLAND);
		goes_on(fixture, f, &flow);
		CHECK(!test_failed);
	}
	CHECK_EQUAL(fixture_usage(fixture, f->pod), 1);
}

static void flows_go_on_when_it_is_island_again(void)
{
	play(flow_and_back);
}

/* The outside's flow to the pod's own address. */
static void inbound_flow(const struct fixture *fixture, const struct family *f)
{
	const struct flow flow = flow_of(f->pod, f->pod, f->remote, PORT);
	struct packet_spec in = answer_of(&flow.outer);
	struct frame frame;

	in.tcp_flags = SYN;
	frame_build(&frame, &in);
	CHECK_EQUAL(fixture_run(fixture, MASQ_INGRESS, &frame, NULL),
		    MASQ_PASS_INBOUND);
	stays(fixture, MASQ_EGRESS, &flow.inner, MASQ_PASS_INBOUND);
	CHECK(!test_failed);
	fixture_set_mode(fixture, MASQ_MODE_ISOLATED);
	is_cut_off(fixture, f, &flow);
	CHECK(!test_failed);
	fixture_set_mode(fixture, MASQ_MODE_FLAT);
	stays(fixture, MASQ_EGRESS, &flow.inner, MASQ_PASS_INBOUND);
	CHECK(!test_failed);
	fixture_set_mode(fixture, MASQ_MODE_ISLAND);
	stays(fixture, MASQ_EGRESS, &flow.inner, MASQ_PASS_INBOUND);
	CHECK(!test_failed);
	stays(fixture, MASQ_INGRESS, &in, MASQ_PASS_INBOUND);
}

static void inbound_flows_are_cut_off_in_isolated_alone(void)
{
	play(inbound_flow);
}

/* The host has got another port than its own, which a pod has. */
static void host_flow(const struct fixture *fixture, const struct family *f)
{
	struct flow pod, host;
	struct frame frame, out;
	struct frame_view view;

	open_flow(fixture, f, &pod);
	CHECK(!test_failed);
	frame_build(&frame, &pod.outer);
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &frame, &out),
		    MASQ_TRANSLATED);
	CHECK(frame_view(&out, &view) && view.src_port != PORT);
	host = flow_of(f->node, f->node, f->remote, view.src_port);
	for (int mode = 0; mode < MASQ_MODE_COUNT; mode++) {
		fixture_set_mode(fixture, mode);
		goes_on(fixture, f, &host);
		if (test_failed)
			printf("# in mode %d\n", mode);
		CHECK(!test_failed);
	}
}

static void the_hosts_translated_flows_go_on_in_every_mode(void)
{
	play(host_flow);
}

static const struct test_case cases[] = {
	{ "flat: flows from before go on, translated", flows_go_on_in_flat },
	{ "isolated: flows from before are cut off, errors about them too",
	  flows_are_cut_off_in_isolated },
	{ "isolated: inbound flows are cut off, and go on in other modes",
	  inbound_flows_are_cut_off_in_isolated_alone },
	{ "island again: flows from before go on as they were",
	  flows_go_on_when_it_is_island_again },
	{ "in every mode host flows that met a pod's port go on",
	  the_hosts_translated_flows_go_on_in_every_mode },
};

TEST_MAIN(cases)
