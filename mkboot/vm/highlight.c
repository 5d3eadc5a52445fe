/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/highlight.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define PIECE_MAX 512 /* a line of any console is shorter */
#define CUT_OFF   50  /* letters; a title as long as that may not have been shown in full */

static void end_piece(struct highlight *h)
{
	size_t len = h->piece.len;

	while (h->starred && len > 0 && h->piece.data[len - 1] == ' ')
		len--;
	/* an asterisk alone is the character under the cursor, which SeaBIOS writes again */
	if (h->starred && len > 0) {
		free(h->title);
		h->title = mem_ndup(h->piece.data, len);
	}
	h->piece.len = 0;
	h->begun = h->starred = false;
}

/* On the same row and further on, it is the same piece. */
static void move_cursor(struct highlight *h)
{
	unsigned row = h->numbers[0], column = h->numbers[1];

	if (row == h->row && column > h->column)
		return;
	end_piece(h);
	h->row = row;
	h->column = column;
}

static void in_sequence(struct highlight *h, char c)
{
	if (c >= '0' && c <= '9') {
		if (h->n_numbers < 2 && h->numbers[h->n_numbers] < 1000)
			h->numbers[h->n_numbers] =
				h->numbers[h->n_numbers] * 10 + (unsigned)(c - '0');
	} else if (c == ';') {
		h->n_numbers += h->n_numbers < 2;
	} else if (c >= '@' && c <= '~') { /* its last byte, ECMA-48 §5.4 */
		h->state = HIGHLIGHT_TEXT;
		if (c == 'H')
			move_cursor(h);
		else if (c != 'm' || h->starred)
			end_piece(h);
		h->final = h->chosen && c == 'J';
	}
}

static void in_text(struct highlight *h, char c)
{
	if (c == '\x1b') {
		h->state = HIGHLIGHT_ESCAPE;
	} else if (c == '\n' || c == '\r') {
		end_piece(h);
	} else if (!h->begun) {
		h->begun = true;
		h->starred = c == '*';
		h->changes += h->starred;
	} else if (h->starred && h->piece.len < PIECE_MAX) {
		strbuf_addc(&h->piece, c);
	}
}

void highlight_feed(struct highlight *h, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len && !h->final; i++) {
		if (h->state == HIGHLIGHT_TEXT) {
			in_text(h, bytes[i]);
		} else if (h->state == HIGHLIGHT_SEQUENCE) {
			in_sequence(h, bytes[i]);
		} else {
			h->state = bytes[i] == '[' ? HIGHLIGHT_SEQUENCE : HIGHLIGHT_TEXT;
			h->n_numbers = h->numbers[0] = h->numbers[1] = 0;
		}
	}
}

void highlight_free(struct highlight *h)
{
	strbuf_free(&h->piece);
	free(h->title);
	*h = (struct highlight){0};
}

/* The next letter or digit of ASCII in *S, which every console has; '\0' at the end. */
static char next_letter(const char **s)
{
	for (; **s != '\0'; (*s)++) {
		char c = **s;

		if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
			return *(*s)++;
	}
	return '\0';
}

bool highlight_shows(const char *title, const char *shown)
{
	size_t n = 0;
	char a, b;

	do {
		a = next_letter(&shown);
		b = next_letter(&title);
		n++;
	} while (a == b && a != '\0');
	return a == b || (a == '\0' && n > CUT_OFF);
}

/* A title that is being drawn is known once its padding has begun. */
bool highlight_is(const struct highlight *h, const char *title)
{
	size_t len = h->piece.len;

	if (h->starred)
		return len > 0 && (h->piece.data[len - 1] == ' ' || len > CUT_OFF) &&
		       highlight_shows(title, h->piece.data);
	return h->title != NULL && highlight_shows(title, h->title);
}
