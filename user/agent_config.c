// SPDX-License-Identifier: GPL-2.0-only
#include "agent_config.h"

#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "go.h"
#include "log.h"
#include "document.h"

enum {
	/* ip-masq-agent's default of cidrLimit */
	CIDR_LIMIT = 64,
	/* `<<: *anchor`, all in all: in each other they would multiply */
	MERGES_MAX = 1000,
};

/* RFC 1918. */
static const char *const default_ranges[] = { "10.0.0.0/8", "172.16.0.0/12",
					      "192.168.0.0/16", NULL };

/* What --nomasq-all-reserved-ranges adds. Sources: RFC 5735, RFC 6598. */
static const char *const reserved_ranges[] = {
	"100.64.0.0/10",  "192.0.0.0/24",  "192.0.2.0/24",
	"192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4",   NULL
};

/* A key's place in the document, as far as it is there. */
struct entry {
	const yaml_node_t *key;
	const yaml_node_t *value;
};

enum key {
	KEY_NON_MASQUERADE,
	KEY_CIDR_LIMIT,
	KEY_LINK_LOCAL,
	KEY_LINK_LOCAL_IPV6,
	KEY_RESYNC_INTERVAL,
	KEY_MASQUERADE,
	KEY_NON_MASQUERADE_SOURCE,
	KEY_COUNT,
};

static const char *const key_names[KEY_COUNT] = {
	[KEY_NON_MASQUERADE] = "nonMasqueradeCIDRs",
	[KEY_CIDR_LIMIT] = "cidrLimit",
	[KEY_LINK_LOCAL] = "masqLinkLocal",
	[KEY_LINK_LOCAL_IPV6] = "masqLinkLocalIPv6",
	[KEY_RESYNC_INTERVAL] = "resyncInterval",
	[KEY_MASQUERADE] = "masqueradeCIDRs",
	[KEY_NON_MASQUERADE_SOURCE] = "nonMasqueradeSourceCIDRs",
};

/* A document being read. */
struct reading {
	struct document document;
	bool is_json;
	const struct agent_config_flags *flags;
	struct entry entries[KEY_COUNT];
	unsigned int merges;
	struct values *values;
};

static int refuse(const struct reading *reading, enum key key,
		  const yaml_node_t *node, const char *problem)
{
	char where[DOCUMENT_WHERE_SIZE];

	document_where(&reading->document, node, where);
	if (node->type == YAML_SCALAR_NODE)
		return value_refuse(where, key_names[key], document_text(node),
				    problem);
	return log_error("%s: %s: %s", where, key_names[key], problem);
}

/* --- the keys --- */

/* The names are those of JSON in Go: in whatever case. */
static void entry_note(struct reading *reading, const yaml_node_t *key,
		       const yaml_node_t *value)
{
	for (int i = 0; i < KEY_COUNT; i++) {
		struct entry *entry = &reading->entries[i];

		if (strcasecmp(document_text(key), key_names[i]) != 0 ||
		    document_has_zero(key))
			continue;
		/* YAML is sorted by its keys on its way through JSON */
		if (reading->is_json || !entry->key ||
		    strcmp(document_text(key), document_text(entry->key)) >= 0)
			*entry = (struct entry){ key, value };
	}
}

static int mapping_read(struct reading *reading, const yaml_node_t *mapping);

static int mapping_merge(struct reading *reading, const yaml_node_t *mapping)
{
	char where[DOCUMENT_WHERE_SIZE];

	if (reading->merges++ < MERGES_MAX)
		return mapping_read(reading, mapping);
	return log_error("%s: is one more than the %d mappings that can be "
			 "merged",
			 document_where(&reading->document, mapping, where),
			 MERGES_MAX);
}

/* `<<: *anchor`, or a list of such: the first of them goes before the others. */
static int merge_read(struct reading *reading, const yaml_node_t *node)
{
	int result = 0;

	if (node->type != YAML_SEQUENCE_NODE)
		return mapping_merge(reading, node);
	for (yaml_node_item_t *item = node->data.sequence.items.top;
	     item > node->data.sequence.items.start && result == 0; item--)
		result = mapping_merge(
			reading, document_node(&reading->document, item[-1]));
	return result;
}

static int mapping_read(struct reading *reading, const yaml_node_t *mapping)
{
	char where[DOCUMENT_WHERE_SIZE];
	int result = 0;

	if (mapping->type != YAML_MAPPING_NODE)
		return log_error("%s: is no list of KEY: VALUE",
				 document_where(&reading->document, mapping,
						where));
	for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
	     pair < mapping->data.mapping.pairs.top && result == 0; pair++) {
		const yaml_node_t *key =
			document_node(&reading->document, pair->key);
		const yaml_node_t *value =
			document_node(&reading->document, pair->value);

		if (key->type != YAML_SCALAR_NODE)
			result = log_error("%s: a key is not one word",
					   document_where(&reading->document,
							  key, where));
		else if (document_is_plain(key) &&
			 strcmp(document_text(key), "<<") == 0)
			result = merge_read(reading, value);
		else
			entry_note(reading, key, value);
	}
	return result;
}

