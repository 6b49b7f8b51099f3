/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who talks to whom.  They are few, so that packets meet each other's flows.
 */
#ifndef SELFTESTS_SCENE_H
#define SELFTESTS_SCENE_H

#include "draft.h"
#include "masq.h"

enum place {
	PLACE_POD,
	PLACE_NODE,
	PLACE_HOST, /* other sources that are no pods of this node */
	PLACE_OUTSIDE,
	PLACE_ISLAND,
	PLACE_LINK,
	PLACE_ODD, /* addresses that no packet should bear */
	PLACE_COUNT,
};

struct route {
	enum masq_direction direction;
	enum place src;
	enum place dst;
	uint32_t weight; /* how often */
};

void scene_open(void);
const struct route *scene_route(struct dice *dice);
/* family: AF_INET, AF_INET6. */
struct address scene_address(struct dice *dice, int family, enum place place);
/* Some in the pool, that several pods want, some beside it; rarely any. */
uint16_t scene_local_port(struct dice *dice);
uint16_t scene_remote_port(struct dice *dice);
uint8_t scene_proto(struct dice *dice, int family);

#endif /* SELFTESTS_SCENE_H */
