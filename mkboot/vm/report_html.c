/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "base/template.h"
#include "base/version.h"
#include "vm/emulator.h"
#include "vm/markup.h"
#include "vm/report.h"
#include "vm/report_words.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * What templates/report.html can name:
 *
 *   name dir version accel           the recipe's name, the artifacts' folder, mkboot's version
 *   date total                       when the run ended; the seconds that it took, "12.3"
 *   boots booted failed              how many of each
 *   boots_title                      "boot", "boots"
 *   good                             flag: all of them booted
 *   rows                             each boot, those that failed first:
 *     label via ok                   ok is a flag
 *     via_title vm                   "CD, BIOS"; "QEMU"
 *     has_nic nic has_entry entry has_secure_boot secure_boot    flags, and values where set
 *     end has_menu menu has_kernel kernel    seconds, "1.23"
 *     menu_share kernel_share end_share      widths of the bar's three parts, per cent of the
 *                                            slowest boot's time
 *     has_reason reason has_expected expected has_command command
 *     has_screenshot screenshot              base64
 *     consoles  { title log lines open }     "12 lines"; open is a flag
 *   artifacts
 *     path has_size size bytes sha256        "12.3 MiB"; "12,897,024"
 *     boots platforms                flag: it can be booted; "BIOS, UEFI x64"
 *     vias { via last }              the ways to boot it; last is a flag
 */

#define LOG_MAX 200000 /* bytes of each log */

static void set_optional(struct template_data *d, const char *name, const char *value)
{
	char *flag = mem_printf("has_%s", name);

	template_flag(d, flag, value != NULL);
	if (value != NULL)
		template_set(d, name, value);
	free(flag);
}

static void set_optional_seconds(struct template_data *d, const char *name, double seconds)
{
	char *text = seconds < 0 ? NULL : mem_printf("%.1f", seconds);

	set_optional(d, name, text);
	free(text);
}

static char *base64(const struct strbuf *data)
{
	size_t n = data->len;
	char *text = mem_alloc((n + 2) / 3 * 4 + 1);

	EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)data->data, (int)n);
	return text;
}

/* The three parts of the bar: firmware and GRUB until the menu, from there to the kernel, and the
 * kernel. What was not seen has no part of its own. */
static void set_bar(struct template_data *d, const struct vm_result *result, double slowest)
{
	double menu = result->menu < 0 ? 0 : result->menu;
	double kernel = result->kernel < menu ? menu : result->kernel;
	double scale = slowest > 0 ? 100 / slowest : 0;

	/* Nothing of the guest's: all of it was firmware's and GRUB's. */
	if (result->kernel < 0)
		kernel = result->seconds;
	if (result->kernel < 0 && result->menu < 0)
		menu = result->seconds;
	if (kernel > result->seconds)
		kernel = result->seconds;
	if (menu > kernel)
		menu = kernel;
	template_setf(d, "menu_share", "%.2f", menu * scale);
	template_setf(d, "kernel_share", "%.2f", (kernel - menu) * scale);
	template_setf(d, "end_share", "%.2f", (result->seconds - kernel) * scale);
}

static const char *medium(const struct vm_via *via)
{
	static const char *const media[][2] = {
		{"cd-", "CD"},          {"usb-", "USB stick"},
		{"floppy", "floppy"},   {"diskless-cd", "diskless CD"},
		{"pxe-", "network"},    {"diskless-floppy", "diskless floppy"},
		{"http-", "HTTP boot"},
	};

	for (size_t i = 0; i < sizeof media / sizeof *media; i++) {
		if (strncmp(via->name, media[i][0], strlen(media[i][0])) == 0)
			return media[i][1];
	}
	return via->name;
}

static void add_console(struct template_data *row, const struct report_console *c, bool open)
{
	char *log = report_log(c->data, LOG_MAX);
	struct template_data *d;
	size_t lines = 0;

	for (const char *p = log; *p != '\0'; p++)
		lines += *p == '\n';
	if (lines > 0) {
		d = template_add(row, "consoles");
		template_set(d, "title", c->title);
		template_set(d, "log", log);
		template_setf(d, "lines", "%zu line%s", lines, lines == 1 ? "" : "s");
		template_flag(d, "open", open);
	}
	free(log);
}

