// SPDX-License-Identifier: GPL-2.0-only
#include "close.h"

#include <bpf/bpf.h>

struct closing {
	int program_fd;
	bool (*chooses)(const struct masq_tuple *external,
			const struct masq_flow *flow, const void *context);
	const void *context;
	uint64_t count;
};

static int close_one(const struct masq_tuple *external,
		     const struct masq_flow *flow, void *context)
{
	struct closing *closing = context;
	struct masq_close_args args = {
		.external = *external,
		.opened_ns = flow->opened_ns,
	};
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &args,
		    .ctx_size_in = sizeof(args));
	int error;

	if (flow->kind == MASQ_KIND_VACANT ||
	    !closing->chooses(external, flow, closing->context))
		return 0;
	error = bpf_prog_test_run_opts(closing->program_fd, &run);
	closing->count += args.closed;
	return error;
}

int close_flows(const struct maps *maps, int program_fd,
		bool (*chooses)(const struct masq_tuple *external,
				const struct masq_flow *flow,
				const void *context),
		const void *context, uint64_t *ret_count)
{
	struct closing closing = {
		.program_fd = program_fd,
		.chooses = chooses,
		.context = context,
	};
	int error = maps_each_flow(maps, close_one, &closing);

	*ret_count = closing.count;
	return error;
}
