// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checksums, and skb->csum, by every state that a test run can give a packet:
 * CHECKSUM_NONE, and CHECKSUM_COMPLETE, where the kernel holds skb->csum to the
 * packet that comes out.  What comes out is compared with the packet that its
 * new sender would have sent, byte by byte.
 */
#include <stdlib.h>

#include "family.h"
#include "test.h"

enum {
	GRE = 47,
	TCP_ECHO = 7,
	LENGTHS_MAX = 8,
};

/* Odd and even, none and many. */
static const size_t lengths[LENGTHS_MAX] = { 0, 1, 2, 3, 64, 65, 1400, 1401 };

static const struct kind {
	const char *name;
	uint8_t proto; /* of ICMP: of either family */
	uint8_t sctp_chunk;
	int check;
} kinds[] = {
	{ "TCP", IPPROTO_TCP, 0, 0 },
	{ "UDP", IPPROTO_UDP, 0, 0 },
	{ "UDP without checksum", IPPROTO_UDP, 0, NO_CHECKSUM },
	{ "UDP-Lite", IPPROTO_UDPLITE, 0, 0 },
	{ "SCTP", IPPROTO_SCTP, 1, 0 },
	{ "echo", IPPROTO_ICMP, 0, 0 },
	{ "GRE", GRE, 0, 0 },
};

/* What is being sent; for the case that the kernel ends us. */
static struct {
	const struct family *family;
	const struct kind *kind;
	enum fixture_rewrite rewrite;
	bool is_complete;
	size_t payload;
} now;

static void say_now(void)
{
	printf("# %s, %s, rewritten by %s, CHECKSUM_%s, %zu bytes of payload\n",
	       now.family->name, now.kind->name,
	       fixture_rewrite_name(now.rewrite),
	       now.is_complete ? "COMPLETE" : "NONE", now.payload);
}

/* The kernel fails a run, with EBADMSG, after which skb->csum is wrong. */
static void say_when_ended(void)
{
	if (!now.family)
		return;
	say_now();
	printf("not ok skb->csum sums up the packet that came out\n");
}

typedef void scenario(const struct fixture *fixture, const struct family *f,
		      const struct kind *kind);

static void play_kinds(const struct fixture *fixture, scenario *run)
{
	size_t count = sizeof(kinds) / sizeof(kinds[0]);

	now.is_complete = fixture->is_complete;
	for (size_t i = 0; i < MASQ_FAMILY_COUNT * count && !test_failed; i++) {
		now.family = &families[i / count];
		now.kind = &kinds[i % count];
		run(fixture, now.family, now.kind);
		if (test_failed)
			say_now();
	}
	now.family = NULL;
}

static void play(scenario *run, bool is_complete)
{
	static bool is_said;
	struct fixture fixture;

	if (!is_said)
		atexit(say_when_ended);
	is_said = true;
	for (int rewrite = 0; rewrite < FIXTURE_REWRITES; rewrite++) {
		if (!fixture_can(rewrite) || test_failed)
			continue;
		fixture_open(&fixture,
			     &(struct fixture_options){ .rewrite = rewrite });
		now.rewrite = rewrite;
		fixture.is_complete = is_complete;
		if (!is_complete || fixture_can_complete(&fixture))
			play_kinds(&fixture, run);
		else
			test_skipped = "test runs know no CHECKSUM_COMPLETE "
				       "here (before Linux 6.16)";
		fixture_close(&fixture);
	}
}

/* A packet that a pod sends, and how the same looks behind the node. */
struct pair {
	struct packet_spec inner;
	struct packet_spec outer;
};

static struct packet_spec packet_of(const struct family *f,
				    const struct kind *kind, size_t payload)
{
	bool is_icmp = kind->proto == IPPROTO_ICMP;

	return (struct packet_spec){
		.proto = is_icmp ? f->icmp : kind->proto,
		.src = f->pod,
		.dst = f->remote,
		.src_port = 40000,
		.dst_port = TCP_ECHO,
		.tcp_flags = SYN,
		.sctp_chunk = kind->sctp_chunk,
		.icmp_type = is_icmp ? f->echo : 0,
		.payload = payload,
		.check = f->icmp == IPPROTO_ICMP ? kind->check : 0,
	};
}

static struct packet_spec answer_of(const struct family *f,
				    const struct packet_spec *spec)
{
	struct packet_spec answer = *spec;

	answer.src = spec->dst;
	answer.dst = spec->src;
	answer.tcp_flags = SYN | ACK;
	if (spec->proto == f->icmp) {
		answer.icmp_type = f->icmp == IPPROTO_ICMP ? 0 : 129;
		return answer;
	}
	answer.src_port = spec->dst_port;
	answer.dst_port = spec->src_port;
	return answer;
}

static struct pair answers_of(const struct family *f, const struct pair *pair)
{
	return (struct pair){
		.inner = answer_of(f, &pair->inner),
		.outer = answer_of(f, &pair->outer),
	};
}