static void set_boot(struct template_data *d, const struct vm_report *report, size_t i,
		     double slowest)
{
	const struct vm_job *job = &report->jobs[i];
	const struct vm_result *result = &report->results[i];
	struct report_console consoles[REPORT_CONSOLES];
	size_t n = report_consoles(result, consoles);
	char *png = result->screenshot.len > 0 ? base64(&result->screenshot) : NULL;
	struct strbuf repeat = {0};

	template_set(d, "label", job->label);
	template_set(d, "via", job->via->name);
	template_setf(d, "via_title", "%s, %s", medium(job->via),
		      platforms[job->via->platform].title);
	template_flag(d, "ok", result->ok);
	template_setf(d, "vm", "%s", job->emulator != NULL ? job->emulator->title : "QEMU");
	set_optional(d, "nic", job->nic != NULL ? job->nic->name : NULL);
	set_optional(d, "entry", report_entry(job, report->recipe));
	set_optional(d, "secure_boot", report_secure_boot_title(job, result));
	set_optional(d, "reason", result->ok ? NULL : result->reason);
	set_optional(d, "expected", result->expected);
	report_repeat(&repeat, result, "");
	set_optional(d, "command", repeat.data);
	set_optional_seconds(d, "menu", result->menu);
	set_optional_seconds(d, "kernel", result->kernel);
	template_setf(d, "end", "%.1f", result->seconds);
	set_bar(d, result, slowest);
	set_optional(d, "screenshot", png);
	template_list(d, "consoles");
	for (size_t k = 0; k < n; k++)
		add_console(d, &consoles[k], !result->ok && k == 0);
	strbuf_free(&repeat);
	free(png);
}

static void set_boots(struct template_data *d, const struct vm_report *report)
{
	double slowest = 0;
	size_t failed = 0;

	for (size_t i = 0; i < report->n; i++) {
		failed += !report->results[i].ok;
		if (report->results[i].seconds > slowest)
			slowest = report->results[i].seconds;
	}
	template_list(d, "rows");
	for (int ok = 0; ok < 2; ok++) {
		for (size_t i = 0; i < report->n; i++) {
			if (report->results[i].ok == (ok == 1))
				set_boot(template_add(d, "rows"), report, i, slowest);
		}
	}
	template_setf(d, "boots", "%zu", report->n);
	template_set(d, "boots_title", report->n == 1 ? "boot" : "boots");
	template_setf(d, "booted", "%zu", report->n - failed);
	template_setf(d, "failed", "%zu", failed);
	template_flag(d, "good", failed == 0);
}

/* "995,328" */
static char *grouped(uint64_t n)
{
	char digits[24];
	struct strbuf out = {0};
	size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, n);

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			strbuf_addc(&out, ',');
		strbuf_addc(&out, digits[i]);
	}
	return strbuf_take(&out);
}

/* "12.3 MiB"; NULL where bytes say it as well. */
static char *human_size(uint64_t n)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	double value = (double)n / 1024;
	size_t u = 0;

	if (n < 1024)
		return NULL;
	while (value >= 1023.95 && u + 1 < sizeof units / sizeof *units) {
		value /= 1024;
		u++;
	}
	return mem_printf("%.1f %s", value, units[u]);
}

static const char *string_of(json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text != NULL ? text : "";
}

static void add_artifact(struct template_data *d, json_t *a)
{
	uint64_t size = (uint64_t)json_integer_value(json_object_get(a, "size"));
	char *human = human_size(size), *bytes = grouped(size), *titles;
	json_t *vias = json_object_get(a, "boots_by"), *name;
	struct template_data *item = template_add(d, "artifacts");
	unsigned set = 0;
	enum platform p;
	size_t i;

	template_set(item, "path", string_of(a, "path"));
	set_optional(item, "size", human);
	template_set(item, "bytes", bytes);
	template_set(item, "sha256", string_of(a, "sha256"));
	json_array_foreach(json_object_get(a, "platforms"), i, name)
	{
		if (json_is_string(name) && platform_find(json_string_value(name), &p))
			set |= PLATFORM_BIT(p);
	}
	titles = platform_titles(set);
	template_flag(item, "boots", set != 0);
	template_set(item, "platforms", titles);
	template_list(item, "vias");
	json_array_foreach(vias, i, name)
	{
		struct template_data *via;

		if (!json_is_string(name))
			continue;
		via = template_add(item, "vias");
		template_set(via, "via", json_string_value(name));
		template_flag(via, "last", i + 1 == json_array_size(vias));
	}
	free(titles);
	free(bytes);
	free(human);
}

static void set_run(struct template_data *d, const struct vm_report *report)
{
	time_t now = time(NULL);
	char date[40] = "";
	struct tm tm;

	if (localtime_r(&now, &tm) != NULL)
		strftime(date, sizeof date, "%Y-%m-%d %H:%M %Z", &tm);
	template_set(d, "name", report->recipe->name);
	template_set(d, "dir", report->dir);
	template_set(d, "version", MKBOOT_VERSION);
	template_set(d, "accel", report->accel != NULL ? report->accel : "");
	template_set(d, "date", date);
	template_setf(d, "total", "%.1f", report->seconds);
}

enum mk_status vm_report_html(struct strbuf *out, const struct vm_report *report)
{
	struct template_data *d = template_data_new();
	json_t *artifacts = json_object_get(report->manifest, "artifacts"), *a;
	enum mk_status st;
	size_t i;

	set_run(d, report);
	set_boots(d, report);
	template_list(d, "artifacts");
	json_array_foreach(artifacts, i, a) add_artifact(d, a);
	st = template_fill_file("templates/report.html", d, markup_text, out);
	template_data_free(d);
	return st;
}
