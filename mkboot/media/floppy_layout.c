/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/floppy_layout.h"
#include "base/fs.h"
#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* GRUB 2.06, include/grub/i386/pc/boot.h */
#define BPB_START          0x03
#define BPB_END            0x5A
#define KERNEL_SECTOR      0x5C  /* where boot.img looks for core.img: 64 bits */
#define BLOCK_LIST         0x1F4 /* the last entry of the list in core.img's first sector */
#define BLOCK_LIST_SEGMENT 0x820 /* core.img's second sector goes to 0x8200 */
#define RESERVED_SECTORS   14    /* in the BPB (fatgen103) */

/* GRUB asks the BIOS for sectors per track (INT 13h, AH=08h), and that answers for the drive, not
 * for the disk in it: 18 where a 720 KB disk, which has 9, is in a 1.44 MB drive. Seen with
 * SeaBIOS and Bochs' BIOS; with Bochs' 720 KB drive it boots. */
static const char caveat_720[] = "a 720 KB floppy boots in a 720 KB drive only (GRUB takes a "
				 "larger drive's geometry for the "
				 "floppy's); for a 1.44 MB drive, and for QEMU, choose 1440";

/* As DOS formats them (fatgen103 leaves it to DOS; the values of MS-DOS 5, mtools and Linux). */
const struct floppy_disk floppy_disks[] = {
	{720, "720 KB", {1440, 1, 2, 2, 112, 3, 9, 2, 0xF9, 0, NULL}, caveat_720},
	{1200, "1.2 MB", {2400, 1, 1, 2, 224, 7, 15, 2, 0xF9, 0, NULL}, NULL},
	{1440, "1.44 MB", {2880, 1, 1, 2, 224, 9, 18, 2, 0xF0, 0, NULL}, NULL},
	{2880, "2.88 MB", {5760, 1, 2, 2, 240, 9, 36, 2, 0xF0, 0, NULL}, NULL},
	{0},
};

const struct floppy_disk *floppy_disk_find(unsigned kb)
{
	for (const struct floppy_disk *d = floppy_disks; d->kb != 0; d++)
		if (d->kb == kb)
			return d;
	return NULL;
}

static size_t sectors_of(size_t bytes)
{
	return (bytes + FAT_SECTOR - 1) / FAT_SECTOR;
}

struct fat_geometry floppy_geometry(const struct floppy_disk *disk, size_t core_size)
{
	struct fat_geometry g = disk->dos;
	size_t reserved = g.reserved_sectors + sectors_of(core_size);

	/* A core that is larger than the disk leaves no room, which is all there is to say. */
	g.reserved_sectors = (uint16_t)(reserved < g.sectors ? reserved : g.sectors);
	return g;
}

void floppy_files_free(struct floppy_file *files, size_t n)
{
	for (size_t i = 0; files != NULL && i < n; i++) {
		free(files[i].gz_name);
		free(files[i].gz_source);
	}
	free(files);
}

void floppy_pack(struct floppy_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct floppy_file *f = &files[i];

		f->packed = f->gz_name != NULL && f->gz_size < f->size;
		for (size_t j = 0; j < n && f->packed; j++)
			f->packed = strcmp(files[j].name, f->gz_name) != 0;
	}
}

struct fat_file *floppy_contents(const struct floppy_file *files, size_t n)
{
	struct fat_file *out = mem_array(n, sizeof *out);

	for (size_t i = 0; i < n; i++) {
		const struct floppy_file *f = &files[i];

		out[i].name = f->packed ? f->gz_name : f->name;
		out[i].source = f->packed ? f->gz_source : f->source;
		out[i].size = f->packed ? f->gz_size : f->size;
	}
	return out;
}

uint64_t floppy_excess(const struct fat_geometry *g, const struct floppy_file *files, size_t n)
{
	struct fat_file *contents = floppy_contents(files, n);
	uint64_t space = fat_space(g, contents, n), capacity = fat_capacity(g);

	free(contents);
	return space > capacity ? space - capacity : 0;
}

/* 1234567 as "1,234,567" */
static void add_bytes(struct strbuf *b, uint64_t value)
{
	char digits[24];
	size_t n = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, value);

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			strbuf_addc(b, ',');
		strbuf_addc(b, digits[i]);
	}
}

static void add_file(struct strbuf *b, const struct floppy_file *f)
{
	strbuf_addf(b, "\n  %s  ", f->name);
	add_bytes(b, f->size);
	strbuf_adds(b, " bytes");
	if (f->packed) {
		strbuf_adds(b, " (");
		add_bytes(b, f->gz_size);
		strbuf_adds(b, " gzip-compressed)");
	} else if (f->gz_name != NULL && f->gz_size >= f->size) {
		strbuf_adds(b, " (gzip makes it no smaller)");
	} else if (!f->may_gzip) {
		strbuf_adds(b, " (goes as it is)");
	}
}

