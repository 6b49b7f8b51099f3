// SPDX-License-Identifier: GPL-2.0-only
/*
 * Island, flat, isolated: what the mode makes of packets between pods and the
 * outside, and of flows that were there before it.
 */
#include "family.h"
#include "test.h"

enum {
	GRE = 47,
	AH = 51,
	PORT = 20005, /* in the pool */
	DATAGRAM = 1200,
	CUT = 600,
};

typedef void scenario(const struct fixture *fixture, const struct family *f);

/* In both families; it begins in mode island. */
static void play(scenario *run)
{
	const struct fixture_options options = { 0 };
	struct fixture fixture;

	fixture_open(&fixture, &options);
	for (int i = 0; i < MASQ_FAMILY_COUNT && !test_failed; i++) {
		fixture_set_mode(&fixture, MASQ_MODE_ISLAND);
		run(&fixture, &families[i]);
		if (test_failed)
			printf("# in %s\n", families[i].name);
	}
	fixture_close(&fixture);
}

static struct packet_spec udp_of(const char *src, const char *dst)
{
	return (struct packet_spec){
		.proto = IPPROTO_UDP,
		.src = src,
		.dst = dst,
		.src_port = PORT,
		.dst_port = 4000,
		.payload = 32,
	};
}

static struct packet_spec tcp_of(const char *src, const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	spec.proto = IPPROTO_TCP;
	spec.tcp_flags = SYN;
	return spec;
}

static struct packet_spec answer_of(const struct packet_spec *spec)
{
	struct packet_spec answer = *spec;

	answer.src = spec->dst;
	answer.dst = spec->src;
	answer.src_port = spec->dst_port;
	answer.dst_port = spec->src_port;
	if (spec->tcp_flags)
		answer.tcp_flags = SYN | ACK;
	return answer;
}

/* It has this verdict, nothing in it changes, and no record is made. */
static void frame_stays(const struct fixture *fixture,
			enum masq_direction direction,
			const struct frame *frame, enum masq_verdict verdict)
{
	size_t before = fixture_entries(fixture);
	struct frame out;

	CHECK_EQUAL(fixture_run(fixture, direction, frame, &out), verdict);
	CHECK(frame_equal(&out, frame));
	CHECK_EQUAL(fixture_entries(fixture), before);
}

static void stays(const struct fixture *fixture, enum masq_direction direction,
		  const struct packet_spec *spec, enum masq_verdict verdict)
{
	struct frame frame;

	frame_build(&frame, spec);
	frame_stays(fixture, direction, &frame, verdict);
}

/* It becomes the other packet. */
static void becomes(const struct fixture *fixture,
		    enum masq_direction direction,
		    const struct packet_spec *spec,
		    const struct packet_spec *other)
{
	struct frame frame, out, expected;

	frame_build(&frame, spec);
	frame_build(&expected, other);
	CHECK_EQUAL(fixture_run(fixture, direction, &frame, &out),
		    MASQ_TRANSLATED);
	CHECK(frame_equal(&out, &expected));
}

/* Kinds of packets, each from a pod to the outside or from there to a pod. */
static struct packet_spec plain(const struct family *f, const char *src,
				const char *dst)
{
	(void)f;
	return udp_of(src, dst);
}

static struct packet_spec opening(const struct family *f, const char *src,
				  const char *dst)
{
	(void)f;
	return tcp_of(src, dst);
}

static struct packet_spec stray(const struct family *f, const char *src,
				const char *dst)
{
	struct packet_spec spec = tcp_of(src, dst);

	(void)f;
	spec.tcp_flags = RST;
	return spec;
}

static struct packet_spec echo(const struct family *f, const char *src,
			       const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	spec.proto = f->icmp;
	spec.icmp_type = f->echo;
	return spec;
}

static struct packet_spec unknown_icmp(const struct family *f, const char *src,
				       const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	spec.proto = f->icmp;
	spec.icmp_type = f->unknown_icmp;
	return spec;
}

static struct packet_spec error(const struct family *f, const char *src,
				const char *dst)
{
	struct packet_spec spec = udp_of(src, dst), about = udp_of(dst, src);
	static struct frame quote;

	frame_build(&quote, &about);
	spec.proto = f->icmp;
	spec.icmp_type = f->unreachable;
	spec.quote = &quote;
	return spec;
}

