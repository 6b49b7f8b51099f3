/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `bpfmasq run` is told: the flags' values, and whether they agree.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "addr.h"

enum {
	CONFIG_UPLINKS_MAX = 64, /* as masq_uplinks holds */
	CONFIG_RANGES_MAX = 2048, /* of each flag */
};

enum config_attach {
	CONFIG_ATTACH_AUTO,
	CONFIG_ATTACH_TCX,
	CONFIG_ATTACH_CLSACT,
};

enum config_rewrite {
	CONFIG_REWRITE_AUTO,
	CONFIG_REWRITE_DIRECT,
	CONFIG_REWRITE_HELPERS,
};

struct config {
	const char *uplinks[CONFIG_UPLINKS_MAX]; /* names */
	size_t uplink_count;
	struct cidr_list ranges[MASQ_ORIGIN_COUNT]; /* by enum masq_origin */
	struct masq_addr node[MASQ_FAMILY_COUNT]; /* all zero: not given */
	enum masq_mode mode;
	struct masq_ports ports;
	bool has_ports;
	bool random_fully;
	bool has_max_flows;
	__u32 max_flows;
	__u32 max_flows_per_pod;
	__u32 timeout_s[MASQ_TIMEOUT_COUNT];
	enum config_attach attach;
	enum config_rewrite rewrite;
};

/* Name and default of each timeout: `tcp-opening` is --timeout-tcp-opening. */
struct config_timeout {
	const char *name;
	__u32 default_s;
};

extern const struct config_timeout config_timeouts[MASQ_TIMEOUT_COUNT];

/* By enum masq_mode, as --mode takes them. */
extern const char *const config_modes[MASQ_MODE_COUNT];

void config_init(struct config *config);
void config_free(struct config *config);

/*
 * Do the values agree with each other?  Says what does not, and fills in what
 * was not given (ports).
 *
 * Return: 0 or -1.
 */
int config_complete(struct config *config);

#endif /* CONFIG_H */
