/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_SERVE_SESSION_H
#define MKBOOT_SERVE_SESSION_H

#include "dhcp/dhcp.h"
#include "serve/keeper.h"
#include "serve/log.h"
#include "serve/net.h"
#include "serve/requests.h"
#include "serve/serve.h"
#include "serve/web.h"

/* Within the stage: all that one serve_run has. */
struct session {
	const struct plan *plan;
	const struct serve_options *options;
	const char *folder; /* the recipe's in both trees: "boot/demo", or its name */
	struct serve_interface interface;
	bool proxy;
	uint32_t other; /* the DHCP server that answers there, or 0 */
	const struct dhcp_server *server;
	struct dhcp_boot_files files;
	struct serve_user user;
	/* What leads to the trees, opened by root (O_PATH): the folder that builds are published
	 * in, so that a new one is found there; where it is closed to others, the build itself. */
	char *top;
	int top_fd;
	bool follows;      /* new builds */
	int build_fd;      /* the build that is being served; -1: it is gone */
	int64_t gone;      /* when that was seen (clock_ms), or 0: it is there, or gone was said */
	char *tftp, *http; /* the recipe's folders below TOP, or NULL */
	int requests;      /* a packet socket (requests.h), or -1 */
	struct web *web;
	struct serve_log log;
	struct keeper keeper;
	char *program; /* dnsmasq */
};

/* dnsmasq.c: its configuration and command line, and how it failed to start, by the last line it
 * wrote. */
enum mk_status serve_dnsmasq_prepare(struct session *s);
void serve_dnsmasq_free(struct session *s);
enum mk_status serve_dnsmasq_failed(const struct session *s, const char *line);

/* follow.c: open what leads to the trees, and the trees' names below it. */
enum mk_status serve_trees_open(struct session *s);
/* Was it built again, or removed? That is said, once. MK_FAILED where what was built cannot be
 * reached. */
enum mk_status serve_trees_look(struct session *s);
void serve_trees_free(struct session *s);
/* A path of the TFTP tree's ("boot/demo/bios.0"), or -1. */
int serve_tftp_open(const struct session *s, const char *path);

/* say.c: what is served, to whom, and what cannot be. */
void serve_say(const struct session *s);

/* loop.c: until a signal, or dnsmasq, ends it. SIGNALS: a signalfd. */
enum mk_status serve_loop(struct session *s, int signals);

#endif
