/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fragments that have come before their datagram's first: copies of them wait,
 * and follow it when it comes.  Source: RFC 4787 REQ-14.
 *
 * Each source has its own few places, and pods and the outside have room of
 * their own: a flood of fragments that never become whole takes room from its
 * own source first, from its own side at the most, and for a second.
 */
#ifndef HOLD_H
#define HOLD_H

#include "count.h"
#include "event.h"
#include "frame.h"
#include "packet.h"

enum {
	HOLD_MS = 1000,
	HOLD_ABANDONED = 1, /* until_ns: long ago */
	/* One datagram of 64 KiB in fragments of 1,480 bytes. */
	HOLD_PLACES = 45,
};

static inline void datagram_of(const struct packet *p,
			       struct masq_datagram *ret)
{
	*ret = (struct masq_datagram){
		.local = p->tuple.local,
		.remote = p->tuple.remote,
		.id = p->fragment_id,
		.proto = p->family == MASQ_IPV4 ? p->tuple.proto : 0,
		.direction = p->direction,
	};
}

static inline int datagram_equal(const struct masq_datagram *a,
				 const struct masq_datagram *b)
{
	return addr_equal(&a->local, &b->local) &&
	       addr_equal(&a->remote, &b->remote) && a->id == b->id &&
	       a->proto == b->proto && a->direction == b->direction;
}

static inline void hold_key(const struct packet *p, struct masq_held_key *ret)
{
	*ret = (struct masq_held_key){
		.source = p->direction == MASQ_EGRESS ? p->tuple.local :
							p->tuple.remote,
	};
}

/* A search for a free place; `key` names the one that was last looked at. */
struct hold_search {
	struct masq_held_key key;
	int is_held;
};

/* One round of bpf_loop(). Return: 1 to stop. */
static long hold_place(__u32 place, struct hold_search *s)
{
	const struct masq_held *held = scratch_get(SCRATCH_HOLD);

	if (!held)
		return 1;
	s->key.place = place;
	if (bpf_map_lookup_elem(&masq_held, &s->key)) /* spares a lock */
		return 0;
	s->is_held = map_update(&masq_held, &s->key, held, BPF_NOEXIST) == 0;
	return s->is_held;
}

static inline int hold_take_room(enum masq_direction direction)
{
	struct masq_waiting *waiting = waiting_get(direction);

	if (!waiting)
		return 0;
	if (__sync_fetch_and_add(&waiting->fragments, 1) < HELD_EACH_MAX)
		return 1;
	__sync_fetch_and_add(&waiting->fragments, -1);
	return 0;
}

static inline void hold_return_room(enum masq_direction direction)
{
	struct masq_waiting *waiting = waiting_get(direction);

	if (waiting)
		__sync_fetch_and_add(&waiting->fragments, -1);
}

/* Keep a copy of this fragment. Return: whether there was room for it. */
static __noinline int hold_put(struct __sk_buff *skb, const struct packet *p,
			       __u64 now)
{
	struct masq_held *held = scratch_get(SCRATCH_HOLD);
	struct hold_search search = {};

	if (!held || !hold_take_room(p->direction))
		return 0;
	if (frame_save(skb, held) == 0) {
		datagram_of(p, &held->of);
		held->until_ns = now + HOLD_MS * NSEC_PER_MSEC;
		held->ifindex = skb->ifindex;
		held->l3_off = p->l3_off;
		hold_key(p, &search.key);
		bpf_loop(HOLD_PLACES, hold_place, &search, 0);
	}
	if (!search.is_held)
		hold_return_room(p->direction);
	return search.is_held;
}

/*
 * Make a held fragment ours, if it still waits; then nobody else sends it or
 * counts it as lost.
 */
static inline int hold_take(struct masq_held *held, __u64 *ret_until)
{
	__u64 until = *(volatile __u64 *)&held->until_ns;

	*ret_until = until;
	return until &&
	       __sync_val_compare_and_swap(&held->until_ns, until, 0) == until;
}

static inline void hold_delete(const struct masq_held_key *key,
			       enum masq_direction direction)
{
	if (map_delete(&masq_held, key) == 0)
		hold_return_room(direction);
}

