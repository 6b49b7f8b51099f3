// SPDX-License-Identifier: GPL-2.0-only
#include "oracle.h"

#include <string.h>
#include <sys/socket.h>

#include "rules.h"

/* A passage under judgement. */
struct subject {
	const struct passage *passage;
	struct layer layer; /* of both frames: no field moves */
	struct layer quote;
	struct address src;
	struct address dst;
};

void oracle_open(struct oracle *oracle, uint16_t first_port, uint16_t last_port)
{
	*oracle = (struct oracle){ .first_port = first_port,
				   .last_port = last_port };
	known_open(&oracle->known);
}

void oracle_close(struct oracle *oracle)
{
	known_close(&oracle->known);
}

static void subject_read(const struct passage *passage, struct subject *ret)
{
	const struct frame *in = passage->in;

	*ret = (struct subject){ .passage = passage };
	layer_read(in, &ret->layer);
	layer_read_quote(in, &ret->layer, &ret->quote);
	if (!ret->layer.family)
		return;
	layer_address(in, &ret->layer, ret->layer.src, &ret->src);
	layer_address(in, &ret->layer, ret->layer.dst, &ret->dst);
}

static bool is_egress(const struct subject *s)
{
	return s->passage->direction == MASQ_EGRESS;
}

static bool is_error(const struct subject *s)
{
	return s->layer.icmp == ICMP_IS_ERROR;
}

/* Is the quoted packet one between the very two of the error? */
static bool is_quote_of_these(const struct subject *s)
{
	struct address from, to;

	if (!s->quote.l4)
		return false;
	layer_address(s->passage->in, &s->quote, s->quote.src, &from);
	layer_address(s->passage->in, &s->quote, s->quote.dst, &to);
	return address_equal(&from, &s->dst) && address_equal(&to, &s->src);
}

/* Has the outside opened the flow that this packet of a pod belongs to? */
static bool is_inbound(const struct oracle *o, const struct subject *s)
{
	const struct frame *in = s->passage->in;
	const struct known *known;
	struct known_key key;

	if (s->layer.fragment == FRAGMENT_LATER) {
		known_key_datagram(in, &s->layer, MASQ_EGRESS, &key);
		known = known_find(&o->known, &key);
		return known && address_equal(&known->addr, &s->src);
	}
	if (is_error(s) && !is_quote_of_these(s))
		return false;
	if (is_error(s))
		known_key_flow(KNOWN_INBOUND, in, &s->quote, MASQ_INGRESS,
			       &key);
	else
		known_key_flow(KNOWN_INBOUND, in, &s->layer, MASQ_EGRESS, &key);
	return known_find(&o->known, &key);
}

/* The host's is never dropped, nor what stays in the island, nor what comes. */
static bool may_drop(const struct subject *s)
{
	if (!is_egress(s) || !s->layer.is_ip)
		return false;
	if (!s->layer.family)
		return true; /* cut: nobody knows whose it was */
	return address_is_pod(&s->src) &&
	       (!address_is_island(&s->dst) || address_is_mapped(&s->src));
}

/* A first fragment that is odd and not translated decides for no others. */
static void note_datagram(struct oracle *o, const struct subject *s)
{
	enum masq_direction direction = s->passage->direction;
	struct known_key key;
	struct address now;

	if (!s->layer.l4 || s->layer.fragment != FRAGMENT_FIRST || is_error(s))
		return;
	known_key_datagram(s->passage->in, &s->layer, direction, &key);
	layer_address(s->passage->out, &s->layer,
		      local_addr(&s->layer, direction), &now);
	known_put(&o->known, &key, &now, 0);
}

/* From the outside to a pod's own address. */
static enum outcome note_inbound(struct oracle *o, const struct subject *s)
{
	struct known_key key;
	bool is_pods_own;

	if (is_egress(s) || !layer_can_open(s->passage->in, &s->layer) ||
	    !address_is_pod(&s->dst) || address_is_island(&s->src) ||
	    address_is_mapped(&s->dst) || address_is_mapped(&s->src))
		return OUTCOME_PASSED;
	known_key_flow(KNOWN_INTERNAL, s->passage->in, &s->layer, MASQ_INGRESS,
		       &key);
	is_pods_own = known_find(&o->known, &key);
	key.kind = KNOWN_INBOUND;
	known_put(&o->known, &key, &s->dst, key.local_port);
	return is_pods_own || !layer_is_plain(&s->layer) ? OUTCOME_PASSED :
							   OUTCOME_OPENED;
}

