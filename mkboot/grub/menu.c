/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "base/template.h"
#include "grub/grub.h"
#include "grub/menu.h"

#include <stdlib.h>
#include <string.h>

/* Where the entries' files are. */
struct menu_place {
	enum grub_medium medium;
	const char *const *names; /* as for grub_menu */
	bool network;             /* GRUB brings the network up itself */
};

/* " 'word' 'word'", or nothing: so that a template puts it right behind the file name. */
static void set_args(struct template_data *d, const char *args)
{
	char *quoted = grub_quote_args(args);

	template_setf(d, "args", "%s%s", quoted[0] != '\0' ? " " : "", quoted);
	free(quoted);
}

static const char *file_name(const struct plan *plan, const char *const *names, size_t i)
{
	return names != NULL && names[i] != NULL ? names[i] : plan->files[i].name;
}

/* What of the entry lies on the server: all. */
static void set_network(struct template_data *d, const struct plan *plan,
			const struct plan_entry *e, bool carried)
{
	struct strbuf files = {0};

	strbuf_addf(&files, " %s", plan->files[e->kernel_file].name);
	for (size_t i = 0; i < e->recipe->n_modules; i++)
		strbuf_addf(&files, " %s", plan->files[e->module_files[i]].name);
	for (size_t i = 0; i < e->recipe->n_initrds; i++)
		strbuf_addf(&files, " %s", plan->files[e->initrd_files[i]].name);
	template_set(d, "files", files.data);
	template_flag(d, "carried", carried);
	strbuf_free(&files);
}

/* "hd0,1" as GRUB 2 calls it, its partition being one of an MBR's: "hd0,msdos1". */
static void set_disk(struct template_data *d, const struct recipe_entry *e)
{
	const char *disk = e->disk.text != NULL ? e->disk.text : "";
	const char *comma = strchr(disk, ',');

	template_flag(d, "is_disk", e->disk.text != NULL);
	template_flag(d, "active", e->active);
	template_setf(d, "disk", "%.*s%s%s", (int)strcspn(disk, ","), disk,
		      comma != NULL ? ",msdos" : "", comma != NULL ? comma + 1 : "");
}

/* No kernel starts without its modules or initial RAM disks: GRUB goes on behind one that it could
 * not load, and boots. Linux on a medium of its own, which has what was written there, is spared
 * the module that it takes. */
static void set_guard(struct template_data *d, const struct plan_entry *e, enum grub_medium medium)
{
	bool linux = e->recipe->n_initrds > 0;

	template_set(d, "unload",
		     linux ? GRUB_UNLOAD : kernel_protocols[e->kernel.protocol].command);
	template_flag(d, "guarded",
		      linux ? grub_entry_fetched(e, medium) : e->recipe->n_modules > 0);
}

static void add_entry(struct template_data *menu, const struct plan *plan,
		      const struct plan_entry *e, const struct menu_place *place)
{
	const struct kernel_protocol *proto = &kernel_protocols[e->kernel.protocol];
	bool network = place->network && grub_entry_fetched(e, place->medium);
	bool carries = grub_carries(place->medium); /* files, too */
	const char *const *names = network ? NULL : place->names;
	const char *base = network && carries ? "mkboot_base" : "base";
	struct template_data *d = template_add(menu, "entries");
	struct strbuf initrds = {0};
	char *title = grub_quote(e->recipe->title.text);

	template_set(d, "title", title);
	free(title);
	set_disk(d, e->recipe);
	if (e->recipe->disk.text != NULL)
		return;
	template_set(d, "command", proto->command);
	set_guard(d, e, place->medium);
	template_set(d, "base", base);
	template_flag(d, "network", network);
	if (network)
		set_network(d, plan, e, carries);
	template_set(d, "kernel", file_name(plan, names, e->kernel_file));
	set_args(d, e->recipe->args.text);
	template_list(d, "modules");
	for (size_t i = 0; i < e->recipe->n_modules; i++) {
		const struct recipe_module *m = &e->recipe->modules[i];
		struct template_data *dm = template_add(d, "modules");

		template_set(dm, "command", proto->module);
		template_set(dm, "raw", m->raw ? " --nounzip" : "");
		template_set(dm, "file", file_name(plan, names, e->module_files[i]));
		set_args(dm, m->args.text);
	}
	for (size_t i = 0; i < e->recipe->n_initrds; i++)
		strbuf_addf(&initrds, " \"$%s/%s\"", base,
			    file_name(plan, names, e->initrd_files[i]));
	template_flag(d, "has_initrd", initrds.len > 0);
	template_set(d, "initrds", initrds.len > 0 ? initrds.data : "");
	strbuf_free(&initrds);
}

