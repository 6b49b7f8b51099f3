// SPDX-License-Identifier: GPL-2.0-only
#include "netdev.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>

#include "netlink.h"

/* Of include/uapi/linux/netdev.h, which Debian 12 does not have. */
enum {
	NETDEV_CMD_DEV_GET = 1,
	NETDEV_A_DEV_IFINDEX = 1,
	NETDEV_A_DEV_XDP_FEATURES = 3,
};

/* --- the family --- */

static void group_read(const struct nlattr *group, struct netdev_family *family)
{
	const struct nlattr *attr;
	const char *name = "";
	__u32 id = 0;

	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
			name = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
			id = mnl_attr_get_u32(attr);
	}
	if (strcmp(name, "mgmt") == 0)
		family->group = id;
}

static int family_read(const struct nlmsghdr *message, void *data)
{
	struct netdev_family *family = data;
	const struct nlattr *attr, *group;

	mnl_attr_for_each(attr, message, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			family->id = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(group, attr)
			group_read(group, family);
	}
	return MNL_CB_OK;
}

static int family_find(struct netlink *netlink, struct netdev_family *ret)
{
	char buffer[128];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *header;

	*ret = (struct netdev_family){ 0 };
	request->nlmsg_type = GENL_ID_CTRL;
	header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
	*header =
		(struct genlmsghdr){ .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, "netdev");
	return netlink_ask(netlink, request, family_read, ret);
}

int netdev_find(struct netdev_family *ret)
{
	struct netlink netlink;
	int error = netlink_open(NETLINK_GENERIC, &netlink);

	if (error)
		return error;
	error = family_find(&netlink, ret);
	netlink_close(&netlink);
	return error;
}

/* --- devices --- */

struct reading {
	void (*take)(void *context, __u32 ifindex, __u64 features);
	void *context;
};

static int device_read(const struct nlmsghdr *message, void *data)
{
	const struct reading *reading = data;
	const struct nlattr *attr;
	__u32 ifindex = 0;
	__u64 features = 0;

	mnl_attr_for_each(attr, message, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == NETDEV_A_DEV_IFINDEX)
			ifindex = mnl_attr_get_u32(attr);
		if (mnl_attr_get_type(attr) == NETDEV_A_DEV_XDP_FEATURES)
			features = mnl_attr_get_u64(attr);
	}
	reading->take(reading->context, ifindex, features);
	return MNL_CB_OK;
}

int netdev_each(void (*take)(void *context, __u32 ifindex, __u64 features),
		void *context)
{
	const struct genlmsghdr header = { .cmd = NETDEV_CMD_DEV_GET,
					   .version = 1 };
	struct reading reading = { take, context };
	struct netdev_family family;
	struct netlink netlink;
	int error = netlink_open(NETLINK_GENERIC, &netlink);

	if (error)
		return error;
	error = family_find(&netlink, &family);
	if (!error)
		error = netlink_dump(&netlink, family.id, &header,
				     sizeof(header), device_read, &reading);
	netlink_close(&netlink);
	return error;
}
