// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP errors: whose flow they are of, and what becomes of them.
 *
 * What must come out is built from scratch, checksums and all, and compared
 * byte for byte.  Every test goes through all the packets in both families,
 * both ways of rewriting, and with CHECKSUM_COMPLETE where the kernel can.
 */
#include <bpf/bpf.h>

#include "fixture.h"
#include "test.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND_NS 1000000000LL

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
	TYPES = 256,
	TRAILER = 6, /* bytes of no packet at a frame's end */
	UNUSED_PORT = 1,
};

static const struct ends {
	const char *pod;
	const char *other_pod;
	const char *island;
	const char *node;
	const char *remote;
	const char *router; /* outside */
	const char *hop; /* between the node and the pod, no pod itself */
	const char *stranger; /* outside, of none of the pods' flows */
} family_ends[MASQ_FAMILY_COUNT] = {
	{ POD4, OTHER_POD4, ISLAND4, NODE4, REMOTE4, "192.0.2.1", "192.0.2.200",
	  "203.0.113.99" },
	{ POD6, OTHER_POD6, ISLAND6, NODE6, REMOTE6, "2001:db8:77::1",
	  "2001:db8:88::1", "2001:db8:2::99" },
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

static enum masq_family family_of(const char *addr)
{
	return strchr(addr, ':') ? MASQ_IPV6 : MASQ_IPV4;
}

static bool is_icmp(uint8_t proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

static bool is_echo(const struct packet_spec *spec)
{
	return is_icmp(spec->proto) && spec->icmp_type != TIMESTAMP;
}

/* May their port or identifier change? */
static bool has_port(uint8_t proto)
{
	return proto != GRE && proto != IPPROTO_SCTP;
}

/* The packet in this family. Return: false if there is no such. */
static bool spec_in(enum masq_family family, struct packet_spec *spec)
{
	spec->src = family_ends[family].pod;
	spec->dst = family_ends[family].remote;
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
	const struct ends *ends;
	enum masq_family family;
	const char *address; /* its local end, as the wire shows it */
	struct packet_spec spec; /* of the packet that opened it */
	struct passage out;
	struct passage in; /* the answer, that nobody has sent */
};

/* Send this packet out: it is translated. */
static void flow_open(const struct fixture *fixture,
		      const struct packet_spec *spec, struct flow *ret)
{
	ret->family = family_of(spec->src);
	ret->ends = &family_ends[ret->family];
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

static struct side side_of(const char *src, const char *dst,
			   const struct frame *quote)
{
	return (struct side){ .src = src, .dst = dst, .quote = quote };
}

static void journeys_of(const struct flow *flow, struct journey ret[JOURNEYS])
{
	const struct ends *ends = flow->ends;
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

static struct packet_spec error_spec(const struct side *side)
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

static void error_build(struct frame *frame, const struct side *side)
{
	struct packet_spec spec = error_spec(side);

	frame_build(frame, &spec);
}

/* Says where they differ. */
static bool frame_equal(const struct frame *got, const struct frame *expected)
{
	if (got->length != expected->length) {
		printf("# got %zu bytes, expected %zu\n", got->length,
		       expected->length);
		return false;
	}
	for (size_t i = 0; i < got->length; i++) {
		if (got->bytes[i] == expected->bytes[i])
			continue;
		printf("# byte %zu of %zu is %02x, expected %02x\n", i,
		       got->length, got->bytes[i], expected->bytes[i]);
		return false;
	}
	return true;
}

/*
 * Send it, and look at what comes out: a translated packet is the expected one,
 * and what passes has not changed.
 */
static void becomes(const struct fixture *fixture,
		    enum masq_direction direction, const struct frame *frame,
		    enum masq_verdict verdict, const struct frame *expected)
{
	struct frame got;

	CHECK_EQUAL(fixture_run(fixture, direction, frame, &got), verdict);
	if (verdict < MASQ_DROP_FIRST)
		CHECK(frame_equal(&got, verdict == MASQ_TRANSLATED ? expected :
								     frame));
}

/* The error of this journey, with or without its flow. */
static void error_becomes(const struct fixture *fixture,
			  const struct journey *journey,
			  enum masq_verdict verdict)
{
	struct frame frame, expected;

	error_build(&frame, &journey->from);
	error_build(&expected, &journey->to);
	becomes(fixture, journey->direction, &frame, verdict, &expected);
}

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

static void with_flow(const struct fixture *fixture, const struct plan *plan,
		      const struct flow *flow)
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

static void with_packet(const struct fixture *fixture, const struct plan *plan,
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

static void with_fixture(const struct fixture *fixture, const struct plan *plan)
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

/* Kept from test to test: to load the programs takes a second. */
static struct fixture *fixture_of(enum fixture_rewrite rewrite)
{
	static struct fixture fixtures[FIXTURE_REWRITES];
	const struct fixture_options options = { .rewrite = rewrite };

	if (!fixtures[rewrite].skel)
		fixture_open(&fixtures[rewrite], &options);
	return &fixtures[rewrite];
}

static void in_every_way(const struct plan *plan)
{
	for (int rewrite = 0; rewrite < FIXTURE_REWRITES; rewrite++) {
		struct fixture *fixture;

		if (!fixture_can(rewrite))
			continue;
		fixture = fixture_of(rewrite);
		for (int i = 0; i <= fixture_can_complete(fixture); i++) {
			fixture->is_complete = i;
			with_fixture(fixture, plan);
			if (test_failed) {
				printf("# by %s%s\n",
				       rewrite == FIXTURE_DIRECT ?
					       "direct writes" :
					       "helpers",
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

static bool is_error_type(enum masq_family family, int type)
{
	for (size_t i = 0; i < LENGTH(errors); i++)
		if (errors[i].family == family && errors[i].type == type)
			return true;
	return false;
}

static bool is_query_type(enum masq_family family, int type)
{
	if (family == MASQ_IPV4)
		return type == ECHO4 || type == ECHO4_REPLY ||
		       type == TIMESTAMP || type == TIMESTAMP + 1;
	return type == ECHO6 || type == ECHO6 + 1;
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

/* The quotation cut to every length. */
static void cuts_are_translated(const struct fixture *fixture,
				const struct journey *journey)
{
	size_t whole = journey->from.quote->length - FRAME_L3;

	for (size_t quoted = 0; quoted <= whole; quoted++) {
		struct frame frame, expected;

		cut_build_both(journey, quoted, &frame, &expected);
		becomes(fixture, journey->direction, &frame,
			quoted >= needed(journey->from.quote) ?
				MASQ_TRANSLATED :
				journey->refused,
			&expected);
		if (test_failed) {
			printf("# %zu bytes of %zu are quoted\n", quoted,
			       whole);
			return;
		}
	}
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
	const struct frame *quote = journey->from.quote;
	size_t whole = quote->length - FRAME_L3;

	for (size_t quoted = 0; quoted <= whole; quoted++) {
		struct frame frame, expected;

		cut_build_both(journey, quoted, &frame, &expected);
		frame_trail(&frame, quote, quoted);
		frame_trail(&expected, quote, quoted);
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

static int record_count(const struct masq_tuple *external,
			const struct masq_flow *flow, void *context)
{
	(void)external;
	(void)flow;
	++*(size_t *)context;
	return 0;
}

/* All that there are, the expired too: no sweep runs here. */
static size_t records(const struct fixture *fixture)
{
	size_t count = 0;

	(void)maps_each_flow(&fixture->maps, record_count, &count);
	return count;
}

/* How a packet may differ from one that is of a flow. */
enum stranger {
	OTHER_SOURCE_PORT,
	OTHER_DESTINATION_PORT,
	OTHER_REMOTE,
	OTHER_LOCAL,
	OTHER_PROTOCOL,
	STRANGERS,
};

static const char *const stranger_names[STRANGERS] = {
	"source port",	 "destination port", "remote",
	"local address", "protocol",
};

/* Return: false if such packets do not have that. */
static bool stranger_build(enum stranger stranger,
			   const struct journey *journey, struct frame *ret)
{
	bool is_out = journey->direction == MASQ_INGRESS;
	struct packet_spec spec = journey->flow->spec;
	struct frame_view view;

	frame_view(journey->from.quote, &view);
	if (is_icmp(view.proto) && stranger == OTHER_DESTINATION_PORT)
		return false;
	if (view.proto == GRE && stranger <= OTHER_DESTINATION_PORT)
		return false;
	spec.src = view.src;
	spec.dst = view.dst;
	spec.src_port = stranger == OTHER_SOURCE_PORT ? UNUSED_PORT :
							view.src_port;
	spec.dst_port = stranger == OTHER_DESTINATION_PORT ? UNUSED_PORT :
							     view.dst_port;
	if (stranger == OTHER_REMOTE)
		*(is_out ? &spec.dst : &spec.src) =
			journey->flow->ends->stranger;
	if (stranger == OTHER_LOCAL)
		*(is_out ? &spec.src : &spec.dst) = journey->flow->ends->hop;
	if (stranger == OTHER_PROTOCOL)
		spec.proto = ESP;
	frame_build(ret, &spec);
	return true;
}

static void strangers_are_refused(const struct fixture *fixture,
				  const struct journey *journey)
{
	size_t count = records(fixture);

	for (int stranger = 0; stranger < STRANGERS; stranger++) {
		struct journey strange = *journey;
		struct frame_view view;
		struct frame quote;

		if (!stranger_build(stranger, journey, &quote))
			continue;
		frame_view(&quote, &view);
		strange.from.dst = view.src; /* as it ought to be */
		strange.from.quote = &quote;
		error_becomes(fixture, &strange, journey->refused);
		if (test_failed) {
			printf("# but for the %s\n", stranger_names[stranger]);
			return;
		}
	}
	CHECK_EQUAL(records(fixture), count);
}

static void errors_of_no_flow_are_refused(void)
{
	in_every_way(&(struct plan){ .journey = strangers_are_refused,
				     .payload = 16 });
}

/* From whom to whom, when what it quotes went the other way. */
static const struct {
	enum masq_direction direction;
	const char *src[MASQ_FAMILY_COUNT];
	const char *dst[MASQ_FAMILY_COUNT];
	enum masq_verdict verdict;
} bystanders[] = {
	{ MASQ_EGRESS, { POD4, POD6 }, { ISLAND4, ISLAND6 }, MASQ_PASS_ISLAND },
	{ MASQ_INGRESS,
	  { ISLAND4, ISLAND6 },
	  { POD4, POD6 },
	  MASQ_PASS_NO_FLOW },
	{ MASQ_INGRESS,
	  { ISLAND4, ISLAND6 },
	  { NODE4, NODE6 },
	  MASQ_PASS_NO_FLOW },
	{ MASQ_INGRESS,
	  { REMOTE4, REMOTE6 },
	  { OTHER_POD4, OTHER_POD6 },
	  MASQ_PASS_NO_FLOW },
	{ MASQ_EGRESS,
	  { NODE4, NODE6 },
	  { REMOTE4, REMOTE6 },
	  MASQ_PASS_NOT_POD },
	{ MASQ_EGRESS,
	  { NODE4, NODE6 },
	  { ISLAND4, ISLAND6 },
	  MASQ_PASS_NOT_POD },
};

/* With ports that are of no flow. */
static void bystanders_pass(const struct fixture *fixture,
			    const struct packet_spec *spec)
{
	enum masq_family family = family_of(spec->src);

	for (size_t i = 0; i < LENGTH(bystanders); i++) {
		struct packet_spec quoted = *spec;
		struct frame frame, quote;
		struct side side = {
			.src = bystanders[i].src[family],
			.dst = bystanders[i].dst[family],
			.quote = &quote,
		};

		quoted.src = side.dst;
		quoted.dst = side.src;
		quoted.src_port = UNUSED_PORT;
		if (quoted.proto == GRE)
			quoted.proto = ESP;
		frame_build(&quote, &quoted);
		error_build(&frame, &side);
		becomes(fixture, bystanders[i].direction, &frame,
			bystanders[i].verdict, NULL);
		if (test_failed) {
			printf("# from %s to %s\n", side.src, side.dst);
			return;
		}
	}
}

static void errors_of_the_host_and_the_island_pass(void)
{
	in_every_way(
		&(struct plan){ .packet = bystanders_pass, .payload = 16 });
}

/* To somebody else than the sender of what it quotes. */
static void misled_is_refused(const struct fixture *fixture,
			      const struct journey *journey, const char *to)
{
	struct journey misled = *journey;

	misled.from.dst = to;
	error_becomes(fixture, &misled, journey->refused);
	if (test_failed)
		printf("# to %s\n", to);
}

static void misled_in_is_refused(const struct fixture *fixture,
				 const struct journey *journey)
{
	const struct ends *ends = journey->flow->ends;
	const char *others[] = { ends->stranger, ends->other_pod, ends->pod };

	if (journey->direction == MASQ_EGRESS)
		return;
	for (size_t i = 0; i < LENGTH(others); i++) {
		misled_is_refused(fixture, journey, others[i]);
		if (test_failed)
			return;
	}
}

static void misled_out_is_refused(const struct fixture *fixture,
				  const struct journey *journey)
{
	if (journey->direction == MASQ_EGRESS)
		misled_is_refused(fixture, journey,
				  journey->flow->ends->stranger);
}

static void an_error_in_goes_to_the_sender_of_what_it_quotes(void)
{
	in_every_way(&(struct plan){ .journey = misled_in_is_refused });
}

static void an_error_out_goes_to_the_sender_of_what_it_quotes(void)
{
	in_every_way(&(struct plan){ .journey = misled_out_is_refused });
}

/* Its identifier is a flow's: the type alone says that it is none of it. */
static void quoted_types_are_refused(const struct fixture *fixture,
				     const struct journey *journey)
{
	struct frame_view view;

	if (!is_echo(&journey->flow->spec))
		return;
	CHECK(frame_view(journey->from.quote, &view));
	for (int type = 0; type < TYPES; type++) {
		struct journey about = *journey;
		struct frame quote = *journey->from.quote;

		if (is_query_type(journey->flow->family, type))
			continue;
		quote.bytes[view.l4] = type;
		about.from.quote = &quote;
		error_becomes(fixture, &about, journey->refused);
		if (test_failed) {
			printf("# about type %d\n", type);
			return;
		}
	}
}

static void errors_about_errors_are_refused(void)
{
	in_every_way(&(struct plan){ .journey = quoted_types_are_refused,
				     .payload = 24 });
}

/* A query's type becomes its answer's, and the other way round. */
static uint8_t turned(uint8_t type)
{
	switch (type) {
	case ECHO4:
		return ECHO4_REPLY;
	case ECHO4_REPLY:
		return ECHO4;
	case TIMESTAMP:
	case ECHO6:
		return type + 1;
	default:
		return type - 1;
	}
}

/*
 * Only the pod asks in its flow: an answer that has left with the same
 * identifier was the node's own, and a query that has come was for the node.
 */
static void turned_are_refused(const struct fixture *fixture,
			       const struct journey *journey)
{
	struct journey about = *journey;
	struct frame quote = *journey->from.quote;
	struct frame_view view;

	if (!is_icmp(journey->flow->spec.proto))
		return;
	CHECK(frame_view(&quote, &view));
	quote.bytes[view.l4] = turned(quote.bytes[view.l4]);
	about.from.quote = &quote;
	error_becomes(fixture, &about, journey->refused);
}

static void errors_about_turned_queries_are_refused(void)
{
	in_every_way(
		&(struct plan){ .journey = turned_are_refused, .payload = 24 });
}

/* RFC 5508 REQ-3: one bit of it is not what it was. */
static void broken_are_refused(const struct fixture *fixture,
			       const struct journey *journey)
{
	struct frame frame;
	struct frame_view view;

	error_build(&frame, &journey->from);
	CHECK(frame_view(&frame, &view));
	for (size_t at = view.l4 + 1; at < frame.length; at++) {
		struct frame broken = frame;

		broken.bytes[at] ^= 4;
		becomes(fixture, journey->direction, &broken,
			journey->refused == MASQ_DROP_STRAY ?
				MASQ_DROP_MALFORMED :
				journey->refused,
			NULL);
		if (test_failed) {
			printf("# byte %zu of %zu is broken\n", at,
			       frame.length);
			return;
		}
	}
}

static void broken_errors_are_refused(void)
{
	in_every_way(
		&(struct plan){ .journey = broken_are_refused, .payload = 8 });
}

/* They look like errors about a flow, and like queries of it. */
static void types_are_refused(const struct fixture *fixture,
			      const struct journey *journey)
{
	struct packet_spec spec = error_spec(&journey->from);
	struct frame_view view;
	struct frame frame;

	if (!is_echo(&journey->flow->spec))
		return;
	CHECK(frame_view(journey->from.quote, &view));
	spec.icmp_rest = view.src_port << 16;
	for (int type = 0; type < TYPES; type++) {
		if (is_query_type(journey->flow->family, type) ||
		    is_error_type(journey->flow->family, type))
			continue;
		spec.icmp_type = type;
		frame_build(&frame, &spec);
		becomes(fixture, journey->direction, &frame,
			journey->refused == MASQ_DROP_STRAY ? MASQ_DROP_ICMP :
							      journey->refused,
			NULL);
		if (test_failed) {
			printf("# of type %d\n", type);
			return;
		}
	}
}

static void other_types_are_never_translated(void)
{
	in_every_way(&(struct plan){ .journey = types_are_refused });
}

/* The outside knows this pod's address, and no other one's. */
static enum masq_verdict inbound_verdict(const struct journey *journey)
{
	const struct ends *ends = journey->flow->ends;

	return strcmp(journey->from.src, ends->other_pod) ? MASQ_PASS_INBOUND :
							    journey->refused;
}

/* The outside opens a flow to the pod's own address: errors about it. */
static void errors_about_inbound_pass(const struct fixture *fixture,
				      const struct packet_spec *spec)
{
	struct journey journeys[JOURNEYS];
	struct packet_spec request = *spec;
	struct flow flow = {
		.family = family_of(spec->src),
		.ends = &family_ends[family_of(spec->src)],
		.address = spec->src,
		.spec = *spec,
	};

	flow.spec.dst = request.src = flow.ends->stranger;
	request.dst = spec->src;
	frame_build(&flow.in.outside, &request);
	becomes(fixture, MASQ_INGRESS, &flow.in.outside, MASQ_PASS_INBOUND,
		NULL);
	if (test_failed)
		return;
	flow.in.inside = flow.in.outside;
	frame_answer(&request, &flow.in.outside, SYN | ACK, &flow.out.outside);
	flow.out.inside = flow.out.outside;
	journeys_of(&flow, journeys);
	for (int i = 0; i < JOURNEYS; i++) {
		error_becomes(fixture, &journeys[i],
			      inbound_verdict(&journeys[i]));
		if (test_failed) {
			printf("# with an error %s\n", journeys[i].name);
			return;
		}
	}
}

static void errors_about_inbound_flows_pass(void)
{
	in_every_way(&(struct plan){ .packet = errors_about_inbound_pass,
				     .payload = 40 });
}

/* The host sends what a pod's flow looks like on the wire: it is moved. */
static void errors_about_moved_are_translated(const struct fixture *fixture,
					      const struct packet_spec *spec)
{
	struct journey journeys[JOURNEYS];
	struct packet_spec pods = *spec, hosts;
	struct flow flow;

	if (!has_port(spec->proto))
		return;
	pods.dst = family_ends[family_of(spec->src)].router;
	pods.src_port = 20100 + spec->src_port % 100; /* is kept */
	flow_open(fixture, &pods, &flow);
	if (test_failed)
		return;
	hosts = pods;
	hosts.src = flow.ends->node;
	flow_open(fixture, &hosts, &flow);
	if (test_failed)
		return;
	journeys_of(&flow, journeys);
	for (int i = 0; i < JOURNEYS; i++) {
		error_becomes(fixture, &journeys[i], MASQ_TRANSLATED);
		if (test_failed) {
			printf("# with an error %s\n", journeys[i].name);
			return;
		}
	}
}

static void errors_about_a_moved_flow_find_the_host(void)
{
	in_every_way(&(struct plan){
		.packet = errors_about_moved_are_translated, .payload = 24 });
}

/* Without a port to move, the flow that a pod has had is the host's. */
static void errors_about_lost_are_refused(const struct fixture *fixture,
					  const struct packet_spec *spec)
{
	struct journey journeys[JOURNEYS];
	struct packet_spec pods = *spec, hosts;
	struct masq_tuple key;
	struct masq_flow record;
	struct flow flow = {
		.family = family_of(spec->src),
		.ends = &family_ends[family_of(spec->src)],
	};

	if (has_port(spec->proto))
		return;
	pods.dst = flow.ends->router;
	frame_build(&flow.out.inside, &pods);
	(void)fixture_send(fixture, MASQ_EGRESS, &flow.out.inside, NULL);
	hosts = pods;
	flow.spec = hosts;
	flow.address = flow.spec.src = hosts.src = flow.ends->node;
	frame_build(&flow.out.inside, &hosts);
	becomes(fixture, MASQ_EGRESS, &flow.out.inside, MASQ_PASS_NOT_POD,
		NULL);
	CHECK(fixture_flow(fixture, &flow.out.inside, &key, &record));
	CHECK_EQUAL(record.kind, MASQ_KIND_HOST);
	flow.out.outside = flow.out.inside;
	frame_answer(&hosts, &flow.out.inside, 0, &flow.in.inside);
	flow.in.outside = flow.in.inside;
	journeys_of(&flow, journeys);
	for (int i = 0; i < JOURNEYS; i++) {
		error_becomes(fixture, &journeys[i], journeys[i].refused);
		if (test_failed)
			return;
	}
}

static void errors_about_a_lost_flow_are_the_hosts(void)
{
	in_every_way(&(struct plan){ .packet = errors_about_lost_are_refused,
				     .payload = 24 });
}

/* Whatever a flow's record says, and its entry in the index. */
struct record {
	struct masq_tuple key;
	struct masq_flow flow;
	struct masq_external index;
};

static void record_read(const struct fixture *fixture, const struct flow *flow,
			struct record *ret)
{
	struct masq_tuple internal;

	CHECK(fixture_flow(fixture, &flow->out.outside, &ret->key, &ret->flow));
	internal = ret->key;
	internal.local = ret->flow.local;
	internal.local_port = ret->flow.local_port;
	CHECK(!bpf_map_lookup_elem(fixture->maps.fd[MAP_INDEX], &internal,
				   &ret->index));
}

/* The record's bytes are the same before and after. */
static void record_stays(const struct fixture *fixture,
			 const struct journey *journey,
			 enum masq_verdict verdict)
{
	size_t count = records(fixture);
	struct record before, after;

	record_read(fixture, journey->flow, &before);
	if (test_failed)
		return;
	error_becomes(fixture, journey, verdict);
	if (test_failed)
		return;
	record_read(fixture, journey->flow, &after);
	if (test_failed)
		return;
	CHECK_EQUAL(after.flow.state, before.flow.state);
	CHECK_EQUAL(after.flow.expires_ns, before.flow.expires_ns);
	CHECK(!memcmp(&after.flow, &before.flow, sizeof(after.flow)));
	CHECK(!memcmp(&after.index, &before.index, sizeof(after.index)));
	CHECK_EQUAL(records(fixture), count);
}

/* Make it end soon, so that whatever prolongs it is seen. */
static void record_set(const struct fixture *fixture, const struct flow *flow,
		       enum masq_state state, __s64 left_ns)
{
	bool is_closed = state == MASQ_STATE_CLOSING ||
			 state == MASQ_STATE_RESET;
	struct record record;

	record_read(fixture, flow, &record);
	if (test_failed)
		return;
	record.flow.state = state;
	record.flow.expires_ns = fixture_now_ns() + left_ns;
	record.flow.closed_s = is_closed ? fixture_now_ns() / SECOND_NS : 0;
	fixture_set_flow(fixture, &record.key, &record.flow);
	fixture_forget_refresh(fixture, &record.key, &record.flow);
}

static void states_stay(const struct fixture *fixture,
			const struct journey *journey)
{
	bool is_tcp = journey->flow->spec.proto == IPPROTO_TCP;

	for (int state = 0; state < MASQ_STATE_COUNT; state++) {
		if (!is_tcp && state > MASQ_STATE_ESTABLISHED)
			break;
		record_set(fixture, journey->flow, state, 5 * SECOND_NS);
		if (test_failed)
			return;
		record_stays(fixture, journey, MASQ_TRANSLATED);
		if (test_failed) {
			printf("# in state %d\n", state);
			return;
		}
	}
}

static void errors_leave_their_flow_as_it_is(void)
{
	in_every_way(&(struct plan){ .journey = states_stay });
}

static void expired_stays(const struct fixture *fixture,
			  const struct journey *journey)
{
	record_set(fixture, journey->flow, MASQ_STATE_ESTABLISHED, -SECOND_NS);
	if (test_failed)
		return;
	record_stays(fixture, journey, journey->refused);
}

static void errors_do_not_revive_an_expired_flow(void)
{
	in_every_way(&(struct plan){ .journey = expired_stays });
}

/* As `bpfmasq flush` does it. */
static void closed_is_refused(const struct fixture *fixture,
			      const struct journey *journey)
{
	struct flow flow;
	struct masq_tuple key;
	struct masq_flow record;

	flow_open(fixture, &journey->flow->spec, &flow);
	if (test_failed)
		return;
	CHECK(fixture_flow(fixture, &flow.out.outside, &key, &record));
	CHECK(fixture_close_flow(fixture, &key, &record));
	error_becomes(fixture, journey, journey->refused);
}

static void errors_about_a_closed_flow_are_refused(void)
{
	in_every_way(&(struct plan){ .journey = closed_is_refused });
}

static bool is_pods(const struct journey *journey)
{
	return journey->direction == MASQ_INGRESS ||
	       journey->refused == MASQ_DROP_STRAY;
}

static void isolated_are_dropped(const struct fixture *fixture,
				 const struct journey *journey)
{
	fixture_set_mode(fixture, MASQ_MODE_ISOLATED);
	if (is_pods(journey))
		error_becomes(fixture, journey, MASQ_DROP_ISOLATED);
	fixture_set_mode(fixture, MASQ_MODE_ISLAND);
}

static void isolated_pods_neither_send_nor_get_errors(void)
{
	in_every_way(&(struct plan){ .journey = isolated_are_dropped });
}

/* Of no flow: there are none in mode flat. */
static void flat_pass(const struct fixture *fixture,
		      const struct packet_spec *spec)
{
	struct frame request, answer;
	const struct side out = { spec->src, spec->dst, &answer },
			  in = { spec->dst, spec->src, &request };
	struct packet_spec quoted = *spec;
	struct frame frame;

	quoted.src_port = UNUSED_PORT;
	if (quoted.proto == GRE)
		quoted.proto = ESP;
	frame_build(&request, &quoted);
	frame_answer(&quoted, &request, 0, &answer);
	fixture_set_mode(fixture, MASQ_MODE_FLAT);
	error_build(&frame, &out);
	becomes(fixture, MASQ_EGRESS, &frame, MASQ_PASS_FLAT, NULL);
	error_build(&frame, &in);
	becomes(fixture, MASQ_INGRESS, &frame, MASQ_PASS_FLAT, NULL);
	fixture_set_mode(fixture, MASQ_MODE_ISLAND);
}

static void flat_pods_send_and_get_errors(void)
{
	in_every_way(&(struct plan){ .packet = flat_pass });
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
	{ "errors of no flow are the host's, or dropped if a pod sends them",
	  errors_of_no_flow_are_refused },
	{ "errors of the host and within the island pass",
	  errors_of_the_host_and_the_island_pass },
	{ "an error from outside goes to the sender of what it quotes",
	  an_error_in_goes_to_the_sender_of_what_it_quotes },
	{ "an error to the outside goes to the sender of what it quotes",
	  an_error_out_goes_to_the_sender_of_what_it_quotes },
	{ "errors about errors, or about unknown ICMP, are of no flow",
	  errors_about_errors_are_refused },
	{ "errors about a query or an answer of somebody else are of no flow",
	  errors_about_turned_queries_are_refused },
	{ "errors with a wrong checksum are not translated",
	  broken_errors_are_refused },
	{ "ICMP of other types is never translated",
	  other_types_are_never_translated },
	{ "errors about flows that the outside opened pass",
	  errors_about_inbound_flows_pass },
	{ "errors about a flow of the host that was moved find the host",
	  errors_about_a_moved_flow_find_the_host },
	{ "errors about a flow that was lost to the host are the host's",
	  errors_about_a_lost_flow_are_the_hosts },
	{ "errors leave their flow's record as it is",
	  errors_leave_their_flow_as_it_is },
	{ "errors do not revive an expired flow",
	  errors_do_not_revive_an_expired_flow },
	{ "errors about a closed flow are of no flow",
	  errors_about_a_closed_flow_are_refused },
	{ "isolated pods neither send nor get errors",
	  isolated_pods_neither_send_nor_get_errors },
	{ "in mode flat pods send and get errors",
	  flat_pods_send_and_get_errors },
};

TEST_MAIN(cases)
