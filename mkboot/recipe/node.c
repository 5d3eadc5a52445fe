/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recipe/node.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

/* libfyaml tells where a node stands only through its diagnostics: ask it to report one, and
 * read the place off the collected error. */
struct reader {
	const struct recipe *recipe;
	struct fy_diag *diag;
	void *errors;  /* iterator: what has been read off so far */
	size_t budget; /* nodes that may still come: aliases can multiply */
	unsigned depth;
	struct src bad_alias; /* line 0: none */
};

#define MAX_NODES 100000
#define MAX_DEPTH 64

static void discard(struct fy_diag *diag, void *user, const char *buf, size_t len)
{
	(void)diag;
	(void)user;
	(void)buf;
	(void)len;
}

static struct src place(struct reader *rd, struct fy_node *fyn, size_t len)
{
	struct src at = {.line = 1, .col = 1, .len = 1};
	struct fy_diag_error *e;

	fy_node_report(fyn, FYET_ERROR, "place");
	while ((e = fy_diag_errors_iterate(rd->diag, &rd->errors)) != NULL) {
		if (e->line > 0)
			at = (struct src){.line = (unsigned)e->line, .col = (unsigned)e->column};
	}
	at.len = len > 0 ? (unsigned)len : 1;
	return at;
}

/* Characters, not bytes: what a caret has to span. */
static size_t count_chars(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

static struct node *convert(struct reader *rd, struct fy_node *fyn, struct src fallback);

static void convert_scalar(struct reader *rd, struct fy_node *fyn, struct node *n)
{
	size_t len = 0;
	const char *s = fy_node_get_scalar(fyn, &len);
	enum fy_node_style style = fy_node_get_style(fyn);

	n->quoted = style != FYNS_PLAIN;
	if (s == NULL)
		len = 0;
	n->at = place(rd, fyn, count_chars(s, len) + (n->quoted ? 2 : 0));
	/* libfyaml tells where the text begins: the quotation mark stands before it */
	if ((style == FYNS_DOUBLE_QUOTED || style == FYNS_SINGLE_QUOTED) && n->at.col > 1)
		n->at.col--;
	n->kind = NODE_SCALAR;
	n->text = mem_ndup(s != NULL ? s : "", len);
	n->len = len;
	if (!n->quoted && (len == 0 || strcmp(n->text, "~") == 0 || strcmp(n->text, "null") == 0))
		n->kind = NODE_NULL;
}

static void convert_map(struct reader *rd, struct fy_node *fyn, struct node *n)
{
	struct fy_node_pair *pair;
	void *it = NULL;
	size_t n_keys = 0;

	n->kind = NODE_MAP;
	while ((pair = fy_node_mapping_iterate(fyn, &it)) != NULL) {
		struct node *key = convert(rd, fy_node_pair_key(pair), n->at);

		*MEM_PUSH(n->keys, n_keys) = key;
		*MEM_PUSH(n->items, n->n) = convert(rd, fy_node_pair_value(pair), key->at);
	}
}

static struct node *convert(struct reader *rd, struct fy_node *fyn, struct src fallback)
{
	struct node *n = mem_alloc(sizeof *n);
	struct fy_node *item;
	void *it = NULL;

	n->at = fallback;
	if (fyn == NULL || rd->budget == 0)
		return n;
	rd->budget--;
	if (fy_node_is_alias(fyn)) {
		struct fy_node *alias = fyn;

		fyn = fy_node_resolve_alias(alias);
		if (fyn == NULL || rd->depth >= MAX_DEPTH) {
			rd->budget = 0;
			rd->bad_alias = place(rd, alias, 1);
			return n;
		}
	}
	if (fy_node_is_scalar(fyn)) {
		convert_scalar(rd, fyn, n);
		if (n->kind == NODE_NULL && n->len == 0)
			n->at = fallback;
		return n;
	}
	rd->depth++;
	if (!fy_node_is_sequence(fyn)) {
		if (fy_node_mapping_item_count(fyn) > 0)
			n->at = place(rd, fyn, 1);
		convert_map(rd, fyn, n);
		rd->depth--;
		return n;
	}
	n->kind = NODE_LIST;
	if (fy_node_sequence_item_count(fyn) > 0)
		n->at = place(rd, fyn, 1);
	while ((item = fy_node_sequence_iterate(fyn, &it)) != NULL)
		*MEM_PUSH(n->items, n->n) = convert(rd, item, n->at);
	rd->depth--;
	return n;
}

/* Report what libfyaml collected; its later errors are mostly echoes of the first. */
static void report_syntax(const struct recipe *r, struct fy_diag *diag)
{
	void *it = NULL;
	struct fy_diag_error *e = fy_diag_errors_iterate(diag, &it);
	struct src at = {.line = 1, .col = 1, .len = 1};

	if (e != NULL && e->line > 0)
		at = (struct src){.line = (unsigned)e->line,
				  .col = e->column > 0 ? (unsigned)e->column : 1,
				  .len = 1};
	recipe_error(r, at, "%s", e != NULL && e->msg != NULL ? e->msg : "this is not YAML");
}

static struct fy_diag *collecting_diag(void)
{
	struct fy_diag_cfg cfg;
	struct fy_diag *diag;

	fy_diag_cfg_default(&cfg);
	cfg.fp = NULL;
	cfg.output_fn = discard;
	diag = fy_diag_create(&cfg);
	fy_diag_set_collect_errors(diag, true);
	return diag;
}

/* The first document's tree; an empty file is an empty map. */
static struct node *convert_first(struct reader *rd, struct fy_document *doc)
{
	struct node *root;

	if (doc == NULL) {
		root = mem_alloc(sizeof *root);
		root->at = (struct src){.line = 1, .col = 1, .len = 1};
	} else {
		root = convert(rd, fy_document_root(doc),
			       (struct src){.line = 1, .col = 1, .len = 1});
	}
	if (root->kind == NODE_NULL)
		root->kind = NODE_MAP;
	if (rd->budget > 0)
		return root;
	if (rd->bad_alias.line != 0)
		recipe_error(rd->recipe, rd->bad_alias, "this alias leads nowhere, or into itself");
	else
		recipe_error(rd->recipe, (struct src){.line = 1, .col = 1, .len = 1},
			     "the recipe has more than %d values", MAX_NODES);
	node_free(root);
	return NULL;
}

/* libfyaml 0.7.12 never comes back from a directive (%...) with such bytes in it. */
static bool check_utf8(const struct recipe *r)
{
	struct src at = {.line = 1, .col = 1, .len = 1};
	const char *s = r->source, *end = s + strlen(s);

	while (s < end) {
		size_t n = utf8_char(s, (size_t)(end - s), NULL);

		if (n == 0) {
			recipe_error(r, at,
				     "this is not UTF-8: the byte 0x%02x cannot stand here; save "
				     "the file as UTF-8",
				     (unsigned)(unsigned char)*s);
			return false;
		}
		at.col++;
		if (*s == '\n') {
			at.line++;
			at.col = 1;
		}
		s += n;
	}
	return true;
}

static struct node *parse(const struct recipe *r)
{
	struct fy_parse_cfg cfg = {
		/* Aliases are followed, and keys that stand twice are found, here. */
		.flags = (enum fy_parse_cfg_flags)(
			(unsigned)FYPCF_QUIET | (unsigned)FYPCF_COLLECT_DIAG |
			(unsigned)FYPCF_ALLOW_DUPLICATE_KEYS | (unsigned)FYPCF_DEFAULT_VERSION_1_2),
		.diag = collecting_diag(),
	};
	struct reader rd = {.recipe = r, .diag = cfg.diag, .budget = MAX_NODES};
	struct fy_parser *parser = fy_parser_create(&cfg);
	struct fy_document *doc = NULL, *second = NULL;
	struct node *root = NULL;

	if (parser == NULL || fy_parser_set_string(parser, r->source, strlen(r->source)) != 0) {
		msg_fail(MK_FAILED, "%s: libfyaml cannot begin", r->file);
		goto done;
	}
	doc = fy_parse_load_document(parser);
	if (doc != NULL)
		second = fy_parse_load_document(parser);
	if (fy_parser_get_stream_error(parser)) {
		report_syntax(r, cfg.diag);
	} else if (second != NULL) {
		recipe_error(r, place(&rd, fy_document_root(second), 1),
			     "a recipe is one YAML document, and here a second one begins");
	} else {
		root = convert_first(&rd, doc);
	}
done:
	if (parser != NULL) {
		fy_parse_document_destroy(parser, second);
		fy_parse_document_destroy(parser, doc);
		fy_parser_destroy(parser);
	}
	fy_diag_destroy(cfg.diag);
	return root;
}

struct node *node_parse(const struct recipe *r)
{
	if (!check_utf8(r))
		return NULL;
	return parse(r);
}

void node_free(struct node *n)
{
	if (n == NULL)
		return;
	for (size_t i = 0; i < n->n; i++) {
		node_free(n->items[i]);
		if (n->keys != NULL)
			node_free(n->keys[i]);
	}
	free(n->items);
	free(n->keys);
	free(n->text);
	free(n);
}
