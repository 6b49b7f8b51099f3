// SPDX-License-Identifier: GPL-2.0-only
#include "filter.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	int proto;
} protos[] = {
	{ "tcp", IPPROTO_TCP },	  { "udp", IPPROTO_UDP },
	{ "icmp", IPPROTO_ICMP }, { "icmpv6", IPPROTO_ICMPV6 },
	{ "sctp", IPPROTO_SCTP }, { "udplite", IPPROTO_UDPLITE },
	{ "gre", IPPROTO_GRE },	  { "esp", IPPROTO_ESP },
	{ "ipip", IPPROTO_IPIP }, { "ipv6", IPPROTO_IPV6 },
};

static const char *const states[MASQ_STATE_COUNT] = {
	[MASQ_STATE_OPENING] = "opening",
	[MASQ_STATE_ESTABLISHED] = "established",
	[MASQ_STATE_FIN_LOCAL] = "fin-local",
	[MASQ_STATE_FIN_REMOTE] = "fin-remote",
	[MASQ_STATE_CLOSING] = "closing",
	[MASQ_STATE_RESET] = "reset",
};

static const char *const kinds[MASQ_KIND_COUNT] = {
	[MASQ_KIND_MASQUERADED] = "masqueraded",
	[MASQ_KIND_INBOUND] = "inbound",
	[MASQ_KIND_HOST] = "host",
	[MASQ_KIND_VACANT] = "vacant",
};

void filter_init(struct filter *filter)
{
	*filter = (struct filter){
		.proto = FILTER_ANY,
		.state = FILTER_ANY,
		.node_port = FILTER_ANY,
		.remote_port = FILTER_ANY,
	};
}

bool filter_is_empty(const struct filter *filter)
{
	return filter->proto == FILTER_ANY && filter->state == FILTER_ANY &&
	       filter->node_port == FILTER_ANY &&
	       filter->remote_port == FILTER_ANY && !filter->has_pod &&
	       !filter->has_remote;
}

static bool is(int wanted, int value)
{
	return wanted == FILTER_ANY || wanted == value;
}

static bool is_within(const struct cidr *range, const struct masq_addr *addr)
{
	struct cidr one = cidr_of_addr(addr);

	return cidr_contains(range, &one);
}

bool filter_matches(const struct filter *filter,
		    const struct masq_tuple *external,
		    const struct masq_flow *flow)
{
	return is(filter->proto, external->proto) &&
	       is(filter->state, flow->state) &&
	       is(filter->node_port, external->local_port) &&
	       is(filter->remote_port, external->remote_port) &&
	       (!filter->has_pod || is_within(&filter->pod, &flow->local)) &&
	       (!filter->has_remote ||
		is_within(&filter->remote, &external->remote));
}

const char *proto_name(unsigned int proto)
{
	static char number[8];

	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
		if ((unsigned int)protos[i].proto == proto)
			return protos[i].name;
	snprintf(number, sizeof(number), "%u", proto & 0xff);
	return number;
}

const char *state_name(unsigned int state)
{
	return state < MASQ_STATE_COUNT ? states[state] : "unknown";
}

const char *kind_name(unsigned int kind)
{
	return kind < MASQ_KIND_COUNT ? kinds[kind] : "unknown";
}

const char *proto_parse(const char *text, int *ret)
{
	long number;
	char *end;

	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++) {
		if (strcmp(text, protos[i].name) == 0) {
			*ret = protos[i].proto;
			return NULL;
		}
	}
	number = strtol(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || number > UINT8_MAX)
		return "is no protocol: tcp, udp, icmp, icmpv6, sctp, "
		       "udplite, gre, esp, ipip, ipv6 or 0 to 255 are right";
	*ret = number;
	return NULL;
}

const char *state_parse(const char *text, int *ret)
{
	for (int i = 0; i < MASQ_STATE_COUNT; i++) {
		if (strcmp(text, states[i]) == 0) {
			*ret = i;
			return NULL;
		}
	}
	return "is no state: opening, established, fin-local, fin-remote, "
	       "closing or reset are right";
}
