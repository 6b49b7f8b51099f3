// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "log.h"
#include "text.h"

const char *const generator_names[GENERATOR_COUNT] = {
	[GENERATOR_XDP] = "xdp",
	[GENERATOR_KERNEL] = "kernel",
};

enum { PROTOCOLS = 3 };

static const char *const protocol_names[PROTOCOLS] = { "udp", "tcp", "icmp" };
static const __u8 protocols[MASQ_FAMILY_COUNT][PROTOCOLS] = {
	[MASQ_IPV4] = { IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP },
	[MASQ_IPV6] = { IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMPV6 },
};

/* What the options say before it is known whether they agree. */
struct reading {
	struct options *options;
	unsigned int protocol; /* of protocol_names */
	bool has_mac;
};

struct option_row {
	const char *name; /* NULL ends the table */
	const char *metavar; /* NULL: takes no value */
	const char *help;

	/* Return: NULL, or what is wrong and what would be right. */
	const char *(*take)(struct reading *reading, const char *value);
};

/* --- values --- */

static const char *take_number(const char *value, __u32 min, __u32 max,
			       const char *problem, __u32 *ret)
{
	unsigned long number;

	if (!text_to_number(value, min, max, &number))
		return problem;
	*ret = number;
	return NULL;
}

static const char *take_count(const char *value, __u32 *ret)
{
	return take_number(value, 1, PKTGEN_PACKETS_MAX,
			   "is no number from 1 to 134217728", ret);
}

static const char *take_port(const char *value, __u16 *ret)
{
	__u32 port;
	const char *problem =
		take_number(value, 1, 65535, "is no port, 1 to 65535", &port);

	if (!problem)
		*ret = port;
	return problem;
}

/* --- options --- */

static const char *from_take(struct reading *reading, const char *value)
{
	reading->options->from = value;
	return NULL;
}

static const char *to_take(struct reading *reading, const char *value)
{
	reading->options->to = value;
	return NULL;
}

static const char *mac_take(struct reading *reading, const char *value)
{
	__u8 *mac = reading->options->mac;
	int length = 0;

	if (sscanf(value, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0],
		   &mac[1], &mac[2], &mac[3], &mac[4], &mac[5], &length) != 6 ||
	    value[length])
		return "is no MAC address, six pairs of digits with colons "
		       "between";
	reading->has_mac = true;
	return NULL;
}

static const char *source_take(struct reading *reading, const char *value)
{
	return addr_parse(value, &reading->options->plan.source);
}

static const char *sources_take(struct reading *reading, const char *value)
{
	return take_count(value, &reading->options->plan.sources);
}

static const char *destination_take(struct reading *reading, const char *value)
{
	return addr_parse(value, &reading->options->plan.destination);
}

static const char *destinations_take(struct reading *reading, const char *value)
{
	return take_count(value, &reading->options->plan.destinations);
}

static const char *translated_take(struct reading *reading, const char *value)
{
	return addr_parse(value, &reading->options->plan.translated);
}

static const char *protocol_take(struct reading *reading, const char *value)
{
	return text_to_choice(value, protocol_names, PROTOCOLS,
			      &reading->protocol) ?
		       NULL :
		       "is none: udp, tcp and icmp are right";
}

static const char *source_port_take(struct reading *reading, const char *value)
{
	return take_port(value, &reading->options->plan.source_port);
}

static const char *ports_take(struct reading *reading, const char *value)
{
	return take_number(value, 1, 65535, "is no number from 1 to 65535",
			   &reading->options->plan.ports);
}

static const char *destination_port_take(struct reading *reading,
					 const char *value)
{
	return take_port(value, &reading->options->plan.destination_port);
}

static const char *flows_take(struct reading *reading, const char *value)
{
	return take_number(value, 1, 1 << 24, "is no number from 1 to 16777216",
			   &reading->options->plan.flows);
}

static const char *size_take(struct reading *reading, const char *value)
{
	return take_number(value, 1, 3520, "is no number up to 3520",
			   &reading->options->size);
}

static const char *count_take(struct reading *reading, const char *value)
{
	return take_count(value, &reading->options->count);
}

static const char *seconds_take(struct reading *reading, const char *value)
{
	return take_number(value, 1, 3600, "is no number from 1 to 3600",
			   &reading->options->seconds);
}

static const char *rate_take(struct reading *reading, const char *value)
{
	return take_count(value, &reading->options->rate);
}

static const char *window_take(struct reading *reading, const char *value)
{
	return take_count(value, &reading->options->window);
}

static const char *generator_take(struct reading *reading, const char *value)
{
	unsigned int generator;

	if (!text_to_choice(value, generator_names, GENERATOR_COUNT,
			    &generator))
		return "is none: xdp and kernel are right";
	reading->options->generator = generator;
	return NULL;
}

static const char *open_take(struct reading *reading, const char *value)
{
	(void)value;
	reading->options->opens = true;
	return NULL;
}

static const char *back_take(struct reading *reading, const char *value)
{
	(void)value;
	reading->options->opens = true;
	reading->options->back = true;
	return NULL;
}

static const char *lossy_take(struct reading *reading, const char *value)
{
	(void)value;
	reading->options->is_ready_to_lose = true;
	return NULL;
}

static const char *unchecked_take(struct reading *reading, const char *value)
{
	(void)value;
	reading->options->plan.checks = false;
	return NULL;
}

static const char *json_take(struct reading *reading, const char *value)
{
	(void)value;
	reading->options->format = OUTPUT_JSON;
	return NULL;
}

