// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "command.h"
#include "help.h"
#include "log.h"
#include "masq.h"
#include "version.h"

static int cmd_version(struct invocation *inv);
static int cmd_help(struct invocation *inv);

static const struct command commands[] = {
	{ .name = "run",
	  .summary = "load the datapath, attach it and stay",
	  .options = { run_options },
	  .has_settings = true,
	  .run = cmd_run },
	{ .name = "config",
	  .args = "check [FILE] | show",
	  .args_min = 1,
	  .args_max = 2,
	  .summary = "what run would make of its options and files, or does",
	  .options = { run_options },
	  .has_settings = true,
	  .run = cmd_config },
	{ .name = "plan",
	  .summary = "what nodes of clusters would get, and what overlaps",
	  .options = { plan_options },
	  .run = cmd_plan },
	{ .name = "status",
	  .summary = "what runs, how it is set, and why",
	  .run = cmd_status },
	{ .name = "flows",
	  .summary = "list the flows",
	  .options = { filter_options, flows_options },
	  .run = cmd_flows },
	{ .name = "flush",
	  .summary = "close flows",
	  .options = { filter_options },
	  .run = cmd_flush },
	{ .name = "why",
	  .args = "SRC[:PORT] DST[:PORT] [PROTO]",
	  .args_min = 2,
	  .args_max = 3,
	  .summary = "what would become of such a packet, and by which rule",
	  .run = cmd_why },
	{ .name = "top",
	  .summary = "who is busy and what is dropped, live; q quits",
	  .run = cmd_top },
	{ .name = "monitor",
	  .summary = "flows opened and closed, packets dropped, as it happens",
	  .options = { filter_options },
	  .run = cmd_monitor },
	{ .name = "counters",
	  .summary = "packets by direction and verdict",
	  .run = cmd_counters },
	{ .name = "detach",
	  .summary = "take the datapath away, with all its flows",
	  .run = cmd_detach },
	{ .name = "version",
	  .summary = "print the version",
	  .run = cmd_version },
	{ .name = "help",
	  .args = "[COMMAND]",
	  .args_max = 1,
	  .summary = "print this help, or a command's",
	  .run = cmd_help },
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

static int cmd_help(struct invocation *inv)
{
	const struct command *about = NULL;

	if (inv->arg_count) {
		about = command_find(commands, inv->args[0]);
		if (!about) {
			log_error("no such command \"%s\": try \"bpfmasq "
				  "help\"",
				  inv->args[0]);
			return EXIT_USAGE;
		}
	}
	help_print(commands, about);
	return output_flush() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run(const struct command *command, struct invocation *inv)
{
	if (inv->wants_help) {
		help_print(commands, command);
		return output_flush() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	if (command)
		return command->run(inv);
	log_error("no command: try \"bpfmasq help\"");
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct invocation inv = { .pin_dir = DEFAULT_PIN_DIR };
	const struct command *command;
	int status;

	filter_init(&inv.filter);
	log_open();
	status = command_line_read(argc, argv, commands, &inv, &command);
	if (status == 0)
		status = run(command, &inv);
	values_free(&inv.sources.flags);
	clusters_free(&inv.clusters);
	return status;
}
