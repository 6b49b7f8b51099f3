// SPDX-License-Identifier: GPL-2.0-only
/*
 * The packet's path, from top to bottom: read, find the flow, or classify and
 * open one, rewrite, forward.
 *
 * masq_egress and masq_ingress hang on the uplink's TC hooks; their _l3 twins
 * on uplinks whose frames have no Ethernet header (tun, WireGuard).  masq_pod
 * hangs where pods' packets come in, with --forwarding direct; masq_xdp, or
 * masq_xdp_skb, on the uplink's XDP hook, with --xdp.
 * masq_sweep, masq_close and masq_why are run from user space.
 */
#include "error.h"
#include "flow.h"
#include "forward.h"
#include "fragment.h"
#include "read.h"
#include "rewrite.h"
#include "sweep.h"
#include "why.h"
#include "xdp.h"

char LICENSE[] SEC("license") = "GPL";

/* Where this packet leaves for: the external end of its flow. */
static __always_inline enum masq_verdict
egress_flow(struct __sk_buff *skb, const struct packet *p, struct endpoint *ret)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	enum masq_verdict verdict;

	if (flow_find_egress(p, now, ret))
		return MASQ_CONTINUE;
	verdict = classify_egress(p);
	if (verdict == MASQ_CONTINUE)
		return flow_open(skb, p, now, ret);
	if (verdict != MASQ_PASS_NOT_POD || !flow_collides(p, now))
		return verdict;
	/* what is the host's is never dropped */
	if (!p->port_off)
		flow_return_to_host(p, now);
	else if (flow_open_host(skb, p, now, ret) == MASQ_CONTINUE)
		return MASQ_CONTINUE;
	return MASQ_PASS_NOT_POD;
}

/* Where this packet is bound for: the internal end of its flow. */
static __always_inline enum masq_verdict ingress_flow(struct packet *p,
						      struct endpoint *ret)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	enum masq_verdict verdict;

	if (flow_find_ingress(p, now, ret))
		return MASQ_CONTINUE;
	verdict = classify_ingress(p);
	if (verdict != MASQ_CONTINUE)
		return verdict;
	flow_open_inbound(p, now);
	return MASQ_PASS_INBOUND;
}

/* The other end of this packet's flow, whatever the packet is to it.  Inline as
 * handle(). */
static __always_inline enum masq_verdict
packet_flow(struct __sk_buff *skb, struct packet *p, struct endpoint *ret)
{
	if (p->role == PACKET_FRAGMENT)
		return fragment_flow(skb, p, ret);
	return p->direction == MASQ_EGRESS ? egress_flow(skb, p, ret) :
					     ingress_flow(p, ret);
}

/* Of a flow that leaves the packet as it is: a pod's, or the host's own. */
static inline enum masq_verdict untranslated(const struct packet *p)
{
	if (p->role != PACKET_FRAGMENT || is_pod(&p->tuple.local))
		return MASQ_PASS_INBOUND;
	return p->direction == MASQ_EGRESS ? MASQ_PASS_NOT_POD :
					     MASQ_PASS_NO_FLOW;
}

/* Inline as handle(). */
static __always_inline enum masq_verdict translate(struct __sk_buff *skb,
						   struct packet *p)
{
	struct endpoint other = {};
	enum masq_verdict verdict;

	if (p->role == PACKET_ERROR)
		return error_translate(skb, p);
	verdict = packet_flow(skb, p, &other);
	if (verdict == MASQ_CONTINUE &&
	    is_isolated(p->direction == MASQ_EGRESS ? &p->tuple.local :
						      &other.addr))
		verdict = MASQ_DROP_ISOLATED;
	if (p->is_first_fragment)
		verdict = fragment_first(skb, p, verdict, &other);
	if (verdict != MASQ_CONTINUE)
		return verdict;
	if (tuple_local_is(&p->tuple, &other.addr, other.port))
		return untranslated(p);
	return rewrite(skb, p, &other);
}

/* What cannot be translated; of a datagram's first fragment: all of it. */
static inline enum masq_verdict
refuse(struct __sk_buff *skb, const struct packet *p, enum masq_verdict reason)
{
	enum masq_verdict verdict = classify_refused(p, reason);
	struct endpoint none = {};

	if (!p->is_first_fragment)
		return verdict;
	return fragment_first(skb, p, verdict, &none);
}

