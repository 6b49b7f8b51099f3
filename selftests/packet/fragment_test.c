// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fragments: whose datagram they are of, and that they share the fate of its
 * first.
 *
 * What must come out is cut from the whole packet as that must come out, and
 * compared byte for byte.  That held fragments really follow their first needs
 * real devices, and is not seen here.
 */
#include <sched.h>
#include <stdlib.h>

#include <bpf/bpf.h>

#include "fixture.h"
#include "masq.skel.h"
#include "test.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND_NS 1000000000LL

enum {
	GRE = 47,
	AH = 51,
	ECHO = 8,
	ECHO_REPLY = 0,
	TIMESTAMP = 13,
	REDIRECT = 5,
	INIT = 1, /* SCTP */
	TIME_EXCEEDED4 = 11,
	TIME_EXCEEDED6 = 3,
	PAYLOAD = 1201,
	PIECES = 3,
	PIECE = 480, /* bytes of each but the last */
	TINY = 8,
	/* one datagram of 65,535 bytes in fragments of 1,480 */
	PLACES = (65535 + 1479) / 1480,
	REMEMBERED_S = 30, /* net.ipv4.ipfrag_time */
	HELD_S = 1,
	DEADLINE_S = 10,
	TICK_NS = 10000000, /* so far a coarse clock may lag */
};

enum end {
	POD,
	OTHER_POD,
	ISLAND,
	NODE,
	BESIDE_NODE,
	REMOTE,
	STRANGER, /* outside, of none of the pods' flows */
	MULTICAST,
	ENDS,
};

static const char *const ends[MASQ_FAMILY_COUNT][ENDS] = {
	{ POD4, OTHER_POD4, ISLAND4, NODE4, "198.51.100.12", REMOTE4,
	  "203.0.113.99", "239.1.1.1" },
	{ POD6, OTHER_POD6, ISLAND6, NODE6, "2001:db8:1::12", REMOTE6,
	  "2001:db8:2::99", "ff05::1" },
};

/* What pods send; each comes in fragments. */
static const struct {
	const char *name;
	struct packet_spec spec;
} packets[] = {
	{ "TCP", { .proto = IPPROTO_TCP, .dst_port = 443, .tcp_flags = ACK } },
	{ "UDP", { .proto = IPPROTO_UDP, .dst_port = 53 } },
	{ "UDP without a checksum",
	  { .proto = IPPROTO_UDP, .dst_port = 54, .check = NO_CHECKSUM } },
	{ "UDP behind a VLAN tag",
	  { .proto = IPPROTO_UDP, .dst_port = 55, .vlan_tags = 1 } },
	{ "UDP with options",
	  { .proto = IPPROTO_UDP, .dst_port = 56, .ip_options = 16 } },
	{ "UDP-Lite", { .proto = IPPROTO_UDPLITE, .dst_port = 53 } },
	{ "SCTP",
	  { .proto = IPPROTO_SCTP, .dst_port = 5000, .sctp_chunk = INIT } },
	{ "echo", { .proto = IPPROTO_ICMP, .icmp_type = ECHO } },
	{ "timestamp", { .proto = IPPROTO_ICMP, .icmp_type = TIMESTAMP } },
	{ "GRE", { .proto = GRE } },
};

/* An identification, and a port, that no test has used yet. */
static uint32_t fresh_id(void)
{
	static uint16_t id;

	return ++id;
}

static uint16_t fresh_port(void)
{
	static uint16_t port = 40000;

	return ++port;
}

/* ICMP of IPv4 in the other family. */
static void icmp_set_ipv6(struct packet_spec *spec)
{
	spec->proto = IPPROTO_ICMPV6;
	spec->icmp_type = spec->icmp_type == ECHO	? 128 :
			  spec->icmp_type == ECHO_REPLY ? 129 :
							  137; /* redirect */
}

/* The packet between these. Return: false if the family has no such. */
static bool spec_between(enum masq_family family, enum end from, enum end to,
			 struct packet_spec *spec)
{
	spec->src = ends[family][from];
	spec->dst = ends[family][to];
	spec->payload = PAYLOAD;
	if (family == MASQ_IPV4)
		return true;
	if (spec->ip_options || spec->icmp_type == TIMESTAMP)
		return false;
	if (spec->proto == IPPROTO_ICMP)
		icmp_set_ipv6(spec);
	return true;
}

