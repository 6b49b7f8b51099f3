// SPDX-License-Identifier: GPL-2.0-only
#include "scene.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	FAMILIES = 2,
	PLACE_ADDRESSES = 6,
	LOCAL_PORTS = 12,
	LOCAL_PORT_IN_POOL = 20000,
	LOCAL_PORT_BESIDE = 40000,
};

static const int families[FAMILIES] = { AF_INET, AF_INET6 };

static const char *const texts[FAMILIES][PLACE_COUNT][PLACE_ADDRESSES] = {
	{
		[PLACE_POD] = { "10.244.1.2", "10.244.1.3", "10.244.1.255" },
		[PLACE_NODE] = { "198.51.100.11" },
		[PLACE_HOST] = { "198.51.100.77", "0.0.0.0", "10.244.2.2",
				 "10.243.1.2", "169.254.3.3", "127.0.0.1" },
		[PLACE_OUTSIDE] = { "203.0.113.10", "203.0.113.11",
				    "10.245.0.1" },
		[PLACE_ISLAND] = { "10.244.9.9", "10.244.1.3", "10.244.0.0",
				   "10.244.255.255" },
		[PLACE_LINK] = { "224.0.0.1", "239.1.1.1", "255.255.255.255",
				 "169.254.169.254" },
		[PLACE_ODD] = { "0.0.0.0", "127.0.0.1", "240.0.0.1",
				"169.253.1.1" },
	},
	{
		[PLACE_POD] = { "fd00:10:244:1::2", "fd00:10:244:1::3",
				"fd00:10:244:1:ffff::" },
		[PLACE_NODE] = { "2001:db8:1::11" },
		[PLACE_HOST] = { "2001:db8:1::77", "::", "fd00:10:244:2::2",
				 "fe80::1", "::ffff:203.0.113.10",
				 "fd00:10:245:1::2" },
		[PLACE_OUTSIDE] = { "2001:db8:2::10", "2001:db8:2::11",
				    "fd00:10:245::1" },
		[PLACE_ISLAND] = { "fd00:10:244:9::9", "fd00:10:244:1::3",
				   "fd00:10:244::", "fd00:10:244:ffff:ffff::" },
		[PLACE_LINK] = { "ff02::1", "ff05::1", "fe80::9", "febf::1" },
		[PLACE_ODD] = { "::ffff:10.244.1.2", "::ffff:203.0.113.10",
				"::ffff:10.244.9.9", "::1" },
	},
};

static struct address addresses[FAMILIES][PLACE_COUNT][PLACE_ADDRESSES];
static uint32_t address_counts[FAMILIES][PLACE_COUNT];

static const struct route routes[] = {
	{ MASQ_EGRESS, PLACE_POD, PLACE_OUTSIDE, 44 },
	{ MASQ_EGRESS, PLACE_POD, PLACE_ISLAND, 5 },
	{ MASQ_EGRESS, PLACE_POD, PLACE_LINK, 4 },
	{ MASQ_EGRESS, PLACE_POD, PLACE_NODE, 1 },
	{ MASQ_EGRESS, PLACE_POD, PLACE_ODD, 2 },
	{ MASQ_EGRESS, PLACE_ODD, PLACE_OUTSIDE, 2 },
	{ MASQ_EGRESS, PLACE_NODE, PLACE_OUTSIDE, 8 },
	{ MASQ_EGRESS, PLACE_HOST, PLACE_OUTSIDE, 3 },
	{ MASQ_EGRESS, PLACE_HOST, PLACE_LINK, 2 },
	{ MASQ_EGRESS, PLACE_NODE, PLACE_ODD, 1 },
	{ MASQ_INGRESS, PLACE_OUTSIDE, PLACE_NODE, 14 },
	{ MASQ_INGRESS, PLACE_OUTSIDE, PLACE_POD, 9 },
	{ MASQ_INGRESS, PLACE_ISLAND, PLACE_POD, 2 },
	{ MASQ_INGRESS, PLACE_HOST, PLACE_POD, 1 },
	{ MASQ_INGRESS, PLACE_ODD, PLACE_POD, 1 },
	{ MASQ_INGRESS, PLACE_OUTSIDE, PLACE_ODD, 1 },
};

static const uint16_t remote_ports[] = { 53, 80, 443, 20001 };

static const uint8_t common_protos[] = { IPPROTO_TCP, IPPROTO_TCP, IPPROTO_UDP,
					 IPPROTO_UDP, IPPROTO_UDPLITE };
static const uint8_t rare_protos[] = {
	IPPROTO_SCTP, IPPROTO_SCTP, IPPROTO_GRE,   IPPROTO_ESP,
	IPPROTO_AH,   IPPROTO_IPIP, IPPROTO_IPV6,  IPPROTO_DCCP,
	IPPROTO_ICMP, IPPROTO_PIM,  IPPROTO_ICMPV6
};

static void place_open(int f, int place)
{
	uint32_t n;

	for (n = 0; n < PLACE_ADDRESSES && texts[f][place][n]; n++) {
		addresses[f][place][n].family = families[f];
		if (inet_pton(families[f], texts[f][place][n],
			      addresses[f][place][n].bytes) != 1) {
			printf("# %s is no address\n", texts[f][place][n]);
			exit(1);
		}
	}
	address_counts[f][place] = n;
}

void scene_open(void)
{
	for (int f = 0; f < FAMILIES; f++)
		for (int place = 0; place < PLACE_COUNT; place++)
			place_open(f, place);
}

const struct route *scene_route(struct dice *dice)
{
	uint32_t total = 0, at;
	size_t i;

	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		total += routes[i].weight;
	at = dice_below(dice, total);
	for (i = 0; at >= routes[i].weight; i++)
		at -= routes[i].weight;
	return &routes[i];
}

struct address scene_address(struct dice *dice, int family, enum place place)
{
	int f = family == AF_INET6;

	return addresses[f][place][dice_below(dice, address_counts[f][place])];
}

uint16_t scene_local_port(struct dice *dice)
{
	if (!dice_below(dice, 512))
		return dice_roll(dice);
	return dice_below(dice, LOCAL_PORTS) +
	       (dice_below(dice, 4) ? LOCAL_PORT_IN_POOL : LOCAL_PORT_BESIDE);
}

uint16_t scene_remote_port(struct dice *dice)
{
	return DICE_PICK(dice, remote_ports);
}

uint8_t scene_proto(struct dice *dice, int family)
{
	switch (dice_below(dice, 10)) {
	case 0:
		return dice_below(dice, 256);
	case 1:
	case 2:
		return DICE_PICK(dice, rare_protos);
	case 3:
	case 4:
		return family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	default:
		return DICE_PICK(dice, common_protos);
	}
}
