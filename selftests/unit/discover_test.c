// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/discover.h: the network plugins' files, as they write them, and which of
 * them is read.
 */
#include "discover.h"
#include "outcome.h"
#include "scratch.h"

#define FIRST DISCOVER_CNI_DIR "/10-first.conflist"
#define SECOND DISCOVER_CNI_DIR "/20-second.conflist"

/* --- CNI --- */

/* A list of one plugin. */
#define PLUGIN(keys) "{\"name\": \"n\", \"plugins\": [{" keys "}]}"
#define IPAM(keys)                                           \
	PLUGIN("\"type\": \"bridge\", \"ipam\": {\"type\": " \
	       "\"host-local\", " keys "}")
#define POD_CIDR(range) "f pod-cidr " range "\n"

static const struct text_row conflists[] = {
	{ "host-local's subnet", IPAM("\"subnet\": \"10.244.1.0/24\""),
	  POD_CIDR("10.244.1.0/24"), NULL },
	{ "an IPv6 subnet", IPAM("\"subnet\": \"2001:db8:1::/64\""),
	  POD_CIDR("2001:db8:1::/64"), NULL },
	{ "one range", IPAM("\"ranges\": [[{\"subnet\": \"10.244.1.0/24\"}]]"),
	  POD_CIDR("10.244.1.0/24"), NULL },
	{ "a range set of each family",
	  IPAM("\"ranges\": [[{\"subnet\": \"10.244.1.0/24\"}], "
	       "[{\"subnet\": \"2001:db8:1::/64\"}]]"),
	  POD_CIDR("10.244.1.0/24") POD_CIDR("2001:db8:1::/64"), NULL },
	{ "two ranges in a set",
	  IPAM("\"ranges\": [[{\"subnet\": \"10.244.1.0/25\"}, "
	       "{\"subnet\": \"10.244.1.128/25\"}]]"),
	  POD_CIDR("10.244.1.0/25") POD_CIDR("10.244.1.128/25"), NULL },
	{ "a range with a gateway and bounds",
	  IPAM("\"ranges\": [[{\"subnet\": \"10.244.1.0/24\", "
	       "\"rangeStart\": \"10.244.1.10\", "
	       "\"rangeEnd\": \"10.244.1.20\", "
	       "\"gateway\": \"10.244.1.1\"}]]"),
	  POD_CIDR("10.244.1.0/24"), NULL },
	{ "a subnet and ranges",
	  IPAM("\"subnet\": \"10.244.1.0/24\", "
	       "\"ranges\": [[{\"subnet\": \"2001:db8:1::/64\"}]]"),
	  POD_CIDR("10.244.1.0/24") POD_CIDR("2001:db8:1::/64"), NULL },
	{ "kindnet",
	  "{\"cniVersion\": \"0.3.1\", \"name\": \"kindnet\", \"plugins\": [\n"
	  "{\"type\": \"ptp\", \"ipMasq\": false, \"ipam\": {\"type\": "
	  "\"host-local\", \"dataDir\": \"/run/cni-ipam-state\", \"routes\": "
	  "[{\"dst\": \"0.0.0.0/0\"}], \"ranges\": [[{\"subnet\": "
	  "\"10.244.0.0/24\"}]]}, \"mtu\": 1500},\n"
	  "{\"type\": \"portmap\", \"capabilities\": {\"portMappings\": true}}"
	  "]}",
	  POD_CIDR("10.244.0.0/24"), NULL },
	{ "kindnet's own plugin, of texts",
	  PLUGIN("\"type\": \"cni-kindnet\", \"ranges\": [\"10.244.1.0/24\", "
		 "\"2001:db8:1::/64\"]"),
	  POD_CIDR("10.244.1.0/24") POD_CIDR("2001:db8:1::/64"), NULL },
	{ "several plugins",
	  "{\"plugins\": [{\"type\": \"portmap\"}, {\"ipam\": {\"subnet\": "
	  "\"10.244.1.0/24\"}}, {\"ranges\": [\"10.244.2.0/24\"]}, "
	  "{\"type\": \"bandwidth\"}]}",
	  POD_CIDR("10.244.1.0/24") POD_CIDR("10.244.2.0/24"), NULL },
	{ "usePodCidr, known to the API server",
	  IPAM("\"subnet\": \"usePodCidr\""), "", NULL },
	{ "usePodCidr in ranges",
	  IPAM("\"ranges\": [[{\"subnet\": \"usePodCidr\"}], "
	       "[{\"subnet\": \"usePodCidrIPv6\"}]]"),
	  "", NULL },
	{ "usePodCidr and a range",
	  IPAM("\"ranges\": [[{\"subnet\": \"usePodCidr\"}], "
	       "[{\"subnet\": \"2001:db8:1::/64\"}]]"),
	  POD_CIDR("2001:db8:1::/64"), NULL },
	{ "Calico's own addresses",
	  PLUGIN("\"type\": \"calico\", \"ipam\": {\"type\": \"calico-ipam\"}"),
	  "", NULL },
	{ "no addresses", PLUGIN("\"type\": \"cilium-cni\""), "", NULL },
	{ "flannel's, which delegates",
	  PLUGIN("\"type\": \"flannel\", \"delegate\": {\"hairpinMode\": "
		 "true}"),
	  "", NULL },
	{ "no plugins", "{\"name\": \"n\"}", "", NULL },
	{ "an empty list of plugins", "{\"plugins\": []}", "", NULL },
	{ "an empty object", "{}", "", NULL },
	{ "null in every place",
	  "{\"plugins\": [null, {\"ipam\": null, \"ranges\": null}, {\"ipam\": "
	  "{\"subnet\": null, \"ranges\": [null, [null]]}, \"ranges\": "
	  "[null]}]}",
	  "", NULL },
	{ "another type in every place",
	  "{\"plugins\": [1, {\"ipam\": [], \"ranges\": 1}, {\"ipam\": "
	  "{\"subnet\": [\"10.0.0.0/8\"], \"ranges\": [1, [\"a\"], {}]}, "
	  "\"ranges\": [1]}]}",
	  "", NULL },
	{ "plugins that are no list", "{\"plugins\": {\"ipam\": {}}}", "",
	  NULL },
	/* whether it is a range shows when it is applied, as of any source */
	{ "no range", IPAM("\"subnet\": \"10.244.1.1/24\""),
	  POD_CIDR("10.244.1.1/24"), NULL },
	{ "a wrong range", IPAM("\"subnet\": \"pods/24\""), POD_CIDR("pods/24"),
	  NULL },
	{ "no JSON", "type: bridge\n", NULL, "f: is no CNI configuration: " },
	{ "JSON that stays open", "{\"plugins\": [", NULL,
	  "f: is no CNI configuration: " },
	{ "empty", "", NULL, "f: is no CNI configuration: " },
	{ "a list", "[]", NULL,
	  "f: is no CNI configuration: it is no JSON object\n" },
	{ "a text", "\"plugins\"", NULL,
	  "f: is no CNI configuration: it is no JSON object\n" },
	{ "a number", "1", NULL,
	  "f: is no CNI configuration: it is no JSON object\n" },
	{ "null", "null", NULL,
	  "f: is no CNI configuration: it is no JSON object\n" },
};

