// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/command.h: command lines, read by the real tables of options.
 */
#include "command.h"
#include "log.h"
#include "unit.h"

enum {
	ARGS_MAX = 16,
	TEXT_SIZE = 256,
	LIST_SIZE = CONFIG_RANGES_MAX * 24,
};

static int run_nothing(struct invocation *inv)
{
	(void)inv;
	return EXIT_SUCCESS;
}

static const struct command commands[] = {
	{ "run", "", { run_options }, run_nothing },
	{ "status", "", {}, run_nothing },
	{ "flows", "", { filter_options, flows_options }, run_nothing },
	{ "flush", "", { filter_options }, run_nothing },
	{ 0 },
};

static const struct command untouched;

/* What came of a command line. */
struct reading {
	int status;
	char *said;
	const struct command *command;
	struct invocation inv;
};

/* args: without the program's name; NULL ends them. */
static void line_read(const char *const *args, struct reading *ret)
{
	const char *argv[ARGS_MAX + CONFIG_UPLINKS_MAX + 2] = { "bpfmasq" };
	struct capture capture;
	int argc = 1;

	*ret = (struct reading){ .command = &untouched };
	ret->inv.pin_dir = DEFAULT_PIN_DIR;
	config_init(&ret->inv.config);
	filter_init(&ret->inv.filter);
	while (args[argc - 1]) {
		argv[argc] = args[argc - 1];
		argc++;
	}
	capture = capture_begin(stderr);
	ret->status = command_line_read(argc, (char **)argv, commands,
					&ret->inv, &ret->command);
	ret->said = capture_end(&capture);
}

static void reading_free(struct reading *reading)
{
	config_free(&reading->inv.config);
	free(reading->said);
}

/* --- values, as text --- */

static const char *ranges_text(const struct cidr_list *list)
{
	static char text[TEXT_SIZE];
	char one[CIDR_TEXT_SIZE];
	int length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < list->count; i++)
		length += snprintf(text + length, sizeof(text) - length, "%s%s",
				   i ? " " : "",
				   cidr_format(&list->items[i], one));
	return text;
}

static const char *number_text(long long number)
{
	static char text[32];

	snprintf(text, sizeof(text), "%lld", number);
	return text;
}

static const char *pin_dir(const struct invocation *inv)
{
	return inv->pin_dir;
}

static const char *uplinks(const struct invocation *inv)
{
	static char text[TEXT_SIZE];
	int length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < inv->config.uplink_count; i++)
		length += snprintf(text + length, sizeof(text) - length, "%s%s",
				   i ? " " : "", inv->config.uplinks[i]);
	return text;
}

static const char *pod_ranges(const struct invocation *inv)
{
	return ranges_text(&inv->config.ranges[MASQ_ORIGIN_POD_CIDR]);
}

static const char *cluster_ranges(const struct invocation *inv)
{
	return ranges_text(&inv->config.ranges[MASQ_ORIGIN_CLUSTER_CIDR]);
}

static const char *service_ranges(const struct invocation *inv)
{
	return ranges_text(&inv->config.ranges[MASQ_ORIGIN_SERVICE_RANGE]);
}

static const char *non_masquerade_ranges(const struct invocation *inv)
{
	return ranges_text(&inv->config.ranges[MASQ_ORIGIN_NON_MASQUERADE]);
}

static const char *node_ips(const struct invocation *inv)
{
	static char text[TEXT_SIZE];
	char ipv4[ADDR_TEXT_SIZE] = "-", ipv6[ADDR_TEXT_SIZE] = "-";

	if (addr_is_set(&inv->config.node[MASQ_IPV4]))
		addr_format(&inv->config.node[MASQ_IPV4], ipv4);
	if (addr_is_set(&inv->config.node[MASQ_IPV6]))
		addr_format(&inv->config.node[MASQ_IPV6], ipv6);
	snprintf(text, sizeof(text), "%s %s", ipv4, ipv6);
	return text;
}

