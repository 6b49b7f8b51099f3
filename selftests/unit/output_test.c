// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/output.h: the same calls as text, JSON and pretty JSON.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio_ext.h>

#include "output.h"
#include "unit.h"

enum { ROWS_MANY = 1000 };

/* What `write` prints in a format; allocated. */
static char *printed(enum output_format format,
		     void (*write)(struct output *output))
{
	struct capture capture = capture_begin(stdout);
	struct output *output = output_open(format);

	must(output != NULL, "output_open");
	write(output);
	must(output_close(output) == 0, "output_close");
	return capture_end(&capture);
}

static struct masq_addr addr(const char *text)
{
	struct masq_addr addr;

	must(!addr_parse(text, &addr), text);
	return addr;
}

/* --- documents --- */

static const struct output_column uplink_columns[] = {
	{ "name", 8 },
	{ "address", 14 },
	{ "mode", 0 },
	{ 0 },
};

static void write_uplink(struct output *output, const char *name,
			 const char *address, const char *mode)
{
	struct masq_addr node = addr(address);

	output_row_begin(output);
	output_string(output, "name", name);
	output_addr(output, "node_addr", &node);
	output_string(output, "mode", mode);
	output_row_end(output);
}

static void write_no_rows(struct output *output)
{
	output_list_begin(output, NULL, uplink_columns);
	output_list_end(output);
}

static void write_rows(struct output *output)
{
	output_list_begin(output, NULL, uplink_columns);
	write_uplink(output, "eth0", "192.0.2.1", "tcx");
	write_uplink(output, "eth1", "2001:db8::1", "clsact");
	output_list_end(output);
}

static void write_long_cell(struct output *output)
{
	output_list_begin(output, NULL, uplink_columns);
	write_uplink(output, "fifteen-letters", "192.0.2.1", "tcx");
	output_list_end(output);
}

static void write_object(struct output *output)
{
	struct masq_addr node = addr("192.0.2.1");

	output_object_begin(output);
	output_string(output, "pin_dir", "/sys/fs/bpf/bpfmasq");
	output_number(output, "max_flows", 262144);
	output_number(output, "most", UINT64_MAX);
	output_flag(output, "random_fully", false);
	output_flag(output, "is_new", true);
	output_duration(output, "timeout_ms", 7440000);
	output_addr(output, "node_addr", &node);
	output_object_end(output);
}

static void write_empty_object(struct output *output)
{
	output_object_begin(output);
	output_object_end(output);
}

static void write_nested(struct output *output)
{
	output_object_begin(output);
	output_string(output, "daemon", "running");
	output_list_begin(output, "uplinks", uplink_columns);
	write_uplink(output, "eth0", "192.0.2.1", "tcx");
	write_uplink(output, "eth1", "2001:db8::1", "clsact");
	output_list_end(output);
	output_list_begin(output, "others", uplink_columns);
	output_list_end(output);
	output_number(output, "flows", 7);
	output_object_end(output);
}

static void write_endpoints(struct output *output)
{
	static const struct output_column columns[] = {
		{ "source", 20 },
		{ "destination", 0 },
		{ 0 },
	};
	struct masq_addr ipv4 = addr("10.244.1.2");
	struct masq_addr ipv6 = addr("2001:db8::7");

	output_list_begin(output, NULL, columns);
	output_row_begin(output);
	output_endpoint(output, "src", "src_port", &ipv4, 45312);
	output_endpoint(output, "dst", "dst_port", &ipv6, 0);
	output_row_end(output);
	output_list_end(output);
}

static void write_strange_texts(struct output *output)
{
	output_object_begin(output);
	output_string(output, "quoted", "a \"b\" \\ c\n\td");
	output_string(output, "path", "/sys/fs/bpf");
	output_string(output, "empty", "");
	output_object_end(output);
}

struct document_row {
	const char *name;
	void (*write)(struct output *output);
	const char *text;
	const char *json;
};

