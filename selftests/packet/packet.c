// SPDX-License-Identifier: GPL-2.0-only
#include "packet.h"

#include <arpa/inet.h>
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

static size_t l4_header(uint8_t proto)
{
	return proto == IPPROTO_TCP ? 20 : 8;
}

static size_t check_offset(uint8_t proto)
{
	if (proto == IPPROTO_TCP)
		return 16;
	return proto == IPPROTO_UDP ? 6 : 2;
}

static bool is_icmp(uint8_t proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

static uint8_t *ip_of(const struct frame *frame)
{
	return (uint8_t *)frame->bytes + FRAME_L3;
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
		return FRAME_L3 + (ip[0] & 0xf) * 4;
	}
	*proto = ip[6];
	at = FRAME_L3 + 40;
	while (*proto == IPPROTO_HOPOPTS || *proto == IPPROTO_ROUTING ||
	       *proto == IPPROTO_DSTOPTS) {
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
	if (proto == IPPROTO_UDP && get16(check) == 0)
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
		if (*next == 0 && spec->extensions[i] != IPPROTO_ROUTING)
			next[2] = 1, next[3] = 4; /* PadN */
	}
	*next = spec->proto;
	return 40 + extensions;
}

static void l4_build(uint8_t *l4, const struct packet_spec *spec)
{
	if (is_icmp(spec->proto)) {
		l4[0] = spec->icmp_type;
		put16(l4 + 4, spec->src_port);
		put16(l4 + 6, 1);
		return;
	}
	put16(l4, spec->src_port);
	put16(l4 + 2, spec->dst_port);
	if (spec->proto == IPPROTO_TCP) {
		l4[12] = 5 << 4;
		l4[13] = spec->tcp_flags;
		put16(l4 + 14, 1024);
	} else {
		put16(l4 + 4, 8 + spec->payload);
	}
}

void frame_build(struct frame *frame, const struct packet_spec *spec)
{
	bool ipv6 = strchr(spec->src, ':');
	size_t l4_length = l4_header(spec->proto) + spec->payload, header;
	uint8_t *ip = ip_of(frame), *payload;

	memset(frame, 0, sizeof(*frame));
	frame->bytes[5] = 1; /* some MAC addresses */
	frame->bytes[11] = 2;
	put16(frame->bytes + 12, ipv6 ? 0x86dd : 0x0800);
	header = ipv6 ? ipv6_build(ip, spec, l4_length) :
			ipv4_build(ip, spec, l4_length);
	l4_build(ip + header, spec);
	payload = ip + header + l4_header(spec->proto);
	for (size_t i = 0; i < spec->payload; i++)
		payload[i] = i * 7;
	if (spec->payload >= 2)
		put16(payload, spec->salt);
	frame->length = FRAME_L3 + header + l4_length;
	if (spec->check != NO_CHECKSUM && !(spec->fragment & 0x1fff))
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
	ret->check = get16(l4 + check_offset(ret->proto));
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
	return l4_sum(frame) == 0xffff;
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
		answer.icmp_type = view.proto == IPPROTO_ICMP ? 0 : 129;
	}
	frame_build(ret, &answer);
}
