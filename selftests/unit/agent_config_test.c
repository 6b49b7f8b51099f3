// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/agent_config.h: the keys of ip-masq-agent's file, and their values.  How
 * its text is read is in agent_document_test.c.
 */
#include "agent_outcome.h"

/* --- keys --- */

static const struct text_row keys[] = {
	{ "in whatever case", "NONMASQUERADECIDRS: [1.0.0.0/8]\n",
	  LIST(RANGE("f:1", "1.0.0.0/8")), NULL },
	{ "all of them, in small letters",
	  "nonmasqueradecidrs: [1.0.0.0/8]\ncidrlimit: 1\n"
	  "masqlinklocal: true\nmasqlinklocalipv6: true\n"
	  "resyncinterval: 60s\nmasqueradecidrs: [2.0.0.0/8]\n"
	  "nonmasqueradesourcecidrs: [3.0.0.0/8]\n",
	  RANGE("f:1", "1.0.0.0/8") LINK_LOCAL("f:3", "masquerade") LINK_LOCAL_IPV6(
		  "f:4",
		  "masquerade") "f:6 masquerade-cidr 2.0.0.0/8\n"
				"f:7 non-masquerade-source-cidr 3.0.0.0/8\n",
	  NULL },
	{ "unknown", "foo: bar\n", DEFAULTS, NULL },
	{ "unknown, with keys of its own", "foo: {bar: [1, {baz: ~}]}\n",
	  DEFAULTS, NULL },
	{ "almost known", "nonMasqueradeCIDR: [1.0.0.0/8]\n", DEFAULTS, NULL },
	{ "known, and more", "nonMasqueradeCIDRss: [1.0.0.0/8]\n", DEFAULTS,
	  NULL },
	{ "known, deeper down", "foo:\n  masqLinkLocal: x\n", DEFAULTS, NULL },
	{ "in quotes", "\"masqLinkLocal\": true\n", MASQUERADE, NULL },
	{ "with a zero byte behind it", "\"masqLinkLocal\\0\": true\n",
	  DEFAULTS, NULL },
	{ "with an escape", "\"masqLinkLoca\\u006c\": true\n", MASQUERADE,
	  NULL },
	{ "behind a question mark", "? masqLinkLocal\n: true\n",
	  DEFAULT_RANGES("f") LINK_LOCAL("f:2", "masquerade")
		  LINK_LOCAL_IPV6("f (default)", "pass"),
	  NULL },
	{ "a number, a flag", "1: x\n1.5: x\ntrue: x\n", DEFAULTS, NULL },
	{ "a list", "\n? [a]\n: x\n", NULL, "f:2: a key is not one word" },
	{ "a mapping", "? {a: b}\n: x\n", NULL, "f:1: a key is not one word" },
};

static void keys_are_found(void)
{
	CHECK_ROWS(keys, check_both);
}

/* --- nonMasqueradeCIDRs --- */

