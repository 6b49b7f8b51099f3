// SPDX-License-Identifier: GPL-2.0-only
#include "pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

enum {
	PORT_MAX = 65535,
	/* RFC 6335 6: below are the system ports. */
	POOL_FIRST = 1024,
	/* kube-apiserver's default --service-node-port-range */
	NODE_PORT_FIRST = 30000,
	NODE_PORT_LAST = 32767,
	WORD_BITS = 64,
};

static const char *const proc_local_range =
	"/proc/sys/net/ipv4/ip_local_port_range";
static const char *const proc_reserved =
	"/proc/sys/net/ipv4/ip_local_reserved_ports";

static const char *const not_a_list =
	"is no list of ports: write it as FIRST-LAST,...";

bool pool_has(const struct masq_ports *ports, unsigned int port)
{
	return ports->word[port / WORD_BITS] >> (port % WORD_BITS) & 1;
}

static void pool_add(struct masq_ports *ports, unsigned int first,
		     unsigned int last)
{
	for (unsigned int port = first; port <= last; port++)
		ports->word[port / WORD_BITS] |= 1ULL << (port % WORD_BITS);
}

static void pool_remove(struct masq_ports *ports, unsigned int first,
			unsigned int last)
{
	for (unsigned int port = first; port <= last; port++)
		ports->word[port / WORD_BITS] &= ~(1ULL << (port % WORD_BITS));
}

static void pool_set_bounds(struct masq_ports *ports)
{
	ports->first = 0;
	ports->last = 0;
	for (unsigned int port = 1; port <= PORT_MAX; port++) {
		if (!pool_has(ports, port))
			continue;
		if (!ports->first)
			ports->first = port;
		ports->last = port;
	}
}

void pool_join(struct masq_ports *ports, const struct masq_ports *more)
{
	for (size_t i = 0; i <= PORT_MAX / WORD_BITS; i++)
		ports->word[i] |= more->word[i];
	pool_set_bounds(ports);
}

unsigned int pool_size(const struct masq_ports *ports)
{
	unsigned int size = 0;

	for (size_t i = 0; i <= PORT_MAX / WORD_BITS; i++)
		size += __builtin_popcountll(ports->word[i]);
	return size;
}

/* Read one port, `lowest` or above; *text moves behind it. */
static const char *port_parse(const char **text, unsigned int lowest,
			      unsigned int *ret)
{
	unsigned long port;
	char *end;

	if (**text < '0' || **text > '9')
		return not_a_list;
	port = strtoul(*text, &end, 10);
	if (port < lowest || port > PORT_MAX)
		return "has a port that is none: 1 to 65535 are right";
	*text = end;
	*ret = port;
	return NULL;
}

static const char *range_parse(const char **text, unsigned int lowest,
			       unsigned int *ret_first, unsigned int *ret_last)
{
	const char *problem = port_parse(text, lowest, ret_first);

	*ret_last = *ret_first;
	if (problem || **text != '-')
		return problem;
	++*text;
	problem = port_parse(text, lowest, ret_last);
	if (!problem && *ret_first > *ret_last)
		return "runs backwards: the first port is above the last";
	return problem;
}

static const char *list_parse(const char *text, unsigned int lowest,
			      struct masq_ports *ports)
{
	unsigned int first, last;
	const char *problem;

	for (;; text++) {
		problem = range_parse(&text, lowest, &first, &last);
		if (problem)
			return problem;
		pool_add(ports, first, last);
		if (*text == '\0')
			return NULL;
		if (*text != ',')
			return not_a_list;
	}
}

const char *pool_parse(const char *text, struct masq_ports *ret)
{
	struct masq_ports ports = { 0 };
	const char *problem = list_parse(text, 1, &ports);

	if (problem)
		return problem;
	pool_set_bounds(&ports);
	*ret = ports;
	return NULL;
}

static int ephemeral_remove(struct masq_ports *ports, const char *text)
{
	unsigned int first, last;

	if (sscanf(text, "%u %u", &first, &last) != 2 || last > PORT_MAX)
		return -EINVAL;
	pool_remove(ports, first, last);
	return 0;
}

static int reserved_remove(struct masq_ports *ports, const char *text)
{
	struct masq_ports reserved = { 0 };

	if (!*text)
		return 0;
	if (list_parse(text, 0, &reserved)) /* the kernel takes a port 0 */
		return -EINVAL;
	for (size_t i = 0; i <= PORT_MAX / WORD_BITS; i++)
		ports->word[i] &= ~reserved.word[i];
	return 0;
}

/* Take away what a file in /proc says. */
static int proc_remove(struct masq_ports *ports, const char *path,
		       int (*remove)(struct masq_ports *ports,
				     const char *text))
{
	char *text;
	size_t size;
	int error = file_read(path, &text, &size);

	if (error)
		return error;
	text[strcspn(text, "\n")] = '\0';
	error = remove(ports, text);
	free(text);
	return error;
}

int pool_default(struct masq_ports *ret)
{
	struct masq_ports ports = { 0 };
	int error;

	pool_add(&ports, POOL_FIRST, PORT_MAX);
	pool_remove(&ports, NODE_PORT_FIRST, NODE_PORT_LAST);
	error = proc_remove(&ports, proc_local_range, ephemeral_remove);
	if (!error)
		error = proc_remove(&ports, proc_reserved, reserved_remove);
	if (error)
		return error;
	pool_set_bounds(&ports);
	*ret = ports;
	return 0;
}

char *pool_format(const struct masq_ports *ports)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return NULL;
	for (unsigned int first = 1, last; first <= PORT_MAX;
	     first = last + 1) {
		last = first;
		if (!pool_has(ports, first))
			continue;
		while (last < PORT_MAX && pool_has(ports, last + 1))
			last++;
		fprintf(stream, last > first ? "%s%u-%u" : "%s%u",
			ftell(stream) ? "," : "", first, last);
	}
	if (fclose(stream) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
