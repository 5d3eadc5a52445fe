/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Good kernels with a few bytes changed, the same ones in every run: nothing may crash (run it
 * under ASan), and every answer must be whole. tests/fuzz/ goes further. */
#include "kernel_craft.h"

#define ROUNDS 3000

static uint32_t next(uint32_t *x)
{
	*x = *x * 1664525 + 1013904223; /* Numerical Recipes' generator */
	return *x >> 8;
}

static struct image seed_multiboot(void)
{
	struct image i = craft_kernel(false);

	craft_multiboot(&i, 0x60, 0x10004);
	return i;
}

static struct image seed_multiboot2(void)
{
	static const uint32_t words[] = {0x100100, 0x100000, 0, 0};
	struct image i = craft_kernel(true);
	size_t at = 0x88 + 16;

	craft_multiboot2(&i, 0x88, 0, 16 + 24 + 16 + 24 + 8);
	at = craft_tag(&i, at, 2, 0, 4, words);
	at = craft_tag(&i, at, 3, 0, 1, words + 1);
	at = craft_tag(&i, at, 10, 0, 4, words);
	craft_tag(&i, at, 0, 0, 0, NULL);
	put(&i, 40, 8, 2048);
	put(&i, 60, 2, 4);
	return i;
}

static struct image seed_linux(void)
{
	struct image i = image_new(4096);

	memcpy(i.bytes, "MZ", 2);
	put(&i, 0x3C, 4, 0x40);
	memcpy(i.bytes + 0x40, "PE\0\0\x64\x86\x02", 7);
	put(&i, 0x40 + 20, 2, 240);
	put(&i, 0x40 + 24, 2, 0x20B);
	put(&i, 0x40 + 24 + 68, 2, 10);
	put(&i, 0x1FE, 2, 0xAA55);
	memcpy(i.bytes + 0x202, "HdrS\x0f\x02", 6);
	put(&i, 0x20E, 2, 0x100);
	return i;
}

/* Mutations lie in the first HEAD bytes, where the headers are. */
#define HEAD 0x130

static void mutate(struct image *i, uint32_t *x)
{
	static const unsigned char edges[] = {0, 1, 7, 8, 0x7f, 0x80, 0xfe, 0xff};
	unsigned n = 1 + next(x) % 4;

	while (n-- > 0) {
		size_t at = next(x) % HEAD;
		unsigned width = 1u << next(x) % 4;
		unsigned char v = edges[next(x) % sizeof edges];

		if (next(x) % 4 == 0)
			put(i, at, 1, next(x) & 0xff);
		else
			memset(i->bytes + at, v, width);
	}
}

static void test_mutations(void **state)
{
	static struct image (*const seeds[])(void) = {seed_multiboot, seed_multiboot2, seed_linux};
	uint32_t x = 20240229;
	unsigned told = 0;

	(void)state;
	for (unsigned n = 0; n < ROUNDS; n++) {
		struct image i = seeds[n % 3]();
		enum protocol want = (enum protocol)(next(&x) % PROTOCOL_COUNT);
		struct kernel k;
		int err;

		mutate(&i, &x);
		/* Otherwise most would end at the checksum. */
		if (n % 3 == 0)
			craft_multiboot(&i, 0x60, next(&x) % 2 != 0 ? 0x10004 : 0);
		if (n % 3 == 1)
			craft_multiboot2(&i, 0x88, 0, 88);
		if (next(&x) % 8 == 0)
			i.len = next(&x) % i.len;
		err = probe_image(&i, want, &k);
		if (err == 0) {
			assert_non_null(k.summary);
			assert_int_not_equal(k.protocol, PROTOCOL_AUTO);
			assert_true(want == PROTOCOL_AUTO || k.protocol == want);
			assert_true(k.n_problems <= KERNEL_PROBLEMS_MAX);
			assert_int_equal(k.platforms & ~PLATFORM_ALL, 0);
			told += k.n_problems > 0;
		}
		kernel_free(&k);
		image_free(&i);
	}
	assert_true(told > ROUNDS / 4); /* the mutations did something */
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_mutations)};

	return cmocka_run_group_tests(tests, craft_setup, craft_teardown);
}
