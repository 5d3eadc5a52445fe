/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "legacy/parse.h"

#include <stdlib.h>
#include <string.h>

/* The commands that shape the menu. */

#define ENTRY_MAX   9999
#define TIMEOUT_MAX 86400

void lst_default(struct lst *l)
{
	const char *s = l->args;
	struct word w = lst_word(&s);

	if (word_is(w, "saved")) {
		lst_error(l, w,
			  "which entry was started last cannot be kept on these media; write the "
			  "entry's number, from 0");
		return;
	}
	l->default_at = lst_at(l, w.len > 0 ? w : l->name);
	if (lst_number(l, w, "the default", ENTRY_MAX, &l->default_entry))
		lst_end(l, s);
}

/* Several since 0.97 (stage2/builtins.c, fallback_func): one after the other. */
void lst_fallback(struct lst *l)
{
	struct recipe_menu *m = &l->recipe->menu;
	const char *s = l->args;

	m->n_fallback = 0; /* the last line counts */
	do {
		struct word w = lst_word(&s);
		size_t n = m->n_fallback;
		unsigned number;

		if (!lst_number(l, w, "an entry to fall back to", ENTRY_MAX, &number))
			return;
		*MEM_PUSH(m->fallback, m->n_fallback) = number;
		*MEM_PUSH(l->fallback_at, n) = lst_at(l, w);
	} while (*s != '\0');
}

void lst_timeout(struct lst *l)
{
	const char *s = l->args;

	l->has_timeout =
		lst_number(l, lst_word(&s), "the timeout", TIMEOUT_MAX, &l->recipe->menu.timeout);
	if (l->has_timeout)
		lst_end(l, s);
}

void lst_hiddenmenu(struct lst *l)
{
	lst_end(l, l->args);
	l->hidden = true;
}

/* A VGA attribute: letters, background, and a bit that makes the letters blink, which GRUB 2 does
 * not have. */
static bool color_attribute(struct lst *l, struct word w, unsigned *attribute)
{
	struct word rest;

	if (w.len > 0 && w.s[0] >= '0' && w.s[0] <= '9') {
		if (!lst_number(l, w, "a colour", 0xff, attribute))
			return false;
		if (*attribute > 0x7f)
			lst_error(l, w, "GRUB 2 has no letters that blink; leave bit 7 out");
		return *attribute <= 0x7f;
	}
	if (word_begins(w, "blink-", &rest)) {
		lst_error(l, w, "GRUB 2 has no letters that blink; leave 'blink-' out");
		return false;
	}
	if (!recipe_is_color(w.s, w.len)) {
		lst_error(l, w,
			  "this must be two colours, like white/blue; dark-gray, yellow, white and "
			  "those with light- but light-gray are for the letters only");
		return false;
	}
	for (unsigned a = 0; a < 0x80; a++) {
		const char *front = recipe_colors[a & 0xf], *back = recipe_colors[a >> 4];

		if (w.len == strlen(front) + 1 + strlen(back) &&
		    memcmp(w.s, front, strlen(front)) == 0 && w.s[strlen(front)] == '/' &&
		    memcmp(w.s + strlen(front) + 1, back, strlen(back)) == 0)
			*attribute = a;
	}
	return true;
}

static void set_color(struct lst *l, struct word w, unsigned attribute, struct text *color)
{
	free(color->text);
	color->text = mem_printf("%s/%s", recipe_colors[attribute & 0xf],
				 recipe_colors[attribute >> 4 & 7]);
	color->at = lst_at(l, w);
}

/* color NORMAL [HIGHLIGHT]; without the second, both are exchanged (stage2/builtins.c, color_func).
 */
