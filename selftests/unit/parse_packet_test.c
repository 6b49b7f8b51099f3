// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets of every kind are read whole, and refused when cut at any length.
 */
#include "parse_rows.h"

/* The packet's first `length` bytes, in one framing and direction. */
static void check_cut(const struct packet_row *row, size_t length,
		      const struct framing *framing,
		      enum masq_direction direction)
{
	bool is_ipv4 = row->family == MASQ_IPV4;
	struct packet p = { .direction = direction };
	enum masq_verdict verdict;
	struct frame frame;

	frame_lay(&frame, framing, ethertype_of(row->family), row->bytes,
		  length);
	verdict = frame_parse(&frame, frame.length, &p);
	CHECK_EQUAL(verdict,
		    length < row->decided ? MASQ_DROP_MALFORMED : row->verdict);
	CHECK_EQUAL(p.direction, direction);
	CHECK_EQUAL(p.is_quoted, 0);
	if (length >= (is_ipv4 ? 20 : 40))
		check_addresses(row, &p, frame.l3_off);
	if (verdict != MASQ_CONTINUE)
		return;
	CHECK_EQUAL(p.role, row->role);
	CHECK_EQUAL(p.tcp_flags, row->tcp_flags);
	CHECK_EQUAL(p.end_off,
		    frame.l3_off + (is_ipv4 ? IPV4_LENGTH : IPV6_LENGTH));
	check_transport(row, &p, frame.l3_off, length);
}

/* In every framing and direction. */
static void check_cut_anyhow(const struct packet_row *row, size_t length)
{
	for (size_t f = 0; f < COUNT(framings); f++)
		for (int d = 0; d < MASQ_DIRECTION_COUNT; d++) {
			check_cut(row, length, &framings[f], d);
			if (has_failed("framing", f))
				return;
		}
}

static void check_whole(const struct packet_row *row)
{
	check_cut_anyhow(row, row->length);
}

static void whole_packets_are_read(void)
{
	CHECK_ROWS(packets, check_whole);
}

static void check_every_cut(const struct packet_row *row)
{
	for (size_t length = 0; length < row->length; length++) {
		check_cut_anyhow(row, length);
		if (has_failed("cut to", length))
			return;
	}
}

static void cut_packets_are_refused(void)
{
	CHECK_ROWS(packets, check_every_cut);
}

static const struct test_case cases[] = {
	{ "whole packets are read", whole_packets_are_read },
	{ "packets cut at any length are refused", cut_packets_are_refused },
};

TEST_MAIN(cases)
