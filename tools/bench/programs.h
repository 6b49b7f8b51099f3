/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contract between programs.bpf.c and programs.c.
 */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include "masq.h"

struct bench_packet {
	__u8 bytes[64]; /* how the packet begins, before each run */
	__u32 remote_at; /* where the last four bytes of its destination are */
	__u32 remote; /* those bytes, in host order: of bench_open's last */
};

#endif /* PROGRAMS_H */