static struct packet_spec udp_between(enum masq_family family, enum end from,
				      enum end to)
{
	struct packet_spec spec = {
		.proto = IPPROTO_UDP,
		.src_port = fresh_port(),
		.dst_port = 4000,
	};

	(void)spec_between(family, from, to, &spec);
	return spec;
}

/* A packet on both sides of the translation. */
struct passage {
	struct frame inside;
	struct frame outside;
};

/* Whole packets of a flow. */
struct flow {
	struct packet_spec spec;
	struct passage out;
	struct passage in;
};

static void flow_open(const struct fixture *fixture,
		      const struct packet_spec *spec, struct flow *ret)
{
	ret->spec = *spec;
	frame_build(&ret->out.inside, spec);
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &ret->out.inside,
				&ret->out.outside),
		    MASQ_TRANSLATED);
	frame_answer(spec, &ret->out.inside, ACK, &ret->in.inside);
	frame_answer(spec, &ret->out.outside, ACK, &ret->in.outside);
}

/* One of the PIECES that a packet is cut into. */
static void piece_cut(const struct frame *whole, uint32_t id, int piece,
		      struct frame *ret)
{
	frame_cut(whole, id, (size_t)piece * PIECE,
		  piece == PIECES - 1 ? FRAME_MAX : PIECE, ret);
}

/* Says where they differ. */
static bool frame_equal(const struct frame *got, const struct frame *expected)
{
	if (got->length != expected->length) {
		printf("# got %zu bytes, expected %zu\n", got->length,
		       expected->length);
		return false;
	}
	for (size_t i = 0; i < got->length; i++) {
		if (got->bytes[i] == expected->bytes[i])
			continue;
		printf("# byte %zu of %zu is %02x, expected %02x\n", i,
		       got->length, got->bytes[i], expected->bytes[i]);
		return false;
	}
	return true;
}

/*
 * Send it, and look at what comes out: a translated packet is the expected one,
 * if that is said, and what passes has not changed.
 */
static void becomes(const struct fixture *fixture,
		    enum masq_direction direction, const struct frame *frame,
		    enum masq_verdict verdict, const struct frame *expected)
{
	struct frame got;

	CHECK_EQUAL(fixture_run(fixture, direction, frame, &got), verdict);
	if (verdict == MASQ_TRANSLATED)
		CHECK(!expected || frame_equal(&got, expected));
	if (verdict != MASQ_TRANSLATED && verdict < MASQ_DROP_FIRST)
		CHECK(frame_equal(&got, frame));
}

/*
 * A piece of the flow's packet that goes this way, and what it must become.
 * Does nothing once the test has failed; nor do the next two.
 */
static void piece_becomes(const struct fixture *fixture,
			  const struct flow *flow,
			  enum masq_direction direction, uint32_t id, int piece,
			  enum masq_verdict verdict)
{
	bool is_out = direction == MASQ_EGRESS;
	struct frame frame, expected;

	if (test_failed)
		return;
	piece_cut(is_out ? &flow->out.inside : &flow->in.outside, id, piece,
		  &frame);
	piece_cut(is_out ? &flow->out.outside : &flow->in.inside, id, piece,
		  &expected);
	becomes(fixture, direction, &frame, verdict, &expected);
	if (test_failed)
		printf("# with piece %d on its way %s\n", piece,
		       is_out ? "out" : "in");
}

/* A piece of any packet: what is translated is not looked at. */
static void spec_piece_becomes(const struct fixture *fixture,
			       enum masq_direction direction,
			       const struct packet_spec *spec, uint32_t id,
			       int piece, enum masq_verdict verdict)
{
	struct frame whole, frame;

	if (test_failed)
		return;
	frame_build(&whole, spec);
	piece_cut(&whole, id, piece, &frame);
	becomes(fixture, direction, &frame, verdict, NULL);
	if (test_failed)
		printf("# with piece %d from %s to %s\n", piece, spec->src,
		       spec->dst);
}

/* What a test does; the first of these that is there. */
struct plan {
	/* in each family */
	void (*family)(const struct fixture *fixture, enum masq_family family);
	/* with the packets of the table */
	void (*packet)(const struct fixture *fixture,
		       const struct packet_spec *spec);
	/* with their flows */
	void (*flow)(const struct fixture *fixture, const struct flow *flow);
	const struct fixture_options *options; /* of a fixture of its own */
	bool is_once; /* CHECKSUM_COMPLETE does not matter */
};

