/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/emulator.h"
#include "base/mem.h"

#include <string.h>

const struct vm_emulator *const vm_emulators[] = {
	&vm_qemu,
	&vm_bochs,
};
const size_t vm_n_emulators = sizeof vm_emulators / sizeof *vm_emulators;

const struct vm_emulator *vm_emulator_find(const char *name)
{
	for (size_t i = 0; i < vm_n_emulators; i++) {
		if (strcmp(vm_emulators[i]->name, name) == 0)
			return vm_emulators[i];
	}
	return NULL;
}

const char *vm_emulator_name(const struct vm_emulator *e)
{
	return e->name;
}

bool vm_emulator_exits(const struct vm_emulator *e)
{
	return e == NULL || !e->no_exit;
}

/* Keys can choose an entry only in a menu that is shown, and of which it is known what is in it. */
static char *entry_unfit(size_t entry, const struct recipe_menu *menu)
{
	if (menu->file.text != NULL)
		return mem_dup(
			"the menu is a file of its own (menu.file), of which mkboot does not "
			"know the entries: test the one it starts by itself");
	if (menu->timeout == 0)
		return mem_dup("menu.timeout is 0: nobody can choose an entry; give it a second or "
			       "more");
	if (menu->hidden)
		return mem_dup(
			"menu.hidden is set: no menu is shown to choose an entry from; leave "
			"it out");
	if (entry >= menu->n_entries)
		return mem_dup("the menu has no such entry");
	return NULL;
}

char *vm_job_unfit(const struct vm_job *job, const struct recipe *r)
{
	const struct vm_emulator *e = job->emulator != NULL ? job->emulator : vm_emulators[0];
	char *why = e->unfit(job, r);

	if (why == NULL && job->entry != VM_ENTRY_DEFAULT)
		why = entry_unfit(job->entry, &r->menu);
	return why;
}
