// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet generator and its sink.
 *
 * pktgen_out and pktgen_back are run on live frames
 * (BPF_F_TEST_XDP_LIVE_FRAMES, Linux 5.18): each run writes what is the
 * packet's own into a frame that has all else, and sends it.  pktgen_sink_out
 * and _back hang at the other end's ingress, look at what arrives and drop it.
 */
#include "checksum.h"
#include "pktgen.h"
#include "read.h"

char LICENSE[] SEC("license") = "GPL";

const volatile struct pktgen_plan plan = {};
const volatile __u32 ifindexes[PKTGEN_DIRECTION_COUNT] = {};
/* Of a frame's IPv4 header and of its segment with the pseudo-header, without
 * what is the packet's own. */
const volatile __u64 ip_sum = 0;
const volatile __u64 l4_sum = 0;
const volatile __u16 mark_at = 0; /* bytes into the frame */
/* Of the frames' two ends; answers_to stands for the destination of answers. */
const volatile __u8 destination_mac[6] = {};
const volatile __u8 source_macs[PKTGEN_DIRECTION_COUNT][6] = {};

/* The whole: clang takes a copy of what is volatile for the zeros above. */
static inline const struct pktgen_plan *plan_get(void)
{
	const struct pktgen_plan *get = (const void *)&plan;

	barrier_var(get);
	return get;
}

__u32 sequence[PKTGEN_DIRECTION_COUNT];
/* Who has brought the packets out: the answers' way back. */
__u8 answers_to[6];
/* All flows are known that will be: what is not checked need not be read. */
__u8 only_counts;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* a flow each */
	__type(key, __u32);
	__type(value, struct pktgen_seen);
} seen SEC(".maps");

struct arrived {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* 64 packets each */
	__type(key, __u32);
	__type(value, __u64);
} arrived_out SEC(".maps"), arrived_back SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PKTGEN_DIRECTION_COUNT);
	__type(key, __u32);
	__type(value, struct pktgen_count);
} counts SEC(".maps");

enum {
	CHUNK = 64,
	CHUNKS_MAX = 9216 / CHUNK,
	WORDS_MAX = CHUNK / 4,
	OFFSET_MASK = 0x7f, /* of the transport header */
};

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

/* --- sending --- */

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

SEC("xdp")
int pktgen_out(struct xdp_md *ctx)
{
	return send(ctx, PKTGEN_OUT);
}

SEC("xdp")
int pktgen_back(struct xdp_md *ctx)
{
	return send(ctx, PKTGEN_BACK);
}

/* --- what arrives --- */

/*
 * Sum the `left` bytes from `offset` on, folded.  Global for the verifier, as
 * packet_parse().
 */
__noinline __u32 bytes_sum(struct __sk_buff *skb, __u32 offset, __u32 left)
{
	void *end = (void *)(long)skb->data_end;
	void *pos = (void *)(long)skb->data + (offset & OFFSET_MASK);
	__u64 sum = 0;

	for (int i = 0; i < CHUNKS_MAX && left >= CHUNK && pos + CHUNK <= end;
	     i++, pos += CHUNK, left -= CHUNK)
		sum += (__u32)bpf_csum_diff(NULL, 0, pos, CHUNK, 0);
	for (int i = 0; i < WORDS_MAX && left >= 4 && pos + 4 <= end;
	     i++, pos += 4, left -= 4)
		sum += *(__u32 *)pos;
	if (left >= 2 && pos + 2 <= end) {
		sum += *(__u16 *)pos;
		pos += 2;
		left -= 2;
	}
	if (left && pos + 1 <= end)
		sum += bpf_htons(*(__u8 *)pos << 8);
	return sum_fold(sum);
}

