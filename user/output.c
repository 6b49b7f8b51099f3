// SPDX-License-Identifier: GPL-2.0-only
#include "output.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"

enum {
	KEY_WIDTH = 18, /* of the names in an object's text */
	KEY_SIZE = 64,
	EXACT_BITS = 53, /* RFC 7493 2.2 */
};

struct output {
	enum output_format format;
	FILE *stream;
	struct json_object *object; /* the object at the top, being filled */
	struct json_object *list; /* the list inside it */
	struct json_object *row; /* the row, in either kind of list */
	const struct output_column *column; /* of the next cell; NULL: no row */
	const struct output_column *columns;
	uint64_t rows;
	bool is_stream;
};

struct output *output_open_to(enum output_format format, FILE *stream)
{
	struct output *output = calloc(1, sizeof(*output));

	if (output) {
		output->format = format;
		output->stream = stream;
	}
	return output;
}

struct output *output_open(enum output_format format)
{
	return output_open_to(format, stdout);
}

bool output_is_text(const struct output *output)
{
	return output->format == OUTPUT_TEXT;
}

int output_flush(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return log_error("cannot write the output: %s", strerror(errno));
}

int output_close(struct output *output)
{
	bool is_stdout = output->stream == stdout;

	free(output);
	return is_stdout ? output_flush() : 0;
}

static void json_print(const struct output *output, struct json_object *json)
{
	int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;

	if (output->format == OUTPUT_JSON_PRETTY)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	fputs(json_object_to_json_string_ext(json, flags), output->stream);
	json_object_put(json);
}

void output_object_begin(struct output *output)
{
	if (output->format != OUTPUT_TEXT)
		output->object = json_object_new_object();
}

void output_object_end(struct output *output)
{
	if (output->format == OUTPUT_TEXT)
		return;
	json_print(output, output->object);
	putc('\n', output->stream);
	output->object = NULL;
}

static void print_headings(const struct output *output,
			   const struct output_column *column)
{
	for (; column->title; column++)
		fprintf(output->stream, "%-*s%s",
			column[1].title ? column->width : 0, column->title,
			column[1].title ? "  " : "\n");
}

void output_list_begin(struct output *output, const char *key,
		       const struct output_column *columns)
{
	output->columns = columns;
	output->rows = 0;
	if (output->format == OUTPUT_TEXT) {
		if (key)
			putc('\n', output->stream);
		print_headings(output, columns);
	} else if (key) {
		output->list = json_object_new_array();
		json_object_object_add(output->object, key, output->list);
	} else {
		putc('[', output->stream);
	}
}

void output_stream_begin(struct output *output,
			 const struct output_column *columns)
{
	output->columns = columns;
	output->is_stream = true;
	if (output->format == OUTPUT_TEXT)
		print_headings(output, columns);
	fflush(stdout);
}

void output_row_begin(struct output *output)
{
	output->column = output->columns;
	if (output->format != OUTPUT_TEXT)
		output->row = json_object_new_object();
}

void output_row_end(struct output *output)
{
	output->column = NULL;
	if (output->list) {
		json_object_array_add(output->list, output->row);
	} else if (output->is_stream) {
		if (output->format != OUTPUT_TEXT) {
			json_print(output, output->row);
			putc('\n', output->stream);
		}
		fflush(stdout);
	} else if (output->format != OUTPUT_TEXT) {
		fputs(output->rows ? ",\n" : "", output->stream);
		json_print(output, output->row);
	}
	output->row = NULL;
	output->rows++;
}

void output_list_end(struct output *output)
{
	if (output->format != OUTPUT_TEXT && !output->list)
		fputs("]\n", output->stream);
	output->list = NULL;
}

