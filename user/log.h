/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the program tells its operator: one line a matter, on stderr; with
 * priorities where that is the journal (sd-daemon(3)).
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>

/* Look where stderr leads; take libbpf's own words too. */
void log_open(void);

/* Also show what libbpf says. */
extern bool log_is_verbose;

/* Return: -1, so that a caller can say and pass on in one. */
__attribute__((format(printf, 1, 2))) int log_error(const char *format, ...);

/* The last line of log_error(); "" at first. */
const char *log_last_error(void);

__attribute__((format(printf, 1, 2))) void log_warning(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_info(const char *format, ...);

/*
 * What would be right, for errors that the operator can mend; "" for others.
 * error: a positive errno.
 */
const char *log_hint(int error);

#endif /* LOG_H */
