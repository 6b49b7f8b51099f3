/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon's work: bring what was asked, and what the node has, to the
 * datapath; once at the start, and again whenever the node changes.
 */
#ifndef DAEMON_H
#define DAEMON_H

#include "config.h"
#include "datapath.h"
#include "node.h"
#include "uplink.h"

struct daemon {
	const struct config *config;
	struct datapath datapath;
	struct node node; /* as last read, */
	struct uplinks uplinks; /* and what serves there */
};

/*
 * Load, attach and publish.  Says what failed; then all is as before.
 *
 * Return: 0 or -1.
 */
int daemon_start(const char *pin_dir, const struct config *config,
		 struct daemon *ret);

/*
 * The node may have changed: follow it.  Flows end only where their address
 * has vanished.  What cannot be followed is said, and stays as it was.
 */
void daemon_follow(struct daemon *daemon);

/* Put programs back where others took them off. */
void daemon_heal(struct daemon *daemon);

/* Let go; the datapath stays. */
void daemon_leave(struct daemon *daemon);

#endif /* DAEMON_H */
