// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

#define DIR "/proc/thread-self/net/pktgen"

/* Its threads are one a CPU. */
#define THREAD "kpktgend_0"

bool kernel_is_there(void)
{
	if (access(DIR, F_OK) == 0)
		return true;
	return system("modprobe -q pktgen") == 0 && access(DIR, F_OK) == 0;
}

/* file: below DIR. Return: 0 or -1, said. */
__attribute__((format(printf, 2, 3))) static int tell(const char *file,
						      const char *format, ...)
{
	char path[sizeof(DIR) + 64], line[256];
	va_list args;
	FILE *stream;
	int bad;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	snprintf(path, sizeof(path), DIR "/%s", file);
	stream = fopen(path, "we");
	if (!stream)
		return log_error("cannot open %s: %s", path, strerror(errno));
	/* pgctrl takes the last byte for a newline, whatever it is */
	bad = fprintf(stream, "%s\n", line) < 0;
	bad |= fclose(stream) != 0;
	if (bad)
		return log_error("pktgen does not take \"%s\": %s", line,
				 strerror(errno));
	return 0;
}

/* "min" and "max" of so many addresses from this one on; side: src or dst. */
static int range_tell(const char *name, const char *side,
		      const struct masq_addr *first, __u32 count)
{
	char text[ADDR_TEXT_SIZE];
	struct masq_addr last;

	pktgen_addr(first, count - 1, &last);
	if (tell(name, "%s_min %s", side, addr_format(first, text)) < 0)
		return -1;
	return tell(name, "%s_max %s", side, addr_format(&last, text));
}

static int one_tell(const char *name, const char *side,
		    const struct masq_addr *addr, __u32 count)
{
	char text[ADDR_TEXT_SIZE];

	if (count > 1)
		return log_error("--generator kernel: of IPv6 it knows one "
				 "source and one destination");
	return tell(name, "%s6 %s", side, addr_format(addr, text));
}

static int addresses_tell(const struct options *options, const char *name)
{
	const struct pktgen_plan *plan = &options->plan;
	int (*side_tell)(const char *name, const char *side,
			 const struct masq_addr *first, __u32 count) =
		plan->family == MASQ_IPV6 ? one_tell : range_tell;

	if (side_tell(name, "src", &plan->source, plan->sources) < 0)
		return -1;
	return side_tell(name, "dst", &plan->destination, plan->destinations);
}

static int ports_tell(const struct options *options, const char *name)
{
	const struct pktgen_plan *plan = &options->plan;
	__u32 last = plan->source_port + plan->ports - 1;

	if (plan->flows < plan->ports)
		last = plan->source_port + plan->flows - 1;
	if (tell(name, "udp_src_min %u", plan->source_port) < 0 ||
	    tell(name, "udp_src_max %u", last + 1) < 0 ||
	    tell(name, "udp_dst_min %u", plan->destination_port) < 0)
		return -1;
	return tell(name, "udp_dst_max %u", plan->destination_port);
}

static int packets_tell(const struct options *options, const char *name,
			size_t size)
{
	const __u8 *mac = options->mac;

	if (tell(name, "count %u", options->count) < 0 ||
	    tell(name, "pkt_size %zu", size) < 0 ||
	    tell(name, "dst_mac %02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		 mac[2], mac[3], mac[4], mac[5]) < 0 ||
	    tell(name, "flag UDPCSUM") < 0)
		return -1;
	return options->rate ? tell(name, "ratep %u", options->rate) :
			       tell(name, "delay 0");
}

/* What the device's file says of this. Return: 0 or -1, said. */
static int number_read(const char *name, const char *what, __u64 *ret)
{
	char path[sizeof(DIR) + 64], line[256];
	unsigned long long number;
	FILE *stream;
	int found = 0;

	snprintf(path, sizeof(path), DIR "/%s", name);
	stream = fopen(path, "re");
	while (stream && !found && fgets(line, sizeof(line), stream)) {
		const char *at = strstr(line, what);

		found = at && sscanf(at + strlen(what), " %llu", &number) == 1;
	}
	if (stream)
		fclose(stream);
	if (!found)
		return log_error("%s does not say \"%s\"", path, what);
	*ret = number;
	return 0;
}

static int configure(const struct live *live, const char *name)
{
	if (tell(THREAD, "rem_device_all") < 0 ||
	    tell(THREAD, "add_device %s", name) < 0 ||
	    addresses_tell(live->options, name) < 0 ||
	    ports_tell(live->options, name) < 0)
		return -1;
	return packets_tell(live->options, name, live->frame.size);
}

int kernel_send(struct live *live, struct result *ret)
{
	const struct device *device = live->ends[PKTGEN_OUT];
	__u64 start;
	int result;

	if (!live->options->count)
		return log_error("--generator kernel: give --count");
	if (device_enter(device) < 0)
		return -1;
	if (!kernel_is_there())
		return log_error("--generator kernel: this kernel has no "
				 "pktgen (modprobe pktgen): give --generator "
				 "xdp");
	start = clock_ns();
	result = configure(live, device->name);
	if (result == 0)
		result = tell("pgctrl", "start"); /* returns when it is over */
	if (result == 0)
		result = number_read(device->name, "pkts-sofar:", &ret->sent);
	if (result == 0)
		result = live_settle(live, PKTGEN_OUT, ret->sent, &ret->count);
	ret->busy_ns = ret->ns = clock_ns() - start;
	(void)tell(THREAD, "rem_device_all");
	return result;
}
