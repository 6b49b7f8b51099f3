// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pod whose packet is refused is told by ICMP, in that packet's place: what
 * it is told, about what, and how often.
 */
#include <sched.h>

#include <bpf/bpf.h>

#include "family.h"
#include "test.h"

enum {
	POD_IFINDEX = 1, /* lo's: it is there */
	/* include/uapi/linux/pkt_cls.h */
	SHOT = 2,
	REDIRECT = 7,
	AT_ONCE = 10,
	PAYLOAD_MAX = 2000,
	GRE = 47,
	AH = 51,
	/* RFC 6633, RFC 792 */
	SOURCE_QUENCH = 4,
	REDIRECT4 = 5,
	/* RFC 4443 2.1: errors are the types before */
	INFORMATIONAL = 128,
	REDIRECT6 = 137,
};

#define INTERVAL_NS (SECOND_NS / 10)
/* The datapath's clock ticks a hundred times a second, or more often. */
#define TICK_NS (SECOND_NS / 100)

typedef void scenario(struct fixture *fixture, const struct family *f);

/* In both families, in a datapath of this kind. */
static void play(scenario *run, const struct fixture_options *options)
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

static void play_isolated(scenario *run)
{
	play(run, &(struct fixture_options){ .mode = MASQ_MODE_ISOLATED });
}

static struct packet_spec udp_of(const struct family *f)
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

static uint16_t get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static uint16_t sum_bytes(const uint8_t *bytes, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static __u64 counted(const struct fixture *fixture, enum masq_verdict verdict)
{
	struct masq_counter counter = { 0 };

	(void)maps_get_counter(&fixture->maps, MASQ_EGRESS, verdict, &counter);
	return counter.packets;
}

/* Offset of the L4 checksum that a quotation may have changed; 0: none. */
static size_t settled_check(const struct frame_view *view)
{
	if (view->proto == IPPROTO_TCP)
		return view->l4 + 16;
	return view->proto == IPPROTO_UDP ? view->l4 + 6 : 0;
}

/* From the node to the pod, and all that stands around the quotation. */
static void check_envelope(const struct family *f, const struct frame *told,
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

static void check_quotation(const struct family *f, const struct frame *told,
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
static void check_settled(const struct frame *told, const struct frame *sent)
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
static void is_told(const struct fixture *fixture, const struct family *f,
		    const struct frame *sent, const char *pod,
		    enum masq_verdict verdict)
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
static void is_not_told(const struct fixture *fixture, const struct frame *sent,
			enum masq_verdict verdict)
{
	struct frame out;

	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, sent, &out), verdict);
	CHECK(frame_equal(&out, sent));
}

/* As if it had been told nothing yet. */
static void forget(const struct fixture *fixture)
{
	int fd = fixture->maps.fd[MAP_TOLD];
	struct masq_addr pod;

	while (bpf_map_get_next_key(fd, NULL, &pod) == 0)
		(void)bpf_map_delete_elem(fd, &pod);
}

/* Each drop that is told: a first packet, if any, makes the second refused. */
static const struct {
	struct fixture_options options;
	uint8_t proto;
	bool is_first_of_other_pod;
	enum masq_verdict verdict;
} refusals[] = {
	{ { .ports = "21000-21000" }, IPPROTO_UDP, true, MASQ_DROP_NO_PORT },
	{ { .max_flows_per_pod = 1 },
	  IPPROTO_UDP,
	  false,
	  MASQ_DROP_OVER_BUDGET },
	{ { .max_flows = 1 }, IPPROTO_UDP, true, MASQ_DROP_TABLE_FULL },
	{ { 0 }, GRE, true, MASQ_DROP_TAKEN },
	{ { .mode = MASQ_MODE_ISOLATED },
	  IPPROTO_UDP,
	  true,
	  MASQ_DROP_ISOLATED },
};

static void refuse(const struct fixture *fixture, const struct family *f,
		   size_t i)
{
	struct packet_spec spec = udp_of(f);
	struct frame frame;

	spec.proto = refusals[i].proto;
	if (refusals[i].is_first_of_other_pod)
		spec.src = f->other_pod;
	frame_build(&frame, &spec);
	(void)fixture_send(fixture, MASQ_EGRESS, &frame, NULL);
	spec.src = f->pod;
	spec.src_port = 40001;
	frame_build(&frame, &spec);
	is_told(fixture, f, &frame, f->pod, refusals[i].verdict);
	if (test_failed)
		printf("# with refusal %zu, in %s\n", i, f->name);
}

static void each_refusal_is_told(void)
{
	struct fixture fixture;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		fixture_open(&fixture, &refusals[i].options);
		fixture.ingress_ifindex = POD_IFINDEX;
		refuse(&fixture, &families[0], i);
		if (!test_failed)
			refuse(&fixture, &families[1], i);
		fixture_close(&fixture);
		CHECK(!test_failed);
	}
}

