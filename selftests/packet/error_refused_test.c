// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP errors that are of no flow, or only look like it: none is translated.
 */
#include "error.h"

enum { TYPES = 256 };

static bool is_echo(const struct packet_spec *spec)
{
	return is_icmp(spec->proto) && spec->icmp_type != TIMESTAMP;
}

static bool is_query_type(enum masq_family family, int type)
{
	if (family == MASQ_IPV4)
		return type == ECHO4 || type == ECHO4_REPLY ||
		       type == TIMESTAMP || type == TIMESTAMP + 1;
	return type == ECHO6 || type == ECHO6 + 1;
}

/* How a packet may differ from one that is of a flow. */
enum stranger {
	OTHER_SOURCE_PORT,
	OTHER_DESTINATION_PORT,
	OTHER_REMOTE,
	OTHER_LOCAL,
	OTHER_PROTOCOL,
	STRANGERS,
};

static const char *const stranger_names[STRANGERS] = {
	"source port",	 "destination port", "remote",
	"local address", "protocol",
};

/* Return: false if such packets do not have that. */
static bool stranger_build(enum stranger stranger,
			   const struct journey *journey, struct frame *ret)
{
	bool is_out = journey->direction == MASQ_INGRESS;
	struct packet_spec spec = journey->flow->spec;
	struct frame_view view;

	frame_view(journey->from.quote, &view);
	if (is_icmp(view.proto) && stranger == OTHER_DESTINATION_PORT)
		return false;
	if (view.proto == GRE && stranger <= OTHER_DESTINATION_PORT)
		return false;
	spec.src = view.src;
	spec.dst = view.dst;
	spec.src_port = stranger == OTHER_SOURCE_PORT ? UNUSED_PORT :
							view.src_port;
	spec.dst_port = stranger == OTHER_DESTINATION_PORT ? UNUSED_PORT :
							     view.dst_port;
	if (stranger == OTHER_REMOTE)
		*(is_out ? &spec.dst : &spec.src) =
			journey->flow->ends->stranger;
	if (stranger == OTHER_LOCAL)
		*(is_out ? &spec.src : &spec.dst) = journey->flow->ends->hop;
	if (stranger == OTHER_PROTOCOL)
		spec.proto = ESP;
	frame_build(ret, &spec);
	return true;
}

static void strangers_are_refused(const struct fixture *fixture,
				  const struct journey *journey)
{
	size_t count = fixture_entries(fixture);

	for (int stranger = 0; stranger < STRANGERS; stranger++) {
		struct journey strange = *journey;
		struct frame_view view;
		struct frame quote;

		if (!stranger_build(stranger, journey, &quote))
			continue;
		frame_view(&quote, &view);
		strange.from.dst = view.src; /* as it ought to be */
		strange.from.quote = &quote;
		error_becomes(fixture, &strange, journey->refused);
		if (test_failed) {
			printf("# but for the %s\n", stranger_names[stranger]);
			return;
		}
	}
	CHECK_EQUAL(fixture_entries(fixture), count);
}

static void errors_of_no_flow_are_refused(void)
{
	in_every_way(&(struct plan){ .journey = strangers_are_refused,
				     .payload = 16 });
}

/* From whom to whom, when what it quotes went the other way. */
static const struct {
	enum masq_direction direction;
	const char *src[MASQ_FAMILY_COUNT];
	const char *dst[MASQ_FAMILY_COUNT];
	enum masq_verdict verdict;
} bystanders[] = {
	{ MASQ_EGRESS, { POD4, POD6 }, { ISLAND4, ISLAND6 }, MASQ_PASS_ISLAND },
	{ MASQ_INGRESS,
	  { ISLAND4, ISLAND6 },
	  { POD4, POD6 },
	  MASQ_PASS_NO_FLOW },
	{ MASQ_INGRESS,
	  { ISLAND4, ISLAND6 },
	  { NODE4, NODE6 },
	  MASQ_PASS_NO_FLOW },
	{ MASQ_INGRESS,
	  { REMOTE4, REMOTE6 },
	  { OTHER_POD4, OTHER_POD6 },
	  MASQ_PASS_NO_FLOW },
	{ MASQ_EGRESS,
	  { NODE4, NODE6 },
	  { REMOTE4, REMOTE6 },
	  MASQ_PASS_NOT_POD },
	{ MASQ_EGRESS,
	  { NODE4, NODE6 },
	  { ISLAND4, ISLAND6 },
	  MASQ_PASS_NOT_POD },
};

