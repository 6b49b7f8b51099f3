// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/log.h: one line a matter, whatever it quotes; with priorities where
 * stderr is the journal, and nowhere else.
 */
#include <pthread.h>
#include <sys/stat.h>

#include "log.h"
#include "unit.h"

/* Which stream the environment calls the journal's, against stderr's own. */
enum journal {
	JOURNAL_UNSET,
	JOURNAL_SAME,
	JOURNAL_OTHER_DEVICE,
	JOURNAL_OTHER_INODE,
	JOURNAL_NONSENSE,
	JOURNAL_HALF,
};

struct stream_row {
	const char *name;
	enum journal journal;
	const char *said;
};

#define PLAIN "bpfmasq: wrong\nbpfmasq: odd\nbpfmasq: done\n"
/* sd-daemon(3) */
#define WITH_PRIORITIES "<3>wrong\n<4>odd\n<6>done\n"

static const struct stream_row stream_rows[] = {
	{ "no journal", JOURNAL_UNSET, PLAIN },
	{ "stderr is the journal", JOURNAL_SAME, WITH_PRIORITIES },
	{ "same inode elsewhere", JOURNAL_OTHER_DEVICE, PLAIN },
	{ "another stream there", JOURNAL_OTHER_INODE, PLAIN },
	{ "no stream at all", JOURNAL_NONSENSE, PLAIN },
	{ "an inode is missing", JOURNAL_HALF, PLAIN },
};

static void journal_set(enum journal journal)
{
	unsigned long long device, inode;
	struct stat info;
	char text[64];

	must(fstat(STDERR_FILENO, &info) == 0, "fstat");
	device = info.st_dev + (journal == JOURNAL_OTHER_DEVICE);
	inode = info.st_ino + (journal == JOURNAL_OTHER_INODE);
	snprintf(text, sizeof(text), "%llu:%llu", device, inode);
	if (journal == JOURNAL_HALF)
		*strchr(text, ':') = '\0';
	if (journal == JOURNAL_NONSENSE)
		strcpy(text, "journal");
	setenv("JOURNAL_STREAM", text, 1);
	if (journal == JOURNAL_UNSET)
		unsetenv("JOURNAL_STREAM");
}

/* What is said by `say` where stderr is so; allocated. */
static char *said_by(void (*say)(const void *context), const void *context,
		     enum journal journal)
{
	struct capture capture = capture_begin(stderr);

	journal_set(journal);
	log_open();
	say(context);
	return capture_end(&capture);
}

static void say_each(const void *context)
{
	(void)context;
	log_error("%s", "wrong");
	log_warning("%s", "odd");
	log_info("%s", "done");
}

static void check_stream(const struct stream_row *row)
{
	char *said = said_by(say_each, NULL, row->journal);

	CHECK_STRING(said, row->said);
	free(said);
}

static void priorities_are_for_the_journal(void)
{
	CHECK_ROWS(stream_rows, check_stream);
}

/* --- names of others --- */

static void say_error(const void *name)
{
	log_error("%s", (const char *)name);
}

static void say_warning(const void *name)
{
	log_warning("%s", (const char *)name);
}

static void say_info(const void *name)
{
	log_info("%s", (const char *)name);
}

/* "a?b": a line that only looks like another, or a terminal's command */
static void check_byte(int byte, void (*say)(const void *context))
{
	char name[] = { 'a', byte, 'b', '\0' };
	char *plain = said_by(say, name, JOURNAL_UNSET);
	char *journal = said_by(say, name, JOURNAL_SAME);

	CHECK_STRING(plain, "bpfmasq: a?b\n");
	CHECK_STRING(journal + strlen("<N>"), "a?b\n");
	free(plain);
	free(journal);
}

static void control_bytes_are_masked(void)
{
	for (int byte = 1; byte <= 0x7f && !test_failed; byte++) {
		if (byte >= ' ' && byte < 0x7f)
			continue;
		check_byte(byte, say_error);
		check_byte(byte, say_warning);
		check_byte(byte, say_info);
		if (test_failed)
			printf("# byte 0x%02x\n", byte);
	}
}

static void letters_of_utf8_stay(void)
{
	char *said = said_by(say_info, "größe: €", JOURNAL_UNSET);

	CHECK_STRING(said, "bpfmasq: größe: €\n");
	free(said);
}

static void a_long_text_is_one_line(void)
{
	char name[5000], *said;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memset(name + 500, '\n', 100);
	said = said_by(say_warning, name, JOURNAL_UNSET);
	CHECK(is_one_line(said));
	CHECK(strlen(said) > 1000);
	CHECK(strlen(said) < sizeof(name));
	free(said);
}

/* --- what status quotes --- */

static void say_several(const void *name)
{
	log_error("first");
	log_error("no %s", (const char *)name);
	log_warning("odd");
	log_info("done");
}

static void the_last_error_is_kept_as_it_was_said(void)
{
	char *said = said_by(say_several, "a\nb", JOURNAL_SAME);

	CHECK_STRING(said, "<3>first\n<3>no a?b\n<4>odd\n<6>done\n");
	CHECK_STRING(log_last_error(), "no a?b");
	free(said);
}

/* As the threads of http.c do. */
static void *fail(void *at_first)
{
	snprintf(at_first, 8, "%s", log_last_error());
	log_error("theirs");
	return NULL;
}

static void say_from_a_thread(const void *at_first)
{
	pthread_t thread;

	log_error("ours");
	must(pthread_create(&thread, NULL, fail, (void *)at_first) == 0,
	     "thread");
	must(pthread_join(thread, NULL) == 0, "join");
}

static void each_thread_has_its_own_last_error(void)
{
	char at_first[8] = "?";
	char *said = said_by(say_from_a_thread, at_first, JOURNAL_UNSET);

	CHECK_STRING(said, "bpfmasq: ours\nbpfmasq: theirs\n");
	CHECK_STRING(at_first, "");
	CHECK_STRING(log_last_error(), "ours");
	free(said);
}

static void an_error_returns_what_callers_pass_on(void)
{
	struct capture capture = capture_begin(stderr);
	int error = log_error("wrong");

	free(capture_end(&capture));
	CHECK_EQUAL(error, -1);
}

static const struct test_case cases[] = {
	{ "priorities are for the journal alone",
	  priorities_are_for_the_journal },
	{ "a control byte in a name is masked", control_bytes_are_masked },
	{ "letters of UTF-8 stay", letters_of_utf8_stay },
	{ "a text that is too long is one line", a_long_text_is_one_line },
	{ "the last error is kept as it was said",
	  the_last_error_is_kept_as_it_was_said },
	{ "each thread has its own last error",
	  each_thread_has_its_own_last_error },
	{ "an error returns what callers pass on",
	  an_error_returns_what_callers_pass_on },
};

TEST_MAIN(cases)
