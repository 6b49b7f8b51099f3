// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fragments that come before their first: which are held, how many, and how
 * that ends.
 */
#include <sched.h>

#include <bpf/bpf.h>

#include "fragment.h"
#include "masq.skel.h"

enum {
	/* one datagram of 65,535 bytes in fragments of 1,480 */
	PLACES = (65535 + 1479) / 1480,
	HELD_S = 1,
	DEADLINE_S = 10,
};

static const struct fixture_options plain = { 0 };

/* How many are in the map; of this frame only, if one is given. */
static size_t held_in_map(const struct fixture *fixture,
			  const struct frame *frame)
{
	struct masq_held_key key, *last = NULL;
	int fd = fixture->maps.fd[MAP_HELD];
	static struct masq_held held;
	size_t count = 0;

	while (!bpf_map_get_next_key(fd, last, &key)) {
		last = &key;
		if (bpf_map_lookup_elem(fd, &key, &held))
			continue;
		count += !frame ||
			 (held.length == frame->length &&
			  !memcmp(held.frame, frame->bytes, frame->length));
	}
	return count;
}

/*
 * Send so many fragments of this packet, each of another datagram whose first
 * has not come.  kept: in how many places each is found then.
 */
static void early_become(const struct fixture *fixture,
			 enum masq_direction direction,
			 const struct packet_spec *spec, int count,
			 enum masq_verdict verdict, size_t kept)
{
	struct frame whole, frame;

	frame_build(&whole, spec);
	for (int i = 0; i < count && !test_failed; i++) {
		piece_cut(&whole, fresh_id(), 1, &frame);
		becomes(fixture, direction, &frame, verdict, NULL);
		if (test_failed) {
			printf("# with early fragment %d from %s to %s\n", i,
			       spec->src, spec->dst);
			return;
		}
		CHECK_EQUAL(held_in_map(fixture, &frame), kept);
	}
}

static void places_are_taken(const struct fixture *fixture,
			     enum masq_family family)
{
	struct packet_spec spec = udp_between(family, POD, REMOTE);
	__u64 held = held_count(fixture);

	early_become(fixture, MASQ_EGRESS, &spec, PLACES, MASQ_HELD, 1);
	early_become(fixture, MASQ_EGRESS, &spec, 1, MASQ_DROP_FRAGMENT, 0);
	spec.dst = ends[family][STRANGER];
	early_become(fixture, MASQ_EGRESS, &spec, 1, MASQ_DROP_FRAGMENT, 0);
	spec.src = ends[family][OTHER_POD];
	early_become(fixture, MASQ_EGRESS, &spec, 1, MASQ_HELD, 1);
	CHECK_EQUAL(held_count(fixture), held + PLACES + 1);
	CHECK_EQUAL(held_in_map(fixture, NULL), held_count(fixture));
}

static void a_pod_has_45_places_for_early_fragments(void)
{
	in_every_way(&(struct plan){ .family = places_are_taken,
				     .options = &plain,
				     .is_once = true });
}

/* The address of one of many sources on this side of the node. */
static void source_name(enum masq_direction direction, enum masq_family family,
			int i, char ret[INET6_ADDRSTRLEN])
{
	static const char *const formats[][MASQ_FAMILY_COUNT] = {
		[MASQ_EGRESS] = { "10.244.1.%d", "fd00:10:244:1::%d" },
		[MASQ_INGRESS] = { "203.0.113.%d", "2001:db8:2::%d" },
	};

	snprintf(ret, INET6_ADDRSTRLEN, formats[direction][family], i);
}

/* Of many sources one after the other, until nothing is left. */
static void room_is_taken(const struct fixture *fixture,
			  enum masq_direction direction,
			  enum masq_family family)
{
	bool is_out = direction == MASQ_EGRESS;
	struct packet_spec spec = udp_between(family, is_out ? POD : REMOTE,
					      is_out ? REMOTE : NODE);
	size_t room = bpf_map__max_entries(fixture->skel->maps.masq_held) /
		      MASQ_DIRECTION_COUNT;
	__u64 before = held_count(fixture);
	char src[INET6_ADDRSTRLEN];

	spec.src = src;
	for (int i = 1; room; i++) {
		int count = room < PLACES ? room : PLACES;

		source_name(direction, family, i, src);
		early_become(fixture, direction, &spec, count,
			     is_out ? MASQ_HELD : MASQ_PASS_NO_FLOW, 1);
		room -= count;
		before += count;
		if (test_failed)
			return;
	}
	source_name(direction, family, 100, src);
	early_become(fixture, direction, &spec, 1,
		     is_out ? MASQ_DROP_FRAGMENT : MASQ_PASS_NO_FLOW, 0);
	CHECK_EQUAL(held_count(fixture), before);
	CHECK_EQUAL(held_in_map(fixture, NULL), before);
}

