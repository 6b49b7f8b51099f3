// SPDX-License-Identifier: GPL-2.0-only
/*
 * RFC 6888, NAT for many, which port whom: what tools/rfc.table says is met.
 */
#include "rfc.h"

enum { DRAWS = 200, SMALL_FIRST = 21000, SMALL_POOL = 20, RESTS_S = 120 };

/* Closed by a RST so many seconds ago, and its record over. */
static void flow_ended(const struct fixture *fixture, const struct flow *flow,
		       __u32 closed_ago_s)
{
	struct masq_flow record;
	struct masq_tuple key;
	__u64 now = fixture_now_ns();

	flow_record(fixture, flow, &key, &record);
	CHECK(!test_failed);
	CHECK(record.closed_s);
	record.closed_s = now / SECOND_NS - closed_ago_s;
	record.expires_ns = now - SECOND_NS;
	fixture_set_flow(fixture, &key, &record);
}

/* The other pod wants the very port, and gets another. */
static void resting(struct fixture *fixture, const struct family *f)
{
	/* as old as it may be, or as the machine is */
	__u64 up_s = fixture_now_ns() / SECOND_NS;
	__u32 ages[] = { 0, up_s > RESTS_S ? RESTS_S - 20 : up_s / 2 };

	for (int i = 0; i < 2; i++) {
		struct packet_spec spec = fresh_spec(f, IPPROTO_TCP);
		struct flow flow, other;

		spec.src_port = POOL_FIRST + i;
		flow_establish(fixture, &spec, &flow);
		CHECK(!test_failed);
		CHECK_EQUAL(flow.port, spec.src_port);
		CHECK_EQUAL(flow_send(fixture, &flow, RST, NULL),
			    MASQ_TRANSLATED);
		flow_ended(fixture, &flow, ages[i]);
		CHECK(!test_failed);
		spec.src = f->other_pod;
		flow_open(fixture, &spec, &other);
		CHECK(!test_failed);
		CHECK(other.port != flow.port);
	}
}

static void a_closed_connections_port_rests_two_minutes(void)
{
	play_default(resting);
}

static void reused_tcp(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_TCP);
	struct flow flow, other;

	flow_walk(fixture, &spec,
		  (int[]){ OUT | SYN, IN | SYN | ACK, OUT | FIN | ACK,
			   IN | FIN | ACK, 0 },
		  &flow);
	CHECK(!test_failed);
	spec.src = f->other_pod;
	flow_open(fixture, &spec, &other);
	CHECK(!test_failed);
	CHECK_EQUAL(other.port, flow.port);
}

static void a_closed_connections_port_serves_when_no_other_does(void)
{
	play(reused_tcp, &(struct fixture_options){ .ports = "21000-21000" });
}

/* What the new mapping lets in is the new owner's alone. */
static void reused_udp(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	struct flow flow, other;
	struct frame_view view;
	struct frame got;

	spec.src_port = POOL_FIRST;
	flow_establish(fixture, &spec, &flow);
	CHECK(!test_failed);
	flow_age(fixture, &flow, 301);
	CHECK(!test_failed);
	spec.src = f->other_pod;
	flow_open(fixture, &spec, &other);
	CHECK(!test_failed);
	CHECK_EQUAL(other.port, flow.port);
	CHECK_EQUAL(flow_answer(fixture, &other, 0, &got), MASQ_TRANSLATED);
	CHECK(frame_view(&got, &view));
	CHECK_STRING(view.dst, f->other_pod);
}

static void a_udp_port_is_free_at_once(void)
{
	play_default(reused_udp);
}

/* Each port of the pool, towards each of the remotes. */
static void whole_pool(struct fixture *fixture, const struct family *f)
{
	const char *remotes[] = { f->remote, f->other_remote };

	for (int r = 0; r < 2; r++) {
		bool is_used[SMALL_POOL] = { 0 };

		for (int i = 0; i < SMALL_POOL; i++) {
			struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
			struct flow flow;

			spec.dst = remotes[r];
			flow_open(fixture, &spec, &flow);
			CHECK(!test_failed);
			CHECK(!is_used[flow.port - SMALL_FIRST]);
			is_used[flow.port - SMALL_FIRST] = true;
		}
	}
}

static void every_port_serves_every_destination(void)
{
	play(whole_pool, &(struct fixture_options){ .ports = "21000-21019" });
}

/* The pod's own ports are in the pool, in order, and all free. */
static void draw(const struct fixture *fixture, const struct family *f,
		 uint16_t *ret)
{
	int kept = 0;

	for (int i = 0; i < DRAWS; i++) {
		struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
		struct flow flow;

		spec.src_port = POOL_FIRST + i;
		flow_open(fixture, &spec, &flow);
		CHECK(!test_failed);
		ret[i] = flow.port;
		kept += flow.port == spec.src_port;
	}
	CHECK(kept < DRAWS / 10);
	ports_are_random(ret, DRAWS);
}

static void ports_are_hard_to_guess(void)
{
	const struct fixture_options options = { .random_fully = true };
	uint16_t ports[MASQ_FAMILY_COUNT][2][DRAWS];

	for (int run = 0; run < 2; run++) {
		struct fixture fixture;

		fixture_open(&fixture, &options);
		for (int i = 0; i < MASQ_FAMILY_COUNT && !test_failed; i++)
			draw(&fixture, &families[i], ports[i][run]);
		fixture_close(&fixture);
		CHECK(!test_failed);
	}
	for (int i = 0; i < MASQ_FAMILY_COUNT; i++)
		CHECK(memcmp(ports[i][0], ports[i][1], sizeof(ports[i][0])));
}

static const struct test_case cases[] = {
	{ "RFC 6888 REQ-8: a closed connection's port rests for two minutes",
	  a_closed_connections_port_rests_two_minutes },
	{ "RFC 6888 REQ-8A: a closed connection's port serves again when no "
	  "other is left",
	  a_closed_connections_port_serves_when_no_other_does },
	{ "RFC 6888 REQ-8C: the port of UDP that is over serves again at once",
	  a_udp_port_is_free_at_once },
	{ "RFC 6888 REQ-13: every port serves every destination",
	  every_port_serves_every_destination },
	{ "RFC 6888 REQ-15: with --random-fully no port follows from others",
	  ports_are_hard_to_guess },
};

TEST_MAIN(cases)
