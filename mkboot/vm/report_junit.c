/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "base/version.h"
#include "vm/markup.h"
#include "vm/report.h"
#include "vm/report_words.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * JUnit's XML has no specification of its own; tests/schema/junit.xsd says what is common to those
 * who read it, and where that was found. What has its reasons there: all attributes are written; a
 * testsuite's properties come first, its (empty) system-out and system-err last; a testcase has no
 * properties, so those of a boot stand at the testsuite, its label before their names; each name is
 * there once (GitLab drops the second). GitLab shows what is in a failure, Jenkins its message,
 * too.
 */

#define LOG_MAX 100000 /* bytes of each log of a boot's; GitLab takes 30 MB for the whole file */

/* NAME="VALUE". Attributes are one line: XML makes spaces of line ends in them (XML 1.0 §3.3.3). */
static void attribute(struct strbuf *out, const char *name, const char *value)
{
	char *line = mem_dup(value);

	for (char *p = line; *p != '\0'; p++) {
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	}
	strbuf_addf(out, " %s=\"", name);
	markup_text(out, line);
	strbuf_addc(out, '"');
	free(line);
}

static void attribute_seconds(struct strbuf *out, const char *name, double seconds)
{
	char text[32];

	snprintf(text, sizeof text, "%.3f", seconds);
	attribute(out, name, text);
}

static void attribute_number(struct strbuf *out, const char *name, size_t n)
{
	char text[32];

	snprintf(text, sizeof text, "%zu", n);
	attribute(out, name, text);
}

static void property(struct strbuf *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	strbuf_adds(out, "      <property");
	attribute(out, "name", name);
	attribute(out, "value", value);
	strbuf_adds(out, "/>\n");
}

/* One of a boot. */
static void boot_property(struct strbuf *out, const struct vm_job *job, const char *name,
			  const char *value)
{
	char *full = mem_printf("%s.%s", job->label, name);

	property(out, full, value);
	free(full);
}

static void properties(struct strbuf *out, const struct vm_report *report)
{
	strbuf_adds(out, "    <properties>\n");
	property(out, "mkboot", MKBOOT_VERSION);
	property(out, "artifacts", report->dir);
	property(out, "accel", report->accel);
	for (size_t i = 0; i < report->n; i++) {
		const struct vm_job *job = &report->jobs[i];

		boot_property(out, job, "vm", report_vm(job));
		boot_property(out, job, "nic", job->nic != NULL ? job->nic->name : NULL);
		boot_property(out, job, "entry", report_entry(job, report->recipe));
		boot_property(out, job, "secure_boot",
			      report_secure_boot(job, &report->results[i]));
	}
	strbuf_adds(out, "    </properties>\n");
}

static void failure(struct strbuf *out, const struct vm_result *result)
{
	const char *reason = result->reason != NULL ? result->reason : "";
	struct strbuf text = {0};

	strbuf_adds(out, "      <failure");
	attribute(out, "message", reason);
	attribute(out, "type", "boot");
	strbuf_adds(out, ">");
	strbuf_addf(&text, "%s\n", reason);
	report_failure(&text, result, "");
	markup_text(out, text.data);
	strbuf_adds(out, "</failure>\n");
	strbuf_free(&text);
}

/* GitLab, and a plugin of Jenkins's, take [[ATTACHMENT|PATH]] in here for a file of the job's to be
 * shown: not for a guest to say. */
static void system_out(struct strbuf *out, const struct vm_result *result)
{
	static const char tag[] = "[[ATTACHMENT|";
	char *log = report_guest(result, LOG_MAX), *p = log, *hit;
	struct strbuf text = {0};

	for (; (hit = strstr(p, tag)) != NULL; p = hit + 2) {
		strbuf_add(&text, p, (size_t)(hit - p));
		strbuf_adds(&text, "[\\x5b");
	}
	strbuf_adds(&text, p);
	if (text.len > 0) {
		strbuf_adds(out, "      <system-out>");
		markup_text(out, text.data);
		strbuf_adds(out, "</system-out>\n");
	}
	strbuf_free(&text);
	free(log);
}

static void testcase(struct strbuf *out, const struct vm_report *report, size_t i)
{
	const struct vm_job *job = &report->jobs[i];
	const struct vm_result *result = &report->results[i];
	char *class = mem_printf("%s.%s", report->recipe->name, job->via->name);

	strbuf_adds(out, "    <testcase");
	attribute(out, "name", job->label);
	attribute(out, "classname", class);
	attribute_seconds(out, "time", result->seconds);
	strbuf_adds(out, ">\n");
	if (!result->ok)
		failure(out, result);
	system_out(out, result);
	strbuf_adds(out, "    </testcase>\n");
	free(class);
}

/* When the run began, without a time zone, as all who read it want it. */
static void timestamp(struct strbuf *out, const struct vm_report *report)
{
	time_t begin = time(NULL) - (time_t)report->seconds;
	char text[32] = "1970-01-01T00:00:00";
	struct tm tm;

	if (localtime_r(&begin, &tm) != NULL)
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
	attribute(out, "timestamp", text);
}

static void counts(struct strbuf *out, const struct vm_report *report)
{
	size_t failures = 0;

	for (size_t i = 0; i < report->n; i++)
		failures += !report->results[i].ok;
	attribute_number(out, "tests", report->n);
	attribute_number(out, "failures", failures);
	attribute_number(out, "errors", 0);
	attribute_seconds(out, "time", report->seconds);
}

void vm_report_junit(struct strbuf *out, const struct vm_report *report)
{
	strbuf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	attribute(out, "name", "mkboot");
	counts(out, report);
	strbuf_adds(out, ">\n  <testsuite");
	attribute(out, "name", report->recipe->name);
	attribute(out, "package", "mkboot");
	attribute(out, "id", "0");
	attribute(out, "hostname", "localhost");
	timestamp(out, report);
	counts(out, report);
	attribute(out, "skipped", "0");
	strbuf_adds(out, ">\n");
	properties(out, report);
	for (size_t i = 0; i < report->n; i++)
		testcase(out, report, i);
	strbuf_adds(out, "    <system-out></system-out>\n    <system-err></system-err>\n"
			 "  </testsuite>\n</testsuites>\n");
}
