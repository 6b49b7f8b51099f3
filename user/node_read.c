// SPDX-License-Identifier: GPL-2.0-only
/*
 * What rtnetlink answers, as node.h has it.
 */
#include "node.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "netdev.h"
#include "netlink.h"

/* The array with one more, zeroed element; NULL without memory. */
static void *grow(void *array, size_t count, size_t size)
{
	char *grown = reallocarray(array, count + 1, size);

	if (grown)
		memset(grown + count * size, 0, size);
	return grown;
}

static void kind_read(const struct nlattr *info, struct node_link *link)
{
	const struct nlattr *attr;
	const char *kind = "";

	mnl_attr_for_each_nested(attr, info)
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			kind = mnl_attr_get_str(attr);
	link->is_bridge = strcmp(kind, "bridge") == 0;
	link->is_pair = strcmp(kind, "veth") == 0 ||
			strcmp(kind, "netkit") == 0;
}

static void link_read_attr(const struct nlattr *attr, struct node_link *link)
{
	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		strncpy(link->name, mnl_attr_get_str(attr),
			sizeof(link->name) - 1);
		break;
	case IFLA_LINK:
		link->lower = mnl_attr_get_u32(attr);
		break;
	case IFLA_MASTER:
		link->master = mnl_attr_get_u32(attr);
		break;
	case IFLA_LINKINFO:
		kind_read(attr, link);
		break;
	case IFLA_LINK_NETNSID:
		link->is_lower_elsewhere = true;
		break;
	}
}

static int link_read(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct node *node = data;
	struct node_link *links, *link;
	const struct nlattr *attr;

	links = grow(node->links, node->link_count, sizeof(*links));
	if (!links)
		return MNL_CB_ERROR;
	node->links = links;
	link = &links[node->link_count++];
	link->ifindex = info->ifi_index;
	link->type = info->ifi_type;
	mnl_attr_for_each(attr, message, sizeof(*info))
		link_read_attr(attr, link);
	return MNL_CB_OK;
}

/* Not yet, or no longer, or not for long a source of new flows. */
enum {
	ADDR_UNFIT = IFA_F_SECONDARY | IFA_F_TENTATIVE | IFA_F_DEPRECATED |
		     IFA_F_DADFAILED,
};

static int addr_read(const struct nlmsghdr *message, void *data)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
	struct node *node = data;
	__u32 flags = info->ifa_flags;
	const void *bytes = NULL;
	const struct nlattr *attr;
	struct node_addr *addrs;
	struct masq_addr addr;

	mnl_attr_for_each(attr, message, sizeof(*info)) {
		/* IFA_LOCAL is our end of a point-to-point link */
		if (mnl_attr_get_type(attr) == IFA_LOCAL ||
		    (mnl_attr_get_type(attr) == IFA_ADDRESS && !bytes))
			bytes = mnl_attr_get_payload(attr);
		if (mnl_attr_get_type(attr) == IFA_FLAGS)
			flags = mnl_attr_get_u32(attr);
	}
	if (!bytes)
		return MNL_CB_OK;
	addr = addr_from_bytes(info->ifa_family, bytes);
	if (!addr_is_global(&addr))
		return MNL_CB_OK;
	addrs = grow(node->addrs, node->addr_count, sizeof(*addrs));
	if (!addrs)
		return MNL_CB_ERROR;
	node->addrs = addrs;
	addrs[node->addr_count++] = (struct node_addr){
		.ifindex = info->ifa_index,
		.addr = addr,
		.is_fit = !(flags & ADDR_UNFIT),
	};
	return MNL_CB_OK;
}

/* A route as one of its next hops says it. */
static int route_add(struct node *node, const struct node_route *route)
{
	struct node_route *routes;

	routes = grow(node->defaults, node->default_count, sizeof(*routes));
	if (!routes)
		return MNL_CB_ERROR;
	node->defaults = routes;
	routes[node->default_count++] = *route;
	return MNL_CB_OK;
}

static int direct_add(struct node *node, const struct node_direct *direct)
{
	struct node_direct *directs;

	directs = grow(node->directs, node->direct_count, sizeof(*directs));
	if (!directs)
		return MNL_CB_ERROR;
	node->directs = directs;
	directs[node->direct_count++] = *direct;
	return MNL_CB_OK;
}

static int hops_add(struct node *node, const struct nlattr *attr,
		    struct node_route route)
{
	struct rtnexthop *hop = mnl_attr_get_payload(attr);
	int left = mnl_attr_get_payload_len(attr), result = MNL_CB_OK;

	for (; RTNH_OK(hop, left) && result == MNL_CB_OK;
	     left -= RTNH_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop)) {
		route.ifindex = hop->rtnh_ifindex;
		result = route_add(node, &route);
	}
	return result;
}

static int default_read(const struct nlmsghdr *message, void *data)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attr, *hops = NULL;
	struct node_route route = {
		.family = info->rtm_family == AF_INET ? MASQ_IPV4 : MASQ_IPV6,
	};

	mnl_attr_for_each(attr, message, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == RTA_OIF)
			route.ifindex = mnl_attr_get_u32(attr);
		if (mnl_attr_get_type(attr) == RTA_PRIORITY)
			route.metric = mnl_attr_get_u32(attr);
		if (mnl_attr_get_type(attr) == RTA_PREFSRC)
			route.source = addr_from_bytes(
				info->rtm_family, mnl_attr_get_payload(attr));
		if (mnl_attr_get_type(attr) == RTA_MULTIPATH)
			hops = attr;
	}
	return hops ? hops_add(data, hops, route) : route_add(data, &route);
}

