/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "legacy/parse.h"

/* Every command of GRUB Legacy 0.97 (stage2/builtins.c, builtin_table), and those that
 * distributions added to it. */

#define OWN_MENU "write a GRUB 2 menu of your own for it"

static const char password[] =
	"GRUB 2 does not take this password. Take the line out, or make one with "
	"grub-mkpasswd-pbkdf2, and write a GRUB 2 "
	"menu of your own with password_pbkdf2 (and `set superusers`)";
static const char lock[] =
	"an entry is locked by a user's password, which a recipe has not; take the line out, "
	"or write a GRUB 2 menu of your own (menuentry --users, password_pbkdf2)";
static const char saved[] =
	"which entry was started cannot be kept on these media; take the line out";
static const char drives[] = "the BIOS's drives cannot be exchanged by a recipe; GRUB 2's drivemap "
			     "can: " OWN_MENU;
static const char hiding[] =
	"a partition cannot be hidden by a recipe; GRUB 2's parttool can: " OWN_MENU;
static const char picture[] =
	"a menu has no picture behind it; take the line out, or " OWN_MENU " (background_image)";
static const char person[] = "this is for a person at GRUB's command line; take it out of the menu";
static const char installs[] = "this writes to a disk, which a menu should not; take it out";
static const char other_menu[] = "another menu cannot be loaded: the menu is inside the image; put "
				 "its entries here, or make "
				 "that file the recipe's menu";
static const char power[] =
	"an entry starts a kernel or a disk; this takes a GRUB 2 menu of your own";
static const char searching[] =
	"files are found below the menu's root, wherever the medium is; take "
	"the line out, and write the device's name (nd) or none";
static const char keys[] = "keys cannot be exchanged by a recipe; GRUB 2 has keymaps: " OWN_MENU;
static const char cards[] = "GRUB 2 takes the card from the machine; take the line out (network: "
			    "nic in the recipe says "
			    "which)";
static const char terminfo[] =
	"the serial terminal is a vt100; any other takes a GRUB 2 menu of your own (terminfo)";
static const char memory[] =
	"GRUB 2 tells the kernel the memory that the BIOS does; take the line out";

const struct lst_command lst_commands[] = {
	{"background", LST_ANYWHERE, NULL, picture},
	{"blocklist", LST_ANYWHERE, NULL, person},
	{"boot", LST_ANYWHERE, NULL, NULL}, /* is done at an entry's end */
	{"bootp", LST_ANYWHERE, lst_dhcp, NULL},
	{"cat", LST_ANYWHERE, NULL, person},
	{"chainloader", LST_BELOW, lst_chainloader, NULL},
	{"clear", LST_ANYWHERE, NULL, person},
	{"cmp", LST_ANYWHERE, NULL, person},
	{"color", LST_BEFORE, lst_color, NULL},
	{"configfile", LST_ANYWHERE, NULL, other_menu},
	{"debug", LST_ANYWHERE, NULL, person},
	{"default", LST_BEFORE, lst_default, NULL},
	{"device", LST_ANYWHERE, NULL, drives},
	{"dhcp", LST_ANYWHERE, lst_dhcp, NULL},
	{"displayapm", LST_ANYWHERE, NULL, person},
	{"displaymem", LST_ANYWHERE, NULL, person},
	{"embed", LST_ANYWHERE, NULL, installs},
	{"fallback", LST_BEFORE, lst_fallback, NULL},
	{"find", LST_ANYWHERE, NULL, searching},
	{"foreground", LST_ANYWHERE, NULL, picture},
	{"fstest", LST_ANYWHERE, NULL, person},
	{"geometry", LST_ANYWHERE, NULL, person},
	{"gfxmenu", LST_ANYWHERE, NULL, picture},
	{"halt", LST_ANYWHERE, NULL, power},
	{"help", LST_ANYWHERE, NULL, person},
	{"hiddenmenu", LST_BEFORE, lst_hiddenmenu, NULL},
	{"hide", LST_ANYWHERE, NULL, hiding},
	{"ifconfig", LST_ANYWHERE, lst_ifconfig, NULL},
	{"impsprobe", LST_ANYWHERE, NULL, person},
	{"initrd", LST_BELOW, lst_initrd, NULL},
	{"install", LST_ANYWHERE, NULL, installs},
	{"ioprobe", LST_ANYWHERE, NULL, person},
	{"kernel", LST_BELOW, lst_kernel, NULL},
	{"lock", LST_ANYWHERE, NULL, lock},
	{"makeactive", LST_BELOW, lst_makeactive, NULL},
	{"map", LST_ANYWHERE, NULL, drives},
	{"md5crypt", LST_ANYWHERE, NULL, person},
	{"module", LST_BELOW, lst_module, NULL},
	{"modulenounzip", LST_BELOW, lst_modulenounzip, NULL},
	{"nic", LST_ANYWHERE, NULL, cards},
	{"partnew", LST_ANYWHERE, NULL, installs},
	{"parttype", LST_ANYWHERE, NULL, installs},
	{"password", LST_ANYWHERE, NULL, password},
	{"pause", LST_ANYWHERE, NULL, person},
	{"quit", LST_ANYWHERE, NULL, person},
	{"rarp", LST_ANYWHERE, NULL,
	 "GRUB 2 has no RARP; take the line out: the network is asked by DHCP"},
	{"read", LST_ANYWHERE, NULL, person},
	{"reboot", LST_ANYWHERE, NULL, power},
	{"root", LST_BELOW, lst_root, NULL},
	{"rootnoverify", LST_BELOW, lst_root, NULL},
	{"savedefault", LST_ANYWHERE, NULL, saved},
	{"serial", LST_BEFORE, lst_serial, NULL},
	{"setkey", LST_ANYWHERE, NULL, keys},
	{"setup", LST_ANYWHERE, NULL, installs},
	{"shade", LST_ANYWHERE, NULL, picture},
	{"splashimage", LST_ANYWHERE, NULL, picture},
	{"terminal", LST_BEFORE, lst_terminal, NULL},
	{"terminfo", LST_ANYWHERE, NULL, terminfo},
	{"testload", LST_ANYWHERE, NULL, person},
	{"testvbe", LST_ANYWHERE, NULL, person},
	{"tftpserver", LST_ANYWHERE, lst_tftpserver, NULL},
	{"timeout", LST_BEFORE, lst_timeout, NULL},
	{"title", LST_ANYWHERE, lst_title, NULL},
	{"unhide", LST_ANYWHERE, NULL, hiding},
	{"uppermem", LST_ANYWHERE, NULL, memory},
	{"uuid", LST_ANYWHERE, NULL, searching},
	{"vbeprobe", LST_ANYWHERE, NULL, person},
	{"viewport", LST_ANYWHERE, NULL, picture},
};
const size_t lst_n_commands = sizeof lst_commands / sizeof *lst_commands;
