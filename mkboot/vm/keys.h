/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_KEYS_H
#define MKBOOT_VM_KEYS_H

#include "vm/highlight.h"
#include "vm/machine.h"
#include "vm/qmp.h"

/*
 * Within the stage: the keys that a person would press. Those of the machine's keyboard go through
 * QEMU's monitor.
 */
struct keys {
	/* An entry to be chosen in GRUB's menu: Home, Down as often as it takes, Return. */
	const char *title; /* what it must turn out to be; NULL: nobody touches the menu */
	size_t entry;
	size_t pressed;   /* keys of those */
	unsigned tries;   /* from Home on again */
	unsigned repeats; /* of a key that did nothing */
	unsigned said;    /* the last one's id in QMP */
	unsigned changes; /* of the highlight, before it was pressed */
	int64_t patient;  /* until when to wait for one */
	unsigned resets;  /* of the machine; the menu comes anew with each */
	struct highlight highlights[JUDGE_SOURCE_COUNT];
	size_t read[JUDGE_SOURCE_COUNT];
	char *wrong; /* the entry that GRUB started in its place; or NULL */
	/* For GRUB's prompts after an error. */
	unsigned prompts[JUDGE_SOURCE_COUNT];
};
/*
 * GRUB says "Booting `TITLE'" of an entry that it starts by itself, but not of one that was chosen
 * (grub-core/normal/menu.c): what is chosen is read off the menu.
 * TITLE must outlive K. End with keys_free.
 */
void keys_begin(struct keys *k, const char *title, size_t entry);
void keys_free(struct keys *k);

/* Press what is due at NOW (milliseconds). */
void keys_press(struct keys *k, struct machine *m, struct qmp *q, const struct judge *j,
		int64_t now);
/* When the next may be due though nothing comes from the machine; INT64_MAX for never. */
int64_t keys_due(const struct keys *k);

/* Why it is not known that the entry was started, for free(); NULL where it was. */
char *keys_failed(const struct keys *k, const struct judge *j);

#endif
