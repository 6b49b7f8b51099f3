/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ICMP errors about flows of pods, as they are sent and as they must come out:
 * what the tests of errors share.
 *
 * What must come out is built from scratch, checksums and all, and compared
 * byte for byte.  Every test goes through all the packets in both families,
 * both ways of rewriting, and with CHECKSUM_COMPLETE where the kernel can.
 */
#ifndef SELFTESTS_ERROR_H
#define SELFTESTS_ERROR_H

#include "check.h"
#include "family.h"

enum {
	GRE = 47,
	ESP = 50,
	ECHO4 = 8,
	ECHO4_REPLY = 0,
	ECHO6 = 128,
	TIMESTAMP = 13,
	INIT = 1, /* SCTP */
	UNREACHABLE4 = 3,
	UNREACHABLE6 = 1,
	UNUSED_PORT = 1,
};

/* What pods send. No two have the same protocol and port. */
static const struct {
	const char *name;
	struct packet_spec spec;
} packets[] = {
	{ "TCP",
	  { .proto = IPPROTO_TCP,
	    .src_port = 40000,
	    .dst_port = 443,
	    .tcp_flags = SYN } },
	{ "UDP", { .proto = IPPROTO_UDP, .src_port = 40000, .dst_port = 53 } },
	{ "UDP without a checksum",
	  { .proto = IPPROTO_UDP,
	    .src_port = 40001,
	    .dst_port = 53,
	    .check = NO_CHECKSUM } },
	{ "UDP with options",
	  { .proto = IPPROTO_UDP,
	    .src_port = 40002,
	    .dst_port = 53,
	    .ip_options = 12,
	    .extensions = { 0, 60, 43, 60 },
	    .extension_count = 4 } },
	{ "TCP in its only fragment",
	  { .proto = IPPROTO_TCP,
	    .src_port = 40003,
	    .dst_port = 443,
	    .tcp_flags = SYN,
	    .ip_options = 40,
	    .extensions = { 44 },
	    .extension_count = 1 } },
	{ "UDP-Lite",
	  { .proto = IPPROTO_UDPLITE, .src_port = 40000, .dst_port = 53 } },
	{ "SCTP",
	  { .proto = IPPROTO_SCTP,
	    .src_port = 40000,
	    .dst_port = 5000,
	    .sctp_chunk = INIT } },
	{ "echo",
	  { .proto = IPPROTO_ICMP, .src_port = 77, .icmp_type = ECHO4 } },
	{ "echo with identifier 0",
	  { .proto = IPPROTO_ICMP, .src_port = 0, .icmp_type = ECHO4 } },
	{ "timestamp",
	  { .proto = IPPROTO_ICMP, .src_port = 78, .icmp_type = TIMESTAMP } },
	{ "GRE", { .proto = GRE } },
};

static inline enum masq_family family_of(const char *addr)
{
	return strchr(addr, ':') ? MASQ_IPV6 : MASQ_IPV4;
}

static inline bool is_icmp(uint8_t proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

/* May their port or identifier change? */
static inline bool has_port(uint8_t proto)
{
	return proto != GRE && proto != IPPROTO_SCTP;
}

/* The packet in this family. Return: false if there is no such. */
static inline bool spec_in(enum masq_family family, struct packet_spec *spec)
{
	spec->src = families[family].pod;
	spec->dst = families[family].remote;
	if (family == MASQ_IPV4) {
		spec->extension_count = 0;
		return true;
	}
	spec->ip_options = 0;
	if (spec->proto != IPPROTO_ICMP)
		return true;
	if (spec->icmp_type == TIMESTAMP)
		return false;
	spec->proto = IPPROTO_ICMPV6;
	spec->icmp_type = ECHO6;
	return true;
}

/* A packet on both sides of the translation. */
struct passage {
	struct frame inside;
	struct frame outside;
};

struct flow {
	const struct family *ends;
	enum masq_family family;
	const char *address; /* its local end, as the wire shows it */
	struct packet_spec spec; /* of the packet that opened it */
	struct passage out;
	struct passage in; /* the answer, that nobody has sent */
};

/* Send this packet out: it is translated. */
static inline void flow_open(const struct fixture *fixture,
			     const struct packet_spec *spec, struct flow *ret)
{
	ret->family = family_of(spec->src);
	ret->ends = &families[ret->family];
	ret->address = ret->ends->node;
	ret->spec = *spec;
	frame_build(&ret->out.inside, spec);
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &ret->out.inside,
				&ret->out.outside),
		    MASQ_TRANSLATED);
	frame_answer(spec, &ret->out.inside, SYN | ACK, &ret->in.inside);
	frame_answer(spec, &ret->out.outside, SYN | ACK, &ret->in.outside);
}

/* An error on one side of the translation. */
struct side {
	const char *src;
	const char *dst;
	const struct frame *quote;
};

/* Whose an error is, and what becomes of it. */
struct journey {
	const char *name;
	enum masq_direction direction;
	struct side from;
	struct side to;
	enum masq_verdict refused; /* if it is of no flow */
	const struct flow *flow;
};

enum { JOURNEYS = 6 };

static inline struct side side_of(const char *src, const char *dst,
				  const struct frame *quote)
{
	return (struct side){ .src = src, .dst = dst, .quote = quote };
}

