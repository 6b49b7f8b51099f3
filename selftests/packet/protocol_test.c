// SPDX-License-Identifier: GPL-2.0-only
/*
 * The protocols beside TCP, UDP and echo: what is translated of each, for whom,
 * and what is refused.  What comes out is compared with the packet that the
 * node would have sent itself, byte by byte.
 */
#include "family.h"
#include "test.h"

enum {
	GRE = 47,
	ESP = 50,
	/* IANA protocol numbers that forbid translation … */
	DCCP = 33,
	AH = 51,
	MOBILITY = 135,
	HIP = 139,
	SHIM6 = 140,
	/* … and that sum up the addresses in IPv6 alone */
	OSPF = 89,
	PIM = 103,
	VRRP = 112,
	/* RFC 9260 3.2 */
	SCTP_DATA = 0,
	SCTP_INIT = 1,
	SCTP_INIT_ACK = 2,
	SCTP_ABORT = 6,
	SCTP_SHUTDOWN_ACK = 8,
	SCTP_SHUTDOWN_COMPLETE = 14,
	SCTP_PORT = 40000, /* in no pool */
	UDPLITE_HEADER = 8,
	POOL_FIRST = 20000,
	POOL_LAST = 20999,
};

typedef void scenario(const struct fixture *fixture, const struct family *f);

static void play(scenario *run, enum fixture_rewrite rewrite)
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

static void play_by_each_rewrite(scenario *run)
{
	for (int rewrite = 0; rewrite < FIXTURE_REWRITES; rewrite++)
		if (fixture_can(rewrite) && !test_failed)
			play(run, rewrite);
}

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value & 0xff;
}

static uint32_t sum_bytes(uint32_t sum, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : bytes[i] << 8;
	return sum;
}

/* Source: RFC 9260 appendix A. */
static void sctp_sign(struct frame *frame)
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

/* Sum up only so much of the packet; 0: all. Source: RFC 3828 3.1. */
static void udplite_cover(struct frame *frame, uint16_t coverage)
{
	struct frame_view view;
	size_t length, addresses;
	uint8_t *l4, check[2];
	uint32_t sum;

	frame_view(frame, &view);
	l4 = frame->bytes + view.l4;
	length = frame->length - view.l4;
	addresses = view.af == AF_INET ? 8 : 32;
	put16(l4 + 4, coverage);
	put16(l4 + 6, 0);
	sum = sum_bytes(IPPROTO_UDPLITE + length,
			frame->bytes + FRAME_L3 + (view.af == AF_INET ? 12 : 8),
			addresses);
	sum = sum_bytes(sum, l4, coverage ? coverage : length);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put16(check, ~sum);
	memcpy(l4 + 6, check[0] || check[1] ? check : (uint8_t *)"\xff\xff", 2);
}

static void packet_build(struct frame *frame, const struct packet_spec *spec)
{
	frame_build(frame, spec);
	if (spec->proto == IPPROTO_SCTP)
		sctp_sign(frame);
}

static enum masq_verdict send_out(const struct fixture *fixture,
				  const struct packet_spec *spec)
{
	struct frame frame;

	packet_build(&frame, spec);
	return fixture_run(fixture, MASQ_EGRESS, &frame, NULL);
}

/* The packet passes under this verdict, and nothing in it changes. */
static void stays(const struct fixture *fixture, enum masq_direction direction,
		  const struct packet_spec *spec, enum masq_verdict verdict)
{
	struct frame frame, out;

	packet_build(&frame, spec);
	CHECK_EQUAL(fixture_run(fixture, direction, &frame, &out), verdict);
	CHECK(frame_equal(&out, &frame));
}

