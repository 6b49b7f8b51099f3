// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which port a flow gets, and when there is none.
 */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "fixture.h"
#include "test.h"

enum { POOL_FIRST = 21000, POOL_SIZE = 100 };

static const char *const small_pool = "21000-21099";

static struct packet_spec flow_spec(int af, int i)
{
	return (struct packet_spec){
		.proto = IPPROTO_UDP,
		.src = af == AF_INET ? POD4 : POD6,
		.dst = af == AF_INET ? REMOTE4 : REMOTE6,
		.src_port = 30000 + i,
		.dst_port = 53,
	};
}

/* Open a flow. Return: its verdict; *ret_port: the port it went out with. */
static enum masq_verdict open_flow(const struct fixture *fixture,
				   const struct packet_spec *spec,
				   uint16_t *ret_port, struct frame *ret_out)
{
	struct frame sent, out;
	struct frame_view view;
	enum masq_verdict verdict;

	frame_build(&sent, spec);
	verdict = fixture_run(fixture, MASQ_EGRESS, &sent, &out);
	frame_view(&out, &view);
	*ret_port = view.src_port;
	if (ret_out)
		*ret_out = out;
	return verdict;
}

static void fill(const struct fixture *fixture, int af)
{
	bool is_used[POOL_SIZE] = { 0 };
	uint16_t port;

	for (int i = 0; i < POOL_SIZE; i++) {
		struct packet_spec spec = flow_spec(af, i);

		CHECK_EQUAL(open_flow(fixture, &spec, &port, NULL),
			    MASQ_TRANSLATED);
		CHECK(port >= POOL_FIRST && port < POOL_FIRST + POOL_SIZE);
		CHECK(!is_used[port - POOL_FIRST]);
		is_used[port - POOL_FIRST] = true;
	}
}

/* Full to the last port; one freed, that one is found again. */
static void fill_and_free(int af)
{
	const struct fixture_options options = { .ports = small_pool };
	struct packet_spec spec = flow_spec(af, 5),
			   next = flow_spec(af, POOL_SIZE),
			   other = flow_spec(af, POOL_SIZE + 1);
	struct fixture fixture;
	struct masq_tuple key;
	struct masq_flow flow;
	uint16_t freed, port;
	struct frame out;

	fixture_open(&fixture, &options);
	fill(&fixture, af);
	CHECK(!test_failed);
	CHECK_EQUAL(open_flow(&fixture, &next, &port, NULL), MASQ_DROP_NO_PORT);
	CHECK_EQUAL(fixture_usage(&fixture, next.src), POOL_SIZE);
	/* another destination has all its ports */
	other.dst_port = 54;
	CHECK_EQUAL(open_flow(&fixture, &other, &port, NULL), MASQ_TRANSLATED);

	CHECK_EQUAL(open_flow(&fixture, &spec, &freed, &out), MASQ_TRANSLATED);
	CHECK(fixture_flow(&fixture, &out, &key, &flow));
	CHECK(fixture_close_flow(&fixture, &key, &flow));
	CHECK_EQUAL(open_flow(&fixture, &next, &port, NULL), MASQ_TRANSLATED);
	CHECK_EQUAL(port, freed);
	CHECK_EQUAL(open_flow(&fixture, &spec, &port, NULL), MASQ_DROP_NO_PORT);
	fixture_close(&fixture);
}

static void a_destination_fills_to_its_last_port(void)
{
	fill_and_free(AF_INET);
	if (!test_failed)
		fill_and_free(AF_INET6);
}

static void the_own_port_is_kept_if_it_is_free(void)
{
	const struct fixture_options options = { .ports = small_pool };
	struct packet_spec spec = flow_spec(AF_INET, 0), other;
	struct fixture fixture;
	uint16_t port;

	spec.src_port = POOL_FIRST + 7;
	other = spec;
	other.src = OTHER_POD4;
	fixture_open(&fixture, &options);
	CHECK_EQUAL(open_flow(&fixture, &spec, &port, NULL), MASQ_TRANSLATED);
	CHECK_EQUAL(port, spec.src_port);
	CHECK_EQUAL(open_flow(&fixture, &other, &port, NULL), MASQ_TRANSLATED);
	CHECK(port != spec.src_port);
	fixture_close(&fixture);
}

