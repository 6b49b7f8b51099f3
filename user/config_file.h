/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration file: YAML, a mapping from settings to values.
 */
#ifndef CONFIG_FILE_H
#define CONFIG_FILE_H

#include "values.h"

/*
 * Says what is wrong with the file, and where.  Whether the values are right
 * is for values_apply().
 *
 * Return: 0 or -1.
 */
int config_file_read(const char *path, struct values *ret);

/* The same for a text that was read from `path`. */
int config_file_parse(const char *path, const char *text, size_t size,
		      struct values *ret);

#endif /* CONFIG_FILE_H */
