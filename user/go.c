// SPDX-License-Identifier: GPL-2.0-only
#include "go.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	NUMBER_SIZE = 64, /* no number that is right is as long */
};

/* 2^63, the first that no int can be. */
static const double int_end = 9223372036854775808.0;

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

bool go_bool(const char *text, bool *ret)
{
	static const char *const yes[] = { "y",	  "Y",	  "yes",  "Yes",
					   "YES", "true", "True", "TRUE",
					   "on",  "On",	  "ON",	  NULL };
	static const char *const no[] = { "n",	 "N",	  "no",	   "No",
					  "NO",	 "false", "False", "FALSE",
					  "off", "Off",	  "OFF",   NULL };

	if (is_one_of(text, yes))
		*ret = true;
	else if (is_one_of(text, no))
		*ret = false;
	else
		return false;
	return true;
}

static bool whole_parse(const char *text, long long *ret)
{
	bool is_negative = *text == '-';
	const char *digits = text + (*text == '-' || *text == '+');
	int base = 0;
	char *end;

	if (*digits < '0' || *digits > '9')
		return false;
	if (digits[0] == '0' && strchr("bBoO", digits[1]) && digits[1]) {
		base = strchr("bB", digits[1]) ? 2 : 8;
		digits += 2;
		if (*digits < '0' || *digits > '9')
			return false;
	}
	errno = 0;
	*ret = strtoll(digits, &end, base);
	if (is_negative)
		*ret = -*ret;
	return !errno && !*end;
}

static bool fraction_parse(const char *text, double *ret)
{
	size_t length = strspn(text, "+-0123456789.eE");
	char *end;

	if (!*text || text[length] || strpbrk(text, "0123456789") == NULL)
		return false;
	*ret = strtod(text, &end);
	return !*end;
}

/* YAML 1.1 lets digits be grouped by underscores, behind the first. */
static bool ungroup(const char *text, char ret[NUMBER_SIZE])
{
	size_t length = 0;

	if (*text == '_')
		return false;
	for (; *text && length + 1 < NUMBER_SIZE; text++)
		if (*text != '_')
			ret[length++] = *text;
	ret[length] = '\0';
	return !*text && length;
}

bool go_yaml_int(const char *text, long long *ret)
{
	char plain[NUMBER_SIZE];
	double fraction;

	if (!ungroup(text, plain))
		return false;
	if (whole_parse(plain, ret))
		return true;
	if (!fraction_parse(plain, &fraction) || fraction < -int_end ||
	    fraction >= int_end || fraction != (double)(long long)fraction)
		return false;
	*ret = fraction;
	return true;
}

bool go_json_int(const char *text, long long *ret)
{
	return strspn(text, "-0123456789") == strlen(text) &&
	       whole_parse(text, ret);
}

static bool is_special_number(const char *text)
{
	static const char *const words[] = { ".nan",  ".NaN",  ".NAN",	".inf",
					     ".Inf",  ".INF",  "+.inf", "+.Inf",
					     "+.INF", "-.inf", "-.Inf", "-.INF",
					     NULL };

	return is_one_of(text, words);
}

bool go_is_yaml_number(const char *text)
{
	char plain[NUMBER_SIZE];
	long long whole;
	double fraction;

	return is_special_number(text) ||
	       (ungroup(text, plain) && (whole_parse(plain, &whole) ||
					 fraction_parse(plain, &fraction)));
}

bool go_is_yaml_scalar(const char *text)
{
	static const char *const nulls[] = { "",     "~",    "null",
					     "Null", "NULL", NULL };
	bool flag;

	return is_one_of(text, nulls) || go_bool(text, &flag) ||
	       go_is_yaml_number(text);
}

/* Step over one unit. Return: its nanoseconds, or 0. */
static double unit_skip(const char **text)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {
		{ "ns", 1 },	    { "us", 1e3 },   { "\u00b5s", 1e3 },
		{ "\u03bcs", 1e3 }, { "ms", 1e6 },   { "s", 1e9 },
		{ "m", 60e9 },	    { "h", 3600e9 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t length = strlen(units[i].name);

		if (strncmp(*text, units[i].name, length) == 0) {
			*text += length;
			return units[i].ns;
		}
	}
	return 0;
}

/* Digits with at most one point between: strtod() would take more. */
static bool amount_skip(const char **text, double *ret)
{
	size_t whole = strspn(*text, "0123456789");
	const char *rest = *text + whole;
	size_t part = *rest == '.' ? strspn(rest + 1, "0123456789") : 0;

	if (!whole && !part)
		return false;
	*ret = strtod(*text, NULL);
	*text = rest + (*rest == '.' ? 1 + part : 0);
	return true;
}

bool go_is_duration(const char *text)
{
	double amount, unit, sum = 0;

	if (*text == '-' || *text == '+')
		text++;
	if (strcmp(text, "0") == 0)
		return true;
	if (!*text)
		return false;
	while (*text) {
		if (!amount_skip(&text, &amount))
			return false;
		unit = unit_skip(&text);
		sum += amount * unit;
		if (!unit || sum >= int_end)
			return false;
	}
	return true;
}
