/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What rtnetlink knows of this node: interfaces, addresses, default routes.
 */
#ifndef NODE_H
#define NODE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "addr.h"
#include "masq.h"

struct node_link {
	__u32 ifindex;
	char name[IFNAMSIZ];
	unsigned short type; /* ARPHRD_… */
	__u32 lower; /* ifindex of what it is stacked on; 0: nothing */
	__u32 master; /* ifindex of the bond or bridge that has it; 0: none */
	bool is_lower_elsewhere; /* `lower` is in another network namespace */
	bool is_bridge;
	bool is_pair; /* a veth or netkit: what goes in comes out at `lower` */
	bool tells_xdp; /* the next two are known (Linux 6.3) */
	bool has_xdp; /* its driver runs XDP programs */
	bool takes_frames; /* XDP programs may redirect to it */
};

struct node_addr {
	__u32 ifindex;
	struct masq_addr addr;
	bool is_fit; /* for new flows: not secondary, tentative, deprecated */
};

struct node_route {
	__u32 ifindex;
	__u32 metric;
	enum masq_family family;
	struct masq_addr source; /* all zero: none preferred */
};

/* A route without a gateway. */
struct node_direct {
	__u32 ifindex;
	struct cidr to;
};

/* Addresses are the global ones, each interface's primary first. */
struct node {
	struct node_link *links;
	size_t link_count;
	struct node_addr *addrs;
	size_t addr_count;
	struct node_route *defaults; /* routes to 0.0.0.0/0 and ::/0 */
	size_t default_count;
	struct node_direct *directs;
	size_t direct_count;
};

/* Return: 0 or a negative errno. */
int node_read(struct node *ret);
void node_free(struct node *node);

bool node_has_addr(const struct node *node, const struct masq_addr *addr);

/* The network namespace that we are in: its inode, or 0. */
__u64 node_netns(void);

enum { NODE_ANY_LINK = 0 };

/* Return: NULL where there is none. */
const struct node_link *node_link(const struct node *node, __u32 ifindex);

/* The best default route of a family, through one interface or any. */
const struct node_route *node_best_default(const struct node *node,
					   enum masq_family family,
					   __u32 ifindex);

/* Does a default route, of either family, lead through it? */
bool node_link_has_default(const struct node *node,
			   const struct node_link *link);

/* Does every packet of `upper` pass through `lower` too (VLAN, bond)? */
bool node_link_is_over(const struct node_link *upper,
		       const struct node_link *lower);

enum node_framing {
	NODE_FRAMING_ETHERNET,
	NODE_FRAMING_NONE, /* frames begin with the IP header */
	NODE_FRAMING_OTHER,
};

enum node_framing node_framing(const struct node_link *link);

/*
 * The node's address on this uplink: `given` if it is one, else the source of
 * the default route there, else the uplink's primary address.
 *
 * Return: why it is that one; MASQ_CHOICE_NONE leaves *ret all zero.
 */
enum masq_choice node_choose_addr(const struct node *node, __u32 ifindex,
				  enum masq_family family,
				  const struct masq_addr *given,
				  struct masq_addr *ret);

/* Where a packet to this address goes. */
struct node_path {
	__u32 ifindex; /* 0: nowhere, there is no route */
	bool is_local; /* it is an address of the node itself */
};

/* Return: 0 or a negative errno. */
int node_path_to(const struct masq_addr *to, struct node_path *ret);

const char *node_choice_name(enum masq_choice choice);

#endif /* NODE_H */