/* "expires_ms" becomes "expires", "node_port" "node-port". */
static void key_to_title(const char *key, char title[KEY_SIZE])
{
	size_t length;

	snprintf(title, KEY_SIZE, "%s:", key);
	length = strlen(title);
	if (length > 4 && strcmp(title + length - 4, "_ms:") == 0)
		strcpy(title + length - 4, ":");
	for (char *c = title; *c; c++)
		if (*c == '_')
			*c = '-';
}

static void print_cell(struct output *output, const char *text)
{
	const struct output_column *column = output->column++;

	if (column[1].title)
		fprintf(output->stream, "%-*s  ", column->width, text);
	else
		fprintf(output->stream, "%s\n", text);
}

static void put(struct output *output, const char *key, const char *text,
		struct json_object *json)
{
	char title[KEY_SIZE];

	if (output->format != OUTPUT_TEXT) {
		json_object_object_add(
			output->row ? output->row : output->object, key, json);
		return;
	}
	json_object_put(json);
	if (output->column) {
		print_cell(output, text);
		return;
	}
	key_to_title(key, title);
	fprintf(output->stream, "%-*s %s\n", KEY_WIDTH, title, text);
}

void output_string(struct output *output, const char *key, const char *value)
{
	put(output, key, value, json_object_new_string(value));
}

void output_number(struct output *output, const char *key, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	put(output, key, text, json_object_new_uint64(value));
}

void output_flag(struct output *output, const char *key, bool value)
{
	put(output, key, value ? "yes" : "no", json_object_new_boolean(value));
}

void output_power_of_two(struct output *output, const char *key,
			 unsigned int exponent)
{
	char text[16];

	if (exponent < EXACT_BITS) {
		output_number(output, key, UINT64_C(1) << exponent);
		return;
	}
	snprintf(text, sizeof(text), "2^%u", exponent);
	output_string(output, key, text);
}

static void duration_format(uint64_t ms, char *text, size_t size)
{
	unsigned long long s = ms / 1000;

	if (s >= 86400)
		snprintf(text, size, "%llud%lluh", s / 86400, s / 3600 % 24);
	else if (s >= 3600)
		snprintf(text, size, "%lluh%llum", s / 3600, s / 60 % 60);
	else if (s >= 60)
		snprintf(text, size, "%llum%llus", s / 60, s % 60);
	else
		snprintf(text, size, "%llus", s);
}

void output_duration(struct output *output, const char *key,
		     uint64_t milliseconds)
{
	char text[32];

	duration_format(milliseconds, text, sizeof(text));
	put(output, key, text, json_object_new_uint64(milliseconds));
}

void output_time(struct output *output, const char *key, uint64_t milliseconds)
{
	time_t seconds = milliseconds / 1000;
	struct tm local;
	char text[32];
	size_t length;

	localtime_r(&seconds, &local);
	length = strftime(text, sizeof(text), "%H:%M:%S", &local);
	snprintf(text + length, sizeof(text) - length, ".%03u",
		 (unsigned int)(milliseconds % 1000));
	put(output, key, text, json_object_new_uint64(milliseconds));
}

void output_addr(struct output *output, const char *key,
		 const struct masq_addr *addr)
{
	char text[ADDR_TEXT_SIZE];

	output_string(output, key, addr_format(addr, text));
}

void output_endpoint(struct output *output, const char *addr_key,
		     const char *port_key, const struct masq_addr *addr,
		     uint16_t port)
{
	char text[ADDR_TEXT_SIZE], cell[ADDR_TEXT_SIZE + 8];
	bool is_ipv4 = addr_family(addr) == MASQ_IPV4;

	if (!addr_is_set(addr)) {
		if (output->format == OUTPUT_TEXT)
			print_cell(output, "-");
		return;
	}
	addr_format(addr, text);
	if (output->format != OUTPUT_TEXT) {
		output_string(output, addr_key, text);
		output_number(output, port_key, port);
		return;
	}
	snprintf(cell, sizeof(cell), is_ipv4 ? "%s:%u" : "[%s]:%u", text, port);
	print_cell(output, cell);
}
