// SPDX-License-Identifier: GPL-2.0-only
#include "move.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "attach.h"
#include "grace.h"
#include "log.h"
#include "masq.skel.h"
#include "node.h"
#include "programs.h"
#include "xdp.h"

static const __u32 zero;

/* What stands in MAPS_MOVE_DIR beside the table. */
static const char *const progs_name = MAPS_MOVE_DIR "/masq_old_progs";
static const char *const state_name = MAPS_MOVE_DIR "/masq_move";

static void new_name(enum map_id id, char ret[NAME_MAX])
{
	snprintf(ret, NAME_MAX, MAPS_MOVE_DIR "/%s", map_names[id]);
}

static bool is_under_way(const struct pins *pins)
{
	return faccessat(pins->fd, MAPS_MOVE_DIR, F_OK, 0) == 0;
}

static int fail(const char *what, const char *name, int error)
{
	return log_error("cannot %s %s for the new table: %s%s", what, name,
			 strerror(-error), log_hint(-error));
}

/* --- state --- */

/* Return: enum masq_move_state; PREPARED where nothing was written yet. */
static enum masq_move_state state_read(const struct pins *pins)
{
	int fd = pin_get(pins->dir, state_name);
	struct masq_move move = { 0 };

	if (fd >= 0) {
		(void)bpf_map_lookup_elem(fd, &zero, &move);
		close(fd);
	}
	return move.state;
}

bool move_has_turned(const struct pins *pins)
{
	return is_under_way(pins) && state_read(pins) != MASQ_MOVE_PREPARED;
}

static int state_write(const struct pins *pins, enum masq_move_state state)
{
	struct masq_move move = { .state = state };
	int fd = pin_get(pins->dir, state_name), error = fd;

	if (fd >= 0) {
		error = bpf_map_update_elem(fd, &zero, &move, BPF_ANY);
		close(fd);
	}
	return error < 0 ? fail("write", state_name, error) : 0;
}

/* Whatever of it there is. */
static int dir_remove(const struct pins *pins)
{
	char name[NAME_MAX];

	for (int id = 0; id < MAP_COUNT; id++) {
		new_name(id, name);
		if (map_is_table(id))
			pins_drop(pins, name);
	}
	pins_drop(pins, progs_name);
	pins_drop(pins, MAPS_MOVED_OLD_TICKETS);
	/* the last: while it is there we know how far it is */
	pins_drop(pins, state_name);
	if (unlinkat(pins->fd, MAPS_MOVE_DIR, AT_REMOVEDIR) < 0 &&
	    errno != ENOENT)
		return fail("remove", MAPS_MOVE_DIR, -errno);
	return 0;
}

/* --- programs on the uplinks --- */

/* On every uplink that there is. Return: 0 or -1, said. */
static int links_put(const struct pins *pins, const int fds[MASQ_SLOT_COUNT])
{
	struct masq_uplink uplink;
	__u32 ifindex = 0;
	struct maps maps;
	struct node node;
	int result = 0, error = maps_open_only(pins->dir, MAP_UPLINKS, &maps);

	if (error)
		return fail("open", map_names[MAP_UPLINKS], error);
	error = node_read(&node);
	if (error) {
		maps_close(&maps);
		return fail("read", "the node's interfaces", error);
	}
	while (result == 0 && maps_next_uplink(&maps, &ifindex) == 0) {
		const struct attach attach = {
			.pin_dir = pins->dir,
			.link = node_link(&node, ifindex),
			.program_fds = fds,
		};

		/* it knows one table: TC does its work until it is put again */
		if (xdp_remove(pins->dir, ifindex) < 0)
			result = -1;
		else if (attach.link &&
			 maps_get_uplink(&maps, ifindex, &uplink) == 0)
			result = attach_put(&attach, uplink.attach);
	}
	node_free(&node);
	maps_close(&maps);
	return result;
}

/* Nothing was turned yet: the former programs again, as if nothing was. */
static int undo(const struct pins *pins)
{
	int fds[MASQ_SLOT_COUNT], result;

	if (programs_open_pinned(pins->dir, fds) < 0)
		return -1;
	result = links_put(pins, fds);
	programs_close(fds);
	return result < 0 ? -1 : dir_remove(pins);
}

/* --- the programs of the move --- */

static int map_reuse(struct bpf_map *map, const struct pins *pins,
		     const char *name)
{
	int fd = pin_get(pins->dir, name), error = fd;

	if (fd >= 0) {
		error = bpf_map__reuse_fd(map, fd) < 0 ? -errno : 0;
		close(fd);
	}
	return error < 0 ? fail("reuse", name, error) : 0;
}

