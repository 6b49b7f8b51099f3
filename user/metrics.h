/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The metrics, as Prometheus reads them (text format 0.0.4).
 */
#ifndef METRICS_H
#define METRICS_H

#include <stdio.h>

#include "maps.h"

enum {
	METRICS_REMOTES = 10, /* busiest destinations that have a series */
	METRICS_PODS = 100, /* pods that have; the others are one together */
};

/* Return: 0 or a negative errno. */
int metrics_write(FILE *stream, const struct maps *maps, const char *pin_dir);

#endif /* METRICS_H */