static struct packet_spec answer_of(const struct packet_spec *spec)
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
static void returns_to(const struct fixture *fixture,
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

static bool has_ports(const struct packet_spec *spec)
{
	return spec->proto == IPPROTO_UDPLITE || spec->icmp_type;
}

/* It leaves as if it were the node's own, and the answer finds its pod. */
static void leaves_and_returns(const struct fixture *fixture,
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

static struct packet_spec packet_of(uint8_t proto, const struct family *f)
{
	return (struct packet_spec){
		.proto = proto,
		.src = f->pod,
		.dst = f->remote,
		.payload = 24,
	};
}

static struct packet_spec sctp_of(uint8_t chunk, const struct family *f)
{
	struct packet_spec spec = packet_of(IPPROTO_SCTP, f);

	spec.src_port = SCTP_PORT;
	spec.dst_port = 5060;
	spec.sctp_chunk = chunk;
	return spec;
}

static void sctp_flow(const struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = sctp_of(SCTP_INIT, f);

	for (spec.payload = 0; spec.payload < 40 && !test_failed;
	     spec.payload++)
		leaves_and_returns(fixture, f, &spec);
}

static void sctp_changes_its_address_alone(void)
{
	play_by_each_rewrite(sctp_flow);
}

static void sctp_chunks(const struct fixture *fixture, const struct family *f)
{
	for (int chunk = 0; chunk <= 0xff; chunk++) {
		struct packet_spec spec = sctp_of(chunk, f);
		bool is_answer = chunk == SCTP_INIT_ACK ||
				 chunk == SCTP_ABORT ||
				 chunk == SCTP_SHUTDOWN_ACK ||
				 chunk == SCTP_SHUTDOWN_COMPLETE;
		size_t flows = fixture_flows(fixture);
		enum masq_verdict verdict;

		spec.src_port += chunk;
		verdict = send_out(fixture, &spec);
		if (verdict != (is_answer ? MASQ_DROP_STRAY : MASQ_TRANSLATED))
			printf("# with chunk type %d\n", chunk);
		CHECK_EQUAL(verdict,
			    is_answer ? MASQ_DROP_STRAY : MASQ_TRANSLATED);
		CHECK_EQUAL(fixture_flows(fixture), flows + !is_answer);
	}
}

static void sctp_answers_open_no_flow(void)
{
	play(sctp_chunks, FIXTURE_HELPERS);
}

static void sctp_chunks_of_a_flow(const struct fixture *fixture,
				  const struct family *f)
{
	struct packet_spec spec = sctp_of(SCTP_INIT, f);

	for (int chunk = 0; chunk <= 0xff && !test_failed; chunk++) {
		leaves_and_returns(fixture, f, &spec);
		spec.sctp_chunk = chunk;
	}
	CHECK_EQUAL(fixture_flows(fixture), f == families ? 1 : 2);
}

static void sctp_chunks_of_a_flow_all_pass(void)
{
	play(sctp_chunks_of_a_flow, FIXTURE_HELPERS);
}

/* Packets for which nothing but addresses tells flows apart, or a fixed port.
 */
static const struct {
	uint8_t proto;
	uint8_t chunk;
	uint16_t port;
} fixed[] = {
	{ GRE, 0, 0 },
	{ ESP, 0, 0 },
	{ IPPROTO_IPIP, 0, 0 },
	{ IPPROTO_IPV6, 0, 0 },
	{ 253, 0, 0 },
	{ 254, 0, 0 },
	{ IPPROTO_SCTP, SCTP_INIT, SCTP_PORT },
};

static struct packet_spec fixed_of(size_t i, const struct family *f)
{
	struct packet_spec spec = packet_of(fixed[i].proto, f);

	spec.sctp_chunk = fixed[i].chunk;
	spec.src_port = spec.dst_port = fixed[i].port;
	return spec;
}

static void play_fixed(const struct fixture *fixture, const struct family *f,
		       void (*run)(const struct fixture *,
				   const struct family *, struct packet_spec))
{
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		run(fixture, f, fixed_of(i, f));
		if (!test_failed)
			continue;
		printf("# with protocol %d\n", fixed[i].proto);
		return;
	}
}

/* The node's packet of that flow is over: its record, of the past. */
static void expire(const struct fixture *fixture, const struct family *f,
		   const struct packet_spec *spec)
{
	struct packet_spec node = *spec;
	struct masq_tuple key;
	struct masq_flow flow;
	struct frame frame;

	node.src = f->node;
	packet_build(&frame, &node);
	CHECK(fixture_flow(fixture, &frame, &key, &flow));
	/* the datapath's clock is coarse: a tick may be missing */
	flow.expires_ns = fixture_now_ns() - 1000000000;
	fixture_set_flow(fixture, &key, &flow);
}

static void has_it_alone(const struct fixture *fixture, const struct family *f,
			 struct packet_spec spec)
{
	struct packet_spec other = spec, node = spec;
	__u64 held = fixture_usage(fixture, f->other_pod);

	other.src = f->other_pod;
	node.src = f->node;
	CHECK_EQUAL(send_out(fixture, &spec), MASQ_TRANSLATED);
	CHECK_EQUAL(send_out(fixture, &other), MASQ_DROP_TAKEN);
	CHECK_EQUAL(fixture_usage(fixture, f->other_pod), held);
	returns_to(fixture, &node, f->pod, spec.src_port);
	CHECK(!test_failed);
	other.dst = f->other_remote;
	CHECK_EQUAL(send_out(fixture, &other), MASQ_TRANSLATED);
	other.dst = f->remote;

	expire(fixture, f, &spec);
	CHECK(!test_failed);
	CHECK_EQUAL(send_out(fixture, &other), MASQ_TRANSLATED);
	returns_to(fixture, &node, f->other_pod, spec.src_port);
	CHECK(!test_failed);
	CHECK_EQUAL(send_out(fixture, &spec), MASQ_DROP_TAKEN);
}

static void each_has_it_alone(const struct fixture *fixture,
			      const struct family *f)
{
	play_fixed(fixture, f, has_it_alone);
}

static void without_ports_one_pod_has_the_remote(void)
{
	play(each_has_it_alone, FIXTURE_HELPERS);
}

static void sctp_other_ports(const struct fixture *fixture,
			     const struct family *f)
{
	struct packet_spec spec = sctp_of(SCTP_INIT, f);

	CHECK_EQUAL(send_out(fixture, &spec), MASQ_TRANSLATED);
	spec.src = f->other_pod;
	CHECK_EQUAL(send_out(fixture, &spec), MASQ_DROP_TAKEN);
	spec.src_port++;
	CHECK_EQUAL(send_out(fixture, &spec), MASQ_TRANSLATED);
	spec.src_port--;
	spec.dst_port++;
	CHECK_EQUAL(send_out(fixture, &spec), MASQ_TRANSLATED);
}

static void sctp_ports_part_pods(void)
{
	play(sctp_other_ports, FIXTURE_HELPERS);
}

/* The pod was first; the node's own socket or tunnel then has the remote. */
static void host_takes_it(const struct fixture *fixture, const struct family *f,
			  struct packet_spec spec)
{
	struct packet_spec node = spec, answer;
	__u64 held = fixture_usage(fixture, f->pod);

	node.src = f->node;
	answer = answer_of(&node);
	CHECK_EQUAL(send_out(fixture, &spec), MASQ_TRANSLATED);
	stays(fixture, MASQ_EGRESS, &node, MASQ_PASS_NOT_POD);
	CHECK(!test_failed);
	stays(fixture, MASQ_INGRESS, &answer, MASQ_PASS_NO_FLOW);
	CHECK(!test_failed);
	CHECK_EQUAL(send_out(fixture, &spec), MASQ_DROP_TAKEN);
	CHECK_EQUAL(fixture_usage(fixture, f->pod), held);
	stays(fixture, MASQ_EGRESS, &node, MASQ_PASS_NOT_POD);
	CHECK(!test_failed);

	expire(fixture, f, &spec);
	CHECK(!test_failed);
	CHECK_EQUAL(send_out(fixture, &spec), MASQ_TRANSLATED);
	returns_to(fixture, &node, f->pod, spec.src_port);
}

static void host_takes_each(const struct fixture *fixture,
			    const struct family *f)
{
	play_fixed(fixture, f, host_takes_it);
}

static void the_host_takes_what_a_pod_had(void)
{
	play(host_takes_each, FIXTURE_HELPERS);
}

static void host_keeps_it(const struct fixture *fixture, const struct family *f,
			  struct packet_spec spec)
{
	struct packet_spec node = spec;
	struct masq_tuple key;
	struct masq_flow flow;
	struct frame frame;
	__u64 soon;

	node.src = f->node;
	packet_build(&frame, &node);
	CHECK_EQUAL(send_out(fixture, &spec), MASQ_TRANSLATED);
	CHECK_EQUAL(send_out(fixture, &node), MASQ_PASS_NOT_POD);
	CHECK(fixture_flow(fixture, &frame, &key, &flow));
	soon = fixture_now_ns() + 20 * 1000000000ULL;
	flow.expires_ns = soon;
	fixture_set_flow(fixture, &key, &flow);
	CHECK_EQUAL(send_out(fixture, &spec), MASQ_DROP_TAKEN);
	CHECK(fixture_flow(fixture, &frame, &key, &flow));
	CHECK_EQUAL(flow.expires_ns, soon);
	CHECK_EQUAL(send_out(fixture, &node), MASQ_PASS_NOT_POD);
	CHECK(fixture_flow(fixture, &frame, &key, &flow));
	CHECK(flow.expires_ns > soon + 1000000000);
}

static void host_keeps_each(const struct fixture *fixture,
			    const struct family *f)
{
	play_fixed(fixture, f, host_keeps_it);
}

static void the_host_keeps_what_it_uses(void)
{
	play(host_keeps_each, FIXTURE_HELPERS);
}

/* What the whole packet sums up to, or only its first bytes. */
static void udplite_covered(const struct fixture *fixture,
			    const struct family *f, uint16_t coverage)
{
	struct packet_spec spec = packet_of(IPPROTO_UDPLITE, f), node;
	struct frame frame, out, expected;
	struct frame_view view;

	spec.src_port = 40000;
	spec.dst_port = 7;
	packet_build(&frame, &spec);
	udplite_cover(&frame, coverage);
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &frame, &out),
		    MASQ_TRANSLATED);
	frame_view(&out, &view);
	node = spec;
	node.src = f->node;
	node.src_port = view.src_port;
	packet_build(&expected, &node);
	udplite_cover(&expected, coverage);
	CHECK(frame_equal(&out, &expected));

	node = answer_of(&node);
	spec = answer_of(&spec);
	packet_build(&frame, &node);
	udplite_cover(&frame, coverage);
	packet_build(&expected, &spec);
	udplite_cover(&expected, coverage);
	CHECK_EQUAL(fixture_run(fixture, MASQ_INGRESS, &frame, &out),
		    MASQ_TRANSLATED);
	CHECK(frame_equal(&out, &expected));
}

