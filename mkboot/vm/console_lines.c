/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"
#include "vm/console.h"

#include <stdint.h>
#include <string.h>

/* Console bytes for people's eyes: the display's half of console.h. */

void console_show(struct strbuf *out, const char *bytes, size_t len)
{
	while (len > 0) {
		uint32_t code = 0;
		size_t n = utf8_char(bytes, len, &code);

		if (n > 0 && utf8_is_printable(code))
			strbuf_add(out, bytes, n);
		else
			console_escape(out, bytes, n > 0 ? n : 1);
		bytes += n > 0 ? n : 1;
		len -= n > 0 ? n : 1;
	}
}

#define DRAWN_KEPT 2 /* two terminals may be on the same wire: UEFI's console and GRUB's own */

struct lines {
	struct strbuf *out;
	bool empty;    /* keep empty lines */
	size_t start;  /* where the line being written begins in OUT */
	bool returned; /* a carriage return came last */
	bool again;    /* this line is written over the one that begins at: */
	size_t before;
	bool drawn;           /* the screen is being drawn on, since it was last erased */
	unsigned row, column; /* where the next byte of text goes; row 0: not known */
	bool moved;           /* the cursor was sent to: */
	unsigned to_row, to_column;
	unsigned number[2]; /* parameters of the control sequence being read */
	size_t n_numbers;
	size_t kept[DRAWN_KEPT]; /* where the last lines that were drawn begin, newest first */
	size_t n_kept;
};

static char *line_of(const struct lines *l)
{
	return l->out->data + l->start;
}

static size_t length_of(const struct lines *l)
{
	return l->out->len - l->start;
}

/* A frame's piece in code page 437, as ASCII; NUL for another byte. */
static char frame_cp437(unsigned char c)
{
	static const char corners[] = "\xda\xbf\xc0\xd9\xc9\xbb\xc8\xbc";

	if (c == 0xc4 || c == 0xcd)
		return '-';
	if (c == 0xb3 || c == 0xba)
		return '|';
	return memchr(corners, c, sizeof corners - 1) != NULL ? '+' : '\0';
}

/* Likewise in Unicode's block U+2500 to U+257F. */
static char frame_unicode(uint32_t code)
{
	if (code < 0x2500 || code > 0x257f)
		return '\0';
	if (code <= 0x2501 || code == 0x2550)
		return '-';
	return code <= 0x2503 || code == 0x2551 ? '|' : '+';
}

/* The frames in a line that was drawn, in place. SeaBIOS's console and GRUB's are UTF-8, EDK2's is
 * code page 437: what follows a frame's piece of that is one, too, where it can be. */
static size_t frames_to_ascii(char *line, size_t len)
{
	size_t to = 0;
	bool cp437 = false;

	for (size_t i = 0; i < len;) {
		uint32_t code = 0;
		size_t n = utf8_char(line + i, len - i, &code);
		char frame = cp437 || n == 0 ? frame_cp437((unsigned char)line[i]) : '\0';

		cp437 = frame != '\0';
		if (cp437 || n == 0)
			n = 1;
		else
			frame = frame_unicode(code);
		if (frame != '\0')
			line[to++] = frame;
		else
			memmove(line + to, line + i, n);
		to += frame != '\0' ? 0 : n;
		i += n;
	}
	return to;
}

/* Drawn text of which nothing is left without frames and blanks. */
static bool only_frame(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr("+-| ", line[i]) == NULL)
			return false;
	}
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

#define DIGITS "0123456789"
#define BAR    "=> " /* what a bar of progress is made of: protocols/wire/bar.c */

/* Are A and B, each ended by a newline, the same but for those characters in them? */
static bool same_but(const char *a, const char *b, const char *characters)
{
	for (;;) {
		a += strspn(a, characters);
		b += strspn(b, characters);
		if (*a != *b)
			return false;
		if (*a == '\n')
			return true;
		a++;
		b++;
	}
}

/* The line that was just ended was drawn: it takes the place of one that it repeats. */
static void keep_drawn(struct lines *l)
{
	for (size_t i = 0; i < l->n_kept; i++) {
		const char *old = l->out->data + l->kept[i];
		size_t n;

		if (!same_but(old, line_of(l), DIGITS))
			continue;
		n = (size_t)(strchr(old, '\n') + 1 - old);
		memmove(l->out->data + l->kept[i], old + n, l->out->len - l->kept[i] - n + 1);
		l->out->len -= n;
		l->start -= n;
		for (size_t k = 0; k < i; k++)
			l->kept[k] -= n;
		memmove(l->kept + 1, l->kept, i * sizeof *l->kept);
		l->kept[0] = l->start;
		return;
	}
	memmove(l->kept + 1, l->kept, (DRAWN_KEPT - 1) * sizeof *l->kept);
	l->kept[0] = l->start;
	l->n_kept += l->n_kept < DRAWN_KEPT;
}

static void cut_to(struct lines *l, size_t len)
{
	l->out->len = len;
	if (l->out->data != NULL)
		l->out->data[len] = '\0';
}

/* The line that was just ended takes the place of the one that it was written over, of which it
 * repeats all but the numbers and a bar. */
static void keep_progress(struct lines *l)
{
	size_t n = l->start - l->before;

	if (!same_but(l->out->data + l->before, line_of(l), DIGITS BAR))
		return;
	memmove(l->out->data + l->before, line_of(l), length_of(l) + 1);
	l->out->len -= n;
	l->start = l->before;
}