/*
 * All but the table is the same; of the table what is there already.  What
 * another version has left is only to be emptied: its other maps are not ours.
 */
static int maps_reuse(const struct masq_bpf *skel, const struct pins *pins)
{
	bool are_ours = maps_look(pins->dir) == MAPS_OURS;
	char name[NAME_MAX];

	for (int id = 0; id < MAP_COUNT; id++) {
		map_pin_name(pins->dir, id, name);
		if (map_is_table(id) ? strcmp(name, map_names[id]) == 0 :
				       !are_ours)
			continue;
		if (map_reuse(programs_map(skel, id), pins, name) < 0)
			return -1;
	}
	if (map_reuse(skel->maps.masq_old_flows, pins, map_names[MAP_FLOWS]) <
	    0)
		return -1;
	return map_reuse(skel->maps.masq_old_index, pins, map_names[MAP_INDEX]);
}

/* Return: NULL, said. */
static struct masq_bpf *load(const struct pins *pins,
			     enum programs_purpose purpose, __u32 max_flows,
			     bool rewrites_directly)
{
	struct masq_bpf *skel = programs_open(purpose, rewrites_directly);
	int error;

	if (!skel)
		return NULL;
	error = programs_resize(skel, max_flows);
	if (!error && maps_reuse(skel, pins) < 0)
		goto destroy;
	if (!error)
		error = masq_bpf__load(skel);
	if (!error)
		return skel;
	log_error("cannot load a table for %u flows: %s%s", max_flows,
		  strerror(-error), programs_hint(-error));
destroy:
	masq_bpf__destroy(skel);
	return NULL;
}

static int pin(const struct pins *pins, const char *name,
	       const struct bpf_map *map)
{
	int error = pins_put(pins, name, bpf_map__fd(map));

	return error ? fail("pin", name, error) : 0;
}

/* Of the new table what is not there yet: another version's may have less. */
static int table_pin(const struct pins *pins, const struct masq_bpf *skel)
{
	char name[NAME_MAX];

	for (int id = 0; id < MAP_COUNT; id++) {
		new_name(id, name);
		if (map_is_table(id) && faccessat(pins->fd, name, F_OK, 0) &&
		    pin(pins, name, programs_map(skel, id)) < 0)
			return -1;
	}
	return 0;
}

static int dir_make(const struct pins *pins, const struct masq_bpf *skel)
{
	if (mkdirat(pins->fd, MAPS_MOVE_DIR, 0700) < 0)
		return fail("make", MAPS_MOVE_DIR, -errno);
	if (table_pin(pins, skel) < 0)
		return -1;
	if (pin(pins, progs_name, skel->maps.masq_old_progs) < 0)
		return -1;
	return pin(pins, state_name, skel->maps.masq_move);
}

/* The former programs are called until the turn. */
static int former_enter(const struct pins *pins, const struct masq_bpf *skel)
{
	int fds[MASQ_SLOT_COUNT], error = 0;

	if (programs_open_pinned(pins->dir, fds) < 0)
		return -1;
	for (__u32 slot = 0; slot < MASQ_SLOT_COUNT && !error; slot++)
		error = bpf_map_update_elem(
			bpf_map__fd(skel->maps.masq_old_progs), &slot,
			&fds[slot], BPF_ANY);
	programs_close(fds);
	return error ? fail("enter", "the former programs", error) : 0;
}

static int moving_put(const struct pins *pins, const struct masq_bpf *skel)
{
	int fds[MASQ_SLOT_COUNT];

	for (int slot = 0; slot < MASQ_SLOT_COUNT; slot++)
		fds[slot] = bpf_program__fd(programs_moving(skel, slot));
	return links_put(pins, fds);
}

/* --- bringing the flows over --- */

struct import {
	int program_fd;
	struct masq_tuple tuples[MASQ_IMPORT_MAX];
	__u32 count;
	uint64_t left; /* that found no room */
};

static int import_flush(struct import *import)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = import->tuples,
		    .data_size_in = import->count * sizeof(import->tuples[0]));
	int error;

	if (!import->count)
		return 0;
	import->count = 0;
	error = bpf_prog_test_run_opts(import->program_fd, &run);
	import->left += run.retval;
	return error;
}

