/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/report_words.h"
#include "base/mem.h"
#include "vm/console.h"
#include "vm/emulator.h"

#include <stdlib.h>

#define TAIL_LINES 20
#define TAIL_WIDTH 400

size_t report_consoles(const struct vm_result *result, struct report_console c[REPORT_CONSOLES])
{
	const struct report_console all[REPORT_CONSOLES] = {
		{"serial port", &result->serial},
		{"debugcon (port 0xe9)", &result->debugcon},
		{"screen of firmware and boot loader", &result->screen},
	};
	size_t n = 0;

	for (size_t i = 0; i < REPORT_CONSOLES; i++) {
		if (all[i].data->len > 0)
			c[n++] = all[i];
	}
	return n;
}

/* The place nearest to AT, going by STEP, where a line begins; AT where that is too far. */
static size_t line_start(const char *text, size_t at, int step, size_t far)
{
	for (size_t i = 0; i < far; i++) {
		size_t p = step < 0 ? at - i : at + i;

		if (p == 0 || text[p] == '\0' || text[p - 1] == '\n')
			return p;
	}
	return at;
}

char *report_log(const struct strbuf *data, size_t limit)
{
	struct strbuf lines = {0}, out = {0};
	size_t head, tail;

	console_lines(&lines, data, true);
	if (lines.len <= limit)
		return strbuf_take(&lines);
	head = line_start(lines.data, limit / 2, -1, limit / 4);
	tail = line_start(lines.data, lines.len - limit / 2, 1, limit / 4);
	strbuf_add(&out, lines.data, head);
	strbuf_addf(&out, "\n[... %zu bytes are left out here ...]\n\n", tail - head);
	strbuf_adds(&out, lines.data + tail);
	strbuf_free(&lines);
	return strbuf_take(&out);
}

char *report_guest(const struct vm_result *result, size_t limit)
{
	char *serial = report_log(&result->serial, limit);
	char *debugcon = report_log(&result->debugcon, limit);
	struct strbuf out = {0};

	if (*serial != '\0' && *debugcon != '\0')
		strbuf_addf(&out, "%s%s%s%s", REPORT_SERIAL, serial, REPORT_DEBUGCON, debugcon);
	else
		strbuf_adds(&out, *serial != '\0' ? serial : debugcon);
	free(serial);
	free(debugcon);
	return strbuf_take(&out);
}

/* A console that wrote something may have nothing to show: spaces, control sequences. */
static void add_console(struct strbuf *out, const struct report_console *c, const char *indent)
{
	struct strbuf tail = {0};
	char *bar = mem_printf("%s| ", indent);

	console_tail(&tail, c->data, TAIL_LINES, TAIL_WIDTH, bar);
	if (tail.len > 0)
		strbuf_addf(out, "%s%s:\n%s", indent, c->title, tail.data);
	else
		strbuf_addf(out, "%s%s: nothing\n", indent, c->title);
	strbuf_free(&tail);
	free(bar);
}

void report_repeat(struct strbuf *out, const struct vm_result *result, const char *indent)
{
	if (result->command != NULL)
		strbuf_addf(out, "%s%s\n", indent, result->command);
	/* a comment, for who hands all the lines to a shell */
	if (result->command != NULL && result->choose != NULL)
		strbuf_addf(out, "%s# then choose '%s' in the menu\n", indent, result->choose);
	for (size_t i = 0; i < result->repeat.n; i++)
		strbuf_addf(out, "%s%s\n", indent, result->repeat.items[i]);
}

void report_failure(struct strbuf *out, const struct vm_result *result, const char *indent)
{
	struct report_console consoles[REPORT_CONSOLES];
	size_t n = report_consoles(result, consoles);
	char *deeper = mem_printf("%s  ", indent);

	if (result->expected != NULL)
		strbuf_addf(out, "%sexpected: %s\n", indent, result->expected);
	/* It is the first that everybody looks at, so it is said, too, that it is empty. */
	if (result->serial.len == 0)
		strbuf_addf(out, "%sserial port: nothing\n", indent);
	for (size_t i = 0; i < n; i++)
		add_console(out, &consoles[i], indent);
	if (result->command != NULL || result->repeat.n > 0)
		strbuf_addf(out, "%srepeat it by hand:\n", indent);
	report_repeat(out, result, deeper);
	free(deeper);
}

static const struct {
	const char *name, *title;
} secure_boot[] = {
	[VM_SECURE_BOOT_NONE] = {"none", "the firmware has none"},
	[VM_SECURE_BOOT_SETUP] = {"setup", "off (no keys enrolled)"},
	[VM_SECURE_BOOT_OFF] = {"off", "off (keys enrolled)"},
	[VM_SECURE_BOOT_ON] = {"on", "on"},
};

const char *report_secure_boot(const struct vm_job *job, const struct vm_result *result)
{
	return job->via->platform == PLATFORM_BIOS ? NULL : secure_boot[result->secure_boot].name;
}

const char *report_secure_boot_title(const struct vm_job *job, const struct vm_result *result)
{
	return job->via->platform == PLATFORM_BIOS ? NULL : secure_boot[result->secure_boot].title;
}

const char *report_entry(const struct vm_job *job, const struct recipe *r)
{
	return job->entry < r->menu.n_entries ? r->menu.entries[job->entry].title.text : NULL;
}

const char *report_vm(const struct vm_job *job)
{
	return job->emulator != NULL ? job->emulator->name : "qemu";
}
