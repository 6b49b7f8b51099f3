/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The settings of `bpfmasq run`: each is a flag, a key of the configuration
 * file and a row of `config show`, from one table.
 */
#ifndef SETTING_H
#define SETTING_H

#include <stddef.h>

#include "config.h"

enum { SETTINGS_MAX = 64 }; /* room for the table, and its end */

enum setting_shape {
	SETTING_ONE, /* one value */
	SETTING_LIST, /* values, with commas between */
	SETTING_FLAG, /* yes or no: "true" or "false" */
};

struct setting {
	const char *name; /* NULL ends the table */
	const char *metavar; /* of a flag: NULL */
	const char *help;
	const char *fallback; /* what holds where nobody says; NULL: nothing */
	enum setting_shape shape;

	/*
	 * Take one value.  `number` is the table's, for settings that are
	 * alike.
	 *
	 * Return: NULL, or what is wrong with it and what would be right.
	 */
	const char *(*take)(struct config *config, const char *value,
			    int number);
	int number;
};

extern const struct setting settings[];

/* Return: NULL where there is none of that name. */
const struct setting *setting_find(const char *name, size_t name_length);

/* The fallbacks. */
void settings_init(struct config *ret);

#endif /* SETTING_H */
