// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfmasq why: what would become of a packet, by which rule or flow.
 */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "command.h"
#include "log.h"
#include "maps.h"
#include "names.h"
#include "node.h"
#include "pins.h"
#include "policy.h"
#include "probe.h"

enum { LINE_SIZE = 512 };

/* What is asked, and what was found. */
struct question {
	struct probe probe;
	enum masq_direction direction;
	struct range *pods;
	size_t pod_count;
	struct range *island;
	size_t island_count;
	struct node_path path;
	enum masq_verdict verdict;
	struct masq_why answer;
};

static int endpoint_take(const char *text, struct masq_addr *ret_addr,
			 __u16 *ret_port)
{
	const char *problem = endpoint_parse(text, ret_addr, ret_port);

	return problem ? log_error("\"%s\": %s", text, problem) : 0;
}

static int probe_take(const struct invocation *inv, struct probe *ret)
{
	int proto = IPPROTO_TCP;
	const char *problem = NULL;

	if (endpoint_take(inv->args[0], &ret->src, &ret->src_port) < 0 ||
	    endpoint_take(inv->args[1], &ret->dst, &ret->dst_port) < 0)
		return -1;
	if (addr_family(&ret->src) != addr_family(&ret->dst))
		return log_error("\"%s\" and \"%s\": one is IPv4 and one IPv6",
				 inv->args[0], inv->args[1]);
	if (inv->arg_count > 2)
		problem = proto_parse(inv->args[2], &proto);
	if (problem)
		return log_error("\"%s\": %s", inv->args[2], problem);
	/* one word for both: it is clear which is meant */
	if (proto == IPPROTO_ICMP && addr_family(&ret->src) == MASQ_IPV6)
		proto = IPPROTO_ICMPV6;
	ret->proto = proto;
	return 0;
}

static const struct range *longest(const struct range *ranges, size_t count,
				   const struct masq_addr *addr)
{
	struct cidr one = cidr_of_addr(addr);
	const struct range *best = NULL;

	for (size_t i = 0; i < count; i++)
		if (cidr_contains(&ranges[i].cidr, &one) &&
		    (!best ||
		     ranges[i].cidr.prefix_len > best->cidr.prefix_len))
			best = &ranges[i];
	return best;
}

static const struct range *pod_range(const struct question *question,
				     const struct masq_addr *addr)
{
	return longest(question->pods, question->pod_count, addr);
}

static const struct range *island_range(const struct question *question,
					const struct masq_addr *addr)
{
	return longest(question->island, question->island_count, addr);
}

/* Towards a pod or the node it comes in, unless it comes from a pod. */
static enum masq_direction direction_of(const struct question *question)
{
	const struct probe *probe = &question->probe;
	const struct range *to = island_range(question, &probe->dst);

	if (pod_range(question, &probe->src))
		return MASQ_EGRESS;
	return pod_range(question, &probe->dst) ||
			       (to && to->origin == MASQ_ORIGIN_NODE_ADDRESS) ?
		       MASQ_INGRESS :
		       MASQ_EGRESS;
}

/* Ask the loaded program, which does nothing about it. */
static int ask(const char *pin_dir, struct question *question)
{
	unsigned char packet[PROBE_SIZE];
	struct __sk_buff context = { .cb = { question->direction },
				     .ifindex = question->path.ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet,
		    .data_size_in = probe_write(&question->probe, packet),
		    .ctx_in = &context, .ctx_size_in = sizeof(context),
		    .ctx_out = &context, .ctx_size_out = sizeof(context));
	int fd = pin_get(pin_dir, "masq_why"), error = fd;

	if (fd >= 0) {
		error = bpf_prog_test_run_opts(fd, &run);
		close(fd);
	}
	if (error < 0)
		return log_error("cannot ask %s/masq_why: %s%s", pin_dir,
				 strerror(-error), log_hint(-error));
	question->verdict = run.retval;
	memcpy(&question->answer, context.cb, sizeof(question->answer));
	return 0;
}

/* --- the answer --- */

static void range_line(char line[LINE_SIZE], const char *what,
		       const struct masq_addr *addr, const struct range *range)
{
	char text[CIDR_TEXT_SIZE], name[ADDR_TEXT_SIZE];

	if (range)
		snprintf(line, LINE_SIZE, "%s %s is in %s (%s)", what,
			 addr_format(addr, name),
			 cidr_format(&range->cidr, text),
			 origin_name(range->origin));
	else
		snprintf(line, LINE_SIZE, "%s %s is in no range", what,
			 addr_format(addr, name));
}

static void rule_line(const struct question *question, char line[LINE_SIZE])
{
	bool is_egress = question->direction == MASQ_EGRESS;
	const struct masq_addr *pod = is_egress ? &question->probe.src :
						  &question->probe.dst;
	const struct masq_addr *remote = is_egress ? &question->probe.dst :
						     &question->probe.src;
	const struct range *of_pod = pod_range(question, pod);

	switch (question->verdict) {
	case MASQ_PASS_NOT_POD:
		snprintf(line, LINE_SIZE, "the source is in no pod range");
		break;
	case MASQ_PASS_EXCLUDED:
		if (of_pod &&
		    of_pod->origin == MASQ_ORIGIN_NON_MASQUERADE_SOURCE)
			range_line(line, "the pod", pod, of_pod);
		else
			range_line(line, "the remote", remote,
				   island_range(question, remote));
		break;
	case MASQ_PASS_ISLAND:
		range_line(line, "the destination", remote,
			   island_range(question, remote));
		break;
	default:
		snprintf(line, LINE_SIZE, "%s",
			 verdict_sentence(question->verdict));
	}
}

