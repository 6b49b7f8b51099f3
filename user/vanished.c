// SPDX-License-Identifier: GPL-2.0-only
#include "vanished.h"

#include <stdlib.h>
#include <string.h>

#include "close.h"
#include "log.h"

/* Room for so many. */
static int vanished_make(size_t room, struct vanished *ret)
{
	*ret = (struct vanished){ .addrs = calloc(room, sizeof(*ret->addrs)) };
	return ret->addrs ? 0 : log_error("out of memory for addresses");
}

static bool is_noted(const struct vanished *vanished,
		     const struct masq_addr *addr)
{
	for (size_t i = 0; i < vanished->count; i++)
		if (memcmp(&vanished->addrs[i], addr, sizeof(*addr)) == 0)
			return true;
	return false;
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

/* An address that there was: is it gone? */
static void judge(const struct masq_addr *addr, const struct node *node,
		  const struct uplinks *uplinks, struct vanished *ret)
{
	if (addr_is_set(addr) && !node_has_addr(node, addr) &&
	    !is_of_uplink(uplinks, addr) && !is_noted(ret, addr))
		ret->addrs[ret->count++] = *addr;
}

/* What masq_uplinks still says is what flows were opened on. */
static void judge_recorded(const struct maps *maps, const struct node *node,
			   const struct uplinks *uplinks, struct vanished *ret)
{
	struct masq_uplink former;
	__u32 ifindex = 0;

	for (int i = 0;
	     i < CONFIG_UPLINKS_MAX && maps_next_uplink(maps, &ifindex) == 0;
	     i++) {
		if (maps_get_uplink(maps, ifindex, &former) < 0)
			continue;
		for (int family = 0; family < MASQ_FAMILY_COUNT; family++)
			if (former.choice[family] != MASQ_CHOICE_GIVEN)
				judge(&former.node[family], node, uplinks, ret);
	}
}

int vanished_find(const struct maps *maps, const struct node *former,
		  const struct node *node, const struct uplinks *uplinks,
		  struct vanished *ret)
{
	size_t had = former ? former->addr_count : 0;

	if (vanished_make(had + CONFIG_UPLINKS_MAX * MASQ_FAMILY_COUNT, ret) <
	    0)
		return -1;
	for (size_t i = 0; i < had; i++)
		judge(&former->addrs[i].addr, node, uplinks, ret);
	judge_recorded(maps, node, uplinks, ret);
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
