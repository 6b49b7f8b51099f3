// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfmasq monitor: what happens to flows and packets, as it happens.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "clock.h"
#include "command.h"
#include "log.h"
#include "maps.h"
#include "names.h"

enum {
	/* So often the datapath is told that somebody still listens … */
	RENEW_MS = 500,
	/* … and so long it believes it. */
	LISTEN_MS = 5000,
};

static const struct output_column columns[] = {
	{ "time", 12 },	       { "event", 7 }, { "proto", 6 }, { "source", 26 },
	{ "destination", 26 }, { "node", 26 }, { "why", 0 },   { 0 },
};

static const char *const event_names[MASQ_EVENT_KIND_COUNT] = {
	[MASQ_EVENT_OPENED] = "opened",
	[MASQ_EVENT_CLOSED] = "closed",
	[MASQ_EVENT_DROPPED] = "dropped",
};

struct monitor {
	struct output *output;
	const struct filter *filter;
	uint64_t since_ns; /* older ones are left from a former monitor */
	int64_t wall_ns; /* CLOCK_REALTIME minus CLOCK_MONOTONIC */
	uint64_t lost; /* as last told */
};

static volatile sig_atomic_t is_over;

static void end(int signal)
{
	(void)signal;
	is_over = 1;
}

/* Of a packet the verdict, of a flow what it is or how it stood. */
static const char *why(const struct masq_event *event)
{
	switch (event->kind) {
	case MASQ_EVENT_DROPPED:
		return verdict_name(event->verdict);
	case MASQ_EVENT_CLOSED:
		return state_name(event->state);
	default:
		return kind_name(event->flow_kind);
	}
}

static void event_print(const struct monitor *monitor,
			const struct masq_event *event)
{
	struct output *output = monitor->output;
	const struct masq_tuple *external = &event->external;

	output_row_begin(output);
	output_time(output, "time_ms",
		    (event->time_ns + monitor->wall_ns) / NS_PER_MS);
	output_string(output, "event",
		      event->kind < MASQ_EVENT_KIND_COUNT ?
			      event_names[event->kind] :
			      "unknown");
	output_string(output, "proto", proto_name(external->proto));
	output_endpoint(output, "src", "src_port", &event->local,
			event->local_port);
	output_endpoint(output, "dst", "dst_port", &external->remote,
			external->remote_port);
	output_endpoint(output, "node_addr", "node_port", &external->local,
			external->local_port);
	output_string(output, "why", why(event));
	output_row_end(output);
}

/* A packet that is dropped is of no record: it has no state. */
static bool is_wanted(const struct filter *filter,
		      const struct masq_event *event)
{
	bool is_drop = event->kind == MASQ_EVENT_DROPPED;
	struct masq_flow flow = { .local = event->local,
				  .local_port = event->local_port,
				  .kind = event->flow_kind,
				  .state = event->state };

	return !(is_drop && (filter->state != FILTER_ANY ||
			     filter->node_port != FILTER_ANY)) &&
	       filter_matches(filter, &event->external, &flow);
}

static int event_take(void *context, void *data, size_t size)
{
	const struct monitor *monitor = context;
	const struct masq_event *event = data;

	if (size >= sizeof(*event) && event->time_ns >= monitor->since_ns &&
	    is_wanted(monitor->filter, event))
		event_print(monitor, event);
	return 0;
}

static bool is_other(const struct masq_listener *listener)
{
	return listener->until_ns > clock_ns() &&
	       listener->pid != (__u32)getpid();
}

/* What found no room since it was last said. */
static int lost_say(struct monitor *monitor, const struct maps *maps)
{
	uint64_t lost;
	int error = maps_get_total(maps, MASQ_TOTAL_LOST, &lost);

	if (error || lost == monitor->lost)
		return error;
	output_flush();
	log_warning("%llu events are lost: they came faster than they could "
		    "be shown",
		    (unsigned long long)(lost - monitor->lost));
	monitor->lost = lost;
	return 0;
}

/* Nobody else may read the events. Return: 0 or -1, said. */
static int other_look(const struct maps *maps)
{
	struct masq_listener listener;
	int error = maps_get_listener(maps, &listener);

	if (error)
		return log_error("cannot read %s: %s", map_names[MAP_LISTENER],
				 strerror(-error));
	if (is_other(&listener))
		return log_error("another monitor reads the events (process "
				 "%u): one at a time can",
				 listener.pid);
	return 0;
}

/* Say that we listen; who was stopped for long may have lost the place. */
static int renew(struct monitor *monitor, const struct maps *maps)
{
	struct masq_listener listener = {
		.until_ns = clock_ns() + LISTEN_MS * (uint64_t)NS_PER_MS,
		.pid = getpid(),
	};
	int error = lost_say(monitor, maps);

	if (other_look(maps) < 0)
		return -1;
	if (!error)
		error = maps_set_listener(maps, &listener);
	if (error)
		return log_error("cannot listen to events: %s",
				 strerror(-error));
	return 0;
}

/* What is there already is shown still. */
static void leave(struct monitor *monitor, const struct maps *maps,
		  struct ring_buffer *ring)
{
	const struct masq_listener nobody = { 0 };

	(void)maps_set_listener(maps, &nobody);
	(void)ring_buffer__consume(ring);
	(void)lost_say(monitor, maps);
}

/* Until a signal, or until nobody reads what we write. */
static int listen_to(struct monitor *monitor, const struct maps *maps,
		     struct ring_buffer *ring)
{
	int error = 0;

	if (renew(monitor, maps) < 0)
		return -1;
	output_stream_begin(monitor->output, columns);
	while (!is_over && output_flush() == 0) {
		error = ring_buffer__poll(ring, RENEW_MS);
		if (error < 0 && error != -EINTR)
			break;
		error = 0;
		if (renew(monitor, maps) < 0)
			return -1;
	}
	leave(monitor, maps, ring);
	if (error)
		return log_error("cannot read %s: %s", map_names[MAP_EVENTS],
				 strerror(-error));
	return 0;
}

static int monitor_run(struct monitor *monitor, const struct maps *maps)
{
	struct ring_buffer *ring;
	int result, error;

	if (other_look(maps) < 0)
		return -1;
	error = maps_get_total(maps, MASQ_TOTAL_LOST, &monitor->lost);
	if (error)
		return log_error("cannot read %s: %s", map_names[MAP_TOTALS],
				 strerror(-error));
	monitor->since_ns = clock_ns();
	monitor->wall_ns = clock_wall_ns() - (int64_t)monitor->since_ns;
	ring = ring_buffer__new(maps->fd[MAP_EVENTS], event_take, monitor,
				NULL);
	if (!ring)
		return log_error("cannot open %s: %s", map_names[MAP_EVENTS],
				 strerror(errno));
	result = listen_to(monitor, maps, ring);
	ring_buffer__free(ring);
	return result;
}

int cmd_monitor(struct invocation *inv)
{
	struct sigaction action = { .sa_handler = end };
	struct monitor monitor = { .filter = &inv->filter };
	struct maps maps;
	int result = -1;

	if (maps_open(inv->pin_dir, &maps) < 0)
		return EXIT_FAILURE;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN); /* output_flush() tells, and we can leave */
	monitor.output = output_open(inv->format);
	if (monitor.output) {
		result = monitor_run(&monitor, &maps);
		result |= output_close(monitor.output);
	}
	maps_close(&maps);
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
