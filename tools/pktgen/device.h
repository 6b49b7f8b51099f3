/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A network device, here or in another network namespace.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <net/if.h>

#include "masq.h"

struct device {
	char name[IFNAMSIZ];
	int netns_fd; /* -1: this one */
	__u32 ifindex;
	__u8 mac[6];
};

/*
 * text: DEV, NETNS/DEV with a name of `ip netns`, or PATH/DEV.
 *
 * Return: 0 or -1, said.
 */
int device_open(const char *option, const char *text, struct device *ret);
void device_close(struct device *device);

/* Go to the device's namespace, and nowhere else from there. Return: 0 or -1. */
int device_enter(const struct device *device);

#endif /* DEVICE_H */
