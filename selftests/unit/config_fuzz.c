// SPDX-License-Identifier: GPL-2.0-only
/*
 * The readers of configurations under libFuzzer.  The first byte chooses the
 * reader, the others are its text.  Whatever the text is, a reader gives values
 * that are whole, the same each time, and right or refused with a line; or it
 * says in a line what is wrong, and gives nothing.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent_config.h"
#include "config_file.h"
#include "discover.h"
#include "log.h"

enum {
	CHOOSE_READER = 3, /* two bits: an index of `readers` */
	/* the flags of ip-masq-agent */
	CHOOSE_IPV6 = 1 << 2,
	CHOOSE_RESERVED = 1 << 3,
};

#define PATH "f"

static void hold(bool condition, const char *invariant)
{
	if (condition)
		return;
	fprintf(stderr, "does not hold: %s\n", invariant);
	abort();
}

#define HOLD(condition) hold(condition, #condition)

/* --- what is said --- */

static char said[1024];

/* In place of log.h's: the line is kept, not printed. */
int log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(said, sizeof(said), format, args);
	va_end(args);
	return -1;
}

/* --- readers --- */

static int config_read(const char *text, size_t size, uint8_t choice,
		       struct values *ret)
{
	(void)choice;
	return config_file_parse(PATH, text, size, ret);
}

static int agent_read(const char *text, size_t size, uint8_t choice,
		      struct values *ret)
{
	const struct agent_config_flags flags = {
		.enable_ipv6 = choice & CHOOSE_IPV6,
		.nomasq_all_reserved_ranges = choice & CHOOSE_RESERVED,
	};

	return agent_config_parse(PATH, text, size, &flags, ret);
}

static int conflist_read(const char *text, size_t size, uint8_t choice,
			 struct values *ret)
{
	(void)size, (void)choice;
	return discover_conflist(PATH, text, ret);
}

static int flannel_read(const char *text, size_t size, uint8_t choice,
			struct values *ret)
{
	(void)size, (void)choice;
	return discover_flannel(PATH, text, ret);
}

static int (*const readers[CHOOSE_READER + 1])(const char *text, size_t size,
					       uint8_t choice,
					       struct values *ret) = {
	config_read,
	agent_read,
	conflist_read,
	flannel_read,
};

/* --- invariants --- */

static void hold_whole(const struct values *values)
{
	for (size_t i = 0; i < values->count; i++) {
		const struct value *value = &values->items[i];

		HOLD(value->setting && value->setting->name);
		HOLD(value->text && value->where);
		HOLD(strncmp(value->where, PATH, strlen(PATH)) == 0);
		HOLD(value->setting->shape != SETTING_LIST ||
		     !strchr(value->text, ','));
	}
}

/* Right, or refused with a line. */
static void hold_applied(const struct values *values)
{
	struct config_conflict conflict;
	struct config config;

	if (values_apply(values, &config) < 0) {
		HOLD(*said);
		return;
	}
	HOLD(!*said);
	if (config_agree(&config, &conflict) < 0) {
		(void)values_refuse(values, conflict.setting, conflict.text,
				    "%s", conflict.problem);
		HOLD(*said);
	}
	config_free(&config);
}

/* A text in memory of just its length, and the '\0' that files have. */
static char *text_new(const uint8_t *bytes, size_t size)
{
	char *text = malloc(size + 1);

	HOLD(text != NULL);
	memcpy(text, bytes, size);
	text[size] = '\0';
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct values values = { 0 }, again = { 0 };
	uint8_t choice;
	char *text;
	int result;

	if (!size)
		return 0;
	choice = *data;
	text = text_new(data + 1, size - 1);
	*said = '\0';
	result = readers[choice & CHOOSE_READER](text, size - 1, choice,
						 &values);
	HOLD(result == 0 || result == -1);
	HOLD((result < 0) == (*said != '\0'));
	HOLD(result == 0 || !values.count);
	HOLD(readers[choice & CHOOSE_READER](text, size - 1, choice, &again) ==
	     result);
	HOLD(values_equal(&values, &again));
	hold_whole(&values);
	if (result == 0)
		hold_applied(&values);
	/* to read is not to change */
	HOLD(memcmp(text, data + 1, size - 1) == 0);
	values_free(&values);
	values_free(&again);
	free(text);
	return 0;
}
