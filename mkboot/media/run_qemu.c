/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "media/run_data.h"
#include "vm/network.h"
#include "vm/ovmf.h"
#include "vm/qemu.h"

#include <stdlib.h>
#include <string.h>

/*
 * QEMU's launch files have the command lines of `mkboot test`: they are made by the same functions,
 * with variables in the place of this machine's paths.
 *
 *   default_via            the first of
 *   vias   every way to boot what was written that QEMU has a card for:
 *     via  bios uefi64 uefi32            its name; flags of its firmware
 *     lines  { line }                    the command line, an option with its value each
 *     networked                          there is a card, on the netdev "net"; then
 *     own_net netdev net_setting         QEMU's own network will do: -netdev's value, the same
 *                                        behind "net="
 *     why_not                            else: why not, a clause
 *     http http_address                  a web server is at that address of it
 *   left  { via }           ways that QEMU has no card for
 *   has_uefi has_network has_http
 *   ovmf64 ovmf32  { code vars }         where OVMF is looked for
 *   moved moved_above                    the server has tftp/NAME in this folder: flag, and the
 *   folder                               folder above it; the folder itself
 *
 * Variables: top (the output's folder), tftp (TFTP's root), net, accel, code, vars (OVMF's), http
 * (what is to be added to -netdev's value).
 */

#define TOP RUN_VAR_OF("top")

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

/* -netdev's value is the script's business, and the copy of UEFI's variables QEMU's own: an
 * overlay of which nothing is left. */
static const char *in_script(const char *option, const char *word, struct template_data *via,
			     char **made)
{
	if (strcmp(option, "-netdev") == 0) {
		template_setf(via, "netdev", "%s" RUN_VAR_OF("http"), word);
		template_setf(via, "net_setting", "net=%s", word);
		return RUN_VAR_OF("net");
	}
	if (strncmp(word, "if=pflash,unit=1,", 17) == 0)
		return *made = mem_printf("%s,snapshot=on", word);
	return word;
}

static void add_lines(struct template_data *via, const struct vm_argv *argv)
{
	template_list(via, "lines");
	for (size_t i = 0; i < argv->n; i++) {
		struct template_data *line = template_add(via, "lines");
		struct strbuf text = {0};
		const char *option = argv->items[i];

		strbuf_adds(&text, option);
		while (i + 1 < argv->n && !is_option(argv->items[i + 1])) {
			char *made = NULL;

			i++;
			strbuf_addc(&text, RUN_WORD);
			strbuf_adds(&text, in_script(option, argv->items[i], via, &made));
			free(made);
		}
		template_set(line, "line", text.data);
		strbuf_free(&text);
	}
}

/* The network, and why QEMU cannot imitate it, or NULL. */
static const char *plan_network(const struct build *b, const struct vm_via *via,
				struct vm_network *net)
{
	struct src at;
	const char *why = vm_network_unfit(via, b->plan->recipe, net, &at);

	if (via->output == OUTPUT_HTTP)
		return "its DHCP server cannot offer UEFI HTTP boot";
	if (why == NULL && run_via_loads(b, via) && b->plan->output_platforms[OUTPUT_TFTP] == 0)
		why = "tftp is not among the recipe's outputs";
	return why;
}

static void add_network(struct template_data *item, const char *why, uint32_t http)
{
	template_flag(item, "own_net", why == NULL);
	template_set(item, "why_not", why != NULL ? why : "");
	template_flag(item, "http", http != 0);
	template_set(item, "http_address", ipv4_text(http).text);
}

/* One way; false where QEMU has no card for it. */
static bool add_via(const struct build *b, const struct vm_via *via, struct template_data *d,
		    bool *network)
{
	const struct recipe *r = b->plan->recipe;
	bool needed = vm_via_networked(via, r);
	struct vm_network net;
	const char *why = plan_network(b, via, &net);
	/* HTTP boot's server is that of a real network */
	uint32_t http = via->output == OUTPUT_HTTP ? 0 : net.http;
	struct qemu_firmware fw = {0};
	struct vm_setup setup = {
		.via = via,
		.dir = TOP,
		.recipe = r,
		.network = &net,
		.accel = RUN_VAR_OF("accel"),
		.memory = r->test.memory,
		.cpus = r->test.cpus,
	};
	struct vm_argv argv = {0};
	struct template_data *item;

	if (via->output == OUTPUT_HTTP)
		setup.tap = "tap"; /* no other network has it */
	/* a recipe with a network is for a machine with one, whatever the default entry needs */
	if (needed || (why == NULL && (r->network.given || run_via_loads(b, via))))
		setup.nic = vm_nic_default(via, r);
	if (needed && setup.nic == NULL)
		return false;
	item = template_add(d, "vias");
	template_set(item, "via", via->name);
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		template_flag(item, platforms[p].name, via->platform == (enum platform)p);
	template_flag(item, "networked", setup.nic != NULL);
	*network = *network || setup.nic != NULL;
	if (platforms[via->platform].efi_file != NULL) {
		fw.code = mem_dup(RUN_VAR_OF("code"));
		fw.vars = mem_dup(RUN_VAR_OF("vars"));
	}
	net.tftp = mem_dup(RUN_VAR_OF("tftp"));
	net.http = 0; /* QEMU's guestfwd names a program: the script looks for it */
	if (why != NULL)
		net.shaped = false;
	qemu_add_machine(&setup, &fw, fw.vars, &argv);
	add_lines(item, &argv);
	if (setup.nic != NULL)
		add_network(item, why, http);
	free(net.tftp);
	qemu_firmware_free(&fw);
	vm_argv_free(&argv);
	return true;
}

static void add_ovmf(struct template_data *d)
{
	const char *code, *vars;
	enum platform p;

	template_list(d, "ovmf64");
	template_list(d, "ovmf32");
	for (size_t i = 0; ovmf_place(i, &p, &code, &vars); i++) {
		struct template_data *place =
			template_add(d, p == PLATFORM_UEFI64 ? "ovmf64" : "ovmf32");

		template_set(place, "code", code);
		template_set(place, "vars", vars);
	}
}

bool run_add_qemu(const struct build *b, struct template_data *d, bool *network)
{
	const char *folder = vm_network_folder(b->plan->recipe), *first = NULL;
	char *above = path_dir(folder);
	bool uefi = false;

	run_add_common(b, d);
	template_list(d, "vias");
	template_list(d, "left");
	for (size_t i = 0; i < vm_n_vias; i++) {
		const struct vm_via *via = &vm_vias[i];

		if (!run_via_written(b, via))
			continue;
		if (!add_via(b, via, d, network)) {
			template_set(template_add(d, "left"), "via", via->name);
			continue;
		}
		first = first != NULL ? first : via->name;
		uefi = uefi || via->platform != PLATFORM_BIOS;
	}
	template_set(d, "default_via", first != NULL ? first : "");
	template_flag(d, "has_uefi", uefi);
	template_flag(d, "has_network", *network);
	template_flag(d, "has_http", *network && b->plan->recipe->network.http);
	template_flag(d, "moved", *network && strcmp(folder, b->plan->recipe->name) != 0);
	template_set(d, "moved_above", above);
	template_set(d, "folder", folder);
	add_ovmf(d);
	free(above);
	return first != NULL;
}
