// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is the host's own passes, whatever it is: not a byte of it changes, and
 * no record is made of it.
 */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"
#include "test.h"

/* A packet is said by how it differs from these. */
#pragma GCC diagnostic ignored "-Woverride-init"

#define NODE_LL "fe80::11"
#define ROUTER_LL "fe80::1"
#define ANY4 "0.0.0.0"
#define ANY6 "::"

#define OUT MASQ_EGRESS
#define IN MASQ_INGRESS

enum {
	IGMP = 2,
	VRRP = 112,
	VXLAN = 4789,
	VXLAN_LINUX = 8472,
	GENEVE = 6081,
	WIREGUARD = 51820,
};

struct host_packet {
	const char *name;
	enum masq_direction direction;
	struct packet_spec spec;
};

/* RFC 4861: the kinds have numbers in a row. */
#define ND(kind, from, to)                                               \
	{                                                                \
		.proto = IPPROTO_ICMPV6, .icmp_type = kind, .src = from, \
		.dst = to, .payload = 24                                 \
	}
#define MLD(kind, from, to)                                                    \
	{                                                                      \
		.proto = IPPROTO_ICMPV6, .icmp_type = (kind), .src = (from),   \
		.dst = (to), .payload = 20, .extensions = { IPPROTO_HOPOPTS }, \
		.extension_count = 1                                           \
	}
#define RAW(number, from, to, ...)                                      \
	{                                                               \
		.proto = number, .src = from, .dst = to, .payload = 20, \
		__VA_ARGS__                                             \
	}
#define UDP(from, from_port, to, to_port)                                  \
	{                                                                  \
		.proto = IPPROTO_UDP, .src = from, .dst = to,              \
		.src_port = from_port, .dst_port = to_port, .payload = 300 \
	}

static const struct host_packet neighbours[] = {
	{ "router solicitation", OUT, ND(133, NODE_LL, "ff02::2") },
	{ "router solicitation without an address", OUT,
	  ND(133, ANY6, "ff02::2") },
	{ "router solicitation from elsewhere", IN,
	  ND(133, "fe80::2", "ff02::2") },
	{ "router advertisement", IN, ND(134, ROUTER_LL, "ff02::1") },
	{ "router advertisement to one", IN, ND(134, ROUTER_LL, NODE_LL) },
	{ "router advertisement of the node", OUT,
	  ND(134, NODE_LL, "ff02::1") },
	{ "solicitation for an address of its own", OUT,
	  ND(135, ANY6, "ff02::1:ff00:11") },
	{ "solicitation from link-local", OUT,
	  ND(135, NODE_LL, "ff02::1:ff00:1") },
	{ "solicitation", OUT, ND(135, NODE6, "ff02::1:ff00:1") },
	{ "solicitation to one", OUT, ND(135, NODE6, "2001:db8:1::1") },
	{ "solicitation from a router", IN,
	  ND(135, ROUTER_LL, "ff02::1:ff00:11") },
	{ "solicitation to the node", IN, ND(135, "2001:db8:1::1", NODE6) },
	{ "solicitation from a remote", IN, ND(135, REMOTE6, NODE6) },
	{ "somebody's solicitation for an address of its own", IN,
	  ND(135, ANY6, "ff02::1:ff00:11") },
	{ "advertisement", OUT, ND(136, NODE6, "2001:db8:1::1") },
	{ "advertisement from link-local", OUT, ND(136, NODE_LL, ROUTER_LL) },
	{ "advertisement to all", OUT, ND(136, NODE6, "ff02::1") },
	{ "advertisement to the node", IN, ND(136, ROUTER_LL, NODE_LL) },
	{ "advertisement of a remote", IN, ND(136, REMOTE6, NODE6) },
	{ "advertisement of a router to all", IN,
	  ND(136, ROUTER_LL, "ff02::1") },
	{ "redirect", IN, ND(137, ROUTER_LL, NODE6) },
	{ "redirect of the node", OUT, ND(137, NODE_LL, "2001:db8:1::5") },
};