static const struct document_row documents[] = {
	{ "an empty list", write_no_rows, "name      address         mode\n",
	  "[]" },
	{ "a list", write_rows,
	  "name      address         mode\n"
	  "eth0      192.0.2.1       tcx\n"
	  "eth1      2001:db8::1     clsact\n",
	  "[{\"name\":\"eth0\",\"node_addr\":\"192.0.2.1\",\"mode\":\"tcx\"},"
	  " {\"name\":\"eth1\",\"node_addr\":\"2001:db8::1\","
	  "  \"mode\":\"clsact\"}]" },
	{ "a cell too long for its column", write_long_cell,
	  "name      address         mode\n"
	  "fifteen-letters  192.0.2.1       tcx\n",
	  "[{\"name\":\"fifteen-letters\",\"node_addr\":\"192.0.2.1\","
	  "  \"mode\":\"tcx\"}]" },
	{ "an object", write_object,
	  "pin-dir:           /sys/fs/bpf/bpfmasq\n"
	  "max-flows:         262144\n"
	  "most:              18446744073709551615\n"
	  "random-fully:      no\n"
	  "is-new:            yes\n"
	  "timeout:           2h4m\n"
	  "node-addr:         192.0.2.1\n",
	  "{\"pin_dir\":\"/sys/fs/bpf/bpfmasq\",\"max_flows\":262144,"
	  " \"most\":18446744073709551615,\"random_fully\":false,"
	  " \"is_new\":true,\"timeout_ms\":7440000,"
	  " \"node_addr\":\"192.0.2.1\"}" },
	{ "an empty object", write_empty_object, "", "{}" },
	{ "lists in an object", write_nested,
	  "daemon:            running\n"
	  "\n"
	  "name      address         mode\n"
	  "eth0      192.0.2.1       tcx\n"
	  "eth1      2001:db8::1     clsact\n"
	  "\n"
	  "name      address         mode\n"
	  "flows:             7\n",
	  "{\"daemon\":\"running\",\"uplinks\":["
	  "  {\"name\":\"eth0\",\"node_addr\":\"192.0.2.1\","
	  "   \"mode\":\"tcx\"},"
	  "  {\"name\":\"eth1\",\"node_addr\":\"2001:db8::1\","
	  "   \"mode\":\"clsact\"}],"
	  " \"others\":[],\"flows\":7}" },
	{ "endpoints", write_endpoints,
	  "source                destination\n"
	  "10.244.1.2:45312      [2001:db8::7]:0\n",
	  "[{\"src\":\"10.244.1.2\",\"src_port\":45312,"
	  "  \"dst\":\"2001:db8::7\",\"dst_port\":0}]" },
	{ "strange texts", write_strange_texts,
	  "quoted:            a \"b\" \\ c\n\td\n"
	  "path:              /sys/fs/bpf\n"
	  "empty:             \n",
	  "{\"quoted\":\"a \\\"b\\\" \\\\ c\\n\\td\","
	  " \"path\":\"/sys/fs/bpf\",\"empty\":\"\"}" },
};

static void check_text(const struct document_row *row)
{
	char *text = printed(OUTPUT_TEXT, row->write);

	CHECK_STRING(text, row->text);
	free(text);
}

static void documents_are_written_as_text(void)
{
	CHECK_ROWS(documents, check_text);
}

/* One value, and nothing behind it but the line's end. */
static struct json_object *json_read(const char *text)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *json;

	must(tokener != NULL, "json_tokener_new");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	json = json_tokener_parse_ex(tokener, text, strlen(text) + 1);
	json_tokener_free(tokener);
	return json;
}

static void check_json_as(const struct document_row *row,
			  enum output_format format)
{
	struct json_object *expected = json_read(row->json);
	char *text = printed(format, row->write);
	struct json_object *got = json_read(text);

