/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "dhcp/dhcp.h"

#include <stdlib.h>
#include <string.h>

/* What a server cannot do, and whether a recipe misses it. */

static unsigned platforms_of(char *const files[PLATFORM_COUNT])
{
	unsigned set = 0;

	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		if (files[p] != NULL)
			set |= PLATFORM_BIT(p);
	}
	return set;
}

static bool has_host(const struct recipe *r, bool file, bool ip)
{
	for (size_t i = 0; i < r->network.n_hosts; i++) {
		const struct recipe_host *h = &r->network.hosts[i];

		if ((file && h->file.text != NULL) || (ip && h->ip.set))
			return true;
	}
	return false;
}

/* Hosts with an address of their own that have no file: each architecture wants another. */
static bool has_host_of_any_kind(const struct recipe *r)
{
	for (size_t i = 0; i < r->network.n_hosts; i++) {
		if (r->network.hosts[i].ip.set && r->network.hosts[i].file.text == NULL)
			return true;
	}
	return false;
}

static bool has_host_file_without_ip(const struct recipe *r)
{
	for (size_t i = 0; i < r->network.n_hosts; i++) {
		if (r->network.hosts[i].file.text != NULL && !r->network.hosts[i].ip.set)
			return true;
	}
	return false;
}

/* A boot file of a host's own that S hands out, and that TEST finds. */
static bool has_host_file_that(const struct recipe *r, const struct dhcp_server *s,
			       bool (*test)(const char *file))
{
	bool by_ip = (s->limits & DHCP_LIMIT(DHCP_HOST_FILE_BY_IP)) != 0;

	for (size_t i = 0; i < r->network.n_hosts; i++) {
		const struct recipe_host *h = &r->network.hosts[i];

		if (h->file.text != NULL && (h->ip.set || !by_ip) && test(h->file.text))
			return true;
	}
	return false;
}

static bool is_any(const char *file)
{
	return file != NULL;
}

static bool has_no_dot(const char *file)
{
	return strchr(file, '.') == NULL;
}

/* By any of the two protocols. */
static size_t count_files(const struct dhcp_boot_files *files)
{
	size_t n = 0;

	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		n += (size_t)(files->file[p] != NULL) + (size_t)(files->http[p] != NULL);
	return n;
}

unsigned dhcp_lost(const struct recipe *r, const struct dhcp_server *s,
		   const struct dhcp_boot_files *files)
{
	unsigned tftp = platforms_of(files->file), http = platforms_of(files->http);
	bool several = (tftp & (tftp - 1)) != 0, urls = (http & (http - 1)) != 0;
	bool several_urls = tftp == 0 && urls;
	bool missed[DHCP_LIMIT_COUNT] = {
		[DHCP_ONE_FILE] = several || several_urls,
		[DHCP_NO_HTTP] = http != 0 && tftp != 0,
		[DHCP_HTTP_OR_TFTP] = http != 0 && tftp != 0,
		[DHCP_NO_HOST_FILE] = has_host(r, true, false),
		[DHCP_NO_HOST_ADDRESS] = has_host(r, false, true),
		[DHCP_ONE_URL] = urls,
		[DHCP_HOST_ONE_FILE] = count_files(files) > 1 && has_host_of_any_kind(r),
		[DHCP_HOST_FILE_BY_IP] = has_host_file_without_ip(r),
		[DHCP_HOST_NO_HTTP] = http != 0 && has_host_file_that(r, s, is_any),
		[DHCP_HOST_FILE_DOT] = has_host_file_that(r, s, has_no_dot),
		/* nothing in a recipe asks for these by name: they are said in the file alone */
		[DHCP_NO_BOOTP] = false,
		[DHCP_BOOTP_BY_IP] = false,
		[DHCP_OPTIONS_ONLY] = false,
		[DHCP_NO_PLAIN] = false,
	};
	unsigned lost = 0;

	for (size_t l = 0; l < DHCP_LIMIT_COUNT; l++) {
		if (missed[l] && (s->limits & DHCP_LIMIT(l)) != 0)
			lost |= DHCP_LIMIT(l);
	}
	return lost;
}

