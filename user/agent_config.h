/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ip-masq-agent's configuration, as that reads it: the same texts are right,
 * and mean the same.  Source: kubernetes-sigs/ip-masq-agent,
 * cmd/ip-masq-agent/ip-masq-agent.go.
 *
 * Three things are mended, not copied: an IPv4-mapped range is refused, null in
 * a list of ranges is refused, and no resyncInterval makes us busy (changes are
 * seen as they happen).  masqueradeCIDRs and nonMasqueradeSourceCIDRs are keys
 * of ours, which it would ignore.
 */
#ifndef AGENT_CONFIG_H
#define AGENT_CONFIG_H

#include "values.h"

#define AGENT_CONFIG_DEFAULT_PATH "/etc/config/ip-masq-agent"

/* What the flags of ip-masq-agent say of the file. */
struct agent_config_flags {
	bool enable_ipv6;
	bool nomasq_all_reserved_ranges;
};

/*
 * A file that is not there is an empty one.  Says what is wrong, and where.
 *
 * Return: 0 or -1.
 */
int agent_config_read(const char *path, const struct agent_config_flags *flags,
		      struct values *ret);

/* The same for a text that was read from `path`. */
int agent_config_parse(const char *path, const char *text, size_t size,
		       const struct agent_config_flags *flags,
		       struct values *ret);

#endif /* AGENT_CONFIG_H */
