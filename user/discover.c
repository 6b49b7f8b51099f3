// SPDX-License-Identifier: GPL-2.0-only
#include "discover.h"

#include <dirent.h>
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "log.h"

/* --- CNI --- */

/* "usePodCidr" stands for a range that only the API server knows. */
static int subnet_add(struct json_object *subnet, const char *path,
		      struct values *values)
{
	const char *text = json_object_get_string(subnet);

	if (!json_object_is_type(subnet, json_type_string) ||
	    !strchr(text, '/'))
		return 0;
	if (strlen(text) != (size_t)json_object_get_string_len(subnet))
		return value_refuse(path, "pod-cidr", text,
				    "has a zero byte behind it");
	return values_add_named(values, "pod-cidr", text, path);
}

/* `each` for what stands in an array, and for nothing else. */
static int array_each(struct json_object *array, const char *path,
		      struct values *values,
		      int (*each)(struct json_object *item, const char *path,
				  struct values *values))
{
	int result = 0;

	if (!json_object_is_type(array, json_type_array))
		return 0;
	for (size_t i = 0; i < json_object_array_length(array) && result == 0;
	     i++)
		result =
			each(json_object_array_get_idx(array, i), path, values);
	return result;
}

/* {"subnet": "10.244.1.0/24"} of host-local. */
static int range_add(struct json_object *range, const char *path,
		     struct values *values)
{
	return subnet_add(json_object_object_get(range, "subnet"), path,
			  values);
}

static int range_set_add(struct json_object *set, const char *path,
			 struct values *values)
{
	return array_each(set, path, values, range_add);
}

/* host-local's ipam.ranges and ipam.subnet; kindnet's ranges, of texts. */
static int plugin_add(struct json_object *plugin, const char *path,
		      struct values *values)
{
	struct json_object *ipam = json_object_object_get(plugin, "ipam");

	if (range_add(ipam, path, values) < 0 ||
	    array_each(json_object_object_get(ipam, "ranges"), path, values,
		       range_set_add) < 0)
		return -1;
	return array_each(json_object_object_get(plugin, "ranges"), path,
			  values, subnet_add);
}

int discover_conflist(const char *path, const char *text, struct values *ret)
{
	enum json_tokener_error error;
	struct json_object *root = json_tokener_parse_verbose(text, &error);
	int result;

	if (!json_object_is_type(root, json_type_object)) {
		json_object_put(root);
		return log_error("%s: is no CNI configuration: %s", path,
				 error ? json_tokener_error_desc(error) :
					 "it is no JSON object");
	}
	result = array_each(json_object_object_get(root, "plugins"), path, ret,
			    plugin_add);
	json_object_put(root);
	return result;
}

/* --- flannel --- */

/* Its "subnet" is the address of the pods' gateway. */
static int gateway_add(const char *text, const char *where,
		       struct values *values)
{
	char range[CIDR_TEXT_SIZE];
	struct cidr cidr;

	if (cidr_parse_around(text, &cidr)) /* what is wrong is said later */
		return values_add_named(values, "pod-cidr", text, where);
	return values_add_named(values, "pod-cidr", cidr_format(&cidr, range),
				where);
}

static int network_add(const char *text, const char *where,
		       struct values *values)
{
	return values_add_named(values, "cluster-cidr", text, where);
}

static int line_read(const char *line, const char *where, struct values *ret)
{
	static const struct {
		const char *name;
		int (*add)(const char *text, const char *where,
			   struct values *values);
	} keys[] = {
		{ "FLANNEL_NETWORK=", network_add },
		{ "FLANNEL_SUBNET=", gateway_add },
		{ "FLANNEL_IPV6_NETWORK=", network_add },
		{ "FLANNEL_IPV6_SUBNET=", gateway_add },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t length = strlen(keys[i].name);

		if (strncmp(line, keys[i].name, length) == 0 && line[length])
			return keys[i].add(line + length, where, ret);
	}
	return 0;
}

int discover_flannel(const char *path, const char *text, struct values *ret)
{
	char *copy = strdup(text), *rest = copy, *line, where[PATH_MAX + 16];
	unsigned int number = 0;
	int result = 0;

	if (!copy)
		return log_error("%s: no memory to read it", path);
	while (result == 0 && (line = strsep(&rest, "\n"))) {
		snprintf(where, sizeof(where), "%s:%u", path, ++number);
		line[strcspn(line, "\r")] = '\0';
		result = line_read(line, where, ret);
	}
	free(copy);
	return result;
}

/* --- files --- */

static int is_conflist(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".conflist") == 0;
}

/* A file that is not there is no error: it says nothing. */
static int file_discover(const char *path,
			 int (*take)(const char *path, const char *text,
				     struct values *ret),
			 struct values *ret)
{
	char *text;
	size_t size;
	int error = file_read(path, &text, &size);

	if (error == -ENOENT || error == -ENOTDIR)
		return 0;
	if (error)
		return log_error("cannot read %s: %s", path, strerror(-error));
	error = take(path, text, ret);
	free(text);
	return error;
}

static int cni_discover(struct values *ret)
{
	struct dirent **entries;
	int count = scandir(DISCOVER_CNI_DIR, &entries, is_conflist, alphasort);
	char path[PATH_MAX];

	if (count < 0)
		return 0;
	if (count > 0)
		snprintf(path, sizeof(path), "%s/%s", DISCOVER_CNI_DIR,
			 entries[0]->d_name);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return count > 0 ? file_discover(path, discover_conflist, ret) : 0;
}

int discover(struct values *ret)
{
	struct values values = { 0 };
	int result = cni_discover(&values);

	if (result == 0 && !values.count)
		result = file_discover(DISCOVER_FLANNEL_PATH, discover_flannel,
				       &values);
	if (result == 0)
		*ret = values;
	else
		values_free(&values);
	return result;
}
