/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/fat.h"
#include "base/exec.h"
#include "base/fs.h"
#include "base/mem.h"
#include "media/fat_names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRY_SIZE 32 /* of a directory */
/* fatgen103, "FAT Type Determination": the number of clusters alone decides. */
#define FAT16_MIN_CLUSTERS 4085
#define FAT16_MAX_CLUSTERS 65524
/* The same place asks to stay away from that limit: implementations are off by up to 16. */
#define NEAR_LIMIT 16

/* Times that a directory entry can hold: 1980-01-01 00:00:00 to 2107-12-31 23:59:58 UTC. */
#define EPOCH_MIN ((time_t)315532800)
#define EPOCH_MAX ((time_t)4354819198)

static uint64_t cluster_size(const struct fat_geometry *g)
{
	return (uint64_t)g->sectors_per_cluster * FAT_SECTOR;
}

static uint64_t round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

static uint32_t root_start(const struct fat_geometry *g)
{
	return g->reserved_sectors + (uint32_t)g->fats * g->fat_sectors;
}

static uint32_t data_start(const struct fat_geometry *g)
{
	return root_start(g) + (uint32_t)g->root_entries * ENTRY_SIZE / FAT_SECTOR;
}

static uint32_t clusters(const struct fat_geometry *g)
{
	uint32_t start = data_start(g);

	return start < g->sectors ? (g->sectors - start) / g->sectors_per_cluster : 0;
}

static bool is_fat16(const struct fat_geometry *g)
{
	return clusters(g) >= FAT16_MIN_CLUSTERS;
}

uint64_t fat_capacity(const struct fat_geometry *g)
{
	return clusters(g) * cluster_size(g);
}

uint64_t fat_space(const struct fat_geometry *g, const struct fat_file *files, size_t n)
{
	struct fat_folders f = fat_folders(files, n, false);
	uint64_t space = 0;

	for (size_t i = 1; i < f.n; i++) /* the root has its own area */
		space += round_up((uint64_t)f.items[i].entries * ENTRY_SIZE, cluster_size(g));
	for (size_t i = 0; i < n; i++)
		space += round_up(files[i].size, cluster_size(g));
	fat_folders_free(&f);
	return space;
}

/* Complete a geometry whose clusters' size is chosen. */
static void fit(struct fat_geometry *g, uint64_t need)
{
	uint64_t bits = 12;

	if (need > FAT16_MAX_CLUSTERS)
		need = FAT16_MAX_CLUSTERS; /* too small, as fat_make will say */
	if (need >= FAT16_MIN_CLUSTERS - NEAR_LIMIT) {
		bits = 16;
		if (need < FAT16_MIN_CLUSTERS + NEAR_LIMIT)
			need = FAT16_MIN_CLUSTERS + NEAR_LIMIT;
	}
	/* the first two entries stand for no cluster */
	g->fat_sectors = (uint16_t)(round_up((need + 2) * bits, FAT_SECTOR * 8) / (FAT_SECTOR * 8));
	g->sectors = data_start(g) + (uint32_t)need * g->sectors_per_cluster;
}

struct fat_geometry fat_fit(const struct fat_file *files, size_t n)
{
	struct fat_geometry g = {
		.reserved_sectors = 1,
		.sectors_per_cluster = 1,
		.fats = 2, /* one would do, but drivers exist that take two for granted (fatgen103)
			    */
		/* Tracks of one sector: any number of sectors is whole tracks. */
		.sectors_per_track = 1,
		.heads = 1,
		.media = 0xF8,
	};
	struct fat_folders f = fat_folders(files, n, true);
	uint64_t need;

	g.root_entries = (uint16_t)round_up(f.items[0].entries, FAT_SECTOR / ENTRY_SIZE);
	fat_folders_free(&f);
	for (;;) {
		need = fat_space(&g, files, n) / cluster_size(&g);
		if (need <= FAT16_MAX_CLUSTERS || g.sectors_per_cluster == 128)
			break;
		g.sectors_per_cluster = (uint8_t)(g.sectors_per_cluster * 2);
	}
	fit(&g, need > 0 ? need : 1);
	return g;
}

static void put16(unsigned char *p, unsigned value)
{
	p[0] = (unsigned char)value;
	p[1] = (unsigned char)(value >> 8);
}

static void put32(unsigned char *p, uint32_t value)
{
	put16(p, value & 0xFFFF);
	put16(p + 2, value >> 16);
}

/* TEXT without its NUL, padded with blanks. */
static void put_padded(unsigned char *p, size_t len, const char *text)
{
	memset(p, ' ', len);
	memcpy(p, text, strnlen(text, len));
}