static void udplite_each_coverage(const struct fixture *fixture,
				  const struct family *f)
{
	struct packet_spec spec = packet_of(IPPROTO_UDPLITE, f);

	spec.src_port = 40000;
	spec.dst_port = 7;
	leaves_and_returns(fixture, f, &spec);
	CHECK(!test_failed);
	for (size_t coverage = UDPLITE_HEADER;
	     coverage <= UDPLITE_HEADER + spec.payload; coverage++) {
		udplite_covered(fixture, f, coverage);
		if (test_failed)
			printf("# with coverage %zu\n", coverage);
		CHECK(!test_failed);
	}
}

static void udplite_is_right_with_every_coverage(void)
{
	play_by_each_rewrite(udplite_each_coverage);
}

/* Every checksum before, so the one too that zero would follow. */
static void udplite_each_checksum(const struct fixture *fixture,
				  const struct family *f)
{
	struct packet_spec spec = packet_of(IPPROTO_UDPLITE, f);
	struct frame frame, out;
	struct frame_view view;
	unsigned int forced = 0;

	spec.src_port = 20100;
	spec.dst_port = 7;
	frame_build(&frame, &spec);
	for (unsigned int check = 1; check <= 0xffff; check++) {
		frame_force_check(&frame, check);
		(void)fixture_send(fixture, MASQ_EGRESS, &frame, &out);
		CHECK(frame_view(&out, &view));
		CHECK_STRING(view.src, f->node);
		CHECK(view.check != 0);
		CHECK(frame_checks(&out));
		forced += view.check == 0xffff;
	}
	CHECK_EQUAL(forced, 1);
}