static const struct host_packet listeners[] = {
	{ "MLD query", IN, MLD(130, ROUTER_LL, "ff02::1") },
	{ "MLD query of the node", OUT, MLD(130, NODE_LL, "ff02::1") },
	{ "MLDv1 report", OUT, MLD(131, NODE_LL, "ff02::1:ff00:11") },
	{ "MLDv1 report without an address", OUT,
	  MLD(131, ANY6, "ff02::1:ff00:11") },
	{ "MLDv1 report of another", IN, MLD(131, "fe80::2", "ff02::fb") },
	{ "MLDv1 done", OUT, MLD(132, NODE_LL, "ff02::2") },
	{ "MLDv2 report", OUT, MLD(143, NODE_LL, "ff02::16") },
	{ "MLDv2 report without an address", OUT, MLD(143, ANY6, "ff02::16") },
	{ "MLDv2 report of another", IN, MLD(143, ANY6, "ff02::16") },
	{ "IGMP query", IN,
	  RAW(IGMP, "198.51.100.1", "224.0.0.1", .ip_options = 4) },
	{ "IGMP query without an address", IN,
	  RAW(IGMP, ANY4, "224.0.0.1", .ip_options = 4) },
	{ "IGMPv2 report", OUT,
	  RAW(IGMP, NODE4, "239.1.1.1", .ip_options = 4) },
	{ "IGMPv3 report", OUT,
	  RAW(IGMP, NODE4, "224.0.0.22", .ip_options = 4) },
	{ "IGMPv3 report without an address", OUT,
	  RAW(IGMP, ANY4, "224.0.0.22", .ip_options = 4) },
	{ "IGMP leave", OUT, RAW(IGMP, NODE4, "224.0.0.2", .ip_options = 4) },
};

static const struct host_packet leases[] = {
	{ "DHCP discover", OUT, UDP(ANY4, 68, "255.255.255.255", 67) },
	{ "DHCP offer to all", IN,
	  UDP("198.51.100.1", 67, "255.255.255.255", 68) },
	{ "DHCP offer to one", IN, UDP("198.51.100.1", 67, NODE4, 68) },
	{ "DHCP renewal", OUT, UDP(NODE4, 68, REMOTE4, 67) },
	{ "DHCP renewed", IN, UDP(REMOTE4, 67, NODE4, 68) },
	{ "DHCP relayed", OUT, UDP(NODE4, 67, REMOTE4, 67) },
	{ "DHCPv6 solicit", OUT, UDP(NODE_LL, 546, "ff02::1:2", 547) },
	{ "DHCPv6 advertise", IN, UDP(ROUTER_LL, 547, NODE_LL, 546) },
	{ "DHCPv6 renewal", OUT, UDP(NODE6, 546, REMOTE6, 547) },
	{ "DHCPv6 renewed", IN, UDP(REMOTE6, 547, NODE6, 546) },
};

static const struct host_packet routers[] = {
	{ "VRRP", OUT, RAW(VRRP, NODE4, "224.0.0.18", 0) },
	{ "VRRP of another", IN, RAW(VRRP, "198.51.100.12", "224.0.0.18", 0) },
	{ "VRRP to one", OUT, RAW(VRRP, NODE4, "198.51.100.12", 0) },
	{ "VRRP from one", IN, RAW(VRRP, "198.51.100.12", NODE4, 0) },
	{ "VRRP, IPv6", OUT, RAW(VRRP, NODE_LL, "ff02::12", 0) },
	{ "VRRP of another, IPv6", IN, RAW(VRRP, "fe80::2", "ff02::12", 0) },
	{ "OSPF", OUT, RAW(89, NODE4, "224.0.0.5", 0) },
	{ "OSPF of another, IPv6", IN, RAW(89, "fe80::2", "ff02::5", 0) },
};

