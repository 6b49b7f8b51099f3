// SPDX-License-Identifier: GPL-2.0-only
#include "config_file.h"

#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "log.h"
#include "document.h"

/* What is there instead of a value, and what would be right. */
static int refuse_shape(const struct document *document,
			const struct setting *setting, const yaml_node_t *node)
{
	char where[DOCUMENT_WHERE_SIZE];
	const char *right = setting->shape == SETTING_LIST ?
				    "one value or a list of them" :
				    "one value";

	return log_error("%s: %s: has %s: %s is right",
			 document_where(document, node, where), setting->name,
			 node->type == YAML_MAPPING_NODE  ? "keys of its own" :
			 node->type == YAML_SEQUENCE_NODE ? "a list" :
							    "no value",
			 right);
}

static int scalar_take(const struct document *document,
		       const struct setting *setting, const yaml_node_t *node,
		       struct values *values)
{
	char where[DOCUMENT_WHERE_SIZE];

	if (node->type != YAML_SCALAR_NODE || document_is_null(node))
		return refuse_shape(document, setting, node);
	document_where(document, node, where);
	if (document_has_zero(node))
		return value_refuse(where, setting->name, document_text(node),
				    "has a zero byte behind it");
	return values_add(values, setting, document_text(node), where);
}

static int node_take(struct document *document, const struct setting *setting,
		     const yaml_node_t *node, struct values *values)
{
	int result = 0;

	if (node->type != YAML_SEQUENCE_NODE || setting->shape != SETTING_LIST)
		return scalar_take(document, setting, node, values);
	if (node->data.sequence.items.start == node->data.sequence.items.top)
		return refuse_shape(document, setting, node);
	for (yaml_node_item_t *item = node->data.sequence.items.start;
	     item < node->data.sequence.items.top && result == 0; item++)
		result = scalar_take(document, setting,
				     document_node(document, *item), values);
	return result;
}

static int pair_take(struct document *document, const yaml_node_pair_t *pair,
		     struct values *values)
{
	const yaml_node_t *key = document_node(document, pair->key);
	const struct setting *setting = NULL;
	char where[DOCUMENT_WHERE_SIZE];
	const struct value *before;

	document_where(document, key, where);
	if (key->type != YAML_SCALAR_NODE)
		return log_error("%s: a key is not one word", where);
	setting = setting_find(document_text(key), key->data.scalar.length);
	if (!setting)
		return log_error("%s: no such key \"%s\": the options of run "
				 "are the keys (bpfmasq help)",
				 where, document_text(key));
	before = values_find(values, setting->name);
	if (before)
		return log_error("%s: %s is given twice: once at %s", where,
				 setting->name, before->where);
	return node_take(document, setting,
			 document_node(document, pair->value), values);
}

static int root_take(struct document *document, struct values *values)
{
	const yaml_node_t *root = document_root(document);
	char where[DOCUMENT_WHERE_SIZE];
	int result = 0;

	if (!root || document_is_null(root))
		return 0;
	if (root->type != YAML_MAPPING_NODE)
		return log_error("%s: is no list of KEY: VALUE",
				 document_where(document, root, where));
	for (yaml_node_pair_t *pair = root->data.mapping.pairs.start;
	     pair < root->data.mapping.pairs.top && result == 0; pair++)
		result = pair_take(document, pair, values);
	return result;
}

int config_file_parse(const char *path, const char *text, size_t size,
		      struct values *ret)
{
	struct values values = { 0 };
	struct document document;
	int result;

	if (document_parse(path, text, size, DOCUMENT_ONLY, &document) < 0)
		return -1;
	result = root_take(&document, &values);
	document_free(&document);
	if (result == 0)
		*ret = values;
	else
		values_free(&values);
	return result;
}

int config_file_read(const char *path, struct values *ret)
{
	char *text;
	size_t size;
	int error = file_read(path, &text, &size);

	if (error)
		return log_error("cannot read --config %s: %s", path,
				 strerror(-error));
	error = config_file_parse(path, text, size, ret);
	free(text);
	return error;
}
