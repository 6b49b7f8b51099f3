// SPDX-License-Identifier: GPL-2.0-only
#include "pod_link.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"
#include "log.h"

/* --- which there are --- */

static bool is_asked_for(const struct config *config,
			 const struct node_link *link)
{
	for (size_t i = 0; i < config->pod_interfaces.count; i++)
		if (fnmatch(config->pod_interfaces.names[i], link->name, 0) ==
		    0)
			return true;
	return false;
}

static bool is_pods(const struct config *config, const struct cidr *range)
{
	const struct cidr_list *pods = &config->ranges[MASQ_ORIGIN_POD_CIDR];

	for (size_t i = 0; i < pods->count; i++)
		if (cidr_overlaps(&pods->items[i], range))
			return true;
	return false;
}

/* Does a route say that pods are behind it? */
static bool leads_to_pods(const struct config *config, const struct node *node,
			  __u32 ifindex)
{
	for (size_t i = 0; i < node->direct_count; i++)
		if (node->directs[i].ifindex == ifindex &&
		    is_pods(config, &node->directs[i].to))
			return true;
	return false;
}

static bool is_pod_link(const struct config *config, const struct node *node,
			const struct node_link *link)
{
	if (config->pod_interfaces.count)
		return is_asked_for(config, link);
	if (link->master)
		return leads_to_pods(config, node, link->master);
	return !link->is_bridge && leads_to_pods(config, node, link->ifindex);
}

int pod_links_resolve(const struct config *config, const struct node *node,
		      const struct uplinks *uplinks, struct pod_links *ret)
{
	struct pod_links links = {
		.items = calloc(node->link_count + 1, sizeof(*links.items)),
	};

	if (!links.items)
		return log_error("no memory for the pods' interfaces");
	for (size_t i = 0; i < node->link_count; i++) {
		const struct node_link *link = &node->links[i];

		if (node_framing(link) != NODE_FRAMING_ETHERNET ||
		    uplinks_have(uplinks, link->ifindex) ||
		    !is_pod_link(config, node, link))
			continue;
		links.items[links.count++] = (struct pod_link){
			.link = link,
			.value.route_ifindex = link->master ? link->master :
							      link->ifindex,
			.value.is_veth = link->is_pair &&
					 link->is_lower_elsewhere,
			.value.takes_frames = link->takes_frames,
		};
	}
	*ret = links;
	return 0;
}

void pod_links_free(struct pod_links *links)
{
	free(links->items);
	*links = (struct pod_links){ 0 };
}

/* --- the program on them --- */

static bool links_have(const struct pod_links *links, __u32 ifindex)
{
	for (size_t i = 0; i < links->count; i++)
		if (links->items[i].link->ifindex == ifindex)
			return true;
	return false;
}

static int link_detach(const char *pin_dir, const struct maps *maps,
		       __u32 ifindex, const struct masq_pod_link *link)
{
	int result = attach_remove(pin_dir, ifindex, link->attach);

	if (maps_delete_pod_link(maps, ifindex))
		return log_error("cannot take interface %u from "
				 "masq_pod_links",
				 ifindex);
	return result;
}

/* One that is in the map and not among these; 0: none. */
static __u32 next_former(const struct maps *maps, const struct pod_links *links)
{
	__u32 ifindex = 0;

	while (maps_next_pod_link(maps, &ifindex) == 0)
		if (!links_have(links, ifindex))
			return ifindex;
	return 0;
}

static int links_retire(const char *pin_dir, const struct maps *maps,
			const struct pod_links *links)
{
	struct masq_pod_link former;
	int result = 0;
	__u32 ifindex;

	while ((ifindex = next_former(maps, links))) {
		if (maps_get_pod_link(maps, ifindex, &former))
			return result;
		if (link_detach(pin_dir, maps, ifindex, &former) < 0)
			result = -1;
	}
	return result;
}

/* Entered first: what is attached can then be found by detach. */
static int link_attach(const struct datapath *datapath,
		       const struct pod_link *link)
{
	int fds[MASQ_SLOT_COUNT] = { [MASQ_SLOT_INGRESS] =
					     datapath_pod_fd(datapath) };
	const struct attach attach = {
		.pin_dir = datapath->pins.dir,
		.link = link->link,
		.program_fds = fds,
	};
	int error = maps_set_pod_link(&datapath->maps, link->link->ifindex,
				      &link->value);

	if (error)
		return log_error("cannot enter %s in masq_pod_links: %s",
				 link->link->name, strerror(-error));
	return attach_put_ingress(&attach, link->value.attach);
}

/* As it is to be, by the same program? */
static bool link_is_attached(const struct datapath *datapath,
			     const struct pod_link *link,
			     const struct masq_pod_link *former)
{
	return memcmp(former, &link->value, sizeof(*former)) == 0 &&
	       attach_ingress_is_there(datapath->pins.dir, link->link->ifindex,
				       link->value.attach);
}

static int link_follow(const struct datapath *datapath,
		       const struct pod_link *link, bool is_new)
{
	__u32 ifindex = link->link->ifindex;
	struct masq_pod_link former;
	bool was_there = maps_get_pod_link(&datapath->maps, ifindex, &former) ==
			 0;
	int error = 0;

	if (was_there && !is_new && link_is_attached(datapath, link, &former))
		return 0;
	if (link_attach(datapath, link) < 0)
		return -1;
	/* XDP knows of it by the ways that it finds there */
	if (was_there && former.takes_frames != link->value.takes_frames)
		error = maps_expire_pod_ways(&datapath->maps);
	if (error)
		return log_error("cannot expire the ways to pods: %s",
				 strerror(-error));
	if (!was_there || former.attach == link->value.attach)
		return 0;
	return attach_remove(datapath->pins.dir, ifindex, former.attach);
}

int pod_links_follow(const struct datapath *datapath,
		     const struct config *config, const struct node *node,
		     const struct uplinks *uplinks, bool is_new)
{
	struct pod_links links = { 0 };
	int result = 0;

	/* without an uplink there is nowhere to go: leave all as it is */
	if (config->forwarding == MASQ_FORWARDING_DIRECT &&
	    (!uplinks->count ||
	     pod_links_resolve(config, node, uplinks, &links) < 0))
		return uplinks->count ? -1 : 0;
	for (size_t i = 0; i < links.count; i++) {
		struct pod_link *link = &links.items[i];

		link->value.attach = uplinks->items[0].value.attach;
		/* it hands on skbs, which all interfaces take */
		if (uplinks->items[0].value.xdp == MASQ_XDP_GENERIC)
			link->value.takes_frames = 1;
		if (link_follow(datapath, link, is_new) < 0)
			result = -1;
	}
	if (links_retire(datapath->pins.dir, &datapath->maps, &links) < 0)
		result = -1;
	pod_links_free(&links);
	return result;
}

bool pod_links_are_there(const struct datapath *datapath)
{
	struct masq_pod_link link;
	__u32 ifindex = 0;

	while (maps_next_pod_link(&datapath->maps, &ifindex) == 0)
		if (maps_get_pod_link(&datapath->maps, ifindex, &link) == 0 &&
		    !attach_ingress_is_there(datapath->pins.dir, ifindex,
					     link.attach))
			return false;
	return true;
}

int pod_links_detach(const char *pin_dir, const struct maps *maps)
{
	const struct pod_links none = { 0 };

	return links_retire(pin_dir, maps, &none);
}
