/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /metrics, /healthz and /readyz, by libmicrohttpd in threads of its own.
 */
#ifndef HTTP_H
#define HTTP_H

#include "sources.h"

struct http;

/*
 * At --metrics-address, which is given.
 *
 * pin_dir: must outlive *ret. Return: 0 or -1, said.
 */
int http_start(const char *pin_dir, const struct sourced *sourced,
	       struct http **ret);
void http_stop(struct http *http);

#endif /* HTTP_H */
