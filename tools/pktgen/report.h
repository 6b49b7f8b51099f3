/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What came of it, as text or JSON.
 */
#ifndef REPORT_H
#define REPORT_H

#include "live.h"

/*
 * shared: as live_shared() says.
 *
 * Return: did everything arrive, once and as it should? -1: not written, said.
 */
int report_write(const struct options *options, const struct result *result,
		 __u64 shared);

#endif /* REPORT_H */
