// SPDX-License-Identifier: GPL-2.0-only
#include "maps.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "log.h"
#include "pins.h"

enum {
	/* Grows when one bucket of the hash holds more. */
	FLOWS_A_BATCH = 4096,
	/* of a queue not full: the first, the last, and one behind that */
	SHEETS_BEGUN = 3,
};

static const __u32 zero;

const char *const map_names[MAP_COUNT] = {
	[MAP_FLOWS] = "masq_flows",	    [MAP_INDEX] = "masq_index",
	[MAP_SHEETS] = "masq_sheets",	    [MAP_QUEUES] = "masq_queues",
	[MAP_USAGE] = "masq_usage",	    [MAP_PODS] = "masq_pods",
	[MAP_ISLAND] = "masq_island",	    [MAP_UPLINKS] = "masq_uplinks",
	[MAP_PORTS] = "masq_ports",	    [MAP_WAYS] = "masq_ways",
	[MAP_POD_WAYS] = "masq_pod_ways",   [MAP_POD_SENT] = "masq_pod_sent",
	[MAP_POD_LINKS] = "masq_pod_links", [MAP_CONFIG] = "masq_config",
	[MAP_SETTINGS] = "masq_settings",   [MAP_DAEMON] = "masq_daemon",
	[MAP_COUNTERS] = "masq_counters",   [MAP_FULL] = "masq_full",
	[MAP_FRAGMENTS] = "masq_fragments", [MAP_HELD] = "masq_held",
	[MAP_SCRATCH] = "masq_scratch",	    [MAP_WAITING] = "masq_waiting",
	[MAP_TOTALS] = "masq_totals",	    [MAP_TOLD] = "masq_told",
	[MAP_EVENTS] = "masq_events",	    [MAP_LISTENER] = "masq_listener",
	[MAP_SWEEPER] = "masq_sweeper",
};

bool map_is_table(enum map_id id)
{
	return id == MAP_FLOWS || id == MAP_INDEX || id == MAP_SHEETS ||
	       id == MAP_QUEUES || id == MAP_USAGE || id == MAP_SWEEPER;
}

int map_entries(enum map_id id, __u32 max_flows, __u32 *ret)
{
	int cpus = libbpf_num_possible_cpus();
	__u64 entries = 0;

	if (cpus < 0)
		return cpus;
	if (id == MAP_FLOWS || id == MAP_INDEX)
		entries = max_flows;
	else if (id == MAP_USAGE) /* bpf/maps.h */
		entries = 2ULL * max_flows;
	else if (id == MAP_SHEETS)
		entries = max_flows / MASQ_SHEET_TICKETS +
			  (__u64)SHEETS_BEGUN * cpus;
	else if (id == MAP_QUEUES)
		entries = cpus;
	*ret = entries < UINT32_MAX ? entries : UINT32_MAX;
	return 0;
}

static bool new_table_serves(const char *pin_dir)
{
	int fd = pin_get(pin_dir, MAPS_MOVE_DIR "/masq_move");
	struct masq_move move = { 0 };

	if (fd < 0)
		return false;
	(void)bpf_map_lookup_elem(fd, &zero, &move);
	close(fd);
	return move.state != MASQ_MOVE_PREPARED;
}

void map_pin_name(const char *pin_dir, enum map_id id, char ret[NAME_MAX])
{
	char path[PATH_MAX];

	snprintf(ret, NAME_MAX, MAPS_MOVE_DIR "/%s", map_names[id]);
	if (!map_is_table(id) || pin_path(pin_dir, ret, path) ||
	    access(path, F_OK) < 0 || !new_table_serves(pin_dir))
		snprintf(ret, NAME_MAX, "%s", map_names[id]);
}

/* *ret_name: under what name. Return: a descriptor or a negative errno. */
static int map_get(const char *pin_dir, enum map_id id, char ret_name[NAME_MAX])
{
	int fd;

	map_pin_name(pin_dir, id, ret_name);
	fd = pin_get(pin_dir, ret_name);
	if (fd != -ENOENT || strcmp(ret_name, map_names[id]) == 0)
		return fd;
	/* it has taken the other one's place just now */
	snprintf(ret_name, NAME_MAX, "%s", map_names[id]);
	return pin_get(pin_dir, ret_name);
}

