// SPDX-License-Identifier: GPL-2.0-only
#include "command.h"

#include <string.h>

#include "log.h"

static const char *const try_help = "try \"bpfmasq help\"";

/* An option as it stands on the command line. */
struct word {
	const char *name; /* without dashes */
	size_t name_length;
	char letter; /* of a short option, else '\0' */
	const char *value; /* behind '=', or NULL */
};

static bool word_read(const char *arg, struct word *ret)
{
	const char *equals;

	if (arg[0] != '-' || !arg[1])
		return false;
	*ret = (struct word){ 0 };
	if (arg[1] != '-') {
		/* short options stand alone; their first letter is not '\0' */
		ret->letter = arg[2] ? '?' : arg[1];
		return true;
	}
	equals = strchr(arg, '=');
	ret->name = arg + 2;
	ret->name_length = equals ? (size_t)(equals - ret->name) :
				    strlen(ret->name);
	ret->value = equals ? equals + 1 : NULL;
	return true;
}

static bool word_is(const struct word *word, const struct option *option)
{
	if (word->letter)
		return word->letter == option->letter;
	return strlen(option->name) == word->name_length &&
	       strncmp(option->name, word->name, word->name_length) == 0;
}

static const struct option *option_find(const struct option *table,
					const struct word *word)
{
	for (; table->name; table++)
		if (word_is(word, table))
			return table;
	return NULL;
}

static const struct option *command_option(const struct command *command,
					   const struct word *word)
{
	const struct option *option = option_find(global_options, word);

	if (!command)
		return option;
	for (int i = 0; !option && command->options[i]; i++)
		option = option_find(command->options[i], word);
	return option;
}

static const struct command *command_find(const struct command *commands,
					  const char *name)
{
	for (; commands->name; commands++)
		if (strcmp(commands->name, name) == 0)
			return commands;
	return NULL;
}

static int usage_error(const char *what, const char *arg)
{
	log_error("%s \"%s\": %s", what, arg, try_help);
	return EXIT_USAGE;
}

/* Take the option at argv[*i]; *i moves over its value. */
static int option_take(const struct option *option, const struct word *word,
		       char **argv, int *i, struct invocation *inv)
{
	const char *value = word->value, *problem;

	if (!option->metavar && value)
		return usage_error("this option takes no value", argv[*i]);
	if (option->metavar && !value) {
		value = argv[*i + 1];
		if (!value || strncmp(value, "--", 2) == 0) {
			log_error("--%s has no value: it takes %s",
				  option->name, option->metavar);
			return EXIT_USAGE;
		}
		++*i;
	}
	problem = option->take(inv, value, option->number);
	if (!problem)
		return 0;
	log_error("--%s \"%s\": %s", option->name,
		  *inv->part ? inv->part : value, problem);
	return EXIT_USAGE;
}

/* The word that is no option: the command, and there is one. */
static int command_take(const struct command *commands, const char *arg,
			const struct command **command)
{
	if (*command)
		return usage_error("not expected", arg);
	*command = command_find(commands, arg);
	return *command ? 0 : usage_error("no such command", arg);
}

int command_line_read(int argc, char **argv, const struct command *commands,
		      struct invocation *inv, const struct command **ret)
{
	const struct command *command = NULL;
	struct word word;

	for (int i = 1, error; i < argc; i++) {
		const struct option *option;

		if (!word_read(argv[i], &word)) {
			error = command_take(commands, argv[i], &command);
			if (error)
				return error;
			continue;
		}
		option = command_option(command, &word);
		if (!option)
			return usage_error(command ? "no such option" :
						     "no such option before "
						     "the command",
					   argv[i]);
		error = option_take(option, &word, argv, &i, inv);
		if (error)
			return error;
	}
	*ret = command;
	return 0;
}
