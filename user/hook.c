// SPDX-License-Identifier: GPL-2.0-only
#include "hook.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "pins.h"

static int hook_path(const struct hook *hook, char path[PATH_MAX])
{
	char name[32];

	snprintf(name, sizeof(name), "link_%s_%u", hook->name, hook->ifindex);
	return pin_path(hook->pin_dir, name, path);
}

/* The link that is pinned. Return: a descriptor or a negative errno. */
static int hook_get(const struct hook *hook, char path[PATH_MAX])
{
	int error = hook_path(hook, path);

	return error ? error : bpf_obj_get(path);
}

int hook_put(const struct hook *hook, int program_fd, bool *ret_is_new)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = hook->flags);
	char path[PATH_MAX];
	int fd = hook_get(hook, path), error;

	if (fd >= 0) {
		error = bpf_link_update(fd, program_fd, NULL);
		close(fd);
		if (error != -ENOLINK) /* the interface was another one */
			return error;
		unlink(path);
	} else if (fd != -ENOENT) {
		return fd;
	}
	fd = bpf_link_create(program_fd, hook->ifindex, hook->type, &options);
	if (fd < 0)
		return fd;
	error = bpf_obj_pin(fd, path);
	close(fd);
	*ret_is_new = !error;
	return error;
}

int hook_remove(const struct hook *hook)
{
	char path[PATH_MAX];
	int fd = hook_get(hook, path);

	if (fd == -ENAMETOOLONG)
		return fd;
	if (fd >= 0) {
		/* that the pin goes is not enough: the kernel puts it off */
		(void)bpf_link_detach(fd);
		close(fd);
	}
	return unlink(path) == 0 || errno == ENOENT ? 0 : -errno;
}

bool hook_is_there(const struct hook *hook)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);
	char path[PATH_MAX];
	int fd = hook_get(hook, path), error;

	if (fd < 0)
		return false;
	error = bpf_obj_get_info_by_fd(fd, &info, &size);
	close(fd);
	/*
	 * libbpf 1.1 has no tcx part here; that begins as xdp's does, with the
	 * ifindex: 0 once the interface is gone.
	 */
	return !error && info.xdp.ifindex == hook->ifindex;
}