static int map_open(const char *pin_dir, enum map_id id, int *ret)
{
	char name[NAME_MAX];
	int fd = map_get(pin_dir, id, name);

	if (fd == -ENOENT)
		return log_error("no datapath under %s: %s is not there "
				 "(bpfmasq run loads it)",
				 pin_dir, name);
	if (fd < 0)
		return log_error("cannot open %s/%s: %s%s", pin_dir, name,
				 strerror(-fd), log_hint(-fd));
	*ret = fd;
	return 0;
}

/* The words that every version's masq_config begins with. */
struct layouts {
	__u32 layout;
	__u32 state_layout;
};

/* The last that did not name its state's layout. */
enum { LAYOUT_WITHOUT_STATE = 2 };

static int info_read(int fd, struct bpf_map_info *ret)
{
	__u32 size = sizeof(*ret);

	*ret = (struct bpf_map_info){ 0 };
	return bpf_obj_get_info_by_fd(fd, ret, &size);
}

static int layouts_read(int fd, struct layouts *ret)
{
	char value[PATH_MAX] = { 0 }; /* more than any version's */
	struct bpf_map_info info;
	int error = info_read(fd, &info);

	if (!error && info.value_size > sizeof(value))
		error = -E2BIG;
	if (!error)
		error = bpf_map_lookup_elem(fd, &zero, value);
	memcpy(ret, value, sizeof(*ret));
	if (ret->layout == LAYOUT_WITHOUT_STATE)
		ret->state_layout = MASQ_STATE_LAYOUT_QUEUE;
	return error;
}

enum maps_layout maps_look(const char *pin_dir)
{
	int fd = pin_get(pin_dir, map_names[MAP_CONFIG]), error = fd;
	struct layouts layouts;

	if (fd == -ENOENT)
		return MAPS_OURS;
	if (fd >= 0) {
		error = layouts_read(fd, &layouts);
		close(fd);
	}
	if (error < 0) {
		log_error("cannot read %s/%s: %s%s", pin_dir,
			  map_names[MAP_CONFIG], strerror(-error),
			  log_hint(-error));
		return MAPS_ERROR;
	}
	if (!layouts.layout || layouts.layout == MASQ_LAYOUT)
		return MAPS_OURS;
	if (layouts.state_layout == MASQ_STATE_LAYOUT ||
	    layouts.state_layout == MASQ_STATE_LAYOUT_QUEUE)
		return MAPS_SAME_STATE;
	log_error("the flows under %s are of layout %u, this bpfmasq knows "
		  "layout %u: use the version that loaded them, or bpfmasq "
		  "detach first",
		  pin_dir, layouts.state_layout, MASQ_STATE_LAYOUT);
	return MAPS_ERROR;
}

static int layout_check(const char *pin_dir)
{
	enum maps_layout layout = maps_look(pin_dir);

	if (layout == MAPS_SAME_STATE)
		return log_error("the maps under %s are another version's: use "
				 "that, or let bpfmasq run take them over",
				 pin_dir);
	return layout == MAPS_OURS ? 0 : -1;
}

int maps_open(const char *pin_dir, struct maps *ret)
{
	struct maps maps;

	if (layout_check(pin_dir) < 0)
		return -1;
	memset(maps.fd, -1, sizeof(maps.fd));
	for (int id = 0; id < MAP_COUNT; id++) {
		if (map_open(pin_dir, id, &maps.fd[id]) < 0) {
			maps_close(&maps);
			return -1;
		}
	}
	*ret = maps;
	return 0;
}

int maps_open_only(const char *pin_dir, enum map_id id, struct maps *ret)
{
	char name[NAME_MAX];
	int fd = map_get(pin_dir, id, name);

	if (fd < 0)
		return fd;
	memset(ret->fd, -1, sizeof(ret->fd));
	ret->fd[id] = fd;
	return 0;
}

void maps_close(struct maps *maps)
{
	for (int id = 0; id < MAP_COUNT; id++)
		if (maps->fd[id] >= 0)
			close(maps->fd[id]);
}

int maps_get_config(const struct maps *maps, struct masq_config *ret)
{
	struct bpf_map_info info;
	int error = info_read(maps->fd[MAP_CONFIG], &info);

	if (!error && info.value_size != sizeof(*ret))
		error = -EINVAL;
	return error ? error :
		       bpf_map_lookup_elem(maps->fd[MAP_CONFIG], &zero, ret);
}

int maps_set_config(const struct maps *maps, const struct masq_config *config)
{
	return bpf_map_update_elem(maps->fd[MAP_CONFIG], &zero, config,
				   BPF_ANY);
}

int maps_get_ports(const struct maps *maps, struct masq_ports *ret)
{
	return bpf_map_lookup_elem(maps->fd[MAP_PORTS], &zero, ret);
}

