/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what was configured to what the datapath reads.
 */
#ifndef POLICY_H
#define POLICY_H

#include "config.h"
#include "datapath.h"
#include "node.h"

/* Will the ranges fit? Return: 0 or -1, said. */
int policy_check(const struct config *config, const struct node *node);

/*
 * Write the ranges, the pool, the limits and the timeouts.  The island comes
 * before the pods, so that no packet inside it is ever masqueraded.
 *
 * Return: 0 or -1, said.
 */
int policy_publish(const struct config *config, const struct node *node,
		   const struct datapath *datapath);

const char *origin_name(enum masq_origin origin);

#endif /* POLICY_H */