static enum outcome judge_passed(struct oracle *o, const struct subject *s)
{
	if (is_egress(s) && s->layer.family && address_is_pod(&s->src) &&
	    !address_is_island(&s->dst) && !is_inbound(o, s))
		o->broken = "1: it leaves with a pod's address";
	if (layer_is_plain(&s->layer) ||
	    (is_egress(s) && address_is_pod(&s->src)))
		note_datagram(o, s);
	return note_inbound(o, s);
}

static void permit(struct frame *expected, const struct frame *out,
		   size_t offset, size_t size)
{
	if (offset)
		memcpy(expected->bytes + offset, out->bytes + offset, size);
}

static void permit_layer(struct frame *expected, const struct frame *out,
			 const struct layer *layer,
			 enum masq_direction direction)
{
	permit(expected, out, local_addr(layer, direction),
	       layer_address_size(layer));
	permit(expected, out, layer->ip_check, 2);
	permit(expected, out, layer->check, 2);
	if (layer->proto != IPPROTO_SCTP)
		permit(expected, out, local_port(layer, direction), 2);
}

/* Has nothing changed but what NAT may change? */
static bool is_rest_same(const struct subject *s)
{
	const struct frame *in = s->passage->in, *out = s->passage->out;
	struct frame expected;

	memcpy(expected.bytes, in->bytes, in->length);
	if (s->layer.l4)
		permit_layer(&expected, out, &s->layer, s->passage->direction);
	if (s->quote.l4)
		permit_layer(&expected, out, &s->quote,
			     opposite(s->passage->direction));
	return memcmp(expected.bytes, out->bytes, in->length) == 0;
}

/* UDP-Lite knows no packet without a checksum (RFC 3828 3.1). */
static bool is_zero_undefined(const struct frame *in, const struct layer *layer)
{
	return layer->proto == IPPROTO_UDPLITE &&
	       layer_has_zero_check(in, layer);
}

static const char *judge_checks(const struct subject *s,
				const struct layer *layer)
{
	const struct frame *in = s->passage->in, *out = s->passage->out;

	if (!layer->l4)
		return NULL;
	if (layer_ip_fault(in, layer) != layer_ip_fault(out, layer))
		return "3: the IPv4 header's checksum";
	if (layer_has_zero_check(in, layer) != layer_has_zero_check(out, layer))
		return is_zero_undefined(in, layer) ? NULL :
						      "3: a checksum of zero";
	if (layer_l4_fault(in, layer) != layer_l4_fault(out, layer) &&
	    !layer_has_zero_check(in, layer))
		return "3: the transport's checksum";
	return NULL;
}

/* Is the local end that came out the one that is known under this key? */
static bool is_as_known(const struct oracle *o, const struct subject *s,
			const struct layer *layer,
			enum masq_direction direction,
			const struct known_key *key)
{
	const struct frame *out = s->passage->out;
	const struct known *known = known_find(&o->known, key);
	size_t port = local_port(layer, direction);
	struct address now;

	layer_address(out, layer, local_addr(layer, direction), &now);
	return known && address_equal(&known->addr, &now) &&
	       (!port || bytes_get16(out->bytes + port) == known->port);
}

static const char *judge_later(const struct oracle *o, const struct subject *s)
{
	enum masq_direction direction = s->passage->direction;
	struct known_key key;

	known_key_datagram(s->passage->in, &s->layer, direction, &key);
	if (!is_as_known(o, s, &s->layer, direction, &key))
		return "4: a fragment goes another way than its first";
	return NULL;
}

/* The quoted packet went the other way. */
static const char *judge_error(const struct oracle *o, const struct subject *s)
{
	enum masq_direction direction = opposite(s->passage->direction);
	struct address was, now, quoted;
	struct known_key key;

	known_key_flow(is_egress(s) ? KNOWN_INTERNAL : KNOWN_EXTERNAL,
		       s->passage->in, &s->quote, direction, &key);
	if (!s->quote.l4 || !is_as_known(o, s, &s->quote, direction, &key))
		return "4: an error's quotation is another flow's";
	was = is_egress(s) ? s->src : s->dst;
	if (!is_egress(s) && !address_equal(&was, &key.local))
		return "4: an error to another than the quoted sender";
	layer_address(s->passage->out, &s->layer,
		      local_addr(&s->layer, s->passage->direction), &now);
	layer_address(s->passage->out, &s->quote,
		      local_addr(&s->quote, direction), &quoted);
	if (is_egress(s) && !address_is_pod(&was))
		return address_equal(&was, &now) ? NULL :
						   "2: a router's own address";
	return address_equal(&now, &quoted) ?
		       NULL :
		       "4: an error and its quotation are of two";
}