int maps_set_ports(const struct maps *maps, const struct masq_ports *ports)
{
	return bpf_map_update_elem(maps->fd[MAP_PORTS], &zero, ports, BPF_ANY);
}

int maps_get_sweeper(const struct maps *maps, struct masq_sweeper *ret)
{
	return bpf_map_lookup_elem(maps->fd[MAP_SWEEPER], &zero, ret);
}

int maps_get_max_flows(const struct maps *maps, __u32 *ret)
{
	struct bpf_map_info info;
	int error = info_read(maps->fd[MAP_FLOWS], &info);

	if (!error)
		*ret = info.max_entries;
	return error;
}

int maps_get_uplink(const struct maps *maps, __u32 ifindex,
		    struct masq_uplink *ret)
{
	return bpf_map_lookup_elem(maps->fd[MAP_UPLINKS], &ifindex, ret);
}

int maps_set_uplink(const struct maps *maps, __u32 ifindex,
		    const struct masq_uplink *uplink)
{
	return bpf_map_update_elem(maps->fd[MAP_UPLINKS], &ifindex, uplink,
				   BPF_ANY);
}

int maps_delete_uplink(const struct maps *maps, __u32 ifindex)
{
	return bpf_map_delete_elem(maps->fd[MAP_UPLINKS], &ifindex);
}

int maps_next_uplink(const struct maps *maps, __u32 *ifindex)
{
	return bpf_map_get_next_key(maps->fd[MAP_UPLINKS],
				    *ifindex ? ifindex : NULL, ifindex);
}

int maps_get_pod_link(const struct maps *maps, __u32 ifindex,
		      struct masq_pod_link *ret)
{
	return bpf_map_lookup_elem(maps->fd[MAP_POD_LINKS], &ifindex, ret);
}

int maps_set_pod_link(const struct maps *maps, __u32 ifindex,
		      const struct masq_pod_link *link)
{
	return bpf_map_update_elem(maps->fd[MAP_POD_LINKS], &ifindex, link,
				   BPF_ANY);
}

int maps_delete_pod_link(const struct maps *maps, __u32 ifindex)
{
	return bpf_map_delete_elem(maps->fd[MAP_POD_LINKS], &ifindex);
}

int maps_next_pod_link(const struct maps *maps, __u32 *ifindex)
{
	return bpf_map_get_next_key(maps->fd[MAP_POD_LINKS],
				    *ifindex ? ifindex : NULL, ifindex);
}

static bool ranges_have(const struct range *ranges, size_t count,
			const struct cidr *cidr)
{
	for (size_t i = 0; i < count; i++)
		if (cidr_equal(&ranges[i].cidr, cidr))
			return true;
	return false;
}

static int ranges_put(int fd, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct masq_prefix key = cidr_to_prefix(&ranges[i].cidr);
		struct masq_range value = { .origin = ranges[i].origin };
		int error = bpf_map_update_elem(fd, &key, &value, BPF_ANY);

		if (error)
			return error;
	}
	return 0;
}

/* Delete the old ranges that are not among the new. */
static int ranges_trim(int fd, const struct range *old, size_t old_count,
		       const struct range *ranges, size_t count)
{
	int error = 0;

	for (size_t i = 0; i < old_count && !error; i++) {
		struct masq_prefix key = cidr_to_prefix(&old[i].cidr);

		if (!ranges_have(ranges, count, &old[i].cidr))
			error = bpf_map_delete_elem(fd, &key);
	}
	return error;
}

int maps_set_ranges(const struct maps *maps, enum map_id id,
		    const struct range *ranges, size_t count)
{
	int fd = maps->fd[id], error;
	struct range *old;
	size_t old_count;

	error = maps_get_ranges(maps, id, &old, &old_count);
	if (error)
		return error;
	/* more than one set: left by one that was killed between these two */
	if (old_count > MASQ_RANGES_MAX)
		error = ranges_trim(fd, old, old_count, ranges, count);
	if (!error)
		error = ranges_put(fd, ranges, count);
	if (!error && old_count <= MASQ_RANGES_MAX)
		error = ranges_trim(fd, old, old_count, ranges, count);
	free(old);
	return error;
}