static void of_every_size(const struct fixture *fixture, const struct family *f,
			  struct packet_spec spec)
{
	struct frame frame;

	for (spec.payload = 0; spec.payload <= PAYLOAD_MAX; spec.payload++) {
		forget(fixture);
		frame_build(&frame, &spec);
		is_told(fixture, f, &frame, f->pod, MASQ_DROP_ISOLATED);
		if (!test_failed)
			continue;
		printf("# with protocol %d, %zu bytes of payload, "
		       "%zu extension headers, %zu bytes of options\n",
		       spec.proto, spec.payload, spec.extension_count,
		       spec.ip_options);
		return;
	}
}

static void in_every_header(const struct fixture *fixture,
			    const struct family *f, struct packet_spec spec)
{
	const struct packet_spec plain = spec;

	of_every_size(fixture, f, spec);
	CHECK(!test_failed);
	if (f->icmp == IPPROTO_ICMP) {
		spec.ip_options = 4;
		of_every_size(fixture, f, spec);
		CHECK(!test_failed);
		spec.ip_options = 40;
		of_every_size(fixture, f, spec);
		return;
	}
	spec.extensions[0] = IPPROTO_DSTOPTS;
	spec.extension_count = 1;
	of_every_size(fixture, f, spec);
	CHECK(!test_failed);
	spec = plain;
	memcpy(spec.extensions, (uint8_t[]){ 0, 60, 43, 60 }, 4);
	spec.extension_count = 4;
	of_every_size(fixture, f, spec);
}

static void every_packet(struct fixture *fixture, const struct family *f)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP,
					  IPPROTO_UDPLITE, IPPROTO_SCTP, GRE };
	struct packet_spec spec = udp_of(f);

	for (size_t i = 0; i < sizeof(protos); i++) {
		spec.proto = protos[i];
		in_every_header(fixture, f, spec);
		CHECK(!test_failed);
	}
	spec.proto = f->icmp;
	spec.icmp_type = f->icmp == IPPROTO_ICMP ? 8 : 128;
	in_every_header(fixture, f, spec);
	CHECK(!test_failed);
	spec.proto = IPPROTO_UDP;
	spec.check = NO_CHECKSUM;
	in_every_header(fixture, f, spec);
}

static void packets_of_every_size_are_quoted(void)
{
	play_isolated(every_packet);
}

/* Every sum that the rest of a quotation can have, by its payload. */
static void every_sum(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = udp_of(f);
	struct frame frame, told;

	for (unsigned int salt = 0; salt <= 0xffff; salt++) {
		spec.salt = salt;
		frame_build(&frame, &spec);
		forget(fixture);
		CHECK_EQUAL(fixture_send(fixture, MASQ_EGRESS, &frame, &told),
			    REDIRECT);
		CHECK(frame_checks(&told));
		check_settled(&told, &frame);
		if (test_failed)
			printf("# with salt %u\n", salt);
		CHECK(!test_failed);
	}
}

static void quoted_checksums_leave_nothing_to_finish(void)
{
	play_isolated(every_sum);
}