static void udplite_checksum_zero_is_never_made(void)
{
	play_by_each_rewrite(udplite_each_checksum);
}

/* Have we a protocol's header to read in this family, or to walk past? */
static bool is_bare(int proto, const struct family *f)
{
	switch (proto) {
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case AH:
	case DCCP:
	case MOBILITY:
	case HIP:
	case SHIM6:
		return false;
	case OSPF:
	case PIM:
	case VRRP:
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
	case IPPROTO_DSTOPTS:
		return f->icmp == IPPROTO_ICMP;
	default:
		return true;
	}
}

static void each_bare(const struct fixture *fixture, const struct family *f)
{
	for (int proto = 0; proto <= 0xff; proto++) {
		struct packet_spec spec = packet_of(proto, f);

		if (!is_bare(proto, f))
			continue;
		for (spec.payload = 0; spec.payload < 3; spec.payload++) {
			leaves_and_returns(fixture, f, &spec);
			if (test_failed)
				printf("# with protocol %d\n", proto);
			CHECK(!test_failed);
		}
	}
}

static void other_protocols_change_their_address_alone(void)
{
	play_by_each_rewrite(each_bare);
}

/* Refused from a pod to the outside; everywhere else none of our business. */
static void refused(const struct fixture *fixture, const struct family *f,
		    struct packet_spec spec, enum masq_verdict verdict)
{
	size_t flows = fixture_flows(fixture);

