// SPDX-License-Identifier: GPL-2.0-only
/*
 * Isolated: what becomes of a datagram's fragments when its first has passed
 * in another mode.
 */
#include "mode.h"

enum {
	DATAGRAM = 1200,
	CUT = 600,
};

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
	{ "isolated: the fragments behind a flow's first are dropped",
	  a_flows_fragments_are_cut_off_in_isolated },
	{ "isolated: the fragments behind an answer's first are dropped",
	  an_answers_fragments_are_cut_off_in_isolated },
	{ "isolated: the fragments behind an inbound first are dropped",
	  an_inbound_flows_fragments_are_cut_off_in_isolated },
	{ "isolated: the fragments behind a first in flat are dropped",
	  fragments_are_cut_off_when_flat_becomes_isolated },
};

TEST_MAIN(cases)
