/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_SERVE_REQUESTS_H
#define MKBOOT_SERVE_REQUESTS_H

#include "serve/log.h"
#include "serve/net.h"

/*
 * Within the stage: TFTP's read requests (RFC 1350 §5) as they come in, for their time and the
 * client's MAC address, which dnsmasq does not tell. They are only looked at.
 */

/* A packet socket that gets what goes to UDP port 69 and nothing else, for ever (SO_LOCK_FILTER).
 * MK_FAILED, said. */
enum mk_status requests_open(const struct serve_interface *i, int *fd);
/* What is there now goes to the log. */
void requests_read(int fd, struct serve_log *log);

/* An IPv4 datagram with a read request: who asks, and for what. FILE is for free(). */
bool requests_parse(const unsigned char *packet, size_t len, uint32_t *ip, char **file);

#endif
