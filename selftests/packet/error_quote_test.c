// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP errors of a flow: all that they carry is translated, and nothing else
 * in them changes.
 */
#include "error.h"

enum {
	TRAILER = 6, /* bytes of no packet at a frame's end */
};

/* An error that is more than addresses and a quotation. */
static void spec_is_translated(const struct fixture *fixture,
			       const struct journey *journey,
			       const struct packet_spec *spec)
{
	struct packet_spec to = *spec;
	struct frame frame, expected;

	to.src = journey->to.src;
	to.dst = journey->to.dst;
	to.quote = journey->to.quote;
	frame_build(&frame, spec);
	frame_build(&expected, &to);
	becomes(fixture, journey->direction, &frame, MASQ_TRANSLATED,
		&expected);
}

static void codes_are_translated(const struct fixture *fixture,
				 const struct journey *journey)
{
	struct packet_spec spec = error_spec(&journey->from);

	for (size_t i = 0; i < LENGTH(errors); i++) {
		if (errors[i].family != journey->flow->family)
			continue;
		spec.icmp_type = errors[i].type;
		for (int code = 0; code <= errors[i].last_code; code++) {
			spec.icmp_code = code;
			spec_is_translated(fixture, journey, &spec);
			if (test_failed) {
				printf("# type %d, code %d\n", errors[i].type,
				       code);
				return;
			}
		}
	}
}

static void every_type_and_code_is_translated(void)
{
	in_every_way(&(struct plan){ .journey = codes_are_translated,
				     .payload = 17 });
}

/* Not by comparison, as everywhere else, but by adding up what came out. */
static void sums_are_right(const struct fixture *fixture,
			   const struct journey *journey)
{
	const struct packet_spec *spec = &journey->flow->spec;
	struct frame frame, got, quote;
	struct frame_view inside, outside;

	error_build(&frame, &journey->from);
	CHECK_EQUAL(fixture_run(fixture, journey->direction, &frame, &got),
		    MASQ_TRANSLATED);
	CHECK(frame_checks(&got));
	CHECK(frame_quote_checks(&got));
	frame_quoted(&got, &quote);
	CHECK(frame_checks(&quote) || spec->check == NO_CHECKSUM);
	CHECK(frame_view(&quote, &inside));
	CHECK(frame_view(journey->to.quote, &outside));
	CHECK_EQUAL(inside.check, outside.check);
}

static void all_checksums_add_up(void)
{
	in_every_way(
		&(struct plan){ .journey = sums_are_right, .payload = 18 });
}

/* How an error may look. */
static const struct {
	const char *name;
	struct packet_spec spec;
} layouts[] = {
	{ "a VLAN tag", { .vlan_tags = 1 } },
	{ "two VLAN tags", { .vlan_tags = 2 } },
	{ "options",
	  { .ip_options = 24, .extensions = { 60 }, .extension_count = 1 } },
	{ "a next-hop MTU", { .icmp_rest = 1400 } },
	{ "bytes behind the quotation", { .payload = 37 } },
	/* RFC 4884: the length of the quotation, in words of the family */
	{ "extensions behind 128 bytes, IPv4",
	  { .icmp_rest = 32 << 16, .quote_length = 128, .payload = 20 } },
	{ "extensions behind 128 bytes, IPv6",
	  { .icmp_rest = 16 << 24, .quote_length = 128, .payload = 20 } },
};

static void layouts_are_translated(const struct fixture *fixture,
				   const struct journey *journey)
{
	const struct packet_spec error = error_spec(&journey->from);

	for (size_t i = 0; i < LENGTH(layouts); i++) {
		struct packet_spec spec = layouts[i].spec;

		spec.proto = error.proto;
		spec.src = error.src;
		spec.dst = error.dst;
		spec.icmp_type = error.icmp_type;
		spec.quote = error.quote;
		if (journey->flow->family == MASQ_IPV4)
			spec.extension_count = 0;
		else
			spec.ip_options = 0;
		spec_is_translated(fixture, journey, &spec);
		if (test_failed) {
			printf("# with %s\n", layouts[i].name);
			return;
		}
	}
}

static void what_else_it_carries_stays(void)
{
	in_every_way(&(struct plan){ .journey = layouts_are_translated,
				     .payload = 200 });
}

/* So many bytes of this packet say which flow it is of. */
static size_t needed(const struct frame *quote)
{
	struct frame_view view;
	size_t transport = 4;

	frame_view(quote, &view);
	if (is_icmp(view.proto))
		transport = 6;
	else if (view.proto == GRE)
		transport = 0;
	return view.l4 - FRAME_L3 + transport;
}

static void frame_trail(struct frame *frame, const struct frame *quote,
			size_t quoted)
{
	size_t rest = quote->length - FRAME_L3 - quoted;

	memcpy(frame->bytes + frame->length, quote->bytes + FRAME_L3 + quoted,
	       rest);
	memset(frame->bytes + frame->length + rest, 0xa5, TRAILER);
	frame->length += rest + TRAILER;
}

static void cut_build(struct frame *frame, const struct side *side,
		      size_t quoted)
{
	struct packet_spec spec = error_spec(side);

	spec.quote_length = quoted;
	if (!quoted)
		spec.quote = NULL;
	frame_build(frame, &spec);
}

/* A checksum cut in two cannot be mended: its first half stays as it was. */
static void halve_check(const struct frame *from, size_t quoted,
			struct frame *to)
{
	struct frame_view view;
	size_t half;

