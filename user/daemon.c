// SPDX-License-Identifier: GPL-2.0-only
#include "daemon.h"

#include <string.h>

#include "attach.h"
#include "hazards.h"
#include "http.h"
#include "log.h"
#include "move.h"
#include "pod_link.h"
#include "policy.h"
#include "report.h"
#include "uplink_xdp.h"
#include "vanished.h"

/* Read the node, and find what is asked for on it. Return: 0 or -1, said. */
static int node_learn(const struct sourced *sourced, enum uplinks_demand demand,
		      struct node *node, struct uplinks *uplinks)
{
	int error = node_read(node);

	if (error)
		return log_error("cannot read the node's interfaces: %s%s",
				 strerror(-error), log_hint(-error));
	if (uplinks_resolve(sourced, node, demand, uplinks) == 0 &&
	    uplinks_choose_xdp(sourced, demand, uplinks) == 0 &&
	    policy_check(&sourced->config, node) == 0)
		return 0;
	node_free(node);
	return -1;
}

static void say_uplink(const struct uplink *uplink)
{
	char text[MASQ_FAMILY_COUNT][ADDR_TEXT_SIZE] = { "none", "none" };

	for (int family = 0; family < MASQ_FAMILY_COUNT; family++)
		if (addr_is_set(&uplink->value.node[family]))
			addr_format(&uplink->value.node[family], text[family]);
	log_info("attached to %s by %s, node address %s and %s",
		 uplink->link->name, attach_name(uplink->value.attach),
		 text[MASQ_IPV4], text[MASQ_IPV6]);
}

static int http_open(struct daemon *daemon, const struct sourced *sourced)
{
	daemon->http = NULL;
	if (!sourced->config.metrics_port)
		return 0;
	return http_start(daemon->datapath.pins.dir, sourced, &daemon->http);
}

/* The metrics move to another place. Return: 0; or -1, said, and undone. */
static int http_follow(struct daemon *daemon, const struct sourced *former,
		       const struct sourced *sourced)
{
	if (sourced->config.metrics_port == former->config.metrics_port &&
	    memcmp(&sourced->config.metrics_addr, &former->config.metrics_addr,
		   sizeof(sourced->config.metrics_addr)) == 0)
		return 0;
	/* first the old one goes: the two places may overlap */
	http_stop(daemon->http);
	if (http_open(daemon, sourced) == 0)
		return 0;
	(void)http_open(daemon, former);
	return -1;
}

/* Everything that is not a program. Return: 0 or -1, said. */
static int publish(const struct daemon *daemon, const struct sourced *sourced,
		   const struct node *node, const struct uplinks *uplinks)
{
	if (policy_publish(&sourced->config, node, &daemon->datapath) < 0)
		return -1;
	return report_settings(&daemon->datapath, sourced, uplinks);
}

/*
 * Put the new programs to work.  What they know before that nobody reads yet;
 * but what is in maps that serve already may change only when they do.
 *
 * Return: 0 or -1, said; then they are taken off where there were none before.
 */
static int serve(struct daemon *daemon, const struct sourced *sourced)
{
	struct datapath *datapath = &daemon->datapath;
	struct uplinks *uplinks = &daemon->uplinks;
	bool serves_already = datapath->was_pinned[MAP_PODS];

	if (!serves_already &&
	    publish(daemon, sourced, &daemon->node, uplinks) < 0)
		return -1;
	if (uplinks_choose_ways(uplinks, datapath, sourced) < 0 ||
	    uplinks_attach(uplinks, datapath) < 0)
		return -1;
	if ((!serves_already ||
	     publish(daemon, sourced, &daemon->node, uplinks) == 0) &&
	    datapath_commit(datapath) == 0)
		return 0;
	uplinks_undo(uplinks, datapath);
	return -1;
}

/*
 * The programs that go past the stack.  What fails is slower, and no more: it
 * has been said.
 */
static void shortcuts_follow(struct daemon *daemon,
			     const struct sourced *sourced, bool is_new)
{
	uplinks_follow_xdp(&daemon->uplinks, &daemon->datapath, is_new);
	(void)pod_links_follow(&daemon->datapath, &sourced->config,
			       &daemon->node, &daemon->uplinks, is_new);
}