/* One for all: the default's of the TFTP tree; without one, the URL of the first platform. */
static char *one_file_text(const struct dhcp_server *s, const struct dhcp_boot_files *files)
{
	bool tftp = files->fallback != PLATFORM_COUNT;
	unsigned others = platforms_of(tftp ? files->file : files->http);
	size_t p = tftp ? files->fallback : 0;
	char *titles, *text;

	while (p < PLATFORM_COUNT && (others & PLATFORM_BIT(p)) == 0)
		p++;
	if (p == PLATFORM_COUNT)
		return mem_printf("%s: it has one boot file for all", s->title);
	others &= ~PLATFORM_BIT(p);
	titles = platform_titles(others);
	text = mem_printf("%s: it has one %s for all, that of %s%s%s%s", s->title,
			  tftp ? "boot file" : "URL", platforms[p].title, others != 0 ? "; " : "",
			  titles, others != 0 ? " cannot boot by it" : "");
	free(titles);
	return text;
}

char *dhcp_limit_text(enum dhcp_limit limit, const struct dhcp_server *s,
		      const struct dhcp_boot_files *files)
{
	static const char *const texts[DHCP_LIMIT_COUNT] = {
		[DHCP_NO_HTTP] = "it cannot offer UEFI HTTP boot beside TFTP",
		[DHCP_HTTP_OR_TFTP] = "it cannot offer UEFI HTTP boot beside TFTP; it does where "
				      "the recipe has no output tftp",
		[DHCP_NO_HOST_FILE] = "a host cannot have a boot file of its own",
		[DHCP_NO_HOST_ADDRESS] = "a host cannot have an address of its own",
		[DHCP_HOST_ONE_FILE] =
			"a host with an address of its own gets one boot file, whatever it is",
		[DHCP_HOST_FILE_BY_IP] =
			"a host without an address of its own cannot have a boot file of its own; "
			"it gets that of its architecture",
		[DHCP_HOST_NO_HTTP] = "a host with a boot file of its own gets it by UEFI HTTP "
				      "boot, too, and cannot boot so",
		[DHCP_HOST_FILE_DOT] =
			"a host's own boot file without a dot in its path reaches UEFI only where "
			"dnsmasq runs on the TFTP server",
		[DHCP_NO_BOOTP] = "plain BOOTP (GRUB 2.02, old boot ROMs) gets no answer",
		[DHCP_BOOTP_BY_IP] = "plain BOOTP (GRUB 2.02, old boot ROMs) is answered only for "
				     "hosts with an address of their own",
		[DHCP_OPTIONS_ONLY] = "the boot file is sent as option 67 only; boot ROMs and GRUB "
				      "2.02, which read the header's field, do not see it",
		[DHCP_ONE_URL] =
			"it has one URL for UEFI HTTP boot, whatever the client's architecture",
		[DHCP_NO_PLAIN] =
			"clients that do not call themselves PXEClient, such as stock GRUB's "
			"DHCP, get no answer",
	};

	if (limit == DHCP_ONE_FILE)
		return one_file_text(s, files);
	return mem_printf("%s: %s", s->title, texts[limit]);
}

char *dhcp_limit_next(unsigned *limits, const struct dhcp_server *s,
		      const struct dhcp_boot_files *files)
{
	for (size_t l = 0; l < DHCP_LIMIT_COUNT; l++) {
		if ((*limits & DHCP_LIMIT(l)) == 0)
			continue;
		*limits &= ~DHCP_LIMIT(l);
		return dhcp_limit_text((enum dhcp_limit)l, s, files);
	}
	return NULL;
}

bool dhcp_fits(const struct dhcp_server *s, const struct dhcp_boot_files *files)
{
	bool tftp = platforms_of(files->file) != 0, http = platforms_of(files->http) != 0;

	if (s->kind == DHCP_WEB)
		return http;
	if (s->kind == DHCP_TFTP || (s->limits & DHCP_LIMIT(DHCP_NO_HTTP)) != 0)
		return tftp;
	return tftp || http;
}
