/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs and maps in the kernel: loaded anew, or onto what is pinned.
 */
#ifndef DATAPATH_H
#define DATAPATH_H

#include <stdbool.h>

#include "maps.h"
#include "node.h"
#include "pins.h"
#include "sources.h"

struct masq_bpf;

struct datapath {
	struct pins pins;
	struct masq_bpf *skel;
	struct maps maps; /* the skeleton's */
	int program_fds[MASQ_SLOT_COUNT]; /* the skeleton's */
	bool was_pinned[MAP_COUNT]; /* found, and used */
	bool was_made[MAP_COUNT]; /* pinned by us */
	bool replaces_maps; /* another version's, but for the state */
	bool rewrites_directly;
};

/*
 * Prove the programs, lock the pin directory, load them onto the maps that are
 * pinned there, make and pin those that are not.  Nothing that runs already is
 * changed.  Says what failed; then nothing is left behind.
 *
 * Return: 0 or -1.
 */
int datapath_open(const char *pin_dir, const struct sourced *sourced,
		  struct datapath *ret);

/*
 * Can this configuration be in force with what the kernel has, and with the
 * flows that there are?  Says what is in its way.
 *
 * Return: 0 or -1.
 */
int datapath_check(const struct datapath *datapath,
		   const struct sourced *sourced);

/*
 * Undo datapath_open(): what was pinned since goes, but programs that took the
 * place of older ones; what was found stays.
 */
void datapath_abandon(struct datapath *datapath);

/* Do the programs and the size of the table suit this configuration? */
bool datapath_suits(const struct datapath *datapath,
		    const struct sourced *sourced);

/*
 * The same pin directory again, where datapath_suits() says no.  `former` goes
 * on; once these serve, release it.
 *
 * Return: 0 or -1, said.
 */
int datapath_reopen(const struct datapath *former,
		    const struct sourced *sourced, struct datapath *ret);

/* Let go of the programs alone. */
void datapath_release(struct datapath *datapath);

/* Theirs (attach.h). */
volatile __u8 *datapath_ends_chain(const struct datapath *datapath);

/* The program that closes flows (close.h). */
int datapath_close_fd(const struct datapath *datapath);

/* The program for where pods' packets come in (pod_link.h). */
int datapath_pod_fd(const struct datapath *datapath);

/* The program of the uplinks' XDP hook (xdp.h); mode: not MASQ_XDP_NONE. */
int datapath_xdp_fd(const struct datapath *datapath, enum masq_xdp mode);

/*
 * From here on these programs are the datapath: pin them for the commands, and
 * hand them the sweep.
 *
 * Return: 0 or -1, said.
 */
int datapath_commit(const struct datapath *datapath);

/* Let go; the datapath stays in the kernel. */
void datapath_close(struct datapath *datapath);

#endif /* DATAPATH_H */
