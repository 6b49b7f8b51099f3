/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notices that the files of the configuration have changed, by inotify on their
 * directories: a ConfigMap is swapped by a symbolic link beside the file.  What
 * has changed is not read here (sources.h).
 */
#ifndef FILES_H
#define FILES_H

#include <limits.h>
#include <stdbool.h>

/* Four that are asked for, and one that was until now. */
enum { FILES_DIRS_MAX = 5 };

struct files {
	int fd; /* readable when something has changed */
	struct files_dir {
		char path[PATH_MAX]; /* empty: none */
		int watch; /* -1: there is no such directory, or none for us */
		bool is_asked_for;
	} dirs[FILES_DIRS_MAX];
};

/* Return: 0 or a negative errno. */
int files_open(struct files *ret);
void files_close(struct files *files);

/*
 * Watch the directory of this file, or this directory itself, from now on.
 * More than FILES_DIRS_MAX are not watched.  Says what may not be.
 *
 * Return: was it not watched before, so that a change may have been missed?
 */
bool files_watch_around(struct files *files, const char *path);
bool files_watch_dir(struct files *files, const char *path);

/* What is not asked for anew between these two is not watched any more. */
void files_watch_begin(struct files *files);
void files_watch_end(struct files *files);

/* Look for directories that have come, or were replaced. Return: are there? */
bool files_look(struct files *files);

/* Forget the notices that have come. Return: may one of them matter? */
bool files_drain(const struct files *files);

#endif /* FILES_H */