static void a_first_fragment(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = udp_of(f);
	struct frame whole, first, later;

	spec.payload = 1000;
	frame_build(&whole, &spec);
	frame_cut(&whole, 7, 0, 504, &first);
	frame_cut(&whole, 7, 504, 1000, &later);
	is_told(fixture, f, &first, f->pod, MASQ_DROP_ISOLATED);
	if (!test_failed)
		is_not_told(fixture, &later, MASQ_DROP_ISOLATED);
	frame_cut(&whole, 8, 504, 1000, &later);
	if (!test_failed)
		is_not_told(fixture, &later, MASQ_DROP_ISOLATED);
}

static void of_fragments_the_first_alone_is_answered(void)
{
	play_isolated(a_first_fragment);
}

/*
 * How often the pod is told before it is not; and how often it may have been,
 * had the time been long.
 */
static int told_at_once(const struct fixture *fixture,
			const struct frame *frame, int *ret_max)
{
	__u64 began = fixture_now_ns();
	int told = 0;

	while (told <= 2 * AT_ONCE &&
	       fixture_send(fixture, MASQ_EGRESS, frame, NULL) == REDIRECT)
		told++;
	*ret_max = AT_ONCE + (fixture_now_ns() - began + TICK_NS) / INTERVAL_NS;
	return told;
}

static void ten_at_once(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = udp_of(f);
	struct frame frame;
	int told, max;

	for (int pod = 0; pod < 2; pod++) {
		spec.src = pod ? f->other_pod : f->pod;
		frame_build(&frame, &spec);
		told = told_at_once(fixture, &frame, &max);
		if (told < AT_ONCE || told > max)
			printf("# told %d times, expected %d to %d\n", told,
			       AT_ONCE, max);
		CHECK(told >= AT_ONCE && told <= max);
	}
}

static void each_pod_is_told_ten_times_at_once(void)
{
	play_isolated(ten_at_once);
}

/*
 * How long it takes until the pod has been told so often; all ones: too long.
 * *ret_stalled: how much of that we did not run.
 */
static __u64 time_told(const struct fixture *fixture, const struct frame *frame,
		       int times, __u64 *ret_stalled)
{
	__u64 began = fixture_now_ns(), last = began, now = began;

	*ret_stalled = 0;
	while (times && now - began < 10 * SECOND_NS) {
		times -= fixture_send(fixture, MASQ_EGRESS, frame, NULL) ==
			 REDIRECT;
		sched_yield();
		now = fixture_now_ns();
		if (now - last > TICK_NS)
			*ret_stalled += now - last;
		last = now;
	}
	return times ? ~0ULL : now - began;
}

static void ten_a_second(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = udp_of(f);
	__u64 passed, stalled;
	struct frame frame;

	frame_build(&frame, &spec);
	passed = time_told(fixture, &frame, AT_ONCE + 10, &stalled);
	printf("# told %d times in %llu ms, of these stalled %llu ms\n",
	       AT_ONCE + 10, (unsigned long long)(passed / 1000000),
	       (unsigned long long)(stalled / 1000000));
	CHECK(passed >= SECOND_NS - TICK_NS);
	CHECK(passed <= SECOND_NS + 2 * TICK_NS + stalled);
}

static void then_ten_times_a_second(void)
{
	play_isolated(ten_a_second);
}

static struct packet_spec icmp_of(const struct family *f, int type,
				  const struct frame *quote)
{
	return (struct packet_spec){
		.proto = f->icmp,
		.src = f->pod,
		.dst = f->remote,
		.icmp_type = type,
		.quote = quote,
	};
}

/* The pod answers what it received from the remote. */
static void received_of(const struct family *f, struct frame *ret)
{
	struct packet_spec spec = udp_of(f);

	spec.src = f->remote;
	spec.dst = f->pod;
	frame_build(ret, &spec);
}

static void errors_of(struct fixture *fixture, const struct family *f,
		      const int *types)
{
	struct packet_spec spec;
	struct frame received, frame;

	received_of(f, &received);
	for (; *types >= 0; types++) {
		spec = icmp_of(f, *types, &received);
		frame_build(&frame, &spec);
		is_not_told(fixture, &frame, MASQ_DROP_ISOLATED);
		for (size_t cut = 0; cut < 8 && !test_failed; cut++) {
			frame.length = FRAME_L3 + f->header + cut;
			is_not_told(fixture, &frame, MASQ_DROP_ISOLATED);
		}
		if (test_failed)
			printf("# with ICMP type %d\n", *types);
		CHECK(!test_failed);
	}
}

