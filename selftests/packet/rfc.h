/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the RFCs' requirements share: a flow of a pod in either
 * family, what it sends and is answered, and how long it lives.
 */
#ifndef SELFTESTS_RFC_H
#define SELFTESTS_RFC_H

#include "family.h"
#include "test.h"

/* The datapath's clock ticks, so it is late; all timeouts are whole seconds. */
#define CLOCK_LATE_NS (SECOND_NS / 2)

enum {
	POOL_FIRST = 20000, /* the fixture's default */
	POOL_LAST = 20999,
	/* include/uapi/linux/pkt_cls.h */
	SHOT = 2,
	REDIRECT = 7,
	/* Steps of a flow: a direction, and TCP flags. */
	OUT = 0x100,
	IN = 0x200,
	STEPS_MAX = 12,
};

typedef void scene(struct fixture *fixture, const struct family *f);

/* In both families, in a datapath of this kind. */
static inline void play(scene *run, const struct fixture_options *options)
{
	struct fixture fixture;

	fixture_open(&fixture, options);
	for (int i = 0; i < MASQ_FAMILY_COUNT && !test_failed; i++) {
		run(&fixture, &families[i]);
		if (test_failed)
			printf("# in %s\n", families[i].name);
	}
	fixture_close(&fixture);
}

static inline void play_default(scene *run)
{
	play(run, &(struct fixture_options){ 0 });
}

/* A flow that the pod has opened. */
struct flow {
	struct packet_spec spec; /* of its packets out */
	struct frame sent; /* the first one */
	struct frame out; /* as it went out */
	uint16_t port; /* the node's port, or the identifier */
	__u64 began_ns; /* just before and after what was last seen of it */
	__u64 ended_ns;
};

static inline uint16_t fresh_number(void)
{
	static uint16_t number = 40000;

	return number++;
}

/* No two have the same port or identifier. */
static inline struct packet_spec fresh_spec(const struct family *f,
					    uint8_t proto)
{
	return (struct packet_spec){
		.proto = proto,
		.src = f->pod,
		.dst = f->remote,
		.src_port = fresh_number(),
		.dst_port = 4000,
		.tcp_flags = SYN,
		.icmp_type = f->echo,
		.payload = 64,
	};
}

/* Send its next packet out. *ret: as it came out; may be NULL. */
static inline enum masq_verdict flow_send(const struct fixture *fixture,
					  struct flow *flow, uint8_t tcp_flags,
					  struct frame *ret)
{
	enum masq_verdict verdict;
	struct frame frame;

	flow->spec.tcp_flags = tcp_flags;
	frame_build(&frame, &flow->spec);
	flow->began_ns = fixture_now_ns();
	verdict = fixture_run(fixture, MASQ_EGRESS, &frame, ret);
	flow->ended_ns = fixture_now_ns();
	return verdict;
}

/* Its remote answers. *ret: as it came out; may be NULL. */
static inline enum masq_verdict flow_answer(const struct fixture *fixture,
					    struct flow *flow,
					    uint8_t tcp_flags,
					    struct frame *ret)
{
	enum masq_verdict verdict;
	struct frame frame;

	frame_answer(&flow->spec, &flow->out, tcp_flags, &frame);
	flow->began_ns = fixture_now_ns();
	verdict = fixture_run(fixture, MASQ_INGRESS, &frame, ret);
	flow->ended_ns = fixture_now_ns();
	return verdict;
}

/* Try to open a flow with this packet. */
static inline enum masq_verdict flow_try(const struct fixture *fixture,
					 const struct packet_spec *spec,
					 struct flow *ret)
{
	struct frame_view view;
	enum masq_verdict verdict;

	*ret = (struct flow){ .spec = *spec };
	frame_build(&ret->sent, spec);
	verdict = flow_send(fixture, ret, spec->tcp_flags, &ret->out);
	frame_view(&ret->out, &view);
	ret->port = view.src_port;
	return verdict;
}

static inline void flow_open(const struct fixture *fixture,
			     const struct packet_spec *spec, struct flow *ret)
{
	CHECK_EQUAL(flow_try(fixture, spec, ret), MASQ_TRANSLATED);
}

/* One that is answered, too. */
static inline void flow_establish(const struct fixture *fixture,
				  const struct packet_spec *spec,
				  struct flow *ret)
{
	flow_open(fixture, spec, ret);
	CHECK(!test_failed);
	CHECK_EQUAL(flow_answer(fixture, ret, SYN | ACK, NULL),
		    MASQ_TRANSLATED);
}

static inline void flow_record(const struct fixture *fixture,
			       const struct flow *flow, struct masq_tuple *key,
			       struct masq_flow *ret)
{
	CHECK(fixture_flow(fixture, &flow->out, key, ret));
}

