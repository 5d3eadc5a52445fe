/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/source.h"
#include "base/cache.h"
#include "base/exec.h"
#include "base/filedigest.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "toolchain/store.h"
#include "toolchain/unpack.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEBIAN_PACKAGE "grub2"
#define ABOUT_FILE     "about"

/* GRUB's own releases; the headers of a build that is no Debian package are taken from these.
 * Debian's pool has the same bytes. */
static const struct {
	const char *version, *sha256;
} releases[] = {
	{"2.06", "b79ea44af91b93d17cd3fe80bdae6ed43770678a9a5ae192ccea803ebb657ee1"},
	{"2.12", "f3c97391f7c4eaa677a78e090c7e97e6dc47b16f655f04683ebd37bef7fe0faa"},
	{"2.14", "bc8d3c73535b8838d8c8e2654d73edc4e6ae8c8acdb45d5df5dc9a1547446d43"},
};
#define GNU_URL    "https://ftp.gnu.org/gnu/grub/grub-%s.tar.xz"
#define DEBIAN_URL "http://deb.debian.org/debian/pool/main/g/grub2/grub2_%s.orig.tar.xz"

void source_free(struct source *src)
{
	free(src->id);
	free(src->title);
	free(src->package);
	free(src->version);
	free(src->url);
	free(src->url2);
	*src = (struct source){0};
}

