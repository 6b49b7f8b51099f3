/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets that are broken: cut, lying about lengths, of a wrong version, with
 * wrong checksums.  Shares no code with bpf/ or user/.
 */
#ifndef SELFTESTS_MUTATE_H
#define SELFTESTS_MUTATE_H

#include "draft.h"

/* Break the packet in one way of many. */
void frame_mutate(struct frame *frame, struct dice *dice);

#endif /* SELFTESTS_MUTATE_H */
