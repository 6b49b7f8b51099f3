/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What came of reading a configuration: values, or one line that says why not.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

#include "unit.h"
#include "values.h"

struct outcome {
	struct capture capture;
	int result; /* 0 or -1 */
	struct values values;
	char *said;
};

static inline struct outcome outcome_begin(void)
{
	return (struct outcome){ .capture = capture_begin(stderr) };
}

static inline void outcome_end(struct outcome *outcome)
{
	outcome->said = capture_end(&outcome->capture);
}

static inline void outcome_free(struct outcome *outcome)
{
	values_free(&outcome->values);
	free(outcome->said);
}

/* A line for each value, "WHERE SETTING TEXT"; allocated. */
static inline char *values_text(const struct values *values)
{
	size_t length;
	char *text;
	FILE *stream = open_memstream(&text, &length);

	must(stream != NULL, "open_memstream");
	for (size_t i = 0; i < values->count; i++)
		fprintf(stream, "%s %s %s\n", values->items[i].where,
			values->items[i].setting->name, values->items[i].text);
	fclose(stream);
	return text;
}

static inline void check_taken(const struct outcome *outcome,
			       const char *expected)
{
	char *text = values_text(&outcome->values);

	if (strcmp(text, expected) != 0 || outcome->result != 0 ||
	    *outcome->said) {
		printf("# expected:\n%s# got %d, %s# and:\n%s", expected,
		       outcome->result, *outcome->said ? outcome->said : "\n",
		       text);
		test_failed = true;
	}
	free(text);
}

/* said: how the line begins, behind the program's name. */
static inline void check_refused(const struct outcome *outcome,
				 const char *said)
{
	CHECK(is_one_line(outcome->said));
	if (strncmp(outcome->said + strlen("bpfmasq: "), said, strlen(said)))
		printf("# expected %s, got %s", said, outcome->said);
	CHECK(strncmp(outcome->said + strlen("bpfmasq: "), said,
		      strlen(said)) == 0);
	CHECK_EQUAL(outcome->result, -1);
	/* all or nothing */
	CHECK_EQUAL(outcome->values.count, 0);
}

/* A text, and what must come of it. */
struct text_row {
	const char *name;
	const char *text;
	const char *values; /* as values_text() has them; NULL: refused … */
	const char *said; /* … with this */
};

/* Ends the outcome, and frees it. */
static inline void check_outcome(struct outcome *outcome,
				 const struct text_row *row)
{
	outcome_end(outcome);
	if (row->values)
		check_taken(outcome, row->values);
	else
		check_refused(outcome, row->said);
	outcome_free(outcome);
}

#endif /* OUTCOME_H */
