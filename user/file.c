// SPDX-License-Identifier: GPL-2.0-only
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Return: how many bytes, up to FILE_SIZE_MAX + 1, or a negative errno.  In as
 * few reads as can be: /proc answers the first one whole.
 */
static ssize_t read_all(int fd, char *text)
{
	size_t size = 0;
	ssize_t length;

	do {
		length = read(fd, text + size, FILE_SIZE_MAX + 1 - size);
		if (length > 0)
			size += length;
	} while (length > 0 || (length < 0 && errno == EINTR));
	return length < 0 ? -errno : (ssize_t)size;
}

/* Not a pipe, that would let us wait. Return: a descriptor or -errno. */
static int open_plain(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat info;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &info) == 0 &&
	    (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)))
		return fd;
	close(fd);
	return -ENOTSUP;
}

int file_read(const char *path, char **ret, size_t *ret_size)
{
	int fd = open_plain(path);
	char *text = malloc(FILE_SIZE_MAX + 2);
	ssize_t size = fd < 0 ? fd : -ENOMEM;

	if (fd >= 0 && text)
		size = read_all(fd, text);
	if (fd >= 0)
		close(fd);
	if (size > FILE_SIZE_MAX)
		size = -EFBIG;
	if (size < 0) {
		free(text);
		return size;
	}
	text[size] = '\0';
	*ret = text;
	*ret_size = size;
	return 0;
}