static const struct text_row lists[] = {
	{ "null: everything is masqueraded", "nonMasqueradeCIDRs:\n", LIST(""),
	  NULL },
	{ "a tilde", "nonMasqueradeCIDRs: ~\n", LIST(""), NULL },
	{ "empty", LIST_OF(""), LIST(""), NULL },
	{ "one a line",
	  "nonMasqueradeCIDRs:\n- 1.0.0.0/8\n- \"2.0.0.0/8\"\n- '3.0.0.0/8'\n",
	  LIST(RANGE("f:2", "1.0.0.0/8") RANGE("f:3", "2.0.0.0/8")
		       RANGE("f:4", "3.0.0.0/8")),
	  NULL },
	{ "as in ip-masq-agent's own examples",
	  "nonMasqueradeCIDRs:\n  - 10.0.0.0/8\nresyncInterval: 60s\n",
	  LIST(RANGE("f:2", "10.0.0.0/8")), NULL },
	{ "everything: nothing is masqueraded", LIST_OF("0.0.0.0/0"),
	  LIST(RANGE("f:1", "0.0.0.0/0")), NULL },
	{ "one address", LIST_OF("10.1.2.3/32"),
	  LIST(RANGE("f:1", "10.1.2.3/32")), NULL },
	{ "the same twice", LIST_OF("1.0.0.0/8, 1.0.0.0/8"),
	  LIST(RANGE("f:1", "1.0.0.0/8") RANGE("f:1", "1.0.0.0/8")), NULL },
	{ "a zero before the bits", LIST_OF("10.0.0.1/032"),
	  LIST(RANGE("f:1", "10.0.0.1/032")), NULL },
	{ "a comma behind the last", LIST_OF("1.0.0.0/8, "),
	  LIST(RANGE("f:1", "1.0.0.0/8")), NULL },
	{ "a text", "nonMasqueradeCIDRs: 10.0.0.0/8\n", NULL,
	  REFUSED("10.0.0.0/8") "is no list of ranges" },
	{ "an empty text", "nonMasqueradeCIDRs: \"\"\n", NULL,
	  REFUSED("") "is no list of ranges" },
	{ "keys", "nonMasqueradeCIDRs: {}\n", NULL,
	  "f:1: nonMasqueradeCIDRs: is no list of ranges" },
	{ "a number in it", LIST_OF("10"), NULL, REFUSED("10") "is no text" },
	{ "a number in it, in quotes", LIST_OF("\"10\""), NULL,
	  REFUSED("10") "has no prefix length" },
	{ "a fraction in it", LIST_OF("1.5"), NULL,
	  REFUSED("1.5") "is no text" },
	{ "a flag in it", LIST_OF("yes"), NULL, REFUSED("yes") "is no text" },
	{ "a list in it", LIST_OF("[1.0.0.0/8]"), NULL,
	  "f:1: nonMasqueradeCIDRs: is no text" },
	{ "not aligned", LIST_OF("10.0.0.1/8"), NULL,
	  REFUSED("10.0.0.1/8") "has host bits set: the range is 10.0.0.0/8" },
	{ "no bits", LIST_OF("10.0.0.0"), NULL, REFUSED("10.0.0.0") },
	{ "a zero before the address", LIST_OF("010.0.0.0/8"), NULL,
	  REFUSED("010.0.0.0/8") },
	{ "too many bits", LIST_OF("10.0.0.0/33"), NULL,
	  REFUSED("10.0.0.0/33") },
	{ "a blank before it", LIST_OF("\" 10.0.0.0/8\""), NULL,
	  REFUSED(" 10.0.0.0/8") },
	{ "a blank behind it", LIST_OF("\"10.0.0.0/8 \""), NULL,
	  REFUSED("10.0.0.0/8 ") },
	{ "an interface", LIST_OF("fe80::1%eth0/128"), NULL,
	  REFUSED("fe80::1%eth0/128") },
	{ "two in one", LIST_OF("\"10.0.0.0/8,11.0.0.0/8\""), NULL,
	  REFUSED("10.0.0.0/8,11.0.0.0/8") },
	{ "empty in it", LIST_OF("\"\""), NULL, REFUSED("") },
	{ "a sign before the bits", LIST_OF("10.0.0.0/+8"), NULL,
	  REFUSED("10.0.0.0/+8") },
	{ "bits in hex", LIST_OF("10.0.0.0/0x8"), NULL,
	  REFUSED("10.0.0.0/0x8") },
	{ "bits beyond any number", LIST_OF("10.0.0.0/99999999999999999999"),
	  NULL, REFUSED("10.0.0.0/99999999999999999999") },
	{ "three bytes", LIST_OF("10.0.0/8"), NULL, REFUSED("10.0.0/8") },
	{ "a zero byte in it", LIST_OF("\"10.0.0.0/8\\0x\""), NULL,
	  REFUSED("10.0.0.0/8") "has a zero byte behind it" },
	{ "the second is wrong, in its line",
	  "nonMasqueradeCIDRs:\n- 1.0.0.0/8\n- x/8\n", NULL,
	  "f:3: nonMasqueradeCIDRs \"x/8\": is no IPv4 or IPv6 address" },
	/* mended: it became what the default list has in its place */
	{ "null in it", LIST_OF("~"), NULL, REFUSED("~") "is no text" },
	{ "nothing in it", "nonMasqueradeCIDRs:\n-\n", NULL,
	  "f:2: nonMasqueradeCIDRs \"\": is no text" },
	/* mended: it was taken for IPv4, and given to iptables */
	{ "IPv4-mapped", LIST_OF("\"::ffff:10.0.0.0/104\""), NULL,
	  REFUSED("::ffff:10.0.0.0/104") "is an IPv4-mapped address" },
};

