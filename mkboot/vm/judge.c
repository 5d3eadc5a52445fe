/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/judge.h"
#include "base/mem.h"
#include "vm/loader.h"
#include "vm/reason.h"

#include <stdlib.h>
#include <string.h>

#define LINE_KEEP  4096u /* of a line without an end, at least */
#define WORDS_KEEP 4096u /* of a line that the test rejects, at most */

/* So many resets without a word in between are not one any more, even of a machine whose firmware
 * is silent. One of a guest's makes two or three. */
#define ECHOES 16

/* SeaBIOS's own code, as in any PC's BIOS, lies in the last 128 KiB below 1 MiB. */
#define BIOS_BEGIN 0xe0000u
#define BIOS_END   0xfffffu

void judge_begin(struct judge *j, const struct recipe_test *test)
{
	*j = (struct judge){.test = test};
}

void judge_uefi(struct judge *j, bool own_menu)
{
	j->uefi = true;
	j->own_menu = own_menu;
}

static void forget_boot(struct judge_console *c)
{
	strbuf_free(&c->line);
	free(c->error);
	free(c->entry);
	*c = (struct judge_console){.wrote = c->wrote, .prompts = c->prompts};
}

void judge_free(struct judge *j)
{
	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++)
		forget_boot(&j->consoles[i]);
	strbuf_free(&j->words);
	free(j->hopeless);
	free(j->last);
	free(j->shown);
	*j = (struct judge){0};
}

static void keep(char **text, const char *line)
{
	free(*text);
	*text = mem_dup(line);
}

/* WHY, and what was said to that; or NULL. */
static void give_up(struct judge *j, const char *why, const char *detail)
{
	struct strbuf r = {0};

	if (judge_over(j))
		return;
	strbuf_addf(&r, "%s%s", why, detail != NULL ? ": " : "");
	reason_quoted(&r, detail != NULL ? detail : "");
	j->hopeless = strbuf_take(&r);
}

static void look_for_signs(struct judge *j, struct judge_console *c, const char *line, bool whole)
{
	bool says_why = false;
	const char *sign = loader_sign(line, whole, &says_why);

	if (sign != NULL) {
		give_up(j, sign, c->error != NULL ? c->error : says_why ? line : NULL);
	} else if (loader_heading(line)) {
		if (c->started || c->asked)
			give_up(j, "GRUB could not start the entry and went back to its menu",
				c->error);
		c->menu = true;
		c->menu_left = false;
		j->menu_shown = true;
	}
}

static void look_for_rejected(struct judge *j, struct judge_console *c, bool whole)
{
	for (size_t i = 0; i < j->test->n_reject && j->rejected == NULL; i++) {
		const struct pattern *p = &j->test->reject[i];

		if (pattern_found_in(p, c->line.data, c->cut == 0, whole))
			j->rejected = p;
	}
	if (j->rejected == NULL)
		return;
	j->last_words = true;
	strbuf_adds(&j->words, c->line.data);
	j->open = whole ? NULL : c;
}

/* The text may begin with spaces: it is looked for in all of the line. */
static void look_for_expected(struct judge *j, struct judge_console *c, bool whole, bool *found)
{
	if (judge_expects(j->test) &&
	    pattern_found_in(&j->test->expect, c->line.data, c->cut == 0, whole))
		*found = true;
}

/* Is LINE, which no loader's line is like, surely the guest's? Firmware has other lines, too. */
static bool surely_guests(const struct judge *j, const struct judge_console *c, const char *line)
{
	bool asks = c->prompted || (c->error != NULL && loader_prompt_begun(line));

	return !asks && (!c->loader || loader_done(j));
}

static void remember_guests(struct judge *j, struct judge_console *c, const char *line, bool whole)
{
	size_t len = c->cut + c->line.len;

	j->guest_bytes += len - c->counted;
	c->counted = len;
	if (whole)
		keep(&j->last, line);
}

/* Is it the guest that writes on C by now, and not GRUB? */
static bool guests_turn(const struct judge *j, const struct judge_console *c)
{
	return loader_done(j) && !c->menu && (!c->loader || j->guest_bytes > 0);
}

