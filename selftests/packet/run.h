/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The real programs under the generator's packets and the oracle's eyes.
 */
#ifndef SELFTESTS_RUN_H
#define SELFTESTS_RUN_H

#include "fixture.h"
#include "generate.h"
#include "seen.h"

/* FIRST and its index count the generated packets; outcomes, all. */
struct run {
	struct fixture fixture;
	struct oracle oracle;
	struct generator generator;
	uint64_t first;
	uint64_t index;
	size_t outcomes[MASQ_DIRECTION_COUNT][OUTCOME_COUNT];
	struct seen seen;
	bool has_failed;
	const struct frame *packet; /* the generated one */
	struct passage passage; /* the last one */
};

/* What the environment says, or otherwise. */
uint64_t run_number(const char *name, uint64_t otherwise);

/* Ends the process when it cannot be had. */
void run_open(struct run *run, enum fixture_rewrite rewrite,
	      enum masq_mode mode);
void run_close(struct run *run);

/* Send a packet, and have it judged; what is broken is printed. */
enum outcome run_send(struct run *run, const char *step,
		      enum masq_direction direction, const struct frame *in,
		      struct frame *out);

/* Print the rule that the last packet has broken, and how to get there. */
void run_fail(struct run *run, const char *step, const char *rule);

/* Empty the places of fragments that wait, as the sweep does. */
void run_forget_held(const struct run *run);

/*
 * Each packet is counted once, under a verdict that says what became of it.
 *
 * Return: whether it is so; what is not is printed.
 */
bool run_check_counters(const struct run *run);

#endif /* SELFTESTS_RUN_H */
