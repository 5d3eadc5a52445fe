/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "memory.h"

#include <stddef.h>

#include "console.h"
#include "io.h"

#define AVAILABLE  1 /* ACPI 6.4, table 15.2 */
#define MAX_RANGES 64
#define PAGE       4096u
#define MAX_PAGES  65536 /* 256 MiB */
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
static uint32_t sums[MAX_PAGES];
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

/* A page's words, each turned on by one bit more: a change of any one changes the sum. */
static uint32_t page_sum(uint32_t page, uint32_t end)
{
	uint32_t sum = 0;

	for (uint32_t a = page; a < end && a < page + PAGE; a += 4)
		sum = (sum << 1 | sum >> 31) ^ *(const volatile uint32_t *)a;
	return sum;
}

/* Either take the sums of all pages, or count those that are others now. */
static uint32_t pages(bool take)
{
	uint32_t changed = 0;
	size_t n = 0;

	for (size_t i = 0; i < n_ranges; i++) {
		for (uint32_t a = ranges[i].begin; a < ranges[i].end && n < MAX_PAGES; a += PAGE) {
			uint32_t sum = page_sum(a, ranges[i].end);

			changed += !take && sum != sums[n];
			sums[n++] = sum;
		}
	}
	return changed;
}

static uint32_t watch_left(uint32_t seconds)
{
	uint32_t changed;

	pages(true);
	/* For the test, which begins to send now. */
	console_printf("watching memory\n");
	wait(seconds);
	changed = pages(false);
	console_printf("memory as it was left: %u pages changed in %u s\n", changed, seconds);
	return changed;
}

static uint32_t watch_filled(uint32_t seconds)
{
	uint32_t changed = 0, first = 0, words = 0;

	for (size_t i = 0; i < n_ranges; i++)
		for (uint32_t a = ranges[i].begin; a < ranges[i].end; a += 4)
			*(volatile uint32_t *)a = a ^ PATTERN;
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
	console_printf("memory filled: %u of %u words changed in %u s", changed, words, seconds);
	if (changed != 0)
		console_printf(", the first at %x", first);
	console_printf("\n");
	return changed;
}

uint32_t memory_watch(const struct boot_protocol *p, uint32_t info, uint32_t seconds)
{
	uint32_t pages_changed, words_changed;

	collect(p, info);
	pages_changed = watch_left(seconds);
	words_changed = watch_filled(seconds);
	return pages_changed + words_changed;
}
