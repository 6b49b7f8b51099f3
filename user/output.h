/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the commands print: text or JSON from the same calls.
 *
 * An object is lines of "name: value", or a JSON object; a list is a table, or
 * an array of objects.  A list at the top is written row by row and never held
 * whole.  A key is the JSON name in snake_case; text shows it with dashes and
 * without its unit.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "addr.h"

enum output_format {
	OUTPUT_TEXT,
	OUTPUT_JSON,
	OUTPUT_JSON_PRETTY,
};

struct output;

/* A column of a table: its heading and least width. Ends with a NULL title. */
struct output_column {
	const char *title;
	int width;
};

/* Writes to stdout, or to another stream. Return: NULL without memory. */
struct output *output_open(enum output_format format);
struct output *output_open_to(enum output_format format, FILE *stream);

bool output_is_text(const struct output *output);

/* Write out what stdout still holds. Return: 0 or -1, said. */
int output_flush(void);

/* Finish the document. Return: 0 or -1, said. */
int output_close(struct output *output);

void output_object_begin(struct output *output);
void output_object_end(struct output *output);

/* key: the list's name inside an object; NULL at the top. */
void output_list_begin(struct output *output, const char *key,
		       const struct output_column *columns);

/* A list at the top without an end: in JSON an object a line, flushed. */
void output_stream_begin(struct output *output,
			 const struct output_column *columns);
void output_row_begin(struct output *output);
void output_row_end(struct output *output);
void output_list_end(struct output *output);

void output_string(struct output *output, const char *key, const char *value);
void output_number(struct output *output, const char *key, uint64_t value);
void output_flag(struct output *output, const char *key, bool value);

/* A number while every reader of JSON keeps it exact, then text as "2^64". */
void output_power_of_two(struct output *output, const char *key,
			 unsigned int exponent);

/* key ends in _ms; text shows two units at most, as in 2h4m. */
void output_duration(struct output *output, const char *key,
		     uint64_t milliseconds);

/* key ends in _ms: since 1970; text shows the local time of the day. */
void output_time(struct output *output, const char *key, uint64_t milliseconds);

void output_addr(struct output *output, const char *key,
		 const struct masq_addr *addr);

/* Text: one cell, ADDR:PORT; JSON: two keys.  No address: "-", and no key. */
void output_endpoint(struct output *output, const char *addr_key,
		     const char *port_key, const struct masq_addr *addr,
		     uint16_t port);

#endif /* OUTPUT_H */
