/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grub/modules.h"
#include "base/fs.h"
#include "base/mem.h"
#include "grub/menu.h"
#include "nic/nic.h"

#include <stdlib.h>
#include <string.h>

#define LST_MAX ((size_t)1 << 20)

/* What every image on that medium has, whatever its menu. `memdisk tar` hold the menu, `normal`
 * reads it; the rest is how files are reached and what the preludes of grub-configs/ use. */
static const char *const medium_modules[GRUB_MEDIUM_COUNT][2][8] = {
	[GRUB_ISO] = {{"biosdisk", "iso9660", "test", "search_label"},
		      {"iso9660", "search_fs_file"}},
	[GRUB_FLOPPY] = {{"biosdisk", "fat"}, {"fat"}},
	[GRUB_NET] = {{"pxe", "tftp", "eval", "loopback", "test"},
		      {"efinet", "tftp", "eval", "loopback", "test"}},
};
/* What grub-configs/network.cfg uses: always, where it opens the serial port, where it takes
 * the NBP's server or folder. */
static const char *const network_modules[] = {"echo", "eval", "loopback", "test"};
static const char *const port_modules[] = {"iorw", "serial", "terminal"};
static const char path_module[] = "regexp"; /* 25 KB in an image */

void modules_add(struct module_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->names[i], name) == 0)
			return;
	}
	*MEM_PUSH(list->names, list->n) = mem_dup(name);
}

void modules_free(struct module_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->names[i]);
	free(list->names);
	*list = (struct module_list){0};
}

/* Lines of "key: value": the value of KEY, its length into *LEN. A star before a key of
 * command.lst marks an extended command, the letter before one of terminal.lst input or output. */
static const char *lst_find(const char *lst, const char *key, size_t key_len, size_t *len)
{
	for (const char *line = lst; *line != '\0';
	     line += strcspn(line, "\n"), line += *line == '\n') {
		const char *s = line + (*line == '*');

		if (strncmp(s, key, key_len) != 0 || s[key_len] != ':')
			continue;
		s += key_len + 1;
		s += strspn(s, " ");
		*len = strcspn(s, "\n");
		return s;
	}
	return NULL;
}

static enum mk_status read_lst(const struct grub_platform *gp, const char *name, struct strbuf *lst)
{
	char *path = path_join(gp->modules, name);
	int err = fs_read(path, LST_MAX, lst);
	enum mk_status st = err == 0 ? MK_OK : msg_errno(path, err, "cannot read");

	strbuf_add(lst, "", 0);
	free(path);
	return st;
}

/* Add the module that has a command; nothing where it is built in or no command. */
static void add_command(struct module_list *list, const char *commands, const char *word,
			size_t word_len)
{
	size_t len = 0;
	const char *module = lst_find(commands, word, word_len, &len);
	char *name;

	if (module == NULL)
		return;
	name = mem_ndup(module, len);
	modules_add(list, name);
	if (strcmp(name, "search") == 0) {
		modules_add(list, "search_label");
		modules_add(list, "search_fs_file");
		modules_add(list, "search_fs_uuid");
	}
	free(name);
}

/* The user's own menu: every word that is a command, and every module it names after insmod.
 * A word that is no command where it stands costs a few bytes, nothing else. */
static void scan_menu(struct module_list *list, const char *commands, const char *moddep,
		      const char *menu)
{
	bool after_insmod = false;

	for (const char *s = menu + strspn(menu, GRUB_SEPARATORS); *s != '\0';
	     s += strspn(s, GRUB_SEPARATORS)) {
		size_t len = strcspn(s, GRUB_SEPARATORS), dep_len;

		add_command(list, commands, s, len);
		if ((after_insmod || (len == 7 && strncmp(s, "gfxterm", 7) == 0)) &&
		    lst_find(moddep, s, len, &dep_len) != NULL) {
			char *name = mem_ndup(s, len);

			modules_add(list, name);
			free(name);
		}
		after_insmod = len == 6 && strncmp(s, "insmod", 6) == 0;
		s += len;
	}
}

static void add_video(struct module_list *list, enum platform p)
{
	if (platforms[p].efi_file != NULL) {
		modules_add(list, "efi_gop");
		modules_add(list, "efi_uga");
	} else {
		modules_add(list, "vbe");
	}
}

/* A boot sector of a disk: the disk, partitions of an MBR, and what marks one of them active. */
static void add_disk(struct module_list *list, const struct recipe_entry *e)
{
	modules_add(list, "chain");
	modules_add(list, "biosdisk");
	modules_add(list, "part_msdos");
	if (e->active) {
		modules_add(list, "parttool");
		modules_add(list, "msdospart");
	}
}

