// SPDX-License-Identifier: GPL-2.0-only
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

enum { EVERY_NS = 200000000 };

void progress_begin(struct progress *progress, const struct live *live,
		    enum pktgen_direction direction)
{
	*progress = (struct progress){
		.live = live,
		.direction = direction,
		.is_shown = isatty(STDERR_FILENO),
		.next_ns = EVERY_NS,
	};
}

void progress_show(struct progress *progress, __u64 sent, __u64 ns)
{
	struct pktgen_count count;

	if (!progress->is_shown || ns < progress->next_ns ||
	    live_count(progress->live, progress->direction, &count) < 0)
		return;
	progress->next_ns = ns + EVERY_NS;
	fprintf(stderr,
		"\r\033[K%5.1f s  %llu sent, %llu arrived  %.0f packets/s",
		ns / 1e9, (unsigned long long)sent,
		(unsigned long long)count.packets, sent / (ns / 1e9));
}

void progress_end(struct progress *progress)
{
	if (progress->is_shown)
		fputs("\r\033[K", stderr);
}
