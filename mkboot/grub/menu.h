/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_GRUB_MENU_H
#define MKBOOT_GRUB_MENU_H

#include "grub/grub.h"

/* Within the stage.
 *
 * What stands before the menu and sets `root` and `base` (grub-configs/). ID and
 * LABEL are ISO's, else NULL; PROBE is a file that must be on the medium or the server, or NULL on
 * a server that has nothing but the NBP. Diskless media have none. */
enum mk_status grub_prelude(const struct plan *plan, enum platform p, enum grub_medium medium,
			    const char *id, const char *label, const char *probe,
			    struct strbuf *out);

/* How GRUB itself gets at the network on a medium. */
enum grub_network {
	NETWORK_NONE,   /* not at all, or as the firmware has set it up */
	NETWORK_NATIVE, /* by drivers of its own */
	NETWORK_AUTO,   /* by those where one knows the card that the NBP came through, else UNDI */
	NETWORK_FIRMWARE, /* by the firmware's drivers (UEFI) */
};
enum grub_network grub_network(const struct plan *plan, enum platform p, enum grub_medium medium);
/* Does the medium carry files of its own? */
bool grub_carries(enum grub_medium medium);
/* Are the entry's files a server's, so that one may be missing? */
bool grub_entry_fetched(const struct plan_entry *e, enum grub_medium medium);
/* What lets go of any kernel, without a file. (GRUB 2.06: multiboot.c does that first; i386/linux.c
 * would start its kernel all the same.) */
#define GRUB_UNLOAD "multiboot"
/* Are what it has to say and the menu on different terminals, so that it opens the serial port? */
bool grub_network_opens_port(const struct plan *plan);
/* Does it load by HTTP? */
bool grub_network_http(const struct plan *plan, enum grub_medium medium);
/* Is the folder on the server found out from what the NBP came from? */
bool grub_network_asks_path(const struct plan *plan, enum grub_medium medium);
/* Does it ask for its address by DHCP (net_bootp)? */
bool grub_network_asks_dhcp(const struct plan *plan, enum platform p, enum grub_medium medium);
/* What stands between the words of a menu, for those who look for words in the user's own. */
#define GRUB_SEPARATORS " \t\r\n;{}()|&\"'$=,#"
/* The functions that bring it up (grub-configs/network.cfg), and for the user's own menu the call;
 * nothing for NETWORK_NONE. */
enum mk_status grub_network_script(const struct plan *plan, enum platform p,
				   enum grub_medium medium, struct strbuf *out);

#endif
