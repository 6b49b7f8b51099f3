/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Another table of flows in the place of the pinned one (--max-flows), under
 * traffic: no packet and no flow is lost on the way, whenever it is cut off.
 *
 * What it makes stands under MAPS_MOVE_DIR in the pin directory until the
 * programs that are to stay serve on it; a later daemon goes on from there.
 */
#ifndef MOVE_H
#define MOVE_H

#include "maps.h"
#include "pins.h"
#include "sources.h"

/* Is one under way, or was left so, and the new table serves? */
bool move_has_turned(const struct pins *pins);

/* Will what is pinned fit into --max-flows? Return: 0 or -1, said. */
int move_check(const struct pins *pins, const struct sourced *sourced);

/*
 * Make a table for --max-flows, let programs serve on it, and bring all flows
 * over.  Then the programs that are to stay can be loaded on it.
 *
 * Return: 0; or -1, said, and all flows are served still.
 */
int move_table(const struct pins *pins, const struct sourced *sourced,
	       bool rewrites_directly);

/*
 * Go on with what a daemon has left that was killed on the way, or undo it.
 *
 * Return: 0 or -1, said.
 */
int move_resume(const struct pins *pins, bool rewrites_directly);

/* The programs that are to stay serve: pin the new table for all to find. */
int move_finish(const struct pins *pins);

#endif /* MOVE_H */
