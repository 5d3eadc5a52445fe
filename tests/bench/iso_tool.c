/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * iso_tool OUT CORE MBR ESP [NAME=FILE]...: iso_write alone, of files as they are; "-" for a CORE,
 * MBR or ESP that is not wanted. Prints the milliseconds it took. For measuring, and for trying
 * boot images by hand.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/fs.h"
#include "base/mem.h"
#include "media/iso_write.h"

static bool read_optional(const char *path, struct strbuf *out)
{
	int err = strcmp(path, "-") == 0 ? 0 : fs_read(path, 1 << 24, out);

	if (err != 0)
		msg_errno(path, err, "cannot read");
	return err == 0;
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	static const unsigned char guid[16] = "mkboot iso_tool";
	struct strbuf core = {0}, mbr = {0};
	struct iso_file *files;
	struct iso_image image = {.label = "ISO_TOOL", .epoch = 1700000000, .guid = guid};
	enum mk_status s;
	double start;

	if (argc < 5)
		return (int)msg_fail(MK_USAGE, "iso_tool OUT CORE MBR ESP [NAME=FILE]...");
	if (!read_optional(argv[2], &core) || !read_optional(argv[3], &mbr))
		return MK_FAILED;
	files = mem_array((size_t)argc, sizeof *files);
	for (int i = 5; i < argc; i++) {
		char *equals = strchr(argv[i], '=');
		struct stat st;

		if (equals == NULL || stat(equals + 1, &st) != 0)
			return (int)msg_fail(MK_USAGE, "%s: no file", argv[i]);
		*equals = '\0';
		files[image.n_files++] = (struct iso_file){
			.name = argv[i], .source = equals + 1, .size = (uint64_t)st.st_size};
	}
	image.files = files;
	image.bios_core = core.len > 0 ? &core : NULL;
	image.bios_mbr = mbr.len >= 512 ? (unsigned char *)mbr.data : NULL;
	image.esp = strcmp(argv[4], "-") != 0 ? argv[4] : NULL;
	start = now_ms();
	s = iso_write(argv[1], &image);
	if (s == MK_OK)
		printf("%.2f\n", now_ms() - start);
	free(files);
	strbuf_free(&core);
	strbuf_free(&mbr);
	return (int)s;
}
