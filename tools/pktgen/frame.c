// SPDX-License-Identifier: GPL-2.0-only
#include "frame.h"

#include <arpa/inet.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_ether.h>
#include <netinet/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <string.h>

enum { WINDOW = 65535 };

static size_t ip_size(const struct pktgen_plan *plan)
{
	return plan->family == MASQ_IPV4 ? sizeof(struct iphdr) :
					   sizeof(struct ipv6hdr);
}

static size_t l4_size(const struct pktgen_plan *plan)
{
	return plan->proto == IPPROTO_TCP ? sizeof(struct tcphdr) :
					    sizeof(struct udphdr);
}

size_t frame_size_min(const struct pktgen_plan *plan)
{
	return ETH_HLEN + ip_size(plan) + l4_size(plan) +
	       sizeof(struct pktgen_mark);
}

/* Not folded; as the words lie in memory (RFC 1071 2). */
static __u64 sum_bytes(const void *bytes, size_t size)
{
	const __u8 *pos = bytes;
	__u64 sum = 0;
	__u16 word;

	for (; size >= sizeof(word);
	     pos += sizeof(word), size -= sizeof(word)) {
		memcpy(&word, pos, sizeof(word));
		sum += word;
	}
	return size ? sum + htons(*pos << 8) : sum;
}

static void ip_make(const struct pktgen_plan *plan, size_t size, void *pos)
{
	if (plan->family == MASQ_IPV4)
		*(struct iphdr *)pos = (struct iphdr){
			.version = 4,
			.ihl = 5,
			.tot_len = htons(size),
			.frag_off = htons(IP_DF),
			.ttl = PKTGEN_TTL,
			.protocol = plan->proto,
		};
	else
		*(struct ipv6hdr *)pos = (struct ipv6hdr){
			.version = 6,
			.payload_len = htons(size - sizeof(struct ipv6hdr)),
			.nexthdr = plan->proto,
			.hop_limit = PKTGEN_TTL,
		};
}

static void l4_make(const struct pktgen_plan *plan, size_t size, void *pos)
{
	if (plan->proto == IPPROTO_TCP)
		*(struct tcphdr *)pos = (struct tcphdr){
			.doff = sizeof(struct tcphdr) / 4,
			.window = htons(WINDOW),
		};
	else if (plan->proto == IPPROTO_UDP)
		*(struct udphdr *)pos = (struct udphdr){ .len = htons(size) };
}

/* TCP's flags share a word with its length, which is summed up here. */
static __u64 l4_sum(const struct pktgen_plan *plan, const void *l4, size_t size)
{
	__u64 sum = sum_bytes(l4, size);

	if (plan->proto == IPPROTO_ICMP)
		return sum;
	/* the addresses come later, an IPv4 one with its mark: take that off */
	if (plan->family == MASQ_IPV4)
		sum += 2 * (__u64)(__u32)~htonl(0xffff);
	return sum + htons(size) + htons(plan->proto);
}

void frame_make(const struct pktgen_plan *plan, size_t size, struct frame *ret)
{
	size_t ip_off = ETH_HLEN, l4_off = ip_off + ip_size(plan);
	struct ethhdr *eth = (void *)ret->bytes;
	struct pktgen_mark mark = {
		.magic = htonl(PKTGEN_MAGIC),
		.run = htonl(plan->run),
	};

	*ret = (struct frame){ .size = size };
	eth->h_proto = htons(plan->family == MASQ_IPV4 ? ETH_P_IP : ETH_P_IPV6);
	ip_make(plan, size - ip_off, ret->bytes + ip_off);
	l4_make(plan, size - l4_off, ret->bytes + l4_off);
	memcpy(ret->bytes + l4_off + l4_size(plan), &mark, sizeof(mark));
	ret->ip_sum = sum_bytes(ret->bytes + ip_off, l4_off - ip_off);
	ret->l4_sum = l4_sum(plan, ret->bytes + l4_off, size - l4_off);
}