/* Is it the guest's for certain, though it may be like a loader's? */
static bool look_at_words(struct judge *j, enum judge_source source, const char *line, bool whole)
{
	struct judge_console *c = &j->consoles[source];
	enum loader_line whose = LOADER_GUESTS;

	if (source != JUDGE_DEBUGCON)
		whose = loader_alone(j, c) ? LOADER_ITS : loader_wrote(c, line, whole);
	if (whose == LOADER_ITS && guests_turn(j, c) && loader_error(line))
		whose = whole ? LOADER_GUESTS : LOADER_UNDECIDED;
	if (whose == LOADER_ITS) {
		c->loader = true;
		look_for_expected(j, c, whole, &j->expected_early);
	} else if (whose == LOADER_GUESTS) {
		if (surely_guests(j, c, line))
			remember_guests(j, c, line, whole);
		look_for_rejected(j, c, whole);
		if (j->rejected == NULL)
			look_for_expected(j, c, whole, &j->expected);
	}
	return whose == LOADER_GUESTS && guests_turn(j, c);
}

/* Read the line as it is by now; WHOLE: it has come to its end. */
static void look(struct judge *j, enum judge_source source, bool whole)
{
	struct judge_console *c = &j->consoles[source];
	const char *line = c->line.len > 0 ? c->line.data : "";
	bool guests = false;

	if (judge_over(j))
		return;
	line += strspn(line, " \t");
	if (*line == '\0') {
		if (whole)
			loader_blank(c);
		return;
	}
	keep(&j->shown, line);
	if (source != JUDGE_DEBUGCON) {
		look_for_signs(j, c, line, whole);
		if (!c->prompted && c->error != NULL && loader_prompt(line)) {
			c->prompted = c->asked = true;
			c->prompts++;
		}
	}
	if (source != JUDGE_SCREEN && j->hopeless == NULL)
		guests = look_at_words(j, source, line, whole);
	if (source != JUDGE_DEBUGCON && whole)
		loader_follow(c, line, guests);
}

static void end_line(struct judge *j, enum judge_source source)
{
	struct judge_console *c = &j->consoles[source];

	look(j, source, true);
	c->line.len = c->cut = c->counted = 0;
	c->prompted = false;
}

/* The line is to be written over. Of a kernel's it is one line all the same: what is in it, came.
 * But behind GRUB's progress, and the spaces that cover it (twice, where two of its terminals are
 * on one wire), a line begins. */
static void carriage_return(struct judge *j, enum judge_source source)
{
	struct judge_console *c = &j->consoles[source];
	const char *line = c->line.len > 0 ? c->line.data : "";
	const char *text = line + strspn(line, " \t");

	c->progress = loader_progress(text) || (c->progress && *text == '\0');
	if (c->progress)
		end_line(j, source);
}

static size_t longest_pattern(const struct recipe_test *t)
{
	size_t longest = judge_expects(t) ? strlen(t->expect.written) : 0;

	for (size_t i = 0; i < t->n_reject; i++) {
		size_t len = strlen(t->reject[i].written);

		longest = len > longest ? len : longest;
	}
	return longest;
}

/* A guest may write without end and without a newline. What is cut off has been looked at, but
 * for as much as the texts looked for may still need. */
static void bound_line(struct judge *j, enum judge_source source)
{
	struct judge_console *c = &j->consoles[source];
	size_t most = LINE_KEEP + longest_pattern(j->test), cut;

	if (c->line.len < 2 * most)
		return;
	look(j, source, false);
	cut = c->line.len - most;
	memmove(c->line.data, c->line.data + cut, most + 1);
	c->line.len = most;
	c->cut += cut;
}

/* CH after the words that were rejected. */
static void go_on(struct judge *j, int ch)
{
	if (ch == '\n' || ch == CONSOLE_ERASED || j->words.len > WORDS_KEEP)
		j->open = NULL;
	else if (ch != CONSOLE_NOTHING && ch != '\r' && ch != '\0')
		strbuf_addc(&j->words, (char)ch);
}

