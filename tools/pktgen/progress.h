/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One line on a terminal, while packets are sent.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "live.h"

struct progress {
	const struct live *live;
	enum pktgen_direction direction;
	bool is_shown;
	__u64 next_ns; /* since the start: when it is shown again */
};

void progress_begin(struct progress *progress, const struct live *live,
		    enum pktgen_direction direction);
void progress_show(struct progress *progress, __u64 sent, __u64 ns);
void progress_end(struct progress *progress);

#endif /* PROGRESS_H */
