// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/prove.h: this version's programs pass their own self-test.  That broken
 * ones do not: a_broken_program_leaves_the_old_one_running_test.
 */
#include "fixture.h"
#include "prove.h"
#include "test.h"

static void by_helpers(void)
{
	CHECK_EQUAL(prove(/* rewrites_directly= */ false), 0);
}

static void directly(void)
{
	if (!fixture_can(FIXTURE_DIRECT))
		SKIP("this kernel does not tell ip_summed");
	CHECK_EQUAL(prove(/* rewrites_directly= */ true), 0);
}

static const struct test_case cases[] = {
	{ "the programs prove themselves, rewriting by helpers", by_helpers },
	{ "the programs prove themselves, rewriting directly", directly },
};

TEST_MAIN(cases)
