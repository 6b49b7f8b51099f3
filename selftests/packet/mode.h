/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the modes share: a pod's packets in either family, which
 * stay as they are or are translated.
 */
#ifndef SELFTESTS_MODE_H
#define SELFTESTS_MODE_H

#include "family.h"
#include "test.h"

enum {
	PORT = 20005, /* in the pool */
};

typedef void scenario(const struct fixture *fixture, const struct family *f);

/* In both families; it begins in mode island. */
static inline void play(scenario *run)
{
	const struct fixture_options options = { 0 };
	struct fixture fixture;

	fixture_open(&fixture, &options);
	for (int i = 0; i < MASQ_FAMILY_COUNT && !test_failed; i++) {
		fixture_set_mode(&fixture, MASQ_MODE_ISLAND);
		run(&fixture, &families[i]);
		if (test_failed)
			printf("# in %s\n", families[i].name);
	}
	fixture_close(&fixture);
}

static inline struct packet_spec udp_of(const char *src, const char *dst)
{
	return (struct packet_spec){
		.proto = IPPROTO_UDP,
		.src = src,
		.dst = dst,
		.src_port = PORT,
		.dst_port = 4000,
		.payload = 32,
	};
}

static inline struct packet_spec tcp_of(const char *src, const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	spec.proto = IPPROTO_TCP;
	spec.tcp_flags = SYN;
	return spec;
}

static inline struct packet_spec answer_of(const struct packet_spec *spec)
{
	struct packet_spec answer = *spec;

	answer.src = spec->dst;
	answer.dst = spec->src;
	answer.src_port = spec->dst_port;
	answer.dst_port = spec->src_port;
	if (spec->tcp_flags)
		answer.tcp_flags = SYN | ACK;
	return answer;
}

/* It has this verdict, nothing in it changes, and no record is made. */
static inline void frame_stays(const struct fixture *fixture,
			       enum masq_direction direction,
			       const struct frame *frame,
			       enum masq_verdict verdict)
{
	size_t before = fixture_entries(fixture);
	struct frame out;

	CHECK_EQUAL(fixture_run(fixture, direction, frame, &out), verdict);
	CHECK(frame_equal(&out, frame));
	CHECK_EQUAL(fixture_entries(fixture), before);
}

static inline void stays(const struct fixture *fixture,
			 enum masq_direction direction,
			 const struct packet_spec *spec,
			 enum masq_verdict verdict)
{
	struct frame frame;

	frame_build(&frame, spec);
	frame_stays(fixture, direction, &frame, verdict);
}

/* It becomes the other packet. */
static inline void becomes(const struct fixture *fixture,
			   enum masq_direction direction,
			   const struct packet_spec *spec,
			   const struct packet_spec *other)
{
	struct frame frame, out, expected;

	frame_build(&frame, spec);
	frame_build(&expected, other);
	CHECK_EQUAL(fixture_run(fixture, direction, &frame, &out),
		    MASQ_TRANSLATED);
	CHECK(frame_equal(&out, &expected));
}

#endif /* SELFTESTS_MODE_H */
