/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets between a pod and somebody, of every kind there is, and that they
 * stay as they are: what the tests of modes and of exclusions share.
 */
#ifndef SELFTESTS_KIND_H
#define SELFTESTS_KIND_H

#include "mode.h"

enum {
	GRE = 47,
	AH = 51,
};

/* Kinds of packets, each from a pod to the outside or from there to a pod. */
static inline struct packet_spec plain(const struct family *f, const char *src,
				       const char *dst)
{
	(void)f;
	return udp_of(src, dst);
}

static inline struct packet_spec opening(const struct family *f,
					 const char *src, const char *dst)
{
	(void)f;
	return tcp_of(src, dst);
}

static inline struct packet_spec stray(const struct family *f, const char *src,
				       const char *dst)
{
	struct packet_spec spec = tcp_of(src, dst);

	(void)f;
	spec.tcp_flags = RST;
	return spec;
}

static inline struct packet_spec echo(const struct family *f, const char *src,
				      const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	spec.proto = f->icmp;
	spec.icmp_type = f->echo;
	return spec;
}

static inline struct packet_spec unknown_icmp(const struct family *f,
					      const char *src, const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	spec.proto = f->icmp;
	spec.icmp_type = f->unknown_icmp;
	return spec;
}

static inline struct packet_spec error(const struct family *f, const char *src,
				       const char *dst)
{
	struct packet_spec spec = udp_of(src, dst), about = udp_of(dst, src);
	static struct frame quote;

	frame_build(&quote, &about);
	spec.proto = f->icmp;
	spec.icmp_type = f->unreachable;
	spec.quote = &quote;
	return spec;
}

static inline struct packet_spec bare(const struct family *f, const char *src,
				      const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	(void)f;
	spec.proto = GRE;
	return spec;
}

static inline struct packet_spec forbidden(const struct family *f,
					   const char *src, const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	(void)f;
	spec.proto = AH;
	return spec;
}

static inline struct packet_spec sctp(const struct family *f, const char *src,
				      const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	(void)f;
	spec.proto = IPPROTO_SCTP;
	spec.sctp_chunk = 1; /* INIT */
	return spec;
}

/* Not for IPv4. */
static inline struct packet_spec extensions(const struct family *f,
					    const char *src, const char *dst)
{
	struct packet_spec spec = udp_of(src, dst);

	if (f->icmp == IPPROTO_ICMP)
		return spec;
	memcpy(spec.extensions, (uint8_t[]){ 0, 60, 60, 60, 60, 60 }, 6);
	spec.extension_count = 6;
	return spec;
}

static const struct {
	const char *name;
	struct packet_spec (*spec)(const struct family *f, const char *src,
				   const char *dst);
} kinds[] = {
	{ "UDP", plain },
	{ "SYN", opening },
	{ "RST", stray },
	{ "echo", echo },
	{ "unknown ICMP", unknown_icmp },
	{ "an error of no flow", error },
	{ "GRE", bare },
	{ "AH", forbidden },
	{ "SCTP", sctp },
	{ "many extension headers", extensions },
};

/* Whole, cut at every length, in fragments: the later ones first and last. */
static inline void whole_and_in_parts(const struct fixture *fixture,
				      const struct family *f,
				      enum masq_direction direction,
				      struct packet_spec spec,
				      enum masq_verdict verdict)
{
	static uint32_t datagram;
	struct frame whole, part;

	datagram++;
	stays(fixture, direction, &spec, verdict);
	frame_build(&whole, &spec);
	part = whole;
	for (part.length = FRAME_L3 + f->header;
	     part.length < whole.length && !test_failed; part.length++)
		frame_stays(fixture, direction, &part, verdict);
	for (int i = 0; i < 3 && !test_failed; i++) {
		frame_cut(&whole, datagram, i % 2 ? 0 : 16, 16, &part);
		frame_stays(fixture, direction, &part, verdict);
	}
}

static inline void every_kind(const struct fixture *fixture,
			      const struct family *f, enum masq_verdict verdict)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		whole_and_in_parts(fixture, f, MASQ_EGRESS,
				   kinds[i].spec(f, f->pod, f->remote),
				   verdict);
		if (!test_failed)
			whole_and_in_parts(fixture, f, MASQ_INGRESS,
					   kinds[i].spec(f, f->remote, f->pod),
					   verdict);
		if (test_failed)
			printf("# with %s\n", kinds[i].name);
		CHECK(!test_failed);
	}
}

#endif /* SELFTESTS_KIND_H */
