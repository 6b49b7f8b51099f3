/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the running kernel can do that others cannot, found by trying.  Trying
 * changes nothing.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdbool.h>

enum kernel_ability {
	KERNEL_TCX, /* TC programs by links: Linux 6.6 */
	KERNEL_IP_SUMMED, /* told to TC programs: Linux 6.2 */
	KERNEL_TIMER, /* bpf_timer: Linux 5.15, and without it nothing goes */
	KERNEL_XDP_FEATURES, /* what devices do with XDP is told: Linux 6.3 */
	KERNEL_NETKIT, /* devices for pods in place of veth: Linux 6.7 */
	KERNEL_ABILITY_COUNT,
};

/* include/uapi/linux/bpf.h of Linux 6.6, which libbpf 1.1 does not know. */
enum {
	KERNEL_TCX_INGRESS = 46, /* BPF_TCX_INGRESS */
	KERNEL_TCX_EGRESS = 47, /* BPF_TCX_EGRESS */
};

bool kernel_can(enum kernel_ability ability);

const char *kernel_ability_name(enum kernel_ability ability);

/* What is done on a kernel without it. */
const char *kernel_ability_otherwise(enum kernel_ability ability);

#endif /* KERNEL_H */
