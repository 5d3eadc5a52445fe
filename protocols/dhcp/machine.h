/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_DHCP_MACHINE_H
#define MKBOOT_PROTOCOLS_DHCP_MACHINE_H

#include "client.h"

/* What this machine says of itself, but for its card's address. */
void dhcp_machine(struct dhcp_identity *id);

#endif
