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
	ETH_P_8021Q = 0x8100,
	ETH_P_IPV6 = 0x86dd,
	ETH_P_8021AD = 0x88a8,
	ETH_HEADER_LEN = sizeof(struct ethhdr),
};

/* IANA protocol numbers: include/uapi/linux/in.h, in6.h */
enum {
	IPPROTO_HOPOPTS = 0,
	IPPROTO_ICMP = 1,
	IPPROTO_TCP = 6,
	IPPROTO_UDP = 17,
	IPPROTO_DCCP = 33,
	IPPROTO_ROUTING = 43,
	IPPROTO_FRAGMENT = 44,
	IPPROTO_AH = 51,
	IPPROTO_ICMPV6 = 58,
	IPPROTO_DSTOPTS = 60,
	IPPROTO_OSPF = 89,
	IPPROTO_PIM = 103,
	IPPROTO_VRRP = 112,
	IPPROTO_SCTP = 132,
	IPPROTO_MH = 135,
	IPPROTO_UDPLITE = 136,
	IPPROTO_HIP = 139,
	IPPROTO_SHIM6 = 140,
};

/* RFC 792, RFC 4443 */
enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_ECHO_REQUEST = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETER_PROBLEM = 12,
	ICMP_TIMESTAMP = 13,
	ICMP_TIMESTAMP_REPLY = 14,
	ICMPV6_UNREACHABLE = 1,
	ICMPV6_TOO_BIG = 2,
	ICMPV6_TIME_EXCEEDED = 3,
	ICMPV6_PARAMETER_PROBLEM = 4,
	ICMPV6_ECHO_REQUEST = 128,
	ICMPV6_ECHO_REPLY = 129,
};

/* RFC 9260 3.2: the chunks that stand alone. */
enum {
	SCTP_INIT = 1,
	SCTP_INIT_ACK = 2,
	SCTP_ABORT = 6,
	SCTP_SHUTDOWN_ACK = 8,
	SCTP_SHUTDOWN_COMPLETE = 14,
};

/* include/linux/skbuff.h: each packet of an SCTP train is a fragment's length */
enum { GSO_BY_FRAGS = 0xffff };

/* include/uapi/linux/pkt_cls.h; tcx calls the first TCX_NEXT. */
enum {
	TC_ACT_UNSPEC = -1, /* the next program or filter decides */
	TC_ACT_OK = 0, /* no other program or filter does */
	TC_ACT_SHOT = 2,
};

/* include/linux/socket.h */
enum {
	AF_INET = 2,
	AF_INET6 = 10,
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
	ENOMEM = 12,
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

/*
 * May a helper be given this length?  Not one test for both ends: Linux 6.1
 * would not see through it, nor through a comparison with zero.
 */
static inline int length_fits(__u32 length, __u32 min, __u32 max)
{
	if (length > max)
		return 0;
	barrier_var(length);
	return length >= min;
}

#endif /* KERNEL_H */