static void lists_replace_the_defaults(void)
{
	CHECK_ROWS(lists, check_both);
}

static const struct text_row lists_without_ipv6[] = {
	{ "IPv6", LIST_OF("\"fc00::/7\""), NULL,
	  REFUSED("fc00::/7") "is IPv6: give --enable-ipv6 too" },
	{ "all of IPv6", LIST_OF("\"::/0\""), NULL,
	  REFUSED("::/0") "is IPv6: give --enable-ipv6 too" },
	{ "IPv6 behind IPv4", LIST_OF("10.0.0.0/8, \"fc00::/7\""), NULL,
	  REFUSED("fc00::/7") "is IPv6" },
	{ "IPv6 that is not aligned", LIST_OF("\"fc00::1/7\""), NULL,
	  REFUSED("fc00::1/7") "has host bits set" },
};

static const struct text_row lists_with_ipv6[] = {
	{ "IPv6", LIST_OF("\"fc00::/7\""), LIST(RANGE("f:1", "fc00::/7")),
	  NULL },
	{ "all of IPv6", LIST_OF("\"::/0\""), LIST(RANGE("f:1", "::/0")),
	  NULL },
	{ "both", LIST_OF("10.0.0.0/8, \"fc00::/7\""),
	  LIST(RANGE("f:1", "10.0.0.0/8") RANGE("f:1", "fc00::/7")), NULL },
	{ "in capitals and in full", LIST_OF("\"2001:DB8:0:0:0:0:0:0/32\""),
	  LIST(RANGE("f:1", "2001:DB8:0:0:0:0:0:0/32")), NULL },
	{ "too many bits", LIST_OF("\"::/129\""), NULL, REFUSED("::/129") },
	{ "not aligned", LIST_OF("\"fc00::1/7\""), NULL,
	  REFUSED("fc00::1/7") "has host bits set: the range is fc00::/7" },
};

static void ipv6_needs_its_flag(void)
{
	CHECK_ROWS(lists_without_ipv6, check_plain);
	CHECK_ROWS(lists_with_ipv6, check_ipv6);
}

#define RESERVED_RANGES                         \
	DEFAULT_RANGES("f")                     \
	RANGE("f (default)", "100.64.0.0/10")   \
	RANGE("f (default)", "192.0.0.0/24")    \
	RANGE("f (default)", "192.0.2.0/24")    \
	RANGE("f (default)", "192.88.99.0/24")  \
	RANGE("f (default)", "198.18.0.0/15")   \
	RANGE("f (default)", "198.51.100.0/24") \
	RANGE("f (default)", "203.0.113.0/24")  \
	RANGE("f (default)", "240.0.0.0/4")

static void check_reserved(const struct text_row *row)
{
	const struct agent_config_flags flags = {
		.nomasq_all_reserved_ranges = true,
	};

	check_with(row, &flags);
}

static const struct text_row lists_with_reserved[] = {
	{ "no list", "", RESERVED_RANGES DEFAULT_LINK_LOCAL("f"), NULL },
	{ "another key", "masqLinkLocal: true\n",
	  RESERVED_RANGES LINK_LOCAL("f:1", "masquerade")
		  LINK_LOCAL_IPV6("f (default)", "pass"),
	  NULL },
	{ "a list", LIST_OF("1.0.0.0/8"), LIST(RANGE("f:1", "1.0.0.0/8")),
	  NULL },
	{ "an empty list", LIST_OF(""), LIST(""), NULL },
	{ "a limit that just fits", "cidrLimit: 11\n",
	  RESERVED_RANGES DEFAULT_LINK_LOCAL("f"), NULL },
	{ "a limit that does not", "cidrLimit: 10\n", NULL,
	  "f: 11 ranges are more than the cidrLimit of 10" },
};

