// SPDX-License-Identifier: GPL-2.0-only
/*
 * RFC 5508, REQ-3 to REQ-6, the errors that pass: what tools/rfc.table says is
 * met.
 */
#include "rfc.h"

/* One bit of what its checksum covers, but for that right. */
static void broken(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	struct frame error, got;
	struct flow flow;

	flow_open(fixture, &spec, &flow);
	CHECK(!test_failed);
	error_in(&error, f, f->router, f->unreachable, 3, &flow);
	error.bytes[error.length - 1] ^= 0x10;
	CHECK_EQUAL(fixture_run(fixture, MASQ_INGRESS, &error, &got),
		    MASQ_PASS_NO_FLOW);
	CHECK_EQUAL(got.length, error.length);
	CHECK(!memcmp(got.bytes, error.bytes, got.length));
	error_out(&error, f, f->pod, f->unreachable, 3, &flow);
	error.bytes[error.length - 1] ^= 0x10;
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &error, NULL),
		    MASQ_DROP_MALFORMED);
}

static void with_a_wrong_checksum_it_is_not_translated(void)
{
	play_default(broken);
}

/* An error about a UDP packet of this kind. */
static void error_about(const struct fixture *fixture, const struct family *f,
			struct packet_spec spec)
{
	struct frame error;
	struct flow flow;

	flow_open(fixture, &spec, &flow);
	CHECK(!test_failed);
	error_in(&error, f, f->router, f->time_exceeded, 0, &flow);
	error_arrives(fixture, &error, f->router, &flow);
}

static void options_are_passed(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);

	if (f->icmp == IPPROTO_ICMP) {
		for (spec.ip_options = 4; spec.ip_options <= 40;
		     spec.ip_options += 4) {
			error_about(fixture, f, spec);
			CHECK(!test_failed);
		}
		return;
	}
	memcpy(spec.extensions, (uint8_t[]){ 0, 60, 43, 60 }, 4);
	spec.extension_count = 4;
	error_about(fixture, f, spec);
}

static void options_of_the_quoted_packet_are_passed_over(void)
{
	play_default(options_are_passed);
}

/* Only the quoted transport checksum is wrong; it is left wrong. */
static void wrong_quotation(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	struct flow flow, wrong;
	struct frame error;
	struct frame_view view;

	flow_open(fixture, &spec, &flow);
	CHECK(!test_failed);
	CHECK(frame_view(&flow.out, &view));
	wrong = flow;
	/* of the first byte that is sent: the sum covers it */
	wrong.out.bytes[view.l4 + 8] ^= 0x40;
	wrong.sent.bytes[view.l4 + 8] ^= 0x40;
	CHECK(!frame_checks(&wrong.out));
	error_in(&error, f, f->router, f->unreachable, 3, &wrong);
	error_arrives(fixture, &error, f->router, &wrong);
}

static void the_quoted_checksum_is_not_judged(void)
{
	play_default(wrong_quotation);
}

/* RFC 4884: 128 bytes of the packet, then a structure of its own. */
static void extended(struct fixture *fixture, const struct family *f)
{
	const size_t quoted = 128, extension = 20;
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP), error;
	struct frame frame, expected, got;
	struct flow flow;

	spec.payload = 300;
	flow_open(fixture, &spec, &flow);
	CHECK(!test_failed);
	error = (struct packet_spec){
		.proto = f->icmp,
		.src = f->router,
		.dst = f->node,
		.icmp_type = f->time_exceeded,
		.icmp_rest = f->icmp == IPPROTO_ICMP ? quoted / 4 << 16 :
						       quoted / 8 << 24,
		.quote = &flow.out,
		.quote_length = quoted,
		.payload = extension,
	};
	frame_build(&frame, &error);
	error.dst = f->pod;
	error.quote = &flow.sent;
	frame_build(&expected, &error);
	CHECK_EQUAL(fixture_run(fixture, MASQ_INGRESS, &frame, &got),
		    MASQ_TRANSLATED);
	CHECK_EQUAL(got.length, expected.length);
	CHECK(!memcmp(got.bytes, expected.bytes, got.length));
}

static void extensions_are_no_part_of_the_quoted_packet(void)
{
	play_default(extended);
}

static const uint8_t protos[] = { IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP };

enum { PROTOS = sizeof(protos) };

