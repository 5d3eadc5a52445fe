/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/reason.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

bool judge_expects(const struct recipe_test *t)
{
	return t->expect.written != NULL;
}

/* Status 1 before anything came on any console: the emulator's own, not the guest's
 * (isa-debug-exit gives 1 as well, for the value 0). Why: its last line that is no warning. */
char *reason_start(const struct judge *j, const struct judge_event *e)
{
	char *found = NULL, *copy, *save = NULL;

	if (j->wrote || e->end != JUDGE_EXITED || e->status != 1)
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

void reason_end(struct strbuf *r, const struct judge *j, const struct judge_event *e)
{
	switch (e->end) {
	case JUDGE_RESET:
		strbuf_adds(r, "the machine reset itself (a triple fault does that)");
		break;
	case JUDGE_POWEROFF:
		strbuf_adds(r, "the machine powered itself off");
		break;
	case JUDGE_KILLED:
		strbuf_addf(r, "the emulator was killed by signal %d", e->status);
		break;
	case JUDGE_EXITED:
		strbuf_addf(r, "the machine ended with status %d", e->status);
		break;
	default:
		strbuf_addf(r, "no end within %u s", j->test->timeout);
		if (j->consoles[JUDGE_SERIAL].menu || j->consoles[JUDGE_SCREEN].menu)
			strbuf_adds(r, ", GRUB's menu still waiting for a choice");
	}
}

void reason_missing(struct strbuf *r, const struct judge *j, const struct judge_event *e)
{
	strbuf_addf(r, "%s the expected text \"%s\" %s", e->end == JUDGE_DEADLINE ? ":" : " before",
		    j->test->expect.written, e->end == JUDGE_DEADLINE ? "did not come" : "came");
	if (j->expected_early)
		strbuf_adds(r, " (it came from firmware or GRUB only, not from the kernel)");
	else if (!j->consoles[JUDGE_SERIAL].wrote)
		strbuf_adds(r, " (nothing came on the serial port)");
	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++) {
		const char *error = j->consoles[i].error;
		const char *next = i + 1 < JUDGE_SOURCE_COUNT ? j->consoles[i + 1].error : NULL;

		/* what mkboot's own menu has to say is on both */
		if (error == NULL || (next != NULL && strstr(next, error) != NULL))
			continue;
		strbuf_adds(r, "; the last that firmware or GRUB had to say: ");
		reason_quoted(r, error);
	}
}

void reason_unset(struct strbuf *r, const struct judge *j, const struct judge_event *e)
{
	if (e->end == JUDGE_EXITED) {
		strbuf_addf(r,
			    ", and test.exit is not set: where that is success, "
			    "write test: {exit: %d}",
			    e->status);
		return;
	}
	strbuf_adds(r, ", and test.expect is not set: give it a text that the kernel writes on "
		       "the serial port when all is well");
	if (j->last != NULL) {
		strbuf_adds(r, " (its last line was \"");
		reason_quoted(r, j->last);
		strbuf_adds(r, "\")");
	}
}
