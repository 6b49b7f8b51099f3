// SPDX-License-Identifier: GPL-2.0-only
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"

/* Of NETNS/DEV the first part; that of `ip netns` has no slash. */
static int netns_open(const char *option, const char *text, size_t length)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s%.*s",
		 memchr(text, '/', length) ? "" : "/run/netns/", (int)length,
		 text);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return log_error("--%s \"%s\": cannot open %s: %s (ip netns "
				 "lists the names)",
				 option, text, path, strerror(errno));
	return fd;
}

/* Of the namespace that we are in. */
static int device_look(const char *option, const char *text,
		       struct device *device)
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), result;

	if (fd < 0)
		return log_error("no socket: %s", strerror(errno));
	strcpy(request.ifr_name, device->name);
	result = ioctl(fd, SIOCGIFINDEX, &request);
	device->ifindex = request.ifr_ifindex;
	if (result == 0)
		result = ioctl(fd, SIOCGIFHWADDR, &request);
	close(fd);
	if (result < 0)
		return log_error("--%s \"%s\": %s (ip link lists them)", option,
				 text, strerror(errno));
	memcpy(device->mac, request.ifr_hwaddr.sa_data, sizeof(device->mac));
	return 0;
}

int device_enter(const struct device *device)
{
	if (device->netns_fd < 0 || setns(device->netns_fd, CLONE_NEWNET) == 0)
		return 0;
	return log_error("cannot enter the namespace of %s: %s", device->name,
			 strerror(errno));
}

static int go_back(int home_fd)
{
	if (setns(home_fd, CLONE_NEWNET) == 0)
		return 0;
	return log_error("cannot come back from a namespace: %s",
			 strerror(errno));
}

int device_open(const char *option, const char *text, struct device *ret)
{
	const char *slash = strrchr(text, '/');
	const char *name = slash ? slash + 1 : text;
	struct device device = { .netns_fd = -1 };
	int home_fd, result = -1;

	if (!*name || strlen(name) >= sizeof(device.name))
		return log_error("--%s \"%s\": is no [NETNS/]DEVICE", option,
				 text);
	strcpy(device.name, name);
	home_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home_fd < 0)
		return log_error("cannot open /proc/self/ns/net: %s",
				 strerror(errno));
	device.netns_fd = slash ? netns_open(option, text, slash - text) :
				  dup(home_fd);
	if (device.netns_fd >= 0 && device_enter(&device) == 0)
		result = device_look(option, text, &device);
	if (go_back(home_fd) < 0)
		result = -1;
	close(home_fd);
	if (result < 0)
		device_close(&device);
	else
		*ret = device;
	return result;
}

void device_close(struct device *device)
{
	if (device->netns_fd >= 0)
		close(device->netns_fd);
	device->netns_fd = -1;
}