static void frame_becomes(const struct fixture *fixture,
			  enum masq_direction direction,
			  const struct frame *frame,
			  const struct frame *expected)
{
	struct frame out;

	CHECK_EQUAL(fixture_run(fixture, direction, frame, &out),
		    MASQ_TRANSLATED);
	CHECK_EQUAL(out.length, expected->length);
	for (size_t i = 0; i < out.length; i++) {
		if (out.bytes[i] != expected->bytes[i])
			printf("# at byte %zu\n", i);
		CHECK_EQUAL(out.bytes[i], expected->bytes[i]);
	}
}

/* Through the hook, from how it looks on one side to how on the other. */
static void passes(const struct fixture *fixture, enum masq_direction direction,
		   const struct packet_spec *inner,
		   const struct packet_spec *outer)
{
	bool is_out = direction == MASQ_EGRESS;
	struct frame frame, expected;

	frame_build(&frame, is_out ? inner : outer);
	frame_build(&expected, is_out ? outer : inner);
	frame_becomes(fixture, direction, &frame, &expected);
}

/* Open the flow; the port that the node has given it comes from the wire. */
static void open_flow(const struct fixture *fixture, const struct family *f,
		      const struct kind *kind, struct pair *ret)
{
	struct frame frame, out;
	struct frame_view view;

	ret->inner = packet_of(f, kind, 0);
	ret->outer = ret->inner;
	frame_build(&frame, &ret->inner);
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &frame, &out),
		    MASQ_TRANSLATED);
	CHECK(frame_view(&out, &view));
	ret->outer.src = f->node;
	if (view.src_port)
		ret->outer.src_port = view.src_port;
}

static void out_and_back(const struct fixture *fixture, const struct family *f,
			 const struct kind *kind)
{
	struct pair pair, answers;

	open_flow(fixture, f, kind, &pair);
	CHECK(!test_failed);
	for (int i = 0; i < LENGTHS_MAX; i++) {
		now.payload = lengths[i];
		pair.inner.payload = pair.outer.payload = lengths[i];
		passes(fixture, MASQ_EGRESS, &pair.inner, &pair.outer);
		CHECK(!test_failed);
		answers = answers_of(f, &pair);
		passes(fixture, MASQ_INGRESS, &answers.inner, &answers.outer);
		CHECK(!test_failed);
	}
}

static void packets_with_checksum_none(void)
{
	play(out_and_back, false);
}

static void packets_with_checksum_complete(void)
{
	play(out_and_back, true);
}

/* Zero is no checksum of theirs. */
static bool is_udp(const struct packet_spec *spec)
{
	return spec->proto == IPPROTO_UDP || spec->proto == IPPROTO_UDPLITE;
}

/* Every checksum that an L4 header can have, by what follows it. */
static void every_check(const struct fixture *fixture, const struct family *f,
			const struct kind *kind)
{
	struct packet_spec spec = packet_of(f, kind, 2);
	struct frame frame, out;
	struct frame_view view;

	if (kind->check == NO_CHECKSUM || kind->proto == IPPROTO_SCTP ||
	    kind->proto == GRE)
		return;
	frame_build(&frame, &spec);
	for (unsigned int check = is_udp(&spec); check <= 0xffff; check++) {
		frame_force_check(&frame, check);
		(void)fixture_send(fixture, MASQ_EGRESS, &frame, &out);
		CHECK(frame_view(&out, &view));
		CHECK_STRING(view.src, f->node);
		if (!frame_checks(&out))
			printf("# with checksum %#x\n", check);
		CHECK(frame_checks(&out));
	}
}

static void every_checksum_with_none(void)
{
	play(every_check, false);
}

static void every_checksum_with_complete(void)
{
	play(every_check, true);
}

static void write_id(struct frame *frame, uint16_t id)
{
	uint8_t *ip = frame->bytes + FRAME_L3;
	uint32_t sum = 0;

	ip[4] = id >> 8;
	ip[5] = id & 0xff;
	ip[10] = ip[11] = 0;
	for (int i = 0; i < 20; i += 2)
		sum += ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~((sum & 0xffff) + (sum >> 16));
	ip[10] = sum >> 8;
	ip[11] = sum & 0xff;
}

/* The same for the IPv4 header, by its identification. */
static void every_id(const struct fixture *fixture, const struct family *f,
		     const struct kind *kind)
{
	struct frame frame, expected, out;
	struct pair pair;

	if (f->icmp != IPPROTO_ICMP || kind->proto != IPPROTO_TCP)
		return;
	open_flow(fixture, f, kind, &pair);
	CHECK(!test_failed);
	frame_build(&frame, &pair.inner);
	frame_build(&expected, &pair.outer);
	for (unsigned int id = 0; id <= 0xffff; id++) {
		write_id(&frame, id);
		write_id(&expected, id);
		(void)fixture_send(fixture, MASQ_EGRESS, &frame, &out);
		if (!frame_equal(&out, &expected)) {
			printf("# with identification %#x\n", id);
			test_failed = true;
			return;
		}
	}
}

static void every_header_with_none(void)
{
	play(every_id, false);
}

