// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfmasq plan: what kube-controller-manager would give the nodes of clusters,
 * and which of the clusters' ranges get in each other's way.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "log.h"

static const struct output_column pods_columns[] = {
	{ "cluster", 7 },   { "pod range", 20 },
	{ "family", 6 },    { "node mask", 9 },
	{ "nodes", 5 },	    { "lost", 5 },
	{ "addresses", 0 }, { 0 },
};

static const struct output_column node_columns[] = {
	{ "cluster", 7 }, { "node", 5 }, { "IPv4", 18 }, { "IPv6", 0 }, { 0 },
};

static const struct output_column overlap_columns[] = {
	{ "cluster", 7 }, { "range", 20 }, { "of", 8 },	     { "cluster", 7 },
	{ "range", 20 },  { "of", 8 },	   { "island", 11 }, { "flat", 11 },
	{ "because", 0 }, { 0 },
};

static const char *const kinds[PLAN_KIND_COUNT] = {
	[PLAN_PODS] = "pods",
	[PLAN_SERVICES] = "services",
	[PLAN_NODES] = "nodes",
};

static const char *const verdicts[PLAN_VERDICT_COUNT] = {
	[PLAN_ALLOWED] = "allowed",
	[PLAN_COSTS_NODES] = "costs nodes",
	[PLAN_FORBIDDEN] = "forbidden",
};

/* The clusters, and what is said of all their overlaps together. */
struct sheet {
	const struct clusters *clusters;
	struct plan_range *ranges;
	size_t range_count;
	struct output *output;
	size_t overlaps;
	enum plan_verdict worst[PLAN_NETWORK_COUNT];
};

static void cidr_print(struct output *output, const char *key,
		       const struct cidr *cidr)
{
	char text[CIDR_TEXT_SIZE];

	output_string(output, key, cidr_format(cidr, text));
}

static const struct cluster *cluster_of(const struct sheet *sheet,
					const struct plan_range *range)
{
	return &sheet->clusters->items[range->cluster - 1];
}

/* --- overlaps --- */

/* Nodes may be lost to services, but not all of them. */
static struct plan_rule rule_here(const struct sheet *sheet,
				  const struct plan_range *pods,
				  const struct plan_rule *rule)
{
	struct plan_rule here = *rule;
	struct plan_parts parts;

	if (rule->verdict[PLAN_ISLAND] != PLAN_COSTS_NODES)
		return here;
	parts = cluster_parts(cluster_of(sheet, pods), &pods->cidr);
	if (!plan_parts_left(&parts))
		here.verdict[PLAN_ISLAND] = here.verdict[PLAN_FLAT] =
			PLAN_FORBIDDEN;
	return here;
}

/* In one cluster pods stand before services, so that `a` is the one. */
static void overlaps_each(struct sheet *sheet,
			  void (*visit)(struct sheet *sheet,
					const struct plan_range *a,
					const struct plan_range *b,
					const struct plan_rule *rule))
{
	const struct plan_range *end = sheet->ranges + sheet->range_count;

	for (const struct plan_range *a = sheet->ranges; a < end; a++) {
		for (const struct plan_range *b = a + 1; b < end; b++) {
			const struct plan_rule *rule = plan_judge(a, b);
			struct plan_rule here;

			if (!rule)
				continue;
			here = rule_here(sheet, a, rule);
			visit(sheet, a, b, &here);
		}
	}
}

static void overlap_note(struct sheet *sheet, const struct plan_range *a,
			 const struct plan_range *b,
			 const struct plan_rule *rule)
{
	(void)a, (void)b;
	sheet->overlaps++;
	for (int i = 0; i < PLAN_NETWORK_COUNT; i++)
		if (rule->verdict[i] > sheet->worst[i])
			sheet->worst[i] = rule->verdict[i];
}

static void overlap_print(struct sheet *sheet, const struct plan_range *a,
			  const struct plan_range *b,
			  const struct plan_rule *rule)
{
	struct output *output = sheet->output;

	output_row_begin(output);
	output_number(output, "cluster", a->cluster);
	cidr_print(output, "range", &a->cidr);
	output_string(output, "kind", kinds[a->kind]);
	output_number(output, "other_cluster", b->cluster);
	cidr_print(output, "other_range", &b->cidr);
	output_string(output, "other_kind", kinds[b->kind]);
	output_string(output, "island", verdicts[rule->verdict[PLAN_ISLAND]]);
	output_string(output, "flat", verdicts[rule->verdict[PLAN_FLAT]]);
	output_string(output, "reason", rule->reason);
	output_row_end(output);
}

