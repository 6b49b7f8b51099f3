// SPDX-License-Identifier: GPL-2.0-only
/*
 * SCTP and UDP-Lite: the ports that stay or change, and checksums of their own
 * kinds.
 */
#include "protocol.h"

enum {
	UDPLITE_HEADER = 8,
};

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

static const struct test_case cases[] = {
	{ "SCTP leaves with the node's address, its port and CRC as they were",
	  sctp_changes_its_address_alone },
	{ "SCTP answers and aborts open no flow, all other chunks do",
	  sctp_answers_open_no_flow },
	{ "every chunk of an SCTP flow is translated, in one flow",
	  sctp_chunks_of_a_flow_all_pass },
	{ "another SCTP port, or the same towards another, is another flow",
	  sctp_ports_part_pods },
	{ "UDP-Lite is translated with its checksum, whatever that covers",
	  udplite_is_right_with_every_coverage },
	{ "a UDP-Lite checksum of zero is never made",
	  udplite_checksum_zero_is_never_made },
	{ "only an INIT opens an inbound SCTP flow",
	  only_an_init_opens_an_inbound_sctp_flow },
};

TEST_MAIN(cases)
