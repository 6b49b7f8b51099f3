// SPDX-License-Identifier: GPL-2.0-only
#include "xdp.h"

#include <errno.h>
#include <linux/if_link.h>
#include <string.h>

#include "hook.h"
#include "log.h"

static struct hook xdp_hook(const char *pin_dir, __u32 ifindex,
			    enum masq_xdp mode)
{
	bool is_native = mode == MASQ_XDP_NATIVE;

	return (struct hook){
		.pin_dir = pin_dir,
		.name = is_native ? "xdp_native" : "xdp_generic",
		.ifindex = ifindex,
		.type = BPF_XDP,
		.flags = is_native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE,
	};
}

bool xdp_is_there(const char *pin_dir, __u32 ifindex, enum masq_xdp mode)
{
	const struct hook hook = xdp_hook(pin_dir, ifindex, mode);

	return mode != MASQ_XDP_NONE && hook_is_there(&hook);
}

int xdp_remove_others(const char *pin_dir, __u32 ifindex, enum masq_xdp mode)
{
	int result = 0;

	for (enum masq_xdp other = MASQ_XDP_NATIVE; other < MASQ_XDP_COUNT;
	     other++) {
		const struct hook hook = xdp_hook(pin_dir, ifindex, other);
		int error = other == mode ? 0 : hook_remove(&hook);

		if (error)
			result = log_error("cannot take masq_xdp off interface "
					   "%u: %s%s",
					   ifindex, strerror(-error),
					   log_hint(-error));
	}
	return result;
}

int xdp_remove(const char *pin_dir, __u32 ifindex)
{
	return xdp_remove_others(pin_dir, ifindex, MASQ_XDP_NONE);
}

int xdp_put(const char *pin_dir, __u32 ifindex, enum masq_xdp mode,
	    int program_fd, bool *ret_is_new)
{
	const struct hook hook = xdp_hook(pin_dir, ifindex, mode);

	*ret_is_new = false;
	return hook_put(&hook, program_fd, ret_is_new);
}