/* Other programs, or another table, in the place of those that serve. */
static int replace(struct daemon *daemon, const struct sourced *sourced)
{
	struct datapath former = daemon->datapath;

	if (datapath_reopen(&former, sourced, &daemon->datapath) < 0)
		return -1;
	if (serve(daemon, sourced) == 0) {
		datapath_release(&former);
		return 0;
	}
	datapath_release(&daemon->datapath);
	daemon->datapath = former;
	/* said, too, where the former do not serve again */
	if (!move_has_turned(&former.pins))
		(void)uplinks_attach(&daemon->uplinks, &former);
	return -1;
}

/*
 * What could not be done was said; what there was goes on.  But where flows
 * have moved already, our maps are not theirs any more.
 */
static int suit(struct daemon *daemon, const struct sourced *sourced)
{
	if (datapath_suits(&daemon->datapath, sourced))
		return 0;
	if (replace(daemon, sourced) == 0) {
		shortcuts_follow(daemon, sourced, /* is_new= */ true);
		log_info("other programs serve, on the same flows");
		return 0;
	}
	daemon->is_stuck = move_has_turned(&daemon->datapath.pins);
	return -1;
}

/* What is wrong was said last. */
static void refuse(struct daemon *daemon)
{
	report_refused(&daemon->datapath, log_last_error());
	daemon->is_refused = true;
	log_info("the last good configuration stays in force");
}

int daemon_start(const char *pin_dir, struct sources *sources,
		 struct sourced *sourced, struct daemon *ret)
{
	struct daemon daemon = { .sources = sources };
	struct vanished vanished;

	if (node_learn(sourced, UPLINKS_COMPLETE, &daemon.node,
		       &daemon.uplinks) < 0)
		return -1;
	if (datapath_open(pin_dir, sourced, &daemon.datapath) < 0)
		goto free_node;
	if (vanished_find(&daemon.datapath.maps, /* former= */ NULL,
			  &daemon.node, &daemon.uplinks, &vanished) < 0)
		goto abandon;
	if (http_open(&daemon, sourced) < 0)
		goto forget_vanished;
	if (serve(&daemon, sourced) < 0)
		goto stop_http;
	/* said; the new ones serve */
	(void)uplinks_retire(&daemon.uplinks, &daemon.datapath);
	shortcuts_follow(&daemon, sourced, /* is_new= */ true);
	vanished_close(&daemon.datapath, &vanished);
	for (size_t i = 0; i < daemon.uplinks.count; i++)
		say_uplink(&daemon.uplinks.items[i]);
	if (suit(&daemon, sourced) == 0)
		report_taken(&daemon.datapath);
	else
		refuse(&daemon);
	daemon.sourced = *sourced;
	*sourced = (struct sourced){ 0 };
	*ret = daemon;
	return 0;

stop_http:
	http_stop(daemon.http);
forget_vanished:
	vanished_free(&vanished);
abandon:
	datapath_abandon(&daemon.datapath);
free_node:
	node_free(&daemon.node);
	return -1;
}

/*
 * Each for itself: one that fails keeps no other from serving.
 *
 * Return: 0 or -1, said.
 */
static int uplinks_follow(struct daemon *daemon, const struct uplinks *uplinks)
{
	int result = 0;

	for (size_t i = 0; i < uplinks->count; i++) {
		const struct uplinks one = { .items = { uplinks->items[i] },
					     .count = 1 };

		if (uplinks_attach(&one, &daemon->datapath) < 0)
			result = -1;
		else if (!uplink_is_as_it_was(&uplinks->items[i]))
			say_uplink(&uplinks->items[i]);
	}
	if (!uplinks->count)
		log_info("no uplink: nothing is translated until there is one");
	(void)uplinks_retire(uplinks, &daemon->datapath);
	return result;
}

/*
 * Bring this configuration, and the node as it is now, to the datapath.
 *
 * Return: 0 or -1, said.
 */
static int bring(struct daemon *daemon, const struct sourced *sourced,
		 enum uplinks_demand demand)
{
	struct vanished vanished;
	struct uplinks uplinks;
	struct node node;
	int result = 0;