static void translated_errors(struct fixture *fixture, const struct family *f)
{
	errors_of(fixture, f,
		  f->icmp == IPPROTO_ICMP ? (int[]){ 3, 11, 12, -1 } :
					    (int[]){ 1, 2, 3, 4, -1 });
}

static void icmp_errors_are_not_answered(void)
{
	play_isolated(translated_errors);
}

/* RFC 1122 3.2.2, RFC 4443 2.4 (e.1) and (e.2). */
static void other_errors(struct fixture *fixture, const struct family *f)
{
	int types[0x100], count = 0;

	if (f->icmp == IPPROTO_ICMP) {
		types[count++] = SOURCE_QUENCH;
		types[count++] = REDIRECT4;
	} else {
		types[count++] = 0;
		for (int type = 5; type < INFORMATIONAL; type++)
			types[count++] = type;
		types[count++] = REDIRECT6;
	}
	types[count] = -1;
	errors_of(fixture, f, types);
}

static void redirects_and_unknown_errors_are_not_answered(void)
{
	play_isolated(other_errors);
}

/* Its transport is out of reach: it may be an error. */
static void out_of_reach(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec;
	struct frame received, frame;

	received_of(f, &received);
	spec = icmp_of(f, f->unreachable, &received);
	memcpy(spec.extensions, (uint8_t[]){ 0, 60, 60, 60, 60, 60 }, 6);
	spec.extension_count = 6; /* more than are walked */
	frame_build(&frame, &spec);
	if (f->icmp == IPPROTO_ICMP) {
		frame.bytes[FRAME_L3] = 0x4f; /* options behind the end */
		frame.length = FRAME_L3 + f->header;
	}
	is_not_told(fixture, &frame, MASQ_DROP_ISOLATED);
}

static void a_packet_out_of_reach_is_not_answered(void)
{
	play_isolated(out_of_reach);
}

/* RFC 1122 3.2.2, RFC 4443 2.4 (e.3). */
static void to_many(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = udp_of(f);
	struct frame frame;

	spec.dst = f->multicast;
	frame_build(&frame, &spec);
	is_not_told(fixture, &frame, MASQ_DROP_ISOLATED);
	CHECK(!test_failed);
	if (f->icmp != IPPROTO_ICMP)
		return;
	spec.dst = "255.255.255.255";
	frame_build(&frame, &spec);
	is_not_told(fixture, &frame, MASQ_DROP_ISOLATED);
}

static void packets_to_many_are_not_answered(void)
{
	play_isolated(to_many);
}

static void from_nowhere(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = udp_of(f);
	struct frame frame;

	frame_build(&frame, &spec);
	fixture->ingress_ifindex = 0;
	is_not_told(fixture, &frame, MASQ_DROP_ISOLATED);
	fixture->ingress_ifindex = POD_IFINDEX;
	if (!test_failed)
		is_told(fixture, f, &frame, f->pod, MASQ_DROP_ISOLATED);
}

static void a_packet_from_no_interface_is_not_answered(void)
{
	play_isolated(from_nowhere);
}

static void from_outside(struct fixture *fixture, const struct family *f)
{
	struct frame frame, out;

	received_of(f, &frame);
	CHECK_EQUAL(fixture_run(fixture, MASQ_INGRESS, &frame, &out),
		    MASQ_DROP_ISOLATED);
	CHECK(!memcmp(out.bytes, frame.bytes, frame.length));
}

static void the_outside_is_not_told(void)
{
	play_isolated(from_outside);
}

static void no_address(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = udp_of(f);
	struct frame frame;

	frame_build(&frame, &spec);
	fixture_set_mode(fixture, MASQ_MODE_ISLAND);
	is_not_told(fixture, &frame, MASQ_DROP_NO_ADDRESS);
	fixture_set_mode(fixture, MASQ_MODE_ISOLATED);
	if (!test_failed)
		is_not_told(fixture, &frame, MASQ_DROP_ISOLATED);
}

