// SPDX-License-Identifier: GPL-2.0-only
#include "datapath.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "kernel.h"
#include "log.h"
#include "masq.skel.h"
#include "move.h"
#include "programs.h"
#include "prove.h"

static int rewrite_choose(const struct sourced *sourced, bool *ret)
{
	enum config_rewrite wanted = sourced->config.rewrite;
	bool tells = kernel_can(KERNEL_IP_SUMMED);

	*ret = tells && wanted != CONFIG_REWRITE_HELPERS;
	if (wanted == CONFIG_REWRITE_DIRECT && !tells)
		return values_refuse(&sourced->values, "rewrite", NULL,
				     "this kernel does not tell how far "
				     "checksums are computed (Linux 6.2 and "
				     "later do): give auto");
	return 0;
}

static struct bpf_map *map_of(const struct datapath *datapath, enum map_id id)
{
	return programs_map(datapath->skel, id);
}

/* Does it hold what no configuration can bring back (MASQ_STATE_LAYOUT)? */
static bool is_state(enum map_id id)
{
	return map_is_table(id) || id == MAP_UPLINKS || id == MAP_POD_LINKS;
}

/* Has it room for as many as there may be, by --max-flows? */
static bool is_sized(enum map_id id)
{
	return map_is_table(id) && id != MAP_SWEEPER;
}

/* Is the map that is pinned the one we would make? */
static int map_check(const struct datapath *datapath, enum map_id id, int fd)
{
	struct bpf_map *map = map_of(datapath, id);
	struct bpf_map_info info;
	int error = map_info(fd, &info);

	if (error)
		return log_error("cannot look at %s: %s", map_names[id],
				 strerror(-error));
	if (info.type != bpf_map__type(map) ||
	    info.key_size != bpf_map__key_size(map) ||
	    info.value_size != bpf_map__value_size(map) ||
	    (!is_sized(id) && info.max_entries != bpf_map__max_entries(map)))
		return log_error("%s/%s is of another layout: use the version "
				 "that loaded it, or bpfmasq detach first",
				 datapath->pins.dir, map_names[id]);
	return 0;
}

static int map_reuse(struct datapath *datapath, enum map_id id)
{
	char name[NAME_MAX];
	int fd, error;

	map_pin_name(datapath->pins.dir, id, name);
	fd = pin_get(datapath->pins.dir, name);
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return log_error("cannot open %s/%s: %s%s", datapath->pins.dir,
				 name, strerror(-fd), log_hint(-fd));
	error = map_check(datapath, id, fd);
	if (!error && bpf_map__reuse_fd(map_of(datapath, id), fd) < 0)
		error = log_error("cannot reuse %s/%s: %s", datapath->pins.dir,
				  map_names[id], strerror(errno));
	datapath->was_pinned[id] = !error;
	close(fd);
	return error;
}

/* One without the other is of no use: who was to remove both was killed. */
static void tickets_pair(const struct datapath *datapath)
{
	struct maps sheets, queues;
	bool has_sheets =
		maps_open_only(datapath->pins.dir, MAP_SHEETS, &sheets) == 0;
	bool has_queues =
		maps_open_only(datapath->pins.dir, MAP_QUEUES, &queues) == 0;

	if (has_sheets)
		maps_close(&sheets);
	if (has_queues)
		maps_close(&queues);
	if (has_sheets == has_queues)
		return;
	pins_drop(&datapath->pins, map_names[MAP_SHEETS]);
	pins_drop(&datapath->pins, map_names[MAP_QUEUES]);
}

/*
 * The tickets of MASQ_STATE_LAYOUT_QUEUE are the sweep's to take over.  Once it
 * has, and nobody puts more there, they go.
 */
static int old_tickets_reuse(const struct datapath *datapath)
{
	int fd = pin_get(datapath->pins.dir, MAPS_MOVED_OLD_TICKETS), error = 0;
	struct masq_tuple first;

	if (fd == -ENOENT)
		fd = pin_get(datapath->pins.dir, MAPS_OLD_TICKETS);
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return log_error("cannot open %s/%s: %s%s", datapath->pins.dir,
				 MAPS_OLD_TICKETS, strerror(-fd),
				 log_hint(-fd));
	if (!datapath->replaces_maps &&
	    bpf_map_lookup_elem(fd, NULL, &first) == -ENOENT)
		pins_drop(&datapath->pins, MAPS_OLD_TICKETS);
	else if (bpf_map__reuse_fd(datapath->skel->maps.masq_old_tickets, fd) <
		 0)
		error = log_error("cannot reuse %s/%s: %s", datapath->pins.dir,
				  MAPS_OLD_TICKETS, strerror(errno));
	close(fd);
	return error;
}

