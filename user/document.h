/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * YAML as a tree, by libyaml.
 */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

enum {
	DOCUMENT_WHERE_SIZE = 512, /* FILE:LINE; cut where it is longer */
};

struct document {
	const char *path;
	yaml_document_t yaml; /* the first in the text */
};

/* A text may hold several documents, with lines of "---" between. */
enum document_extent {
	DOCUMENT_ONLY, /* more than one is an error */
	DOCUMENT_FIRST, /* the others are not looked at */
};

/*
 * Says what is no YAML, and where.
 *
 * path: for messages; must outlive *ret. Return: 0 or -1.
 */
int document_parse(const char *path, const char *text, size_t size,
		   enum document_extent extent, struct document *ret);
void document_free(struct document *document);

/* NULL: the document is empty. */
yaml_node_t *document_root(struct document *document);
yaml_node_t *document_node(struct document *document, int index);

/* FILE:LINE of a node. */
const char *document_where(const struct document *document,
			   const yaml_node_t *node,
			   char ret[DOCUMENT_WHERE_SIZE]);

/* A scalar's text, up to its first '\0'. */
const char *document_text(const yaml_node_t *node);
bool document_has_zero(const yaml_node_t *node);

/* A scalar without quotes: it may be a number, a boolean, or null. */
bool document_is_plain(const yaml_node_t *node);
bool document_is_null(const yaml_node_t *node);

#endif /* DOCUMENT_H */
