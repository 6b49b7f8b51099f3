/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * masq_xdp on the uplinks.  TC does all that it does, so where it cannot be had
 * traffic is slower, and no more.
 */
#ifndef UPLINK_XDP_H
#define UPLINK_XDP_H

#include "uplink.h"

/*
 * Choose the mode of each: what is asked for, where it can be had.
 *
 * demand: UPLINKS_COMPLETE refuses what cannot. Return: 0 or -1, said.
 */
int uplinks_choose_xdp(const struct sourced *sourced,
		       enum uplinks_demand demand, struct uplinks *uplinks);

/*
 * Make it hang on these as was chosen for each; what fails is said, once.
 *
 * is_new: the program is another one than that which hangs there.
 */
void uplinks_follow_xdp(struct uplinks *uplinks,
			const struct datapath *datapath, bool is_new);

/* Is it missing where it was put? */
bool uplinks_miss_xdp(const struct uplinks *uplinks,
		      const struct datapath *datapath);

/* What failed on these interfaces is not tried again. */
void uplinks_inherit_xdp(struct uplinks *uplinks, const struct uplinks *former);

#endif /* UPLINK_XDP_H */
