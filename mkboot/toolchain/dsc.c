/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "toolchain/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DSC_MAX ((size_t)1 << 20)

/* dsc(5): the description of a Debian source package. It is inside a PGP signature, which is not
 * looked at: apt got it by its SHA-256 out of an index that was signed by the archive. */
#define CHECKSUMS "\nChecksums-Sha256:"

static bool is_hex64(const char *s)
{
	return strspn(s, "0123456789abcdef") == 64 && s[64] == '\0';
}

bool dsc_parse(const char *text, struct dsc_file **files, size_t *n)
{
	const char *s = strstr(text, CHECKSUMS);
	bool good = true;

	*files = NULL;
	*n = 0;
	if (s == NULL)
		return false;
	s += strlen(CHECKSUMS);
	s += strcspn(s, "\n");
	while (s[0] == '\n' && s[1] == ' ') {
		char hex[80], name[256];
		struct dsc_file *f;

		s += 2;
		if (sscanf(s, "%79s %*[0-9] %255s", hex, name) != 2 || !is_hex64(hex) ||
		    strchr(name, '/') != NULL || name[0] == '.') {
			good = false;
			break;
		}
		f = MEM_PUSH(*files, *n);
		f->name = mem_dup(name);
		memcpy(f->sha256, hex, sizeof f->sha256);
		s += strcspn(s, "\n");
	}
	if (good && *n > 0)
		return true;
	dsc_free(*files, *n);
	*files = NULL;
	*n = 0;
	return false;
}

void dsc_free(struct dsc_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(files[i].name);
	free(files);
}

static enum mk_status check_file(const char *folder, const struct dsc_file *f)
{
	char *path = path_join(folder, f->name);
	enum mk_status st = MK_OK;
	struct digest d;
	int err = digest_file(path, &d, NULL);

	if (err != 0)
		st = msg_errno(path, err, "cannot read");
	else if (strcmp(digest_hex(&d).text, f->sha256) != 0)
		st = msg_fail(MK_FAILED,
			      "%s: its SHA-256 is %s and must be %s; remove the file, or all with: "
			      "mkboot toolchain clean",
			      path, digest_hex(&d).text, f->sha256);
	free(path);
	return st;
}

enum mk_status debian_check(const struct source *src, const char *folder, char **orig,
			    char **debian)
{
	/* The epoch is not in file names (Debian Policy 5.6.12). */
	const char *colon = strchr(src->version, ':');
	char *name =
		mem_printf("%s_%s.dsc", src->package, colon != NULL ? colon + 1 : src->version);
	char *path = path_join(folder, name);
	struct strbuf text = {0};
	struct dsc_file *files = NULL;
	enum mk_status st = MK_OK;
	size_t n = 0;
	int err = fs_read(path, DSC_MAX, &text);

	*orig = *debian = NULL;
	if (err != 0)
		st = msg_errno(path, err, "cannot read");
	else if (text.len == 0 || !dsc_parse(text.data, &files, &n))
		st = msg_fail(MK_FAILED, "%s: this is no description of a Debian source package",
			      path);
	for (size_t i = 0; i < n && st == MK_OK; i++) {
		char **tarball = strstr(files[i].name, ".debian.tar.") != NULL ? debian
				 : strstr(files[i].name, ".orig.tar.") != NULL ? orig
									       : NULL;

		st = check_file(folder, &files[i]);
		if (tarball == NULL || strstr(files[i].name, ".asc") != NULL)
			continue;
		free(*tarball);
		*tarball = path_join(folder, files[i].name);
	}
	if (st == MK_OK && (*orig == NULL || *debian == NULL))
		st = msg_fail(MK_FAILED, "%s: not a package of the format 3.0 (quilt)", path);
	dsc_free(files, n);
	strbuf_free(&text);
	free(path);
	free(name);
	return st;
}
