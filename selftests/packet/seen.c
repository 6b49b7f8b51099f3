// SPDX-License-Identifier: GPL-2.0-only
#include "seen.h"

#include <sys/socket.h>

#include "rules.h"

void seen_note(struct seen *seen, const struct passage *passage,
	       enum outcome outcome)
{
	enum masq_direction direction = passage->direction;
	struct address src;
	struct layer layer;
	int f;

	if (outcome != OUTCOME_TRANSLATED && outcome != OUTCOME_OPENED)
		return;
	layer_read(passage->in, &layer);
	layer_address(passage->in, &layer, layer.src, &src);
	f = layer.family == AF_INET6;
	if (outcome == OUTCOME_OPENED)
		seen->opened[f]++;
	else if (layer.fragment == FRAGMENT_LATER)
		seen->later[direction][f]++;
	else if (layer.icmp == ICMP_IS_ERROR)
		seen->error[direction][f]++;
	else if (direction == MASQ_EGRESS && !address_is_pod(&src))
		seen->host[f]++;
	else
		seen->proto[direction][f][layer.proto]++;
}

static const char *missing_proto(const size_t proto[256], int f)
{
	if (!proto[f ? IPPROTO_ICMPV6 : IPPROTO_ICMP])
		return "ICMP";
	if (!proto[IPPROTO_TCP])
		return "TCP";
	if (!proto[IPPROTO_UDP])
		return "UDP";
	if (!proto[IPPROTO_UDPLITE])
		return "UDP-Lite";
	if (!proto[IPPROTO_SCTP])
		return "SCTP";
	if (!proto[IPPROTO_GRE])
		return "GRE";
	if (!proto[IPPROTO_ESP])
		return "ESP";
	return proto[IPPROTO_IPIP] ? NULL : "IPIP";
}

static const char *missing_of(const struct seen *seen, int direction, int f)
{
	if (!seen->later[direction][f])
		return "a later fragment";
	if (!seen->error[direction][f])
		return "an ICMP error";
	return missing_proto(seen->proto[direction][f], f);
}

const char *seen_missing(const struct seen *seen)
{
	const char *missing = NULL;

	for (int f = 0; f < SEEN_FAMILIES && !missing; f++) {
		if (!seen->host[f])
			return "a packet of the host's that meets a pod's";
		if (!seen->opened[f])
			return "a flow from outside";
		missing = missing_of(seen, MASQ_EGRESS, f);
		if (!missing)
			missing = missing_of(seen, MASQ_INGRESS, f);
	}
	return missing;
}
