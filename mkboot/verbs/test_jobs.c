/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verbs/test_jobs.h"
#include "base/mem.h"
#include "verbs/published.h"
#include "verbs/verbs.h"

#include <stdlib.h>
#include <string.h>

/* What becomes of a job that cannot be. */
enum unfit {
	UNFIT_SILENT, /* one of all: it is left out */
	UNFIT_NOTE,   /* likewise, and a person might wonder where it is */
	UNFIT_ERROR,  /* it was asked for by name */
};

/* Jobs being made. */
struct making {
	const struct test_wanted *w;
	uint64_t vias, named; /* sets: those to be booted, and those asked for by name */
	bool all;             /* of all ways, those that there are */
	bool *booted;         /* the menu's entries that a job is for */
	struct test_jobs *jobs;
	char **noted; /* what was said already: the same of two jobs is said once */
	size_t n_noted;
	enum mk_status status;
};

/* WHY is freed. */
static void say_unfit(struct making *m, enum unfit unfit, char *why)
{
	bool again = false;

	for (size_t i = 0; i < m->n_noted; i++)
		again = again || strcmp(m->noted[i], why) == 0;
	if (unfit == UNFIT_ERROR)
		m->status = status_first(m->status, MK_BAD_INPUT);
	if (unfit == UNFIT_SILENT || again) {
		free(why);
		return;
	}
	if (unfit == UNFIT_ERROR)
		msg_fail(MK_BAD_INPUT, "%s", why);
	else
		msg_note("left out: %s", why);
	*MEM_PUSH(m->noted, m->n_noted) = why;
}

static bool named(const struct making *m, const struct vm_via *via)
{
	return (m->named >> (via - vm_vias) & 1) != 0;
}

/* Of all ways, Bochs has a few: that is not worth a word for each of the others. */
static enum unfit unfit_via(const struct making *m, const struct vm_via *via)
{
	if (named(m, via))
		return UNFIT_ERROR;
	return m->w->emulator != NULL && m->all ? UNFIT_SILENT : UNFIT_NOTE;
}

static struct vm_job make_job(const struct making *m, const struct vm_via *via,
			      const struct vm_nic *nic, size_t entry)
{
	return (struct vm_job){.emulator = m->w->emulator, .via = via, .nic = nic, .entry = entry};
}

/* Could it be booted where nobody touches the menu? */
static bool fits_untouched(const struct making *m, struct vm_job job)
{
	char *why;

	job.entry = VM_ENTRY_DEFAULT;
	why = vm_job_unfit(&job, m->w->recipe);
	free(why);
	return why == NULL;
}

static void add(struct making *m, struct vm_job job, enum unfit unfit)
{
	const struct test_wanted *w = m->w;
	size_t entry = job.entry, n = m->jobs->n;
	char *why = vm_job_unfit(&job, w->recipe), *name;

	if (why != NULL && entry != VM_ENTRY_DEFAULT && fits_untouched(m, job)) {
		/* Keys cannot choose it. One that starts by itself can be booted all the same. */
		if (entry == w->recipe->menu.default_entry) {
			job.entry = VM_ENTRY_DEFAULT;
			free(why);
			why = NULL;
		} else if (unfit == UNFIT_SILENT) {
			unfit = UNFIT_NOTE;
		}
	}
	if (why != NULL) {
		say_unfit(m, unfit, why);
		return;
	}
	name = w->nics.given && job.nic != NULL ? mem_printf("%s-%s", job.via->name, job.nic->name)
						: mem_dup(job.via->name);
	if (entry == VM_ENTRY_DEFAULT) {
		job.label = mem_dup(name);
	} else {
		char *base = name;

		job.label = mem_printf("%s: %s", base, w->recipe->menu.entries[entry].title.text);
		name = mem_printf("%s-entry%zu", base, entry);
		free(base);
		m->booted[entry] = true;
	}
	*MEM_PUSH(m->jobs->items, m->jobs->n) = job;
	*MEM_PUSH(m->jobs->files, n) = name;
}

struct chosen {
	size_t *entries, n;
};

/* The entries to be chosen on VIA's machine: indexes, VM_ENTRY_DEFAULT for the one that starts by
 * itself. Of one that was asked for by name and cannot start there, something is said. */
static struct chosen choose_entries(struct making *m, const struct vm_via *via)
{
	const struct test_entries *asked = &m->w->entries;
	const struct recipe_menu *menu = &m->w->recipe->menu;
	struct chosen c = {0};

