/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Forwarding in the stack's place (--forwarding direct): from a pod's interface
 * to the uplink, and from there into the pod.
 *
 * Only packets of flows that are open are taken.  What opens one goes by the
 * stack, as does all that a router must look at twice: a hop limit that is
 * over, what is too big, options, fragments.
 */
#ifndef DIRECT_H
#define DIRECT_H

#include "count.h"
#include "read.h"
#include "rewrite.h"
#include "way.h"

/*
 * In skb->cb, from a pod's interface to the uplink's egress: is translated.
 * Nothing of the kernel's own can stand there: over the second word it has the
 * length of IPv4 options, 40 at most, or two offsets in an IPv6 packet.
 */
enum {
	DIRECT_MARK_0 = 0x6d617371,
	DIRECT_MARK_1 = (int)0xffeeddcc,
};

static inline void direct_mark(struct __sk_buff *skb)
{
	skb->cb[0] = DIRECT_MARK_0;
	skb->cb[1] = DIRECT_MARK_1;
}

/* Has this packet been translated before it came to the uplink? */
static inline int direct_is_marked(struct __sk_buff *skb)
{
	if (skb->cb[0] != DIRECT_MARK_0 || skb->cb[1] != (__u32)DIRECT_MARK_1)
		return 0;
	skb->cb[0] = 0;
	return 1;
}

static inline int forwards_directly(void)
{
	const struct masq_config *config = config_get();

	return config && config->forwarding == MASQ_FORWARDING_DIRECT;
}

static inline __u32 ip_header_len(const struct packet *p)
{
	return p->family == MASQ_IPV4 ? sizeof(struct iphdr) :
					sizeof(struct ipv6hdr);
}

/* Can it take another hop? */
static inline int hop_is_left(const struct cursor *c, const struct packet *p)
{
	const struct iphdr *ip = field_in(c, ETH_HEADER_LEN, sizeof(*ip));
	const struct ipv6hdr *ip6 = field_in(c, ETH_HEADER_LEN, sizeof(*ip6));

	if (p->family == MASQ_IPV4)
		return ip && ip->ttl > 1;
	return ip6 && ip6->hop_limit > 1;
}

/* Has it nothing that asks for more than forwarding? */
static inline int packet_is_plain(const struct packet *p)
{
	return (p->role == PACKET_OPENS || p->role == PACKET_CONTINUES ||
		p->role == PACKET_ANSWERS) &&
	       !p->is_first_fragment && p->l3_off == ETH_HEADER_LEN &&
	       p->l4_off == p->l3_off + ip_header_len(p);
}

static inline int direct_suits(const struct __sk_buff *skb,
			       const struct packet *p)
{
	const struct cursor c = cursor_of(skb);

	return packet_is_plain(p) && !skb->vlan_present && hop_is_left(&c, p);
}

static inline __u32 l4_header_len(const struct cursor *c,
				  const struct packet *p)
{
	const struct tcphdr *tcp = field_in(c, p->l4_off, sizeof(*tcp));

	if (p->tuple.proto != IPPROTO_TCP)
		return sizeof(struct udphdr);
	return tcp ? tcp->doff * 4 : 0;
}

/* Of IP, as it will be on the wire: a GSO packet's segments. */
static inline __u32 wire_len(const struct __sk_buff *skb,
			     const struct packet *p)
{
	const struct cursor c = cursor_of(skb);

	if (!skb->gso_size)
		return skb->len - p->l3_off;
	return ip_header_len(p) + l4_header_len(&c, p) + skb->gso_size;
}

/* Source: ip_decrease_ttl() of include/net/ip.h, RFC 1624 equation 3. */
static inline void hop_take(const struct cursor *c, const struct packet *p)
{
	struct iphdr *ip = field_in(c, ETH_HEADER_LEN, sizeof(*ip));
	struct ipv6hdr *ip6;

	if (p->family == MASQ_IPV4) {
		if (!ip)
			return;
		ip->check = checksum_update(ip->check,
					    sum_diff16(bpf_htons(0x0100), 0));
		ip->ttl--;
		return;
	}
	ip6 = field_in(c, ETH_HEADER_LEN, sizeof(*ip6));
	if (ip6)
		ip6->hop_limit--;
}

/* The same, and skb->csum knows of it. */
static inline void skb_hop_take(struct __sk_buff *skb, const struct packet *p)
{
	const struct cursor c = cursor_of(skb);

	hop_take(&c, p);
	/* of IPv4 the header sums up to nothing, whatever is in it */
	if (p->family == MASQ_IPV6)
		(void)bpf_csum_update(skb,
				      sum_fold(sum_diff16(bpf_htons(1), 0)));
}

static inline void frame_write(const struct cursor *c,
			       const struct masq_way *way)
{
	struct ethhdr *eth = field_in(c, 0, sizeof(*eth));

	if (!eth)
		return;
	__builtin_memcpy(eth->h_dest, way->destination, sizeof(eth->h_dest));
	__builtin_memcpy(eth->h_source, way->source, sizeof(eth->h_source));
}

/* --- out --- */

/*
 * The way of this packet's flow, or NULL: the stack's.  It is asked for by the
 * first packet after each refresh, and by what may be too big.
 */
