/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "toolchain/apt_sources.h"
#include "toolchain/job.h"
#include "toolchain/source.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ETC_LIST  "/etc/apt/sources.list"
#define ETC_PARTS "/etc/apt/sources.list.d"
#define LIST_MAX  ((size_t)4 << 20)

/* What the system wants done after an update is not for this private one. Failures are tried again
 * at once: where the disk is full, apt 2.6 waits for the end of the pause between and never ends.
 */
static const char apt_conf[] = "#clear APT::Update::Pre-Invoke;\n"
			       "#clear APT::Update::Post-Invoke;\n"
			       "#clear APT::Update::Post-Invoke-Success;\n"
			       "Acquire::Retries::Delay \"false\";\n"
			       "Acquire::Languages \"none\";\n";

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), e = strlen(end);

	return n > e && strcmp(s + n - e, end) == 0;
}

typedef unsigned convert_fn(const char *text, struct strbuf *out);

static unsigned convert_file(const char *path, convert_fn *convert, struct strbuf *out)
{
	struct strbuf text = {0};
	unsigned n = 0;

	if (fs_read(path, LIST_MAX, &text) == 0 && text.len > 0)
		n = convert(text.data, out);
	strbuf_free(&text);
	return n;
}

/* The system's entries into DIR, for source packages. */
static enum mk_status write_parts(const char *dir)
{
	struct strbuf list = {0}, deb822 = {0};
	struct dirent **entries = NULL;
	char *list_path = path_join(dir, "system.list");
	char *deb822_path = path_join(dir, "system.sources");
	unsigned found = convert_file(ETC_LIST, apt_sources_list, &list);
	int n = scandir(ETC_PARTS, &entries, NULL, alphasort), err = 0;
	enum mk_status st = MK_OK;

	for (int i = 0; i < n; i++) {
		char *path = path_join(ETC_PARTS, entries[i]->d_name);

		if (ends_with(path, ".list"))
			found += convert_file(path, apt_sources_list, &list);
		else if (ends_with(path, ".sources"))
			found += convert_file(path, apt_sources_deb822, &deb822);
		free(path);
		free(entries[i]);
	}
	if (found == 0)
		st = msg_fail(MK_FAILED,
			      "no Debian archive is in " ETC_LIST " or " ETC_PARTS ", so GRUB's "
			      "source package cannot be fetched");
	if (st == MK_OK && list.len > 0)
		err = fs_write(list_path, list.data, list.len);
	if (st == MK_OK && err == 0 && deb822.len > 0)
		err = fs_write(deb822_path, deb822.data, deb822.len);
	if (err != 0)
		st = msg_errno(dir, err, "cannot write");
	free(entries);
	free(deb822_path);
	free(list_path);
	strbuf_free(&deb822);
	strbuf_free(&list);
	return st;
}

static enum mk_status make_folders(const char *apt)
{
	static const char *const names[] = {"parts", "lists/partial", "cache/archives/partial"};
	enum mk_status st = MK_OK;

	for (size_t i = 0; i < sizeof names / sizeof names[0] && st == MK_OK; i++) {
		char *path = path_join(apt, names[i]);
		int err = fs_mkdirs(path);

		if (err != 0)
			st = msg_errno(path, err, "cannot make the folder");
		free(path);
	}
	return st;
}

/* apt-get with state of its own, as anybody may run it: lists and cache in APT, the system's
 * entries and keys. TAIL is what it is to do. */
static enum mk_status run_apt(const char *apt, const char *dir, const char *const tail[],
			      const char *log, const char *what)
{
	char *conf = path_join(apt, "apt.conf");
	char *lists = mem_printf("Dir::State::Lists=%s/lists", apt);
	char *cache = mem_printf("Dir::Cache=%s/cache", apt);
	char *parts = mem_printf("Dir::Etc::SourceParts=%s/parts", apt);
	const char *const fixed[] = {"apt-get",
				     "-c",
				     conf,
				     "-o",
				     lists,
				     "-o",
				     cache,
				     "-o",
				     parts,
				     "-o",
				     "Dir::Etc::SourceList=/dev/null"};
	const char **argv = NULL;
	struct job job = {.package = "apt", .dir = dir, .log = log, .what = what};
	enum mk_status st;
	size_t n = 0;
	int err = fs_write(conf, apt_conf, strlen(apt_conf));

	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		*MEM_PUSH(argv, n) = fixed[i];
	for (; *tail != NULL; tail++)
		*MEM_PUSH(argv, n) = *tail;
	*MEM_PUSH(argv, n) = NULL;
	job.argv = argv;
	st = err == 0 ? job_run(&job) : msg_errno(conf, err, "cannot write");
	free(argv);
	free(parts);
	free(cache);
	free(lists);
	free(conf);
	return st;
}

enum mk_status debian_fetch(const struct source *src, const char *dir, const char *log,
			    struct progress *p)
{
	char *apt = path_join(dir, "apt"), *parts = path_join(apt, "parts");
	char *wanted = mem_printf("%s=%s", src->package, src->version);
	char *what = mem_printf("fetching the source package %s %s", src->package, src->version);
	const char *const update[] = {"update", NULL};
	const char *const source[] = {"source", "--download-only", "--only-source", wanted, NULL};
	enum mk_status st = make_folders(apt);

	progress_step(p, "%s", what);
	if (st == MK_OK)
		st = write_parts(parts);
	if (st == MK_OK)
		st = run_apt(apt, dir, update, log, what);
	if (st == MK_OK)
		st = run_apt(apt, dir, source, log, what);
	if (st == MK_OK)
		fs_remove_tree(apt);
	free(what);
	free(wanted);
	free(parts);
	free(apt);
	return st;
}
