/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_VERSION_H
#define MKBOOT_BASE_VERSION_H

#define MKBOOT_VERSION "0.1.0"

#endif
