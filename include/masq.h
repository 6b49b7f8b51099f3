/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The contract between bpf/ and user/: what the pinned maps hold.
 *
 * Byte order: addresses are the sixteen bytes of the wire; every other number
 * is in host order, ports included, so that `bpftool map dump` reads plainly.
 * Time: `_ns` is CLOCK_MONOTONIC in nanoseconds, `_s` the same in seconds.
 */
#ifndef MASQ_H
#define MASQ_H

/* vmlinux.h knows the kernel's types; who has not included it needs them. */
#ifndef VMLINUX_H
#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/bpf.h>
#include <linux/types.h>
#endif
#endif

#include "masq_verdict.h"

/* A change of any key or value below, or of the verdicts' order, raises it. */
#define MASQ_LAYOUT 6

/*
 * A change of masq_flows, masq_index, masq_sheets, masq_queues, masq_usage,
 * masq_sweeper or masq_uplinks raises this one too.  Where it is the same,
 * another version's flows go on; what else is pinned is made anew from the
 * configuration.  Layout 2 did not say it: its is 1.  Of masq_index `way` was
 * zero before layout 4, which is a value of it, and no flow's kind was
 * MASQ_KIND_DIRECT; of masq_uplinks `xdp` was before layout 5.
 *
 * Layout 1 of the state differs in this alone: its tickets are in a queue of
 * the kernel's, masq_tickets.  The sweep takes them over (sweep.h).
 */
#define MASQ_STATE_LAYOUT 2
#define MASQ_STATE_LAYOUT_QUEUE 1

/* Flows at once, unless --max-flows says otherwise. */
#define MASQ_FLOWS_DEFAULT (1 << 18)