static void every_header_with_complete(void)
{
	play(every_id, true);
}

/* About the packet that went out, and about its answer. */
static void errors_about(const struct fixture *fixture, const struct family *f,
			 const struct pair *pair, size_t quoted, size_t trailer)
{
	const struct pair answers = answers_of(f, pair);
	struct packet_spec inner, outer;
	struct frame inner_quote, outer_quote;

	frame_build(&inner_quote, &pair->inner);
	frame_build(&outer_quote, &pair->outer);
	inner = unreachable_of(f, f->remote, f->pod, &inner_quote);
	outer = unreachable_of(f, f->remote, f->node, &outer_quote);
	inner.quote_length = outer.quote_length = quoted;
	inner.payload = outer.payload = trailer;
	passes(fixture, MASQ_INGRESS, &inner, &outer);
	CHECK(!test_failed);

	frame_build(&inner_quote, &answers.inner);
	frame_build(&outer_quote, &answers.outer);
	inner.src = f->pod;
	inner.dst = outer.dst = f->remote;
	outer.src = f->node;
	passes(fixture, MASQ_EGRESS, &inner, &outer);
}

static void errors(const struct fixture *fixture, const struct family *f,
		   const struct kind *kind)
{
	/* beyond the quoted IP header; ports and identifier are always there */
	static const size_t quotes[] = { 8, 9, 18, 19, 20, 21 };
	struct pair pair;

	open_flow(fixture, f, kind, &pair);
	CHECK(!test_failed);
	for (size_t i = 0; i < 2 * sizeof(quotes) / sizeof(quotes[0]); i++) {
		now.payload = 40 + i % 2;
		pair.inner.payload = pair.outer.payload = now.payload;
		for (size_t trailer = 0; trailer < 4; trailer++) {
			errors_about(fixture, f, &pair,
				     f->header + quotes[i / 2], trailer);
			CHECK(!test_failed);
			errors_about(fixture, f, &pair, /* whole */ 0, trailer);
			CHECK(!test_failed);
		}
	}
}

static void errors_with_checksum_none(void)
{
	play(errors, false);
}

static void errors_with_checksum_complete(void)
{
	play(errors, true);
}

/* In parts, the first in front. */
static void passes_in_parts(const struct fixture *fixture,
			    enum masq_direction direction,
			    const struct packet_spec *from,
			    const struct packet_spec *to)
{
	static uint32_t id;
	struct frame frame, expected, part, expected_part;

	frame_build(&frame, from);
	frame_build(&expected, to);
	id++;
	for (size_t offset = 0; offset < from->payload; offset += 32) {
		/* the first two, then all the rest */
		size_t size = offset == 64 ? FRAME_MAX : 32;

		frame_cut(&frame, id, offset, size, &part);
		frame_cut(&expected, id, offset, size, &expected_part);
		frame_becomes(fixture, direction, &part, &expected_part);
		if (test_failed)
			printf("# with the fragment from %zu on\n", offset);
		CHECK(!test_failed);
		if (offset == 64)
			return;
	}
}

static void fragments(const struct fixture *fixture, const struct family *f,
		      const struct kind *kind)
{
	struct pair pair, answers;

	open_flow(fixture, f, kind, &pair);
	CHECK(!test_failed);
	for (int i = 0; i < LENGTHS_MAX; i++) {
		now.payload = 72 + lengths[i];
		pair.inner.payload = pair.outer.payload = now.payload;
		passes_in_parts(fixture, MASQ_EGRESS, &pair.inner, &pair.outer);
		CHECK(!test_failed);
		answers = answers_of(f, &pair);
		passes_in_parts(fixture, MASQ_INGRESS, &answers.outer,
				&answers.inner);
		CHECK(!test_failed);
	}
}

static void fragments_with_checksum_none(void)
{
	play(fragments, false);
}

static void fragments_with_checksum_complete(void)
{
	play(fragments, true);
}

static const struct test_case cases[] = {
	{ "packets out and back, CHECKSUM_NONE", packets_with_checksum_none },
	{ "packets out and back, CHECKSUM_COMPLETE",
	  packets_with_checksum_complete },
	{ "packets with every checksum there is, CHECKSUM_NONE",
	  every_checksum_with_none },
	{ "packets with every checksum there is, CHECKSUM_COMPLETE",
	  every_checksum_with_complete },
	{ "IPv4 headers with every checksum there is, CHECKSUM_NONE",
	  every_header_with_none },
	{ "IPv4 headers with every checksum there is, CHECKSUM_COMPLETE",
	  every_header_with_complete },
	{ "errors in and out, CHECKSUM_NONE", errors_with_checksum_none },
	{ "errors in and out, CHECKSUM_COMPLETE",
	  errors_with_checksum_complete },
	{ "fragments out and back, CHECKSUM_NONE",
	  fragments_with_checksum_none },
	{ "fragments out and back, CHECKSUM_COMPLETE",
	  fragments_with_checksum_complete },
};

TEST_MAIN(cases)
