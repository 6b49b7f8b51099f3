/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the generator is told.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

#include "device.h"
#include "output.h"
#include "pktgen.h"

enum generator {
	GENERATOR_XDP, /* pktgen.bpf.c, on live frames */
	GENERATOR_KERNEL, /* the kernel's pktgen */
	GENERATOR_COUNT,
};

/* By enum generator, as --generator takes them. */
extern const char *const generator_names[GENERATOR_COUNT];

struct options {
	const char *from;
	const char *to;
	__u8 mac[6]; /* where the first hop is */
	struct pktgen_plan plan;
	const char *protocol_name; /* as --protocol takes it */
	enum generator generator;
	__u32 size; /* of a frame, without its check sequence; 0: the least */
	__u32 count; /* of packets; 0: until the time is over */
	__u32 seconds;
	__u32 rate; /* packets a second; 0: as many as go */
	__u32 window; /* packets on their way at once; 0: as many as go */
	bool opens; /* send one packet of each flow first, unmeasured */
	bool back; /* measure the answers; opens */
	bool is_ready_to_lose; /* what is lost is no failure */
	enum output_format format;
};

/*
 * Read argv[1…].
 *
 * Return: 0; 1 where help was asked for and given; or -1, said.
 */
int options_read(int argc, char **argv, struct options *ret);

#endif /* OPTIONS_H */
