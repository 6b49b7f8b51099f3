/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the daemon says of itself, in maps: the settings that are in force, and
 * whether its configuration was taken or refused.
 */
#ifndef REPORT_H
#define REPORT_H

#include "datapath.h"
#include "sources.h"
#include "uplink.h"

/*
 * Each value with who said it; what nobody said with how it was found.
 *
 * Return: 0 or -1, said.
 */
int report_settings(const struct datapath *datapath,
		    const struct sourced *sourced,
		    const struct uplinks *uplinks);

/* A configuration is in force. */
void report_taken(const struct datapath *datapath);

/* One is not; why: a line. */
void report_refused(const struct datapath *datapath, const char *why);

#endif /* REPORT_H */
