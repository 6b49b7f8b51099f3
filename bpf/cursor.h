/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A place in the packet's bytes, which the parser moves on.
 */
#ifndef CURSOR_H
#define CURSOR_H

#include "kernel.h"

/* What has been read so far; nothing past `end` is ever touched. */
struct cursor {
	void *start;
	void *pos;
	void *end;
};

static inline __u16 cursor_offset(const struct cursor *c)
{
	return c->pos - c->start;
}

/*
 * Where the packet's bytes begin or end, as a field of the context says.  The
 * load is written out: of the field's 32 bits clang 19 would make 64 by a move,
 * and what is moved so is an address no more to the verifier.
 */
#define context_address(context, field)                                        \
	({                                                                     \
		void *at_;                                                     \
		asm volatile(                                                  \
			"%0 = *(u32 *)(%1 + %2)"                               \
			: "=r"(at_)                                            \
			: "r"(context),                                        \
			  "i"(__builtin_offsetof(typeof(*(context)), field))); \
		at_;                                                           \
	})

/* All of the packet that is in reach; dead once a helper moves it. */
static inline struct cursor cursor_of(const struct __sk_buff *skb)
{
	return (struct cursor){
		.start = context_address(skb, data),
		.end = context_address(skb, data_end),
	};
}

static inline struct cursor cursor_of_xdp(const struct xdp_md *ctx)
{
	return (struct cursor){
		.start = context_address(ctx, data),
		.end = context_address(ctx, data_end),
	};
}

enum {
	/* Every field we write lies within the headers that were pulled. */
	FIELD_OFFSET_MASK = 0x1ff,
};

/* The `size` bytes at this offset, or NULL if the data ends before. */
static inline void *field_in(const struct cursor *c, __u16 offset, __u32 size)
{
	void *pos = c->start + (offset & FIELD_OFFSET_MASK);

	return pos + size > c->end ? NULL : pos;
}

static inline void *field(const struct __sk_buff *skb, __u16 offset, __u32 size)
{
	const struct cursor c = cursor_of(skb);

	return field_in(&c, offset, size);
}

#endif /* CURSOR_H */
