// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets of every kind through the real programs, and an oracle that looks at
 * each:
 *  1. none leaves with a pod's address, unless the outside opened its flow;
 *  2. what passes is what came, but for the fields that NAT may change;
 *  3. a checksum that was right is right, and one that was wrong as wrong;
 *  4. what was changed can be undone: an answer, and an error, find the pod;
 *  5. the host's is never dropped, and nothing that comes in.
 *
 * SEED, FIRST and COUNT say which packets; SECONDS instead of COUNT, how long.
 */
#include <inttypes.h>

#include "rules.h"
#include "run.h"
#include "test.h"

enum {
	COUNT = 1000000,
	/* a table of flows serves for as many */
	ROUND = 1000000,
	/* the held fragments are forgotten, as the sweep does after a second */
	FORGET_EVERY = 4096,
	/* so few packets may miss a kind */
	SEEN_ALL = 100000,
	/* the other modes get a part of the packets */
	MODE_SHARE = 10,
};

/*
 * Send a packet of which it is known what becomes of it.  aim: the address that
 * it will be translated to, where its checksum may come out as 0; or NULL.
 */
static bool send_expecting(struct run *run, const char *step,
			   enum masq_direction direction,
			   const struct draft *draft, const struct address *aim,
			   enum outcome expected, struct frame *out)
{
	enum outcome outcome;
	struct frame in;
	struct layer layer;

	draft_build(draft, &run->generator.dice, &in);
	layer_read(&in, &layer);
	if (aim && dice_below(&run->generator.dice, 8) == 0)
		frame_aim_at_zero(&in, layer.dst, aim);
	outcome = run_send(run, step, direction, &in, out);
	if (outcome == expected)
		return true;
	if (outcome != OUTCOME_BROKEN)
		run_fail(run, step,
			 expected == OUTCOME_TRANSLATED ?
				 "4: it is not translated" :
				 "1: the answer to the outside does not pass");
	return false;
}

/* What the remote sends back comes to who sent this; so do its fragments. */
static bool undo_by_answer(struct run *run, const struct frame *in,
			   const struct frame *out, struct frame *ret)
{
	struct dice *dice = &run->generator.dice;
	struct frame second;
	struct address pod;
	struct layer layer;
	struct draft draft;

	if (!generate_answer(&run->generator, out, &draft))
		return false;
	if (dice_below(dice, 8) == 0) {
		draft.fragment = MORE_FRAGMENTS;
		draft.fragment_id = dice_below(dice, 1 << 16);
		draft.extensions[0] = IPPROTO_FRAGMENT;
		draft.extension_count = 1;
	}
	layer_read(in, &layer);
	layer_address(in, &layer, layer.src, &pod);
	if (!send_expecting(run, "its answer", MASQ_INGRESS, &draft, &pod,
			    OUTCOME_TRANSLATED, ret))
		return false;
	if (!draft.fragment)
		return true;
	/* the host's own, when a pod has its port, changes by the port alone */
	draft.fragment = 1 + dice_below(dice, OFFSET_MASK);
	return send_expecting(
		run, "its answer's second fragment", MASQ_INGRESS, &draft, NULL,
		address_is_pod(&pod) ? OUTCOME_TRANSLATED : OUTCOME_PASSED,
		&second);
}

/* The outside refuses the packet: the error comes to who sent it. */
static void undo_by_error(struct run *run, const struct frame *out)
{
	struct dice *dice = &run->generator.dice;
	struct draft draft;
	struct frame back;

	if (!generate_error(&run->generator, out, &draft))
		return;
	if (dice_below(dice, 2))
		draft.src =
			scene_address(dice, draft.src.family, PLACE_OUTSIDE);
	send_expecting(run, "an error about it", MASQ_INGRESS, &draft, NULL,
		       OUTCOME_TRANSLATED, &back);
}

/* The pod, or the node before it, refuses the answer. */
static void refuse_answer(struct run *run, const struct frame *answer)
{
	struct dice *dice = &run->generator.dice;
	struct draft draft;
	struct frame out;

	if (!generate_error(&run->generator, answer, &draft))
		return;
	if (dice_below(dice, 4) == 0)
		draft.src = scene_address(dice, draft.src.family, PLACE_NODE);
	send_expecting(run, "an error about its answer", MASQ_EGRESS, &draft,
		       NULL, OUTCOME_TRANSLATED, &out);
}

/* The outside has opened a flow to a pod, whose answer must look the same. */
static void answer_opened(struct run *run, const struct frame *in)
{
	struct draft draft;
	struct frame out;

	if (generate_answer(&run->generator, in, &draft))
		send_expecting(run, "its answer", MASQ_EGRESS, &draft, NULL,
			       OUTCOME_PASSED, &out);
}

static void run_packet(struct run *run)
{
	struct frame in, out, answer;
	enum masq_direction direction =
		generate(&run->generator, run->index, &in);
	enum outcome outcome;

	run->packet = &in;
	outcome = run_send(run, "itself", direction, &in, &out);
	if (outcome == OUTCOME_OPENED)
		answer_opened(run, &in);
	if (outcome != OUTCOME_TRANSLATED || direction != MASQ_EGRESS ||
	    dice_below(&run->generator.dice, 2))
		return;
	if (undo_by_answer(run, &in, &out, &answer))
		refuse_answer(run, &answer);
	if (!run->has_failed)
		undo_by_error(run, &out);
}

