/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * masq_xdp on an interface, by a link that is pinned (--xdp).
 */
#ifndef XDP_H
#define XDP_H

#include <stdbool.h>

#include "masq.h"

/*
 * Put it there, in the place of one that we had there in this mode.
 *
 * *ret_is_new: there was none. Return: 0 or a negative errno; -EBUSY: another
 * program is there.
 */
int xdp_put(const char *pin_dir, __u32 ifindex, enum masq_xdp mode,
	    int program_fd, bool *ret_is_new);

/* Take it off; what is not there is no error. Return: 0 or -1, said. */
int xdp_remove(const char *pin_dir, __u32 ifindex);

/* The same, where it hangs in another mode than this one. */
int xdp_remove_others(const char *pin_dir, __u32 ifindex, enum masq_xdp mode);

bool xdp_is_there(const char *pin_dir, __u32 ifindex, enum masq_xdp mode);

#endif /* XDP_H */