static int direct_read(const struct nlmsghdr *message, void *data)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	struct node_direct direct = { 0 };
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == RTA_GATEWAY ||
		    mnl_attr_get_type(attr) == RTA_VIA)
			return MNL_CB_OK;
		if (mnl_attr_get_type(attr) == RTA_OIF)
			direct.ifindex = mnl_attr_get_u32(attr);
		if (mnl_attr_get_type(attr) == RTA_DST)
			direct.to.addr = addr_from_bytes(
				info->rtm_family, mnl_attr_get_payload(attr));
	}
	direct.to.prefix_len = info->rtm_dst_len;
	if (info->rtm_family == AF_INET)
		direct.to.prefix_len += 128 - 32;
	return direct.ifindex ? direct_add(data, &direct) : MNL_CB_OK;
}

/* Those to everywhere, and those without a gateway. */
static int route_read(const struct nlmsghdr *message, void *data)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);

	if (info->rtm_table != RT_TABLE_MAIN || info->rtm_type != RTN_UNICAST)
		return MNL_CB_OK;
	return info->rtm_dst_len ? direct_read(message, data) :
				   default_read(message, data);
}

static int links_dump(struct netlink *netlink, struct node *node)
{
	struct ifinfomsg header = { .ifi_family = AF_UNSPEC };

	return netlink_dump(netlink, RTM_GETLINK, &header, sizeof(header),
			    link_read, node);
}

static int addrs_dump(struct netlink *netlink, unsigned char af,
		      struct node *node)
{
	struct ifaddrmsg header = { .ifa_family = af };

	return netlink_dump(netlink, RTM_GETADDR, &header, sizeof(header),
			    addr_read, node);
}

static int routes_dump(struct netlink *netlink, unsigned char af,
		       struct node *node)
{
	struct rtmsg header = { .rtm_family = af };

	return netlink_dump(netlink, RTM_GETROUTE, &header, sizeof(header),
			    route_read, node);
}

static int dump_all(struct netlink *netlink, struct node *node)
{
	int error = links_dump(netlink, node);

	if (!error)
		error = addrs_dump(netlink, AF_INET, node);
	if (!error)
		error = addrs_dump(netlink, AF_INET6, node);
	if (!error)
		error = routes_dump(netlink, AF_INET, node);
	if (!error)
		error = routes_dump(netlink, AF_INET6, node);
	return error;
}

static void xdp_take(void *context, __u32 ifindex, __u64 features)
{
	const struct node *node = context;

	for (size_t i = 0; i < node->link_count; i++) {
		struct node_link *link = &node->links[i];

		if (link->ifindex != ifindex)
			continue;
		link->tells_xdp = true;
		link->has_xdp = features & NETDEV_XDP_BASIC;
		link->takes_frames = features & NETDEV_XDP_NDO_XMIT;
	}
}

/* What an older kernel does not tell stays unknown. */
static int xdp_dump(struct node *node)
{
	int error = netdev_each(xdp_take, node);

	return error == -ENOENT ? 0 : error;
}

static int read_once(void *ret)
{
	struct node node = { 0 };
	struct netlink netlink;
	int error = netlink_open(NETLINK_ROUTE, &netlink);

	if (error)
		return error;
	error = dump_all(&netlink, &node);
	netlink_close(&netlink);
	if (!error)
		error = xdp_dump(&node);
	if (error)
		node_free(&node);
	else
		*(struct node *)ret = node;
	return error;
}

int node_read(struct node *ret)
{
	/* pods come and go, and it may change under the dump */
	return netlink_retry(read_once, ret);
}

static int path_read(const struct nlmsghdr *message, void *data)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	struct node_path *path = data;
	const struct nlattr *attr;

	path->is_local = info->rtm_type == RTN_LOCAL;
	mnl_attr_for_each(attr, message, sizeof(*info))
		if (mnl_attr_get_type(attr) == RTA_OIF)
			path->ifindex = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* By what the kernel says of a way that is not there, or not to be gone. */
static bool is_no_route(int error)
{
	switch (-error) {
	case ENETUNREACH:
	case EHOSTUNREACH:
	case EINVAL: /* blackhole */
	case EACCES: /* prohibit */
		return true;
	default:
		return false;
	}
}

int node_path_to(const struct masq_addr *to, struct node_path *ret)
{
	bool is_ipv4 = addr_family(to) == MASQ_IPV4;
	char buffer[256];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct rtmsg *header;
	struct netlink netlink;
	int error = netlink_open(NETLINK_ROUTE, &netlink);

	if (error)
		return error;
	*ret = (struct node_path){ 0 };
	request->nlmsg_type = RTM_GETROUTE;
	header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
	header->rtm_family = is_ipv4 ? AF_INET : AF_INET6;
	header->rtm_dst_len = is_ipv4 ? 32 : 128;
	mnl_attr_put(request, RTA_DST, is_ipv4 ? 4 : 16,
		     to->byte + (is_ipv4 ? 12 : 0));
	error = netlink_ask(&netlink, request, path_read, ret);
	netlink_close(&netlink);
	return is_no_route(error) ? 0 : error;
}
