// SPDX-License-Identifier: GPL-2.0-only
#include "uplink.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "attach.h"
#include "kernel.h"
#include "log.h"
#include "move.h"
#include "programs.h"
#include "xdp.h"

static int link_check(const struct sourced *sourced,
		      const struct uplink *uplink)
{
	const struct node_link *link = uplink->link;

	if (node_framing(link) != NODE_FRAMING_OTHER)
		return 0;
	return values_refuse(&sourced->values, "uplink", uplink->asked,
			     "the frames of %s are neither Ethernet nor plain "
			     "IP (type %u): give an interface that leads "
			     "outside",
			     link->name, link->type);
}

static void addrs_choose(const struct config *config, const struct node *node,
			 struct uplink *uplink)
{
	for (int family = 0; family < MASQ_FAMILY_COUNT; family++)
		uplink->value.choice[family] = node_choose_addr(
			node, uplink->link->ifindex, family,
			&config->node[family], &uplink->value.node[family]);
}

static bool have_addr(const struct uplinks *uplinks, enum masq_family family)
{
	for (size_t i = 0; i < uplinks->count; i++)
		if (uplinks->items[i].value.choice[family] != MASQ_CHOICE_NONE)
			return true;
	return false;
}

/*
 * Each family that pods have needs a node address on some uplink; where one
 * has none, pods' packets of that family are dropped.
 */
static int addrs_check(const struct config *config,
		       const struct uplinks *uplinks)
{
	const struct cidr_list *pods = &config->ranges[MASQ_ORIGIN_POD_CIDR];

	for (int family = 0; family < MASQ_FAMILY_COUNT; family++)
		if (cidr_list_has_family(pods, family) &&
		    !have_addr(uplinks, family))
			return log_error("uplink %s has no %s address for the "
					 "pods' flows: give it one, or give "
					 "--node-ip",
					 uplinks->items[0].link->name,
					 addr_family_name(family));
	return 0;
}

/* A pod range that holds the node's own address is not the pods'. */
static int overlap_check(const struct sourced *sourced,
			 const struct uplink *uplink)
{
	const struct cidr_list *pods =
		&sourced->config.ranges[MASQ_ORIGIN_POD_CIDR];
	char range[CIDR_TEXT_SIZE], addr[ADDR_TEXT_SIZE];

	for (int family = 0; family < MASQ_FAMILY_COUNT; family++) {
		const struct masq_addr *node = &uplink->value.node[family];
		struct cidr own = cidr_of_addr(node);

		for (size_t i = 0; addr_is_set(node) && i < pods->count; i++)
			if (cidr_contains(&pods->items[i], &own))
				return values_refuse(
					&sourced->values, "pod-cidr",
					cidr_format(&pods->items[i], range),
					"holds %s, the node's own address on "
					"%s: give the pods' range",
					addr_format(node, addr),
					uplink->link->name);
	}
	return 0;
}

/* A packet must not pass two: it would be translated twice. */
static int stacking_check(const struct sourced *sourced,
			  const struct uplinks *uplinks)
{
	for (size_t i = 0; i < uplinks->count; i++)
		for (size_t j = 0; j < uplinks->count; j++)
			if (node_link_is_over(uplinks->items[i].link,
					      uplinks->items[j].link))
				return values_refuse(
					&sourced->values, "uplink",
					uplinks->items[i].asked,
					"what passes %s passes %s too: give "
					"one of the two",
					uplinks->items[i].link->name,
					uplinks->items[j].link->name);
	return 0;
}

/* asked: as in struct uplink. */
static int uplink_add(const struct sourced *sourced, const struct node *node,
		      const struct node_link *link, const char *asked,
		      struct uplinks *uplinks)
{
	struct uplink *uplink = &uplinks->items[uplinks->count];

	if (uplinks->count == CONFIG_UPLINKS_MAX)
		return log_error("more than %u interfaces have a default "
				 "route: give --uplink IF",
				 CONFIG_UPLINKS_MAX);
	*uplink = (struct uplink){ .link = link };
	snprintf(uplink->asked, sizeof(uplink->asked), "%s", asked);
	if (link_check(sourced, uplink) < 0)
		return -1;
	addrs_choose(&sourced->config, node, uplink);
	uplinks->count++;
	return overlap_check(sourced, uplink);
}

