/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The maps.  What they hold is said in include/masq.h.
 *
 * The sizes of masq_flows, masq_index, masq_sheets and masq_usage (--max-flows)
 * and of masq_queues are set at load.
 */
#ifndef MAPS_H
#define MAPS_H

#include "kernel.h"
#include "masq.h"

enum {
	UPLINKS_MAX = 64,
	FULL_MAX = 1024,
	WAYS_MAX = 1 << 10,
	POD_SENT_MAX = 1 << 8, /* four times what a driver hands over at once */
	POD_WAYS_MAX = 1 << 12,
	POD_LINKS_MAX = 1 << 12,
	FRAGMENTS_MAX = 8192,
	/* of each direction: the outside cannot take the pods' */
	HELD_EACH_MAX = 256,
	TOLD_MAX = 1024,
	/* some 6,000 events: as many as come while their reader is paged in */
	EVENTS_BYTES = 1 << 19,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MASQ_FLOWS_DEFAULT);
	__type(key, struct masq_tuple);
	__type(value, struct masq_flow);
} masq_flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MASQ_FLOWS_DEFAULT);
	__type(key, struct masq_tuple);
	__type(value, struct masq_external);
} masq_index SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MASQ_FLOWS_DEFAULT);
	__type(key, struct masq_sheet_key);
	__type(value, struct masq_sheet);
} masq_sheets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct masq_queue);
} masq_queues SEC(".maps");

/* What MASQ_STATE_LAYOUT_QUEUE had instead; of others nothing is in it. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 1);
	__type(value, struct masq_tuple);
} masq_old_tickets SEC(".maps");

/*
 * Flows by pod.  Twice the room of masq_flows: an entry whose last flow is gone
 * may linger for a moment.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 2 * MASQ_FLOWS_DEFAULT);
	__type(key, struct masq_addr);
	__type(value, struct masq_usage);
} masq_usage SEC(".maps");

/* Twice the room: new ranges are put in before old ones are taken out. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 2 * MASQ_RANGES_MAX);
	__type(key, struct masq_prefix);
	__type(value, struct masq_range);
} masq_pods SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 2 * MASQ_RANGES_MAX);
	__type(key, struct masq_prefix);
	__type(value, struct masq_range);
} masq_island SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, UPLINKS_MAX);
	__type(key, __u32);
	__type(value, struct masq_uplink);
} masq_uplinks SEC(".maps");

/* The next four are of --forwarding direct (way.h); no way is at 0. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WAYS_MAX);
	__type(key, __u32);
	__type(value, struct masq_way);
} masq_ways SEC(".maps");

/* What pods have just sent that is of no flow yet, on this CPU; by its hash. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, POD_SENT_MAX);
	__type(key, __u32);
	__type(value, struct masq_pod_sent);
} masq_pod_sent SEC(".maps");

/* LRU: only a memory. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, POD_WAYS_MAX);
	__type(key, struct masq_addr);
	__type(value, struct masq_pod_way);
} masq_pod_ways SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, POD_LINKS_MAX);
	__type(key, __u32);
	__type(value, struct masq_pod_link);
} masq_pod_links SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct masq_ports);
} masq_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct masq_config);
} masq_config SEC(".maps");

/* This and the next are the daemon's, for the commands: no program reads them.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MASQ_SETTINGS_MAX);
	__type(key, struct masq_setting_key);
	__type(value, struct masq_setting);
} masq_settings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct masq_daemon);
} masq_daemon SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, MASQ_COUNTER_COUNT);
	__type(key, __u32);
	__type(value, struct masq_counter);
} masq_counters SEC(".maps");

/*
 * Remotes that had no port left a moment ago, so that a flood towards one does
 * not walk the pool for each packet.  LRU: only a memory, nothing lives here.
 * The key is an external tuple with local_port 0.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FULL_MAX);
	__type(key, struct masq_tuple);
	__type(value, struct masq_full);
} masq_full SEC(".maps");

/*
 * Datagrams whose first fragment has passed.  LRU: the others follow at once,
 * so that what a flood pushes out has been used.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FRAGMENTS_MAX);
	__type(key, struct masq_datagram);
	__type(value, struct masq_fragment);
} masq_fragments SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MASQ_DIRECTION_COUNT *HELD_EACH_MAX);
	__type(key, struct masq_held_key);
	__type(value, struct masq_held);
} masq_held SEC(".maps");

/* Beside masq_held, and no part of a table: whatever sweeps there counts here. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MASQ_DIRECTION_COUNT);
	__type(key, __u32);
	__type(value, struct masq_waiting);
} masq_waiting SEC(".maps");

/* Room for one frame each. */
enum scratch {
	SCRATCH_HOLD, /* what is to be held */
	SCRATCH_ASIDE, /* what stands aside meanwhile */
	SCRATCH_SUM, /* what is summed up, or told to a sender */
	SCRATCH_COUNT,
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SCRATCH_COUNT);
	__type(key, __u32);
	__type(value, struct masq_held);
} masq_scratch SEC(".maps");

/* Pods that were told of a refusal a moment ago.  LRU: only a memory. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TOLD_MAX);
	__type(key, struct masq_addr);
	__type(value, struct masq_told);
} masq_told SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, MASQ_TOTAL_COUNT);
	__type(key, __u32);
	__type(value, struct masq_total);
} masq_totals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, EVENTS_BYTES);
} masq_events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct masq_listener);
} masq_listener SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct masq_sweeper);
} masq_sweeper SEC(".maps");

/*
 * The next four are of a table that takes the place of another one (former.h);
 * otherwise nothing is in them.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct masq_tuple);
	__type(value, struct masq_flow);
} masq_old_flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct masq_tuple);
	__type(value, struct masq_external);
} masq_old_index SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, MASQ_SLOT_COUNT);
	__type(key, __u32);
	__type(value, __u32);
} masq_old_progs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct masq_move);
} masq_move SEC(".maps");

/*
 * Writing to maps.  Before Linux 6.4 the kernel's functions behind these return
 * an int, of which the upper half of the register knows nothing: read as the
 * long that the helpers declare, an error is a positive number.
 *
 * Return: 0 or -errno.
 */
static inline int map_update(void *map, const void *key, const void *value,
			     __u64 flags)
{
	return (int)bpf_map_update_elem(map, key, value, flags);
}

static inline int map_delete(void *map, const void *key)
{
	return (int)bpf_map_delete_elem(map, key);
}

static inline int map_push(void *map, const void *value)
{
	return (int)bpf_map_push_elem(map, value, BPF_ANY);
}

static inline int map_pop(void *map, void *ret)
{
	return (int)bpf_map_pop_elem(map, ret);
}

static inline const struct masq_config *config_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&masq_config, &zero);
}

/* How many records there is room for (--max-flows). */
static inline __u32 flows_max(void)
{
	return ((const struct bpf_map *)&masq_flows)->max_entries;
}

static inline struct masq_waiting *waiting_get(enum masq_direction direction)
{
	__u32 key = direction;

	return bpf_map_lookup_elem(&masq_waiting, &key);
}

static inline struct masq_held *scratch_get(enum scratch which)
{
	__u32 key = which;

	return bpf_map_lookup_elem(&masq_scratch, &key);
}

static inline struct masq_sweeper *sweeper_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&masq_sweeper, &zero);
}

#endif /* MAPS_H */
