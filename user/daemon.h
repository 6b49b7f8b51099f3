/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon's work: bring what was asked, and what the node has, to the
 * datapath; once at the start, and again whenever one of them changes.
 */
#ifndef DAEMON_H
#define DAEMON_H

#include "datapath.h"
#include "node.h"
#include "sources.h"
#include "uplink.h"
#include "warnings.h"

struct daemon {
	struct sources *sources;
	struct sourced sourced; /* as last taken from them */
	bool is_refused; /* what they say now is wrong */
	bool is_stuck; /* another daemon must go on: start it */
	struct datapath datapath;
	struct node node; /* as last read, */
	struct uplinks uplinks; /* and what serves there */
	struct warnings warnings; /* as last said */
	struct http *http; /* NULL: there are no metrics */
};

/*
 * Load, attach and publish.  Says what failed; then all is as before.
 *
 * *sourced: as configured from `sources`; moves into *ret. Return: 0 or -1.
 */
int daemon_start(const char *pin_dir, struct sources *sources,
		 struct sourced *sourced, struct daemon *ret);

/*
 * The files may say something else now: take it, for new flows.  What is
 * refused is said and reported, and the last good configuration stays.
 */
void daemon_reload(struct daemon *daemon);

/*
 * The node may have changed: follow it.  Flows end only where their address
 * has vanished.  What cannot be followed is said, and stays as it was.
 */
void daemon_follow(struct daemon *daemon);

/* Put programs back where others took them off. */
void daemon_heal(struct daemon *daemon);

/* Say what on the node stands in the way, and has not been said already. */
void daemon_warn(struct daemon *daemon);

/* Let go; the datapath stays. */
void daemon_leave(struct daemon *daemon);

#endif /* DAEMON_H */