/* Remember the flow; it is nobody else's, unless TCP has closed it before. */
static const char *note_flow(struct oracle *o, const struct subject *s)
{
	const struct frame *in = s->passage->in, *out = s->passage->out;
	struct known_key external, internal;
	const struct known *is, *was;

	known_key_flow(KNOWN_EXTERNAL, out, &s->layer, MASQ_EGRESS, &external);
	known_key_flow(KNOWN_INTERNAL, in, &s->layer, MASQ_EGRESS, &internal);
	is = known_find(&o->known, &external);
	was = known_find(&o->known, &internal);
	if (s->layer.proto != IPPROTO_TCP && is &&
	    (is->port != internal.local_port ||
	     !address_equal(&is->addr, &internal.local)))
		return "4: two flows are one outside";
	if (s->layer.proto != IPPROTO_TCP && was &&
	    was->port != external.local_port)
		return "4: a flow has changed its port";
	known_put(&o->known, &external, &internal.local, internal.local_port);
	known_put(&o->known, &internal, &external.local, external.local_port);
	return NULL;
}

static bool is_port_in_pool(const struct oracle *o, const struct subject *s)
{
	uint16_t port;

	if (!s->layer.src_port || s->layer.proto == IPPROTO_SCTP)
		return true;
	port = bytes_get16(s->passage->out->bytes + s->layer.src_port);
	return port >= o->first_port && port <= o->last_port;
}

/* A pod's; or the host's, where a pod has its port. */
static const char *judge_leaving(struct oracle *o, const struct subject *s)
{
	struct known_key key;
	struct address now;

	layer_address(s->passage->out, &s->layer, s->layer.src, &now);
	known_key_flow(KNOWN_EXTERNAL, s->passage->in, &s->layer, MASQ_EGRESS,
		       &key);
	if (address_is_pod(&s->src) ? !address_is_node(&now) :
				      !address_equal(&s->src, &now))
		return "2: it leaves with a wrong address";
	if (!address_is_pod(&s->src) && !known_find(&o->known, &key))
		return "2: the host's is changed, but meets no pod's";
	if (!is_port_in_pool(o, s))
		return "2: its port is not of the pool";
	if (layer_forbids_nat(&s->layer))
		return "3: it arrives broken";
	return note_flow(o, s);
}

static const char *judge_arriving(const struct oracle *o,
				  const struct subject *s)
{
	struct known_key key;

	known_key_flow(KNOWN_EXTERNAL, s->passage->in, &s->layer, MASQ_INGRESS,
		       &key);
	if (!is_as_known(o, s, &s->layer, MASQ_INGRESS, &key))
		return "4: it is not given back to who sent it";
	return NULL;
}

static const char *judge_translated(struct oracle *o, const struct subject *s)
{
	const char *broken;

	if (!is_rest_same(s))
		return "2: more has changed than NAT may change";
	if (is_egress(s) && address_is_island(&s->dst))
		return "2: inside the cluster nothing is rewritten";
	if (is_egress(s) && address_is_link_scope(&s->dst))
		return "2: to the link alone nothing is translated";
	broken = judge_checks(s, &s->layer);
	if (!broken)
		broken = judge_checks(s, &s->quote);
	if (broken)
		return broken;
	note_datagram(o, s);
	if (s->layer.fragment == FRAGMENT_LATER)
		return judge_later(o, s);
	if (is_error(s))
		return judge_error(o, s);
	return is_egress(s) ? judge_leaving(o, s) : judge_arriving(o, s);
}

static enum outcome judge(struct oracle *o, const struct subject *s)
{
	const struct frame *in = s->passage->in, *out = s->passage->out;

	if (s->passage->action == ACTION_SHOT) {
		if (!may_drop(s))
			o->broken = "5: this is never dropped";
		return OUTCOME_DROPPED;
	}
	if (s->passage->action != ACTION_NEXT)
		o->broken = "5: neither passed on nor dropped";
	else if (in->length != out->length)
		o->broken = "2: its length has changed";
	if (o->broken)
		return OUTCOME_BROKEN;
	if (memcmp(in->bytes, out->bytes, in->length) == 0)
		return judge_passed(o, s);
	o->broken = judge_translated(o, s);
	return OUTCOME_TRANSLATED;
}

enum outcome oracle_judge(struct oracle *oracle, const struct passage *passage)
{
	enum outcome outcome;
	struct subject subject;

	oracle->broken = NULL;
	subject_read(passage, &subject);
	outcome = judge(oracle, &subject);
	return oracle->broken ? OUTCOME_BROKEN : outcome;
}
