/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verbs/test_jobs.h"
#include "base/mem.h"
#include "verbs/verbs.h"

#include <stdlib.h>
#include <string.h>

enum mk_status test_nics_parse(const char *list, struct test_nics *nics)
{
	char *words = mem_dup(list), *save = NULL;
	enum mk_status st = MK_OK;

	nics->given = true;
	for (char *w = strtok_r(words, ",", &save); w != NULL && st == MK_OK;
	     w = strtok_r(NULL, ",", &save)) {
		const struct vm_nic *nic = vm_nic_find(w);
		const char *near;

		if (strcmp(w, "all") == 0) {
			nics->all = true;
		} else if (nic != NULL) {
			nics->nics |= UINT32_C(1) << (nic - vm_nics);
		} else {
			near = vm_nic_nearest(w);
			st = verb_usage(&verb_test, "QEMU has no network card called '%s'%s%s%s", w,
					near != NULL ? "; did you mean '" : "",
					near != NULL ? near : "", near != NULL ? "'?" : "");
		}
	}
	if (st == MK_OK && !nics->all && nics->nics == 0)
		st = verb_usage(&verb_test, "--nic names no network card");
	free(words);
	return st;
}

static void add(struct test_jobs *jobs, const struct vm_via *via, const struct vm_nic *nic,
		bool named)
{
	char *label = named ? mem_printf("%s-%s", via->name, nic->name) : mem_dup(via->name);

	*MEM_PUSH(jobs->items, jobs->n) = (struct vm_job){
		.via = via, .nic = nic, .entry = VM_ENTRY_DEFAULT, .label = label};
}

/* No card of QEMU's will do. */
static enum mk_status no_card(const struct recipe *r, const struct vm_via *via, bool named)
{
	const struct vm_nic *usual = vm_nic_find(via->nic != NULL ? via->nic : "rtl8139");
	char *why = vm_nic_unfit(usual, via, r);
	enum mk_status st = MK_OK;

	if (named)
		st = msg_fail(MK_BAD_INPUT, "%s", why);
	else
		msg_note("left out: %s", why);
	free(why);
	return st;
}

static enum mk_status add_networked(const struct recipe *r, const struct vm_via *via, bool named,
				    const struct test_nics *nics, struct test_jobs *jobs)
{
	const struct vm_nic *usual = vm_nic_default(via, r);
	enum mk_status st = vm_network_check(via, r);

	if (st != MK_OK)
		return st;
	if (usual == NULL && (nics->all || !nics->given))
		return no_card(r, via, named);
	if (!nics->given) {
		add(jobs, via, usual, false);
		return MK_OK;
	}
	for (size_t i = 0; i < vm_n_nics; i++) {
		bool wanted = (nics->nics >> i & 1) != 0;
		char *why;

		if (!wanted && !nics->all)
			continue;
		why = vm_nic_unfit(&vm_nics[i], via, r);
		if (why == NULL)
			add(jobs, via, &vm_nics[i], true);
		else if (wanted)
			st = msg_fail(MK_BAD_INPUT, "%s", why);
		free(why);
	}
	return st;
}

enum mk_status test_jobs_make(const struct recipe *r, uint64_t vias, uint64_t named,
			      const struct test_nics *nics, struct test_jobs *jobs)
{
	enum mk_status st = MK_OK;
	bool networked = false;

	*jobs = (struct test_jobs){0};
	for (size_t i = 0; i < vm_n_vias; i++) {
		const struct vm_via *via = &vm_vias[i];

		if ((vias >> i & 1) == 0)
			continue;
		if (vm_via_networked(via, r)) {
			networked = true;
			st = status_first(st,
					  add_networked(r, via, (named >> i & 1) != 0, nics, jobs));
		} else {
			add(jobs, via, NULL, false);
		}
	}
	if (st == MK_OK && nics->given && !networked)
		st = verb_usage(&verb_test, "--nic is for ways to boot that have a network, and "
					    "none of these has");
	if (st == MK_OK && jobs->n == 0)
		st = msg_fail(MK_BAD_INPUT, "there is nothing that can be booted");
	return st;
}

void test_jobs_free(struct test_jobs *jobs)
{
	for (size_t i = 0; i < jobs->n; i++)
		free(jobs->items[i].label);
	free(jobs->items);
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
