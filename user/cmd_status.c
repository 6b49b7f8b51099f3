// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfmasq status: what runs, how it is set, and why.
 */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"
#include "command.h"
#include "hazards.h"
#include "kernel.h"
#include "log.h"
#include "maps.h"
#include "node.h"
#include "pins.h"
#include "policy.h"
#include "pool.h"
#include "xdp.h"

static const struct output_column uplink_columns[] = {
	{ "uplink", 15 },  { "attached", 8 },
	{ "in place", 8 }, { "XDP", 8 },
	{ "IPv4", 15 },	   { "chosen by", 9 },
	{ "IPv6", 24 },	   { "chosen by", 9 },
	{ "from", 0 },	   { 0 },
};

static const struct output_column pod_columns[] = {
	{ "pods come by", 15 }, { "attached", 8 }, { "in place", 8 },
	{ "from XDP", 8 },	{ "answers", 0 },  { 0 },
};

static const struct output_column range_columns[] = {
	{ "range", 24 }, { "is", 7 }, { "named by", 26 }, { "from", 0 }, { 0 },
};

static const struct output_column ability_columns[] = {
	{ "the kernel's", 15 },
	{ "is there", 8 },
	{ "otherwise", 0 },
	{ 0 },
};

static const struct output_column warning_columns[] = { { "warning", 0 },
							{ 0 } };

static const struct output_column timeout_columns[] = {
	{ "timeout", 16 },
	{ "silence", 0 },
	{ 0 },
};

static int pool_print(struct output *output, const struct maps *maps)
{
	struct masq_ports ports;
	int error = maps_get_ports(maps, &ports);
	char *text;

	if (error)
		return error;
	text = pool_format(&ports);
	output_string(output, "ports", text ? text : "");
	output_number(output, "port_count", pool_size(&ports));
	free(text);
	return 0;
}

static int sweep_print(struct output *output, const struct maps *maps)
{
	uint64_t waiting, ticks, expired;
	struct masq_sweeper sweeper;
	__u32 max_flows;
	int error = maps_get_sweeper(maps, &sweeper);

	if (!error)
		error = maps_get_max_flows(maps, &max_flows);
	if (!error)
		error = maps_get_waiting(maps, &waiting);
	if (!error)
		error = maps_get_total(maps, MASQ_TOTAL_TICKS, &ticks);
	if (!error)
		error = maps_get_total(maps, MASQ_TOTAL_EXPIRED, &expired);
	if (error)
		return error;
	output_number(output, "records", sweeper.tickets);
	output_number(output, "max_flows", max_flows);
	output_number(output, "sweep_ticks", ticks);
	output_number(output, "flows_expired", expired);
	output_number(output, "fragments_held", waiting);
	return 0;
}

static void family_print(struct output *output,
			 const struct masq_uplink *uplink,
			 enum masq_family family, const char *addr_key,
			 const char *choice_key)
{
	if (addr_is_set(&uplink->node[family]))
		output_addr(output, addr_key, &uplink->node[family]);
	else
		output_string(output, addr_key, "-");
	output_string(output, choice_key,
		      node_choice_name(uplink->choice[family]));
}

/* As this command sees them: an ifindex means nothing elsewhere. */
struct view {
	const char *pin_dir;
	bool is_running;
	bool is_elsewhere; /* the uplinks are in another network namespace */
	struct maps_setting *settings; /* that are in force */
	size_t setting_count;
};

/* Who said it: of a value of a setting, or of its first one (text NULL). */
static const char *where_of(const struct view *view, const char *name,
			    const char *text)
{
	for (size_t i = 0; i < view->setting_count; i++) {
		const struct maps_setting *setting = &view->settings[i];

		if (strcmp(setting->key.name, name) == 0 &&
		    (!text || strcmp(setting->value.text, text) == 0))
			return setting->value.where;
	}
	return "-";
}

/* An interface that programs are to hang on. */
static void interface_print(struct output *output, const struct view *view,
			    __u32 ifindex, enum masq_attach attach,
			    bool is_there)
{
	char name[IFNAMSIZ];

	if (view->is_elsewhere)
		snprintf(name, sizeof(name), "(index %u)", ifindex);
	else if (!if_indextoname(ifindex, name))
		snprintf(name, sizeof(name), "(gone: %u)", ifindex);
	output_string(output, "name", name);
	output_string(output, "attach", attach_name(attach));
	output_string(output, "in_place",
		      view->is_elsewhere ? "elsewhere" :
		      is_there		 ? "yes" :
					   "no");
}

/* The mode that it hangs there in; `missing` if it could not be had. */
static const char *xdp_word(const struct view *view, __u32 ifindex,
			    enum masq_xdp mode)
{
	if (mode >= MASQ_XDP_COUNT)
		return "unknown";
	if (mode == MASQ_XDP_NONE || view->is_elsewhere ||
	    xdp_is_there(view->pin_dir, ifindex, mode))
		return config_xdp_modes[mode];
	return "missing";
}

