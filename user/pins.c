// SPDX-License-Identifier: GPL-2.0-only
#include "pins.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "log.h"

enum {
	LOCK_TRIES = 10,
	LOCK_PAUSE_NS = 10000000,
};

int pin_path(const char *dir, const char *name, char path[PATH_MAX])
{
	int length = snprintf(path, PATH_MAX, "%s/%s", dir, name);

	return length < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int pin_get(const char *dir, const char *name)
{
	char path[PATH_MAX];
	int error = pin_path(dir, name, path);

	return error ? error : bpf_obj_get(path);
}

static int parent_check(const char *dir)
{
	char copy[PATH_MAX];
	struct statfs info;
	const char *parent;

	snprintf(copy, sizeof(copy), "%s", dir);
	parent = dirname(copy);
	if (statfs(parent, &info) < 0)
		return log_error("cannot use %s: %s: %s%s", dir, parent,
				 strerror(errno), log_hint(errno));
	if (info.f_type != BPF_FS_MAGIC && statfs(dir, &info) == 0 &&
	    info.f_type == BPF_FS_MAGIC)
		return log_error("cannot use %s: it is the bpf file system "
				 "itself; give a directory inside it",
				 dir);
	if (info.f_type != BPF_FS_MAGIC)
		return log_error("cannot use %s: %s is no bpf file system "
				 "(mount -t bpf bpf /sys/fs/bpf)",
				 dir, parent);
	return 0;
}

/*
 * Is it ours now?  Who only looks holds it for a moment: wait for that.
 *
 * operation: LOCK_EX or LOCK_SH.
 */
static bool try_lock(int fd, int operation)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };

	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, operation | LOCK_NB) == 0)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

static int open_dir(const char *dir)
{
	return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int pins_create(const char *dir, struct pins *ret)
{
	struct pins pins = { .dir = dir };

	if (parent_check(dir) < 0)
		return -1;
	pins.is_new = mkdir(dir, 0700) == 0;
	if (!pins.is_new && errno != EEXIST)
		return log_error("cannot make %s: %s%s", dir, strerror(errno),
				 log_hint(errno));
	pins.fd = open_dir(dir);
	if (pins.fd < 0)
		return log_error("cannot open %s: %s%s", dir, strerror(errno),
				 log_hint(errno));
	if (!try_lock(pins.fd, LOCK_EX)) {
		close(pins.fd);
		return log_error("another daemon runs on %s: stop it first, "
				 "or give another --pin-dir",
				 dir);
	}
	*ret = pins;
	return 0;
}

static enum pins_state open_and_lock(const char *dir, int operation,
				     struct pins *ret)
{
	int fd = open_dir(dir);

	if (fd < 0 && errno == ENOENT)
		return PINS_NONE;
	if (fd < 0) {
		log_error("cannot open %s: %s%s", dir, strerror(errno),
			  log_hint(errno));
		return PINS_ERROR;
	}
	*ret = (struct pins){ .dir = dir, .fd = fd };
	return try_lock(fd, operation) ? PINS_FREE : PINS_HELD;
}

enum pins_state pins_open(const char *dir, struct pins *ret)
{
	return open_and_lock(dir, LOCK_EX, ret);
}

enum pins_state pins_look(const char *dir)
{
	struct pins pins;
	enum pins_state state = open_and_lock(dir, LOCK_SH, &pins);

	if (state == PINS_FREE || state == PINS_HELD)
		pins_close(&pins);
	return state;
}

void pins_close(struct pins *pins)
{
	if (pins->is_new)
		(void)rmdir(pins->dir); /* fails while something is pinned */
	close(pins->fd);
}

/* Where an object is pinned at first, to be renamed then. */
static void fresh_name_of(const char *name, char ret[NAME_MAX])
{
	snprintf(ret, NAME_MAX, "%s_new", name);
}

int pins_put(const struct pins *pins, const char *name, int fd)
{
	char path[PATH_MAX], fresh_name[NAME_MAX], fresh[PATH_MAX];
	int error;

	fresh_name_of(name, fresh_name);
	error = pin_path(pins->dir, name, path);
	if (!error)
		error = pin_path(pins->dir, fresh_name, fresh);
	if (error)
		return error;
	(void)unlink(fresh); /* left by one that was killed here */
	error = bpf_obj_pin(fd, fresh);
	if (!error && rename(fresh, path) < 0) {
		error = -errno;
		(void)unlink(fresh);
	}
	return error;
}

void pins_drop(const struct pins *pins, const char *name)
{
	char fresh_name[NAME_MAX];

	fresh_name_of(name, fresh_name);
	(void)unlinkat(pins->fd, fresh_name, 0);
	(void)unlinkat(pins->fd, name, 0);
}

static bool is_ours(const char *name)
{
	return strncmp(name, "masq_", 5) == 0 || strncmp(name, "link_", 5) == 0;
}

static int dir_clear(int fd);

/* What a table that takes another's place has left is in a directory. */
static int entry_remove(int dir_fd, const char *name)
{
	int fd;

	if (unlinkat(dir_fd, name, 0) == 0)
		return 0;
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || dir_clear(fd) < 0)
		return -1;
	return unlinkat(dir_fd, name, AT_REMOVEDIR);
}

/* Takes over the descriptor. Return: 0, or -1 with errno. */
static int dir_clear(int fd)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int result = 0;

	if (!dir) {
		close(fd);
		return -1;
	}
	while ((entry = readdir(dir)))
		if (is_ours(entry->d_name) &&
		    entry_remove(dirfd(dir), entry->d_name) < 0)
			result = -1;
	closedir(dir);
	return result;
}

int pins_clear(const struct pins *pins)
{
	int fd = open_dir(pins->dir);

	if (fd < 0 || dir_clear(fd) < 0)
		return log_error("cannot clear %s: %s", pins->dir,
				 strerror(errno));
	return 0;
}

int pins_remove(const struct pins *pins)
{
	if (pins_clear(pins) < 0)
		return -1;
	if (rmdir(pins->dir) < 0)
		return log_error("cannot remove %s: %s", pins->dir,
				 strerror(errno));
	return 0;
}
