// SPDX-License-Identifier: GPL-2.0-only
#include "maps.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "log.h"
#include "pins.h"

enum {
	/* Of a queue, not full: the first, the last, and one behind that */
	SHEETS_BEGUN = 3,
};

static const __u32 zero;

const char *const map_names[MAP_COUNT] = {
	[MAP_FLOWS] = "masq_flows",	    [MAP_INDEX] = "masq_index",
	[MAP_SHEETS] = "masq_sheets",	    [MAP_QUEUES] = "masq_queues",
	[MAP_USAGE] = "masq_usage",	    [MAP_PODS] = "masq_pods",
	[MAP_ISLAND] = "masq_island",	    [MAP_UPLINKS] = "masq_uplinks",
	[MAP_PORTS] = "masq_ports",	    [MAP_WAYS] = "masq_ways",
	[MAP_POD_WAYS] = "masq_pod_ways",   [MAP_POD_SENT] = "masq_pod_sent",
	[MAP_POD_LINKS] = "masq_pod_links", [MAP_CONFIG] = "masq_config",
	[MAP_SETTINGS] = "masq_settings",   [MAP_DAEMON] = "masq_daemon",
	[MAP_COUNTERS] = "masq_counters",   [MAP_FULL] = "masq_full",
	[MAP_FRAGMENTS] = "masq_fragments", [MAP_HELD] = "masq_held",
	[MAP_SCRATCH] = "masq_scratch",	    [MAP_WAITING] = "masq_waiting",
	[MAP_TOTALS] = "masq_totals",	    [MAP_TOLD] = "masq_told",
	[MAP_EVENTS] = "masq_events",	    [MAP_LISTENER] = "masq_listener",
	[MAP_SWEEPER] = "masq_sweeper",
};

bool map_is_table(enum map_id id)
{
	return id == MAP_FLOWS || id == MAP_INDEX || id == MAP_SHEETS ||
	       id == MAP_QUEUES || id == MAP_USAGE || id == MAP_SWEEPER;
}

int map_entries(enum map_id id, __u32 max_flows, __u32 *ret)
{
	int cpus = libbpf_num_possible_cpus();
	__u64 entries = 0;

	if (cpus < 0)
		return cpus;
	if (id == MAP_FLOWS || id == MAP_INDEX)
		entries = max_flows;
	else if (id == MAP_USAGE) /* bpf/maps.h */
		entries = 2ULL * max_flows;
	else if (id == MAP_SHEETS)
		entries = max_flows / MASQ_SHEET_TICKETS +
			  (__u64)SHEETS_BEGUN * cpus;
	else if (id == MAP_QUEUES)
		entries = cpus;
	*ret = entries < UINT32_MAX ? entries : UINT32_MAX;
	return 0;
}

static bool new_table_serves(const char *pin_dir)
{
	int fd = pin_get(pin_dir, MAPS_MOVE_DIR "/masq_move");
	struct masq_move move = { 0 };

	if (fd < 0)
		return false;
	(void)bpf_map_lookup_elem(fd, &zero, &move);
	close(fd);
	return move.state != MASQ_MOVE_PREPARED;
}

void map_pin_name(const char *pin_dir, enum map_id id, char ret[NAME_MAX])
{
	char path[PATH_MAX];

	snprintf(ret, NAME_MAX, MAPS_MOVE_DIR "/%s", map_names[id]);
	if (!map_is_table(id) || pin_path(pin_dir, ret, path) ||
	    access(path, F_OK) < 0 || !new_table_serves(pin_dir))
		snprintf(ret, NAME_MAX, "%s", map_names[id]);
}

/* *ret_name: under what name. Return: a descriptor or a negative errno. */
static int map_get(const char *pin_dir, enum map_id id, char ret_name[NAME_MAX])
{
	int fd;

	map_pin_name(pin_dir, id, ret_name);
	fd = pin_get(pin_dir, ret_name);
	if (fd != -ENOENT || strcmp(ret_name, map_names[id]) == 0)
		return fd;
	/* it has taken the other one's place just now */
	snprintf(ret_name, NAME_MAX, "%s", map_names[id]);
	return pin_get(pin_dir, ret_name);
}

