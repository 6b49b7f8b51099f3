/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of a flow: its states, and how long each may be silent.
 *
 * Source: RFC 7857 2 and RFC 6146 3.5.2 (TCP), RFC 4787 REQ-5 (UDP),
 * RFC 5508 REQ-2 (ICMP).
 */
#ifndef STATE_H
#define STATE_H

#include "maps.h"
#include "packet.h"

static inline int state_is_closed(enum masq_state state)
{
	return state == MASQ_STATE_CLOSING || state == MASQ_STATE_RESET;
}

/* Does this packet come from the side that did not open the flow? */
static inline int is_answer(enum masq_kind kind, const struct packet *p)
{
	enum masq_direction opened_by =
		kind == MASQ_KIND_INBOUND ? MASQ_INGRESS : MASQ_EGRESS;

	return p->direction != opened_by;
}

static inline enum masq_state state_after_fin(enum masq_state state,
					      const struct packet *p)
{
	enum masq_state own = p->direction == MASQ_EGRESS ?
				      MASQ_STATE_FIN_LOCAL :
				      MASQ_STATE_FIN_REMOTE;

	if (state == MASQ_STATE_ESTABLISHED)
		return own;
	if ((state == MASQ_STATE_FIN_LOCAL || state == MASQ_STATE_FIN_REMOTE) &&
	    state != own)
		return MASQ_STATE_CLOSING;
	return state;
}

static inline enum masq_state tcp_state_after(enum masq_state state,
					      enum masq_kind kind,
					      const struct packet *p)
{
	if (p->tcp_flags & TCP_FLAG_RST)
		return state == MASQ_STATE_CLOSING ? state : MASQ_STATE_RESET;
	/* also a bare ACK: the flow may have been picked up in its middle */
	if (state == MASQ_STATE_OPENING && is_answer(kind, p))
		return MASQ_STATE_ESTABLISHED;
	if (p->tcp_flags & TCP_FLAG_SYN)
		return state_is_closed(state) && !is_answer(kind, p) ?
			       MASQ_STATE_OPENING :
			       state;
	if (p->tcp_flags & TCP_FLAG_FIN)
		return state_after_fin(state, p);
	return state == MASQ_STATE_RESET ? MASQ_STATE_ESTABLISHED : state;
}

/* Where a flow stands once this packet has passed. */
static inline enum masq_state
state_after(enum masq_state state, enum masq_kind kind, const struct packet *p)
{
	if (p->tuple.proto == IPPROTO_TCP)
		return tcp_state_after(state, kind, p);
	return is_answer(kind, p) ? MASQ_STATE_ESTABLISHED : state;
}

static inline enum masq_timeout tcp_timeout(enum masq_state state)
{
	if (state == MASQ_STATE_OPENING)
		return MASQ_TIMEOUT_TCP_OPENING;
	if (state_is_closed(state))
		return MASQ_TIMEOUT_TCP_CLOSING;
	return MASQ_TIMEOUT_TCP_ESTABLISHED;
}

static inline enum masq_timeout udp_timeout(enum masq_state state,
					    __u16 remote_port)
{
	if (state != MASQ_STATE_OPENING)
		return MASQ_TIMEOUT_UDP_ESTABLISHED;
	return remote_port < 1024 ? MASQ_TIMEOUT_UDP_OPENING_LOW :
				    MASQ_TIMEOUT_UDP_OPENING;
}

static inline enum masq_timeout timeout_of(enum masq_state state,
					   const struct masq_tuple *tuple)
{
	switch (tuple->proto) {
	case IPPROTO_TCP:
		return tcp_timeout(state);
	case IPPROTO_UDP:
		return udp_timeout(state, tuple->remote_port);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return MASQ_TIMEOUT_ICMP;
	default:
		return MASQ_TIMEOUT_OTHER;
	}
}

/* When a flow that was seen now expires, in nanoseconds. */
static inline __u64 expiry_after(enum masq_state state,
				 const struct masq_tuple *tuple, __u64 now)
{
	const struct masq_config *config = config_get();
	__u32 timeout_s = MASQ_TIMEOUT_MIN_S;

	if (config)
		timeout_s = config->timeout_s[timeout_of(state, tuple)];
	return now + timeout_s * NSEC_PER_SEC;
}

#endif /* STATE_H */
