/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "legacy/parse.h"

/* The commands that bring the network up. What the recipe says itself goes before them. */

/* What the menu knows of the network makes it given. */
static struct recipe_network *network(struct lst *l)
{
	struct recipe_network *w = &l->recipe->network;

	if (!w->given) {
		w->given = true;
		w->at = lst_at(l, l->name);
	}
	return w;
}

/* Into *TO, where the recipe has not said it. */
static void set_address(struct lst *l, struct word w, struct ipv4 *to)
{
	struct ipv4 ip = {0};

	if (!lst_ipv4(l, w, &ip))
		return;
	if (!ipv4_is_host(ip.addr)) {
		lst_error(l, w, "this is no address that a machine can have");
		return;
	}
	if (to->at.line != 0 && !to->at.legacy)
		return;
	if (to->set && to->addr != ip.addr) {
		lst_error(l, w,
			  "line %u says %s: the settings of the network are for all entries; keep "
			  "one",
			  to->at.line, ipv4_text(to->addr).text);
		return;
	}
	(void)network(l);
	*to = ip;
}

/* One-bits from the left; 0 where it is no subnet's mask. */
static unsigned prefix_of(uint32_t mask)
{
	unsigned n = 0;

	while (n < 32 && (mask << n & UINT32_C(1) << 31) != 0)
		n++;
	return n < 1 || n > 30 || (n < 32 && mask << n != 0) ? 0 : n;
}

static bool set_subnet(struct lst *l, struct word w, const struct ipv4 *mask,
		       const struct ipv4 *address)
{
	struct recipe_network *net = network(l);
	unsigned prefix = prefix_of(mask->addr);

	if (prefix == 0) {
		lst_error(l, w, "this is no subnet's mask, like 255.255.255.0");
		return false;
	}
	if (net->subnet.at.line != 0 && !net->subnet.at.legacy)
		return true;
	net->prefix = prefix;
	net->subnet = (struct ipv4){
		.addr = address->addr & mask->addr,
		.set = true,
		.at = mask->at,
	};
	return true;
}

/* ifconfig [--address=IP] [--mask=IP] [--gateway=IP] [--server=IP] (stage2/builtins.c,
 * ifconfig_func). */
void lst_ifconfig(struct lst *l)
{
	struct recipe_network *net = &l->recipe->network;
	struct ipv4 mask = {0};
	struct word mask_word = {0};
	struct word address = {0};
	bool bad = false;
	const char *s = l->args;

	while (*s != '\0') {
		struct word w = lst_word(&s), value;

		if (word_begins(w, "--address=", &value)) {
			address = value;
			set_address(l, value, &net->address.ip);
		} else if (word_begins(w, "--server=", &value)) {
			set_address(l, value, &net->server);
		} else if (word_begins(w, "--gateway=", &value)) {
			set_address(l, value, &net->router);
		} else if (word_begins(w, "--mask=", &value)) {
			mask_word = value;
			lst_ipv4(l, value, &mask);
		} else {
			lst_error(l, w,
				  "'ifconfig' has no such option; it has --address=IP, --mask=IP, "
				  "--gateway=IP, --server=IP");
		}
	}
	if (address.s != NULL && net->address.ip.set && net->address.ip.at.legacy)
		l->address_at = net->address.ip.at;
	if (mask.set && net->address.ip.set) {
		bad = !set_subnet(l, mask_word, &mask, &net->address.ip);
	} else if (mask.set && address.s == NULL) {
		lst_error(l, mask_word, "a mask goes with an address: --address=IP");
	} else if (l->address_at.line != 0 && !net->subnet.set && mask_word.s == NULL) {
		lst_error(l, address,
			  "an address goes with its subnet's mask: --mask=255.255.255.0");
		bad = true;
	}
	if (bad && net->address.ip.at.legacy) /* it has been said: nothing more of it */
		net->address.ip = (struct ipv4){0};
}

void lst_tftpserver(struct lst *l)
{
	const char *s = l->args;

	set_address(l, lst_word(&s), &l->recipe->network.server);
	lst_end(l, s);
}

/* dhcp, bootp: what GRUB does where no address is given. */
void lst_dhcp(struct lst *l)
{
	struct word rest = {.s = l->args, .len = 1};

	if (*l->args != '\0') {
		rest.len = 0;
		while (rest.s[rest.len] != '\0')
			rest.len++;
		lst_error(l, rest,
			  "a menu that the server names cannot be loaded: the menu is inside the "
			  "image; take the option out");
	}
	l->dhcp_at = lst_at(l, l->name);
}