/* Of 50 own ports, all free, hardly one is drawn again by chance. */
static void random_fully_does_not_try_the_own_port(void)
{
	const struct fixture_options options = { .random_fully = true };
	struct packet_spec spec = flow_spec(AF_INET, 0);
	struct fixture fixture;
	uint16_t port;
	int kept = 0;

	fixture_open(&fixture, &options);
	for (int i = 0; i < 50; i++) {
		spec.src_port = 20000 + i;
		CHECK_EQUAL(open_flow(&fixture, &spec, &port, NULL),
			    MASQ_TRANSLATED);
		kept += port == spec.src_port;
	}
	CHECK(kept < 10);
	fixture_close(&fixture);
}

static void make_expired(const struct fixture *fixture, const struct frame *out)
{
	struct masq_tuple key;
	struct masq_flow flow;

	CHECK(fixture_flow(fixture, out, &key, &flow));
	/* the datapath's clock is coarse: a tick may be missing */
	flow.expires_ns = fixture_now_ns() - 1000000000;
	fixture_set_flow(fixture, &key, &flow);
}

/* No sweep runs here. */
static void an_expired_flow_is_no_obstacle(void)
{
	const struct fixture_options options = { .ports = "21000-21000" };
	struct packet_spec first = flow_spec(AF_INET, 0),
			   second = flow_spec(AF_INET, 1);
	struct fixture fixture;
	struct frame out, answer, back;
	uint16_t port;

	fixture_open(&fixture, &options);
	CHECK_EQUAL(open_flow(&fixture, &first, &port, &out), MASQ_TRANSLATED);
	make_expired(&fixture, &out);
	CHECK(!test_failed);
	frame_answer(&first, &out, 0, &answer);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_INGRESS, &answer, &back),
		    MASQ_PASS_NO_FLOW);
	CHECK_EQUAL(open_flow(&fixture, &second, &port, NULL), MASQ_TRANSLATED);
	CHECK_EQUAL(fixture_usage(&fixture, POD4), 1);
	/* the first flow's index entry went with its record */
	CHECK_EQUAL(open_flow(&fixture, &first, &port, NULL),
		    MASQ_DROP_NO_PORT);
	fixture_close(&fixture);
}

static void close_tcp(const struct fixture *fixture,
		      const struct packet_spec *spec, struct frame *ret_out)
{
	struct packet_spec reset = *spec;
	struct frame frame;

	frame_build(&frame, spec);
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &frame, ret_out),
		    MASQ_TRANSLATED);
	reset.tcp_flags = RST;
	frame_build(&frame, &reset);
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &frame, NULL),
		    MASQ_TRANSLATED);
}

static void age(const struct fixture *fixture, const struct frame *out,
		__u32 closed_ago_s)
{
	struct masq_tuple key;
	struct masq_flow flow;

	CHECK(fixture_flow(fixture, out, &key, &flow));
	CHECK(flow.closed_s != 0);
	flow.closed_s = fixture_now_ns() / 1000000000 - closed_ago_s;
	fixture_set_flow(fixture, &key, &flow);
}

