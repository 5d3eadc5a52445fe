/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp/render.h"

#include <string.h>

/* A DNS label that is a keyword or a duration ("45m") where a server takes either. */
static bool is_word(const char *name)
{
	size_t digits = strspn(name, "0123456789");

	if (strcmp(name, "ignore") == 0 || strcmp(name, "infinite") == 0)
		return true;
	return name[digits] == '\0' ||
	       (strchr("smhdwSMHDW", name[digits]) != NULL && name[digits + 1] == '\0');
}

static void add_host(struct template_data *d, const struct recipe_host *host, size_t number,
		     bool files_before)
{
	struct template_data *h = template_add(d, "hosts");
	const unsigned char *m = host->mac;

	template_setf(h, "number", "%zu", number);
	template_flag(h, "first", number == 1);
	template_setf(h, "id", "mac-%02x-%02x-%02x-%02x-%02x-%02x", m[0], m[1], m[2], m[3], m[4],
		      m[5]);
	template_setf(h, "tag", "host%02x%02x%02x%02x%02x%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
	template_setf(h, "mac", "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4],
		      m[5]);
	template_setf(h, "mac_upper", "%02X:%02X:%02X:%02X:%02X:%02X", m[0], m[1], m[2], m[3], m[4],
		      m[5]);
	template_setf(h, "mac_dashes", "%02x-%02x-%02x-%02x-%02x-%02x", m[0], m[1], m[2], m[3],
		      m[4], m[5]);
	template_flag(h, "has_name", host->name.text != NULL);
	template_flag(h, "name_is_word", host->name.text != NULL && is_word(host->name.text));
	if (host->name.text != NULL)
		template_set(h, "name", host->name.text);
	render_optional_ip(h, "has_ip", "ip", &host->ip);
	template_flag(h, "has_file", host->file.text != NULL);
	template_flag(h, "first_file", host->file.text != NULL && !files_before);
	template_flag(h, "file_has_dot",
		      host->file.text != NULL && strchr(host->file.text, '.') != NULL);
	if (host->file.text != NULL) {
		template_set(h, "file", host->file.text);
		template_set(h, "host_file", host->file.text);
	}
}

void render_hosts(const struct recipe_network *net, struct template_data *d)
{
	bool files = false;

	template_flag(d, "has_hosts", net->n_hosts > 0);
	template_list(d, "hosts");
	for (size_t i = 0; i < net->n_hosts; i++) {
		add_host(d, &net->hosts[i], i + 1, files);
		files = files || net->hosts[i].file.text != NULL;
	}
	template_flag(d, "has_host_files", files);
}
