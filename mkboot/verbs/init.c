/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "kernel/kernel.h"
#include "recipe/recipe.h"
#include "verbs/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_FILE "mkboot.yaml"

static const char help[] =
	"      --from FILE    a GRUB Legacy menu (menu.lst): its entries, and its settings\n"
	"      --root FOLDER  with --from: where the files are that it names; default: beside it\n"
	"      --name NAME    what the outputs are called; default: as the first kernel\n"
	"  -o, --output FILE  what to write; - is standard output, default " DEFAULT_FILE "\n"
	"\n"
	"A file that is there is never overwritten.\n";

struct init {
	const char *from;
	const char *root;
	const char *name;
	const char *output;
	char **kernels;
	size_t n_kernels;
};

static const char starter[] =
	"    # What else an entry can have:\n"
	"    #  args: \"the kernel's command line, byte for byte\"\n"
	"    #  modules: [a.mod, {file: b.mod, args: \"its own command line\"}]\n"
	"    #  initrd: {from: folder}\n";

static const char ending[] = "# What to write. Without this, all that can be.\n"
			     "#outputs: [iso, floppy, tftp, run]\n"
			     "# What the guest must say on its serial port for `mkboot test`; "
			     "without this, it must turn the\n"
			     "# power off.\n"
			     "#test: {expect: \"ready\", timeout: 30}\n";

static bool is_utf8(const char *s)
{
	size_t len = strlen(s);

	for (size_t n; len > 0; s += n, len -= n) {
		n = utf8_char(s, len, NULL);
		if (n == 0)
			return false;
	}
	return true;
}

/* A path goes into the recipe, which is text in one line. */
static enum mk_status check_path(const char *path)
{
	for (const char *s = path; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return msg_fail(MK_BAD_INPUT,
					"a file name with a control character cannot stand in a "
					"recipe; rename the file");
	}
	return is_utf8(path) ? MK_OK
			     : msg_fail(MK_BAD_INPUT, "the file's name is not UTF-8; rename it");
}

/* The kernel's name; where another one has that already, its path. */
static char *title_of(const struct recipe *r, const char *path)
{
	char *name = recipe_name_of(path);

	for (size_t i = 0; i < r->menu.n_entries; i++) {
		if (strcmp(r->menu.entries[i].title.text, name) == 0) {
			free(name);
			return mem_dup(path);
		}
	}
	return name;
}

static enum mk_status add_kernel(struct recipe *r, const char *path, struct strbuf *about)
{
	struct kernel k = {0};
	struct recipe_entry *e;
	enum mk_status st = check_path(path);
	int err = st == MK_OK ? kernel_probe(path, PROTOCOL_AUTO, &k) : 0;

	if (st != MK_OK)
		return st;
	if (err == -ENOEXEC)
		st = msg_fail(MK_BAD_INPUT, "%s: this is %s, and no kernel that mkboot knows", path,
			      k.summary);
	else if (err != 0)
		st = msg_fail(MK_BAD_INPUT, "%s: cannot read the kernel: %s", path, strerror(-err));
	if (st == MK_OK) {
		char *title = title_of(r, path);

		e = MEM_PUSH(r->menu.entries, r->menu.n_entries);
		e->title.text = title;
		e->kernel.text = mem_dup(path);
		strbuf_addf(about, "# %s: %s\n", e->title.text,
			    k.summary != NULL ? k.summary : kernel_protocols[k.protocol].title);
	}
	kernel_free(&k);
	return st;
}

static enum mk_status from_kernels(const struct init *o, struct recipe **out, struct strbuf *about)
{
	struct recipe *r = mem_alloc(sizeof *r);
	enum mk_status st = MK_OK;

	*out = r;
	for (size_t i = 0; i < o->n_kernels && st == MK_OK; i++)
		st = add_kernel(r, o->kernels[i], about);
	r->menu.timeout = o->n_kernels > 1 ? 5 : 0;
	return st;
}

static enum mk_status from_menu(const struct init *o, struct recipe **out)
{
	enum mk_status st = check_path(o->from);

	if (st == MK_OK && o->root != NULL)
		st = check_path(o->root);
	return st == MK_OK ? recipe_load_legacy(o->from, o->root, out) : st;
}

static void warn_missing(const struct recipe *r, const struct text *file)
{
	if (file->text != NULL && !fs_exists(file->text))
		recipe_warn(r, file->at,
			    "%s: there is no such file; --root says below which folder the menu's "
			    "files are",
			    file->text);
}

/* The recipe is right without them, too; what is built from it is not. */
static void warn_of_files(const struct recipe *r)
{
	for (size_t i = 0; i < r->menu.n_entries; i++) {
		const struct recipe_entry *e = &r->menu.entries[i];

		warn_missing(r, &e->kernel);
		for (size_t k = 0; k < e->n_modules; k++)
			warn_missing(r, &e->modules[k].file);
		for (size_t k = 0; k < e->n_initrds; k++)
			warn_missing(r, &e->initrds[k].file);
	}
}

