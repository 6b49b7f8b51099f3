/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the documents and the fixture's ranges say of an address, or a packet.
 * Shares no code with bpf/ or user/.
 */
#ifndef SELFTESTS_RULES_H
#define SELFTESTS_RULES_H

#include "layers.h"

bool address_equal(const struct address *a, const struct address *b);

/* An IPv4 pod's address in IPv6 (RFC 4291 2.5.5.2) is a pod's too. */
bool address_is_pod(const struct address *address);
bool address_is_island(const struct address *address);
bool address_is_mapped(const struct address *address);
bool address_is_link_scope(const struct address *address);
bool address_is_node(const struct address *address);

/* It would arrive broken, or means nothing in this family. */
bool layer_forbids_nat(const struct layer *layer);

/* Can it be the first packet of a flow? */
bool layer_can_open(const struct frame *frame, const struct layer *layer);

/* Of a flow, as anybody would read it: no more headers than there need be. */
bool layer_is_plain(const struct layer *layer);

#endif /* SELFTESTS_RULES_H */
