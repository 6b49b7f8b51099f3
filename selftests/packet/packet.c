// SPDX-License-Identifier: GPL-2.0-only
#include "packet.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* Bytes are written in network order by position; no headers' structs. */

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value & 0xff;
}

static uint16_t get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

/* RFC 1071. */
static uint32_t sum_bytes(uint32_t sum, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i + 1 < length; i += 2)
		sum += get16(bytes + i);
	if (length % 2)
		sum += bytes[length - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static bool is_icmp(uint8_t proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

static bool is_udp(uint8_t proto)
{
	return proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE;
}

static size_t l4_header(uint8_t proto)
{
	if (proto == IPPROTO_TCP)
		return 20;
	if (proto == IPPROTO_SCTP)
		return 16; /* with the first chunk's header */
	return is_udp(proto) || is_icmp(proto) ? 8 : 0;
}

/* 0: none that covers the addresses or the ports. */
static size_t check_offset(uint8_t proto)
{
	if (proto == IPPROTO_TCP)
		return 16;
	if (is_udp(proto))
		return 6;
	return is_icmp(proto) ? 2 : 0;
}

static size_t l3_of(const struct frame *frame)
{
	size_t at = FRAME_L3;

	while (get16(frame->bytes + at - 2) == 0x8100 ||
	       get16(frame->bytes + at - 2) == 0x88a8)
		at += 4;
	return at;
}

static uint8_t *ip_of(const struct frame *frame)
{
	return (uint8_t *)frame->bytes + l3_of(frame);
}

static bool is_ipv6(const struct frame *frame)
{
	return ip_of(frame)[0] >> 4 == 6;
}

/* Where the transport header begins, and its protocol. */
static size_t l4_find(const struct frame *frame, uint8_t *proto)
{
	const uint8_t *ip = ip_of(frame);
	size_t at;

	if (!is_ipv6(frame)) {
		*proto = ip[9];
		return l3_of(frame) + (ip[0] & 0xf) * 4;
	}
	*proto = ip[6];
	at = l3_of(frame) + 40;
	while (*proto == IPPROTO_HOPOPTS || *proto == IPPROTO_ROUTING ||
	       *proto == IPPROTO_DSTOPTS || *proto == IPPROTO_FRAGMENT) {
		*proto = frame->bytes[at];
		at += (frame->bytes[at + 1] + 1) * 8;
	}
	return at;
}

/* The sum that the L4 checksum makes 0xffff, its field included. */
static uint16_t l4_sum(const struct frame *frame)
{
	uint8_t proto, pseudo[4] = { 0 };
	size_t l4 = l4_find(frame, &proto), length = frame->length - l4;
	const uint8_t *ip = ip_of(frame);
	uint32_t sum = 0;

	if (proto != IPPROTO_ICMP) {
		pseudo[1] = proto;
		put16(pseudo + 2, length);
		sum = sum_bytes(0, pseudo, sizeof(pseudo));
		sum = is_ipv6(frame) ? sum_bytes(sum, ip + 8, 32) :
				       sum_bytes(sum, ip + 12, 8);
	}
	return sum_bytes(sum, frame->bytes + l4, length);
}

static void l4_write_check(struct frame *frame)
{
	uint8_t proto;
	size_t l4 = l4_find(frame, &proto);
	uint8_t *check = frame->bytes + l4 + check_offset(proto);

	put16(check, 0);
	put16(check, (uint16_t)~l4_sum(frame));
	if (is_udp(proto) && get16(check) == 0)
		put16(check, 0xffff);
}

static void ip_write_check(uint8_t *ip)
{
	size_t header = (ip[0] & 0xf) * 4;

	put16(ip + 10, 0);
	put16(ip + 10, ~sum_bytes(0, ip, header));
}

static size_t ipv4_build(uint8_t *ip, const struct packet_spec *spec,
			 size_t l4_length)
{
	size_t header = 20 + spec->ip_options;

	ip[0] = 0x40 | header / 4;
	put16(ip + 2, header + l4_length);
	put16(ip + 4, 0x1234);
	put16(ip + 6, spec->fragment);
	ip[8] = 64;
	ip[9] = spec->proto;
	inet_pton(AF_INET, spec->src, ip + 12);
	inet_pton(AF_INET, spec->dst, ip + 16);
	memset(ip + 20, 1, spec->ip_options); /* no-operation */
	ip_write_check(ip);
	return header;
}

static size_t ipv6_build(uint8_t *ip, const struct packet_spec *spec,
			 size_t l4_length)
{
	size_t extensions = spec->extension_count * 8;
	uint8_t *next = ip + 6;

	ip[0] = 0x60;
	put16(ip + 4, extensions + l4_length);
	ip[7] = 64;
	inet_pton(AF_INET6, spec->src, ip + 8);
	inet_pton(AF_INET6, spec->dst, ip + 24);
	for (size_t i = 0; i < spec->extension_count; i++) {
		*next = spec->extensions[i];
		next = ip + 40 + i * 8;
		if (spec->extensions[i] == IPPROTO_HOPOPTS ||
		    spec->extensions[i] == IPPROTO_DSTOPTS)
			next[2] = 1, next[3] = 4; /* PadN */
	}
	*next = spec->proto;
	return 40 + extensions;
}

static void icmp_build(uint8_t *l4, const struct packet_spec *spec)
{
	l4[0] = spec->icmp_type;
	l4[1] = spec->icmp_code;
	if (spec->quote) {
		put16(l4 + 4, spec->icmp_rest >> 16);
		put16(l4 + 6, spec->icmp_rest & 0xffff);
		return;
	}
	put16(l4 + 4, spec->src_port);
	put16(l4 + 6, 1);
}

static void l4_build(uint8_t *l4, const struct packet_spec *spec)
{
	if (is_icmp(spec->proto)) {
		icmp_build(l4, spec);
		return;
	}
	if (!l4_header(spec->proto))
		return;
	put16(l4, spec->src_port);
	put16(l4 + 2, spec->dst_port);
	if (spec->proto == IPPROTO_TCP) {
		l4[12] = 5 << 4;
		l4[13] = spec->tcp_flags;
		put16(l4 + 14, 1024);
	} else if (spec->proto == IPPROTO_SCTP) {
		l4[12] = spec->sctp_chunk;
		put16(l4 + 14, 4 + spec->payload);
	} else if (spec->proto == IPPROTO_UDP) {
		put16(l4 + 4, 8 + spec->payload);
	}
}

static size_t quote_length(const struct packet_spec *spec)
{
	if (!spec->quote)
		return 0;
	if (spec->quote_length)
		return spec->quote_length;
	return spec->quote->length - l3_of(spec->quote);
}

/* The Ethernet header. Return: where the IP header goes. */
static uint8_t *ethernet_build(struct frame *frame,
			       const struct packet_spec *spec)
{
	uint8_t *at = frame->bytes + 12;

	frame->bytes[5] = 1; /* some MAC addresses */
	frame->bytes[11] = 2;
	for (size_t i = spec->vlan_tags; i > 0; i--, at += 4) {
		put16(at, i > 1 ? 0x88a8 : 0x8100);
		put16(at + 2, 5);
	}
	put16(at, strchr(spec->src, ':') ? 0x86dd : 0x0800);
	return at + 2;
}

void frame_build(struct frame *frame, const struct packet_spec *spec)
{
	size_t quoted = quote_length(spec), header;
	size_t l4_length = l4_header(spec->proto) + quoted + spec->payload;
	uint8_t *ip, *payload;

	memset(frame, 0, sizeof(*frame));
	ip = ethernet_build(frame, spec);
	header = strchr(spec->src, ':') ? ipv6_build(ip, spec, l4_length) :
					  ipv4_build(ip, spec, l4_length);
	l4_build(ip + header, spec);
	payload = ip + header + l4_header(spec->proto);
	if (spec->quote)
		memcpy(payload, ip_of(spec->quote), quoted);
	payload += quoted;
	for (size_t i = 0; i < spec->payload; i++)
		payload[i] = i * 7;
	if (spec->payload >= 2)
		put16(payload, spec->salt);
	frame->length = ip - frame->bytes + header + l4_length;
	if (spec->check != NO_CHECKSUM && !(spec->fragment & 0x1fff) &&
	    check_offset(spec->proto))
		l4_write_check(frame);
}

bool frame_view(const struct frame *frame, struct frame_view *ret)
{
	const uint8_t *ip = ip_of(frame), *l4;
	bool ipv6 = is_ipv6(frame);

	*ret = (struct frame_view){ .af = ipv6 ? AF_INET6 : AF_INET };
	inet_ntop(ret->af, ip + (ipv6 ? 8 : 12), ret->src, sizeof(ret->src));
	inet_ntop(ret->af, ip + (ipv6 ? 24 : 16), ret->dst, sizeof(ret->dst));
	ret->l4 = l4_find(frame, &ret->proto);
	l4 = frame->bytes + ret->l4;
	if (ret->l4 + l4_header(ret->proto) > frame->length)
		return false;
	if (check_offset(ret->proto))
		ret->check = get16(l4 + check_offset(ret->proto));
	if (!l4_header(ret->proto))
		return true;
	if (is_icmp(ret->proto)) {
		ret->src_port = get16(l4 + 4);
		return true;
	}
	ret->src_port = get16(l4);
	ret->dst_port = get16(l4 + 2);
	return true;
}

bool frame_checks(const struct frame *frame)
{
	const uint8_t *ip = ip_of(frame);
	struct frame_view view;

	if (!frame_view(frame, &view))
		return false;
	if (view.af == AF_INET && sum_bytes(0, ip, (ip[0] & 0xf) * 4) != 0xffff)
		return false;
	if (view.proto == IPPROTO_UDP && !view.check)
		return view.af == AF_INET;
	return !check_offset(view.proto) || l4_sum(frame) == 0xffff;
}

bool frame_equal(const struct frame *got, const struct frame *expected)
{
	if (got->length != expected->length) {
		printf("# got %zu bytes, expected %zu\n", got->length,
		       expected->length);
		return false;
	}
	for (size_t i = 0; i < got->length; i++) {
		if (got->bytes[i] == expected->bytes[i])
			continue;
		printf("# byte %zu of %zu is %02x, expected %02x\n", i,
		       got->length, got->bytes[i], expected->bytes[i]);
		return false;
	}
	return true;
}

void frame_quoted(const struct frame *error, struct frame *ret)
{
	struct frame_view view;
	size_t at;

	frame_view(error, &view);
	at = view.l4 + 8;
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->bytes, error->bytes, 12);
	put16(ret->bytes + 12, error->bytes[at] >> 4 == 6 ? 0x86dd : 0x0800);
	memcpy(ret->bytes + FRAME_L3, error->bytes + at, error->length - at);
	ret->length = FRAME_L3 + error->length - at;
}

bool frame_quote_checks(const struct frame *frame)
{
	struct frame quote;
	const uint8_t *ip;

	frame_quoted(frame, &quote);
	ip = ip_of(&quote);
	return is_ipv6(&quote) || sum_bytes(0, ip, (ip[0] & 0xf) * 4) == 0xffff;
}

/* A fragment header goes before the transport header. */
static uint8_t *fragment_header_insert(struct frame *frame, uint32_t id)
{
	uint8_t *ip = ip_of(frame), *header = ip + 40;

	memmove(header + 8, header, frame->length - (header - frame->bytes));
	memset(header, 0, 8);
	header[0] = ip[6];
	ip[6] = IPPROTO_FRAGMENT;
	put16(header + 4, id >> 16);
	put16(header + 6, id & 0xffff);
	frame->length += 8;
	return header;
}

static void fragment_write(struct frame *frame, uint32_t id, size_t offset,
			   bool has_more)
{
	uint8_t *ip = ip_of(frame);

	if (is_ipv6(frame)) {
		put16(fragment_header_insert(frame, id) + 2, offset | has_more);
		put16(ip + 4, frame->length - (ip - frame->bytes) - 40);
		return;
	}
	put16(ip + 2, frame->length - (ip - frame->bytes));
	put16(ip + 4, id);
	put16(ip + 6, offset / 8 | (has_more ? 0x2000 : 0));
	ip_write_check(ip);
}

void frame_cut(const struct frame *whole, uint32_t id, size_t offset,
	       size_t size, struct frame *ret)
{
	uint8_t proto;
	size_t l4 = l4_find(whole, &proto);
	size_t rest = whole->length - l4 - offset;

	memset(ret, 0, sizeof(*ret));
	if (size > rest)
		size = rest;
	memcpy(ret->bytes, whole->bytes, l4);
	memcpy(ret->bytes + l4, whole->bytes + l4 + offset, size);
	ret->length = l4 + size;
	fragment_write(ret, id, offset, size < rest);
}

void frame_join(const struct frame *first, const struct frame *rest,
		struct frame *ret)
{
	uint8_t *ip, proto;
	size_t at = l4_find(rest, &proto);

	*ret = *first;
	ip = ip_of(ret);
	if (is_ipv6(ret)) {
		ip[6] = ip[40];
		memmove(ip + 40, ip + 48, ret->length);
		ret->length -= 8;
	}
	memcpy(ret->bytes + ret->length, rest->bytes + at, rest->length - at);
	ret->length += rest->length - at;
	if (is_ipv6(ret)) {
		put16(ip + 4, ret->length - (ip - ret->bytes) - 40);
		return;
	}
	put16(ip + 2, ret->length - (ip - ret->bytes));
	put16(ip + 6, 0);
	ip_write_check(ip);
}

void frame_force_check(struct frame *frame, uint16_t check)
{
	struct frame_view view;
	uint8_t *payload;

	frame_view(frame, &view);
	payload = frame->bytes + view.l4 + l4_header(view.proto);
	put16(payload, 0);
	put16(frame->bytes + view.l4 + check_offset(view.proto), check);
	put16(payload, ~l4_sum(frame));
}

void frame_answer(const struct packet_spec *spec, const struct frame *sent,
		  uint8_t tcp_flags, struct frame *ret)
{
	struct packet_spec answer = *spec;
	struct frame_view view;

	frame_view(sent, &view);
	answer.src = view.dst;
	answer.dst = view.src;
	answer.src_port = view.dst_port;
	answer.dst_port = view.src_port;
	answer.tcp_flags = tcp_flags;
	if (is_icmp(view.proto)) {
		answer.src_port = view.src_port;
		answer.icmp_type = spec->icmp_type == 13      ? 14 :
				   view.proto == IPPROTO_ICMP ? 0 :
								129;
	}
	frame_build(ret, &answer);
}