int datapath_check(const struct datapath *datapath,
		   const struct sourced *sourced)
{
	bool rewrites_directly;

	if (rewrite_choose(sourced, &rewrites_directly) < 0)
		return -1;
	return move_check(&datapath->pins, sourced);
}

/* Of another version the state alone is taken over. */
static int maps_reuse(struct datapath *datapath)
{
	enum maps_layout layout = maps_look(datapath->pins.dir);

	if (layout == MAPS_ERROR)
		return -1;
	datapath->replaces_maps = layout == MAPS_STATE_TO_TAKE;
	tickets_pair(datapath);
	for (int id = 0; id < MAP_COUNT; id++)
		if ((is_state(id) || !datapath->replaces_maps) &&
		    map_reuse(datapath, id) < 0)
			return -1;
	return old_tickets_reuse(datapath);
}

static void maps_collect(struct datapath *datapath)
{
	for (int id = 0; id < MAP_COUNT; id++)
		datapath->maps.fd[id] = bpf_map__fd(map_of(datapath, id));
}

static void programs_collect(struct datapath *datapath)
{
	for (int slot = 0; slot < MASQ_SLOT_COUNT; slot++)
		datapath->program_fds[slot] =
			bpf_program__fd(programs_serving(datapath->skel, slot));
}

static int map_pin(const struct datapath *datapath, enum map_id id)
{
	int error =
		pins_put(&datapath->pins, map_names[id], datapath->maps.fd[id]);

	if (error)
		return log_error("cannot pin %s/%s: %s%s", datapath->pins.dir,
				 map_names[id], strerror(-error),
				 log_hint(-error));
	return 0;
}

/* Before the programs serve: what they know from then on is not to be lost. */
static int maps_pin(struct datapath *datapath)
{
	for (int id = 0; id < MAP_COUNT; id++) {
		if (datapath->was_pinned[id] ||
		    (datapath->replaces_maps && !is_state(id)))
			continue;
		if (map_pin(datapath, id) < 0)
			return -1;
		datapath->was_made[id] = true;
	}
	return 0;
}

/*
 * Those of another version give way.  masq_config, which says whose they are,
 * is the last: until then they count as the other's.
 */
static int maps_replace(const struct datapath *datapath)
{
	if (!datapath->replaces_maps)
		return 0;
	for (int id = 0; id < MAP_COUNT; id++)
		if (!datapath->was_pinned[id] && !datapath->was_made[id] &&
		    id != MAP_CONFIG && map_pin(datapath, id) < 0)
			return -1;
	return map_pin(datapath, MAP_CONFIG);
}

/* Of the table that is there, or is to be made. */
static int max_flows_find(const struct datapath *datapath,
			  const struct config *config, __u32 *ret)
{
	struct maps maps;
	int error = maps_open_only(datapath->pins.dir, MAP_FLOWS, &maps);

	*ret = config->max_flows ? config->max_flows : MASQ_FLOWS_DEFAULT;
	if (error)
		return error == -ENOENT ? 0 : error;
	error = maps_get_max_flows(&maps, ret);
	maps_close(&maps);
	return error;
}

static int programs_load(struct datapath *datapath, const struct config *config)
{
	__u32 max_flows;
	int error = max_flows_find(datapath, config, &max_flows);

	if (!error)
		error = programs_resize(datapath->skel, max_flows);

	if (!error && maps_reuse(datapath) < 0)
		return -1;
	if (!error)
		error = masq_bpf__load(datapath->skel);
	if (error)
		return log_error("cannot load the datapath for %u flows: %s%s",
				 max_flows, strerror(-error),
				 programs_hint(-error));
	maps_collect(datapath);
	programs_collect(datapath);
	return maps_pin(datapath);
}

/* On what is pinned.  datapath: with its pins. Return: 0 or -1, said. */
static int load(struct datapath *datapath, const struct config *config)
{
	datapath->skel =
		programs_open(PROGRAMS_SERVE, datapath->rewrites_directly);
	return datapath->skel ? programs_load(datapath, config) : -1;
}

