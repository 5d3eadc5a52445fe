/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/reason.h"
#include "base/mem.h"
#include "vm/loader.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define QUOTE_MAX 400 /* of a line, about */

bool judge_expects(const struct recipe_test *t)
{
	return t->expect.written != NULL;
}

/* Status 1 before anything came on any console: the emulator's own, not the guest's
 * (isa-debug-exit gives 1 as well, for the value 0). Why: its last line that is no warning. */
char *reason_start(const struct judge *j, const struct judge_event *e)
{
	char *found = NULL, *copy, *save = NULL;

	if (j->wrote || j->exited || e->end != JUDGE_EXITED || e->status != 1)
		return NULL;
	copy = mem_dup(e->words != NULL ? e->words : "");
	for (char *l = strtok_r(copy, "\n", &save); l != NULL; l = strtok_r(NULL, "\n", &save)) {
		if (strstr(l, "warning:") == NULL) {
			free(found);
			found = mem_dup(l);
		}
	}
	free(copy);
	return found != NULL ? found : mem_dup("it ended with status 1 and said nothing");
}

void reason_quoted(struct strbuf *r, const char *text)
{
	console_escape(r, text, strlen(text));
}

/* A pattern comes from a recipe or a command line: letters of any language stay. */
static void add_readable(struct strbuf *r, const char *text)
{
	json_t *utf8 = json_string(text);

	for (; *text != '\0'; text++) {
		if (utf8 != NULL && (unsigned char)*text >= 0x80)
			strbuf_addc(r, *text);
		else
			console_escape(r, text, 1);
	}
	json_decref(utf8);
}

/* As it is to be recognised in a sentence: a literal in quotes, a regular expression between its
 * slashes. */
static void add_pattern(struct strbuf *r, const struct pattern *p)
{
	const char *quote = p->regex == NULL ? "\"" : "";

	strbuf_adds(r, quote);
	add_readable(r, p->written);
	strbuf_adds(r, quote);
}

static bool by_clock(const struct judge_event *e)
{
	return e->end == JUDGE_DEADLINE || e->end == JUDGE_SILENT;
}

void reason_last(struct strbuf *r, const struct judge *j)
{
	if (j->last == NULL)
		return;
	strbuf_adds(r, "; the guest's last line was \"");
	reason_quoted(r, j->last);
	strbuf_addc(r, '"');
}

/* Of a very long line, the part that the pattern is in. */
void reason_rejected(struct strbuf *r, const struct judge *j)
{
	size_t len = j->words.len;
	char *begin = mem_ndup(j->words.data, len > QUOTE_MAX ? QUOTE_MAX : len);
	bool end = len > QUOTE_MAX && !pattern_found(j->rejected, begin, false);

	strbuf_adds(r, "the guest wrote what the test rejects, ");
	add_readable(r, j->rejected->written);
	strbuf_addf(r, ": \"%s", end ? "..." : "");
	reason_quoted(r, end ? j->words.data + len - QUOTE_MAX : begin);
	strbuf_addf(r, "%s\"", len > QUOTE_MAX && !end ? "..." : "");
	free(begin);
}

void reason_end(struct strbuf *r, const struct judge *j, const struct judge_event *e)
{
	switch (e->end) {
	case JUDGE_RESET:
		strbuf_adds(r, "the machine reset itself (a triple fault does that)");
		return;
	case JUDGE_POWEROFF:
		strbuf_adds(r, "the machine powered itself off");
		break;
	case JUDGE_KILLED:
		strbuf_addf(r, "the emulator was killed by signal %d", e->status);
		break;
	case JUDGE_EXITED:
		strbuf_addf(r, "the machine ended with status %d", e->status);
		break;
	case JUDGE_SILENT:
		strbuf_addf(r, "the guest wrote nothing for %u s (test.silence, --silence)",
			    j->test->silence);
		break;
	default:
		strbuf_addf(r, "no end within %u s", j->test->timeout);
		if (j->consoles[JUDGE_SERIAL].menu || j->consoles[JUDGE_SCREEN].menu)
			strbuf_adds(r, ", GRUB's menu still waiting for a choice");
	}
	if (j->resets > 0)
		strbuf_adds(r, " (the machine had reset itself once)");
}

void reason_missing(struct strbuf *r, const struct judge *j, const struct judge_event *e)
{
	strbuf_addf(r, "%s the expected text ", by_clock(e) ? ":" : " before");
	add_pattern(r, &j->test->expect);
	strbuf_adds(r, by_clock(e) ? " did not come" : " came");
	if (j->expected_early)
		strbuf_adds(r, " (it came from firmware or GRUB only, not from the kernel)");
	else if (!j->consoles[JUDGE_SERIAL].wrote && !j->consoles[JUDGE_DEBUGCON].wrote)
		strbuf_adds(r, " (nothing came on the serial port)");
	else if (j->last == NULL && loader_done(j))
		strbuf_adds(r, " (the guest wrote nothing)");
	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++) {
		const char *error = j->consoles[i].error;
		bool again = false;

		/* what mkboot's own menu has to say is on both */
		for (size_t k = i + 1; k < JUDGE_SOURCE_COUNT && error != NULL; k++)
			again = again || (j->consoles[k].error != NULL &&
					  strstr(j->consoles[k].error, error) != NULL);
		if (error == NULL || again)
			continue;
		strbuf_adds(r, "; the last that firmware or GRUB had to say: ");
		reason_quoted(r, error);
	}
	if (e->end == JUDGE_SILENT)
		reason_last(r, j);
}

void reason_status(struct strbuf *r, const struct judge *j, const struct judge_event *e)
{
	if (by_clock(e) && judge_expects(j->test)) {
		strbuf_adds(r, ": the expected text ");
		add_pattern(r, &j->test->expect);
		strbuf_adds(r, " came, but then the machine did not end");
	}
	strbuf_addf(r, "; test.exit asks for status %u", j->test->exit);
	if (e->end == JUDGE_SILENT)
		reason_last(r, j);
}

void reason_unset(struct strbuf *r, const struct judge *j, const struct judge_event *e)
{
	if (e->end == JUDGE_EXITED) {
		strbuf_addf(r,
			    ", and test.exit is not set: where that is success, "
			    "write test: {exit: %d}, or --exit %d",
			    e->status, e->status);
		return;
	}
	strbuf_adds(r, ", and test.expect is not set: give it, or --expect, a text that the kernel "
		       "writes on the serial port when all is well");
	if (j->last != NULL) {
		strbuf_adds(r, " (its last line was \"");
		reason_quoted(r, j->last);
		strbuf_adds(r, "\")");
	}
}

char *judge_wanted(const struct recipe_test *test)
{
	const char *then = "";
	struct strbuf r = {0};

	if (judge_expects(test)) {
		strbuf_adds(&r, "the text ");
		add_pattern(&r, &test->expect);
		then = ", then ";
	}
	if (test->has_exit)
		strbuf_addf(&r, "%sexit status %u", then, test->exit);
	else if (!judge_expects(test))
		strbuf_adds(&r, "that the machine powers itself off");
	for (size_t i = 0; i < test->n_reject; i++) {
		strbuf_adds(&r, i == 0 ? "; none of: " : ", ");
		add_readable(&r, test->reject[i].written);
	}
	return strbuf_take(&r);
}
