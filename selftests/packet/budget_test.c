// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each program within its budget: a verifier that walks too far refuses it, and
 * that is a node without a network.  Kernels differ in what they walk, and
 * compilers in what they make; the limit of all is a million.
 */
#include "../../tools/bench/cost.h"
#include "fixture.h"
#include "masq.skel.h"
#include "programs.h"
#include "test.h"

/* What systemd waits for a service to be ready, if nobody says otherwise. */
enum { MS_MAX = 90000 };

struct budget {
	const char *name;
	unsigned int instructions;
	unsigned int stack;
};

static const struct budget budgets[] = {
	{ "masq_egress", 200000, 208 },	    { "masq_ingress", 200000, 208 },
	{ "masq_egress_l3", 200000, 208 },  { "masq_ingress_l3", 200000, 208 },
	{ "masq_pod", 100000, 208 },	    { "masq_move_out", 300000, 208 },
	{ "masq_move_in", 300000, 208 },    { "masq_move_out_l3", 300000, 208 },
	{ "masq_move_in_l3", 300000, 208 }, { "masq_why", 150000, 240 },
	{ "masq_import", 10000, 128 },	    { "masq_sweep", 8000, 96 },
	{ "masq_close", 2000, 96 },	    { "masq_xdp", 100000, 208 },
	{ "masq_xdp_skb", 100000, 208 },
};

static const struct budget *budget_of(const char *name)
{
	for (size_t i = 0; i < sizeof(budgets) / sizeof(budgets[0]); i++)
		if (strcmp(budgets[i].name, name) == 0)
			return &budgets[i];
	return NULL;
}

static unsigned int total_ms; /* of those that are loaded together */

static void check_program(const struct bpf_program *program, const char *log)
{
	const char *name = bpf_program__name(program);
	const struct budget *budget = budget_of(name);
	struct cost cost;

	if (!budget) {
		printf("# %s has no budget\n", name);
		test_failed = true;
		return;
	}
	CHECK_EQUAL(cost_read(program, log, &cost), 0);
	printf("# cost %s: %u instructions of %u, %u bytes of stack of %u, "
	       "%u ms\n",
	       name, cost.instructions, budget->instructions, cost.stack,
	       budget->stack, cost.ms);
	CHECK(cost.instructions > 0 &&
	      cost.instructions <= budget->instructions);
	CHECK(cost.stack > 0 && cost.stack <= budget->stack);
	total_ms += cost.ms;
}

static char logs[32][COST_LOG_SIZE];

static void check_programs(struct masq_bpf *skel)
{
	struct bpf_program *program;
	int i = 0;

	bpf_object__for_each_program(program, skel->obj)
		CHECK_EQUAL(cost_ask(program, logs[i++]), 0);
	CHECK_EQUAL(programs_resize(skel, 1024), 0);
	CHECK_EQUAL(masq_bpf__load(skel), 0);
	i = 0;
	total_ms = 0;
	bpf_object__for_each_program(program, skel->obj) {
		if (bpf_program__autoload(program))
			check_program(program, logs[i]);
		i++;
	}
	printf("# all of them: %u ms of %u\n", total_ms, MS_MAX);
	CHECK(total_ms <= MS_MAX);
}

static void check_purpose(enum programs_purpose purpose)
{
	struct masq_bpf *skel =
		programs_open(purpose, fixture_can(FIXTURE_DIRECT));

	CHECK(skel != NULL);
	check_programs(skel);
	masq_bpf__destroy(skel);
}

static void those_that_serve(void)
{
	check_purpose(PROGRAMS_SERVE);
}

static void those_that_move_a_table(void)
{
	check_purpose(PROGRAMS_MOVE);
}

static const struct test_case cases[] = {
	{ "those that serve are within their budget", those_that_serve },
	{ "those that move a table are, too", those_that_move_a_table },
};

TEST_MAIN(cases)
