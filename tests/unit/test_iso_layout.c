/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of an image, by the specifications. */
#include "iso_fixture.h"

#include <zlib.h>

#define ESP_SIZE (300 * 512 + 512) /* no multiple of 2048 */

static const unsigned char esp_type[16] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
					   0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};

struct made {
	struct strbuf image;
	unsigned char *kernel, *esp;
	size_t kernel_len;
};

/* An image with what it boots by, a kernel and a text. */
static struct made make(const struct fixture *f, bool bios, bool efi)
{
	struct made m = {.kernel_len = 200001};
	char *kernel = make_source(f, "kernel", m.kernel_len, 3);
	char *esp = make_source(f, "esp.img", ESP_SIZE, 4);
	char *path = in_dir(f, "out.iso");
	const struct iso_file files[] = {
		{.name = "boot/kernel.elf", .source = kernel, .size = m.kernel_len},
		{.name = "readme.txt", .data = "hello\n", .size = 6},
		{.name = "empty", .data = "", .size = 0},
	};
	const struct iso_image image = {
		.label = "TEST_LABEL",
		.epoch = EPOCH,
		.files = files,
		.n_files = sizeof files / sizeof *files,
		.bios_core = bios ? &f->core : NULL,
		.bios_mbr = bios ? f->mbr : NULL,
		.esp = efi ? esp : NULL,
		.guid = fixture_guid,
	};

	unlink(path);
	assert_int_equal(iso_write(path, &image), MK_OK);
	m.image = load(path);
	m.kernel = mem_alloc(m.kernel_len);
	pattern(m.kernel, m.kernel_len, 3);
	m.esp = mem_alloc(ESP_SIZE);
	pattern(m.esp, ESP_SIZE, 4);
	free(kernel);
	free(esp);
	free(path);
	return m;
}

static void drop(struct made *m)
{
	strbuf_free(&m->image);
	free(m->kernel);
	free(m->esp);
}

static const unsigned char *block(const struct made *m, size_t lba)
{
	assert_true((lba + 1) * ISO_BLOCK <= m->image.len);
	return (const unsigned char *)m->image.data + lba * ISO_BLOCK;
}

/* ECMA-119 §8.4 */
static void primary_volume_descriptor(void **state)
{
	struct made m = make(*state, true, true);
	const unsigned char *pvd = block(&m, 16);

	assert_memory_equal(pvd, "\1CD001\1", 7);
	assert_memory_equal(pvd + 40, "TEST_LABEL                      ", 32);
	assert_int_equal(le(pvd + 80, 4), m.image.len / ISO_BLOCK); /* volume space size */
	assert_int_equal(be(pvd + 84, 4), m.image.len / ISO_BLOCK);
	assert_int_equal(le(pvd + 128, 2), ISO_BLOCK);
	assert_memory_equal(pvd + 446, "MKBOOT    ", 10); /* data preparer */
	assert_memory_equal(pvd + 574, "MKBOOT    ", 10); /* application */
	assert_memory_equal(pvd + 813, "2023111422132000\0", 17);
	assert_memory_equal(pvd + 830, "2023111422132000\0", 17);
	assert_memory_equal(pvd + 847, "0000000000000000\0", 17); /* never expires */
	assert_memory_equal(block(&m, 17), "\0CD001\1EL TORITO SPECIFICATION\0", 31);
	/* Joliet: UCS-2 level 3 */
	assert_memory_equal(block(&m, 18), "\2CD001\1", 7);
	assert_memory_equal(block(&m, 18) + 88, "%/E", 3);
	assert_memory_equal(block(&m, 18) + 40, "\0T\0E\0S\0T\0_\0L", 12);
	assert_memory_equal(block(&m, 19), "\377CD001\1", 7);
	drop(&m);
}

