// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/config_file.h: texts and files, right and wrong, and the line that each
 * fault is said to be in.
 */
#include "config_file.h"
#include "file.h"
#include "outcome.h"
#include "scratch.h"

#define PATH "/etc/bpfmasq.yaml"

enum {
	TEXT_SIZE = 256,
	NOBODY = 65534, /* a user without capabilities */
};

static void check_sized(const struct text_row *row, size_t size)
{
	struct outcome outcome = outcome_begin();

	outcome.result =
		config_file_parse("f", row->text, size, &outcome.values);
	check_outcome(&outcome, row);
}

static void check_text(const struct text_row *row)
{
	check_sized(row, strlen(row->text));
}

/* --- right texts --- */

static const struct text_row right[] = {
	{ "empty", "", "", NULL },
	{ "blank", " \n\n", "", NULL },
	{ "a comment", "# mode: flat\n", "", NULL },
	{ "a document without content", "---\n", "", NULL },
	{ "a document that ends", "---\nmode: flat\n...\n", "f:2 mode flat\n",
	  NULL },
	{ "null", "~\n", "", NULL },
	{ "no keys", "{}\n", "", NULL },
	{ "one key", "mode: flat\n", "f:1 mode flat\n", NULL },
	{ "no line end", "mode: flat", "f:1 mode flat\n", NULL },
	{ "line ends of DOS", "mode: flat\r\nports: 1\r\n",
	  "f:1 mode flat\nf:2 ports 1\n", NULL },
	{ "a byte order mark", "\xef\xbb\xbfmode: flat\n", "f:1 mode flat\n",
	  NULL },
	{ "comments and blank lines",
	  "# 1\n\nmode: flat # 3\n\n# 5\nports: 1\n",
	  "f:3 mode flat\nf:6 ports 1\n", NULL },
	{ "quotes", "mode: \"flat\"\n'attach': 'tcx'\n",
	  "f:1 mode flat\nf:2 attach tcx\n", NULL },
	{ "quoted null is a text", "uplink: \"null\"\n", "f:1 uplink null\n",
	  NULL },
	{ "a value on the next line", "mode:\n  flat\n", "f:2 mode flat\n",
	  NULL },
	{ "a value of many lines", "ports: >-\n  1-2,\n",
	  "f:1 ports 1-2\nf:1 ports \n", NULL },
	{ "braces", "{mode: flat, \"ports\": 1}",
	  "f:1 mode flat\nf:1 ports 1\n", NULL },
	{ "JSON", "{\"mode\":\"flat\",\n\"uplink\":[\"eth0\",\n\"eth1\"]}",
	  "f:1 mode flat\nf:2 uplink eth0\nf:3 uplink eth1\n", NULL },
	{ "numbers stay as they are written", "max-flows: 0x10\nports: 08\n",
	  "f:1 max-flows 0x10\nf:2 ports 08\n", NULL },
	{ "so do flags", "random-fully: yes\nenable-ipv6: true\n",
	  "f:1 random-fully yes\nf:2 enable-ipv6 true\n", NULL },
	{ "a list by commas", "uplink: eth0,eth1\n",
	  "f:1 uplink eth0\nf:1 uplink eth1\n", NULL },
	{ "a list by lines", "uplink:\n- eth0\n- eth1\n",
	  "f:2 uplink eth0\nf:3 uplink eth1\n", NULL },
	{ "a list in brackets", "uplink: [eth0,\n  eth1]\n",
	  "f:1 uplink eth0\nf:2 uplink eth1\n", NULL },
	{ "commas in a list by lines", "uplink:\n- eth0,eth1\n- eth2\n",
	  "f:2 uplink eth0\nf:2 uplink eth1\nf:3 uplink eth2\n", NULL },
	{ "a list of the same", "uplink: [eth0, eth0]\n",
	  "f:1 uplink eth0\nf:1 uplink eth0\n", NULL },
	{ "an empty text", "uplink: \"\"\n", "f:1 uplink \n", NULL },
	{ "an anchor", "uplink: &u eth0\n", "f:1 uplink eth0\n", NULL },
	{ "an alias stands where its anchor does",
	  "link-local: &l pass\n\nlink-local-ipv6: *l\n",
	  "f:1 link-local pass\nf:1 link-local-ipv6 pass\n", NULL },
	{ "an alias of a list",
	  "pod-cidr: &p [10.244.1.0/24]\n\nnon-masquerade-source-cidr: *p\n",
	  "f:1 pod-cidr 10.244.1.0/24\n"
	  "f:1 non-masquerade-source-cidr 10.244.1.0/24\n",
	  NULL },
	{ "an alias in a list", "uplink: [&u eth0, *u]\n",
	  "f:1 uplink eth0\nf:1 uplink eth0\n", NULL },
	{ "an alias for a key", "uplink: &m mode\n*m : flat\n",
	  "f:1 uplink mode\nf:2 mode flat\n", NULL },
	{ "letters beyond ASCII", "uplink: \xc3\xa9th0 # \xe2\x82\xac\n",
	  "f:1 uplink \xc3\xa9th0\n", NULL },
};

