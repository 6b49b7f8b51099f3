// SPDX-License-Identifier: GPL-2.0-only
/*
 * user/probe.h: what the programs are tried with are packets.  Taken apart and
 * summed up by code that shares nothing with it, and by the kernel, which
 * answers none whose checksum is wrong.
 */
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "addr.h"
#include "packet.h"
#include "probe.h"
#include "test.h"

enum {
	POD_PORT = 40000,
	REMOTE_PORT = 9, /* nobody listens */
	UNKNOWN = 253, /* RFC 3692: for experiments */
	ANSWER_MS = 10000,
};

/* Packets of protocols whose checksum tells whether they are right. */
static const struct row {
	const char *name;
	uint8_t proto;
	bool is_ipv6;
	bool is_reply;
	size_t length; /* behind the IP header */
} rows[] = {
	{ "TCP over IPv4", IPPROTO_TCP, false, false, 20 },
	{ "TCP over IPv6", IPPROTO_TCP, true, false, 20 },
	{ "UDP over IPv4", IPPROTO_UDP, false, false, 8 },
	{ "UDP over IPv6", IPPROTO_UDP, true, false, 8 },
	{ "UDP-Lite over IPv4", IPPROTO_UDPLITE, false, false, 8 },
	{ "UDP-Lite over IPv6", IPPROTO_UDPLITE, true, false, 8 },
	{ "echo over IPv4", IPPROTO_ICMP, false, false, 8 },
	{ "echo over IPv6", IPPROTO_ICMPV6, true, false, 8 },
	{ "echo reply over IPv4", IPPROTO_ICMP, false, true, 8 },
	{ "echo reply over IPv6", IPPROTO_ICMPV6, true, true, 8 },
	{ "SCTP over IPv4", IPPROTO_SCTP, false, false, 32 },
	{ "SCTP over IPv6", IPPROTO_SCTP, true, false, 32 },
	{ "unknown over IPv4", UNKNOWN, false, false, 8 },
	{ "unknown over IPv6", UNKNOWN, true, false, 8 },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const char *pod_of(const struct row *row)
{
	return row->is_ipv6 ? "2001:db8:1::2" : "192.0.2.2";
}

static const char *remote_of(const struct row *row)
{
	return row->is_ipv6 ? "2001:db8:3::1" : "203.0.113.1";
}

static bool is_echo(const struct row *row)
{
	return row->proto == IPPROTO_ICMP || row->proto == IPPROTO_ICMPV6;
}

static bool has_ports(const struct row *row)
{
	return !is_echo(row) && row->proto != UNKNOWN;
}

/* A reply has its identifier where an answer has the pod's port. */
static void probe_frame(const struct row *row, struct frame *ret)
{
	struct probe probe = { .proto = row->proto, .is_reply = row->is_reply };
	unsigned char bytes[PROBE_SIZE];

	(void)addr_parse(pod_of(row), &probe.src);
	(void)addr_parse(remote_of(row), &probe.dst);
	if (row->is_reply)
		probe.dst_port = POD_PORT;
	else
		probe.src_port = POD_PORT;
	if (has_ports(row))
		probe.dst_port = REMOTE_PORT;
	memset(bytes, 0xff, sizeof(bytes)); /* all of it is written */
	memset(ret, 0, sizeof(*ret));
	ret->length = probe_write(&probe, bytes);
	memcpy(ret->bytes, bytes, ret->length);
}

static void check_row(const struct row *row)
{
	size_t header = row->is_ipv6 ? 40 : 20;
	bool has_id = is_echo(row) || has_ports(row);
	struct frame_view view;
	struct frame frame;

	probe_frame(row, &frame);
	CHECK_EQUAL(frame.length, FRAME_L3 + header + row->length);
	CHECK(frame_checks(&frame));
	CHECK(frame_view(&frame, &view));
	CHECK_EQUAL(view.af, row->is_ipv6 ? AF_INET6 : AF_INET);
	CHECK_EQUAL(view.proto, row->proto);
	CHECK_STRING(view.src, pod_of(row));
	CHECK_STRING(view.dst, remote_of(row));
	CHECK_EQUAL(view.src_port, has_id ? POD_PORT : 0);
	CHECK_EQUAL(view.dst_port, has_ports(row) ? REMOTE_PORT : 0);
}

/* Name the row that a check fails at. */
static void each_row(void (*check)(const struct row *row))
{
	for (int i = 0; i < ROWS && !test_failed; i++) {
		check(&rows[i]);
		if (test_failed)
			printf("# row \"%s\"\n", rows[i].name);
	}
}

static void sums_are_right(void)
{
	each_row(check_row);
}

/* --- the kernel as the remote --- */

static int tun = -1;

static bool tun_create(void)
{
	struct ifreq request = { .ifr_name = "tun",
				 .ifr_flags = IFF_TUN | IFF_NO_PI };

	tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	return tun >= 0 && ioctl(tun, TUNSETIFF, &request) == 0;
}

/* In a network namespace that ends with the test. */
static void remote_create(void)
{
	if (unshare(CLONE_NEWNET) == 0 && tun_create() &&
	    system("ip link set tun up && "
		   "ip addr add 203.0.113.1 dev tun && "
		   "ip -6 addr add 2001:db8:3::1 dev tun nodad && "
		   "ip route add default dev tun && "
		   "ip -6 route add default dev tun && "
		   "sysctl -qw net.ipv4.icmp_ratelimit=0 "
		   "net.ipv6.icmp.ratelimit=0") == 0)
		return;
	perror("tun");
	exit(EXIT_FAILURE);
}

/* The next packet that the kernel sends. Return: false when none comes. */
static bool tun_read(struct frame *ret)
{
	struct pollfd poll_tun = { .fd = tun, .events = POLLIN };
	ssize_t length;
	uint8_t *ip = ret->bytes + FRAME_L3;

	memset(ret, 0, sizeof(*ret));
	if (poll(&poll_tun, 1, ANSWER_MS) != 1)
		return false;
	length = read(tun, ip, sizeof(ret->bytes) - FRAME_L3);
	if (length <= 0)
		return false;
	memcpy(ret->bytes + FRAME_L3 - 2,
	       ip[0] >> 4 == 6 ? "\x86\xdd" : "\x08\x00", 2);
	ret->length = FRAME_L3 + length;
	return true;
}

/* Its own packets, such as router solicitations, come as well. */
static bool is_answered(const struct row *row)
{
	struct frame_view view;
	struct frame answer;

	while (tun_read(&answer)) {
		(void)frame_view(&answer, &view);
		if (strcmp(view.src, remote_of(row)) == 0 &&
		    strcmp(view.dst, pod_of(row)) == 0)
			return true;
	}
	return false;
}

/* Nobody answers a reply; an SCTP packet has no checksum (probe.c). */
static void check_answer(const struct row *row)
{
	struct frame frame;
	ssize_t length;

	if (row->is_reply || row->proto == IPPROTO_SCTP)
		return;
	probe_frame(row, &frame);
	length = frame.length - FRAME_L3;
	CHECK_EQUAL(write(tun, frame.bytes + FRAME_L3, length), length);
	CHECK(is_answered(row));
}

static void kernel_answers(void)
{
	if (access("/dev/net/tun", F_OK) < 0)
		SKIP("no /dev/net/tun here");
	remote_create();
	each_row(check_answer);
	close(tun);
}

static const struct test_case cases[] = {
	{ "each packet is what was asked for, its sums right", sums_are_right },
	{ "the kernel answers each, as it does no broken one", kernel_answers },
};

TEST_MAIN(cases)