/* What becomes of fragments when their first is here. */
enum hold_end {
	HOLD_SEND, /* through the hook again */
	HOLD_FORGET, /* the stack has them already */
};

/* A release under way: the first fragment stands aside meanwhile. */
struct hold_release {
	struct __sk_buff *skb;
	struct masq_datagram of;
	struct masq_held_key key;
	__u64 now;
	enum hold_end end;
	int is_aside;
	__u16 l3_off;
};

static inline void hold_send(struct hold_release *r,
			     const struct masq_held *held)
{
	struct masq_held *aside = scratch_get(SCRATCH_ASIDE);
	__u64 flags = r->of.direction == MASQ_INGRESS ? BPF_F_INGRESS : 0;

	if (!r->is_aside && (!aside || frame_save(r->skb, aside) < 0))
		return;
	r->is_aside = 1;
	if (frame_restore(r->skb, held) == 0)
		(void)bpf_clone_redirect(r->skb, held->ifindex, flags);
}

/* One round of bpf_loop(). */
static long hold_release_place(__u32 place, struct hold_release *r)
{
	struct masq_held *held;
	__u64 until;

	r->key.place = place;
	held = bpf_map_lookup_elem(&masq_held, &r->key);
	/* it may have come by another uplink, but of the same framing */
	if (!held || !datagram_equal(&held->of, &r->of) ||
	    held->l3_off != r->l3_off || !hold_take(held, &until))
		return 0;
	if (until > r->now && r->end == HOLD_SEND)
		hold_send(r, held);
	hold_delete(&r->key, r->of.direction);
	return 0;
}

/*
 * The first fragment of a datagram is here, and masq_fragments knows what has
 * become of it: end the waiting of the others.
 *
 * Return: 0; negative when the first fragment itself was lost over it.
 */
static __noinline int hold_release(struct __sk_buff *skb,
				   const struct packet *p, __u64 now,
				   enum hold_end end)
{
	const struct masq_waiting *waiting = waiting_get(p->direction);
	struct hold_release release = {
		.skb = skb,
		.now = now,
		.end = end,
		.l3_off = p->l3_off,
	};
	struct masq_held *aside;

	if (!waiting || !waiting->fragments)
		return 0;
	datagram_of(p, &release.of);
	hold_key(p, &release.key);
	bpf_loop(HOLD_PLACES, hold_release_place, &release, 0);
	if (!release.is_aside)
		return 0;
	aside = scratch_get(SCRATCH_ASIDE);
	return aside ? frame_restore(skb, aside) : -1;
}

/* Does any wait? */
static inline int hold_is_used(void)
{
	const struct masq_waiting *egress = waiting_get(MASQ_EGRESS);
	const struct masq_waiting *ingress = waiting_get(MASQ_INGRESS);

	return egress && ingress && (egress->fragments || ingress->fragments);
}

/* To who listens; of IPv6 it is not known what the fragment is a part of. */
static inline void hold_tell(const struct masq_held *held)
{
	struct packet p = {
		.direction = held->of.direction,
		.tuple = {
			.local = held->of.local,
			.remote = held->of.remote,
			.proto = held->of.proto,
		},
	};

	(void)event_drop(&p, MASQ_DROP_FRAGMENT);
}

/*
 * For the sweep: a fragment that has waited in vain is gone, and counted.
 *
 * One that is being taken is let be for a tick.  Then who took it took another
 * that had this memory before.
 */
static long hold_expire(void *map, struct masq_held_key *key,
			struct masq_held *held, void *unused)
{
	__u64 until;

	if (__sync_val_compare_and_swap(&held->until_ns, 0, HOLD_ABANDONED) ==
	    0)
		return 0;
	if (held->until_ns > bpf_ktime_get_ns() || !hold_take(held, &until))
		return 0;
	if (held->of.direction == MASQ_EGRESS) { /* else the stack has it */
		count_add(MASQ_EGRESS, MASQ_DROP_FRAGMENT, 1, held->length);
		hold_tell(held);
	}
	hold_delete(key, held->of.direction);
	return 0;
}

#endif /* HOLD_H */