/* VXLAN and Geneve are sent from any port, here one in the pool. */
static const struct host_packet tunnels[] = {
	{ "VXLAN", OUT, UDP(NODE4, 20077, REMOTE4, VXLAN) },
	{ "VXLAN back", IN, UDP(REMOTE4, 20077, NODE4, VXLAN) },
	{ "VXLAN, IPv6", OUT, UDP(NODE6, 20077, REMOTE6, VXLAN) },
	{ "VXLAN back, IPv6", IN, UDP(REMOTE6, 20077, NODE6, VXLAN) },
	{ "VXLAN on 8472", OUT, UDP(NODE4, 20078, REMOTE4, VXLAN_LINUX) },
	{ "VXLAN on 8472 back", IN, UDP(REMOTE4, 20078, NODE4, VXLAN_LINUX) },
	{ "VXLAN on 8472, IPv6", OUT, UDP(NODE6, 20078, REMOTE6, VXLAN_LINUX) },
	{ "VXLAN on 8472 back, IPv6", IN,
	  UDP(REMOTE6, 20078, NODE6, VXLAN_LINUX) },
	{ "Geneve", OUT, UDP(NODE4, 20079, REMOTE4, GENEVE) },
	{ "Geneve back", IN, UDP(REMOTE4, 20079, NODE4, GENEVE) },
	{ "Geneve, IPv6", OUT, UDP(NODE6, 20079, REMOTE6, GENEVE) },
	{ "Geneve back, IPv6", IN, UDP(REMOTE6, 20079, NODE6, GENEVE) },
	{ "WireGuard", OUT, UDP(NODE4, WIREGUARD, REMOTE4, WIREGUARD) },
	{ "WireGuard back", IN, UDP(REMOTE4, WIREGUARD, NODE4, WIREGUARD) },
	{ "WireGuard, IPv6", OUT, UDP(NODE6, WIREGUARD, REMOTE6, WIREGUARD) },
	{ "WireGuard back, IPv6", IN,
	  UDP(REMOTE6, WIREGUARD, NODE6, WIREGUARD) },
};

static void frame_untouched(const struct fixture *fixture,
			    enum masq_direction direction,
			    const struct frame *frame,
			    enum masq_verdict verdict)
{
	size_t before = fixture_entries(fixture);
	struct frame out;

	CHECK_EQUAL(fixture_run(fixture, direction, frame, &out), verdict);
	CHECK(frame_equal(&out, frame));
	CHECK_EQUAL(fixture_entries(fixture), before);
}

static uint16_t sum_words(const uint8_t *bytes, size_t length)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < length; i += 2)
		sum += bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* As neighbours send them. Source: RFC 2113, RFC 2711, RFC 4861 7.1. */
static void make_local(struct frame *frame, const struct packet_spec *spec)
{
	static const uint8_t alert4[] = { 0x94, 4, 0, 0 },
			     alert6[] = { 5, 2, 0, 0, 1, 0 };
	uint8_t *ip = frame->bytes + FRAME_L3;
	uint16_t sum;

	if (ip[0] >> 4 == 6) {
		if (spec->proto != IPPROTO_UDP)
			ip[7] = spec->extension_count ? 1 : 255;
		if (spec->extension_count)
			memcpy(ip + 42, alert6, sizeof(alert6));
		return;
	}
	if (!spec->ip_options)
		return;
	ip[8] = 1;
	memcpy(ip + 20, alert4, sizeof(alert4));
	ip[10] = ip[11] = 0;
	sum = ~sum_words(ip, 20 + spec->ip_options);
	ip[10] = sum >> 8;
	ip[11] = sum & 0xff;
}

static void untouched(const struct fixture *fixture,
		      enum masq_direction direction,
		      const struct packet_spec *spec)
{
	struct frame frame;

	frame_build(&frame, spec);
	make_local(&frame, spec);
	frame_untouched(fixture, direction, &frame,
			direction == OUT ? MASQ_PASS_NOT_POD :
					   MASQ_PASS_NO_FLOW);
}

