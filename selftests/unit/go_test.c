// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/go.h: scalars, as Go's own packages were seen to read them (yaml.v2 2.4,
 * encoding/json and time of Go 1.19).
 */
#include "go.h"
#include "unit.h"

/* What a text is. */
struct scalar_row {
	const char *name; /* the text */
	enum { TEXT, NOTHING, NUMBER, YES, NO } kind; /* to yaml.v2 */
};

static const struct scalar_row scalars[] = {
	{ "", NOTHING },
	{ "~", NOTHING },
	{ "null", NOTHING },
	{ "Null", NOTHING },
	{ "NULL", NOTHING },
	{ "nULL", TEXT },
	{ "nil", TEXT },
	{ "y", YES },
	{ "Y", YES },
	{ "yes", YES },
	{ "Yes", YES },
	{ "YES", YES },
	{ "true", YES },
	{ "True", YES },
	{ "TRUE", YES },
	{ "on", YES },
	{ "On", YES },
	{ "ON", YES },
	{ "yEs", TEXT },
	{ "tRUE", TEXT },
	{ "oN", TEXT },
	{ "t", TEXT },
	{ "n", NO },
	{ "N", NO },
	{ "no", NO },
	{ "No", NO },
	{ "NO", NO },
	{ "false", NO },
	{ "False", NO },
	{ "FALSE", NO },
	{ "off", NO },
	{ "Off", NO },
	{ "OFF", NO },
	{ "oFF", TEXT },
	{ "f", TEXT },
	{ "0", NUMBER },
	{ "64", NUMBER },
	{ "-64", NUMBER },
	{ "+64", NUMBER },
	{ "--64", TEXT },
	{ "6_4", NUMBER },
	{ "64_", NUMBER },
	{ "_64", TEXT },
	{ "0x40", NUMBER },
	{ "0X4f", NUMBER },
	{ "0x", TEXT },
	{ "0xg", TEXT },
	{ "0x1p6", TEXT },
	{ "0x40.0", TEXT },
	{ "0b101", NUMBER },
	{ "0b102", TEXT },
	{ "0o17", NUMBER },
	{ "0100", NUMBER },
	{ "08", NUMBER },
	{ "1.5", NUMBER },
	{ ".5", NUMBER },
	{ "5.", NUMBER },
	{ ".", TEXT },
	{ "1.5.5", TEXT },
	{ "1e3", NUMBER },
	{ "1E-3", NUMBER },
	{ "1e", TEXT },
	{ "e3", TEXT },
	{ ".e3", TEXT },
	{ "1e+", TEXT },
	{ "99999999999999999999", NUMBER },
	{ "123456789012345678901234567890123456789012345678901234567890",
	  NUMBER },
	{ ".nan", NUMBER },
	{ ".NaN", NUMBER },
	{ ".NAN", NUMBER },
	{ ".Nan", TEXT },
	{ "nan", TEXT },
	{ ".inf", NUMBER },
	{ ".Inf", NUMBER },
	{ ".INF", NUMBER },
	{ "+.inf", NUMBER },
	{ "-.INF", NUMBER },
	{ "inf", TEXT },
	{ "1:30", TEXT },
	{ "10.0.0.0/8", TEXT },
	{ "10.0.0.0", TEXT },
	{ "::/0", TEXT },
	{ "60s", TEXT },
	{ "-5s", TEXT },
	{ "+", TEXT },
	{ "<<", TEXT },
	{ "2001-01-01", TEXT },
};

static void check_scalar(const struct scalar_row *row)
{
	bool flag;

	CHECK_EQUAL(go_is_yaml_number(row->name), row->kind == NUMBER);
	CHECK_EQUAL(go_is_yaml_scalar(row->name), row->kind != TEXT);
	CHECK_EQUAL(go_bool(row->name, &flag),
		    row->kind == YES || row->kind == NO);
	if (row->kind == YES || row->kind == NO)
		CHECK_EQUAL(flag, row->kind == YES);
}

static void scalars_are_told_apart(void)
{
	CHECK_ROWS(scalars, check_scalar);
}

/* --- whole numbers --- */

struct int_row {
	const char *name; /* the text */
	bool is_int; /* on its way from YAML into an int */
	long long value;
};

static const struct int_row yaml_ints[] = {
	{ "0", true, 0 },
	{ "64", true, 64 },
	{ "+64", true, 64 },
	{ "-64", true, -64 },
	{ "-0", true, 0 },
	{ "6_4", true, 64 },
	{ "6__4", true, 64 },
	{ "64_", true, 64 },
	{ "0x40", true, 64 },
	{ "0X4f", true, 79 },
	{ "-0x40", true, -64 },
	{ "0x4_0", true, 64 },
	{ "0b101", true, 5 },
	{ "0B101", true, 5 },
	{ "-0b101", true, -5 },
	{ "0o17", true, 15 },
	{ "0O17", true, 15 },
	{ "0100", true, 64 },
	{ "-0100", true, -64 },
	{ "08", true, 8 },
	{ "0109", true, 109 },
	{ "64.0", true, 64 },
	{ "64.", true, 64 },
	{ ".0", true, 0 },
	{ ".64e2", true, 64 },
	{ "6.4e1", true, 64 },
	{ "6.4E+1", true, 64 },
	{ "640e-1", true, 64 },
	{ "-64.0", true, -64 },
	{ "6_4.0", true, 64 },
	{ "1e2", true, 100 },
	{ "1e18", true, 1000000000000000000 },
	{ "9e18", true, 9000000000000000000 },
	{ "9.2e18", true, 9200000000000000000 },
	{ "9223372036854775807", true, 9223372036854775807 },
	{ "-9223372036854775807", true, -9223372036854775807 },
	{ "9223372036854775808", false, 0 },
	{ "9.3e18", false, 0 },
	{ "1e19", false, 0 },
	{ "1e21", false, 0 },
	{ "1e400", false, 0 },
	{ "18446744073709551615", false, 0 },
	{ "99999999999999999999", false, 0 },
	{ "1.5", false, 0 },
	{ "1e-2", false, 0 },
	{ "", false, 0 },
	{ "_64", false, 0 },
	{ "+", false, 0 },
	{ "+-64", false, 0 },
	{ "0x", false, 0 },
	{ "0x1p6", false, 0 },
	{ "0x40.0", false, 0 },
	{ "0b", false, 0 },
	{ "0b2", false, 0 },
	{ "0o", false, 0 },
	{ "0o8", false, 0 },
	{ "64k", false, 0 },
	{ "1:30", false, 0 },
	{ ".", false, 0 },
	{ ".nan", false, 0 },
	{ ".inf", false, 0 },
	{ "nan", false, 0 },
	{ "many", false, 0 },
};