/* Debian Policy 5.6.12. */
static bool is_version(const char *s)
{
	return s[0] >= '0' && s[0] <= '9' &&
	       strspn(s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.+~:-") ==
		       strlen(s);
}

static void set_debian(struct source *src, const char *package, const char *version)
{
	const char *colon = strchr(version, ':'); /* an epoch is not in file names */

	src->package = mem_dup(package);
	src->version = mem_dup(version);
	src->id = mem_printf("%s_%s", package, colon != NULL ? colon + 1 : version);
	src->title = mem_printf("GRUB %s", version);
}

static void set_tarball(struct source *src, const char *sha256)
{
	for (size_t i = 0; i < 64; i++) /* the recipe may have it in capitals */
		src->sha256[i] = sha256[i] >= 'A' && sha256[i] <= 'F'
					 ? (char)(sha256[i] - 'A' + 'a')
					 : sha256[i];
	src->id = mem_dup(src->sha256);
}

/* dpkg's words about the package that has the platform's modules, appended to OUT. What the source
 * of a version is does not change: remembered. */
static bool dpkg_words(const struct grub_platform *gp, struct strbuf *out)
{
	const char *const argv[] = {"dpkg-query",
				    "-W",
				    "-f",
				    "${db:Status-Status} ${source:Package} ${source:Version} "
				    "${Version}\n",
				    platforms[gp->platform].package,
				    NULL};
	struct digest_stream *s = digest_begin();
	struct digest key;

	digest_adds(s, "dpkg 1");
	digest_adds(s, platforms[gp->platform].package);
	digest_adds(s, gp->version);
	key = digest_end(s);
	if (cache_get(&key, out))
		return out->len > 0;
	if (exec_try(argv, out, NULL) != 0 || out->len == 0)
		return false;
	/* only where it is about this version; else the two may come together later */
	if (strstr(out->data, gp->version) != NULL)
		cache_put(&key, out->data, out->len);
	return true;
}

/* The source package of the package that has the platform's modules, where dpkg installed it, and
 * its version, which differs from the package's where that was only built once more. */
static bool ask_dpkg(const struct grub_platform *gp, struct source *src)
{
	char *real = realpath(gp->modules, NULL), *save = NULL;
	struct strbuf out = {0};
	bool found = false;

	if (real != NULL && strncmp(real, "/usr/lib/grub/", 14) == 0 && dpkg_words(gp, &out)) {
		char *status = strtok_r(out.data, " \n", &save);
		char *package = strtok_r(NULL, " \n", &save);
		char *source = strtok_r(NULL, " \n", &save);
		char *binary = strtok_r(NULL, " \n", &save);

		found = binary != NULL && strcmp(status, "installed") == 0 &&
			strcmp(binary, gp->version) == 0 && is_version(source);
		if (found)
			set_debian(src, package, source);
	}
	strbuf_free(&out);
	free(real);
	return found;
}

enum mk_status source_of_platform(const struct grub_platform *gp, struct source *src)
{
	*src = (struct source){0};
	if (ask_dpkg(gp, src))
		return MK_OK;
	if (strchr(gp->version, '-') != NULL && is_version(gp->version)) {
		set_debian(src, DEBIAN_PACKAGE, gp->version);
		return MK_OK;
	}
	for (size_t i = 0; i < sizeof releases / sizeof releases[0]; i++) {
		if (strcmp(gp->version, releases[i].version) != 0)
			continue;
		set_tarball(src, releases[i].sha256);
		src->title = mem_printf("GRUB %s", gp->version);
		src->url = mem_printf(GNU_URL, gp->version);
		src->url2 = mem_printf(DEBIAN_URL, gp->version);
		return MK_OK;
	}
	return msg_fail(MK_FAILED,
			"%s: this is GRUB %s, and mkboot knows no source of its headers, which its "
			"network drivers need; use a distribution's GRUB, or a recipe with "
			"grub: {source: ...}",
			gp->modules, gp->version);
}

static enum mk_status bad_source(const struct recipe_grub *grub, const char *why)
{
	return msg_fail(MK_BAD_INPUT, "GRUB's source, %s: %s",
			grub->source.text != NULL ? grub->source.text : "debian", why);
}

/* A tarball of the user's. */
static enum mk_status of_tarball(const struct recipe_grub *grub, struct source *src)
{
	const char *from = grub->source.text, *sha256 = grub->sha256.text;
	struct filestamp stamp;
	struct digest d;
	int err;

	if (from == NULL)
		return bad_source(grub, "neither debian nor a URL nor a file");
	if (sha256 != NULL &&
	    (strlen(sha256) != 64 || strspn(sha256, "0123456789abcdefABCDEF") != 64))
		return bad_source(grub, "sha256 has to be 64 hexadecimal digits");
	/* RFC 8089 §2: "file:" needs no second slash */
	if (strstr(from, "://") != NULL || strncasecmp(from, "file:", 5) == 0) {
		if (strncasecmp(from, "http://", 7) != 0 && strncasecmp(from, "https://", 8) != 0 &&
		    strncasecmp(from, "file:", 5) != 0)
			return bad_source(grub, "a URL has to begin with https:, http: or file:");
		if (sha256 == NULL)
			return bad_source(grub, "a URL needs sha256, too");
		src->url = mem_dup(from);
		set_tarball(src, sha256);
	} else {
		err = filedigest(from, &d, &stamp);
		if (err != 0)
			return bad_source(grub, strerror(-err));
		src->url = realpath(from, NULL);
		if (src->url == NULL)
			return bad_source(grub, strerror(errno));
		set_tarball(src, digest_hex(&d).text);
		if (sha256 != NULL && strcasecmp(sha256, src->sha256) != 0)
			return msg_fail(MK_BAD_INPUT,
					"%s: refused: its SHA-256 is %s and must be %s", from,
					src->sha256, sha256);
	}
	src->title = mem_printf("GRUB of %s", path_base(from));
	return MK_OK;
}

enum mk_status source_of_recipe(const struct recipe_grub *grub, struct source *src)
{
	struct grub_platform gp = {0};
	enum mk_status st;

	*src = (struct source){0};
	if (!grub->debian) {
		st = of_tarball(grub, src);
	} else {
		st = grub_platform_find(PLATFORM_BIOS, &gp);
		if (st == MK_OK)
			st = source_of_platform(&gp, src);
		if (st == MK_OK && src->package == NULL)
			st = bad_source(grub, "the GRUB that is installed is no Debian package");
		grub_platform_free(&gp);
	}
	if (st != MK_OK)
		source_free(src);
	return st;
}

static enum mk_status fetch_tarball(const struct source *src, const char *dir, struct progress *p)
{
	const char *name = path_base(src->url);
	char *path = path_join(dir, name[0] != '\0' ? name : "grub.tar");
	enum mk_status st;
	struct digest d;
	int err;

	progress_step(p, "fetching %s", src->url);
	if (src->url[0] != '/') {
		st = download(src->url, path, src->sha256, p);
		if (st == MK_FAILED && src->url2 != NULL)
			st = download(src->url2, path, src->sha256, p);
	} else {
		err = fs_copy(src->url, path);
		if (err == 0)
			err = digest_file(path, &d, NULL);
		if (err == 0 && strcmp(digest_hex(&d).text, src->sha256) != 0)
			err = -ESTALE;
		st = err == 0 ? MK_OK : msg_errno(src->url, err, "cannot copy");
	}
	free(path);
	return st;
}

enum mk_status source_fetch(const struct source *src, struct progress *p, char **folder)
{
	struct store_slot slot;
	enum mk_status st = store_begin(STORE_SOURCES, src->id, src->title, &slot);
	char *log = NULL, *about = NULL, *orig = NULL, *debian = NULL;

	*folder = NULL;
	if (st != MK_OK)
		goto done;
	if (slot.dir == NULL) {
		progress_skip(p, 1);
		goto done;
	}
	log = store_log(&slot);
	if (src->package != NULL) {
		st = debian_fetch(src, slot.dir, log, p);
		if (st == MK_OK)
			st = debian_check(src, slot.dir, &orig, &debian);
	} else {
		st = fetch_tarball(src, slot.dir, p);
	}
	about = mem_printf("source of %s", src->title);
	if (st == MK_OK)
		st = store_commit(&slot, about);
done:
	if (st == MK_OK)
		*folder = mem_dup(slot.path);
	store_end(&slot);
	free(debian);
	free(orig);
	free(about);
	free(log);
	return st;
}

/* The tarball in FOLDER, which has one; for free(). Its SHA-256 is looked at before it is used. */
static enum mk_status find_tarball(const struct source *src, const char *folder, char **tarball)
{
	struct dirent **entries = NULL;
	enum mk_status st = MK_OK;
	struct digest d;
	int n = scandir(folder, &entries, NULL, alphasort), err;

	*tarball = NULL;
	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.' && strcmp(entries[i]->d_name, ABOUT_FILE) != 0 &&
		    *tarball == NULL)
			*tarball = path_join(folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (*tarball == NULL)
		return msg_fail(MK_FAILED, "%s: the tarball is not there; remove the folder",
				folder);
	err = digest_file(*tarball, &d, NULL);
	if (err != 0)
		st = msg_errno(*tarball, err, "cannot read");
	else if (strcmp(digest_hex(&d).text, src->sha256) != 0)
		st = msg_fail(MK_FAILED,
			      "%s: its SHA-256 is %s and must be %s; remove the file, or all with: "
			      "mkboot toolchain clean",
			      *tarball, digest_hex(&d).text, src->sha256);
	return st;
}

enum mk_status source_unpack(const struct source *src, const char *folder, const char *dir,
			     bool headers, const char *log)
{
	const char *only = headers ? "include/" : NULL;
	char *orig = NULL, *debian = NULL, *patches = NULL;
	enum mk_status st;
	int err;

	st = src->package != NULL ? debian_check(src, folder, &orig, &debian)
				  : find_tarball(src, folder, &orig);
	if (st == MK_OK)
		st = unpack(orig, dir, 1, only);
	if (st == MK_OK && src->package != NULL) {
		patches = path_join(dir, "debian");
		err = fs_mkdirs(patches);
		if (err != 0)
			st = msg_errno(patches, err, "cannot make the folder");
		if (st == MK_OK)
			st = unpack(debian, patches, 1, "patches/");
		if (st == MK_OK)
			st = debian_patch(patches, dir, headers, log);
	}
	free(patches);
	free(debian);
	free(orig);
	return st;
}
