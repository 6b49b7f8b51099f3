// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfmasq counters: packets and bytes by direction and verdict.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "log.h"
#include "maps.h"
#include "names.h"

static const struct output_column columns[] = {
	{ "direction", 9 }, { "verdict", 16 }, { "packets", 12 },
	{ "bytes", 14 },    { "meaning", 0 },  { 0 },
};

static int counter_print(struct output *output, const struct maps *maps,
			 enum masq_direction direction,
			 enum masq_verdict verdict)
{
	struct masq_counter counter;
	int error = maps_get_counter(maps, direction, verdict, &counter);

	if (error)
		return log_error("cannot read masq_counters: %s",
				 strerror(-error));
	/* a person wants what has happened, a program every key */
	if (!counter.packets && output_is_text(output))
		return 0;
	output_row_begin(output);
	output_string(output, "direction", direction_name(direction));
	output_string(output, "verdict", verdict_name(verdict));
	output_number(output, "packets", counter.packets);
	output_number(output, "bytes", counter.bytes);
	output_string(output, "meaning", verdict_sentence(verdict));
	output_row_end(output);
	return 0;
}

int cmd_counters(struct invocation *inv)
{
	struct output *output;
	struct maps maps;
	int result = 0;

	if (maps_open(inv->pin_dir, &maps) < 0)
		return EXIT_FAILURE;
	output = output_open(inv->format);
	if (output) {
		output_list_begin(output, NULL, columns);
		for (int d = 0; d < MASQ_DIRECTION_COUNT; d++)
			for (int v = MASQ_CONTINUE + 1;
			     v < MASQ_VERDICT_COUNT && result == 0; v++)
				result = counter_print(output, &maps, d, v);
		output_list_end(output);
		result |= output_close(output);
	}
	maps_close(&maps);
	return output && result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