static const char *ports(const struct invocation *inv)
{
	static char text[TEXT_SIZE];

	snprintf(text, sizeof(text), "%s %u-%u",
		 inv->config.has_ports ? "given" : "none",
		 inv->config.ports.first, inv->config.ports.last);
	return text;
}

static const char *max_flows(const struct invocation *inv)
{
	return inv->config.has_max_flows ? number_text(inv->config.max_flows) :
					   "not given";
}

static const char *max_flows_per_pod(const struct invocation *inv)
{
	return number_text(inv->config.max_flows_per_pod);
}

static const char *timeouts(const struct invocation *inv)
{
	static char text[TEXT_SIZE];
	int length = 0;

	for (int i = 0; i < MASQ_TIMEOUT_COUNT; i++)
		length += snprintf(text + length, sizeof(text) - length, "%s%u",
				   i ? " " : "", inv->config.timeout_s[i]);
	return text;
}

static const char *attach(const struct invocation *inv)
{
	return number_text(inv->config.attach);
}

static const char *rewrite(const struct invocation *inv)
{
	return number_text(inv->config.rewrite);
}

static const char *mode(const struct invocation *inv)
{
	return number_text(inv->config.mode);
}

static const char *proto(const struct invocation *inv)
{
	return number_text(inv->filter.proto);
}

static const char *state(const struct invocation *inv)
{
	return number_text(inv->filter.state);
}

static const char *node_port(const struct invocation *inv)
{
	return number_text(inv->filter.node_port);
}

static const char *remote_port(const struct invocation *inv)
{
	return number_text(inv->filter.remote_port);
}

static const char *pod(const struct invocation *inv)
{
	static char text[CIDR_TEXT_SIZE];

	return inv->filter.has_pod ? cidr_format(&inv->filter.pod, text) : "-";
}

static const char *remote(const struct invocation *inv)
{
	static char text[CIDR_TEXT_SIZE];

	return inv->filter.has_remote ? cidr_format(&inv->filter.remote, text) :
					"-";
}

/* --- options that take a value --- */

struct value_row {
	const char *name; /* the option, without dashes */
	const char *command;
	const char *value;
	const char *(*get)(const struct invocation *inv);
	const char *expected; /* of get() */
};