	CHECK(expected != NULL);
	if (!json_object_equal(got, expected))
		printf("# got: %s# expected: %s\n", text, row->json);
	CHECK(got != NULL);
	CHECK(json_object_equal(got, expected));
	CHECK(strlen(text) > 0 && text[strlen(text) - 1] == '\n');
	json_object_put(got);
	json_object_put(expected);
	free(text);
}

static void check_json(const struct document_row *row)
{
	check_json_as(row, OUTPUT_JSON);
}

static void check_pretty_json(const struct document_row *row)
{
	check_json_as(row, OUTPUT_JSON_PRETTY);
}

static void documents_are_written_as_json(void)
{
	CHECK_ROWS(documents, check_json);
}

static void documents_are_written_as_pretty_json(void)
{
	CHECK_ROWS(documents, check_pretty_json);
}

static size_t lines(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static void pretty_json_takes_many_lines(void)
{
	char *plain = printed(OUTPUT_JSON, write_object);
	char *pretty = printed(OUTPUT_JSON_PRETTY, write_object);

	CHECK_EQUAL(lines(plain), 1);
	CHECK_EQUAL(lines(pretty), 9); /* seven keys and two braces */
	free(plain);
	free(pretty);
}

static void empty_lists_are_two_brackets(void)
{
	char *plain = printed(OUTPUT_JSON, write_no_rows);
	char *pretty = printed(OUTPUT_JSON_PRETTY, write_no_rows);

	CHECK_STRING(plain, "[]\n");
	CHECK_STRING(pretty, "[]\n");
	free(plain);
	free(pretty);
}

static void keys_keep_their_order(void)
{
	static const char *const keys[] = {
		"\"pin_dir\"",	    "\"max_flows\"", "\"most\"",
		"\"random_fully\"", "\"is_new\"",    "\"timeout_ms\"",
		"\"node_addr\"",
	};
	char *text = printed(OUTPUT_JSON, write_object);
	const char *rest = text;

	for (size_t i = 0; i < COUNT(keys); i++) {
		rest = strstr(rest, keys[i]);
		CHECK(rest != NULL);
	}
	free(text);
}

static void write_many(struct output *output)
{
	output_list_begin(output, NULL, uplink_columns);
	for (int i = 0; i < ROWS_MANY; i++)
		write_uplink(output, "eth0", "192.0.2.1", "tcx");
	output_list_end(output);
}

static void long_lists_stay_whole(void)
{
	char *json_text = printed(OUTPUT_JSON, write_many);
	char *text = printed(OUTPUT_TEXT, write_many);
	struct json_object *json = json_read(json_text);

	CHECK(json != NULL);
	CHECK_EQUAL(json_object_array_length(json), ROWS_MANY);
	CHECK_EQUAL(lines(text), ROWS_MANY + 1);
	json_object_put(json);
	free(json_text);
	free(text);
}

static void formats_know_what_they_are(void)
{
	static const enum output_format formats[] = { OUTPUT_TEXT, OUTPUT_JSON,
						      OUTPUT_JSON_PRETTY };

	for (size_t i = 0; i < COUNT(formats); i++) {
		struct output *output = output_open(formats[i]);

		CHECK_EQUAL(output_is_text(output), formats[i] == OUTPUT_TEXT);
		CHECK_EQUAL(output_close(output), 0);
	}
}

/* --- durations --- */

struct duration_row {
	const char *name; /* as text */
	uint64_t milliseconds;
};

static const struct duration_row durations[] = {
	{ "0s", 0 },
	{ "0s", 999 },
	{ "1s", 1000 },
	{ "59s", 59999 },
	{ "1m0s", 60000 },
	{ "2m5s", 125000 },
	{ "59m59s", 3599999 },
	{ "1h0m", 3600000 },
	{ "2h4m", 7440000 },
	{ "23h59m", 86399999 },
	{ "1d0h", 86400000 },
	{ "115d17h", 10000000000 },
	{ "213503982334d14h", UINT64_MAX },
};

static uint64_t duration_ms; /* for write_duration() */

static void write_duration(struct output *output)
{
	output_object_begin(output);
	output_duration(output, "age_ms", duration_ms);
	output_object_end(output);
}

static void check_duration(const struct duration_row *row)
{
	char expected[64], *text, *json;

	duration_ms = row->milliseconds;
	text = printed(OUTPUT_TEXT, write_duration);
	snprintf(expected, sizeof(expected), "age:               %s\n",
		 row->name);
	CHECK_STRING(text, expected);
	json = printed(OUTPUT_JSON, write_duration);
	snprintf(expected, sizeof(expected), "{\"age_ms\":%llu}\n",
		 (unsigned long long)row->milliseconds);
	CHECK_STRING(json, expected);
	free(text);
	free(json);
}

static void durations_have_two_units_at_most(void)
{
	CHECK_ROWS(durations, check_duration);
}

/* --- powers of two --- */

struct power_row {
	const char *name; /* as text */
	const char *json;
	unsigned int exponent;
};

static const struct power_row powers[] = {
	{ "1", "1", 0 },
	{ "256", "256", 8 },
	{ "4294967296", "4294967296", 32 },
	{ "4503599627370496", "4503599627370496", 52 },
	{ "2^53", "\"2^53\"", 53 },
	{ "2^64", "\"2^64\"", 64 },
	{ "2^128", "\"2^128\"", 128 },
};

static unsigned int power_exponent; /* for write_power() */

static void write_power(struct output *output)
{
	output_object_begin(output);
	output_power_of_two(output, "size", power_exponent);
	output_object_end(output);
}

static void check_power(const struct power_row *row)
{
	char expected[64], *text, *json;

	power_exponent = row->exponent;
	text = printed(OUTPUT_TEXT, write_power);
	snprintf(expected, sizeof(expected), "size:              %s\n",
		 row->name);
	CHECK_STRING(text, expected);
	json = printed(OUTPUT_JSON, write_power);
	snprintf(expected, sizeof(expected), "{\"size\":%s}\n", row->json);
	CHECK_STRING(json, expected);
	free(text);
	free(json);
}

static void powers_of_two_are_exact(void)
{
	CHECK_ROWS(powers, check_power);
}

/* --- a full disk --- */

static int close_on_full_disk(enum output_format format)
{
	int saved, full = open("/dev/full", O_WRONLY | O_CLOEXEC), result;
	struct output *output = output_open(format);

	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	must(full >= 0 && saved >= 0 && output, "/dev/full");
	must(dup2(full, STDOUT_FILENO) >= 0, "dup2");
	write_object(output);
	result = output_close(output);
	__fpurge(stdout);
	clearerr(stdout);
	must(dup2(saved, STDOUT_FILENO) >= 0, "dup2");
	close(saved);
	close(full);
	return result;
}

static void what_cannot_be_written_is_said(void)
{
	CHECK_EQUAL(close_on_full_disk(OUTPUT_TEXT), -1);
	CHECK_EQUAL(close_on_full_disk(OUTPUT_JSON), -1);
	CHECK_EQUAL(close_on_full_disk(OUTPUT_JSON_PRETTY), -1);
}

static const struct test_case cases[] = {
	{ "documents are written as aligned text",
	  documents_are_written_as_text },
	{ "the same documents are written as JSON",
	  documents_are_written_as_json },
	{ "the same documents are written as pretty JSON",
	  documents_are_written_as_pretty_json },
	{ "pretty JSON takes many lines", pretty_json_takes_many_lines },
	{ "empty lists are two brackets", empty_lists_are_two_brackets },
	{ "keys keep their order", keys_keep_their_order },
	{ "long lists stay whole", long_lists_stay_whole },
	{ "formats know what they are", formats_know_what_they_are },
	{ "durations have two units at most",
	  durations_have_two_units_at_most },
	{ "powers of two are numbers while exact", powers_of_two_are_exact },
	{ "what cannot be written is said", what_cannot_be_written_is_said },
};

TEST_MAIN(cases)