	CHECK_EQUAL(send_out(fixture, &spec), verdict);
	spec.dst = f->island;
	stays(fixture, MASQ_EGRESS, &spec, MASQ_PASS_ISLAND);
	CHECK(!test_failed);
	spec.src = f->node;
	spec.dst = f->remote;
	stays(fixture, MASQ_EGRESS, &spec, MASQ_PASS_NOT_POD);
	CHECK(!test_failed);
	spec.src = f->remote;
	spec.dst = f->node;
	stays(fixture, MASQ_INGRESS, &spec, MASQ_PASS_NO_FLOW);
	CHECK(!test_failed);
	spec.dst = f->pod;
	stays(fixture, MASQ_INGRESS, &spec, MASQ_PASS_NO_FLOW);
	CHECK(!test_failed);
	spec.src = f->island;
	stays(fixture, MASQ_INGRESS, &spec, MASQ_PASS_NO_FLOW);
	CHECK(!test_failed);
	CHECK_EQUAL(fixture_flows(fixture), flows);
}

static void each_forbidden(const struct fixture *fixture,
			   const struct family *f)
{
	const uint8_t protos[] = { AH,	 MOBILITY, DCCP,
				   HIP,	 SHIM6,	   f->foreign_icmp,
				   OSPF, PIM,	   VRRP };

	for (size_t i = 0; i < sizeof(protos); i++) {
		struct packet_spec spec = packet_of(protos[i], f);

		if (is_bare(protos[i], f))
			continue;
		spec.icmp_type = f->icmp == IPPROTO_ICMP ? 128 : 8;
		refused(fixture, f, spec, MASQ_DROP_PROTOCOL);
		if (test_failed)
			printf("# with protocol %d\n", protos[i]);
		CHECK(!test_failed);
	}
}

static void protocols_that_forbid_it_are_refused(void)
{
	play(each_forbidden, FIXTURE_HELPERS);
}

static void timestamp(const struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = packet_of(IPPROTO_ICMP, f);

	if (f->icmp != IPPROTO_ICMP)
		return;
	spec.icmp_type = 13;
	spec.payload = 12;
	spec.src_port = 77;
	leaves_and_returns(fixture, f, &spec);
	CHECK(!test_failed);
	/* an identifier of its own, whoever else has that */
	spec.src = f->other_pod;
	leaves_and_returns(fixture, f, &spec);
	CHECK(!test_failed);
	spec.icmp_type = 14;
	spec.src_port = 78;
	CHECK_EQUAL(send_out(fixture, &spec), MASQ_DROP_STRAY);
}

static void icmp_timestamps_leave_and_return(void)
{
	play_by_each_rewrite(timestamp);
}

/* Echo, its reply, timestamps, and the errors. */
static bool is_translated_type(int type, const struct family *f)
{
	if (f->icmp == IPPROTO_ICMPV6)
		return type == 128 || type == 129 || (type >= 1 && type <= 4);
	return type == 0 || type == 8 || type == 13 || type == 14 ||
	       type == 3 || type == 11 || type == 12;
}