/* RFC 6888 REQ-8: while others are free; then the longest-closed one. */
static void closed_ports_rest_and_the_longest_closed_goes_first(void)
{
	const struct fixture_options options = { .ports = "21000-21003" };
	struct packet_spec spec = flow_spec(AF_INET, 0);
	/* few, for a machine that has just started has no more behind it */
	static const __u32 closed_ago_s[] = { 1, 3, 2 };
	struct frame out[3];
	struct fixture fixture;
	uint16_t port;

	spec.proto = IPPROTO_TCP;
	spec.tcp_flags = SYN;
	fixture_open(&fixture, &options);
	for (int i = 0; i < 3; i++) {
		spec.src_port = 21000 + i;
		close_tcp(&fixture, &spec, &out[i]);
		age(&fixture, &out[i], closed_ago_s[i]);
		CHECK(!test_failed);
	}
	spec.src_port = 40000;
	CHECK_EQUAL(open_flow(&fixture, &spec, &port, NULL), MASQ_TRANSLATED);
	CHECK_EQUAL(port, 21003);
	for (int i = 0; i < 3; i++) {
		static const uint16_t expected[] = { 21001, 21002, 21000 };

		spec.src_port = 40001 + i;
		CHECK_EQUAL(open_flow(&fixture, &spec, &port, NULL),
			    MASQ_TRANSLATED);
		CHECK_EQUAL(port, expected[i]);
	}
	spec.src_port = 40009;
	CHECK_EQUAL(open_flow(&fixture, &spec, &port, NULL), MASQ_DROP_NO_PORT);
	fixture_close(&fixture);
}

/* The record is over, but its port still rests; then it no longer does. */
static void a_resting_port_comes_back_after_two_minutes(void)
{
	const struct fixture_options options = { .ports = small_pool };
	struct packet_spec spec = flow_spec(AF_INET, 0);
	struct fixture fixture;
	struct frame out;
	uint16_t port;

	if (fixture_now_ns() < 130 * 1000000000ULL)
		SKIP("the machine has run for less than two minutes");
	spec.proto = IPPROTO_TCP;
	spec.tcp_flags = SYN;
	spec.src_port = POOL_FIRST;
	fixture_open(&fixture, &options);
	close_tcp(&fixture, &spec, &out);
	age(&fixture, &out, 118);
	make_expired(&fixture, &out);
	CHECK(!test_failed);
	spec.src = OTHER_POD4; /* wants the same port */
	CHECK_EQUAL(open_flow(&fixture, &spec, &port, NULL), MASQ_TRANSLATED);
	CHECK(port != POOL_FIRST);
	age(&fixture, &out, 121);
	CHECK(!test_failed);
	spec.src = "10.244.1.4";
	CHECK_EQUAL(open_flow(&fixture, &spec, &port, NULL), MASQ_TRANSLATED);
	CHECK_EQUAL(port, POOL_FIRST);
	fixture_close(&fixture);
}

static void beside_a_host_socket(int af, int type)
{
	const struct fixture_options options = { .ports = "21000-21001" };
	struct packet_spec spec = flow_spec(af, 0);
	struct fixture fixture;
	uint16_t port;
	int fd;

	spec.proto = type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
	spec.tcp_flags = SYN;
	spec.src_port = 21000;
	fixture_open(&fixture, &options);
	fd = fixture_host_socket(af, type, 21000);
	CHECK(fd >= 0);
	CHECK_EQUAL(open_flow(&fixture, &spec, &port, NULL), MASQ_TRANSLATED);
	CHECK_EQUAL(port, 21001);
	spec.src_port = 40000;
	CHECK_EQUAL(open_flow(&fixture, &spec, &port, NULL), MASQ_DROP_NO_PORT);
	close(fd);
	fixture_close(&fixture);
}

static void a_port_of_a_host_socket_is_not_given_away(void)
{
	beside_a_host_socket(AF_INET, SOCK_STREAM);
	if (!test_failed)
		beside_a_host_socket(AF_INET, SOCK_DGRAM);
	if (!test_failed)
		beside_a_host_socket(AF_INET6, SOCK_STREAM);
	if (!test_failed)
		beside_a_host_socket(AF_INET6, SOCK_DGRAM);
}