static void without_a_node_address_nobody_is_told(void)
{
	play(no_address, &(struct fixture_options){ .without_node = true });
}

/* Fragments wait in 45 places for a first that does not come. */
static void fragments(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = udp_of(f);
	struct frame whole, later;
	int held = 0;

	spec.payload = 64;
	frame_build(&whole, &spec);
	frame_cut(&whole, 9, 32, 64, &later);
	while (held < 100 &&
	       fixture_run(fixture, MASQ_EGRESS, &later, NULL) == MASQ_HELD)
		held++;
	CHECK_EQUAL(held, 45);
	is_not_told(fixture, &later, MASQ_DROP_FRAGMENT);
}

static void build_and_refuse(struct fixture *fixture,
			     const struct packet_spec *spec,
			     enum masq_verdict verdict)
{
	struct frame frame;

	frame_build(&frame, spec);
	is_not_told(fixture, &frame, verdict);
}

static void other_drops(struct fixture *fixture, const struct family *f)
{
	const struct packet_spec udp = udp_of(f);
	struct packet_spec spec = udp;
	struct frame frame;

	frame_build(&frame, &udp);
	frame.length = FRAME_L3 + f->header + 4;
	is_not_told(fixture, &frame, MASQ_DROP_MALFORMED);
	CHECK(!test_failed);
	spec.proto = AH;
	build_and_refuse(fixture, &spec, MASQ_DROP_PROTOCOL);
	CHECK(!test_failed);
	spec.proto = IPPROTO_TCP;
	spec.tcp_flags = RST;
	build_and_refuse(fixture, &spec, MASQ_DROP_STRAY);
	CHECK(!test_failed);
	spec = udp;
	spec.dst = f->multicast;
	build_and_refuse(fixture, &spec, MASQ_DROP_SCOPE);
	CHECK(!test_failed);
	spec = icmp_of(f, f->icmp == IPPROTO_ICMP ? 17 : 139, NULL);
	build_and_refuse(fixture, &spec, MASQ_DROP_ICMP);
	CHECK(!test_failed);
	fragments(fixture, f);
	CHECK(!test_failed);
	if (f->icmp == IPPROTO_ICMP)
		return;
	spec = udp;
	memcpy(spec.extensions, (uint8_t[]){ 0, 60, 60, 60, 60, 60 }, 6);
	spec.extension_count = 6;
	build_and_refuse(fixture, &spec, MASQ_DROP_EXTENSIONS);
	CHECK(!test_failed);
	spec = udp;
	spec.dst = "::ffff:" REMOTE4;
	build_and_refuse(fixture, &spec, MASQ_DROP_MAPPED);
}

static void other_drops_are_not_told(void)
{
	play(other_drops, &(struct fixture_options){ 0 });
}

static const struct test_case cases[] = {
	{ "no port, no budget, no room, taken, isolated: the pod is told",
	  each_refusal_is_told },
	{ "a packet of every size and kind is quoted as it was",
	  packets_of_every_size_are_quoted },
	{ "a device that finishes the quoted checksum changes nothing",
	  quoted_checksums_leave_nothing_to_finish },
	{ "of a datagram's fragments the first alone is answered",
	  of_fragments_the_first_alone_is_answered },
	{ "each pod is told ten times at once, and no more",
	  each_pod_is_told_ten_times_at_once },
	{ "then a pod is told ten times a second", then_ten_times_a_second },
	{ "ICMP errors are not answered", icmp_errors_are_not_answered },
	{ "redirects and errors of unknown types are not answered",
	  redirects_and_unknown_errors_are_not_answered },
	{ "a packet whose transport is out of reach is not answered",
	  a_packet_out_of_reach_is_not_answered },
	{ "packets to a multicast or broadcast address are not answered",
	  packets_to_many_are_not_answered },
	{ "a packet that came from no interface is not answered",
	  a_packet_from_no_interface_is_not_answered },
	{ "the outside is not told", the_outside_is_not_told },
	{ "without a node address nobody is told",
	  without_a_node_address_nobody_is_told },
	{ "drops of other kinds are not told", other_drops_are_not_told },
};

TEST_MAIN(cases)