int maps_get_ranges(const struct maps *maps, enum map_id id, struct range **ret,
		    size_t *ret_count)
{
	struct range *ranges = NULL, *more;
	struct masq_prefix key, *before = NULL;
	struct masq_range value;
	size_t count = 0;

	for (; bpf_map_get_next_key(maps->fd[id], before, &key) == 0;
	     before = &key) {
		if (bpf_map_lookup_elem(maps->fd[id], &key, &value))
			continue;
		more = reallocarray(ranges, count + 1, sizeof(*ranges));
		if (!more) {
			free(ranges);
			return -ENOMEM;
		}
		ranges = more;
		ranges[count++] =
			(struct range){ cidr_from_prefix(&key), value.origin };
	}
	*ret = ranges;
	*ret_count = count;
	return 0;
}

static int settings_compare(const void *a, const void *b)
{
	const struct maps_setting *x = a, *y = b;
	int order = strncmp(x->key.name, y->key.name, sizeof(x->key.name));

	if (order)
		return order;
	return x->key.index < y->key.index ? -1 : x->key.index > y->key.index;
}

static void settings_sort(struct maps_setting *settings, size_t count)
{
	if (count)
		qsort(settings, count, sizeof(*settings), settings_compare);
}

int maps_get_settings(const struct maps *maps, struct maps_setting **ret,
		      size_t *ret_count)
{
	struct maps_setting *settings = NULL, *more, one;
	const struct masq_setting_key *before = NULL;
	size_t count = 0;

	for (; bpf_map_get_next_key(maps->fd[MAP_SETTINGS], before, &one.key) ==
	       0;
	     before = &one.key) {
		if (bpf_map_lookup_elem(maps->fd[MAP_SETTINGS], &one.key,
					&one.value))
			continue;
		more = reallocarray(settings, count + 1, sizeof(*settings));
		if (!more) {
			free(settings);
			return -ENOMEM;
		}
		settings = more;
		settings[count++] = one;
	}
	settings_sort(settings, count);
	*ret = settings;
	*ret_count = count;
	return 0;
}

static int settings_trim(const struct maps *maps,
			 const struct maps_setting *settings, size_t count)
{
	struct maps_setting *old;
	size_t old_count;
	int error = maps_get_settings(maps, &old, &old_count);

	if (error)
		return error;
	for (size_t i = 0; i < old_count && !error; i++)
		if (!bsearch(&old[i], settings, count, sizeof(*settings),
			     settings_compare))
			error = bpf_map_delete_elem(maps->fd[MAP_SETTINGS],
						    &old[i].key);
	free(old);
	return error;
}

int maps_set_settings(const struct maps *maps, struct maps_setting *settings,
		      size_t count)
{
	int error;

	settings_sort(settings, count);
	error = settings_trim(maps, settings, count);
	for (size_t i = 0; i < count && !error; i++)
		error = bpf_map_update_elem(maps->fd[MAP_SETTINGS],
					    &settings[i].key,
					    &settings[i].value, BPF_ANY);
	return error;
}

int maps_get_listener(const struct maps *maps, struct masq_listener *ret)
{
	return bpf_map_lookup_elem(maps->fd[MAP_LISTENER], &zero, ret);
}

int maps_set_listener(const struct maps *maps,
		      const struct masq_listener *listener)
{
	return bpf_map_update_elem(maps->fd[MAP_LISTENER], &zero, listener,
				   BPF_ANY);
}

int maps_get_daemon(const struct maps *maps, struct masq_daemon *ret)
{
	return bpf_map_lookup_elem(maps->fd[MAP_DAEMON], &zero, ret);
}

int maps_set_daemon(const struct maps *maps, const struct masq_daemon *daemon)
{
	return bpf_map_update_elem(maps->fd[MAP_DAEMON], &zero, daemon,
				   BPF_ANY);
}

struct pod_ways {
	struct masq_addr *pods;
	struct masq_pod_way *ways;
	__u32 count;
};

static void pod_ways_free(struct pod_ways *ways)
{
	free(ways->pods);
	free(ways->ways);
}

/* All at once. */
static int pod_ways_read(int fd, struct pod_ways *ret)
{
	struct bpf_map_info info;
	__u32 position;
	int error = info_read(fd, &info);

	if (error)
		return error;
	*ret = (struct pod_ways){
		.pods = calloc(info.max_entries, sizeof(*ret->pods)),
		.ways = calloc(info.max_entries, sizeof(*ret->ways)),
		.count = info.max_entries,
	};
	error = ret->pods && ret->ways ?
			bpf_map_lookup_batch(fd, NULL, &position, ret->pods,
					     ret->ways, &ret->count, NULL) :
			-ENOMEM;
	if (!error || error == -ENOENT) /* behind the last */
		return 0;
	pod_ways_free(ret);
	return error;
}