/* A pod has the port first; then the host uses it towards the same remote. */
static void a_host_flow_that_meets_a_pods_is_translated(void)
{
	const struct fixture_options options = { 0 };
	struct packet_spec pod = flow_spec(AF_INET, 0), host;
	struct frame out, answer, back;
	struct fixture fixture;
	struct frame_view view;
	uint16_t port;

	pod.src_port = 20007;
	host = pod;
	host.src = NODE4;
	fixture_open(&fixture, &options);
	CHECK_EQUAL(open_flow(&fixture, &pod, &port, NULL), MASQ_TRANSLATED);
	CHECK_EQUAL(port, 20007);
	CHECK_EQUAL(open_flow(&fixture, &host, &port, &out), MASQ_TRANSLATED);
	CHECK(port != 20007);
	CHECK(frame_checks(&out));
	frame_answer(&host, &out, 0, &answer);
	CHECK_EQUAL(fixture_run(&fixture, MASQ_INGRESS, &answer, &back),
		    MASQ_TRANSLATED);
	frame_view(&back, &view);
	CHECK_STRING(view.dst, NODE4);
	CHECK_EQUAL(view.dst_port, 20007);
	/* a host flow beside it is none of ours */
	host.src_port = 20008;
	CHECK_EQUAL(open_flow(&fixture, &host, &port, NULL), MASQ_PASS_NOT_POD);
	fixture_close(&fixture);
}

static void a_lost_index_entry_is_rebuilt(void)
{
	const struct fixture_options options = { 0 };
	struct packet_spec spec = flow_spec(AF_INET, 0);
	struct fixture fixture;
	struct masq_tuple key;
	struct masq_flow flow;
	struct frame out;
	uint16_t port;

	spec.src_port = 20007;
	fixture_open(&fixture, &options);
	CHECK_EQUAL(open_flow(&fixture, &spec, &port, &out), MASQ_TRANSLATED);
	CHECK(fixture_flow(&fixture, &out, &key, &flow));
	key.local = flow.local;
	CHECK_EQUAL(bpf_map_delete_elem(fixture.maps.fd[MAP_INDEX], &key), 0);
	CHECK_EQUAL(open_flow(&fixture, &spec, &port, NULL), MASQ_TRANSLATED);
	CHECK_EQUAL(port, 20007);
	CHECK_EQUAL(fixture_flows(&fixture), 1);
	CHECK_EQUAL(fixture_usage(&fixture, POD4), 1);
	fixture_close(&fixture);
}

static void the_sweep_returns_what_is_over(void)
{
	const struct fixture_options options = { .ports = small_pool };
	struct fixture fixture;
	struct masq_tuple key;
	struct frame out;
	uint16_t port;

	fixture_open(&fixture, &options);
	for (int i = 0; i < 50; i++) {
		struct packet_spec spec = flow_spec(AF_INET, i);

		CHECK_EQUAL(open_flow(&fixture, &spec, &port, &out),
			    MASQ_TRANSLATED);
		make_expired(&fixture, &out);
		CHECK(!test_failed);
	}
	CHECK(fixture_sweep_all(&fixture));
	CHECK(bpf_map_get_next_key(fixture.maps.fd[MAP_FLOWS], NULL, &key) < 0);
	CHECK(bpf_map_get_next_key(fixture.maps.fd[MAP_INDEX], NULL, &key) < 0);
	CHECK(bpf_map_get_next_key(fixture.maps.fd[MAP_USAGE], NULL, &key) < 0);
	fixture_close(&fixture);
}

static const struct test_case cases[] = {
	{ "a destination fills to its last port, and a freed one is found",
	  a_destination_fills_to_its_last_port },
	{ "the pod's own port is kept if it is free",
	  the_own_port_is_kept_if_it_is_free },
	{ "--random-fully does not try the own port",
	  random_fully_does_not_try_the_own_port },
	{ "an expired flow is no obstacle", an_expired_flow_is_no_obstacle },
	{ "closed ports rest, and the longest-closed goes first",
	  closed_ports_rest_and_the_longest_closed_goes_first },
	{ "a resting port comes back after two minutes",
	  a_resting_port_comes_back_after_two_minutes },
	{ "a port of a host socket is not given away",
	  a_port_of_a_host_socket_is_not_given_away },
	{ "a host flow that meets a pod's is translated",
	  a_host_flow_that_meets_a_pods_is_translated },
	{ "a lost index entry is rebuilt", a_lost_index_entry_is_rebuilt },
	{ "the sweep returns what is over", the_sweep_returns_what_is_over },
};

TEST_MAIN(cases)
