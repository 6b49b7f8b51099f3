/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs on interfaces: by tcx links, pinned (Linux 6.6), or by clsact
 * filters with a handle of our own.  Either stays when the daemon goes.
 */
#ifndef ATTACH_H
#define ATTACH_H

#include <stdbool.h>

#include "masq.h"
#include "node.h"

struct attach {
	const char *pin_dir;
	const struct node_link *link;
	const int *program_fds; /* by enum masq_slot */
};

/*
 * Put the programs on the interface.  Where programs of ours are there by the
 * same way, they are replaced and no packet passes between.  Says what failed;
 * then nothing hangs there that did not before.
 *
 * Return: 0 or -1.
 */
int attach_put(const struct attach *attach, enum masq_attach way);

/*
 * The same, and where programs of ours are there by the other way too, or only,
 * in their place as well: a packet passes one of the two ways.  Until they are
 * off, *ends_chain, which is these programs', keeps packets from all who come
 * behind.
 */
int attach_put_alone(const struct attach *attach, enum masq_attach way,
		     volatile __u8 *ends_chain);

/* The program of the ingress alone, in the place of one that is there. */
int attach_put_ingress(const struct attach *attach, enum masq_attach way);

/* Take them off; what is not there is no error. Return: 0 or -1, said. */
int attach_remove(const char *pin_dir, __u32 ifindex, enum masq_attach way);

/* Do both programs hang there still?  Others can take them off. */
bool attach_is_there(const char *pin_dir, __u32 ifindex, enum masq_attach way);

/* Does that of the ingress? */
bool attach_ingress_is_there(const char *pin_dir, __u32 ifindex,
			     enum masq_attach way);

const char *attach_name(enum masq_attach way);

#endif /* ATTACH_H */
