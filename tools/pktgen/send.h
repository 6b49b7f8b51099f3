/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sending: what is the packet's own is written into a frame that has all else.
 * Part of pktgen.bpf.c, whose constants and maps it uses.
 */
#ifndef SEND_H
#define SEND_H

/* What differs from packet to packet. */
struct own {
	struct masq_addr source;
	struct masq_addr destination;
	__u16 source_port;
	__u16 destination_port;
	__u32 sequence;
	__u32 flow;
	__u8 tcp_flags;
};

static inline int own_fill(enum pktgen_direction direction, struct own *ret)
{
	struct pktgen_flow flow;
	struct pktgen_seen *from;

	ret->sequence = sequence[direction]++;
	ret->flow = ret->sequence % plan.flows;
	ret->tcp_flags = TCP_FLAG_ACK;
	pktgen_flow_of(plan_get(), ret->flow, &flow);
	if (direction == PKTGEN_OUT) {
		ret->source = flow.source;
		ret->destination = flow.destination;
		ret->source_port = flow.source_port;
		ret->destination_port = plan.destination_port;
		if (ret->sequence < plan.flows)
			ret->tcp_flags = TCP_FLAG_SYN;
		return 1;
	}
	from = bpf_map_lookup_elem(&seen, &ret->flow);
	if (!from || !addr_is_set(&from->addr))
		return 0;
	ret->source = flow.destination;
	ret->destination = from->addr;
	ret->source_port = plan.destination_port;
	ret->destination_port = from->port;
	if (ret->sequence < plan.flows)
		ret->tcp_flags |= TCP_FLAG_SYN;
	return 1;
}

static inline __u64 mark_sum(const struct own *own)
{
	return (__u64)bpf_htonl(own->sequence) + bpf_htonl(own->flow);
}

static inline int mark_write(struct xdp_md *ctx, void *pos,
			     const struct own *own)
{
	struct pktgen_mark *mark = pos;

	if ((void *)(mark + 1) > (void *)(long)ctx->data_end)
		return 0;
	mark->sequence = bpf_htonl(own->sequence);
	mark->flow = bpf_htonl(own->flow);
	return 1;
}

static inline __sum16 sum_finish(__u64 sum)
{
	__sum16 check = ~sum_fold(sum);

	return plan.proto == IPPROTO_UDP && !check ? 0xffff : check;
}

static inline int udp_write(struct xdp_md *ctx, struct udphdr *udp,
			    const struct own *own, __u64 sum)
{
	if ((void *)(udp + 1) > (void *)(long)ctx->data_end)
		return 0;
	udp->source = bpf_htons(own->source_port);
	udp->dest = bpf_htons(own->destination_port);
	udp->check = sum_finish(sum + udp->source + udp->dest);
	return mark_write(ctx, udp + 1, own);
}

static inline int tcp_write(struct xdp_md *ctx, struct tcphdr *tcp,
			    const struct own *own, __u64 sum)
{
	__u8 *flags = (__u8 *)tcp + TCP_FLAGS_OFFSET;

	if ((void *)(tcp + 1) > (void *)(long)ctx->data_end)
		return 0;
	tcp->source = bpf_htons(own->source_port);
	tcp->dest = bpf_htons(own->destination_port);
	*flags = own->tcp_flags;
	tcp->check = sum_finish(sum + tcp->source + tcp->dest +
				bpf_htons(own->tcp_flags));
	return mark_write(ctx, tcp + 1, own);
}

static inline __u8 echo_type(enum pktgen_direction direction)
{
	if (plan.family == MASQ_IPV4)
		return direction == PKTGEN_OUT ? ICMP_ECHO_REQUEST :
						 ICMP_ECHO_REPLY;
	return direction == PKTGEN_OUT ? ICMPV6_ECHO_REQUEST :
					 ICMPV6_ECHO_REPLY;
}

static inline int echo_write(struct xdp_md *ctx, struct icmphdr *icmp,
			     enum pktgen_direction direction,
			     const struct own *own, __u64 sum)
{
	__u16 id = direction == PKTGEN_OUT ? own->source_port :
					     own->destination_port;

	if ((void *)(icmp + 1) > (void *)(long)ctx->data_end)
		return 0;
	icmp->type = echo_type(direction);
	icmp->un.echo.id = bpf_htons(id);
	icmp->checksum =
		sum_finish(sum + bpf_htons(icmp->type << 8) + icmp->un.echo.id);
	return mark_write(ctx, icmp + 1, own);
}

static inline int l4_write(struct xdp_md *ctx, void *pos,
			   enum pktgen_direction direction,
			   const struct own *own)
{
	__u64 sum = l4_sum + mark_sum(own);

	if (plan.proto != IPPROTO_ICMP)
		sum += sum_addr(&own->source) + sum_addr(&own->destination);
	switch (plan.proto) {
	case IPPROTO_UDP:
		return udp_write(ctx, pos, own, sum);
	case IPPROTO_TCP:
		return tcp_write(ctx, pos, own, sum);
	default:
		return echo_write(ctx, pos, direction, own, sum);
	}
}

static inline void mac_write(unsigned char to[6], const volatile __u8 from[6])
{
	for (int i = 0; i < 6; i++)
		to[i] = from[i];
}

static inline void ethernet_write(struct ethhdr *eth,
				  enum pktgen_direction direction)
{
	mac_write(eth->h_dest,
		  direction == PKTGEN_OUT ? destination_mac : answers_to);
	mac_write(eth->h_source, source_macs[direction]);
}

static inline int ipv4_write(struct xdp_md *ctx, struct iphdr *ip,
			     enum pktgen_direction direction, struct own *own)
{
	if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
		return 0;
	ip->ttl = PKTGEN_TTL;
	ip->saddr = addr_word(&own->source, 3);
	ip->daddr = addr_word(&own->destination, 3);
	ip->check = ~sum_fold(ip_sum + ip->saddr + ip->daddr);
	return l4_write(ctx, ip + 1, direction, own);
}

static inline int ipv6_write(struct xdp_md *ctx, struct ipv6hdr *ip,
			     enum pktgen_direction direction, struct own *own)
{
	if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
		return 0;
	ip->hop_limit = PKTGEN_TTL;
	__builtin_memcpy(&ip->saddr, &own->source, sizeof(ip->saddr));
	__builtin_memcpy(&ip->daddr, &own->destination, sizeof(ip->daddr));
	return l4_write(ctx, ip + 1, direction, own);
}

static inline int send(struct xdp_md *ctx, enum pktgen_direction direction)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct own own = {};

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end ||
	    !own_fill(direction, &own))
		return XDP_DROP;
	ethernet_write(eth, direction);
	if (!(plan.family == MASQ_IPV4 ?
		      ipv4_write(ctx, (void *)(eth + 1), direction, &own) :
		      ipv6_write(ctx, (void *)(eth + 1), direction, &own)))
		return XDP_DROP;
	return bpf_redirect(ifindexes[direction], 0);
}

#endif /* SEND_H */
