/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting for programs that are at a packet while they are replaced.
 */
#ifndef GRACE_H
#define GRACE_H

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Until no program that began before runs any more on any CPU: it is done with
 * its packet, and what it put into maps is there to be read.  membarrier(2): it
 * waits as synchronize_rcu() does.
 */
static inline void grace_wait(void)
{
	(void)syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

#endif /* GRACE_H */
