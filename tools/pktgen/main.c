// SPDX-License-Identifier: GPL-2.0-only
/*
 * pktgen: send packets of many flows, and look at what arrives.
 */
#include <signal.h>
#include <stdlib.h>

#include "kernel.h"
#include "live.h"
#include "log.h"
#include "report.h"

enum { EXIT_USAGE = 2 };

static void stop(int signal)
{
	(void)signal;
	live_is_over = true;
}

/* Without SA_RESTART: what waits is to end. */
static void signals_take(void)
{
	const struct sigaction action = { .sa_handler = stop };

	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

/* One packet of each flow, and none of them measured. */
static int flows_open(struct live *live)
{
	__u32 flows = live->options->plan.flows;
	struct result result;
	int error;

	if (live_sink_put(live, PKTGEN_OUT) < 0)
		return -1;
	error = live_send(live, PKTGEN_OUT, flows, 0, &result);
	live_sink_remove(live, PKTGEN_OUT);
	if (error)
		return -1;
	live_hurry(live);
	if (result.count.packets == flows || live->options->is_ready_to_lose)
		return 0;
	return log_error("of %u flows that were to be opened %llu arrived",
			 flows, (unsigned long long)result.count.packets);
}

static int measure(struct live *live, struct result *ret)
{
	const struct options *options = live->options;
	enum pktgen_direction direction = options->back ? PKTGEN_BACK :
							  PKTGEN_OUT;
	int result;

	if (options->opens && flows_open(live) < 0)
		return -1;
	if (live_sink_put(live, direction) < 0)
		return -1;
	if (options->generator == GENERATOR_KERNEL)
		result = kernel_send(live, ret);
	else
		result = live_send(live, direction, options->count,
				   options->seconds, ret);
	live_sink_remove(live, direction);
	return result;
}

/* Return: as report_write(). */
static int generate(const struct options *options, const struct device *from,
		    const struct device *to)
{
	struct result result;
	__u64 shared = 0;
	struct live live;
	int good = -1;

	if (live_open(options, from, to, &live) < 0)
		return -1;
	if (measure(&live, &result) == 0 &&
	    (options->generator == GENERATOR_KERNEL ||
	     live_shared(&live, &shared) == 0))
		good = report_write(options, &result, shared);
	live_close(&live);
	return good;
}

int main(int argc, char **argv)
{
	struct options options;
	struct device from, to;
	int read, good = -1;

	log_open();
	read = options_read(argc, argv, &options);
	if (read != 0)
		return read < 0 ? EXIT_USAGE : EXIT_SUCCESS;
	if (device_open("from", options.from, &from) < 0)
		return EXIT_FAILURE;
	if (device_open("to", options.to, &to) == 0) {
		signals_take();
		good = generate(&options, &from, &to);
		device_close(&to);
	}
	device_close(&from);
	return good == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
