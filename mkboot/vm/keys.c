/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/keys.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PATIENCE_MS 500

void keys_begin(struct keys *k, const char *title, size_t entry)
{
	*k = (struct keys){.title = title, .entry = entry};
}

void keys_free(struct keys *k)
{
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

/*
 * One key at a time: the BIOS has room for 15 that nobody has read yet, a PS/2 keyboard for fewer,
 * and what is too much is lost. GRUB draws the menu anew for each (grub-core/normal/menu_text.c),
 * so that more on its console tells that it was read; where nothing comes, a while does.
 */
static void choose_entry(struct keys *k, struct machine *m, struct qmp *q, const struct judge *j,
			 int64_t now)
{
	size_t seen = m->got[MACHINE_SERIAL].len + m->got[MACHINE_SCREEN].len;
	const char *key = "down";

	if (q->resets != k->resets) {
		k->resets = q->resets;
		k->pressed = 0;
	}
	if (k->pressed == keys_needed(k) || !menu_is_drawn(j))
		return;
	if (k->pressed > 0 && (q->answered < k->said || (seen == k->seen && now < k->patient)))
		return;
	if (k->pressed == 0)
		key = "home";
	else if (k->pressed == k->entry + 1)
		key = "ret";
	k->said = press(m, q, key);
	k->pressed++;
	k->seen = seen;
	k->patient = now + PATIENCE_MS;
}

void keys_press(struct keys *k, struct machine *m, struct qmp *q, const struct judge *j,
		int64_t now)
{
	const char *started = judge_entry(j);

	answer_prompts(k, m, q, j);
	if (k->title == NULL)
		return;
	choose_entry(k, m, q, j, now);
	if (k->wrong == NULL && started != NULL && strcmp(started, k->title) != 0)
		k->wrong = mem_dup(started);
}

int64_t keys_due(const struct keys *k)
{
	bool waiting = k->title != NULL && k->pressed > 0 && k->pressed < keys_needed(k);

	return waiting ? k->patient : INT64_MAX;
}

char *keys_failed(const struct keys *k, const struct judge *j)
{
	struct strbuf b = {0};

	if (k->title == NULL)
		return NULL;
	if (k->wrong == NULL && judge_entry(j) != NULL)
		return NULL;
	strbuf_adds(&b, "the entry \"");
	console_escape(&b, k->title, strlen(k->title));
	if (k->wrong != NULL) {
		strbuf_adds(&b, "\" was chosen in GRUB's menu, but it started \"");
		console_escape(&b, k->wrong, strlen(k->wrong));
		strbuf_adds(&b, "\"");
	} else if (k->pressed == 0) {
		strbuf_adds(&b, "\" could not be chosen: GRUB's menu was not shown");
	} else {
		strbuf_adds(
			&b,
			"\" was chosen in GRUB's menu, but GRUB did not say that it started it");
	}
	return strbuf_take(&b);
}
