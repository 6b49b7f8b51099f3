/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What somebody has said of the settings: values, each with where it stands.
 */
#ifndef VALUES_H
#define VALUES_H

#include "setting.h"

struct value {
	const struct setting *setting;
	char *text; /* of a list: one of its values */
	char *where; /* FILE:LINE, or what is there instead */
};

struct values {
	struct value *items;
	size_t count;
};

/* Where a flag's value stands. */
extern const char *const values_command_line;

/*
 * Add a text; that of a list is taken apart at its commas.
 *
 * Return: 0 or -1, said.
 */
int values_add(struct values *values, const struct setting *setting,
	       const char *text, const char *where);

/* name: of a setting that there is. */
int values_add_named(struct values *values, const char *name, const char *text,
		     const char *where);

/* Add the same as somebody else says. Return: 0 or -1, said. */
int values_add_all(struct values *values, const struct values *more);

/* The last that was said of a setting, or NULL. */
const struct value *values_find(const struct values *values, const char *name);

/* Move over what nobody in `values` has said anything of; frees `lower`. */
int values_merge(struct values *values, struct values *lower);

/*
 * Take all of them, over the fallbacks.  Says what is wrong with one.
 *
 * Return: 0 or -1.
 */
int values_apply(const struct values *values, struct config *ret);

bool values_equal(const struct values *a, const struct values *b);
void values_free(struct values *values);

/*
 * Say what is wrong with one of a setting's values, and where it stands, if
 * anybody said it.
 *
 * text: NULL for the last. Return: -1.
 */
__attribute__((format(printf, 4, 5))) int
values_refuse(const struct values *values, const char *name, const char *text,
	      const char *problem, ...);

/*
 * Say what is wrong with a value, and where it stands.
 *
 * Return: -1.
 */
int value_refuse(const char *where, const char *name, const char *text,
		 const char *problem);

#endif /* VALUES_H */
