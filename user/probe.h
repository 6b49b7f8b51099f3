/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A packet that opens a flow, or an echo reply, such as the programs are tried
 * with.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "addr.h"

enum { PROBE_SIZE = 128 };

/* Addresses of one family; ports as far as the protocol has them. */
struct probe {
	struct masq_addr src;
	struct masq_addr dst;
	__u16 src_port; /* ICMP: one of them is the identifier */
	__u16 dst_port;
	__u8 proto; /* IPPROTO_… */
	bool is_reply; /* of ICMP; to others it means nothing */
};

/*
 * The frame: Ethernet, IPv4 or IPv6, and a SYN, an echo request or reply, an
 * INIT, or what the protocol has instead; every checksum is right, but SCTP's
 * is zero.
 *
 * Return: its length in bytes.
 */
size_t probe_write(const struct probe *probe, unsigned char ret[PROBE_SIZE]);

#endif /* PROBE_H */
