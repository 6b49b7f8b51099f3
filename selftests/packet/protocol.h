/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the protocols beside TCP, UDP and echo share: packets, out
 * and back.
 *
 * What comes out is compared with the packet that the node would have sent
 * itself, byte by byte.
 */
#ifndef SELFTESTS_PROTOCOL_H
#define SELFTESTS_PROTOCOL_H

#include "family.h"
#include "test.h"

enum {
	/* RFC 9260 3.2 */
	SCTP_DATA = 0,
	SCTP_INIT = 1,
	SCTP_INIT_ACK = 2,
	SCTP_ABORT = 6,
	SCTP_SHUTDOWN_ACK = 8,
	SCTP_SHUTDOWN_COMPLETE = 14,
	SCTP_PORT = 40000, /* in no pool */
	POOL_FIRST = 20000,
	POOL_LAST = 20999,
};

typedef void scenario(const struct fixture *fixture, const struct family *f);

static inline void play(scenario *run, enum fixture_rewrite rewrite)
{
	const struct fixture_options options = { .rewrite = rewrite };
	struct fixture fixture;

	fixture_open(&fixture, &options);
	for (int i = 0; i < MASQ_FAMILY_COUNT && !test_failed; i++) {
		run(&fixture, &families[i]);
		if (test_failed)
			printf("# in %s, rewritten by %s\n", families[i].name,
			       fixture_rewrite_name(rewrite));
	}
	fixture_close(&fixture);
}

static inline void play_by_each_rewrite(scenario *run)
{
	for (int rewrite = 0; rewrite < FIXTURE_REWRITES; rewrite++)
		if (fixture_can(rewrite) && !test_failed)
			play(run, rewrite);
}

/* Source: RFC 9260 appendix A. */
static inline void sctp_sign(struct frame *frame)
{
	struct frame_view view;
	uint32_t crc = ~0U;
	uint8_t *field;

	frame_view(frame, &view);
	field = frame->bytes + view.l4 + 8;
	memset(field, 0, 4);
	for (size_t i = view.l4; i < frame->length; i++) {
		crc ^= frame->bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	for (int i = 0; i < 4; i++)
		field[i] = ~crc >> (8 * i);
}

static inline void packet_build(struct frame *frame,
				const struct packet_spec *spec)
{
	frame_build(frame, spec);
	if (spec->proto == IPPROTO_SCTP)
		sctp_sign(frame);
}

static inline enum masq_verdict send_out(const struct fixture *fixture,
					 const struct packet_spec *spec)
{
	struct frame frame;

	packet_build(&frame, spec);
	return fixture_run(fixture, MASQ_EGRESS, &frame, NULL);
}

/* The packet passes under this verdict, and nothing in it changes. */
static inline void stays(const struct fixture *fixture,
			 enum masq_direction direction,
			 const struct packet_spec *spec,
			 enum masq_verdict verdict)
{
	struct frame frame, out;

	packet_build(&frame, spec);
	CHECK_EQUAL(fixture_run(fixture, direction, &frame, &out), verdict);
	CHECK(frame_equal(&out, &frame));
}

static inline struct packet_spec answer_of(const struct packet_spec *spec)
{
	struct packet_spec answer = *spec;

	answer.src = spec->dst;
	answer.dst = spec->src;
	if (spec->proto == IPPROTO_SCTP)
		answer.sctp_chunk = SCTP_INIT_ACK;
	if (spec->icmp_type) {
		answer.icmp_type++; /* of a timestamp */
		return answer;
	}
	answer.src_port = spec->dst_port;
	answer.dst_port = spec->src_port;
	return answer;
}

/* The answer to a packet that left as `sent` reaches this pod. */
static inline void returns_to(const struct fixture *fixture,
			      const struct packet_spec *sent, const char *pod,
			      uint16_t port)
{
	struct packet_spec received = *sent, answer = answer_of(sent);
	struct frame frame, back, expected;

	received.src = pod;
	received.src_port = port;
	received = answer_of(&received);
	packet_build(&frame, &answer);
	packet_build(&expected, &received);
	CHECK_EQUAL(fixture_run(fixture, MASQ_INGRESS, &frame, &back),
		    MASQ_TRANSLATED);
	CHECK(frame_equal(&back, &expected));
}

static inline bool has_ports(const struct packet_spec *spec)
{
	return spec->proto == IPPROTO_UDPLITE || spec->icmp_type;
}

/* It leaves as if it were the node's own, and the answer finds its pod. */
static inline void leaves_and_returns(const struct fixture *fixture,
				      const struct family *f,
				      const struct packet_spec *spec)
{
	struct packet_spec node = *spec;
	struct frame frame, out, expected;
	struct frame_view view;

	packet_build(&frame, spec);
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &frame, &out),
		    MASQ_TRANSLATED);
	CHECK(frame_view(&out, &view));
	node.src = f->node;
	if (has_ports(spec)) {
		CHECK(view.src_port >= POOL_FIRST &&
		      view.src_port <= POOL_LAST);
		node.src_port = view.src_port;
	}
	packet_build(&expected, &node);
	CHECK(frame_equal(&out, &expected));
	returns_to(fixture, &node, spec->src, spec->src_port);
}

static inline struct packet_spec packet_of(uint8_t proto,
					   const struct family *f)
{
	return (struct packet_spec){
		.proto = proto,
		.src = f->pod,
		.dst = f->remote,
		.payload = 24,
	};
}

#endif /* SELFTESTS_PROTOCOL_H */
