// SPDX-License-Identifier: GPL-2.0-only
#include "programs.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "kernel.h"
#include "log.h"
#include "masq.skel.h"
#include "pins.h"

enum {
	/* A second in all. */
	SWEEP_TRIES = 200,
	SWEEP_PAUSE_NS = 5000000,
};

struct bpf_program *programs_serving(const struct masq_bpf *skel,
				     enum masq_slot slot)
{
	struct bpf_program *const programs[MASQ_SLOT_COUNT] = {
		[MASQ_SLOT_EGRESS] = skel->progs.masq_egress,
		[MASQ_SLOT_INGRESS] = skel->progs.masq_ingress,
		[MASQ_SLOT_EGRESS_L3] = skel->progs.masq_egress_l3,
		[MASQ_SLOT_INGRESS_L3] = skel->progs.masq_ingress_l3,
	};

	return programs[slot];
}

struct bpf_program *programs_moving(const struct masq_bpf *skel,
				    enum masq_slot slot)
{
	struct bpf_program *const programs[MASQ_SLOT_COUNT] = {
		[MASQ_SLOT_EGRESS] = skel->progs.masq_move_out,
		[MASQ_SLOT_INGRESS] = skel->progs.masq_move_in,
		[MASQ_SLOT_EGRESS_L3] = skel->progs.masq_move_out_l3,
		[MASQ_SLOT_INGRESS_L3] = skel->progs.masq_move_in_l3,
	};

	return programs[slot];
}

/* In the order of enum masq_slot: as the serving programs are pinned. */
static const char *const slot_names[MASQ_SLOT_COUNT] = {
	[MASQ_SLOT_EGRESS] = "masq_egress",
	[MASQ_SLOT_INGRESS] = "masq_ingress",
	[MASQ_SLOT_EGRESS_L3] = "masq_egress_l3",
	[MASQ_SLOT_INGRESS_L3] = "masq_ingress_l3",
};

void programs_close(int fds[MASQ_SLOT_COUNT])
{
	for (int slot = 0; slot < MASQ_SLOT_COUNT; slot++)
		if (fds[slot] >= 0)
			close(fds[slot]);
}

int programs_open_pinned(const char *pin_dir, int ret[MASQ_SLOT_COUNT])
{
	memset(ret, -1, MASQ_SLOT_COUNT * sizeof(*ret));
	for (int slot = 0; slot < MASQ_SLOT_COUNT; slot++) {
		ret[slot] = pin_get(pin_dir, slot_names[slot]);
		if (ret[slot] >= 0)
			continue;
		log_error("cannot open %s/%s: %s%s", pin_dir, slot_names[slot],
			  strerror(-ret[slot]), log_hint(-ret[slot]));
		programs_close(ret);
		return -1;
	}
	return 0;
}

/* Who lacks a capability is told EPERM. */
const char *programs_hint(int error)
{
	if (error == EACCES)
		return " (the kernel's verifier refuses the programs: "
		       "--verbose shows its words)";
	return log_hint(error);
}

static void programs_choose(const struct masq_bpf *skel,
			    enum programs_purpose purpose)
{
	bool serves = purpose == PROGRAMS_SERVE;
	bool moves = purpose == PROGRAMS_MOVE;
	/* their twins without Ethernet are the same code */
	bool is_run = serves || purpose == PROGRAMS_PROVE;
	bool imports = moves || purpose == PROGRAMS_IMPORT;

	for (int slot = 0; slot < MASQ_SLOT_COUNT; slot++) {
		bpf_program__set_autoload(programs_serving(skel, slot), serves);
		bpf_program__set_autoload(programs_moving(skel, slot), moves);
	}
	bpf_program__set_autoload(skel->progs.masq_egress, is_run);
	bpf_program__set_autoload(skel->progs.masq_ingress, is_run);
	bpf_program__set_autoload(skel->progs.masq_import, imports);
	bpf_program__set_autoload(skel->progs.masq_sweep, serves || moves);
	bpf_program__set_autoload(skel->progs.masq_pod, serves);
	bpf_program__set_autoload(skel->progs.masq_xdp, serves);
	bpf_program__set_autoload(skel->progs.masq_xdp_skb, serves);
	bpf_program__set_autoload(skel->progs.masq_close, serves);
	bpf_program__set_autoload(skel->progs.masq_why, serves);
	skel->rodata->has_former = imports;
}

