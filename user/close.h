/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Closing flows: the datapath does it, asked by masq_close.
 */
#ifndef CLOSE_H
#define CLOSE_H

#include <stdbool.h>
#include <stdint.h>

#include "maps.h"

/*
 * Close the flows that `chooses` is true for.
 *
 * program_fd: of masq_close.  *ret_count: how many, also after an error.
 * Return: 0 or a negative errno, not said.
 */
int close_flows(const struct maps *maps, int program_fd,
		bool (*chooses)(const struct masq_tuple *external,
				const struct masq_flow *flow,
				const void *context),
		const void *context, uint64_t *ret_count);

#endif /* CLOSE_H */
