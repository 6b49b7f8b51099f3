// SPDX-License-Identifier: GPL-2.0-only
#include "health.h"

#include <stdatomic.h>

#include "attach.h"
#include "clock.h"

enum {
	/* The loop comes round every ten seconds; loading takes its time. */
	BEAT_MAX_MS = 60000,
};

static _Atomic uint64_t beat_ns;

void health_beat(void)
{
	atomic_store(&beat_ns, clock_ns());
}

const char *health_problem(void)
{
	if (clock_ns() - atomic_load(&beat_ns) <
	    BEAT_MAX_MS * (uint64_t)NS_PER_MS)
		return NULL;
	return "the daemon has been busy with one thing for a minute";
}

const char *health_unready(const struct maps *maps, const char *pin_dir)
{
	struct masq_uplink uplink;
	bool has_any = false;
	__u32 ifindex = 0;

	while (maps_next_uplink(maps, &ifindex) == 0) {
		if (maps_get_uplink(maps, ifindex, &uplink))
			continue;
		has_any = true;
		if (!attach_is_there(pin_dir, ifindex, uplink.attach))
			return "the programs are not on every uplink";
	}
	return has_any ? NULL : "there is no uplink";
}
