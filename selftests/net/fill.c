// SPDX-License-Identifier: GPL-2.0-only
/*
 * fill PIN_DIR COUNT: put that many live flows of one pod into masq_flows, so
 * that commands have many to read.  They have no tickets: no sweep takes them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "clock.h"
#include "maps.h"

enum {
	BATCH = 4096,
	PORT_FIRST = 1024,
	PORTS_EACH = 60000, /* towards one remote */
	REMOTE_PORT = 9,
	HOUR_S = 3600,
};

/* The index-th flow: 198.51.100.11 to 198.18.0.0 and up. */
static void flow_make(unsigned long index, uint64_t now_ns,
		      struct masq_tuple *external, struct masq_flow *flow)
{
	unsigned int remote = 198 << 24 | 18 << 16 | index / PORTS_EACH;
	unsigned char bytes[] = { remote >> 24, remote >> 16, remote >> 8,
				  remote };

	memset(external, 0, sizeof(*external));
	memset(flow, 0, sizeof(*flow));
	(void)addr_parse("198.51.100.11", &external->local);
	external->remote = addr_from_bytes(AF_INET, bytes);
	external->local_port = PORT_FIRST + index % PORTS_EACH;
	external->remote_port = REMOTE_PORT;
	external->proto = IPPROTO_UDP;
	(void)addr_parse("10.244.1.2", &flow->local);
	flow->local_port = external->local_port;
	flow->state = MASQ_STATE_ESTABLISHED;
	flow->opened_ns = now_ns;
	flow->expires_ns = now_ns + HOUR_S * 1000000000ULL;
}

static int fill(int fd, unsigned long count)
{
	struct masq_tuple *keys = calloc(BATCH, sizeof(*keys));
	struct masq_flow *flows = calloc(BATCH, sizeof(*flows));
	uint64_t now_ns = clock_ns();
	int error = keys && flows ? 0 : -1;

	for (unsigned long done = 0; done < count && !error;) {
		__u32 size = 0;

		for (; size < BATCH && done < count; size++, done++)
			flow_make(done, now_ns, &keys[size], &flows[size]);
		error = bpf_map_update_batch(fd, keys, flows, &size, NULL);
	}
	free(keys);
	free(flows);
	return error;
}

int main(int argc, char **argv)
{
	struct maps maps;
	int error;

	if (argc != 3) {
		fputs("fill PIN_DIR COUNT\n", stderr);
		return EXIT_FAILURE;
	}
	if (maps_open(argv[1], &maps) < 0)
		return EXIT_FAILURE;
	error = fill(maps.fd[MAP_FLOWS], strtoul(argv[2], NULL, 10));
	maps_close(&maps);
	if (error)
		fprintf(stderr, "fill: %s\n", strerror(-error));
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
