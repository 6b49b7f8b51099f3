/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the unit tests share: tables of rows, and what a call has printed.
 */
#ifndef UNIT_H
#define UNIT_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Call check(row) for every row, all of them, and name those that failed. */
#define CHECK_ROWS(rows, check)                                          \
	do {                                                             \
		bool any_failed_ = test_failed;                          \
		for (size_t i_ = 0; i_ < COUNT(rows); i_++) {            \
			test_failed = false;                             \
			check(&(rows)[i_]);                              \
			if (test_failed)                                 \
				printf("# row \"%s\"\n", rows[i_].name); \
			any_failed_ |= test_failed;                      \
		}                                                        \
		test_failed = any_failed_;                               \
	} while (0)

/* A stream (stdout, stderr) that goes to memory for a while. */
struct capture {
	FILE *stream;
	int saved_fd;
	int fd;
};

/* The test itself cannot go on; no case could be believed. */
static inline void must(bool succeeded, const char *what)
{
	if (succeeded)
		return;
	perror(what);
	exit(EXIT_FAILURE);
}

/* In one piece, as sysctls want it. */
static inline void file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t length = strlen(text);

	must(fd >= 0 && write(fd, text, length) == length, path);
	close(fd);
}

static inline struct capture capture_begin(FILE *stream)
{
	struct capture capture = { .stream = stream };

	fflush(stream);
	capture.saved_fd = dup(fileno(stream));
	capture.fd = memfd_create("capture", MFD_CLOEXEC);
	must(capture.saved_fd >= 0 && capture.fd >= 0, "capture");
	must(dup2(capture.fd, fileno(stream)) >= 0, "dup2");
	return capture;
}

/* Put the stream back. Return: what was written meanwhile; allocated. */
static inline char *capture_end(const struct capture *capture)
{
	off_t length;
	char *text;

	fflush(capture->stream);
	must(dup2(capture->saved_fd, fileno(capture->stream)) >= 0, "dup2");
	close(capture->saved_fd);
	length = lseek(capture->fd, 0, SEEK_END);
	must(length >= 0, "lseek");
	text = calloc(1, length + 1);
	must(text && pread(capture->fd, text, length, 0) == length, "pread");
	close(capture->fd);
	return text;
}

/* A refusal as log_error() prints it: one line, behind the program's name. */
static inline bool is_one_line(const char *said)
{
	return strncmp(said, "bpfmasq: ", 9) == 0 &&
	       strchr(said, '\n') == said + strlen(said) - 1;
}

#endif /* UNIT_H */
