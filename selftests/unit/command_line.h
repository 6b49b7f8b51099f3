/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Command lines, read by the real tables of options.
 */
#ifndef COMMAND_LINE_H
#define COMMAND_LINE_H

#include "command.h"
#include "unit.h"

enum {
	ARGS_MAX = 16,
	TEXT_SIZE = 256,
};

static int run_nothing(struct invocation *inv)
{
	(void)inv;
	return EXIT_SUCCESS;
}

static const struct command commands[] = {
	{ .name = "run",
	  .options = { run_options },
	  .has_settings = true,
	  .run = run_nothing },
	{ .name = "config",
	  .args = "check [FILE] | show",
	  .args_min = 1,
	  .args_max = 2,
	  .options = { run_options },
	  .has_settings = true,
	  .run = run_nothing },
	{ .name = "status", .run = run_nothing },
	{ .name = "flows",
	  .options = { filter_options, flows_options },
	  .run = run_nothing },
	{ .name = "flush", .options = { filter_options }, .run = run_nothing },
	{ .name = "help",
	  .args = "[COMMAND]",
	  .args_max = 1,
	  .run = run_nothing },
	{ 0 },
};

static const struct command untouched;

/* What came of a command line. */
struct reading {
	int status;
	char *said;
	const struct command *command;
	struct invocation inv;
};

/* args: without the program's name; NULL ends them. */
static inline void line_read(const char *const *args, struct reading *ret)
{
	const char *argv[ARGS_MAX + 2] = { "bpfmasq" };
	struct capture capture;
	int argc = 1;

	*ret = (struct reading){ .command = &untouched };
	ret->inv.pin_dir = DEFAULT_PIN_DIR;
	filter_init(&ret->inv.filter);
	while (args[argc - 1]) {
		argv[argc] = args[argc - 1];
		argc++;
	}
	capture = capture_begin(stderr);
	ret->status = command_line_read(argc, (char **)argv, commands,
					&ret->inv, &ret->command);
	ret->said = capture_end(&capture);
}

static inline void reading_free(struct reading *reading)
{
	values_free(&reading->inv.sources.flags);
	free(reading->said);
}

/* EXIT_USAGE, and one line that has both texts. */
static inline void check_refusal(const char *const *args, const char *names,
				 const char *quotes)
{
	struct reading reading;

	line_read(args, &reading);
	CHECK_EQUAL(reading.status, EXIT_USAGE);
	CHECK(reading.command == &untouched);
	CHECK(is_one_line(reading.said));
	if (!strstr(reading.said, names) || !strstr(reading.said, quotes))
		printf("# expected %s and %s in: %s", names, quotes,
		       reading.said);
	CHECK(strstr(reading.said, names) && strstr(reading.said, quotes));
	reading_free(&reading);
}

#endif /* COMMAND_LINE_H */
