// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each verdict has a packet that makes it, and is counted once.
 */
#include "fixture.h"
#include "test.h"

/* A packet is said by how it differs from these. */
#pragma GCC diagnostic ignored "-Woverride-init"

#define TCP4(...)                                                     \
	{                                                             \
		.proto = IPPROTO_TCP, .src = POD4, .dst = REMOTE4,    \
		.src_port = 40000, .dst_port = 443, .tcp_flags = SYN, \
		__VA_ARGS__                                           \
	}
#define UDP6(...)                                                             \
	{                                                                     \
		.proto = IPPROTO_UDP, .src = POD6, .dst = REMOTE6,            \
		.src_port = 40000, .dst_port = 53, .payload = 16, __VA_ARGS__ \
	}

/* Packets of no flow: no two have the same addresses and ports. */
static const struct {
	const char *name;
	enum masq_direction direction;
	struct packet_spec spec;
	enum masq_verdict verdict;
} packets[] = {
	{ "pod to outside", MASQ_EGRESS, TCP4(), MASQ_TRANSLATED },
	{ "pod to outside, IPv6", MASQ_EGRESS, UDP6(), MASQ_TRANSLATED },
	{ "host to outside", MASQ_EGRESS, TCP4(.src = NODE4),
	  MASQ_PASS_NOT_POD },
	{ "host to outside, IPv6", MASQ_EGRESS, UDP6(.src = NODE6),
	  MASQ_PASS_NOT_POD },
	{ "pod to island", MASQ_EGRESS, TCP4(.dst = ISLAND4),
	  MASQ_PASS_ISLAND },
	{ "pod to island, IPv6", MASQ_EGRESS, UDP6(.dst = ISLAND6),
	  MASQ_PASS_ISLAND },
	{ "outside to host", MASQ_INGRESS, TCP4(.src = REMOTE4, .dst = NODE4),
	  MASQ_PASS_NO_FLOW },
	{ "outside to pod", MASQ_INGRESS, TCP4(.src = REMOTE4, .dst = POD4),
	  MASQ_PASS_INBOUND },
	{ "outside to pod, IPv6", MASQ_INGRESS,
	  UDP6(.src = REMOTE6, .dst = POD6), MASQ_PASS_INBOUND },
	{ "stray answer from outside to pod", MASQ_INGRESS,
	  TCP4(.src = REMOTE4, .dst = POD4, .tcp_flags = SYN | ACK),
	  MASQ_PASS_NO_FLOW },
	{ "island to pod", MASQ_INGRESS, TCP4(.src = ISLAND4, .dst = POD4),
	  MASQ_PASS_NO_FLOW },
	{ "first fragment to outside", MASQ_EGRESS, TCP4(.fragment = 0x2000),
	  MASQ_TRANSLATED },
	{ "only fragment to outside, IPv6", MASQ_EGRESS,
	  UDP6(.extensions = { 44 }, .extension_count = 1), MASQ_TRANSLATED },
	{ "fragment to outside before its first", MASQ_EGRESS,
	  TCP4(.dst = "203.0.113.20", .fragment = 100), MASQ_HELD },
	{ "fragment of the host", MASQ_EGRESS,
	  TCP4(.src = NODE4, .fragment = 0x2000), MASQ_PASS_NOT_POD },
	{ "fragment to island", MASQ_EGRESS,
	  TCP4(.dst = ISLAND4, .fragment = 100), MASQ_PASS_ISLAND },
	{ "fragment from outside", MASQ_INGRESS,
	  TCP4(.src = REMOTE4, .dst = NODE4, .fragment = 100),
	  MASQ_PASS_NO_FLOW },
	{ "six extension headers", MASQ_EGRESS,
	  UDP6(.extensions = { 0, 60, 43, 60, 60, 60 }, .extension_count = 6),
	  MASQ_DROP_EXTENSIONS },
	{ "six extension headers of the host", MASQ_EGRESS,
	  UDP6(.src = NODE6, .extensions = { 0, 60, 43, 60, 60, 60 },
	       .extension_count = 6),
	  MASQ_PASS_NOT_POD },
	{ "a pod's IPv4 address in IPv6", MASQ_EGRESS,
	  UDP6(.src = "::ffff:10.244.1.2"), MASQ_DROP_MAPPED },
	{ "IPv4 destination in IPv6", MASQ_EGRESS,
	  UDP6(.dst = "::ffff:203.0.113.10"), MASQ_DROP_MAPPED },
	{ "ICMP error of a pod, of no flow",
	  MASQ_EGRESS,
	  { .proto = IPPROTO_ICMP,
	    .src = POD4,
	    .dst = REMOTE4,
	    .icmp_type = 3,
	    .payload = 28 },
	  MASQ_DROP_STRAY },
	{ "ICMP redirect of a pod",
	  MASQ_EGRESS,
	  { .proto = IPPROTO_ICMP,
	    .src = POD4,
	    .dst = REMOTE4,
	    .icmp_type = 5,
	    .payload = 28 },
	  MASQ_DROP_ICMP },
	{ "ICMP error of the host",
	  MASQ_EGRESS,
	  { .proto = IPPROTO_ICMP,
	    .src = NODE4,
	    .dst = REMOTE4,
	    .icmp_type = 3,
	    .payload = 28 },
	  MASQ_PASS_NOT_POD },
	{ "neighbour solicitation",
	  MASQ_EGRESS,
	  { .proto = IPPROTO_ICMPV6,
	    .src = "fe80::1",
	    .dst = "ff02::1:ff00:1",
	    .icmp_type = 135,
	    .payload = 16 },
	  MASQ_PASS_NOT_POD },
	{ "GRE",
	  MASQ_EGRESS,
	  { .proto = 47, .src = POD4, .dst = REMOTE4 },
	  MASQ_TRANSLATED },
	{ "GRE that another pod has",
	  MASQ_EGRESS,
	  { .proto = 47, .src = OTHER_POD4, .dst = REMOTE4 },
	  MASQ_DROP_TAKEN },
	{ "AH",
	  MASQ_EGRESS,
	  { .proto = 51, .src = POD4, .dst = REMOTE4 },
	  MASQ_DROP_PROTOCOL },
	{ "ICMPv6 in IPv4",
	  MASQ_EGRESS,
	  { .proto = IPPROTO_ICMPV6,
	    .src = POD4,
	    .dst = REMOTE4,
	    .icmp_type = 128 },
	  MASQ_DROP_PROTOCOL },
	{ "to multicast", MASQ_EGRESS, TCP4(.dst = "239.1.1.1"),
	  MASQ_DROP_SCOPE },
	{ "to broadcast", MASQ_EGRESS, TCP4(.dst = "255.255.255.255"),
	  MASQ_DROP_SCOPE },
	{ "to link-local", MASQ_EGRESS, TCP4(.dst = "169.254.169.254"),
	  MASQ_DROP_SCOPE },
	{ "to multicast, IPv6", MASQ_EGRESS, UDP6(.dst = "ff05::1"),
	  MASQ_DROP_SCOPE },
	{ "to link-local, IPv6", MASQ_EGRESS, UDP6(.dst = "febf::1"),
	  MASQ_DROP_SCOPE },
	{ "beside link-local, IPv6", MASQ_EGRESS, UDP6(.dst = "fec0::1"),
	  MASQ_TRANSLATED },
	{ "RST of no flow", MASQ_EGRESS, TCP4(.tcp_flags = RST),
	  MASQ_DROP_STRAY },
	{ "FIN of no flow", MASQ_EGRESS, TCP4(.tcp_flags = FIN | ACK),
	  MASQ_DROP_STRAY },
	{ "SYN and ACK of no flow", MASQ_EGRESS, TCP4(.tcp_flags = SYN | ACK),
	  MASQ_DROP_STRAY },
	{ "echo reply of no flow",
	  MASQ_EGRESS,
	  { .proto = IPPROTO_ICMP, .src = POD4, .dst = REMOTE4 },
	  MASQ_DROP_STRAY },
	{ "the middle of a connection", MASQ_EGRESS,
	  TCP4(.tcp_flags = ACK, .src_port = 20005), MASQ_TRANSLATED },
};

