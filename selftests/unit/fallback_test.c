// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/setting.h: what holds where nobody says anything.
 */
#include "setting.h"
#include "unit.h"

enum { TEXT_SIZE = 64 };

struct timeout_row {
	const char *name; /* of the setting, behind "timeout-" */
	enum masq_timeout timeout;
	__u32 default_s;
	__u32 least_s; /* what the RFC asks for */
};

static const struct timeout_row timeouts[] = {
	/* RFC 5382 REQ-5: 4 min for what is half open, 2 h 4 min for open */
	{ "tcp-opening", MASQ_TIMEOUT_TCP_OPENING, 240, 240 },
	{ "tcp-established", MASQ_TIMEOUT_TCP_ESTABLISHED, 7440, 7440 },
	{ "tcp-closing", MASQ_TIMEOUT_TCP_CLOSING, 240, 240 },
	/* RFC 4787 REQ-5: 2 min; 5 are recommended; less for known ports */
	{ "udp-opening", MASQ_TIMEOUT_UDP_OPENING, 120, 120 },
	{ "udp-opening-low", MASQ_TIMEOUT_UDP_OPENING_LOW, 30, 0 },
	{ "udp-established", MASQ_TIMEOUT_UDP_ESTABLISHED, 300, 120 },
	/* RFC 5508 REQ-2: 60 s */
	{ "icmp", MASQ_TIMEOUT_ICMP, 60, 60 },
	{ "other", MASQ_TIMEOUT_OTHER, 600, 0 },
};

static void check_timeout(const struct timeout_row *row)
{
	struct config config;
	char name[TEXT_SIZE], expected[TEXT_SIZE];

	settings_init(&config);
	CHECK_STRING(config_timeouts[row->timeout], row->name);
	snprintf(name, sizeof(name), "timeout-%s", row->name);
	snprintf(expected, sizeof(expected), "%u", row->default_s);
	CHECK_STRING(setting_find(name, strlen(name))->fallback, expected);
	CHECK_EQUAL(config.timeout_s[row->timeout], row->default_s);
	CHECK(row->default_s >= row->least_s);
	CHECK(row->default_s >= MASQ_TIMEOUT_MIN_S);
}

static void timeouts_have_defaults(void)
{
	CHECK_EQUAL(COUNT(timeouts), MASQ_TIMEOUT_COUNT);
	CHECK_ROWS(timeouts, check_timeout);
}

static void nothing_else_is_set_at_first(void)
{
	struct config config;

	memset(&config, 0x5a, sizeof(config));
	settings_init(&config);
	CHECK_EQUAL(config.max_flows, 0); /* not given */
	CHECK_EQUAL(config.max_flows_per_pod, 0);
	CHECK_EQUAL(config.uplinks.count, 0);
	CHECK(!config.has_ports && !config.random_fully);
	CHECK(!config.enable_ipv6 && !config.nomasq_all_reserved_ranges);
	CHECK_STRING(config.masq_config, "");
	CHECK_EQUAL(config.mode, MASQ_MODE_ISLAND);
	CHECK_EQUAL(config.attach, CONFIG_ATTACH_AUTO);
	CHECK_EQUAL(config.rewrite, CONFIG_REWRITE_AUTO);
	for (int i = 0; i < MASQ_ORIGIN_COUNT; i++)
		CHECK(config.ranges[i].count == 0 && !config.ranges[i].items);
	for (int i = 0; i < MASQ_FAMILY_COUNT; i++) {
		CHECK(!addr_is_set(&config.node[i]));
		CHECK_EQUAL(config.link_local[i], CONFIG_LINK_LOCAL_DROP);
	}
}

static void max_flows_has_a_default(void)
{
	char number[TEXT_SIZE];

	CHECK_EQUAL(MASQ_FLOWS_DEFAULT, 262144);
	snprintf(number, sizeof(number), "(%d,", MASQ_FLOWS_DEFAULT);
	CHECK(strstr(setting_find("max-flows", 9)->help, number) != NULL);
}

static void fallbacks_are_right(void)
{
	struct config config;

	settings_init(&config);
	for (const struct setting *s = settings; s->name; s++)
		if (s->fallback)
			CHECK(!s->take(&config, s->fallback, s->number));
}

/* Else it would add up with what is given. */
static void no_list_has_a_fallback(void)
{
	for (const struct setting *s = settings; s->name; s++)
		CHECK(s->shape != SETTING_LIST || !s->fallback);
}

static const struct test_case cases[] = {
	{ "timeouts have the defaults of their RFCs", timeouts_have_defaults },
	{ "nothing else is set at first", nothing_else_is_set_at_first },
	{ "max-flows has a default, which the help names",
	  max_flows_has_a_default },
	{ "a fallback is a right value", fallbacks_are_right },
	{ "no list has a fallback", no_list_has_a_fallback },
};

TEST_MAIN(cases)
