// SPDX-License-Identifier: GPL-2.0-only
#include "hazards.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "foreign.h"
#include "node.h"

/* Documentation/networking/ip-sysctl.rst: rp_filter */
enum { RP_FILTER_STRICT = 1 };

/* Of one interface, or of "all". Return: its value; -1 where there is none. */
static int sysctl_read(const char *family, const char *name, const char *what)
{
	char path[PATH_MAX], *text;
	size_t size;
	int value;

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family,
		 name, what);
	if (file_read(path, &text, &size))
		return -1;
	value = atoi(text);
	free(text);
	return value;
}

static void forwarding_look(const char *family, const char *name,
			    struct warnings *warnings)
{
	if (sysctl_read(family, name, "forwarding") == 0)
		warnings_add(warnings,
			     "the kernel does not forward pods' packets: "
			     "sysctl -w net.%s.conf.%s.forwarding=1",
			     family, name);
}

static bool has_best_default(const struct node *node,
			     const struct node_link *link)
{
	const struct node_route *best =
		node_best_default(node, MASQ_IPV4, NODE_ANY_LINK);

	return !best || best->ifindex == link->ifindex;
}

/*
 * Answers that come in where no route to their sender leads are dropped; the
 * stricter of the interface's setting and that of all holds.
 */
static void rp_filter_look(const struct node *node,
			   const struct node_link *link,
			   struct warnings *warnings)
{
	int own = sysctl_read("ipv4", link->name, "rp_filter");
	int all = sysctl_read("ipv4", "all", "rp_filter");

	if ((own > all ? own : all) == RP_FILTER_STRICT &&
	    !has_best_default(node, link))
		warnings_add(warnings,
			     "answers that come in by %s are dropped, for the "
			     "best default route is elsewhere: sysctl -w "
			     "net.ipv4.conf.%s.rp_filter=2",
			     link->name, link->name);
}

static bool have_family(const struct range *pods, size_t count,
			enum masq_family family)
{
	for (size_t i = 0; i < count; i++)
		if (addr_family(&pods[i].cidr.addr) == family)
			return true;
	return false;
}

static int uplinks_look(const struct maps *maps, const struct node *node,
			struct warnings *warnings)
{
	struct range *pods;
	__u32 ifindex = 0;
	size_t count;
	int error = maps_get_ranges(maps, MAP_PODS, &pods, &count);

	if (error)
		return error;
	while (maps_next_uplink(maps, &ifindex) == 0) {
		const struct node_link *link = node_link(node, ifindex);

		if (!link)
			continue;
		if (have_family(pods, count, MASQ_IPV4)) {
			forwarding_look("ipv4", link->name, warnings);
			rp_filter_look(node, link, warnings);
		}
		if (have_family(pods, count, MASQ_IPV6))
			forwarding_look("ipv6", link->name, warnings);
	}
	/* of IPv6 no packet is forwarded unless this says so too */
	if (have_family(pods, count, MASQ_IPV6))
		forwarding_look("ipv6", "all", warnings);
	free(pods);
	return 0;
}

int hazards_look(const struct maps *maps, struct warnings *ret)
{
	struct node node;
	int error = node_read(&node);

	if (error)
		return error;
	ret->count = 0;
	error = uplinks_look(maps, &node, ret);
	node_free(&node);
	return error ? error : foreign_look(ret);
}
