/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TESTS_REPORT_FIXTURE_H
#define MKBOOT_TESTS_REPORT_FIXTURE_H

/* A run by hand: boots that ended well and badly, and guests that write whatever they like. */

#include <zlib.h>

#include "vm/report.h"

#define RUN_BOOTS 6
#define HOSTILE                                                                                \
	"tab\there \x07\x1b[31mred\x1b[0m ]]> & <b title='x' y=\"z\"> </pre></script><script>" \
	"alert(1)</script> [[ATTACHMENT|/etc/passwd]]\r\n"                                     \
	"2: \xc3\xa9 3: \xe2\x82\xac 4: \xf0\x9f\x90\xa7 nonchar: \xef\xbf\xbe bidi: "         \
	"\xe2\x80\xae "                                                                        \
	"c1: \xc2\x9b\r\n"                                                                     \
	"bad: \xff \xc3( \xe2\x82 \xed\xa0\x80 \xf5\x80\x80\x80 \xc0\xaf end\r\n"

/* A PNG of W times H grey pixels in bars (PNG 1.2: IHDR, one IDAT, IEND), for free(). */
static inline void png_chunk(struct strbuf *out, const char *type, const unsigned char *data,
			     size_t len)
{
	unsigned char be[4];
	uLong crc = crc32(crc32(0, (const Bytef *)type, 4), data, (uInt)len);

	for (int i = 0; i < 4; i++)
		be[i] = (unsigned char)(len >> (24 - 8 * i));
	strbuf_add(out, be, 4);
	strbuf_add(out, type, 4);
	strbuf_add(out, data, len);
	for (int i = 0; i < 4; i++)
		be[i] = (unsigned char)(crc >> (24 - 8 * i));
	strbuf_add(out, be, 4);
}

static inline void make_png(struct strbuf *out, unsigned w, unsigned h)
{
	unsigned char head[13] = {0, 0, (unsigned char)(w >> 8), (unsigned char)w,
				  0, 0, (unsigned char)(h >> 8), (unsigned char)h,
				  8};
	uLong len = (w + 1) * h, size = compressBound(len);
	unsigned char *rows = mem_alloc(len), *packed = mem_alloc(size);

	for (unsigned y = 0; y < h; y++) {
		for (unsigned x = 0; x < w; x++)
			rows[y * (w + 1) + 1 + x] =
				y % 16 < 10 && x < w * (y * 7 % 50 + 20) / 100 && x % 9 < 6 ? 0xaa
											    : 0;
	}
	assert_int_equal(compress(packed, &size, rows, len), Z_OK);
	strbuf_add(out, "\x89PNG\r\n\x1a\n", 8);
	png_chunk(out, "IHDR", head, sizeof head);
	png_chunk(out, "IDAT", packed, size);
	png_chunk(out, "IEND", head, 0);
	free(rows);
	free(packed);
}

struct run {
	struct recipe recipe;
	struct recipe_entry entries[2];
	struct vm_job jobs[RUN_BOOTS];
	struct vm_result results[RUN_BOOTS];
	struct vm_report report;
};

static inline void add_boot(struct run *run, const char *via, const char *nic, const char *label)
{
	size_t i = run->report.n++;

	run->jobs[i] = (struct vm_job){.via = vm_via_find(via),
				       .nic = nic != NULL ? vm_nic_find(nic) : NULL,
				       .entry = VM_ENTRY_DEFAULT,
				       .label = mem_dup(label)};
	assert_non_null(run->jobs[i].via);
	run->results[i] = (struct vm_result){.ok = true,
					     .seconds = 1.25 + (double)i,
					     .menu = 0.5,
					     .kernel = 1.0004,
					     .command = mem_dup("qemu-system-x86_64 -m 64M")};
	strbuf_adds(&run->results[i].serial, "mkboot demo kernel\r\n\r\ndemo: done\r\n");
	make_png(&run->results[i].screenshot, 720, 400);
}

static inline void boot_failed(struct vm_result *r, const char *reason, const char *expected)
{
	r->ok = false;
	r->reason = mem_dup(reason);
	r->expected = mem_dup(expected);
}

static inline void long_log(struct strbuf *out, size_t lines)
{
	for (size_t i = 0; i < lines; i++)
		strbuf_addf(out, "[%8zu.%06zu] line %zu of a log that does not end <&>\r\n",
			    i / 100, i % 100, i);
}

static inline void run_begin(struct run *run)
{
	*run = (struct run){.recipe = {.file = (char *)"demo.yaml", .name = (char *)"demo"}};
	run->entries[0].title.text = (char *)"Demo (Multiboot 2)";
	run->entries[1].title.text = (char *)"\"Second\" <entry> & \xc3\xa9";
	run->recipe.menu.entries = run->entries;
	run->recipe.menu.n_entries = 2;
	run->report = (struct vm_report){.recipe = &run->recipe,
					 .dir = "out/demo",
					 .jobs = run->jobs,
					 .results = run->results,
					 .seconds = 12.3456,
					 .accel = "tcg"};
	add_boot(run, "cd-bios", NULL, "cd-bios");
	add_boot(run, "cd-uefi64", NULL, "cd-uefi64");
	run->results[1].secure_boot = VM_SECURE_BOOT_SETUP;
	add_boot(run, "pxe-bios", "e1000", "pxe-bios-e1000");
	/* All that can go wrong, in one. */
	add_boot(run, "cd-bios", NULL, "cd-bios-second");
	run->jobs[3].entry = 1;
	boot_failed(&run->results[3], "the guest wrote \"</script>\", which the test rejects",
		    "\"demo: done\" & no \"</script>\"");
	strbuf_adds(&run->results[3].serial, HOSTILE);
	strbuf_adds(&run->results[3].debugcon, "debugcon: " HOSTILE);
	strbuf_adds(&run->results[3].screen,
		    "SeaBIOS\r\n\x1b[2;24HGNU GRUB\x1b[4;2H\xda\xc4\xc4\xbf"
		    "\x1b[5;3H*Demo\x1b[22;1H in 2s\x1b[22;1H in 1s");
	/* Nothing at all was seen, and a log that is far too long. */
	add_boot(run, "usb-uefi64", NULL, "usb-uefi64");
	boot_failed(&run->results[4],
		    "no end within 5 s: the expected text \"h\xc3\xa9\" did not come",
		    "\"h\xc3\xa9\"");
	run->results[4].menu = run->results[4].kernel = -1;
	run->results[4].secure_boot = VM_SECURE_BOOT_ON;
	strbuf_free(&run->results[4].screenshot);
	long_log(&run->results[4].serial, 8000);
	add_boot(run, "diskless-floppy", "rtl8139", "diskless-floppy-rtl8139");
	strbuf_free(&run->results[5].serial);
	run->report.manifest = json_pack(
		"{s:[{s:s,s:I,s:s,s:[s,s],s:[s,s,s]},{s:s,s:I,s:s}]}", "artifacts", "path",
		"demo.iso", "size", (json_int_t)12897024, "sha256",
		"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "platforms",
		"bios", "uefi64", "boots_by", "cd-bios", "cd-uefi64", "usb-bios", "path",
		"dhcp/dnsmasq.conf", "size", (json_int_t)812, "sha256",
		"60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752");
	assert_non_null(run->report.manifest);
}

static inline void run_end(struct run *run)
{
	for (size_t i = 0; i < run->report.n; i++) {
		free(run->jobs[i].label);
		vm_result_free(&run->results[i]);
	}
	json_decref(run->report.manifest);
}

#endif
