/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What devices do with XDP, as the kernel tells it: the generic netlink family
 * `netdev`, Linux 6.3.
 */
#ifndef NETDEV_H
#define NETDEV_H

#include <linux/types.h>

/* Numbers that the kernel has given to it. */
struct netdev_family {
	__u16 id;
	__u32 group; /* of notices that a device has changed */
};

/* Return: 0 or a negative errno; -ENOENT: this kernel has none. */
int netdev_find(struct netdev_family *ret);

/* Of include/uapi/linux/netdev.h: enum netdev_xdp_act. */
enum {
	NETDEV_XDP_BASIC = 1 << 0, /* its driver runs programs */
	NETDEV_XDP_NDO_XMIT = 1 << 2, /* frames may be redirected to it */
};

/*
 * Hand every device to `take`: its features as above.
 *
 * Return: as netdev_find().
 */
int netdev_each(void (*take)(void *context, __u32 ifindex, __u64 features),
		void *context);

#endif /* NETDEV_H */
