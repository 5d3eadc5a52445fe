/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp/dhcp.h"
#include "base/mem.h"
#include "plan/plan.h"
#include "verbs/outputs.h"
#include "verbs/verbs.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"      --for SERVER  which server; --list names them\n"
	"      --server IP   the TFTP and web server's address, in the place of the recipe's\n"
	"      --list        the servers, and the files that they are written to in "
	"out/NAME/dhcp/\n"
	"\n"
	"The configuration goes to standard output and nowhere else. What of the recipe the "
	"server\n"
	"cannot do is a warning, and stands in the configuration, too.\n"
	"\n"
	"A router that cannot be told what to boot stays as it is: --for dnsmasq-proxy is for\n"
	"dnsmasq on another machine beside it, and `mkboot serve` does the same without set-up.\n";

/* Is one of the two the other with more behind a hyphen? Packages and programs are called so:
 * kea-dhcp4-server, tftpd. */
static bool goes_on(const char *a, const char *b)
{
	size_t shorter = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

	return shorter > 0 && strncmp(a, b, shorter) == 0 &&
	       (a[shorter] == '-' || b[shorter] == '-');
}

/* The server that NAME may mean, by its name here, its title or its file's name; NULL for none. */
static const char *nearest_server(const char *name)
{
	size_t n = dhcp_n_servers;
	const char **words = mem_array(3 * n, sizeof *words), *near, *found = NULL;
	char **stems = mem_array(n, sizeof *stems);

	for (size_t i = 0; i < n; i++) {
		const struct dhcp_server *s = &dhcp_servers[i];

		stems[i] = mem_ndup(s->file, strcspn(s->file, "."));
		words[i] = s->name;
		words[n + i] = s->title;
		words[2 * n + i] = stems[i];
	}
	found = recipe_nearest(name, words, n);
	for (size_t i = 0; i < n && found == NULL; i++) {
		if (goes_on(name, words[i]))
			found = words[i];
	}
	near = found == NULL ? recipe_nearest(name, words + n, 2 * n) : NULL;
	for (size_t i = 0; i < 2 * n && near != NULL && found == NULL; i++) {
		if (words[n + i] == near)
			found = words[i % n];
	}
	for (size_t i = 0; i < n; i++)
		free(stems[i]);
	free(stems);
	free(words);
	return found;
}

static enum mk_status find_server(const char *name, const struct dhcp_server **server)
{
	const char *near;

	*server = dhcp_server_find(name);
	if (*server != NULL)
		return MK_OK;
	near = nearest_server(name);
	if (near != NULL)
		return msg_fail(MK_USAGE, "there is no DHCP server '%s'; did you mean '%s'?", name,
				near);
	return msg_fail(MK_USAGE, "there is no DHCP server '%s'; see: mkboot dhcp --list", name);
}

static void warn_of(unsigned lost, const struct dhcp_server *server,
		    const struct dhcp_boot_files *files)
{
	char *text;

	while ((text = dhcp_limit_next(&lost, server, files)) != NULL) {
		msg_warn("%s", text);
		free(text);
	}
}

/* IP, in the place of the recipe's server: what the recipe's own must not be, it must not be. */
static enum mk_status check_server(const struct recipe *r, uint32_t ip)
{
	const struct recipe_network *net = &r->network;
	uint32_t host = UINT32_MAX >> net->prefix;
	const char *what = NULL;

	if (ip == 0 || !net->subnet.set)
		return MK_OK;
	if (ip >= net->range_first.addr && ip <= net->range_last.addr)
		what = "lies in the range of addresses that the recipe hands out";
	else if (ip == net->subnet.addr)
		what = "is the subnet's own address";
	else if (ip == (net->subnet.addr | host))
		what = "is the subnet's broadcast address";
	for (size_t i = 0; i < net->n_hosts && what == NULL; i++) {
		if (net->hosts[i].ip.set && net->hosts[i].ip.addr == ip)
			what = "is the address of one of the recipe's hosts";
	}
	return what == NULL ? MK_OK
			    : verb_usage(&verb_dhcp, "--server %s %s", ipv4_text(ip).text, what);
}

static enum mk_status print(const char *operand, const struct dhcp_server *server, uint32_t ip)
{
	struct recipe *recipe = NULL;
	struct plan *plan = NULL;
	struct dhcp_boot_files files = {0};
	struct strbuf text = {0};
	enum mk_status st = load_and_plan(operand, NULL, &recipe, &plan);

	if (st == MK_OK)
		st = check_server(recipe, ip);
	if (st == MK_OK) {
		if (ip != 0)
			recipe->network.server = (struct ipv4){.addr = ip, .set = true};
		/* written by default, but without a server there is no URL to it */
		if (!recipe->network.server.set && recipe->outputs[OUTPUT_HTTP].by_default)
			recipe->outputs[OUTPUT_HTTP].wanted = false;
		dhcp_files_of(plan, &files);
		st = dhcp_render(recipe, server, &files, 0, &text);
	}
	if (st == MK_OK) {
		warn_of(dhcp_lost(recipe, server, &files), server, &files);
		fwrite(text.data, 1, text.len, stdout);
	}
	dhcp_files_free(&files);
	strbuf_free(&text);
	plan_free(plan);
	recipe_free(recipe);
	return st;
}

static enum mk_status list(void)
{
	for (size_t i = 0; i < dhcp_n_servers; i++) {
		const struct dhcp_server *s = &dhcp_servers[i];

		if (i == 0 || s->kind != dhcp_servers[i - 1].kind)
			printf("%s%s:\n", i == 0 ? "" : "\n", dhcp_kind_titles[s->kind]);
		printf("  %-15s %-28s %s\n", s->name, s->title, s->file);
	}
	return MK_OK;
}

static enum mk_status run(int argc, char *argv[])
{
	static const struct option options[] = {
		{"for", required_argument, NULL, 'f'},
		{"server", required_argument, NULL, 's'},
		{"list", no_argument, NULL, 'l'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const struct dhcp_server *server = NULL;
	const char *operand;
	enum mk_status st = MK_OK;
	uint32_t ip = 0;
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1 && st == MK_OK) {
		if (c == 'f')
			st = find_server(optarg, &server);
		else if (c == 's' && (!ipv4_parse(optarg, &ip) || !ipv4_is_host(ip)))
			st = verb_usage(&verb_dhcp,
					"--server takes a machine's IPv4 address, not '%s'",
					optarg);
		else if (c == 'h')
			return verb_help(&verb_dhcp);
		else if (c == 'l')
			return list();
		else if (c != 's')
			st = verb_bad_option(&verb_dhcp, c, argv);
	}
	if (st == MK_OK && server == NULL)
		st = verb_usage(&verb_dhcp, "say which server it is for, as in --for dnsmasq");
	if (st == MK_OK)
		st = verb_operand(&verb_dhcp, argc, argv, optind, &operand);
	return st == MK_OK ? print(operand, server, ip) : st;
}

const struct verb verb_dhcp = {
	.name = "dhcp",
	.arguments = "[RECIPE] --for SERVER [--server IP] | --list",
	.summary = "Print the configuration that makes a DHCP server boot this recipe",
	.run = run,
	.help = help,
};
