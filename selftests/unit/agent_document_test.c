// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/agent_config.h: how the text of ip-masq-agent's file is read, as YAML or
 * as JSON, and the file.
 */
#include "agent_outcome.h"
#include "scratch.h"

#define PATH "/etc/config/ip-masq-agent"

/* --- documents --- */

static const struct text_row documents[] = {
	{ "empty", "", DEFAULTS, NULL },
	{ "blank", "  \n\n", DEFAULTS, NULL },
	{ "a comment", "# masqLinkLocal: true\n", DEFAULTS, NULL },
	{ "null", "null\n", DEFAULTS, NULL },
	{ "a tilde", "~\n", DEFAULTS, NULL },
	{ "no keys", "{}\n", DEFAULTS, NULL },
	{ "dashes alone", "---\n", DEFAULTS, NULL },
	{ "dots alone", "...\n", NULL, "f:1: is no YAML: " },
	{ "the first of two",
	  "masqLinkLocal: true\n---\nmasqLinkLocal: false\n", MASQUERADE,
	  NULL },
	{ "the first of two, which is empty", "---\n---\nmasqLinkLocal: true\n",
	  DEFAULTS, NULL },
	{ "the first, before what is no YAML",
	  "masqLinkLocal: true\n---\n[ @\n", MASQUERADE, NULL },
	{ "dashes before it", "---\nmasqLinkLocal: true\n",
	  DEFAULT_RANGES("f") LINK_LOCAL("f:2", "masquerade")
		  LINK_LOCAL_IPV6("f (default)", "pass"),
	  NULL },
	{ "a byte order mark", "\xef\xbb\xbfmasqLinkLocal: true\n", MASQUERADE,
	  NULL },
	{ "line ends of DOS", "masqLinkLocal: true\r\ncidrLimit: 64\r\n",
	  MASQUERADE, NULL },
	{ "a version", "%YAML 1.1\n---\nmasqLinkLocal: yes\n",
	  DEFAULT_RANGES("f") LINK_LOCAL("f:3", "masquerade")
		  LINK_LOCAL_IPV6("f (default)", "pass"),
	  NULL },
	{ "an anchor and its alias",
	  "foo: &a [1.0.0.0/8]\nnonMasqueradeCIDRs: *a\n",
	  LIST(RANGE("f:1", "1.0.0.0/8")), NULL },
	{ "an alias in a list",
	  "foo: &a 1.0.0.0/8\nnonMasqueradeCIDRs: [*a, 2.0.0.0/8]\n",
	  LIST(RANGE("f:1", "1.0.0.0/8") RANGE("f:2", "2.0.0.0/8")), NULL },
	{ "an alias of nothing", "nonMasqueradeCIDRs: *a\n", NULL,
	  "f:1: is no YAML: " },
	{ "a tab before a key", "cidrLimit: 64\n\tmasqLinkLocal: true\n", NULL,
	  "f:2: is no YAML: " },
	{ "a tab at the start", "\tmasqLinkLocal: true\n", NULL,
	  "f:1: is no YAML: " },
	{ "a list", "- masqLinkLocal\n", NULL,
	  "f:1: is no list of KEY: VALUE" },
	{ "an empty list", "[]\n", NULL, "f:1: is no list of KEY: VALUE" },
	{ "a word", "\nmasqLinkLocal\n", NULL,
	  "f:2: is no list of KEY: VALUE" },
	{ "a number", "1\n", NULL, "f:1: is no list of KEY: VALUE" },
	{ "an empty text", "\"\"\n", NULL, "f:1: is no list of KEY: VALUE" },
	{ "a bracket that stays open", "nonMasqueradeCIDRs: [\n", NULL,
	  "f:2: is no YAML: " },
	{ "not UTF-8", "foo: \xff\n", NULL, "f: is no text in UTF-8: " },
};

static void the_first_document_is_read(void)
{
	CHECK_ROWS(documents, check_both);
}

/* --- a key twice --- */

