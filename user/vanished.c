// SPDX-License-Identifier: GPL-2.0-only
#include "vanished.h"

#include <stdlib.h>
#include <string.h>

#include "close.h"
#include "log.h"

/* Room for so many. */
static int vanished_make(size_t room, struct vanished *ret)
{
	*ret = (struct vanished){ .addrs = calloc(room + 1,
						  sizeof(*ret->addrs)) };
	return ret->addrs ? 0 : log_error("out of memory for addresses");
}

static void note(struct vanished *vanished, const struct masq_addr *addr)
{
	vanished->addrs[vanished->count++] = *addr;
}

static bool is_of_uplink(const struct uplinks *uplinks,
			 const struct masq_addr *addr)
{
	for (size_t i = 0; i < uplinks->count; i++)
		for (int family = 0; family < MASQ_FAMILY_COUNT; family++)
			if (memcmp(&uplinks->items[i].value.node[family], addr,
				   sizeof(*addr)) == 0)
				return true;
	return false;
}

int vanished_find(const struct node *former, const struct node *node,
		  const struct uplinks *uplinks, struct vanished *ret)
{
	if (vanished_make(former->addr_count, ret) < 0)
		return -1;
	for (size_t i = 0; i < former->addr_count; i++) {
		const struct masq_addr *addr = &former->addrs[i].addr;

		if (!node_has_addr(node, addr) && !is_of_uplink(uplinks, addr))
			note(ret, addr);
	}
	return 0;
}

int vanished_find_recorded(const struct maps *maps, const struct node *node,
			   struct vanished *ret)
{
	const size_t room = CONFIG_UPLINKS_MAX * MASQ_FAMILY_COUNT;
	struct masq_uplink former;
	__u32 ifindex = 0;

	if (vanished_make(room, ret) < 0)
		return -1;
	while (maps_next_uplink(maps, &ifindex) == 0 &&
	       ret->count + MASQ_FAMILY_COUNT <= room) {
		if (maps_get_uplink(maps, ifindex, &former) < 0)
			continue;
		for (int family = 0; family < MASQ_FAMILY_COUNT; family++)
			if (addr_is_set(&former.node[family]) &&
			    former.choice[family] != MASQ_CHOICE_GIVEN &&
			    !node_has_addr(node, &former.node[family]))
				note(ret, &former.node[family]);
	}
	return 0;
}

static bool is_on_vanished(const struct masq_tuple *external,
			   const struct masq_flow *flow, const void *context)
{
	const struct vanished *vanished = context;

	(void)flow;
	for (size_t i = 0; i < vanished->count; i++)
		if (memcmp(&external->local, &vanished->addrs[i],
			   sizeof(external->local)) == 0)
			return true;
	return false;
}

static void close_and_say(const struct datapath *datapath,
			  const struct vanished *vanished)
{
	uint64_t count;
	int error = close_flows(&datapath->maps, datapath_close_fd(datapath),
				is_on_vanished, vanished, &count);

	if (error)
		log_error("cannot close the flows on a former address: %s",
			  strerror(-error));
	for (size_t i = 0; i < vanished->count; i++) {
		char text[ADDR_TEXT_SIZE];

		log_info("%s is no address of this node any more",
			 addr_format(&vanished->addrs[i], text));
	}
	log_info("closed %llu flows", (unsigned long long)count);
}

void vanished_close(const struct datapath *datapath, struct vanished *vanished)
{
	if (vanished->count)
		close_and_say(datapath, vanished);
	vanished_free(vanished);
}

void vanished_free(struct vanished *vanished)
{
	free(vanished->addrs);
	*vanished = (struct vanished){ 0 };
}
