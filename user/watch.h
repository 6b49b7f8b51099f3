/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notices of rtnetlink that links, addresses or routes have changed.  What has
 * changed is not read here: node.h reads all, so that a lost notice costs
 * nothing.
 */
#ifndef WATCH_H
#define WATCH_H

struct mnl_socket;

struct watch {
	struct mnl_socket *socket;
	int fd; /* readable when something has changed */
};

/* Return: 0 or a negative errno. */
int watch_open(struct watch *ret);

/* The same, of what devices do with XDP; fd is -1 where no kernel tells it. */
int watch_open_xdp(struct watch *ret);
void watch_close(struct watch *watch);

/* Forget the notices that have come so far. */
void watch_drain(const struct watch *watch);

#endif /* WATCH_H */
