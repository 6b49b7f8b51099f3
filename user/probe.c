// SPDX-License-Identifier: GPL-2.0-only
#include "probe.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>

enum {
	TTL = 64,
	SCTP_INIT_CHUNK = 1, /* RFC 9260 3.2 */
	SCTP_SIZE = 32, /* the common header, and an INIT */
	BARE_SIZE = 8, /* of a protocol that we know nothing of */
};

static __u32 sum(const void *bytes, size_t length, __u32 before)
{
	const unsigned char *byte = bytes;

	for (size_t i = 0; i + 1 < length; i += 2)
		before += byte[i] << 8 | byte[i + 1];
	return before;
}

static __u16 sum_fold(__u32 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* RFC 9293 3.1, RFC 8200 8.1: the sum of an IPv4-mapped address is its own. */
static __u32 pseudo_sum(const struct probe *probe, size_t length)
{
	bool is_ipv4 = addr_family(&probe->src) == MASQ_IPV4;
	size_t skip = is_ipv4 ? 12 : 0;
	__u32 total = sum(probe->src.byte + skip, 16 - skip, 0);

	total = sum(probe->dst.byte + skip, 16 - skip, total);
	return total + probe->proto + length;
}

static size_t tcp_write(const struct probe *probe, void *at)
{
	struct tcphdr tcp = {
		.source = htons(probe->src_port),
		.dest = htons(probe->dst_port),
		.doff = sizeof(tcp) / 4,
		.syn = 1,
		.window = htons(UINT16_MAX),
	};

	tcp.check = sum_fold(
		sum(&tcp, sizeof(tcp), pseudo_sum(probe, sizeof(tcp))));
	memcpy(at, &tcp, sizeof(tcp));
	return sizeof(tcp);
}

/* UDP-Lite has the part that is covered where UDP has the length: all. */
static size_t udp_write(const struct probe *probe, void *at)
{
	struct udphdr udp = {
		.source = htons(probe->src_port),
		.dest = htons(probe->dst_port),
		.len = htons(sizeof(udp)),
	};

	udp.check = sum_fold(
		sum(&udp, sizeof(udp), pseudo_sum(probe, sizeof(udp))));
	memcpy(at, &udp, sizeof(udp));
	return sizeof(udp);
}

static __u8 icmp_type(const struct probe *probe)
{
	if (probe->proto == IPPROTO_ICMP)
		return probe->is_reply ? ICMP_ECHOREPLY : ICMP_ECHO;
	return probe->is_reply ? ICMP6_ECHO_REPLY : ICMP6_ECHO_REQUEST;
}

static size_t icmp_write(const struct probe *probe, void *at)
{
	struct icmphdr icmp = {
		.type = icmp_type(probe),
		.un.echo.id = htons(probe->src_port ? probe->src_port :
						      probe->dst_port),
	};
	__u32 before = probe->proto == IPPROTO_ICMP ?
			       0 :
			       pseudo_sum(probe, sizeof(icmp));

	icmp.checksum = sum_fold(sum(&icmp, sizeof(icmp), before));
	memcpy(at, &icmp, sizeof(icmp));
	return sizeof(icmp);
}

/* Its checksum is a CRC that covers no address: nobody here looks at it. */
static size_t sctp_write(const struct probe *probe, unsigned char *at)
{
	__u16 ports[] = { htons(probe->src_port), htons(probe->dst_port) };

	memset(at, 0, SCTP_SIZE);
	memcpy(at, ports, sizeof(ports));
	at[12] = SCTP_INIT_CHUNK;
	at[15] = SCTP_SIZE - 12;
	return SCTP_SIZE;
}

static size_t transport_write(const struct probe *probe, unsigned char *at)
{
	switch (probe->proto) {
	case IPPROTO_TCP:
		return tcp_write(probe, at);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return udp_write(probe, at);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return icmp_write(probe, at);
	case IPPROTO_SCTP:
		return sctp_write(probe, at);
	default:
		memset(at, 0, BARE_SIZE);
		return BARE_SIZE;
	}
}

static size_t ipv4_write(const struct probe *probe, unsigned char *at)
{
	size_t length = transport_write(probe, at + sizeof(struct iphdr));
	struct iphdr ip = {
		.version = 4,
		.ihl = sizeof(ip) / 4,
		.tot_len = htons(sizeof(ip) + length),
		.ttl = TTL,
		.protocol = probe->proto,
	};

	memcpy(&ip.saddr, probe->src.byte + 12, sizeof(ip.saddr));
	memcpy(&ip.daddr, probe->dst.byte + 12, sizeof(ip.daddr));
	ip.check = sum_fold(sum(&ip, sizeof(ip), 0));
	memcpy(at, &ip, sizeof(ip));
	return sizeof(ip) + length;
}

static size_t ipv6_write(const struct probe *probe, unsigned char *at)
{
	size_t length = transport_write(probe, at + sizeof(struct ip6_hdr));
	struct ip6_hdr ip = { 0 };

	ip.ip6_vfc = 6 << 4;
	ip.ip6_plen = htons(length);
	ip.ip6_nxt = probe->proto;
	ip.ip6_hlim = TTL;
	memcpy(&ip.ip6_src, probe->src.byte, sizeof(ip.ip6_src));
	memcpy(&ip.ip6_dst, probe->dst.byte, sizeof(ip.ip6_dst));
	memcpy(at, &ip, sizeof(ip));
	return sizeof(ip) + length;
}

size_t probe_write(const struct probe *probe, unsigned char ret[PROBE_SIZE])
{
	bool is_ipv4 = addr_family(&probe->src) == MASQ_IPV4;
	struct ethhdr eth = { .h_proto =
				      htons(is_ipv4 ? ETH_P_IP : ETH_P_IPV6) };
	unsigned char *ip = ret + sizeof(eth);

	memcpy(ret, &eth, sizeof(eth));
	return sizeof(eth) +
	       (is_ipv4 ? ipv4_write(probe, ip) : ipv6_write(probe, ip));
}
