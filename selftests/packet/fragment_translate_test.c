// SPDX-License-Identifier: GPL-2.0-only
/*
 * A translated packet's fragments: they come out as the whole one would, a
 * first one with all that names its flow, and errors about them.
 */
#include "fragment.h"

enum {
	TIME_EXCEEDED4 = 11,
	TIME_EXCEEDED6 = 3,
};

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

static const struct test_case cases[] = {
	{ "a pod's fragments leave as their whole would",
	  a_pods_fragments_leave_as_their_whole_would },
	{ "an answer's fragments reach the pod",
	  an_answers_fragments_reach_the_pod },
	{ "a joined datagram's checksum adds up",
	  a_joined_datagrams_checksum_adds_up },
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
};

TEST_MAIN(cases)
