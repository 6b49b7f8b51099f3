// SPDX-License-Identifier: GPL-2.0-only
/*
 * What runs one of the datapath's programs again and again on one packet: each
 * run restores what the one before has written.
 */
#include "masq.bpf.c"
#include "programs.h"

struct bench_packet packet; /* from user space */

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} bench_target SEC(".maps");

/* Only what a program that does nothing takes. */
SEC("tc")
int bench_nothing(struct __sk_buff *skb)
{
	return TC_ACT_UNSPEC;
}

static inline int restore_and_run(struct __sk_buff *skb)
{
	void *at = context_address(skb, data);

	if (at + sizeof(packet.bytes) > context_address(skb, data_end))
		return TC_ACT_SHOT;
	__builtin_memcpy(at, packet.bytes, sizeof(packet.bytes));
	bpf_tail_call(skb, &bench_target, 0);
	return TC_ACT_SHOT;
}

SEC("tc")
int bench_run(struct __sk_buff *skb)
{
	return restore_and_run(skb);
}

/* To another remote address each time: each packet opens a flow. */
SEC("tc")
int bench_open(struct __sk_buff *skb)
{
	__u32 at = packet.remote_at;
	__be32 remote = bpf_htonl(++packet.remote);

	if (at > sizeof(packet.bytes) - sizeof(remote))
		return TC_ACT_SHOT;
	__builtin_memcpy(packet.bytes + at, &remote, sizeof(remote));
	return restore_and_run(skb);
}
