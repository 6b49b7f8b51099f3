/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pin directory: where maps, programs and links outlive the daemon.
 */
#ifndef PINS_H
#define PINS_H

#include <limits.h>
#include <stdbool.h>

struct pins {
	const char *dir;
	int fd; /* of the directory; carries the daemon's lock */
	bool is_new;
};

/* Where an object is pinned: DIR/NAME. Return: 0 or -ENAMETOOLONG. */
int pin_path(const char *dir, const char *name, char path[PATH_MAX]);

/* Open what is pinned there. Return: a descriptor or a negative errno. */
int pin_get(const char *dir, const char *name);

/*
 * Make the directory if it is not there, and lock it against other daemons.
 * Says what failed.
 *
 * Return: 0 or -1.
 */
int pins_create(const char *dir, struct pins *ret);

enum pins_state {
	PINS_ERROR, /* said */
	PINS_NONE, /* no such directory */
	PINS_FREE, /* no daemon runs */
	PINS_HELD, /* a daemon runs */
};

/*
 * Open the directory, if it is there, and lock it if it is free.
 *
 * *ret: filled for PINS_FREE and PINS_HELD.
 */
enum pins_state pins_open(const char *dir, struct pins *ret);

/* The same for who only looks: keeps no other one from looking. */
enum pins_state pins_look(const char *dir);

/* The directory goes too if it was made for this, and is empty. */
void pins_close(struct pins *pins);

/*
 * Pin an object, in the place of an older one if there is one.
 *
 * Return: 0 or a negative errno.
 */
int pins_put(const struct pins *pins, const char *name, int fd);

/* Unpin it, if it is there, and what pins_put() has left that was killed. */
void pins_drop(const struct pins *pins, const char *name);

/* Unpin all that is ours. Return: 0 or -1, said. */
int pins_clear(const struct pins *pins);

/* The same, and remove the directory. */
int pins_remove(const struct pins *pins);

#endif /* PINS_H */
