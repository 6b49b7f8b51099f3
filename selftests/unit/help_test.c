// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/help.h: the help has every command, option and setting of its tables.
 */
#include "help.h"
#include "unit.h"

enum { TEXT_SIZE = 128 };

static const struct command commands[] = {
	{ .name = "run",
	  .summary = "stay and serve",
	  .options = { run_options },
	  .has_settings = true },
	{ .name = "flows",
	  .summary = "list them",
	  .options = { filter_options, flows_options } },
	{ .name = "read",
	  .args = "WORD [FILE]",
	  .args_min = 1,
	  .args_max = 2,
	  .summary = "take words" },
	{ 0 },
};

/* Allocated. */
static char *help_of(const struct command *about)
{
	struct capture capture = capture_begin(stdout);

	help_print(commands, about);
	return capture_end(&capture);
}

static void check_begin(const char *help, const char *begin)
{
	CHECK(strncmp(help, begin, strlen(begin)) == 0);
}

/* The line of an option, "--NAME METAVAR" and what it says; or NULL. */
static const char *line_find(const char *help, const char *name,
			     const char *metavar, const char *says)
{
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text), " --%s%s%s ", name, metavar ? " " : "",
		 metavar ? metavar : "");
	/* two commands may have one of a name */
	while ((help = strstr(help, text))) {
		const char *found = strstr(help, says);

		if (found && found < strchr(help, '\n'))
			return help;
		help++;
	}
	return NULL;
}

static void check_options(const char *help, const struct option *option)
{
	for (; option->name; option++) {
		const char *line = line_find(help, option->name,
					     option->metavar, option->help);
		char letter[] = { '-', option->letter, ',', '\0' };

		if (!line)
			printf("# --%s\n", option->name);
		CHECK(line != NULL);
		if (option->letter)
			CHECK(memcmp(line - 3, letter, 3) == 0);
	}
}

static void check_no_options(const char *help, const struct option *option)
{
	for (; option->name; option++)
		CHECK(!line_find(help, option->name, option->metavar, ""));
}

static void check_settings(const char *help)
{
	for (const struct setting *s = settings; s->name; s++) {
		const char *line =
			line_find(help, s->name, s->metavar, s->help);
		char fallback[TEXT_SIZE] = "\n";

		if (s->fallback && s->shape != SETTING_FLAG)
			snprintf(fallback, sizeof(fallback), " (%s)\n",
				 s->fallback);
		if (!line)
			printf("# --%s\n", s->name);
		CHECK(line != NULL);
		CHECK(strncmp(strstr(line, s->help) + strlen(s->help), fallback,
			      strlen(fallback)) == 0);
	}
}

static void check_no_settings(const char *help)
{
	for (const struct setting *s = settings; s->name; s++)
		CHECK(!line_find(help, s->name, s->metavar, ""));
}

static void all_is_in_the_help(void)
{
	char *help = help_of(NULL);

	check_begin(help, "Usage: bpfmasq ");
	CHECK(strstr(help, "\n  run ") && strstr(help, " stay and serve\n"));
	CHECK(strstr(help, "\n  flows ") && strstr(help, " list them\n"));
	CHECK(strstr(help, "\n  read WORD [FILE] ") &&
	      strstr(help, " take words\n"));
	check_options(help, global_options);
	check_options(help, run_options);
	check_options(help, plan_options);
	check_options(help, filter_options);
	check_options(help, flows_options);
	check_settings(help);
	free(help);
}

static void a_commands_help_has_what_is_its_own(void)
{
	char *help = help_of(&commands[0]);

	check_begin(help, "Usage: bpfmasq [OPTIONS] run [OPTIONS]\n\n"
			  "stay and serve.\n");
	check_options(help, global_options);
	check_options(help, run_options);
	check_settings(help);
	check_no_options(help, filter_options);
	check_no_options(help, flows_options);
	free(help);
}

static void other_commands_have_no_settings(void)
{
	char *help = help_of(&commands[1]);

	check_options(help, global_options);
	check_options(help, filter_options);
	check_options(help, flows_options);
	check_no_options(help, run_options);
	check_no_settings(help);
	free(help);
}

static void words_are_in_the_usage(void)
{
	char *help = help_of(&commands[2]);

	check_begin(help, "Usage: bpfmasq [OPTIONS] read WORD [FILE] "
			  "[OPTIONS]\n\ntake words.\n");
	check_options(help, global_options);
	free(help);
}

static const struct test_case cases[] = {
	{ "all is in the help", all_is_in_the_help },
	{ "a command's help has what is its own",
	  a_commands_help_has_what_is_its_own },
	{ "other commands have no settings", other_commands_have_no_settings },
	{ "words are in the usage", words_are_in_the_usage },
};

TEST_MAIN(cases)
