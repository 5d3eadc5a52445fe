/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "dhcp/clients.h"
#include "dhcp/render.h"
#include "dhcp/slices.h"

#include <stdlib.h>

/* The versions of the network interface (option 94) that option 60 repeats, as seen in the field:
 * one for BIOS; for UEFI: EDK2 of all ages, iPXE, vendors' firmware. */
static const char *const undi_bios[] = {"002001"};
static const char *const undi_uefi[] = {"003000", "003001", "003010", "003016"};

static bool is_uefi(const struct dhcp_client *c)
{
	return c->platform == PLATFORM_COUNT || platforms[c->platform].efi_file != NULL;
}

static void add_arch(struct template_data *client, const struct dhcp_client *c, size_t i)
{
	const char *const *undi = is_uefi(c) ? undi_uefi : undi_bios;
	size_t n = is_uefi(c) ? sizeof undi_uefi / sizeof *undi_uefi
			      : sizeof undi_bios / sizeof *undi_bios;
	struct template_data *a = template_add(client, "archs");
	unsigned arch = c->archs[i];

	template_flag(a, "first", i == 0);
	template_setf(a, "arch", "%u", arch);
	template_setf(a, "arch_5", "%05u", arch);
	template_setf(a, "arch_bytes", "%02x:%02x", arch >> 8, arch & 0xff);
	template_setf(a, "arch_hex", "0x%04x", arch);
	/* RFC 4578 §2.1, PXE 2.1 table 2-1 and UEFI 2.10 §24.7.3:
	 * "PXEClient:Arch:xxxxx:UNDI:yyyzzz", in decimal. */
	for (size_t k = 0; k < n; k++)
		template_setf(template_add(a, "vendor_classes"), "vendor_class",
			      "%s:Arch:%05u:UNDI:%s", c->http ? "HTTPClient" : "PXEClient", arch,
			      undi[k]);
}

/* The first client of its kind, PXE or HTTP, with a file: where a server has one URL for all. */
static bool is_first(size_t i, const struct dhcp_boot_files *files)
{
	const struct dhcp_client *c = &dhcp_clients[i];

	for (size_t k = 0; k < i; k++) {
		if (dhcp_clients[k].http == c->http && dhcp_client_file(&dhcp_clients[k], files))
			return false;
	}
	return dhcp_client_file(c, files) != NULL;
}

/* is_bios, is_uefi64, ...: for servers with a field for each kind. */
static void add_kind(struct template_data *t, size_t i)
{
	for (size_t k = 0; k < dhcp_n_clients; k++) {
		char *flag = mem_printf("is_%s", dhcp_clients[k].name);

		template_flag(t, flag, k == i);
		free(flag);
	}
}

/* The first client of the table that gets a file; dhcp_n_clients where none does. */
static size_t first_with_file(const struct dhcp_boot_files *files)
{
	size_t i = 0;

	while (i < dhcp_n_clients && dhcp_client_file(&dhcp_clients[i], files) == NULL)
		i++;
	return i;
}

static struct template_data *add_client(struct template_data *d, size_t i,
					const struct dhcp_boot_files *files, uint32_t server_ip)
{
	const struct dhcp_client *c = &dhcp_clients[i];
	const char *file = dhcp_client_file(c, files);
	struct template_data *t = template_add(d, "clients");

	template_set(t, "client", c->name);
	template_own(t, "title", c->title);
	template_setf(t, "number", "%zu", i + 1);
	add_kind(t, i);
	template_flag(t, "first", i == 0);
	template_flag(t, "first_of_kind", is_first(i, files));
	template_flag(t, "fallback", dhcp_client_is_fallback(c, files));
	template_flag(t, "http", c->http);
	template_flag(t, "has_file", file != NULL);
	template_flag(t, "first_file", i == first_with_file(files));
	if (file != NULL && c->http)
		template_setf(t, "file", "http://%s/%s", ipv4_text(server_ip).text, file);
	else if (file != NULL)
		template_set(t, "file", file);
	template_set(t, "vendor", c->http ? "HTTPClient" : "PXEClient");
	for (size_t k = 0; k < c->n_archs; k++)
		add_arch(t, c, k);
	return t;
}

/* Where the server needs it, each kind of client has its part of the range. */
enum mk_status render_clients(const struct recipe *r, const struct dhcp_server *s,
			      const struct dhcp_boot_files *files, uint32_t server_ip,
			      struct template_data *d)
{
	struct slices slices = {0};
	enum mk_status st = MK_OK;

	template_flag(d, "has_http", slices_http(files));
	if (s->slices)
		st = slices_make(r, s, files, &slices);
	if (st != MK_OK)
		return st;
	if (s->slices) {
		render_ip(d, "default_range_first", r->network.range_first.addr);
		render_ip(d, "default_range_last", slices.first - 1);
	}
	for (size_t i = 0; i < dhcp_n_clients; i++) {
		struct template_data *t = add_client(d, i, files, server_ip);
		uint32_t first, last;
		bool sliced = s->slices && slices_of(&slices, files, i, &first, &last);

		template_flag(t, "sliced", sliced);
		if (!sliced)
			continue;
		render_ip(t, "slice_first", first);
		render_ip(t, "slice_last", last);
	}
	return MK_OK;
}
