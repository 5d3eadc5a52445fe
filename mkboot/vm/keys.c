/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/keys.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PATIENCE_MS 2500 /* for the menu to be drawn anew; a machine may be slow */
#define TRIES       5
#define REPEATS     20

void keys_begin(struct keys *k, const char *title, size_t entry)
{
	*k = (struct keys){.title = title, .entry = entry};
}

void keys_free(struct keys *k)
{
	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++)
		highlight_free(&k->highlights[i]);
	free(k->wrong);
	*k = (struct keys){0};
}

/* NAME is one of QEMU's QKeyCode. 20 ms are long enough for a guest that polls its keyboard, and
 * too short for the key to repeat. */
static unsigned press(struct machine *m, struct qmp *q, const char *name)
{
	char *arguments = mem_printf("{\"keys\": [{\"type\": \"qcode\", \"data\": \"%s\"}], "
				     "\"hold-time\": 20}",
				     name);
	unsigned id = qmp_say(q, m->ours[MACHINE_QMP], "send-key", arguments);

	free(arguments);
	return id;
}

/* Where GRUB waits for a key after an error: a byte where the console is the serial port, else one
 * of the machine's keyboard. */
static void answer_prompts(struct keys *k, struct machine *m, struct qmp *q, const struct judge *j)
{
	static const enum judge_source consoles[] = {JUDGE_SERIAL, JUDGE_SCREEN};

	for (size_t i = 0; i < sizeof consoles / sizeof *consoles; i++) {
		enum judge_source s = consoles[i];

		for (; k->prompts[s] < judge_prompts(j, s); k->prompts[s]++) {
			if (s == JUDGE_SERIAL)
				send(m->keys, " ", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
			else
				press(m, q, "spc");
		}
	}
}

static bool menu_is_drawn(const struct judge *j)
{
	bool drawn = false;

	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++)
		drawn = drawn || j->consoles[i].menu;
	return judge_menu_shown(j) && drawn;
}

static size_t keys_needed(const struct keys *k)
{
	return k->entry + 2;
}

/* As long as something is being drawn there is no hurry. */
static void read_highlights(struct keys *k, const struct machine *m, int64_t now)
{
	static const enum machine_channel channels[JUDGE_SOURCE_COUNT] = {
		[JUDGE_SERIAL] = MACHINE_SERIAL,
		[JUDGE_DEBUGCON] = MACHINE_DEBUGCON,
		[JUDGE_SCREEN] = MACHINE_SCREEN,
	};

	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++) {
		const struct strbuf *got = &m->got[channels[i]];
		size_t more = m->total[channels[i]] - k->read[i];

		if (more > 0 && i != JUDGE_DEBUGCON)
			highlight_feed(&k->highlights[i], got->data + got->len - more, more);
		if (more > 0)
			k->patient = now + PATIENCE_MS;
		k->read[i] += more;
	}
}

/* That of the console which shows one: the screen's, where both do. */
static struct highlight *highlight(struct keys *k)
{
	struct highlight *screen = &k->highlights[JUDGE_SCREEN];

	return screen->changes > 0 ? screen : &k->highlights[JUDGE_SERIAL];
}

/* May the next key be pressed? */
static bool is_read(struct keys *k, const struct qmp *q, int64_t now)
{
	struct highlight *h = highlight(k);
	bool drawn = h->changes != k->changes;

	if (k->pressed == 0)
		return true;
	if (q->answered < k->said) {
		k->patient = now + PATIENCE_MS;
		return false;
	}
	/* the title is the last that was whole: it may be that from which the highlight just goes
	 */
	if (k->pressed == k->entry + 1)
		drawn = drawn && highlight_is(h, k->title);
	return (drawn && k->pressed < keys_needed(k)) || now >= k->patient;
}

static void begin_anew(struct keys *k)
{
	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++)
		k->highlights[i].chosen = k->highlights[i].final = false;
	k->pressed = 0;
}

