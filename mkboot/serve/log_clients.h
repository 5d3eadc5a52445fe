/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_SERVE_LOG_CLIENTS_H
#define MKBOOT_SERVE_LOG_CLIENTS_H

#include "serve/log.h"

/* Within the stage: the log's clients, and what its lines are made of. */

/* The client of that address, a new one where there is none. */
struct serve_client *log_client_by_mac(struct serve_log *l, const char *mac);
struct serve_client *log_client_by_ip(struct serve_log *l, uint32_t ip, int64_t now);
/* "UEFI x64", of option 93. */
const char *log_title_of_arch(unsigned arch);

/* A line's beginning: who. */
void log_begin(struct strbuf *out, const struct serve_client *c);
/* What a client sent may be anything: a terminal gets printable ASCII. */
void log_add_plain(struct strbuf *out, const char *text);
/* A line's end: "  245,760 bytes in 0.12 s". */
void log_add_transfer(struct strbuf *out, uint64_t bytes, int64_t ms);

#endif