static const struct text_row twice[] = {
	{ "the second list",
	  "nonMasqueradeCIDRs: [1.0.0.0/8]\nnonMasqueradeCIDRs: [2.0.0.0/8]\n",
	  LIST(RANGE("f:2", "2.0.0.0/8")), NULL },
	{ "the second flag", "masqLinkLocal: false\nmasqLinkLocal: true\n",
	  DEFAULT_RANGES("f") LINK_LOCAL("f:2", "masquerade")
		  LINK_LOCAL_IPV6("f (default)", "pass"),
	  NULL },
	{ "the second limit, whatever the first is",
	  "cidrLimit: x\ncidrLimit: 64\n", DEFAULTS, NULL },
	{ "the second limit is wrong", "cidrLimit: 64\ncidrLimit: x\n", NULL,
	  "f:2: cidrLimit \"x\": is no whole number" },
	/* sorted by the keys, capitals first */
	{ "small letters behind capitals",
	  "MASQLINKLOCAL: false\nmasqLinkLocal: true\n",
	  DEFAULT_RANGES("f") LINK_LOCAL("f:2", "masquerade")
		  LINK_LOCAL_IPV6("f (default)", "pass"),
	  NULL },
	{ "small letters before capitals",
	  "masqLinkLocal: true\nMASQLINKLOCAL: false\n", MASQUERADE, NULL },
	{ "three writings",
	  "masqlinklocal: true\nMASQLINKLOCAL: false\nmasqLinkLocal: false\n",
	  MASQUERADE, NULL },
	{ "null behind a list",
	  "nonMasqueradeCIDRs: [1.0.0.0/8]\nnonMasqueradeCIDRs:\n", LIST(""),
	  NULL },
	{ "null behind a flag, of the same writing",
	  "masqLinkLocal: true\nmasqLinkLocal:\n",
	  DEFAULT_RANGES("f") LINK_LOCAL("f:2", "pass")
		  LINK_LOCAL_IPV6("f (default)", "pass"),
	  NULL },
	/* JSON is not sorted */
	{ "JSON's last", "{\"masqLinkLocal\": true, \"MASQLINKLOCAL\": false}",
	  PASS, NULL },
	{ "JSON's last, the other way round",
	  "{\"MASQLINKLOCAL\": false, \"masqLinkLocal\": true}", MASQUERADE,
	  NULL },
	{ "JSON's last list",
	  "{\"nonMasqueradeCIDRs\": [\"1.0.0.0/8\"],\n"
	  "\"nonMasqueradeCIDRs\": [\"2.0.0.0/8\"]}",
	  LIST(RANGE("f:2", "2.0.0.0/8")), NULL },
};

static void one_of_two_keys_wins(void)
{
	CHECK_ROWS(twice, check_both);
}

/* --- JSON --- */

#define NO_JSON "f: begins with { but is no JSON: "