static void all_untouched(const struct fixture *fixture,
			  const struct host_packet *packets, size_t count)
{
	for (size_t i = 0; i < count && !test_failed; i++) {
		untouched(fixture, packets[i].direction, &packets[i].spec);
		if (test_failed)
			printf("# with \"%s\"\n", packets[i].name);
	}
}

#define ALL_UNTOUCHED(fixture, packets)     \
	all_untouched((fixture), (packets), \
		      sizeof(packets) / sizeof((packets)[0]))

static void by_itself(const struct host_packet *packets, size_t count)
{
	const struct fixture_options options = { 0 };
	struct fixture fixture;

	fixture_open(&fixture, &options);
	all_untouched(&fixture, packets, count);
	fixture_close(&fixture);
}

#define BY_ITSELF(packets) \
	by_itself((packets), sizeof(packets) / sizeof((packets)[0]))

static void neighbour_discovery_is_untouched(void)
{
	BY_ITSELF(neighbours);
}

static void listener_reports_are_untouched(void)
{
	BY_ITSELF(listeners);
}

static void dhcp_is_untouched(void)
{
	BY_ITSELF(leases);
}

static void vrrp_and_ospf_are_untouched(void)
{
	BY_ITSELF(routers);
}

static void tunnels_are_untouched(void)
{
	BY_ITSELF(tunnels);
}

/* A pod speaks from this port; it does not get the node's of that number. */
static void pod_wants(const struct fixture *fixture, int af, uint8_t proto,
		      uint16_t port, uint16_t remote_port)
{
	const struct packet_spec spec = {
		.proto = proto,
		.src = af == AF_INET ? POD4 : POD6,
		.dst = af == AF_INET ? REMOTE4 : REMOTE6,
		.src_port = port,
		.dst_port = remote_port,
		.tcp_flags = SYN,
	};
	struct frame frame, out;
	struct frame_view view;

	frame_build(&frame, &spec);
	CHECK_EQUAL(fixture_run(fixture, OUT, &frame, &out), MASQ_TRANSLATED);
	CHECK(frame_view(&out, &view));
	CHECK_STRING(view.src, af == AF_INET ? NODE4 : NODE6);
	CHECK(view.src_port != port);
}

/* To the very ports that the tunnels use, from and to both of theirs. */
static void pods_beside_tunnels(const struct fixture *fixture, int af)
{
	static const uint16_t ports[] = { VXLAN, VXLAN_LINUX, GENEVE,
					  WIREGUARD };

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		for (uint16_t remote_port = 20070; remote_port < 20080;
		     remote_port++) {
			pod_wants(fixture, af, IPPROTO_UDP, ports[i],
				  remote_port);
			CHECK(!test_failed);
		}
		pod_wants(fixture, af, IPPROTO_UDP, ports[i], ports[i]);
		CHECK(!test_failed);
		pod_wants(fixture, af, IPPROTO_UDP, 40000 + i, ports[i]);
		CHECK(!test_failed);
	}
}

/* The pool: the tunnels' own ports, and some that they send from or not. */
static void tunnels_are_untouched_beside_pods(void)
{
	static const uint16_t ports[] = { VXLAN, VXLAN_LINUX, GENEVE,
					  WIREGUARD };
	const struct fixture_options options = {
		.ports = "4789,6081,8472,51820,20080-20999",
	};
	struct fixture fixture;
	int fds[8];

	fixture_open(&fixture, &options);
	for (int i = 0; i < 8; i++) {
		fds[i] = fixture_host_socket(i % 2 ? AF_INET6 : AF_INET,
					     SOCK_DGRAM, ports[i / 2]);
		CHECK(fds[i] >= 0);
	}
	pods_beside_tunnels(&fixture, AF_INET);
	if (!test_failed)
		pods_beside_tunnels(&fixture, AF_INET6);
	if (!test_failed)
		ALL_UNTOUCHED(&fixture, tunnels);
	for (int i = 0; i < 8; i++)
		close(fds[i]);
	fixture_close(&fixture);
}

