/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The datapath's programs, loaded with maps of their own in a network
 * namespace of their own, and run on packets by BPF_PROG_TEST_RUN.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "maps.h"
#include "packet.h"

#define SECOND_NS 1000000000LL

struct masq_bpf;

#define NODE4 "198.51.100.11"
#define NODE6 "2001:db8:1::11"
#define POD4 "10.244.1.2"
#define POD6 "fd00:10:244:1::2"
#define OTHER_POD4 "10.244.1.3"
#define OTHER_POD6 "fd00:10:244:1::3"
#define ISLAND4 "10.244.9.9"
#define ISLAND6 "fd00:10:244:9::9"
#define REMOTE4 "203.0.113.10"
#define REMOTE6 "2001:db8:2::10"

struct fixture {
	struct masq_bpf *skel;
	struct maps maps;
	/* How packets come, for the tests to change; 0: nothing special. */
	__u32 ingress_ifindex; /* a pod's packet: where it came in */
	bool is_complete; /* CHECKSUM_COMPLETE, held to the packet after */
};

enum fixture_rewrite {
	FIXTURE_HELPERS,
	FIXTURE_DIRECT,
	FIXTURE_REWRITES,
};

struct fixture_options {
	enum fixture_rewrite rewrite;
	const char *ports; /* default: 20000-20999 */
	__u32 max_flows; /* default: 4096 */
	__u32 max_flows_per_pod;
	__u32 queues; /* of tickets; default: one for each CPU */
	__u32 sheets; /* at most; default: as many as there may be flows */
	enum masq_mode mode;
	bool random_fully;
	bool without_node; /* no node address */
};

/* Does the kernel allow this way of rewriting? */
bool fixture_can(enum fixture_rewrite rewrite);

/* Does the kernel run tests with CHECKSUM_COMPLETE (Linux 6.16)? */
bool fixture_can_complete(const struct fixture *fixture);

/* Ends the process when it cannot be had. */
void fixture_open(struct fixture *fixture,
		  const struct fixture_options *options);
void fixture_close(struct fixture *fixture);

/* One with no other options, kept from case to case: to load takes a second. */
struct fixture *fixture_shared(enum fixture_rewrite rewrite);

/* For messages. */
const char *fixture_rewrite_name(enum fixture_rewrite rewrite);

/* A socket of the host, bound and listening. Return: negative if there is none.
 */
int fixture_host_socket(int af, int type, uint16_t port);

/*
 * Send a packet through a program.
 *
 * ret: the packet that came out; may be NULL.
 * Return: the verdict it was counted under; MASQ_CONTINUE if not under exactly
 * one, once.
 */
enum masq_verdict fixture_run(const struct fixture *fixture,
			      enum masq_direction direction,
			      const struct frame *in, struct frame *ret);

/* The same without a look at the counters. Return: the action. */
int fixture_send(const struct fixture *fixture, enum masq_direction direction,
		 const struct frame *in, struct frame *ret);

/* The same at the XDP hook of the uplink. Return: enum xdp_action. */
int fixture_send_xdp(const struct fixture *fixture, const struct frame *in,
		     struct frame *ret);

/* Packets that were counted so; of all CPUs. */
__u64 fixture_counted(const struct fixture *fixture,
		      enum masq_direction direction, enum masq_verdict verdict);

/* Records and index entries, of whatever age. */
size_t fixture_entries(const struct fixture *fixture);

/* Live records, and the value of one. */
size_t fixture_flows(const struct fixture *fixture);
bool fixture_flow(const struct fixture *fixture, const struct frame *out,
		  struct masq_tuple *ret_key, struct masq_flow *ret);
void fixture_set_flow(const struct fixture *fixture,
		      const struct masq_tuple *key,
		      const struct masq_flow *flow);
/* Make the flow's next packet out look at its record. */
void fixture_forget_refresh(const struct fixture *fixture,
			    const struct masq_tuple *key,
			    const struct masq_flow *flow);
__u64 fixture_usage(const struct fixture *fixture, const char *pod);

/* Read the settings, and write them changed. */
void fixture_get_config(const struct fixture *fixture, struct masq_config *ret);
void fixture_set_config(const struct fixture *fixture,
			const struct masq_config *config);
void fixture_set_mode(const struct fixture *fixture, enum masq_mode mode);

/* Close a flow as bpfmasq flush does. */
bool fixture_close_flow(const struct fixture *fixture,
			const struct masq_tuple *key,
			const struct masq_flow *flow);

/* Let the sweep run until no record is left; false after ten seconds. */
bool fixture_sweep_all(const struct fixture *fixture);

__u64 fixture_now_ns(void);

#endif /* FIXTURE_H */