static struct packet_spec bare(const struct family *f, const char *src,
			       const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	(void)f;
	spec.proto = GRE;
	return spec;
}

static struct packet_spec forbidden(const struct family *f, const char *src,
				    const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	(void)f;
	spec.proto = AH;
	return spec;
}

static struct packet_spec sctp(const struct family *f, const char *src,
			       const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	(void)f;
	spec.proto = IPPROTO_SCTP;
	spec.sctp_chunk = 1; /* INIT */
	return spec;
}

/* Not for IPv4. */
static struct packet_spec extensions(const struct family *f, const char *src,
				     const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	if (f->icmp == IPPROTO_ICMP)
		return spec;
	memcpy(spec.extensions, (uint8_t[]){ 0, 60, 60, 60, 60, 60 }, 6);
	spec.extension_count = 6;
	return spec;
}

static const struct {
	const char *name;
	struct packet_spec (*spec)(const struct family *f, const char *src,
				   const char *dst);
} kinds[] = {
	{ "UDP", plain },
	{ "SYN", opening },
	{ "RST", stray },
	{ "echo", echo },
	{ "unknown ICMP", unknown_icmp },
	{ "an error of no flow", error },
	{ "GRE", bare },
	{ "AH", forbidden },
	{ "SCTP", sctp },
	{ "many extension headers", extensions },
};

/* Whole, cut at every length, in fragments: the later ones first and last. */
static void whole_and_in_parts(const struct fixture *fixture,
			       const struct family *f,
			       enum masq_direction direction,
			       struct packet_spec spec,
			       enum masq_verdict verdict)
{
	static uint32_t datagram;
	struct frame whole, part;

	datagram++;
	stays(fixture, direction, &spec, verdict);
	frame_build(&whole, &spec);
	part = whole;
	for (part.length = FRAME_L3 + f->header;
	     part.length < whole.length && !test_failed; part.length++)
		frame_stays(fixture, direction, &part, verdict);
	for (int i = 0; i < 3 && !test_failed; i++) {
		frame_cut(&whole, datagram, i % 2 ? 0 : 16, 16, &part);
		frame_stays(fixture, direction, &part, verdict);
	}
}

static void every_kind(const struct fixture *fixture, const struct family *f,
		       enum masq_verdict verdict)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		whole_and_in_parts(fixture, f, MASQ_EGRESS,
				   kinds[i].spec(f, f->pod, f->remote),
				   verdict);
		if (!test_failed)
			whole_and_in_parts(fixture, f, MASQ_INGRESS,
					   kinds[i].spec(f, f->remote, f->pod),
					   verdict);
		if (test_failed)
			printf("# with %s\n", kinds[i].name);
		CHECK(!test_failed);
	}
}

static void every_destination(const struct fixture *fixture,
			      const struct family *f, enum masq_verdict verdict)
{
	const char *const destinations[] = { f->multicast, f->link_local,
					     f->icmp == IPPROTO_ICMP ?
						     "255.255.255.255" :
						     "ff02::1" };

	for (size_t i = 0; i < 3 && !test_failed; i++) {
		struct packet_spec spec = udp_of(f->pod, destinations[i]);

		whole_and_in_parts(fixture, f, MASQ_EGRESS, spec, verdict);
	}
}

static void flat_passes(const struct fixture *fixture, const struct family *f)
{
	fixture_set_mode(fixture, MASQ_MODE_FLAT);
	every_kind(fixture, f, MASQ_PASS_FLAT);
	if (!test_failed)
		every_destination(fixture, f, MASQ_PASS_FLAT);
	CHECK_EQUAL(fixture_entries(fixture), 0);
}

static void in_flat_everything_passes(void)
{
	play(flat_passes);
}

static void isolated_drops(const struct fixture *fixture,
			   const struct family *f)
{
	fixture_set_mode(fixture, MASQ_MODE_ISOLATED);
	every_kind(fixture, f, MASQ_DROP_ISOLATED);
	if (!test_failed)
		every_destination(fixture, f, MASQ_DROP_ISOLATED);
	CHECK_EQUAL(fixture_entries(fixture), 0);
}

static void in_isolated_nothing_passes(void)
{
	play(isolated_drops);
}