/* libisofs takes some times of 0 for none, and the clock's instead. */
static void the_first_second_is_a_time(void **state)
{
	const struct iso_image image = {.label = "ZERO", .epoch = 0};
	char *path = in_dir(*state, "zero.iso");
	struct strbuf b;

	assert_int_equal(iso_write(path, &image), MK_OK);
	b = load(path);
	assert_memory_equal(b.data + (size_t)16 * ISO_BLOCK + 813, "1970010100000000\0", 17);
	assert_memory_equal(b.data + (size_t)16 * ISO_BLOCK + 830, "1970010100000000\0", 17);
	/* The root's own record, ECMA-119 §9.1.5. */
	assert_memory_equal(b.data + (size_t)16 * ISO_BLOCK + 156 + 18, "\106\1\1\0\0\0\0", 7);
	strbuf_free(&b);
	free(path);
}

static void files_are_where_the_tree_says(void **state)
{
	struct made m = make(*state, true, true);
	struct record r;

	assert_contents(&m.image, "boot/kernel.elf", m.kernel, m.kernel_len);
	assert_contents(&m.image, "readme.txt", "hello\n", 6);
	assert_contents(&m.image, "empty", "", 0);
	/* Without Rock Ridge: its ECMA-119 name, with no version number. */
	r = root_record(block(&m, 0));
	assert_non_null(memmem(block(&m, r.lba), r.size, "\012README.TXT", 11));
	assert_int_equal(lookup(block(&m, 0), "boot/core.img", &r, 1), 1);
	assert_int_equal(lookup(block(&m, 0), "boot/boot.cat", &r, 1), 1);
	assert_int_equal(lookup(block(&m, 0), "\x7f", &r, 1), 0);
	assert_int_equal(lookup(block(&m, 0), "boot/other", &r, 1), 0);
	drop(&m);
}

/* El Torito 1.0 §2.0: the catalogue. */
static const unsigned char *catalogue(const struct made *m, unsigned platform)
{
	const unsigned char *c = block(m, le(block(m, 17) + 0x47, 4));
	struct record r;
	unsigned sum = 0;

	assert_int_equal(lookup(block(m, 0), "boot/boot.cat", &r, 1), 1);
	assert_ptr_equal(c, block(m, r.lba));
	assert_int_equal(c[0], 1);
	assert_int_equal(c[1], platform);
	assert_memory_equal(c + 30, "\x55\xaa", 2);
	for (size_t i = 0; i < 32; i += 2)
		sum += (unsigned)le(c + i, 2);
	assert_int_equal(sum & 0xffff, 0);
	return c;
}

static void check_bios_entry(const struct made *m, const struct fixture *f, const unsigned char *e)
{
	const unsigned char *core = block(m, le(e + 8, 4));
	const unsigned char *mbr = block(m, 0);
	uint64_t lba = le(e + 8, 4);
	uint32_t sum = 0;

	assert_int_equal(e[0], 0x88);      /* bootable */
	assert_int_equal(e[1], 0);         /* no emulation */
	assert_int_equal(le(e + 2, 2), 0); /* segment 0x7c0 */
	assert_int_equal(le(e + 6, 2), 4); /* sectors to load */
	assert_memory_equal(core, f->core.data, 8);
	/* The boot information table: PVD, this file, its length, the sum of what follows. */
	for (size_t i = 64; i < f->core.len; i += 4)
		sum += (uint32_t)le(core + i, 4);
	assert_int_equal(le(core + 8, 4), 16);
	assert_int_equal(le(core + 12, 4), lba);
	assert_int_equal(le(core + 16, 4), f->core.len);
	assert_int_equal(le(core + 20, 4), sum);
	/* GRUB's block list in diskboot.img, 512 bytes behind cdboot.img's 2048 less 12, names
	 * the sector after it: in 512-byte sectors, 5 into the file. */
	assert_int_equal(le(core + 2048 + 500, 8), lba * 4 + 5);
	assert_memory_equal(core + 64, f->core.data + 64, 2548 - 64);
	assert_memory_equal(core + 2556, f->core.data + 2556, f->core.len - 2556);
	/* The MBR of boot_hybrid.img loads diskboot.img: GRUB's kernel sector at 0x1b0. */
	assert_memory_equal(mbr, f->mbr, 0x1b0);
	assert_int_equal(le(mbr + 0x1b0, 8), lba * 4 + 4);
	assert_memory_equal(mbr + 510, "\x55\xaa", 2);
}