static const struct text_row jsons[] = {
	{ "every key",
	  "{\"nonMasqueradeCIDRs\":[\"1.0.0.0/8\"],\n\"cidrLimit\":64,\n"
	  "\"masqLinkLocal\":true,\n\"masqLinkLocalIPv6\":false,\n"
	  "\"resyncInterval\":\"60s\"}",
	  RANGE("f:1", "1.0.0.0/8") LINK_LOCAL("f:3", "masquerade")
		  LINK_LOCAL_IPV6("f:4", "pass"),
	  NULL },
	{ "blanks before and behind", " \r\n {\"masqLinkLocal\": true} \n\n",
	  DEFAULT_RANGES("f") LINK_LOCAL("f:2", "masquerade")
		  LINK_LOCAL_IPV6("f (default)", "pass"),
	  NULL },
	{ "indented by tabs", "{\n\t\"masqLinkLocal\":\ttrue\n}\n",
	  DEFAULT_RANGES("f") LINK_LOCAL("f:2", "masquerade")
		  LINK_LOCAL_IPV6("f (default)", "pass"),
	  NULL },
	{ "nulls", "{\"masqLinkLocal\":null,\"cidrLimit\":null}", PASS, NULL },
	{ "a null list", "{\"nonMasqueradeCIDRs\":null}", LIST(""), NULL },
	{ "deep in an unknown key", "{\"foo\":{\"bar\":[{\"baz\":null}]}}",
	  DEFAULTS, NULL },
	{ "an escape of JSON", "{\"foo\":\"\\/\\b\\u00e9\"}", DEFAULTS, NULL },
	{ "keys without quotes", "{masqLinkLocal: true}", NULL, NO_JSON },
	{ "keys without quotes, behind blank lines",
	  "\r\n\n {masqLinkLocal: true}", NULL, NO_JSON },
	{ "a comma behind the last", "{\"masqLinkLocal\": true,}", NULL,
	  NO_JSON },
	{ "a comma behind the last of a list",
	  "{\"nonMasqueradeCIDRs\": [\"1.0.0.0/8\",]}", NULL, NO_JSON },
	{ "a comment", "{\"masqLinkLocal\": true} # on\n", NULL, NO_JSON },
	{ "a comment of C", "{/* */\"masqLinkLocal\": true}", NULL, NO_JSON },
	{ "text behind it", "{\"masqLinkLocal\": true} x", NULL, NO_JSON },
	{ "a document behind it", "{\"masqLinkLocal\": true}\n---\n", NULL,
	  NO_JSON },
	{ "a bracket that stays open", "{\"masqLinkLocal\": true", NULL,
	  NO_JSON },
	{ "quotes of YAML", "{\"resyncInterval\": '60s'}", NULL, NO_JSON },
	{ "quotes of YAML for a key", "{'masqLinkLocal': true}", NULL,
	  NO_JSON },
	{ "no number", "{\"foo\": NaN}", NULL, NO_JSON },
	{ "beyond any number", "{\"foo\": [-Infinity]}", NULL, NO_JSON },
	{ "a point and no digit", "{\"foo\": 1.}", NULL, NO_JSON },
	{ "a line end in a text", "{\"foo\": \"a\nb\"}", NULL, NO_JSON },
	{ "a tab in a text", "{\"foo\": \"a\tb\"}", NULL, NO_JSON },
	{ "all that, as a text",
	  "{\"foo\": \"' NaN \\\" -Infinity 1.\", \"b\\\\\": 1.0}", DEFAULTS,
	  NULL },
	{ "a flag of YAML", "{\"masqLinkLocal\": yes}", NULL, NO_JSON },
	{ "a flag in capitals", "{\"masqLinkLocal\": True}", NULL, NO_JSON },
	{ "null of YAML", "{\"masqLinkLocal\": ~}", NULL, NO_JSON },
	{ "hex", "{\"cidrLimit\": 0x40}", NULL, NO_JSON },
	{ "octal", "{\"cidrLimit\": 0100}", NULL, NO_JSON },
	{ "an anchor", "{\"foo\": &a 1}", NULL, NO_JSON },
	{ "a fraction for a number", "{\"cidrLimit\": 64.0}", NULL,
	  NO_NUMBER("64.0") },
	{ "an exponent", "{\"cidrLimit\": 6.4e1}", NULL, NO_NUMBER("6.4e1") },
	{ "less than zero", "{\"cidrLimit\": -1, \"nonMasqueradeCIDRs\": []}",
	  NULL, "f:1: " TOO_MANY("0", "-1") },
	{ "a number in quotes", "{\"cidrLimit\": \"64\"}", NULL,
	  NO_NUMBER("64") },
	{ "a flag in quotes", "{\"masqLinkLocal\": \"true\"}", NULL,
	  "f:1: masqLinkLocal \"true\": is neither true nor false" },
	{ "a flag for a duration", "{\"resyncInterval\": true}", NULL,
	  NO_DURATION(" \"true\"") },
	{ "null for a duration", "{\"resyncInterval\": null}", NULL,
	  NO_DURATION(" \"null\"") },
	{ "a number for a duration", "{\"resyncInterval\": 60}", NULL,
	  NO_DURATION(" \"60\"") },
	{ "a number for a range", "{\"nonMasqueradeCIDRs\": [10]}", NULL,
	  REFUSED("10") "is no text" },
	{ "null for a range", "{\"nonMasqueradeCIDRs\": [null]}", NULL,
	  REFUSED("null") "is no text" },
	{ "a key twice, in two lines",
	  "{\"cidrLimit\": 64,\n\"cidrLimit\": \"x\"}", NULL,
	  "f:2: cidrLimit \"x\": is no whole number" },
};

