// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/command.h: command lines.  What becomes of each option's value is in
 * option_test.c, of each setting's in setting_test.c.
 */
#include "command_line.h"
#include "outcome.h"

/* The settings given, "command line SETTING TEXT" each. */
static void check_settings(const struct reading *reading, const char *expected)
{
	char *text = values_text(&reading->inv.sources.flags);

	CHECK_STRING(text, expected);
	free(text);
}

/* --- settings --- */

/* As "command line NAME VALUE", whatever the value is. */
static void check_setting_at(const char *name, const char *value,
			     const char *const *args)
{
	struct reading reading;
	char expected[TEXT_SIZE];

	snprintf(expected, sizeof(expected), "command line %s %s\n", name,
		 value);
	line_read(args, &reading);
	CHECK_STRING(reading.said, "");
	CHECK_EQUAL(reading.status, 0);
	CHECK_STRING(reading.command->name, args[0]);
	check_settings(&reading, expected);
	reading_free(&reading);
}

static void check_setting(const struct setting *setting)
{
	char option[64], both[TEXT_SIZE];

	snprintf(option, sizeof(option), "--%s", setting->name);
	snprintf(both, sizeof(both), "--%s=any thing", setting->name);
	check_setting_at(setting->name, "any thing",
			 (const char *[]){ "run", both, NULL });
	if (setting->shape == SETTING_FLAG)
		check_setting_at(setting->name, "true",
				 (const char *[]){ "run", option, NULL });
	else
		check_setting_at(setting->name, "any thing",
				 (const char *[]){ "run", option, "any thing",
						   NULL });
	if (test_failed)
		printf("# --%s\n", setting->name);
}

static void every_setting_is_an_option(void)
{
	for (const struct setting *s = settings; s->name; s++)
		check_setting(s);
}

struct settings_row {
	const char *name;
	const char *args[ARGS_MAX];
	const char *settings;
};

static const struct settings_row settings_given[] = {
	{ "none", { "run" }, "" },
	{ "a flag",
	  { "run", "--random-fully" },
	  "command line random-fully true\n" },
	{ "a flag that is true",
	  { "run", "--random-fully=true" },
	  "command line random-fully true\n" },
	{ "a flag that is false",
	  { "run", "--random-fully=false" },
	  "command line random-fully false\n" },
	{ "a flag, switched off again",
	  { "run", "--enable-ipv6", "--enable-ipv6=false" },
	  "command line enable-ipv6 true\n"
	  "command line enable-ipv6 false\n" },
	{ "a flag takes no word behind it",
	  { "config", "--random-fully", "check" },
	  "command line random-fully true\n" },
	{ "a list, split at its comma",
	  { "run", "--pod-cidr", "10.244.1.0/24,2001:db8:1::/64" },
	  "command line pod-cidr 10.244.1.0/24\n"
	  "command line pod-cidr 2001:db8:1::/64\n" },
	{ "a list of ports",
	  { "run", "--ports=1-2,3" },
	  "command line ports 1-2\ncommand line ports 3\n" },
	{ "a list that ends with a comma",
	  { "run", "--uplink=eth0," },
	  "command line uplink eth0\ncommand line uplink \n" },
	{ "an empty list", { "run", "--uplink=" }, "command line uplink \n" },
	{ "no list: a comma in it stays",
	  { "run", "--masq-config", "/a,b" },
	  "command line masq-config /a,b\n" },
	{ "a value that begins with a dash",
	  { "run", "--max-flows", "-1" },
	  "command line max-flows -1\n" },
	{ "a value with an equals sign",
	  { "run", "--masq-config=/a=b" },
	  "command line masq-config /a=b\n" },
	{ "some, in their order",
	  { "run", "--uplink", "eth0", "--ports=1", "--uplink=eth1" },
	  "command line uplink eth0\ncommand line ports 1\n"
	  "command line uplink eth1\n" },
};

static void check_settings_row(const struct settings_row *row)
{
	struct reading reading;

	line_read(row->args, &reading);
	CHECK_STRING(reading.said, "");
	CHECK_EQUAL(reading.status, 0);
	check_settings(&reading, row->settings);
	reading_free(&reading);
}

static void settings_are_gathered(void)
{
	CHECK_ROWS(settings_given, check_settings_row);
}

/* --- many at once --- */

