/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel/kernel.h"
#include "base/mem.h"
#include "kernel/elf.h"
#include "kernel/probes.h"
#include "kernel/reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* gzip: GRUB 2.06 opens kernels through io/gzio.c, except where the loader says
 * GRUB_FILE_TYPE_NO_DECOMPRESS, as the chainloader for the BIOS does. */
const struct kernel_protocol kernel_protocols[PROTOCOL_COUNT] = {
	[PROTOCOL_AUTO] = {.name = "auto", .title = "probed from the file"},
	[PROTOCOL_MULTIBOOT] =
		{
			.name = "multiboot",
			.title = "Multiboot",
			.command = "multiboot",
			.module = "module",
			.gzip = true,
			.probe = multiboot_probe,
		},
	[PROTOCOL_MULTIBOOT2] =
		{
			.name = "multiboot2",
			.title = "Multiboot 2",
			.command = "multiboot2",
			.module = "module2",
			.gzip = true,
			.probe = multiboot2_probe,
		},
	[PROTOCOL_LINUX] =
		{
			.name = "linux",
			.title = "Linux",
			.command = "linux",
			.initrd = true,
			.gzip = true,
			.probe = linux_probe,
		},
	[PROTOCOL_EFI] =
		{
			.name = "efi",
			.title = "EFI application",
			.command = "chainloader",
			.gzip = true,
			.probe = efi_probe,
		},
	[PROTOCOL_BOOTSECTOR] =
		{
			.name = "bootsector",
			.title = "BIOS boot sector",
			.command = "chainloader",
			.probe = bootsector_probe,
		},
};

/* The most particular first: a Linux image with an EFI stub is a PE file and a boot sector too. */
static const enum protocol order[] = {
	PROTOCOL_MULTIBOOT2, PROTOCOL_MULTIBOOT, PROTOCOL_LINUX, PROTOCOL_EFI, PROTOCOL_BOOTSECTOR,
};

/* What people give instead of a kernel, for the message. */
static const struct {
	uint64_t offset;
	const char *magic;
	size_t len;
	const char *what;
} strangers[] = {
	{0,
	 "\xfd"
	 "7zXZ",
	 6, "an xz-compressed file"},
	{0, "\x28\xb5\x2f\xfd", 4, "a zstd-compressed file"},
	{0, "BZh", 3, "a bzip2-compressed file"},
	{0, "PK\x03\x04", 4, "a zip archive"},
	{0, "!<arch>\n", 8, "an ar archive"},
	{0, "#!", 2, "a script"},
	{0, "070701", 6, "a cpio archive"},
	{257, "ustar", 5, "a tar archive"},
	{0x8001, "CD001", 5, "an ISO 9660 image"},
};

enum protocol kernel_protocol_find(const char *name)
{
	for (unsigned p = PROTOCOL_AUTO + 1; p < PROTOCOL_COUNT; p++)
		if (strcmp(kernel_protocols[p].name, name) == 0)
			return (enum protocol)p;
	return PROTOCOL_AUTO;
}

void kernel_problem(struct kernel *k, bool error, const char *fmt, ...)
{
	struct kernel_problem *p;
	va_list ap;

	if (k->n_problems == KERNEL_PROBLEMS_MAX)
		return;
	p = MEM_PUSH(k->problems, k->n_problems);
	va_start(ap, fmt);
	p->text = mem_vprintf(fmt, ap);
	va_end(ap);
	p->error = error;
}

void kernel_free(struct kernel *k)
{
	for (size_t i = 0; i < k->n_problems; i++)
		free(k->problems[i].text);
	free(k->problems);
	free(k->summary);
	free(k->why_not);
	memset(k, 0, sizeof *k);
}

static bool has_error(const struct kernel *k)
{
	for (size_t i = 0; i < k->n_problems; i++)
		if (k->problems[i].error)
			return true;
	return false;
}

/* One protocol's answer, into an empty *K. */
static bool probe_one(struct kernel_reader *r, enum protocol protocol, bool forced,
		      struct kernel *k)
{
	memset(k, 0, sizeof *k);
	if (!kernel_protocols[protocol].probe(r, forced, k)) {
		kernel_free(k);
		return false;
	}
	k->protocol = protocol;
	if (k->summary == NULL)
		k->summary = mem_dup(kernel_protocols[protocol].title);
	return true;
}

/* The first protocol that is certain; else the first that there is a doubtful header of. */
static bool probe_any(struct kernel_reader *r, struct kernel *k)
{
	struct kernel doubtful = {0};
	size_t n = sizeof order / sizeof order[0];

	for (size_t i = 0; i < n; i++) {
		if (!probe_one(r, order[i], false, k))
			continue;
		if (!k->doubtful) {
			kernel_free(&doubtful);
			return true;
		}
		if (doubtful.summary == NULL)
			doubtful = *k;
		else
			kernel_free(k);
	}
	*k = doubtful;
	return k->summary != NULL;
}

/* The recipe named a protocol that does not fit: say which one would. */
static void suggest(struct kernel_reader *r, struct kernel *k)
{
	struct kernel other = {0};

	if (has_error(k) && probe_any(r, &other) && other.protocol != k->protocol &&
	    !has_error(&other))
		kernel_problem(k, false,
			       "the file seems to be %s; name the protocol %s, or none, to have it "
			       "found out",
			       other.summary, kernel_protocols[other.protocol].name);
	kernel_free(&other);
}

static void check_gzip(struct kernel_reader *r, struct kernel *k)
{
	if (!kernel_protocols[k->protocol].gzip)
		kernel_problem(k, true,
			       "it is gzip-compressed, and GRUB's %s for the BIOS does not unpack "
			       "it; unpack it with gunzip",
			       kernel_protocols[k->protocol].command);
	else if (reader_gzip_fault(r) != NULL)
		kernel_problem(k, true, "the file %s", reader_gzip_fault(r));
}

/* The summary of a file that is no kernel. */
static char *describe(struct kernel_reader *r)
{
	const char *packed = reader_gzip(r) ? ", gzip-compressed" : "";
	const char *what = efi_other(r);
	struct elf e;

	if (elf_read(r, &e)) {
		char *name = elf_name(&e);
		char *text = mem_printf("an %s %s without a Multiboot header%s", name, elf_kind(&e),
					packed);

		free(name);
		return text;
	}
	for (size_t i = 0; what == NULL && i < sizeof strangers / sizeof strangers[0]; i++) {
		char buf[8];

		if (kernel_read(r, strangers[i].offset, buf, strangers[i].len) ==
			    strangers[i].len &&
		    memcmp(buf, strangers[i].magic, strangers[i].len) == 0)
			what = strangers[i].what;
	}
	return mem_printf("%s%s", what != NULL ? what : "a file of an unknown kind", packed);
}

int kernel_probe(const char *path, enum protocol want, struct kernel *k)
{
	struct kernel_reader *r;
	int err;

	memset(k, 0, sizeof *k);
	err = reader_open(path, &r);
	if (err != 0)
		return err;
	if (want != PROTOCOL_AUTO) {
		probe_one(r, want, true, k);
		suggest(r, k);
	} else if (!probe_any(r, k)) {
		k->summary = describe(r);
		err = -ENOEXEC;
	}
	k->gzip = reader_gzip(r);
	k->size = reader_disk_size(r);
	if (err == 0 && k->gzip)
		check_gzip(r, k);
	if (reader_error(r) != 0)
		err = reader_error(r);
	reader_close(r);
	return err;
}
