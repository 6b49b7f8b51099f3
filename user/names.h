/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names that options take and listings show.
 */
#ifndef NAMES_H
#define NAMES_H

#include "masq.h"

/* A number where unnamed, in memory that the thread's next call reuses. */
const char *proto_name(unsigned int proto);

/* "unknown" for what is none. */
const char *state_name(unsigned int state);
const char *kind_name(unsigned int kind);
const char *verdict_name(unsigned int verdict);
const char *verdict_sentence(unsigned int verdict);

const char *direction_name(unsigned int direction);

/* Return: NULL, or what is wrong with the text and what would be right. */
const char *proto_parse(const char *text, int *ret);
const char *state_parse(const char *text, int *ret);

#endif /* NAMES_H */
