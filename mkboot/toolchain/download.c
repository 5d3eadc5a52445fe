/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/version.h"
#include "toolchain/source.h"

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SIZE_MAX_BYTES  ((curl_off_t)256 << 20) /* GRUB 2.14's tarball has 8 MB */
#define REDIRECTS_MAX   5L
#define CONNECT_SECONDS 30L
#define STALL_SECONDS   60L

/* libcurl brings thirty libraries along, which would cost every start of mkboot 5 ms: loaded where
 * something is to be fetched. */
#define CURL_LIBRARY "libcurl.so.4"

struct curl {
	CURL *(*init)(void);
	CURLcode (*setopt)(CURL *curl, CURLoption option, ...);
	CURLcode (*perform)(CURL *curl);
	const char *(*strerror)(CURLcode code);
	void (*cleanup)(CURL *curl);
};

struct transfer {
	int fd;
	off_t size;
	bool too_big;
	int err;
	struct progress *progress;
};

static size_t on_data(char *data, size_t one, size_t len, void *arg)
{
	struct transfer *t = arg;

	len *= one;
	if (t->size + (off_t)len > SIZE_MAX_BYTES) {
		t->too_big = true;
		return 0;
	}
	t->err = fs_pwrite(t->fd, data, len, t->size);
	if (t->err != 0)
		return 0;
	t->size += (off_t)len;
	return len;
}

static int on_progress(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total,
		       curl_off_t up_now)
{
	struct transfer *t = arg;

	(void)up_total;
	(void)up_now;
	progress_draw(t->progress, total > 0 ? (double)now / (double)total : 0);
	return 0;
}

static enum mk_status load(struct curl *c)
{
	void *lib = dlopen(CURL_LIBRARY, RTLD_NOW | RTLD_LOCAL);
	const struct {
		const char *name;
		void *to;
	} names[] = {
		{"curl_easy_init", &c->init},       {"curl_easy_setopt", &c->setopt},
		{"curl_easy_perform", &c->perform}, {"curl_easy_strerror", &c->strerror},
		{"curl_easy_cleanup", &c->cleanup},
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		void *f = lib != NULL ? dlsym(lib, names[i].name) : NULL;

		if (f == NULL)
			return msg_missing(CURL_LIBRARY, "libcurl4");
		memcpy(names[i].to, &f, sizeof f); /* POSIX.1-2017, dlsym: it fits */
	}
	return MK_OK;
}

static CURLcode transfer(const struct curl *c, CURL *curl, const char *url, char *words,
			 struct transfer *t)
{
	c->setopt(curl, CURLOPT_URL, url);
	c->setopt(curl, CURLOPT_ERRORBUFFER, words);
	c->setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https,file");
	c->setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	c->setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	c->setopt(curl, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
	c->setopt(curl, CURLOPT_MAXFILESIZE_LARGE, SIZE_MAX_BYTES);
	c->setopt(curl, CURLOPT_FAILONERROR, 1L);
	c->setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	c->setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	c->setopt(curl, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS);
	c->setopt(curl, CURLOPT_USERAGENT, "mkboot/" MKBOOT_VERSION);
	c->setopt(curl, CURLOPT_NOSIGNAL, 1L);
	c->setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
	c->setopt(curl, CURLOPT_WRITEDATA, t);
	c->setopt(curl, CURLOPT_NOPROGRESS, 0L);
	c->setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	c->setopt(curl, CURLOPT_XFERINFODATA, t);
	return c->perform(curl);
}

enum mk_status download(const char *url, const char *path, const char *sha256, struct progress *p)
{
	char words[CURL_ERROR_SIZE] = "";
	struct transfer t = {.progress = p};
	struct curl c;
	CURL *curl;
	enum mk_status st = load(&c);
	struct digest d;
	CURLcode r;
	int err;

	if (st != MK_OK)
		return st;
	curl = c.init();
	if (curl == NULL)
		return msg_fail(MK_FAILED, "%s: cannot begin to fetch it", url);
	t.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (t.fd < 0) {
		st = msg_errno(path, errno, "cannot write");
		goto done;
	}
	r = transfer(&c, curl, url, words, &t);
	if (close(t.fd) != 0 && t.err == 0)
		t.err = -errno;
	progress_hide(p);
	if (t.err != 0)
		st = msg_errno(path, t.err, "cannot write");
	else if (t.too_big || r == CURLE_FILESIZE_EXCEEDED)
		st = msg_fail(MK_FAILED, "%s: refused: more than %d MiB", url,
			      (int)(SIZE_MAX_BYTES >> 20));
	else if (r != CURLE_OK)
		st = msg_fail(MK_FAILED, "%s: cannot be fetched: %s", url,
			      words[0] != '\0' ? words : c.strerror(r));
	if (st != MK_OK)
		goto done;
	err = digest_file(path, &d, NULL);
	if (err != 0)
		st = msg_errno(path, err, "cannot read");
	else if (strcmp(digest_hex(&d).text, sha256) != 0)
		st = msg_fail(MK_BAD_INPUT, "%s: refused: its SHA-256 is %s and must be %s", url,
			      digest_hex(&d).text, sha256);
done:
	c.cleanup(curl);
	return st;
}
