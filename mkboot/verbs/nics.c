/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nic/nic.h"
#include "base/mem.h"
#include "verbs/verbs.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"      --detect  the network cards of this machine, and what to write for each\n"
	"      --json    print one array of objects\n"
	"\n"
	"NAME is whatever `network: {nic: NAME}` takes: a driver, a PCI ID (10ec:8139), a\n"
	"QEMU model, a GRUB Legacy configure flag (ns8390, --enable-ns8390).\n"
	"--detect ends with exit status 1 where the machine has no network card on PCI.\n";

/* "ne,ns8390" as "ne, ns8390" */
static void print_list(const char *before, const char *list, const char *after)
{
	fputs(before, stdout);
	for (; *list != '\0'; list++) {
		putchar(*list);
		if (*list == ',')
			putchar(' ');
	}
	fputs(after, stdout);
}

static void print_driver(const struct nic_driver *d)
{
	size_t width = 0;

	printf("%s: %s\n", d->name, d->title);
	for (size_t i = 0; i < d->n_ids; i++)
		width = strlen(d->ids[i].title) > width ? strlen(d->ids[i].title) : width;
	for (size_t i = 0; i < d->n_ids; i++) {
		const struct nic_id *id = &d->ids[i];

		if (id->qemu[0] == '\0') {
			printf("  %04x:%04x  %s\n", id->vendor, id->device, id->title);
			continue;
		}
		printf("  %04x:%04x  %-*s  ", id->vendor, id->device, (int)width, id->title);
		print_list("QEMU: ", id->qemu, "\n");
	}
	if (d->isa[0] != '\0')
		print_list("  on ISA     QEMU: ", d->isa, "\n");
	if (d->legacy[0] != '\0')
		print_list("  in GRUB Legacy: ", d->legacy, "\n");
}

static json_t *list_json(const char *list)
{
	json_t *a = json_array();

	while (*list != '\0') {
		size_t n = strcspn(list, ",");

		json_array_append_new(a, json_stringn(list, n));
		list += n + (list[n] == ',');
	}
	return a;
}

static json_t *hex_json(unsigned value)
{
	char text[8];

	snprintf(text, sizeof text, "%04x", value & 0xffff);
	return json_string(text);
}

static json_t *driver_json(const struct nic_driver *d)
{
	json_t *ids = json_array();

	for (size_t i = 0; i < d->n_ids; i++) {
		const struct nic_id *id = &d->ids[i];

		json_array_append_new(ids, json_pack("{s:o, s:o, s:s, s:o}", "vendor",
						     hex_json(id->vendor), "device",
						     hex_json(id->device), "title", id->title,
						     "qemu", list_json(id->qemu)));
	}
	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "driver", d->name, "chips", d->title,
			 "legacy_flags", list_json(d->legacy), "isa_models", list_json(d->isa),
			 "ids", ids);
}