static void each_icmp_type(const struct fixture *fixture,
			   const struct family *f)
{
	for (int type = 0; type <= 0xff; type++) {
		struct packet_spec spec = packet_of(f->icmp, f);

		if (is_translated_type(type, f))
			continue;
		spec.icmp_type = type;
		refused(fixture, f, spec, MASQ_DROP_ICMP);
		if (test_failed)
			printf("# with ICMP type %d\n", type);
		CHECK(!test_failed);
	}
}

static void other_icmp_types_are_refused(void)
{
	play(each_icmp_type, FIXTURE_HELPERS);
}

/* From outside to the pod's own address, and the pod's answer. */
static void inbound(const struct fixture *fixture, const struct family *f,
		    struct packet_spec spec)
{
	size_t flows = fixture_flows(fixture);
	struct packet_spec answer;

	spec.src = f->remote;
	spec.dst = f->pod;
	stays(fixture, MASQ_INGRESS, &spec, MASQ_PASS_INBOUND);
	CHECK(!test_failed);
	answer = answer_of(&spec);
	stays(fixture, MASQ_EGRESS, &answer, MASQ_PASS_INBOUND);
	CHECK(!test_failed);
	stays(fixture, MASQ_INGRESS, &spec, MASQ_PASS_INBOUND);
	CHECK(!test_failed);
	CHECK_EQUAL(fixture_flows(fixture), flows + 1);
	CHECK_EQUAL(fixture_usage(fixture, f->pod), 0);
}

static void each_inbound(const struct fixture *fixture, const struct family *f)
{
	play_fixed(fixture, f, inbound);
}

static void inbound_flows_keep_the_pods_address(void)
{
	play(each_inbound, FIXTURE_HELPERS);
}

static void inbound_chunks(const struct fixture *fixture,
			   const struct family *f)
{
	for (int chunk = 0; chunk <= 0xff; chunk++) {
		struct packet_spec spec = sctp_of(chunk, f);

		if (chunk == SCTP_INIT)
			continue;
		spec.src = f->remote;
		spec.dst = f->pod;
		stays(fixture, MASQ_INGRESS, &spec, MASQ_PASS_NO_FLOW);
		if (test_failed)
			printf("# with chunk type %d\n", chunk);
		CHECK(!test_failed);
	}
	CHECK_EQUAL(fixture_flows(fixture), 0);
}

static void only_an_init_opens_an_inbound_sctp_flow(void)
{
	play(inbound_chunks, FIXTURE_HELPERS);
}

static const struct test_case cases[] = {
	{ "SCTP leaves with the node's address, its port and CRC as they were",
	  sctp_changes_its_address_alone },
	{ "SCTP answers and aborts open no flow, all other chunks do",
	  sctp_answers_open_no_flow },
	{ "every chunk of an SCTP flow is translated, in one flow",
	  sctp_chunks_of_a_flow_all_pass },
	{ "another SCTP port, or the same towards another, is another flow",
	  sctp_ports_part_pods },
	{ "without a port to part them, one pod has the remote while it lives",
	  without_ports_one_pod_has_the_remote },
	{ "what a pod had without ports is the host's when it uses it",
	  the_host_takes_what_a_pod_had },
	{ "the host's packets prolong what it has, a pod's do not",
	  the_host_keeps_what_it_uses },
	{ "UDP-Lite is translated with its checksum, whatever that covers",
	  udplite_is_right_with_every_coverage },
	{ "a UDP-Lite checksum of zero is never made",
	  udplite_checksum_zero_is_never_made },
	{ "every other protocol leaves with the node's address, and returns",
	  other_protocols_change_their_address_alone },
	{ "protocols that forbid translation are refused to pods alone",
	  protocols_that_forbid_it_are_refused },
	{ "ICMP timestamps leave and return",
	  icmp_timestamps_leave_and_return },
	{ "ICMP messages of other types are refused to pods alone",
	  other_icmp_types_are_refused },
	{ "what the outside opens without ports is answered as the pod",
	  inbound_flows_keep_the_pods_address },
	{ "only an INIT opens an inbound SCTP flow",
	  only_an_init_opens_an_inbound_sctp_flow },
};

TEST_MAIN(cases)