#define MASQ_ASSERT_SIZE(type, size) \
	_Static_assert(sizeof(type) == (size), #type " has changed its size")

/*
 * An address of either family.  IPv4 is ::ffff:a.b.c.d (RFC 4291 2.5.5.2).
 * All zero: none.
 */
struct masq_addr {
	__u8 byte[16];
} __attribute__((aligned(8)));
MASQ_ASSERT_SIZE(struct masq_addr, 16);

/*
 * Key of masq_flows and masq_index: one flow, seen from one side of the
 * translation.  `local` is our end: in masq_flows the node's address and port,
 * as the wire shows them; in masq_index the pod's.
 *
 * ICMP queries: local_port is the identifier, remote_port 0.
 * Protocols without ports: both 0.
 */
struct masq_tuple {
	struct masq_addr local;
	struct masq_addr remote;
	__u16 local_port;
	__u16 remote_port;
	__u8 proto; /* IPPROTO_… */
	__u8 zero[3];
};
MASQ_ASSERT_SIZE(struct masq_tuple, 40);

enum masq_kind {
	MASQ_KIND_MASQUERADED, /* a pod's flow to the outside */
	MASQ_KIND_INBOUND, /* the outside's flow to a pod: not translated */
	MASQ_KIND_HOST, /* a host socket's flow that met a pod's port */
	MASQ_KIND_VACANT, /* nobody's any more: waits for the sweep */
	MASQ_KIND_DIRECT, /* a pod's that sends to this very remote (direct.h) */
	MASQ_KIND_COUNT,
};

/*
 * Where a flow stands: RFC 7857 section 2 after RFC 6146 section 3.5.2.
 * Protocols other than TCP know only the first two.
 */
enum masq_state {
	MASQ_STATE_OPENING, /* no answer seen yet */
	MASQ_STATE_ESTABLISHED, /* both sides have spoken */
	MASQ_STATE_FIN_LOCAL, /* our side has sent its FIN */
	MASQ_STATE_FIN_REMOTE, /* the other side has sent its FIN */
	MASQ_STATE_CLOSING, /* both have */
	MASQ_STATE_RESET, /* a RST was seen; data revives the flow */
	MASQ_STATE_COUNT,
};

/*
 * Value of masq_flows: the one authoritative record of a flow.
 *
 * `expires_ns` decides whether it lives: a time in the past is an expired
 * record, that anyone may take over by compare-and-swap to MASQ_CLAIMED;
 * who has claimed it replaces or deletes it.
 */
struct masq_flow {
	struct masq_addr local; /* the pod (or host) behind the translation */
	__u16 local_port; /* this and the next two move as one word */
	__u8 kind; /* enum masq_kind */
	__u8 state; /* enum masq_state */
	__u32 closed_s; /* when it came to CLOSING or RESET; 0: neither */
	__u64 opened_ns;
	__u64 expires_ns;
};
MASQ_ASSERT_SIZE(struct masq_flow, 40);

enum {
	MASQ_CLAIMED = 0, /* expires_ns: somebody is replacing or deleting it */
	MASQ_RETIRED = 1, /* expires_ns: given up, free for all */
};

/*
 * Value of masq_index: from the internal tuple to the external one.
 * The same address and port as the key's: a flow that is not translated.
 */
struct masq_external {
	struct masq_addr local;
	__u64 refreshed_ns; /* when the way out last prolonged the record */
	__u16 local_port;
	__u16 way; /* of masq_ways, or MASQ_WAY_… */
	__u32 zero;
};
MASQ_ASSERT_SIZE(struct masq_external, 32);

/* How --forwarding direct sends the packets of a flow. */
enum {
	MASQ_WAY_UNKNOWN = 0, /* the next packet finds out */
	MASQ_WAY_STACK = 0xffff, /* the kernel's stack does, for now */
};

enum masq_family {
	MASQ_IPV4,
	MASQ_IPV6,
	MASQ_FAMILY_COUNT,
};

/*
 * Key of masq_pods and masq_island.  The family comes first, so that ::/0 does
 * not hold the IPv4 addresses: they are IPv4-mapped ones here.
 */
struct masq_prefix {
	__u32 prefix_len; /* bits of family, 32, and of byte, up to 128 */
	__u32 family; /* enum masq_family */
	__u8 byte[16]; /* as in masq_addr */
};
MASQ_ASSERT_SIZE(struct masq_prefix, 24);

#define MASQ_PREFIX_FAMILY_BITS 32

/* As many ranges as each of masq_pods and masq_island holds. */
#define MASQ_RANGES_MAX 4096

/*
 * Value of masq_pods and masq_island: what named the range, and so what it
 * means.  Of several ranges the one with the longest prefix decides.
 */
enum masq_origin {
	MASQ_ORIGIN_POD_CIDR,
	MASQ_ORIGIN_CLUSTER_CIDR,
	MASQ_ORIGIN_SERVICE_RANGE,
	MASQ_ORIGIN_NON_MASQUERADE,
	MASQ_ORIGIN_NODE_ADDRESS,
	/* outside the island, and translated whatever a shorter range says */
	MASQ_ORIGIN_MASQUERADE,
	/* outside, but not translated: all but what the former names */
	MASQ_ORIGIN_ELSEWHERE,
	/* the same, for the link-local addresses */
	MASQ_ORIGIN_LINK_LOCAL,
	/* in masq_pods: pods that keep their addresses */
	MASQ_ORIGIN_NON_MASQUERADE_SOURCE,
	MASQ_ORIGIN_COUNT,
};

struct masq_range {
	__u32 origin; /* enum masq_origin */
};

/* How the programs hang on an interface. */
enum masq_attach {
	MASQ_ATTACH_TCX = 1,
	MASQ_ATTACH_CLSACT = 2,
};

/* The same, of masq_xdp on an uplink. */
enum masq_xdp {
	MASQ_XDP_NONE,
	MASQ_XDP_NATIVE, /* in the driver */
	MASQ_XDP_GENERIC, /* behind it: an skb has been made */
	MASQ_XDP_COUNT,
};

/* Why an uplink's node address is that one: the first that there is. */
enum masq_choice {
	MASQ_CHOICE_NONE, /* there is no address of the family */
	MASQ_CHOICE_GIVEN, /* --node-ip */
	MASQ_CHOICE_ROUTE, /* `src` of the default route */
	MASQ_CHOICE_PRIMARY, /* the uplink's first global address */
	MASQ_CHOICE_COUNT,
};

/* Value of masq_uplinks; the key is the ifindex. */
struct masq_uplink {
	struct masq_addr node[MASQ_FAMILY_COUNT]; /* all zero: none */
	__u8 choice[MASQ_FAMILY_COUNT]; /* enum masq_choice */
	__u8 attach; /* enum masq_attach */
	__u8 xdp; /* enum masq_xdp: what is asked for, and can be had */
	__u8 zero[4];
};
MASQ_ASSERT_SIZE(struct masq_uplink, 40);

/*
 * Value of masq_ports (one element): the pool, a bit a port; bit (p % 64) of
 * word (p / 64).  No port outside first…last is in it.
 */
struct masq_ports {
	__u32 first;
	__u32 last;
	__u64 word[65536 / 64];
};

enum masq_way_state {
	MASQ_WAY_FREE, /* nothing is there yet */
	MASQ_WAY_CLAIMED, /* somebody is writing it */
	MASQ_WAY_READY, /* for good: a way never changes */
};

/* Value of masq_ways: how a packet leaves, when the stack has not sent it. */
struct masq_way {
	__u32 state; /* enum masq_way_state */
	__u32 ifindex;
	__u16 mtu; /* bytes of IP */
	__u8 destination[6]; /* of the frame: MAC addresses */
	__u8 source[6];
	__u8 is_peer; /* 1: to the other end of that veth, at once */
	__u8 takes_frames; /* 1: from XDP, too */
};
MASQ_ASSERT_SIZE(struct masq_way, 24);

/* Value of masq_pod_ways; the key is a pod's address. */
struct masq_pod_way {
	struct masq_way way; /* ifindex 0: the stack's */
	__u64 until_ns; /* then it is looked up again */
	__u32 port; /* the ifindex that its packets come from; 0: unknown */
	__u8 mac[6]; /* and their source */
	__u8 zero[2];
};
MASQ_ASSERT_SIZE(struct masq_pod_way, 48);

/* Value of masq_pod_sent (per CPU): a packet of a pod that is of no flow yet. */
struct masq_pod_sent {
	struct masq_tuple tuple;
	__u64 sent_ns;
};

/*
 * Value of masq_pod_links: an interface that pods' packets come from; the key
 * is its ifindex.
 */
struct masq_pod_link {
	__u32 route_ifindex; /* that routes name: itself, or its bridge */
	__u8 attach; /* enum masq_attach */
	__u8 is_veth; /* 1: its other end is a pod's, elsewhere */
	__u8 takes_frames; /* 1: XDP may redirect to it */
	__u8 zero;
};

enum masq_timeout {
	MASQ_TIMEOUT_TCP_OPENING,
	MASQ_TIMEOUT_TCP_ESTABLISHED,
	MASQ_TIMEOUT_TCP_CLOSING,
	MASQ_TIMEOUT_UDP_OPENING,
	MASQ_TIMEOUT_UDP_OPENING_LOW, /* destination port below 1024 */
	MASQ_TIMEOUT_UDP_ESTABLISHED,
	MASQ_TIMEOUT_ICMP,
	MASQ_TIMEOUT_OTHER,
	MASQ_TIMEOUT_COUNT,
};

/*
 * The way out trusts its note of a refresh for one second; a shorter life than
 * this could end behind its back.
 */
#define MASQ_TIMEOUT_MIN_S 2

/* What becomes of packets between this node's pods and the outside. */
enum masq_mode {
	MASQ_MODE_ISLAND, /* translated */
	MASQ_MODE_FLAT, /* left as they are */
	MASQ_MODE_ISOLATED, /* dropped, both ways */
	MASQ_MODE_COUNT,
};

/* Who sends on what was translated. */
enum masq_forwarding {
	MASQ_FORWARDING_STACK, /* the kernel */
	MASQ_FORWARDING_DIRECT, /* we do, past its stack and its netfilter */
	MASQ_FORWARDING_COUNT,
};

/* Value of masq_config (one element): what may change while packets pass. */
struct masq_config {
	__u32 layout; /* MASQ_LAYOUT of who wrote the maps */
	__u32 state_layout; /* and its MASQ_STATE_LAYOUT */
	__u32 mode; /* enum masq_mode */
	__u32 rewrites_directly; /* 1: the programs see skb->ip_summed */
	__u32 random_fully; /* 1: never try the pod's own port first */
	__u32 max_flows_per_pod; /* 0: no limit */
	__u32 max_inbound; /* flows that the outside may have opened */
	__u32 timeout_s[MASQ_TIMEOUT_COUNT]; /* MASQ_TIMEOUT_MIN_S or more */
	__u32 forwarding; /* enum masq_forwarding */
	__u32 drops_unsolicited; /* 1: masq_xdp does (MASQ_DROP_UNSOLICITED) */
	__u32 zero;
	__u64 netns; /* inode of the network namespace that the uplinks are in */
};

#define MASQ_SETTING_NAME_SIZE 28

/* As many values as all settings together can have. */
#define MASQ_SETTINGS_MAX (1 << 14)

/* Key of masq_settings: the index-th value of a setting (`config show`). */
struct masq_setting_key {
	char name[MASQ_SETTING_NAME_SIZE]; /* as of the flag; '\0' behind it */
	__u32 index;
};
MASQ_ASSERT_SIZE(struct masq_setting_key, 32);

/* Value of masq_settings.  Texts, cut where they are longer. */
struct masq_setting {
	char text[128];
	char where[128]; /* who said it: FILE:LINE, or in words */
};

/* Value of masq_daemon (one element): what the daemon says of itself. */
struct masq_daemon {
	__u64 loaded_s; /* CLOCK_REALTIME: when it took its configuration */
	__u64 loads; /* how often it has taken one */
	__u64 refusals; /* and how often refused one */
	char problem[256]; /* why the last was refused; empty: it is in force */
};

enum masq_direction {
	MASQ_EGRESS,
	MASQ_INGRESS,
	MASQ_DIRECTION_COUNT,
};

/*
 * Key of masq_fragments: the datagram that a fragment is of, as its hook sees
 * it.  Source: RFC 791 3.2, RFC 8200 4.5.
 */
struct masq_datagram {
	struct masq_addr local;
	struct masq_addr remote;
	__u32 id;
	__u8 proto; /* IPPROTO_…; IPv6: 0 */
	__u8 direction; /* enum masq_direction */
	__u8 zero[2];
};
MASQ_ASSERT_SIZE(struct masq_datagram, 40);

/* Value of masq_fragments: what became of the datagram's first fragment. */
struct masq_fragment {
	struct masq_addr local; /* that its local address became */
	__u64 until_ns; /* so long the others may follow */
	__u32 verdict; /* enum masq_verdict; 0: translated */
	__u32 zero;
};
MASQ_ASSERT_SIZE(struct masq_fragment, 32);

/* A frame of 9,000 bytes of IP, and what may stand before it. */
#define MASQ_HELD_BYTES 9216

/* Key of masq_held: one of the places that a source has. */
struct masq_held_key {
	struct masq_addr source;
	__u32 place;
	__u32 zero;
};
MASQ_ASSERT_SIZE(struct masq_held_key, 24);

/* Value of masq_held: a fragment that waits for its datagram's first. */
struct masq_held {
	struct masq_datagram of;
	__u64 until_ns; /* 0: somebody is taking it */
	__u32 ifindex;
	__u16 length; /* bytes of frame */
	__u16 l3_off; /* where its IP header is */
	__u8 frame[MASQ_HELD_BYTES];
};

/* Value of masq_waiting; the key is enum masq_direction. */
struct masq_waiting {
	__u64 fragments; /* of this direction in masq_held */
};

/* Value of masq_told; the key is a pod's address. */
struct masq_told {
	__u64 until_ns; /* when what it was told will be forgotten */
};

/* Value of masq_usage; the key is a pod's address. */
struct masq_usage {
	__u64 flows; /* records it holds, expired but unswept ones included */
};

/* masq_usage.flows: this bit marks an entry that is being deleted. */
#define MASQ_USAGE_DYING (1ULL << 63)

/* Value of masq_full: that remote was out of ports until then. */
struct masq_full {
	__u64 until_ns;
};

/* Value of masq_counters (per CPU); key: masq_counter_key(). */
struct masq_counter {
	__u64 packets; /* as on the wire: a GSO packet counts its segments */
	__u64 bytes; /* of the packets as the hook sees them */
};

#define MASQ_COUNTER_COUNT (MASQ_DIRECTION_COUNT * MASQ_VERDICT_COUNT)

static inline __u32 masq_counter_key(enum masq_direction direction,
				     enum masq_verdict verdict)
{
	return direction * MASQ_VERDICT_COUNT + verdict;
}

/*
 * Value of masq_sheets: tickets of one queue, one behind the other.  A ticket
 * is the key of a record that the sweep will look at; each record has one.
 */
#define MASQ_SHEET_TICKETS 48 /* 2 KiB, with the kernel's part of an entry */

struct masq_sheet_key {
	__u64 number; /* of the queue's sheets, from 0 on */
	__u32 queue; /* in masq_queues */
	__u32 zero;
};
MASQ_ASSERT_SIZE(struct masq_sheet_key, 16);

struct masq_sheet {
	__u64 written; /* a bit for each ticket that is there to be read */
	struct masq_tuple tickets[MASQ_SHEET_TICKETS];
};
MASQ_ASSERT_SIZE(struct masq_sheet, 1928);
_Static_assert(MASQ_SHEET_TICKETS <= 64, "a bit for each");

/* Value of masq_queues, one for each CPU: how many tickets, ever. */
struct masq_queue {
	__u64 put;
	__u64 taken;
	__u64 passed; /* behind `taken`: looked at, while there is no memory */
	__u64 zero[5]; /* no cache line with another CPU's */
};
MASQ_ASSERT_SIZE(struct masq_queue, 64);

/* Value of masq_sweeper (one element): the sweep's clock and its work. */
struct masq_sweeper {
	struct bpf_timer timer;
	__u64 tickets; /* that wait */
	__u64 inbound; /* of these, the outside's: MASQ_KIND_INBOUND */
	__u64 zero[4];
};

/*
 * Value of masq_move (one element): how far a table has taken the place of
 * another one (--max-flows).  Who was killed on the way goes on from there.
 */
enum masq_move_state {
	MASQ_MOVE_PREPARED, /* the former programs and table serve */
	MASQ_MOVE_SERVING, /* the new ones do, and bring over what is asked for */
	MASQ_MOVE_DONE, /* all is brought over; what is pinned is to follow */
};

struct masq_move {
	__u32 state; /* enum masq_move_state */
};

/* Where the former programs are in masq_old_progs. */
enum masq_slot {
	MASQ_SLOT_EGRESS,
	MASQ_SLOT_INGRESS,
	MASQ_SLOT_EGRESS_L3,
	MASQ_SLOT_INGRESS_L3,
	MASQ_SLOT_COUNT,
};

/* As many tuples as masq_import takes at once, one behind the other. */
#define MASQ_IMPORT_MAX 64

enum masq_event_kind {
	MASQ_EVENT_OPENED, /* a flow has got its record */
	MASQ_EVENT_CLOSED, /* it is over, was closed, or lost its port */
	MASQ_EVENT_DROPPED, /* a packet */
	MASQ_EVENT_KIND_COUNT,
};

enum masq_total_kind {
	MASQ_TOTAL_OPENED, /* flows */
	MASQ_TOTAL_CLOSED, /* all of them, whatever ended them … */
	MASQ_TOTAL_EXPIRED, /* … and of these the sweep, when their time was
			       over */
	MASQ_TOTAL_TICKS, /* how often the sweep's timer has fired */
	MASQ_TOTAL_LOST, /* events that found no room */
	MASQ_TOTAL_DIRECT_OUT, /* packets that we have forwarded */
	MASQ_TOTAL_DIRECT_IN,
	MASQ_TOTAL_XDP_IN, /* of the latter, by masq_xdp */
	MASQ_TOTAL_COUNT,
};

/* Value of masq_totals (per CPU); the key is enum masq_total_kind. */
struct masq_total {
	__u64 count; /* so far */
};

/*
 * What stands in masq_events, a ring buffer.  Of a dropped packet `local` is
 * the address and port on our side as the packet has them, and external.local
 * is none.
 */
struct masq_event {
	__u64 time_ns;
	struct masq_tuple external; /* the record's key */
	struct masq_addr local; /* as in masq_flow, like the next three */
	__u16 local_port;
	__u8 flow_kind; /* enum masq_kind */
	__u8 state; /* enum masq_state */
	__u8 kind; /* enum masq_event_kind */
	__u8 verdict; /* enum masq_verdict; of a dropped packet */
	__u8 direction; /* enum masq_direction; of a dropped packet */
	__u8 zero;
};
MASQ_ASSERT_SIZE(struct masq_event, 72);

/* Value of masq_listener (one element): who reads masq_events. */
struct masq_listener {
	__u64 until_ns; /* nothing is written from then on */
	__u32 pid;
	__u32 zero;
};

enum masq_why_kind {
	MASQ_WHY_RULE, /* a range, or the packet itself, decides */
	MASQ_WHY_FLOW, /* it is of a flow; `other` is that one's other end */
	MASQ_WHY_KEEPS, /* it would open one; `other` would be its other end */
	MASQ_WHY_OPENS, /* the same, but under another port */
};

/*
 * What masq_why answers in skb->cb; its value is the verdict, 0 for one that
 * would be translated.
 */
struct masq_why {
	struct masq_addr other;
	__u16 port; /* 0 for MASQ_WHY_OPENS: it is drawn then */
	__u8 kind; /* enum masq_why_kind */
	__u8 zero;
};

/* What masq_close (a syscall program) is run with: the record to close. */
struct masq_close_args {
	struct masq_tuple external;
	__u64 opened_ns; /* only the record that was opened then */
	__u32 closed; /* out: 1 if it was closed */
	__u32 zero;
};

#endif /* MASQ_H */
