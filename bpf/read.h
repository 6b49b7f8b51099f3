/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From an skb to struct packet: the bytes that parse() needs, in its reach.
 */
#ifndef READ_H
#define READ_H

#include "parse.h"

enum {
	/* The longest header that is parsed, a TCP's, at the farthest place. */
	READ_BYTES = L4_OFFSET_MAX + sizeof(struct tcphdr),
};

/*
 * Functions of their own for the verifier: it looks at a global one once,
 * whatever is handed to it.  Else every step behind would be verified anew for
 * each way that a packet can be parsed.  Weak, so that the compiler relies on
 * nothing in them either: clang 19 would hand over what is not yet set, where
 * it sees it set there.
 *
 * Return: what parse() says.
 */
__weak int packet_parse(struct __sk_buff *skb, struct packet *p,
			__u32 ethertype, __u32 l3_off)
{
	struct cursor cursor = cursor_of(skb);

	if (!p || l3_off > L4_OFFSET_MAX) /* never: for the verifier */
		return MASQ_DROP_MALFORMED;
	return parse(&cursor, p, ethertype, l3_off);
}

/*
 * Read the packet, or the one that it quotes.  Only its first bytes may lie in
 * reach: then pull the headers.  Not those of a train: they would be taken from
 * its first packet, which is cut out where it lies.
 */
static inline enum masq_verdict packet_read(struct __sk_buff *skb,
					    struct packet *p, __u32 ethertype,
					    __u32 l3_off)
{
	enum masq_verdict verdict;

	verdict = packet_parse(skb, p, ethertype, l3_off);
	if (verdict != MASQ_DROP_MALFORMED ||
	    skb->data_end - skb->data >= skb->len)
		return verdict;
	p->is_train = skb->gso_size == GSO_BY_FRAGS;
	if (!p->is_train &&
	    bpf_skb_pull_data(skb, skb->len < READ_BYTES ? skb->len :
							   READ_BYTES) < 0)
		return verdict;
	return packet_parse(skb, p, ethertype, l3_off);
}

#endif /* READ_H */
