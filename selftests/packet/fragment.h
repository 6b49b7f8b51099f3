/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets in fragments, as they are sent and as they must come out: what the
 * tests of fragments share.
 *
 * What must come out is cut from the whole packet as that must come out, and
 * compared byte for byte.  That held fragments really follow their first needs
 * real devices, and is not seen in these tests.
 */
#ifndef SELFTESTS_FRAGMENT_H
#define SELFTESTS_FRAGMENT_H

#include <stdlib.h>

#include "check.h"

enum {
	GRE = 47,
	ECHO = 8,
	ECHO_REPLY = 0,
	TIMESTAMP = 13,
	INIT = 1, /* SCTP */
	PAYLOAD = 1201,
	PIECES = 3,
	PIECE = 480, /* bytes of each but the last */
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
static inline uint32_t fresh_id(void)
{
	static uint16_t id;

	return ++id;
}

static inline uint16_t fresh_port(void)
{
	static uint16_t port = 40000;

	return ++port;
}

/* ICMP of IPv4 in the other family. */
static inline void icmp_set_ipv6(struct packet_spec *spec)
{
	spec->proto = IPPROTO_ICMPV6;
	spec->icmp_type = spec->icmp_type == ECHO	? 128 :
			  spec->icmp_type == ECHO_REPLY ? 129 :
							  137; /* redirect */
}

/* The packet between these. Return: false if the family has no such. */
static inline bool spec_between(enum masq_family family, enum end from,
				enum end to, struct packet_spec *spec)
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

static inline struct packet_spec udp_between(enum masq_family family,
					     enum end from, enum end to)
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

static inline void flow_open(const struct fixture *fixture,
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
static inline void piece_cut(const struct frame *whole, uint32_t id, int piece,
			     struct frame *ret)
{
	frame_cut(whole, id, (size_t)piece * PIECE,
		  piece == PIECES - 1 ? FRAME_MAX : PIECE, ret);
}

/*
 * A piece of the flow's packet that goes this way, and what it must become.
 * Does nothing once the test has failed; nor do the next two.
 */
static inline void piece_becomes(const struct fixture *fixture,
				 const struct flow *flow,
				 enum masq_direction direction, uint32_t id,
				 int piece, enum masq_verdict verdict)
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
static inline void spec_piece_becomes(const struct fixture *fixture,
				      enum masq_direction direction,
				      const struct packet_spec *spec,
				      uint32_t id, int piece,
				      enum masq_verdict verdict)
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

static inline void with_packet(const struct fixture *fixture,
			       const struct plan *plan,
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

static inline void with_family(const struct fixture *fixture,
			       const struct plan *plan, enum masq_family family)
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

static inline void with_fixture(const struct fixture *fixture,
				const struct plan *plan)
{
	for (int family = 0; family < MASQ_FAMILY_COUNT; family++) {
		with_family(fixture, plan, family);
		if (test_failed) {
			printf("# IPv%d\n", family == MASQ_IPV4 ? 4 : 6);
			return;
		}
	}
}

static inline void in_one_way(const struct plan *plan, struct fixture *fixture)
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
static inline void in_every_way(const struct plan *plan)
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
			in_one_way(plan, fixture_shared(rewrite));
		}
		if (test_failed) {
			printf("# by %s\n", fixture_rewrite_name(rewrite));
			return;
		}
	}
}

static inline __u64 held_count(const struct fixture *fixture)
{
	uint64_t waiting;

	if (maps_get_waiting(&fixture->maps, &waiting)) {
		perror("waiting");
		exit(1);
	}
	return waiting;
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

static const struct packet_spec udp = { .proto = IPPROTO_UDP,
					.src_port = 9,
					.dst_port = 10 };

/* Return: false if the family has no such. */
static inline bool fate_build(const struct fate *fate, enum masq_family family,
			      struct packet_spec *ret)
{
	*ret = *fate->spec;
	return spec_between(family, fate->from, fate->to, ret);
}

/* Nobody needs to wait for their first to know what becomes of these. */
static const struct fate known_fates[] = {
	{ MASQ_EGRESS, POD, MULTICAST, &udp, MASQ_DROP_SCOPE, 0 },
	{ MASQ_EGRESS, POD, REMOTE, &udp, MASQ_PASS_FLAT, MASQ_MODE_FLAT },
	{ MASQ_INGRESS, REMOTE, POD, &udp, MASQ_PASS_FLAT, MASQ_MODE_FLAT },
	{ MASQ_EGRESS, POD, REMOTE, &udp, MASQ_DROP_ISOLATED,
	  MASQ_MODE_ISOLATED },
	{ MASQ_INGRESS, REMOTE, POD, &udp, MASQ_DROP_ISOLATED,
	  MASQ_MODE_ISOLATED },
};

#endif /* SELFTESTS_FRAGMENT_H */
