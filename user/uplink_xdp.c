// SPDX-License-Identifier: GPL-2.0-only
#include "uplink_xdp.h"

#include <errno.h>
#include <string.h>

#include "log.h"
#include "xdp.h"

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
	const char *pin_dir = datapath->pins.dir;
	__u32 ifindex = uplink->link->ifindex;

	if (xdp_remove_others(pin_dir, ifindex, uplink->value.xdp) < 0 ||
	    uplink->value.xdp == MASQ_XDP_NONE || uplink->xdp_is_refused)
		return;
	if (is_new || !xdp_is_there(pin_dir, ifindex, uplink->value.xdp))
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

		if (uplink->value.xdp != MASQ_XDP_NONE &&
		    !uplink->xdp_is_refused &&
		    !xdp_is_there(datapath->pins.dir, uplink->link->ifindex,
				  uplink->value.xdp))
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