static void why_line(const struct question *question, char line[LINE_SIZE])
{
	if (question->verdict >= MASQ_DROP_FIRST)
		rule_line(question, line);
	else if (question->answer.kind == MASQ_WHY_FLOW)
		snprintf(line, LINE_SIZE, "it is of a flow");
	else if (question->verdict != MASQ_CONTINUE)
		rule_line(question, line);
	else if (question->answer.kind == MASQ_WHY_OPENS)
		snprintf(line, LINE_SIZE,
			 "it would open a flow and get a port of the pool");
	else
		snprintf(line, LINE_SIZE, "it would open a flow%s",
			 question->answer.port ? " and keep its port" : "");
}

static void other_print(struct output *output, const struct question *question)
{
	bool is_ingress = question->direction == MASQ_INGRESS;

	if (question->answer.kind == MASQ_WHY_RULE)
		return;
	output_addr(output, is_ingress ? "pod_addr" : "node_addr",
		    &question->answer.other);
	if (question->answer.port)
		output_number(output, is_ingress ? "pod_port" : "node_port",
			      question->answer.port);
}

static void answer_print(struct output *output, const struct question *question)
{
	enum masq_verdict verdict = question->verdict;
	char line[LINE_SIZE], name[IFNAMSIZ];

	output_string(output, "direction", direction_name(question->direction));
	if (if_indextoname(question->path.ifindex, name))
		output_string(output, "uplink", name);
	output_string(output, "verdict",
		      verdict_name(verdict ? verdict : MASQ_TRANSLATED));
	why_line(question, line);
	output_string(output, "why", line);
	other_print(output, question);
}

/* It passes none of our programs. */
static void aside_print(struct output *output, const struct question *question)
{
	char line[LINE_SIZE], name[IFNAMSIZ];

	if (question->path.is_local)
		snprintf(line, sizeof(line),
			 "the destination is this node: it passes no uplink");
	else if (!question->path.ifindex)
		snprintf(line, sizeof(line), "there is no route to it");
	else
		snprintf(line, sizeof(line), "it passes %s, which is no uplink",
			 if_indextoname(question->path.ifindex, name) ?
				 name :
				 "an interface");
	output_string(output, "direction", direction_name(question->direction));
	output_string(output, "verdict", "none");
	output_string(output, "why", line);
}

static int print(const struct question *question, enum output_format format,
		 void (*fields)(struct output *output,
				const struct question *question))
{
	struct output *output = output_open(format);

	if (!output)
		return -1;
	output_object_begin(output);
	fields(output, question);
	output_object_end(output);
	return output_close(output);
}

/*
 * What the outside sends by ICMP to the node's own address is an answer, if it
 * is a pod's at all.
 */
static bool is_reply(const struct question *question)
{
	return question->direction == MASQ_INGRESS &&
	       !pod_range(question, &question->probe.dst);
}

static bool passes_uplink(const struct question *question,
			  const struct maps *maps)
{
	struct masq_uplink uplink;

	return question->path.ifindex && !question->path.is_local &&
	       maps_get_uplink(maps, question->path.ifindex, &uplink) == 0;
}

/* An ifindex means nothing elsewhere. Return: 0 or -1, said. */
static int netns_check(const struct invocation *inv, const struct maps *maps)
{
	struct masq_config config;
	int error = maps_get_config(maps, &config);

	if (error)
		return log_error("cannot read %s: %s", map_names[MAP_CONFIG],
				 strerror(-error));
	if (config.netns == node_netns())
		return 0;
	return log_error("the uplinks of %s are in another network namespace: "
			 "ask there",
			 inv->pin_dir);
}

static int answer(const struct invocation *inv, const struct maps *maps,
		  struct question *question)
{
	const struct probe *probe = &question->probe;
	int error = maps_get_ranges(maps, MAP_PODS, &question->pods,
				    &question->pod_count);

	if (!error)
		error = maps_get_ranges(maps, MAP_ISLAND, &question->island,
					&question->island_count);
	if (error)
		return log_error("cannot read the ranges: %s",
				 strerror(-error));
	question->direction = direction_of(question);
	question->probe.is_reply = is_reply(question);
	error = node_path_to(question->direction == MASQ_EGRESS ? &probe->dst :
								  &probe->src,
			     &question->path);
	if (error)
		return log_error("cannot ask for the route: %s",
				 strerror(-error));
	if (!passes_uplink(question, maps))
		return print(question, inv->format, aside_print);
	if (ask(inv->pin_dir, question) < 0)
		return -1;
	return print(question, inv->format, answer_print);
}

int cmd_why(struct invocation *inv)
{
	struct question question = { 0 };
	struct maps maps;
	int result;

	if (probe_take(inv, &question.probe) < 0)
		return EXIT_USAGE;
	if (maps_open(inv->pin_dir, &maps) < 0)
		return EXIT_FAILURE;
	result = netns_check(inv, &maps);
	if (result == 0)
		result = answer(inv, &maps, &question);
	free(question.pods);
	free(question.island);
	maps_close(&maps);
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