/* fatgen103, "Boot Sector and BPB". */
static void boot_sector(const struct fat_geometry *g, unsigned char s[FAT_SECTOR])
{
	/* Started by mistake: tell the BIOS that this does not boot (int 18h), then stop. */
	static const unsigned char code[] = {0xCD, 0x18, 0xF4, 0xEB, 0xFD};
	bool small = g->sectors <= UINT16_MAX;

	memset(s, 0, FAT_SECTOR);
	memcpy(s, "\xEB\x3C\x90", 3);
	put_padded(s + 3, 8, "MSWIN4.1"); /* what the specification recommends to everybody */
	put16(s + 11, FAT_SECTOR);
	s[13] = g->sectors_per_cluster;
	put16(s + 14, g->reserved_sectors);
	s[16] = g->fats;
	put16(s + 17, g->root_entries);
	put16(s + 19, small ? g->sectors : 0);
	s[21] = g->media;
	put16(s + 22, g->fat_sectors);
	put16(s + 24, g->sectors_per_track);
	put16(s + 26, g->heads);
	put32(s + 32, small ? 0 : g->sectors);
	s[36] = g->media == 0xF8 ? 0x80 : 0; /* BIOS drive number */
	s[38] = 0x29;                        /* the next three fields are there */
	put32(s + 39, g->serial);
	put_padded(s + 43, 11, g->label != NULL ? g->label : "NO NAME");
	put_padded(s + 54, 8, is_fat16(g) ? "FAT16" : "FAT12");
	memcpy(s + 62, code, sizeof code);
	s[510] = 0x55;
	s[511] = 0xAA;
}

/* fatgen103, "FAT Directory Structure": ATTR_VOLUME_ID, in the root only. */
static void label_entry(const char *label, time_t epoch, unsigned char e[ENTRY_SIZE])
{
	struct tm tm;

	memset(e, 0, ENTRY_SIZE);
	gmtime_r(&epoch, &tm);
	put_padded(e, 11, label);
	e[11] = 0x08;
	put16(e + 22, (unsigned)(tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2));
	put16(e + 24, (unsigned)((tm.tm_year - 80) << 9 | (tm.tm_mon + 1) << 5 | tm.tm_mday));
}

/* An empty volume: everything that is not written here is zero. */
static int format(int fd, const struct fat_geometry *g, time_t epoch)
{
	unsigned char sector[FAT_SECTOR], entry[ENTRY_SIZE];
	/* The FAT's first two entries: the media byte, and the end of a chain. */
	const unsigned char head[4] = {g->media, 0xFF, 0xFF, 0xFF};
	/* With its blocks allocated, the volume cannot run out of disk under mcopy's hands. */
	int err = -posix_fallocate(fd, 0, (off_t)g->sectors * FAT_SECTOR);

	boot_sector(g, sector);
	if (err == 0)
		err = fs_pwrite(fd, sector, sizeof sector, 0);
	for (unsigned i = 0; i < g->fats && err == 0; i++)
		err = fs_pwrite(fd, head, is_fat16(g) ? 4 : 3,
				((off_t)g->reserved_sectors + (off_t)i * g->fat_sectors) *
					FAT_SECTOR);
	if (g->label != NULL && err == 0) {
		label_entry(g->label, epoch, entry);
		err = fs_pwrite(fd, entry, sizeof entry, (off_t)root_start(g) * FAT_SECTOR);
	}
	return err;
}

static enum mk_status check(const char *path, const struct fat_geometry *g,
			    const struct fat_file *files, size_t n)
{
	struct fat_folders f = fat_folders(files, n, g->label != NULL);
	uint64_t space = fat_space(g, files, n), capacity = fat_capacity(g);
	enum mk_status st = fat_names_check(path, files, n);

	if (st == MK_OK && f.items[0].entries > g->root_entries)
		st = msg_fail(MK_FAILED,
			      "%s: the root folder would hold %u entries, but has room for %u; "
			      "put files in folders",
			      path, f.items[0].entries, g->root_entries);
	if (st == MK_OK && space > capacity)
		st = msg_fail(MK_FAILED, "%s: the files are %llu bytes too big for the volume",
			      path, (unsigned long long)(space - capacity));
	fat_folders_free(&f);
	return st;
}

/* Put FILE at TO: its bytes, or a symbolic link to its source. */
static enum mk_status stage_file(const char *to, const struct fat_file *file)
{
	struct stat st;
	char *target;
	int err;