/* Inline: a call, and its return, is dear where the kernel guards returns. */
static __always_inline int handle(struct __sk_buff *skb,
				  enum masq_direction direction, __u16 l3_off)
{
	struct packet p = { .direction = direction };
	enum masq_verdict verdict;

	if (direction == MASQ_EGRESS && direct_is_marked(skb))
		return forward_next();
	verdict = packet_read(skb, &p, skb->protocol, l3_off);
	verdict = verdict == MASQ_CONTINUE ? translate(skb, &p) :
					     refuse(skb, &p, verdict);
	return forward(skb, &p, verdict);
}

SEC("tc")
int masq_egress(struct __sk_buff *skb)
{
	return handle(skb, MASQ_EGRESS, ETH_HEADER_LEN);
}

SEC("tc")
int masq_ingress(struct __sk_buff *skb)
{
	return handle(skb, MASQ_INGRESS, ETH_HEADER_LEN);
}

SEC("tc")
int masq_egress_l3(struct __sk_buff *skb)
{
	return handle(skb, MASQ_EGRESS, 0);
}

SEC("tc")
int masq_ingress_l3(struct __sk_buff *skb)
{
	return handle(skb, MASQ_INGRESS, 0);
}

/* On the interfaces that pods' packets come from (direct.h). */
SEC("tc")
int masq_pod(struct __sk_buff *skb)
{
	return direct_out(skb);
}

/* On the uplinks, before TC, with --xdp (xdp.h). */
SEC("xdp.frags")
int masq_xdp(struct xdp_md *ctx)
{
	return xdp_handle(ctx);
}

/*
 * The same for generic XDP: for programs that take fragments the kernel copies
 * the packet (Linux 6.9), and TC finds the copy without its Ethernet header.
 */
SEC("xdp")
int masq_xdp_skb(struct xdp_md *ctx)
{
	return xdp_handle(ctx);
}

/* The same four, while another table takes the place of the former (former.h).
 */
SEC("tc")
int masq_move_out(struct __sk_buff *skb)
{
	former_serve(skb, MASQ_SLOT_EGRESS);
	return handle(skb, MASQ_EGRESS, ETH_HEADER_LEN);
}

SEC("tc")
int masq_move_in(struct __sk_buff *skb)
{
	former_serve(skb, MASQ_SLOT_INGRESS);
	return handle(skb, MASQ_INGRESS, ETH_HEADER_LEN);
}

SEC("tc")
int masq_move_out_l3(struct __sk_buff *skb)
{
	former_serve(skb, MASQ_SLOT_EGRESS_L3);
	return handle(skb, MASQ_EGRESS, 0);
}

SEC("tc")
int masq_move_in_l3(struct __sk_buff *skb)
{
	former_serve(skb, MASQ_SLOT_INGRESS_L3);
	return handle(skb, MASQ_INGRESS, 0);
}

/* Bring flows over; their tuples are the packet. Return: how many it could not.
 */
SEC("tc")
int masq_import(struct __sk_buff *skb)
{
	return former_import(skb);
}

/*
 * Start the sweep; run once from user space, on a packet that does not matter.
 * Not a syscall program: those may not use a queue, as masq_old_tickets (Linux
 * 6.1).
 *
 * Return: 0 or -errno.
 */
SEC("tc")
int masq_sweep(struct __sk_buff *skb)
{
	return sweep_start();
}

/* What would become of this packet (struct masq_why)?  Nothing is done. */
SEC("tc")
int masq_why(struct __sk_buff *skb)
{
	return why(skb);
}

/* Close one flow, and forget that its remote was out of ports. */
SEC("syscall")
int masq_close(struct masq_close_args *args)
{
	struct masq_tuple external = args->external;
	struct masq_flow *flow = bpf_map_lookup_elem(&masq_flows, &external);
	struct masq_tuple remote = external;
	__u64 seen;

	if (!flow)
		return 0;
	seen = record_expiry(flow); /* before opened_ns: judged by this */
	if (flow->opened_ns != args->opened_ns)
		return 0;
	args->closed = record_end(&external, flow, seen);
	remote.local_port = 0;
	(void)map_delete(&masq_full, &remote);
	return 0;
}
