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
#include "node.h"
#include "pins.h"
#include "pod_link.h"
#include "xdp.h"

/*
 * By either way, for the value may be of another layout than ours: what is to
 * go may be what another version left, or what one left that was killed.
 */
static int uplinks_detach(const char *pin_dir, const struct maps *maps)
{
	__u32 ifindex = 0;
	int result = 0;

	while (maps_next_uplink(maps, &ifindex) == 0)
		if (xdp_remove(pin_dir, ifindex) < 0 ||
		    attach_remove(pin_dir, ifindex, MASQ_ATTACH_TCX) < 0 ||
		    attach_remove(pin_dir, ifindex, MASQ_ATTACH_CLSACT) < 0)
			result = -1;
	return result;
}

/* From the interfaces that this map names; another version may not have it. */
static int interfaces_detach(const char *pin_dir, enum map_id id,
			     int (*detach)(const char *pin_dir,
					   const struct maps *maps))
{
	struct maps maps;
	int error = maps_open_only(pin_dir, id, &maps), result;

	if (error == -ENOENT)
		return 0;
	if (error)
		return log_error("cannot open %s/%s: %s%s", pin_dir,
				 map_names[id], strerror(-error),
				 log_hint(-error));
	result = detach(pin_dir, &maps);
	maps_close(&maps);
	return result;
}

/* The ifindexes mean something only where they were taken. */
static int netns_check(const char *pin_dir)
{
	struct masq_config config;
	struct maps maps;
	bool is_elsewhere;

	if (maps_open_only(pin_dir, MAP_CONFIG, &maps))
		return 0;
	is_elsewhere = maps_get_config(&maps, &config) == 0 &&
		       config.layout == MASQ_LAYOUT &&
		       config.netns != node_netns();
	maps_close(&maps);
	if (!is_elsewhere)
		return 0;
	return log_error("the uplinks of %s are in another network namespace: "
			 "detach there (nsenter --net=...)",
			 pin_dir);
}

static int detach(const struct pins *pins)
{
	/* pods first: what they send is the uplinks' business then */
	if (netns_check(pins->dir) < 0 ||
	    interfaces_detach(pins->dir, MAP_POD_LINKS, pod_links_detach) < 0 ||
	    interfaces_detach(pins->dir, MAP_UPLINKS, uplinks_detach) < 0)
		return -1;
	return pins_remove(pins);
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
