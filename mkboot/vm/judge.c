/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/judge.h"
#include "base/mem.h"
#include "vm/reason.h"

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
	/* mkboot's own part of the menu: grub-configs/network.cfg */
	"[network] ",
	"(tftp,",
	"(http,",
};

/* What mkboot's own menu says about the network, and of it, that a card is tried. */
static const char network_mark[] = "[network] ";
static const char network_try[] = "[network] trying ";

/* Lines that tell of an error (fnmatch patterns). */
static const char *const error_lines[] = {
	"error: *", "Boot failed: *",          "PXE-E*",
	"tftp://*", "Could not boot image: *", "\\[network] *",
};

/* Those of them after which the boot goes on: a file that did come, and a video mode that was not
 * insisted on (GRUB 2.06, grub-core/loader/multiboot.c, after its warning). */
static const char *const harmless[] = {
	"tftp://* ok",
	"error: no suitable video mode found.",
	"\\[network] trying *",
	"\\[network] no driver here knows the card? loading by the firmware*",
};

static const char menu_heading[] = "GNU GRUB  version";
static const char prompt[] = "Press any key to continue...";

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define LINE_KEEP    4096u /* of a line without an end, at least */
#define ERROR_KEEP   1000  /* of an error's lines, about */
#define GRUB_WIDTH   80    /* of its terminals, where nobody says otherwise */

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
	free(j->entry);
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

/* Is LINE the rest of the error that the line before told of? GRUB breaks what is wider than its
 * terminal at a space (grub-core/normal/term.c). 1, 0, or -1 where more of LINE must come to tell.
 */
static int continues(const struct judge_console *c, const char *line, bool whole)
{
	size_t word = strcspn(line, " ");

	if (c->error_width == 0 || c->error_width + 1 + word >= GRUB_WIDTH)
		return c->error_width != 0;
	return line[word] == '\0' && !whole ? -1 : 0;
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
		j->menu_shown = true;
	}
}

static void look_for_expected(struct judge *j, struct judge_console *c, const char *line,
			      bool whole)
{
	int rest = continues(c, line, whole);
	bool loader = c->menu || rest == 1 || begins_any(line, loader_lines, COUNT(loader_lines));

	/* in all of the line: the text may begin with spaces */
	if (!judge_expects(j->test) || !pattern_found(&j->test->expect, c->line.data, whole))
		return;
	if (loader)
		j->expected_early = true;
	else if (whole || (rest == 0 && !undecided(line)))
		j->expected = true;
}

static void add_to_error(struct judge_console *c, const char *line)
{
	char *longer;

	if (strlen(c->error) > ERROR_KEEP)
		return;
	longer = mem_printf("%s %s", c->error, line);
	free(c->error);
	c->error = longer;
}

/* The first error is the cause of others; but what mkboot's own menu says about it belongs to it,
 * in as many lines as it takes. */
static void keep_error(struct judge_console *c, const char *line, bool network)
{
	if (c->error == NULL)
		c->error = mem_dup(line);
	else if (network)
		add_to_error(c, c->error_latest ? line + strlen(network_mark) : line);
	else
		return;
	c->error_latest = true;
}