/* An entry's place among those that are shown on P; false where it is not. */
static bool shown_index(const struct plan *plan, enum platform p, size_t entry, size_t *index)
{
	*index = 0;
	for (size_t i = 0; i < entry; i++)
		*index += plan_entry_starts(plan, i, p);
	return plan_entry_starts(plan, entry, p);
}

/* The default; the first where it is not shown on P. */
static size_t default_index(const struct plan *plan, enum platform p)
{
	size_t index;

	return shown_index(plan, p, plan->recipe->menu.default_entry, &index) ? index : 0;
}

/* "1 2": the entries that GRUB starts in turn where one fails. */
static void set_fallback(struct template_data *d, const struct plan *plan, enum platform p)
{
	const struct recipe_menu *m = &plan->recipe->menu;
	struct strbuf list = {0};
	size_t index;

	for (size_t i = 0; i < m->n_fallback; i++) {
		if (shown_index(plan, p, m->fallback[i], &index))
			strbuf_addf(&list, "%s%zu", list.len > 0 ? " " : "", index);
	}
	template_flag(d, "has_fallback", list.len > 0);
	template_set(d, "fallback", list.len > 0 ? list.data : "");
	strbuf_free(&list);
}

static void set_color(struct template_data *d, const char *flag, const char *name,
		      const struct text *color)
{
	template_flag(d, flag, color->text != NULL);
	template_set(d, name, color->text != NULL ? color->text : "");
}

enum mk_status grub_menu(const struct plan *plan, enum platform p, enum grub_medium medium,
			 const char *const *names, struct strbuf *out)
{
	const struct recipe_menu *m = &plan->recipe->menu;
	const struct menu_place place = {
		.medium = medium,
		.names = names,
		.network = grub_network(plan, p, medium) != NETWORK_NONE,
	};
	struct template_data *d;
	enum mk_status st;

	if (plan->menu_text != NULL) {
		strbuf_adds(out, plan->menu_text);
		return MK_OK;
	}
	d = template_data_new();
	template_flag(d, "serial", m->serial);
	template_setf(d, "serial_unit", "%u", m->serial_unit);
	template_setf(d, "serial_speed", "%u", m->serial_speed);
	template_setf(d, "default", "%zu", default_index(plan, p));
	template_setf(d, "timeout", "%d", m->timeout == RECIPE_TIMEOUT_NONE ? -1 : (int)m->timeout);
	template_flag(d, "hidden", m->hidden);
	set_fallback(d, plan, p);
	set_color(d, "has_color", "color", &m->color);
	set_color(d, "has_highlight", "highlight", &m->color_highlight);
	template_list(d, "entries");
	for (size_t i = 0; i < plan->n_entries; i++) {
		if (plan_entry_starts(plan, i, p))
			add_entry(d, plan, &plan->entries[i], &place);
	}
	st = template_fill_file("grub-configs/menu.cfg", d, NULL, out);
	template_data_free(d);
	return st;
}

enum mk_status grub_prelude(const struct plan *plan, enum platform p, enum grub_medium medium,
			    const char *id, const char *label, const char *probe,
			    struct strbuf *out)
{
	const struct recipe_network *net = &plan->recipe->network;
	static const char *const files[GRUB_MEDIUM_COUNT][2] = {
		[GRUB_ISO] = {"grub-configs/prelude-iso-bios.cfg",
			      "grub-configs/prelude-iso-uefi.cfg"},
		[GRUB_FLOPPY] = {"grub-configs/prelude-floppy.cfg",
				 "grub-configs/prelude-floppy.cfg"},
		[GRUB_NET] = {"grub-configs/prelude-net.cfg", "grub-configs/prelude-net.cfg"},
	};
	const char *file = files[medium][platforms[p].efi_file != NULL];
	struct template_data *d;
	enum mk_status st;

	if (file == NULL)
		return MK_OK;
	d = template_data_new();
	template_set(d, "id", id != NULL ? id : "");
	template_set(d, "label", label != NULL ? label : "");
	template_flag(d, "has_probe", probe != NULL);
	template_set(d, "probe", probe != NULL ? probe : "");
	template_flag(d, "server", net->server.set);
	template_set(d, "server_ip", net->server.set ? ipv4_text(net->server.addr).text : "");
	template_set(d, "folder", net->path.text != NULL ? net->path.text : plan->recipe->name);
	st = template_fill_file(file, d, NULL, out);
	template_data_free(d);
	return st;
}