static void json_is_json_to_the_last_byte(void)
{
	CHECK_ROWS(jsons, check_both);
}

/* --- merges --- */

#define ON "a: &a {masqLinkLocal: true}\n"
#define OFF "b: &b {masqLinkLocal: false}\n"
#define OFF_IN_LINE(line)   \
	DEFAULT_RANGES("f") \
	LINK_LOCAL("f:" line, "pass") LINK_LOCAL_IPV6("f (default)", "pass")

static const struct text_row merges[] = {
	{ "an alias", ON "<<: *a\n", MASQUERADE, NULL },
	{ "a mapping", "<<: {masqLinkLocal: true}\n", MASQUERADE, NULL },
	{ "a list of one", "<<: [{masqLinkLocal: true}]\n", MASQUERADE, NULL },
	{ "an empty list", "<<: []\n", DEFAULTS, NULL },
	{ "the first of a list goes before the second", ON OFF "<<: [*a, *b]\n",
	  MASQUERADE, NULL },
	{ "the other way round", ON OFF "<<: [*b, *a]\n", OFF_IN_LINE("2"),
	  NULL },
	{ "all of a list",
	  "a: &a {masqLinkLocalIPv6: true}\n<<: [{masqLinkLocal: true}, *a]\n",
	  DEFAULT_RANGES("f") LINK_LOCAL("f:2", "masquerade")
		  LINK_LOCAL_IPV6("f:1", "masquerade"),
	  NULL },
	{ "in each other", ON "b: &b {<<: *a}\n<<: *b\n", MASQUERADE, NULL },
	{ "a key of its own behind it", ON "<<: *a\nmasqLinkLocal: false\n",
	  OFF_IN_LINE("3"), NULL },
	{ "a key of its own before it", ON "masqLinkLocal: false\n<<: *a\n",
	  MASQUERADE, NULL },
	{ "in quotes, a key like another", "\"<<\": {masqLinkLocal: true}\n",
	  DEFAULTS, NULL },
	{ "in JSON, a key like another", "{\"<<\": {\"masqLinkLocal\": true}}",
	  DEFAULTS, NULL },
	{ "a word", "\n<<: x\n", NULL, "f:2: is no list of KEY: VALUE" },
	{ "null", "<<:\n", NULL, "f:1: is no list of KEY: VALUE" },
	{ "a list of words", "<<: [x]\n", NULL, "f:1: is no list of KEY" },
	{ "a list in a list", "<<: [[{masqLinkLocal: true}]]\n", NULL,
	  "f:1: is no list of KEY: VALUE" },
	{ "itself", "a: &a {<<: *a}\n<<: *a\n", NULL,
	  "f:1: is one more than the 1000 mappings that can be merged" },
};

static void mappings_are_merged(void)
{
	CHECK_ROWS(merges, check_both);
}

/* a is in b ten times, b in c ten times, …: each is a line. */
static void merges_do_not_multiply(void)
{
	char text[1024];
	const struct text_row row = {
		.text = text,
		.said = "f:1: is one more than the 1000 mappings",
	};
	size_t length =
		snprintf(text, sizeof(text), "a: &a {masqLinkLocal: true}\n");

	for (char c = 'b'; c <= 'm'; c++)
		length += snprintf(text + length, sizeof(text) - length,
				   "%c: &%c {<<: [*%c,*%c,*%c,*%c,*%c,"
				   "*%c,*%c,*%c,*%c,*%c]}\n",
				   c, c, c - 1, c - 1, c - 1, c - 1, c - 1,
				   c - 1, c - 1, c - 1, c - 1, c - 1);
	snprintf(text + length, sizeof(text) - length, "<<: *m\n");
	alarm(20); /* else it would be years */
	check_plain(&row);
	alarm(0);
}