	if (!asked->given) {
		*MEM_PUSH(c.entries, c.n) = VM_ENTRY_DEFAULT;
		return c;
	}
	for (size_t i = 0; i < menu->n_entries; i++) {
		if (asked->wanted[i] == TEST_ENTRY_NO)
			continue;
		if (plan_entry_starts(m->w->plan, i, via->platform))
			*MEM_PUSH(c.entries, c.n) = i;
		else if (asked->wanted[i] == TEST_ENTRY_NAMED)
			say_unfit(m, named(m, via) ? UNFIT_ERROR : UNFIT_NOTE,
				  mem_printf("%s: the entry '%s' cannot start on %s; see: mkboot "
					     "check",
					     via->name, menu->entries[i].title.text,
					     platforms[via->platform].title));
	}
	return c;
}

/* Has the machine a network? For its medium's sake, or that of the entry it starts. */
static bool networked(const struct vm_via *via, const struct recipe *r, size_t entry)
{
	if (entry == VM_ENTRY_DEFAULT)
		return vm_via_networked(via, r);
	return via->nic != NULL || r->menu.entries[entry].network;
}

/* Why the card will not do, whatever the entry; NULL where it will. */
static char *nic_unfit(const struct making *m, const struct vm_via *via, const struct vm_nic *nic)
{
	const struct vm_job job = make_job(m, via, nic, VM_ENTRY_DEFAULT);
	char *why = vm_nic_unfit(nic, via, m->w->recipe);

	return why != NULL ? why : vm_job_unfit(&job, m->w->recipe);
}

/* A usual card that the image and the emulator have; where there is none, *WHY is why not. */
static const struct vm_nic *usual_nic(const struct making *m, const struct vm_via *via, char **why)
{
	const struct vm_nic *usual = vm_nic_default(via, m->w->recipe);
	const char *none = via->nic != NULL ? via->nic : "rtl8139";

	*why = nic_unfit(m, via, usual != NULL ? usual : vm_nic_find(none));
	for (size_t i = 0; *why != NULL && i < vm_n_nics; i++) {
		char *other = nic_unfit(m, via, &vm_nics[i]);

		if (other == NULL) {
			free(*why);
			*why = NULL;
			usual = &vm_nics[i];
		}
		free(other);
	}
	return *why == NULL ? usual : NULL;
}

/* Is one of the machines booted by VIA one with a network? */
static bool any_networked(const struct making *m, const struct vm_via *via)
{
	const struct test_entries *asked = &m->w->entries;
	const struct recipe *r = m->w->recipe;

	if (!asked->given)
		return networked(via, r, VM_ENTRY_DEFAULT);
	for (size_t i = 0; i < r->menu.n_entries; i++) {
		if (asked->wanted[i] != TEST_ENTRY_NO && networked(via, r, i) &&
		    plan_entry_starts(m->w->plan, i, via->platform))
			return true;
	}
	return false;
}

static bool will_do(const struct making *m, const struct vm_via *via, const struct vm_nic *nic)
{
	char *why = nic_unfit(m, via, nic);

	free(why);
	return why == NULL;
}

/* A card that was asked for by name will not do for VIA. It is left out there where another of the
 * ways has it; but a way that was asked for by name has to have one of the cards. */
static enum unfit unfit_named(const struct making *m, const struct vm_via *via,
			      const struct vm_nic *nic)
{
	bool elsewhere = false, another = !named(m, via);

	for (size_t i = 0; i < vm_n_vias && !elsewhere; i++)
		elsewhere = (m->vias >> i & 1) != 0 && any_networked(m, &vm_vias[i]) &&
			    will_do(m, &vm_vias[i], nic);
	for (size_t i = 0; i < vm_n_nics && !another; i++)
		another = (m->w->nics.nics >> i & 1) != 0 && will_do(m, via, &vm_nics[i]);
	return elsewhere && another ? UNFIT_NOTE : UNFIT_ERROR;
}

/* The entries among C for which the machine has a network. */
static void add_networked(struct making *m, const struct vm_via *via, const struct chosen *c)
{
	const struct test_nics *asked = &m->w->nics;
	const struct vm_nic *usual;
	enum mk_status st;
	char *why;

	st = vm_network_check(via, m->w->recipe);
	m->status = status_first(m->status, st);
	if (st != MK_OK)
		return;
	usual = usual_nic(m, via, &why);
	if (usual == NULL && (asked->all || !asked->given)) {
		say_unfit(m, unfit_via(m, via), why);
		return;
	}
	free(why);
	for (size_t i = 0; i < vm_n_nics; i++) {
		const struct vm_nic *nic = &vm_nics[i];
		bool by_name = (asked->nics >> i & 1) != 0;
		enum unfit unfit = unfit_via(m, via);

		if (asked->given ? !asked->all && !by_name : nic != usual)
			continue;
		if (by_name)
			unfit = unfit_named(m, via, nic);
		else if (asked->given)
			unfit = UNFIT_SILENT;
		why = vm_nic_unfit(nic, via, m->w->recipe);
		if (why != NULL) {
			say_unfit(m, by_name ? unfit : UNFIT_SILENT, why);
			continue;
		}
		for (size_t k = 0; k < c->n; k++)
			add(m, make_job(m, via, nic, c->entries[k]), unfit);
	}
}