static void print_json(json_t *root)
{
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

static enum mk_status show(const char *name, bool json)
{
	json_t *root;
	uint32_t set = name != NULL ? nic_find(name) : nic_all();
	bool first = true;

	if (name != NULL && (strcmp(name, "all") == 0 || strcmp(name, "auto") == 0))
		set = nic_all();
	if (name != NULL && strcmp(name, "firmware") == 0)
		return msg_fail(MK_BAD_INPUT, "'firmware' is no driver of GRUB's: it is the card's "
					      "own PXE ROM, or UEFI");
	if (set == 0) {
		char *why = nic_unknown(name);

		msg_fail(MK_BAD_INPUT, "%s", why);
		free(why);
		return MK_BAD_INPUT;
	}
	root = json_array();
	for (size_t i = 0; i < nic_n_drivers; i++) {
		if ((set >> i & 1) == 0)
			continue;
		if (json) {
			json_array_append_new(root, driver_json(&nic_drivers[i]));
			continue;
		}
		if (!first)
			putchar('\n');
		print_driver(&nic_drivers[i]);
		first = false;
	}
	if (json)
		print_json(json_incref(root));
	json_decref(root);
	return MK_OK;
}

/* A card of this machine, as it is told. */
struct told {
	const char *title; /* NULL: unknown */
	const char *why;   /* there is no driver; NULL: there is one */
	const char *nic;   /* what to write; NULL: nothing helps */
};

static struct told tell(const struct nic_found *f)
{
	const struct nic_absent *absent = nic_find_absent(f->vendor, f->device);

	if (f->driver != NULL)
		return (struct told){f->id->title, NULL, f->driver->name};
	if (absent != NULL)
		return (struct told){absent->title, nic_absent_why, "firmware"};
	if (!f->ethernet)
		return (struct told){NULL, "this is no Ethernet card, and GRUB knows no others",
				     NULL};
	return (struct told){NULL, "none here knows this card", "firmware"};
}

static void print_found(const struct nic_found *found, size_t n)
{
	size_t width = 0, address = 0;

	for (size_t i = 0; i < n; i++) {
		struct told t = tell(&found[i]);
		size_t title = strlen(t.title != NULL ? t.title : "unknown");

		width = title > width ? title : width;
		address = strlen(found[i].address) > address ? strlen(found[i].address) : address;
	}
	for (size_t i = 0; i < n; i++) {
		struct told t = tell(&found[i]);

		printf("%-*s  %04x:%04x  %-*s  ", (int)address, found[i].address, found[i].vendor,
		       found[i].device, (int)width, t.title != NULL ? t.title : "unknown");
		if (t.why == NULL)
			printf("driver %s; write nic: %s\n", t.nic, t.nic);
		else
			printf("no driver: %s%s%s\n", t.why, t.nic != NULL ? "; write nic: " : "",
			       t.nic != NULL ? t.nic : "");
	}
}

static json_t *found_json(const struct nic_found *found, size_t n)
{
	json_t *root = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct nic_found *f = &found[i];
		struct told t = tell(f);

		json_array_append_new(
			root, json_pack("{s:s, s:o, s:o, s:s?, s:s?, s:s?, s:s?}", "address",
					f->address, "vendor", hex_json(f->vendor), "device",
					hex_json(f->device), "title", t.title, "driver",
					f->driver != NULL ? f->driver->name : NULL, "why_not",
					t.why, "nic", t.nic));
	}
	return root;
}

static enum mk_status detect(bool json)
{
	const char *sys = getenv("MKBOOT_SYS");
	struct nic_found *found = NULL;
	size_t n = 0;
	int err;

	if (sys == NULL || sys[0] == '\0')
		sys = "/sys";
	err = nic_detect(sys, &found, &n);
	if (err != 0 && err != -ENOENT) {
		char *path = mem_printf("%s/bus/pci/devices", sys);

		msg_errno(path, err, "cannot look for network cards");
		free(path);
		return MK_FAILED;
	}
	if (json)
		print_json(found_json(found, n));
	else
		print_found(found, n);
	free(found);
	if (err == -ENOENT)
		return msg_fail(MK_NO,
				"this machine has no PCI bus: there is no %s/bus/pci/devices", sys);
	if (n == 0)
		return msg_fail(MK_NO, "this machine has no network card on PCI");
	return MK_OK;
}

static enum mk_status run(int argc, char *argv[])
{
	static const struct option options[] = {
		{"detect", no_argument, NULL, 'd'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	enum mk_status st = MK_OK;
	const char *name = NULL;
	bool json = false, machine = false;
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1 && st == MK_OK) {
		if (c == 'd')
			machine = true;
		else if (c == 'j')
			json = true;
		else if (c == 'h')
			return verb_help(&verb_nics);
		else if (c == '?' && name == NULL &&
			 strncmp(argv[optind - 1], "--enable-", strlen("--enable-")) == 0)
			name = argv[optind - 1]; /* no option of mkboot's: a name */
		else
			st = verb_bad_option(&verb_nics, c, argv);
	}
	if (st != MK_OK)
		return st;
	if (argc - optind + (name != NULL) > 1)
		return verb_usage(&verb_nics, "one name at a time, and there are %d",
				  argc - optind + (name != NULL));
	if (optind < argc)
		name = argv[optind];
	if (machine && name != NULL)
		return verb_usage(&verb_nics, "--detect takes no name");
	return machine ? detect(json) : show(name, json);
}

const struct verb verb_nics = {
	.name = "nics",
	.arguments = "[NAME | --detect] [--json]",
	.summary = "List the network cards that GRUB has drivers for, or this machine's",
	.run = run,
	.help = help,
};
