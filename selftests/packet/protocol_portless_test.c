// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where no port can part flows, one pod has the remote, or the host.
 */
#include "protocol.h"

enum {
	GRE = 47,
	ESP = 50,
};

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

static const struct test_case cases[] = {
	{ "without a port to part them, one pod has the remote while it lives",
	  without_ports_one_pod_has_the_remote },
	{ "what a pod had without ports is the host's when it uses it",
	  the_host_takes_what_a_pod_had },
	{ "the host's packets prolong what it has, a pod's do not",
	  the_host_keeps_what_it_uses },
	{ "what the outside opens without ports is answered as the pod",
	  inbound_flows_keep_the_pods_address },
};

TEST_MAIN(cases)
