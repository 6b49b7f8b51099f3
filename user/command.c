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

const struct command *command_find(const struct command *commands,
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

/*
 * The value of the word at argv[*i]: behind its '=', or the next word, which *i
 * moves over.  Return: NULL where there is none, said.
 */
static const char *value_take(const struct word *word, const char *name,
			      const char *metavar, char **argv, int *i)
{
	const char *value = word->value;

	if (value)
		return value;
	value = argv[*i + 1];
	if (!value || strncmp(value, "--", 2) == 0) {
		log_error("--%s has no value: it takes %s", name, metavar);
		return NULL;
	}
	++*i;
	return value;
}

static int option_take(const struct option *option, const struct word *word,
		       char **argv, int *i, struct invocation *inv)
{
	const char *value = NULL, *problem;

	if (!option->metavar && word->value)
		return usage_error("this option takes no value", argv[*i]);
	if (option->metavar) {
		value = value_take(word, option->name, option->metavar, argv,
				   i);
		if (!value)
			return EXIT_USAGE;
	}
	problem = option->take(inv, value, option->number);
	if (!problem)
		return 0;
	log_error("--%s \"%s\": %s", option->name, value, problem);
	return EXIT_USAGE;
}

/* What it says is looked at together with the files (sources.h). */
static int setting_take(const struct setting *setting, const struct word *word,
			char **argv, int *i, struct invocation *inv)
{
	const char *value = "true";

	if (setting->shape != SETTING_FLAG)
		value = value_take(word, setting->name, setting->metavar, argv,
				   i);
	else if (word->value)
		value = word->value;
	if (!value || values_add(&inv->sources.flags, setting, value,
				 values_command_line) < 0)
		return EXIT_USAGE;
	return 0;
}

/* A word that is no option: the command, or one of its arguments. */
static int word_take(const struct command *commands, const char *arg,
		     struct invocation *inv, const struct command **command)
{
	if (!*command) {
		*command = command_find(commands, arg);
		return *command ? 0 : usage_error("no such command", arg);
	}
	if (inv->arg_count == (*command)->args_max)
		return usage_error("not expected", arg);
	inv->args[inv->arg_count++] = arg;
	return 0;
}

/* Take the option at argv[*i], and its value. */
static int dashed_take(const struct command *command, const struct word *word,
		       char **argv, int *i, struct invocation *inv)
{
	const struct option *option = command_option(command, word);
	const struct setting *setting = NULL;

	if (option)
		return option_take(option, word, argv, i, inv);
	if (command && command->has_settings && !word->letter)
		setting = setting_find(word->name, word->name_length);
	if (setting)
		return setting_take(setting, word, argv, i, inv);
	return usage_error(command ? "no such option" :
				     "no such option before the command",
			   argv[*i]);
}

int command_line_read(int argc, char **argv, const struct command *commands,
		      struct invocation *inv, const struct command **ret)
{
	const struct command *command = NULL;
	struct word word;
	int error = 0;

	for (int i = 1; i < argc && !error; i++)
		error = word_read(argv[i], &word) ?
				dashed_take(command, &word, argv, &i, inv) :
				word_take(commands, argv[i], inv, &command);
	if (!error && command && inv->arg_count < command->args_min &&
	    !inv->wants_help) {
		log_error("%s needs %s: %s", command->name, command->args,
			  try_help);
		error = EXIT_USAGE;
	}
	if (!error)
		*ret = command;
	return error;
}
