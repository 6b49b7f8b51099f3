// SPDX-License-Identifier: GPL-2.0-only
#include "watch.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "netdev.h"

static int groups_join(const struct watch *watch, const int *groups,
		       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int group = groups[i];

		if (mnl_socket_setsockopt(watch->socket, NETLINK_ADD_MEMBERSHIP,
					  &group, sizeof(group)) < 0)
			return -errno;
	}
	return 0;
}

static int open_groups(int bus, const int *groups, size_t count,
		       struct watch *ret)
{
	struct watch watch = {
		.socket = mnl_socket_open2(bus, SOCK_CLOEXEC | SOCK_NONBLOCK),
	};
	int error;

	if (!watch.socket)
		return -errno;
	watch.fd = mnl_socket_get_fd(watch.socket);
	if (mnl_socket_bind(watch.socket, 0, MNL_SOCKET_AUTOPID) < 0)
		error = -errno;
	else
		error = groups_join(&watch, groups, count);
	if (error)
		watch_close(&watch);
	else
		*ret = watch;
	return error;
}

int watch_open(struct watch *ret)
{
	static const int groups[] = {
		RTNLGRP_LINK,	    RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
		RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
	};

	return open_groups(NETLINK_ROUTE, groups,
			   sizeof(groups) / sizeof(groups[0]), ret);
}

int watch_open_xdp(struct watch *ret)
{
	struct netdev_family family;
	int error = netdev_find(&family), group;

	if (error == -ENOENT) {
		*ret = (struct watch){ .fd = -1 };
		return 0;
	}
	if (error)
		return error;
	group = family.group;
	return open_groups(NETLINK_GENERIC, &group, 1, ret);
}

void watch_close(struct watch *watch)
{
	if (watch->socket)
		mnl_socket_close(watch->socket);
}

void watch_drain(const struct watch *watch)
{
	char notice[8192]; /* cut where it is longer: nobody reads it */

	/* ENOBUFS: some were lost; what came is enough to know of a change */
	while (recv(watch->fd, notice, sizeof(notice), 0) > 0 ||
	       errno == ENOBUFS || errno == EINTR)
		;
}
