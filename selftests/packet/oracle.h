/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The leak oracle: what may come out of the datapath in its default mode, by
 * what has come out before.  It has the rules from the documents and the
 * ranges of the fixture.  Shares no code with bpf/ or user/.
 */
#ifndef SELFTESTS_ORACLE_H
#define SELFTESTS_ORACLE_H

#include "known.h"

/* What the hooks say: TC_ACT_UNSPEC and TC_ACT_SHOT. */
enum {
	ACTION_NEXT = -1,
	ACTION_SHOT = 2,
};

/* A packet that has been through a program. */
struct passage {
	enum masq_direction direction;
	const struct frame *in;
	const struct frame *out;
	int action;
};

enum outcome {
	OUTCOME_BROKEN, /* a rule was: oracle.broken says which */
	OUTCOME_DROPPED,
	OUTCOME_PASSED, /* as it came */
	OUTCOME_OPENED, /* as it came: the outside's first of a flow to a pod */
	OUTCOME_TRANSLATED,
	OUTCOME_COUNT,
};

struct oracle {
	uint16_t first_port; /* of the pool */
	uint16_t last_port;
	struct known_table known;
	const char *broken;
};

void oracle_open(struct oracle *oracle, uint16_t first_port,
		 uint16_t last_port);
void oracle_close(struct oracle *oracle);

/* Judge, and remember. */
enum outcome oracle_judge(struct oracle *oracle, const struct passage *passage);

#endif /* SELFTESTS_ORACLE_H */
