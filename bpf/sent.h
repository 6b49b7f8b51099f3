/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What pods have just sent that is of no flow yet: a pod's interface notes it,
 * and the uplink asks when the flow is opened (--forwarding direct).
 *
 * A packet comes from the one to the other on one CPU and at once, unless the
 * host steers packets or keeps them.
 */
#ifndef SENT_H
#define SENT_H

#include "maps.h"
#include "packet.h"

enum {
	/* From a pod's interface to the uplink: some ticks of the clock. */
	SENT_TRUSTED_NS = 20 * NSEC_PER_MSEC,
};

static inline struct masq_pod_sent *sent_get(const struct masq_tuple *tuple)
{
	__u64 hash = addr_half(&tuple->local, 1) +
		     addr_half(&tuple->remote, 1) +
		     ((__u64)tuple->local_port << 24) + tuple->remote_port;
	__u32 key = (hash * 0x9e3779b97f4a7c15 >> 32) % POD_SENT_MAX;

	return bpf_map_lookup_elem(&masq_pod_sent, &key);
}

static inline void sent_note(const struct packet *p, __u64 now)
{
	struct masq_pod_sent *sent = sent_get(&p->tuple);

	if (!sent)
		return;
	sent->tuple = p->tuple;
	sent->sent_ns = now;
}

/*
 * Has the pod itself just sent to this remote?  Of a flow whose destination the
 * host has changed on the way, a service's, no answer must go past it.
 */
static inline int sent_by_pod(const struct packet *p, __u64 now)
{
	const struct masq_pod_sent *sent = sent_get(&p->tuple);

	return sent && now - sent->sent_ns < SENT_TRUSTED_NS &&
	       sent->tuple.proto == p->tuple.proto &&
	       sent->tuple.remote_port == p->tuple.remote_port &&
	       addr_equal(&sent->tuple.remote, &p->tuple.remote) &&
	       tuple_local_is(&sent->tuple, &p->tuple.local,
			      p->tuple.local_port);
}

#endif /* SENT_H */
