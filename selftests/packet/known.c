// SPDX-License-Identifier: GPL-2.0-only
#include "known.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	SLOT_BITS = 20,
	SLOTS = 1 << SLOT_BITS,
};

void known_open(struct known_table *table)
{
	table->count = 0;
	table->slots = calloc(SLOTS, sizeof(*table->slots));
	if (!table->slots) {
		perror("calloc");
		exit(1);
	}
}

void known_close(struct known_table *table)
{
	free(table->slots);
}

static uint32_t key_hash(const struct known_key *key)
{
	uint64_t hash = 0;
	uint32_t word;

	_Static_assert(sizeof(*key) == 52, "there is padding");
	for (size_t i = 0; i < sizeof(*key); i += sizeof(word)) {
		memcpy(&word, (const uint8_t *)key + i, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15;
		hash ^= hash >> 29;
	}
	return hash >> (64 - SLOT_BITS);
}

/* Where the key is, or belongs. */
static struct known *slot_find(const struct known_table *table,
			       const struct known_key *key)
{
	uint32_t at = key_hash(key);

	while (table->slots[at].key.kind &&
	       memcmp(&table->slots[at].key, key, sizeof(*key)) != 0)
		at = (at + 1) % SLOTS;
	return &table->slots[at];
}

const struct known *known_find(const struct known_table *table,
			       const struct known_key *key)
{
	const struct known *known = slot_find(table, key);

	return known->key.kind ? known : NULL;
}

void known_put(struct known_table *table, const struct known_key *key,
	       const struct address *addr, uint16_t port)
{
	struct known *known = slot_find(table, key);

	table->count += !known->key.kind;
	if (table->count > SLOTS / 2) {
		printf("# there are more flows than the oracle has room for\n");
		exit(1);
	}
	*known = (struct known){ *key, *addr, port };
}

size_t local_addr(const struct layer *layer, enum masq_direction direction)
{
	return direction == MASQ_EGRESS ? layer->src : layer->dst;
}

size_t local_port(const struct layer *layer, enum masq_direction direction)
{
	return direction == MASQ_EGRESS ? layer->src_port : layer->dst_port;
}

enum masq_direction opposite(enum masq_direction direction)
{
	return direction == MASQ_EGRESS ? MASQ_INGRESS : MASQ_EGRESS;
}

static uint16_t port_at(const struct frame *frame, size_t offset)
{
	return offset ? bytes_get16(frame->bytes + offset) : 0;
}

void known_key_flow(enum known_kind kind, const struct frame *frame,
		    const struct layer *layer, enum masq_direction direction,
		    struct known_key *ret)
{
	enum masq_direction back = opposite(direction);

	memset(ret, 0, sizeof(*ret));
	ret->kind = kind;
	ret->proto = layer->proto;
	layer_address(frame, layer, local_addr(layer, direction), &ret->local);
	layer_address(frame, layer, local_addr(layer, back), &ret->remote);
	ret->local_port = port_at(frame, local_port(layer, direction));
	if (layer->icmp == ICMP_IS_NONE)
		ret->remote_port = port_at(frame, local_port(layer, back));
}

/* RFC 791 3.2, RFC 8200 4.5. */
void known_key_datagram(const struct frame *frame, const struct layer *layer,
			enum masq_direction direction, struct known_key *ret)
{
	known_key_flow(KNOWN_DATAGRAM, frame, layer, direction, ret);
	ret->local_port = ret->remote_port = 0;
	ret->fragment_id = layer->fragment_id;
	ret->direction = direction;
	if (layer->family == AF_INET6)
		ret->proto = 0;
}