static void check_conflist(const struct text_row *row)
{
	struct outcome outcome = outcome_begin();

	outcome.result = discover_conflist("f", row->text, &outcome.values);
	check_outcome(&outcome, row);
}

static void ranges_of_cni_are_found(void)
{
	CHECK_ROWS(conflists, check_conflist);
}

/* --- flannel --- */

static const struct text_row flannels[] = {
	{ "as flannel writes it",
	  "FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.1.1/24\n"
	  "FLANNEL_IPV6_NETWORK=2001:db8::/48\n"
	  "FLANNEL_IPV6_SUBNET=2001:db8:0:1::1/64\nFLANNEL_MTU=1450\n"
	  "FLANNEL_IPMASQ=true\n",
	  "f:1 cluster-cidr 10.244.0.0/16\nf:2 pod-cidr 10.244.1.0/24\n"
	  "f:3 cluster-cidr 2001:db8::/48\nf:4 pod-cidr 2001:db8:0:1::/64\n",
	  NULL },
	{ "a range for a gateway", "FLANNEL_SUBNET=10.244.1.0/24\n",
	  "f:1 pod-cidr 10.244.1.0/24\n", NULL },
	{ "a gateway alone", "FLANNEL_SUBNET=10.244.1.1/32\n",
	  "f:1 pod-cidr 10.244.1.1/32\n", NULL },
	{ "no line end", "FLANNEL_SUBNET=10.244.1.1/24",
	  "f:1 pod-cidr 10.244.1.0/24\n", NULL },
	{ "line ends of DOS",
	  "FLANNEL_NETWORK=10.244.0.0/16\r\nFLANNEL_SUBNET=10.244.1.1/24\r\n",
	  "f:1 cluster-cidr 10.244.0.0/16\nf:2 pod-cidr 10.244.1.0/24\n",
	  NULL },
	{ "comments and blank lines",
	  "# FLANNEL_NETWORK=10.0.0.0/8\n\n#\n"
	  "FLANNEL_SUBNET=10.244.1.1/24\n",
	  "f:4 pod-cidr 10.244.1.0/24\n", NULL },
	{ "several networks", "FLANNEL_NETWORK=10.244.0.0/16,10.245.0.0/16\n",
	  "f:1 cluster-cidr 10.244.0.0/16\nf:1 cluster-cidr 10.245.0.0/16\n",
	  NULL },
	{ "empty values",
	  "FLANNEL_NETWORK=\nFLANNEL_SUBNET=\nFLANNEL_IPV6_SUBNET=\r\n", "",
	  NULL },
	{ "other keys",
	  "FLANNEL_SUBNETS=10.244.1.1/24\nSUBNET=10.0.0.0/8\n"
	  " FLANNEL_SUBNET=10.0.0.0/8\n",
	  "", NULL },
	{ "no value", "FLANNEL_SUBNET\nFLANNEL_NETWORK 10.0.0.0/8\n", "",
	  NULL },
	{ "empty", "", "", NULL },
	/* whether it is a range shows when it is applied, as of any source */
	{ "no range", "\nFLANNEL_SUBNET=10.244.1.1\n",
	  "f:2 pod-cidr 10.244.1.1\n", NULL },
	{ "a network that is not aligned", "FLANNEL_NETWORK=10.244.1.1/16\n",
	  "f:1 cluster-cidr 10.244.1.1/16\n", NULL },
};

