/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "base/template.h"
#include "grub/grub.h"
#include "grub/menu.h"
#include "nic/nic.h"

#include <stdlib.h>
#include <string.h>

/* Bringing the network up from GRUB: which media do it, and how (grub-configs/network.cfg). */

bool grub_carries(enum grub_medium medium)
{
	return medium == GRUB_ISO || medium == GRUB_FLOPPY;
}

bool grub_entry_fetched(const struct plan_entry *e, enum grub_medium medium)
{
	return !grub_carries(medium) || e->recipe->network;
}

enum grub_network grub_network(const struct plan *plan, enum platform p, enum grub_medium medium)
{
	const struct recipe_network *w = &plan->recipe->network;
	bool bios = platforms[p].efi_file == NULL;

	if (grub_carries(medium) && !plan_needs_network(plan, OUTPUT_ISO, p))
		return NETWORK_NONE;
	if (medium == GRUB_NET && (!bios || w->drivers == 0))
		return NETWORK_NONE;
	if (!bios)
		return NETWORK_FIRMWARE;
	return medium == GRUB_NET && w->firmware ? NETWORK_AUTO : NETWORK_NATIVE;
}

bool grub_needs_drivers(const struct plan *plan, enum platform p, enum grub_medium medium)
{
	enum grub_network how = grub_network(plan, p, medium);

	return how == NETWORK_NATIVE || how == NETWORK_AUTO;
}

/* Is there a word in the user's own menu that is of the network? What takes modules for it from its
 * text (modules.c) looks at words, too: where there is none, it finds no module that differs. */
static bool menu_uses_network(const char *menu)
{
	static const char *const words[] = {"tftp", "http", "dhcp", "wire"};

	for (const char *s = menu; *(s += strspn(s, GRUB_SEPARATORS)) != '\0';
	     s += strcspn(s, GRUB_SEPARATORS)) {
		size_t len = strcspn(s, GRUB_SEPARATORS);

		if (strncmp(s, "net_", 4) == 0)
			return true;
		for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
			if (strlen(words[i]) == len && strncmp(s, words[i], len) == 0)
				return true;
		}
	}
	return false;
}

bool grub_has_protocols(const struct plan *plan, enum platform p, enum grub_medium medium)
{
	return !grub_carries(medium) || grub_network(plan, p, medium) != NETWORK_NONE ||
	       (plan->menu_text != NULL && menu_uses_network(plan->menu_text));
}

bool grub_needs_protocols(const struct plan *plan, enum platform p, enum grub_medium medium)
{
	return !plan->recipe->grub.stock_protocols && grub_has_protocols(plan, p, medium);
}

bool grub_network_asks_dhcp(const struct plan *plan, enum platform p, enum grub_medium medium)
{
	return grub_network(plan, p, medium) != NETWORK_NONE &&
	       !plan->recipe->network.address.ip.set;
}

/* A menu that is on a serial port has the messages there, too; the user's own may have put itself
 * on one, and then it is left alone. */
bool grub_network_opens_port(const struct plan *plan)
{
	return !plan->recipe->menu.serial;
}

static bool own_menu_is_serial(const struct plan *plan)
{
	return plan->menu_text != NULL && strstr(plan->menu_text, "serial") != NULL;
}

bool grub_network_http(const struct plan *plan, enum grub_medium medium)
{
	return medium == GRUB_HTTP || plan->recipe->network.http;
}

bool grub_network_asks_path(const struct plan *plan, enum grub_medium medium)
{
	return medium == GRUB_NET && plan->recipe->network.path.text == NULL;
}

/* A flag NAME, and with it the value NAME_ip. */
static void set_address(struct template_data *d, const char *name, const char *value,
			const struct ipv4 *ip)
{
	template_flag(d, name, ip->set);
	template_set(d, value, ip->set ? ipv4_text(ip->addr).text : "");
}

static void set_addresses(struct template_data *d, const struct recipe_network *w)
{
	bool fixed = w->address.ip.set;

	template_flag(d, "fixed", fixed);
	template_set(d, "how", fixed ? "fixed" : "dhcp");
	template_set(d, "ip", ipv4_text(w->address.ip.addr).text);
	template_setf(d, "subnet", "%s/%u", ipv4_text(w->subnet.addr).text, w->prefix);
	set_address(d, "gateway", "gateway_ip", fixed ? &w->address.gateway : &w->router);
	set_address(d, "dns", "dns_ip", fixed ? &w->address.dns : &w->dns);
	set_address(d, "server", "server_ip", &w->server);
}

enum mk_status grub_network_script(const struct plan *plan, enum platform p,
				   enum grub_medium medium, struct strbuf *out)
{
	/* as GRUB names them (efinet.c); there are seldom more than two */
	static const char efi_cards[] = "efinet0 efinet1 efinet2 efinet3 efinet4 efinet5 efinet6 "
					"efinet7";
	const struct recipe *r = plan->recipe;
	enum grub_network how = grub_network(plan, p, medium);
	struct template_data *d;
	enum mk_status st;
	char *drivers;

	if (how == NETWORK_NONE)
		return MK_OK;
	d = template_data_new();
	drivers = nic_names(r->network.drivers); /* none, with the firmware's, which names none */
	template_flag(d, "native", how != NETWORK_FIRMWARE);
	template_flag(d, "auto", how == NETWORK_AUTO);
	template_set(d, "drivers", drivers);
	template_set(d, "cards",
		     how == NETWORK_FIRMWARE ? efi_cards
		     : how == NETWORK_AUTO   ? "$mkboot_cards"
					     : "$net_native");
	set_addresses(d, &r->network);
	template_flag(d, "stock_http", grub_network_http(plan, medium) && r->grub.stock_protocols);
	template_set(d, "protocol", grub_network_http(plan, medium) ? "http" : "tftp");
	template_flag(d, "uri", medium == GRUB_HTTP);
	template_set(d, "path", r->network.path.text != NULL ? r->network.path.text : r->name);
	template_flag(d, "nbp_path", grub_network_asks_path(plan, medium));
	template_set(d, "base", grub_carries(medium) ? "mkboot_base" : "base");
	template_flag(d, "port", grub_network_opens_port(plan));
	template_flag(d, "own", plan->menu_text != NULL);
	template_flag(d, "own_serial", own_menu_is_serial(plan));
	st = template_fill_file("grub-configs/network.cfg", d, NULL, out);
	template_data_free(d);
	free(drivers);
	return st;
}
