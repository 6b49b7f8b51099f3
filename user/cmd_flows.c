// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfmasq flows: the live flows, one a line.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "command.h"
#include "log.h"
#include "maps.h"
#include "names.h"

static const struct output_column columns[] = {
	{ "proto", 6 }, { "source", 26 }, { "destination", 26 },
	{ "node", 26 }, { "kind", 11 },	  { "state", 11 },
	{ "age", 7 },	{ "expires", 0 }, { 0 },
};

struct listing {
	struct output *output;
	const struct filter *filter;
	uint64_t now_ns;
	uint64_t count;
	bool only_count;
};

static uint64_t ms_between(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns ? (to_ns - from_ns) / NS_PER_MS : 0;
}

static void flow_print(const struct listing *listing,
		       const struct masq_tuple *external,
		       const struct masq_flow *flow)
{
	struct output *output = listing->output;

	output_row_begin(output);
	output_string(output, "proto", proto_name(external->proto));
	output_endpoint(output, "src", "src_port", &flow->local,
			flow->local_port);
	output_endpoint(output, "dst", "dst_port", &external->remote,
			external->remote_port);
	output_endpoint(output, "node_addr", "node_port", &external->local,
			external->local_port);
	output_string(output, "kind", kind_name(flow->kind));
	output_string(output, "state", state_name(flow->state));
	output_duration(output, "age_ms",
			ms_between(flow->opened_ns, listing->now_ns));
	output_duration(output, "expires_ms",
			ms_between(listing->now_ns, flow->expires_ns));
	output_row_end(output);
}

static int flow_visit(const struct masq_tuple *external,
		      const struct masq_flow *flow, void *context)
{
	struct listing *listing = context;

	if (flow->expires_ns <= listing->now_ns ||
	    !filter_matches(listing->filter, external, flow))
		return 0;
	listing->count++;
	if (!listing->only_count)
		flow_print(listing, external, flow);
	return 0;
}

static void flows_print(struct listing *listing, const struct maps *maps,
			int *ret_error)
{
	struct output *output = listing->output;

	if (listing->only_count) {
		*ret_error = maps_each_flow(maps, flow_visit, listing);
		output_object_begin(output);
		output_number(output, "flows", listing->count);
		output_object_end(output);
		return;
	}
	output_list_begin(output, NULL, columns);
	*ret_error = maps_each_flow(maps, flow_visit, listing);
	output_list_end(output);
}

int cmd_flows(struct invocation *inv)
{
	struct listing listing = {
		.filter = &inv->filter,
		.now_ns = clock_ns(),
		.only_count = inv->only_count,
	};
	struct maps maps;
	int error;

	if (maps_open(inv->pin_dir, &maps) < 0)
		return EXIT_FAILURE;
	listing.output = output_open(inv->format);
	if (!listing.output) {
		maps_close(&maps);
		return EXIT_FAILURE;
	}
	flows_print(&listing, &maps, &error);
	if (error)
		log_error("cannot read masq_flows: %s", strerror(-error));
	if (output_close(listing.output) < 0)
		error = -1;
	maps_close(&maps);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
