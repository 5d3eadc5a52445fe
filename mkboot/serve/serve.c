/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/serve.h"
#include "base/exec.h"
#include "base/fs.h"
#include "base/janitor.h"
#include "base/mem.h"
#include "base/platform.h"
#include "serve/session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

/* A router that pings an address before it offers it (dnsmasq, for 3 seconds) is not missed. */
#define PROBE_MS 4500
#define ARP_MAX  ((size_t)1 << 20)

/* --- what the log asks ------------------------------------------------------------------------ */

static int64_t size_of(void *ctx, const char *path)
{
	const struct session *s = ctx;
	int fd = serve_tftp_open(s, path);
	int64_t size = -1;
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0)
		size = st.st_size;
	if (fd >= 0)
		close(fd);
	return size;
}

/* The kernel's table of neighbours (proc(5), /proc/net/arp). */
static bool mac_of(void *ctx, uint32_t ip, char mac[18])
{
	struct strbuf table = {0};
	char *line, *save = NULL;
	bool found = false;

	(void)ctx;
	if (fs_read("/proc/net/arp", ARP_MAX, &table) != 0)
		return false;
	for (line = strtok_r(table.data, "\n", &save); line != NULL && !found;
	     line = strtok_r(NULL, "\n", &save)) {
		char address[16];
		uint32_t its;

		found = sscanf(line, "%15s %*s %*s %17s", address, mac) == 2 &&
			ipv4_parse(address, &its) && its == ip && strlen(mac) == 17 &&
			strcmp(mac, "00:00:00:00:00:00") != 0;
	}
	strbuf_free(&table);
	return found;
}

/* --- before anything answers ------------------------------------------------------------------ */

static bool serves_http(const struct recipe *r)
{
	return r->outputs[OUTPUT_HTTP].wanted ||
	       (r->network.http && r->outputs[OUTPUT_TFTP].wanted);
}

static enum mk_status check_ports(const struct recipe *r, const struct serve_interface *i)
{
	enum mk_status st = serve_port_free(i, true, 0, 67, "DHCP");

	if (st == MK_OK && r->outputs[OUTPUT_TFTP].wanted)
		st = serve_port_free(i, true, i->ip, 69, "TFTP");
	if (st == MK_OK && serves_http(r))
		st = serve_port_free(i, false, i->ip, 80, "HTTP");
	return st;
}

enum mk_status serve_check(const struct plan *plan, const struct serve_options *o)
{
	const struct recipe *r = plan->recipe;
	struct serve_interface i;
	enum mk_status st;
	char *program;

	if (r->file == NULL)
		return msg_fail(
			MK_BAD_INPUT,
			"serving takes a recipe, with its network, and this is a kernel; write "
			"a recipe with: mkboot init %s",
			r->menu.entries[0].kernel.text);
	if (!r->outputs[OUTPUT_TFTP].wanted && !r->outputs[OUTPUT_HTTP].wanted)
		return msg_fail(MK_BAD_INPUT,
				"there is nothing to serve: add 'tftp' to the recipe's "
				"outputs");
	if (geteuid() != 0)
		return msg_fail(MK_BAD_INPUT,
				"serving takes root, for the ports of DHCP and TFTP: sudo mkboot "
				"serve ...; it is given up as soon as they are open");
	program = exec_find("dnsmasq");
	if (program == NULL)
		return msg_missing("dnsmasq", "dnsmasq-base");
	free(program);
	st = serve_interface_find(r, o->interface, &i);
	return st == MK_OK ? check_ports(r, &i) : st;
}

/* Who else hands out addresses there, and what to be beside it. */
static enum mk_status choose_mode(struct session *s)
{
	enum serve_dhcp asked = s->options->dhcp;
	const char *name = s->interface.name;
	enum mk_status st;

	msg_note("asking whether a DHCP server answers on %s", name);
	st = serve_probe(&s->interface, PROBE_MS, &s->other);
	if (st == MK_OK && asked == SERVE_ALONE && s->other != 0)
		st = msg_fail(
			MK_BAD_INPUT,
			"a DHCP server answers on %s already, %s, and a network can have one; "
			"end it there, or be beside it: --proxy",
			name, ipv4_text(s->other).text);
	s->proxy = asked == SERVE_PROXY || (asked == SERVE_AUTO && s->other != 0);
	if (st == MK_OK && s->proxy && s->other == 0)
		msg_warn("no DHCP server answers on %s: machines get no address, and do not boot, "
			 "until one does",
			 name);
	/* PXE 2.1 §2.2.3: the boot server's port */
	if (st == MK_OK && s->proxy)
		st = serve_port_free(&s->interface, true, 0, 4011, "proxy-DHCP");
	s->server = dhcp_server_find(s->proxy ? "dnsmasq-proxy" : "dnsmasq");
	if (st == MK_OK && !dhcp_fits(s->server, &s->files))
		st = msg_fail(
			MK_BAD_INPUT,
			"proxy-DHCP cannot offer UEFI HTTP boot, and there is nothing else: add "
			"'tftp' to the recipe's outputs%s",
			s->other != 0 ? ", or end the DHCP server that is there" : "");
	return st;
}

