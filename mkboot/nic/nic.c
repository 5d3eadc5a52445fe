/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nic/nic.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "recipe/recipe.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A part of a chip's name tells it from others from so many characters on. */
#define ABOUT_MIN 4

uint32_t nic_all(void)
{
	return (uint32_t)((UINT64_C(1) << nic_n_drivers) - 1);
}

/* Is NAME, of LEN characters, one of LIST's, which are separated by commas? */
static bool listed(const char *list, const char *name, size_t len)
{
	while (*list != '\0') {
		size_t n = strcspn(list, ",");

		if (n == len && strncasecmp(list, name, len) == 0)
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

bool nic_parse_id(const char *name, uint16_t *vendor, uint16_t *device)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	if (strlen(name) != 9 || name[4] != ':' || strspn(name, digits) != 4 ||
	    strspn(name + 5, digits) != 4)
		return false;
	*vendor = (uint16_t)strtoul(name, NULL, 16);
	*device = (uint16_t)strtoul(name + 5, NULL, 16);
	return true;
}

const struct nic_driver *nic_find_pci(uint16_t vendor, uint16_t device, const struct nic_id **id)
{
	for (size_t i = 0; i < nic_n_drivers; i++) {
		for (size_t k = 0; k < nic_drivers[i].n_ids; k++) {
			const struct nic_id *candidate = &nic_drivers[i].ids[k];

			if (candidate->vendor != vendor || candidate->device != device)
				continue;
			if (id != NULL)
				*id = candidate;
			return &nic_drivers[i];
		}
	}
	return NULL;
}

static bool has_model(const struct nic_driver *d, const char *name)
{
	size_t len = strlen(name);

	for (size_t k = 0; k < d->n_ids; k++) {
		if (listed(d->ids[k].qemu, name, len))
			return true;
	}
	return listed(d->isa, name, len);
}

/* A driver by its name; "virtio-net" is as good as "virtio_net". */
static bool is_driver(const struct nic_driver *d, const char *name)
{
	size_t len = strlen(d->name);

	if (strlen(name) != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = name[i] == '-' ? '_' : name[i];

		if (strncasecmp(&d->name[i], &c, 1) != 0)
			return false;
	}
	return true;
}

static const char *without_enable(const char *flag)
{
	static const char enable[] = "--enable-";

	return strncasecmp(flag, enable, strlen(enable)) == 0 ? flag + strlen(enable) : flag;
}

uint32_t nic_find(const char *name)
{
	const char *flag = without_enable(name);
	uint16_t vendor, device;
	uint32_t set = 0;

	for (size_t i = 0; i < nic_n_drivers; i++) {
		if (is_driver(&nic_drivers[i], name) || is_driver(&nic_drivers[i], flag))
			return UINT32_C(1) << i;
	}
	if (nic_parse_id(name, &vendor, &device)) {
		const struct nic_driver *d = nic_find_pci(vendor, device, NULL);

		return d != NULL ? UINT32_C(1) << (d - nic_drivers) : 0;
	}
	for (size_t i = 0; i < nic_n_drivers; i++)
		set |= has_model(&nic_drivers[i], name) ? UINT32_C(1) << i : 0;
	for (size_t i = 0; i < nic_n_drivers && set == 0; i++)
		set |= listed(nic_drivers[i].legacy, flag, strlen(flag)) ? UINT32_C(1) << i : 0;
	return set;
}

char *nic_names(uint32_t drivers)
{
	struct strbuf b = {0};

	for (size_t i = 0; i < nic_n_drivers; i++) {
		if ((drivers >> i & 1) != 0)
			strbuf_addf(&b, "%s%s", b.len > 0 ? ", " : "", nic_drivers[i].name);
	}
	return strbuf_take(&b);
}

/* The names in LIST, each once. */
static void add_names(char ***names, size_t *n, const char *list)
{
	while (*list != '\0') {
		size_t len = strcspn(list, ",");
		bool there = false;

		for (size_t i = 0; i < *n; i++)
			there = there || listed((*names)[i], list, len);
		if (!there)
			*MEM_PUSH(*names, *n) = mem_ndup(list, len);
		list += len + (list[len] == ',');
	}
}

char **nic_models(uint32_t drivers, size_t *n)
{
	char **names = NULL;

	*n = 0;
	for (size_t i = 0; i < nic_n_drivers; i++) {
		for (size_t k = 0; k < nic_drivers[i].n_ids && (drivers >> i & 1) != 0; k++)
			add_names(&names, n, nic_drivers[i].ids[k].qemu);
	}
	for (size_t i = 0; i < nic_n_drivers; i++) {
		if ((drivers >> i & 1) != 0)
			add_names(&names, n, nic_drivers[i].isa);
	}
	return names;
}

/* The driver whose chips are called something with NAME in it: "8139", "82574"; or NULL. */
static const char *driver_about(const char *name)
{
	for (size_t i = 0; i < nic_n_drivers && strlen(name) >= ABOUT_MIN; i++) {
		const struct nic_driver *d = &nic_drivers[i];
		bool about =
			strcasestr(d->name, name) != NULL || strcasestr(d->title, name) != NULL;

		for (size_t k = 0; k < d->n_ids && !about; k++)
			about = strcasestr(d->ids[k].title, name) != NULL;
		if (about)
			return d->name;
	}
	return NULL;
}

const char *nic_nearest(const char *name)
{
	static const char *const words[] = {"firmware", "auto", "all"};
	char **known = NULL; /* all that a recipe can name */
	size_t n = 0;
	const char *near, *found = NULL;

	name = without_enable(name);
	for (size_t i = 0; i < 3; i++)
		add_names(&known, &n, words[i]);
	for (size_t i = 0; i < nic_n_drivers; i++) {
		add_names(&known, &n, nic_drivers[i].name);
		add_names(&known, &n, nic_drivers[i].legacy);
		add_names(&known, &n, nic_drivers[i].isa);
		for (size_t k = 0; k < nic_drivers[i].n_ids; k++)
			add_names(&known, &n, nic_drivers[i].ids[k].qemu);
	}
	near = recipe_nearest(name, (const char *const *)known, n);
	/* a string that outlives the list */
	for (size_t i = 0; near != NULL && i < 3; i++)
		found = strcmp(near, words[i]) == 0 ? words[i] : found;
	for (size_t i = 0; near != NULL && found == NULL && i < nic_n_drivers; i++)
		found = (nic_find(near) >> i & 1) != 0 ? nic_drivers[i].name : NULL;
	for (size_t i = 0; i < n; i++)
		free(known[i]);
	free(known);
	return found != NULL ? found : driver_about(name);
}
