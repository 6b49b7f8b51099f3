/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `bpfmasq run` is told: the settings' values, and whether they agree.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "addr.h"

enum {
	CONFIG_UPLINKS_MAX = 64, /* as masq_uplinks holds */
	CONFIG_INTERFACES_MAX = CONFIG_UPLINKS_MAX, /* of each flag */
	CONFIG_RANGES_MAX = 2048, /* of each flag */
};

enum config_attach {
	CONFIG_ATTACH_AUTO,
	CONFIG_ATTACH_TCX,
	CONFIG_ATTACH_CLSACT,
};

enum config_xdp {
	CONFIG_XDP_OFF,
	CONFIG_XDP_AUTO, /* native, where the driver has it */
	CONFIG_XDP_NATIVE,
	CONFIG_XDP_GENERIC,
	CONFIG_XDP_COUNT,
};

enum config_rewrite {
	CONFIG_REWRITE_AUTO,
	CONFIG_REWRITE_DIRECT,
	CONFIG_REWRITE_HELPERS,
	CONFIG_REWRITE_COUNT,
};

/* What becomes of pods' packets to link-local addresses. */
enum config_link_local {
	CONFIG_LINK_LOCAL_DROP,
	CONFIG_LINK_LOCAL_PASS,
	CONFIG_LINK_LOCAL_MASQUERADE,
	CONFIG_LINK_LOCAL_COUNT,
};

struct config_interfaces {
	char names[CONFIG_INTERFACES_MAX][IFNAMSIZ]; /* or patterns */
	size_t count;
};

struct config {
	struct config_interfaces uplinks;
	struct config_interfaces pod_interfaces;
	struct cidr_list ranges[MASQ_ORIGIN_COUNT]; /* by enum masq_origin */
	struct masq_addr node[MASQ_FAMILY_COUNT]; /* all zero: not given */
	enum config_link_local link_local[MASQ_FAMILY_COUNT];
	enum masq_mode mode;
	enum masq_forwarding forwarding;
	enum config_xdp xdp;
	bool xdp_drop_unsolicited;
	struct masq_ports ports;
	bool has_ports;
	bool random_fully;
	__u32 max_flows; /* 0: not given */
	__u32 max_flows_per_pod;
	__u32 timeout_s[MASQ_TIMEOUT_COUNT];
	enum config_attach attach;
	enum config_rewrite rewrite;
	char masq_config[PATH_MAX]; /* empty: not given */
	struct masq_addr metrics_addr;
	__u16 metrics_port; /* 0: no metrics */
	bool enable_ipv6; /* these two are about that file */
	bool nomasq_all_reserved_ranges;
};

/* By enum masq_timeout: `tcp-opening` is --timeout-tcp-opening. */
extern const char *const config_timeouts[MASQ_TIMEOUT_COUNT];

/* By enum masq_mode, as --mode takes them. */
extern const char *const config_modes[MASQ_MODE_COUNT];

/* By enum masq_forwarding, as --forwarding takes them. */
extern const char *const config_forwardings[MASQ_FORWARDING_COUNT];

/* By enum config_xdp, as --xdp takes them. */
extern const char *const config_xdps[CONFIG_XDP_COUNT];

/* By enum masq_xdp. */
extern const char *const config_xdp_modes[MASQ_XDP_COUNT];

/* By enum config_rewrite, as --rewrite takes them. */
extern const char *const config_rewrites[CONFIG_REWRITE_COUNT];

/* By enum config_link_local, as --link-local takes them. */
extern const char *const config_link_locals[CONFIG_LINK_LOCAL_COUNT];

void config_free(struct config *config);

/* A value that does not agree with another setting's. */
struct config_conflict {
	const char *setting; /* its name */
	char text[CIDR_TEXT_SIZE]; /* the value */
	char problem[128]; /* what is wrong, and what would be right */
};

/*
 * Do the values agree with each other?
 *
 * Return: 0; or -1: *ret does not.
 */
int config_agree(const struct config *config, struct config_conflict *ret);

/*
 * Is all there that is needed?  Says what is not, and fills in what was not
 * given (ports).
 *
 * Return: 0 or -1.
 */
int config_complete(struct config *config);

#endif /* CONFIG_H */