/* True where one of its jobs has a network. */
static bool add_via(struct making *m, const struct vm_via *via)
{
	struct chosen all = choose_entries(m, via), net = {0};
	bool any;

	for (size_t i = 0; i < all.n; i++) {
		if (networked(via, m->w->recipe, all.entries[i]))
			*MEM_PUSH(net.entries, net.n) = all.entries[i];
		else
			add(m, make_job(m, via, NULL, all.entries[i]), unfit_via(m, via));
	}
	any = net.n > 0;
	if (any)
		add_networked(m, via, &net);
	free(all.entries);
	free(net.entries);
	return any;
}

/* An entry that was asked for by name is booted by nothing. */
static void check_entries(struct making *m)
{
	const struct test_entries *asked = &m->w->entries;

	for (size_t i = 0; asked->given && i < m->w->recipe->menu.n_entries; i++) {
		if (asked->wanted[i] == TEST_ENTRY_NAMED && !m->booted[i] && m->status == MK_OK)
			m->status = msg_fail(MK_BAD_INPUT,
					     "the entry '%s' can be booted in none of these ways",
					     m->w->recipe->menu.entries[i].title.text);
	}
}

/* What was asked for by name must be there; of all, what is there. */
static void choose_vias(struct making *m)
{
	const struct test_wanted *w = m->w;
	const struct recipe_test *test = &w->recipe->test;
	bool from_recipe = !w->vias.given && test->vias != 0;

	m->all = w->vias.given ? w->vias.all : test->all_vias || test->vias == 0;
	m->vias = w->vias.given ? w->vias.vias : test->vias;
	/* the recipe's list is for the usual emulator */
	m->named = from_recipe && w->emulator != NULL ? 0 : m->vias;
	for (size_t i = 0; i < vm_n_vias; i++) {
		uint64_t bit = UINT64_C(1) << i;

		if (published_boots_by(w->manifest, vm_vias[i].name))
			m->vias |= m->all ? bit : 0;
		else if ((m->vias & bit) != 0)
			m->status = status_first(m->status,
						 published_lacks(w->dir, w->recipe, &vm_vias[i]));
	}
	if (m->status == MK_OK && m->vias == 0)
		m->status = msg_fail(MK_BAD_INPUT, "%s: there is nothing to boot in it", w->dir);
}

enum mk_status test_jobs_make(const struct test_wanted *w, struct test_jobs *jobs)
{
	struct making m = {.w = w, .jobs = jobs};
	bool network = false;

	*jobs = (struct test_jobs){0};
	choose_vias(&m);
	if (m.status != MK_OK)
		return m.status;
	m.booted = mem_array(w->recipe->menu.n_entries, sizeof *m.booted);
	for (size_t i = 0; i < vm_n_vias; i++) {
		if ((m.vias >> i & 1) != 0 && add_via(&m, &vm_vias[i]))
			network = true;
	}
	if (m.status == MK_OK && w->nics.given && !network)
		m.status = verb_usage(&verb_test, "--nic is for ways to boot that have a network, "
						  "and none of these has");
	check_entries(&m);
	if (m.status == MK_OK && jobs->n == 0)
		m.status = msg_fail(MK_BAD_INPUT, "there is nothing that can be booted%s%s",
				    w->emulator != NULL ? " in " : "",
				    w->emulator != NULL ? vm_emulator_name(w->emulator) : "");
	for (size_t i = 0; i < m.n_noted; i++)
		free(m.noted[i]);
	free(m.noted);
	free(m.booted);
	return m.status;
}

void test_jobs_free(struct test_jobs *jobs)
{
	for (size_t i = 0; i < jobs->n; i++) {
		free(jobs->items[i].label);
		free(jobs->files[i]);
	}
	free(jobs->items);
	free(jobs->files);
	*jobs = (struct test_jobs){0};
}

size_t test_jobs_width(const struct test_jobs *jobs)
{
	size_t width = 12;

	for (size_t i = 0; i < jobs->n; i++) {
		if (strlen(jobs->items[i].label) > width)
			width = strlen(jobs->items[i].label);
	}
	return width;
}
