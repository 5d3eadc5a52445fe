/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/report.h"
#include "vm/console.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TAIL_LINES 20
#define TAIL_WIDTH 400

static void add_console(struct strbuf *out, const char *title, const struct strbuf *data)
{
	struct strbuf tail = {0};

	console_tail(&tail, data, TAIL_LINES, TAIL_WIDTH, "    | ");
	if (tail.len > 0)
		strbuf_addf(out, "    %s:\n%s", title, tail.data);
	else
		strbuf_addf(out, "    %s: nothing\n", title);
	strbuf_free(&tail);
}

void vm_report_text(struct strbuf *out, const struct vm_job *job, size_t width,
		    const struct vm_result *result)
{
	strbuf_addf(out, "%-*s %-4s %6.1f s", (int)width, job->label, result->ok ? "ok" : "FAIL",
		    result->seconds);
	if (result->ok) {
		strbuf_addc(out, '\n');
		return;
	}
	strbuf_addf(out, "  %s\n", result->reason);
	add_console(out, "serial port", &result->serial);
	if (result->screen.len > 0)
		add_console(out, "screen of firmware and boot loader", &result->screen);
}

/* JSON is UTF-8 (RFC 8259 §8.1); what is not becomes visible bytes. */
static json_t *json_text(const char *text)
{
	struct strbuf escaped = {0};
	json_t *j;

	if (text == NULL)
		return json_null();
	j = json_string(text);
	if (j == NULL) {
		console_escape(&escaped, text, strlen(text));
		j = json_string(escaped.data);
		strbuf_free(&escaped);
	}
	return j;
}

void vm_report_json(struct strbuf *out, const struct recipe *r, const struct vm_job *job,
		    const struct vm_result *result)
{
	double milliseconds = (double)(int64_t)(result->seconds * 1000 + 0.5);
	json_t *o = json_object();
	char *text;

	json_object_set_new(o, "recipe", json_text(r->file != NULL ? r->file : r->name));
	json_object_set_new(o, "via", json_text(job->via->name));
	json_object_set_new(o, "nic", json_text(job->nic != NULL ? job->nic->name : NULL));
	json_object_set_new(o, "ok", json_boolean(result->ok));
	json_object_set_new(o, "seconds", json_real(milliseconds / 1000));
	json_object_set_new(o, "reason", json_text(result->reason));
	text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9));
	strbuf_addf(out, "%s\n", text != NULL ? text : "{}");
	free(text);
	json_decref(o);
}