/* It will live so long from the last packet on. */
static inline void flow_lives(const struct fixture *fixture,
			      const struct flow *flow, __u64 seconds)
{
	struct masq_tuple key;
	struct masq_flow record;

	flow_record(fixture, flow, &key, &record);
	CHECK(!test_failed);
	if (record.expires_ns + CLOCK_LATE_NS <
		    flow->began_ns + seconds * SECOND_NS ||
	    record.expires_ns > flow->ended_ns + seconds * SECOND_NS) {
		printf("# lives for %lld ms, expected %llu s\n",
		       (long long)(record.expires_ns - flow->ended_ns) /
			       1000000,
		       (unsigned long long)seconds);
		test_failed = true;
	}
}

/* Make it so much older, for both directions. */
static inline void flow_age(const struct fixture *fixture,
			    const struct flow *flow, __u64 seconds)
{
	struct masq_tuple key;
	struct masq_flow record;

	flow_record(fixture, flow, &key, &record);
	CHECK(!test_failed);
	record.expires_ns -= seconds * SECOND_NS;
	fixture_set_flow(fixture, &key, &record);
	fixture_forget_refresh(fixture, &key, &record);
}

/* Open the flow and walk through the steps; all of them are translated. */
static inline void flow_walk(const struct fixture *fixture,
			     const struct packet_spec *spec, const int *steps,
			     struct flow *ret)
{
	struct packet_spec first = *spec;

	first.tcp_flags = steps[0] & 0xff;
	flow_open(fixture, &first, ret);
	for (int i = 1; i < STEPS_MAX && steps[i] && !test_failed; i++) {
		enum masq_verdict verdict;

		verdict = steps[i] & OUT ?
				  flow_send(fixture, ret, steps[i], NULL) :
				  flow_answer(fixture, ret, steps[i], NULL);
		if (verdict != MASQ_TRANSLATED)
			printf("# at step %d\n", i);
		CHECK_EQUAL(verdict, MASQ_TRANSLATED);
	}
}

/*
 * After these steps, the last of which moves its state on, a flow lives so
 * long, and no longer.
 */
static inline void walked_lives(const struct fixture *fixture,
				const struct packet_spec *spec,
				const int *steps, __u64 seconds)
{
	for (int late = 0; late < 2; late++) {
		struct packet_spec fresh = *spec;
		struct flow flow;

		fresh.src_port = fresh_number();
		flow_walk(fixture, &fresh, steps, &flow);
		CHECK(!test_failed);
		flow_lives(fixture, &flow, seconds);
		CHECK(!test_failed);
		flow_age(fixture, &flow, late ? seconds + 1 : seconds * 3 / 4);
		CHECK(!test_failed);
		CHECK_EQUAL(flow_answer(fixture, &flow, SYN | ACK, NULL),
			    late ? MASQ_PASS_NO_FLOW : MASQ_TRANSLATED);
	}
}

/* An ICMP error. */
static inline void error_build(struct frame *ret, const struct family *f,
			       const char *src, const char *dst, uint8_t type,
			       uint8_t code, const struct frame *quote)
{
	const struct packet_spec spec = {
		.proto = f->icmp,
		.src = src,
		.dst = dst,
		.icmp_type = type,
		.icmp_code = code,
		.icmp_rest = 1400,
		.quote = quote,
	};

	frame_build(ret, &spec);
}

/* From outside, about the flow's first packet as it went out. */
static inline void error_in(struct frame *ret, const struct family *f,
			    const char *src, uint8_t type, uint8_t code,
			    const struct flow *flow)
{
	error_build(ret, f, src, f->node, type, code, &flow->out);
}

/* From inside, about the flow's answer. */
static inline void error_out(struct frame *ret, const struct family *f,
			     const char *src, uint8_t type, uint8_t code,
			     const struct flow *flow)
{
	struct frame answer;

	frame_answer(&flow->spec, &flow->sent, ACK, &answer);
	error_build(ret, f, src, flow->spec.dst, type, code, &answer);
}

/* The error, as it came out, quotes this packet. */
static inline void error_quotes(const struct frame *error,
				const struct frame *packet)
{
	struct frame quote;

	frame_quoted(error, &quote);
	CHECK_EQUAL(quote.length, packet->length);
	for (size_t i = FRAME_L3; i < quote.length; i++) {
		if (quote.bytes[i] != packet->bytes[i])
			printf("# at byte %zu of the quotation\n",
			       i - FRAME_L3);
		CHECK_EQUAL(quote.bytes[i], packet->bytes[i]);
	}
}

/* What of the ICMP header may not change. */
static inline void error_keeps(const struct frame *error,
			       const struct frame *sent)
{
	struct frame_view view;

	CHECK_EQUAL(error->length, sent->length);
	CHECK(frame_view(sent, &view));
	CHECK_EQUAL(error->bytes[view.l4], sent->bytes[view.l4]);
	CHECK_EQUAL(error->bytes[view.l4 + 1], sent->bytes[view.l4 + 1]);
	CHECK(!memcmp(error->bytes + view.l4 + 4, sent->bytes + view.l4 + 4,
		      4));
}