static int import_add(const struct masq_tuple *external,
		      const struct masq_flow *flow, void *context)
{
	struct import *import = context;

	(void)flow;
	import->tuples[import->count++] = *external;
	return import->count == MASQ_IMPORT_MAX ? import_flush(import) : 0;
}

static int flows_import(const struct pins *pins, const struct masq_bpf *skel)
{
	struct import import = {
		.program_fd = bpf_program__fd(skel->progs.masq_import),
	};
	struct maps former = { 0 }; /* not what maps_open() takes for it now */
	int fd = pin_get(pins->dir, map_names[MAP_FLOWS]), error;

	if (fd < 0)
		return fail("open", map_names[MAP_FLOWS], fd);
	former.fd[MAP_FLOWS] = fd;
	error = maps_each_flow(&former, import_add, &import);
	if (!error)
		error = import_flush(&import);
	close(fd);
	if (error)
		return fail("bring over", "the flows", error);
	/* each flow has a ticket of the new table */
	pins_drop(pins, MAPS_OLD_TICKETS);
	if (!import.left)
		return 0;
	return log_error("%llu flows find no room in the new table: give a "
			 "larger --max-flows",
			 (unsigned long long)import.left);
}

/* --- the whole --- */

/* What is expired counts: until it is swept it has its place. */
int move_check(const struct pins *pins, const struct sourced *sourced)
{
	__u32 max_flows = sourced->config.max_flows;
	struct masq_sweeper sweeper;
	struct maps maps;
	int error;

	if (!max_flows)
		return 0;
	error = maps_open_only(pins->dir, MAP_SWEEPER, &maps);
	if (error == -ENOENT)
		return 0;
	if (!error) {
		error = maps_get_sweeper(&maps, &sweeper);
		maps_close(&maps);
	}
	if (error)
		return fail("read", map_names[MAP_SWEEPER], error);
	if (sweeper.tickets <= max_flows)
		return 0;
	return values_refuse(&sourced->values, "max-flows", NULL,
			     "there are %llu records now: give more, or wait "
			     "until they are over",
			     (unsigned long long)sweeper.tickets);
}

int move_table(const struct pins *pins, const struct sourced *sourced,
	       bool rewrites_directly)
{
	struct masq_bpf *skel;
	int result;

	if (move_check(pins, sourced) < 0)
		return -1;
	skel = load(pins, PROGRAMS_MOVE, sourced->config.max_flows,
		    rewrites_directly);
	if (!skel)
		return -1;
	if (dir_make(pins, skel) < 0 || former_enter(pins, skel) < 0 ||
	    moving_put(pins, skel) < 0 || programs_start_sweep(skel) < 0 ||
	    move_check(pins, sourced) < 0 ||
	    state_write(pins, MASQ_MOVE_SERVING) < 0) {
		(void)undo(pins);
		result = -1;
	} else {
		grace_wait();
		result = flows_import(pins, skel);
	}
	masq_bpf__destroy(skel);
	return result;
}

static int import_resume(const struct pins *pins, bool rewrites_directly)
{
	struct masq_bpf *skel = load(pins, PROGRAMS_IMPORT, MASQ_FLOWS_DEFAULT,
				     rewrites_directly);
	int result;

	if (!skel)
		return -1;
	result = table_pin(pins, skel);
	if (result == 0)
		result = flows_import(pins, skel);
	masq_bpf__destroy(skel);
	return result;
}

int move_resume(const struct pins *pins, bool rewrites_directly)
{
	if (!is_under_way(pins))
		return 0;
	log_info("going on with a change of the table that was cut off");
	switch (state_read(pins)) {
	case MASQ_MOVE_SERVING:
		return import_resume(pins, rewrites_directly);
	case MASQ_MOVE_DONE:
		return move_finish(pins);
	default:
		return undo(pins);
	}
}

int move_finish(const struct pins *pins)
{
	char name[NAME_MAX];

	if (!is_under_way(pins))
		return 0;
	if (state_write(pins, MASQ_MOVE_DONE) < 0)
		return -1;
	for (int id = 0; id < MAP_COUNT; id++) {
		new_name(id, name);
		if (map_is_table(id) &&
		    renameat(pins->fd, name, pins->fd, map_names[id]) < 0 &&
		    errno != ENOENT)
			return fail("pin", map_names[id], -errno);
	}
	if (renameat(pins->fd, MAPS_MOVED_OLD_TICKETS, pins->fd,
		     MAPS_OLD_TICKETS) < 0 &&
	    errno != ENOENT)
		return fail("pin", MAPS_OLD_TICKETS, -errno);
	return dir_remove(pins);
}
