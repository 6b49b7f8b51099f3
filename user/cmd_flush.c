// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfmasq flush: close flows, by asking the datapath to.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "close.h"
#include "command.h"
#include "log.h"
#include "maps.h"
#include "pins.h"

static int program_open(const char *pin_dir, const char *name, int *ret)
{
	int fd = pin_get(pin_dir, name);

	if (fd < 0)
		return log_error("cannot open %s/%s: %s%s", pin_dir, name,
				 strerror(-fd), log_hint(-fd));
	*ret = fd;
	return 0;
}

static bool is_chosen(const struct masq_tuple *external,
		      const struct masq_flow *flow, const void *filter)
{
	return filter_matches(filter, external, flow);
}

static int count_print(enum output_format format, uint64_t count)
{
	struct output *output = output_open(format);

	if (!output)
		return -1;
	output_object_begin(output);
	output_number(output, "closed", count);
	output_object_end(output);
	return output_close(output);
}

int cmd_flush(struct invocation *inv)
{
	int error, program_fd = -1;
	struct maps maps;
	uint64_t count;

	if (maps_open(inv->pin_dir, &maps) < 0)
		return EXIT_FAILURE;
	error = program_open(inv->pin_dir, "masq_close", &program_fd);
	if (!error) {
		error = close_flows(&maps, program_fd, is_chosen, &inv->filter,
				    &count);
		if (error)
			log_error("cannot close flows: %s%s", strerror(-error),
				  log_hint(-error));
		close(program_fd);
		error |= count_print(inv->format, count);
	}
	maps_close(&maps);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
