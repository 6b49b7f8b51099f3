// SPDX-License-Identifier: GPL-2.0-only
/*
 * ring PIN_DIR: how many bytes of masq_events have been written so far, and how
 * many of these were read.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "maps.h"

/* A position is alone on its page: the reader's, then the writer's. */
static int position_read(int fd, long page, unsigned long *ret)
{
	long size = sysconf(_SC_PAGESIZE);
	void *at = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, page * size);

	if (at == MAP_FAILED)
		return -errno;
	*ret = *(volatile unsigned long *)at;
	munmap(at, size);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long written, read;
	struct maps maps;
	int error;

	if (argc != 2) {
		fputs("ring PIN_DIR\n", stderr);
		return EXIT_FAILURE;
	}
	if (maps_open(argv[1], &maps) < 0)
		return EXIT_FAILURE;
	/* the reader first: what it has read was written before */
	error = position_read(maps.fd[MAP_EVENTS], 0, &read);
	if (!error)
		error = position_read(maps.fd[MAP_EVENTS], 1, &written);
	maps_close(&maps);
	if (error)
		fprintf(stderr, "ring: %s\n", strerror(-error));
	else
		printf("%lu %lu\n", written, read);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