char *floppy_too_big(const char *image, const struct floppy_disk *disk, size_t core_size,
		     const struct floppy_file *files, size_t n)
{
	struct fat_geometry g = floppy_geometry(disk, core_size);
	const struct floppy_disk *larger = disk + 1;
	struct strbuf b = {0};

	strbuf_addf(&b, "%s: ", image);
	add_bytes(&b, floppy_excess(&g, files, n));
	strbuf_addf(&b, " bytes too big for a %s floppy (", disk->title);
	add_bytes(&b, fat_capacity(&g));
	strbuf_adds(&b, " bytes for files after GRUB's ");
	add_bytes(&b, core_size);
	strbuf_addf(&b, ", in clusters of %u):", g.sectors_per_cluster * FAT_SECTOR);
	for (size_t i = 0; i < n; i++)
		add_file(&b, &files[i]);
	for (; larger->kb != 0; larger++) {
		g = floppy_geometry(larger, core_size);
		if (floppy_excess(&g, files, n) == 0)
			break;
	}
	if (larger->kb != 0)
		strbuf_addf(&b, "\nIt fits a %s floppy (size %u)", larger->title, larger->kb);
	else
		strbuf_adds(&b, "\nNo floppy is large enough: make the files smaller");
	strbuf_adds(&b, "; or leave the floppy out; or load these files over the network (tftp)");
	return strbuf_take(&b);
}

struct floppy_label floppy_label(const char *text)
{
	/* fatgen103, "FAT Directory Structure": what a short name may hold; a label, blanks too. */
	static const char others[] = " $%'-_@~`!(){}^#&";
	struct floppy_label label = {"MKBOOT"};

	if (text == NULL || text[0] == '\0')
		return label;
	memset(&label, 0, sizeof label);
	for (size_t i = 0; text[i] != '\0' && i < sizeof label.text - 1; i++) {
		unsigned char c = (unsigned char)text[i];
		bool fine =
			c < 0x80 && (isalnum(c) || (strchr(others, c) != NULL && (i || c != ' ')));

		label.text[i] = fine ? (char)toupper(c) : '_';
	}
	return label;
}

static uint64_t get(const struct strbuf *b, size_t offset, size_t len)
{
	uint64_t value = 0;

	for (size_t i = len; i > 0; i--)
		value = value << 8 | (unsigned char)b->data[offset + i - 1];
	return value;
}

const char *floppy_grub_problem(const struct strbuf *boot, const struct strbuf *core)
{
	if (boot->len != FAT_SECTOR || get(boot, 510, 2) != 0xAA55 || get(boot, 0, 1) != 0xEB)
		return "boot.img is not a boot sector of 512 bytes that begins with a short jump";
	if (2 + get(boot, 1, 1) < BPB_END)
		return "boot.img leaves no room for a BPB";
	if (get(boot, KERNEL_SECTOR, 8) != 1)
		return "boot.img does not look for core.img in sector 1";
	if (core->len <= FAT_SECTOR)
		return "core.img is too short";
	if (get(core, BLOCK_LIST, 8) != 2 || get(core, BLOCK_LIST + 10, 2) != BLOCK_LIST_SEGMENT)
		return "core.img does not load its rest from sector 2";
	if (get(core, BLOCK_LIST + 8, 2) != sectors_of(core->len) - 1)
		return "core.img's block list does not cover it";
	return NULL;
}

int floppy_install(const char *path, const struct strbuf *boot, const struct strbuf *core)
{
	char sector[FAT_SECTOR], *padded = NULL;
	size_t n = sectors_of(core->len);
	int fd = open(path, O_RDWR | O_CLOEXEC), err;
	struct strbuf bpb = {.data = sector, .len = sizeof sector};

	if (fd < 0)
		return -errno;
	err = fs_pread(fd, sector, sizeof sector, 0);
	if (err == 0 && get(&bpb, RESERVED_SECTORS, 2) < 1 + n)
		err = -ENOSPC;
	if (err != 0)
		goto done;
	/* The rest of the sector is boot.img's, the partition table's place included: its code to
	 * find out a floppy's sectors per track lies there. */
	memcpy(sector, boot->data, BPB_START);
	memcpy(sector + BPB_END, boot->data + BPB_END, FAT_SECTOR - BPB_END);
	padded = mem_alloc(n * FAT_SECTOR);
	memcpy(padded, core->data, core->len);
	err = fs_pwrite(fd, padded, n * FAT_SECTOR, FAT_SECTOR);
	if (err == 0)
		err = fs_pwrite(fd, sector, sizeof sector, 0);
done:
	free(padded);
	if (close(fd) != 0 && err == 0)
		err = -errno;
	return err;
}
