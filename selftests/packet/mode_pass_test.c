// SPDX-License-Identifier: GPL-2.0-only
/*
 * Island, flat, isolated: what the mode makes of packets of every kind between
 * pods and the outside; no others are its business.
 */
#include "kind.h"

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

static const struct test_case cases[] = {
	{ "flat: what is a pod's passes as it is, whatever it is",
	  in_flat_everything_passes },
	{ "isolated: nothing passes between a pod and the outside",
	  in_isolated_nothing_passes },
	{ "in every mode pods reach the island, and the node everything",
	  the_island_and_the_node_are_none_of_a_modes_business },
};

TEST_MAIN(cases)
