/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything on the node that stands in the way of the datapath: settings of
 * the kernel, and other masquerade rules (foreign.h).
 */
#ifndef HAZARDS_H
#define HAZARDS_H

#include "maps.h"
#include "warnings.h"

/*
 * Look at the uplinks and the families that the maps name, in the network
 * namespace that we are in.
 *
 * Return: 0 or a negative errno.
 */
int hazards_look(const struct maps *maps, struct warnings *ret);

#endif /* HAZARDS_H */
