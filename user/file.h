/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small files, read whole.
 */
#ifndef FILE_H
#define FILE_H

#include <stddef.h>

enum {
	/* What a configuration may be long; and what /proc tells of ports. */
	FILE_SIZE_MAX = 1 << 20,
};

/*
 * *ret: allocated, with a '\0' behind its `*ret_size` bytes.
 *
 * Return: 0 or a negative errno; -EFBIG for more than FILE_SIZE_MAX, -ENOTSUP
 * for a pipe or a device.
 */
int file_read(const char *path, char **ret, size_t *ret_size);

#endif /* FILE_H */
