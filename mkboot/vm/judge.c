/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/judge.h"
#include "base/mem.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* A line that means that no kernel will be started any more (fnmatch patterns; leading spaces do
 * not count). WHOLE: wait for the line's end, which says why. */
static const struct {
	const char *line;
	const char *reason;
	bool whole;
} signs[] = {
	/* SeaBIOS, src/boot.c; the last thing it says */
	{"No bootable device.*", "the firmware found nothing to boot from", false},
	/* EDK2, MdeModulePkg/Universal/BdsDxe and UefiBootManagerLib. The medium under test comes
	 * first in its boot order; the shell built into OVMF comes last. */
	{"BdsDxe: failed to *", "the firmware could not start the medium", true},
	{"BdsDxe: No bootable option or device was found*",
	 "the firmware found nothing to boot from", false},
	{"BdsDxe: * \"EFI Internal Shell\" *",
	 "the firmware found nothing to boot from and started its own shell", true},
	/* iPXE, src/usr/autoboot.c */
	{"No more network devices*", "the network card's boot ROM found nothing to boot from",
	 false},
	/* GRUB 2, grub-core/boot/i386/pc/boot.S: "GRUB ", then what went wrong and " Error"; each
	 * time it is entered anew, "GRUB " again */
	{"GRUB GRUB GRUB *", "GRUB's boot sector started over and over: its core image is broken",
	 false},
	{"GRUB*[a-z] Error*", "GRUB's boot sector could not load its core image", false},
	/* grub-core/kern/rescue_reader.c, normal/main.c, normal/menu.c */
	{"grub rescue>*", "GRUB could not go on and stopped at its rescue prompt", false},
	{"Minimal BASH-like line editing is supported.*",
	 "GRUB could not go on and stopped at its command line", false},
	{"Failed to boot both default and fallback entries.*", "GRUB could not start the entry",
	 false},
};

/* What lines begin with that firmware and GRUB write, and that may hold names or titles. */
static const char *const loader_lines[] = {
	"Booting `",
	"error: ",
	"BdsDxe: ",
	"Welcome to GRUB!",
	"NBP filename is ",
	"NBP filesize is ",
	"WARNING: no console will ",
};

/* Lines that tell of an error (fnmatch patterns). */
static const char *const error_lines[] = {
	"error: *", "Boot failed: *", "PXE-E*", "tftp://*", "Could not boot image: *",
};

/* Those of them after which the boot goes on: a file that did come, and a video mode that was not
 * insisted on (GRUB 2.06, grub-core/loader/multiboot.c, after its warning). */
static const char *const harmless[] = {"tftp://* ok", "error: no suitable video mode found."};

static const char menu_heading[] = "GNU GRUB  version";
static const char prompt[] = "Press any key to continue...";

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define LINE_KEEP    4096u /* of a line without an end, at least */

static bool expects(const struct recipe_test *t)
{
	return t->expect.text != NULL && t->expect.text[0] != '\0';
}

void judge_begin(struct judge *j, const struct recipe_test *test)
{
	*j = (struct judge){.test = test};
}

void judge_free(struct judge *j)
{
	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++) {
		strbuf_free(&j->consoles[i].line);
		free(j->consoles[i].error);
	}
	free(j->detail);
	free(j->last);
	*j = (struct judge){0};
}

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

static bool begins_any(const char *line, const char *const *with, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (begins(line, with[i]))
			return true;
	}
	return false;
}

static bool matches_any(const char *line, const char *const *patterns, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fnmatch(patterns[i], line, 0) == 0)
			return true;
	}
	return false;
}

/* LINE is so short that it may yet become one that firmware or GRUB write. */
static bool undecided(const char *line)
{
	for (size_t i = 0; i < COUNT(loader_lines); i++) {
		if (begins(loader_lines[i], line))
			return true;
	}
	return begins(menu_heading, line);
}