static void add_entries(struct module_list *list, const char *commands, const struct plan *plan,
			enum platform p, enum grub_medium medium)
{
	for (size_t i = 0; i < plan->n_entries; i++) {
		const struct plan_entry *e = &plan->entries[i];
		const struct kernel *k = &e->kernel;
		const char *command = kernel_protocols[k->protocol].command;

		if (!plan_entry_starts(plan, i, p))
			continue;
		if (e->recipe->disk.text != NULL) {
			add_disk(list, e->recipe);
			continue;
		}
		add_command(list, commands, command, strlen(command));
		if (e->recipe->n_initrds > 0 && grub_entry_fetched(e, medium))
			add_command(list, commands, GRUB_UNLOAD, strlen(GRUB_UNLOAD));
		if (k->wants_video || k->protocol == PROTOCOL_LINUX)
			add_video(list, p);
	}
	if (plan->recipe->menu.serial) {
		modules_add(list, "serial");
		modules_add(list, "terminal");
	}
}

static void add_all(struct module_list *list, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		modules_add(list, names[i]);
}

/* What reaches the network: firmware's card, or drivers of GRUB's own. */
static void add_network(struct module_list *list, const struct plan *plan, enum platform p,
			enum grub_medium medium)
{
	const struct recipe_network *w = &plan->recipe->network;
	enum grub_network how = grub_network(plan, p, medium);

	if (how == NETWORK_NONE)
		return;
	if (how == NETWORK_AUTO)
		modules_add(list, "pxe");
	if (how == NETWORK_FIRMWARE)
		modules_add(list, "efinet");
	for (size_t i = 0; i < nic_n_drivers && how != NETWORK_FIRMWARE; i++) {
		if ((w->drivers >> i & 1) != 0)
			modules_add(list, nic_drivers[i].name);
	}
	modules_add(list, grub_network_http(plan, medium) ? "http" : "tftp");
	if (grub_network_asks_dhcp(plan, p, medium) && grub_needs_protocols(plan, p, medium))
		modules_add(list, "dhcp");
	add_all(list, network_modules, sizeof network_modules / sizeof *network_modules);
	if (grub_network_opens_port(plan))
		add_all(list, port_modules, sizeof port_modules / sizeof *port_modules);
	if (grub_network_asks_path(plan, medium) || medium == GRUB_HTTP)
		modules_add(list, path_module);
}

enum mk_status modules_needed(const struct grub_platform *gp, const struct plan *plan,
			      enum grub_medium medium, const char *menu, bool gzip,
			      struct module_list *list)
{
	struct strbuf commands = {0}, moddep = {0};
	const char *const *fixed = medium_modules[medium][platforms[gp->platform].efi_file != NULL];
	bool replaced =
		medium == GRUB_NET && grub_network(plan, gp->platform, medium) != NETWORK_NONE;
	enum mk_status st = read_lst(gp, "command.lst", &commands);

	if (st == MK_OK)
		st = read_lst(gp, "moddep.lst", &moddep);
	if (st != MK_OK)
		goto done;
	modules_add(list, "memdisk");
	modules_add(list, "tar");
	modules_add(list, "normal");
	add_network(list, plan, gp->platform, medium);
	/* an NBP with drivers of its own has no use for the firmware's */
	for (; *fixed != NULL && !replaced; fixed++)
		modules_add(list, *fixed);
	if (gzip)
		modules_add(list, "gzio");
	if (plan->menu_text != NULL)
		scan_menu(list, commands.data, moddep.data, menu);
	else
		add_entries(list, commands.data, plan, gp->platform, medium);
done:
	strbuf_free(&commands);
	strbuf_free(&moddep);
	return st;
}

enum mk_status modules_closure(const struct grub_platform *gp, const struct module_list *list,
			       struct module_list *closure)
{
	struct strbuf moddep = {0};
	enum mk_status st = read_lst(gp, "moddep.lst", &moddep);

	for (size_t i = 0; i < list->n && st == MK_OK; i++)
		modules_add(closure, list->names[i]);
	for (size_t i = 0; i < closure->n && st == MK_OK; i++) {
		size_t len = 0;
		const char *deps =
			lst_find(moddep.data, closure->names[i], strlen(closure->names[i]), &len);
		char *words, *save = NULL;

		if (deps == NULL) {
			st = msg_fail(MK_FAILED, "%s has no module '%s'; is %s whole?", gp->modules,
				      closure->names[i], platforms[gp->platform].package);
			break;
		}
		words = mem_ndup(deps, len);
		for (char *w = strtok_r(words, " ", &save); w != NULL;
		     w = strtok_r(NULL, " ", &save))
			modules_add(closure, w);
		free(words);
	}
	strbuf_free(&moddep);
	return st;
}