static const struct fixture_options plain = { 0 };

static void with_packet(const struct fixture *fixture, const struct plan *plan,
			const struct packet_spec *spec)
{
	struct flow flow;

	if (plan->packet) {
		plan->packet(fixture, spec);
		return;
	}
	flow_open(fixture, spec, &flow);
	if (!test_failed)
		plan->flow(fixture, &flow);
}

static void with_family(const struct fixture *fixture, const struct plan *plan,
			enum masq_family family)
{
	if (plan->family) {
		plan->family(fixture, family);
		return;
	}
	for (size_t i = 0; i < LENGTH(packets); i++) {
		struct packet_spec spec = packets[i].spec;

		spec.src_port = fresh_port();
		if (!spec_between(family, POD, REMOTE, &spec))
			continue;
		with_packet(fixture, plan, &spec);
		if (test_failed) {
			printf("# with %s\n", packets[i].name);
			return;
		}
	}
}

static void with_fixture(const struct fixture *fixture, const struct plan *plan)
{
	for (int family = 0; family < MASQ_FAMILY_COUNT; family++) {
		with_family(fixture, plan, family);
		if (test_failed) {
			printf("# IPv%d\n", family == MASQ_IPV4 ? 4 : 6);
			return;
		}
	}
}

/* Kept from test to test: to load the programs takes a second. */
static struct fixture *fixture_of(enum fixture_rewrite rewrite)
{
	static struct fixture fixtures[FIXTURE_REWRITES];
	const struct fixture_options options = { .rewrite = rewrite };

	if (!fixtures[rewrite].skel)
		fixture_open(&fixtures[rewrite], &options);
	return &fixtures[rewrite];
}

static void in_one_way(const struct plan *plan, struct fixture *fixture)
{
	int ways = plan->is_once ? 1 : 1 + fixture_can_complete(fixture);

	for (int i = 0; i < ways && !test_failed; i++) {
		fixture->is_complete = i;
		with_fixture(fixture, plan);
		if (test_failed && i)
			printf("# with CHECKSUM_COMPLETE\n");
	}
	fixture->is_complete = false;
}

/* Both ways of rewriting, also with CHECKSUM_COMPLETE where the kernel can. */
static void in_every_way(const struct plan *plan)
{
	for (int rewrite = 0; rewrite < FIXTURE_REWRITES; rewrite++) {
		struct fixture own;

		if (!fixture_can(rewrite))
			continue;
		if (plan->options) {
			struct fixture_options options = *plan->options;

			options.rewrite = rewrite;
			fixture_open(&own, &options);
			in_one_way(plan, &own);
			fixture_close(&own);
		} else {
			in_one_way(plan, fixture_of(rewrite));
		}
		if (test_failed) {
			printf("# by %s\n", rewrite == FIXTURE_DIRECT ?
						    "direct writes" :
						    "helpers");
			return;
		}
	}
}

static __u64 held_count(const struct fixture *fixture)
{
	struct masq_sweeper sweeper;

	if (maps_get_sweeper(&fixture->maps, &sweeper)) {
		perror("sweeper");
		exit(1);
	}
	return sweeper.held[MASQ_EGRESS] + sweeper.held[MASQ_INGRESS];
}

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

/* The first opens the flow; the others come in any order behind it. */
static void pieces_go_out(const struct fixture *fixture,
			  const struct packet_spec *spec)
{
	struct frame whole, first, got, expected;
	uint32_t id = fresh_id();
	struct flow flow;

	frame_build(&whole, spec);
	piece_cut(&whole, id, 0, &first);
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &first, &got),
		    MASQ_TRANSLATED);
	flow_open(fixture, spec, &flow);
	if (test_failed)
		return;
	piece_cut(&flow.out.outside, id, 0, &expected);
	CHECK(frame_equal(&got, &expected));
	for (int piece = PIECES - 1; piece > 0; piece--)
		piece_becomes(fixture, &flow, MASQ_EGRESS, id, piece,
			      MASQ_TRANSLATED);
}

static void a_pods_fragments_leave_as_their_whole_would(void)
{
	in_every_way(&(struct plan){ .packet = pieces_go_out });
}

