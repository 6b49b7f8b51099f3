// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"

#include <errno.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "netdev.h"

enum {
	LOOPBACK = 1, /* its ifindex, in every network namespace */
	NETKIT_PRIMARY = 54, /* BPF_NETKIT_PRIMARY of Linux 6.7 */
};

/* May programs hang on interfaces by this type?  Loopback is no netkit: ENXIO. */
static bool has_attach_type(int type)
{
	__u32 count = 0;
	int error = bpf_prog_query(LOOPBACK, type, 0, NULL, NULL, &count);

	return error == 0 || error == -ENXIO;
}

static bool has_function(const char *name)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool has;

	if (!btf)
		return false;
	has = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
	btf__free(btf);
	return has;
}

static bool has_netdev_family(void)
{
	struct netdev_family family;

	return netdev_find(&family) == 0;
}

bool kernel_can(enum kernel_ability ability)
{
	switch (ability) {
	case KERNEL_TCX:
		return has_attach_type(KERNEL_TCX_INGRESS);
	case KERNEL_IP_SUMMED:
		return has_function("bpf_cast_to_kern_ctx");
	case KERNEL_TIMER:
		return libbpf_probe_bpf_helper(BPF_PROG_TYPE_SCHED_CLS,
					       BPF_FUNC_timer_init, NULL) == 1;
	case KERNEL_XDP_FEATURES:
		return has_netdev_family();
	case KERNEL_NETKIT:
		return has_attach_type(NETKIT_PRIMARY);
	default:
		return false;
	}
}

static const struct {
	const char *name;
	const char *otherwise;
} abilities[KERNEL_ABILITY_COUNT] = {
	[KERNEL_TCX] = { "tcx", "clsact filters" },
	[KERNEL_IP_SUMMED] = { "ip_summed", "checksums by the kernel's "
					    "helpers" },
	[KERNEL_TIMER] = { "bpf_timer", "no programs" },
	[KERNEL_XDP_FEATURES] = { "xdp-features", "XDP redirects to no pod" },
	[KERNEL_NETKIT] = { "netkit", "pods on veth" },
};

const char *kernel_ability_name(enum kernel_ability ability)
{
	return abilities[ability].name;
}

const char *kernel_ability_otherwise(enum kernel_ability ability)
{
	return abilities[ability].otherwise;
}
