/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/report.h"
#include "vm/console.h"
#include "vm/report_words.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void vm_report_text(struct strbuf *out, const struct vm_job *job, size_t width,
		    const struct vm_result *result)
{
	strbuf_addf(out, "%-*s %-4s %6.1f s", (int)width, job->label, result->ok ? "ok" : "FAIL",
		    result->seconds);
	if (result->ok) {
		if (result->note != NULL)
			strbuf_addf(out, "  (%s)", result->note);
		strbuf_addc(out, '\n');
		return;
	}
	strbuf_addf(out, "  %s\n", result->reason);
	report_failure(out, result, "    ");
}

void vm_report_log(struct strbuf *out, const struct vm_result *result)
{
	const struct strbuf *serial = &result->serial, *debugcon = &result->debugcon;
	bool both = serial->len > 0 && debugcon->len > 0;

	strbuf_adds(out, both ? REPORT_SERIAL : "");
	if (serial->len > 0)
		strbuf_add(out, serial->data, serial->len);
	if (both && out->data[out->len - 1] != '\n')
		strbuf_addc(out, '\n');
	strbuf_adds(out, both ? REPORT_DEBUGCON : "");
	if (debugcon->len > 0)
		strbuf_add(out, debugcon->data, debugcon->len);
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

/* To the millisecond; null where it was not seen. */
static json_t *json_seconds(double seconds)
{
	if (seconds < 0)
		return json_null();
	return json_real((double)(int64_t)(seconds * 1000 + 0.5) / 1000);
}

void vm_report_json(struct strbuf *out, const struct recipe *r, const struct vm_job *job,
		    const struct vm_result *result)
{
	json_t *o = json_object();
	char *text;

	json_object_set_new(o, "recipe", json_text(r->file != NULL ? r->file : r->name));
	json_object_set_new(o, "via", json_text(job->via->name));
	json_object_set_new(o, "nic", json_text(job->nic != NULL ? job->nic->name : NULL));
	json_object_set_new(o, "ok", json_boolean(result->ok));
	json_object_set_new(o, "seconds", json_seconds(result->seconds));
	json_object_set_new(o, "reason", json_text(result->reason));
	json_object_set_new(o, "vm", json_text(report_vm(job)));
	json_object_set_new(o, "entry", json_text(report_entry(job, r)));
	json_object_set_new(o, "secure_boot", json_text(report_secure_boot(job, result)));
	json_object_set_new(o, "menu_seconds", json_seconds(result->menu));
	json_object_set_new(o, "kernel_seconds", json_seconds(result->kernel));
	if (result->note != NULL)
		json_object_set_new(o, "note", json_text(result->note));
	text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9));
	strbuf_addf(out, "%s\n", text != NULL ? text : "{}");
	free(text);
	json_decref(o);
}