int datapath_open(const char *pin_dir, const struct sourced *sourced,
		  struct datapath *ret)
{
	struct datapath datapath = { 0 };

	if (rewrite_choose(sourced, &datapath.rewrites_directly) < 0 ||
	    prove(datapath.rewrites_directly) < 0 ||
	    pins_create(pin_dir, &datapath.pins) < 0)
		return -1;
	if (move_check(&datapath.pins, sourced) < 0 ||
	    move_resume(&datapath.pins, datapath.rewrites_directly) < 0 ||
	    load(&datapath, &sourced->config) < 0) {
		datapath_abandon(&datapath);
		return -1;
	}
	*ret = datapath;
	return 0;
}

bool datapath_suits(const struct datapath *datapath,
		    const struct sourced *sourced)
{
	__u32 max_flows = bpf_map__max_entries(map_of(datapath, MAP_FLOWS));
	__u32 wanted = sourced->config.max_flows;
	bool rewrites_directly;

	return (!wanted || wanted == max_flows) &&
	       rewrite_choose(sourced, &rewrites_directly) == 0 &&
	       rewrites_directly == datapath->rewrites_directly;
}

int datapath_reopen(const struct datapath *former,
		    const struct sourced *sourced, struct datapath *ret)
{
	__u32 max_flows = bpf_map__max_entries(map_of(former, MAP_FLOWS));
	__u32 wanted = sourced->config.max_flows;
	struct datapath datapath = { .pins = former->pins };

	if (rewrite_choose(sourced, &datapath.rewrites_directly) < 0)
		return -1;
	if (wanted && wanted != max_flows &&
	    move_table(&datapath.pins, sourced, datapath.rewrites_directly) < 0)
		return -1;
	if (load(&datapath, &sourced->config) < 0) {
		datapath_release(&datapath);
		return -1;
	}
	*ret = datapath;
	return 0;
}

void datapath_release(struct datapath *datapath)
{
	if (datapath->skel)
		masq_bpf__destroy(datapath->skel);
	datapath->skel = NULL;
}

/* What was made beside a table that was there may know of its flows by now. */
static void maps_unpin(const struct datapath *datapath)
{
	char path[PATH_MAX];

	for (int id = 0; id < MAP_COUNT; id++)
		if (datapath->was_made[id] &&
		    !(map_is_table(id) && datapath->was_pinned[MAP_FLOWS]) &&
		    pin_path(datapath->pins.dir, map_names[id], path) == 0)
			(void)unlink(path);
}

void datapath_abandon(struct datapath *datapath)
{
	if (datapath->pins.is_new)
		(void)pins_clear(&datapath->pins);
	else
		maps_unpin(datapath);
	datapath_close(datapath);
}

volatile __u8 *datapath_ends_chain(const struct datapath *datapath)
{
	return &datapath->skel->bss->ends_chain;
}

int datapath_close_fd(const struct datapath *datapath)
{
	return bpf_program__fd(datapath->skel->progs.masq_close);
}

int datapath_pod_fd(const struct datapath *datapath)
{
	return bpf_program__fd(datapath->skel->progs.masq_pod);
}

int datapath_xdp_fd(const struct datapath *datapath, enum masq_xdp mode)
{
	return bpf_program__fd(mode == MASQ_XDP_NATIVE ?
				       datapath->skel->progs.masq_xdp :
				       datapath->skel->progs.masq_xdp_skb);
}

static int programs_pin(const struct datapath *datapath)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, datapath->skel->obj) {
		const char *name = bpf_program__name(program);
		int error;

		if (!bpf_program__autoload(program))
			continue;
		error = pins_put(&datapath->pins, name,
				 bpf_program__fd(program));

		if (error)
			return log_error("cannot pin %s/%s: %s%s",
					 datapath->pins.dir, name,
					 strerror(-error), log_hint(-error));
	}
	return 0;
}

int datapath_commit(const struct datapath *datapath)
{
	if (programs_start_sweep(datapath->skel) < 0 ||
	    programs_pin(datapath) < 0 || maps_replace(datapath) < 0)
		return -1;
	return move_finish(&datapath->pins);
}

void datapath_close(struct datapath *datapath)
{
	datapath_release(datapath);
	pins_close(&datapath->pins);
}
