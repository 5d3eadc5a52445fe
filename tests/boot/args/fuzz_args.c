/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_args: what fuzz_args.sh boots. Usage:
 *   fuzz_args PLATFORM MODULES LOADER KIND SEED COUNT DIR
 * PLATFORM: bios, uefi64 or uefi32; MODULES: its GRUB folder; LOADER: multiboot, multiboot2 or
 * linux; KIND: raw (any bytes; DIR/modules gets made) or stock (no ', " and \). Writes
 * DIR/grub.cfg, whose one entry starts /kernel with an argument string and COUNT modules each with
 * one, and DIR/expected: those strings, one a line.
 */
#include "base/fs.h"
#include "base/mem.h"
#include "grub/rawargs.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static uint32_t below(uint32_t n) /* xorshift64* */
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1du) >> 32) % n;
}

/* clang-format off */
static const char *const pieces[] = {
	" ", " ", " ", "\t", "$", "`", "#", ";", "{", "}", "|", "&", "<", ">", "*", "?", "~",
	"!", "=", "[", "]", "(", ")", "/", "--", "if", "done", "{ }", "$root", "${root}",
	"$(x)", "a", "Z", "09", "_", "%s", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\xa7",
	"\xc2\xa0", "function", "[[", "]]", "mem=1", "@", "^", ":", ",", ".", "+", "-",
};
static const char *const hard[] = {
	"'", "\"", "\\", "\\\\", "\\'", "$\"", "\\n", "'\\''", "\\ ",
};
/* clang-format on */

static char *random_text(bool raw, uint32_t max)
{
	struct strbuf b = {0};

	for (uint32_t n = below(max + 1); n > 0; n--) {
		if (raw && below(3) == 0)
			strbuf_adds(&b, hard[below(sizeof hard / sizeof *hard)]);
		else
			strbuf_adds(&b, pieces[below(sizeof pieces / sizeof *pieces)]);
	}
	return strbuf_take(&b);
}

/* One command of the menu and the line to expect. Every other module gets its string through a
 * variable, which proves grub_quote. */
static void add(struct strbuf *cfg, struct strbuf *want, const char *command, const char *text,
		bool variable)
{
	char *words = variable ? grub_quote(text) : grub_quote_args(text);

	if (variable)
		strbuf_addf(cfg, "set t=%s\n%s \"$t\"\n", words, command);
	else
		strbuf_addf(cfg, "%s %s\n", command, words);
	strbuf_addf(want, "%s\n", text);
	free(words);
}

static int save(const char *dir, const char *file, const struct strbuf *b)
{
	char *path = path_join(dir, file);
	int err = fs_write(path, b->data, b->len);

	free(path);
	return err;
}

int main(int argc, char **argv)
{
	struct strbuf cfg = {0}, want = {0};
	struct grub_platform gp = {0};
	const char *loader, *module, *dir;
	bool raw, linux;
	char *folder, *text, *command;
	int count;

	if (argc != 8 || !platform_find(argv[1], &gp.platform))
		return MK_USAGE;
	gp.modules = argv[2];
	loader = argv[3];
	raw = strcmp(argv[4], "raw") == 0;
	state = strtoull(argv[5], NULL, 10) * 2654435769u + 1;
	count = atoi(argv[6]);
	dir = argv[7];
	linux = strcmp(loader, "linux") == 0;
	module = strcmp(loader, "multiboot2") == 0 ? "module2 /module" : "module /module";

	if (gp.platform == PLATFORM_BIOS) /* what goes wrong is to be read on the serial port */
		strbuf_adds(&cfg, "serial --unit=0 --speed=115200\nterminal_output serial\n");
	strbuf_adds(&cfg, "set timeout=0\nmenuentry 'fuzz' {\n");
	command = mem_printf("%s %s", loader,
			     linux && gp.platform == PLATFORM_BIOS ? "(hd1,msdos1)/kernel"
								   : "/kernel");
	text = random_text(raw, linux ? 250 : 40);
	if (linux) { /* what makes it talk, and a printk's length at most */
		char *all = mem_printf("console=ttyS0 panic=-1 -- %.800s.", text);

		free(text);
		text = all;
	}
	add(&cfg, &want, command, text, false);
	free(command);
	free(text);
	for (int i = 0; i < count && !linux; i++) {
		/* A string with a space is one word in a variable: only raw keeps it whole. */
		bool variable = raw && i % 4 == 3;

		text = random_text(raw, i % 50 == 0 ? 1500 : 12);
		add(&cfg, &want, module, text, variable);
		free(text);
	}
	strbuf_adds(&cfg, "}\n");
	if (save(dir, "grub.cfg", &cfg) != 0 || save(dir, "expected", &want) != 0)
		return MK_FAILED;
	strbuf_free(&cfg);
	strbuf_free(&want);
	if (!raw)
		return MK_OK;
	folder = path_join(dir, "modules");
	return fs_mkdirs(folder) == 0 ? (int)rawargs_prepare(&gp, folder) : MK_FAILED;
}
