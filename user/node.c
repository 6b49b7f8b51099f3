// SPDX-License-Identifier: GPL-2.0-only
#include "node.h"

#include <linux/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

__u64 node_netns(void)
{
	struct stat info;

	return stat("/proc/self/ns/net", &info) == 0 ? info.st_ino : 0;
}

void node_free(struct node *node)
{
	free(node->links);
	free(node->addrs);
	free(node->defaults);
	free(node->directs);
	*node = (struct node){ 0 };
}

bool node_has_addr(const struct node *node, const struct masq_addr *addr)
{
	for (size_t i = 0; i < node->addr_count; i++)
		if (memcmp(&node->addrs[i].addr, addr, sizeof(*addr)) == 0)
			return true;
	return false;
}

const struct node_link *node_link(const struct node *node, __u32 ifindex)
{
	for (size_t i = 0; i < node->link_count; i++)
		if (node->links[i].ifindex == ifindex)
			return &node->links[i];
	return NULL;
}

const struct node_route *node_best_default(const struct node *node,
					   enum masq_family family,
					   __u32 ifindex)
{
	const struct node_route *best = NULL;

	for (size_t i = 0; i < node->default_count; i++) {
		const struct node_route *route = &node->defaults[i];

		if (route->family != family ||
		    (ifindex != NODE_ANY_LINK && route->ifindex != ifindex))
			continue;
		if (!best || route->metric < best->metric)
			best = route;
	}
	return best;
}

bool node_link_has_default(const struct node *node,
			   const struct node_link *link)
{
	return node_best_default(node, MASQ_IPV4, link->ifindex) ||
	       node_best_default(node, MASQ_IPV6, link->ifindex);
}

bool node_link_is_over(const struct node_link *upper,
		       const struct node_link *lower)
{
	return lower->master == upper->ifindex ||
	       (upper->lower == lower->ifindex && !upper->is_lower_elsewhere &&
		upper->ifindex != lower->ifindex);
}

enum node_framing node_framing(const struct node_link *link)
{
	switch (link->type) {
	case ARPHRD_ETHER:
		return NODE_FRAMING_ETHERNET;
	case ARPHRD_NONE:
	case ARPHRD_PPP:
	case ARPHRD_RAWIP:
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
	case ARPHRD_IPGRE:
		return NODE_FRAMING_NONE;
	default:
		return NODE_FRAMING_OTHER;
	}
}

static const struct masq_addr *
primary_addr(const struct node *node, __u32 ifindex, enum masq_family family)
{
	for (size_t i = 0; i < node->addr_count; i++)
		if (node->addrs[i].ifindex == ifindex &&
		    node->addrs[i].is_fit &&
		    addr_family(&node->addrs[i].addr) == family)
			return &node->addrs[i].addr;
	return NULL;
}

enum masq_choice node_choose_addr(const struct node *node, __u32 ifindex,
				  enum masq_family family,
				  const struct masq_addr *given,
				  struct masq_addr *ret)
{
	const struct node_route *route =
		node_best_default(node, family, ifindex);
	const struct masq_addr *primary = primary_addr(node, ifindex, family);

	if (addr_is_set(given)) {
		*ret = *given;
		return MASQ_CHOICE_GIVEN;
	}
	if (route && addr_is_set(&route->source) &&
	    addr_is_global(&route->source)) {
		*ret = route->source;
		return MASQ_CHOICE_ROUTE;
	}
	if (primary) {
		*ret = *primary;
		return MASQ_CHOICE_PRIMARY;
	}
	*ret = (struct masq_addr){ 0 };
	return MASQ_CHOICE_NONE;
}

const char *node_choice_name(enum masq_choice choice)
{
	static const char *const names[MASQ_CHOICE_COUNT] = {
		[MASQ_CHOICE_NONE] = "none",
		[MASQ_CHOICE_GIVEN] = "--node-ip",
		[MASQ_CHOICE_ROUTE] = "route",
		[MASQ_CHOICE_PRIMARY] = "primary",
	};

	return choice < MASQ_CHOICE_COUNT ? names[choice] : "unknown";
}