/* The outside takes all that it can get, and then the pods. */
static void pods_and_the_outside_have_room_of_their_own(void)
{
	for (int i = 0; i < FIXTURE_REWRITES * MASQ_FAMILY_COUNT; i++) {
		const struct fixture_options options = {
			.rewrite = i / MASQ_FAMILY_COUNT,
		};
		int family = i % MASQ_FAMILY_COUNT;
		struct fixture fixture;

		if (!fixture_can(options.rewrite))
			continue;
		fixture_open(&fixture, &options);
		room_is_taken(&fixture, MASQ_INGRESS, family);
		if (!test_failed)
			room_is_taken(&fixture, MASQ_EGRESS, family);
		fixture_close(&fixture);
		if (test_failed)
			return;
	}
}

static void copies_are_kept(const struct fixture *fixture,
			    enum masq_family family)
{
	static const enum end elsewhere[] = { POD, ISLAND, BESIDE_NODE };
	struct packet_spec spec = udp_between(family, REMOTE, NODE);
	__u64 held = held_count(fixture);

	early_become(fixture, MASQ_INGRESS, &spec, PLACES, MASQ_PASS_NO_FLOW,
		     1);
	early_become(fixture, MASQ_INGRESS, &spec, 1, MASQ_PASS_NO_FLOW, 0);
	spec.src = ends[family][STRANGER];
	for (size_t i = 0; i < LENGTH(elsewhere); i++) {
		spec.dst = ends[family][elsewhere[i]];
		early_become(fixture, MASQ_INGRESS, &spec, 1, MASQ_PASS_NO_FLOW,
			     0);
	}
	CHECK_EQUAL(held_count(fixture), held + PLACES);
	CHECK_EQUAL(held_in_map(fixture, NULL), held_count(fixture));
}

static void early_fragments_to_the_node_pass_and_are_kept(void)
{
	in_every_way(&(struct plan){ .family = copies_are_kept,
				     .options = &plain,
				     .is_once = true });
}

/* Return: false if something is still held after the deadline. */
static bool wait_for_none_held(const struct fixture *fixture)
{
	__u64 end = fixture_now_ns() + DEADLINE_S * SECOND_NS;

	while (held_count(fixture) && fixture_now_ns() < end)
		sched_yield();
	return !held_count(fixture);
}

static struct masq_counter fragments_dropped(const struct fixture *fixture,
					     enum masq_direction direction)
{
	struct masq_counter counter = { 0 };

	(void)maps_get_counter(&fixture->maps, direction, MASQ_DROP_FRAGMENT,
			       &counter);
	return counter;
}

/* Three of a pod's, and two copies of the outside's. */
static void held_are_returned(const struct fixture *fixture,
			      enum masq_family family)
{
	const struct packet_spec out = udp_between(family, POD, REMOTE),
				 in = udp_between(family, REMOTE, NODE);
	struct masq_counter dropped;
	struct frame whole, frame;
	__u64 last_ns;

	frame_build(&whole, &out);
	piece_cut(&whole, fresh_id(), 1, &frame);
	early_become(fixture, MASQ_INGRESS, &in, 2, MASQ_PASS_NO_FLOW, 1);
	early_become(fixture, MASQ_EGRESS, &out, 3, MASQ_HELD, 1);
	last_ns = fixture_now_ns();
	CHECK_EQUAL(held_count(fixture), 5);
	CHECK_EQUAL(fragments_dropped(fixture, MASQ_EGRESS).packets, 0);
	CHECK(fixture_sweep_all(fixture));
	CHECK(wait_for_none_held(fixture));
	CHECK(fixture_now_ns() + TICK_NS > last_ns + HELD_S * SECOND_NS);
	CHECK_EQUAL(held_in_map(fixture, NULL), 0);
	dropped = fragments_dropped(fixture, MASQ_EGRESS);
	CHECK_EQUAL(dropped.packets, 3);
	CHECK_EQUAL(dropped.bytes, 3 * frame.length);
	CHECK_EQUAL(fragments_dropped(fixture, MASQ_INGRESS).packets, 0);
	/* there is room again */
	becomes(fixture, MASQ_EGRESS, &frame, MASQ_HELD, NULL);
}