static void check_yaml_int(const struct int_row *row)
{
	long long value = 0;

	CHECK_EQUAL(go_yaml_int(row->name, &value), row->is_int);
	if (row->is_int)
		CHECK_EQUAL(value, row->value);
}

static void yaml_has_many_writings_of_a_number(void)
{
	CHECK_ROWS(yaml_ints, check_yaml_int);
}

/* Texts that are JSON's numbers. */
static const struct int_row json_ints[] = {
	{ "0", true, 0 },
	{ "64", true, 64 },
	{ "-64", true, -64 },
	{ "-0", true, 0 },
	{ "9223372036854775807", true, 9223372036854775807 },
	{ "9223372036854775808", false, 0 },
	{ "99999999999999999999", false, 0 },
	{ "64.0", false, 0 },
	{ "64e0", false, 0 },
	{ "6.4e1", false, 0 },
	{ "1E2", false, 0 },
	/* these are not; YAML's are */
	{ "+64", false, 0 },
	{ "0x40", false, 0 },
	{ "0b1", false, 0 },
};

static void check_json_int(const struct int_row *row)
{
	long long value = 0;

	CHECK_EQUAL(go_json_int(row->name, &value), row->is_int);
	if (row->is_int)
		CHECK_EQUAL(value, row->value);
}

static void json_has_one(void)
{
	CHECK_ROWS(json_ints, check_json_int);
}

/* --- durations --- */

struct duration_row {
	const char *name; /* the text */
	bool is_duration;
};

static const struct duration_row durations[] = {
	{ "0", true },
	{ "-0", true },
	{ "+0", true },
	{ "0s", true },
	{ "60s", true },
	{ "-5s", true },
	{ "+5s", true },
	{ "100ms", true },
	{ "5us", true },
	{ "5\xc2\xb5s", true },
	{ "5\xce\xbcs", true },
	{ "5ns", true },
	{ "1m", true },
	{ "1h", true },
	{ "1.5m", true },
	{ ".5s", true },
	{ "5.s", true },
	{ "1h30m", true },
	{ "1h30m10.5s", true },
	{ "1s1s", true },
	{ "1s1h", true },
	{ "007s", true },
	{ "0.0000000000000000000000000001s", true },
	{ "0.9999999999999999999999999999s", true },
	{ "9223372036s", true },
	{ "2562047h", true },
	{ "153722867m", true },
	{ "9223372036854ms", true },
	{ "9007199254740992us", true },
	{ "9223372036854774000ns", true },
	{ "2562047h47m16.8s", true },
	{ "9223372036.854s", true },
	{ "", false },
	{ "-", false },
	{ "+", false },
	{ "--5s", false },
	{ "+-5s", false },
	{ "60", false },
	{ "00", false },
	{ "0.0", false },
	{ "s", false },
	{ ".s", false },
	{ ".", false },
	{ "1..5s", false },
	{ "1.5.5s", false },
	{ "1d", false },
	{ "1w", false },
	{ "5S", false },
	{ "5M", false },
	{ "5sec", false },
	{ "5h5", false },
	{ "1:30", false },
	{ "1h 30m", false },
	{ " 1h", false },
	{ "1h ", false },
	{ "1h\n", false },
	{ "1h-5m", false },
	{ "1e3s", false },
	{ "0x1s", false },
	{ "1_0s", false },
	{ "1,5s", false },
	{ "infs", false },
	{ "nans", false },
	{ "9223372037s", false },
	{ "-9223372037s", false },
	{ "2562048h", false },
	{ "153722868m", false },
	{ "9223372036855ms", false },
	{ "9223372036854776us", false },
	{ "9223372036854776000ns", false },
	{ "2562047h47m17s", false },
	{ "99999999999999999999h", false },
};

static void check_duration(const struct duration_row *row)
{
	CHECK_EQUAL(go_is_duration(row->name), row->is_duration);
}

static void durations_are_those_of_go(void)
{
	CHECK_ROWS(durations, check_duration);
}

static const struct test_case cases[] = {
	{ "numbers, flags and null are told from texts",
	  scalars_are_told_apart },
	{ "YAML has many writings of a number",
	  yaml_has_many_writings_of_a_number },
	{ "JSON has one", json_has_one },
	{ "durations are those of Go", durations_are_those_of_go },
};

TEST_MAIN(cases)
