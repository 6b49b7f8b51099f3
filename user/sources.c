// SPDX-License-Identifier: GPL-2.0-only
#include "sources.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "config_file.h"
#include "discover.h"
#include "agent_config.h"

/* Take in what a lower source says. Return: 0 or -1, said. */
static int lower_take(struct values *values,
		      int (*read)(const struct values *values,
				  struct sources *sources, struct values *ret),
		      struct sources *sources)
{
	struct values lower = { 0 };

	if (read(values, sources, &lower) < 0)
		return -1;
	return values_merge(values, &lower);
}

static int config_read(const struct values *values, struct sources *sources,
		       struct values *ret)
{
	(void)values;
	return sources->config_path ?
		       config_file_read(sources->config_path, ret) :
		       0;
}

/* What cannot be looked at may be there. */
static bool is_absent(const char *path)
{
	return access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

static int masq_read(const struct values *values, struct sources *sources,
		     struct values *ret)
{
	struct agent_config_flags flags;
	struct config config;
	int result = 0;

	if (values_apply(values, &config) < 0)
		return -1;
	flags.enable_ipv6 = config.enable_ipv6;
	flags.nomasq_all_reserved_ranges = config.nomasq_all_reserved_ranges;
	snprintf(sources->masq_path, sizeof(sources->masq_path), "%s",
		 *config.masq_config ? config.masq_config :
				       AGENT_CONFIG_DEFAULT_PATH);
	if (*config.masq_config || !is_absent(sources->masq_path))
		result = agent_config_read(sources->masq_path, &flags, ret);
	config_free(&config);
	return result;
}

static int network_read(const struct values *values, struct sources *sources,
			struct values *ret)
{
	(void)sources;
	return values_find(values, "pod-cidr") ? 0 : discover(ret);
}

int sources_read(struct sources *sources, struct sourced *ret)
{
	struct values values = { 0 };
	struct config_conflict conflict;
	struct config config;

	if (values_add_all(&values, &sources->flags) < 0 ||
	    lower_take(&values, config_read, sources) < 0 ||
	    lower_take(&values, masq_read, sources) < 0 ||
	    lower_take(&values, network_read, sources) < 0 ||
	    values_apply(&values, &config) < 0)
		goto free_values;
	if (config_agree(&config, &conflict) < 0) {
		(void)values_refuse(&values, conflict.setting, conflict.text,
				    "%s", conflict.problem);
		config_free(&config);
		goto free_values;
	}
	*ret = (struct sourced){ .config = config, .values = values };
	return 0;

free_values:
	values_free(&values);
	return -1;
}

void sourced_free(struct sourced *sourced)
{
	config_free(&sourced->config);
	values_free(&sourced->values);
}