static void pieces_come_in(const struct fixture *fixture,
			   const struct flow *flow)
{
	static const int order[PIECES] = { 0, 2, 1 };
	uint32_t id = fresh_id();

	for (int i = 0; i < PIECES; i++)
		piece_becomes(fixture, flow, MASQ_INGRESS, id, order[i],
			      MASQ_TRANSLATED);
}

static void an_answers_fragments_reach_the_pod(void)
{
	in_every_way(&(struct plan){ .flow = pieces_come_in });
}

/* Not by comparison, as everywhere else, but by adding up what came out. */
static void joined_adds_up(const struct fixture *fixture,
			   const struct flow *flow)
{
	const struct frame *from[] = { &flow->out.inside, &flow->in.outside };
	const struct frame *to[] = { &flow->out.outside, &flow->in.inside };

	for (int direction = 0; direction < MASQ_DIRECTION_COUNT; direction++) {
		struct frame frame, first, rest, joined;
		struct frame_view got, expected;
		uint32_t id = fresh_id();

		frame_cut(from[direction], id, 0, PIECE, &frame);
		CHECK_EQUAL(fixture_run(fixture, direction, &frame, &first),
			    MASQ_TRANSLATED);
		frame_cut(from[direction], id, PIECE, FRAME_MAX, &frame);
		CHECK_EQUAL(fixture_run(fixture, direction, &frame, &rest),
			    MASQ_TRANSLATED);
		frame_join(&first, &rest, &joined);
		CHECK(frame_view(&joined, &got));
		CHECK(frame_view(to[direction], &expected));
		CHECK(frame_checks(&joined) || flow->spec.check == NO_CHECKSUM);
		CHECK_EQUAL(got.check, expected.check);
		CHECK_EQUAL(joined.length, from[direction]->length);
		CHECK_STRING(got.src, expected.src);
		CHECK_STRING(got.dst, expected.dst);
	}
}

static void a_joined_datagrams_checksum_adds_up(void)
{
	in_every_way(&(struct plan){ .flow = joined_adds_up });
}

/* Between whom, in which mode, and what becomes of it. */
struct fate {
	enum masq_direction direction;
	enum end from;
	enum end to;
	const struct packet_spec *spec;
	enum masq_verdict verdict;
	enum masq_mode mode;
};

static const struct packet_spec
	udp = { .proto = IPPROTO_UDP, .src_port = 9, .dst_port = 10 },
	udp_back = { .proto = IPPROTO_UDP, .src_port = 10, .dst_port = 9 },
	rst = { .proto = IPPROTO_TCP, .src_port = 9, .tcp_flags = RST },
	sctp = { .proto = IPPROTO_SCTP, .src_port = 9, .sctp_chunk = INIT },
	gre = { .proto = GRE }, ah = { .proto = AH },
	reply = { .proto = IPPROTO_ICMP, .icmp_type = ECHO_REPLY },
	redirect = { .proto = IPPROTO_ICMP, .icmp_type = REDIRECT };

/* Return: false if the family has no such. */
static bool fate_build(const struct fate *fate, enum masq_family family,
		       struct packet_spec *ret)
{
	*ret = *fate->spec;
	return spec_between(family, fate->from, fate->to, ret);
}

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
	{ MASQ_EGRESS, POD, MULTICAST, &udp, MASQ_DROP_SCOPE, 0 },
	{ MASQ_EGRESS, POD, STRANGER, &sctp, MASQ_TRANSLATED, 0 },
	{ MASQ_EGRESS, OTHER_POD, STRANGER, &sctp, MASQ_DROP_TAKEN, 0 },
	{ MASQ_INGRESS, STRANGER, POD, &udp, MASQ_PASS_INBOUND, 0 },
	{ MASQ_EGRESS, POD, STRANGER, &udp_back, MASQ_PASS_INBOUND, 0 },
	{ MASQ_INGRESS, STRANGER, POD, &reply, MASQ_PASS_NO_FLOW, 0 },
	{ MASQ_INGRESS, STRANGER, NODE, &udp, MASQ_PASS_NO_FLOW, 0 },
	{ MASQ_EGRESS, POD, REMOTE, &udp, MASQ_PASS_FLAT, MASQ_MODE_FLAT },
	{ MASQ_INGRESS, REMOTE, POD, &udp, MASQ_PASS_FLAT, MASQ_MODE_FLAT },
	{ MASQ_EGRESS, POD, REMOTE, &udp, MASQ_DROP_ISOLATED,
	  MASQ_MODE_ISOLATED },
	{ MASQ_INGRESS, REMOTE, POD, &udp, MASQ_DROP_ISOLATED,
	  MASQ_MODE_ISOLATED },
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

