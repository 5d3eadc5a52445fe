/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "memory.h"

#include <stddef.h>

#include "console.h"
#include "io.h"

#define AVAILABLE  1 /* ACPI 6.4, table 15.2 */
#define MAX_RANGES 64
#define PAGE       4096u
#define PATTERN    0x5AA5C33Cu

/* MC146818: register 0 counts seconds, and changes once in each. */
#define RTC_INDEX   0x70
#define RTC_DATA    0x71
#define RTC_SECONDS 0

struct range {
	uint32_t begin, end;
};

extern const char kernel_begin[], kernel_end[]; /* demo.ld */

static struct range ranges[MAX_RANGES];
static size_t n_ranges;

static void add_range(uint32_t begin, uint32_t end)
{
	begin = (begin + 3) & ~3u;
	end &= ~3u;
	if (begin < end && n_ranges < MAX_RANGES)
		ranges[n_ranges++] = (struct range){begin, end};
}

static void collect(const struct boot_protocol *p, uint32_t info)
{
	const uint32_t begin = (uint32_t)kernel_begin, end = (uint32_t)kernel_end;
	struct boot_cursor at = {0};
	struct boot_memory m;

	while (p->next_memory(info, &at, &m)) {
		uint64_t last = m.base + m.length;
		uint32_t from, to;

		if (m.type != AVAILABLE || m.base > UINT32_MAX)
			continue;
		from = (uint32_t)m.base < PAGE ? PAGE : (uint32_t)m.base;
		to = last > UINT32_MAX ? UINT32_MAX : (uint32_t)last;
		if (begin >= to || end <= from) {
			add_range(from, to);
		} else {
			if (begin > from)
				add_range(from, begin);
			if (end < to)
				add_range(end, to);
		}
	}
}

static uint8_t rtc_seconds(void)
{
	outb(RTC_SECONDS, RTC_INDEX);
	return inb(RTC_DATA);
}

static void wait(uint32_t seconds)
{
	uint8_t before = rtc_seconds(), now;

	/* one more: the first is not whole */
	for (uint32_t n = 0; n <= seconds;) {
		now = rtc_seconds();
		n += now != before;
		before = now;
	}
}

uint32_t memory_watch(const struct boot_protocol *p, uint32_t info, uint32_t seconds)
{
	uint32_t changed = 0, first = 0, words = 0;

	collect(p, info);
	for (size_t i = 0; i < n_ranges; i++)
		for (uint32_t a = ranges[i].begin; a < ranges[i].end; a += 4)
			*(volatile uint32_t *)a = a ^ PATTERN;
	/* For the test, which may begin to send now. */
	console_printf("watching memory\n");
	wait(seconds);
	for (size_t i = 0; i < n_ranges; i++) {
		words += (ranges[i].end - ranges[i].begin) / 4;
		for (uint32_t a = ranges[i].begin; a < ranges[i].end; a += 4) {
			if (*(volatile uint32_t *)a == (a ^ PATTERN))
				continue;
			if (changed++ == 0)
				first = a;
		}
	}
	console_printf("memory: %u of %u words changed in %u s", changed, words, seconds);
	if (changed != 0)
		console_printf(", the first at %x", first);
	console_printf("\n");
	return changed;
}