bool uplinks_have(const struct uplinks *uplinks, __u32 ifindex)
{
	for (size_t i = 0; i < uplinks->count; i++)
		if (uplinks->items[i].link->ifindex == ifindex)
			return true;
	return false;
}

/* Add those of this name or pattern. Return: how many match, or -1, said. */
static int matching_add(const struct sourced *sourced, const struct node *node,
			const char *pattern, struct uplinks *uplinks)
{
	int count = 0;

	for (size_t i = 0; i < node->link_count; i++) {
		const struct node_link *link = &node->links[i];

		if (fnmatch(pattern, link->name, 0) != 0)
			continue;
		count++;
		if (!uplinks_have(uplinks, link->ifindex) &&
		    uplink_add(sourced, node, link, pattern, uplinks) < 0)
			return -1;
	}
	return count;
}

static int named_add(const struct sourced *sourced, const struct node *node,
		     enum uplinks_demand demand, struct uplinks *uplinks)
{
	const struct config *config = &sourced->config;

	for (size_t i = 0; i < config->uplinks.count; i++) {
		int count = matching_add(sourced, node,
					 config->uplinks.names[i], uplinks);

		if (count < 0)
			return -1;
		if (!count && demand == UPLINKS_COMPLETE)
			return values_refuse(&sourced->values, "uplink",
					     config->uplinks.names[i],
					     "there is no such interface (ip "
					     "link lists them)");
	}
	return 0;
}

static int defaults_add(const struct sourced *sourced, const struct node *node,
			enum uplinks_demand demand, struct uplinks *uplinks)
{
	for (size_t i = 0; i < node->link_count; i++) {
		const struct node_link *link = &node->links[i];

		if (node_link_has_default(node, link) &&
		    uplink_add(sourced, node, link, link->name, uplinks) < 0)
			return -1;
	}
	if (uplinks->count || demand == UPLINKS_PRESENT)
		return 0;
	return log_error("no uplink: there is no default route; give --uplink "
			 "IF");
}

int uplinks_resolve(const struct sourced *sourced, const struct node *node,
		    enum uplinks_demand demand, struct uplinks *ret)
{
	const struct config *config = &sourced->config;

	ret->count = 0;
	if ((config->uplinks.count ?
		     named_add(sourced, node, demand, ret) :
		     defaults_add(sourced, node, demand, ret)) < 0 ||
	    stacking_check(sourced, ret) < 0)
		return -1;
	return demand == UPLINKS_COMPLETE ? addrs_check(config, ret) : 0;
}

bool uplinks_equal(const struct uplinks *a, const struct uplinks *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct uplink *x = &a->items[i], *y = &b->items[i];

		if (x->link->ifindex != y->link->ifindex ||
		    x->value.attach != y->value.attach ||
		    x->value.xdp != y->value.xdp ||
		    memcmp(x->value.node, y->value.node,
			   sizeof(x->value.node)) != 0 ||
		    memcmp(x->value.choice, y->value.choice,
			   sizeof(x->value.choice)) != 0)
			return false;
	}
	return true;
}

/*
 * The way that is there already, or the one that is asked for.
 *
 * Return: enum masq_attach, or -1, said.
 */
static int way_choose(const struct uplink *uplink,
		      const struct sourced *sourced)
{
	enum config_attach wanted = sourced->config.attach;
	enum masq_attach asked;

	asked = wanted == CONFIG_ATTACH_CLSACT ? MASQ_ATTACH_CLSACT :
						 MASQ_ATTACH_TCX;
	if (asked == MASQ_ATTACH_TCX && !kernel_can(KERNEL_TCX)) {
		if (wanted == CONFIG_ATTACH_TCX)
			return values_refuse(&sourced->values, "attach", NULL,
					     "this kernel has no tcx (Linux "
					     "6.6 and later do): give auto");
		asked = MASQ_ATTACH_CLSACT;
	}
	return wanted == CONFIG_ATTACH_AUTO && uplink->was_attached ?
		       (int)uplink->former.attach :
		       asked;
}

static int uplink_attach(const struct uplink *uplink,
			 const struct datapath *datapath, enum masq_attach way)
{
	const struct attach attach = {
		.pin_dir = datapath->pins.dir,
		.link = uplink->link,
		.program_fds = datapath->program_fds,
	};

	return attach_put_alone(&attach, way, datapath_ends_chain(datapath));
}

