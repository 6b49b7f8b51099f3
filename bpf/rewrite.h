/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Write the other side of the translation into the packet.
 */
#ifndef REWRITE_H
#define REWRITE_H

#include "rewrite_direct.h"
#include "rewrite_helpers.h"

/* Set at load: this kernel tells skb->ip_summed. */
const volatile __u8 rewrites_directly = 0;

/*
 * Replace the packet's local address and port by `to`, checksums included.
 * Packet pointers are dead afterwards.  Global for the verifier, as
 * packet_parse().
 *
 * Return: MASQ_TRANSLATED, or MASQ_DROP_MALFORMED when the packet does not
 * hold what parse() saw.
 */
__weak int rewrite(struct __sk_buff *skb, const struct packet *p,
		   const struct endpoint *to)
{
	enum masq_verdict verdict;

	if (!p || !to) /* never: for the verifier */
		return MASQ_DROP_MALFORMED;
	verdict = rewrites_directly ? rewrite_direct(skb, p, to) :
				      rewrite_helpers(skb, p, to);
	return verdict == MASQ_CONTINUE ? MASQ_TRANSLATED : verdict;
}

#endif /* REWRITE_H */
