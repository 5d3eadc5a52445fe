/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TFTP's packets, read and written (packet.h). */
#include "packet.h"

/* RFC 1350 appendix, RFC 2347: where an ERROR has no words of its own. */
static const char *const code_words[] = {
	"error 0, without a word", "file not found",
	"access violation",        "disk full or allocation exceeded",
	"illegal TFTP operation",  "unknown transfer ID",
	"file already exists",     "no such user",
	"options not accepted",
};
#define N_CODES (sizeof code_words / sizeof code_words[0])

/* A text of LEFT bytes at P: its length, or -1 where it does not end within. */
static long text_length(const u8 *p, usize left)
{
	for (usize i = 0; i < left; i++) {
		if (p[i] == '\0')
			return (long)i;
	}
	return -1;
}

/* RFC 2347: names are compared without regard to case. */
static int same_name(const u8 *text, const char *name)
{
	for (; *name != '\0'; text++, name++) {
		u8 c = *text;

		if (c >= 'A' && c <= 'Z')
			c = (u8)(c - 'A' + 'a');
		if (c != (u8)*name)
			return 0;
	}
	return *text == '\0';
}

/* A decimal number up to MAX. */
static int number(const u8 *text, u64 max, u64 *value)
{
	u64 v = 0;

	if (*text == '\0')
		return -1;
	for (; *text != '\0'; text++) {
		u8 digit = (u8)(*text - '0');

		/* max is below 2^60, so that this does not overflow */
		if (digit > 9)
			return -1;
		v = v * 10 + digit;
		if (v > max)
			return -1;
	}
	*value = v;
	return 0;
}

static int option(const u8 *name, const u8 *value, struct tftp_options *o)
{
	u64 v;

	if (same_name(name, "tsize")) {
		o->has_tsize = 1;
		return number(value, (u64)1 << 56, &o->tsize);
	}
	if (same_name(name, "blksize")) {
		if (number(value, 65464, &v) != 0 || v < 8) /* RFC 2348 */
			return -1;
		o->blksize = (u32)v;
	} else if (same_name(name, "windowsize")) {
		if (number(value, 65535, &v) != 0 || v < 1) /* RFC 7440 */
			return -1;
		o->window = (u32)v;
	}
	return 0; /* another, which was not asked for: nothing to us */
}

static int parse_options(const u8 *p, usize left, struct tftp_options *o)
{
	while (left > 0 && *p != '\0') { /* some servers fill up with zeros */
		long name = text_length(p, left), value;

		if (name < 0)
			return -2;
		value = text_length(p + name + 1, left - (usize)name - 1);
		if (value < 0 || option(p, p + name + 1, o) != 0)
			return -2;
		p += name + value + 2;
		left -= (usize)(name + value + 2);
	}
	return 0;
}

int tftp_parse(const u8 *packet, usize len, struct tftp_message *m)
{
	u16 opcode;

	if (len < 2)
		return -1;
	opcode = get16(packet);
	if (opcode == TFTP_OACK) {
		memset(&m->options, 0, sizeof m->options);
		m->opcode = TFTP_OACK;
		return parse_options(packet + 2, len - 2, &m->options);
	}
	if ((opcode != TFTP_DATA && opcode != TFTP_ERROR) || len < TFTP_HEADER)
		return -1;
	m->opcode = (enum tftp_opcode)opcode;
	m->number = get16(packet + 2);
	m->data = packet + TFTP_HEADER;
	m->len = len - TFTP_HEADER;
	return 0;
}

usize tftp_path(char *out, const char *path)
{
	usize len = 0;

	for (; *path != '\0'; path++) {
		if (path[0] == '/' && path[1] == '/')
			continue;
		if (len == TFTP_PATH_MAX)
			return 0;
		out[len++] = *path;
	}
	out[len] = '\0';
	return len;
}

static usize put_text(u8 *out, usize at, const char *text)
{
	usize len = strlen(text) + 1;

	memcpy(out + at, text, len);
	return at + len;
}

static usize put_option(u8 *out, usize at, const char *name, u32 value)
{
	char digits[11];
	char *p = digits + sizeof digits - 1;

	*p = '\0';
	do {
		*--p = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	return put_text(out, put_text(out, at, name), p);
}

usize tftp_write_request(u8 *out, const char *path, const struct tftp_options *options)
{
	usize at = put_text(out, put_text(out, 2, path), "octet");

	put16(out, TFTP_RRQ);
	if (options->has_tsize)
		at = put_option(out, at, "tsize", 0);
	if (options->blksize != 0)
		at = put_option(out, at, "blksize", options->blksize);
	/* The last: Bochs' vnet and older slirps do not look behind an option they do not know. */
	if (options->window > 1)
		at = put_option(out, at, "windowsize", options->window);
	return at;
}

usize tftp_write_ack(u8 *out, u16 block)
{
	put16(out, TFTP_ACK);
	put16(out + 2, block);
	return TFTP_HEADER;
}

usize tftp_write_error(u8 *out, u16 code, const char *words)
{
	put16(out, TFTP_ERROR);
	put16(out + 2, code);
	return put_text(out, TFTP_HEADER, words);
}

void tftp_words(const struct tftp_message *m, char *out, usize size)
{
	usize n = 0;

	for (usize i = 0; i < m->len && m->data[i] != '\0' && n + 1 < size; i++) {
		u8 c = m->data[i];

		if (c == '\r' || c == '\n' || c == '\t')
			c = ' ';
		if (c == ' ' && (n == 0 || out[n - 1] == ' '))
			continue;
		out[n++] = c < ' ' || c > '~' ? '?' : (char)c;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	if (n == 0) {
		const char *words =
			m->number < N_CODES ? code_words[m->number] : "an error without a word";

		for (; words[n] != '\0' && n + 1 < size; n++)
			out[n] = words[n];
		out[n] = '\0';
	}
}