/* Pieces that differ in one thing from the one that follows. */
static void others_are_held(const struct fixture *fixture,
			    enum masq_family family)
{
	struct packet_spec spec = udp_between(family, POD, REMOTE), other;
	uint32_t id = fresh_id();

	spec_piece_becomes(fixture, MASQ_EGRESS, &spec, id, 0, MASQ_TRANSLATED);
	spec_piece_becomes(fixture, MASQ_EGRESS, &spec, fresh_id(), 1,
			   MASQ_HELD);
	other = udp_between(family, OTHER_POD, REMOTE);
	spec_piece_becomes(fixture, MASQ_EGRESS, &other, id, 1, MASQ_HELD);
	other = udp_between(family, POD, STRANGER);
	spec_piece_becomes(fixture, MASQ_EGRESS, &other, id, 1, MASQ_HELD);
	other = spec;
	other.proto = IPPROTO_UDPLITE;
	/* RFC 8200 4.5: IPv6 has one identification for all protocols */
	spec_piece_becomes(fixture, MASQ_EGRESS, &other, id, 1,
			   family == MASQ_IPV4 ? MASQ_HELD : MASQ_TRANSLATED);
	other = udp_between(family, REMOTE, POD);
	spec_piece_becomes(fixture, MASQ_INGRESS, &other, id, 1,
			   MASQ_PASS_NO_FLOW);
	spec_piece_becomes(fixture, MASQ_EGRESS, &spec, id, 1, MASQ_TRANSLATED);
}

static void a_pods_fragment_of_another_datagram_does_not_follow(void)
{
	in_every_way(&(struct plan){ .family = others_are_held });
}

static void others_pass(const struct fixture *fixture, enum masq_family family)
{
	struct packet_spec spec = udp_between(family, POD, REMOTE), other;
	uint32_t id = fresh_id();
	struct flow flow;

	flow_open(fixture, &spec, &flow);
	if (test_failed)
		return;
	piece_becomes(fixture, &flow, MASQ_INGRESS, id, 0, MASQ_TRANSLATED);
	piece_becomes(fixture, &flow, MASQ_INGRESS, fresh_id(), 1,
		      MASQ_PASS_NO_FLOW);
	other = udp_between(family, STRANGER, NODE);
	spec_piece_becomes(fixture, MASQ_INGRESS, &other, id, 1,
			   MASQ_PASS_NO_FLOW);
	other = udp_between(family, REMOTE, BESIDE_NODE);
	spec_piece_becomes(fixture, MASQ_INGRESS, &other, id, 1,
			   MASQ_PASS_NO_FLOW);
	other = udp_between(family, REMOTE, NODE);
	other.proto = IPPROTO_UDPLITE;
	spec_piece_becomes(fixture, MASQ_INGRESS, &other, id, 1,
			   family == MASQ_IPV4 ? MASQ_PASS_NO_FLOW :
						 MASQ_TRANSLATED);
	other = udp_between(family, NODE, REMOTE);
	spec_piece_becomes(fixture, MASQ_EGRESS, &other, id, 1,
			   MASQ_PASS_NOT_POD);
	piece_becomes(fixture, &flow, MASQ_INGRESS, id, 1, MASQ_TRANSLATED);
}

static void an_answers_fragment_of_another_datagram_does_not_follow(void)
{
	in_every_way(&(struct plan){ .family = others_pass });
}

/* Two pods hear from one remote, that counts its datagrams over and over. */
static void newer_is_followed_in(const struct fixture *fixture,
				 enum masq_family family)
{
	uint32_t id = fresh_id();
	struct packet_spec spec;
	struct flow flow[2];

	spec = udp_between(family, POD, REMOTE);
	flow_open(fixture, &spec, &flow[0]);
	if (test_failed)
		return;
	spec = udp_between(family, OTHER_POD, REMOTE);
	flow_open(fixture, &spec, &flow[1]);
	if (test_failed)
		return;
	for (int round = 0; round < 4; round++) {
		for (int piece = 0; piece < PIECES; piece++)
			piece_becomes(fixture, &flow[round % 2], MASQ_INGRESS,
				      id, piece, MASQ_TRANSLATED);
	}
}