static const struct option_row rows[] = {
	{ "from", "[NETNS/]DEV", "where the packets leave", from_take },
	{ "to", "[NETNS/]DEV", "where they arrive: the sink", to_take },
	{ "mac", "MAC", "the first hop's", mac_take },
	{ "source", "ADDR", "the first source address", source_take },
	{ "sources", "N", "so many from there on [1]", sources_take },
	{ "destination", "ADDR", "the first destination", destination_take },
	{ "destinations", "N", "so many from there on [1]", destinations_take },
	{ "translated", "ADDR", "what sources become on the way [nothing]",
	  translated_take },
	{ "protocol", "NAME", "udp, tcp or icmp (echo) [udp]", protocol_take },
	{ "source-port", "PORT", "the first [10000]", source_port_take },
	{ "ports", "N", "so many of each source [10000]", ports_take },
	{ "destination-port", "PORT", "[9]", destination_port_take },
	{ "flows", "N", "so many [1]", flows_take },
	{ "size", "BYTES", "of a frame [the least that holds the mark]",
	  size_take },
	{ "count", "N", "send so many packets", count_take },
	{ "seconds", "N", "or so long [1]", seconds_take },
	{ "rate", "N", "packets a second [as many as go]", rate_take },
	{ "window", "N", "packets on their way at once [as many as go]",
	  window_take },
	{ "open", NULL, "send one packet of each flow first, unmeasured",
	  open_take },
	{ "back", NULL, "the same, and measure the answers", back_take },
	{ "generator", "NAME", "xdp, or kernel: its pktgen module [xdp]",
	  generator_take },
	{ "lossy", NULL, "loss is no failure", lossy_take },
	{ "unchecked", NULL,
	  "do not look at checksums, and at opened flows' packets at all",
	  unchecked_take },
	{ "json", NULL, "report as JSON", json_take },
	{ 0 },
};

enum { HELP = 1000, ROWS = sizeof(rows) / sizeof(rows[0]) };

static void help_print(void)
{
	puts("usage: pktgen --from [NETNS/]DEV --to [NETNS/]DEV --mac MAC\n"
	     "              --source ADDR --destination ADDR [OPTION…]\n");
	for (const struct option_row *row = rows; row->name; row++)
		printf("  --%-16s %-12s %s\n", row->name,
		       row->metavar ? row->metavar : "", row->help);
}

/* getopt_long()'s table. */
static void table_make(struct option table[ROWS + 1])
{
	for (int i = 0; rows[i].name; i++)
		table[i] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].metavar ? required_argument :
						     no_argument,
			.val = i,
		};
	table[ROWS - 1] = (struct option){ .name = "help", .val = HELP };
	table[ROWS] = (struct option){ 0 };
}

/* --- do they agree? --- */

static const char *missing(const struct reading *reading)
{
	const struct options *options = reading->options;

	if (!options->from)
		return "from";
	if (!options->to)
		return "to";
	if (!reading->has_mac)
		return "mac";
	if (!addr_is_set(&options->plan.source))
		return "source";
	return addr_is_set(&options->plan.destination) ? NULL : "destination";
}

static int agree(const struct options *options)
{
	const struct pktgen_plan *plan = &options->plan;

	if (addr_family(&plan->source) != addr_family(&plan->destination))
		return log_error("--source and --destination are of two "
				 "families");
	if (plan->source_port + plan->ports > 65536)
		return log_error("--ports %u: there are no more than %u from "
				 "--source-port %u on",
				 plan->ports, 65536 - plan->source_port,
				 plan->source_port);
	if ((__u64)plan->sources * plan->ports < plan->flows)
		return log_error("--flows %u: %u sources of %u ports each are "
				 "no more than %llu (--sources, --ports)",
				 plan->flows, plan->sources, plan->ports,
				 (unsigned long long)plan->sources *
					 plan->ports);
	if (options->generator != GENERATOR_KERNEL)
		return 0;
	if (plan->proto != IPPROTO_UDP || options->opens || options->window)
		return log_error("--generator kernel: it sends UDP, opens no "
				 "flows before, sends no answers and waits for "
				 "nothing; give --generator xdp");
	return 0;
}

static int complete(struct reading *reading)
{
	struct options *options = reading->options;
	const char *name = missing(reading);

	if (name)
		return log_error("--%s is missing (pktgen --help)", name);
	options->plan.family = addr_family(&options->plan.source);
	options->plan.proto =
		protocols[options->plan.family][reading->protocol];
	options->protocol_name = protocol_names[reading->protocol];
	options->plan.is_kernels = options->generator == GENERATOR_KERNEL;
	if (!options->count && !options->seconds)
		options->seconds = 1;
	return agree(options);
}

int options_read(int argc, char **argv, struct options *ret)
{
	struct options options = {
		.plan = { .sources = 1,
			  .destinations = 1,
			  .ports = 10000,
			  .flows = 1,
			  .source_port = 10000,
			  .destination_port = 9,
			  .run = getpid(),
			  .checks = true },
	};
	struct reading reading = { .options = &options };
	struct option table[ROWS + 1];
	int found;

	table_make(table);
	opterr = 0;
	while ((found = getopt_long(argc, argv, "", table, NULL)) >= 0) {
		const char *problem;

		if (found == '?')
			return log_error("%s: is no option, or lacks its value "
					 "(pktgen --help)",
					 argv[optind - 1]);
		if (found == HELP) {
			help_print();
			return 1;
		}
		problem = rows[found].take(&reading, optarg);
		if (problem)
			return log_error("--%s \"%s\": %s", rows[found].name,
					 optarg, problem);
	}
	if (optind < argc)
		return log_error("\"%s\": is no option (pktgen --help)",
				 argv[optind]);
	if (complete(&reading) < 0)
		return -1;
	*ret = options;
	return 0;
}
