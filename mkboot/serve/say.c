/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "dhcp/clients.h"
#include "serve/session.h"

#include <stdlib.h>

static void say_files(const struct session *s)
{
	const struct dhcp_boot_files *f = &s->files;

	for (size_t i = 0; i < dhcp_n_clients; i++) {
		const struct dhcp_client *c = &dhcp_clients[i];
		const char *file = dhcp_client_file(c, f);

		if (file == NULL)
			continue;
		if (!c->http)
			msg_note("  %-17s  %s", c->title, file);
		else if (!s->proxy)
			msg_note("  %-17s  http://%s/%s", c->title, ipv4_text(s->interface.ip).text,
				 file);
	}
}

/* What proxy-DHCP cannot do, whatever the recipe (dhcp/limits.c). */
static void say_limits(const struct session *s)
{
	unsigned limits = dhcp_lost(s->plan->recipe, s->server, &s->files);
	char *text;

	if (s->proxy)
		limits |=
			s->server->limits & (DHCP_LIMIT(DHCP_NO_HTTP) | DHCP_LIMIT(DHCP_NO_PLAIN));
	while ((text = dhcp_limit_next(&limits, s->server, &s->files)) != NULL) {
		msg_note("%s", text);
		free(text);
	}
}

void serve_say(const struct session *s)
{
	const struct recipe_network *n = &s->plan->recipe->network;

	msg_note("%s on %s, at %s: %s%s%s", s->plan->recipe->name, s->interface.name,
		 ipv4_text(s->interface.ip).text, s->proxy ? "proxy-DHCP" : "DHCP",
		 s->tftp != NULL ? ", TFTP" : "", s->web != NULL ? ", HTTP" : "");
	if (!s->proxy)
		msg_note("addresses from %s to %s", ipv4_text(n->range_first.addr).text,
			 ipv4_text(n->range_last.addr).text);
	else if (s->other != 0)
		msg_note("addresses come from the DHCP server that is there, %s; --alone would be "
			 "in its place",
			 ipv4_text(s->other).text);
	say_files(s);
	say_limits(s);
	/* the answer that GRUB sees has its siaddr, or no boot file (grub-configs/prelude-net.cfg)
	 */
	if (s->proxy && s->files.fallback != PLATFORM_COUNT && !n->server.set)
		msg_warn("beside another DHCP server, GRUB cannot see where it came from; write "
			 "server: %s into the recipe's network",
			 ipv4_text(s->interface.ip).text);
	if (!s->keeper.jailed)
		msg_warn("no namespaces here: the tree is served where it lies");
	msg_note("Ctrl-C ends it");
}