static void check_flannel(const struct text_row *row)
{
	struct outcome outcome = outcome_begin();

	outcome.result = discover_flannel("f", row->text, &outcome.values);
	check_outcome(&outcome, row);
}

static void ranges_of_flannel_are_found(void)
{
	CHECK_ROWS(flannels, check_flannel);
}

/* What values_apply() says of them, with the line. */
static const struct text_row wrong_flannels[] = {
	{ "no range", "FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=pods\n",
	  NULL, "f:2: pod-cidr \"pods\": has no prefix length" },
	{ "a blank behind it", "FLANNEL_SUBNET=10.244.1.1/24 \n", NULL,
	  "f:1: pod-cidr \"10.244.1.1/24 \": has no number" },
	{ "in quotes", "FLANNEL_NETWORK=\"10.244.0.0/16\"\n", NULL,
	  "f:1: cluster-cidr \"\"10.244.0.0/16\"\": is no IPv4 or IPv6" },
	{ "not aligned", "#\n#\nFLANNEL_NETWORK=10.244.1.1/16\n", NULL,
	  "f:3: cluster-cidr \"10.244.1.1/16\": has host bits set" },
	{ "a wrong one of two", "FLANNEL_IPV6_NETWORK=2001:db8::/48,x/8\n",
	  NULL, "f:1: cluster-cidr \"x/8\": is no IPv4 or IPv6 address" },
};

static void check_wrong_flannel(const struct text_row *row)
{
	struct outcome outcome = outcome_begin();
	struct config config;

	CHECK_EQUAL(discover_flannel("f", row->text, &outcome.values), 0);
	outcome.result = values_apply(&outcome.values, &config);
	values_free(&outcome.values);
	check_outcome(&outcome, row);
}

static void wrong_values_of_flannel_are_said_with_their_line(void)
{
	CHECK_ROWS(wrong_flannels, check_wrong_flannel);
}

/* --- which file --- */

struct file {
	const char *path;
	const char *text;
};

enum { FILES_MAX = 4 };

struct files_row {
	const char *name;
	struct file files[FILES_MAX];
	const char *values; /* NULL: refused … */
	const char *said; /* … with this */
};

#define NO_RANGE "{\"plugins\": [{\"type\": \"calico\"}]}"
#define CONFLIST(range) IPAM("\"subnet\": \"" range "\"")

