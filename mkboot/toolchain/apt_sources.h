/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_APT_SOURCES_H
#define MKBOOT_TOOLCHAIN_APT_SOURCES_H

#include <stdbool.h>

#include "base/strbuf.h"

/*
 * Within the stage: apt's lists of sources (sources.list(5)), the system's own, turned into lists
 * of source packages for a private apt. Entries are kept as they are (Signed-By, options, suites,
 * components) but for the type; those that are off are left out, and so are those that have
 * nothing to do with the distribution (its URI says neither debian nor ubuntu): another's archive
 * that cannot be reached or has no sources must not be in the way.
 */
/* One-line style, *.list, appended to OUT. How many entries. */
unsigned apt_sources_list(const char *text, struct strbuf *out);
/* deb822 style, *.sources. */
unsigned apt_sources_deb822(const char *text, struct strbuf *out);

#endif