/* Who is written while they are walked one by one comes to the front of his
 * bucket, and is met again.  One that is gone since need not be expired. */
int maps_expire_pod_ways(const struct maps *maps)
{
	int fd = maps->fd[MAP_POD_WAYS];
	struct pod_ways ways;
	int error = pod_ways_read(fd, &ways);

	if (error)
		return error;
	for (__u32 i = 0; i < ways.count; i++) {
		ways.ways[i].until_ns = 0;
		(void)bpf_map_update_elem(fd, &ways.pods[i], &ways.ways[i],
					  BPF_EXIST);
	}
	pod_ways_free(&ways);
	return 0;
}

/*
 * Read what each CPU has of an element.
 *
 * *ret: allocated, zeroes where it cannot be read. Return: how many, or a
 * negative errno.
 */
static int per_cpu_read(int fd, __u32 key, size_t size, void **ret)
{
	int cpus = libbpf_num_possible_cpus(), error;
	void *each;

	if (cpus < 0)
		return cpus;
	each = calloc(cpus, size);
	if (!each)
		return -ENOMEM;
	error = bpf_map_lookup_elem(fd, &key, each);
	if (error) {
		free(each);
		return error;
	}
	*ret = each;
	return cpus;
}

int maps_get_counter(const struct maps *maps, enum masq_direction direction,
		     enum masq_verdict verdict, struct masq_counter *ret)
{
	struct masq_counter *each = NULL;
	int cpus = per_cpu_read(maps->fd[MAP_COUNTERS],
				masq_counter_key(direction, verdict),
				sizeof(*each), (void **)&each);

	if (cpus < 0)
		return cpus;
	*ret = (struct masq_counter){ 0 };
	for (int i = 0; i < cpus; i++) {
		ret->packets += each[i].packets;
		ret->bytes += each[i].bytes;
	}
	free(each);
	return 0;
}

int maps_get_waiting(const struct maps *maps, uint64_t *ret)
{
	uint64_t sum = 0;

	for (__u32 d = 0; d < MASQ_DIRECTION_COUNT; d++) {
		struct masq_waiting waiting;
		int error = bpf_map_lookup_elem(maps->fd[MAP_WAITING], &d,
						&waiting);

		if (error)
			return error;
		sum += waiting.fragments;
	}
	*ret = sum;
	return 0;
}

int maps_get_total(const struct maps *maps, enum masq_total_kind kind,
		   uint64_t *ret)
{
	struct masq_total *each = NULL;
	int cpus = per_cpu_read(maps->fd[MAP_TOTALS], kind, sizeof(*each),
				(void **)&each);

	if (cpus < 0)
		return cpus;
	*ret = 0;
	for (int i = 0; i < cpus; i++)
		*ret += each[i].count;
	free(each);
	return 0;
}

/* Room for one batch of records. */
struct batch {
	struct masq_tuple *keys;
	struct masq_flow *values;
	__u32 room;
};

static int batch_resize(struct batch *batch, __u32 room)
{
	void *keys, *values;

	keys = reallocarray(batch->keys, room, sizeof(*batch->keys));
	if (!keys)
		return -ENOMEM;
	batch->keys = keys;
	values = reallocarray(batch->values, room, sizeof(*batch->values));
	if (!values)
		return -ENOMEM;
	batch->values = values;
	batch->room = room;
	return 0;
}

int maps_each_flow(const struct maps *maps,
		   int (*each)(const struct masq_tuple *external,
			       const struct masq_flow *flow, void *context),
		   void *context)
{
	struct batch batch = { 0 };
	__u32 position, count;
	bool is_first = true;
	int error, stop;

	stop = batch_resize(&batch, FLOWS_A_BATCH);
	for (error = 0; !error && !stop;) {
		count = batch.room;
		error = bpf_map_lookup_batch(maps->fd[MAP_FLOWS],
					     is_first ? NULL : &position,
					     &position, batch.keys,
					     batch.values, &count, NULL);
		if (error == -ENOSPC) { /* one bucket is larger than this */
			error = 0;
			stop = batch_resize(&batch, 2 * batch.room);
			continue;
		}
		if (error && error != -ENOENT)
			break;
		is_first = false;
		for (__u32 i = 0; i < count && !stop; i++)
			stop = each(&batch.keys[i], &batch.values[i], context);
	}
	free(batch.keys);
	free(batch.values);
	return stop ? stop : error == -ENOENT ? 0 : error;
}
