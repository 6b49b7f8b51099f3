/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ICMP errors: of the flow of the packet that they quote.
 * Source: RFC 5508 4.2 and 4.3, RFC 4443 2.4.
 */
#ifndef ERROR_H
#define ERROR_H

#include "flow.h"
#include "read.h"
#include "rewrite_error.h"
#include "sum.h"

/* Read the packet that is quoted: it went the other way. */
static inline enum masq_verdict error_read_quote(struct __sk_buff *skb,
						 const struct packet *p,
						 struct packet *quote)
{
	__be16 ethertype = p->family == MASQ_IPV4 ? bpf_htons(ETH_P_IP) :
						    bpf_htons(ETH_P_IPV6);

	quote->direction = p->direction == MASQ_EGRESS ? MASQ_INGRESS :
							 MASQ_EGRESS;
	quote->is_quoted = 1;
	quote->end_off = p->end_off < skb->len ? p->end_off : skb->len;
	return packet_read(skb, quote, ethertype,
			   p->l4_off + ICMP_QUOTE_OFFSET);
}

/*
 * Is the error's checksum right?  Not asked of one that is longer than any that
 * a router sends (RFC 1812, RFC 4443).  Source: RFC 5508 REQ-3.
 */
static inline int error_sums_up(struct __sk_buff *skb, const struct packet *p)
{
	struct masq_held *scratch = scratch_get(SCRATCH_SUM);
	__u32 length = p->end_off - p->l4_off;
	__u64 sum;

	if (!scratch || p->end_off > skb->len || p->end_off < p->l4_off ||
	    length > SUM_ROUNDS * SUM_BYTES)
		return 1;
	if (scratch_load(scratch, 0, skb, p->l4_off, length) < 0)
		return 0;
	sum = scratch_sum(scratch, 0, length);
	if (p->family == MASQ_IPV6)
		sum += sum_icmpv6_pseudo(&p->tuple.local, &p->tuple.remote,
					 length);
	return sum_fold(sum) == 0xffff;
}

/*
 * What the error's own address becomes.  An error is addressed to the sender of
 * what it quotes: on its way in it follows that.  On its way out it may come
 * from a router before the pod, the node itself: then that stays.
 *
 * Return: 0 when it contradicts its quotation.
 */
static inline int error_address(const struct packet *p,
				const struct packet *quote,
				const struct endpoint *quote_to,
				struct masq_addr *ret)
{
	*ret = quote_to->addr;
	if (p->direction == MASQ_INGRESS)
		return addr_equal(&p->tuple.local, &quote->tuple.local);
	if (!addr_equal(&p->tuple.remote, &quote->tuple.remote))
		return 0;
	if (!is_pod(&p->tuple.local))
		*ret = p->tuple.local;
	return 1;
}

/*
 * Translate an ICMP error with what it quotes.
 *
 * Global for the verifier, as packet_parse(); and for its stack: it holds two
 * packets.
 */
__weak int error_translate(struct __sk_buff *skb, const struct packet *p)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	struct packet quote = {};
	struct endpoint quote_to;
	struct masq_addr to;

	if (!p) /* never: for the verifier */
		return MASQ_DROP_MALFORMED;
	if (!error_sums_up(skb, p))
		return classify_refused(p, MASQ_DROP_MALFORMED);
	if (error_read_quote(skb, p, &quote) != MASQ_CONTINUE ||
	    !flow_find_quoted(&quote, now, &quote_to) ||
	    !error_address(p, &quote, &quote_to, &to))
		return classify_refused(p, MASQ_DROP_STRAY);
	if (is_isolated(p->direction == MASQ_EGRESS ? &p->tuple.local : &to))
		return MASQ_DROP_ISOLATED;
	if (tuple_local_is(&quote.tuple, &quote_to.addr, quote_to.port))
		/* of another pod than that which the outside knows: a leak */
		return addr_equal(&to, &p->tuple.local) ?
			       MASQ_PASS_INBOUND :
			       classify_refused(p, MASQ_DROP_STRAY);
	return rewrite_error(skb, p, &to, &quote, &quote_to);
}

#endif /* ERROR_H */
