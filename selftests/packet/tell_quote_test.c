// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pod whose packet is refused is told by ICMP, in that packet's place: of
 * which refusals, and with what quotation.
 */
#include <bpf/bpf.h>

#include "tell.h"

enum {
	GRE = 47,
	PAYLOAD_MAX = 2000,
};

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

static const struct test_case cases[] = {
	{ "no port, no budget, no room, taken, isolated: the pod is told",
	  each_refusal_is_told },
	{ "a packet of every size and kind is quoted as it was",
	  packets_of_every_size_are_quoted },
	{ "a device that finishes the quoted checksum changes nothing",
	  quoted_checksums_leave_nothing_to_finish },
	{ "of a datagram's fragments the first alone is answered",
	  of_fragments_the_first_alone_is_answered },
};

TEST_MAIN(cases)
