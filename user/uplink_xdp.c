// SPDX-License-Identifier: GPL-2.0-only
#include "uplink_xdp.h"

#include <errno.h>
#include <string.h>

#include "log.h"
#include "xdp.h"

/* --- which mode --- */

/* Which mode can it have, for all we know? */
static enum masq_xdp mode_choose(const struct config *config,
				 const struct node_link *link)
{
	bool lacks_xdp = link->tells_xdp && !link->has_xdp;

	if (config->xdp == CONFIG_XDP_OFF ||
	    node_framing(link) != NODE_FRAMING_ETHERNET)
		return MASQ_XDP_NONE;
	if (config->xdp == CONFIG_XDP_GENERIC)
		return MASQ_XDP_GENERIC;
	return lacks_xdp ? MASQ_XDP_NONE : MASQ_XDP_NATIVE;
}

/* `auto` takes what there is. */
static int modes_check(const struct sourced *sourced,
		       const struct uplinks *uplinks)
{
	enum config_xdp wanted = sourced->config.xdp;

	if (wanted == CONFIG_XDP_OFF || wanted == CONFIG_XDP_AUTO)
		return 0;
	for (size_t i = 0; i < uplinks->count; i++)
		if (uplinks->items[i].value.xdp == MASQ_XDP_NONE)
			return values_refuse(
				&sourced->values, "xdp", NULL,
				"%s cannot have it: %s; give auto",
				uplinks->items[i].link->name,
				node_framing(uplinks->items[i].link) ==
						NODE_FRAMING_ETHERNET ?
					"its driver runs no XDP programs" :
					"its frames have no Ethernet header");
	return 0;
}

int uplinks_choose_xdp(const struct sourced *sourced,
		       enum uplinks_demand demand, struct uplinks *uplinks)
{
	for (size_t i = 0; i < uplinks->count; i++) {
		struct uplink *uplink = &uplinks->items[i];

		uplink->value.xdp = mode_choose(&sourced->config, uplink->link);
	}
	return demand == UPLINKS_COMPLETE ? modes_check(sourced, uplinks) : 0;
}

/* --- the program on them --- */

/* Is it to hang there, and was not refused? */
static bool is_wanted(const struct uplink *uplink)
{
	return uplink->value.xdp != MASQ_XDP_NONE && !uplink->xdp_is_refused;
}

static bool is_there(const struct uplink *uplink,
		     const struct datapath *datapath)
{
	return xdp_is_there(datapath->pins.dir, uplink->link->ifindex,
			    uplink->value.xdp);
}

static void put(struct uplink *uplink, const struct datapath *datapath)
{
	bool is_new;
	int error = xdp_put(datapath->pins.dir, uplink->link->ifindex,
			    uplink->value.xdp,
			    datapath_xdp_fd(datapath, uplink->value.xdp),
			    &is_new);

	uplink->xdp_is_refused = error != 0;
	if (error)
		log_warning(
			"masq_xdp is not on %s (%s), TC does its work: %s%s",
			uplink->link->name, config_xdp_modes[uplink->value.xdp],
			error == -EBUSY ? "another XDP program is there" :
					  strerror(-error),
			log_hint(-error));
	else if (is_new)
		log_info("attached to %s by XDP, %s", uplink->link->name,
			 config_xdp_modes[uplink->value.xdp]);
}

static void follow(struct uplink *uplink, const struct datapath *datapath,
		   bool is_new)
{
	if (xdp_remove_others(datapath->pins.dir, uplink->link->ifindex,
			      uplink->value.xdp) == 0 &&
	    is_wanted(uplink) && (is_new || !is_there(uplink, datapath)))
		put(uplink, datapath);
}

void uplinks_follow_xdp(struct uplinks *uplinks,
			const struct datapath *datapath, bool is_new)
{
	for (size_t i = 0; i < uplinks->count; i++)
		follow(&uplinks->items[i], datapath, is_new);
}

bool uplinks_miss_xdp(const struct uplinks *uplinks,
		      const struct datapath *datapath)
{
	for (size_t i = 0; i < uplinks->count; i++) {
		const struct uplink *uplink = &uplinks->items[i];

		if (is_wanted(uplink) && !is_there(uplink, datapath))
			return true;
	}
	return false;
}

void uplinks_inherit_xdp(struct uplinks *uplinks, const struct uplinks *former)
{
	for (size_t i = 0; i < uplinks->count; i++) {
		struct uplink *uplink = &uplinks->items[i];

		for (size_t j = 0; j < former->count; j++)
			if (former->items[j].link->ifindex ==
				    uplink->link->ifindex &&
			    former->items[j].value.xdp == uplink->value.xdp)
				uplink->xdp_is_refused =
					former->items[j].xdp_is_refused;
	}
}
