// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which first a fragment follows: that of its own datagram, the newest, and
 * not for ever.
 */
#include <bpf/bpf.h>

#include "fragment.h"

enum {
	REMEMBERED_S = 30, /* net.ipv4.ipfrag_time */
};

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

static const struct test_case cases[] = {
	{ "a pod's fragment of another datagram does not follow",
	  a_pods_fragment_of_another_datagram_does_not_follow },
	{ "an answer's fragment of another datagram does not follow",
	  an_answers_fragment_of_another_datagram_does_not_follow },
	{ "an identification used again follows the newer first",
	  an_id_used_again_follows_the_newer_first },
	{ "a first fragment is forgotten after thirty seconds",
	  a_first_is_forgotten_after_thirty_seconds },
};

TEST_MAIN(cases)