/* A flow of each protocol, and the errors about it, which `each` judges. */
static void
of_every_protocol(const struct fixture *fixture, const struct family *f,
		  void (*each)(const struct fixture *fixture,
			       const struct family *f, const struct flow *flow))
{
	for (int i = 0; i < PROTOS; i++) {
		uint8_t proto = protos[i] == IPPROTO_ICMP ? f->icmp : protos[i];
		struct packet_spec spec = fresh_spec(f, proto);
		struct flow flow;

		flow_open(fixture, &spec, &flow);
		CHECK(!test_failed);
		each(fixture, f, &flow);
		if (test_failed)
			printf("# about protocol %d\n", proto);
		CHECK(!test_failed);
	}
}

/* Run it, with every type of error that NAT knows, and code. */
static void of_every_type(const struct fixture *fixture, const struct family *f,
			  const struct flow *flow,
			  void (*each)(const struct fixture *fixture,
				       const struct family *f,
				       const struct flow *flow, uint8_t type,
				       uint8_t code))
{
	const uint8_t types[] = { f->unreachable, f->time_exceeded,
				  f->parameter_problem };

	for (size_t i = 0; i < sizeof(types); i++) {
		for (int code = 0; code <= 15; code++) {
			each(fixture, f, flow, types[i], code);
			if (test_failed)
				printf("# type %d, code %d\n", types[i], code);
			CHECK(!test_failed);
		}
	}
}

static void quotation_in(const struct fixture *fixture, const struct family *f,
			 const struct flow *flow)
{
	struct frame error, got;

	error_in(&error, f, f->router, f->unreachable, 1, flow);
	CHECK_EQUAL(fixture_run(fixture, MASQ_INGRESS, &error, &got),
		    MASQ_TRANSLATED);
	CHECK(frame_checks(&got));
	error_quotes(&got, &flow->sent);
}

static void quotations_in(struct fixture *fixture, const struct family *f)
{
	of_every_protocol(fixture, f, quotation_in);
}

static void from_outside_it_quotes_what_the_pod_sent(void)
{
	play_default(quotations_in);
}

static void type_in(const struct fixture *fixture, const struct family *f,
		    const struct flow *flow, uint8_t type, uint8_t code)
{
	struct frame error, got;

	error_in(&error, f, f->router, type, code, flow);
	CHECK_EQUAL(fixture_run(fixture, MASQ_INGRESS, &error, &got),
		    MASQ_TRANSLATED);
	error_keeps(&got, &error);
}

static void types_in_of(const struct fixture *fixture, const struct family *f,
			const struct flow *flow)
{
	of_every_type(fixture, f, flow, type_in);
}

static void types_in(struct fixture *fixture, const struct family *f)
{
	of_every_protocol(fixture, f, types_in_of);
}

static void from_outside_it_keeps_type_and_code(void)
{
	play_default(types_in);
}

static void address_in(const struct fixture *fixture, const struct family *f,
		       const struct flow *flow)
{
	struct frame_view view;
	struct frame error, got;

	error_in(&error, f, f->router, f->unreachable, 1, flow);
	CHECK_EQUAL(fixture_run(fixture, MASQ_INGRESS, &error, &got),
		    MASQ_TRANSLATED);
	CHECK(frame_view(&got, &view));
	CHECK_STRING(view.dst, flow->spec.src);
	CHECK_STRING(view.src, f->router);
}

static void addresses_in(struct fixture *fixture, const struct family *f)
{
	of_every_protocol(fixture, f, address_in);
}

static void from_outside_it_goes_to_the_pod(void)
{
	play_default(addresses_in);
}

/* The pod quotes what the outside has never sent it. */
static void stray_out(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, IPPROTO_UDP);
	struct flow none = { .spec = spec };
	struct frame error;

	frame_build(&none.sent, &spec);
	error_out(&error, f, f->pod, f->unreachable, 3, &none);
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &error, NULL),
		    MASQ_DROP_STRAY);
}

static void without_a_mapping_a_pods_error_is_dropped(void)
{
	play_default(stray_out);
}

static void quotation_out(const struct fixture *fixture, const struct family *f,
			  const struct flow *flow)
{
	struct frame error, got, answer;

	error_out(&error, f, f->pod, f->unreachable, 3, flow);
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &error, &got),
		    MASQ_TRANSLATED);
	CHECK(frame_checks(&got));
	frame_answer(&flow->spec, &flow->out, ACK, &answer);
	error_quotes(&got, &answer);
}