static void uplink_print(struct output *output, const struct view *view,
			 __u32 ifindex, const struct masq_uplink *uplink)
{
	output_row_begin(output);
	interface_print(output, view, ifindex, uplink->attach,
			!view->is_elsewhere &&
				attach_is_there(view->pin_dir, ifindex,
						uplink->attach));
	output_string(output, "xdp", xdp_word(view, ifindex, uplink->xdp));
	family_print(output, uplink, MASQ_IPV4, "ipv4", "ipv4_choice");
	family_print(output, uplink, MASQ_IPV6, "ipv6", "ipv6_choice");
	output_string(output, "from", where_of(view, "uplink", NULL));
	output_row_end(output);
}

static void uplinks_print(struct output *output, const struct maps *maps,
			  const struct view *view)
{
	struct masq_uplink uplink;
	__u32 ifindex = 0;

	output_list_begin(output, "uplinks", uplink_columns);
	while (maps_next_uplink(maps, &ifindex) == 0)
		if (maps_get_uplink(maps, ifindex, &uplink) == 0)
			uplink_print(output, view, ifindex, &uplink);
	output_list_end(output);
}

static void pod_link_print(struct output *output, const struct view *view,
			   __u32 ifindex, const struct masq_pod_link *link)
{
	output_row_begin(output);
	interface_print(output, view, ifindex, link->attach,
			!view->is_elsewhere &&
				attach_ingress_is_there(view->pin_dir, ifindex,
							link->attach));
	output_string(output, "takes_frames",
		      link->takes_frames ? "yes" : "no");
	output_string(output, "answers",
		      link->is_veth ? "into the pod" : "by the interface");
	output_row_end(output);
}

/* Of text only what there is. */
static void pod_links_print(struct output *output, const struct maps *maps,
			    const struct view *view)
{
	struct masq_pod_link link;
	__u32 ifindex = 0;

	if (output_is_text(output) && maps_next_pod_link(maps, &ifindex))
		return;
	ifindex = 0;
	output_list_begin(output, "pod_interfaces", pod_columns);
	while (maps_next_pod_link(maps, &ifindex) == 0)
		if (maps_get_pod_link(maps, ifindex, &link) == 0)
			pod_link_print(output, view, ifindex, &link);
	output_list_end(output);
}

/* Who forwards, and what of the host's own is not asked then. */
static int forwarding_print(struct output *output, const struct maps *maps,
			    const struct masq_config *config)
{
	bool is_direct = config->forwarding == MASQ_FORWARDING_DIRECT;
	uint64_t out, in, by_xdp;
	int error = maps_get_total(maps, MASQ_TOTAL_DIRECT_OUT, &out);

	if (!error)
		error = maps_get_total(maps, MASQ_TOTAL_DIRECT_IN, &in);
	if (!error)
		error = maps_get_total(maps, MASQ_TOTAL_XDP_IN, &by_xdp);
	if (error)
		return error;
	output_string(output, "forwarding",
		      config_forwardings[is_direct ? MASQ_FORWARDING_DIRECT :
						     MASQ_FORWARDING_STACK]);
	output_string(output, "forwarding_skips",
		      is_direct ? "the host's netfilter and traffic control, "
				  "for packets of open flows" :
				  "nothing");
	output_number(output, "forwarded_out", out);
	output_number(output, "forwarded_in", in);
	output_number(output, "forwarded_by_xdp", by_xdp);
	return 0;
}

static const char *range_kind(enum map_id id, enum masq_origin origin)
{
	if (id == MAP_PODS)
		return "pods";
	switch (origin) {
	case MASQ_ORIGIN_MASQUERADE:
	case MASQ_ORIGIN_ELSEWHERE:
	case MASQ_ORIGIN_LINK_LOCAL:
		return "outside";
	default:
		return "island";
	}
}

/* The link-local addresses are no setting's value, but what one is about. */
static const char *range_where(const struct view *view,
			       const struct range *range, const char *text)
{
	if (range->origin != MASQ_ORIGIN_LINK_LOCAL)
		return where_of(view, origin_name(range->origin), text);
	return where_of(view,
			addr_family(&range->cidr.addr) == MASQ_IPV4 ?
				"link-local" :
				"link-local-ipv6",
			NULL);
}

static int ranges_rows(struct output *output, const struct maps *maps,
		       const struct view *view, enum map_id id)
{
	struct range *ranges;
	size_t count;
	int error = maps_get_ranges(maps, id, &ranges, &count);

	if (error)
		return error;
	for (size_t i = 0; i < count; i++) {
		char text[CIDR_TEXT_SIZE];

		output_row_begin(output);
		output_string(output, "range",
			      cidr_format(&ranges[i].cidr, text));
		output_string(output, "is", range_kind(id, ranges[i].origin));
		output_string(output, "origin", origin_name(ranges[i].origin));
		output_string(output, "from",
			      range_where(view, &ranges[i], text));
		output_row_end(output);
	}
	free(ranges);
	return 0;
}

