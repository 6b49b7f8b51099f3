// SPDX-License-Identifier: GPL-2.0-only
#include "run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

enum {
	SEED = 1,
	FIRST_PORT = 20000, /* of PORTS */
	LAST_PORT = 20063,
	MAX_FLOWS = 1 << 17,
	DAY_S = 86400,
};

#define PORTS "20000-20063"

uint64_t run_number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

static void print_frame(const char *name, const struct frame *frame)
{
	printf("# %s:", name);
	for (size_t i = 0; i < frame->length; i++)
		printf("%s%02x", i % 32 ? "" : "\n#   ", frame->bytes[i]);
	printf("\n");
}

void run_fail(struct run *run, const char *step, const char *rule)
{
	const struct passage *passage = &run->passage;

	printf("# packet %" PRIu64 ", %s, %s: rule %s\n", run->index, step,
	       passage->direction == MASQ_EGRESS ? "egress" : "ingress", rule);
	printf("# again: SEED=%" PRIu64 " FIRST=%" PRIu64 " COUNT=%" PRIu64
	       "\n",
	       run->generator.seed, run->first, run->index - run->first + 1);
	if (passage->in != run->packet)
		print_frame("the packet", run->packet);
	print_frame("in", passage->in);
	printf("# action %d\n", passage->action);
	print_frame("out", passage->out);
	run->has_failed = true;
}

static void note(struct run *run, enum outcome outcome)
{
	seen_note(&run->seen, &run->passage, outcome);
	if (outcome == OUTCOME_TRANSLATED || outcome == OUTCOME_OPENED)
		generator_note(&run->generator, run->passage.direction,
			       run->passage.out);
}

enum outcome run_send(struct run *run, const char *step,
		      enum masq_direction direction, const struct frame *in,
		      struct frame *out)
{
	enum outcome outcome;
	int action = fixture_send(&run->fixture, direction, in, out);

	run->passage = (struct passage){ direction, in, out, action };
	outcome = oracle_judge(&run->oracle, &run->passage);
	run->outcomes[direction][outcome]++;
	if (outcome == OUTCOME_BROKEN)
		run_fail(run, step, run->oracle.broken);
	else
		note(run, outcome);
	return outcome;
}

void run_forget_held(const struct run *run)
{
	int fd = run->fixture.maps.fd[MAP_HELD];
	struct masq_held_key key;

	while (bpf_map_get_next_key(fd, NULL, &key) == 0)
		bpf_map_delete_elem(fd, &key);
}

/* No flow expires, so that the oracle need not know when one does. */
static int configure(const struct run *run, enum masq_mode mode)
{
	struct masq_config config;
	int error = maps_get_config(&run->fixture.maps, &config);

	for (int i = 0; i < MASQ_TIMEOUT_COUNT; i++)
		config.timeout_s[i] = DAY_S;
	config.mode = mode;
	return error ? error : maps_set_config(&run->fixture.maps, &config);
}

void run_open(struct run *run, enum fixture_rewrite rewrite,
	      enum masq_mode mode)
{
	const struct fixture_options options = { .rewrite = rewrite,
						 .ports = PORTS,
						 .max_flows = MAX_FLOWS };

	fixture_open(&run->fixture, &options);
	if (configure(run, mode)) {
		printf("# the configuration cannot be set\n");
		exit(1);
	}
	memset(run->outcomes, 0, sizeof(run->outcomes));
	generator_open(&run->generator, run_number("SEED", SEED));
	oracle_open(&run->oracle, FIRST_PORT, LAST_PORT);
}

void run_close(struct run *run)
{
	oracle_close(&run->oracle);
	fixture_close(&run->fixture);
}

static size_t sum_outcomes(const struct run *run, int direction)
{
	size_t sum = 0;

	for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
		sum += run->outcomes[direction][outcome];
	return sum;
}

static bool is_counted(int direction, const char *what, size_t got,
		       size_t expected)
{
	if (got != expected)
		printf("# counted on the way %s: %zu %s, expected %zu\n",
		       direction == MASQ_EGRESS ? "out" : "in", got, what,
		       expected);
	return got == expected;
}

static bool check_direction(const struct run *run, int d)
{
	size_t all = 0, dropped = 0, translated = 0;
	const size_t *outcomes = run->outcomes[d];
	struct masq_counter counter;

	for (int v = 0; v < MASQ_VERDICT_COUNT; v++) {
		if (maps_get_counter(&run->fixture.maps, d, v, &counter))
			return is_counted(d, "and no counter", 0, 1);
		all += counter.packets;
		if (v >= MASQ_DROP_FIRST || v == MASQ_HELD)
			dropped += counter.packets;
		if (v == MASQ_TRANSLATED)
			translated += counter.packets;
	}
	return is_counted(d, "packets", all, sum_outcomes(run, d)) &&
	       is_counted(d, "dropped", dropped, outcomes[OUTCOME_DROPPED]) &&
	       is_counted(d, "translated", translated,
			  outcomes[OUTCOME_TRANSLATED]);
}

bool run_check_counters(const struct run *run)
{
	return check_direction(run, MASQ_EGRESS) &&
	       check_direction(run, MASQ_INGRESS);
}
