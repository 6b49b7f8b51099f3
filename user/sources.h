/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a configuration comes from.  For each setting the first that says
 * anything of it: the command line, the configuration file, ip-masq-agent's,
 * the network plugin's own files; then the fallback.
 */
#ifndef SOURCES_H
#define SOURCES_H

#include <limits.h>

#include "values.h"

struct sources {
	const char *config_path; /* NULL: there is no file */
	struct values flags;
	char masq_path[PATH_MAX]; /* ip-masq-agent's, as it was looked for */
};

/* A configuration, and what it was made of. */
struct sourced {
	struct config config;
	struct values values; /* the fallbacks not among them */
};

/*
 * Read all of them.  Says what is wrong.
 *
 * Return: 0 or -1.
 */
int sources_read(struct sources *sources, struct sourced *ret);
void sourced_free(struct sourced *sourced);

#endif /* SOURCES_H */