/*
 * Where the kernel does not have the function that tells ip_summed, libbpf
 * looks for it in the BTF of modules too, once for an object.  That it may not,
 * for want of CAP_SYS_ADMIN or of descriptors, is an error to libbpf 1.1,
 * though the function is weak.  So that one look is taken here; it need not
 * find anything.
 */
static void modules_look(const struct masq_bpf *skel)
{
	(void)bpf_program__set_attach_target(skel->progs.masq_egress, 0,
					     "bpf_cast_to_kern_ctx");
}

struct masq_bpf *programs_open(enum programs_purpose purpose,
			       bool rewrites_directly)
{
	struct masq_bpf *skel = masq_bpf__open();

	if (!skel) {
		log_error("cannot open the BPF object: %s", strerror(errno));
		return NULL;
	}
	if (!rewrites_directly && !kernel_can(KERNEL_IP_SUMMED))
		modules_look(skel);
	skel->rodata->rewrites_directly = rewrites_directly;
	programs_choose(skel, purpose);
	return skel;
}

/* Not by name: a map that is reused takes the other one's (libbpf). */
struct bpf_map *programs_map(const struct masq_bpf *skel, enum map_id id)
{
	struct bpf_map *const maps[MAP_COUNT] = {
		[MAP_FLOWS] = skel->maps.masq_flows,
		[MAP_INDEX] = skel->maps.masq_index,
		[MAP_SHEETS] = skel->maps.masq_sheets,
		[MAP_QUEUES] = skel->maps.masq_queues,
		[MAP_USAGE] = skel->maps.masq_usage,
		[MAP_PODS] = skel->maps.masq_pods,
		[MAP_ISLAND] = skel->maps.masq_island,
		[MAP_UPLINKS] = skel->maps.masq_uplinks,
		[MAP_WAYS] = skel->maps.masq_ways,
		[MAP_POD_SENT] = skel->maps.masq_pod_sent,
		[MAP_POD_WAYS] = skel->maps.masq_pod_ways,
		[MAP_POD_LINKS] = skel->maps.masq_pod_links,
		[MAP_PORTS] = skel->maps.masq_ports,
		[MAP_CONFIG] = skel->maps.masq_config,
		[MAP_SETTINGS] = skel->maps.masq_settings,
		[MAP_DAEMON] = skel->maps.masq_daemon,
		[MAP_COUNTERS] = skel->maps.masq_counters,
		[MAP_FULL] = skel->maps.masq_full,
		[MAP_FRAGMENTS] = skel->maps.masq_fragments,
		[MAP_WAITING] = skel->maps.masq_waiting,
		[MAP_HELD] = skel->maps.masq_held,
		[MAP_SCRATCH] = skel->maps.masq_scratch,
		[MAP_TOLD] = skel->maps.masq_told,
		[MAP_TOTALS] = skel->maps.masq_totals,
		[MAP_EVENTS] = skel->maps.masq_events,
		[MAP_LISTENER] = skel->maps.masq_listener,
		[MAP_SWEEPER] = skel->maps.masq_sweeper,
	};

	return maps[id];
}

int programs_resize(const struct masq_bpf *skel, __u32 max_flows)
{
	int error = 0;

	for (int id = 0; id < MAP_COUNT && !error; id++) {
		__u32 entries;

		error = map_entries(id, max_flows, &entries);
		if (!error && entries)
			error = bpf_map__set_max_entries(programs_map(skel, id),
							 entries);
	}
	return error;
}

static int sweep_try(const struct masq_bpf *skel)
{
	char packet[64] = { 0 }; /* not looked at */
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet,
		    .data_size_in = sizeof(packet));
	int error = bpf_prog_test_run_opts(
		bpf_program__fd(skel->progs.masq_sweep), &run);

	return error ? error : (int)run.retval;
}

/*
 * Linux 6.18 takes a timer's memory without waiting for a lock
 * (kmalloc_nolock()): where another CPU has it there seems to be none.
 */
int programs_start_sweep(const struct masq_bpf *skel)
{
	const struct timespec pause = { .tv_nsec = SWEEP_PAUSE_NS };
	int error = sweep_try(skel);

	for (int i = 0; error == -ENOMEM && i < SWEEP_TRIES; i++) {
		(void)nanosleep(&pause, NULL);
		error = sweep_try(skel);
	}
	if (error)
		return log_error("cannot start the sweep: %s%s",
				 strerror(-error), log_hint(-error));
	return 0;
}
