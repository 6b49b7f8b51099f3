/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of the test's own, at the places where the program looks for them: an
 * empty /etc and /run in a mount namespace that ends with the test.
 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "unit.h"

static inline void mounts_unshare(void)
{
	must(unshare(CLONE_NEWNS) == 0, "unshare");
	must(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "mount");
}

static inline void scratch_mount(const char *dir)
{
	must(mount("none", dir, "tmpfs", 0, "mode=755") == 0, dir);
}

static inline void scratch_begin(void)
{
	mounts_unshare();
	scratch_mount("/etc");
	scratch_mount("/run");
}

/* Empty them again. */
static inline void scratch_clear(void)
{
	must(umount("/etc") == 0 && umount("/run") == 0, "umount");
	scratch_mount("/etc");
	scratch_mount("/run");
}

/* With all the directories above it. */
static inline void dir_make(const char *path)
{
	char *copy = strdup(path);

	for (char *slash = strchr(copy + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(copy, 0755);
		*slash = '/';
	}
	must(mkdir(copy, 0755) == 0 || errno == EEXIST, path);
	free(copy);
}

static inline void file_make_sized(const char *path, const char *text,
				   size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(fd >= 0 && write(fd, text, size) == (ssize_t)size, path);
	close(fd);
}

static inline void file_make(const char *path, const char *text)
{
	file_make_sized(path, text, strlen(text));
}

#endif /* SCRATCH_H */
