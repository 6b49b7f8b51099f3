/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policy: which packets are ours to translate.  Asked only when no flow
 * answers for a packet, so a changed policy holds for new flows.
 */
#ifndef CLASSIFY_H
#define CLASSIFY_H

#include "maps.h"
#include "packet.h"

static inline const struct masq_range *range_of(void *ranges,
						const struct masq_addr *addr)
{
	struct masq_prefix key = {
		.prefix_len = MASQ_PREFIX_FAMILY_BITS + 128,
		.family = addr_is_ipv4(addr) ? MASQ_IPV4 : MASQ_IPV6,
	};

	__builtin_memcpy(key.byte, addr->byte, sizeof(key.byte));
	return bpf_map_lookup_elem(ranges, &key);
}

static inline int is_pod(const struct masq_addr *addr)
{
	return range_of(&masq_pods, addr) != NULL;
}

/* Is it an address of this node, on whatever interface? */
static inline int is_own(const struct masq_addr *addr)
{
	const struct masq_range *range = range_of(&masq_island, addr);

	return range && range->origin == MASQ_ORIGIN_NODE_ADDRESS;
}

/*
 * Multicast, broadcast and link-local addresses mean something only on the
 * pod's own link.  Source: RFC 6890, RFC 4291 2.5.6 and 2.7.
 */
static inline int is_link_scope(const struct masq_addr *addr)
{
	__u32 word;

	if (addr_is_ipv4(addr)) {
		word = bpf_ntohl(addr_word(addr, 3));
		return word >> 28 == 0xe || word == 0xffffffff ||
		       word >> 16 == 0xa9fe;
	}
	word = bpf_ntohl(addr_word(addr, 0));
	return word >> 24 == 0xff || word >> 22 == 0xfe80 >> 6;
}

static inline enum masq_mode mode_get(void)
{
	const struct masq_config *config = config_get();

	return config ? config->mode : MASQ_MODE_ISLAND;
}

/* Between a pod and the outside.  MASQ_CONTINUE: is to be translated. */
static inline enum masq_verdict classify_mode(void)
{
	switch (mode_get()) {
	case MASQ_MODE_FLAT:
		return MASQ_PASS_FLAT;
	case MASQ_MODE_ISOLATED:
		return MASQ_DROP_ISOLATED;
	default:
		return MASQ_CONTINUE;
	}
}

/*
 * The range that a pod's remote is in.  The island's IPv4 addresses are not
 * reached by IPv6.
 */
static inline const struct masq_range *range_of_remote(const struct packet *p)
{
	if (p->family == MASQ_IPV6 && addr_is_ipv4(&p->tuple.remote))
		return NULL;
	return range_of(&masq_island, &p->tuple.remote);
}

/* Do the ranges say that it belongs to the island? */
static inline int is_island(const struct masq_range *remote)
{
	return remote && remote->origin != MASQ_ORIGIN_MASQUERADE &&
	       remote->origin != MASQ_ORIGIN_ELSEWHERE &&
	       remote->origin != MASQ_ORIGIN_LINK_LOCAL;
}

/* Between a pod and the outside: do the ranges exclude it from translation? */
static inline int is_excluded(const struct masq_range *pod,
			      const struct masq_range *remote)
{
	return pod->origin == MASQ_ORIGIN_NON_MASQUERADE_SOURCE ||
	       (remote && remote->origin != MASQ_ORIGIN_MASQUERADE);
}

/* Is nothing said of this address that means something only on a link? */
static inline int is_out_of_scope(const struct packet *p,
				  const struct masq_range *remote)
{
	return is_link_scope(&p->tuple.remote) &&
	       (!remote || remote->origin == MASQ_ORIGIN_ELSEWHERE);
}

/* On its way out, by ranges alone.  MASQ_CONTINUE: is to be translated. */
static inline enum masq_verdict classify_leaving(const struct packet *p)
{
	const struct masq_range *pod = range_of(&masq_pods, &p->tuple.local);
	const struct masq_range *remote;
	enum masq_verdict verdict;

	if (!pod)
		return MASQ_PASS_NOT_POD;
	remote = range_of_remote(p);
	if (is_island(remote))
		return MASQ_PASS_ISLAND;
	verdict = classify_mode();
	if (verdict != MASQ_CONTINUE)
		return verdict;
	if (is_out_of_scope(p, remote))
		return MASQ_DROP_SCOPE;
	return is_excluded(pod, remote) ? MASQ_PASS_EXCLUDED : MASQ_CONTINUE;
}

/* On its way in, by ranges alone.  MASQ_CONTINUE: from outside to a pod. */
static inline enum masq_verdict classify_arriving(const struct packet *p)
{
	const struct masq_range *pod = range_of(&masq_pods, &p->tuple.local);
	const struct masq_range *remote =
		range_of(&masq_island, &p->tuple.remote);
	enum masq_verdict verdict;

	if (!pod || is_island(remote))
		return MASQ_PASS_NO_FLOW;
	verdict = classify_mode();
	if (verdict != MASQ_CONTINUE)
		return verdict;
	return is_excluded(pod, remote) ? MASQ_PASS_EXCLUDED : MASQ_CONTINUE;
}

/* A packet on its way out, of no flow.  MASQ_CONTINUE: masquerade it. */
static inline enum masq_verdict classify_egress(const struct packet *p)
{
	enum masq_verdict verdict = classify_leaving(p);

	if (verdict == MASQ_CONTINUE && p->role != PACKET_OPENS &&
	    p->role != PACKET_CONTINUES)
		return MASQ_DROP_STRAY;
	return verdict;
}

/*
 * A packet on its way in, of no flow.  MASQ_CONTINUE: the outside opens a flow
 * to a pod; its answers must keep the pod's address.
 */
static inline enum masq_verdict classify_ingress(const struct packet *p)
{
	enum masq_verdict verdict = classify_arriving(p);

	if (verdict == MASQ_CONTINUE && p->role != PACKET_OPENS)
		return MASQ_PASS_NO_FLOW;
	return verdict;
}

/*
 * A packet that cannot be translated, with the reason.  That matters only
 * where it would have been: what is the host's, or stays in the island, is
 * never dropped, and from outside the stack decides.
 */
static inline enum masq_verdict classify_refused(const struct packet *p,
						 enum masq_verdict reason)
{
	enum masq_verdict verdict;

	if (reason == MASQ_PASS_NOT_IP)
		return reason;
	if (p->direction == MASQ_EGRESS) {
		verdict = classify_leaving(p);
	} else {
		verdict = classify_arriving(p);
		reason = MASQ_PASS_NO_FLOW;
	}
	return verdict == MASQ_CONTINUE ? reason : verdict;
}

/*
 * Isolated: may this flow's packet not pass?  `local` is the end behind the
 * translation: a pod, or the host where the two have met.
 */
static inline int is_isolated(const struct masq_addr *local)
{
	return mode_get() == MASQ_MODE_ISOLATED && is_pod(local);
}

#endif /* CLASSIFY_H */
