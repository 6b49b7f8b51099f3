/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The help, from the tables of commands, options and settings.
 */
#ifndef HELP_H
#define HELP_H

#include "command.h"

/* about: the command that it is about; NULL: all. */
void help_print(const struct command *commands, const struct command *about);

#endif /* HELP_H */
