/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The uplinks: which there are, and the datapath on them.
 */
#ifndef UPLINK_H
#define UPLINK_H

#include "datapath.h"
#include "node.h"
#include "sources.h"

struct uplink {
	const struct node_link *link;
	char asked[IFNAMSIZ]; /* --uplink's name or pattern, or its own name */
	struct masq_uplink value; /* as masq_uplinks will hold it */
	bool was_attached;
	struct masq_uplink former; /* what masq_uplinks held of it then */
	bool xdp_is_refused; /* was tried, and cannot be had */
};

struct uplinks {
	struct uplink items[CONFIG_UPLINKS_MAX];
	size_t count;
};

/* Interfaces, routes and addresses come and go while the daemon runs. */
enum uplinks_demand {
	UPLINKS_COMPLETE, /* what is missing is an error */
	UPLINKS_PRESENT, /* those that are there */
};

/*
 * Find the interfaces and choose the node's address on each.  Changes nothing
 * and says what is wrong.
 *
 * node: must outlive *ret. Return: 0 or -1.
 */
int uplinks_resolve(const struct sourced *sourced, const struct node *node,
		    enum uplinks_demand demand, struct uplinks *ret);

/*
 * Choose how each is attached: as wanted, or for `auto` as it is already.
 *
 * Return: 0 or -1, said.
 */
int uplinks_choose_ways(struct uplinks *uplinks,
			const struct datapath *datapath,
			const struct sourced *sourced);

/* Is this interface one of them? */
bool uplinks_have(const struct uplinks *uplinks, __u32 ifindex);

/* Was it attached before, in the way that was chosen? */
bool uplink_is_as_it_was(const struct uplink *uplink);

/* The same interfaces with the same addresses, attached in the same ways? */
bool uplinks_equal(const struct uplinks *a, const struct uplinks *b);

/*
 * Enter them in masq_uplinks and attach the programs to each, as was chosen.
 *
 * Return: 0; or -1, said, and undone as by uplinks_undo().
 */
int uplinks_attach(const struct uplinks *uplinks,
		   const struct datapath *datapath);

/*
 * Detach from those that were not attached before; on the others what is pinned
 * serves again, as it did.
 */
void uplinks_undo(const struct uplinks *uplinks,
		  const struct datapath *datapath);

/* Detach from interfaces that are uplinks no more. Return: 0 or -1, said. */
int uplinks_retire(const struct uplinks *uplinks,
		   const struct datapath *datapath);

#endif /* UPLINK_H */
