/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_SERVE_SERVE_H
#define MKBOOT_SERVE_SERVE_H

#include "plan/plan.h"

/*
 * What was built, served to a network from this machine: dnsmasq in the foreground for DHCP (or
 * proxy-DHCP) and TFTP, with the configuration that dhcp/ renders, and libmicrohttpd in process for
 * UEFI HTTP boot, until a signal comes.
 */
enum serve_dhcp {
	SERVE_AUTO,  /* proxy-DHCP where a DHCP server answers on the interface, else its own */
	SERVE_ALONE, /* the only DHCP server: another one that answers is an error */
	SERVE_PROXY, /* proxy-DHCP, beside another server */
};

struct serve_options {
	const char *interface;
	enum serve_dhcp dhcp;
	const char *dir; /* the published folder: "out/demo" */
};

/* What can be known before anything is built: serve_run asks again. */
enum mk_status serve_check(const struct plan *plan, const struct serve_options *options);

/*
 * Refused, before anything answers, with the reason and what to do (MK_BAD_INPUT, but MK_MISSING
 * without dnsmasq): an interface that is not there, is down or has no address in the recipe's
 * subnet; a port in use; another DHCP server where this was to be the only one; a network that is
 * not the recipe's. Returns when a signal ends it: MK_OK after Ctrl-C. Nothing is left behind: no
 * process, no file.
 */
enum mk_status serve_run(const struct plan *plan, const struct serve_options *options);

#endif
