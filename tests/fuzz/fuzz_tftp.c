/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whatever a TFTP server and others send, whenever: the client (protocols/tftp/) stays within the
 * packet and its own memory, says only what it may, and comes to an end. `make fuzz` runs it.
 *
 * The input is packets: a byte of time, a byte of port, two of length, the bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "tftp/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BLKSIZE 1428
#define WINDOW  16

static struct tftp t;
static u64 got;
static uint8_t *out; /* of just the size that it may write */

static void must(int ok)
{
	if (!ok)
		abort();
}

static void check(unsigned todo, const uint8_t *packet, size_t len)
{
	volatile uint8_t sum = 0;

	if ((todo & TFTP_SEND) != 0) {
		must(t.out_len >= 4 && t.out_len <= TFTP_PACKET_MAX && t.out_port != 0);
		for (size_t i = 0; i < t.out_len; i++)
			sum ^= out[i];
	}
	if ((todo & TFTP_DELIVER) != 0) {
		must(t.len > 0 && t.len <= t.blksize && t.blksize <= BLKSIZE);
		must(t.data >= packet + TFTP_HEADER && t.data + t.len <= packet + len);
		got += t.len;
	}
	must(got == t.received || t.state == TFTP_ASKING || t.state == TFTP_FAILED);
	must(t.window >= 1 && t.window <= WINDOW);
	must(t.size == 0 || t.received <= t.size || t.state == TFTP_FAILED);
	must(t.state != TFTP_DONE || t.size == 0 || t.received == t.size);
	must(memchr(t.words, '\0', sizeof t.words) != NULL);
	for (const char *c = t.words; *c != '\0'; c++)
		must(*c >= ' ' && *c <= '~');
	if ((todo & TFTP_NEW_PORT) != 0)
		got = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u64 now = 1000;

	if (out == NULL)
		out = malloc(TFTP_PACKET_MAX);
	got = 0;
	must(tftp_init(&t, "/boot//kernel", BLKSIZE, WINDOW, out) == 0);
	check(tftp_begin(&t, now), NULL, 0);
	while (size >= 4) {
		u64 until = now + (u64)data[0] * data[0] / 16;
		u16 port = data[1] < 128 ? 2000 : data[1];
		size_t len = get16(data + 2) & 0x7ff;
		uint8_t *packet;

		t.full = (data[2] & 0x80) != 0;
		data += 4;
		size -= 4;
		len = len < size ? len : size;
		while ((t.state == TFTP_ASKING || t.state == TFTP_OPEN) && t.deadline < until) {
			u64 before = t.deadline;

			now = t.deadline;
			check(tftp_tick(&t, now), NULL, 0);
			must(t.deadline > before || t.owed || t.state == TFTP_FAILED);
			if (t.owed)
				break;
		}
		now = until;
		packet = malloc(len > 0 ? len : 1); /* so that a byte too far is seen */
		must(packet != NULL);
		memcpy(packet, data, len);
		check(tftp_packet(&t, now, port, packet, len), packet, len);
		free(packet);
		data += len;
		size -= len;
		if (!t.full)
			check(tftp_go_on(&t, now), NULL, 0);
	}
	/* nothing more comes: bounded */
	t.full = 0;
	check(tftp_go_on(&t, now), NULL, 0);
	for (u64 end = now + 30000; t.state == TFTP_ASKING || t.state == TFTP_OPEN;) {
		must(t.deadline <= end);
		now = now < t.deadline ? t.deadline : now;
		check(tftp_tick(&t, now), NULL, 0);
	}
	check(tftp_stop(&t), NULL, 0);
	return 0;
}
