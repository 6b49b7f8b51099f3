/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program on an interface by a link that is pinned, so that it stays when who
 * has put it there goes.
 */
#ifndef HOOK_H
#define HOOK_H

#include <stdbool.h>

#include <bpf/bpf.h>

#include "masq.h"

struct hook {
	const char *pin_dir;
	const char *name; /* the pin is link_NAME_IFINDEX */
	__u32 ifindex;
	enum bpf_attach_type type;
	__u32 flags; /* as bpf_link_create() takes them for this type */
};

/*
 * Put the program there, in the place of one that we had there.
 *
 * *ret_is_new: there was none. Return: 0 or a negative errno.
 */
int hook_put(const struct hook *hook, int program_fd, bool *ret_is_new);

/* Take it off; what is not there is no error. Return: 0 or a negative errno. */
int hook_remove(const struct hook *hook);

/* Does it hang there still?  The interface may be gone. */
bool hook_is_there(const struct hook *hook);

#endif /* HOOK_H */