static const struct value_row values[] = {
	{ "pin-dir", "status", "/sys/fs/bpf/other", pin_dir,
	  "/sys/fs/bpf/other" },
	{ "pin-dir", "run", "/", pin_dir, "/" },
	{ "uplink", "run", "eth0", uplinks, "eth0" },
	{ "uplink", "run", "fifteen-letters", uplinks, "fifteen-letters" },
	{ "uplink", "run", "flows", uplinks, "flows" },
	{ "pod-cidr", "run", "10.244.1.0/24", pod_ranges, "10.244.1.0/24" },
	{ "pod-cidr", "run", "10.244.1.0/24,2001:db8:1::/64", pod_ranges,
	  "10.244.1.0/24 2001:db8:1::/64" },
	{ "cluster-cidr", "run", "10.244.0.0/16,2001:db8::/32", cluster_ranges,
	  "10.244.0.0/16 2001:db8::/32" },
	{ "service-cluster-ip-range", "run", "10.96.0.0/12,fd00::/108",
	  service_ranges, "10.96.0.0/12 fd00::/108" },
	{ "non-masquerade-cidr", "run", "192.168.0.0/16,172.16.0.0/12,fd00::/8",
	  non_masquerade_ranges, "192.168.0.0/16 172.16.0.0/12 fd00::/8" },
	{ "node-ip", "run", "192.0.2.1", node_ips, "192.0.2.1 -" },
	{ "node-ip", "run", "2001:db8::1", node_ips, "- 2001:db8::1" },
	{ "node-ip", "run", "2001:db8::1,192.0.2.1", node_ips,
	  "192.0.2.1 2001:db8::1" },
	{ "ports", "run", "1024-29999,61234", ports, "given 1024-61234" },
	{ "max-flows", "run", "1", max_flows, "1" },
	{ "max-flows", "run", "4294967295", max_flows, "4294967295" },
	{ "max-flows-per-pod", "run", "0", max_flows_per_pod, "0" },
	{ "max-flows-per-pod", "run", "1000", max_flows_per_pod, "1000" },
	{ "timeout-tcp-opening", "run", "2", timeouts,
	  "2 7440 240 120 30 300 60 600" },
	{ "timeout-tcp-established", "run", "10000000", timeouts,
	  "240 10000000 240 120 30 300 60 600" },
	{ "timeout-tcp-closing", "run", "77", timeouts,
	  "240 7440 77 120 30 300 60 600" },
	{ "timeout-udp-opening", "run", "77", timeouts,
	  "240 7440 240 77 30 300 60 600" },
	{ "timeout-udp-opening-low", "run", "77", timeouts,
	  "240 7440 240 120 77 300 60 600" },
	{ "timeout-udp-established", "run", "77", timeouts,
	  "240 7440 240 120 30 77 60 600" },
	{ "timeout-icmp", "run", "77", timeouts,
	  "240 7440 240 120 30 300 77 600" },
	{ "timeout-other", "run", "77", timeouts,
	  "240 7440 240 120 30 300 60 77" },
	{ "mode", "run", "island", mode, "0" },
	{ "mode", "run", "flat", mode, "1" },
	{ "mode", "run", "isolated", mode, "2" },
	{ "attach", "run", "auto", attach, "0" },
	{ "attach", "run", "tcx", attach, "1" },
	{ "attach", "run", "clsact", attach, "2" },
	{ "rewrite", "run", "auto", rewrite, "0" },
	{ "rewrite", "run", "direct", rewrite, "1" },
	{ "rewrite", "run", "helpers", rewrite, "2" },
	{ "proto", "flows", "tcp", proto, "6" },
	{ "proto", "flush", "icmpv6", proto, "58" },
	{ "proto", "flows", "sctp", proto, "132" },
	{ "proto", "flows", "0", proto, "0" },
	{ "proto", "flows", "255", proto, "255" },
	{ "state", "flows", "opening", state, "0" },
	{ "state", "flush", "reset", state, "5" },
	{ "pod", "flows", "10.244.1.2", pod, "10.244.1.2/32" },
	{ "pod", "flush", "2001:db8:1::/64", pod, "2001:db8:1::/64" },
	{ "remote", "flows", "192.0.2.0/24", remote, "192.0.2.0/24" },
	{ "remote", "flush", "2001:db8::7", remote, "2001:db8::7/128" },
	{ "node-port", "flows", "40000", node_port, "40000" },
	{ "node-port", "flush", "65535", node_port, "65535" },
	{ "remote-port", "flows", "0", remote_port, "0" },
	{ "remote-port", "flush", "443", remote_port, "443" },
};

static void check_value_at(const struct value_row *row, const char *const *args)
{
	struct reading reading;

	line_read(args, &reading);
	CHECK_STRING(reading.said, "");
	CHECK_EQUAL(reading.status, 0);
	CHECK_STRING(reading.command->name, row->command);
	CHECK_STRING(row->get(&reading.inv), row->expected);
	reading_free(&reading);
}

static void check_value(const struct value_row *row)
{
	char option[64], both[TEXT_SIZE];

	snprintf(option, sizeof(option), "--%s", row->name);
	snprintf(both, sizeof(both), "--%s=%s", row->name, row->value);
	check_value_at(row, (const char *[]){ row->command, both, NULL });
	check_value_at(row, (const char *[]){ row->command, option, row->value,
					      NULL });
	if (test_failed)
		printf("# value \"%s\"\n", row->value);
}

static void values_land_where_they_belong(void)
{
	CHECK_ROWS(values, check_value);
}

/* --- flags --- */

static const char *format(const struct invocation *inv)
{
	return number_text(inv->format);
}