static void the_default_may_be_all_reserved_ranges(void)
{
	CHECK_ROWS(lists_with_reserved, check_reserved);
}

/* --- masqLinkLocal --- */

static const struct text_row flags[] = {
	{ "true", "masqLinkLocal: true\n", MASQUERADE, NULL },
	{ "false", "masqLinkLocal: false\n", PASS, NULL },
	{ "yes", "masqLinkLocal: yes\n", MASQUERADE, NULL },
	{ "on", "masqLinkLocal: on\n", MASQUERADE, NULL },
	{ "off", "masqLinkLocal: off\n", PASS, NULL },
	{ "null", "masqLinkLocal:\n", PASS, NULL },
	{ "a tilde", "masqLinkLocal: ~\n", PASS, NULL },
	{ "in quotes", "masqLinkLocal: \"true\"\n", NULL,
	  "f:1: masqLinkLocal \"true\": is neither true nor false" },
	{ "a number", "masqLinkLocal: 1\n", NULL,
	  "f:1: masqLinkLocal \"1\": is neither true nor false" },
	{ "a word", "masqLinkLocal: maybe\n", NULL,
	  "f:1: masqLinkLocal \"maybe\": is neither true nor false" },
	{ "an empty text", "masqLinkLocal: ''\n", NULL,
	  "f:1: masqLinkLocal \"\": is neither true nor false" },
	{ "a list", "masqLinkLocal: [true]\n", NULL,
	  "f:1: masqLinkLocal: is neither true nor false" },
	{ "of IPv6", "\nmasqLinkLocalIPv6: true\n",
	  DEFAULT_RANGES("f") LINK_LOCAL("f (default)", "pass")
		  LINK_LOCAL_IPV6("f:2", "masquerade"),
	  NULL },
	{ "of both", "masqLinkLocal: false\nmasqLinkLocalIPv6: false\n",
	  DEFAULT_RANGES("f") LINK_LOCAL("f:1", "pass")
		  LINK_LOCAL_IPV6("f:2", "pass"),
	  NULL },
	{ "of IPv6, wrong", "masqLinkLocalIPv6: 0\n", NULL,
	  "f:1: masqLinkLocalIPv6 \"0\": is neither true nor false" },
};

static void flags_say_what_becomes_of_link_local(void)
{
	CHECK_ROWS(flags, check_both);
}

/* --- resyncInterval --- */

static const struct text_row intervals[] = {
	{ "seconds", "resyncInterval: 60s\n", DEFAULTS, NULL },
	{ "milliseconds", "resyncInterval: 100ms\n", DEFAULTS, NULL },
	{ "microseconds", "resyncInterval: 5\xc2\xb5s\n", DEFAULTS, NULL },
	{ "a fraction", "resyncInterval: 1.5m\n", DEFAULTS, NULL },
	{ "hours and minutes", "resyncInterval: 1h30m\n", DEFAULTS, NULL },
	{ "in quotes", "resyncInterval: \"60s\"\n", DEFAULTS, NULL },
	/* mended: we need no interval, so none makes us busy */
	{ "zero", "resyncInterval: \"0\"\n", DEFAULTS, NULL },
	{ "zero seconds", "resyncInterval: 0s\n", DEFAULTS, NULL },
	{ "less than zero", "resyncInterval: -5s\n", DEFAULTS, NULL },
	{ "a number", "resyncInterval: 60\n", NULL, NO_DURATION(" \"60\"") },
	{ "zero as a number", "resyncInterval: 0\n", NULL,
	  NO_DURATION(" \"0\"") },
	{ "no unit", "resyncInterval: \"60\"\n", NULL, NO_DURATION(" \"60\"") },
	{ "days", "resyncInterval: 1d\n", NULL, NO_DURATION(" \"1d\"") },
	{ "a colon", "resyncInterval: 1:30\n", NULL, NO_DURATION(" \"1:30\"") },
	{ "null", "resyncInterval:\n", NULL, NO_DURATION(" \"\"") },
	{ "a tilde", "resyncInterval: ~\n", NULL, NO_DURATION(" \"~\"") },
	{ "an empty text", "resyncInterval: \"\"\n", NULL,
	  NO_DURATION(" \"\"") },
	{ "a flag", "resyncInterval: yes\n", NULL, NO_DURATION(" \"yes\"") },
	{ "a list", "resyncInterval: [60s]\n", NULL, NO_DURATION("") },
	{ "a zero byte behind it", "resyncInterval: \"60s\\0\"\n", NULL,
	  NO_DURATION(" \"60s\"") },
	{ "a line end behind it", "resyncInterval: |\n  60s\n", NULL,
	  NO_DURATION(" \"60s?\"") },
	{ "no line end behind it", "resyncInterval: |-\n  60s\n", DEFAULTS,
	  NULL },
};

