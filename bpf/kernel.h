/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the datapath takes from the kernel: helpers, and the constants that
 * BTF does not carry.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* include/uapi/linux/if_ether.h */
enum {
	ETH_P_IP = 0x0800,
	ETH_P_IPV6 = 0x86dd,
	ETH_HEADER_LEN = sizeof(struct ethhdr),
};

/* IANA protocol numbers: include/uapi/linux/in.h, in6.h */
enum {
	IPPROTO_HOPOPTS = 0,
	IPPROTO_ICMP = 1,
	IPPROTO_TCP = 6,
	IPPROTO_UDP = 17,
	IPPROTO_ROUTING = 43,
	IPPROTO_FRAGMENT = 44,
	IPPROTO_ICMPV6 = 58,
	IPPROTO_DSTOPTS = 60,
};

/* RFC 792, RFC 4443 */
enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_ECHO_REQUEST = 8,
	ICMPV6_ECHO_REQUEST = 128,
	ICMPV6_ECHO_REPLY = 129,
};

/* include/uapi/linux/pkt_cls.h; tcx calls the first TCX_NEXT. */
enum {
	TC_ACT_UNSPEC = -1, /* the next program or filter decides */
	TC_ACT_SHOT = 2,
};

/* include/linux/skbuff.h */
enum {
	CHECKSUM_NONE = 0,
	CHECKSUM_COMPLETE = 2,
	CHECKSUM_PARTIAL = 3,
};

enum {

	CLOCK_MONOTONIC = 1,
	ENOENT = 2,
	EBUSY = 16,
	EEXIST = 17,
};

#define NSEC_PER_MSEC 1000000ULL
#define NSEC_PER_SEC 1000000000ULL

/*
 * The packet as the kernel knows it.  From Linux 6.2; who calls it must have
 * seen rewrites_directly (rewrite.h).  Source: kernel/bpf/helpers.c
 */
extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym __weak;

#endif /* KERNEL_H */
