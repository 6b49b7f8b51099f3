// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every other protocol and ICMP type, by its number: translated, or refused to
 * pods alone.
 */
#include "protocol.h"

enum {
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
};

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

static const struct test_case cases[] = {
	{ "every other protocol leaves with the node's address, and returns",
	  other_protocols_change_their_address_alone },
	{ "protocols that forbid translation are refused to pods alone",
	  protocols_that_forbid_it_are_refused },
	{ "ICMP timestamps leave and return",
	  icmp_timestamps_leave_and_return },
	{ "ICMP messages of other types are refused to pods alone",
	  other_icmp_types_are_refused },
};

TEST_MAIN(cases)