/* NEWLINE: one was written, so that an empty line is one. */
static void end_line(struct lines *l, bool newline)
{
	size_t len = l->out->len;

	while (len > l->start && l->out->data[len - 1] == ' ')
		len--;
	if (l->drawn && len > l->start) {
		len = l->start + frames_to_ascii(line_of(l), len - l->start);
		if (only_frame(line_of(l), len - l->start))
			len = l->start;
	}
	cut_to(l, len);
	if (length_of(l) > 0) {
		strbuf_addc(l->out, '\n');
		if (l->drawn)
			keep_drawn(l);
		else if (l->again)
			keep_progress(l);
	} else if (newline && l->empty && !l->drawn && l->start > 1 &&
		   l->out->data[l->start - 2] != '\n') {
		strbuf_addc(l->out, '\n');
	}
	l->again = false;
	l->start = l->out->len;
}

/* The line is ended, and the next written over it. */
static void begin_again(struct lines *l)
{
	bool more = length_of(l) > 0;

	end_line(l, false);
	if (!more || l->start == 0)
		return;
	l->before = l->start - 1;
	while (l->before > 0 && l->out->data[l->before - 1] != '\n')
		l->before--;
	l->again = true;
}

static void erased(struct lines *l)
{
	end_line(l, false);
	l->drawn = false;
	l->n_kept = 0;
}

/* CUP and HVP (ECMA-48 §8.3.21, §8.3.63): the cursor goes to a row and column. */
static void cursor_to(struct lines *l)
{
	l->moved = true;
	l->to_row = l->number[0] > 0 ? l->number[0] : 1;
	l->to_column = l->number[1] > 0 ? l->number[1] : 1;
}

/* Text comes, behind a movement. SeaBIOS (src/sercon.c) sends the cursor to where it is already,
 * and to where it was a character before, which is none. */
static void move(struct lines *l)
{
	l->moved = false;
	if ((l->to_row == l->row || (l->row == 0 && length_of(l) > 0)) &&
	    l->to_column == l->column) {
		l->row = l->to_row;
		return;
	}
	if (!l->drawn || l->to_row != l->row || l->to_column < l->column)
		end_line(l, false);
	else if (length_of(l) > 0 && l->out->data[l->out->len - 1] != ' ')
		strbuf_addc(l->out, ' ');
	/* Programs that merely clear the screen go to its first place. */
	l->drawn = l->drawn || l->to_row > 1 || l->to_column > 1;
	l->row = l->to_row;
	l->column = l->to_column;
}

/* A byte of a control sequence; its end may move the cursor. */
static void sequence(struct lines *l, unsigned char byte)
{
	if (is_digit((char)byte)) {
		if (l->n_numbers < 2 && l->number[l->n_numbers] < 1000)
			l->number[l->n_numbers] = l->number[l->n_numbers] * 10 + byte - '0';
	} else if (byte == ';') {
		l->n_numbers++;
	} else if (byte == 'H' || byte == 'f') {
		cursor_to(l);
	}
}

static void text(struct lines *l, int c)
{
	if (c == '\0')
		return;
	if (c == '\r') {
		l->returned = true;
		l->moved = false;
		l->column = 1;
		return;
	}
	/* A line that is written once more from its beginning: progress in per cent. */
	if (l->returned && c != '\n')
		begin_again(l);
	l->returned = false;
	if (c == '\n') {
		end_line(l, true);
		l->moved = false;
		l->row = 0;
		l->column = 1;
		return;
	}
	if (l->moved)
		move(l);
	if (c == '\b') {
		if (length_of(l) > 0)
			cut_to(l, l->out->len - 1);
		l->column -= l->column > 1;
	} else {
		strbuf_addc(l->out, c == '\t' ? ' ' : (char)c);
		l->column += (c & 0xc0) != 0x80;
	}
}

void console_lines(struct strbuf *out, const struct strbuf *data, bool empty)
{
	struct lines l = {.out = out, .empty = empty, .start = out->len, .column = 1};
	struct console_strip s = {0};

	for (size_t i = 0; i < data->len; i++) {
		unsigned char byte = (unsigned char)data->data[i];
		bool inside = s.state == CONSOLE_CSI, reset = s.state == CONSOLE_ESC && byte == 'c';
		int c = console_strip(&s, byte);

		if (c == CONSOLE_ERASED || reset) { /* ED; RIS (ECMA-48 §8.3.105) */
			erased(&l);
		} else if (c != CONSOLE_NOTHING) {
			text(&l, c);
		} else if (inside) {
			sequence(&l, byte);
		} else if (s.state == CONSOLE_CSI) {
			l.number[0] = l.number[1] = 0;
			l.n_numbers = 0;
		}
	}
	end_line(&l, false);
}

void console_tail(struct strbuf *out, const struct strbuf *data, size_t n, size_t width,
		  const char *indent)
{
	struct strbuf lines = {0};
	size_t start, count = 0;

	console_lines(&lines, data, false);
	for (start = lines.len; start > 0; start--) {
		if (lines.data[start - 1] == '\n' && count++ == n)
			break;
	}
	while (start < lines.len) {
		const char *line = lines.data + start;
		size_t len = (size_t)((const char *)memchr(line, '\n', lines.len - start) - line);
		size_t cut = len > width ? len - width : 0;

		strbuf_addf(out, "%s%s", indent, cut > 0 ? "..." : "");
		while (cut > 0 && cut < len && (line[cut] & 0xc0) == 0x80)
			cut++; /* no character in halves */
		console_show(out, line + cut, len - cut);
		strbuf_addc(out, '\n');
		start += len + 1;
	}
	strbuf_free(&lines);
}
