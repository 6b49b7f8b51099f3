// SPDX-License-Identifier: GPL-2.0-only
#include "datapath.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "log.h"
#include "masq.skel.h"
#include "prove.h"

/* Does the kernel tell skb->ip_summed to TC programs (Linux 6.2)? */
static bool kernel_tells_ip_summed(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool tells;

	if (!btf)
		return false;
	tells = btf__find_by_name_kind(btf, "bpf_cast_to_kern_ctx",
				       BTF_KIND_FUNC) > 0;
	btf__free(btf);
	return tells;
}

static int rewrite_choose(const struct config *config, bool *ret)
{
	bool tells = kernel_tells_ip_summed();

	if (config->rewrite == CONFIG_REWRITE_DIRECT && !tells)
		return log_error("--rewrite direct: this kernel does not tell "
				 "how far checksums are computed; Linux 6.2 "
				 "and later do");
	*ret = tells && config->rewrite != CONFIG_REWRITE_HELPERS;
	return 0;
}

static struct bpf_map *map_of(const struct datapath *datapath, enum map_id id)
{
	return bpf_object__find_map_by_name(datapath->skel->obj, map_names[id]);
}

static int map_resize(const struct datapath *datapath, enum map_id id,
		      __u64 entries)
{
	if (entries > UINT32_MAX)
		entries = UINT32_MAX;
	return bpf_map__set_max_entries(map_of(datapath, id), entries);
}

/* Of a new table. */
static __u32 max_flows_of(const struct config *config)
{
	return config->max_flows ? config->max_flows : MASQ_FLOWS_DEFAULT;
}

static int maps_resize(const struct datapath *datapath, __u32 max_flows)
{
	int error = map_resize(datapath, MAP_FLOWS, max_flows);

	if (!error)
		error = map_resize(datapath, MAP_INDEX, max_flows);
	if (!error)
		error = map_resize(datapath, MAP_TICKETS, max_flows);
	if (!error)
		error = map_resize(datapath, MAP_USAGE, 2ULL * max_flows);
	if (error)
		return log_error("cannot size the maps for %u flows: %s",
				 max_flows, strerror(-error));
	return 0;
}

/* Does --max-flows say how large the map is? */
static bool is_resizable(enum map_id id)
{
	return id == MAP_FLOWS || id == MAP_INDEX || id == MAP_TICKETS ||
	       id == MAP_USAGE;
}

/* Does it hold what no configuration can bring back (MASQ_STATE_LAYOUT)? */
static bool is_state(enum map_id id)
{
	return is_resizable(id) || id == MAP_SWEEPER || id == MAP_UPLINKS;
}

/* Is the map that is pinned the one we would make? */
static int map_check(const struct datapath *datapath, enum map_id id, int fd)
{
	struct bpf_map *map = map_of(datapath, id);
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	int error = bpf_obj_get_info_by_fd(fd, &info, &size);

	if (error)
		return log_error("cannot look at %s: %s", map_names[id],
				 strerror(-error));
	if (info.type != bpf_map__type(map) ||
	    info.key_size != bpf_map__key_size(map) ||
	    info.value_size != bpf_map__value_size(map) ||
	    (!is_resizable(id) &&
	     info.max_entries != bpf_map__max_entries(map)))
		return log_error("%s/%s is of another layout: use the version "
				 "that loaded it, or bpfmasq detach first",
				 datapath->pins.dir, map_names[id]);
	return 0;
}

static int map_reuse(struct datapath *datapath, enum map_id id)
{
	int fd = pin_get(datapath->pins.dir, map_names[id]), error;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return log_error("cannot open %s/%s: %s%s", datapath->pins.dir,
				 map_names[id], strerror(-fd), log_hint(-fd));
	error = map_check(datapath, id, fd);
	if (!error && bpf_map__reuse_fd(map_of(datapath, id), fd) < 0)
		error = log_error("cannot reuse %s/%s: %s", datapath->pins.dir,
				  map_names[id], strerror(errno));
	datapath->was_pinned[id] = !error;
	close(fd);
	return error;
}

static int max_flows_check(const struct datapath *datapath,
			   const struct config *config)
{
	__u32 pinned;

	if (!datapath->was_pinned[MAP_FLOWS] || !config->max_flows)
		return 0;
	pinned = bpf_map__max_entries(map_of(datapath, MAP_FLOWS));
	if (pinned == config->max_flows)
		return 0;
	return log_error("--max-flows %u: the table that is in use holds %u; "
			 "bpfmasq detach first, to change it",
			 config->max_flows, pinned);
}

