/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp/slices.h"
#include "dhcp/clients.h"

bool slices_http(const struct dhcp_boot_files *files)
{
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		if (files->http[p] != NULL)
			return true;
	}
	return false;
}

/* Not the default's, who has all that is left. */
static bool needs_slice(const struct dhcp_client *c, const struct dhcp_boot_files *files)
{
	return !dhcp_client_is_fallback(c, files) && (slices_http(files) || !c->http);
}

static uint64_t range_size(const struct recipe_network *net)
{
	return (uint64_t)net->range_last.addr - net->range_first.addr + 1;
}

/* Into how many parts the range is divided. */
static size_t count(const struct dhcp_boot_files *files)
{
	size_t n = 1;

	for (size_t i = 0; i < dhcp_n_clients; i++)
		n += needs_slice(&dhcp_clients[i], files);
	return n;
}

static void divide(const struct recipe *r, const struct dhcp_boot_files *files, struct slices *s)
{
	const struct recipe_network *net = &r->network;
	size_t n = count(files);

	s->size = (uint32_t)(range_size(net) / n);
	s->first = net->range_last.addr + 1 - s->size * (uint32_t)(n - 1);
}

bool slices_of(const struct slices *slices, const struct dhcp_boot_files *files, size_t i,
	       uint32_t *first, uint32_t *last)
{
	uint32_t before = 0;

	if (!needs_slice(&dhcp_clients[i], files))
		return false;
	for (size_t k = 0; k < i; k++)
		before += needs_slice(&dhcp_clients[k], files);
	*first = slices->first + before * slices->size;
	*last = *first + slices->size - 1;
	return true;
}

/* A host's section takes from the part of the range in which its address lies what it does not set
 * itself: option 60, in an HTTP client's part, which tells a PXE ROM that the offer is not for it.
 * The HTTP client whose part has IP in it; NULL for none. */
static const struct dhcp_client *
http_client_at(const struct slices *s, const struct dhcp_boot_files *files, const struct ipv4 *ip)
{
	for (size_t i = 0; i < dhcp_n_clients; i++) {
		uint32_t first, last;

		if (dhcp_clients[i].http && ip->set && slices_of(s, files, i, &first, &last) &&
		    ip->addr >= first && ip->addr <= last)
			return &dhcp_clients[i];
	}
	return NULL;
}

bool dhcp_range_does(const struct recipe *r, const struct dhcp_server *s,
		     const struct dhcp_boot_files *files)
{
	struct slices slices;

	if (!s->slices)
		return true;
	divide(r, files, &slices);
	for (size_t i = 0; i < r->network.n_hosts; i++) {
		if (http_client_at(&slices, files, &r->network.hosts[i].ip) != NULL)
			return false;
	}
	return slices.size > 0;
}

enum mk_status slices_make(const struct recipe *r, const struct dhcp_server *s,
			   const struct dhcp_boot_files *files, struct slices *slices)
{
	const struct recipe_network *net = &r->network;
	unsigned total = (unsigned)range_size(net);

	divide(r, files, slices);
	if (slices->size == 0)
		return recipe_error(
			r, net->range_first.at.line > 0 ? net->range_first.at : net->at,
			"a range of %u address%s is too small for %s, which needs at least one for "
			"each of %zu kinds of client; make the range larger",
			total, total == 1 ? "" : "es", s->title, count(files));
	for (size_t i = 0; i < net->n_hosts; i++) {
		const struct ipv4 *ip = &net->hosts[i].ip;
		const struct dhcp_client *c = http_client_at(slices, files, ip);

		if (c != NULL)
			return recipe_error(r, ip->at,
					    "%s is in the part of the range that %s keeps for %s, "
					    "and the host would be answered as one; choose one "
					    "outside the range",
					    ipv4_text(ip->addr).text, s->title, c->title);
	}
	return MK_OK;
}
