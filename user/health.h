/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is the daemon alive, and is the node served?  For /healthz and /readyz.
 */
#ifndef HEALTH_H
#define HEALTH_H

#include "maps.h"

/* The daemon's loop has come round; from the thread that it runs in. */
void health_beat(void);

/* Return: NULL, or in one line why not. */
const char *health_problem(void);

/* Do the programs hang on an uplink, and on all? Return: as above. */
const char *health_unready(const struct maps *maps, const char *pin_dir);

#endif /* HEALTH_H */
