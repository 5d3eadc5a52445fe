/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers that differ at each start of the machine and from machine to machine: the clock, the
 * processor's counter and the cards' addresses, mixed. Hard to guess from afar; no secret. */
#include "wire.h"

#include <grub/i386/tsc.h>
#include <grub/time.h>

#define PORT_FIRST 49152 /* RFC 6335 §6: to 65535 for whoever wants one */
#define PORT_MASK  0x3fff

#define ROUNDS 8

static u32 pool[4];
static int filled;

static u32 turn(u32 v, unsigned by)
{
	return v << by | v >> (32 - by);
}

/* ChaCha's quarter round (RFC 8439 §2.1) */
static void stir(void)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		pool[0] += pool[1];
		pool[3] = turn(pool[3] ^ pool[0], 16);
		pool[2] += pool[3];
		pool[1] = turn(pool[1] ^ pool[2], 12);
		pool[0] += pool[1];
		pool[3] = turn(pool[3] ^ pool[0], 8);
		pool[2] += pool[3];
		pool[1] = turn(pool[1] ^ pool[2], 7);
	}
}

static void add(u32 a, u32 b)
{
	pool[0] ^= a;
	pool[3] ^= b;
	stir();
}

u32 wire_random(void)
{
	u64 tsc;

	if (!filled) {
		struct grub_net_card *card;

		FOR_NET_CARDS(card)
		{
			add(get32(card->default_address.mac), get32(card->default_address.mac + 2));
		}
		filled = 1;
	}
	/* an i486 has no such counter */
	tsc = grub_cpu_is_tsc_supported() ? grub_get_tsc() : 0;
	add((u32)tsc, (u32)(tsc >> 32));
	add((u32)grub_get_time_ms(), (u32)tsc);
	return pool[1];
}

u16 wire_port(void)
{
	static u32 last;
	static int begun;

	/* the first is any, and those that follow are not soon the same again */
	last = begun ? last + 1 + (wire_random() & 0x3ff) : wire_random();
	begun = 1;
	return (u16)(PORT_FIRST + (last & PORT_MASK));
}