/* Of text only what there is: an empty table would ask for reading. */
static void overlaps_print(struct sheet *sheet)
{
	if (output_is_text(sheet->output) && !sheet->overlaps)
		return;
	output_list_begin(sheet->output, "overlaps", overlap_columns);
	overlaps_each(sheet, overlap_print);
	output_list_end(sheet->output);
}

/* --- what nodes get --- */

static void pods_print(struct output *output, const struct cluster *cluster,
		       const struct plan_range *pods)
{
	struct plan_parts parts = cluster_parts(cluster, &pods->cidr);
	struct cidr first = cidr_part(&pods->cidr, parts.prefix_len, 0);
	enum masq_family family = addr_family(&first.addr);

	output_row_begin(output);
	output_number(output, "cluster", pods->cluster);
	cidr_print(output, "range", &pods->cidr);
	output_string(output, "family", addr_family_name(family));
	output_number(output, "node_mask", cidr_bits(&first));
	output_number(output, "nodes", plan_parts_left(&parts));
	output_number(output, "nodes_lost", parts.taken);
	output_power_of_two(output, "addresses_per_node",
			    addr_family_bits(family) - cidr_bits(&first));
	output_row_end(output);
}

static void ranges_print(const struct sheet *sheet)
{
	output_list_begin(sheet->output, "ranges", pods_columns);
	for (size_t i = 0; i < sheet->range_count; i++)
		if (sheet->ranges[i].kind == PLAN_PODS)
			pods_print(sheet->output,
				   cluster_of(sheet, &sheet->ranges[i]),
				   &sheet->ranges[i]);
	output_list_end(sheet->output);
}

static void part_print(struct output *output, const struct cluster *cluster,
		       uint32_t node, enum masq_family family, const char *key)
{
	const struct cidr_list *pods = &cluster->ranges[PLAN_PODS];

	for (size_t i = 0; i < pods->count; i++) {
		struct plan_parts parts =
			cluster_parts(cluster, &pods->items[i]);
		struct cidr part = plan_part_of_node(&parts, node);

		if (addr_family(&part.addr) == family) {
			cidr_print(output, key, &part);
			return;
		}
	}
	if (output_is_text(output))
		output_string(output, key, "-");
}

static void node_print(const struct sheet *sheet, unsigned int i, uint32_t node)
{
	const struct cluster *cluster = &sheet->clusters->items[i];

	output_row_begin(sheet->output);
	output_number(sheet->output, "cluster", i + 1);
	output_number(sheet->output, "node", node);
	part_print(sheet->output, cluster, node, MASQ_IPV4, "ipv4");
	part_print(sheet->output, cluster, node, MASQ_IPV6, "ipv6");
	output_row_end(sheet->output);
}

static void nodes_print(const struct sheet *sheet)
{
	output_list_begin(sheet->output, "nodes", node_columns);
	for (unsigned int i = 0; i < sheet->clusters->count; i++) {
		uint32_t nodes = cluster_nodes(&sheet->clusters->items[i]);
		uint32_t wanted = sheet->clusters->items[i].node;

		if (nodes)
			node_print(sheet, i, wanted ? wanted : 1);
		if (nodes > 1 && !wanted)
			node_print(sheet, i, nodes);
	}
	output_list_end(sheet->output);
}

static void sheet_print(struct sheet *sheet)
{
	output_object_begin(sheet->output);
	output_string(sheet->output, "island",
		      verdicts[sheet->worst[PLAN_ISLAND]]);
	output_string(sheet->output, "flat", verdicts[sheet->worst[PLAN_FLAT]]);
	ranges_print(sheet);
	nodes_print(sheet);
	overlaps_print(sheet);
	output_object_end(sheet->output);
}

int cmd_plan(struct invocation *inv)
{
	struct sheet sheet = { .clusters = &inv->clusters };
	int error;

	if (clusters_agree(&inv->clusters) < 0)
		return EXIT_USAGE;
	error = clusters_get_ranges(&inv->clusters, &sheet.ranges,
				    &sheet.range_count);
	if (error) {
		log_error("cannot plan: %s", strerror(-error));
		return EXIT_FAILURE;
	}
	overlaps_each(&sheet, overlap_note);
	sheet.output = output_open(inv->format);
	if (sheet.output)
		sheet_print(&sheet);
	error = sheet.output ? output_close(sheet.output) : -1;
	free(sheet.ranges);
	return error || sheet.worst[PLAN_ISLAND] == PLAN_FORBIDDEN ?
		       EXIT_FAILURE :
		       EXIT_SUCCESS;
}
