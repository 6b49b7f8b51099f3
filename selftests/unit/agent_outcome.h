/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What comes of texts for ip-masq-agent, as its own code was seen to do: "f" is
 * the file.
 */
#ifndef AGENT_OUTCOME_H
#define AGENT_OUTCOME_H

#include "agent_config.h"
#include "outcome.h"

/* Values, as values_text() has them. */
#define RANGE(where, range) where " non-masquerade-cidr " range "\n"
#define DEFAULT_RANGES(path)                      \
	RANGE(path " (default)", "10.0.0.0/8")    \
	RANGE(path " (default)", "172.16.0.0/12") \
	RANGE(path " (default)", "192.168.0.0/16")
#define LINK_LOCAL(where, text) where " link-local " text "\n"
#define LINK_LOCAL_IPV6(where, text) where " link-local-ipv6 " text "\n"
#define DEFAULT_LINK_LOCAL(path)              \
	LINK_LOCAL(path " (default)", "pass") \
	LINK_LOCAL_IPV6(path " (default)", "pass")

/* No key of the file says anything. */
#define DEFAULTS DEFAULT_RANGES("f") DEFAULT_LINK_LOCAL("f")
/* Only the list is given, as … */
#define LIST(ranges) ranges DEFAULT_LINK_LOCAL("f")
/* Only masqLinkLocal is given, in line 1: as true, or as false. */
#define MASQUERADE          \
	DEFAULT_RANGES("f") \
	LINK_LOCAL("f:1", "masquerade") LINK_LOCAL_IPV6("f (default)", "pass")
#define PASS                \
	DEFAULT_RANGES("f") \
	LINK_LOCAL("f:1", "pass") LINK_LOCAL_IPV6("f (default)", "pass")

static inline void check_with(const struct text_row *row,
			      const struct agent_config_flags *flags)
{
	struct outcome outcome = outcome_begin();

	outcome.result = agent_config_parse("f", row->text, strlen(row->text),
					    flags, &outcome.values);
	check_outcome(&outcome, row);
}

/* As ip-masq-agent runs where nobody gives it flags. */
static inline void check_plain(const struct text_row *row)
{
	check_with(row, &(struct agent_config_flags){ 0 });
}

static inline void check_ipv6(const struct text_row *row)
{
	check_with(row, &(struct agent_config_flags){ .enable_ipv6 = true });
}

static inline void check_both(const struct text_row *row)
{
	check_plain(row);
	check_ipv6(row);
}

/* How a list is given in one line, and how faults begin in the first. */
#define LIST_OF(ranges) "nonMasqueradeCIDRs: [" ranges "]\n"
#define REFUSED(range) "f:1: nonMasqueradeCIDRs \"" range "\": "

#define NO_DURATION(text) "f:1: resyncInterval" text ": is no duration: "

#define TOO_MANY(count, limit) \
	count " ranges are more than the cidrLimit of " limit
#define NO_NUMBER(text) "f:1: cidrLimit \"" text "\": is no whole number"

#endif /* AGENT_OUTCOME_H */
