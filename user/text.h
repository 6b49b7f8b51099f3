/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words that options and settings take: numbers, and one of several.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>

/* A decimal number from min to max, and nothing behind it. */
bool text_to_number(const char *text, unsigned long min, unsigned long max,
		    unsigned long *ret);

/* Which of the choices it is. */
bool text_to_choice(const char *text, const char *const *choices,
		    unsigned int count, unsigned int *ret);

#endif /* TEXT_H */
