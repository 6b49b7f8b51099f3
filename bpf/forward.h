/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From verdicts to what the hook understands.  Every packet comes through here
 * once, and is counted here.
 */
#ifndef FORWARD_H
#define FORWARD_H

#include "direct.h"
#include "tell.h"

/* While programs of ours hang at both tcx and clsact (attach.h). */
__u8 ends_chain;

/* Does the sender of such a packet wait for an answer that will not come? */
static inline int verdict_is_told(enum masq_verdict verdict)
{
	switch (verdict) {
	case MASQ_DROP_ISOLATED:
	case MASQ_DROP_NO_PORT:
	case MASQ_DROP_TAKEN:
	case MASQ_DROP_OVER_BUDGET:
	case MASQ_DROP_TABLE_FULL:
		return 1;
	default:
		return 0;
	}
}

/*
 * To the next program at the hook: others may have theirs before and behind us.
 * But what is ours there must not get it again.
 */
static inline int forward_next(void)
{
	return ends_chain ? TC_ACT_OK : TC_ACT_UNSPEC;
}

static inline int forward(struct __sk_buff *skb, const struct packet *p,
			  enum masq_verdict verdict)
{
	int action = TC_ACT_UNSPEC;

	count(skb, p->direction, verdict);
	if (verdict >= MASQ_DROP_FIRST)
		(void)event_drop(p, verdict);
	if (p->direction == MASQ_EGRESS && verdict_is_told(verdict))
		return tell(skb, p);
	if (verdict == MASQ_HELD || verdict >= MASQ_DROP_FIRST)
		return TC_ACT_SHOT;
	if (p->direction == MASQ_INGRESS && verdict == MASQ_TRANSLATED &&
	    p->is_direct && forwards_directly())
		action = direct_in(skb, p);
	return action == TC_ACT_UNSPEC ? forward_next() : action;
}

#endif /* FORWARD_H */
