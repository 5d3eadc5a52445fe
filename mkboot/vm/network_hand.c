/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/network.h"
#include "base/fs.h"
#include "base/mem.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/* slirp takes the command apart as a shell would (slirp/src/misc.c, fork_exec: g_shell_parse_argv),
 * after QEMU took the option apart. */
static char *web_command(const char *tree, const char *folder)
{
	char exe[PATH_MAX], *line, *option;
	ssize_t len = readlink("/proc/self/exe", exe, sizeof exe - 1);
	struct vm_argv argv = {0};

	exe[len > 0 ? len : 0] = '\0';
	vm_argv_add(&argv, "%s", exe);
	vm_argv_add(&argv, "test");
	vm_argv_add(&argv, "--guest-http");
	vm_argv_add(&argv, "%s", tree);
	vm_argv_add(&argv, "%s", folder);
	line = vm_argv_quoted(&argv);
	option = vm_option_value(line);
	free(line);
	vm_argv_free(&argv);
	return option;
}

void vm_network_by_hand(const struct vm_setup *s, struct vm_network *net)
{
	char *root = path_join(s->dir, s->network->root), *tree = path_join(root, s->recipe->name);

	*net = *s->network;
	net->tree = -1;
	net->scratch = NULL;
	net->tftp = root;
	net->web = net->http != 0 ? web_command(tree, vm_network_folder(s->recipe)) : NULL;
	free(tree);
}