/* What no mode is about: the pods in the island, and the node. */
static void every_mode(const struct fixture *fixture, const struct family *f)
{
	for (int mode = 0; mode < MASQ_MODE_COUNT; mode++) {
		const struct packet_spec none_of_ours[] = {
			tcp_of(f->pod, f->island),
			tcp_of(f->island, f->pod),
			tcp_of(f->node, f->remote),
			tcp_of(f->remote, f->node),
			bare(f, f->node, f->remote),
			error(f, f->node, f->remote),
		};
		static const int directions[] = { MASQ_EGRESS, MASQ_INGRESS,
						  MASQ_EGRESS, MASQ_INGRESS,
						  MASQ_EGRESS, MASQ_EGRESS };
		static const int verdicts[] = {
			MASQ_PASS_ISLAND,  MASQ_PASS_NO_FLOW, MASQ_PASS_NOT_POD,
			MASQ_PASS_NO_FLOW, MASQ_PASS_NOT_POD, MASQ_PASS_NOT_POD
		};

		fixture_set_mode(fixture, mode);
		for (int i = 0; i < 6; i++) {
			whole_and_in_parts(fixture, f, directions[i],
					   none_of_ours[i], verdicts[i]);
			if (test_failed)
				printf("# in mode %d, packet %d\n", mode, i);
			CHECK(!test_failed);
		}
	}
}

static void the_island_and_the_node_are_none_of_a_modes_business(void)
{
	play(every_mode);
}

/* A pod's flow, as the pod and as the wire see it, and its answers. */
struct flow {
	struct packet_spec inner;
	struct packet_spec outer;
	struct packet_spec inner_answer;
	struct packet_spec outer_answer;
};

static struct flow flow_of(const char *local, const char *node,
			   const char *remote, uint16_t node_port)
{
	struct flow flow = { .inner = tcp_of(local, remote) };

	flow.outer = flow.inner;
	flow.outer.src = node;
	flow.outer.src_port = node_port;
	flow.inner_answer = answer_of(&flow.inner);
	flow.outer_answer = answer_of(&flow.outer);
	return flow;
}

static void open_flow(const struct fixture *fixture, const struct family *f,
		      struct flow *ret)
{
	*ret = flow_of(f->pod, f->node, f->remote, PORT);
	becomes(fixture, MASQ_EGRESS, &ret->inner, &ret->outer);
	if (!test_failed)
		becomes(fixture, MASQ_INGRESS, &ret->outer_answer,
			&ret->inner_answer);
}

static struct packet_spec error_about(const struct family *f, const char *src,
				      const char *dst,
				      const struct packet_spec *about,
				      struct frame *quote)
{
	frame_build(quote, about);
	return unreachable_of(f, src, dst, quote);
}

/* Out and back, and errors about both. */
static void goes_on(const struct fixture *fixture, const struct family *f,
		    const struct flow *flow)
{
	const char *local = flow->inner.src;
	struct packet_spec outer, inner;
	struct frame outer_quote, inner_quote;

	becomes(fixture, MASQ_EGRESS, &flow->inner, &flow->outer);
	CHECK(!test_failed);
	becomes(fixture, MASQ_INGRESS, &flow->outer_answer,
		&flow->inner_answer);
	CHECK(!test_failed);
	outer = error_about(f, f->remote, f->node, &flow->outer, &outer_quote);
	inner = error_about(f, f->remote, local, &flow->inner, &inner_quote);
	becomes(fixture, MASQ_INGRESS, &outer, &inner);
	CHECK(!test_failed);
	inner = error_about(f, local, f->remote, &flow->inner_answer,
			    &inner_quote);
	outer = error_about(f, f->node, f->remote, &flow->outer_answer,
			    &outer_quote);
	becomes(fixture, MASQ_EGRESS, &inner, &outer);
}

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

/* One datagram's fragments, the mode changed behind the first. */
static void cut_datagram(const char *src, const char *dst, struct frame *first,
			 struct frame *later)
{
	struct packet_spec spec = udp_of(src, dst);
	struct frame whole;

	spec.payload = DATAGRAM;
	frame_build(&whole, &spec);
	frame_cut(&whole, 9, 0, CUT, first);
	frame_cut(&whole, 9, CUT, DATAGRAM, later);
}