static void every_packet_has_its_verdict(void)
{
	const struct fixture_options options = { 0 };
	struct fixture fixture;

	fixture_open(&fixture, &options);
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		struct packet_spec spec = packets[i].spec;
		enum masq_verdict verdict;
		struct frame frame, out;

		spec.src_port += i;
		frame_build(&frame, &spec);
		verdict = fixture_run(&fixture, packets[i].direction, &frame,
				      &out);
		if (verdict != packets[i].verdict)
			printf("# with packet \"%s\"\n", packets[i].name);
		CHECK_EQUAL(verdict, packets[i].verdict);
		if (verdict != MASQ_TRANSLATED && verdict < MASQ_DROP_FIRST)
			CHECK(!memcmp(frame.bytes, out.bytes, frame.length));
	}
	fixture_close(&fixture);
}

static void frames_that_are_not_ip_pass(void)
{
	struct frame arp = { .length = 60 };
	const struct fixture_options options = { 0 };
	struct fixture fixture;

	arp.bytes[12] = 0x08;
	arp.bytes[13] = 0x06;
	fixture_open(&fixture, &options);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS, &arp, NULL),
		    MASQ_PASS_NOT_IP);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_INGRESS, &arp, NULL),
		    MASQ_PASS_NOT_IP);
	fixture_close(&fixture);
}