static void right_texts_are_taken(void)
{
	CHECK_ROWS(right, check_text);
}

/* --- wrong texts --- */

static const struct text_row wrong[] = {
	{ "no such key", "mode: flat\nno-such: 1\n", NULL,
	  "f:2: no such key \"no-such\": the options of run are the keys" },
	{ "the flag that names the file", "config: /f\n", NULL,
	  "f:1: no such key \"config\"" },
	{ "a key in capitals", "Mode: flat\n", NULL,
	  "f:1: no such key \"Mode\"" },
	{ "a flag as a key", "--mode: flat\n", NULL,
	  "f:1: no such key \"--mode\"" },
	{ "a key and more", "modes: flat\n", NULL,
	  "f:1: no such key \"modes\"" },
	{ "a key and a zero byte", "\"mode\\0\": flat\n", NULL,
	  "f:1: no such key \"mode\"" },
	{ "an empty key", "\n\"\": flat\n", NULL, "f:2: no such key \"\"" },
	{ "no key", "\n: flat\n", NULL, "f:2: is no YAML: " },
	{ "a merge", "<<: {mode: flat}\n", NULL, "f:1: no such key \"<<\"" },
	{ "a list for a key", "\n? [mode]\n: flat\n", NULL,
	  "f:2: a key is not one word" },
	{ "a mapping for a key", "? {mode: flat}\n: flat\n", NULL,
	  "f:1: a key is not one word" },
	{ "a key twice", "mode: flat\nports: 1\nmode: island\n", NULL,
	  "f:3: mode is given twice: once at f:1" },
	{ "a list twice", "uplink:\n- eth0\n- eth1\n\nuplink: eth2\n", NULL,
	  "f:5: uplink is given twice: once at f:3" },
	{ "the same twice", "{mode: flat, mode: flat}\n", NULL,
	  "f:1: mode is given twice: once at f:1" },
	{ "no value", "ports: 1\nmode:\n", NULL,
	  "f:2: mode: has no value: one value is right" },
	{ "no value for a list", "uplink:\nmode: flat\n", NULL,
	  "f:1: uplink: has no value: one value or a list of them is right" },
	{ "no value for a flag", "random-fully:\n", NULL,
	  "f:1: random-fully: has no value: one value is right" },
	{ "a tilde for a value", "mode: ~\n", NULL, "f:1: mode: has no value" },
	{ "null for a value", "\nmode: null\n", NULL,
	  "f:2: mode: has no value" },
	{ "an empty list", "uplink: []\n", NULL,
	  "f:1: uplink: has a list: one value or a list of them is right" },
	{ "nothing in a list", "uplink:\n- eth0\n-\n", NULL,
	  "f:3: uplink: has no value" },
	{ "a list in a list", "uplink:\n- eth0\n- [eth1]\n", NULL,
	  "f:3: uplink: has a list" },
	{ "keys in a list", "uplink:\n- eth0\n- eth1: eth2\n", NULL,
	  "f:3: uplink: has keys of its own" },
	{ "keys for a value", "mode:\n  kind: flat\n", NULL,
	  "f:2: mode: has keys of its own: one value is right" },
	{ "keys for a list", "uplink: {eth0: eth1}\n", NULL,
	  "f:1: uplink: has keys of its own: one value or a list of them" },
	{ "a list for one value", "mode: [flat]\n", NULL,
	  "f:1: mode: has a list: one value is right" },
	{ "a list for a flag", "random-fully:\n- true\n", NULL,
	  "f:2: random-fully: has a list: one value is right" },
	{ "a zero byte in a value", "\nmode: \"flat\\0s\"\n", NULL,
	  "f:2: mode \"flat\": has a zero byte behind it" },
	{ "a list for all", "- mode: flat\n", NULL,
	  "f:1: is no list of KEY: VALUE" },
	{ "a word for all", "\nflat\n", NULL, "f:2: is no list of KEY: VALUE" },
	{ "no blank behind a colon", "mode:flat\n", NULL,
	  "f:1: is no list of KEY: VALUE" },
	{ "a second document", "mode: flat\n---\n# 3\nports: 1\n", NULL,
	  "f:2: begins a second document: one is right" },
	{ "an empty second document", "mode: flat\n---\n", NULL,
	  "f:2: begins a second document" },
	{ "a second document that is wrong", "mode: flat\n---\n\n[\n", NULL,
	  "f:5: is no YAML: " },
	{ "a document behind an empty one", "---\n---\nmode: flat\n", NULL,
	  "f:2: begins a second document" },
	{ "a bracket that stays open", "mode: flat\nuplink: [eth0\n\n", NULL,
	  "f:4: is no YAML: " },
	{ "a quote that stays open", "mode: \"flat\n\nports: 1\n", NULL,
	  "f:4: is no YAML: " },
	{ "a tab before a key", "mode: flat\n\tports: 1\n", NULL,
	  "f:2: is no YAML: " },
	{ "a key further in than the last", "mode: flat\n  ports: 1\n", NULL,
	  "f:2: is no YAML: " },
	{ "a key further out", "  mode: flat\nports: 1\n", NULL,
	  "f:2: is no YAML: " },
	{ "an alias of nothing", "mode: flat\nuplink: *u\n", NULL,
	  "f:2: is no YAML: " },
	{ "an alias of itself", "uplink: &u [*u]\n", NULL,
	  "f:1: uplink: has a list" },
	{ "a letter that begins nothing", "ports: 1\nmode: @flat\n", NULL,
	  "f:2: is no YAML: " },
	{ "a directive of another YAML", "%YAML 2.0\n---\nmode: flat\n", NULL,
	  "f:1: is no YAML: " },
	{ "not UTF-8", "mode: flat\nuplink: \xe9th0\n", NULL,
	  "f: is no text in UTF-8: " },
	{ "half of a letter", "uplink: \xc3", NULL,
	  "f: is no text in UTF-8: " },
	{ "a control character", "mode: fl\001at\n", NULL,
	  "f: is no text in UTF-8: control characters are not allowed at "
	  "byte 8" },
};

