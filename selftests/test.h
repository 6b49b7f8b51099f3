/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A test program in C: a table of cases, each a function that returns when it
 * fails.  Prints "ok NAME", "not ok NAME" or "skip NAME: REASON" a case, which
 * selftests/run counts.
 */
#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct test_case {
	const char *name; /* the sentence that it proves */
	void (*run)(void);
};

static bool test_failed;
static const char *test_skipped;

/* Show what was expected and what came, and end the function. */
#define CHECK(condition)                                            \
	do {                                                        \
		if (!(condition)) {                                 \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, \
			       #condition);                         \
			test_failed = true;                         \
			return;                                     \
		}                                                   \
	} while (0)

#define CHECK_EQUAL(got, expected)                                         \
	do {                                                               \
		long long got_ = (long long)(got);                         \
		long long expected_ = (long long)(expected);               \
		if (got_ != expected_) {                                   \
			printf("# %s:%d: %s is %lld, expected %lld\n",     \
			       __FILE__, __LINE__, #got, got_, expected_); \
			test_failed = true;                                \
			return;                                            \
		}                                                          \
	} while (0)

#define CHECK_STRING(got, expected)                                            \
	do {                                                                   \
		const char *got_ = (got), *expected_ = (expected);             \
		if (!got_ || strcmp(got_, expected_) != 0) {                   \
			printf("# %s:%d: %s is \"%s\", expected \"%s\"\n",     \
			       __FILE__, __LINE__, #got, got_ ? got_ : "NULL", \
			       expected_);                                     \
			test_failed = true;                                    \
			return;                                                \
		}                                                              \
	} while (0)

/* This machine cannot show it; say why. */
#define SKIP(reason)                     \
	do {                             \
		test_skipped = (reason); \
		return;                  \
	} while (0)

/* Return: the exit status. */
static inline int test_main(const struct test_case *cases, size_t count)
{
	int status = 0;

	for (size_t i = 0; i < count; i++) {
		test_failed = false;
		test_skipped = NULL;
		cases[i].run();
		if (test_failed)
			printf("not ok %s\n", cases[i].name);
		else if (test_skipped)
			printf("skip %s: %s\n", cases[i].name, test_skipped);
		else
			printf("ok %s\n", cases[i].name);
		fflush(stdout);
		status |= test_failed;
	}
	return status;
}

#define TEST_MAIN(cases)                                                     \
	int main(void)                                                       \
	{                                                                    \
		return test_main(cases, sizeof(cases) / sizeof((cases)[0])); \
	}

#endif /* TEST_H */