static int ranges_print(struct output *output, const struct maps *maps,
			const struct view *view)
{
	int error;

	output_list_begin(output, "ranges", range_columns);
	error = ranges_rows(output, maps, view, MAP_PODS);
	if (!error)
		error = ranges_rows(output, maps, view, MAP_ISLAND);
	output_list_end(output);
	return error;
}

static void timeouts_print(struct output *output,
			   const struct masq_config *config)
{
	output_list_begin(output, "timeouts", timeout_columns);
	for (int i = 0; i < MASQ_TIMEOUT_COUNT; i++) {
		output_row_begin(output);
		output_string(output, "name", config_timeouts[i]);
		output_duration(output, "timeout_ms",
				config->timeout_s[i] * 1000ULL);
		output_row_end(output);
	}
	output_list_end(output);
}

static void abilities_print(struct output *output)
{
	output_list_begin(output, "kernel_abilities", ability_columns);
	for (int i = 0; i < KERNEL_ABILITY_COUNT; i++) {
		output_row_begin(output);
		output_string(output, "name", kernel_ability_name(i));
		output_string(output, "is_there", kernel_can(i) ? "yes" : "no");
		output_string(output, "otherwise", kernel_ability_otherwise(i));
		output_row_end(output);
	}
	output_list_end(output);
}

/* Of text only what there is: an empty table would ask for reading. */
static int warnings_print(struct output *output, const struct maps *maps)
{
	struct warnings warnings;
	int error = hazards_look(maps, &warnings);

	if (error || (output_is_text(output) && !warnings.count))
		return error;
	output_list_begin(output, "warnings", warning_columns);
	for (size_t i = 0; i < warnings.count; i++) {
		output_row_begin(output);
		output_string(output, "text", warnings.lines[i]);
		output_row_end(output);
	}
	output_list_end(output);
	return 0;
}

/* "in force", or why what the files say is not. */
static int daemon_print(struct output *output, const struct maps *maps,
			const struct view *view)
{
	struct masq_daemon daemon;
	int error = maps_get_daemon(maps, &daemon);

	if (error)
		return error;
	output_string(output, "daemon",
		      view->is_running ? "running" : "not running");
	output_string(output, "config",
		      *daemon.problem ? daemon.problem : "in force");
	output_flag(output, "config_refused", *daemon.problem);
	output_number(output, "config_loads", daemon.loads);
	output_number(output, "config_refusals", daemon.refusals);
	return 0;
}

static int status_print(struct output *output, const struct maps *maps,
			struct view *view)
{
	struct masq_config config;
	int error = maps_get_config(maps, &config);

	if (!error)
		error = maps_get_settings(maps, &view->settings,
					  &view->setting_count);
	if (error)
		return error;
	view->is_elsewhere = config.netns != node_netns();
	output_string(output, "pin_dir", view->pin_dir);
	error = daemon_print(output, maps, view);
	if (error)
		return error;
	output_string(output, "mode",
		      config.mode < MASQ_MODE_COUNT ?
			      config_modes[config.mode] :
			      "unknown");
	output_string(output, "rewrite",
		      config.rewrites_directly ? "direct" : "helpers");
	error = forwarding_print(output, maps, &config);
	if (!error)
		error = pool_print(output, maps);
	if (error)
		return error;
	output_flag(output, "random_fully", config.random_fully);
	output_number(output, "max_flows_per_pod", config.max_flows_per_pod);
	error = sweep_print(output, maps);
	if (error)
		return error;
	uplinks_print(output, maps, view);
	pod_links_print(output, maps, view);
	error = ranges_print(output, maps, view);
	timeouts_print(output, &config);
	abilities_print(output);
	if (!error && !view->is_elsewhere)
		error = warnings_print(output, maps);
	return error;
}

int cmd_status(struct invocation *inv)
{
	struct output *output;
	struct maps maps;
	enum pins_state state = pins_look(inv->pin_dir);
	struct view view = { .pin_dir = inv->pin_dir,
			     .is_running = state == PINS_HELD };
	int error = -1;

	if (state == PINS_ERROR || maps_open(inv->pin_dir, &maps) < 0)
		return EXIT_FAILURE;
	output = output_open(inv->format);
	if (output) {
		output_object_begin(output);
		error = status_print(output, &maps, &view);
		output_object_end(output);
		if (error)
			log_error("cannot read the maps: %s", strerror(-error));
		error |= output_close(output);
	}
	free(view.settings);
	maps_close(&maps);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