static void quotations_out(struct fixture *fixture, const struct family *f)
{
	of_every_protocol(fixture, f, quotation_out);
}

static void of_a_pod_it_quotes_what_the_outside_sent(void)
{
	play_default(quotations_out);
}

static void type_out(const struct fixture *fixture, const struct family *f,
		     const struct flow *flow, uint8_t type, uint8_t code)
{
	struct frame error, got;

	error_out(&error, f, f->pod, type, code, flow);
	CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &error, &got),
		    MASQ_TRANSLATED);
	error_keeps(&got, &error);
}

static void types_out_of(const struct fixture *fixture, const struct family *f,
			 const struct flow *flow)
{
	of_every_type(fixture, f, flow, type_out);
}

static void types_out(struct fixture *fixture, const struct family *f)
{
	of_every_protocol(fixture, f, types_out_of);
}

static void of_a_pod_it_keeps_type_and_code(void)
{
	play_default(types_out);
}

/* By the pod that was meant, or another that routes for it. */
static void address_out(const struct fixture *fixture, const struct family *f,
			const struct flow *flow)
{
	const char *const sources[] = { f->pod, f->other_pod };
	struct frame_view view;
	struct frame error, got;

	for (int i = 0; i < 2; i++) {
		error_out(&error, f, sources[i], f->unreachable, 1, flow);
		CHECK_EQUAL(fixture_run(fixture, MASQ_EGRESS, &error, &got),
			    MASQ_TRANSLATED);
		CHECK(frame_view(&got, &view));
		CHECK_STRING(view.src, f->node);
		CHECK_STRING(view.dst, f->remote);
	}
}

static void addresses_out(struct fixture *fixture, const struct family *f)
{
	of_every_protocol(fixture, f, address_out);
}

static void of_a_pod_it_comes_from_the_node(void)
{
	play_default(addresses_out);
}

/* Young and old, for an error must not prolong it either. */
static void query_outlives_icmp(struct fixture *fixture, const struct family *f)
{
	struct packet_spec spec = fresh_spec(f, f->icmp);
	struct flow flow;

	flow_establish(fixture, &spec, &flow);
	CHECK(!test_failed);
	flow_age(fixture, &flow, 20);
	CHECK(!test_failed);
	flow_outlives_icmp(fixture, f, &flow);
}

static void errors_leave_the_query_as_it_is(void)
{
	play_default(query_outlives_icmp);
}

static const struct test_case cases[] = {
	{ "RFC 5508 REQ-3: an error whose checksum is wrong is not translated",
	  with_a_wrong_checksum_it_is_not_translated },
	{ "RFC 5508 REQ-3b: options of the quoted packet are passed over",
	  options_of_the_quoted_packet_are_passed_over },
	{ "RFC 5508 REQ-3c: the quoted transport checksum is not judged",
	  the_quoted_checksum_is_not_judged },
	{ "RFC 5508 REQ-3d: extensions are no part of the quoted packet",
	  extensions_are_no_part_of_the_quoted_packet },
	{ "RFC 5508 REQ-4a: an error from outside quotes what the pod sent",
	  from_outside_it_quotes_what_the_pod_sent },
	{ "RFC 5508 REQ-4b: an error from outside keeps type and code",
	  from_outside_it_keeps_type_and_code },
	{ "RFC 5508 REQ-4c: an error from outside goes to the pod",
	  from_outside_it_goes_to_the_pod },
	{ "RFC 5508 REQ-5: without a mapping a pod's error is dropped",
	  without_a_mapping_a_pods_error_is_dropped },
	{ "RFC 5508 REQ-5a: a pod's error quotes what the outside sent",
	  of_a_pod_it_quotes_what_the_outside_sent },
	{ "RFC 5508 REQ-5b: a pod's error keeps type and code",
	  of_a_pod_it_keeps_type_and_code },
	{ "RFC 5508 REQ-5c: a pod's error comes from the node's address",
	  of_a_pod_it_comes_from_the_node },
	{ "RFC 5508 REQ-6: errors neither prolong nor end a query",
	  errors_leave_the_query_as_it_is },
};

TEST_MAIN(cases)