static void socket_untouched(const struct fixture *fixture, int af,
			     uint8_t proto, uint16_t port)
{
	struct packet_spec spec = {
		.proto = proto,
		.src = af == AF_INET ? NODE4 : NODE6,
		.dst = af == AF_INET ? REMOTE4 : REMOTE6,
		.src_port = port,
		.dst_port = 53,
		.tcp_flags = SYN | ACK,
		.payload = 40,
	};
	struct packet_spec back = spec;

	back.src = spec.dst;
	back.dst = spec.src;
	back.src_port = spec.dst_port;
	back.dst_port = spec.src_port;
	back.tcp_flags = SYN;
	untouched(fixture, OUT, &spec);
	if (!test_failed)
		untouched(fixture, IN, &back);
}

static void beside_a_pod(const struct fixture *fixture, int af, int type)
{
	uint8_t proto = type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
	int fd = fixture_host_socket(af, type, 20007);

	CHECK(fd >= 0);
	socket_untouched(fixture, af, proto, 20007);
	if (!test_failed)
		pod_wants(fixture, af, proto, 20007, 53);
	if (!test_failed)
		socket_untouched(fixture, af, proto, 20007);
	close(fd);
}

static void sockets_in_the_pool_are_untouched(void)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
	const struct fixture_options options = { 0 };
	struct fixture fixture;

	fixture_open(&fixture, &options);
	for (int i = 0; i < 4 && !test_failed; i++)
		beside_a_pod(&fixture, i % 2 ? AF_INET6 : AF_INET,
			     types[i / 2]);
	fixture_close(&fixture);
}

/* With each number of eight bits, in both families, both ways. */
static void
each_number_untouched(void (*run)(const struct fixture *fixture, int af,
				  enum masq_direction direction, int number))
{
	const struct fixture_options options = { 0 };
	struct fixture fixture;

	fixture_open(&fixture, &options);
	for (int i = 0; i < 4 * 0x100 && !test_failed; i++) {
		int af = i & 1 ? AF_INET6 : AF_INET;
		int direction = i & 2 ? IN : OUT;

		run(&fixture, af, direction, i / 4);
		if (test_failed)
			printf("# with number %d, IPv%d, %s\n", i / 4,
			       i & 1 ? 6 : 4, i & 2 ? "in" : "out");
	}
	fixture_close(&fixture);
}

/* Between the node and the remote; what an error quotes went the other way. */
static void icmp_untouched(const struct fixture *fixture, int af,
			   enum masq_direction direction, int type)
{
	const char *node = af == AF_INET ? NODE4 : NODE6;
	const char *remote = af == AF_INET ? REMOTE4 : REMOTE6;
	const char *src = direction == OUT ? node : remote;
	const char *dst = direction == OUT ? remote : node;
	const struct packet_spec quoted = UDP(dst, 20005, src, 20006);
	struct packet_spec spec = {
		.proto = af == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6,
		.src = src,
		.dst = dst,
		.icmp_type = type,
		.src_port = 20005,
		.payload = 30,
	};
	struct frame quote;

	frame_build(&quote, &quoted);
	untouched(fixture, direction, &spec);
	CHECK(!test_failed);
	spec.quote = &quote;
	spec.payload = 0;
	untouched(fixture, direction, &spec);
	CHECK(!test_failed);
	spec.quote_length = 28;
	untouched(fixture, direction, &spec);
}

static void icmp_of_every_type_is_untouched(void)
{
	each_number_untouched(icmp_untouched);
}

static void proto_untouched(const struct fixture *fixture, int af,
			    enum masq_direction direction, int proto)
{
	const char *node = af == AF_INET ? NODE4 : NODE6;
	const char *remote = af == AF_INET ? REMOTE4 : REMOTE6;
	struct packet_spec spec = {
		.proto = proto,
		.src = direction == OUT ? node : remote,
		.dst = direction == OUT ? remote : node,
		.src_port = 20005,
		.dst_port = 20006,
	};

