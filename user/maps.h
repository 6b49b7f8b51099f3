/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pinned maps, each by what it means.  Their contents: include/masq.h.
 *
 * Functions return 0 or a negative errno and say nothing, unless they say
 * otherwise here.
 */
#ifndef MAPS_H
#define MAPS_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "masq.h"

enum map_id {
	MAP_FLOWS,
	MAP_INDEX,
	MAP_SHEETS,
	MAP_QUEUES,
	MAP_USAGE,
	MAP_PODS,
	MAP_ISLAND,
	MAP_UPLINKS,
	MAP_WAYS,
	MAP_POD_SENT,
	MAP_POD_WAYS,
	MAP_POD_LINKS,
	MAP_PORTS,
	MAP_CONFIG,
	MAP_SETTINGS,
	MAP_DAEMON,
	MAP_COUNTERS,
	MAP_FULL,
	MAP_FRAGMENTS,
	MAP_HELD,
	MAP_WAITING,
	MAP_SCRATCH,
	MAP_TOLD,
	MAP_TOTALS,
	MAP_EVENTS,
	MAP_LISTENER,
	MAP_SWEEPER,
	MAP_COUNT,
};

struct maps {
	int fd[MAP_COUNT];
};

/* The maps' names, in the order of enum map_id. */
extern const char *const map_names[MAP_COUNT];

/*
 * While another table takes the place of the pinned one (move.h), what is made
 * for that stands in this directory of the pin directory.
 */
#define MAPS_MOVE_DIR "masq_move"

/* Is the map one of those that a table of flows is made of? */
bool map_is_table(enum map_id id);

struct bpf_map_info;

/* What the kernel tells of a map. */
int map_info(int fd, struct bpf_map_info *ret);

/*
 * How many entries it has in a table of so many flows; *ret: 0 where it has
 * ever as many.
 *
 * Return: 0 or a negative errno.
 */
int map_entries(enum map_id id, __u32 max_flows, __u32 *ret);

/*
 * Under what name the map is pinned that serves: one of a new table from when
 * programs work on that.
 */
void map_pin_name(const char *pin_dir, enum map_id id, char ret[NAME_MAX]);

/*
 * Where the tickets of MASQ_STATE_LAYOUT_QUEUE are pinned: until the sweep has
 * taken over the last one.
 */
#define MAPS_OLD_TICKETS "masq_tickets"
#define MAPS_MOVED_OLD_TICKETS MAPS_MOVE_DIR "/" MAPS_OLD_TICKETS

/*
 * Open what is pinned.  Says what is missing, or of another layout.
 *
 * Return: 0 or -1.
 */
int maps_open(const char *pin_dir, struct maps *ret);
void maps_close(struct maps *maps);

enum maps_layout {
	MAPS_ERROR, /* said */
	MAPS_OURS, /* or none, or not written yet */
	MAPS_STATE_TO_TAKE, /* another version's, whose state we can take over */
};

/* Whose maps are pinned there? Another's whose state differs is an error. */
enum maps_layout maps_look(const char *pin_dir);

/*
 * Open one map, whatever the others are; only its functions may be used.
 *
 * Return: 0 or a negative errno, not said.
 */
int maps_open_only(const char *pin_dir, enum map_id id, struct maps *ret);

/* -EINVAL: it is of another layout, and of another size. */
int maps_get_config(const struct maps *maps, struct masq_config *ret);
int maps_set_config(const struct maps *maps, const struct masq_config *config);
int maps_get_ports(const struct maps *maps, struct masq_ports *ret);
int maps_set_ports(const struct maps *maps, const struct masq_ports *ports);
int maps_get_sweeper(const struct maps *maps, struct masq_sweeper *ret);
int maps_get_max_flows(const struct maps *maps, __u32 *ret);

int maps_get_uplink(const struct maps *maps, __u32 ifindex,
		    struct masq_uplink *ret);
int maps_set_uplink(const struct maps *maps, __u32 ifindex,
		    const struct masq_uplink *uplink);
int maps_delete_uplink(const struct maps *maps, __u32 ifindex);

/* *ifindex: 0 for the first. Return: 0, or -ENOENT behind the last. */
int maps_next_uplink(const struct maps *maps, __u32 *ifindex);

/* The same of interfaces that pods' packets come from. */
int maps_get_pod_link(const struct maps *maps, __u32 ifindex,
		      struct masq_pod_link *ret);
int maps_set_pod_link(const struct maps *maps, __u32 ifindex,
		      const struct masq_pod_link *link);
int maps_delete_pod_link(const struct maps *maps, __u32 ifindex);
int maps_next_pod_link(const struct maps *maps, __u32 *ifindex);

/* From here on the ways to pods are asked for anew. */
int maps_expire_pod_ways(const struct maps *maps);

struct range {
	struct cidr cidr;
	enum masq_origin origin;
};

/*
 * Make MAP_PODS or MAP_ISLAND hold these ranges and no others; what stays is
 * never missing meanwhile.
 */
int maps_set_ranges(const struct maps *maps, enum map_id id,
		    const struct range *ranges, size_t count);

/* *ret: allocated. */
int maps_get_ranges(const struct maps *maps, enum map_id id, struct range **ret,
		    size_t *ret_count);

/* A value of a setting, as masq_settings has it. */
struct maps_setting {
	struct masq_setting_key key;
	struct masq_setting value;
};

/* Make MAP_SETTINGS hold these and no others; sorts them. */
int maps_set_settings(const struct maps *maps, struct maps_setting *settings,
		      size_t count);

/* *ret: allocated, by name and index. */
int maps_get_settings(const struct maps *maps, struct maps_setting **ret,
		      size_t *ret_count);

int maps_get_listener(const struct maps *maps, struct masq_listener *ret);
int maps_set_listener(const struct maps *maps,
		      const struct masq_listener *listener);

int maps_get_daemon(const struct maps *maps, struct masq_daemon *ret);
int maps_set_daemon(const struct maps *maps, const struct masq_daemon *daemon);

/* Sum over the CPUs. */
int maps_get_counter(const struct maps *maps, enum masq_direction direction,
		     enum masq_verdict verdict, struct masq_counter *ret);

/* So far, of all CPUs. */
int maps_get_total(const struct maps *maps, enum masq_total_kind kind,
		   uint64_t *ret);

/* Fragments that wait, both directions. */
int maps_get_waiting(const struct maps *maps, uint64_t *ret);

/*
 * Call `each` for every record, the expired included.  Flows that come or go
 * meanwhile may be seen or not; none is seen twice.  Stops when `each` returns
 * other than 0, and returns that.
 */
int maps_each_flow(const struct maps *maps,
		   int (*each)(const struct masq_tuple *external,
			       const struct masq_flow *flow, void *context),
		   void *context);

#endif /* MAPS_H */