void lst_color(struct lst *l)
{
	struct recipe_menu *m = &l->recipe->menu;
	const char *s = l->args;
	struct word normal = lst_word(&s), highlight = lst_word(&s);
	unsigned attribute = 0, other = 0;

	if (normal.len == 0) {
		lst_error(l, (struct word){0}, "'color' needs two colours, like white/blue");
		return;
	}
	if (!color_attribute(l, normal, &attribute))
		return;
	other = (attribute >> 4 & 7) | (attribute & 7) << 4;
	if (highlight.len > 0 && !color_attribute(l, highlight, &other))
		return;
	set_color(l, normal, attribute, &m->color);
	set_color(l, highlight.len > 0 ? highlight : normal, other, &m->color_highlight);
	lst_end(l, s);
}

static void serial_port(struct lst *l, struct word w)
{
	static const unsigned ports[] = {0x3f8, 0x2f8, 0x3e8, 0x2e8};
	unsigned port = 0;

	if (!lst_number(l, w, "the port", 0xffff, &port))
		return;
	for (unsigned i = 0; i < 4; i++) {
		if (ports[i] == port) {
			l->recipe->menu.serial_unit = i;
			return;
		}
	}
	lst_error(l, w, "the port can be that of COM1 to COM4: 0x3f8, 0x2f8, 0x3e8, 0x2e8");
}

static void serial_speed(struct lst *l, struct word w)
{
	static const unsigned speeds[] = {115200, 57600, 38400, 19200, 9600, 4800, 2400, 1200};

	if (!lst_number(l, w, "the speed", 115200, &l->recipe->menu.serial_speed))
		return;
	for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++) {
		if (speeds[i] == l->recipe->menu.serial_speed)
			return;
	}
	lst_error(l, w,
		  "the speed can be 115200, 57600, 38400, 19200, 9600, 4800, 2400 or 1200 bit/s");
}

/* Where nothing else is said: COM1, 9600 bit/s, 8N1 (stage2/builtins.c, serial_func). */
void lst_serial(struct lst *l)
{
	struct recipe_menu *m = &l->recipe->menu;
	const char *s = l->args;

	l->has_serial = true;
	m->serial_unit = 0;
	m->serial_speed = 9600;
	while (*s != '\0') {
		struct word w = lst_word(&s), value;

		if (word_begins(w, "--unit=", &value))
			lst_number(l, value, "the unit", 3, &m->serial_unit);
		else if (word_begins(w, "--port=", &value))
			serial_port(l, value);
		else if (word_begins(w, "--speed=", &value))
			serial_speed(l, value);
		else if (word_begins(w, "--word=", &value) || word_begins(w, "--parity=", &value) ||
			 word_begins(w, "--stop=", &value)) {
			if (!word_is(w, "--word=8") && !word_is(w, "--parity=no") &&
			    !word_is(w, "--stop=1"))
				lst_error(
					l, w,
					"the menu's serial port has 8 bits, no parity and one "
					"stop bit; anything else takes a GRUB 2 menu of your own");
		} else {
			lst_error(l, w,
				  "'serial' has no such option here; it has --unit=N, --port=N, "
				  "--speed=N, --word=8, --parity=no, --stop=1");
		}
	}
}

/* GRUB 2 has all terminals at once and waits for none: a menu on the serial port is on screen, too.
 */
void lst_terminal(struct lst *l)
{
	const char *s = l->args;
	bool serial = false;

	while (*s != '\0') {
		struct word w = lst_word(&s), value;

		if (word_is(w, "serial"))
			serial = true;
		else if (word_begins(w, "--timeout=", &value) || word_is(w, "--silent") ||
			 word_is(w, "console"))
			continue;
		else if (word_is(w, "hercules") || word_is(w, "graphics") || word_is(w, "gfx"))
			lst_error(l, w,
				  "there are the terminals console and serial; graphics takes a "
				  "GRUB 2 menu of your own (gfxterm)");
		else
			lst_error(l, w,
				  "'terminal' has no such option here; it takes console, serial, "
				  "--timeout=N and --silent");
	}
	if (serial && !l->has_serial)
		lst_error(l, (struct word){0},
			  "the serial port must be set up before it is the terminal; put this "
			  "before it: serial --unit=0 --speed=9600");
	l->recipe->menu.serial = serial;
}
