/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "serve/session.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The configuration in a file that has no name, which ends with the last who has it open. */
static enum mk_status write_config(struct session *s)
{
	struct strbuf text = {0};
	enum mk_status st =
		dhcp_render(s->plan->recipe, s->server, &s->files, s->interface.ip, &text);
	int err = 0;

	if (st == MK_OK) {
		s->keeper.config = memfd_create("dnsmasq.conf", MFD_CLOEXEC);
		err = s->keeper.config < 0 ? -errno
					   : fs_write_all(s->keeper.config, text.data, text.len);
	}
	if (err != 0)
		st = msg_errno(s->server->file, err, "cannot be written to memory");
	strbuf_free(&text);
	return st;
}

static int on_file(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)path;
	(void)st;
	(void)ftw;
	return kind == FTW_SL || kind == FTW_SLN ? 1 : 0;
}

/* May any user read what is in FOLDER? For free(): why not; NULL where they may. */
static char *not_for_all(const char *folder)
{
	char *path = mem_dup(folder), *why = NULL;
	struct stat st;

	while (why == NULL && strcmp(path, "/") != 0) {
		char *up = path_dir(path);

		if (stat(path, &st) != 0 || (st.st_mode & S_IXOTH) == 0)
			why = mem_printf("%s is closed to dnsmasq's user", path);
		free(path);
		path = up;
	}
	free(path);
	return why;
}

/* Without namespaces: the tree where it lies, if that does as well. */
static enum mk_status plain_root(const struct session *s, char **root)
{
	char *tree = path_join(s->options->dir, "tftp"), *path = realpath(tree, NULL), *why = NULL;

	if (path == NULL)
		why = mem_printf("%s cannot be found", tree);
	else if (strcmp(s->folder, s->plan->recipe->name) != 0)
		why = mem_printf("the recipe's network.path gives it another name");
	else if (strchr(path, ',') != NULL)
		why = mem_printf("dnsmasq takes no comma in its path");
	else if (nftw(path, on_file, 16, FTW_PHYS) != 0)
		why = mem_printf("a symbolic link is in it");
	else
		why = not_for_all(path);
	*root = NULL;
	if (why == NULL)
		*root = mem_dup(path);
	else
		msg_fail(MK_FAILED,
			 "%s cannot be served from here: this machine or container does not let "
			 "mkboot have a mount namespace (CAP_SYS_ADMIN), and %s",
			 tree, why);
	free(why);
	free(path);
	free(tree);
	return *root != NULL ? MK_OK : MK_FAILED;
}

static void add(struct session *s, size_t *n, char *argument)
{
	*MEM_PUSH(s->keeper.argv, *n) = argument;
}

enum mk_status serve_dnsmasq_prepare(struct session *s)
{
	static const char *const fixed[] = {
		"--keep-in-foreground", /* unlike --no-daemon, it gives root up */
		"--conf-file=/proc/self/fd/0",
		"--bind-interfaces",
		"--except-interface=lo",
		"--log-dhcp",
		"--log-facility=-",
		"--pid-file=",
		"--leasefile-ro", /* leases in memory only */
		"--no-hosts",
		"--no-resolv",
		"--user=nobody",
	};
	char *root = NULL;
	enum mk_status st = write_config(s);
	size_t n = 0;

	s->keeper.program = s->program;
	s->keeper.jailed = keeper_can_jail();
	s->keeper.top = s->top;
	s->keeper.tree = s->tftp;
	s->keeper.folder = s->folder;
	s->keeper.user = &s->user;
	if (st == MK_OK && s->tftp != NULL && !s->keeper.jailed)
		st = plain_root(s, &root);
	else if (st == MK_OK && s->tftp != NULL)
		root = mem_dup(KEEPER_ROOT);
	add(s, &n, mem_dup("dnsmasq"));
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		add(s, &n, mem_dup(fixed[i]));
	add(s, &n, mem_printf("--interface=%s", s->interface.name));
	if (root != NULL) {
		add(s, &n, mem_dup("--enable-tftp"));
		add(s, &n, mem_printf("--tftp-root=%s", root));
	}
	add(s, &n, NULL);
	s->log.root = root;
	return st;
}

void serve_dnsmasq_free(struct session *s)
{
	for (size_t i = 0; s->keeper.argv != NULL && s->keeper.argv[i] != NULL; i++)
		free(s->keeper.argv[i]);
	free(s->keeper.argv);
	free((char *)(uintptr_t)s->log.root);
	if (s->keeper.config >= 0)
		close(s->keeper.config);
}

enum mk_status serve_dnsmasq_failed(const struct session *s, const char *line)
{
	const char *text = serve_log_text(line);

	if (text == NULL)
		text = line[0] != '\0' ? line : "it says nothing";
	if (strstr(text, "Address already in use") != NULL)
		return msg_fail(MK_BAD_INPUT,
				"dnsmasq does not start, for a port is in use: %s; see: ss -lunp",
				text);
	return msg_fail(MK_FAILED,
			"dnsmasq does not start: %s; its configuration is that of: mkboot dhcp "
			"--for %s",
			text, s->server->name);
}