static const char *random_fully(const struct invocation *inv)
{
	return number_text(inv->config.random_fully);
}

static const char *only_count(const struct invocation *inv)
{
	return number_text(inv->only_count);
}

static const char *wants_help(const struct invocation *inv)
{
	return number_text(inv->wants_help);
}

struct flag_row {
	const char *name;
	const char *args[ARGS_MAX];
	const char *(*get)(const struct invocation *inv);
	const char *expected; /* of get() */
};

static const struct flag_row flags[] = {
	{ "text by default", { "status" }, format, "0" },
	{ "--json", { "status", "--json" }, format, "1" },
	{ "-j", { "status", "-j" }, format, "1" },
	{ "-j before the command", { "-j", "status" }, format, "1" },
	{ "--pretty", { "status", "--pretty" }, format, "2" },
	{ "-p", { "-p", "status" }, format, "2" },
	{ "-j -p", { "-j", "-p", "status" }, format, "2" },
	{ "own port by default", { "run" }, random_fully, "0" },
	{ "--random-fully", { "run", "--random-fully" }, random_fully, "1" },
	{ "flows by default", { "flows" }, only_count, "0" },
	{ "--count", { "flows", "--count" }, only_count, "1" },
	{ "no help by default", { "run" }, wants_help, "0" },
	{ "--help", { "run", "--help" }, wants_help, "1" },
	{ "-h", { "-h" }, wants_help, "1" },
};

static void check_flag(const struct flag_row *row)
{
	struct reading reading;

	line_read(row->args, &reading);
	CHECK_STRING(reading.said, "");
	CHECK_EQUAL(reading.status, 0);
	CHECK_STRING(row->get(&reading.inv), row->expected);
	reading_free(&reading);
}

static void flags_land_where_they_belong(void)
{
	CHECK_ROWS(flags, check_flag);
}

static void verbose_is_for_the_log(void)
{
	static const char *const spellings[] = { "-v", "--verbose" };
	struct reading reading;

	for (size_t i = 0; i < COUNT(spellings); i++) {
		log_is_verbose = false;
		line_read((const char *[]){ spellings[i], "run", NULL },
			  &reading);
		CHECK_EQUAL(reading.status, 0);
		CHECK(log_is_verbose);
		reading_free(&reading);
	}
	log_is_verbose = false;
}

/* --- many at once --- */

static void repeated_options_add_up(void)
{
	static const char *const args[] = {
		"-j",
		"run",
		"--uplink",
		"eth0",
		"--pod-cidr",
		"10.244.1.0/24",
		"--uplink=eth1",
		"--node-ip",
		"192.0.2.1",
		"--pod-cidr",
		"2001:db8::/64",
		"--node-ip=fd00::1",
		"--max-flows=16",
		"--pin-dir=/p",
		NULL,
	};
	struct reading reading;

	line_read(args, &reading);
	CHECK_STRING(reading.said, "");
	CHECK_EQUAL(reading.status, 0);
	CHECK_STRING(reading.command->name, "run");
	CHECK_STRING(uplinks(&reading.inv), "eth0 eth1");
	CHECK_STRING(pod_ranges(&reading.inv), "10.244.1.0/24 2001:db8::/64");
	CHECK_STRING(node_ips(&reading.inv), "192.0.2.1 fd00::1");
	CHECK_STRING(format(&reading.inv), "1");
	CHECK_STRING(max_flows(&reading.inv), "16");
	CHECK_STRING(pin_dir(&reading.inv), "/p");
	reading_free(&reading);
}

static void no_command_is_none(void)
{
	struct reading reading;

	line_read((const char *[]){ "-j", NULL }, &reading);
	CHECK_EQUAL(reading.status, 0);
	CHECK(reading.command == NULL);
	CHECK_STRING(reading.said, "");
	reading_free(&reading);
}

/* --- refusals --- */