static void wrong_texts_are_refused(void)
{
	CHECK_ROWS(wrong, check_text);
}

static void zero_bytes_are_refused(void)
{
	static const char text[] = "mode: flat\0\nports: 1\n";
	const struct text_row row = {
		.text = text,
		.said = "f: is no text in UTF-8: control characters are not "
			"allowed at byte 10",
	};

	check_sized(&row, sizeof(text) - 1);
}

/* --- every setting --- */

static void check_key(const struct setting *setting)
{
	char text[TEXT_SIZE], expected[TEXT_SIZE];
	const struct text_row row = {
		.text = text,
		.values = expected,
	};

	snprintf(text, sizeof(text), "# 1\n%s: any thing\n", setting->name);
	snprintf(expected, sizeof(expected), "f:2 %s any thing\n",
		 setting->name);
	check_text(&row);
}

static void check_list(const struct setting *setting)
{
	char text[TEXT_SIZE], expected[TEXT_SIZE];
	struct text_row row = { .text = text };

	snprintf(text, sizeof(text), "%s:\n- a\n- b\n", setting->name);
	if (setting->shape == SETTING_LIST) {
		row.values = expected;
		snprintf(expected, sizeof(expected), "f:2 %s a\nf:3 %s b\n",
			 setting->name, setting->name);
	} else {
		row.said = expected;
		snprintf(expected, sizeof(expected), "f:2: %s: has a list",
			 setting->name);
	}
	check_text(&row);
}

