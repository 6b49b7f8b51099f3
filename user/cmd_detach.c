// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfmasq detach: take all of it out of the kernel.
 */
#include <stdlib.h>

#include "attach.h"
#include "command.h"
#include "log.h"
#include "maps.h"
#include "pins.h"

static int uplinks_detach(const struct maps *maps, const char *pin_dir)
{
	struct masq_uplink uplink;
	__u32 ifindex = 0;
	int result = 0;

	while (maps_next_uplink(maps, &ifindex) == 0)
		if (maps_get_uplink(maps, ifindex, &uplink) == 0 &&
		    attach_remove(pin_dir, ifindex, uplink.attach) < 0)
			result = -1;
	return result;
}

static int detach(struct pins *pins)
{
	struct maps maps;
	int result;

	if (maps_open(pins->dir, &maps) < 0)
		return -1;
	result = uplinks_detach(&maps, pins->dir);
	maps_close(&maps);
	return result < 0 ? -1 : pins_remove(pins);
}

int cmd_detach(struct invocation *inv)
{
	struct pins pins;
	int result;

	switch (pins_open(inv->pin_dir, &pins)) {
	case PINS_NONE:
		log_info("nothing is loaded under %s", inv->pin_dir);
		return EXIT_SUCCESS;
	case PINS_HELD:
		log_error("a daemon runs on %s: stop it first", inv->pin_dir);
		result = -1;
		break;
	case PINS_FREE:
		result = detach(&pins);
		break;
	default:
		return EXIT_FAILURE;
	}
	pins_close(&pins);
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
