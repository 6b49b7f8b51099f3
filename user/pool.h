/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The port pool: which node ports flows may have.
 */
#ifndef POOL_H
#define POOL_H

#include <stdbool.h>

#include "masq.h"

/*
 * Read a list as in 1024-29999,32768-60999,61234.
 *
 * Return: NULL, or what is wrong with the text and what would be right.
 */
const char *pool_parse(const char *text, struct masq_ports *ret);

/* Take the ports of `more` in. */
void pool_join(struct masq_ports *ports, const struct masq_ports *more);

/*
 * The ports that the host's own flows never use: 1024-65535 without the
 * kernel's ephemeral and reserved ports (net.ipv4.ip_local_port_range,
 * ip_local_reserved_ports) and without the NodePort range.
 *
 * Return: 0 or a negative errno when the kernel's ranges cannot be read.
 */
int pool_default(struct masq_ports *ret);

bool pool_has(const struct masq_ports *ports, unsigned int port);
unsigned int pool_size(const struct masq_ports *ports);

/* As pool_parse() reads it; allocated. Return: NULL without memory. */
char *pool_format(const struct masq_ports *ports);

#endif /* POOL_H */
