/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own pktgen, in the place of ours.
 * Source: Documentation/networking/pktgen.rst
 */
#ifndef KERNEL_H
#define KERNEL_H

#include "live.h"

/* Is it there?  Its module is loaded if that is needed. */
bool kernel_is_there(void);

/* As live_send(), out. */
int kernel_send(struct live *live, struct result *ret);

#endif /* KERNEL_H */