static void check_efi_entry(const struct made *m, const unsigned char *e)
{
	assert_int_equal(e[0], 0x88);
	assert_int_equal(e[1], 0);
	assert_int_equal(le(e + 6, 2), (ESP_SIZE + 2047) / 2048 * 4);
	assert_memory_equal(block(m, le(e + 8, 4)), m->esp, ESP_SIZE);
}

static void check_one_gpt_header(const struct made *m, uint64_t lba, uint64_t other,
				 uint64_t entries)
{
	const unsigned char *image = block(m, 0);
	unsigned char h[92];

	memcpy(h, image + lba * 512, sizeof h);
	assert_memory_equal(h, "EFI PART\0\0\1\0\x5c\0\0\0", 16);
	assert_int_equal(le(h + 24, 8), lba);
	assert_int_equal(le(h + 32, 8), other);
	assert_int_equal(le(h + 72, 8), entries);
	assert_int_equal(le(h + 88, 4),
			 crc32(0, image + entries * 512, (uInt)(le(h + 80, 4) * le(h + 84, 4))));
	memset(h + 16, 0, 4);
	assert_int_equal(le(image + lba * 512 + 16, 4), crc32(0, h, sizeof h));
	/* RFC 4122: a random UUID by its marks, else the caller's. */
	assert_memory_equal(h + 56, "\1\2\3\4\5\6\7\x48\x89\12\13\14\15\16\17\20", 16);
}

static void check_gpt(const struct made *m)
{
	const unsigned char *image = block(m, 0), *h = image + 512, *e = NULL;
	uint64_t last = m->image.len / 512 - 1, n = le(h + 80, 4), first_usable = le(h + 40, 8);

	check_one_gpt_header(m, 1, last, 2);
	check_one_gpt_header(m, last, 1, last - n * 128 / 512);
	assert_memory_equal(image + 1024, image + (last - n * 128 / 512) * 512, n * 128);
	for (uint64_t i = 0; i < n; i++)
		if (memcmp(image + 1024 + i * 128, esp_type, 16) == 0)
			e = image + 1024 + i * 128;
	assert_non_null(e);
	assert_memory_equal(image + le(e + 32, 8) * 512, m->esp, ESP_SIZE);
	/* Whole 2048-byte blocks: what is behind the ESP's bytes is zero. */
	assert_int_equal(le(e + 40, 8) + 1 - le(e + 32, 8), (ESP_SIZE + 2047) / 2048 * 4);
	for (size_t i = ESP_SIZE; i < (le(e + 40, 8) + 1 - le(e + 32, 8)) * 512; i++)
		assert_int_equal(image[le(e + 32, 8) * 512 + i], 0);
	assert_true(le(e + 32, 8) >= first_usable && le(e + 40, 8) <= le(h + 48, 8));
	/* §5.2.3: the protective MBR covers the disk; an active entry for BIOSes that want one. */
	assert_int_equal(image[446 + 4], 0xee);
	assert_int_equal(le(image + 446 + 8, 4), 1);
	assert_int_equal(le(image + 446 + 12, 4), last);
	assert_int_equal(image[446], 0);
	assert_int_equal(image[462], 0x80);
	assert_int_equal(image[462 + 4], 0);
	assert_memory_equal(image + 510, "\x55\xaa", 2);
}

static void both(void **state)
{
	struct made m = make(*state, true, true);
	const unsigned char *c = catalogue(&m, 0);

	check_bios_entry(&m, *state, c + 32);
	assert_memory_equal(c + 64, "\x91\xef\1\0", 4); /* last section, EFI, one entry */
	check_efi_entry(&m, c + 96);
	assert_int_equal(c[128], 0);
	check_gpt(&m);
	drop(&m);
}