static void newer_is_followed_out(const struct fixture *fixture,
				  enum masq_family family)
{
	struct packet_spec spec = {
		.proto = IPPROTO_ICMP,
		.icmp_type = ECHO,
		.src_port = fresh_port(),
	};
	struct packet_spec stray = { .proto = IPPROTO_ICMP };
	uint32_t id = fresh_id();

	CHECK(spec_between(family, POD, REMOTE, &spec));
	CHECK(spec_between(family, POD, REMOTE, &stray));
	for (int round = 0; round < 4; round++) {
		for (int piece = 0; piece < PIECES; piece++)
			spec_piece_becomes(
				fixture, MASQ_EGRESS,
				round % 2 ? &stray : &spec, id, piece,
				round % 2 ? MASQ_DROP_STRAY : MASQ_TRANSLATED);
	}
}

static void newer_is_followed(const struct fixture *fixture,
			      enum masq_family family)
{
	newer_is_followed_in(fixture, family);
	if (!test_failed)
		newer_is_followed_out(fixture, family);
}

static void an_id_used_again_follows_the_newer_first(void)
{
	in_every_way(&(struct plan){ .family = newer_is_followed });
}

/* What is known of the datagram that this fragment of a pod's is of. */
static void memory_change(const struct fixture *fixture,
			  const struct packet_spec *spec, uint32_t id,
			  __u64 until_ns, __u64 *ret_before)
{
	int fd = fixture->maps.fd[MAP_FRAGMENTS];
	struct masq_datagram key = {
		.id = id,
		.proto = strchr(spec->src, ':') ? 0 : spec->proto,
		.direction = MASQ_EGRESS,
	};
	struct masq_fragment value;

	CHECK(!addr_parse(spec->src, &key.local));
	CHECK(!addr_parse(spec->dst, &key.remote));
	CHECK(!bpf_map_lookup_elem(fd, &key, &value));
	*ret_before = value.until_ns;
	value.until_ns = until_ns;
	CHECK(!bpf_map_update_elem(fd, &key, &value, BPF_EXIST));
}

static void first_is_forgotten(const struct fixture *fixture,
			       enum masq_family family)
{
	struct packet_spec spec = udp_between(family, POD, REMOTE);
	__u64 before = fixture_now_ns(), until;
	uint32_t id = fresh_id();

	spec_piece_becomes(fixture, MASQ_EGRESS, &spec, id, 0, MASQ_TRANSLATED);
	memory_change(fixture, &spec, id, fixture_now_ns() - SECOND_NS, &until);
	if (test_failed)
		return;
	CHECK(until > before + REMEMBERED_S * SECOND_NS - TICK_NS);
	CHECK(until <= fixture_now_ns() + REMEMBERED_S * SECOND_NS);
	spec_piece_becomes(fixture, MASQ_EGRESS, &spec, id, 1, MASQ_HELD);
}

static void a_first_is_forgotten_after_thirty_seconds(void)
{
	in_every_way(&(struct plan){ .family = first_is_forgotten });
}

/* RFC 6946: it says that it is a fragment, but there is no other. */
static void only_fragments_are_whole(const struct fixture *fixture,
				     const struct flow *flow)
{
	uint32_t id = fresh_id();
	struct frame frame, expected;

	if (!strchr(flow->spec.src, ':'))
		return;
	frame_cut(&flow->out.inside, id, 0, FRAME_MAX, &frame);
	frame_cut(&flow->out.outside, id, 0, FRAME_MAX, &expected);
	becomes(fixture, MASQ_EGRESS, &frame, MASQ_TRANSLATED, &expected);
	if (test_failed)
		return;
	piece_becomes(fixture, flow, MASQ_EGRESS, id, 1, MASQ_HELD);
	frame_cut(&flow->in.outside, id, 0, FRAME_MAX, &frame);
	frame_cut(&flow->in.inside, id, 0, FRAME_MAX, &expected);
	becomes(fixture, MASQ_INGRESS, &frame, MASQ_TRANSLATED, &expected);
	if (test_failed)
		return;
	piece_becomes(fixture, flow, MASQ_INGRESS, id, 1, MASQ_PASS_NO_FLOW);
}

