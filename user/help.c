// SPDX-License-Identifier: GPL-2.0-only
#include "help.h"

#include <stdio.h>

enum { NAME_SIZE = 64 };

static void option_print(char letter, const char *name, const char *metavar,
			 const char *help)
{
	char text[NAME_SIZE];

	snprintf(text, sizeof(text), "--%s%s%s", name, metavar ? " " : "",
		 metavar ? metavar : "");
	if (letter)
		printf("  -%c, %-38s %s", letter, text, help);
	else
		printf("      %-38s %s", text, help);
}

static void options_print(const struct option *option)
{
	for (; option->name; option++) {
		option_print(option->letter, option->name, option->metavar,
			     option->help);
		putchar('\n');
	}
}

static void settings_print(void)
{
	for (const struct setting *setting = settings; setting->name;
	     setting++) {
		option_print('\0', setting->name, setting->metavar,
			     setting->help);
		if (setting->fallback && setting->shape != SETTING_FLAG)
			printf(" (%s)", setting->fallback);
		putchar('\n');
	}
}

static void all_print(const struct command *commands)
{
	puts("Usage: bpfmasq [OPTIONS] COMMAND [OPTIONS]\n\n"
	     "Masquerade for Kubernetes island networks, in eBPF.\n\n"
	     "Commands:");
	for (const struct command *c = commands; c->name; c++) {
		char name[NAME_SIZE];

		snprintf(name, sizeof(name), "%s %s", c->name,
			 c->args ? c->args : "");
		printf("  %-34s %s\n", name, c->summary);
	}
	puts("\nOptions:");
	options_print(global_options);
	puts("\nOptions of run and config (defaults in parentheses):");
	options_print(run_options);
	settings_print();
	puts("\nOptions of plan (defaults in parentheses):");
	options_print(plan_options);
	puts("\nOptions of flows, flush and monitor:");
	options_print(filter_options);
	puts("\nOptions of flows:");
	options_print(flows_options);
}

static void command_print(const struct command *command)
{
	printf("Usage: bpfmasq [OPTIONS] %s%s%s [OPTIONS]\n\n%s.\n",
	       command->name, command->args ? " " : "",
	       command->args ? command->args : "", command->summary);
	puts("\nOptions:");
	for (int i = 0; command->options[i]; i++)
		options_print(command->options[i]);
	if (command->has_settings)
		settings_print();
	options_print(global_options);
}

void help_print(const struct command *commands, const struct command *about)
{
	if (about)
		command_print(about);
	else
		all_print(commands);
}