static int map_open(const char *pin_dir, enum map_id id, int *ret)
{
	char name[NAME_MAX];
	int fd = map_get(pin_dir, id, name);

	if (fd == -ENOENT)
		return log_error("no datapath under %s: %s is not there "
				 "(bpfmasq run loads it)",
				 pin_dir, name);
	if (fd < 0)
		return log_error("cannot open %s/%s: %s%s", pin_dir, name,
				 strerror(-fd), log_hint(-fd));
	*ret = fd;
	return 0;
}

/* The words that every version's masq_config begins with. */
struct layouts {
	__u32 layout;
	__u32 state_layout;
};

/* The last that did not name its state's layout. */
enum { LAYOUT_WITHOUT_STATE = 2 };

int map_info(int fd, struct bpf_map_info *ret)
{
	__u32 size = sizeof(*ret);

	*ret = (struct bpf_map_info){ 0 };
	return bpf_obj_get_info_by_fd(fd, ret, &size);
}

static int layouts_read(int fd, struct layouts *ret)
{
	char value[PATH_MAX] = { 0 }; /* more than any version's */
	struct bpf_map_info info;
	int error = map_info(fd, &info);

	if (!error && info.value_size > sizeof(value))
		error = -E2BIG;
	if (!error)
		error = bpf_map_lookup_elem(fd, &zero, value);
	memcpy(ret, value, sizeof(*ret));
	if (ret->layout == LAYOUT_WITHOUT_STATE)
		ret->state_layout = MASQ_STATE_LAYOUT_QUEUE;
	return error;
}

enum maps_layout maps_look(const char *pin_dir)
{
	int fd = pin_get(pin_dir, map_names[MAP_CONFIG]), error = fd;
	struct layouts layouts;

	if (fd == -ENOENT)
		return MAPS_OURS;
	if (fd >= 0) {
		error = layouts_read(fd, &layouts);
		close(fd);
	}
	if (error < 0) {
		log_error("cannot read %s/%s: %s%s", pin_dir,
			  map_names[MAP_CONFIG], strerror(-error),
			  log_hint(-error));
		return MAPS_ERROR;
	}
	if (!layouts.layout || layouts.layout == MASQ_LAYOUT)
		return MAPS_OURS;
	if (layouts.state_layout == MASQ_STATE_LAYOUT ||
	    layouts.state_layout == MASQ_STATE_LAYOUT_QUEUE)
		return MAPS_STATE_TO_TAKE;
	log_error("the flows under %s are of layout %u, this bpfmasq knows "
		  "layout %u: use the version that loaded them, or bpfmasq "
		  "detach first",
		  pin_dir, layouts.state_layout, MASQ_STATE_LAYOUT);
	return MAPS_ERROR;
}

static int layout_check(const char *pin_dir)
{
	enum maps_layout layout = maps_look(pin_dir);

	if (layout == MAPS_STATE_TO_TAKE)
		return log_error("the maps under %s are another version's: use "
				 "that, or let bpfmasq run take them over",
				 pin_dir);
	return layout == MAPS_OURS ? 0 : -1;
}

int maps_open(const char *pin_dir, struct maps *ret)
{
	struct maps maps;

	if (layout_check(pin_dir) < 0)
		return -1;
	memset(maps.fd, -1, sizeof(maps.fd));
	for (int id = 0; id < MAP_COUNT; id++) {
		if (map_open(pin_dir, id, &maps.fd[id]) < 0) {
			maps_close(&maps);
			return -1;
		}
	}
	*ret = maps;
	return 0;
}

int maps_open_only(const char *pin_dir, enum map_id id, struct maps *ret)
{
	char name[NAME_MAX];
	int fd = map_get(pin_dir, id, name);

	if (fd < 0)
		return fd;
	memset(ret->fd, -1, sizeof(ret->fd));
	ret->fd[id] = fd;
	return 0;
}

void maps_close(struct maps *maps)
{
	for (int id = 0; id < MAP_COUNT; id++)
		if (maps->fd[id] >= 0)
			close(maps->fd[id]);
}