static void an_only_fragment_is_a_whole_packet(void)
{
	in_every_way(&(struct plan){ .flow = only_fragments_are_whole });
}

/* The transport's bytes that a first fragment must have. */
static size_t needed(uint8_t proto)
{
	if (proto == IPPROTO_TCP)
		return 20;
	if (proto == IPPROTO_SCTP)
		return 13; /* with the first chunk's type */
	return proto == GRE ? 0 : 8;
}

/* Between whom, and what becomes of a first fragment that is too short. */
static const struct {
	enum masq_direction direction;
	enum end from;
	enum end to;
	enum masq_verdict verdict;
} short_ways[] = {
	{ MASQ_EGRESS, POD, REMOTE, MASQ_DROP_MALFORMED },
	{ MASQ_EGRESS, NODE, REMOTE, MASQ_PASS_NOT_POD },
	{ MASQ_EGRESS, POD, ISLAND, MASQ_PASS_ISLAND },
	{ MASQ_INGRESS, REMOTE, NODE, MASQ_PASS_NO_FLOW },
	{ MASQ_INGRESS, REMOTE, POD, MASQ_PASS_NO_FLOW },
};

/* Every first fragment that is too short, with so many bytes behind it. */
static void shorts_become(const struct fixture *fixture,
			  const struct packet_spec *spec, size_t trailer)
{
	enum masq_family family = strchr(spec->src, ':') ? MASQ_IPV6 :
							   MASQ_IPV4;

	for (size_t i = 0; i < LENGTH(short_ways); i++) {
		struct packet_spec other = *spec;
		struct frame whole, frame;
		struct frame_view view;

		other.src = ends[family][short_ways[i].from];
		other.dst = ends[family][short_ways[i].to];
		frame_build(&whole, &other);
		CHECK(frame_view(&whole, &view));
		for (size_t size = 0; size < needed(spec->proto); size++) {
			frame_cut(&whole, fresh_id(), 0, size, &frame);
			memcpy(frame.bytes + frame.length,
			       whole.bytes + view.l4 + size, trailer);
			frame.length += trailer;
			becomes(fixture, short_ways[i].direction, &frame,
				short_ways[i].verdict, NULL);
			if (test_failed) {
				printf("# from %s to %s, with %zu bytes\n",
				       other.src, other.dst, size);
				return;
			}
		}
	}
}

static void shorts_are_refused(const struct fixture *fixture,
			       const struct packet_spec *spec)
{
	shorts_become(fixture, spec, 0);
}

static void a_first_without_its_ports_is_malformed(void)
{
	in_every_way(&(struct plan){ .packet = shorts_are_refused });
}

/* As a frame has them that had to be longer. */
static void padded_shorts_are_refused(const struct fixture *fixture,
				      const struct packet_spec *spec)
{
	shorts_become(fixture, spec, 32);
}

