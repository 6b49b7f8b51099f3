// SPDX-License-Identifier: GPL-2.0-only
#include "netlink.h"

#include <errno.h>
#include <string.h>

enum {
	RETRIES = 16,
	ANSWER_SIZE = 32768, /* as the kernel fills it at most */
};

int netlink_open(int bus, struct netlink *ret)
{
	struct mnl_socket *socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	int error;

	if (!socket)
		return -errno;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		error = -errno;
		mnl_socket_close(socket);
		return error;
	}
	*ret = (struct netlink){ .socket = socket };
	return 0;
}

void netlink_close(struct netlink *netlink)
{
	mnl_socket_close(netlink->socket);
}

static int answers_read(struct netlink *netlink, mnl_cb_t read, void *data)
{
	char buffer[ANSWER_SIZE];
	ssize_t length;
	int more;

	do {
		length = mnl_socket_recvfrom(netlink->socket, buffer,
					     sizeof(buffer));
		if (length < 0)
			return -errno;
		more = mnl_cb_run(buffer, length, netlink->sequence,
				  mnl_socket_get_portid(netlink->socket), read,
				  data);
		if (more < 0)
			return -errno;
	} while (more > 0);
	return 0;
}

static int send_and_read(struct netlink *netlink, struct nlmsghdr *request,
			 mnl_cb_t read, void *data)
{
	request->nlmsg_seq = ++netlink->sequence;
	if (mnl_socket_sendto(netlink->socket, request, request->nlmsg_len) < 0)
		return -errno;
	return answers_read(netlink, read, data);
}

int netlink_dump(struct netlink *netlink, __u16 type, const void *header,
		 size_t header_size, mnl_cb_t read, void *data)
{
	char buffer[512];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	memcpy(mnl_nlmsg_put_extra_header(request, header_size), header,
	       header_size);
	return send_and_read(netlink, request, read, data);
}

int netlink_ask(struct netlink *netlink, struct nlmsghdr *request,
		mnl_cb_t read, void *data)
{
	/* acknowledged, so that the answers have an end */
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	return send_and_read(netlink, request, read, data);
}

int netlink_retry(int (*once)(void *data), void *data)
{
	int error = -EINTR;

	for (int i = 0; i < RETRIES && error == -EINTR; i++)
		error = once(data);
	return error;
}