/* The error from outside is translated back to what the pod has sent. */
static inline void error_arrives(const struct fixture *fixture,
				 const struct frame *error, const char *src,
				 const struct flow *flow)
{
	struct frame_view view;
	struct frame got;

	CHECK_EQUAL(fixture_run(fixture, MASQ_INGRESS, error, &got),
		    MASQ_TRANSLATED);
	CHECK(frame_view(&got, &view));
	CHECK_STRING(view.src, src);
	CHECK_STRING(view.dst, flow->spec.src);
	CHECK(frame_checks(&got));
	error_keeps(&got, error);
	CHECK(!test_failed);
	error_quotes(&got, &flow->sent);
}

/* Destination Unreachable of every code, about a flow that is opened for it. */
static inline void unreachables_arrive(const struct fixture *fixture,
				       const struct family *f, uint8_t proto)
{
	struct packet_spec spec = fresh_spec(f, proto);
	struct frame error;
	struct flow flow;

	flow_open(fixture, &spec, &flow);
	for (int code = 0; code <= 15; code++) {
		CHECK(!test_failed);
		error_in(&error, f, f->router, f->unreachable, code, &flow);
		error_arrives(fixture, &error, f->router, &flow);
		if (test_failed)
			printf("# with code %d\n", code);
	}
}

/* Every ICMP message there may be about it, either way: it is as it was. */
static inline void flow_outlives_icmp(const struct fixture *fixture,
				      const struct family *f, struct flow *flow)
{
	struct masq_flow before, after;
	struct masq_tuple key;
	struct frame frame;

	flow_record(fixture, flow, &key, &before);
	CHECK(!test_failed);
	for (int type = 0; type <= 0xff; type++) {
		for (int code = 0; code <= 15; code++) {
			error_in(&frame, f, f->router, type, code, flow);
			(void)fixture_send(fixture, MASQ_INGRESS, &frame, NULL);
			error_out(&frame, f, f->pod, type, code, flow);
			(void)fixture_send(fixture, MASQ_EGRESS, &frame, NULL);
		}
		flow_record(fixture, flow, &key, &after);
		if (test_failed || memcmp(&before, &after, sizeof(before)))
			printf("# after type %d\n", type);
		CHECK(!test_failed);
		CHECK(!memcmp(&before, &after, sizeof(before)));
	}
	CHECK_EQUAL(flow_answer(fixture, flow, ACK, NULL), MASQ_TRANSLATED);
	CHECK_EQUAL(flow_send(fixture, flow, ACK, NULL), MASQ_TRANSLATED);
}

/* Change how long the flows of this kind live. */
static inline void set_timeout(const struct fixture *fixture,
			       enum masq_timeout timeout, __u32 seconds)
{
	struct masq_config config;

	CHECK_EQUAL(maps_get_config(&fixture->maps, &config), 0);
	config.timeout_s[timeout] = seconds;
	CHECK_EQUAL(maps_set_config(&fixture->maps, &config), 0);
}

/* A packet with this text behind the first two bytes of its payload. */
static inline void payload_stays(const struct fixture *fixture,
				 struct packet_spec spec, const char *text)
{
	struct frame frame, out;
	struct frame_view view;
	size_t length = strlen(text);

	spec.payload = 2 + length;
	frame_build(&frame, &spec);
	memcpy(frame.bytes + frame.length - length, text, length);
	frame_force_check(&frame, 0x1234);
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &frame, &out),
		    MASQ_TRANSLATED);
	CHECK(frame_view(&out, &view));
	CHECK(frame_checks(&out));
	CHECK_EQUAL(out.length, frame.length);
	CHECK(!memcmp(out.bytes + out.length - length - 2,
		      frame.bytes + frame.length - length - 2, length + 2));
}

/*
 * Ports drawn for flows whose own cannot be kept: spread over the pool, and in
 * no order.  Of as many true draws these bounds are missed once in 10^8 or
 * less.
 */
static inline void ports_are_random(const uint16_t *ports, int count)
{
	int tenth[10] = { 0 }, rising = 0, neighbours = 0;

	for (int i = 0; i < count; i++) {
		CHECK(ports[i] >= POOL_FIRST && ports[i] <= POOL_LAST);
		tenth[(ports[i] - POOL_FIRST) * 10 /
		      (POOL_LAST - POOL_FIRST + 1)]++;
		if (!i)
			continue;
		rising += ports[i] > ports[i - 1];
		neighbours += ports[i] == ports[i - 1] + 1 ||
			      ports[i] + 1 == ports[i - 1];
	}
	for (int i = 0; i < 10; i++)
		CHECK(tenth[i]);
	CHECK(rising > count / 4 && rising < 3 * count / 4);
	CHECK(neighbours < count / 10);
}

#endif /* SELFTESTS_RFC_H */
