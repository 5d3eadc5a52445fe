/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/janitor.h"
#include "base/mem.h"
#include "verbs/test_run.h"
#include "vm/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* PATH has all of it, or what it had before. 0 or a negative errno. */
static int replace(const char *path, const struct strbuf *data)
{
	char *temporary = mem_printf("%s.mkboot-%ld", path, (long)getpid());
	int err;

	janitor_add(temporary);
	err = fs_write(temporary, data->data, data->len);
	if (err == 0 && rename(temporary, path) != 0)
		err = -errno;
	if (err != 0)
		unlink(temporary);
	janitor_forget(temporary);
	free(temporary);
	return err;
}

/* What is no file (a pipe, /dev/stdout) is written to, not replaced; a symbolic link stays one. */
static int write_whole(const char *path, const struct strbuf *data)
{
	char *dir = path_dir(path), *real = realpath(path, NULL);
	struct stat st;
	int err;

	if (real != NULL && stat(real, &st) == 0 && !S_ISREG(st.st_mode)) {
		err = fs_write(real, data->data, data->len);
	} else {
		err = fs_mkdirs(dir);
		if (err == 0)
			err = replace(real != NULL ? real : path, data);
	}
	free(real);
	free(dir);
	return err;
}

static enum mk_status keep_whole(const char *path, const struct strbuf *data)
{
	int err = write_whole(path, data);

	return err != 0 ? msg_errno(path, err, "cannot write") : MK_OK;
}

enum mk_status test_keep(const char *folder, const char *name, const char *ending,
			 const struct strbuf *data)
{
	char *path = mem_printf("%s/%s.%s", folder, name, ending);
	enum mk_status st = keep_whole(path, data);

	free(path);
	return st;
}

/* Can a file be made in the folder PATH, which need not be there yet? 0 or a negative errno. */
static int check_folder(const char *path)
{
	char *dir, *up;
	struct stat st;
	int err = 0;

	for (dir = mem_dup(path); stat(dir, &st) != 0 && errno == ENOENT; dir = up) {
		up = path_dir(dir);
		free(dir);
	}
	/* what is below a file gives ENOTDIR */
	if (stat(dir, &st) != 0)
		err = -errno;
	else if (!S_ISDIR(st.st_mode))
		err = -ENOTDIR;
	else if (access(dir, W_OK | X_OK) != 0)
		err = -errno;
	free(dir);
	return err;
}

/* As write_whole will do it. */
static int check_file(const char *path)
{
	char *real = realpath(path, NULL), *dir = path_dir(real != NULL ? real : path);
	struct stat st;
	int err;

	if (real == NULL || stat(real, &st) != 0 || S_ISREG(st.st_mode))
		err = check_folder(dir);
	else if (S_ISDIR(st.st_mode))
		err = -EISDIR;
	else
		err = access(real, W_OK) != 0 ? -errno : 0;
	free(dir);
	free(real);
	return err;
}

enum mk_status test_check_files(const struct test_options *o)
{
	int junit = o->junit != NULL ? check_file(o->junit) : 0;
	int report = o->report != NULL ? check_folder(o->report) : 0;

	if (junit != 0)
		msg_errno(o->junit, junit, "cannot write");
	if (report != 0)
		msg_errno(o->report, report, "cannot write the report into it");
	return junit != 0 || report != 0 ? MK_FAILED : MK_OK;
}

static enum mk_status write_junit(const struct vm_report *report, const char *path)
{
	struct strbuf xml = {0};
	enum mk_status st;

	vm_report_junit(&xml, report);
	st = keep_whole(path, &xml);
	strbuf_free(&xml);
	return st;
}

const struct strbuf *test_log(const struct vm_result *result)
{
	return result->serial.len == 0 ? &result->debugcon : &result->serial;
}

static enum mk_status keep_log(const char *folder, const char *name, const struct vm_result *result)
{
	struct strbuf log = {0};
	enum mk_status st;

	vm_report_log(&log, result);
	st = test_keep(folder, name, "log", &log);
	strbuf_free(&log);
	return st;
}

static enum mk_status write_page(const struct vm_report *report, const struct test_jobs *jobs,
				 const char *folder)
{
	struct strbuf html = {0};
	enum mk_status st = vm_report_html(&html, report);

	if (st == MK_OK)
		st = test_keep(folder, "index", "html", &html);
	for (size_t i = 0; i < report->n && st == MK_OK; i++) {
		const struct vm_result *result = &report->results[i];

		st = keep_log(folder, jobs->files[i], result);
		if (st == MK_OK && result->screenshot.len > 0)
			st = test_keep(folder, jobs->files[i], "png", &result->screenshot);
	}
	strbuf_free(&html);
	return st;
}

enum mk_status test_write_files(const struct vm_report *report, const struct test_jobs *jobs,
				const struct test_options *o)
{
	enum mk_status st = MK_OK;

	if (o->junit != NULL)
		st = write_junit(report, o->junit);
	if (o->report != NULL)
		st = status_first(st, write_page(report, jobs, o->report));
	return st;
}