static void intervals_are_durations(void)
{
	CHECK_ROWS(intervals, check_both);
}

/* --- cidrLimit --- */

static const struct text_row limits[] = {
	{ "as many as the defaults", "cidrLimit: 3\n", DEFAULTS, NULL },
	{ "fewer than the defaults", "cidrLimit: 2\n", NULL,
	  "f: " TOO_MANY("3", "2") },
	{ "none", "cidrLimit: 0\n", NULL, "f: " TOO_MANY("3", "0") },
	{ "none of none", "cidrLimit: 0\nnonMasqueradeCIDRs: []\n", LIST(""),
	  NULL },
	{ "less than none", "cidrLimit: -1\nnonMasqueradeCIDRs: []\n", NULL,
	  "f:2: " TOO_MANY("0", "-1") },
	{ "less than null", "cidrLimit: -1\nnonMasqueradeCIDRs:\n", NULL,
	  "f:2: " TOO_MANY("0", "-1") },
	{ "fewer than there are",
	  "cidrLimit: 1\n\n" LIST_OF("1.0.0.0/8, "
				     "2.0.0.0/8"),
	  NULL, "f:3: " TOO_MANY("2", "1") },
	{ "as many as there are", "cidrLimit: 1\n" LIST_OF("1.0.0.0/8"),
	  LIST(RANGE("f:2", "1.0.0.0/8")), NULL },
	{ "looked at before the ranges are", "cidrLimit: 1\n" LIST_OF("x, y"),
	  NULL, "f:2: " TOO_MANY("2", "1") },
	{ "a fraction of zero", "cidrLimit: 64.0\n", DEFAULTS, NULL },
	{ "hex", "cidrLimit: 0x40\n", DEFAULTS, NULL },
	{ "octal", "cidrLimit: 0100\n", DEFAULTS, NULL },
	{ "octal that is too few", "cidrLimit: 02\n", NULL,
	  "f: " TOO_MANY("3", "2") },
	{ "null", "cidrLimit:\n", DEFAULTS, NULL },
	{ "a tilde", "cidrLimit: ~\n", DEFAULTS, NULL },
	{ "in quotes", "cidrLimit: \"64\"\n", NULL, NO_NUMBER("64") },
	{ "a fraction", "cidrLimit: 1.5\n", NULL, NO_NUMBER("1.5") },
	{ "a flag", "cidrLimit: true\n", NULL, NO_NUMBER("true") },
	{ "a word", "cidrLimit: many\n", NULL, NO_NUMBER("many") },
	{ "a list", "cidrLimit: [64]\n", NULL,
	  "f:1: cidrLimit: is no whole number" },
	{ "beyond any number", "cidrLimit: 99999999999999999999\n", NULL,
	  NO_NUMBER("99999999999999999999") },
};

static void limits_are_numbers(void)
{
	CHECK_ROWS(limits, check_both);
}

/* So many ranges, and no limit given. */
static void check_count(int count, const char *said)
{
	char text[4096] = "nonMasqueradeCIDRs:\n", expected[8192] = "";
	size_t length = strlen(text), expected_length = 0;
	const struct text_row row = {
		.text = text,
		.values = said ? NULL : expected,
		.said = said,
	};

	for (int i = 0; i < count; i++) {
		length += snprintf(text + length, sizeof(text) - length,
				   "- 10.0.%d.0/24\n", i);
		expected_length += snprintf(
			expected + expected_length,
			sizeof(expected) - expected_length,
			"f:%d non-masquerade-cidr 10.0.%d.0/24\n", i + 2, i);
	}
	snprintf(expected + expected_length, sizeof(expected) - expected_length,
		 "%s", DEFAULT_LINK_LOCAL("f"));
	check_plain(&row);
}

