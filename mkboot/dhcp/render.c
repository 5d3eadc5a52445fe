/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp/dhcp.h"
#include "base/mem.h"
#include "base/template.h"

#include <stdlib.h>
#include <string.h>

/*
 * What a template of templates/dhcp/ can name. Addresses are dotted quads.
 *
 *   recipe config_file server_title    its name; this file's; the DHCP server's
 *   server                             the TFTP server: what siaddr is set to
 *   subnet prefix netmask broadcast    192.168.1.0, 24, 255.255.255.0, 192.168.1.255
 *   range_first range_last lease       addresses handed out, for so many seconds
 *   has_router router has_dns dns      flags, and values where they are set
 *   default_file default_title         the boot file and platform of clients that do not say
 *   default_range_first, _last         their part of the range, for servers with SLICES
 *   has_hosts
 *   platforms   every platform:
 *     platform title                   "uefi64", "UEFI x64"
 *     first fallback                   flags: the first of the list; the default's
 *     has_file file                    the boot file, where the TFTP tree has one
 *     slice_first slice_last           its part of the range, for SLICES; not FALLBACK's
 *     archs     its client architectures (option 93):
 *       first arch arch_bytes          "7", "00:07"
 *       vendor_classes  { vendor_class }   "PXEClient:Arch:00007:UNDI:003000", for servers that
 *                                      compare option 60 as a whole
 *   hosts
 *     id mac mac_dashes                "mac-52-54-00-12-34-56", 52:54:..., 52-54-...
 *     has_name name has_ip ip
 *     name_is_word                     the name, alone, reads like a duration or a keyword
 */

#define LEASE_SECONDS 3600

/* The versions of the network interface (option 94) that option 60 repeats, as seen in the field:
 * one for BIOS; for UEFI: EDK2 of all ages, iPXE, vendors' firmware. */
static const char *const undi_bios[] = {"002001"};
static const char *const undi_uefi[] = {"003000", "003001", "003010", "003016"};
static const struct {
	const char *const *versions;
	size_t n;
} undi[PLATFORM_COUNT] = {
	[PLATFORM_BIOS] = {undi_bios, sizeof undi_bios / sizeof undi_bios[0]},
	[PLATFORM_UEFI64] = {undi_uefi, sizeof undi_uefi / sizeof undi_uefi[0]},
	[PLATFORM_UEFI32] = {undi_uefi, sizeof undi_uefi / sizeof undi_uefi[0]},
};

static void set_ip(struct template_data *d, const char *name, uint32_t addr)
{
	template_set(d, name, ipv4_text(addr).text);
}

/* An address that may be unset: has_NAME, and NAME. */
static void set_optional_ip(struct template_data *d, const char *flag, const char *name,
			    const struct ipv4 *ip)
{
	template_flag(d, flag, ip->set);
	if (ip->set)
		set_ip(d, name, ip->addr);
}

static void add_arch(struct template_data *platform, enum platform p, size_t i)
{
	struct template_data *a = template_add(platform, "archs");
	unsigned arch = platforms[p].client_archs[i];

	template_flag(a, "first", i == 0);
	template_setf(a, "arch", "%u", arch);
	template_setf(a, "arch_bytes", "%02x:%02x", arch >> 8, arch & 0xff);
	/* RFC 4578 §2.1 and PXE 2.1 table 2-1: "PXEClient:Arch:xxxxx:UNDI:yyyzzz", in decimal. */
	for (size_t k = 0; k < undi[p].n; k++)
		template_setf(template_add(a, "vendor_classes"), "vendor_class",
			      "PXEClient:Arch:%05u:UNDI:%s", arch, undi[p].versions[k]);
}

static struct template_data *add_platform(struct template_data *d, enum platform p,
					  const struct dhcp_boot_files *files)
{
	struct template_data *t = template_add(d, "platforms");

	template_set(t, "platform", platforms[p].name);
	template_set(t, "title", platforms[p].title);
	template_flag(t, "first", p == 0);
	template_flag(t, "fallback", p == files->fallback);
	template_flag(t, "has_file", files->file[p] != NULL);
	if (files->file[p] != NULL)
		template_set(t, "file", files->file[p]);
	for (size_t i = 0; i < platforms[p].n_client_archs; i++)
		add_arch(t, p, i);
	return t;
}

/* The platforms; where the server needs it, each with an equal part of the range, in the table's
 * order behind the fallback's, which gets what is left over, too. */
static enum mk_status set_platforms(const struct recipe *r, const struct dhcp_server *s,
				    const struct dhcp_boot_files *files, struct template_data *d)
{
	const struct recipe_network *net = &r->network;
	uint64_t total = (uint64_t)net->range_last.addr - net->range_first.addr + 1;
	uint32_t slice = (uint32_t)(total / PLATFORM_COUNT);
	uint32_t next = net->range_last.addr + 1 - slice * (PLATFORM_COUNT - 1);

	if (s->slices && slice == 0) {
		char *titles = platform_titles(PLATFORM_ALL);
		enum mk_status st = recipe_error(
			r, net->range_first.at.line > 0 ? net->range_first.at : net->at,
			"a range of %u address%s is too small for %s, which needs at least one "
			"for each of %s; make the range larger",
			(unsigned)total, total == 1 ? "" : "es", s->title, titles);

		free(titles);
		return st;
	}
	if (s->slices) {
		set_ip(d, "default_range_first", net->range_first.addr);
		set_ip(d, "default_range_last", next - 1);
	}
	for (enum platform p = 0; p < PLATFORM_COUNT; p++) {
		struct template_data *t = add_platform(d, p, files);

		if (!s->slices || p == files->fallback)
			continue;
		set_ip(t, "slice_first", next);
		set_ip(t, "slice_last", next + slice - 1);
		next += slice;
	}
	return MK_OK;
}