static inline const struct masq_way *way_out(struct __sk_buff *skb,
					     const struct packet *p,
					     struct masq_external *index,
					     int is_new)
{
	__u32 length = wire_len(skb, p);
	const struct masq_way *way;

	if (is_new) {
		pod_port_note(skb, p);
		flow_note_direct(p, index);
	}
	if (is_new || length > WAY_MTU_MIN)
		index->way = way_find(skb, p, index);
	if (index->way == MASQ_WAY_STACK)
		return NULL;
	way = way_get(index->way);
	return way && length <= way->mtu ? way : NULL;
}

/*
 * Translate it and send it.  The kernel forgets neighbours that it never talks
 * to: the packet that has asked for the way is handed to one by the kernel.
 */
static inline int send_out(struct __sk_buff *skb, const struct packet *p,
			   const struct masq_way *way,
			   const struct endpoint *external, int is_new)
{
	enum masq_verdict verdict = rewrite(skb, p, external);
	struct cursor c;

	count(skb, MASQ_EGRESS, verdict);
	if (verdict != MASQ_TRANSLATED)
		return TC_ACT_SHOT;
	skb_hop_take(skb, p);
	total_add(MASQ_TOTAL_DIRECT_OUT);
	direct_mark(skb);
	if (is_new)
		return bpf_redirect_neigh(way->ifindex, NULL, 0, 0);
	c = cursor_of(skb);
	frame_write(&c, way);
	return bpf_redirect(way->ifindex, 0);
}

/* From a pod's interface. Return: TC_ACT_UNSPEC for what is the stack's. */
static inline int direct_out(struct __sk_buff *skb)
{
	struct packet p = { .direction = MASQ_EGRESS };
	struct masq_external *index;
	const struct masq_way *way;
	struct endpoint external = {};
	__u64 now = bpf_ktime_get_coarse_ns();
	int is_new;

	if (!forwards_directly() || mode_get() != MASQ_MODE_ISLAND ||
	    packet_read(skb, &p, skb->protocol, ETH_HEADER_LEN) !=
		    MASQ_CONTINUE ||
	    !direct_suits(skb, &p))
		return TC_ACT_UNSPEC;
	index = flow_index(&p, now);
	if (!index) {
		if (is_pod(&p.tuple.local)) {
			sent_note(&p, now);
			pod_port_note(skb, &p);
		}
		return TC_ACT_UNSPEC;
	}
	endpoint_external(index, &external);
	/* the outside's own flow to the pod */
	if (tuple_local_is(&p.tuple, &external.addr, external.port))
		return TC_ACT_UNSPEC;
	is_new = index->way == MASQ_WAY_UNKNOWN;
	way = way_out(skb, &p, index, is_new);
	if (!way)
		return TC_ACT_UNSPEC;
	return send_out(skb, &p, way, &external, is_new);
}

/* --- in --- */

/* Where the packet goes, as it stands in it. Return: whether it could be read.
 */
static inline int pod_read(const struct __sk_buff *skb, const struct packet *p,
			   struct masq_addr *ret)
{
	const __be32 *ipv4 = field(skb, p->addr_off, sizeof(*ipv4));
	const struct masq_addr *ipv6;

	if (p->family == MASQ_IPV4) {
		if (ipv4)
			addr_from_ipv4(ret, *ipv4);
		return ipv4 != NULL;
	}
	ipv6 = field(skb, p->addr_off, sizeof(*ipv6));
	if (ipv6)
		__builtin_memcpy(ret, ipv6, sizeof(*ret));
	return ipv6 != NULL;
}

/* The way to this pod, which was asked for less than a second ago. */
static inline void way_in(struct __sk_buff *skb, const struct packet *p,
			  const struct masq_addr *pod, __u32 length,
			  struct masq_pod_way *ret)
{
	struct masq_pod_way *known = bpf_map_lookup_elem(&masq_pod_ways, pod);
	__u64 now = bpf_ktime_get_coarse_ns();
	int is_old;

	if (known)
		*ret = *known;
	is_old = ret->until_ns <= now;
	if (is_old || length > WAY_MTU_MIN)
		pod_way_find(skb, p, pod, ret);
	if (!is_old)
		return;
	ret->until_ns = now + WAY_TRUSTED_NS;
	(void)map_update(&masq_pod_ways, pod, ret, BPF_ANY);
}

/*
 * What was translated: into its pod, from the uplink's ingress.
 *
 * A function of its own for its stack. Return: TC_ACT_UNSPEC for what is the
 * stack's.
 */
static __noinline int direct_in(struct __sk_buff *skb, const struct packet *p)
{
	__u32 length = wire_len(skb, p);
	struct masq_pod_way to = {};
	struct masq_addr pod = {};
	struct cursor c;

	if (!direct_suits(skb, p) || !pod_read(skb, p, &pod))
		return TC_ACT_UNSPEC;
	way_in(skb, p, &pod, length, &to);
	if (!to.way.ifindex || length > to.way.mtu)
		return TC_ACT_UNSPEC;
	skb_hop_take(skb, p);
	c = cursor_of(skb);
	frame_write(&c, &to.way);
	total_add(MASQ_TOTAL_DIRECT_IN);
	return to.way.is_peer ? bpf_redirect_peer(to.way.ifindex, 0) :
				bpf_redirect(to.way.ifindex, 0);
}

#endif /* DIRECT_H */
