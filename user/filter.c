// SPDX-License-Identifier: GPL-2.0-only
#include "filter.h"

void filter_init(struct filter *filter)
{
	*filter = (struct filter){
		.proto = FILTER_ANY,
		.state = FILTER_ANY,
		.node_port = FILTER_ANY,
		.remote_port = FILTER_ANY,
	};
}

bool filter_is_empty(const struct filter *filter)
{
	return filter->proto == FILTER_ANY && filter->state == FILTER_ANY &&
	       filter->node_port == FILTER_ANY &&
	       filter->remote_port == FILTER_ANY && !filter->has_pod &&
	       !filter->has_remote;
}

static bool is(int wanted, int value)
{
	return wanted == FILTER_ANY || wanted == value;
}

static bool is_within(const struct cidr *range, const struct masq_addr *addr)
{
	struct cidr one = cidr_of_addr(addr);

	return cidr_contains(range, &one);
}

bool filter_matches(const struct filter *filter,
		    const struct masq_tuple *external,
		    const struct masq_flow *flow)
{
	return is(filter->proto, external->proto) &&
	       is(filter->state, flow->state) &&
	       is(filter->node_port, external->local_port) &&
	       is(filter->remote_port, external->remote_port) &&
	       (!filter->has_pod || is_within(&filter->pod, &flow->local)) &&
	       (!filter->has_remote ||
		is_within(&filter->remote, &external->remote));
}
