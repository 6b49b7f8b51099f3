// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfmasq flush: close flows, by asking the datapath to.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "command.h"
#include "log.h"
#include "maps.h"
#include "pins.h"

struct flush {
	const struct filter *filter;
	int program_fd; /* masq_close */
	uint64_t count;
};

static int program_open(const char *pin_dir, const char *name, int *ret)
{
	int fd = pin_get(pin_dir, name);

	if (fd < 0)
		return log_error("cannot open %s/%s: %s%s", pin_dir, name,
				 strerror(-fd), log_hint(-fd));
	*ret = fd;
	return 0;
}

static int flow_close(const struct masq_tuple *external,
		      const struct masq_flow *flow, void *context)
{
	struct flush *flush = context;
	struct masq_close_args args = {
		.external = *external,
		.opened_ns = flow->opened_ns,
	};
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &args,
		    .ctx_size_in = sizeof(args));
	int error;

	if (flow->kind == MASQ_KIND_VACANT ||
	    !filter_matches(flush->filter, external, flow))
		return 0;
	error = bpf_prog_test_run_opts(flush->program_fd, &run);
	flush->count += args.closed;
	return error;
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
	struct flush flush = { .filter = &inv->filter };
	struct maps maps;
	int error;

	if (maps_open(inv->pin_dir, &maps) < 0)
		return EXIT_FAILURE;
	error = program_open(inv->pin_dir, "masq_close", &flush.program_fd);
	if (!error) {
		error = maps_each_flow(&maps, flow_close, &flush);
		if (error)
			log_error("cannot close flows: %s%s", strerror(-error),
				  log_hint(-error));
		close(flush.program_fd);
		error |= count_print(inv->format, flush.count);
	}
	maps_close(&maps);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