/* EXIT_USAGE, and one line that has both texts. */
static void check_refusal(const char *const *args, const char *names,
			  const char *quotes)
{
	struct reading reading;

	line_read(args, &reading);
	CHECK_EQUAL(reading.status, EXIT_USAGE);
	CHECK(reading.command == &untouched);
	CHECK(strncmp(reading.said, "bpfmasq: ", 9) == 0);
	CHECK(strchr(reading.said, '\n') ==
	      reading.said + strlen(reading.said) - 1);
	if (!strstr(reading.said, names) || !strstr(reading.said, quotes))
		printf("# expected %s and %s in: %s", names, quotes,
		       reading.said);
	CHECK(strstr(reading.said, names) && strstr(reading.said, quotes));
	reading_free(&reading);
}

struct bad_value_row {
	const char *name; /* the option, without dashes */
	const char *command;
	const char *value;
	const char *problem; /* part of what is said */
};

static const struct bad_value_row bad_values[] = {
	{ "pin-dir", "run", "", "absolute path" },
	{ "pin-dir", "run", "sys/fs/bpf", "absolute path" },
	{ "uplink", "run", "", "1 to 15 characters" },
	{ "uplink", "run", "sixteen-letters-", "1 to 15 characters" },
	{ "uplink", "run", "eth0/1", "1 to 15 characters" },
	{ "pod-cidr", "run", "", "ADDRESS/BITS" },
	{ "pod-cidr", "run", "10.244.1.0", "ADDRESS/BITS" },
	{ "pod-cidr", "run", "10.244.1.0/33", "0 to 32" },
	{ "pod-cidr", "run", "10.244.1.1/24", "10.244.1.0/24" },
	{ "pod-cidr", "run", "10.244.1.0/24,", "ADDRESS/BITS" },
	{ "pod-cidr", "run", "10.244.1.0/24, 10.244.2.0/24",
	  "is no IPv4 or IPv6 address" },
	{ "cluster-cidr", "run", "10.244.0.0/16,x/8",
	  "is no IPv4 or IPv6 address" },
	{ "service-cluster-ip-range", "run", "10.96.0.1/12", "10.96.0.0/12" },
	{ "non-masquerade-cidr", "run", "::ffff:10.0.0.0/104",
	  "write it as IPv4" },
	{ "node-ip", "run", "", "is no IPv4 or IPv6 address" },
	{ "node-ip", "run", "node-1", "is no IPv4 or IPv6 address" },
	{ "node-ip", "run", "192.0.2.1/24", "is no IPv4 or IPv6 address" },
	{ "node-ip", "run", "127.0.0.1", "loopback" },
	{ "node-ip", "run", "0.0.0.0", "unspecified" },
	{ "node-ip", "run", "fe80::1", "link-local" },
	{ "node-ip", "run", "ff02::1", "multicast" },
	{ "node-ip", "run", "::", "unspecified" },
	{ "node-ip", "run", "192.0.2.1,192.0.2.2", "second address" },
	{ "node-ip", "run", "2001:db8::1,192.0.2.1,2001:db8::2",
	  "second address" },
	{ "ports", "run", "", "FIRST-LAST" },
	{ "ports", "run", "40000-30000", "backwards" },
	{ "ports", "run", "0-1000", "1 to 65535" },
	{ "ports", "run", "1000-65536", "1 to 65535" },
	{ "ports", "run", "1000-2000,", "FIRST-LAST" },
	{ "max-flows", "run", "", "1 to 4294967295" },
	{ "max-flows", "run", "0", "1 to 4294967295" },
	{ "max-flows", "run", "-1", "1 to 4294967295" },
	{ "max-flows", "run", "many", "1 to 4294967295" },
	{ "max-flows", "run", "1k", "1 to 4294967295" },
	{ "max-flows", "run", "4294967296", "1 to 4294967295" },
	{ "max-flows", "run", "18446744073709551617", "1 to 4294967295" },
	{ "max-flows-per-pod", "run", "", "0 (no limit) to" },
	{ "max-flows-per-pod", "run", "-1", "0 (no limit) to" },
	{ "max-flows-per-pod", "run", "4294967296", "0 (no limit) to" },
	{ "timeout-tcp-opening", "run", "1", "2 to 10000000" },
	{ "timeout-tcp-established", "run", "2h", "2 to 10000000" },
	{ "timeout-tcp-closing", "run", "10000001", "2 to 10000000" },
	{ "timeout-udp-opening", "run", "", "2 to 10000000" },
	{ "timeout-udp-opening-low", "run", "0", "2 to 10000000" },
	{ "timeout-udp-established", "run", "-2", "2 to 10000000" },
	{ "timeout-icmp", "run", " 60", "2 to 10000000" },
	{ "timeout-other", "run", "1.5", "2 to 10000000" },
	{ "mode", "run", "", "island, flat or isolated" },
	{ "mode", "run", "Island", "island, flat or isolated" },
	{ "mode", "run", "isle", "island, flat or isolated" },
	{ "attach", "run", "", "auto, tcx or clsact" },
	{ "attach", "run", "xdp", "auto, tcx or clsact" },
	{ "attach", "run", "TCX", "auto, tcx or clsact" },
	{ "rewrite", "run", "", "auto, direct or helpers" },
	{ "rewrite", "run", "help", "auto, direct or helpers" },
	{ "proto", "flows", "", "tcp, udp, icmp, icmpv6, sctp" },
	{ "proto", "flows", "TCP", "tcp, udp, icmp, icmpv6, sctp" },
	{ "proto", "flush", "256", "0 to 255" },
	{ "proto", "flush", "-1", "0 to 255" },
	{ "proto", "flush", "6x", "0 to 255" },
	{ "proto", "flush", "icmpv", "tcp, udp, icmp, icmpv6, sctp" },
	{ "state", "flows", "", "fin-local" },
	{ "state", "flush", "open", "fin-local" },
	{ "pod", "flows", "", "is no IPv4 or IPv6 address" },
	{ "pod", "flush", "10.244.1.2/24", "10.244.1.0/24" },
	{ "remote", "flows", "example.org", "is no IPv4 or IPv6 address" },
	{ "remote", "flush", "192.0.2.1/", "no number behind the slash" },
	{ "node-port", "flows", "", "0 to 65535" },
	{ "node-port", "flush", "65536", "0 to 65535" },
	{ "remote-port", "flows", "-1", "0 to 65535" },
	{ "remote-port", "flush", "https", "0 to 65535" },
};