/* Each time in a fixture of its own, where no sweep runs until it shall. */
static void the_sweep_returns_what_has_waited_for_a_second(void)
{
	for (int i = 0; i < FIXTURE_REWRITES * MASQ_FAMILY_COUNT; i++) {
		const struct fixture_options options = {
			.rewrite = i / MASQ_FAMILY_COUNT,
		};
		struct fixture fixture;

		if (!fixture_can(options.rewrite))
			continue;
		fixture_open(&fixture, &options);
		held_are_returned(&fixture, i % MASQ_FAMILY_COUNT);
		fixture_close(&fixture);
		if (test_failed)
			return;
	}
}

/*
 * The first is made each of the others in turn, and then itself again.
 *
 * Where its length changes over that the kernel gives up CHECKSUM_COMPLETE, but
 * a test run compares the sums none the less: then only a piece of the same
 * length is early.
 */
static void first_stands_aside(const struct fixture *fixture,
			       const struct flow *flow)
{
	static const enum masq_verdict early[MASQ_DIRECTION_COUNT] = {
		[MASQ_EGRESS] = MASQ_HELD,
		[MASQ_INGRESS] = MASQ_PASS_NO_FLOW,
	};
	int last = fixture->is_complete ? 1 : PIECES - 1;

	for (int direction = 0; direction < MASQ_DIRECTION_COUNT; direction++) {
		__u64 held = held_count(fixture);
		uint32_t id = fresh_id();

		for (int piece = last; piece > 0; piece--)
			piece_becomes(fixture, flow, direction, id, piece,
				      early[direction]);
		CHECK_EQUAL(held_count(fixture), held + last);
		for (int piece = 0; piece < PIECES; piece++) {
			piece_becomes(fixture, flow, direction, id, piece,
				      MASQ_TRANSLATED);
			CHECK_EQUAL(held_count(fixture), held);
		}
	}
}

static void a_first_is_unharmed_by_those_it_releases(void)
{
	in_every_way(&(struct plan){ .flow = first_stands_aside });
}

/* The stack has got them already. */
static void copies_are_forgotten(const struct fixture *fixture,
				 enum masq_family family)
{
	struct packet_spec spec = udp_between(family, STRANGER, NODE);
	__u64 held = held_count(fixture);
	uint32_t id = fresh_id();

	for (int piece = PIECES - 1; piece > 0; piece--)
		spec_piece_becomes(fixture, MASQ_INGRESS, &spec, id, piece,
				   MASQ_PASS_NO_FLOW);
	CHECK_EQUAL(held_count(fixture), held + PIECES - 1);
	spec_piece_becomes(fixture, MASQ_INGRESS, &spec, id, 0,
			   MASQ_PASS_NO_FLOW);
	CHECK_EQUAL(held_count(fixture), held);
}

static void copies_end_with_a_first_that_is_the_hosts(void)
{
	in_every_way(&(struct plan){ .family = copies_are_forgotten });
}

static void unheld_become(const struct fixture *fixture,
			  enum masq_family family)
{
	for (size_t i = 0; i < LENGTH(known_fates); i++) {
		struct packet_spec spec;

		CHECK(fate_build(&known_fates[i], family, &spec));
		fixture_set_mode(fixture, known_fates[i].mode);
		early_become(fixture, known_fates[i].direction, &spec, 1,
			     known_fates[i].verdict, 0);
		fixture_set_mode(fixture, MASQ_MODE_ISLAND);
		if (test_failed)
			return;
	}
}

static void early_fragments_are_not_held_in_vain(void)
{
	in_every_way(&(struct plan){ .family = unheld_become });
}

static const struct test_case cases[] = {
	{ "a pod has 45 places for early fragments, whatever another does",
	  a_pod_has_45_places_for_early_fragments },
	{ "early fragments of pods, and from outside, have room of their own",
	  pods_and_the_outside_have_room_of_their_own },
	{ "early fragments to the node pass, and copies are kept",
	  early_fragments_to_the_node_pass_and_are_kept },
	{ "the sweep returns what has waited for a second, and counts a pod's",
	  the_sweep_returns_what_has_waited_for_a_second },
	{ "a first fragment is unharmed by those that it releases",
	  a_first_is_unharmed_by_those_it_releases },
	{ "copies are forgotten when their first is the host's",
	  copies_end_with_a_first_that_is_the_hosts },
	{ "early fragments whose fate is known are not held",
	  early_fragments_are_not_held_in_vain },
};

TEST_MAIN(cases)
