// SPDX-License-Identifier: GPL-2.0-only
#include "metrics.h"

#include <net/if.h>
#include <stdlib.h>

#include "attach.h"
#include "census.h"
#include "clock.h"
#include "hazards.h"
#include "names.h"
#include "version.h"

static void family(FILE *stream, const char *name, const char *type,
		   const char *help)
{
	fprintf(stream, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void single(FILE *stream, const char *name, const char *type,
		   const char *help, uint64_t value)
{
	family(stream, name, type, help);
	fprintf(stream, "%s %llu\n", name, (unsigned long long)value);
}

static void build_write(FILE *stream)
{
	family(stream, "bpfmasq_build_info", "gauge",
	       "Version of the daemon and of its maps' layout.");
	fprintf(stream,
		"bpfmasq_build_info{version=\"%s\",map_layout=\"%u\"} 1\n",
		BPFMASQ_VERSION, (unsigned int)MASQ_LAYOUT);
}

/* --- packets --- */

static int counters_write(FILE *stream, const struct maps *maps,
			  const char *name, size_t offset)
{
	for (int d = 0; d < MASQ_DIRECTION_COUNT; d++) {
		for (int v = MASQ_CONTINUE + 1; v < MASQ_VERDICT_COUNT; v++) {
			struct masq_counter counter;
			int error = maps_get_counter(maps, d, v, &counter);
			__u64 *value = (void *)((char *)&counter + offset);

			if (error)
				return error;
			fprintf(stream,
				"%s{direction=\"%s\",verdict=\"%s\"} %llu\n",
				name, direction_name(d), verdict_name(v),
				*value);
		}
	}
	return 0;
}

static int packets_write(FILE *stream, const struct maps *maps)
{
	int error;

	family(stream, "bpfmasq_packets_total", "counter",
	       "Packets as on the wire, by direction and verdict.");
	error = counters_write(stream, maps, "bpfmasq_packets_total",
			       offsetof(struct masq_counter, packets));
	if (error)
		return error;
	family(stream, "bpfmasq_bytes_total", "counter",
	       "Bytes of these packets.");
	return counters_write(stream, maps, "bpfmasq_bytes_total",
			      offsetof(struct masq_counter, bytes));
}

/* A flow that is not opened is a packet that is dropped, with the reason. */
static int refused_write(FILE *stream, const struct maps *maps)
{
	static const enum masq_verdict reasons[] = {
		MASQ_DROP_NO_ADDRESS,  MASQ_DROP_NO_PORT,    MASQ_DROP_TAKEN,
		MASQ_DROP_OVER_BUDGET, MASQ_DROP_TABLE_FULL,
	};

	family(stream, "bpfmasq_flows_refused_total", "counter",
	       "Packets that would have opened a flow and were dropped.");
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		struct masq_counter counter;
		int error = maps_get_counter(maps, MASQ_EGRESS, reasons[i],
					     &counter);

		if (error)
			return error;
		fprintf(stream,
			"bpfmasq_flows_refused_total{reason=\"%s\"} %llu\n",
			verdict_name(reasons[i]), counter.packets);
	}
	return 0;
}

/* --- flows --- */

static int totals_write(FILE *stream, const struct maps *maps)
{
	uint64_t totals[MASQ_TOTAL_COUNT];

	for (int kind = 0; kind < MASQ_TOTAL_COUNT; kind++) {
		int error = maps_get_total(maps, kind, &totals[kind]);

		if (error)
			return error;
	}
	single(stream, "bpfmasq_flows_opened_total", "counter",
	       "Flows that were opened.", totals[MASQ_TOTAL_OPENED]);
	single(stream, "bpfmasq_flows_closed_total", "counter",
	       "Flows that are over: expired, closed, or their port was taken "
	       "over.",
	       totals[MASQ_TOTAL_CLOSED]);
	single(stream, "bpfmasq_flows_expired_total", "counter",
	       "Flows that the sweep has closed, for their time was over.",
	       totals[MASQ_TOTAL_EXPIRED]);
	single(stream, "bpfmasq_sweep_ticks_total", "counter",
	       "Ticks of the sweep's timer; 64 or more are a round.",
	       totals[MASQ_TOTAL_TICKS]);
	single(stream, "bpfmasq_events_lost_total", "counter",
	       "Events that came faster than a monitor could read them.",
	       totals[MASQ_TOTAL_LOST]);
	return 0;
}

static int table_write(FILE *stream, const struct maps *maps)
{
	struct masq_sweeper sweeper;
	uint64_t waiting;
	__u32 max_flows;
	int error = maps_get_sweeper(maps, &sweeper);

	if (!error)
		error = maps_get_max_flows(maps, &max_flows);
	if (!error)
		error = maps_get_waiting(maps, &waiting);
	if (error)
		return error;
	single(stream, "bpfmasq_table_records", "gauge",
	       "Records in the table, the expired included until they are "
	       "swept.",
	       sweeper.tickets);
	single(stream, "bpfmasq_table_records_max", "gauge",
	       "Records that the table has room for.", max_flows);
	single(stream, "bpfmasq_fragments_held", "gauge",
	       "Fragments that wait for their datagram's first.", waiting);
	return 0;
}

static void pods_write(FILE *stream, const struct census *census)
{
	uint64_t others = 0;

	family(stream, "bpfmasq_pod_flows", "gauge",
	       "Live flows of the pods that have most, and of all others.");
	for (size_t i = 0; i < census->pod_count; i++) {
		const struct census_pod *pod = &census->pods[i];
		char text[ADDR_TEXT_SIZE];

		if (i < METRICS_PODS)
			fprintf(stream, "bpfmasq_pod_flows{pod=\"%s\"} %llu\n",
				addr_format(&pod->addr, text),
				(unsigned long long)pod->flows);
		else
			others += pod->flows;
	}
	fprintf(stream, "bpfmasq_pod_flows{pod=\"other\"} %llu\n",
		(unsigned long long)others);
}

static void remote_write(FILE *stream, const char *name,
			 const struct census_remote *remote, uint64_t value)
{
	char addr[ADDR_TEXT_SIZE], node[ADDR_TEXT_SIZE];

	fprintf(stream,
		"%s{proto=\"%s\",remote=\"%s\",remote_port=\"%u\","
		"node_addr=\"%s\"} %llu\n",
		name, proto_name(remote->key.proto),
		addr_format(&remote->key.remote, addr), remote->key.remote_port,
		addr_format(&remote->key.local, node),
		(unsigned long long)value);
}

static void remotes_write(FILE *stream, const struct census *census)
{
	size_t count = census->remote_count;

	if (count > METRICS_REMOTES)
		count = METRICS_REMOTES;
	family(stream, "bpfmasq_remote_ports_used", "gauge",
	       "Ports of the pool in use towards the busiest destinations.");
	for (size_t i = 0; i < count; i++)
		remote_write(stream, "bpfmasq_remote_ports_used",
			     &census->remotes[i], census->remotes[i].ports);
	family(stream, "bpfmasq_remote_ports_free", "gauge",
	       "Ports of the pool that are left towards them.");
	for (size_t i = 0; i < count; i++)
		remote_write(stream, "bpfmasq_remote_ports_free",
			     &census->remotes[i],
			     census->pool - census->remotes[i].ports);
}

static int census_write(FILE *stream, const struct maps *maps)
{
	struct census census;
	int error = census_take(maps, clock_ns(), &census);

	if (error)
		return error;
	single(stream, "bpfmasq_flows", "gauge", "Live flows.", census.flows);
	pods_write(stream, &census);
	remotes_write(stream, &census);
	census_free(&census);
	return 0;
}

/* --- the daemon and its node --- */

static int daemon_write(FILE *stream, const struct maps *maps)
{
	struct masq_daemon daemon;
	int error = maps_get_daemon(maps, &daemon);

	if (error)
		return error;
	single(stream, "bpfmasq_config_last_reload_successful", "gauge",
	       "1 while what the configuration says now is in force.",
	       !*daemon.problem);
	single(stream, "bpfmasq_config_last_reload_success_timestamp_seconds",
	       "gauge", "When a configuration was last taken.",
	       daemon.loaded_s);
	single(stream, "bpfmasq_config_loads_total", "counter",
	       "Configurations that were taken.", daemon.loads);
	single(stream, "bpfmasq_config_refusals_total", "counter",
	       "Configurations that were refused.", daemon.refusals);
	return 0;
}

static void uplinks_write(FILE *stream, const struct maps *maps,
			  const char *pin_dir)
{
	struct masq_uplink uplink;
	char name[IFNAMSIZ];
	__u32 ifindex = 0;

	family(stream, "bpfmasq_uplink_attached", "gauge",
	       "1 while the programs are in place on the uplink.");
	while (maps_next_uplink(maps, &ifindex) == 0)
		if (maps_get_uplink(maps, ifindex, &uplink) == 0 &&
		    if_indextoname(ifindex, name))
			fprintf(stream,
				"bpfmasq_uplink_attached{uplink=\"%s\"} %d\n",
				name,
				attach_is_there(pin_dir, ifindex,
						uplink.attach));
}

/* Absent while the node cannot be asked. */
static void hazards_write(FILE *stream, const struct maps *maps)
{
	struct warnings warnings;

	if (hazards_look(maps, &warnings) == 0)
		single(stream, "bpfmasq_warnings", "gauge",
		       "Settings and rules on the node that stand in the way.",
		       warnings.count);
}

int metrics_write(FILE *stream, const struct maps *maps, const char *pin_dir)
{
	int error;

	build_write(stream);
	error = packets_write(stream, maps);
	if (!error)
		error = refused_write(stream, maps);
	if (!error)
		error = totals_write(stream, maps);
	if (!error)
		error = table_write(stream, maps);
	if (!error)
		error = census_write(stream, maps);
	if (!error)
		error = daemon_write(stream, maps);
	uplinks_write(stream, maps, pin_dir);
	hazards_write(stream, maps);
	return error;
}
