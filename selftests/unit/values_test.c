// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/values.h: what was said of the settings, and who goes before whom.
 */
#include "outcome.h"

/* Add "WHERE SETTING TEXT" lines. */
static void lines_add(struct values *values, const char *lines)
{
	char *copy = strdup(lines), *rest = copy, *line;

	while ((line = strsep(&rest, "\n")) && *line) {
		const char *where = strsep(&line, " ");
		const char *name = strsep(&line, " ");

		must(values_add_named(values, name, line, where) == 0, "add");
	}
	free(copy);
}

static void check_values(const struct values *values, const char *expected)
{
	char *text = values_text(values);

	CHECK_STRING(text, expected);
	free(text);
}

/* --- adding --- */

struct add_row {
	const char *name;
	const char *setting;
	const char *text;
	const char *expected;
};

static const struct add_row adds[] = {
	{ "a list of one", "uplink", "eth0", "f:1 uplink eth0\n" },
	{ "a list", "uplink", "eth0,eth1,eth2",
	  "f:1 uplink eth0\nf:1 uplink eth1\nf:1 uplink eth2\n" },
	{ "an empty list", "uplink", "", "f:1 uplink \n" },
	{ "commas alone", "uplink", ",,",
	  "f:1 uplink \nf:1 uplink \nf:1 uplink \n" },
	{ "a blank behind a comma", "uplink", "eth0, eth1",
	  "f:1 uplink eth0\nf:1 uplink  eth1\n" },
	{ "no list", "masq-config", "/a,b", "f:1 masq-config /a,b\n" },
	{ "a flag", "random-fully", "true,false",
	  "f:1 random-fully true,false\n" },
	{ "what is wrong", "mode", "no mode", "f:1 mode no mode\n" },
};

static void check_add(const struct add_row *row)
{
	struct values values = { 0 };

	CHECK_EQUAL(values_add_named(&values, row->setting, row->text, "f:1"),
		    0);
	check_values(&values, row->expected);
	values_free(&values);
	CHECK(!values.items && !values.count);
}

static void lists_are_split(void)
{
	CHECK_ROWS(adds, check_add);
}

static void texts_are_copied(void)
{
	char text[] = "eth0", where[] = "f:1";
	struct values values = { 0 }, copy = { 0 };

	CHECK_EQUAL(values_add_named(&values, "uplink", text, where), 0);
	text[0] = where[0] = 'x';
	check_values(&values, "f:1 uplink eth0\n");
	CHECK_EQUAL(values_add_all(&copy, &values), 0);
	CHECK(values_equal(&copy, &values));
	values_free(&values);
	check_values(&copy, "f:1 uplink eth0\n");
	values_free(&copy);
}

static void the_last_is_found(void)
{
	struct values values = { 0 };

	lines_add(&values, "f:1 mode flat\nf:2 ports 1\nf:3 mode isolated\n");
	CHECK(values_find(&values, "mode") == &values.items[2]);
	CHECK(values_find(&values, "ports") == &values.items[1]);
	CHECK(values_find(&values, "uplink") == NULL);
	CHECK(values_find(&(struct values){ 0 }, "mode") == NULL);
	values_free(&values);
}

/* --- merging --- */

struct merge_row {
	const char *name;
	const char *higher;
	const char *lower;
	const char *expected;
};

static const struct merge_row merges[] = {
	{ "nothing into nothing", "", "", "" },
	{ "nothing into something", "a:1 mode flat\n", "", "a:1 mode flat\n" },
	{ "something into nothing", "", "b:1 mode flat\n", "b:1 mode flat\n" },
	{ "one thing into another", "a:1 mode flat\n", "b:1 attach tcx\n",
	  "a:1 mode flat\nb:1 attach tcx\n" },
	{ "the same", "a:1 mode flat\n", "b:1 mode isolated\n",
	  "a:1 mode flat\n" },
	{ "a list into nothing", "", "b:1 uplink eth0\nb:1 uplink eth1\n",
	  "b:1 uplink eth0\nb:1 uplink eth1\n" },
	{ "a list into a list: they do not add up", "a:1 uplink eth0\n",
	  "b:1 uplink eth1\nb:2 uplink eth2\n", "a:1 uplink eth0\n" },
	{ "some of it", "a:1 mode flat\na:2 uplink eth0\n",
	  "b:1 uplink eth1\nb:2 ports 1\nb:3 mode island\nb:4 ports 2\n",
	  "a:1 mode flat\na:2 uplink eth0\nb:2 ports 1\nb:4 ports 2\n" },
	{ "what is wrong too", "", "b:1 mode x\n", "b:1 mode x\n" },
};

static void check_merge(const struct merge_row *row)
{
	struct values higher = { 0 }, lower = { 0 };

	lines_add(&higher, row->higher);
	lines_add(&lower, row->lower);
	CHECK_EQUAL(values_merge(&higher, &lower), 0);
	check_values(&higher, row->expected);
	CHECK(!lower.items && !lower.count);
	values_free(&higher);
}

static void higher_goes_before_lower(void)
{
	CHECK_ROWS(merges, check_merge);
}

/* --- applying --- */

struct apply_row {
	const char *name;
	const char *lines;
	const char *said; /* NULL: nothing; else how it begins */
};