/* Has anything the recipe's server built in, so that it does not ask for another? */
static const char *with_server_built_in(const struct session *s)
{
	const struct recipe *r = s->plan->recipe;

	for (size_t i = 0; i < r->menu.n_entries; i++) {
		if (r->menu.entries[i].network)
			return "entries with 'load: network' have";
	}
	if (r->outputs[OUTPUT_DISKLESS_CD].wanted || r->outputs[OUTPUT_DISKLESS_FLOPPY].wanted)
		return "diskless media have";
	/* grub-configs/prelude-net.cfg */
	if (s->proxy && s->files.fallback != PLATFORM_COUNT)
		return "GRUB, beside another DHCP server, has";
	return NULL;
}

static void warn_of_server(const struct session *s)
{
	const struct recipe_network *n = &s->plan->recipe->network;
	const char *who = with_server_built_in(s);

	if (who != NULL && n->server.set && n->server.addr != s->interface.ip)
		msg_warn("the recipe's server is %s, which is no address of %s: %s that built in, "
			 "and finds nothing; ip addr add %s/%u dev %s, or change the recipe",
			 ipv4_text(n->server.addr).text, s->interface.name, who,
			 ipv4_text(n->server.addr).text, n->prefix, s->interface.name);
}

/* A host's own file lies in no tree of mkboot's, unless it is one of the recipe's. */
static void warn_of_hosts(struct session *s)
{
	const struct recipe_network *n = &s->plan->recipe->network;

	for (size_t i = 0; i < n->n_hosts; i++) {
		const char *file = n->hosts[i].file.text;

		if (file != NULL && size_of(s, file) < 0)
			recipe_warn(s->plan->recipe, n->hosts[i].file.at,
				    "%s is not among the files that are served", file);
	}
}

static enum mk_status start_web(struct session *s)
{
	enum mk_status st;
	int fd;

	if (s->http == NULL)
		return MK_OK;
	st = serve_listen(s->interface.ip, 80, "HTTP", &fd);
	return st == MK_OK ? web_start(fd, s->top_fd, s->http, s->folder, &s->log, &s->web) : st;
}

/* SIGINT, SIGTERM and SIGHUP are read from *FD. */
static enum mk_status take_signals(int *fd, sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, before);
	*fd = signalfd(-1, &set, SFD_CLOEXEC);
	return *fd >= 0 ? MK_OK : msg_errno("signalfd", errno, "failed");
}

static void session_free(struct session *s)
{
	web_stop(s->web);
	keeper_end(&s->keeper);
	serve_dnsmasq_free(s);
	serve_log_free(&s->log);
	dhcp_files_free(&s->files);
	serve_user_free(&s->user);
	if (s->requests >= 0)
		close(s->requests);
	serve_trees_free(s);
	free(s->program);
}

enum mk_status serve_run(const struct plan *plan, const struct serve_options *o)
{
	const char *path = plan->recipe->network.path.text;
	struct session s = {
		.plan = plan,
		.options = o,
		.folder = path != NULL ? path : plan->recipe->name,
		.top_fd = -1,
		.build_fd = -1,
		.requests = -1,
		.keeper = {.pid = -1, .life = -1, .lines = -1, .config = -1},
		.program = exec_find("dnsmasq"),
	};
	enum mk_status st = serve_check(plan, o);
	sigset_t before;
	int signals = -1;

	if (st != MK_OK) {
		free(s.program);
		return st;
	}
	/* root's, where root built, and it removes what it is told to */
	janitor_end();
	s.log = (struct serve_log){.size_of = size_of, .mac_of = mac_of, .ctx = &s};
	serve_user_find(&s.user);
	dhcp_files_of(plan, &s.files);
	sigprocmask(SIG_SETMASK, NULL, &before);
	st = serve_interface_find(plan->recipe, o->interface, &s.interface);
	if (st == MK_OK)
		st = serve_trees_open(&s);
	if (st == MK_OK)
		st = choose_mode(&s);
	if (st == MK_OK) {
		warn_of_server(&s);
		warn_of_hosts(&s);
		st = serve_dnsmasq_prepare(&s);
	}
	if (st == MK_OK && s.tftp != NULL)
		st = requests_open(&s.interface, &s.requests);
	if (st == MK_OK)
		st = take_signals(&signals, &before);
	if (st == MK_OK)
		st = start_web(&s);
	if (st == MK_OK)
		st = keeper_start(&s.keeper);
	if (st == MK_OK)
		st = serve_loop(&s, signals);
	session_free(&s);
	if (signals >= 0)
		close(signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return st;
}
