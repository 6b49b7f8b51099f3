// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/options.c: what each option makes of its value.
 */
#include "command_line.h"
#include "log.h"

/* --- values, as text --- */

static const char *number_text(long long number)
{
	static char text[32];

	snprintf(text, sizeof(text), "%lld", number);
	return text;
}

static const char *pin_dir(const struct invocation *inv)
{
	return inv->pin_dir;
}

static const char *config_path(const struct invocation *inv)
{
	return inv->sources.config_path;
}

static const char *proto(const struct invocation *inv)
{
	return number_text(inv->filter.proto);
}

static const char *state(const struct invocation *inv)
{
	return number_text(inv->filter.state);
}

static const char *node_port(const struct invocation *inv)
{
	return number_text(inv->filter.node_port);
}

static const char *remote_port(const struct invocation *inv)
{
	return number_text(inv->filter.remote_port);
}

static const char *pod(const struct invocation *inv)
{
	static char text[CIDR_TEXT_SIZE];

	return inv->filter.has_pod ? cidr_format(&inv->filter.pod, text) : "-";
}

static const char *remote(const struct invocation *inv)
{
	static char text[CIDR_TEXT_SIZE];

	return inv->filter.has_remote ? cidr_format(&inv->filter.remote, text) :
					"-";
}

/* --- options that take a value --- */

struct value_row {
	const char *name; /* the option, without dashes */
	const char *command;
	const char *value;
	const char *(*get)(const struct invocation *inv);
	const char *expected; /* of get() */
};

static const struct value_row values[] = {
	{ "pin-dir", "status", "/sys/fs/bpf/other", pin_dir,
	  "/sys/fs/bpf/other" },
	{ "pin-dir", "run", "/", pin_dir, "/" },
	{ "config", "run", "/etc/bpfmasq.yaml", config_path,
	  "/etc/bpfmasq.yaml" },
	{ "config", "run", "bpfmasq.yaml", config_path, "bpfmasq.yaml" },
	{ "proto", "flows", "tcp", proto, "6" },
	{ "proto", "flush", "icmpv6", proto, "58" },
	{ "proto", "flows", "sctp", proto, "132" },
	{ "proto", "flows", "0", proto, "0" },
	{ "proto", "flows", "255", proto, "255" },
	{ "state", "flows", "opening", state, "0" },
	{ "state", "flush", "reset", state, "5" },
	{ "pod", "flows", "10.244.1.2", pod, "10.244.1.2/32" },
	{ "pod", "flush", "2001:db8:1::/64", pod, "2001:db8:1::/64" },
	{ "remote", "flows", "192.0.2.0/24", remote, "192.0.2.0/24" },
	{ "remote", "flush", "2001:db8::7", remote, "2001:db8::7/128" },
	{ "node-port", "flows", "40000", node_port, "40000" },
	{ "node-port", "flush", "65535", node_port, "65535" },
	{ "remote-port", "flows", "0", remote_port, "0" },
	{ "remote-port", "flush", "443", remote_port, "443" },
};

static void check_value_at(const struct value_row *row, const char *const *args)
{
	struct reading reading;

	line_read(args, &reading);
	CHECK_STRING(reading.said, "");
	CHECK_EQUAL(reading.status, 0);
	CHECK_STRING(reading.command->name, row->command);
	CHECK_STRING(row->get(&reading.inv), row->expected);
	reading_free(&reading);
}

static void check_value(const struct value_row *row)
{
	char option[64], both[TEXT_SIZE];

	snprintf(option, sizeof(option), "--%s", row->name);
	snprintf(both, sizeof(both), "--%s=%s", row->name, row->value);
	check_value_at(row, (const char *[]){ row->command, both, NULL });
	check_value_at(row, (const char *[]){ row->command, option, row->value,
					      NULL });
	if (test_failed)
		printf("# value \"%s\"\n", row->value);
}

static void values_land_where_they_belong(void)
{
	CHECK_ROWS(values, check_value);
}

/* --- flags --- */

static const char *format(const struct invocation *inv)
{
	return number_text(inv->format);
}

static const char *only_count(const struct invocation *inv)
{
	return number_text(inv->only_count);
}

static const char *wants_help(const struct invocation *inv)
{
	return number_text(inv->wants_help);
}

struct flag_row {
	const char *name;
	const char *args[ARGS_MAX];
	const char *(*get)(const struct invocation *inv);
	const char *expected; /* of get() */
};

static const struct flag_row flags[] = {
	{ "text by default", { "status" }, format, "0" },
	{ "--json", { "status", "--json" }, format, "1" },
	{ "-j", { "status", "-j" }, format, "1" },
	{ "-j before the command", { "-j", "status" }, format, "1" },
	{ "--pretty", { "status", "--pretty" }, format, "2" },
	{ "-p", { "-p", "status" }, format, "2" },
	{ "-j -p", { "-j", "-p", "status" }, format, "2" },
	{ "-p -j", { "-p", "-j", "status" }, format, "2" },
	{ "flows by default", { "flows" }, only_count, "0" },
	{ "--count", { "flows", "--count" }, only_count, "1" },
	{ "no help by default", { "run" }, wants_help, "0" },
	{ "--help", { "run", "--help" }, wants_help, "1" },
	{ "-h", { "-h" }, wants_help, "1" },
};

static void check_flag(const struct flag_row *row)
{
	struct reading reading;

	line_read(row->args, &reading);
	CHECK_STRING(reading.said, "");
	CHECK_EQUAL(reading.status, 0);
	CHECK_STRING(row->get(&reading.inv), row->expected);
	reading_free(&reading);
}

