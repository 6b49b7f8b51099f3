/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF object, opened for one of its purposes and not loaded yet.
 */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include <stdbool.h>

#include "maps.h"

struct masq_bpf;
struct bpf_map;
struct bpf_program;

enum programs_purpose {
	PROGRAMS_SERVE, /* to be the datapath */
	PROGRAMS_PROVE, /* to be tried on packets (prove.h) */
	PROGRAMS_MOVE, /* while another table takes its place (move.h) */
	PROGRAMS_IMPORT, /* to bring flows to that alone */
};

/*
 * Those that serve, of whatever run: they are pinned.  Close them by
 * programs_close().
 *
 * Return: 0 or -1, said.
 */
int programs_open_pinned(const char *pin_dir, int ret[MASQ_SLOT_COUNT]);

void programs_close(int fds[MASQ_SLOT_COUNT]);

/* As log_hint(), of an error of masq_bpf__load(). */
const char *programs_hint(int error);

/* Return: NULL, said. */
struct masq_bpf *programs_open(enum programs_purpose purpose,
			       bool rewrites_directly);

/* Size the maps for so many flows. Return: 0 or a negative errno. */
int programs_resize(const struct masq_bpf *skel, __u32 max_flows);

struct bpf_map *programs_map(const struct masq_bpf *skel, enum map_id id);

/* The program of PROGRAMS_SERVE, or its twin of PROGRAMS_MOVE, for a slot. */
struct bpf_program *programs_serving(const struct masq_bpf *skel,
				     enum masq_slot slot);
struct bpf_program *programs_moving(const struct masq_bpf *skel,
				    enum masq_slot slot);

/* Once loaded: hand the sweep to these programs. Return: 0 or -1, said. */
int programs_start_sweep(const struct masq_bpf *skel);

#endif /* PROGRAMS_H */