/* Those that are pinned, in the place of these; but not where flows have moved.
 */
static void uplink_give_back(const struct uplink *uplink,
			     const struct datapath *datapath)
{
	int fds[MASQ_SLOT_COUNT];
	const struct attach attach = {
		.pin_dir = datapath->pins.dir,
		.link = uplink->link,
		.program_fds = fds,
	};

	if (move_has_turned(&datapath->pins) ||
	    programs_open_pinned(attach.pin_dir, fds) < 0)
		return;
	(void)attach_put(&attach, uplink->former.attach);
	programs_close(fds);
}

int uplinks_choose_ways(struct uplinks *uplinks,
			const struct datapath *datapath,
			const struct sourced *sourced)
{
	for (size_t i = 0; i < uplinks->count; i++) {
		struct uplink *uplink = &uplinks->items[i];
		int way;

		uplink->was_attached = maps_get_uplink(&datapath->maps,
						       uplink->link->ifindex,
						       &uplink->former) == 0;
		way = way_choose(uplink, sourced);
		if (way < 0)
			return -1;
		uplink->value.attach = way;
	}
	return 0;
}

bool uplink_is_as_it_was(const struct uplink *uplink)
{
	return uplink->was_attached &&
	       uplink->former.attach == uplink->value.attach;
}

static int uplink_publish(const struct uplink *uplink,
			  const struct datapath *datapath,
			  const struct masq_uplink *value)
{
	int error =
		maps_set_uplink(&datapath->maps, uplink->link->ifindex, value);

	if (error)
		return log_error("cannot enter %s in masq_uplinks: %s",
				 uplink->link->name, strerror(-error));
	return 0;
}

static void uplink_undo(const struct uplink *uplink,
			const struct datapath *datapath)
{
	if (!uplink->was_attached) {
		(void)attach_remove(datapath->pins.dir, uplink->link->ifindex,
				    uplink->value.attach);
		(void)maps_delete_uplink(&datapath->maps,
					 uplink->link->ifindex);
		return;
	}
	(void)uplink_publish(uplink, datapath, &uplink->former);
	if (uplink_attach(uplink, datapath, uplink->former.attach) == 0)
		uplink_give_back(uplink, datapath);
}

void uplinks_undo(const struct uplinks *uplinks,
		  const struct datapath *datapath)
{
	for (size_t i = 0; i < uplinks->count; i++)
		uplink_undo(&uplinks->items[i], datapath);
}

int uplinks_attach(const struct uplinks *uplinks,
		   const struct datapath *datapath)
{
	int result = 0;

	/* entered first: what is attached can then be found by detach */
	for (size_t i = 0; i < uplinks->count && result == 0; i++)
		result = uplink_publish(&uplinks->items[i], datapath,
					&uplinks->items[i].value);
	for (size_t i = 0; i < uplinks->count && result == 0; i++)
		result = uplink_attach(&uplinks->items[i], datapath,
				       uplinks->items[i].value.attach);
	if (result < 0)
		uplinks_undo(uplinks, datapath);
	return result;
}

/* One that is in the map and not among these; 0: none. */
static __u32 next_former(const struct uplinks *uplinks,
			 const struct datapath *datapath)
{
	__u32 ifindex = 0;

	while (maps_next_uplink(&datapath->maps, &ifindex) == 0)
		if (!uplinks_have(uplinks, ifindex))
			return ifindex;
	return 0;
}

int uplinks_retire(const struct uplinks *uplinks,
		   const struct datapath *datapath)
{
	struct masq_uplink former;
	int result = 0;
	__u32 ifindex;

	while ((ifindex = next_former(uplinks, datapath))) {
		if (maps_get_uplink(&datapath->maps, ifindex, &former))
			return result;
		if (xdp_remove(datapath->pins.dir, ifindex) < 0 ||
		    attach_remove(datapath->pins.dir, ifindex, former.attach) <
			    0)
			result = -1;
		if (maps_delete_uplink(&datapath->maps, ifindex))
			return log_error("cannot take interface %u from "
					 "masq_uplinks",
					 ifindex);
	}
	return result;
}
