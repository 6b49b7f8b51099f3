// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets that an ICMP error quotes: read as far as they go, and no further.
 */
#include "parse_rows.h"

/* Where a quotation may stand: behind the headers of an error. */
static const struct framing quote_framings[] = {
	{ .link_len = 14 + 20 + 8 },
	{ .link_len = 0 + 40 + 8 },
};

/* Can the flow be known of a packet like this when an error quotes it? */
static bool row_is_quotable(const struct packet_row *row)
{
	return row->verdict == MASQ_CONTINUE && row->role != PACKET_ERROR &&
	       row->role != PACKET_FRAGMENT;
}

/* The ports, or the identifier behind type, code and checksum. */
static size_t row_quote_min(const struct packet_row *row)
{
	if (row->ends == ENDS_NONE)
		return row->l4_off;
	return row->l4_off + (row->ends == ENDS_ID ? 6 : 4);
}

/*
 * An error quotes `known` bytes of the packet, and `trailer` more of them stand
 * behind its end.
 */
static enum masq_verdict quote_parse(const struct packet_row *row, size_t known,
				     size_t trailer,
				     const struct framing *framing,
				     enum masq_direction direction,
				     struct packet *ret)
{
	struct frame frame;

	frame_lay(&frame, framing, ethertype_of(row->family), row->bytes,
		  known + trailer);
	*ret = (struct packet){
		.direction = direction,
		.is_quoted = 1,
		.end_off = frame.l3_off + known,
	};
	return frame_parse(&frame, frame.length, ret);
}

static void check_quote(const struct packet_row *row, size_t known,
			size_t trailer, const struct framing *framing,
			enum masq_direction direction)
{
	enum masq_verdict verdict;
	struct packet p;

	verdict = quote_parse(row, known, trailer, framing, direction, &p);
	CHECK_EQUAL(p.direction, direction);
	CHECK_EQUAL(p.is_quoted, 1);
	CHECK_EQUAL(p.end_off, framing->link_len + known);
	if (!row_is_quotable(row)) {
		CHECK(verdict != MASQ_CONTINUE);
		return;
	}
	CHECK_EQUAL(verdict, known < row_quote_min(row) ? MASQ_DROP_MALFORMED :
							  MASQ_CONTINUE);
	if (verdict != MASQ_CONTINUE)
		return;
	check_addresses(row, &p, framing->link_len);
	check_transport(row, &p, framing->link_len, known);
}

/* At every place and in every direction. */
static void check_quote_anyhow(const struct packet_row *row, size_t known,
			       size_t trailer)
{
	for (size_t f = 0; f < COUNT(quote_framings); f++)
		for (int d = 0; d < MASQ_DIRECTION_COUNT; d++)
			if (!test_failed)
				check_quote(row, known, trailer,
					    &quote_framings[f], d);
}

/* Nothing stands behind the quotation. */
static void check_quotes(const struct packet_row *row)
{
	for (size_t known = 0; known <= row->length; known++) {
		check_quote_anyhow(row, known, 0);
		if (has_failed("cut to", known))
			return;
	}
}

static void quotations_are_read_as_far_as_they_go(void)
{
	CHECK_ROWS(packets, check_quotes);
}

/* What has been cut off stands behind the end. */
static void check_trailers(const struct packet_row *row)
{
	for (size_t known = 0; known < row->length; known++)
		for (size_t all = known + 1; all <= row->length; all++) {
			check_quote_anyhow(row, known, all - known);
			if (has_failed("cut to", known))
				return;
		}
}

static void a_trailer_is_not_taken_for_the_quotation(void)
{
	CHECK_ROWS(packets, check_trailers);
}

static void check_quoted_error(const struct packet_row *row)
{
	struct packet p;

	if (row->verdict != MASQ_CONTINUE || row->role != PACKET_ERROR)
		return;
	CHECK_EQUAL(quote_parse(row, row->length, 0, quote_framings,
				MASQ_EGRESS, &p),
		    MASQ_DROP_ICMP);
}

static void errors_do_not_quote_errors(void)
{
	CHECK_ROWS(packets, check_quoted_error);
}

static void check_quoted_fragment(const struct packet_row *row)
{
	struct packet p;

	if (row->role != PACKET_FRAGMENT)
		return;
	CHECK_EQUAL(quote_parse(row, row->length, 0, quote_framings,
				MASQ_EGRESS, &p),
		    MASQ_DROP_MALFORMED);
}

static void a_quoted_later_fragment_is_refused(void)
{
	CHECK_ROWS(packets, check_quoted_fragment);
}

/* A quotation stands behind the headers of its error. */
static void quoted_headers_lie_within_the_bound(void)
{
	static const unsigned char bytes[] = { IPV4(17), UDP };

	for (__u16 l3_off = 0; l3_off <= L4_OFFSET_MAX; l3_off++) {
		struct framing framing = { .link_len = l3_off };
		struct packet p = { .is_quoted = 1 };
		struct frame frame;

		frame_lay(&frame, &framing, 0x0800, bytes, sizeof(bytes));
		p.end_off = frame.length;
		CHECK_EQUAL(frame_parse(&frame, frame.length, &p),
			    l3_off + 20 <= L4_OFFSET_MAX ?
				    MASQ_CONTINUE :
				    MASQ_DROP_EXTENSIONS);
	}
}

static const struct test_case cases[] = {
	{ "quotations are read as far as they go",
	  quotations_are_read_as_far_as_they_go },
	{ "a trailer is not taken for the quotation",
	  a_trailer_is_not_taken_for_the_quotation },
	{ "errors do not quote errors", errors_do_not_quote_errors },
	{ "a quoted later fragment is refused",
	  a_quoted_later_fragment_is_refused },
	{ "quoted headers lie within the bound",
	  quoted_headers_lie_within_the_bound },
};

TEST_MAIN(cases)
