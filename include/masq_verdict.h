/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every way a packet can leave the datapath, once.
 *
 * The enum, the counters, `bpfmasq counters`, its JSON and the table in
 * bpfmasq(8) are made from this list: symbol, name, sentence.
 * Order: passes, then drops, each appended at the end of its part; a changed
 * order is a changed map layout (MASQ_LAYOUT in masq.h).
 */
#ifndef MASQ_VERDICT_H
#define MASQ_VERDICT_H

#define MASQ_VERDICTS(X)                                                      \
	X(TRANSLATED, "translated", "address and port were rewritten")        \
	X(PASS_NOT_IP, "pass-not-ip", "neither IPv4 nor IPv6")                \
	X(PASS_NOT_POD, "pass-not-pod", "the source is no pod of this node")  \
	X(PASS_ISLAND, "pass-island", "a pod to a destination in the island") \
	X(PASS_FLAT, "pass-flat",                                             \
	  "between a pod and the outside, in --mode flat")                    \
	X(PASS_INBOUND, "pass-inbound",                                       \
	  "of a flow that the outside opened to a pod address")               \
	X(PASS_NO_FLOW, "pass-no-flow",                                       \
	  "from outside and of no flow: left to the host")                    \
	X(PASS_EXCLUDED, "pass-excluded",                                     \
	  "a pod or a destination that is excluded from translation")         \
	X(HELD, "held",                                                       \
	  "a pod's fragment before its datagram's first: kept for a second, " \
	  "then counted anew")                                                \
	X(DROP_ISOLATED, "drop-isolated",                                     \
	  "between a pod and the outside, in --mode isolated")                \
	X(DROP_MALFORMED, "drop-malformed",                                   \
	  "a pod's packet whose headers end too early or contradict")         \
	X(DROP_EXTENSIONS, "drop-extensions",                                 \
	  "a pod's packet with more IPv6 extension headers than are walked")  \
	X(DROP_MAPPED, "drop-mapped",                                         \
	  "IPv4-mapped IPv6 addresses on the wire (RFC 4291 2.5.5.2)")        \
	X(DROP_FRAGMENT, "drop-fragment",                                     \
	  "a pod's fragment whose datagram's first has not come in time")     \
	X(DROP_ICMP, "drop-icmp",                                             \
	  "a pod's ICMP message of a type that is not translated")            \
	X(DROP_PROTOCOL, "drop-protocol",                                     \
	  "a pod's packet of a protocol that forbids translation, as AH")     \
	X(DROP_SCOPE, "drop-scope",                                           \
	  "a pod to a multicast, broadcast or link-local address")            \
	X(DROP_STRAY, "drop-stray",                                           \
	  "a pod's packet that is of no flow and cannot open one")            \
	X(DROP_NO_ADDRESS, "drop-no-address",                                 \
	  "the uplink has no node address of the packet's family")            \
	X(DROP_NO_PORT, "drop-no-port",                                       \
	  "every port of the pool is in use towards this destination")        \
	X(DROP_TAKEN, "drop-taken",                                           \
	  "without ports, or SCTP: another has it towards this destination")  \
	X(DROP_OVER_BUDGET, "drop-over-budget",                               \
	  "the pod holds as many flows as --max-flows-per-pod allows")        \
	X(DROP_TABLE_FULL, "drop-table-full",                                 \
	  "no room for another flow (--max-flows)")                           \
	X(DROP_UNSOLICITED, "drop-unsolicited",                               \
	  "from outside to a port of the pool, of no flow and to no socket "  \
	  "(--xdp-drop-unsolicited)")

enum masq_verdict {
	MASQ_CONTINUE, /* no verdict yet: the next step decides; never counted */
#define X(symbol, name, sentence) MASQ_##symbol,
	MASQ_VERDICTS(X)
#undef X
		MASQ_VERDICT_COUNT,
	MASQ_DROP_FIRST = MASQ_DROP_ISOLATED,
};

#endif /* MASQ_VERDICT_H */
