// SPDX-License-Identifier: GPL-2.0-only
#include "names.h"

#include <netinet/in.h>
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
	[MASQ_KIND_DIRECT] = "direct",
};

static const struct {
	const char *name;
	const char *sentence;
} verdicts[MASQ_VERDICT_COUNT] = {
#define X(symbol, name, sentence) [MASQ_##symbol] = { name, sentence },
	MASQ_VERDICTS(X)
#undef X
};

const char *proto_name(unsigned int proto)
{
	static _Thread_local char number[8];

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

const char *verdict_name(unsigned int verdict)
{
	return verdict < MASQ_VERDICT_COUNT && verdicts[verdict].name ?
		       verdicts[verdict].name :
		       "unknown";
}

const char *verdict_sentence(unsigned int verdict)
{
	return verdict < MASQ_VERDICT_COUNT && verdicts[verdict].sentence ?
		       verdicts[verdict].sentence :
		       "unknown";
}

const char *direction_name(unsigned int direction)
{
	return direction == MASQ_EGRESS ? "egress" : "ingress";
}
