/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "dhcp/clients.h"
#include "dhcp/render.h"

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

static bool is_fallback(const struct dhcp_client *c, const struct dhcp_boot_files *files)
{
	return !c->http && c->platform != PLATFORM_COUNT && c->platform == files->fallback;
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
	template_flag(t, "first", i == 0);
	template_flag(t, "fallback", is_fallback(c, files));
	template_flag(t, "http", c->http);
	template_flag(t, "bios", !c->http && c->platform == PLATFORM_BIOS);
	template_flag(t, "has_file", file != NULL);
	if (file != NULL && c->http)
		template_setf(t, "file", "http://%s/%s", ipv4_text(server_ip).text, file);
	else if (file != NULL)
		template_set(t, "file", file);
	template_set(t, "vendor", c->http ? "HTTPClient" : "PXEClient");
	for (size_t k = 0; k < c->n_archs; k++)
		add_arch(t, c, k);
	return t;
}

/* Does the client need a part of the range? Not the default's, who has all that is left. */
static bool needs_slice(const struct dhcp_client *c, const struct dhcp_boot_files *files, bool http)
{
	return !is_fallback(c, files) && (http || !c->http);
}

static enum mk_status too_small(const struct recipe *r, const struct dhcp_server *s, uint64_t total,
				size_t n)
{
	const struct recipe_network *net = &r->network;

	return recipe_error(r, net->range_first.at.line > 0 ? net->range_first.at : net->at,
			    "a range of %u address%s is too small for %s, which needs at least one "
			    "for each of %zu kinds of client; make the range larger",
			    (unsigned)total, total == 1 ? "" : "es", s->title, n);
}

/* Where the server needs it, each kind of client has an equal part of the range, in the table's
 * order behind the fallback's, which gets what is left over, too. */
enum mk_status render_clients(const struct recipe *r, const struct dhcp_server *s,
			      const struct dhcp_boot_files *files, uint32_t server_ip,
			      struct template_data *d)
{
	const struct recipe_network *net = &r->network;
	uint64_t total = (uint64_t)net->range_last.addr - net->range_first.addr + 1;
	uint32_t slice = 0, next = 0;
	bool http = false;
	size_t n = 1;

	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		http = http || files->http[p] != NULL;
	template_flag(d, "has_http", http);
	for (size_t i = 0; i < dhcp_n_clients; i++)
		n += needs_slice(&dhcp_clients[i], files, http);
	if (s->slices) {
		slice = (uint32_t)(total / n);
		if (slice == 0)
			return too_small(r, s, total, n);
		next = net->range_last.addr + 1 - slice * (uint32_t)(n - 1);
		render_ip(d, "default_range_first", net->range_first.addr);
		render_ip(d, "default_range_last", next - 1);
	}
	for (size_t i = 0; i < dhcp_n_clients; i++) {
		struct template_data *t = add_client(d, i, files, server_ip);
		bool sliced = s->slices && needs_slice(&dhcp_clients[i], files, http);

		template_flag(t, "sliced", sliced);
		if (!sliced)
			continue;
		render_ip(t, "slice_first", next);
		render_ip(t, "slice_last", next + slice - 1);
		next += slice;
	}
	return MK_OK;
}
