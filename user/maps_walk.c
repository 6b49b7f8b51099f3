// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps as a whole, element by element, as maps.h has it.
 */
#include "maps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

enum {
	/* Grows when one bucket of the hash holds more. */
	FLOWS_A_BATCH = 4096,
};

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

struct pod_ways {
	struct masq_addr *pods;
	struct masq_pod_way *ways;
	__u32 room;
};

/* Of those that were read; one that is gone since need not be expired. */
static void pod_ways_write(int fd, const struct pod_ways *ways, __u32 count)
{
	for (__u32 i = 0; i < count; i++) {
		ways->ways[i].until_ns = 0;
		(void)bpf_map_update_elem(fd, &ways->pods[i], &ways->ways[i],
					  BPF_EXIST);
	}
}

/* By whole buckets: what is written comes to the front of its own, and who
 * walks one by one meets it again. */
static int pod_ways_expire(int fd, const struct pod_ways *ways)
{
	__u32 position, count;
	bool is_first = true;
	int error = 0;

	while (!error) {
		count = ways->room;
		error = bpf_map_lookup_batch(fd, is_first ? NULL : &position,
					     &position, ways->pods, ways->ways,
					     &count, NULL);
		is_first = false;
		if (!error || error == -ENOENT)
			pod_ways_write(fd, ways, count);
	}
	return error == -ENOENT ? 0 : error;
}

int maps_expire_pod_ways(const struct maps *maps)
{
	int fd = maps->fd[MAP_POD_WAYS], error;
	struct bpf_map_info info;
	struct pod_ways ways;

	error = map_info(fd, &info);
	if (error)
		return error;
	ways.room = info.max_entries;
	ways.pods = calloc(ways.room, sizeof(*ways.pods));
	ways.ways = calloc(ways.room, sizeof(*ways.ways));
	error = ways.pods && ways.ways ? pod_ways_expire(fd, &ways) : -ENOMEM;
	free(ways.pods);
	free(ways.ways);
	return error;
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
