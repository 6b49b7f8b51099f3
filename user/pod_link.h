/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interfaces that pods' packets come from (--forwarding direct): which
 * there are, and the program on them.
 */
#ifndef POD_LINK_H
#define POD_LINK_H

#include "uplink.h"

struct pod_link {
	const struct node_link *link;
	struct masq_pod_link value; /* as masq_pod_links will hold it */
};

struct pod_links {
	struct pod_link *items;
	size_t count;
};

/*
 * Those of --pod-interface, else those that routes to pods lead to; of a bridge
 * its ports.  No uplink is one.
 *
 * node: must outlive *ret. Return: 0 or -1, said.
 */
int pod_links_resolve(const struct config *config, const struct node *node,
		      const struct uplinks *uplinks, struct pod_links *ret);
void pod_links_free(struct pod_links *links);

/*
 * Make the program hang on these and on no others: none, unless forwarding is
 * direct.
 *
 * is_new: the program is another one than that which hangs there. Return: 0 or
 * -1, said; then the others are served.
 */
int pod_links_follow(const struct datapath *datapath,
		     const struct config *config, const struct node *node,
		     const struct uplinks *uplinks, bool is_new);

/* Does it hang still where masq_pod_links says? */
bool pod_links_are_there(const struct datapath *datapath);

/* Take it off everywhere. Return: 0 or -1, said. */
int pod_links_detach(const char *pin_dir, const struct maps *maps);

#endif /* POD_LINK_H */