static void check_bad_value(const struct bad_value_row *row)
{
	char option[64], both[TEXT_SIZE], quoted[TEXT_SIZE];
	/* of a list of addresses only the bad one is quoted; it is the last */
	const char *comma =
		strcmp(row->name, "ports") ? strrchr(row->value, ',') : NULL;

	snprintf(option, sizeof(option), "--%s", row->name);
	snprintf(both, sizeof(both), "--%s=%s", row->name, row->value);
	snprintf(quoted, sizeof(quoted), "--%s \"%s\"", row->name,
		 comma && comma[1] ? comma + 1 : row->value);
	check_refusal((const char *[]){ row->command, both, NULL }, quoted,
		      row->problem);
	check_refusal((const char *[]){ row->command, option, row->value,
					NULL },
		      quoted, row->problem);
}

static void bad_values_are_refused(void)
{
	CHECK_ROWS(bad_values, check_bad_value);
}

struct refusal_row {
	const char *name;
	const char *args[ARGS_MAX];
	const char *quotes;
	const char *problem;
};

static const struct refusal_row refusals[] = {
	{ "an unknown option",
	  { "run", "--no-such" },
	  "\"--no-such\"",
	  "no such option" },
	{ "an unknown option before the command",
	  { "--no-such", "run" },
	  "\"--no-such\"",
	  "no such option" },
	{ "an unknown option without a command",
	  { "--no-such" },
	  "\"--no-such\"",
	  "no such option" },
	{ "an unknown option with a value",
	  { "run", "--no-such=1" },
	  "\"--no-such=1\"",
	  "no such option" },
	{ "an unknown letter", { "run", "-x" }, "\"-x\"", "no such option" },
	{ "two letters together",
	  { "status", "-jp" },
	  "\"-jp\"",
	  "no such option" },
	{ "two dashes alone", { "run", "--" }, "\"--\"", "no such option" },
	{ "an option without a name",
	  { "run", "--=1" },
	  "\"--=1\"",
	  "no such option" },
	{ "an abbreviation",
	  { "run", "--pod", "10.244.1.0/24" },
	  "\"--pod\"",
	  "no such option" },
	{ "an abbreviation with a value",
	  { "run", "--pod=10.244.1.0/24" },
	  "\"--pod=10.244.1.0/24\"",
	  "no such option" },
	{ "an abbreviated flag",
	  { "flows", "--coun" },
	  "\"--coun\"",
	  "no such option" },
	{ "an option and more",
	  { "flows", "--counts" },
	  "\"--counts\"",
	  "no such option" },
	{ "one dash before a name",
	  { "flows", "-count" },
	  "\"-count\"",
	  "no such option" },
	{ "capitals", { "flows", "--COUNT" }, "\"--COUNT\"", "no such option" },
	{ "another command's option",
	  { "status", "--uplink", "eth0" },
	  "\"--uplink\"",
	  "no such option" },
	{ "another command's option, before it",
	  { "--uplink", "eth0", "status" },
	  "\"--uplink\"",
	  "no such option" },
	{ "flows' own option for flush",
	  { "flush", "--count" },
	  "\"--count\"",
	  "no such option" },
	{ "no value", { "run", "--ports" }, "--ports", "FIRST-LAST" },
	{ "no value for a global option",
	  { "run", "--pin-dir" },
	  "--pin-dir",
	  "DIR" },
	{ "a value for a flag",
	  { "status", "--json=1" },
	  "\"--json=1\"",
	  "takes no value" },
	{ "an empty value for a flag",
	  { "status", "--json=" },
	  "\"--json=\"",
	  "takes no value" },
	{ "a value for a command's flag",
	  { "run", "--random-fully=no" },
	  "\"--random-fully=no\"",
	  "takes no value" },
	{ "an uplink given twice",
	  { "run", "--uplink=eth0", "--uplink", "eth0" },
	  "--uplink \"eth0\"",
	  "given twice" },
	{ "a node address given twice",
	  { "run", "--node-ip=192.0.2.1", "--node-ip=192.0.2.2" },
	  "--node-ip \"192.0.2.2\"",
	  "second address" },
	{ "an unknown command", { "start" }, "\"start\"", "no such command" },
	{ "an abbreviated command", { "stat" }, "\"stat\"", "no such command" },
	{ "an unknown command behind an option",
	  { "-j", "start" },
	  "\"start\"",
	  "no such command" },
	{ "an empty command", { "" }, "\"\"", "no such command" },
	{ "a dash", { "-" }, "\"-\"", "no such command" },
	{ "two commands", { "run", "status" }, "\"status\"", "not expected" },
	{ "a command twice", { "run", "run" }, "\"run\"", "not expected" },
	{ "a word behind the command",
	  { "flows", "tcp" },
	  "\"tcp\"",
	  "not expected" },
	{ "a word before", { "start", "run" }, "\"start\"", "no such command" },
};