static void check_merges(int count, const struct text_row *expected)
{
	char text[8192] = "a: &a {masqLinkLocal: true}\n<<: [";
	struct text_row row = *expected;
	size_t length = strlen(text);

	for (int i = 0; i < count; i++)
		length += snprintf(text + length, sizeof(text) - length, "*a,");
	snprintf(text + length, sizeof(text) - length, "]\n");
	row.text = text;
	check_plain(&row);
}

static void a_thousand_merges_are_right(void)
{
	check_merges(1000, &(struct text_row){ .values = MASQUERADE });
	check_merges(1001, &(struct text_row){
				   .said = "f:1: is one more than the 1000" });
}

/* --- files --- */

static void check_read(const char *path, const struct text_row *row)
{
	const struct agent_config_flags flags = { 0 };
	struct outcome outcome = outcome_begin();

	outcome.result = agent_config_read(path, &flags, &outcome.values);
	check_outcome(&outcome, row);
}

static void files_are_read(void)
{
	const struct text_row right = {
		.values = RANGE(PATH ":1", "1.0.0.0/8")
			DEFAULT_LINK_LOCAL(PATH),
	};
	const struct text_row wrong = {
		.said = PATH ":2: masqLinkLocal \"1\": is neither true",
	};

	file_make(PATH, LIST_OF("1.0.0.0/8"));
	check_read(PATH, &right);
	file_make(PATH, LIST_OF("1.0.0.0/8") "masqLinkLocal: 1\n");
	check_read(PATH, &wrong);
}

static void a_missing_file_is_an_empty_one(void)
{
	const struct text_row missing = {
		.values = DEFAULT_RANGES("/etc/config/none")
			DEFAULT_LINK_LOCAL("/etc/config/none"),
	};
	const struct text_row no_directory = {
		.values = DEFAULT_RANGES("/etc/none/none")
			DEFAULT_LINK_LOCAL("/etc/none/none"),
	};
	const struct text_row empty = {
		.values = DEFAULT_RANGES(PATH) DEFAULT_LINK_LOCAL(PATH),
	};

	check_read("/etc/config/none", &missing);
	check_read("/etc/none/none", &no_directory);
	file_make("/etc/none", "");
	check_read("/etc/none/none", &no_directory);
	file_make(PATH, "");
	check_read(PATH, &empty);
}

static void what_cannot_be_read_is_refused(void)
{
	const struct text_row directory = {
		.said = "cannot read --masq-config /etc/config: Is a "
			"directory\n",
	};
	const struct text_row loop = {
		.said = "cannot read --masq-config /etc/config/loop: Too many "
			"levels of symbolic links\n",
	};

	must(symlink("loop", "/etc/config/loop") == 0, "symlink");
	check_read("/etc/config", &directory);
	check_read("/etc/config/loop", &loop);
}

static const struct test_case cases[] = {
	{ "the first document is read", the_first_document_is_read },
	{ "one of two keys wins", one_of_two_keys_wins },
	{ "JSON is JSON to the last byte", json_is_json_to_the_last_byte },
	{ "mappings are merged", mappings_are_merged },
	{ "merges do not multiply", merges_do_not_multiply },
	{ "a thousand merges are right", a_thousand_merges_are_right },
	{ "files are read", files_are_read },
	{ "a missing file is an empty one", a_missing_file_is_an_empty_one },
	{ "what cannot be read is refused", what_cannot_be_read_is_refused },
};

int main(void)
{
	scratch_begin();
	dir_make("/etc/config");
	return test_main(cases, COUNT(cases));
}
