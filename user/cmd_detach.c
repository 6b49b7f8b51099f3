// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfmasq detach: take all of it out of the kernel.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"
#include "command.h"
#include "log.h"
#include "maps.h"
#include "pins.h"

/*
 * By either way, for the value may be of another layout than ours: what is to
 * go may be what another version left, or what one left that was killed.
 */
static int uplinks_detach(const char *pin_dir)
{
	struct maps maps;
	__u32 ifindex = 0;
	int result = 0, error;

	error = maps_open_only(pin_dir, MAP_UPLINKS, &maps);
	if (error == -ENOENT)
		return 0;
	if (error)
		return log_error("cannot open %s/%s: %s%s", pin_dir,
				 map_names[MAP_UPLINKS], strerror(-error),
				 log_hint(-error));
	while (maps_next_uplink(&maps, &ifindex) == 0)
		if (attach_remove(pin_dir, ifindex, MASQ_ATTACH_TCX) < 0 ||
		    attach_remove(pin_dir, ifindex, MASQ_ATTACH_CLSACT) < 0)
			result = -1;
	maps_close(&maps);
	return result;
}

static int detach(struct pins *pins)
{
	return uplinks_detach(pins->dir) < 0 ? -1 : pins_remove(pins);
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