static void repeated_options_add_up(void)
{
	static const char *const args[] = {
		"-j",
		"run",
		"--uplink",
		"eth0",
		"--pod-cidr",
		"10.244.1.0/24",
		"--uplink=eth1",
		"--node-ip",
		"192.0.2.1",
		"--pod-cidr",
		"2001:db8::/64",
		"--node-ip=fd00::1",
		"--max-flows=16",
		"--pin-dir=/p",
		NULL,
	};
	struct reading reading;

	line_read(args, &reading);
	CHECK_STRING(reading.said, "");
	CHECK_EQUAL(reading.status, 0);
	CHECK_STRING(reading.command->name, "run");
	check_settings(&reading, "command line uplink eth0\n"
				 "command line pod-cidr 10.244.1.0/24\n"
				 "command line uplink eth1\n"
				 "command line node-ip 192.0.2.1\n"
				 "command line pod-cidr 2001:db8::/64\n"
				 "command line node-ip fd00::1\n"
				 "command line max-flows 16\n");
	CHECK_EQUAL(reading.inv.format, OUTPUT_JSON);
	CHECK_STRING(reading.inv.pin_dir, "/p");
	reading_free(&reading);
}

static void no_command_is_none(void)
{
	struct reading reading;

	line_read((const char *[]){ "-j", NULL }, &reading);
	CHECK_EQUAL(reading.status, 0);
	CHECK(reading.command == NULL);
	CHECK_STRING(reading.said, "");
	reading_free(&reading);
}

/* --- words that are no options --- */

struct words_row {
	const char *name;
	const char *args[ARGS_MAX];
	const char *command;
	const char *words[COMMAND_ARGS]; /* NULL ends them */
};

static const struct words_row words[] = {
	{ "none", { "run" }, "run", {} },
	{ "one of two", { "config", "check" }, "config", { "check" } },
	{ "two",
	  { "config", "check", "/etc/bpfmasq.yaml" },
	  "config",
	  { "check", "/etc/bpfmasq.yaml" } },
	{ "options between them",
	  { "config", "-j", "check", "--uplink", "eth0", "file",
	    "--enable-ipv6" },
	  "config",
	  { "check", "file" } },
	{ "an unknown one is for the command to judge",
	  { "config", "bogus" },
	  "config",
	  { "bogus" } },
	{ "one that is the name of a command",
	  { "help", "run" },
	  "help",
	  { "run" } },
	{ "none of one", { "help" }, "help", {} },
	{ "too few, for help", { "config", "--help" }, "config", {} },
	{ "an empty one", { "config", "" }, "config", { "" } },
};

static void check_words(const struct words_row *row)
{
	struct reading reading;
	unsigned int count = 0;

	line_read(row->args, &reading);
	CHECK_STRING(reading.said, "");
	CHECK_EQUAL(reading.status, 0);
	CHECK_STRING(reading.command->name, row->command);
	for (; row->words[count]; count++) {
		CHECK(count < reading.inv.arg_count);
		CHECK_STRING(reading.inv.args[count], row->words[count]);
	}
	CHECK_EQUAL(reading.inv.arg_count, count);
	reading_free(&reading);
}

static void words_are_the_commands(void)
{
	CHECK_ROWS(words, check_words);
}

static void commands_are_found_by_name(void)
{
	for (const struct command *c = commands; c->name; c++)
		CHECK(command_find(commands, c->name) == c);
	CHECK(command_find(commands, "conf") == NULL);
	CHECK(command_find(commands, "configs") == NULL);
	CHECK(command_find(commands, "") == NULL);
}

/* --- refusals --- */

struct refusal_row {
	const char *name;
	const char *args[ARGS_MAX];
	const char *quotes;
	const char *problem;
};

