/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TESTS_TFTP_FIXTURE_H
#define MKBOOT_TESTS_TFTP_FIXTURE_H

/* Packets of a TFTP server in words, what the engine does in words. */
#include <stdbool.h>

#include "testing.h"

#include "base/strbuf.h"
#include "tftp/engine.h"

/* "oack NAME=VALUE...", "data BLOCK LENGTH", "error CODE WORDS", "raw HEX": its bytes. */
static inline size_t tftp_packet_of(const char *text, uint8_t *out, size_t size)
{
	unsigned a, b;
	int used = 0;
	size_t n = 2;

	memset(out, 'x', size);
	if (sscanf(text, "data %u %u", &a, &b) == 2) {
		put16(out, TFTP_DATA);
		put16(out + 2, (u16)a);
		return 4 + (size_t)b;
	}
	if (sscanf(text, "error %u %n", &a, &used) >= 1) {
		put16(out, TFTP_ERROR);
		put16(out + 2, (u16)a);
		memcpy(out + 4, text + used, strlen(text + used) + 1);
		return 4 + strlen(text + used) + 1;
	}
	if (strncmp(text, "raw ", 4) == 0) {
		n = 0;
		for (text += 4; sscanf(text, "%2x%n", &a, &used) == 1; text += used)
			out[n++] = (uint8_t)a;
		return n;
	}
	assert_memory_equal(text, "oack", 4);
	put16(out, TFTP_OACK);
	for (text += 4; *text != '\0'; text++)
		out[n++] = *text == ' ' || *text == '=' ? '\0' : (uint8_t)*text;
	if (n > 2) { /* the first space stands before the first name */
		memmove(out + 2, out + 3, n - 3);
		out[n - 1] = '\0';
	}
	return n;
}

/* A packet of the client's, in the same words. */
static inline void tftp_packet_words(const uint8_t *p, size_t len, struct strbuf *out)
{
	switch (get16(p)) {
	case TFTP_RRQ:
		strbuf_adds(out, "rrq");
		for (size_t at = 2; at < len; at += strlen((const char *)p + at) + 1)
			strbuf_addf(out, " %s", (const char *)p + at);
		break;
	case TFTP_ACK:
		assert_int_equal(len, 4);
		strbuf_addf(out, "ack %u", get16(p + 2));
		break;
	case TFTP_ERROR:
		assert_int_equal(p[len - 1], '\0');
		strbuf_addf(out, "error %u", get16(p + 2));
		break;
	default:
		fail_msg("the client sends opcode %u", get16(p));
	}
}

/* What comes and when, and what the client does. IN "": nothing has come, time has passed. */
struct line {
	unsigned at;
	unsigned port;
	const char *in;
	const char *out;
};

static uint8_t out_packet[TFTP_PACKET_MAX];

static inline void did(const struct tftp *t, unsigned todo, struct strbuf *out)
{
	if ((todo & TFTP_NEW_PORT) != 0)
		strbuf_adds(out, "new port; ");
	if ((todo & TFTP_SEND) != 0) {
		assert_in_range(t->out_len, 4, TFTP_PACKET_MAX);
		strbuf_addf(out, "%u: ", t->out_port);
		tftp_packet_words(t->out, t->out_len, out);
		strbuf_adds(out, "; ");
	}
	if ((todo & TFTP_DELIVER) != 0)
		strbuf_addf(out, "%zu bytes; ", t->len);
	if (t->state == TFTP_DONE)
		strbuf_adds(out, "done; ");
	if (t->state == TFTP_FAILED)
		strbuf_addf(out, "failed %d: %s; ", t->error, t->words);
	if (out->len > 2) {
		out->len -= 2;
		out->data[out->len] = '\0';
	}
}

static inline void line(struct tftp *t, const struct line *l)
{
	uint8_t packet[4096];
	struct strbuf words = {0};
	unsigned todo;

	if (*l->in == '\0')
		todo = tftp_tick(t, l->at);
	else
		todo = tftp_packet(t, l->at, (u16)l->port, packet,
				   tftp_packet_of(l->in, packet, sizeof packet));
	did(t, todo, &words);
	if (strcmp(words.data == NULL ? "" : words.data, l->out) != 0)
		fail_msg("at %u ms, \"%s\": the client did \"%s\", not \"%s\"", l->at, l->in,
			 words.data == NULL ? "" : words.data, l->out);
	strbuf_free(&words);
}

static inline void talk_of(struct tftp *t, const struct line *lines, size_t n)
{
	assert_int_equal(tftp_init(t, "/k", 1428, 4, out_packet), 0);
	assert_int_equal(tftp_begin(t, 0), TFTP_NEW_PORT | TFTP_SEND);
	for (size_t i = 0; i < n; i++)
		line(t, &lines[i]);
}
#define talk(t, lines) talk_of(t, lines, sizeof(lines) / sizeof((lines)[0]))

#endif