/* The first passes in this mode; in isolated the others do not follow. */
static void first_passes(const struct fixture *fixture,
			 enum masq_direction direction, enum masq_mode mode,
			 const struct frame *first, const struct frame *later)
{
	enum masq_verdict verdict;

	fixture_set_mode(fixture, mode);
	verdict = fixture_run(fixture, direction, first, NULL);
	CHECK(verdict != MASQ_CONTINUE && verdict < MASQ_HELD);
	CHECK_EQUAL(fixture_run(fixture, direction, later, NULL), verdict);
	fixture_set_mode(fixture, MASQ_MODE_ISOLATED);
	frame_stays(fixture, direction, later, MASQ_DROP_ISOLATED);
}

static void fragments_of_flows(const struct fixture *fixture,
			       const struct family *f)
{
	struct frame first, later;

	cut_datagram(f->pod, f->remote, &first, &later);
	first_passes(fixture, MASQ_EGRESS, MASQ_MODE_ISLAND, &first, &later);
}

static void a_flows_fragments_are_cut_off_in_isolated(void)
{
	play(fragments_of_flows);
}

static void fragments_of_answers(const struct fixture *fixture,
				 const struct family *f)
{
	struct packet_spec spec = udp_of(f->pod, f->remote), answer;
	struct frame frame, whole, first, later;

	frame_build(&frame, &spec);
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &frame, NULL),
		    MASQ_TRANSLATED);
	spec.src = f->node;
	answer = answer_of(&spec);
	answer.payload = DATAGRAM;
	frame_build(&whole, &answer);
	frame_cut(&whole, 9, 0, CUT, &first);
	frame_cut(&whole, 9, CUT, DATAGRAM, &later);
	first_passes(fixture, MASQ_INGRESS, MASQ_MODE_ISLAND, &first, &later);
}

static void an_answers_fragments_are_cut_off_in_isolated(void)
{
	play(fragments_of_answers);
}

static void fragments_of_inbound_flows(const struct fixture *fixture,
				       const struct family *f)
{
	struct frame first, later;

	cut_datagram(f->remote, f->pod, &first, &later);
	first_passes(fixture, MASQ_INGRESS, MASQ_MODE_ISLAND, &first, &later);
}

static void an_inbound_flows_fragments_are_cut_off_in_isolated(void)
{
	play(fragments_of_inbound_flows);
}

static void fragments_from_flat(const struct fixture *fixture,
				const struct family *f)
{
	struct frame first, later;

	cut_datagram(f->pod, f->remote, &first, &later);
	first_passes(fixture, MASQ_EGRESS, MASQ_MODE_FLAT, &first, &later);
	CHECK(!test_failed);
	cut_datagram(f->remote, f->pod, &first, &later);
	first_passes(fixture, MASQ_INGRESS, MASQ_MODE_FLAT, &first, &later);
}

static void fragments_are_cut_off_when_flat_becomes_isolated(void)
{
	play(fragments_from_flat);
}

static const struct test_case cases[] = {
	{ "flat: what is a pod's passes as it is, whatever it is",
	  in_flat_everything_passes },
	{ "flat: flows from before go on, translated", flows_go_on_in_flat },
	{ "isolated: nothing passes between a pod and the outside",
	  in_isolated_nothing_passes },
	{ "isolated: flows from before are cut off, errors about them too",
	  flows_are_cut_off_in_isolated },
	{ "isolated: inbound flows are cut off, and go on in other modes",
	  inbound_flows_are_cut_off_in_isolated_alone },
	{ "isolated: the fragments behind a flow's first are dropped",
	  a_flows_fragments_are_cut_off_in_isolated },
	{ "isolated: the fragments behind an answer's first are dropped",
	  an_answers_fragments_are_cut_off_in_isolated },
	{ "isolated: the fragments behind an inbound first are dropped",
	  an_inbound_flows_fragments_are_cut_off_in_isolated },
	{ "isolated: the fragments behind a first in flat are dropped",
	  fragments_are_cut_off_when_flat_becomes_isolated },
	{ "island again: flows from before go on as they were",
	  flows_go_on_when_it_is_island_again },
	{ "in every mode pods reach the island, and the node everything",
	  the_island_and_the_node_are_none_of_a_modes_business },
	{ "in every mode host flows that met a pod's port go on",
	  the_hosts_translated_flows_go_on_in_every_mode },
};

TEST_MAIN(cases)
