/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Questions to the kernel by netlink, and their answers one by one.
 *
 * Functions return 0 or a negative errno.
 */
#ifndef NETLINK_H
#define NETLINK_H

#include <libmnl/libmnl.h>
#include <stddef.h>

struct netlink {
	struct mnl_socket *socket;
	unsigned int sequence;
};

/* bus: NETLINK_ROUTE, NETLINK_NETFILTER. */
int netlink_open(int bus, struct netlink *ret);
void netlink_close(struct netlink *netlink);

/*
 * Hand every object of a kind to `read`.
 *
 * header: what follows the message's own one. -EINTR: they changed meanwhile,
 * and some may be missing.
 */
int netlink_dump(struct netlink *netlink, __u16 type, const void *header,
		 size_t header_size, mnl_cb_t read, void *data);

/* The same for one object; `request` has everything but the flags. */
int netlink_ask(struct netlink *netlink, struct nlmsghdr *request,
		mnl_cb_t read, void *data);

/* Again, as long as it is interrupted by changes; not for ever. */
int netlink_retry(int (*once)(void *data), void *data);

#endif /* NETLINK_H */
