// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fragments share the fate of their datagram's first, whatever it is.
 */
#include "fragment.h"

enum {
	AH = 51,
	REDIRECT = 5,
	TINY = 8,
};

static const struct packet_spec
	udp_back = { .proto = IPPROTO_UDP, .src_port = 10, .dst_port = 9 },
	rst = { .proto = IPPROTO_TCP, .src_port = 9, .tcp_flags = RST },
	sctp = { .proto = IPPROTO_SCTP, .src_port = 9, .sctp_chunk = INIT },
	gre = { .proto = GRE }, ah = { .proto = AH },
	reply = { .proto = IPPROTO_ICMP, .icmp_type = ECHO_REPLY },
	redirect = { .proto = IPPROTO_ICMP, .icmp_type = REDIRECT };

/* All that the host and the island have. */
static const struct fate passing[] = {
	{ MASQ_EGRESS, NODE, REMOTE, &udp, MASQ_PASS_NOT_POD, 0 },
	{ MASQ_EGRESS, NODE, ISLAND, &rst, MASQ_PASS_NOT_POD, 0 },
	{ MASQ_EGRESS, POD, ISLAND, &udp, MASQ_PASS_ISLAND, 0 },
	{ MASQ_EGRESS, POD, ISLAND, &reply, MASQ_PASS_ISLAND, 0 },
	{ MASQ_INGRESS, ISLAND, POD, &udp, MASQ_PASS_NO_FLOW, 0 },
	{ MASQ_INGRESS, ISLAND, NODE, &udp, MASQ_PASS_NO_FLOW, 0 },
	{ MASQ_INGRESS, STRANGER, NODE, &udp, MASQ_PASS_NO_FLOW, 0 },
	{ MASQ_INGRESS, STRANGER, BESIDE_NODE, &gre, MASQ_PASS_NO_FLOW, 0 },
};

static void any_order_passes(const struct fixture *fixture,
			     enum masq_family family)
{
	static const int orders[][PIECES] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};

	for (size_t i = 0; i < LENGTH(passing) * LENGTH(orders); i++) {
		const struct fate *fate = &passing[i / LENGTH(orders)];
		const int *order = orders[i % LENGTH(orders)];
		struct packet_spec spec;
		uint32_t id = fresh_id();

		CHECK(fate_build(fate, family, &spec));
		for (int piece = 0; piece < PIECES; piece++)
			spec_piece_becomes(fixture, fate->direction, &spec, id,
					   order[piece], fate->verdict);
	}
}

static void the_hosts_and_the_islands_pass_in_any_order(void)
{
	in_every_way(&(struct plan){ .family = any_order_passes });
}

/* From top to bottom: some need what has been above. */
static const struct fate fates[] = {
	{ MASQ_EGRESS, POD, REMOTE, &reply, MASQ_DROP_STRAY, 0 },
	{ MASQ_EGRESS, POD, REMOTE, &rst, MASQ_DROP_STRAY, 0 },
	{ MASQ_EGRESS, POD, STRANGER, &sctp, MASQ_TRANSLATED, 0 },
	{ MASQ_EGRESS, OTHER_POD, STRANGER, &sctp, MASQ_DROP_TAKEN, 0 },
	{ MASQ_INGRESS, STRANGER, POD, &udp, MASQ_PASS_INBOUND, 0 },
	{ MASQ_EGRESS, POD, STRANGER, &udp_back, MASQ_PASS_INBOUND, 0 },
	{ MASQ_INGRESS, STRANGER, POD, &reply, MASQ_PASS_NO_FLOW, 0 },
	{ MASQ_INGRESS, STRANGER, NODE, &udp, MASQ_PASS_NO_FLOW, 0 },
};

/* First, last, and between; none of them is held. */
static void fate_is_shared(const struct fixture *fixture,
			   const struct fate *fate, enum masq_family family)
{
	static const int order[PIECES] = { 0, 2, 1 };
	__u64 held = held_count(fixture);
	struct packet_spec spec;
	uint32_t id = fresh_id();

	CHECK(fate_build(fate, family, &spec));
	fixture_set_mode(fixture, fate->mode);
	for (int i = 0; i < PIECES && !test_failed; i++)
		spec_piece_becomes(fixture, fate->direction, &spec, id,
				   order[i], fate->verdict);
	fixture_set_mode(fixture, MASQ_MODE_ISLAND);
	if (!test_failed)
		CHECK_EQUAL(held_count(fixture), held);
}

static void fates_are_shared(const struct fixture *fixture,
			     enum masq_family family)
{
	for (size_t i = 0; i < LENGTH(fates); i++)
		fate_is_shared(fixture, &fates[i], family);
	for (size_t i = 0; i < LENGTH(known_fates); i++)
		fate_is_shared(fixture, &known_fates[i], family);
	for (size_t i = 0; i < LENGTH(passing); i++)
		fate_is_shared(fixture, &passing[i], family);
}

static void fragments_share_the_fate_of_their_first(void)
{
	in_every_way(&(struct plan){ .family = fates_are_shared });
}

/* One flow of the family is there before; the next cannot be opened. */
static const struct {
	struct fixture_options options;
	enum masq_verdict before;
	enum masq_verdict verdict;
} shortages[] = {
	{ { .ports = "20000-20000" }, MASQ_TRANSLATED, MASQ_DROP_NO_PORT },
	{ { .max_flows_per_pod = 1 }, MASQ_TRANSLATED, MASQ_DROP_OVER_BUDGET },
	{ { .max_flows = MASQ_FAMILY_COUNT },
	  MASQ_TRANSLATED,
	  MASQ_DROP_TABLE_FULL },
	{ { .without_node = true }, MASQ_DROP_NO_ADDRESS, MASQ_DROP_NO_ADDRESS },
};