/* --- values --- */

/* Null, or no such key, leaves *ret as it is. */
static int flag_read(const struct reading *reading, enum key key, bool *ret)
{
	const yaml_node_t *node = reading->entries[key].value;

	if (!node || document_is_null(node))
		return 0;
	if (!document_is_plain(node) || !go_bool(document_text(node), ret))
		return refuse(reading, key, node, "is neither true nor false");
	return 0;
}

static int limit_read(const struct reading *reading, long long *ret)
{
	const yaml_node_t *node = reading->entries[KEY_CIDR_LIMIT].value;
	bool is_right;

	if (!node || document_is_null(node))
		return 0;
	is_right = document_is_plain(node) &&
		   (reading->is_json ? go_json_int(document_text(node), ret) :
				       go_yaml_int(document_text(node), ret));
	return is_right ? 0 :
			  refuse(reading, KEY_CIDR_LIMIT, node,
				 "is no whole number");
}

/* It is only checked: we need no interval. */
static int interval_read(const struct reading *reading)
{
	const yaml_node_t *node = reading->entries[KEY_RESYNC_INTERVAL].value;

	if (!node)
		return 0;
	if (node->type == YAML_SCALAR_NODE && !document_is_null(node) &&
	    !document_has_zero(node) &&
	    (!document_is_plain(node) ||
	     !go_is_yaml_number(document_text(node))) &&
	    go_is_duration(document_text(node)))
		return 0;
	return refuse(reading, KEY_RESYNC_INTERVAL, node,
		      "is no duration: write it as 60s, 1m30s or \"0\"");
}

/* Go reads a prefix length with zeros in front, cidr_parse() does too. */
static int range_read(const struct reading *reading, enum key key,
		      const yaml_node_t *node, const struct setting *setting)
{
	char where[DOCUMENT_WHERE_SIZE];
	const char *problem;
	struct cidr cidr;

	if (node->type != YAML_SCALAR_NODE ||
	    (document_is_plain(node) && go_is_yaml_scalar(document_text(node))))
		return refuse(reading, key, node, "is no text");
	if (document_has_zero(node))
		return refuse(reading, key, node, "has a zero byte behind it");
	problem = cidr_parse(document_text(node), &cidr);
	if (problem)
		return refuse(reading, key, node, problem);
	if (addr_family(&cidr.addr) == MASQ_IPV6 &&
	    !reading->flags->enable_ipv6)
		return refuse(reading, key, node,
			      "is IPv6: give --enable-ipv6 too");
	return values_add(reading->values, setting, document_text(node),
			  document_where(&reading->document, node, where));
}

static size_t list_length(const yaml_node_t *list)
{
	return list->data.sequence.items.top - list->data.sequence.items.start;
}

/* Null is an empty list. */
static int ranges_read(const struct reading *reading, enum key key,
		       const char *setting_name)
{
	const struct setting *setting =
		setting_find(setting_name, strlen(setting_name));
	const yaml_node_t *list = reading->entries[key].value;
	struct document document = reading->document;
	int result = 0;

	if (!list || document_is_null(list))
		return 0;
	if (list->type != YAML_SEQUENCE_NODE)
		return refuse(reading, key, list, "is no list of ranges");
	for (size_t i = 0; i < list_length(list) && result == 0; i++)
		result = range_read(
			reading, key,
			document_node(&document,
				      list->data.sequence.items.start[i]),
			setting);
	return result;
}

static int limit_check(const struct reading *reading, long long limit)
{
	const struct entry *entry = &reading->entries[KEY_NON_MASQUERADE];
	char where[DOCUMENT_WHERE_SIZE];
	long long count = 0;

	if (!entry->value)
		while (default_ranges[count])
			count++;
	if (!entry->value && reading->flags->nomasq_all_reserved_ranges)
		count += sizeof(reserved_ranges) / sizeof(*reserved_ranges) - 1;
	if (entry->value && entry->value->type == YAML_SEQUENCE_NODE)
		count = list_length(entry->value);
	if (count <= limit)
		return 0;
	if (entry->key)
		document_where(&reading->document, entry->key, where);
	else
		snprintf(where, sizeof(where), "%s", reading->document.path);
	return log_error("%s: %lld ranges are more than the cidrLimit of %lld",
			 where, count, limit);
}

/* --- the whole --- */

