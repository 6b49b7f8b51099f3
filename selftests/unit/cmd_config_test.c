// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/cmd_config.c: what `config check` prints, and what config refuses.
 */
#include "command.h"
#include "scratch.h"

#define PATH "/etc/bpfmasq.yaml"
#define NONE "/run/none" /* no pin directory */

struct config_row {
	const char *name;
	const char *words[COMMAND_ARGS];
	const char *config_path; /* of --config */
	const char *uplink; /* of --uplink; NULL: not given */
	enum output_format format;
	int status;
	const char *printed;
	const char *said; /* how it begins; "": nothing */
};

#define HEADINGS                                                             \
	"setting                     value                                 " \
	"   from\n"
/* What the file at PATH says. */
#define AS_JSON                                                                \
	"[{\"setting\":\"mode\",\"value\":\"flat\",\"from\":\"" PATH           \
	":1\"},\n"                                                             \
	"{\"setting\":\"ports\",\"value\":\"1-2\",\"from\":\"" PATH ":2\"},\n" \
	"{\"setting\":\"ports\",\"value\":\"5\",\"from\":\"" PATH ":2\"}]\n"
#define USAGE ": config check [FILE] or config show is right\n"

static const struct config_row rows[] = {
	{ "nothing to check",
	  { "check" },
	  NULL,
	  NULL,
	  OUTPUT_TEXT,
	  EXIT_SUCCESS,
	  HEADINGS,
	  "" },
	{ "a file to check",
	  { "check", PATH },
	  NULL,
	  NULL,
	  OUTPUT_JSON,
	  EXIT_SUCCESS,
	  AS_JSON,
	  "" },
	{ "a file of --config",
	  { "check" },
	  PATH,
	  "eth0",
	  OUTPUT_TEXT,
	  EXIT_SUCCESS,
	  HEADINGS
	  "uplink                      eth0                                  "
	  "   command line\n"
	  "mode                        flat                                  "
	  "   " PATH ":1\n"
	  "ports                       1-2                                   "
	  "   " PATH ":2\n"
	  "ports                       5                                     "
	  "   " PATH ":2\n",
	  "" },
	{ "a file before that of --config",
	  { "check", PATH },
	  "/etc/none",
	  NULL,
	  OUTPUT_JSON,
	  EXIT_SUCCESS,
	  AS_JSON,
	  "" },
	{ "no such file",
	  { "check", "/etc/none" },
	  NULL,
	  NULL,
	  OUTPUT_TEXT,
	  EXIT_USAGE,
	  "",
	  "cannot read --config /etc/none: No such file" },
	{ "a file that is wrong",
	  { "check", "/etc/wrong" },
	  NULL,
	  NULL,
	  OUTPUT_JSON,
	  EXIT_USAGE,
	  "",
	  "/etc/wrong:1: no such key \"port\"" },
	{ "a flag that is wrong",
	  { "check" },
	  NULL,
	  "eth0/1",
	  OUTPUT_TEXT,
	  EXIT_USAGE,
	  "",
	  "--uplink \"eth0/1\": is no interface name" },
	{ "show, where nothing is pinned",
	  { "show" },
	  NULL,
	  NULL,
	  OUTPUT_TEXT,
	  EXIT_FAILURE,
	  "",
	  "" NONE },
	{ "show, of a file",
	  { "show", PATH },
	  NULL,
	  NULL,
	  OUTPUT_TEXT,
	  EXIT_USAGE,
	  "",
	  "config \"show\"" USAGE },
	{ "an unknown word",
	  { "bogus" },
	  NULL,
	  NULL,
	  OUTPUT_TEXT,
	  EXIT_USAGE,
	  "",
	  "config \"bogus\"" USAGE },
	{ "an abbreviation",
	  { "che" },
	  NULL,
	  NULL,
	  OUTPUT_TEXT,
	  EXIT_USAGE,
	  "",
	  "config \"che\"" USAGE },
	{ "a file and no word",
	  { PATH },
	  NULL,
	  NULL,
	  OUTPUT_TEXT,
	  EXIT_USAGE,
	  "",
	  "config \"" PATH "\"" USAGE },
};

static struct invocation row_invoke(const struct config_row *row)
{
	struct invocation inv = {
		.format = row->format,
		.pin_dir = NONE,
		.sources.config_path = row->config_path,
	};

	while (row->words[inv.arg_count]) {
		inv.args[inv.arg_count] = row->words[inv.arg_count];
		inv.arg_count++;
	}
	if (row->uplink)
		must(values_add_named(&inv.sources.flags, "uplink", row->uplink,
				      values_command_line) == 0,
		     "values_add_named");
	return inv;
}

static void check_row(const struct config_row *row)
{
	struct invocation inv = row_invoke(row);
	struct capture out = capture_begin(stdout);
	struct capture err = capture_begin(stderr);
	int status = cmd_config(&inv);
	char *said = capture_end(&err), *printed = capture_end(&out);

	CHECK_EQUAL(status, row->status);
	CHECK_STRING(printed, row->printed);
	if (status == EXIT_SUCCESS) {
		CHECK_STRING(said, "");
	} else {
		CHECK(is_one_line(said));
		if (!strstr(said, row->said))
			printf("# expected %s, got %s", row->said, said);
		CHECK(strstr(said, row->said) != NULL);
	}
	free(said);
	free(printed);
	values_free(&inv.sources.flags);
}

static void check_prints_what_is_said_and_where(void)
{
	CHECK_ROWS(rows, check_row);
}

static const struct test_case cases[] = {
	{ "check prints what is said, and where; others are refused",
	  check_prints_what_is_said_and_where },
};

int main(void)
{
	scratch_begin();
	file_make(PATH, "mode: flat\nports: 1-2,5\n");
	file_make("/etc/wrong", "port: 1\n");
	return test_main(cases, COUNT(cases));
}
