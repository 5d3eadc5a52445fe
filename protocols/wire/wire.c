/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The module; what is in it is in the files beside this one. */
#include "wire.h"

#include <grub/dl.h>

GRUB_MOD_LICENSE("GPLv3+");
__attribute__((section(".modname"), used)) static const char wire_modname[] = "wire";
__attribute__((section(".moddeps"), used)) static const char wire_moddeps[] = "net";

GRUB_MOD_INIT(wire)
{
}

GRUB_MOD_FINI(wire)
{
}