static void check_refusal_row(const struct refusal_row *row)
{
	check_refusal(row->args, row->quotes, row->problem);
}

static void other_lines_are_refused(void)
{
	CHECK_ROWS(refusals, check_refusal_row);
}

/* --- bounds --- */

static void uplinks_have_a_bound(void)
{
	static char names[CONFIG_UPLINKS_MAX + 1][24];
	const char *args[CONFIG_UPLINKS_MAX + 3] = { "run" };
	struct reading reading;

	for (int i = 0; i <= CONFIG_UPLINKS_MAX; i++)
		snprintf(names[i], sizeof(names[i]), "--uplink=eth%d", i);
	for (int i = 0; i < CONFIG_UPLINKS_MAX; i++)
		args[i + 1] = names[i];
	line_read(args, &reading);
	CHECK_STRING(reading.said, "");
	CHECK_EQUAL(reading.inv.config.uplink_count, CONFIG_UPLINKS_MAX);
	reading_free(&reading);
	args[CONFIG_UPLINKS_MAX + 1] = names[CONFIG_UPLINKS_MAX];
	check_refusal(args, "--uplink \"eth64\"", "64 uplinks");
}

static void ranges_have_a_bound(void)
{
	static char list[LIST_SIZE];
	const char *args[] = { "run", "--pod-cidr", list, NULL };
	struct reading reading;
	size_t length = 0;

	for (int i = 0; i < CONFIG_RANGES_MAX; i++)
		length += snprintf(list + length, sizeof(list) - length,
				   "%s10.%d.%d.0/24", i ? "," : "", i / 256,
				   i % 256);
	line_read(args, &reading);
	CHECK_STRING(reading.said, "");
	CHECK_EQUAL(reading.inv.config.ranges[MASQ_ORIGIN_POD_CIDR].count,
		    CONFIG_RANGES_MAX);
	reading_free(&reading);
	snprintf(list + length, sizeof(list) - length, ",11.0.0.0/24");
	check_refusal(args, "--pod-cidr", "2048 ranges");
}

