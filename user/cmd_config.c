// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfmasq config: what run would make of its options and files, and what is in
 * force.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "log.h"
#include "maps.h"

static const struct output_column columns[] = {
	{ "setting", 26 },
	{ "value", 39 },
	{ "from", 0 },
	{ 0 },
};

static void row_print(struct output *output, const char *name,
		      const char *value, const char *where)
{
	output_row_begin(output);
	output_string(output, "setting", name);
	output_string(output, "value", value);
	output_string(output, "from", where);
	output_row_end(output);
}

/* What was said; what is found or by default shows when it runs. */
static int values_print(const struct values *values, enum output_format format)
{
	struct output *output = output_open(format);

	if (!output)
		return -1;
	output_list_begin(output, NULL, columns);
	for (size_t i = 0; i < values->count; i++)
		row_print(output, values->items[i].setting->name,
			  values->items[i].text, values->items[i].where);
	output_list_end(output);
	return output_close(output);
}

static int check(struct invocation *inv)
{
	struct sourced sourced;
	int result;

	if (inv->arg_count > 1)
		inv->sources.config_path = inv->args[1];
	if (sources_read(&inv->sources, &sourced) < 0)
		return EXIT_USAGE;
	result = values_print(&sourced.values, inv->format);
	sourced_free(&sourced);
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int settings_print(const struct maps *maps, enum output_format format)
{
	struct output *output = output_open(format);
	struct maps_setting *settings;
	size_t count;
	int error;

	if (!output)
		return -1;
	error = maps_get_settings(maps, &settings, &count);
	if (error) {
		log_error("cannot read %s: %s", map_names[MAP_SETTINGS],
			  strerror(-error));
		(void)output_close(output);
		return -1;
	}
	output_list_begin(output, NULL, columns);
	for (size_t i = 0; i < count; i++)
		row_print(output, settings[i].key.name, settings[i].value.text,
			  settings[i].value.where);
	output_list_end(output);
	free(settings);
	return output_close(output);
}

static int show(const struct invocation *inv)
{
	struct maps maps;
	int result;

	if (maps_open(inv->pin_dir, &maps) < 0)
		return EXIT_FAILURE;
	result = settings_print(&maps, inv->format);
	maps_close(&maps);
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int cmd_config(struct invocation *inv)
{
	if (strcmp(inv->args[0], "check") == 0)
		return check(inv);
	if (strcmp(inv->args[0], "show") == 0 && inv->arg_count == 1)
		return show(inv);
	log_error("config \"%s\": config check [FILE] or config show is right",
		  inv->args[0]);
	return EXIT_USAGE;
}
