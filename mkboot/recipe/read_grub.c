/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "recipe/read.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* grub: where GRUB comes from, and whose network protocols it has. */

#define SHA256_DIGITS 64

static struct recipe_grub *grub(void *target)
{
	return target;
}

/* The length of a URL's scheme and colon (RFC 3986 §3.1), where TEXT is a URL: "file:" needs no
 * second slash. Else 0. */
static size_t url_scheme(const char *text)
{
	size_t n =
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");

	if (n == 0 || !isalpha((unsigned char)text[0]) || text[n] != ':')
		return 0;
	if (strncmp(text + n, "://", 3) != 0 && strncasecmp(text, "file:", n + 1) != 0)
		return 0;
	return n + 1;
}

static void check_url(struct rd *rd, const struct node *n, size_t scheme)
{
	static const char *const known[] = {"https:", "http:", "file:"};
	bool good = false;

	for (size_t i = 0; i < 3; i++)
		good = good ||
		       (strlen(known[i]) == scheme && strncasecmp(n->text, known[i], scheme) == 0);
	if (!good) {
		rd_error(rd, n->at,
			 "GRUB's source can be fetched by https:, http: and file:, not "
			 "by %.*s",
			 (int)scheme, n->text);
		return;
	}
	for (const char *s = n->text; *s != '\0'; s++) {
		/* RFC 3986 §2: anything else is written as %XX */
		if (*s > ' ' && *s < 0x7f)
			continue;
		rd_error(rd, n->at,
			 "a URL has neither spaces nor letters other than ASCII's; "
			 "write them as %%20 and so on");
		return;
	}
}

static void grub_source(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_grub *g = grub(target);

	g->given = true;
	if (n->kind == NODE_SCALAR && strcmp(n->text, "debian") == 0) {
		g->debian = true;
		return;
	}
	if (n->kind == NODE_SCALAR && strlen(n->text) == n->len && url_scheme(n->text) > 0) {
		g->url = true;
		if (read_text(rd, n, false, &g->source))
			check_url(rd, n, url_scheme(n->text));
		return;
	}
	read_path(rd, n, &g->source);
}

static void grub_sha256(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_grub *g = grub(target);

	g->sha256.at = n->at;
	if (!read_text(rd, n, false, &g->sha256))
		return;
	if (n->len != SHA256_DIGITS || strspn(n->text, "0123456789abcdefABCDEF") != SHA256_DIGITS)
		rd_error(rd, n->at,
			 "a SHA-256 is %d hexadecimal digits; `sha256sum FILE` prints it",
			 SHA256_DIGITS);
	for (char *s = g->sha256.text; *s != '\0'; s++)
		*s = (char)tolower((unsigned char)*s);
}

static void grub_protocols(struct rd *rd, const struct node *n, void *target)
{
	struct text word = {0};

	if (!read_text(rd, n, false, &word))
		return;
	grub(target)->stock_protocols = strcmp(word.text, "stock") == 0;
	if (strcmp(word.text, "stock") != 0 && strcmp(word.text, "mkboot") != 0)
		rd_error(rd, n->at,
			 "protocols must be 'mkboot' (its own TFTP, HTTP and DHCP, the default) or "
			 "'stock' (GRUB's)");
	free(word.text);
}

static const struct field grub_table[] = {
	{"source", grub_source, false},
	{"sha256", grub_sha256, false},
	{"protocols", grub_protocols, false},
};
const struct field_table grub_fields = {"grub", grub_table, 3};

void read_grub(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_grub *g = &((struct recipe *)target)->grub;

	if (n->kind == NODE_SCALAR) {
		g->given = true;
		g->debian = strcmp(n->text, "debian") == 0;
		if (!g->debian)
			rd_error(rd, n->at,
				 "grub must be 'debian', or a map: grub: {source: URL or "
				 "path of a tarball, sha256: ..., protocols: mkboot or stock}");
		return;
	}
	read_map(rd, n, "grub", grub_table, grub_fields.n, g);
	if (g->sha256.at.line != 0 && !g->given)
		rd_error(rd, g->sha256.at,
			 "this is a tarball's digest; add source: and where the tarball is");
	if (g->debian && g->sha256.at.line != 0)
		rd_error(rd, g->sha256.at,
			 "Debian's source is checked by its own signatures; leave sha256 out");
	if (g->source.text != NULL && g->url && g->sha256.at.line == 0)
		rd_error(rd, g->source.at,
			 "what comes from a URL must be known by its digest; add "
			 "sha256: and what `sha256sum` prints for the file");
}