	for (spec.payload = 0; spec.payload < 70 && !test_failed;
	     spec.payload += 23)
		untouched(fixture, direction, &spec);
}

static void every_protocol_is_untouched(void)
{
	each_number_untouched(proto_untouched);
}

/* IEEE 802 numbers; below 1,536 it is a length, as of spanning tree. */
static const struct {
	const char *name;
	uint16_t ethertype;
} ethertypes[] = {
	{ "spanning tree", 38 },
	{ "the longest length", 1500 },
	{ "ARP", 0x0806 },
	{ "Wake-on-LAN", 0x0842 },
	{ "RARP", 0x8035 },
	{ "MPLS", 0x8847 },
	{ "MPLS multicast", 0x8848 },
	{ "PPPoE discovery", 0x8863 },
	{ "PPPoE", 0x8864 },
	{ "802.1X", 0x888e },
	{ "LACP", 0x8809 },
	{ "LLDP", 0x88cc },
	{ "MACsec", 0x88e5 },
	{ "PTP", 0x88f7 },
	{ "NC-SI", 0x88f8 },
	{ "CFM", 0x8902 },
	{ "FCoE", 0x8906 },
	{ "HSR", 0x892f },
	{ "loopback", 0x9000 },
	{ "local, experimental", 0x88b5 },
	{ "the last", 0xffff },
};

/* The payload would be a pod's packet, if that were looked at. */
static void ethertype_untouched(const struct fixture *fixture,
				uint16_t ethertype, size_t vlan_tags)
{
	const struct packet_spec spec = {
		.proto = IPPROTO_UDP,
		.src = POD4,
		.dst = REMOTE4,
		.src_port = 20005,
		.dst_port = 53,
		.vlan_tags = vlan_tags,
	};
	struct frame frame;
	uint8_t *field;

	frame_build(&frame, &spec);
	field = frame.bytes + FRAME_L3 - 2 + 4 * vlan_tags;
	field[0] = ethertype >> 8;
	field[1] = ethertype & 0xff;
	frame_untouched(fixture, OUT, &frame, MASQ_PASS_NOT_IP);
	if (!test_failed)
		frame_untouched(fixture, IN, &frame, MASQ_PASS_NOT_IP);
}

static void frames_that_are_not_ip_are_untouched(void)
{
	const struct fixture_options options = { 0 };
	size_t count = sizeof(ethertypes) / sizeof(ethertypes[0]);
	struct fixture fixture;

	fixture_open(&fixture, &options);
	for (size_t i = 0; i < 3 * count && !test_failed; i++) {
		ethertype_untouched(&fixture, ethertypes[i / 3].ethertype,
				    i % 3);
		if (test_failed)
			printf("# with \"%s\" behind %zu VLAN tags\n",
			       ethertypes[i / 3].name, i % 3);
	}
	fixture_close(&fixture);
}

static const struct test_case cases[] = {
	{ "neighbour and router discovery is untouched",
	  neighbour_discovery_is_untouched },
	{ "MLD and IGMP are untouched", listener_reports_are_untouched },
	{ "DHCP is untouched", dhcp_is_untouched },
	{ "VRRP and OSPF are untouched", vrrp_and_ospf_are_untouched },
	{ "VXLAN, Geneve and WireGuard are untouched", tunnels_are_untouched },
	{ "tunnels are untouched when pods have flows like theirs",
	  tunnels_are_untouched_beside_pods },
	{ "host sockets in the pool are untouched, whatever pods want",
	  sockets_in_the_pool_are_untouched },
	{ "the node's ICMP of every type is untouched, quoting or not",
	  icmp_of_every_type_is_untouched },
	{ "the node's packets of every protocol are untouched",
	  every_protocol_is_untouched },
	{ "ARP, LLDP and whatever is not IP are untouched",
	  frames_that_are_not_ip_are_untouched },
};

TEST_MAIN(cases)