static void shortage_is_shared(size_t i, enum fixture_rewrite rewrite)
{
	struct fixture_options options = shortages[i].options;
	struct packet_spec spec = udp;
	struct fate fate = {
		.direction = MASQ_EGRESS,
		.from = POD,
		.to = REMOTE,
		.spec = &spec,
	};
	struct fixture fixture;

	options.rewrite = rewrite;
	fixture_open(&fixture, &options);
	fate.verdict = shortages[i].before;
	for (int family = 0; family < MASQ_FAMILY_COUNT; family++)
		fate_is_shared(&fixture, &fate, family);
	fate.verdict = shortages[i].verdict;
	spec.src_port++;
	for (int family = 0; family < MASQ_FAMILY_COUNT; family++)
		fate_is_shared(&fixture, &fate, family);
	fixture_close(&fixture);
}

static void fragments_share_the_fate_of_a_first_that_opens_nothing(void)
{
	for (int rewrite = 0; rewrite < FIXTURE_REWRITES; rewrite++) {
		if (!fixture_can(rewrite))
			continue;
		for (size_t i = 0; i < LENGTH(shortages); i++) {
			shortage_is_shared(i, rewrite);
			if (test_failed) {
				printf("# in want of %zu\n", i);
				return;
			}
		}
	}
}

/* What is refused for its headers alone. */
static const struct fate refused[] = {
	{ MASQ_EGRESS, POD, REMOTE, &redirect, MASQ_DROP_ICMP, 0 },
	{ MASQ_EGRESS, POD, REMOTE, &ah, MASQ_DROP_PROTOCOL, 0 },
};

static void refusals_are_shared(const struct fixture *fixture,
				enum masq_family family)
{
	for (size_t i = 0; i < LENGTH(refused); i++)
		fate_is_shared(fixture, &refused[i], family);
}

static void fragments_share_the_fate_of_a_first_that_is_refused(void)
{
	in_every_way(&(struct plan){ .family = refusals_are_shared });
}

/* Their first is on its way already; they are not let through behind it. */
static const struct fate overtaken[] = {
	{ MASQ_EGRESS, POD, REMOTE, &udp, MASQ_TRANSLATED, 0 },
	{ MASQ_INGRESS, STRANGER, POD, &udp, MASQ_PASS_INBOUND, 0 },
	{ MASQ_EGRESS, POD, STRANGER, &udp_back, MASQ_PASS_INBOUND, 0 },
	{ MASQ_EGRESS, POD, REMOTE, &rst, MASQ_PASS_FLAT, MASQ_MODE_FLAT },
	{ MASQ_INGRESS, REMOTE, POD, &rst, MASQ_PASS_FLAT, MASQ_MODE_FLAT },
};

static void overtaken_are_dropped(const struct fixture *fixture,
				  enum masq_family family)
{
	for (size_t i = 0; i < LENGTH(overtaken); i++) {
		const struct fate *fate = &overtaken[i];
		struct packet_spec spec;
		uint32_t id = fresh_id();

		CHECK(fate_build(fate, family, &spec));
		fixture_set_mode(fixture, fate->mode);
		spec_piece_becomes(fixture, fate->direction, &spec, id, 0,
				   fate->verdict);
		fixture_set_mode(fixture, MASQ_MODE_ISOLATED);
		spec_piece_becomes(fixture, fate->direction, &spec, id, 1,
				   MASQ_DROP_ISOLATED);
		fixture_set_mode(fixture, MASQ_MODE_ISLAND);
	}
}

static void isolation_overtakes_what_follows_a_first(void)
{
	in_every_way(&(struct plan){ .family = overtaken_are_dropped });
}

/* The others have nothing to follow: they are refused with it. */
static void rest_of_short_is_refused(const struct fixture *fixture,
				     enum masq_family family)
{
	struct packet_spec spec = { .proto = IPPROTO_TCP, .tcp_flags = ACK };
	__u64 held = held_count(fixture);
	uint32_t id = fresh_id();
	struct frame whole, frame;

	CHECK(spec_between(family, POD, REMOTE, &spec));
	frame_build(&whole, &spec);
	frame_cut(&whole, id, 0, TINY, &frame);
	becomes(fixture, MASQ_EGRESS, &frame, MASQ_DROP_MALFORMED, NULL);
	if (test_failed)
		return;
	frame_cut(&whole, id, TINY, FRAME_MAX, &frame);
	becomes(fixture, MASQ_EGRESS, &frame, MASQ_DROP_MALFORMED, NULL);
	if (test_failed)
		return;
	CHECK_EQUAL(held_count(fixture), held);
}

static void fragments_share_the_fate_of_a_malformed_first(void)
{
	in_every_way(&(struct plan){ .family = rest_of_short_is_refused });
}

static const struct test_case cases[] = {
	{ "the host's and the island's fragments pass in any order",
	  the_hosts_and_the_islands_pass_in_any_order },
	{ "fragments share the fate of their first",
	  fragments_share_the_fate_of_their_first },
	{ "fragments share the fate of a first that can open no flow",
	  fragments_share_the_fate_of_a_first_that_opens_nothing },
	{ "fragments share the fate of a first that is not translated",
	  fragments_share_the_fate_of_a_first_that_is_refused },
	{ "fragments share the fate of a malformed first",
	  fragments_share_the_fate_of_a_malformed_first },
	{ "isolation overtakes what follows a first",
	  isolation_overtakes_what_follows_a_first },
};

TEST_MAIN(cases)