static const struct files_row choices[] = {
	{ "nothing", { { 0 } }, "", NULL },
	{ "a conflist",
	  { { FIRST, CONFLIST("10.244.1.0/24") } },
	  FIRST " pod-cidr 10.244.1.0/24\n",
	  NULL },
	{ "flannel's",
	  { { DISCOVER_FLANNEL_PATH, "FLANNEL_SUBNET=10.244.1.1/24\n" } },
	  DISCOVER_FLANNEL_PATH ":1 pod-cidr 10.244.1.0/24\n",
	  NULL },
	{ "the first by name, whichever was made first",
	  { { SECOND, CONFLIST("10.244.2.0/24") },
	    { FIRST, CONFLIST("10.244.1.0/24") } },
	  FIRST " pod-cidr 10.244.1.0/24\n",
	  NULL },
	{ "a conflist before flannel's",
	  { { DISCOVER_FLANNEL_PATH, "FLANNEL_SUBNET=10.244.9.1/24\n" },
	    { SECOND, CONFLIST("10.244.2.0/24") } },
	  SECOND " pod-cidr 10.244.2.0/24\n",
	  NULL },
	{ "flannel's, where the conflist names no range",
	  { { FIRST, NO_RANGE },
	    { DISCOVER_FLANNEL_PATH, "FLANNEL_SUBNET=10.244.1.1/24\n" } },
	  DISCOVER_FLANNEL_PATH ":1 pod-cidr 10.244.1.0/24\n",
	  NULL },
	/* the plugin that is in use says nothing; another's is not ours */
	{ "not the second conflist, where the first names no range",
	  { { FIRST, NO_RANGE }, { SECOND, CONFLIST("10.244.2.0/24") } },
	  "",
	  NULL },
	{ "no file of another kind",
	  { { DISCOVER_CNI_DIR "/05.conf", CONFLIST("10.244.5.0/24") },
	    { DISCOVER_CNI_DIR "/06.conflist.old", CONFLIST("10.244.6.0/24") },
	    { DISCOVER_CNI_DIR "/conflist", CONFLIST("10.244.7.0/24") } },
	  "",
	  NULL },
	{ "a conflist that is wrong, and flannel's",
	  { { FIRST, "{" },
	    { DISCOVER_FLANNEL_PATH, "FLANNEL_SUBNET=10.244.1.1/24\n" } },
	  NULL,
	  FIRST ": is no CNI configuration: " },
	{ "a conflist that is right, and another that is not",
	  { { FIRST, CONFLIST("10.244.1.0/24") }, { SECOND, "{" } },
	  FIRST " pod-cidr 10.244.1.0/24\n",
	  NULL },
};

static void check_choice(const struct files_row *row)
{
	struct outcome outcome;

	scratch_clear();
	dir_make(DISCOVER_CNI_DIR);
	dir_make(DISCOVER_FLANNEL_DIR);
	for (int i = 0; i < FILES_MAX && row->files[i].path; i++)
		file_make(row->files[i].path, row->files[i].text);
	outcome = outcome_begin();
	outcome.result = discover(&outcome.values);
	check_outcome(&outcome, &(struct text_row){ .values = row->values,
						    .said = row->said });
}

static void the_first_file_that_names_a_range_is_read(void)
{
	CHECK_ROWS(choices, check_choice);
}

static void no_directory_is_no_file(void)
{
	struct outcome outcome;

	scratch_clear();
	outcome = outcome_begin();
	outcome.result = discover(&outcome.values);
	check_outcome(&outcome, &(struct text_row){ .values = "" });
}

static void a_link_to_nothing_is_no_file(void)
{
	struct outcome outcome;

	scratch_clear();
	dir_make(DISCOVER_CNI_DIR);
	dir_make(DISCOVER_FLANNEL_DIR);
	must(symlink("/etc/none", FIRST) == 0, "symlink");
	must(symlink("/etc/none", DISCOVER_FLANNEL_PATH) == 0, "symlink");
	outcome = outcome_begin();
	outcome.result = discover(&outcome.values);
	check_outcome(&outcome, &(struct text_row){ .values = "" });
}

static void what_cannot_be_read_is_refused(void)
{
	struct outcome outcome;

	scratch_clear();
	dir_make(FIRST);
	outcome = outcome_begin();
	outcome.result = discover(&outcome.values);
	check_outcome(&outcome,
		      &(struct text_row){ .said = "cannot read " FIRST
						  ": Is a directory\n" });
}

static const struct test_case cases[] = {
	{ "ranges of CNI's files are found", ranges_of_cni_are_found },
	{ "ranges of flannel's file are found", ranges_of_flannel_are_found },
	{ "wrong values of flannel's are said with their line",
	  wrong_values_of_flannel_are_said_with_their_line },
	{ "the first file that names a range is read",
	  the_first_file_that_names_a_range_is_read },
	{ "no directory is no file", no_directory_is_no_file },
	{ "a link to nothing is no file", a_link_to_nothing_is_no_file },
	{ "what cannot be read is refused", what_cannot_be_read_is_refused },
};

int main(void)
{
	scratch_begin();
	return test_main(cases, COUNT(cases));
}
