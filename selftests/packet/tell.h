/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of telling pods share: a pod's packet that is refused, and
 * what must come in its place.
 */
#ifndef SELFTESTS_TELL_H
#define SELFTESTS_TELL_H

#include "family.h"
#include "test.h"

enum {
	POD_IFINDEX = 1, /* lo's: it is there */
	REDIRECT = 7, /* include/uapi/linux/pkt_cls.h */
};

typedef void scenario(struct fixture *fixture, const struct family *f);

/* In both families, in a datapath of this kind. */
static inline void play(scenario *run, const struct fixture_options *options)
{
	struct fixture fixture;

	fixture_open(&fixture, options);
	for (int i = 0; i < MASQ_FAMILY_COUNT && !test_failed; i++) {
		fixture.ingress_ifindex = POD_IFINDEX;
		run(&fixture, &families[i]);
		if (test_failed)
			printf("# in %s\n", families[i].name);
	}
	fixture_close(&fixture);
}

static inline void play_isolated(scenario *run)
{
	play(run, &(struct fixture_options){ .mode = MASQ_MODE_ISOLATED });
}

static inline struct packet_spec udp_of(const struct family *f)
{
	return (struct packet_spec){
		.proto = IPPROTO_UDP,
		.src = f->pod,
		.dst = f->remote,
		.src_port = 40000,
		.dst_port = 4000,
		.payload = 32,
	};
}

static inline uint16_t get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static inline uint16_t sum_bytes(const uint8_t *bytes, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static inline size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline __u64 counted(const struct fixture *fixture,
			    enum masq_verdict verdict)
{
	struct masq_counter counter = { 0 };

	(void)maps_get_counter(&fixture->maps, MASQ_EGRESS, verdict, &counter);
	return counter.packets;
}

/* Offset of the L4 checksum that a quotation may have changed; 0: none. */
static inline size_t settled_check(const struct frame_view *view)
{
	if (view->proto == IPPROTO_TCP)
		return view->l4 + 16;
	return view->proto == IPPROTO_UDP ? view->l4 + 6 : 0;
}

/* From the node to the pod, and all that stands around the quotation. */
static inline void check_envelope(const struct family *f,
				  const struct frame *told,
				  const struct frame *sent, const char *pod)
{
	const uint8_t *ip = told->bytes + FRAME_L3, *icmp = ip + f->header;
	size_t l3_length = told->length - FRAME_L3;
	struct frame_view view;

	CHECK_EQUAL(l3_length,
		    min(sent->length - FRAME_L3 + f->header + 8, f->error_max));
	CHECK(frame_view(told, &view));
	CHECK(!memcmp(told->bytes, sent->bytes, FRAME_L3));
	CHECK_EQUAL(view.proto, f->icmp);
	CHECK_STRING(view.src, f->node);
	CHECK_STRING(view.dst, pod);
	CHECK(frame_checks(told));
	CHECK_EQUAL(view.l4, FRAME_L3 + f->header);
	if (f->icmp == IPPROTO_ICMP) {
		CHECK_EQUAL(get16(ip + 2), l3_length);
		CHECK_EQUAL(get16(ip + 6) & 0x3fff, 0); /* no fragment */
		CHECK(ip[8] > 1);
	} else {
		CHECK_EQUAL(get16(ip + 4), l3_length - f->header);
		CHECK(ip[7] > 1);
	}
	CHECK_EQUAL(icmp[0], f->unreachable);
	CHECK_EQUAL(icmp[1], f->prohibited);
	CHECK_EQUAL(get16(icmp + 4) | get16(icmp + 6), 0);
}

static inline void check_quotation(const struct family *f,
				   const struct frame *told,
				   const struct frame *sent)
{
	struct frame expected = *sent, quoted;
	struct frame_view view;
	size_t check;

	frame_quoted(told, &quoted);
	CHECK(frame_view(sent, &view));
	check = settled_check(&view);
	if (check && check + 2 <= quoted.length)
		memcpy(expected.bytes + check, quoted.bytes + check, 2);
	CHECK_EQUAL(quoted.length - FRAME_L3,
		    min(sent->length - FRAME_L3, f->error_max - f->header - 8));
	for (size_t i = FRAME_L3; i < quoted.length; i++) {
		if (quoted.bytes[i] != expected.bytes[i])
			printf("# at byte %zu of the quotation\n",
			       i - FRAME_L3);
		CHECK_EQUAL(quoted.bytes[i], expected.bytes[i]);
	}
}

/* What a device does that takes the quotation for a packet to finish. */
static inline void check_settled(const struct frame *told,
				 const struct frame *sent)
{
	struct frame_view view;
	struct frame quoted;
	size_t field;
	uint16_t check;

	frame_quoted(told, &quoted);
	frame_view(sent, &view);
	field = settled_check(&view);
	if (!field || field + 2 > quoted.length)
		return;
	check = ~sum_bytes(quoted.bytes + view.l4, quoted.length - view.l4);
	CHECK_EQUAL(get16(quoted.bytes + field), check ? check : 0xffff);
}

/* The packet is refused by this verdict, and the pod is told. */
static inline void is_told(const struct fixture *fixture,
			   const struct family *f, const struct frame *sent,
			   const char *pod, enum masq_verdict verdict)
{
	__u64 before = counted(fixture, verdict);
	struct frame told;

	CHECK_EQUAL(fixture_send(fixture, MASQ_EGRESS, sent, &told), REDIRECT);
	CHECK_EQUAL(counted(fixture, verdict), before + 1);
	check_envelope(f, &told, sent, pod);
	CHECK(!test_failed);
	check_quotation(f, &told, sent);
	CHECK(!test_failed);
	check_settled(&told, sent);
}

/* The packet is refused by this verdict, and that is all. */
static inline void is_not_told(const struct fixture *fixture,
			       const struct frame *sent,
			       enum masq_verdict verdict)
{
	struct frame out;

	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, sent, &out), verdict);
	CHECK(frame_equal(&out, sent));
}

#endif /* SELFTESTS_TELL_H */