	frame_view(from, &view);
	half = view.l4 + (view.proto == IPPROTO_TCP ? 16 : 6);
	if (!is_icmp(view.proto) && has_port(view.proto) &&
	    quoted == half + 1 - FRAME_L3)
		to->bytes[half] = from->bytes[half];
}

/* An error and what it must become, with so many bytes quoted. */
static void cut_build_both(const struct journey *journey, size_t quoted,
			   struct frame *ret, struct frame *ret_expected)
{
	struct frame to_quote = *journey->to.quote;
	struct side to = journey->to;

	to.quote = &to_quote;
	halve_check(journey->from.quote, quoted, &to_quote);
	cut_build(ret, &journey->from, quoted);
	cut_build(ret_expected, &to, quoted);
}

/* The quotation cut to every length; trail: puts something behind it. */
static void cuts_become(const struct fixture *fixture,
			const struct journey *journey,
			void (*trail)(struct frame *frame,
				      const struct frame *quote, size_t quoted))
{
	const struct frame *quote = journey->from.quote;
	size_t whole = quote->length - FRAME_L3;

	for (size_t quoted = 0; quoted <= whole; quoted++) {
		struct frame frame, expected;

		cut_build_both(journey, quoted, &frame, &expected);
		trail(&frame, quote, quoted);
		trail(&expected, quote, quoted);
		becomes(fixture, journey->direction, &frame,
			quoted >= needed(quote) ? MASQ_TRANSLATED :
						  journey->refused,
			&expected);
		if (test_failed) {
			printf("# %zu bytes of %zu are quoted\n", quoted,
			       whole);
			return;
		}
	}
}

static void trail_nothing(struct frame *frame, const struct frame *quote,
			  size_t quoted)
{
	(void)frame;
	(void)quote;
	(void)quoted;
}

static void cuts_are_translated(const struct fixture *fixture,
				const struct journey *journey)
{
	cuts_become(fixture, journey, trail_nothing);
}

static void a_quotation_may_be_cut_anywhere(void)
{
	in_every_way(
		&(struct plan){ .journey = cuts_are_translated, .payload = 9 });
}

/*
 * The same, and behind the packet stands the rest of what it quotes, and some
 * more: none of that is the quotation's.
 */
static void trailers_stay(const struct fixture *fixture,
			  const struct journey *journey)
{
	cuts_become(fixture, journey, frame_trail);
}

static void what_stands_behind_the_packet_is_left_alone(void)
{
	in_every_way(&(struct plan){ .journey = trailers_stay, .payload = 9 });
}

static const struct {
	const char *name;
	uint8_t proto;
	const char *node, *pod, *remote;
} zero_sums[] = {
	{ "UDP", IPPROTO_UDP, NODE4, POD4, REMOTE4 },
	{ "UDP, IPv6", IPPROTO_UDP, NODE6, POD6, REMOTE6 },
	{ "UDP-Lite", IPPROTO_UDPLITE, NODE4, POD4, REMOTE4 },
	{ "UDP-Lite, IPv6", IPPROTO_UDPLITE, NODE6, POD6, REMOTE6 },
};

/* Whatever checksum the pod has sent, it finds that in the quotation. */
static void sums_are_restored(const struct fixture *fixture,
			      const struct packet_spec *spec, const char *node)
{
	struct side side = { .src = spec->dst, .dst = node };
	struct frame sent, out, error, back, quoted;

	frame_build(&sent, spec);
	side.quote = &out;
	for (unsigned int check = 1; check <= 0xffff; check++) {
		frame_force_check(&sent, check);
		(void)fixture_send(fixture, MASQ_EGRESS, &sent, &out);
		error_build(&error, &side);
		(void)fixture_send(fixture, MASQ_INGRESS, &error, &back);
		frame_quoted(&back, &quoted);
		CHECK(frame_equal(&quoted, &sent));
		CHECK(frame_checks(&back));
	}
}

static void zero_sums_in(const struct fixture *fixture)
{
	for (size_t i = 0; i < LENGTH(zero_sums); i++) {
		const struct packet_spec spec = {
			.proto = zero_sums[i].proto,
			.src = zero_sums[i].pod,
			.dst = zero_sums[i].remote,
			.src_port = 20100,
			.dst_port = 9,
			.payload = 4,
		};

		sums_are_restored(fixture, &spec, zero_sums[i].node);
		if (test_failed) {
			printf("# with %s\n", zero_sums[i].name);
			return;
		}
	}
}

static void a_quoted_checksum_of_zero_is_never_made(void)
{
	in_every_way(&(struct plan){ .fixture = zero_sums_in });
}

static const struct test_case cases[] = {
	{ "every type and code of an error is translated, with its quotation",
	  every_type_and_code_is_translated },
	{ "all checksums of an error and its quotation add up",
	  all_checksums_add_up },
	{ "what else an error carries stays as it is",
	  what_else_it_carries_stays },
	{ "a quotation may be cut anywhere behind what names its flow",
	  a_quotation_may_be_cut_anywhere },
	{ "what stands behind the packet is neither read nor written",
	  what_stands_behind_the_packet_is_left_alone },
	{ "a quoted UDP checksum of zero is never made",
	  a_quoted_checksum_of_zero_is_never_made },
};

TEST_MAIN(cases)
