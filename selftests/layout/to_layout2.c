// SPDX-License-Identifier: GPL-2.0-only
/*
 * to_layout2 DIR: make what is pinned there look as version 2 of the layout
 * left it.  Its masq_config and masq_counters take the place of ours, with
 * counts in them that no test reaches, its masq_tickets that of our sheets, and
 * what it did not have goes.  A change of the table has just begun.
 *
 * What runs meanwhile has its maps still, and goes on.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "layout2.h"
#include "masq.h"

enum { COUNTED = 1000000, TICKETS = 1000 };

static const char *dir;
static const __u32 zero;

static void die(const char *what)
{
	fprintf(stderr, "to_layout2: %s: %s\n", what, strerror(errno));
	exit(1);
}

static const char *path_of(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void replace(const char *name, int fd)
{
	if (unlink(path_of(name)) < 0 || bpf_obj_pin(fd, path_of(name)) < 0)
		die(name);
	close(fd);
}

static struct layout2_config config_read(void)
{
	int fd = bpf_obj_get(path_of("masq_config"));
	struct layout2_config old = { .layout = LAYOUT2 };
	struct masq_config now;

	_Static_assert((int)MASQ_TIMEOUT_COUNT == LAYOUT2_TIMEOUTS,
		       "as they were");
	if (fd < 0 || bpf_map_lookup_elem(fd, &zero, &now))
		die("masq_config");
	close(fd);
	old.mode = now.mode;
	old.rewrites_directly = now.rewrites_directly;
	old.random_fully = now.random_fully;
	old.max_flows_per_pod = now.max_flows_per_pod;
	old.max_inbound = now.max_inbound;
	memcpy(old.timeout_s, now.timeout_s, sizeof(old.timeout_s));
	old.netns = now.netns;
	return old;
}

static void config_replace(void)
{
	struct layout2_config config = config_read();
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "masq_config", sizeof(zero),
				sizeof(config), 1, NULL);

	if (fd < 0 || bpf_map_update_elem(fd, &zero, &config, BPF_ANY))
		die("masq_config of layout 2");
	replace("masq_config", fd);
}

static void counters_fill(int fd)
{
	int cpus = libbpf_num_possible_cpus();
	struct layout2_counter *each = calloc(cpus, sizeof(*each));

	if (!each)
		die("counters");
	each[0] = (struct layout2_counter){ COUNTED, COUNTED };
	for (__u32 key = 0; key < LAYOUT2_DIRECTIONS * LAYOUT2_VERDICTS; key++)
		if (bpf_map_update_elem(fd, &key, each, BPF_ANY))
			die("counters");
	free(each);
}

static void counters_replace(void)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "masq_counters",
				sizeof(zero), sizeof(struct layout2_counter),
				LAYOUT2_DIRECTIONS * LAYOUT2_VERDICTS, NULL);

	if (fd < 0)
		die("masq_counters of layout 2");
	counters_fill(fd);
	replace("masq_counters", fd);
}

/* One for each record: what the sheets have, in a queue. */
static void tickets_make(void)
{
	int flows = bpf_obj_get(path_of("masq_flows"));
	int fd = bpf_map_create(BPF_MAP_TYPE_QUEUE, "masq_tickets", 0,
				sizeof(struct masq_tuple), TICKETS, NULL);
	struct masq_tuple key, *before = NULL;

	if (flows < 0 || fd < 0)
		die("masq_tickets of layout 2");
	for (; bpf_map_get_next_key(flows, before, &key) == 0; before = &key)
		if (bpf_map_update_elem(fd, NULL, &key, BPF_ANY))
			die("masq_tickets");
	if (bpf_obj_pin(fd, path_of("masq_tickets")) < 0)
		die("masq_tickets");
	close(fd);
	close(flows);
}

/* A change of the table's size that was cut off before it turned. */
static void move_begin(void)
{
	int fd = bpf_obj_get(path_of("masq_tickets"));

	if (mkdir(path_of("masq_move"), 0700) < 0 || fd < 0 ||
	    bpf_obj_pin(fd, path_of("masq_move/masq_tickets")) < 0)
		die("masq_move");
	close(fd);
}

static bool was_pinned(const char *name)
{
	size_t count = sizeof(layout2_pins) / sizeof(layout2_pins[0]);

	for (size_t i = 0; i < count; i++)
		if (strcmp(layout2_pins[i], name) == 0)
			return true;
	return strncmp(name, "link_", 5) == 0 || name[0] == '.';
}

static void others_remove(void)
{
	DIR *pins = opendir(dir);
	struct dirent *entry;

	if (!pins)
		die(dir);
	while ((entry = readdir(pins)))
		if (!was_pinned(entry->d_name) &&
		    unlink(path_of(entry->d_name)) < 0)
			die(entry->d_name);
	closedir(pins);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: to_layout2 DIR\n", stderr);
		return 2;
	}
	dir = argv[1];
	config_replace();
	counters_replace();
	tickets_make();
	others_remove();
	move_begin();
	return 0;
}