static void give_up(struct judge *j, const struct judge_console *c, const char *reason,
		    const char *line)
{
	const char *detail = c->error != NULL ? c->error : line;

	if (j->hopeless != NULL)
		return;
	j->hopeless = reason;
	j->detail = mem_dup(detail);
}

static void look_for_signs(struct judge *j, struct judge_console *c, const char *line, bool whole)
{
	for (size_t i = 0; i < COUNT(signs); i++) {
		if ((whole || !signs[i].whole) && fnmatch(signs[i].line, line, 0) == 0) {
			give_up(j, c, signs[i].reason, signs[i].whole ? line : NULL);
			return;
		}
	}
	if (strstr(line, menu_heading) != NULL) {
		if (c->started || c->prompts > 0)
			give_up(j, c, "GRUB could not start the entry and went back to its menu",
				NULL);
		c->menu = true;
	}
}

static void look_for_expected(struct judge *j, struct judge_console *c, const char *line,
			      bool whole)
{
	bool loader = c->menu || begins_any(line, loader_lines, COUNT(loader_lines));

	/* in all of the line: the text may begin with spaces */
	if (!expects(j->test) || strstr(c->line.data, j->test->expect.text) == NULL)
		return;
	if (loader)
		j->expected_early = true;
	else if (whole || !undecided(line))
		j->expected = true;
}

/* What GRUB and firmware tell of themselves. LINE is whole. */
static void follow_loader(struct judge_console *c, const char *line)
{
	if (begins(line, "Booting `") || begins(line, "Welcome to GRUB!")) {
		free(c->error);
		c->error = NULL;
		c->started = c->started || line[0] == 'B';
	}
	if (c->error == NULL && matches_any(line, error_lines, COUNT(error_lines)) &&
	    !matches_any(line, harmless, COUNT(harmless)))
		c->error = mem_dup(line);
}

/* Read the line as it is by now; WHOLE: it has come to its end. */
static void look(struct judge *j, enum judge_source source, bool whole)
{
	struct judge_console *c = &j->consoles[source];
	const char *line;

	if (c->line.len == 0 || judge_over(j))
		return;
	line = c->line.data + strspn(c->line.data, " \t");
	if (*line == '\0')
		return;
	look_for_signs(j, c, line, whole);
	if (source == JUDGE_SERIAL && j->hopeless == NULL)
		look_for_expected(j, c, line, whole);
	if (!c->prompted && c->error != NULL && begins(line, prompt)) {
		c->prompted = true;
		c->prompts++;
	}
	if (whole) {
		follow_loader(c, line);
		if (source == JUDGE_SERIAL && !c->menu) {
			free(j->last);
			j->last = mem_dup(line);
		}
	}
}

static void end_line(struct judge *j, enum judge_source source)
{
	struct judge_console *c = &j->consoles[source];

	look(j, source, true);
	c->line.len = 0;
	c->prompted = false;
}

/* A guest may write without end and without a newline. What is cut off has been looked at, but
 * for as much as the expected text may still need. */
static void bound_line(struct judge *j, enum judge_source source)
{
	struct strbuf *line = &j->consoles[source].line;
	size_t keep = LINE_KEEP + (expects(j->test) ? strlen(j->test->expect.text) : 0);

	if (line->len < 2 * keep)
		return;
	look(j, source, false);
	memmove(line->data, line->data + line->len - keep, keep + 1);
	line->len = keep;
}

void judge_feed(struct judge *j, enum judge_source source, const void *bytes, size_t len)
{
	struct judge_console *c = &j->consoles[source];
	const unsigned char *b = bytes;

	c->wrote = c->wrote || len > 0;
	j->wrote = j->wrote || len > 0;
	for (size_t i = 0; i < len && !judge_over(j); i++) {
		int ch = console_strip(&c->strip, b[i]);

		if (ch == '\n' || ch == CONSOLE_ERASED) {
			end_line(j, source);
			/* a menu is cleared away before an entry is started, and drawn anew with
			 * its heading */
			c->menu = c->menu && ch == '\n';
		} else if (ch != CONSOLE_NOTHING && ch != '\r' && ch != '\0') {
			strbuf_addc(&c->line, (char)ch);
			bound_line(j, source);
		}
	}
	look(j, source, false);
}