static void bios_only(void **state)
{
	struct made m = make(*state, true, false);
	const unsigned char *c = catalogue(&m, 0), *mbr = block(&m, 0);

	check_bios_entry(&m, *state, c + 32);
	assert_int_equal(c[64], 0);
	assert_memory_not_equal(mbr + 512, "EFI PART", 8);
	/* One active partition, the ISO 9660 part from block 16 to the end. */
	assert_int_equal(mbr[446], 0x80);
	assert_int_not_equal(mbr[446 + 4], 0xee);
	assert_int_equal(le(mbr + 446 + 8, 4), 64);
	assert_int_equal(le(mbr + 446 + 12, 4), m.image.len / 512 - 64);
	for (size_t i = 462; i < 510; i++)
		assert_int_equal(mbr[i], 0);
	assert_contents(&m.image, "boot/kernel.elf", m.kernel, m.kernel_len);
	drop(&m);
}

static void efi_only(void **state)
{
	struct made m = make(*state, false, true);
	const unsigned char *c = catalogue(&m, 0xef);
	struct record r;

	check_efi_entry(&m, c + 32);
	assert_int_equal(c[64], 0);
	for (size_t i = 0; i < 446; i++)
		assert_int_equal(block(&m, 0)[i], 0);
	assert_int_equal(lookup(block(&m, 0), "boot/core.img", &r, 1), 0);
	assert_contents(&m.image, "boot/kernel.elf", m.kernel, m.kernel_len);
	check_gpt(&m);
	drop(&m);
}

static void neither_is_a_plain_iso(void **state)
{
	struct made m = make(*state, false, false);

	assert_memory_equal(block(&m, 16), "\1CD001\1", 7);
	assert_int_equal(block(&m, 17)[0], 2); /* Joliet: no boot record */
	assert_contents(&m.image, "boot/kernel.elf", m.kernel, m.kernel_len);
	drop(&m);
}

/* ECMA-119 §6.4: a file of several extents, all but the last marked (§9.1.6 bit 7). */
static void a_file_over_4_gib(void **state)
{
	const struct fixture *f = *state;
	const uint64_t size = ((uint64_t)1 << 32) + 5000;
	char *source = in_dir(f, "big"), *path = in_dir(f, "big.iso");
	char *end = make_source(f, "after", 100, 8);
	const struct iso_file files[] = {
		{.name = "big", .source = source, .size = size},
		{.name = "after", .source = end, .size = 100},
	};
	const struct iso_image image = {.label = "BIG", .files = files, .n_files = 2};
	struct record r[4] = {{0}};
	unsigned char *head = mem_alloc(1 << 20), last[6] = {0};
	uint64_t sum = 0;
	size_t n;
	int fd;

	assert_int_equal(fs_write(source, "first", 5), 0);
	assert_int_equal(truncate(source, (off_t)size - 5), 0);
	fd = open(source, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "final", 5), 5);
	close(fd);
	assert_int_equal(iso_write(path, &image), MK_OK);

	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(fs_pread(fd, head, 1 << 19, 0), 0);
	n = lookup(head, "big", r, 4);
	assert_true(n >= 2);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(r[i].lba, r[0].lba + sum / ISO_BLOCK);
		assert_int_equal(r[i].flags & 0x80, i + 1 < n ? 0x80 : 0);
		sum += r[i].size;
	}
	assert_int_equal(sum, size);
	assert_int_equal(fs_pread(fd, last, 5, (off_t)r[0].lba * ISO_BLOCK), 0);
	assert_string_equal(last, "first");
	assert_int_equal(fs_pread(fd, last, 5, (off_t)((uint64_t)r[0].lba * ISO_BLOCK + size - 5)),
			 0);
	assert_string_equal(last, "final");
	assert_int_equal(lookup(head, "after", r, 1), 1);
	assert_int_equal(fs_pread(fd, head, 100, (off_t)r[0].lba * ISO_BLOCK), 0);
	pattern(head + 100, 100, 8);
	assert_memory_equal(head, head + 100, 100);
	close(fd);
	free(source);
	free(path);
	free(end);
	free(head);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(primary_volume_descriptor),
		cmocka_unit_test(the_first_second_is_a_time),
		cmocka_unit_test(files_are_where_the_tree_says),
		cmocka_unit_test(both),
		cmocka_unit_test(bios_only),
		cmocka_unit_test(efi_only),
		cmocka_unit_test(neither_is_a_plain_iso),
		cmocka_unit_test(a_file_over_4_gib),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