/*
 * One key at a time: the BIOS has room for 15 that nobody has read yet, a PS/2 keyboard for fewer,
 * and what is too much is lost. GRUB draws the highlight anew for each, whether it moves or not
 * (grub-core/normal/menu_text.c). Where it ends up elsewhere, or Return does nothing, all of it is
 * done again.
 */
static void choose_entry(struct keys *k, struct machine *m, struct qmp *q, const struct judge *j,
			 int64_t now)
{
	struct highlight *h = highlight(k);
	const char *key = "down";

	/* until it is drawn, nothing is due */
	if (!menu_is_drawn(j))
		k->patient = INT64_MAX;
	if (!menu_is_drawn(j) || !is_read(k, q, now))
		return;
	/* it was lost */
	if (k->pressed > 0 && k->pressed <= k->entry + 1 && h->changes == k->changes &&
	    k->repeats < REPEATS) {
		k->repeats++;
		k->pressed--;
	} else if (k->pressed > k->entry && k->tries < TRIES &&
		   (k->pressed == keys_needed(k) || !highlight_is(h, k->title))) {
		k->tries++;
		begin_anew(k);
	}
	if (k->pressed == keys_needed(k))
		return;
	if (k->pressed == 0)
		key = "home";
	else if (k->pressed == k->entry + 1)
		key = "ret";
	h->chosen = k->pressed == k->entry + 1;
	k->changes = h->changes;
	k->said = press(m, q, key);
	k->pressed++;
	k->patient = now + PATIENCE_MS;
}

/* A BIOS screen has '?' for what is not ASCII. */
static bool is_title(const char *started, const char *title)
{
	bool ascii = true;

	for (const char *c = title; *c != '\0'; c++)
		ascii = ascii && (*c & 0x80) == 0;
	return ascii ? strcmp(started, title) == 0 : highlight_shows(title, started);
}

/* What turned out to be another entry. */
static void see_what_started(struct keys *k, const struct judge *j)
{
	const char *started = judge_entry(j);
	struct highlight *h = highlight(k);

	if (k->wrong != NULL)
		return;
	if (started != NULL && !is_title(started, k->title))
		k->wrong = mem_dup(started);
	else if (started == NULL && h->final && !highlight_is(h, k->title))
		k->wrong = mem_dup(h->title != NULL ? h->title : "");
}

void keys_press(struct keys *k, struct machine *m, struct qmp *q, const struct judge *j,
		int64_t now)
{
	answer_prompts(k, m, q, j);
	if (k->title == NULL)
		return;
	read_highlights(k, m, now);
	if (q->resets != k->resets) {
		k->resets = q->resets;
		k->tries = 0;
		begin_anew(k);
	}
	choose_entry(k, m, q, j, now);
	see_what_started(k, j);
}

int64_t keys_due(const struct keys *k)
{
	bool waiting = k->title != NULL && k->pressed > 0 && k->tries < TRIES &&
		       !k->highlights[JUDGE_SERIAL].final && !k->highlights[JUDGE_SCREEN].final;

	return waiting ? k->patient : INT64_MAX;
}

char *keys_failed(const struct keys *k, const struct judge *j)
{
	bool seen = k->highlights[JUDGE_SERIAL].final || k->highlights[JUDGE_SCREEN].final;
	struct strbuf b = {0};

	if (k->title == NULL || (k->wrong == NULL && (seen || judge_entry(j) != NULL)))
		return NULL;
	strbuf_adds(&b, "the entry \"");
	console_escape(&b, k->title, strlen(k->title));
	if (k->wrong != NULL) {
		strbuf_adds(&b, "\" was to be chosen in GRUB's menu, but it started \"");
		console_escape(&b, k->wrong, strlen(k->wrong));
		strbuf_adds(&b, "\"");
	} else if (k->pressed == 0) {
		strbuf_adds(&b, "\" could not be chosen: GRUB's menu was not shown");
	} else {
		strbuf_adds(&b, "\" could not be chosen: GRUB's menu did not take the keys");
	}
	return strbuf_take(&b);
}