/* --- the tables themselves --- */

static const struct option *const tables[] = {
	global_options,
	run_options,
	filter_options,
	flows_options,
};

static bool has_good_value(const char *option)
{
	for (size_t i = 0; i < COUNT(values); i++)
		if (strcmp(values[i].name, option) == 0)
			return true;
	return false;
}

static bool has_bad_value(const char *option)
{
	for (size_t i = 0; i < COUNT(bad_values); i++)
		if (strcmp(bad_values[i].name, option) == 0)
			return true;
	return false;
}

static void check_table(const struct option *option)
{
	for (; option->name; option++) {
		CHECK(option->take != NULL);
		CHECK(option->help && *option->help);
		if (!option->metavar)
			continue;
		if (!has_good_value(option->name) ||
		    !has_bad_value(option->name))
			printf("# --%s\n", option->name);
		CHECK(has_good_value(option->name));
		CHECK(has_bad_value(option->name));
	}
}

static void every_option_is_tested_here(void)
{
	for (size_t i = 0; i < COUNT(tables); i++)
		check_table(tables[i]);
}

static bool is_same(const struct option *a, const struct option *b)
{
	return strcmp(a->name, b->name) == 0 ||
	       (a->letter && a->letter == b->letter);
}

/* run's and filter's options never meet in one command. */
static void no_option_hides_another(void)
{
	for (size_t t = 0; t < COUNT(tables); t++)
		for (const struct option *a = tables[t]; a->name; a++) {
			for (const struct option *b = a + 1; b->name; b++)
				CHECK(!is_same(a, b));
			if (tables[t] == global_options)
				continue;
			for (const struct option *b = global_options; b->name;
			     b++)
				CHECK(!is_same(a, b));
		}
}

static const struct test_case cases[] = {
	{ "values land where they belong", values_land_where_they_belong },
	{ "flags land where they belong", flags_land_where_they_belong },
	{ "--verbose is for the log", verbose_is_for_the_log },
	{ "repeated options add up", repeated_options_add_up },
	{ "a line without a command names none", no_command_is_none },
	{ "bad values are refused in one line that names and quotes",
	  bad_values_are_refused },
	{ "other lines are refused in one line that quotes",
	  other_lines_are_refused },
	{ "there are at most 64 uplinks", uplinks_have_a_bound },
	{ "there are at most 2048 ranges of a kind", ranges_have_a_bound },
	{ "every option is tested here", every_option_is_tested_here },
	{ "no option hides another", no_option_hides_another },
};

TEST_MAIN(cases)