static void sixty_four_ranges_are_the_limit(void)
{
	check_count(64, NULL);
	check_count(65, "f:1: " TOO_MANY("65", "64"));
}

/* --- keys of our own --- */

static const struct text_row own_keys[] = {
	{ "masqueradeCIDRs",
	  "masqueradeCIDRs:\n- 203.0.113.0/24\n- 1.0.0.0/8\n",
	  DEFAULTS "f:2 masquerade-cidr 203.0.113.0/24\n"
		   "f:3 masquerade-cidr 1.0.0.0/8\n",
	  NULL },
	{ "nonMasqueradeSourceCIDRs",
	  "\nnonMasqueradeSourceCIDRs: [10.244.1.7/32]\n",
	  DEFAULTS "f:2 non-masquerade-source-cidr 10.244.1.7/32\n", NULL },
	{ "null", "masqueradeCIDRs:\nnonMasqueradeSourceCIDRs:\n", DEFAULTS,
	  NULL },
	{ "not counted by the limit",
	  "cidrLimit: 3\nmasqueradeCIDRs: [1.0.0.0/8]\n",
	  DEFAULTS "f:2 masquerade-cidr 1.0.0.0/8\n", NULL },
	{ "masqueradeCIDRs, a text", "masqueradeCIDRs: 1.0.0.0/8\n", NULL,
	  "f:1: masqueradeCIDRs \"1.0.0.0/8\": is no list of ranges" },
	{ "masqueradeCIDRs, not aligned", "masqueradeCIDRs: [1.0.0.1/8]\n",
	  NULL, "f:1: masqueradeCIDRs \"1.0.0.1/8\": has host bits set" },
	{ "nonMasqueradeSourceCIDRs, a number",
	  "nonMasqueradeSourceCIDRs:\n- 10.244.1.7/32\n- 7\n", NULL,
	  "f:3: nonMasqueradeSourceCIDRs \"7\": is no text" },
};

static const struct text_row own_keys_without_ipv6[] = {
	{ "masqueradeCIDRs of IPv6", "masqueradeCIDRs: [\"2001:db8::/32\"]\n",
	  NULL, "f:1: masqueradeCIDRs \"2001:db8::/32\": is IPv6: give" },
	{ "nonMasqueradeSourceCIDRs of IPv6",
	  "nonMasqueradeSourceCIDRs: [\"2001:db8::/32\"]\n", NULL,
	  "f:1: nonMasqueradeSourceCIDRs \"2001:db8::/32\": is IPv6: give" },
};

static const struct text_row own_keys_with_ipv6[] = {
	{ "both of IPv6",
	  "masqueradeCIDRs: [\"2001:db8::/32\"]\n"
	  "nonMasqueradeSourceCIDRs: [\"fd00::/8\"]\n",
	  DEFAULTS "f:1 masquerade-cidr 2001:db8::/32\n"
		   "f:2 non-masquerade-source-cidr fd00::/8\n",
	  NULL },
};

static void keys_of_our_own_are_lists_too(void)
{
	CHECK_ROWS(own_keys, check_both);
	CHECK_ROWS(own_keys_without_ipv6, check_plain);
	CHECK_ROWS(own_keys_with_ipv6, check_ipv6);
}

static const struct test_case cases[] = {
	{ "keys are found, in whatever case", keys_are_found },
	{ "a list replaces the defaults", lists_replace_the_defaults },
	{ "IPv6 needs its flag", ipv6_needs_its_flag },
	{ "the default may be all reserved ranges",
	  the_default_may_be_all_reserved_ranges },
	{ "flags say what becomes of link-local",
	  flags_say_what_becomes_of_link_local },
	{ "intervals are durations", intervals_are_durations },
	{ "limits are whole numbers", limits_are_numbers },
	{ "sixty-four ranges are the limit", sixty_four_ranges_are_the_limit },
	{ "keys of our own are lists too", keys_of_our_own_are_lists_too },
};

TEST_MAIN(cases)
