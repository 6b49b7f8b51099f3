/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the oracle has seen: flows and datagrams, and what their local end
 * becomes on the other side.
 */
#ifndef SELFTESTS_KNOWN_H
#define SELFTESTS_KNOWN_H

#include "layers.h"
#include "masq.h"

enum known_kind {
	KNOWN_NOTHING,
	KNOWN_EXTERNAL, /* a translated flow, by its end on the wire */
	KNOWN_INTERNAL, /* the same, by the pod's end */
	KNOWN_INBOUND, /* the outside has opened it */
	KNOWN_DATAGRAM, /* a datagram whose first fragment has passed */
};

/* Compared as bytes: there is no padding. */
struct known_key {
	struct address local;
	struct address remote;
	uint32_t fragment_id;
	uint16_t local_port;
	uint16_t remote_port;
	uint8_t kind; /* enum known_kind */
	uint8_t proto;
	uint8_t direction; /* of a datagram: enum masq_direction */
	uint8_t zero;
};

struct known {
	struct known_key key;
	struct address addr;
	uint16_t port;
};

/* A hash table. */
struct known_table {
	struct known *slots;
	size_t count;
};

void known_open(struct known_table *table);
void known_close(struct known_table *table);
const struct known *known_find(const struct known_table *table,
			       const struct known_key *key);
void known_put(struct known_table *table, const struct known_key *key,
	       const struct address *addr, uint16_t port);

/*
 * direction: the packet's own; a quotation went the other way than its error.
 */
void known_key_flow(enum known_kind kind, const struct frame *frame,
		    const struct layer *layer, enum masq_direction direction,
		    struct known_key *ret);
void known_key_datagram(const struct frame *frame, const struct layer *layer,
			enum masq_direction direction, struct known_key *ret);

/* The ends of a packet, as offsets. */
size_t local_addr(const struct layer *layer, enum masq_direction direction);
size_t local_port(const struct layer *layer, enum masq_direction direction);
enum masq_direction opposite(enum masq_direction direction);

#endif /* SELFTESTS_KNOWN_H */