static void flags_land_where_they_belong(void)
{
	CHECK_ROWS(flags, check_flag);
}

static void verbose_is_for_the_log(void)
{
	static const char *const spellings[] = { "-v", "--verbose" };
	struct reading reading;

	for (size_t i = 0; i < COUNT(spellings); i++) {
		log_is_verbose = false;
		line_read((const char *[]){ spellings[i], "run", NULL },
			  &reading);
		CHECK_EQUAL(reading.status, 0);
		CHECK(log_is_verbose);
		reading_free(&reading);
	}
	log_is_verbose = false;
}

/* --- refusals --- */

struct bad_value_row {
	const char *name; /* the option, without dashes */
	const char *command;
	const char *value;
	const char *problem; /* part of what is said */
};

static const struct bad_value_row bad_values[] = {
	{ "pin-dir", "run", "", "absolute path" },
	{ "pin-dir", "run", "sys/fs/bpf", "absolute path" },
	{ "proto", "flows", "", "tcp, udp, icmp, icmpv6, sctp" },
	{ "proto", "flows", "TCP", "tcp, udp, icmp, icmpv6, sctp" },
	{ "proto", "flush", "256", "0 to 255" },
	{ "proto", "flush", "-1", "0 to 255" },
	{ "proto", "flush", "6x", "0 to 255" },
	{ "proto", "flush", "icmpv", "tcp, udp, icmp, icmpv6, sctp" },
	{ "state", "flows", "", "fin-local" },
	{ "state", "flush", "open", "fin-local" },
	{ "pod", "flows", "", "is no IPv4 or IPv6 address" },
	{ "pod", "flush", "10.244.1.2/24", "10.244.1.0/24" },
	{ "remote", "flows", "example.org", "is no IPv4 or IPv6 address" },
	{ "remote", "flush", "192.0.2.1/", "no number behind the slash" },
	{ "node-port", "flows", "", "0 to 65535" },
	{ "node-port", "flush", "65536", "0 to 65535" },
	{ "remote-port", "flows", "-1", "0 to 65535" },
	{ "remote-port", "flush", "https", "0 to 65535" },
};

static void check_bad_value(const struct bad_value_row *row)
{
	char option[64], both[TEXT_SIZE], quoted[TEXT_SIZE];

	snprintf(option, sizeof(option), "--%s", row->name);
	snprintf(both, sizeof(both), "--%s=%s", row->name, row->value);
	snprintf(quoted, sizeof(quoted), "--%s \"%s\"", row->name, row->value);
	check_refusal((const char *[]){ row->command, both, NULL }, quoted,
		      row->problem);
	check_refusal((const char *[]){ row->command, option, row->value,
					NULL },
		      quoted, row->problem);
}

static void bad_values_are_refused(void)
{
	CHECK_ROWS(bad_values, check_bad_value);
}

/* --- the tables themselves --- */

static const struct option *const tables[] = {
	global_options, run_options,   plan_options,
	filter_options, flows_options,
};

static bool has_good_value(const char *option)
{
	for (size_t i = 0; i < COUNT(values); i++)
		if (strcmp(values[i].name, option) == 0)
			return true;
	return false;
}

/* Any text may be a path; whether it is one shows when it is read. */
static bool has_bad_value(const char *option)
{
	if (strcmp(option, "config") == 0)
		return true;
	for (size_t i = 0; i < COUNT(bad_values); i++)
		if (strcmp(bad_values[i].name, option) == 0)
			return true;
	return false;
}

static void check_table(const struct option *option)
{
	for (; option->name; option++) {
		CHECK(option->take != NULL);
		CHECK(option->help && *option->help);
		if (!option->metavar)
			continue;
		if (!has_good_value(option->name) ||
		    !has_bad_value(option->name))
			printf("# --%s\n", option->name);
		CHECK(has_good_value(option->name));
		CHECK(has_bad_value(option->name));
	}
}

/* plan's are tested where clusters are: they are about the last one. */
static void every_option_is_tested_here(void)
{
	for (size_t i = 0; i < COUNT(tables); i++)
		if (tables[i] != plan_options)
			check_table(tables[i]);
}

static bool is_same(const struct option *a, const struct option *b)
{
	return strcmp(a->name, b->name) == 0 ||
	       (a->letter && a->letter == b->letter);
}

/* The commands' own options never meet in one command. */
static void no_option_hides_another(void)
{
	for (size_t t = 0; t < COUNT(tables); t++)
		for (const struct option *a = tables[t]; a->name; a++) {
			for (const struct option *b = a + 1; b->name; b++)
				CHECK(!is_same(a, b));
			if (tables[t] == global_options)
				continue;
			for (const struct option *b = global_options; b->name;
			     b++)
				CHECK(!is_same(a, b));
		}
}

static void no_option_hides_a_setting(void)
{
	for (const struct setting *setting = settings; setting->name;
	     setting++) {
		for (const struct option *o = global_options; o->name; o++)
			CHECK(strcmp(o->name, setting->name) != 0);
		for (const struct option *o = run_options; o->name; o++)
			CHECK(strcmp(o->name, setting->name) != 0);
	}
}

static const struct test_case cases[] = {
	{ "values land where they belong", values_land_where_they_belong },
	{ "flags land where they belong", flags_land_where_they_belong },
	{ "--verbose is for the log", verbose_is_for_the_log },
	{ "bad values are refused in one line that names and quotes",
	  bad_values_are_refused },
	{ "every option is tested here", every_option_is_tested_here },
	{ "no option hides another", no_option_hides_another },
	{ "no option hides a setting", no_option_hides_a_setting },
};

TEST_MAIN(cases)