static const struct apply_row applications[] = {
	{ "the last of two single values, of which both are looked at",
	  "a:1 mode x\nb:1 mode flat\n", "a:1: mode \"x\": " },
	{ "the first that is wrong", "a:1 ports 0\nb:1 mode x\n",
	  "a:1: ports \"0\": " },
	{ "an uplink twice, in two places",
	  "a:1 uplink eth0\nb:7 uplink eth1\nb:9 uplink eth0\n",
	  "b:9: uplink \"eth0\": is given twice" },
	{ "a second address", "a:1 node-ip 192.0.2.1\nb:7 node-ip 192.0.2.2\n",
	  "b:7: node-ip \"192.0.2.2\": is a second address" },
	{ "an address of each family",
	  "a:1 node-ip 192.0.2.1\nb:7 node-ip 2001:db8::1\n", NULL },
	{ "one port twice", "a:1 ports 1-2\na:1 ports 2-3\n", NULL },
	{ "nothing", "", NULL },
};

static void check_apply(const struct apply_row *row)
{
	struct outcome outcome = outcome_begin();
	struct config config, untouched;

	memset(&config, 0x5a, sizeof(config));
	untouched = config;
	lines_add(&outcome.values, row->lines);
	outcome.result = values_apply(&outcome.values, &config);
	values_free(&outcome.values);
	outcome_end(&outcome);
	if (row->said) {
		check_refused(&outcome, row->said);
		CHECK(memcmp(&config, &untouched, sizeof(config)) == 0);
	} else {
		check_taken(&outcome, "");
		config_free(&config);
	}
	outcome_free(&outcome);
}

static void values_are_all_applied_or_none(void)
{
	CHECK_ROWS(applications, check_apply);
}

static void lists_add_up_and_others_do_not(void)
{
	struct values values = { 0 };
	struct config config;

	lines_add(&values, "a:1 mode flat\n"
			   "a:2 uplink eth0\n"
			   "a:3 random-fully true\n"
			   "a:4 pod-cidr 10.244.1.0/24\n"
			   "a:5 ports 10-20\n"
			   "a:6 timeout-icmp 7\n"
			   "b:1 uplink eth1\n"
			   "b:2 mode isolated\n"
			   "b:3 pod-cidr 2001:db8::/64\n"
			   "b:4 ports 30\n"
			   "b:5 random-fully false\n"
			   "b:6 timeout-icmp 8\n");
	CHECK_EQUAL(values_apply(&values, &config), 0);
	values_free(&values);
	CHECK_EQUAL(config.mode, MASQ_MODE_ISOLATED);
	CHECK_EQUAL(config.uplinks.count, 2);
	CHECK_STRING(config.uplinks.names[0], "eth0");
	CHECK_STRING(config.uplinks.names[1], "eth1");
	CHECK(!config.random_fully);
	CHECK_EQUAL(config.ranges[MASQ_ORIGIN_POD_CIDR].count, 2);
	CHECK_EQUAL(config.ports.first, 10);
	CHECK_EQUAL(config.ports.last, 30);
	CHECK_EQUAL(config.timeout_s[MASQ_TIMEOUT_ICMP], 8);
	/* what nobody says is as it falls back */
	CHECK_EQUAL(config.timeout_s[MASQ_TIMEOUT_OTHER], 600);
	config_free(&config);
}

static void flags_are_quoted_as_flags(void)
{
	struct outcome outcome = outcome_begin();

	CHECK_EQUAL(value_refuse(values_command_line, "ports", "0", "is wrong"),
		    -1);
	outcome_end(&outcome);
	CHECK_STRING(outcome.said, "bpfmasq: --ports \"0\": is wrong\n");
	outcome_free(&outcome);
	outcome = outcome_begin();
	CHECK_EQUAL(value_refuse("f.yaml:7", "ports", "0", "is wrong"), -1);
	outcome_end(&outcome);
	CHECK_STRING(outcome.said,
		     "bpfmasq: f.yaml:7: ports \"0\": is wrong\n");
	outcome_free(&outcome);
}

/* --- comparing --- */

struct equality_row {
	const char *name;
	const char *a;
	const char *b;
	bool expected;
};

static const struct equality_row equalities[] = {
	{ "nothing", "", "", true },
	{ "the same", "f:1 mode flat\nf:2 ports 1\n",
	  "f:1 mode flat\nf:2 ports 1\n", true },
	{ "another setting", "f:1 link-local drop\n",
	  "f:1 link-local-ipv6 drop\n", false },
	{ "another text", "f:1 mode flat\n", "f:1 mode island\n", false },
	{ "another place", "f:1 mode flat\n", "f:2 mode flat\n", false },
	{ "more", "f:1 mode flat\n", "f:1 mode flat\nf:2 ports 1\n", false },
	{ "something", "", "f:1 mode flat\n", false },
	{ "another order", "f:1 ports 1\nf:1 ports 2\n",
	  "f:1 ports 2\nf:1 ports 1\n", false },
};

static void check_equality(const struct equality_row *row)
{
	struct values a = { 0 }, b = { 0 };

	lines_add(&a, row->a);
	lines_add(&b, row->b);
	CHECK_EQUAL(values_equal(&a, &b), row->expected);
	CHECK_EQUAL(values_equal(&b, &a), row->expected);
	values_free(&a);
	values_free(&b);
}

static void what_differs_is_not_equal(void)
{
	CHECK_ROWS(equalities, check_equality);
}

static const struct test_case cases[] = {
	{ "lists are split at their commas", lists_are_split },
	{ "texts are copied", texts_are_copied },
	{ "the last that was said is found", the_last_is_found },
	{ "what is said higher goes before what is said lower",
	  higher_goes_before_lower },
	{ "values are all applied, or none", values_are_all_applied_or_none },
	{ "lists add up; of others the last holds",
	  lists_add_up_and_others_do_not },
	{ "a flag's value is quoted as a flag", flags_are_quoted_as_flags },
	{ "what differs is not equal", what_differs_is_not_equal },
};

TEST_MAIN(cases)
