// SPDX-License-Identifier: GPL-2.0-only
#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "health.h"
#include "log.h"
#include "metrics.h"

enum {
	CONNECTIONS_MAX = 64,
	THREADS = 2, /* a health check does not wait for a scrape */
	TIMEOUT_S = 10,
};

struct http {
	struct MHD_Daemon *daemon;
	const char *pin_dir;
};

/* text: allocated, or NULL without memory. */
static enum MHD_Result answer(struct MHD_Connection *connection,
			      unsigned int status, const char *type, char *text)
{
	struct MHD_Response *response = NULL;
	enum MHD_Result result = MHD_NO;

	if (text)
		response = MHD_create_response_from_buffer(
			strlen(text), text, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(text);
		return MHD_NO;
	}
	/* RFC 9110 10.2.1, 15.5.6 */
	if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				    type) == MHD_YES &&
	    (status != MHD_HTTP_METHOD_NOT_ALLOWED ||
	     MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
				     "GET, HEAD") == MHD_YES))
		result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/* problem: NULL for none. */
static enum MHD_Result answer_state(struct MHD_Connection *connection,
				    const char *problem)
{
	char *text = NULL;

	if (asprintf(&text, "%s\n", problem ? problem : "ok") < 0)
		return MHD_NO;
	return answer(connection,
		      problem ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK,
		      "text/plain; charset=utf-8", text);
}

static enum MHD_Result metrics_answer(struct MHD_Connection *connection,
				      const struct http *http,
				      const struct maps *maps)
{
	size_t size = 0;
	char *text = NULL;
	FILE *stream = open_memstream(&text, &size);
	int error = stream ? metrics_write(stream, maps, http->pin_dir) :
			     -ENOMEM;

	if (stream && fclose(stream) != 0 && !error)
		error = -ENOMEM;
	if (!error)
		return answer(connection, MHD_HTTP_OK,
			      "text/plain; version=0.0.4; charset=utf-8", text);
	free(text);
	return answer_state(connection, strerror(-error));
}

static enum MHD_Result ready_answer(struct MHD_Connection *connection,
				    const struct http *http,
				    const struct maps *maps)
{
	return answer_state(connection, health_unready(maps, http->pin_dir));
}

/* The maps may be others than a moment ago (move.h): open them each time. */
static enum MHD_Result
maps_answer(struct MHD_Connection *connection, const struct http *http,
	    enum MHD_Result (*how)(struct MHD_Connection *connection,
				   const struct http *http,
				   const struct maps *maps))
{
	enum MHD_Result result;
	struct maps maps;

	if (maps_open(http->pin_dir, &maps) < 0)
		return answer_state(connection, "the maps are not there");
	result = how(connection, http, &maps);
	maps_close(&maps);
	return result;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection,
			      const char *url, const char *method,
			      const char *version, const char *upload,
			      size_t *upload_size, void **state)
{
	const struct http *http = context;

	(void)version, (void)upload, (void)state;
	*upload_size = 0;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
			      "text/plain", strdup("GET is right\n"));
	if (strcmp(url, "/metrics") == 0)
		return maps_answer(connection, http, metrics_answer);
	if (strcmp(url, "/healthz") == 0)
		return answer_state(connection, health_problem());
	if (strcmp(url, "/readyz") == 0)
		return maps_answer(connection, http, ready_answer);
	return answer(connection, MHD_HTTP_NOT_FOUND, "text/plain",
		      strdup("/metrics, /healthz and /readyz are here\n"));
}

static void sockaddr_fill(const struct masq_addr *addr, __u16 port,
			  struct sockaddr_storage *ret)
{
	struct sockaddr_in ipv4 = { .sin_family = AF_INET,
				    .sin_port = htons(port) };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6,
				     .sin6_port = htons(port) };

	memset(ret, 0, sizeof(*ret));
	if (addr_family(addr) == MASQ_IPV4) {
		memcpy(&ipv4.sin_addr, addr->byte + 12, 4);
		memcpy(ret, &ipv4, sizeof(ipv4));
	} else {
		memcpy(&ipv6.sin6_addr, addr->byte, 16);
		memcpy(ret, &ipv6, sizeof(ipv6));
	}
}

int http_start(const char *pin_dir, const struct sourced *sourced,
	       struct http **ret)
{
	const struct masq_addr *addr = &sourced->config.metrics_addr;
	__u16 port = sourced->config.metrics_port;
	unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD;
	struct http *http = calloc(1, sizeof(*http));
	struct sockaddr_storage at;

	if (!http)
		return log_error("no memory for --metrics-address");
	if (addr_family(addr) == MASQ_IPV6)
		flags |= MHD_USE_IPv6;
	http->pin_dir = pin_dir;
	sockaddr_fill(addr, port, &at);
	http->daemon = MHD_start_daemon(
		flags, port, NULL, NULL, handle, http, MHD_OPTION_SOCK_ADDR,
		(struct sockaddr *)&at, MHD_OPTION_THREAD_POOL_SIZE,
		(unsigned int)THREADS, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned int)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned int)TIMEOUT_S, MHD_OPTION_END);
	if (!http->daemon) {
		free(http);
		return values_refuse(&sourced->values, "metrics-address", NULL,
				     "cannot be served: %s: give an address of "
				     "this node and a port that is free",
				     strerror(errno));
	}
	*ret = http;
	return 0;
}

void http_stop(struct http *http)
{
	if (!http)
		return;
	MHD_stop_daemon(http->daemon);
	free(http);
}