	if (file->data != NULL) {
		err = fs_write(to, file->data, (size_t)file->size);
		return err == 0 ? MK_OK : msg_errno(to, err, "cannot write");
	}
	target = realpath(file->source, NULL);
	if (target == NULL || stat(target, &st) != 0)
		err = -errno;
	else
		err = symlink(target, to) != 0 ? -errno : 0;
	free(target);
	if (err != 0)
		return msg_errno(file->source, err, "cannot read");
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != file->size)
		return msg_fail(MK_FAILED,
				"%s: changed while it was being used (%llu bytes became %lld); run "
				"mkboot again",
				file->source, (unsigned long long)file->size,
				(long long)st.st_size);
	return MK_OK;
}

/* STAGE/I holds nothing but FILE and its folders. *ARG is what mcopy is to copy. */
static enum mk_status stage(const char *folder, size_t i, const struct fat_file *file, char **arg)
{
	char *path = mem_printf("%s/%zu/%s", folder, i, file->name);
	char *dir = path_dir(path);
	int err = fs_mkdirs(dir);
	enum mk_status st;

	st = err == 0 ? stage_file(path, file) : msg_errno(dir, err, "cannot create");
	*arg = mem_printf("%s/%zu/%.*s", folder, i, (int)strcspn(file->name, "/"), file->name);
	free(dir);
	free(path);
	return st;
}

/*
 * One mcopy for all files. Each file comes from a tree of its own, and mcopy merges the trees:
 * then the order of entries is that of the arguments. Within one tree it would be that of
 * readdir, which differs from one file system to the next.
 *
 * The image is named by its descriptor, because mtools gives meaning to characters of an image's
 * name: "@@", "|", and a shell for $ * ? and their kind.
 */
static enum mk_status copy_in(int image, const char *folder, time_t epoch,
			      const struct fat_file *files, size_t n)
{
	char *name = mem_printf("/proc/self/fd/%d", image);
	char *when = mem_printf("SOURCE_DATE_EPOCH=%lld", (long long)epoch);
	char *home = mem_printf("HOME=%s", folder); /* there is no .mtoolsrc in it */
	/* Settings that a person may have made for other uses of mtools must not reach the bytes.
	 */
	const char *const env[] = {
		"TZ=UTC",
		"LC_ALL=C", /* names are ASCII */
		"MTOOLSRC=/dev/null",
		"MTOOLS_SKIP_CHECK=1",
		"MTOOLS_LOWER_CASE=0",
		"MTOOLS_NO_VFAT=0",
		"MTOOLS_NAME_NUMERIC_TAIL=1",
		"DEFAULT_CODEPAGE=850",
		when,
		home,
		NULL,
	};
	/* -D s: where names clash, fail instead of asking at the terminal. */
	const char *const head[] = {"mcopy", "-i", name, "-s", "-Q", "-D", "s"};
	const size_t n_head = sizeof head / sizeof *head;
	const char **argv = mem_array(n_head + n + 2, sizeof *argv);
	char **args = mem_array(n, sizeof *args);
	enum mk_status st = MK_OK;

	memcpy(argv, head, sizeof head);
	for (size_t i = 0; i < n && st == MK_OK; i++) {
		st = stage(folder, i, &files[i], &args[i]);
		argv[n_head + i] = args[i];
	}
	argv[n_head + n] = "::/";
	if (st == MK_OK)
		st = exec_run("mtools", argv, env, NULL);
	for (size_t i = 0; i < n; i++)
		free(args[i]);
	free(args);
	free(argv);
	free(home);
	free(when);
	free(name);
	return st;
}

enum mk_status fat_make(const char *path, const struct fat_geometry *g, time_t epoch,
			const struct fat_file *files, size_t n)
{
	/* "./" keeps mtools from reading "a:x" as drive A. */
	char *folder = mem_printf("%s%s.XXXXXX", path[0] == '/' ? "" : "./", path);
	enum mk_status st = check(path, g, files, n);
	bool staged = false;
	int fd = -1, err;

	if (st != MK_OK)
		goto done;
	epoch = epoch < EPOCH_MIN ? EPOCH_MIN : epoch > EPOCH_MAX ? EPOCH_MAX : epoch;
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666); /* mcopy inherits it */
	if (fd < 0) {
		st = msg_errno(path, errno, "cannot create");
		goto done;
	}
	err = format(fd, g, epoch);
	if (err != 0) {
		st = msg_errno(path, err, "cannot write");
		goto done;
	}
	if (n == 0)
		goto done;
	staged = mkdtemp(folder) != NULL;
	st = staged ? copy_in(fd, folder, epoch, files, n)
		    : msg_errno(folder, errno, "cannot create");
done:
	if (fd >= 0 && close(fd) != 0 && st == MK_OK)
		st = msg_errno(path, errno, "cannot write");
	if (st != MK_OK)
		unlink(path);
	if (staged)
		fs_remove_tree(folder);
	free(folder);
	return st;
}
