/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was pinned by layout 2, as far as it differs from what came later.
 * Frozen: never to be changed with include/.
 */
#ifndef SELFTESTS_LAYOUT2_H
#define SELFTESTS_LAYOUT2_H

#include <linux/types.h>

enum {
	LAYOUT2 = 2,
	LAYOUT2_TIMEOUTS = 8,
	LAYOUT2_DIRECTIONS = 2,
};

struct layout2_config {
	__u32 layout;
	__u32 mode;
	__u32 rewrites_directly;
	__u32 random_fully;
	__u32 max_flows_per_pod;
	__u32 max_inbound;
	__u32 timeout_s[LAYOUT2_TIMEOUTS];
	__u64 netns;
};
_Static_assert(sizeof(struct layout2_config) == 64, "as it was");

struct layout2_counter {
	__u64 packets;
	__u64 bytes;
};

enum layout2_verdict {
	LAYOUT2_CONTINUE,
	LAYOUT2_TRANSLATED,
	LAYOUT2_PASS_NOT_IP,
	LAYOUT2_PASS_NOT_POD,
	LAYOUT2_PASS_ISLAND,
	LAYOUT2_PASS_FLAT,
	LAYOUT2_PASS_INBOUND,
	LAYOUT2_PASS_NO_FLOW,
	LAYOUT2_HELD,
	LAYOUT2_DROP_ISOLATED,
	LAYOUT2_DROP_MALFORMED,
	LAYOUT2_DROP_EXTENSIONS,
	LAYOUT2_DROP_MAPPED,
	LAYOUT2_DROP_FRAGMENT,
	LAYOUT2_DROP_ICMP,
	LAYOUT2_DROP_PROTOCOL,
	LAYOUT2_DROP_SCOPE,
	LAYOUT2_DROP_STRAY,
	LAYOUT2_DROP_NO_ADDRESS,
	LAYOUT2_DROP_NO_PORT,
	LAYOUT2_DROP_TAKEN,
	LAYOUT2_DROP_OVER_BUDGET,
	LAYOUT2_DROP_TABLE_FULL,
	LAYOUT2_VERDICTS,
};

/* All that it pinned, but the links. */
static const char *const layout2_pins[] = {
	/* maps */
	"masq_flows", "masq_index", "masq_tickets", "masq_usage", "masq_pods",
	"masq_island", "masq_uplinks", "masq_ports", "masq_config",
	"masq_counters", "masq_full", "masq_fragments", "masq_held",
	"masq_scratch", "masq_told", "masq_sweeper",
	/* programs */
	"masq_egress", "masq_ingress", "masq_egress_l3", "masq_ingress_l3",
	"masq_sweep", "masq_close"
};

#endif /* SELFTESTS_LAYOUT2_H */
