// SPDX-License-Identifier: GPL-2.0-only
#include "files.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

/*
 * Written to the end, moved there or away, gone; made: by a link.  A file that
 * is made to be written is noticed when it has been.
 */
static const unsigned int kinds = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM |
				  IN_DELETE | IN_CREATE | IN_DELETE_SELF |
				  IN_MOVE_SELF | IN_ONLYDIR;

int files_open(struct files *ret)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (fd < 0)
		return -errno;
	*ret = (struct files){ .fd = fd };
	return 0;
}

void files_close(struct files *files)
{
	close(files->fd);
}

/* The place of this directory, or one that is free, or NULL. */
static struct files_dir *dir_place(struct files *files, const char *path)
{
	struct files_dir *free_dir = NULL;

	for (int i = 0; i < FILES_DIRS_MAX; i++) {
		struct files_dir *dir = &files->dirs[i];

		if (strcmp(dir->path, path) == 0)
			return dir;
		if (!*dir->path && !free_dir)
			free_dir = dir;
	}
	return free_dir;
}

bool files_watch_dir(struct files *files, const char *path)
{
	struct files_dir *dir = dir_place(files, path);

	if (!dir)
		return false;
	dir->is_asked_for = true;
	if (*dir->path)
		return false;
	snprintf(dir->path, sizeof(dir->path), "%s", path);
	dir->watch = inotify_add_watch(files->fd, path, kinds);
	/* one that is not there may come; files_look() sees it then */
	if (dir->watch < 0 && errno != ENOENT && errno != ENOTDIR)
		log_warning("cannot watch %s: %s: what changes there is read "
			    "at SIGHUP alone",
			    path, strerror(errno));
	return true;
}

bool files_watch_around(struct files *files, const char *path)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", path);
	return files_watch_dir(files, dirname(copy));
}

void files_watch_begin(struct files *files)
{
	for (int i = 0; i < FILES_DIRS_MAX; i++)
		files->dirs[i].is_asked_for = false;
}

/* Is the same directory watched under another name? */
static bool is_shared(const struct files *files, const struct files_dir *dir)
{
	for (int i = 0; i < FILES_DIRS_MAX; i++)
		if (&files->dirs[i] != dir && *files->dirs[i].path &&
		    files->dirs[i].watch == dir->watch)
			return true;
	return false;
}

void files_watch_end(struct files *files)
{
	for (int i = 0; i < FILES_DIRS_MAX; i++) {
		struct files_dir *dir = &files->dirs[i];

		if (!*dir->path || dir->is_asked_for)
			continue;
		if (!is_shared(files, dir))
			(void)inotify_rm_watch(files->fd, dir->watch);
		*dir = (struct files_dir){ 0 };
	}
}

bool files_look(struct files *files)
{
	bool has_come = false;

	for (int i = 0; i < FILES_DIRS_MAX; i++) {
		struct files_dir *dir = &files->dirs[i];
		int watch;

		if (!*dir->path)
			continue;
		/* of the same directory it is the same watch */
		watch = inotify_add_watch(files->fd, dir->path, kinds);
		has_come |= watch != dir->watch;
		dir->watch = watch;
	}
	return has_come;
}

static const struct files_dir *dir_of(const struct files *files,
				      const struct inotify_event *event)
{
	for (int i = 0; i < FILES_DIRS_MAX; i++)
		if (*files->dirs[i].path && files->dirs[i].watch == event->wd)
			return &files->dirs[i];
	return NULL;
}

/* A file that was just made: its writer has not closed it yet. */
static bool is_unwritten(const struct files *files,
			 const struct inotify_event *event)
{
	const struct files_dir *dir = dir_of(files, event);
	char path[PATH_MAX + NAME_MAX + 2];
	struct stat info;

	if (event->mask != IN_CREATE || !dir)
		return false;
	snprintf(path, sizeof(path), "%s/%s", dir->path, event->name);
	return lstat(path, &info) == 0 && S_ISREG(info.st_mode) &&
	       info.st_nlink == 1;
}

/* A watch that was given up is no change of files. */
static bool event_matters(const struct files *files,
			  const struct inotify_event *event)
{
	return !(event->mask & IN_IGNORED) && !is_unwritten(files, event);
}

bool files_drain(const struct files *files)
{
	char buffer[8192]
		__attribute__((aligned(__alignof__(struct inotify_event))));
	bool matters = false;
	ssize_t length;

	while ((length = read(files->fd, buffer, sizeof(buffer))) > 0) {
		const char *at = buffer;

		while (at < buffer + length) {
			const struct inotify_event *event = (const void *)at;

			matters |= event_matters(files, event);
			at += sizeof(*event) + event->len;
		}
	}
	return matters;
}
