/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From verdicts to what the hook understands.  Every packet comes through here
 * once, and is counted here.
 */
#ifndef FORWARD_H
#define FORWARD_H

#include "count.h"

/*
 * What is not dropped goes on to the next program at the hook: others may have
 * theirs before and behind us.
 */
static inline int forward(const struct __sk_buff *skb,
			  enum masq_direction direction,
			  enum masq_verdict verdict)
{
	count(skb, direction, verdict);
	return verdict >= MASQ_DROP_FIRST ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

#endif /* FORWARD_H */
