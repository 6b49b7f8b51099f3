/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What becomes of a packet, and other checks that several tests make.
 */
#ifndef SELFTESTS_CHECK_H
#define SELFTESTS_CHECK_H

#include "fixture.h"
#include "test.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Send it, and look at what comes out: a translated packet is the expected one,
 * if that is said, and what passes has not changed.
 */
static inline void becomes(const struct fixture *fixture,
			   enum masq_direction direction,
			   const struct frame *frame, enum masq_verdict verdict,
			   const struct frame *expected)
{
	struct frame got;

	CHECK_EQUAL(fixture_run(fixture, direction, frame, &got), verdict);
	if (verdict == MASQ_TRANSLATED)
		CHECK(!expected || frame_equal(&got, expected));
	if (verdict != MASQ_TRANSLATED && verdict < MASQ_DROP_FIRST)
		CHECK(frame_equal(&got, frame));
}

#endif /* SELFTESTS_CHECK_H */
