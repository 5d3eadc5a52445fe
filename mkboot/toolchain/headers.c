/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/headers.h"
#include "base/fs.h"
#include "base/mem.h"
#include "toolchain/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Is in the names of what is kept: another number for other contents. */
#define LAYOUT "2"

static const struct {
	const char *cpu, *machine, *platform;
	unsigned word;
} targets[PLATFORM_COUNT] = {
	[PLATFORM_BIOS] = {"i386", "pc", "pc", 32},
	[PLATFORM_UEFI64] = {"x86_64", "efi", "efi", 64},
	[PLATFORM_UEFI32] = {"i386", "efi", "efi", 32},
};

/* PATH/NAME becomes a link to TARGET. */
static enum mk_status put_link(const char *folder, const char *name, const char *target)
{
	char *path = path_join(folder, name);
	enum mk_status st = MK_OK;

	unlink(path);
	if (symlink(target, path) != 0)
		st = msg_errno(path, errno, "cannot create");
	free(path);
	return st;
}

enum mk_status headers_link(const char *include)
{
	enum mk_status st = put_link(include, "grub/cpu", "i386");

	return st == MK_OK ? put_link(include, "grub/machine", "i386/pc") : st;
}

/* What of GRUB's config.h its headers look at where they are for modules. */
static enum mk_status put_config(const char *folder, enum platform p)
{
	char *path = path_join(folder, "config.h");
	unsigned bytes = targets[p].word / 8;
	char *text = mem_printf("#define GRUB_TARGET_CPU \"%s\"\n"
				"#define GRUB_PLATFORM \"%s\"\n"
				"#define GRUB_TARGET_WORDSIZE %u\n"
				"#define GRUB_TARGET_SIZEOF_VOID_P %u\n"
				"#define GRUB_TARGET_SIZEOF_LONG %u\n"
				"#define SIZEOF_LONG %u\n"
				"#define SIZEOF_VOID_P %u\n"
				"#define CPU_WORDS_BIGENDIAN 0\n"
				"#define NESTED_FUNC_ATTR\n",
				targets[p].cpu, targets[p].platform, targets[p].word, bytes, bytes,
				bytes, bytes);
	int err = fs_write(path, text, strlen(text));
	enum mk_status st = err == 0 ? MK_OK : msg_errno(path, err, "cannot write");

	free(text);
	free(path);
	return st;
}

/* The folder INCLUDE/i386-pc and the others, each for the front of the list of folders. */
static enum mk_status put_platform(const char *include, enum platform p)
{
	char *folder = path_join(include, platforms[p].grub), *grub = path_join(folder, "grub");
	char *cpu = mem_printf("../../grub/%s", targets[p].cpu);
	char *machine = mem_printf("../../grub/%s/%s", targets[p].cpu, targets[p].machine);
	int err = fs_mkdirs(grub);
	enum mk_status st = err == 0 ? MK_OK : msg_errno(grub, err, "cannot make the folder");

	if (st == MK_OK)
		st = put_link(grub, "cpu", cpu);
	if (st == MK_OK)
		st = put_link(grub, "machine", machine);
	if (st == MK_OK)
		st = put_config(folder, p);
	free(machine);
	free(cpu);
	free(grub);
	free(folder);
	return st;
}

static enum mk_status make(const struct source *src, const char *folder, struct store_slot *slot)
{
	char *include = path_join(slot->dir, "include"), *log = store_log(slot);
	char *about = mem_printf("headers of %s", src->title);
	enum mk_status st = source_unpack(src, folder, slot->dir, true, log);

	for (size_t p = 0; p < PLATFORM_COUNT && st == MK_OK; p++)
		st = put_platform(include, (enum platform)p);
	if (st == MK_OK)
		st = store_commit(slot, about);
	free(about);
	free(log);
	free(include);
	return st;
}

enum mk_status headers_get(const struct source *src, struct progress *p, char **include)
{
	struct store_slot slot;
	char *name = mem_printf("%s-" LAYOUT, src->id);
	enum mk_status st = store_begin(STORE_HEADERS, name, src->title, &slot);
	char *folder = NULL;

	*include = NULL;
	if (st == MK_OK && slot.dir != NULL) {
		st = source_fetch(src, p, &folder);
		if (st == MK_OK) {
			progress_step(p, "unpacking its headers");
			st = make(src, folder, &slot);
		}
	} else if (st == MK_OK) {
		progress_skip(p, 2); /* fetching, unpacking */
	}
	if (st == MK_OK)
		*include = path_join(slot.path, "include");
	free(folder);
	free(name);
	store_end(&slot);
	return st;
}
