// SPDX-License-Identifier: GPL-2.0-only
#include "prove.h"

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <string.h>

#include <bpf/bpf.h>

#include "log.h"
#include "masq.skel.h"
#include "names.h"
#include "pool.h"
#include "probe.h"
#include "programs.h"

enum {
	FLOWS = 64, /* more than are opened here */
	LOOPBACK = 1, /* the ifindex that a test packet has */
	POD_PORT = 40000,
	REMOTE_PORT = 443,
};

/* Who talks to whom: addresses for documentation (RFC 5737, RFC 3849). */
struct cast {
	const char *pods;
	const char *pod;
	const char *node;
	const char *remote;
};

static const struct cast casts[MASQ_FAMILY_COUNT] = {
	[MASQ_IPV4] = { "192.0.2.0/24", "192.0.2.2", "198.51.100.1",
			"203.0.113.1" },
	[MASQ_IPV6] = { "2001:db8:1::/64", "2001:db8:1::2", "2001:db8:2::1",
			"2001:db8:3::1" },
};

static struct masq_addr addr_of(const char *text)
{
	struct masq_addr addr = { 0 };

	(void)addr_parse(text, &addr); /* one of the above */
	return addr;
}

static int put(const struct bpf_map *map, const void *key, const void *value)
{
	return bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY);
}

static int pods_publish(const struct masq_bpf *skel)
{
	struct masq_range range = { .origin = MASQ_ORIGIN_POD_CIDR };
	int error = 0;

	for (int family = 0; family < MASQ_FAMILY_COUNT && !error; family++) {
		struct masq_prefix key;
		struct cidr cidr;

		(void)cidr_parse(casts[family].pods, &cidr);
		key = cidr_to_prefix(&cidr);
		error = put(skel->maps.masq_pods, &key, &range);
	}
	return error;
}

static int publish(const struct masq_bpf *skel)
{
	const __u32 zero = 0, loopback = LOOPBACK;
	struct masq_config config = { .max_inbound = FLOWS };
	struct masq_uplink uplink = { 0 };
	struct masq_ports ports;
	int error;

	for (int i = 0; i < MASQ_TIMEOUT_COUNT; i++)
		config.timeout_s[i] = MASQ_TIMEOUT_MIN_S;
	for (int family = 0; family < MASQ_FAMILY_COUNT; family++)
		uplink.node[family] = addr_of(casts[family].node);
	(void)pool_parse("1024-65535", &ports);
	error = put(skel->maps.masq_ports, &zero, &ports);
	if (!error)
		error = put(skel->maps.masq_uplinks, &loopback, &uplink);
	if (!error)
		error = put(skel->maps.masq_config, &zero, &config);
	return error ? error : pods_publish(skel);
}

static int fail(const struct bpf_program *program, const struct probe *sent)
{
	return log_error("self-test: %s does not treat %s over %s as it "
			 "should",
			 bpf_program__name(program), proto_name(sent->proto),
			 addr_family_name(addr_family(&sent->src)));
}

/* Run the program. *ret: what it made of the packet. Return: 0 or -1, said. */
static int pass(const struct bpf_program *program, const struct probe *sent,
		unsigned char ret[PROBE_SIZE])
{
	unsigned char in[PROBE_SIZE];
	size_t size = probe_write(sent, in);
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = in, .data_size_in = size,
		    .data_out = ret, .data_size_out = PROBE_SIZE);
	int error = bpf_prog_test_run_opts(bpf_program__fd(program), &run);

	if (error)
		return log_error("self-test: cannot run %s: %s",
				 bpf_program__name(program), strerror(-error));
	if ((int)run.retval == TC_ACT_UNSPEC && run.data_size_out == size)
		return 0;
	return fail(program, sent);
}

/* To the byte. */
static int expect(const struct bpf_program *program, const struct probe *sent,
		  const struct probe *expected,
		  const unsigned char got[PROBE_SIZE])
{
	unsigned char right[PROBE_SIZE];
	size_t size = probe_write(expected, right);

	return memcmp(got, right, size) == 0 ? 0 : fail(program, sent);
}

/* Where the source port of such a packet is. */
static __u16 src_port(const struct probe *probe,
		      const unsigned char packet[PROBE_SIZE])
{
	size_t at =
		sizeof(struct ethhdr) + (addr_family(&probe->src) == MASQ_IPV4 ?
						 sizeof(struct iphdr) :
						 sizeof(struct ipv6hdr));

	return packet[at] << 8 | packet[at + 1];
}

/*
 * Out as the node's, back as the pod's.  The port may be another one: a socket
 * of the node may own the pod's.
 */
static int round_trip(const struct masq_bpf *skel, const struct cast *cast,
		      __u8 proto)
{
	const struct bpf_program *egress = skel->progs.masq_egress;
	const struct bpf_program *ingress = skel->progs.masq_ingress;
	struct probe out = { .src = addr_of(cast->pod),
			     .dst = addr_of(cast->remote),
			     .src_port = POD_PORT,
			     .dst_port = REMOTE_PORT,
			     .proto = proto };
	struct probe masqueraded = out, answer, delivered;
	unsigned char got[PROBE_SIZE] = { 0 };

	if (pass(egress, &out, got) < 0)
		return -1;
	masqueraded.src = addr_of(cast->node);
	masqueraded.src_port = src_port(&out, got);
	if (expect(egress, &out, &masqueraded, got) < 0)
		return -1;
	answer = (struct probe){ .src = masqueraded.dst,
				 .dst = masqueraded.src,
				 .src_port = masqueraded.dst_port,
				 .dst_port = masqueraded.src_port,
				 .proto = proto };
	delivered = answer;
	delivered.dst = out.src;
	delivered.dst_port = out.src_port;
	if (pass(ingress, &answer, got) < 0)
		return -1;
	return expect(ingress, &answer, &delivered, got);
}

/* What is no pod's stays as it is. */
static int leave_alone(const struct masq_bpf *skel, const struct cast *cast)
{
	struct probe host = { .src = addr_of(cast->node),
			      .dst = addr_of(cast->remote),
			      .src_port = REMOTE_PORT,
			      .dst_port = POD_PORT,
			      .proto = IPPROTO_TCP };

	unsigned char got[PROBE_SIZE] = { 0 };

	if (pass(skel->progs.masq_egress, &host, got) < 0)
		return -1;
	return expect(skel->progs.masq_egress, &host, &host, got);
}

static int try(const struct masq_bpf *skel)
{
	for (int family = 0; family < MASQ_FAMILY_COUNT; family++)
		if (round_trip(skel, &casts[family], IPPROTO_TCP) < 0 ||
		    round_trip(skel, &casts[family], IPPROTO_UDP) < 0 ||
		    leave_alone(skel, &casts[family]) < 0)
			return -1;
	return 0;
}

int prove(bool rewrites_directly)
{
	struct masq_bpf *skel =
		programs_open(PROGRAMS_PROVE, rewrites_directly);
	int error, result;

	if (!skel)
		return -1;
	error = programs_resize(skel, FLOWS);
	if (!error)
		error = masq_bpf__load(skel);
	if (!error)
		error = publish(skel);
	if (error)
		result = log_error("cannot load the programs: %s%s",
				   strerror(-error), programs_hint(-error));
	else
		result = try(skel);
	masq_bpf__destroy(skel);
	return result;
}