/* Of another version the state alone is taken over. */
static int maps_reuse(struct datapath *datapath, const struct config *config)
{
	enum maps_layout layout = maps_look(datapath->pins.dir);

	if (layout == MAPS_ERROR)
		return -1;
	datapath->replaces_maps = layout == MAPS_SAME_STATE;
	for (int id = 0; id < MAP_COUNT; id++)
		if ((is_state(id) || !datapath->replaces_maps) &&
		    map_reuse(datapath, id) < 0)
			return -1;
	return max_flows_check(datapath, config);
}

static void maps_collect(struct datapath *datapath)
{
	for (int id = 0; id < MAP_COUNT; id++)
		datapath->maps.fd[id] = bpf_map__fd(map_of(datapath, id));
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

static int maps_pin(struct datapath *datapath)
{
	for (int id = 0; id < MAP_COUNT; id++) {
		if (datapath->was_pinned[id] || datapath->replaces_maps)
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
		if (!datapath->was_pinned[id] && id != MAP_CONFIG &&
		    map_pin(datapath, id) < 0)
			return -1;
	return map_pin(datapath, MAP_CONFIG);
}

static int sweep_start(const struct datapath *datapath)
{
	char packet[64] = { 0 }; /* not looked at */
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet,
		    .data_size_in = sizeof(packet));
	int error = bpf_prog_test_run_opts(
		bpf_program__fd(datapath->skel->progs.masq_sweep), &run);

	if (!error)
		error = (int)run.retval;
	if (error)
		return log_error("cannot start the sweep: %s%s",
				 strerror(-error), log_hint(-error));
	return 0;
}

static int programs_load(struct datapath *datapath, const struct config *config)
{
	int error = masq_bpf__load(datapath->skel);

	if (error)
		return log_error("cannot load the datapath for %u flows: %s%s",
				 max_flows_of(config), strerror(-error),
				 log_hint(-error));
	maps_collect(datapath);
	return 0;
}

int datapath_open(const char *pin_dir, const struct config *config,
		  struct datapath *ret)
{
	struct datapath datapath = { 0 };

	if (rewrite_choose(config, &datapath.rewrites_directly) < 0 ||
	    prove(datapath.rewrites_directly) < 0)
		return -1;
	if (pins_create(pin_dir, &datapath.pins) < 0)
		return -1;
	datapath.skel = masq_bpf__open();
	if (!datapath.skel) {
		log_error("cannot open the BPF object: %s", strerror(errno));
		goto abandon;
	}
	datapath.skel->rodata->rewrites_directly = datapath.rewrites_directly;
	if (maps_resize(&datapath, max_flows_of(config)) < 0 ||
	    maps_reuse(&datapath, config) < 0 ||
	    programs_load(&datapath, config) < 0)
		goto abandon;
	if (maps_pin(&datapath) < 0)
		goto abandon;
	*ret = datapath;
	return 0;

abandon:
	datapath_abandon(&datapath);
	return -1;
}

static void maps_unpin(const struct datapath *datapath)
{
	char path[PATH_MAX];

	for (int id = 0; id < MAP_COUNT; id++)
		if (datapath->was_made[id] &&
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

int datapath_program_fd(const struct datapath *datapath,
			enum masq_direction direction,
			enum node_framing framing)
{
	struct bpf_program *const programs[2][MASQ_DIRECTION_COUNT] = {
		[NODE_FRAMING_ETHERNET] = {
			[MASQ_EGRESS] = datapath->skel->progs.masq_egress,
			[MASQ_INGRESS] = datapath->skel->progs.masq_ingress,
		},
		[NODE_FRAMING_NONE] = {
			[MASQ_EGRESS] = datapath->skel->progs.masq_egress_l3,
			[MASQ_INGRESS] = datapath->skel->progs.masq_ingress_l3,
		},
	};

	return bpf_program__fd(programs[framing][direction]);
}

int datapath_close_fd(const struct datapath *datapath)
{
	return bpf_program__fd(datapath->skel->progs.masq_close);
}

static int programs_pin(const struct datapath *datapath)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, datapath->skel->obj) {
		const char *name = bpf_program__name(program);
		int error = pins_put(&datapath->pins, name,
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
	if (sweep_start(datapath) < 0 || programs_pin(datapath) < 0)
		return -1;
	return maps_replace(datapath);
}

void datapath_close(struct datapath *datapath)
{
	if (datapath->skel)
		masq_bpf__destroy(datapath->skel);
	pins_close(&datapath->pins);
}
