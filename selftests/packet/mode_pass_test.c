// SPDX-License-Identifier: GPL-2.0-only
/*
 * Island, flat, isolated: what the mode makes of packets of every kind between
 * pods and the outside; no others are its business.
 */
#include "mode.h"

enum {
	GRE = 47,
	AH = 51,
};

/* Kinds of packets, each from a pod to the outside or from there to a pod. */
static struct packet_spec plain(const struct family *f, const char *src,
				const char *dst)
{
	(void)f;
	return udp_of(src, dst);
}

static struct packet_spec opening(const struct family *f, const char *src,
				  const char *dst)
{
	(void)f;
	return tcp_of(src, dst);
}

static struct packet_spec stray(const struct family *f, const char *src,
				const char *dst)
{
	struct packet_spec spec = tcp_of(src, dst);

	(void)f;
	spec.tcp_flags = RST;
	return spec;
}

static struct packet_spec echo(const struct family *f, const char *src,
			       const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	spec.proto = f->icmp;
	spec.icmp_type = f->echo;
	return spec;
}

static struct packet_spec unknown_icmp(const struct family *f, const char *src,
				       const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	spec.proto = f->icmp;
	spec.icmp_type = f->unknown_icmp;
	return spec;
}

static struct packet_spec error(const struct family *f, const char *src,
				const char *dst)
{
	struct packet_spec spec = udp_of(src, dst), about = udp_of(dst, src);
	static struct frame quote;

	frame_build(&quote, &about);
	spec.proto = f->icmp;
	spec.icmp_type = f->unreachable;
	spec.quote = &quote;
	return spec;
}

static struct packet_spec bare(const struct family *f, const char *src,
			       const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	(void)f;
	spec.proto = GRE;
	return spec;
}

static struct packet_spec forbidden(const struct family *f, const char *src,
				    const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	(void)f;
	spec.proto = AH;
	return spec;
}

static struct packet_spec sctp(const struct family *f, const char *src,
			       const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	(void)f;
	spec.proto = IPPROTO_SCTP;
	spec.sctp_chunk = 1; /* INIT */
	return spec;
}

/* Not for IPv4. */
static struct packet_spec extensions(const struct family *f, const char *src,
				     const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	if (f->icmp == IPPROTO_ICMP)
		return spec;
	memcpy(spec.extensions, (uint8_t[]){ 0, 60, 60, 60, 60, 60 }, 6);
	spec.extension_count = 6;
	return spec;
}

static const struct {
	const char *name;
	struct packet_spec (*spec)(const struct family *f, const char *src,
				   const char *dst);
} kinds[] = {
	{ "UDP", plain },
	{ "SYN", opening },
	{ "RST", stray },
	{ "echo", echo },
	{ "unknown ICMP", unknown_icmp },
	{ "an error of no flow", error },
	{ "GRE", bare },
	{ "AH", forbidden },
	{ "SCTP", sctp },
	{ "many extension headers", extensions },
};

/* Whole, cut at every length, in fragments: the later ones first and last. */
static void whole_and_in_parts(const struct fixture *fixture,
			       const struct family *f,
			       enum masq_direction direction,
			       struct packet_spec spec,
			       enum masq_verdict verdict)
{
	static uint32_t datagram;
	struct frame whole, part;

	datagram++;
	stays(fixture, direction, &spec, verdict);
	frame_build(&whole, &spec);
	part = whole;
	for (part.length = FRAME_L3 + f->header;
	     part.length < whole.length && !test_failed; part.length++)
		frame_stays(fixture, direction, &part, verdict);
	for (int i = 0; i < 3 && !test_failed; i++) {
		frame_cut(&whole, datagram, i % 2 ? 0 : 16, 16, &part);
		frame_stays(fixture, direction, &part, verdict);
	}
}

static void every_kind(const struct fixture *fixture, const struct family *f,
		       enum masq_verdict verdict)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		whole_and_in_parts(fixture, f, MASQ_EGRESS,
				   kinds[i].spec(f, f->pod, f->remote),
				   verdict);
		if (!test_failed)
			whole_and_in_parts(fixture, f, MASQ_INGRESS,
					   kinds[i].spec(f, f->remote, f->pod),
					   verdict);
		if (test_failed)
			printf("# with %s\n", kinds[i].name);
		CHECK(!test_failed);
	}
}

static void every_destination(const struct fixture *fixture,
			      const struct family *f, enum masq_verdict verdict)
{
	const char *const destinations[] = { f->multicast, f->link_local,
					     f->icmp == IPPROTO_ICMP ?
						     "255.255.255.255" :
						     "ff02::1" };

	for (size_t i = 0; i < 3 && !test_failed; i++) {
		struct packet_spec spec = udp_of(f->pod, destinations[i]);

		whole_and_in_parts(fixture, f, MASQ_EGRESS, spec, verdict);
	}
}

static void flat_passes(const struct fixture *fixture, const struct family *f)
{
	fixture_set_mode(fixture, MASQ_MODE_FLAT);
	every_kind(fixture, f, MASQ_PASS_FLAT);
	if (!test_failed)
		every_destination(fixture, f, MASQ_PASS_FLAT);
	CHECK_EQUAL(fixture_entries(fixture), 0);
}

static void in_flat_everything_passes(void)
{
	play(flat_passes);
}

static void isolated_drops(const struct fixture *fixture,
			   const struct family *f)
{
	fixture_set_mode(fixture, MASQ_MODE_ISOLATED);
	every_kind(fixture, f, MASQ_DROP_ISOLATED);
	if (!test_failed)
		every_destination(fixture, f, MASQ_DROP_ISOLATED);
	CHECK_EQUAL(fixture_entries(fixture), 0);
}

static void in_isolated_nothing_passes(void)
{
	play(isolated_drops);
}

/* What no mode is about: the pods in the island, and the node. */
static void every_mode(const struct fixture *fixture, const struct family *f)
{
	for (int mode = 0; mode < MASQ_MODE_COUNT; mode++) {
		const struct packet_spec none_of_ours[] = {
			tcp_of(f->pod, f->island),
			tcp_of(f->island, f->pod),
			tcp_of(f->node, f->remote),
			tcp_of(f->remote, f->node),
			bare(f, f->node, f->remote),
			error(f, f->node, f->remote),
		};
		static const int directions[] = { MASQ_EGRESS, MASQ_INGRESS,
						  MASQ_EGRESS, MASQ_INGRESS,
						  MASQ_EGRESS, MASQ_EGRESS };
		static const int verdicts[] = {
			MASQ_PASS_ISLAND,  MASQ_PASS_NO_FLOW, MASQ_PASS_NOT_POD,
			MASQ_PASS_NO_FLOW, MASQ_PASS_NOT_POD, MASQ_PASS_NOT_POD
		};

		fixture_set_mode(fixture, mode);
		for (int i = 0; i < 6; i++) {
			whole_and_in_parts(fixture, f, directions[i],
					   none_of_ours[i], verdicts[i]);
			if (test_failed)
				printf("# in mode %d, packet %d\n", mode, i);
			CHECK(!test_failed);
		}
	}
}

static void the_island_and_the_node_are_none_of_a_modes_business(void)
{
	play(every_mode);
}

static const struct test_case cases[] = {
	{ "flat: what is a pod's passes as it is, whatever it is",
	  in_flat_everything_passes },
	{ "isolated: nothing passes between a pod and the outside",
	  in_isolated_nothing_passes },
	{ "in every mode pods reach the island, and the node everything",
	  the_island_and_the_node_are_none_of_a_modes_business },
};

TEST_MAIN(cases)