static int defaults_add(struct reading *reading, const char *const *ranges)
{
	char where[DOCUMENT_WHERE_SIZE];
	int result = 0;

	snprintf(where, sizeof(where), "%s (default)", reading->document.path);
	for (; *ranges && result == 0; ranges++)
		result = values_add_named(
			reading->values, "non-masquerade-cidr", *ranges, where);
	return result;
}

static int non_masquerade_read(struct reading *reading)
{
	if (reading->entries[KEY_NON_MASQUERADE].value)
		return ranges_read(reading, KEY_NON_MASQUERADE,
				   "non-masquerade-cidr");
	if (defaults_add(reading, default_ranges) < 0)
		return -1;
	return reading->flags->nomasq_all_reserved_ranges ?
		       defaults_add(reading, reserved_ranges) :
		       0;
}

static int link_local_read(struct reading *reading, enum key key,
			   const char *setting_name)
{
	const yaml_node_t *node = reading->entries[key].value;
	char where[DOCUMENT_WHERE_SIZE];
	bool is_on = false;

	if (flag_read(reading, key, &is_on) < 0)
		return -1;
	if (node)
		document_where(&reading->document, node, where);
	else
		snprintf(where, sizeof(where), "%s (default)",
			 reading->document.path);
	return values_add_named(reading->values, setting_name,
				is_on ? "masquerade" : "pass", where);
}

static int entries_read(struct reading *reading)
{
	long long limit = CIDR_LIMIT;

	if (limit_read(reading, &limit) < 0 || interval_read(reading) < 0 ||
	    limit_check(reading, limit) < 0 ||
	    non_masquerade_read(reading) < 0 ||
	    link_local_read(reading, KEY_LINK_LOCAL, "link-local") < 0 ||
	    link_local_read(reading, KEY_LINK_LOCAL_IPV6, "link-local-ipv6") <
		    0 ||
	    ranges_read(reading, KEY_MASQUERADE, "masquerade-cidr") < 0)
		return -1;
	return ranges_read(reading, KEY_NON_MASQUERADE_SOURCE,
			   "non-masquerade-source-cidr");
}

/*
 * No JSON, although json-c's strict mode lets it pass: quotes of YAML, NaN and
 * Infinity, a point without a digit behind it, line ends and tabs in texts.
 */
static bool has_tolerated(const char *text)
{
	bool is_quoted = false;

	for (; *text; text++) {
		if (*text == '"')
			is_quoted = !is_quoted;
		else if (is_quoted && *text == '\\' && text[1])
			text++;
		else if (is_quoted && iscntrl((unsigned char)*text))
			return true;
		else if (!is_quoted && strchr("'NI", *text))
			return true;
		else if (!is_quoted && *text == '.' &&
			 !isdigit((unsigned char)text[1]))
			return true;
	}
	return false;
}

/* What begins as JSON is JSON to the last byte: no comments, no tolerance. */
static int json_check(const char *path, const char *text, size_t size)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *json;
	enum json_tokener_error error;

	if (!tokener)
		return log_error("%s: no memory to read it", path);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	json = json_tokener_parse_ex(tokener, text, size + 1);
	error = json_tokener_get_error(tokener);
	json_object_put(json);
	json_tokener_free(tokener);
	if (error == json_tokener_success && has_tolerated(text))
		error = json_tokener_error_parse_unexpected;
	if (error == json_tokener_success)
		return 0;
	return log_error("%s: begins with { but is no JSON: %s", path,
			 json_tokener_error_desc(error));
}

static bool begins_as_json(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return *text == '{';
}

int agent_config_parse(const char *path, const char *text, size_t size,
		       const struct agent_config_flags *flags,
		       struct values *ret)
{
	struct values values = { 0 };
	struct reading reading = { .is_json = begins_as_json(text),
				   .flags = flags,
				   .values = &values };
	const yaml_node_t *root;
	int result = 0;

	if (reading.is_json && json_check(path, text, size) < 0)
		return -1;
	if (document_parse(path, text, size, DOCUMENT_FIRST,
			   &reading.document) < 0)
		return -1;
	root = document_root(&reading.document);
	if (root && !document_is_null(root))
		result = mapping_read(&reading, root);
	if (result == 0)
		result = entries_read(&reading);
	document_free(&reading.document);
	if (result == 0)
		*ret = values;
	else
		values_free(&values);
	return result;
}

int agent_config_read(const char *path, const struct agent_config_flags *flags,
		      struct values *ret)
{
	char *text = NULL;
	size_t size = 0;
	int error = file_read(path, &text, &size);

	if (error == -ENOENT || error == -ENOTDIR)
		return agent_config_parse(path, "", 0, flags, ret);
	if (error)
		return log_error("cannot read --masq-config %s: %s", path,
				 strerror(-error));
	error = agent_config_parse(path, text, size, flags, ret);
	free(text);
	return error;
}