/* Cut behind the IP header, so that the addresses are there to judge by. */
static void truncated(const struct fixture *fixture,
		      const struct packet_spec *spec,
		      enum masq_verdict expected)
{
	size_t ip_length = strchr(spec->src, ':') ? 40 : 20;
	struct frame frame;

	frame_build(&frame, spec);
	for (size_t length = FRAME_L3 + ip_length;
	     length < FRAME_L3 + ip_length + 8; length++) {
		frame.length = length;
		CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &frame, NULL),
			    expected);
	}
}

static void truncated_packets_of_pods_are_dropped(void)
{
	const struct packet_spec pod4 = TCP4(), pod6 = UDP6(),
				 host4 = TCP4(.src = NODE4),
				 host6 = UDP6(.src = NODE6);
	const struct fixture_options options = { 0 };
	struct fixture fixture;

	fixture_open(&fixture, &options);
	truncated(&fixture, &pod4, MASQ_DROP_MALFORMED);
	truncated(&fixture, &pod6, MASQ_DROP_MALFORMED);
	truncated(&fixture, &host4, MASQ_PASS_NOT_POD);
	truncated(&fixture, &host6, MASQ_PASS_NOT_POD);
	fixture_close(&fixture);
}

static void an_uplink_without_an_address_drops(void)
{
	const struct fixture_options options = { .without_node = true };
	const struct packet_spec spec = TCP4();
	struct fixture fixture;
	struct frame frame;

	fixture_open(&fixture, &options);
	frame_build(&frame, &spec);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS, &frame, NULL),
		    MASQ_DROP_NO_ADDRESS);
	CHECK_EQUAL(fixture_flows(&fixture), 0);
	fixture_close(&fixture);
}

static void a_full_table_drops_and_keeps_what_lives(void)
{
	const struct fixture_options options = { .max_flows = 4 };
	struct packet_spec spec = TCP4();
	struct frame first, frame;
	struct fixture fixture;

	fixture_open(&fixture, &options);
	for (int i = 0; i < 4; i++) {
		spec.src_port = 40000 + i;
		frame_build(i ? &frame : &first, &spec);
		CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS,
					i ? &frame : &first, NULL),
			    MASQ_TRANSLATED);
	}
	spec.src_port = 50000;
	frame_build(&frame, &spec);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS, &frame, NULL),
		    MASQ_DROP_TABLE_FULL);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS, &first, NULL),
		    MASQ_TRANSLATED);
	CHECK_EQUAL(fixture_flows(&fixture), 4);
	CHECK_EQUAL(fixture_usage(&fixture, POD4), 4);
	fixture_close(&fixture);
}

static void a_pod_at_its_budget_does_not_harm_another(void)
{
	const struct fixture_options options = { .max_flows_per_pod = 3 };
	struct packet_spec spec = TCP4();
	struct fixture fixture;
	struct frame frame;

	fixture_open(&fixture, &options);
	for (int i = 0; i < 4; i++) {
		spec.src_port = 40000 + i;
		frame_build(&frame, &spec);
		CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS, &frame, NULL),
			    i < 3 ? MASQ_TRANSLATED : MASQ_DROP_OVER_BUDGET);
	}
	CHECK_EQUAL(fixture_usage(&fixture, POD4), 3);
	spec.src = OTHER_POD4;
	frame_build(&frame, &spec);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS, &frame, NULL),
		    MASQ_TRANSLATED);
	fixture_close(&fixture);
}

