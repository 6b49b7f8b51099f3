// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refused packets of which nobody is told.
 */
#include "tell.h"

enum {
	AH = 51,
	/* RFC 6633, RFC 792 */
	SOURCE_QUENCH = 4,
	REDIRECT4 = 5,
	/* RFC 4443 2.1: errors are the types before */
	INFORMATIONAL = 128,
	REDIRECT6 = 137,
};

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