/* A DNS label that is a keyword or a duration ("45m") where a server takes either. */
static bool is_word(const char *name)
{
	size_t digits = strspn(name, "0123456789");

	if (strcmp(name, "ignore") == 0 || strcmp(name, "infinite") == 0)
		return true;
	return name[digits] == '\0' ||
	       (strchr("smhdwSMHDW", name[digits]) != NULL && name[digits + 1] == '\0');
}

static void add_host(struct template_data *d, const struct recipe_host *host)
{
	struct template_data *h = template_add(d, "hosts");
	const unsigned char *m = host->mac;

	template_setf(h, "id", "mac-%02x-%02x-%02x-%02x-%02x-%02x", m[0], m[1], m[2], m[3], m[4],
		      m[5]);
	template_setf(h, "mac", "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4],
		      m[5]);
	template_setf(h, "mac_dashes", "%02x-%02x-%02x-%02x-%02x-%02x", m[0], m[1], m[2], m[3],
		      m[4], m[5]);
	template_flag(h, "has_name", host->name.text != NULL);
	template_flag(h, "name_is_word", host->name.text != NULL && is_word(host->name.text));
	if (host->name.text != NULL)
		template_set(h, "name", host->name.text);
	set_optional_ip(h, "has_ip", "ip", &host->ip);
}

static void set_network(const struct recipe_network *net, uint32_t server_ip,
			struct template_data *d)
{
	uint32_t mask = ~(UINT32_MAX >> net->prefix);

	set_ip(d, "server", server_ip);
	set_ip(d, "subnet", net->subnet.addr & mask);
	template_setf(d, "prefix", "%u", net->prefix);
	set_ip(d, "netmask", mask);
	set_ip(d, "broadcast", net->subnet.addr | ~mask);
	set_ip(d, "range_first", net->range_first.addr);
	set_ip(d, "range_last", net->range_last.addr);
	template_setf(d, "lease", "%u", LEASE_SECONDS);
	set_optional_ip(d, "has_router", "router", &net->router);
	set_optional_ip(d, "has_dns", "dns", &net->dns);
	template_flag(d, "has_hosts", net->n_hosts > 0);
	template_list(d, "hosts");
	for (size_t i = 0; i < net->n_hosts; i++)
		add_host(d, &net->hosts[i]);
}

static enum mk_status check_files(const struct recipe *r, const struct dhcp_boot_files *files)
{
	if (files->file[files->fallback] == NULL)
		return recipe_error(r, r->network.at,
				    "there is nothing to boot over the network for %s; add tftp "
				    "to the outputs",
				    platforms[files->fallback].title);
	for (enum platform p = 0; p < PLATFORM_COUNT; p++) {
		size_t len = files->file[p] != NULL ? strlen(files->file[p]) : 0;

		if (len > DHCP_FILE_MAX)
			return recipe_error(r, r->network.at,
					    "the boot file's path has %zu bytes, but DHCP carries "
					    "at most %d; use a shorter name: %s",
					    len, DHCP_FILE_MAX, files->file[p]);
	}
	return MK_OK;
}

static void add_lines(struct strbuf *out, const char *text, const char *newline)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			strbuf_adds(out, newline);
		else
			strbuf_addc(out, *text);
	}
}

enum mk_status dhcp_render(const struct recipe *r, const struct dhcp_server *s,
			   const struct dhcp_boot_files *files, uint32_t server_ip,
			   struct strbuf *out)
{
	struct template_data *d = NULL;
	struct strbuf text = {0};
	char *file = NULL;
	enum mk_status st;

	if (!r->network.given)
		return recipe_error(r, r->network.at,
				    "DHCP configuration needs the network; add "
				    "network: {server: 192.168.1.2, subnet: 192.168.1.0/24}");
	if (!r->network.subnet.set)
		return recipe_error(r, r->network.at,
				    "DHCP configuration needs the network's subnet; add "
				    "subnet: 192.168.1.0/24");
	if (server_ip == 0 && !r->network.server.set)
		return recipe_error(r, r->network.at,
				    "the network has no TFTP server; add server: 192.168.1.2");
	st = check_files(r, files);
	if (st != MK_OK)
		return st;

	d = template_data_new();
	template_set(d, "recipe", r->name);
	template_set(d, "config_file", s->file);
	template_set(d, "server_title", s->title);
	template_set(d, "default_file", files->file[files->fallback]);
	template_set(d, "default_title", platforms[files->fallback].title);
	set_network(&r->network, server_ip != 0 ? server_ip : r->network.server.addr, d);
	st = set_platforms(r, s, files, d);
	if (st != MK_OK)
		goto done;
	file = mem_printf("templates/dhcp/%s", s->file);
	st = template_fill_file(file, d, s->escape, &text);
	if (st == MK_OK)
		add_lines(out, text.data != NULL ? text.data : "", s->newline);
done:
	free(file);
	strbuf_free(&text);
	template_data_free(d);
	return st;
}
