// SPDX-License-Identifier: GPL-2.0-only
/*
 * What single elements hold, as maps.h has it.
 */
#include "maps.h"

#include <errno.h>
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static const __u32 zero;

int maps_get_config(const struct maps *maps, struct masq_config *ret)
{
	struct bpf_map_info info;
	int error = map_info(maps->fd[MAP_CONFIG], &info);

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
	int error = map_info(maps->fd[MAP_FLOWS], &info);

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
