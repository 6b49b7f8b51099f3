// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "log.h"
#include "masq.h"
#include "version.h"

static int cmd_version(struct invocation *inv);
static int cmd_help(struct invocation *inv);

static const struct command commands[] = {
	{ "run",
	  "load the datapath, attach it and stay",
	  { run_options },
	  cmd_run },
	{ "status", "what runs, and how it is set", {}, cmd_status },
	{ "flows",
	  "list the flows",
	  { filter_options, flows_options },
	  cmd_flows },
	{ "flush", "close flows", { filter_options }, cmd_flush },
	{ "counters", "packets by direction and verdict", {}, cmd_counters },
	{ "detach",
	  "take the datapath away, with all its flows",
	  {},
	  cmd_detach },
	{ "version", "print the version", {}, cmd_version },
	{ "help", "print this help", {}, cmd_help },
	{ 0 },
};

static int cmd_version(struct invocation *inv)
{
	struct output *output = output_open(inv->format);

	if (!output)
		return EXIT_FAILURE;
	output_object_begin(output);
	output_string(output, "version", BPFMASQ_VERSION);
	output_number(output, "map_layout", MASQ_LAYOUT);
	output_object_end(output);
	return output_close(output) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void print_options(const char *title, const struct option *option)
{
	char name[64];

	printf("\n%s:\n", title);
	for (; option->name; option++) {
		snprintf(name, sizeof(name), "--%s%s%s", option->name,
			 option->metavar ? " " : "",
			 option->metavar ? option->metavar : "");
		if (option->letter)
			printf("  -%c, %-38s %s\n", option->letter, name,
			       option->help);
		else
			printf("      %-38s %s\n", name, option->help);
	}
}

static int cmd_help(struct invocation *inv)
{
	(void)inv;
	puts("Usage: bpfmasq [OPTIONS] COMMAND [OPTIONS]\n\n"
	     "Masquerade for Kubernetes island networks, in eBPF.\n\n"
	     "Commands:");
	for (const struct command *c = commands; c->name; c++)
		printf("  %-10s %s\n", c->name, c->summary);
	print_options("Options", global_options);
	print_options("Options of run (defaults in parentheses)", run_options);
	print_options("Options of flows and flush", filter_options);
	print_options("Options of flows", flows_options);
	return output_flush() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct invocation inv = { .pin_dir = DEFAULT_PIN_DIR };
	const struct command *command;
	int status;

	config_init(&inv.config);
	filter_init(&inv.filter);
	log_take_libbpf();
	status = command_line_read(argc, argv, commands, &inv, &command);
	if (status == 0 && inv.wants_help) {
		status = cmd_help(&inv);
	} else if (status == 0 && !command) {
		log_error("no command: try \"bpfmasq help\"");
		status = EXIT_USAGE;
	} else if (status == 0) {
		status = command->run(&inv);
	}
	config_free(&inv.config);
	return status;
}
