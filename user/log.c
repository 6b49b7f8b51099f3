// SPDX-License-Identifier: GPL-2.0-only
#include "log.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include <bpf/libbpf.h>

bool log_is_verbose;

/* One line, whatever a quoted text holds. */
static void log_line(const char *format, va_list args)
{
	char line[1024];

	vsnprintf(line, sizeof(line), format, args);
	for (char *c = line; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	fprintf(stderr, "bpfmasq: %s\n", line);
}

int log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(format, args);
	va_end(args);
	return -1;
}

void log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(format, args);
	va_end(args);
}

const char *log_hint(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return " (needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON: "
		       "run as root)";
	case ENOMEM:
	case E2BIG:
		return " (a smaller --max-flows needs less memory)";
	default:
		return "";
	}
}

static int libbpf_line(enum libbpf_print_level level, const char *format,
		       va_list args)
{
	if (!log_is_verbose || level == LIBBPF_DEBUG)
		return 0;
	return vfprintf(stderr, format, args);
}

void log_take_libbpf(void)
{
	libbpf_set_print(libbpf_line);
}
