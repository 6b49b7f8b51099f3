// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include "output.h"

static void work_write(struct output *output, const struct options *options)
{
	const struct pktgen_plan *plan = &options->plan;

	output_string(output, "generator", generator_names[options->generator]);
	output_string(output, "direction", options->back ? "back" : "out");
	output_string(output, "protocol", options->protocol_name);
	output_string(output, "family", addr_family_name(plan->family));
	output_number(output, "flows", plan->flows);
}

static void speed_write(struct output *output, const struct result *result,
			__u64 arrived)
{
	double seconds = result->ns / 1e9;

	output_duration(output, "time_ms", result->ns / 1000000);
	output_number(output, "packets_per_second", arrived / seconds);
	output_number(output, "bits_per_second",
		      result->count.bytes * 8 / seconds);
	output_number(output, "ns_per_packet",
		      result->sent ? result->busy_ns / result->sent : 0);
}

int report_write(const struct options *options, const struct result *result,
		 __u64 shared)
{
	const struct pktgen_count *count = &result->count;
	__u64 arrived = count->packets - count->duplicates;
	__u64 lost = result->sent > arrived ? result->sent - arrived : 0;
	__u64 wrong = count->duplicates + count->wrong_addresses +
		      count->wrong_ports + count->wrong_checksums +
		      count->moved + shared;
	struct output *output = output_open(options->format);

	if (!output)
		return -1;
	output_object_begin(output);
	work_write(output, options);
	output_number(output, "sent", result->sent);
	output_number(output, "arrived", arrived);
	output_number(output, "lost", lost);
	output_number(output, "duplicates", count->duplicates);
	output_number(output, "wrong_addresses", count->wrong_addresses);
	output_number(output, "wrong_ports", count->wrong_ports);
	output_number(output, "wrong_checksums", count->wrong_checksums);
	output_number(output, "moved", count->moved);
	output_number(output, "shared", shared);
	speed_write(output, result, arrived);
	output_object_end(output);
	if (output_close(output) < 0)
		return -1;
	return !wrong && (!lost || options->is_ready_to_lose);
}
