/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contract between pktgen.bpf.c and the rest: what is sent, by which rule,
 * and what the sink has seen of it.
 *
 * Addresses are as in masq.h, ports in host order.
 */
#ifndef PKTGEN_H
#define PKTGEN_H

#include "masq.h"

/*
 * Before the payload, as the kernel's own pktgen has it; that one has the time
 * in the last two.  Source: struct pktgen_hdr of net/core/pktgen.c
 */
struct pktgen_mark {
	__be32 magic; /* PKTGEN_MAGIC */
	__be32 sequence; /* of the packet, from 0 */
	__be32 flow;
	__be32 run; /* which generator's it is */
};

#define PKTGEN_MAGIC 0xbe9be955

enum { PKTGEN_TTL = 64 };

enum pktgen_direction {
	PKTGEN_OUT, /* from the flows' sources */
	PKTGEN_BACK, /* the answers */
	PKTGEN_DIRECTION_COUNT,
};

/* A flow is known by its number: flow_of(). */
struct pktgen_plan {
	struct masq_addr source; /* the first */
	struct masq_addr destination; /* the first */
	struct masq_addr translated; /* what sources become; all zero: nothing */
	__u32 sources;
	__u32 destinations;
	__u32 ports; /* of each source, from source_port on */
	__u32 flows;
	__u32 run;
	__u16 source_port; /* of ICMP: identifiers */
	__u16 destination_port;
	__u8 proto; /* IPPROTO_UDP, _TCP, _ICMP or _ICMPV6 */
	__u8 family; /* enum masq_family */
	__u8 is_kernels; /* the kernel's pktgen sends: its marks name no flow */
	__u8 checks; /* whether the sink looks at checksums */
};

struct pktgen_flow {
	struct masq_addr source;
	struct masq_addr destination;
	__u16 source_port;
};

/* The n-th address from this one on. */
static inline void pktgen_addr(const struct masq_addr *first, __u32 n,
			       struct masq_addr *ret)
{
	__be32 word;

	*ret = *first;
	__builtin_memcpy(&word, ret->byte + 12, sizeof(word));
	word = __builtin_bswap32(__builtin_bswap32(word) + n);
	__builtin_memcpy(ret->byte + 12, &word, sizeof(word));
}

/* No two flows have the same source and port. */
static inline void pktgen_flow_of(const struct pktgen_plan *plan, __u32 number,
				  struct pktgen_flow *ret)
{
	pktgen_addr(&plan->source, number / plan->ports, &ret->source);
	pktgen_addr(&plan->destination, number % plan->destinations,
		    &ret->destination);
	ret->source_port = plan->source_port + number % plan->ports;
}

/* Value of `seen`; the key is the flow: where it comes from, outside. */
struct pktgen_seen {
	struct masq_addr addr; /* all zero: not seen yet */
	__u16 port;
	__u16 zero[3];
};

/* Values of `arrived_out` and `arrived_back` have a bit a packet. */
enum { PKTGEN_PACKETS_MAX = 1 << 27 };

/* Value of `counts` (per CPU); the key is enum pktgen_direction. */
struct pktgen_count {
	__u64 packets;
	__u64 bytes; /* of their frames */
	__u64 duplicates; /* that came before */
	__u64 wrong_addresses; /* that are not the flow's */
	__u64 wrong_ports;
	__u64 wrong_checksums;
	__u64 moved; /* of a flow that came from elsewhere before */
};

#endif /* PKTGEN_H */
