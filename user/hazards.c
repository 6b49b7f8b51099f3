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

/* setting: what mends it. */
static void forwarding_warn(struct warnings *warnings, const char *setting)
{
	warnings_add(warnings,
		     "the kernel does not forward pods' packets: sysctl -w %s",
		     setting);
}

/* What comes in by this interface is forwarded, or not. */
static void forwarding4_look(const struct node_link *link,
			     struct warnings *warnings)
{
	char setting[128];

	if (sysctl_read("ipv4", link->name, "forwarding") != 0)
		return;
	if (sysctl_read("ipv4", "all", "forwarding") == 0) {
		forwarding_warn(warnings, "net.ipv4.ip_forward=1");
		return;
	}
	snprintf(setting, sizeof(setting), "net.ipv4.conf.%s.forwarding=1",
		 link->name);
	forwarding_warn(warnings, setting);
}

/* One for all; of its own an interface has force_forwarding (Linux 6.17). */
static void forwarding6_look(const struct node_link *link,
			     struct warnings *warnings)
{
	if (sysctl_read("ipv6", "all", "forwarding") == 0 &&
	    sysctl_read("ipv6", link->name, "force_forwarding") != 1)
		forwarding_warn(warnings, "net.ipv6.conf.all.forwarding=1");
}

static void forwarding_look(const struct node_link *link,
			    enum masq_family family, struct warnings *warnings)
{
	if (family == MASQ_IPV4)
		forwarding4_look(link, warnings);
	else
		forwarding6_look(link, warnings);
}

/* The interface behind which these pods are, if one route leads to them. */
static const struct node_link *pods_link(const struct node *node,
					 const struct cidr *pods)
{
	struct masq_addr addr = pods->addr;
	struct node_path path;

	/* the first is the range's own, the next one often the gateway's */
	addr.byte[sizeof(addr.byte) - 1] |= 2;
	if (node_path_to(&addr, &path) || path.is_local)
		return NULL;
	return node_link(node, path.ifindex);
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

static void uplink_look(const struct node *node, const struct node_link *link,
			const struct range *pods, size_t count,
			struct warnings *warnings)
{
	for (int family = 0; family < MASQ_FAMILY_COUNT; family++)
		if (have_family(pods, count, family))
			forwarding_look(link, family, warnings);
	if (have_family(pods, count, MASQ_IPV4))
		rp_filter_look(node, link, warnings);
}

static void pods_look(const struct node *node, const struct range *pods,
		      size_t count, struct warnings *warnings)
{
	for (size_t i = 0; i < count; i++) {
		const struct node_link *link = pods_link(node, &pods[i].cidr);

		if (link)
			forwarding_look(link, addr_family(&pods[i].cidr.addr),
					warnings);
	}
}

/* Where packets come in: from outside, and from pods. */
static int links_look(const struct maps *maps, const struct node *node,
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

		if (link)
			uplink_look(node, link, pods, count, warnings);
	}
	pods_look(node, pods, count, warnings);
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
	error = links_look(maps, &node, ret);
	node_free(&node);
	return error ? error : foreign_look(ret);
}
