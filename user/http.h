/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /metrics, /healthz and /readyz, by libmicrohttpd in threads of its own.
 */
#ifndef HTTP_H
#define HTTP_H

#include "addr.h"

struct http;

/*
 * pin_dir: must outlive *ret. Return: 0 or -1, said.
 */
int http_start(const char *pin_dir, const struct masq_addr *addr, __u16 port,
	       struct http **ret);
void http_stop(struct http *http);

#endif /* HTTP_H */
