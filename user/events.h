/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the daemon waits for: signals, and changes of the node and of the files.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include "files.h"
#include "watch.h"

struct events {
	struct watch watch;
	struct watch xdp_watch;
	struct files files;
	int signal_fd;
};

/* What has come, any of these. */
enum event {
	EVENT_END = 1 << 0, /* SIGTERM, SIGINT */
	EVENT_RELOAD = 1 << 1, /* SIGHUP, or a file has changed */
	EVENT_NODE = 1 << 2, /* links, addresses or routes have changed */
};

/*
 * From here on signals wait, and what changes is noticed.
 *
 * Return: 0 or -1, said.
 */
int events_open(struct events *ret);
void events_close(struct events *events);

/*
 * Wait for an event, and until the burst that it comes in is over; not longer
 * than timeout_ms for the first.
 *
 * Return: enum event, or'ed; 0 when none has come.
 */
unsigned int events_wait(struct events *events, int timeout_ms);

#endif /* EVENTS_H */
