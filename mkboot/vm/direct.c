/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/direct.h"
#include "base/fs.h"
#include "base/mem.h"
#include "plan/initramfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* An empty file: in FOLDER, or in memory, which the child has by its number. */
static int make_file(const char *folder, const char *name, const char *ending, char **path)
{
	int fd, err;

	if (folder == NULL) {
		fd = memfd_create("mkboot", MFD_CLOEXEC);
		if (fd < 0)
			return -errno;
		*path = mem_printf("/proc/self/fd/%d", fd);
		return fd;
	}
	err = fs_mkdirs(folder);
	if (err != 0)
		return err;
	*path = mem_printf("%s/%s-run.%s", folder, name, ending);
	fd = open(*path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return fd < 0 ? -errno : fd;
}

static int append_file(const char *path, int fd, uint64_t *at)
{
	int from = open(path, O_RDONLY | O_CLOEXEC), err;
	struct stat st;

	if (from < 0)
		return -errno;
	err = fstat(from, &st) == 0 ? fs_copy_range(from, 0, fd, (off_t)*at, (uint64_t)st.st_size)
				    : -errno;
	close(from);
	*at += (uint64_t)st.st_size;
	return err;
}

/* As GRUB hands over several (grub-core/loader/linux.c): one behind the other, each on a multiple
 * of 4 bytes. */
static enum mk_status join_initrds(const struct plan *p, const struct plan_entry *e, int fd)
{
	uint64_t at = 0;

	for (size_t i = 0; i < e->recipe->n_initrds; i++) {
		const struct payload *f = &p->files[e->initrd_files[i]];
		char *path = NULL;
		enum mk_status st = MK_OK;
		int part = -1, err = 0;

		at = (at + 3) & ~UINT64_C(3);
		if (f->folder != NULL) {
			part = make_file(NULL, NULL, NULL, &path);
			err = part < 0 ? part : 0;
			if (err == 0)
				st = initramfs_make(f->folder, p->epoch, path);
		}
		if (err == 0 && st == MK_OK)
			err = append_file(path != NULL ? path : f->source, fd, &at);
		if (part >= 0)
			close(part);
		free(path);
		if (st != MK_OK || err != 0)
			return st != MK_OK ? st
					   : msg_errno(f->folder != NULL ? f->folder : f->source,
						       err, "cannot read the initrd");
	}
	return MK_OK;
}

/* What GRUB's command line begins with, too (grub-core/loader/i386/linux.c). The path is that on
 * the medium. */
static enum mk_status make_linux(const struct plan *p, const struct plan_entry *e,
				 const char *folder, struct vm_direct *d)
{
	const char *args = e->recipe->args.text;
	char *absolute = realpath(p->files[e->kernel_file].source, NULL);

	if (absolute == NULL)
		return msg_errno(p->files[e->kernel_file].source, errno, "cannot read");
	d->paths[0] = absolute;
	d->append =
		mem_printf("BOOT_IMAGE=/%s%s%s", p->files[e->kernel_file].name,
			   args != NULL && args[0] != '\0' ? " " : "", args != NULL ? args : "");
	if (e->recipe->n_initrds == 0)
		return MK_OK;
	d->initrd = make_file(folder, p->recipe->name, "initrd", &d->paths[1]);
	if (d->initrd < 0)
		return msg_errno(d->paths[1] != NULL ? d->paths[1] : "initrd", d->initrd,
				 "cannot make the file");
	return join_initrds(p, e, d->initrd);
}

static enum mk_status make_multiboot(const struct plan *p, const struct plan_entry *e,
				     unsigned memory, const char *folder, struct vm_direct *d,
				     char **why_not)
{
	const char *kernel = p->files[e->kernel_file].source;
	int err;

	d->kernel = make_file(folder, p->recipe->name, "elf", &d->paths[0]);
	if (d->kernel < 0)
		return msg_errno(d->paths[0] != NULL ? d->paths[0] : kernel, d->kernel,
				 "cannot make the file");
	err = vm_direct_multiboot(p, e, memory, d->kernel, why_not);
	if (err != 0 && folder != NULL)
		unlink(d->paths[0]);
	if (err == -E2BIG)
		return msg_fail(MK_BAD_INPUT,
				"%s: it does not fit, with its modules, in the machine's memory of "
				"%u MiB: raise --memory or the recipe's test.memory",
				kernel, memory);
	if (err == 0 || err == -ENOTSUP)
		return MK_OK;
	return msg_errno(kernel, err, "cannot make ready what QEMU loads");
}

enum mk_status vm_direct_make(const struct plan *p, unsigned memory, const char *folder,
			      struct vm_direct *d, char **why_not)
{
	const struct recipe_menu *m = &p->recipe->menu;
	const struct plan_entry *e;
	const char *why = NULL;

	*d = (struct vm_direct){.kernel = -1, .initrd = -1};
	*why_not = NULL;
	if (p->menu_text != NULL) {
		*why_not = mem_dup("the menu is your own");
		return MK_OK;
	}
	e = &p->entries[m->default_entry];
	if (e->recipe->disk.text != NULL)
		why = "the entry starts a disk";
	else if (e->recipe->network)
		why = "the entry is loaded over the network";
	else if ((e->kernel.platforms & PLATFORM_BIT(PLATFORM_BIOS)) == 0)
		why = "the kernel is for UEFI";
	else if (e->kernel.protocol == PROTOCOL_MULTIBOOT ||
		 e->kernel.protocol == PROTOCOL_MULTIBOOT2)
		return make_multiboot(p, e, memory, folder, d, why_not);
	else if (e->kernel.protocol == PROTOCOL_LINUX && e->kernel.gzip)
		why = "GRUB unpacks the kernel (gzip)";
	else if (e->kernel.protocol == PROTOCOL_LINUX)
		return make_linux(p, e, folder, d);
	else
		why = "QEMU itself has no loader for it";
	*why_not = mem_dup(why);
	return MK_OK;
}

void vm_direct_free(struct vm_direct *d)
{
	if (d->kernel >= 0)
		close(d->kernel);
	if (d->initrd >= 0)
		close(d->initrd);
	free(d->paths[0]);
	free(d->paths[1]);
	free(d->append);
	*d = (struct vm_direct){.kernel = -1, .initrd = -1};
}

void vm_direct_attach(const struct vm_direct *d, struct vm_argv *argv)
{
	vm_argv_add(argv, "-kernel");
	vm_argv_add(argv, "%s", d->paths[0]);
	if (d->append != NULL) {
		vm_argv_add(argv, "-append");
		vm_argv_add(argv, "%s", d->append);
	}
	if (d->paths[1] != NULL) {
		vm_argv_add(argv, "-initrd");
		vm_argv_add(argv, "%s", d->paths[1]);
	}
}