static inline int checksum_is_right(struct __sk_buff *skb,
				    const struct packet *p)
{
	__u64 sum = bytes_sum(skb, p->l4_off, p->end_off - p->l4_off);

	if (plan.proto != IPPROTO_ICMP)
		sum += sum_addr(&p->tuple.local) + sum_addr(&p->tuple.remote) +
		       bpf_htons(p->end_off - p->l4_off) +
		       bpf_htons(plan.proto);
	/* both addresses have the mark of IPv4 in them */
	if (plan.family == MASQ_IPV4 && plan.proto != IPPROTO_ICMP)
		sum += 2 * (__u64)(__u32)~bpf_htonl(0xffff);
	return sum_fold(sum) == 0xffff;
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

static inline __u32 mark_offset(const struct packet *p)
{
	return p->l4_off + (plan.proto == IPPROTO_TCP ? sizeof(struct tcphdr) :
							sizeof(struct udphdr));
}

/* Whose packet is it? Return: whether it is one of ours. */
static inline int mark_read(const struct __sk_buff *skb, const struct packet *p,
			    struct pktgen_mark *ret)
{
	if (bpf_skb_load_bytes(skb, mark_offset(p), ret, sizeof(*ret)) < 0 ||
	    ret->magic != bpf_htonl(PKTGEN_MAGIC))
		return 0;
	if (plan.is_kernels)
		return 1;
	return ret->run == bpf_htonl(plan.run) &&
	       bpf_ntohl(ret->flow) < plan.flows;
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

static inline void count_add(struct pktgen_count *count,
			     const struct __sk_buff *skb)
{
	count->packets++;
	count->bytes += skb->len;
}

static inline int sink_and_check(struct __sk_buff *skb,
				 enum pktgen_direction direction)
{
	struct packet p = { .direction = MASQ_INGRESS };
	struct pktgen_count *count;
	struct pktgen_mark mark;
	__u32 key = direction, number;

	if (packet_read(skb, &p, skb->protocol, ETH_HEADER_LEN) !=
		    MASQ_CONTINUE ||
	    p.tuple.proto != plan.proto || p.role == PACKET_ERROR ||
	    p.role == PACKET_FRAGMENT || !mark_read(skb, &p, &mark))
		return TC_ACT_UNSPEC;
	count = bpf_map_lookup_elem(&counts, &key);
	if (!count)
		return TC_ACT_UNSPEC;
	count_add(count, skb);
	if (note(direction == PKTGEN_OUT ? (void *)&arrived_out :
					   (void *)&arrived_back,
		 bpf_ntohl(mark.sequence)))
		count->duplicates++;
	if (plan.checks &&
	    !(header_is_right(skb, &p) && checksum_is_right(skb, &p)))
		count->wrong_checksums++;
	if (direction == PKTGEN_OUT)
		learn_way_back(skb);
	if (plan.is_kernels)
		return TC_ACT_SHOT;
	ports_settle(&p);
	number = bpf_ntohl(mark.flow);
	if (direction == PKTGEN_OUT)
		check_out(&p, number, count);
	else
		check_back(&p, number, count);
	return TC_ACT_SHOT;
}

/* Is it one of ours, by its mark alone?  For who measures: it is quick. */
static inline int mark_is_ours(const struct __sk_buff *skb)
{
	const struct pktgen_mark *mark = (void *)(long)skb->data + mark_at;

	return (void *)(mark + 1) <= (void *)(long)skb->data_end &&
	       mark->magic == bpf_htonl(PKTGEN_MAGIC) &&
	       mark->run == bpf_htonl(plan.run);
}

static inline int sink_quickly(struct __sk_buff *skb,
			       enum pktgen_direction direction)
{
	__u32 key = direction;
	struct pktgen_count *count;

	count = mark_is_ours(skb) ? bpf_map_lookup_elem(&counts, &key) : NULL;
	if (!count)
		return TC_ACT_UNSPEC;
	count_add(count, skb);
	return TC_ACT_SHOT;
}

static inline int sink(struct __sk_buff *skb, enum pktgen_direction direction)
{
	if (only_counts)
		return sink_quickly(skb, direction);
	return sink_and_check(skb, direction);
}

SEC("tc")
int pktgen_sink_out(struct __sk_buff *skb)
{
	return sink(skb, PKTGEN_OUT);
}

SEC("tc")
int pktgen_sink_back(struct __sk_buff *skb)
{
	return sink(skb, PKTGEN_BACK);
}
