/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands and their options: tables, from which the command line is read
 * and the help is written.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include "cluster.h"
#include "filter.h"
#include "output.h"
#include "sources.h"

#define DEFAULT_PIN_DIR "/sys/fs/bpf/bpfmasq"

enum {
	EXIT_USAGE = 2,
	COMMAND_TABLES = 3, /* of options, the end included */
	COMMAND_ARGS = 3,
};

/* Everything that a command line can say. */
struct invocation {
	enum output_format format;
	const char *pin_dir;
	const char *args[COMMAND_ARGS]; /* words that are no options */
	unsigned int arg_count;
	struct sources sources; /* run, config */
	struct clusters clusters; /* plan */
	struct filter filter; /* flows, flush */
	bool only_count; /* flows */
	bool wants_help;
};

struct option {
	const char *name; /* without the dashes; NULL ends a table */
	char letter; /* of the short form; '\0': none */
	const char *metavar; /* NULL: a flag without a value */
	const char *help;

	/*
	 * Take the value (of a flag: NULL).  `number` is the table's, for
	 * options that are alike.
	 *
	 * Return: NULL, or what is wrong with it and what would be right.
	 */
	const char *(*take)(struct invocation *inv, const char *value,
			    int number);
	int number;
};

struct command {
	const char *name; /* NULL ends the table */
	const char *args; /* the words behind it, as help shows them */
	unsigned int args_min;
	unsigned int args_max;
	const char *summary;
	const struct option *options[COMMAND_TABLES]; /* NULL ends them */
	bool has_settings; /* setting.h: these are options too */

	/* Return: EXIT_SUCCESS or EXIT_FAILURE; what failed has been said. */
	int (*run)(struct invocation *inv);
};

extern const struct option global_options[];
extern const struct option run_options[];
extern const struct option plan_options[];
extern const struct option filter_options[]; /* flows, flush */
extern const struct option flows_options[];

int cmd_run(struct invocation *inv);
int cmd_config(struct invocation *inv);
int cmd_plan(struct invocation *inv);
int cmd_status(struct invocation *inv);
int cmd_flows(struct invocation *inv);
int cmd_flush(struct invocation *inv);
int cmd_why(struct invocation *inv);
int cmd_top(struct invocation *inv);
int cmd_monitor(struct invocation *inv);
int cmd_counters(struct invocation *inv);
int cmd_detach(struct invocation *inv);

/*
 * Read argv[1…] by the tables.  A command's own options stand behind it.
 *
 * *ret: the command, or NULL when none is named. Return: 0, or EXIT_USAGE when
 * what is wrong has been said.
 */
int command_line_read(int argc, char **argv, const struct command *commands,
		      struct invocation *inv, const struct command **ret);

/* Return: NULL where there is none of that name. */
const struct command *command_find(const struct command *commands,
				   const char *name);

#endif /* COMMAND_H */
