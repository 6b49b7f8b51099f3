/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A packet as the later steps know it: read once, before anything is written.
 */
#ifndef PACKET_H
#define PACKET_H

#include "kernel.h"
#include "masq.h"

/* RFC 9293 3.1: the byte of flags, and those that we look at. */
enum {
	TCP_FLAGS_OFFSET = 13,
	TCP_FLAG_FIN = 0x01,
	TCP_FLAG_SYN = 0x02,
	TCP_FLAG_RST = 0x04,
	TCP_FLAG_ACK = 0x10,
	/* those that move a flow from state to state */
	TCP_FLAGS_STATE = TCP_FLAG_FIN | TCP_FLAG_SYN | TCP_FLAG_RST,
};

/* What a packet can be to a flow. */
enum packet_role {
	PACKET_OPENS, /* may be a flow's first: TCP SYN, UDP, a query */
	PACKET_CONTINUES, /* the middle of a connection: may be picked up */
	PACKET_ANSWERS, /* never a flow's first: RST, FIN, a reply */
	PACKET_ERROR, /* an ICMP error: of the flow that it quotes */
	PACKET_FRAGMENT, /* not a datagram's first: of the flow of that */
};

/*
 * Offsets count bytes from the start of the frame.  Those of fields that a
 * packet does not have are 0.
 *
 * The packet that an ICMP error quotes is one too.  It went the other way, so
 * that its direction is the opposite of the error's; of its roles only that of
 * an ICMP query and its answer is known.
 */
struct packet {
	struct masq_tuple tuple; /* local: source on egress, destination on
				    ingress */
	__u32 fragment_id; /* of a fragment: as in the header */
	__u16 l3_off;
	__u16 l4_off;
	__u16 end_off; /* of the IP packet; a quotation's is its error's */
	__u16 addr_off; /* of the local address */
	__u16 port_off; /* of a local port or identifier that may change */
	__u16 check_off; /* of an L4 checksum that covers what changes */
	__u8 direction; /* enum masq_direction */
	__u8 family; /* enum masq_family */
	__u8 tcp_flags; /* TCP_FLAG_… */
	__u8 role; /* enum packet_role */
	__u8 is_first_fragment;
	__u8 is_quoted;
	__u8 is_direct; /* its flow is MASQ_KIND_DIRECT, once it is found */
	__u8 is_train; /* several SCTP packets behind one header */
};

/* The other side of the translation: what the local end becomes. */
struct endpoint {
	struct masq_addr addr;
	__u16 port;
};

static inline int packet_is_icmp(const struct packet *p)
{
	return p->tuple.proto == IPPROTO_ICMP ||
	       p->tuple.proto == IPPROTO_ICMPV6;
}

/* Is this an ICMP query, such as an echo request? */
static inline int packet_is_query(const struct packet *p)
{
	return p->role == PACKET_OPENS && packet_is_icmp(p);
}

/* Is this the answer to one? */
static inline int packet_is_reply(const struct packet *p)
{
	return p->role == PACKET_ANSWERS && packet_is_icmp(p);
}

static inline void addr_from_ipv4(struct masq_addr *addr, __be32 ipv4)
{
	__u64 high = 0;
	__be32 low[2] = { bpf_htonl(0xffff), ipv4 };

	__builtin_memcpy(addr->byte, &high, sizeof(high));
	__builtin_memcpy(addr->byte + 8, low, sizeof(low));
}

static inline __be32 addr_word(const struct masq_addr *addr, int i)
{
	__be32 word;

	__builtin_memcpy(&word, addr->byte + 4 * i, sizeof(word));
	return word;
}

static inline __u64 addr_half(const struct masq_addr *addr, int i)
{
	__u64 half;

	__builtin_memcpy(&half, addr->byte + 8 * i, sizeof(half));
	return half;
}

static inline int addr_equal(const struct masq_addr *a,
			     const struct masq_addr *b)
{
	return addr_half(a, 0) == addr_half(b, 0) &&
	       addr_half(a, 1) == addr_half(b, 1);
}

static inline int addr_is_set(const struct masq_addr *addr)
{
	return addr_half(addr, 0) || addr_half(addr, 1);
}

static inline int addr_is_ipv4(const struct masq_addr *addr)
{
	return !addr_half(addr, 0) && addr_word(addr, 2) == bpf_htonl(0xffff);
}

/* Is this the tuple's local end? */
static inline int tuple_local_is(const struct masq_tuple *tuple,
				 const struct masq_addr *addr, __u16 port)
{
	return tuple->local_port == port && addr_equal(&tuple->local, addr);
}

#endif /* PACKET_H */
