// SPDX-License-Identifier: GPL-2.0-only
#include "document.h"

#include <stdio.h>
#include <string.h>

#include "log.h"

static int refuse(const char *path, const yaml_parser_t *parser)
{
	if (parser->error == YAML_MEMORY_ERROR)
		return log_error("%s: no memory to read it", path);
	if (parser->error == YAML_READER_ERROR)
		return log_error("%s: is no text in UTF-8: %s at byte %zu",
				 path, parser->problem, parser->problem_offset);
	return log_error("%s:%zu: is no YAML: %s", path,
			 parser->problem_mark.line + 1, parser->problem);
}

/* Behind the first document. */
static int end_check(const char *path, yaml_parser_t *parser)
{
	yaml_document_t next;
	int result = 0;

	if (!yaml_parser_load(parser, &next))
		return refuse(path, parser);
	if (yaml_document_get_root_node(&next))
		result = log_error("%s:%zu: begins a second document: one is "
				   "right",
				   path, next.start_mark.line + 1);
	yaml_document_delete(&next);
	return result;
}

static int load(const char *path, yaml_parser_t *parser,
		enum document_extent extent, struct document *ret)
{
	ret->path = path;
	if (!yaml_parser_load(parser, &ret->yaml))
		return refuse(path, parser);
	if (extent == DOCUMENT_FIRST || end_check(path, parser) == 0)
		return 0;
	document_free(ret);
	return -1;
}

int document_parse(const char *path, const char *text, size_t size,
		   enum document_extent extent, struct document *ret)
{
	yaml_parser_t parser;
	int result;

	if (!yaml_parser_initialize(&parser))
		return log_error("%s: no memory to read it", path);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text,
				     size);
	result = load(path, &parser, extent, ret);
	yaml_parser_delete(&parser);
	return result;
}

void document_free(struct document *document)
{
	yaml_document_delete(&document->yaml);
}

yaml_node_t *document_root(struct document *document)
{
	return yaml_document_get_root_node(&document->yaml);
}

yaml_node_t *document_node(struct document *document, int index)
{
	return yaml_document_get_node(&document->yaml, index);
}

const char *document_where(const struct document *document,
			   const yaml_node_t *node,
			   char ret[DOCUMENT_WHERE_SIZE])
{
	snprintf(ret, DOCUMENT_WHERE_SIZE, "%s:%zu", document->path,
		 node->start_mark.line + 1);
	return ret;
}

const char *document_text(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

bool document_has_zero(const yaml_node_t *node)
{
	return strlen(document_text(node)) != node->data.scalar.length;
}

bool document_is_plain(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE &&
	       node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

bool document_is_null(const yaml_node_t *node)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };

	if (!document_is_plain(node))
		return false;
	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
		if (strcmp(document_text(node), nulls[i]) == 0)
			return true;
	return false;
}
