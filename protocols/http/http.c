/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * http.mod: `(http,SERVER)/FILE`, in the place of GRUB's own, whose TCP has a window of 8 KiB and
 * no options at all, and which takes the page that says 404 for the file (grub-core/net/http.c,
 * tcp.c). SERVER may have ":PORT".
 */
#include "fetch.h"

#include <grub/dl.h>
#include <grub/loader.h>

GRUB_MOD_LICENSE("GPLv3+");
__attribute__((section(".modname"), used)) static const char http_modname[] = "http";
__attribute__((section(".moddeps"), used)) static const char http_moddeps[] = "wire\0net";

static const struct wire_source source = {
	.read = http_fetch_read,
	.seek = http_fetch_seek,
	.close = http_fetch_close,
};

/* Debian's GRUB cuts the port off the server's name and has it behind the file's (its
 * net-read-bracketed-ipv6-addr.patch); GRUB itself knows of none, and leaves it there. */
static int port_of(const struct grub_net *net)
{
	const usize behind = __builtin_offsetof(struct grub_net, name) + sizeof net->name;

	if (__builtin_offsetof(struct grub_net, protocol) == behind)
		return 0;
	return *(const int *)(const void *)((const char *)net + behind);
}

static grub_err_t open_file(struct grub_file *file, const char *name)
{
	const struct grub_net *net = file->device->net;
	struct http_fetch *f = http_fetch_open(net->server, port_of(net), name);
	u64 size;

	if (f == NULL)
		return grub_errno;
	size = f->size == HTTP_UNKNOWN ? GRUB_FILE_SIZE_UNKNOWN : f->size;
	return wire_file(file, &source, f, size);
}

static struct grub_net_app_protocol http_protocol = {
	.name = "http",
	.open = open_file,
	.close = wire_file_close,
};

static struct grub_preboot *before_boot;

/* A server need not wait for a machine that runs something else now. */
static grub_err_t leave(int noreturn)
{
	(void)noreturn;
	http_link_forget();
	return GRUB_ERR_NONE;
}

static grub_err_t stay(void)
{
	return GRUB_ERR_NONE;
}

GRUB_MOD_INIT(http)
{
	grub_net_app_level_register(&http_protocol);
	before_boot = grub_loader_register_preboot_hook(leave, stay,
							GRUB_LOADER_PREBOOT_HOOK_PRIO_NORMAL);
}

GRUB_MOD_FINI(http)
{
	grub_net_app_level_unregister(&http_protocol);
	if (before_boot != NULL) /* no memory */
		grub_loader_unregister_preboot_hook(before_boot);
	http_link_forget();
}
