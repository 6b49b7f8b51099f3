// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "pool.h"

static int fallbacks_add(struct values *values)
{
	int result = 0;

	for (const struct setting *setting = settings;
	     setting->name && result == 0; setting++)
		if (setting->fallback)
			result = values_add(values, setting, setting->fallback,
					    "default");
	return result;
}

static int ports_add(struct values *values, const struct config *config)
{
	char *text = pool_format(&config->ports);
	int result;

	if (!text)
		return log_error("no memory for the port pool");
	result = values_add_named(values, "ports", text,
				  "what the kernel's own port ranges leave");
	free(text);
	return result;
}

static int node_addr_add(struct values *values, const struct uplink *uplink,
			 enum masq_family family)
{
	char where[IFNAMSIZ + 32], text[ADDR_TEXT_SIZE];

	if (!addr_is_set(&uplink->value.node[family]))
		return 0;
	snprintf(where, sizeof(where), "%s of %s",
		 node_choice_name(uplink->value.choice[family]),
		 uplink->link->name);
	return values_add_named(values, "node-ip",
				addr_format(&uplink->value.node[family], text),
				where);
}

static int uplinks_add(struct values *values, const struct uplinks *uplinks)
{
	for (size_t i = 0; i < uplinks->count; i++) {
		const struct uplink *uplink = &uplinks->items[i];

		if (values_add_named(values, "uplink", uplink->link->name,
				     "default route") < 0)
			return -1;
	}
	return 0;
}

/* Of the families that --node-ip does not give. */
static int node_addrs_add(struct values *values, const struct config *config,
			  const struct uplinks *uplinks)
{
	for (int family = 0; family < MASQ_FAMILY_COUNT; family++)
		for (size_t i = 0; i < uplinks->count; i++)
			if (!addr_is_set(&config->node[family]) &&
			    node_addr_add(values, &uplinks->items[i], family) <
				    0)
				return -1;
	return 0;
}

static int max_flows_add(struct values *values, const struct datapath *datapath)
{
	char text[16];
	__u32 max_flows;
	int error = maps_get_max_flows(&datapath->maps, &max_flows);

	if (error)
		return log_error("cannot look at masq_flows: %s",
				 strerror(-error));
	snprintf(text, sizeof(text), "%u", max_flows);
	return values_add_named(values, "max-flows", text, "as the table is");
}

/* What nobody has said. */
static int found_add(struct values *values, const struct datapath *datapath,
		     const struct sourced *sourced,
		     const struct uplinks *uplinks)
{
	if (fallbacks_add(values) < 0 ||
	    ports_add(values, &sourced->config) < 0 ||
	    uplinks_add(values, uplinks) < 0)
		return -1;
	return max_flows_add(values, datapath);
}

static struct maps_setting entry_of(const struct value *value, __u32 index)
{
	struct maps_setting entry = { .key = { .index = index } };

	snprintf(entry.key.name, sizeof(entry.key.name), "%s",
		 value->setting->name);
	snprintf(entry.value.text, sizeof(entry.value.text), "%s", value->text);
	snprintf(entry.value.where, sizeof(entry.value.where), "%s",
		 value->where);
	return entry;
}

/* Said twice, the last is in force. */
static bool is_in_force(const struct values *values, const struct value *value)
{
	return value->setting->shape == SETTING_LIST ||
	       values_find(values, value->setting->name) == value;
}

/* entries: room for all. Return: how many there are. */
static size_t entries_fill(const struct values *values,
			   struct maps_setting *entries)
{
	__u32 counts[SETTINGS_MAX] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < values->count && count < MASQ_SETTINGS_MAX;
	     i++) {
		const struct value *value = &values->items[i];

		if (is_in_force(values, value))
			entries[count++] = entry_of(
				value, counts[value->setting - settings]++);
	}
	return count;
}

static int values_publish(const struct values *values, const struct maps *maps)
{
	struct maps_setting *entries = calloc(values->count, sizeof(*entries));
	int error;

	if (!entries)
		return log_error("no memory for the settings");
	error = maps_set_settings(maps, entries, entries_fill(values, entries));
	free(entries);
	if (error)
		return log_error("cannot write %s: %s", map_names[MAP_SETTINGS],
				 strerror(-error));
	return 0;
}

int report_settings(const struct datapath *datapath,
		    const struct sourced *sourced,
		    const struct uplinks *uplinks)
{
	struct values all = { 0 }, found = { 0 };
	int result = -1;

	if (values_add_all(&all, &sourced->values) == 0 &&
	    node_addrs_add(&all, &sourced->config, uplinks) == 0 &&
	    found_add(&found, datapath, sourced, uplinks) == 0 &&
	    values_merge(&all, &found) == 0)
		result = values_publish(&all, &datapath->maps);
	values_free(&found);
	values_free(&all);
	return result;
}

static void daemon_publish(const struct datapath *datapath,
			   const struct masq_daemon *daemon)
{
	int error = maps_set_daemon(&datapath->maps, daemon);

	if (error)
		log_error("cannot write %s: %s", map_names[MAP_DAEMON],
			  strerror(-error));
}

void report_taken(const struct datapath *datapath)
{
	struct masq_daemon daemon = { 0 };

	(void)maps_get_daemon(&datapath->maps, &daemon);
	daemon.loaded_s = time(NULL);
	daemon.loads++;
	daemon.problem[0] = '\0';
	daemon_publish(datapath, &daemon);
}

void report_refused(const struct datapath *datapath, const char *why)
{
	struct masq_daemon daemon = { 0 };

	(void)maps_get_daemon(&datapath->maps, &daemon);
	daemon.refusals++;
	snprintf(daemon.problem, sizeof(daemon.problem), "%s", why);
	daemon_publish(datapath, &daemon);
}