	if (node_learn(sourced, demand, &node, &uplinks) < 0)
		return -1;
	if ((sourced != &daemon->sourced &&
	     datapath_check(&daemon->datapath, sourced) < 0) ||
	    uplinks_choose_ways(&uplinks, &daemon->datapath, sourced) < 0 ||
	    vanished_find(&daemon->datapath.maps, &daemon->node, &node,
			  &uplinks, &vanished) < 0) {
		node_free(&node);
		return -1;
	}
	if (sourced == &daemon->sourced)
		uplinks_inherit_xdp(&uplinks, &daemon->uplinks);
	if (!uplinks_equal(&uplinks, &daemon->uplinks))
		result = uplinks_follow(daemon, &uplinks);
	if (publish(daemon, sourced, &node, &uplinks) < 0)
		result = -1;
	vanished_close(&daemon->datapath, &vanished);
	node_free(&daemon->node);
	daemon->node = node;
	daemon->uplinks = uplinks;
	shortcuts_follow(daemon, sourced, /* is_new= */ false);
	return result;
}

void daemon_follow(struct daemon *daemon)
{
	(void)bring(daemon, &daemon->sourced, UPLINKS_PRESENT);
}

/* An interface that is asked for anew must be there. */
static enum uplinks_demand demand_of(const struct config *former,
				     const struct config *config)
{
	return memcmp(&former->uplinks, &config->uplinks,
		      sizeof(config->uplinks)) == 0 ?
		       UPLINKS_PRESENT :
		       UPLINKS_COMPLETE;
}

static void take(struct daemon *daemon, struct sourced *sourced)
{
	sourced_free(&daemon->sourced);
	daemon->sourced = *sourced;
	daemon->is_refused = false;
	report_taken(&daemon->datapath);
	log_info("the configuration is taken");
}

void daemon_reload(struct daemon *daemon)
{
	struct sourced sourced;

	if (sources_read(daemon->sources, &sourced) < 0) {
		refuse(daemon);
		return;
	}
	if (config_complete(&sourced.config) < 0) {
		sourced_free(&sourced);
		refuse(daemon);
		return;
	}
	if (!daemon->is_refused &&
	    values_equal(&sourced.values, &daemon->sourced.values)) {
		sourced_free(&sourced);
		return;
	}
	if (bring(daemon, &sourced,
		  demand_of(&daemon->sourced.config, &sourced.config)) == 0 &&
	    http_follow(daemon, &daemon->sourced, &sourced) == 0) {
		if (suit(daemon, &sourced) == 0) {
			take(daemon, &sourced);
			return;
		}
		(void)http_follow(daemon, &sourced, &daemon->sourced);
	}
	refuse(daemon);
	sourced_free(&sourced);
	(void)bring(daemon, &daemon->sourced, UPLINKS_PRESENT);
}

void daemon_warn(struct daemon *daemon)
{
	struct warnings warnings;
	int error = hazards_look(&daemon->datapath.maps, &warnings);

	if (error) {
		log_error("cannot look for what stands in the way: %s",
			  strerror(-error));
		return;
	}
	for (size_t i = 0; i < warnings.count; i++)
		if (!warnings_have(&daemon->warnings, warnings.lines[i]))
			log_warning("%s", warnings.lines[i]);
	daemon->warnings = warnings;
}

void daemon_heal(struct daemon *daemon)
{
	struct uplinks *uplinks = &daemon->uplinks;

	if (!pod_links_are_there(&daemon->datapath) ||
	    uplinks_miss_xdp(uplinks, &daemon->datapath))
		shortcuts_follow(daemon, &daemon->sourced, /* is_new= */ false);
	for (size_t i = 0; i < uplinks->count; i++) {
		const struct uplink *uplink = &uplinks->items[i];

		if (attach_is_there(daemon->datapath.pins.dir,
				    uplink->link->ifindex,
				    uplink->value.attach))
			continue;
		log_info("the programs are not on %s: attaching again",
			 uplink->link->name);
		if (uplinks_choose_ways(uplinks, &daemon->datapath,
					&daemon->sourced) == 0)
			(void)uplinks_follow(daemon, uplinks);
		return;
	}
}

void daemon_leave(struct daemon *daemon)
{
	http_stop(daemon->http);
	datapath_close(&daemon->datapath);
	node_free(&daemon->node);
	sourced_free(&daemon->sourced);
}
