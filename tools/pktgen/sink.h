/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What arrives: is it ours, is it whole, is it as it should be?
 * Part of pktgen.bpf.c, whose constants and maps it uses.
 */
#ifndef SINK_H
#define SINK_H

enum {
	OFFSET_MASK = 0x7f, /* of the transport header */
	CHUNKS_MAX = 4096 / WHOLE_CHUNK, /* more than FRAME_MAX */
};

/*
 * Sum the `left` bytes from `offset` on.  Global for the verifier, as
 * packet_parse().
 */
__noinline __u32 bytes_sum(struct __sk_buff *skb, __u32 offset, __u32 left)
{
	struct cursor c = cursor_of(skb);

	c.pos = c.start + (offset & OFFSET_MASK);
	return sum_behind(&c, left, CHUNKS_MAX);
}

static inline int checksum_is_right(struct __sk_buff *skb,
				    const struct packet *p)
{
	return l4_is_whole(p,
			   bytes_sum(skb, p->l4_off, p->end_off - p->l4_off));
}

static inline int header_is_right(const struct __sk_buff *skb,
				  const struct packet *p)
{
	void *pos = (void *)(long)skb->data + ETH_HEADER_LEN;

	if (plan.family != MASQ_IPV4)
		return 1;
	if (pos + sizeof(struct iphdr) > (void *)(long)skb->data_end)
		return 0;
	return sum_fold((__u32)bpf_csum_diff(NULL, 0, pos, sizeof(struct iphdr),
					     0)) == 0xffff;
}

/* Note it. Return: whether it came before. */
static inline int note(void *arrived, __u32 number)
{
	__u32 key = number / 64;
	__u64 bit = 1ULL << (number % 64);
	__u64 *word = bpf_map_lookup_elem(arrived, &key);

	return word && __sync_fetch_and_or(word, bit) & bit;
}

static inline void learn_way_back(const struct __sk_buff *skb)
{
	struct ethhdr *eth = (void *)(long)skb->data;

	if ((void *)(eth + 1) <= (void *)(long)skb->data_end)
		__builtin_memcpy(answers_to, eth->h_source, sizeof(answers_to));
}

/* A flow comes from one address and port, whatever that is. */
static inline void check_seen(const struct packet *p, __u32 number,
			      struct pktgen_count *count)
{
	struct pktgen_seen *from = bpf_map_lookup_elem(&seen, &number);

	if (!from)
		return;
	if (!addr_is_set(&from->addr)) {
		from->port = p->tuple.remote_port;
		from->addr = p->tuple.remote;
	} else if (from->port != p->tuple.remote_port ||
		   !addr_equal(&from->addr, &p->tuple.remote)) {
		count->moved++;
	}
}

static inline int is_echo(void)
{
	return plan.proto == IPPROTO_ICMP || plan.proto == IPPROTO_ICMPV6;
}

/* In the sink's view `local` is the end where it stands. */
static inline void check_out(const struct packet *p, __u32 number,
			     struct pktgen_count *count)
{
	const struct masq_addr *translated = &plan_get()->translated;
	int is_translated = addr_is_set(translated);
	struct pktgen_flow flow;

	pktgen_flow_of(plan_get(), number, &flow);
	if (!addr_equal(&p->tuple.local, &flow.destination) ||
	    !addr_equal(&p->tuple.remote,
			is_translated ? translated : &flow.source))
		count->wrong_addresses++;
	if (!is_echo() &&
	    (p->tuple.local_port != plan.destination_port ||
	     (!is_translated && p->tuple.remote_port != flow.source_port)))
		count->wrong_ports++;
	check_seen(p, number, count);
}

static inline void check_back(const struct packet *p, __u32 number,
			      struct pktgen_count *count)
{
	struct pktgen_flow flow;

	pktgen_flow_of(plan_get(), number, &flow);
	if (!addr_equal(&p->tuple.local, &flow.source) ||
	    !addr_equal(&p->tuple.remote, &flow.destination))
		count->wrong_addresses++;
	if (p->tuple.local_port != flow.source_port ||
	    (!is_echo() && p->tuple.remote_port != plan.destination_port))
		count->wrong_ports++;
}

/* An echo's identifier stands at the end that the packet comes from. */
static inline void ports_settle(struct packet *p)
{
	if (is_echo() && p->role == PACKET_OPENS) {
		p->tuple.remote_port = p->tuple.local_port;
		p->tuple.local_port = 0;
	}
}

/* Whose packet is it? Return: whether it is one of ours. */
static inline int mark_read(const struct __sk_buff *skb,
			    struct pktgen_mark *ret)
{
	const struct pktgen_mark *mark = (void *)(long)skb->data + mark_at;

	if ((void *)(mark + 1) > (void *)(long)skb->data_end)
		return 0;
	*ret = *mark;
	if (ret->magic != bpf_htonl(PKTGEN_MAGIC))
		return 0;
	return plan.is_kernels || (ret->run == bpf_htonl(plan.run) &&
				   bpf_ntohl(ret->flow) < plan.flows);
}

static inline int packet_is_right(struct __sk_buff *skb, struct packet *p)
{
	return !plan.checks ||
	       (header_is_right(skb, p) && checksum_is_right(skb, p));
}

/* Return: whether it is what was sent, right or wrong. */
static inline int check(struct __sk_buff *skb, enum pktgen_direction direction,
			const struct pktgen_mark *mark,
			struct pktgen_count *count)
{
	struct packet p = { .direction = MASQ_INGRESS };

	if (packet_read(skb, &p, skb->protocol, ETH_HEADER_LEN) !=
		    MASQ_CONTINUE ||
	    p.tuple.proto != plan.proto || p.role == PACKET_ERROR ||
	    p.role == PACKET_FRAGMENT)
		return 0;
	if (note(direction == PKTGEN_OUT ? (void *)&arrived_out :
					   (void *)&arrived_back,
		 bpf_ntohl(mark->sequence)))
		count->duplicates++;
	if (!packet_is_right(skb, &p))
		count->wrong_checksums++;
	if (direction == PKTGEN_OUT)
		learn_way_back(skb);
	if (plan.is_kernels)
		return 1;
	ports_settle(&p);
	if (direction == PKTGEN_OUT)
		check_out(&p, bpf_ntohl(mark->flow), count);
	else
		check_back(&p, bpf_ntohl(mark->flow), count);
	return 1;
}

static inline int sink(struct __sk_buff *skb, enum pktgen_direction direction)
{
	struct pktgen_count *count;
	struct pktgen_mark mark;
	__u32 key = direction;

	if (!mark_read(skb, &mark))
		return TC_ACT_UNSPEC;
	count = bpf_map_lookup_elem(&counts, &key);
	if (!count || (!only_counts && !check(skb, direction, &mark, count)))
		return TC_ACT_UNSPEC;
	count->packets++;
	count->bytes += skb->len;
	return TC_ACT_SHOT;
}

#endif /* SINK_H */
