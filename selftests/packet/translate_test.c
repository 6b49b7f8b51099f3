// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet out and its answer back: what is rewritten, and nothing else.
 * Both families and both ways of rewriting go through the same tables.
 */
#include "fixture.h"
#include "test.h"

/* Sent by a pod; the answers are made from what comes out. */
static const struct {
	const char *name;
	struct packet_spec spec;
} packets[] = {
	{ "tcp",
	  { .proto = IPPROTO_TCP,
	    .src = POD4,
	    .dst = REMOTE4,
	    .src_port = 40000,
	    .dst_port = 443,
	    .tcp_flags = SYN } },
	{ "tcp6",
	  { .proto = IPPROTO_TCP,
	    .src = POD6,
	    .dst = REMOTE6,
	    .src_port = 40000,
	    .dst_port = 443,
	    .tcp_flags = SYN } },
	{ "tcp, own port",
	  { .proto = IPPROTO_TCP,
	    .src = POD4,
	    .dst = REMOTE4,
	    .src_port = 20500,
	    .dst_port = 443,
	    .tcp_flags = SYN } },
	{ "tcp, payload",
	  { .proto = IPPROTO_TCP,
	    .src = POD4,
	    .dst = REMOTE4,
	    .src_port = 40001,
	    .dst_port = 443,
	    .tcp_flags = SYN,
	    .payload = 999 } },
	{ "tcp, options",
	  { .proto = IPPROTO_TCP,
	    .src = POD4,
	    .dst = REMOTE4,
	    .src_port = 40002,
	    .dst_port = 443,
	    .tcp_flags = SYN,
	    .ip_options = 40 } },
	{ "udp",
	  { .proto = IPPROTO_UDP,
	    .src = POD4,
	    .dst = REMOTE4,
	    .src_port = 40000,
	    .dst_port = 53,
	    .payload = 33 } },
	{ "udp6",
	  { .proto = IPPROTO_UDP,
	    .src = POD6,
	    .dst = REMOTE6,
	    .src_port = 40000,
	    .dst_port = 53,
	    .payload = 33 } },
	{ "udp, no payload",
	  { .proto = IPPROTO_UDP,
	    .src = POD4,
	    .dst = REMOTE4,
	    .src_port = 40003,
	    .dst_port = 53 } },
	{ "udp, no checksum",
	  { .proto = IPPROTO_UDP,
	    .src = POD4,
	    .dst = REMOTE4,
	    .src_port = 40004,
	    .dst_port = 53,
	    .payload = 9,
	    .check = NO_CHECKSUM } },
	{ "udp, options",
	  { .proto = IPPROTO_UDP,
	    .src = POD4,
	    .dst = REMOTE4,
	    .src_port = 40005,
	    .dst_port = 53,
	    .ip_options = 4 } },
	{ "udp6, extensions",
	  { .proto = IPPROTO_UDP,
	    .src = POD6,
	    .dst = REMOTE6,
	    .src_port = 40006,
	    .dst_port = 53,
	    .extensions = { 0, 60, 43, 60 },
	    .extension_count = 4,
	    .payload = 5 } },
	{ "tcp6, extension",
	  { .proto = IPPROTO_TCP,
	    .src = POD6,
	    .dst = REMOTE6,
	    .src_port = 40007,
	    .dst_port = 53,
	    .extensions = { 60 },
	    .extension_count = 1,
	    .tcp_flags = SYN } },
	{ "icmp",
	  { .proto = IPPROTO_ICMP,
	    .src = POD4,
	    .dst = REMOTE4,
	    .src_port = 77,
	    .icmp_type = 8,
	    .payload = 56 } },
	{ "icmp6",
	  { .proto = IPPROTO_ICMPV6,
	    .src = POD6,
	    .dst = REMOTE6,
	    .src_port = 77,
	    .icmp_type = 128,
	    .payload = 56 } },
	{ "icmp6, extension",
	  { .proto = IPPROTO_ICMPV6,
	    .src = POD6,
	    .dst = REMOTE6,
	    .src_port = 78,
	    .icmp_type = 128,
	    .extensions = { 0 },
	    .extension_count = 1 } },
};

static const char *node_of(int af)
{
	return af == AF_INET ? NODE4 : NODE6;
}