/* With ports that are of no flow. */
static void bystanders_pass(const struct fixture *fixture,
			    const struct packet_spec *spec)
{
	enum masq_family family = family_of(spec->src);

	for (size_t i = 0; i < LENGTH(bystanders); i++) {
		struct packet_spec quoted = *spec;
		struct frame frame, quote;
		struct side side = {
			.src = bystanders[i].src[family],
			.dst = bystanders[i].dst[family],
			.quote = &quote,
		};

		quoted.src = side.dst;
		quoted.dst = side.src;
		quoted.src_port = UNUSED_PORT;
		if (quoted.proto == GRE)
			quoted.proto = ESP;
		frame_build(&quote, &quoted);
		error_build(&frame, &side);
		becomes(fixture, bystanders[i].direction, &frame,
			bystanders[i].verdict, NULL);
		if (test_failed) {
			printf("# from %s to %s\n", side.src, side.dst);
			return;
		}
	}
}

static void errors_of_the_host_and_the_island_pass(void)
{
	in_every_way(
		&(struct plan){ .packet = bystanders_pass, .payload = 16 });
}

/* To somebody else than the sender of what it quotes. */
static void misled_is_refused(const struct fixture *fixture,
			      const struct journey *journey, const char *to)
{
	struct journey misled = *journey;

	misled.from.dst = to;
	error_becomes(fixture, &misled, journey->refused);
	if (test_failed)
		printf("# to %s\n", to);
}

static void misled_in_is_refused(const struct fixture *fixture,
				 const struct journey *journey)
{
	const struct family *ends = journey->flow->ends;
	const char *others[] = { ends->stranger, ends->other_pod, ends->pod };

	if (journey->direction == MASQ_EGRESS)
		return;
	for (size_t i = 0; i < LENGTH(others); i++) {
		misled_is_refused(fixture, journey, others[i]);
		if (test_failed)
			return;
	}
}

static void misled_out_is_refused(const struct fixture *fixture,
				  const struct journey *journey)
{
	if (journey->direction == MASQ_EGRESS)
		misled_is_refused(fixture, journey,
				  journey->flow->ends->stranger);
}

static void an_error_in_goes_to_the_sender_of_what_it_quotes(void)
{
	in_every_way(&(struct plan){ .journey = misled_in_is_refused });
}

static void an_error_out_goes_to_the_sender_of_what_it_quotes(void)
{
	in_every_way(&(struct plan){ .journey = misled_out_is_refused });
}

/* Its identifier is a flow's: the type alone says that it is none of it. */
static void quoted_types_are_refused(const struct fixture *fixture,
				     const struct journey *journey)
{
	struct frame_view view;

	if (!is_echo(&journey->flow->spec))
		return;
	CHECK(frame_view(journey->from.quote, &view));
	for (int type = 0; type < TYPES; type++) {
		struct journey about = *journey;
		struct frame quote = *journey->from.quote;

		if (is_query_type(journey->flow->family, type))
			continue;
		quote.bytes[view.l4] = type;
		about.from.quote = &quote;
		error_becomes(fixture, &about, journey->refused);
		if (test_failed) {
			printf("# about type %d\n", type);
			return;
		}
	}
}

static void errors_about_errors_are_refused(void)
{
	in_every_way(&(struct plan){ .journey = quoted_types_are_refused,
				     .payload = 24 });
}