/* What GRUB and firmware tell of themselves. LINE is whole. */
static void follow_loader(struct judge_console *c, const char *line)
{
	bool network = begins(line, network_mark);
	bool told = matches_any(line, error_lines, COUNT(error_lines)) &&
		    !matches_any(line, harmless, COUNT(harmless));
	bool rest = continues(c, line, true) == 1;

	if (begins(line, "Booting `") || begins(line, "Welcome to GRUB!") ||
	    begins(line, network_try)) {
		free(c->error);
		c->error = NULL;
		c->started = c->started || line[0] == 'B';
	}
	if (told)
		keep_error(c, line, network);
	else if (rest && c->error_latest)
		add_to_error(c, line);
	c->error_latest = c->error_latest && (network || rest);
	c->error_width =
		told || rest || begins(line, "(tftp,") || begins(line, "(http,") ? strlen(line) : 0;
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
	if (source != JUDGE_SCREEN && j->hopeless == NULL)
		look_for_expected(j, c, line, whole);
	if (!c->prompted && c->error != NULL && begins(line, prompt)) {
		c->prompted = true;
		c->prompts++;
	}
	if (whole) {
		follow_loader(c, line);
		if (begins(line, "Booting `")) {
			free(j->entry);
			j->entry = mem_ndup(line + 9, strcspn(line + 9, "'"));
		}
		if (source == JUDGE_SERIAL && !c->menu) {
			j->guest_bytes += begins_any(line, loader_lines, COUNT(loader_lines))
						  ? 0
						  : strlen(line);
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
	size_t keep = LINE_KEEP + (judge_expects(j->test) ? strlen(j->test->expect.written) : 0);

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
	return j->exited || j->hopeless != NULL ||
	       (judge_expects(j->test) && j->expected && !j->test->has_exit);
}

unsigned judge_prompts(const struct judge *j, enum judge_source source)
{
	return j->consoles[source].prompts;
}

static bool right_status(const struct judge *j, const struct judge_event *e, struct strbuf *r)
{
	bool ended = e->end == JUDGE_EXITED || e->end == JUDGE_POWEROFF;

	if (ended && e->status == (int)j->test->exit)
		return true;
	reason_end(r, j, e);
	if (e->end == JUDGE_DEADLINE && judge_expects(j->test))
		strbuf_addf(r, ": the expected text \"%s\" came, but then the machine did not end",
			    j->test->expect.written);
	strbuf_addf(r, "; test.exit asks for status %u", j->test->exit);
	return false;
}

bool judge_verdict(struct judge *j, const struct judge_event *e, char **reason)
{
	const struct judge_event own = {JUDGE_EXITED, j->exit_status, e->words};
	struct strbuf r = {0};
	char *error;
	bool ok = false;

	if (j->exited)
		e = &own;
	error = reason_start(j, e);
	/* A line that never ended is all there will be of it. */
	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++)
		look(j, (enum judge_source)i, true);
	if (error != NULL) {
		strbuf_adds(&r, "the emulator did not start: ");
		reason_quoted(&r, error);
	} else if (j->hopeless != NULL) {
		strbuf_addf(&r, "%s%s", j->hopeless, j->detail != NULL ? ": " : "");
		reason_quoted(&r, j->detail != NULL ? j->detail : "");
	} else if (judge_expects(j->test) && !j->expected) {
		reason_end(&r, j, e);
		reason_missing(&r, j, e);
	} else if (j->test->has_exit) {
		ok = right_status(j, e, &r);
	} else if (judge_expects(j->test) || e->end == JUDGE_POWEROFF) {
		ok = true;
	} else {
		reason_end(&r, j, e);
		reason_unset(&r, j, e);
	}
	*reason = ok ? NULL : strbuf_take(&r);
	strbuf_free(&r);
	free(error);
	return ok;
}

/* Firmware and GRUB begin anew: what they said before is no sign of anything. */
static void forget_boot(struct judge_console *c)
{
	strbuf_free(&c->line);
	free(c->error);
	*c = (struct judge_console){.wrote = c->wrote, .prompts = 0};
}

void judge_reset(struct judge *j)
{
	if (judge_over(j))
		return;
	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++)
		end_line(j, (enum judge_source)i);
	if (judge_over(j))
		return;
	if (++j->resets > 1)
		give_up(j, &j->consoles[JUDGE_SERIAL], "the machine resets itself over and over",
			NULL);
	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++)
		forget_boot(&j->consoles[i]);
}

void judge_triple_fault(struct judge *j, const char *where)
{
	give_up(j, &j->consoles[JUDGE_DEBUGCON], "a triple fault", where);
}

void judge_panicked(struct judge *j)
{
	give_up(j, &j->consoles[JUDGE_DEBUGCON], "the guest panicked (pvpanic)", j->last);
}

void judge_exit(struct judge *j, int status)
{
	if (judge_over(j))
		return;
	j->exited = true;
	j->exit_status = status;
}

bool judge_menu_shown(const struct judge *j)
{
	return j->menu_shown;
}

size_t judge_guest_bytes(const struct judge *j)
{
	return j->guest_bytes;
}

const char *judge_entry(const struct judge *j)
{
	return j->entry;
}

const char *judge_last_line(const struct judge *j)
{
	return j->last;
}

char *judge_wanted(const struct recipe_test *test)
{
	return mem_printf("the text \"%s\"",
			  test->expect.written != NULL ? test->expect.written : "");
}
