// SPDX-License-Identifier: GPL-2.0-only
#include "log.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include <systemd/sd-daemon.h>

enum { LINE_SIZE = 1024 };

bool log_is_verbose;

/* Each thread has its own matters. */
static _Thread_local char last_error[LINE_SIZE];
static bool is_journal;

static int libbpf_line(enum libbpf_print_level level, const char *format,
		       va_list args)
{
	if (!log_is_verbose || level == LIBBPF_DEBUG)
		return 0;
	return vfprintf(stderr, format, args);
}

void log_open(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat info;

	is_journal = stream && fstat(STDERR_FILENO, &info) == 0 &&
		     sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
		     info.st_dev == device && info.st_ino == inode;
	libbpf_set_print(libbpf_line);
}

/* One line, whatever a quoted text holds. priority: SD_…, for the journal. */
static void log_line(const char *priority, char line[LINE_SIZE],
		     const char *format, va_list args)
{
	vsnprintf(line, LINE_SIZE, format, args);
	for (char *c = line; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	if (is_journal)
		fprintf(stderr, "%s%s\n", priority, line);
	else
		fprintf(stderr, "bpfmasq: %s\n", line);
}

int log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(SD_ERR, last_error, format, args);
	va_end(args);
	return -1;
}

const char *log_last_error(void)
{
	return last_error;
}

void log_warning(const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;

	va_start(args, format);
	log_line(SD_WARNING, line, format, args);
	va_end(args);
}

void log_info(const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;

	va_start(args, format);
	log_line(SD_INFO, line, format, args);
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