static void ports_behind_a_first_are_not_its_own(void)
{
	in_every_way(&(struct plan){ .packet = padded_shorts_are_refused });
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

/* "Fragment reassembly time exceeded" about this piece. */
static void error_build(struct frame *frame, const struct packet_spec *addrs,
			const struct frame *whole, int piece)
{
	bool is_ipv4 = !strchr(addrs->src, ':');
	struct packet_spec spec = {
		.proto = is_ipv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6,
		.src = addrs->src,
		.dst = addrs->dst,
		.icmp_type = is_ipv4 ? TIME_EXCEEDED4 : TIME_EXCEEDED6,
		.icmp_code = 1,
	};
	struct frame quote;

	piece_cut(whole, 1, piece, &quote);
	spec.quote = &quote;
	frame_build(frame, &spec);
}

static void errors_about_pieces(const struct fixture *fixture,
				const struct flow *flow)
{
	const char *node = ends[strchr(flow->spec.src, ':') != NULL][NODE];
	const struct packet_spec in = { .src = flow->spec.dst, .dst = node },
				 in_to = { .src = flow->spec.dst,
					   .dst = flow->spec.src },
				 out = { .src = flow->spec.src,
					 .dst = flow->spec.dst },
				 out_to = { .src = node,
					    .dst = flow->spec.dst };
	struct frame frame, expected;

	for (int piece = 0; piece < PIECES; piece++) {
		error_build(&frame, &in, &flow->out.outside, piece);
		error_build(&expected, &in_to, &flow->out.inside, piece);
		becomes(fixture, MASQ_INGRESS, &frame,
			piece ? MASQ_PASS_NO_FLOW : MASQ_TRANSLATED, &expected);
		if (test_failed)
			return;
		error_build(&frame, &out, &flow->in.inside, piece);
		error_build(&expected, &out_to, &flow->in.outside, piece);
		becomes(fixture, MASQ_EGRESS, &frame,
			piece ? MASQ_DROP_STRAY : MASQ_TRANSLATED, &expected);
		if (test_failed)
			return;
	}
}

static void errors_about_a_first_fragment_are_translated(void)
{
	in_every_way(&(struct plan){ .flow = errors_about_pieces });
}

/* RFC 1122 3.2.2, RFC 4443 2.4: errors are short enough to come whole. */
static void cut_errors_become(const struct fixture *fixture,
			      const struct flow *flow)
{
	const char *node = ends[strchr(flow->spec.src, ':') != NULL][NODE];
	const struct packet_spec in = { .src = flow->spec.dst, .dst = node },
				 out = { .src = flow->spec.src,
					 .dst = flow->spec.dst };
	struct frame whole, first;

	error_build(&whole, &in, &flow->out.outside, 0);
	frame_cut(&whole, fresh_id(), 0, PIECE, &first);
	becomes(fixture, MASQ_INGRESS, &first, MASQ_PASS_NO_FLOW, NULL);
	if (test_failed)
		return;
	error_build(&whole, &out, &flow->in.inside, 0);
	frame_cut(&whole, fresh_id(), 0, PIECE, &first);
	becomes(fixture, MASQ_EGRESS, &first, MASQ_DROP_ICMP, NULL);
}

static void errors_in_fragments_are_not_translated(void)
{
	in_every_way(&(struct plan){ .flow = cut_errors_become });
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

/* Nobody needs to wait for their first to know what becomes of these. */
static const struct fate unheld[] = {
	{ MASQ_EGRESS, POD, MULTICAST, &udp, MASQ_DROP_SCOPE, 0 },
	{ MASQ_EGRESS, POD, REMOTE, &udp, MASQ_PASS_FLAT, MASQ_MODE_FLAT },
	{ MASQ_INGRESS, REMOTE, POD, &udp, MASQ_PASS_FLAT, MASQ_MODE_FLAT },
	{ MASQ_EGRESS, POD, REMOTE, &udp, MASQ_DROP_ISOLATED,
	  MASQ_MODE_ISOLATED },
	{ MASQ_INGRESS, REMOTE, POD, &udp, MASQ_DROP_ISOLATED,
	  MASQ_MODE_ISOLATED },
};

static void unheld_become(const struct fixture *fixture,
			  enum masq_family family)
{
	for (size_t i = 0; i < LENGTH(unheld); i++) {
		struct packet_spec spec;

		CHECK(fate_build(&unheld[i], family, &spec));
		fixture_set_mode(fixture, unheld[i].mode);
		early_become(fixture, unheld[i].direction, &spec, 1,
			     unheld[i].verdict, 0);
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
	{ "a pod's fragments leave as their whole would",
	  a_pods_fragments_leave_as_their_whole_would },
	{ "an answer's fragments reach the pod",
	  an_answers_fragments_reach_the_pod },
	{ "a joined datagram's checksum adds up",
	  a_joined_datagrams_checksum_adds_up },
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
	{ "a pod's fragment of another datagram does not follow",
	  a_pods_fragment_of_another_datagram_does_not_follow },
	{ "an answer's fragment of another datagram does not follow",
	  an_answers_fragment_of_another_datagram_does_not_follow },
	{ "an identification used again follows the newer first",
	  an_id_used_again_follows_the_newer_first },
	{ "a first fragment is forgotten after thirty seconds",
	  a_first_is_forgotten_after_thirty_seconds },
	{ "an only fragment is translated as a whole packet",
	  an_only_fragment_is_a_whole_packet },
	{ "a pod's first fragment without its ports is malformed",
	  a_first_without_its_ports_is_malformed },
	{ "ports behind a first fragment's end are not its own",
	  ports_behind_a_first_are_not_its_own },
	{ "errors about a first fragment are translated, about others not",
	  errors_about_a_first_fragment_are_translated },
	{ "errors in fragments are not translated",
	  errors_in_fragments_are_not_translated },
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