static void modes_have_verdicts_of_their_own(void)
{
	const struct fixture_options options = { 0 };
	const struct packet_spec spec = TCP4();
	struct fixture fixture;
	struct frame frame;

	fixture_open(&fixture, &options);
	frame_build(&frame, &spec);
	fixture_set_mode(&fixture, MASQ_MODE_FLAT);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS, &frame, NULL),
		    MASQ_PASS_FLAT);
	fixture_set_mode(&fixture, MASQ_MODE_ISOLATED);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS, &frame, NULL),
		    MASQ_DROP_ISOLATED);
	fixture_close(&fixture);
}

static void what_is_excluded_has_a_verdict_of_its_own(void)
{
	struct range pod = { .origin = MASQ_ORIGIN_NON_MASQUERADE_SOURCE };
	const struct fixture_options options = { 0 };
	const struct packet_spec spec = TCP4();
	struct fixture fixture;
	struct frame frame;

	CHECK(!cidr_parse(POD4 "/32", &pod.cidr));
	fixture_open(&fixture, &options);
	CHECK_EQUAL(maps_set_ranges(&fixture.maps, MAP_PODS, &pod, 1), 0);
	frame_build(&frame, &spec);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS, &frame, NULL),
		    MASQ_PASS_EXCLUDED);
	fixture_close(&fixture);
}

/* A source has 45 places for fragments that came too early. */
static void fragments_beyond_what_is_held_are_dropped(void)
{
	const struct fixture_options options = { 0 };
	struct packet_spec spec = TCP4();
	struct fixture fixture;
	struct frame frame;

	fixture_open(&fixture, &options);
	for (int i = 1; i <= 46; i++) {
		spec.fragment = i;
		frame_build(&frame, &spec);
		CHECK_EQUAL(fixture_run(&fixture, MASQ_EGRESS, &frame, NULL),
			    i <= 45 ? MASQ_HELD : MASQ_DROP_FRAGMENT);
	}
	fixture_close(&fixture);
}

/* Every verdict of the list is expected somewhere above, or in port_test.c or
 * xdp_test.c. */
static void no_verdict_is_without_a_packet(void)
{
	bool is_made[MASQ_VERDICT_COUNT] = {
		[MASQ_CONTINUE] = true,	       [MASQ_PASS_NOT_IP] = true,
		[MASQ_DROP_MALFORMED] = true,  [MASQ_DROP_NO_ADDRESS] = true,
		[MASQ_DROP_TABLE_FULL] = true, [MASQ_DROP_OVER_BUDGET] = true,
		[MASQ_DROP_NO_PORT] = true,    [MASQ_PASS_FLAT] = true,
		[MASQ_DROP_ISOLATED] = true,   [MASQ_DROP_FRAGMENT] = true,
		[MASQ_PASS_EXCLUDED] = true,   [MASQ_DROP_UNSOLICITED] = true,
	};

	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++)
		is_made[packets[i].verdict] = true;
	for (int verdict = 0; verdict < MASQ_VERDICT_COUNT; verdict++)
		CHECK(is_made[verdict]);
}

static const struct test_case cases[] = {
	{ "every packet has its verdict", every_packet_has_its_verdict },
	{ "frames that are not IP pass", frames_that_are_not_ip_pass },
	{ "truncated packets of pods are dropped",
	  truncated_packets_of_pods_are_dropped },
	{ "an uplink without an address drops",
	  an_uplink_without_an_address_drops },
	{ "a full table drops, and keeps what lives",
	  a_full_table_drops_and_keeps_what_lives },
	{ "a pod at its budget does not harm another",
	  a_pod_at_its_budget_does_not_harm_another },
	{ "modes have verdicts of their own",
	  modes_have_verdicts_of_their_own },
	{ "what is excluded has a verdict of its own",
	  what_is_excluded_has_a_verdict_of_its_own },
	{ "fragments beyond what is held are dropped",
	  fragments_beyond_what_is_held_are_dropped },
	{ "no verdict is without a packet", no_verdict_is_without_a_packet },
};

TEST_MAIN(cases)