/* A query's type becomes its answer's, and the other way round. */
static uint8_t turned(uint8_t type)
{
	switch (type) {
	case ECHO4:
		return ECHO4_REPLY;
	case ECHO4_REPLY:
		return ECHO4;
	case TIMESTAMP:
	case ECHO6:
		return type + 1;
	default:
		return type - 1;
	}
}

/*
 * Only the pod asks in its flow: an answer that has left with the same
 * identifier was the node's own, and a query that has come was for the node.
 */
static void turned_are_refused(const struct fixture *fixture,
			       const struct journey *journey)
{
	struct journey about = *journey;
	struct frame quote = *journey->from.quote;
	struct frame_view view;

	if (!is_icmp(journey->flow->spec.proto))
		return;
	CHECK(frame_view(&quote, &view));
	quote.bytes[view.l4] = turned(quote.bytes[view.l4]);
	about.from.quote = &quote;
	error_becomes(fixture, &about, journey->refused);
}

static void errors_about_turned_queries_are_refused(void)
{
	in_every_way(
		&(struct plan){ .journey = turned_are_refused, .payload = 24 });
}

/* RFC 5508 REQ-3: one bit of it is not what it was. */
static void broken_are_refused(const struct fixture *fixture,
			       const struct journey *journey)
{
	struct frame frame;
	struct frame_view view;

	error_build(&frame, &journey->from);
	CHECK(frame_view(&frame, &view));
	for (size_t at = view.l4 + 1; at < frame.length; at++) {
		struct frame broken = frame;

		broken.bytes[at] ^= 4;
		becomes(fixture, journey->direction, &broken,
			journey->refused == MASQ_DROP_STRAY ?
				MASQ_DROP_MALFORMED :
				journey->refused,
			NULL);
		if (test_failed) {
			printf("# byte %zu of %zu is broken\n", at,
			       frame.length);
			return;
		}
	}
}

static void broken_errors_are_refused(void)
{
	in_every_way(
		&(struct plan){ .journey = broken_are_refused, .payload = 8 });
}

/* They look like errors about a flow, and like queries of it. */
static void types_are_refused(const struct fixture *fixture,
			      const struct journey *journey)
{
	struct packet_spec spec = error_spec(&journey->from);
	struct frame_view view;
	struct frame frame;

	if (!is_echo(&journey->flow->spec))
		return;
	CHECK(frame_view(journey->from.quote, &view));
	spec.icmp_rest = view.src_port << 16;
	for (int type = 0; type < TYPES; type++) {
		if (is_query_type(journey->flow->family, type) ||
		    is_error_type(journey->flow->family, type))
			continue;
		spec.icmp_type = type;
		frame_build(&frame, &spec);
		becomes(fixture, journey->direction, &frame,
			journey->refused == MASQ_DROP_STRAY ? MASQ_DROP_ICMP :
							      journey->refused,
			NULL);
		if (test_failed) {
			printf("# of type %d\n", type);
			return;
		}
	}
}

static void other_types_are_never_translated(void)
{
	in_every_way(&(struct plan){ .journey = types_are_refused });
}

static const struct test_case cases[] = {
	{ "errors of no flow are the host's, or dropped if a pod sends them",
	  errors_of_no_flow_are_refused },
	{ "errors of the host and within the island pass",
	  errors_of_the_host_and_the_island_pass },
	{ "an error from outside goes to the sender of what it quotes",
	  an_error_in_goes_to_the_sender_of_what_it_quotes },
	{ "an error to the outside goes to the sender of what it quotes",
	  an_error_out_goes_to_the_sender_of_what_it_quotes },
	{ "errors about errors, or about unknown ICMP, are of no flow",
	  errors_about_errors_are_refused },
	{ "errors about a query or an answer of somebody else are of no flow",
	  errors_about_turned_queries_are_refused },
	{ "errors with a wrong checksum are not translated",
	  broken_errors_are_refused },
	{ "ICMP of other types is never translated",
	  other_types_are_never_translated },
};

TEST_MAIN(cases)
