// SPDX-License-Identifier: GPL-2.0-only
#include "values.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

const char *const values_command_line = "command line";

int value_refuse(const char *where, const char *name, const char *text,
		 const char *problem)
{
	if (strcmp(where, values_command_line) == 0)
		return log_error("--%s \"%s\": %s", name, text, problem);
	return log_error("%s: %s \"%s\": %s", where, name, text, problem);
}

static int no_memory(void)
{
	return log_error("no memory for the settings");
}

/* Takes over the two strings. */
static int value_append(struct values *values, const struct setting *setting,
			char *text, char *where)
{
	struct value *items = NULL;

	if (text && where)
		items = reallocarray(values->items, values->count + 1,
				     sizeof(*items));
	if (!items) {
		free(text);
		free(where);
		return no_memory();
	}
	items[values->count] = (struct value){ setting, text, where };
	values->items = items;
	values->count++;
	return 0;
}

int values_add(struct values *values, const struct setting *setting,
	       const char *text, const char *where)
{
	size_t length;

	if (setting->shape != SETTING_LIST)
		return value_append(values, setting, strdup(text),
				    strdup(where));
	for (;; text += length + 1) {
		length = strcspn(text, ",");
		if (value_append(values, setting, strndup(text, length),
				 strdup(where)) < 0)
			return -1;
		if (!text[length])
			return 0;
	}
}

int values_add_named(struct values *values, const char *name, const char *text,
		     const char *where)
{
	return values_add(values, setting_find(name, strlen(name)), text,
			  where);
}

int values_add_all(struct values *values, const struct values *more)
{
	int result = 0;

	for (size_t i = 0; i < more->count && result == 0; i++)
		result = values_add(values, more->items[i].setting,
				    more->items[i].text, more->items[i].where);
	return result;
}

const struct value *values_find(const struct values *values, const char *name)
{
	for (size_t i = values->count; i > 0; i--)
		if (strcmp(values->items[i - 1].setting->name, name) == 0)
			return &values->items[i - 1];
	return NULL;
}

int values_merge(struct values *values, struct values *lower)
{
	struct values higher = *values; /* as it was: `lower` may say many */
	int result = 0;

	for (size_t i = 0; i < lower->count; i++) {
		struct value *value = &lower->items[i];

		higher.items = values->items;
		if (result < 0 || values_find(&higher, value->setting->name))
			continue;
		result = value_append(values, value->setting, value->text,
				      value->where);
		value->text = NULL;
		value->where = NULL;
	}
	values_free(lower);
	return result;
}

int values_apply(const struct values *values, struct config *ret)
{
	struct config config;

	settings_init(&config);
	for (size_t i = 0; i < values->count; i++) {
		const struct value *value = &values->items[i];
		const struct setting *setting = value->setting;
		const char *problem =
			setting->take(&config, value->text, setting->number);

		if (!problem)
			continue;
		config_free(&config);
		return value_refuse(value->where, setting->name, value->text,
				    problem);
	}
	*ret = config;
	return 0;
}

/* A range, or an address, which is a range of one. Return: is it either? */
static bool range_parse(const char *text, struct cidr *ret)
{
	struct masq_addr addr;

	if (addr_parse(text, &addr))
		return cidr_parse(text, ret) == 0;
	*ret = cidr_of_addr(&addr);
	return true;
}

static bool text_equal(const char *a, const char *b)
{
	struct cidr x, y;

	return strcmp(a, b) == 0 ||
	       (range_parse(a, &x) && range_parse(b, &y) && cidr_equal(&x, &y));
}

/* The value that is written so, or means the same; NULL: nobody said it. */
static const struct value *values_find_text(const struct values *values,
					    const char *name, const char *text)
{
	for (size_t i = 0; i < values->count; i++)
		if (strcmp(values->items[i].setting->name, name) == 0 &&
		    text_equal(values->items[i].text, text))
			return &values->items[i];
	return NULL;
}

int values_refuse(const struct values *values, const char *name,
		  const char *text, const char *problem, ...)
{
	const struct value *found =
		text ? values_find_text(values, name, text) :
		       values_find(values, name);
	char said[512];
	va_list args;

	va_start(args, problem);
	vsnprintf(said, sizeof(said), problem, args);
	va_end(args);
	if (!found)
		return log_error("%s \"%s\": %s", name, text ? text : "", said);
	return value_refuse(found->where, name, found->text, said);
}

bool values_equal(const struct values *a, const struct values *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->items[i].setting != b->items[i].setting ||
		    strcmp(a->items[i].text, b->items[i].text) != 0 ||
		    strcmp(a->items[i].where, b->items[i].where) != 0)
			return false;
	return true;
}

void values_free(struct values *values)
{
	for (size_t i = 0; i < values->count; i++) {
		free(values->items[i].text);
		free(values->items[i].where);
	}
	free(values->items);
	*values = (struct values){ 0 };
}