static void check_commas(const struct setting *setting)
{
	char text[TEXT_SIZE], expected[TEXT_SIZE];
	const struct text_row row = {
		.text = text,
		.values = expected,
	};

	snprintf(text, sizeof(text), "%s: a,b\n", setting->name);
	if (setting->shape == SETTING_LIST)
		snprintf(expected, sizeof(expected), "f:1 %s a\nf:1 %s b\n",
			 setting->name, setting->name);
	else
		snprintf(expected, sizeof(expected), "f:1 %s a,b\n",
			 setting->name);
	check_text(&row);
}

static void every_setting_is_a_key(void)
{
	for (const struct setting *s = settings; s->name; s++) {
		check_key(s);
		check_list(s);
		check_commas(s);
	}
}

/* --- files --- */

static void check_read(const char *path, const struct text_row *row)
{
	struct outcome outcome = outcome_begin();

	outcome.result = config_file_read(path, &outcome.values);
	check_outcome(&outcome, row);
}

static void files_are_read(void)
{
	const struct text_row row = {
		.values = PATH ":1 mode flat\n" PATH ":2 ports 1\n",
	};

	file_make(PATH, "mode: flat\nports: 1\n");
	check_read(PATH, &row);
}

static void faults_are_said_with_the_path(void)
{
	const struct text_row row = {
		.said = PATH ":2: no such key \"port\"",
	};

	file_make(PATH, "mode: flat\nport: 1\n");
	check_read(PATH, &row);
}

/* One setting, and a comment that fills the file. */
static char *text_of_size(size_t size)
{
	static const char begin[] = "mode: flat\n#";
	char *text = malloc(size);

	must(text != NULL, "malloc");
	memset(text, 'x', size);
	memcpy(text, begin, sizeof(begin) - 1);
	return text;
}

static void a_mebibyte_is_read_and_no_byte_more(void)
{
	char *text = text_of_size(FILE_SIZE_MAX + 1);
	const struct text_row fits = { .values = PATH ":1 mode flat\n" };
	const struct text_row does_not = {
		.said = "cannot read --config " PATH ": File too large\n",
	};

	CHECK_EQUAL(FILE_SIZE_MAX, 1024 * 1024);
	file_make_sized(PATH, text, FILE_SIZE_MAX);
	check_read(PATH, &fits);
	file_make_sized(PATH, text, FILE_SIZE_MAX + 1);
	check_read(PATH, &does_not);
	free(text);
}

static void an_empty_file_says_nothing(void)
{
	const struct text_row row = { .values = "" };

	file_make(PATH, "");
	check_read(PATH, &row);
}

static void what_is_no_file_is_refused(void)
{
	const struct text_row directory = {
		.said = "cannot read --config /etc: Is a directory\n",
	};
	const struct text_row missing = {
		.said = "cannot read --config /etc/none: No such file or "
			"directory\n",
	};
	const struct text_row below_a_file = {
		.said = "cannot read --config " PATH "/f: Not a directory\n",
	};
	const struct text_row loop = {
		.said = "cannot read --config /etc/loop: Too many levels of "
			"symbolic links\n",
	};

	file_make(PATH, "");
	must(symlink("loop", "/etc/loop") == 0, "symlink");
	check_read("/etc", &directory);
	check_read("/etc/none", &missing);
	check_read(PATH "/f", &below_a_file);
	check_read("/etc/loop", &loop);
}

static void a_file_of_others_is_refused(void)
{
	const struct text_row row = {
		.said = "cannot read --config " PATH ": Permission denied\n",
	};

	file_make(PATH, "mode: flat\n");
	must(chmod(PATH, 0600) == 0, "chmod");
	must(seteuid(NOBODY) == 0, "seteuid");
	check_read(PATH, &row);
	must(seteuid(0) == 0, "seteuid");
}

static const struct test_case cases[] = {
	{ "right texts are taken", right_texts_are_taken },
	{ "wrong texts are refused, with their line", wrong_texts_are_refused },
	{ "zero bytes are refused", zero_bytes_are_refused },
	{ "every setting is a key", every_setting_is_a_key },
	{ "files are read", files_are_read },
	{ "faults are said with the path", faults_are_said_with_the_path },
	{ "a mebibyte is read, and no byte more",
	  a_mebibyte_is_read_and_no_byte_more },
	{ "an empty file says nothing", an_empty_file_says_nothing },
	{ "what is no file is refused", what_is_no_file_is_refused },
	{ "a file of others is refused", a_file_of_others_is_refused },
};

int main(void)
{
	scratch_begin();
	return test_main(cases, COUNT(cases));
}