/* The first kernel's name; a menu without one starts disks. */
static void set_name(struct recipe *r, const char *name)
{
	const struct recipe_menu *m = &r->menu;

	free(r->name);
	r->name = mem_dup(name);
	for (size_t i = 0; i < m->n_entries && r->name == NULL; i++) {
		if (m->entries[i].kernel.text != NULL)
			r->name = recipe_name_of(m->entries[i].kernel.text);
	}
	if (r->name == NULL)
		r->name = mem_dup("disk");
}

static enum mk_status write_new(const char *path, const struct strbuf *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int err;

	if (fd < 0 && errno == EEXIST)
		return msg_fail(MK_FAILED,
				"%s is there already, and is not overwritten; name another file "
				"with -o, or move it",
				path);
	if (fd < 0)
		return msg_errno(path, errno, "cannot write");
	err = fs_write_all(fd, text->data, text->len);
	if (close(fd) != 0 && err == 0)
		err = -errno;
	if (err == 0)
		return MK_OK;
	unlink(path);
	return msg_errno(path, err, "cannot write");
}

static enum mk_status write_recipe(const struct init *o)
{
	bool to_stdout = strcmp(o->output, "-") == 0;
	char *folder = to_stdout ? mem_dup(".") : path_dir(o->output);
	struct recipe *r = NULL;
	struct strbuf about = {0}, text = {0};
	enum mk_status st = o->from != NULL ? from_menu(o, &r) : from_kernels(o, &r, &about);

	if (st != MK_OK)
		goto done;
	warn_of_files(r);
	set_name(r, o->name);
	strbuf_adds(&text, "# A recipe of mkboot's: man mkboot-recipe tells all keys.\n");
	strbuf_adds(&text, about.data != NULL ? about.data : "");
	recipe_write(r, folder, &text);
	strbuf_addf(&text, "%s%s", o->from == NULL ? starter : "", ending);
	if (to_stdout)
		fwrite(text.data, 1, text.len, stdout);
	else
		st = write_new(o->output, &text);
	if (st == MK_OK && !to_stdout)
		printf("%s\n", o->output);
done:
	strbuf_free(&about);
	strbuf_free(&text);
	recipe_free(r);
	free(folder);
	return st;
}

static enum mk_status check_options(const struct init *o)
{
	if (o->from == NULL && o->n_kernels == 0)
		return verb_usage(&verb_init, "name a kernel, or a GRUB Legacy menu, as in --from "
					      "menu.lst");
	if (o->from != NULL && o->n_kernels > 0)
		return verb_usage(&verb_init,
				  "the kernels are those that --from names; leave %s out",
				  o->kernels[0]);
	if (o->output[0] == '\0')
		return verb_usage(&verb_init, "the output file's name is empty");
	if (o->root != NULL && o->from == NULL)
		return verb_usage(&verb_init, "--root goes with --from");
	if (o->name != NULL && !recipe_is_name(o->name))
		return verb_usage(
			&verb_init,
			"a name is made of letters, digits, '.', '_' and '-', begins with "
			"a letter or digit and has at most 32 characters, not '%s'",
			o->name);
	return MK_OK;
}

static enum mk_status run(int argc, char *argv[])
{
	static const struct option options[] = {
		{"from", required_argument, NULL, 'f'}, {"root", required_argument, NULL, 'r'},
		{"name", required_argument, NULL, 'n'}, {"output", required_argument, NULL, 'o'},
		{"help", no_argument, NULL, 'h'},       {0},
	};
	struct init o = {.output = DEFAULT_FILE};
	enum mk_status st = MK_OK;
	int c;

	while ((c = getopt_long(argc, argv, ":ho:", options, NULL)) != -1 && st == MK_OK) {
		if (c == 'f')
			o.from = optarg;
		else if (c == 'r')
			o.root = optarg;
		else if (c == 'n')
			o.name = optarg;
		else if (c == 'o')
			o.output = optarg;
		else if (c == 'h')
			return verb_help(&verb_init);
		else
			st = verb_bad_option(&verb_init, c, argv);
	}
	o.kernels = argv + optind;
	o.n_kernels = (size_t)(argc - optind);
	if (st == MK_OK)
		st = check_options(&o);
	return st == MK_OK ? write_recipe(&o) : st;
}

const struct verb verb_init = {
	.name = "init",
	.arguments = "KERNEL... | --from MENU.LST [--root FOLDER] [--name NAME] [-o FILE]",
	.summary = "Write a recipe, for a kernel or from a GRUB Legacy menu",
	.run = run,
	.help = help,
};
