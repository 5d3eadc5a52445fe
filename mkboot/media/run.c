/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/run.h"
#include "base/fs.h"
#include "base/mem.h"
#include "media/media.h"
#include "media/run_data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Launch files as an output. */

static const struct run_file qemu_files[] = {
	{"templates/run/qemu.sh", "qemu.sh", run_escape_sh, true, false, false},
	{"templates/run/qemu.cmd", "qemu.cmd", run_escape_cmd, false, true, false},
};
static const struct run_file bochs_files[] = {
	{"templates/run/bochsrc", "bochsrc", run_escape_bochs, false, false, false},
	{"templates/run/vnet.conf", "vnet.conf", run_escape_bochs, false, false, true},
};
static const struct run_file vmware_files[] = {
	{"templates/run/vmware.vmx", "%s.vmx", run_escape_vmx, false, false, false},
};
static const struct run_file virtualbox_files[] = {
	{"templates/run/virtualbox.sh", "virtualbox.sh", run_escape_sh, true, false, false},
};

const struct run_launcher run_launchers[] = {
	{"qemu", qemu_files, 2, run_add_qemu},
	{"bochs", bochs_files, 2, run_add_bochs},
	{"vmware", vmware_files, 1, run_add_vmware},
	{"virtualbox", virtualbox_files, 1, run_add_virtualbox},
};
const size_t run_n_launchers = sizeof run_launchers / sizeof *run_launchers;

static void to_crlf(struct strbuf *text)
{
	struct strbuf out = {0};

	for (size_t i = 0; i < text->len; i++) {
		if (text->data[i] == '\n')
			strbuf_addc(&out, '\r');
		strbuf_addc(&out, text->data[i]);
	}
	strbuf_free(text);
	*text = out;
}

/* Executable for whom it is readable: the rest of the mode is as any other file's. */
static int make_executable(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0 || chmod(path, st.st_mode | ((st.st_mode & 0444) >> 2)) != 0)
		return -errno;
	return 0;
}

static enum mk_status write_file(struct build *b, const struct run_file *f,
				 const struct template_data *d)
{
	const char *recipe = b->plan->recipe->name, *slot = strstr(f->name, "%s");
	char *name = slot != NULL ? mem_printf("%s%s", recipe, slot + 2) : mem_dup(f->name);
	struct artifact *a = build_artifact(b, "run", "run/%s", name);
	char *path = path_join(b->dir, a->path);
	struct strbuf text = {0};
	enum mk_status st = template_fill_file(f->template, d, f->escape, &text);
	int err;

	if (st != MK_OK)
		goto done;
	if (f->crlf)
		to_crlf(&text);
	err = fs_write(path, text.data, text.len);
	if (err == 0 && f->executable)
		err = make_executable(path);
	if (err != 0)
		st = msg_errno(path, err, "cannot write");
done:
	strbuf_free(&text);
	free(path);
	free(name);
	return st;
}

enum mk_status media_write_run(struct build *b)
{
	uint32_t asked = b->plan->recipe->outputs[OUTPUT_RUN].launchers;
	char *dir = path_join(b->dir, "run");
	int err = fs_mkdirs(dir);
	enum mk_status st = err == 0 ? MK_OK : msg_errno(dir, err, "cannot make the folder");

	for (size_t i = 0; i < run_n_launchers && st == MK_OK; i++) {
		const struct run_launcher *l = &run_launchers[i];
		struct template_data *d = template_data_new();
		bool wanted = asked == 0 || (asked & (UINT32_C(1) << i)) != 0, network = false;

		wanted = wanted && l->add(b, d, &network);
		for (size_t k = 0; wanted && k < l->n_files && st == MK_OK; k++) {
			if (network || !l->files[k].network)
				st = write_file(b, &l->files[k], d);
		}
		template_data_free(d);
	}
	free(dir);
	return st;
}
