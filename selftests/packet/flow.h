/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pod's flow, and that it goes on: what the tests of modes and of exclusions
 * share.
 */
#ifndef SELFTESTS_FLOW_H
#define SELFTESTS_FLOW_H

#include "mode.h"

/* A pod's flow, as the pod and as the wire see it, and its answers. */
struct flow {
	struct packet_spec inner;
	struct packet_spec outer;
	struct packet_spec inner_answer;
	struct packet_spec outer_answer;
};

static inline struct flow flow_of(const char *local, const char *node,
				  const char *remote, uint16_t node_port)
{
	struct flow flow = { .inner = tcp_of(local, remote) };

	flow.outer = flow.inner;
	flow.outer.src = node;
	flow.outer.src_port = node_port;
	flow.inner_answer = answer_of(&flow.inner);
	flow.outer_answer = answer_of(&flow.outer);
	return flow;
}

static inline void open_flow(const struct fixture *fixture,
			     const struct family *f, struct flow *ret)
{
	*ret = flow_of(f->pod, f->node, f->remote, PORT);
	becomes(fixture, MASQ_EGRESS, &ret->inner, &ret->outer);
	if (!test_failed)
		becomes(fixture, MASQ_INGRESS, &ret->outer_answer,
			&ret->inner_answer);
}

static inline struct packet_spec error_about(const struct family *f,
					     const char *src, const char *dst,
					     const struct packet_spec *about,
					     struct frame *quote)
{
	frame_build(quote, about);
	return unreachable_of(f, src, dst, quote);
}

/* Out and back, and errors about both. */
static inline void goes_on(const struct fixture *fixture,
			   const struct family *f, const struct flow *flow)
{
	const char *local = flow->inner.src;
	struct packet_spec outer, inner;
	struct frame outer_quote, inner_quote;

	becomes(fixture, MASQ_EGRESS, &flow->inner, &flow->outer);
	CHECK(!test_failed);
	becomes(fixture, MASQ_INGRESS, &flow->outer_answer,
		&flow->inner_answer);
	CHECK(!test_failed);
	outer = error_about(f, f->remote, f->node, &flow->outer, &outer_quote);
	inner = error_about(f, f->remote, local, &flow->inner, &inner_quote);
	becomes(fixture, MASQ_INGRESS, &outer, &inner);
	CHECK(!test_failed);
	inner = error_about(f, local, f->remote, &flow->inner_answer,
			    &inner_quote);
	outer = error_about(f, f->node, f->remote, &flow->outer_answer,
			    &outer_quote);
	becomes(fixture, MASQ_EGRESS, &inner, &outer);
}

#endif /* SELFTESTS_FLOW_H */