static inline void journeys_of(const struct flow *flow,
			       struct journey ret[JOURNEYS])
{
	const struct family *ends = flow->ends;
	const char *local = flow->spec.src, *remote = flow->spec.dst;
	const struct side
		router_out = side_of(ends->router, flow->address,
				     &flow->out.outside),
		router_in = side_of(ends->router, local, &flow->out.inside),
		remote_out = side_of(remote, flow->address, &flow->out.outside),
		remote_in = side_of(remote, local, &flow->out.inside),
		pod_in = side_of(ends->pod, remote, &flow->in.inside),
		other_in = side_of(ends->other_pod, remote, &flow->in.inside),
		node_in = side_of(ends->node, remote, &flow->in.inside),
		node_out = side_of(ends->node, remote, &flow->in.outside),
		hop_in = side_of(ends->hop, remote, &flow->in.inside),
		hop_out = side_of(ends->hop, remote, &flow->in.outside);
	const struct journey journeys[JOURNEYS] = {
		{ "of a router outside", MASQ_INGRESS, router_out, router_in,
		  MASQ_PASS_NO_FLOW, flow },
		{ "of the destination", MASQ_INGRESS, remote_out, remote_in,
		  MASQ_PASS_NO_FLOW, flow },
		{ "of the pod", MASQ_EGRESS, pod_in, node_out, MASQ_DROP_STRAY,
		  flow },
		{ "of another pod", MASQ_EGRESS, other_in, node_out,
		  MASQ_DROP_STRAY, flow },
		{ "of the node", MASQ_EGRESS, node_in, node_out,
		  MASQ_PASS_NOT_POD, flow },
		{ "of a router before the pod", MASQ_EGRESS, hop_in, hop_out,
		  MASQ_PASS_NOT_POD, flow },
	};

	memcpy(ret, journeys, sizeof(journeys));
}

static inline struct packet_spec error_spec(const struct side *side)
{
	bool is_ipv4 = family_of(side->src) == MASQ_IPV4;

	return (struct packet_spec){
		.proto = is_ipv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6,
		.src = side->src,
		.dst = side->dst,
		.icmp_type = is_ipv4 ? UNREACHABLE4 : UNREACHABLE6,
		.icmp_rest = 0x12345678,
		.quote = side->quote,
	};
}

static inline void error_build(struct frame *frame, const struct side *side)
{
	struct packet_spec spec = error_spec(side);

	frame_build(frame, &spec);
}

/* The error of this journey, with or without its flow. */
static inline void error_becomes(const struct fixture *fixture,
				 const struct journey *journey,
				 enum masq_verdict verdict)
{
	struct frame frame, expected;

	error_build(&frame, &journey->from);
	error_build(&expected, &journey->to);
	becomes(fixture, journey->direction, &frame, verdict, &expected);
}

/* What a test does; the first of these that is there. */
struct plan {
	void (*fixture)(const struct fixture *fixture);
	/* with the packets of the table, and so much payload */
	void (*packet)(const struct fixture *fixture,
		       const struct packet_spec *spec);
	/* with their flows */
	void (*flow)(const struct fixture *fixture, const struct flow *flow);
	/* with each error about these */
	void (*journey)(const struct fixture *fixture,
			const struct journey *journey);
	size_t payload;
};

static inline void with_flow(const struct fixture *fixture,
			     const struct plan *plan, const struct flow *flow)
{
	struct journey journeys[JOURNEYS];

	if (plan->flow) {
		plan->flow(fixture, flow);
		return;
	}
	journeys_of(flow, journeys);
	for (int i = 0; i < JOURNEYS; i++) {
		plan->journey(fixture, &journeys[i]);
		if (test_failed) {
			printf("# with an error %s\n", journeys[i].name);
			return;
		}
	}
}

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
		with_flow(fixture, plan, &flow);
}

static inline void with_fixture(const struct fixture *fixture,
				const struct plan *plan)
{
	if (plan->fixture) {
		plan->fixture(fixture);
		return;
	}
	for (size_t i = 0; i < MASQ_FAMILY_COUNT * LENGTH(packets); i++) {
		enum masq_family family = i % MASQ_FAMILY_COUNT;
		struct packet_spec spec = packets[i / MASQ_FAMILY_COUNT].spec;

		spec.payload = plan->payload;
		if (!spec_in(family, &spec))
			continue;
		with_packet(fixture, plan, &spec);
		if (test_failed) {
			printf("# about %s, IPv%d\n",
			       packets[i / MASQ_FAMILY_COUNT].name,
			       family == MASQ_IPV4 ? 4 : 6);
			return;
		}
	}
}

static inline void in_every_way(const struct plan *plan)
{
	for (int rewrite = 0; rewrite < FIXTURE_REWRITES; rewrite++) {
		struct fixture *fixture;

		if (!fixture_can(rewrite))
			continue;
		fixture = fixture_shared(rewrite);
		for (int i = 0; i <= fixture_can_complete(fixture); i++) {
			fixture->is_complete = i;
			with_fixture(fixture, plan);
			if (test_failed) {
				printf("# by %s%s\n",
				       fixture_rewrite_name(rewrite),
				       i ? ", CHECKSUM_COMPLETE" : "");
				return;
			}
		}
	}
}

static const struct {
	enum masq_family family;
	uint8_t type;
	uint8_t last_code;
} errors[] = {
	{ MASQ_IPV4, 3, 15 }, { MASQ_IPV4, 11, 1 }, { MASQ_IPV4, 12, 2 },
	{ MASQ_IPV6, 1, 7 },  { MASQ_IPV6, 2, 0 },  { MASQ_IPV6, 3, 1 },
	{ MASQ_IPV6, 4, 10 },
};

static inline bool is_error_type(enum masq_family family, int type)
{
	for (size_t i = 0; i < LENGTH(errors); i++)
		if (errors[i].family == family && errors[i].type == type)
			return true;
	return false;
}

#endif /* SELFTESTS_ERROR_H */