/* Until this time, or so many packets. */
struct span {
	uint64_t first;
	uint64_t end;
	uint64_t until_ns; /* 0: no such time */
};

static struct span span_asked(void)
{
	uint64_t seconds = run_number("SECONDS", 0);
	struct span span = { .first = run_number("FIRST", 0) };

	span.end = seconds ? UINT64_MAX :
			     span.first + run_number("COUNT", COUNT);
	/* half of it for each way of rewriting */
	if (seconds)
		span.until_ns = fixture_now_ns() + seconds * 1000000000 / 2;
	return span;
}

static bool is_over(const struct run *run, const struct span *span)
{
	return run->has_failed || run->index >= span->end ||
	       (span->until_ns && fixture_now_ns() >= span->until_ns);
}

static void run_round(struct run *run, const struct span *span)
{
	run->first = run->index;
	do {
		run_packet(run);
		if (++run->index % FORGET_EVERY == 0)
			run_forget_held(run);
	} while (!is_over(run, span) && run->index % ROUND);
	if (run->has_failed || !run_check_counters(run))
		test_failed = true;
}

static void nothing_leaks(enum fixture_rewrite rewrite)
{
	struct span span = span_asked();
	static struct run run;
	const char *missing;

	if (!fixture_can(rewrite))
		SKIP("this kernel does not allow it");
	run = (struct run){ .index = span.first };
	while (!test_failed && !is_over(&run, &span)) {
		run_open(&run, rewrite, MASQ_MODE_ISLAND);
		run_round(&run, &span);
		run_close(&run);
	}
	printf("# seed %" PRIu64 ", packets %" PRIu64 " to %" PRIu64 "\n",
	       run.generator.seed, span.first, run.index - 1);
	missing = seen_missing(&run.seen);
	if (test_failed || run.index - span.first < SEEN_ALL || !missing)
		return;
	printf("# %s was never translated\n", missing);
	test_failed = true;
}

static void nothing_leaks_by_helpers(void)
{
	nothing_leaks(FIXTURE_HELPERS);
}

static void nothing_leaks_directly(void)
{
	nothing_leaks(FIXTURE_DIRECT);
}

/* Which packets pass as they came; the others are dropped. */
typedef bool passes(const struct layer *layer, const struct address *pod,
		    const struct address *other);

static bool passes_flat(const struct layer *layer, const struct address *pod,
			const struct address *other)
{
	(void)layer;
	(void)pod;
	(void)other;
	return true;
}

static bool passes_isolated(const struct layer *layer,
			    const struct address *pod,
			    const struct address *other)
{
	return !layer->family || !address_is_pod(pod) ||
	       address_is_island(other);
}

/* Is it neither cut nor IPv4 in IPv6, so that there is no doubt whose it is? */
static bool is_clear(const struct layer *layer, const struct address *src,
		     const struct address *dst)
{
	return layer->family ?
		       !address_is_mapped(src) && !address_is_mapped(dst) :
		       !layer->is_ip;
}

static void mode_packet(struct run *run, passes *is_passing)
{
	struct address src = { 0 }, dst = { 0 };
	struct frame in, out;
	struct layer layer;
	enum masq_direction direction =
		generate(&run->generator, run->index, &in);
	int action = fixture_send(&run->fixture, direction, &in, &out);
	bool is_egress = direction == MASQ_EGRESS;
	bool is_same = in.length == out.length &&
		       !memcmp(in.bytes, out.bytes, in.length);

	run->packet = &in;
	run->passage = (struct passage){ direction, &in, &out, action };
	layer_read(&in, &layer);
	if (layer.family) {
		layer_address(&in, &layer, layer.src, &src);
		layer_address(&in, &layer, layer.dst, &dst);
	}
	generator_note(&run->generator, direction, &out);
	if (!is_clear(&layer, &src, &dst))
		return;
	if (!is_same)
		run_fail(run, "itself", "2: in this mode nothing changes");
	else if (action != (is_passing(&layer, is_egress ? &src : &dst,
				       is_egress ? &dst : &src) ?
				    ACTION_NEXT :
				    ACTION_SHOT))
		run_fail(run, "itself", "of the mode: the action");
}

static void mode_run(enum masq_mode mode, passes *is_passing)
{
	static struct run run;
	uint64_t end = run_number("COUNT", COUNT) / MODE_SHARE;

	run = (struct run){ 0 };
	run_open(&run, FIXTURE_HELPERS, mode);
	for (; run.index < end && !run.has_failed; run.index++)
		mode_packet(&run, is_passing);
	test_failed = test_failed || run.has_failed;
	run_close(&run);
}

static void flat_changes_nothing(void)
{
	mode_run(MASQ_MODE_FLAT, passes_flat);
}

static void isolated_keeps_apart(void)
{
	mode_run(MASQ_MODE_ISOLATED, passes_isolated);
}

static const struct test_case cases[] = {
	{ "rewritten by helpers, nothing leaks and all can be undone",
	  nothing_leaks_by_helpers },
	{ "rewritten directly, nothing leaks and all can be undone",
	  nothing_leaks_directly },
	{ "in mode flat every packet passes as it came", flat_changes_nothing },
	{ "in mode isolated nothing passes between pods and the outside",
	  isolated_keeps_apart },
};

TEST_MAIN(cases)