static const struct refusal_row refusals[] = {
	{ "an unknown option",
	  { "run", "--no-such" },
	  "\"--no-such\"",
	  "no such option" },
	{ "an unknown option before the command",
	  { "--no-such", "run" },
	  "\"--no-such\"",
	  "no such option" },
	{ "an unknown option without a command",
	  { "--no-such" },
	  "\"--no-such\"",
	  "no such option" },
	{ "an unknown option with a value",
	  { "run", "--no-such=1" },
	  "\"--no-such=1\"",
	  "no such option" },
	{ "an unknown letter", { "run", "-x" }, "\"-x\"", "no such option" },
	{ "two letters together",
	  { "status", "-jp" },
	  "\"-jp\"",
	  "no such option" },
	{ "two dashes alone", { "run", "--" }, "\"--\"", "no such option" },
	{ "an option without a name",
	  { "run", "--=1" },
	  "\"--=1\"",
	  "no such option" },
	{ "an abbreviation",
	  { "run", "--pod", "10.244.1.0/24" },
	  "\"--pod\"",
	  "no such option" },
	{ "an abbreviation with a value",
	  { "run", "--pod=10.244.1.0/24" },
	  "\"--pod=10.244.1.0/24\"",
	  "no such option" },
	{ "an abbreviated flag",
	  { "flows", "--coun" },
	  "\"--coun\"",
	  "no such option" },
	{ "an option and more",
	  { "flows", "--counts" },
	  "\"--counts\"",
	  "no such option" },
	{ "one dash before a name",
	  { "flows", "-count" },
	  "\"-count\"",
	  "no such option" },
	{ "capitals", { "flows", "--COUNT" }, "\"--COUNT\"", "no such option" },
	{ "another command's option",
	  { "status", "--uplink", "eth0" },
	  "\"--uplink\"",
	  "no such option" },
	{ "another command's option, before it",
	  { "--uplink", "eth0", "status" },
	  "\"--uplink\"",
	  "no such option" },
	{ "flows' own option for flush",
	  { "flush", "--count" },
	  "\"--count\"",
	  "no such option" },
	{ "no value", { "run", "--ports" }, "--ports", "FIRST-LAST" },
	{ "no value for a global option",
	  { "run", "--pin-dir" },
	  "--pin-dir",
	  "DIR" },
	{ "a value for a flag",
	  { "status", "--json=1" },
	  "\"--json=1\"",
	  "takes no value" },
	{ "an empty value for a flag",
	  { "status", "--json=" },
	  "\"--json=\"",
	  "takes no value" },
	{ "a value for a command's flag",
	  { "flows", "--count=1" },
	  "\"--count=1\"",
	  "takes no value" },
	{ "a setting of run for another command",
	  { "flows", "--ports=1" },
	  "\"--ports=1\"",
	  "no such option" },
	{ "a setting by its first letter",
	  { "run", "-u" },
	  "\"-u\"",
	  "no such option" },
	{ "an option for a value",
	  { "run", "--ports", "--uplink" },
	  "--ports",
	  "FIRST-LAST" },
	{ "an unknown command", { "start" }, "\"start\"", "no such command" },
	{ "an abbreviated command", { "stat" }, "\"stat\"", "no such command" },
	{ "an unknown command behind an option",
	  { "-j", "start" },
	  "\"start\"",
	  "no such command" },
	{ "an empty command", { "" }, "\"\"", "no such command" },
	{ "a dash", { "-" }, "\"-\"", "no such command" },
	{ "two commands", { "run", "status" }, "\"status\"", "not expected" },
	{ "a command twice", { "run", "run" }, "\"run\"", "not expected" },
	{ "a word behind the command",
	  { "flows", "tcp" },
	  "\"tcp\"",
	  "not expected" },
	{ "a word too many",
	  { "config", "check", "file", "more" },
	  "\"more\"",
	  "not expected" },
	{ "two commands to help with",
	  { "help", "run", "flows" },
	  "\"flows\"",
	  "not expected" },
	{ "a word too few", { "config" }, "config", "check [FILE] | show" },
	{ "a word too few, with options",
	  { "-j", "config", "--uplink", "eth0" },
	  "config needs",
	  "try \"bpfmasq help\"" },
	{ "a word before", { "start", "run" }, "\"start\"", "no such command" },
};

static void check_refusal_row(const struct refusal_row *row)
{
	check_refusal(row->args, row->quotes, row->problem);
}

static void other_lines_are_refused(void)
{
	CHECK_ROWS(refusals, check_refusal_row);
}

static const struct test_case cases[] = {
	{ "every setting is an option", every_setting_is_an_option },
	{ "settings are gathered, split at commas", settings_are_gathered },
	{ "repeated options add up", repeated_options_add_up },
	{ "a line without a command names none", no_command_is_none },
	{ "words behind a command are its own", words_are_the_commands },
	{ "commands are found by their whole name",
	  commands_are_found_by_name },
	{ "other lines are refused in one line that quotes",
	  other_lines_are_refused },
};

TEST_MAIN(cases)
