// SPDX-License-Identifier: GPL-2.0-only
#include "census.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "pool.h"

/* Being taken: trees find, and arrays of pointers list what is in them. */
struct taking {
	uint64_t now_ns;
	uint64_t since_ns;
	struct masq_ports ports;
	void *pod_tree;
	void *remote_tree;
	struct census *census;
};

static int pod_compare(const void *a, const void *b)
{
	const struct census_pod *x = a, *y = b;

	return memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

static int remote_compare(const void *a, const void *b)
{
	const struct census_remote *x = a, *y = b;

	return memcmp(&x->key, &y->key, sizeof(x->key));
}

/*
 * The one in the tree that equals `sample`, or a new one in the array.
 *
 * Return: NULL when there is no more room.
 */
static void *find_or_add(void **tree, void *array, size_t *count, size_t size,
			 const void *sample,
			 int (*compare)(const void *a, const void *b))
{
	void *fresh = (char *)array + *count * size;
	void **found = tfind(sample, tree, compare);

	if (found)
		return *found;
	if (*count == CENSUS_MAX)
		return NULL;
	memcpy(fresh, sample, size);
	if (!tsearch(fresh, tree, compare))
		return NULL;
	++*count;
	return fresh;
}

static void pod_count(struct taking *taking, const struct masq_flow *flow)
{
	struct census_pod sample = { .addr = flow->local };
	struct census_pod *pod;

	pod = find_or_add(&taking->pod_tree, taking->census->pods,
			  &taking->census->pod_count, sizeof(sample), &sample,
			  pod_compare);
	if (!pod)
		return;
	pod->flows++;
	pod->opened += flow->opened_ns >= taking->since_ns;
}

static void remote_count(struct taking *taking,
			 const struct masq_tuple *external)
{
	struct census_remote sample = { .key = *external };
	struct census_remote *remote;

	if (!pool_has(&taking->ports, external->local_port))
		return;
	sample.key.local_port = 0;
	remote = find_or_add(&taking->remote_tree, taking->census->remotes,
			     &taking->census->remote_count, sizeof(sample),
			     &sample, remote_compare);
	if (remote)
		remote->ports++;
}

static int flow_count(const struct masq_tuple *external,
		      const struct masq_flow *flow, void *context)
{
	struct taking *taking = context;

	if (flow->expires_ns <= taking->now_ns ||
	    flow->kind == MASQ_KIND_VACANT)
		return 0;
	taking->census->flows++;
	taking->census->opened += flow->opened_ns >= taking->since_ns;
	if (flow->kind != MASQ_KIND_HOST)
		pod_count(taking, flow);
	if (flow->kind != MASQ_KIND_INBOUND)
		remote_count(taking, external);
	return 0;
}

static int busier_pod(const void *a, const void *b)
{
	const struct census_pod *x = a, *y = b;

	if (x->flows != y->flows)
		return x->flows < y->flows ? 1 : -1;
	return pod_compare(a, b);
}

static int busier_remote(const void *a, const void *b)
{
	const struct census_remote *x = a, *y = b;

	if (x->ports != y->ports)
		return x->ports < y->ports ? 1 : -1;
	return remote_compare(a, b);
}

static void nothing_free(void *node)
{
	(void)node; /* it is in an array */
}

int census_take(const struct maps *maps, uint64_t since_ns, struct census *ret)
{
	struct census census = {
		.pods = calloc(CENSUS_MAX, sizeof(*census.pods)),
		.remotes = calloc(CENSUS_MAX, sizeof(*census.remotes)),
	};
	struct taking taking = { .now_ns = clock_ns(),
				 .since_ns = since_ns,
				 .census = &census };
	int error = census.pods && census.remotes ? 0 : -ENOMEM;

	if (!error)
		error = maps_get_ports(maps, &taking.ports);
	if (!error)
		error = maps_each_flow(maps, flow_count, &taking);
	tdestroy(taking.pod_tree, nothing_free);
	tdestroy(taking.remote_tree, nothing_free);
	if (error) {
		census_free(&census);
		return error;
	}
	qsort(census.pods, census.pod_count, sizeof(*census.pods), busier_pod);
	qsort(census.remotes, census.remote_count, sizeof(*census.remotes),
	      busier_remote);
	census.pool = pool_size(&taking.ports);
	*ret = census;
	return 0;
}

void census_free(struct census *census)
{
	free(census->pods);
	free(census->remotes);
	*census = (struct census){ 0 };
}