/* Are the frames the same but for what NAT may change? */
static bool same_but_nat(const struct frame *a, const struct frame *b)
{
	struct frame x = *a, y = *b;
	struct frame_view view;

	if (!frame_view(a, &view) || a->length != b->length)
		return false;
	for (int side = 0; side < 2; side++) {
		struct frame *frame = side ? &y : &x;
		size_t check = view.proto == IPPROTO_TCP ? 16 :
			       view.proto == IPPROTO_UDP ? 6 :
							   2;

		memset(frame->bytes + FRAME_L3 + (view.af == AF_INET ? 12 : 8),
		       0, view.af == AF_INET ? 8 : 32);
		if (view.af == AF_INET)
			memset(frame->bytes + FRAME_L3 + 10, 0, 2);
		memset(frame->bytes + view.l4 + check, 0, 2);
		memset(frame->bytes + view.l4 +
			       (view.proto == IPPROTO_ICMP ||
						view.proto == IPPROTO_ICMPV6 ?
					4 :
					0),
		       0,
		       view.proto == IPPROTO_TCP || view.proto == IPPROTO_UDP ?
			       4 :
			       2);
	}
	return memcmp(x.bytes, y.bytes, x.length) == 0;
}

static void out_and_back(const struct fixture *fixture,
			 const struct packet_spec *spec)
{
	struct frame sent, out, answer, back;
	struct frame_view before, after;

	frame_build(&sent, spec);
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &sent, &out),
		    MASQ_TRANSLATED);
	CHECK(frame_view(&sent, &before) && frame_view(&out, &after));
	CHECK(frame_checks(&out));
	CHECK(same_but_nat(&sent, &out));
	CHECK_STRING(after.src, node_of(after.af));
	CHECK_STRING(after.dst, spec->dst);
	CHECK_EQUAL(after.dst_port, before.dst_port);
	CHECK(after.src_port >= 20000 && after.src_port <= 20999);
	CHECK_EQUAL(after.check == 0, before.check == 0);

	frame_answer(spec, &out, SYN | ACK, &answer);
	CHECK_EQUAL(fixture_run(fixture, MASQ_INGRESS, &answer, &back),
		    MASQ_TRANSLATED);
	CHECK(frame_view(&back, &after));
	CHECK(frame_checks(&back));
	CHECK(same_but_nat(&answer, &back));
	CHECK_STRING(after.dst, spec->src);
	CHECK_STRING(after.src, spec->dst);
	CHECK_EQUAL(before.proto == IPPROTO_TCP || before.proto == IPPROTO_UDP ?
			    after.dst_port :
			    after.src_port,
		    spec->src_port);
}

static void every_packet_in(enum fixture_rewrite rewrite)
{
	struct fixture_options options = { .rewrite = rewrite };
	struct fixture fixture;

	fixture_open(&fixture, &options);
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		out_and_back(&fixture, &packets[i].spec);
		if (test_failed) {
			printf("# with packet \"%s\"\n", packets[i].name);
			break;
		}
	}
	fixture_close(&fixture);
}

static void helpers_rewrite_and_return(void)
{
	every_packet_in(FIXTURE_HELPERS);
}

static void direct_writes_rewrite_and_return(void)
{
	if (!fixture_can(FIXTURE_DIRECT))
		SKIP("this kernel does not tell skb->ip_summed (before 6.2)");
	every_packet_in(FIXTURE_DIRECT);
}

/* RFC 768: a sum of zero is sent as 0xffff, for zero means none. */
static void zero_checksum_in(enum fixture_rewrite rewrite, const char *src,
			     const char *dst)
{
	const struct packet_spec spec = {
		.proto = IPPROTO_UDP,
		.src = src,
		.dst = dst,
		.src_port = 20100,
		.dst_port = 9,
		.payload = 4,
	};
	struct fixture_options options = { .rewrite = rewrite };
	struct frame sent, out;
	struct frame_view view;
	struct fixture fixture;
	unsigned int forced = 0;

	fixture_open(&fixture, &options);
	frame_build(&sent, &spec);
	/* every checksum that it can have before, so the one too that comes out
	 * as zero */
	for (unsigned int check = 1; check <= 0xffff && !test_failed; check++) {
		frame_force_check(&sent, check);
		(void)fixture_send(&fixture, MASQ_EGRESS, &sent, &out);
		frame_view(&out, &view);
		forced += view.check == 0xffff;
		if (!view.check || !frame_checks(&out))
			test_failed = true;
	}
	fixture_close(&fixture);
	CHECK(!test_failed);
	CHECK_EQUAL(forced, 1);
}

static void udp_checksum_zero_is_never_made(void)
{
	for (int rewrite = 0; rewrite < FIXTURE_REWRITES; rewrite++) {
		if (!fixture_can(rewrite))
			continue;
		zero_checksum_in(rewrite, POD4, REMOTE4);
		if (!test_failed)
			zero_checksum_in(rewrite, POD6, REMOTE6);
	}
}

static const struct test_case cases[] = {
	{ "helpers rewrite a packet and its answer, and nothing else",
	  helpers_rewrite_and_return },
	{ "direct writes rewrite a packet and its answer, and nothing else",
	  direct_writes_rewrite_and_return },
	{ "a UDP checksum of zero is never made",
	  udp_checksum_zero_is_never_made },
};

TEST_MAIN(cases)