bool judge_over(const struct judge *j)
{
	return j->hopeless != NULL || (expects(j->test) && j->expected && !j->test->has_exit);
}

unsigned judge_prompts(const struct judge *j, enum judge_source source)
{
	return j->consoles[source].prompts;
}

/* Status 1 before anything came on any console: the emulator's own, not the guest's
 * (isa-debug-exit gives 1 as well, for the value 0). Why: its last line that is no warning. */
static char *start_error(const struct judge *j, const struct judge_event *e)
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

static void add_quoted(struct strbuf *r, const char *text)
{
	console_escape(r, text, strlen(text));
}

/* How the machine ended, as the beginning of a sentence. */
static void say_end(struct strbuf *r, const struct judge *j, const struct judge_event *e)
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

/* Why the expected text counts as missing. */
static void say_missing(struct strbuf *r, const struct judge *j, const struct judge_event *e)
{
	strbuf_addf(r, "%s the expected text \"%s\" %s", e->end == JUDGE_DEADLINE ? ":" : " before",
		    j->test->expect.text, e->end == JUDGE_DEADLINE ? "did not come" : "came");
	if (j->expected_early)
		strbuf_adds(r, " (it came from firmware or GRUB only, not from the kernel)");
	else if (!j->consoles[JUDGE_SERIAL].wrote)
		strbuf_adds(r, " (nothing came on the serial port)");
	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++) {
		if (j->consoles[i].error == NULL)
			continue;
		strbuf_adds(r, "; the last that firmware or GRUB had to say: ");
		add_quoted(r, j->consoles[i].error);
	}
}

/* The test asks for nothing: what a person could write into it. */
static void say_unset(struct strbuf *r, const struct judge *j, const struct judge_event *e)
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
		add_quoted(r, j->last);
		strbuf_adds(r, "\")");
	}
}

static bool judge_exit(const struct judge *j, const struct judge_event *e, struct strbuf *r)
{
	bool ended = e->end == JUDGE_EXITED || e->end == JUDGE_POWEROFF;

	if (ended && e->status == (int)j->test->exit)
		return true;
	say_end(r, j, e);
	if (e->end == JUDGE_DEADLINE && expects(j->test))
		strbuf_addf(r, ": the expected text \"%s\" came, but then the machine did not end",
			    j->test->expect.text);
	strbuf_addf(r, "; test.exit asks for status %u", j->test->exit);
	return false;
}

bool judge_verdict(struct judge *j, const struct judge_event *e, char **reason)
{
	char *error = start_error(j, e);
	struct strbuf r = {0};
	bool ok = false;

	/* A line that never ended is all there will be of it. */
	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++)
		look(j, (enum judge_source)i, true);
	if (error != NULL) {
		strbuf_adds(&r, "the emulator did not start: ");
		add_quoted(&r, error);
	} else if (j->hopeless != NULL) {
		strbuf_addf(&r, "%s%s", j->hopeless, j->detail != NULL ? ": " : "");
		add_quoted(&r, j->detail != NULL ? j->detail : "");
	} else if (expects(j->test) && !j->expected) {
		say_end(&r, j, e);
		say_missing(&r, j, e);
	} else if (j->test->has_exit) {
		ok = judge_exit(j, e, &r);
	} else if (expects(j->test) || e->end == JUDGE_POWEROFF) {
		ok = true;
	} else {
		say_end(&r, j, e);
		say_unset(&r, j, e);
	}
	*reason = ok ? NULL : strbuf_take(&r);
	strbuf_free(&r);
	free(error);
	return ok;
}
