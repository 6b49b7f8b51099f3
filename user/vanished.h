/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses that the node has no more: the flows on them end.  One that was
 * given (--node-ip) need not be an address of the node: as long as an uplink
 * has it, it has not vanished.
 */
#ifndef VANISHED_H
#define VANISHED_H

#include "datapath.h"
#include "node.h"
#include "uplink.h"

struct vanished {
	struct masq_addr *addrs; /* allocated */
	size_t count;
};

/*
 * Those of the node a moment ago, and those that masq_uplinks still names.
 *
 * former: NULL at the start.
 * Return: 0 or -1, said.
 */
int vanished_find(const struct maps *maps, const struct node *former,
		  const struct node *node, const struct uplinks *uplinks,
		  struct vanished *ret);

/* Close the flows on them, say it, and free them. */
void vanished_close(const struct datapath *datapath, struct vanished *vanished);

void vanished_free(struct vanished *vanished);

#endif /* VANISHED_H */