void judge_feed(struct judge *j, enum judge_source source, const void *bytes, size_t len)
{
	struct judge_console *c = &j->consoles[source];
	const unsigned char *b = bytes;

	c->wrote = c->wrote || len > 0;
	j->wrote = j->wrote || len > 0;
	j->heard = j->heard || len > 0;
	for (size_t i = 0; i < len && (!judge_over(j) || j->open == c); i++) {
		int ch = console_strip(&c->strip, b[i]);

		if (j->open == c) {
			go_on(j, ch);
		} else if (ch == '\n' || ch == CONSOLE_ERASED) {
			end_line(j, source);
			/* a menu is cleared away before an entry is started, and drawn anew with
			 * its heading */
			c->menu_left = c->menu_left || (c->menu && ch != '\n');
			c->menu = c->menu && ch == '\n';
		} else if (ch == '\r') {
			carriage_return(j, source);
		} else if (ch != CONSOLE_NOTHING && ch != '\0') {
			strbuf_addc(&c->line, (char)ch);
			bound_line(j, source);
		}
	}
	look(j, source, false);
}

static void end_lines(struct judge *j)
{
	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++)
		end_line(j, (enum judge_source)i);
}

/* What comes from now on is not the guest's, or counts no more. */
static void last_words_end(struct judge *j)
{
	j->last_words = false;
	j->open = NULL;
}

void judge_reset(struct judge *j)
{
	end_lines(j);
	last_words_end(j);
	if (judge_over(j))
		return;
	if (j->resets > 0 && !j->heard && ++j->echoes < ECHOES)
		return;
	if (++j->resets > 1) {
		give_up(j, "the machine resets itself over and over", NULL);
		j->by_guest = true;
	}
	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++)
		forget_boot(&j->consoles[i]);
	j->heard = false;
	j->echoes = 0;
	j->guest_bytes = 0;
}

/* Is it the firmware that ends its own work so? Its reset may not have been told yet. */
static bool is_firmwares(const struct judge *j, const char *where)
{
	const char *eip = where != NULL ? strstr(where, "IP=") : NULL;
	unsigned long at = eip != NULL ? strtoul(eip + strlen("IP="), NULL, 16) : 0;

	return (j->resets > 0 && !j->heard) || (at >= BIOS_BEGIN && at <= BIOS_END);
}

void judge_triple_fault(struct judge *j, const char *where)
{
	char *why;

	end_lines(j);
	last_words_end(j);
	if (judge_over(j) || is_firmwares(j, where))
		return;
	why = where != NULL ? mem_printf("a triple fault (%s)", where) : mem_dup("a triple fault");
	give_up(j, why, NULL);
	j->by_guest = true;
	free(why);
}

void judge_panicked(struct judge *j)
{
	end_lines(j);
	if (judge_over(j))
		return;
	give_up(j, "the guest panicked (pvpanic)", NULL);
	j->by_guest = j->last_words = true;
}

void judge_exit(struct judge *j, int status)
{
	end_lines(j);
	last_words_end(j);
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
	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++) {
		if (j->consoles[i].entry != NULL)
			return j->consoles[i].entry;
	}
	return NULL;
}

const char *judge_last_line(const struct judge *j)
{
	return j->shown;
}

bool judge_over(const struct judge *j)
{
	return j->hopeless != NULL || j->rejected != NULL || j->exited ||
	       (judge_expects(j->test) && j->expected && !j->test->has_exit);
}

bool judge_last_words(const struct judge *j)
{
	return j->last_words;
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
	reason_status(r, j, e);
	return false;
}

bool judge_verdict(struct judge *j, const struct judge_event *event, char **reason)
{
	const struct judge_event said = {JUDGE_EXITED, j->exit_status, NULL};
	const struct judge_event *e = j->exited ? &said : event;
	char *error = reason_start(j, e);
	struct strbuf r = {0};
	bool ok = false;

	/* A line that never ended is all there will be of it. */
	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++)
		look(j, (enum judge_source)i, true);
	if (error != NULL) {
		strbuf_adds(&r, "the emulator did not start: ");
		reason_quoted(&r, error);
	} else if (j->rejected != NULL) {
		reason_rejected(&r, j);
	} else if (j->hopeless != NULL) {
		strbuf_adds(&r, j->hopeless);
		if (j->by_guest)
			reason_last(&r, j);
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
