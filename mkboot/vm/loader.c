/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/loader.h"
#include "base/mem.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* A line that means that no kernel will be started any more (fnmatch patterns; leading spaces do
 * not count). WHOLE: wait for the line's end, which says why. */
static const struct {
	const char *line;
	const char *reason;
	bool whole;
} signs[] = {
	/* SeaBIOS, src/boot.c; the last thing it says */
	{"No bootable device.*", "the firmware found nothing to boot from", false},
	/* EDK2, MdeModulePkg/Universal/BdsDxe and UefiBootManagerLib. The medium under test comes
	 * first in its boot order; the shell built into OVMF comes last. */
	{"BdsDxe: failed to *", "the firmware could not start the medium", true},
	{"BdsDxe: No bootable option or device was found*",
	 "the firmware found nothing to boot from", false},
	{"BdsDxe: * \"EFI Internal Shell\" *",
	 "the firmware found nothing to boot from and started its own shell", true},
	/* EDK2, NetworkPkg/HttpBootDxe/HttpBootImpl.c; IPv6 follows, but the URL is IPv4's */
	{"Error: Could not retrieve NBP file size from HTTP server.*",
	 "the firmware got no image from the web server", false},
	/* iPXE, src/usr/autoboot.c */
	{"No more network devices*", "the network card's boot ROM found nothing to boot from",
	 false},
	/* GRUB 2, grub-core/boot/i386/pc/boot.S: "GRUB ", then what went wrong and " Error"; each
	 * time it is entered anew, "GRUB " again */
	{"GRUB GRUB GRUB *", "GRUB's boot sector started over and over: its core image is broken",
	 false},
	{"GRUB*[a-z] Error*", "GRUB's boot sector could not load its core image", false},
	/* grub-core/kern/rescue_reader.c, normal/main.c, normal/menu.c */
	{"grub rescue>*", "GRUB could not go on and stopped at its rescue prompt", false},
	{"Minimal BASH-like line editing is supported.*",
	 "GRUB could not go on and stopped at its command line", false},
	{"Failed to boot both default and fallback entries.*", "GRUB could not start the entry",
	 false},
};

/* What lines begin with that firmware and GRUB write, and that may hold names or titles. */
static const char *const loader_lines[] = {
	"Booting `",
	"error: ",
	"Press any key to continue...",
	"Failed to boot both default and fallback entries.",
	"BdsDxe: ",
	"Welcome to GRUB!",
	"NBP filename is ",
	"NBP filesize is ",
	"WARNING: no console will ",
	"Booting in blind mode",
	">>Start PXE over ",
	">>Start HTTP Boot over ",
	/* mkboot's own part of the menu: grub-configs/network.cfg */
	"[network] ",
	"(tftp,",
	"(http,",
};

/* What mkboot's own menu says about the network, and of it, that a card is tried. */
static const char network_mark[] = "[network] ";
static const char network_try[] = "[network] trying ";

/* A file that is loading (protocols/wire/bar.h). */
static const char network_progress[] = "[network] loading ";

/* Lines that tell of an error (fnmatch patterns). */
static const char *const error_lines[] = {
	"error: *",
	"error:",
	"Boot failed: *",
	"PXE-E*",
	"tftp://*",
	"Could not boot image: *",
	"\\[network] *",
	"(tftp,*",
	"(http,*",
	/* EDK2, NetworkPkg/HttpBootDxe/HttpBootSupport.c */
	"Client Error: *",
	"Server Error: *",
};

/* Those of them after which the boot goes on: a file that did come, and a video mode that was not
 * insisted on (GRUB 2.06, grub-core/loader/multiboot.c, after its warning). */
static const char *const harmless[] = {
	"tftp://* ok",
	"error: no suitable video mode found.",
	"\\[network] trying *",
	"\\[network] no driver here knows the card? loading by the firmware*",
};

/* Firmware starts what it loaded, which is GRUB (fnmatch patterns): EDK2, as above; iPXE,
 * src/usr/imgmgmt.c, imgstat(). GRUB's own word for that, below, some builds leave out. */
static const char *const hand_overs[] = {
	"BdsDxe: starting *",
	"* : * bytes \\[EFI]*",
};
static const char welcome[] = "Welcome to GRUB!";

static const char menu_heading[] = "GNU GRUB  version";
static const char prompt[] = "Press any key to continue...";

/* What an entry is started with; its title follows, and "'". */
static const char booting[] = "Booting `";

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define ERROR_KEEP   1000 /* of an error's lines, about */
#define GRUB_WIDTH   80   /* of its terminals, where nobody says otherwise */

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

static bool begins_any(const char *line, const char *const *with, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (begins(line, with[i]))
			return true;
	}
	return false;
}

static bool matches_any(const char *line, const char *const *patterns, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fnmatch(patterns[i], line, 0) == 0)
			return true;
	}
	return false;
}

/* GRUB's "error: ", or what is left of it in its line where a long path follows, in which there is
 * no space to break the line at. */
static bool is_error(const char *line)
{
	return begins(line, "error: ") || strcmp(line, "error:") == 0;
}

/* LINE is so short that it may yet become one that firmware or GRUB write. */
static bool undecided(const char *line)
{
	for (size_t i = 0; i < COUNT(loader_lines); i++) {
		if (begins(loader_lines[i], line))
			return true;
	}
	return begins(menu_heading, line);
}

/* Is LINE the rest of what the line before began? GRUB breaks what is wider than its terminal at a
 * space (grub-core/normal/term.c). 1, 0, or -1 where more of LINE must come to tell. */
static int continues(const struct judge_console *c, const char *line, bool whole)
{
	size_t word = strcspn(line, " ");

	if (c->width == 0 || c->width + 1 + word >= GRUB_WIDTH)
		return c->width != 0;
	return line[word] == '\0' && !whole ? -1 : 0;
}

enum loader_line loader_wrote(const struct judge_console *c, const char *line, bool whole)
{
	int rest = continues(c, line, whole);

	if (c->menu || rest == 1 || begins_any(line, loader_lines, COUNT(loader_lines)) ||
	    (whole && is_error(line)))
		return LOADER_ITS;
	return whole || (rest == 0 && !undecided(line)) ? LOADER_GUESTS : LOADER_UNDECIDED;
}

const char *loader_sign(const char *line, bool whole, bool *says_why)
{
	for (size_t i = 0; i < COUNT(signs); i++) {
		if ((whole || !signs[i].whole) && fnmatch(signs[i].line, line, 0) == 0) {
			*says_why = signs[i].whole;
			return signs[i].reason;
		}
	}
	return NULL;
}

bool loader_heading(const char *line)
{
	return strstr(line, menu_heading) != NULL;
}

bool loader_progress(const char *line)
{
	return begins(line, network_progress);
}

bool loader_prompt(const char *line)
{
	return begins(line, prompt);
}

bool loader_prompt_begun(const char *line)
{
	return begins(prompt, line);
}

static void add_to(char **text, const char *more)
{
	char *longer;

	if (strlen(*text) > ERROR_KEEP)
		return;
	longer = mem_printf("%s %s", *text, more);
	free(*text);
	*text = longer;
}

bool loader_error(const char *line)
{
	return (is_error(line) && !matches_any(line, harmless, COUNT(harmless))) ||
	       begins(line, prompt) || begins(line, "Failed to boot both ");
}

/* The first error is the cause of others; but what mkboot's own menu says about it, the name of the
 * file among it, belongs to it, in as many lines as it takes. */
static void keep_error(struct judge_console *c, const char *line, bool menus)
{
	bool again = c->error_network && begins(line, network_mark), first = c->error == NULL;

	if (first)
		c->error = mem_dup(line);
	else if (menus)
		add_to(&c->error, again ? line + strlen(network_mark) : line);
	c->error_latest = first || menus;
}

/* The title of "Booting `TITLE'", in as many lines as it takes. */
static void follow_title(struct judge_console *c, const char *line)
{
	size_t len;

	if (begins(line, booting)) {
		free(c->entry);
		c->entry = mem_dup(line + strlen(booting));
	} else if (c->entry_open) {
		add_to(&c->entry, line);
	} else {
		return;
	}
	len = strlen(c->entry);
	c->entry_open = len == 0 || c->entry[len - 1] != '\'';
	if (!c->entry_open)
		c->entry[len - 1] = '\0';
}

void loader_follow(struct judge_console *c, const char *line, bool guests)
{
	bool place = begins(line, "(tftp,") || begins(line, "(http,");
	bool network = begins(line, network_mark);
	bool told = matches_any(line, error_lines, COUNT(error_lines)) &&
		    !matches_any(line, harmless, COUNT(harmless));
	bool rest = continues(c, line, true) == 1;

	if (loader_progress(line)) {
		loader_blank(c);
		return;
	}
	c->welcomed = c->welcomed || begins(line, welcome);
	c->handed_over = c->handed_over || matches_any(line, hand_overs, COUNT(hand_overs));
	if (begins(line, booting) || begins(line, welcome) || begins(line, network_try)) {
		free(c->error);
		c->error = NULL;
		c->started = c->started || begins(line, booting);
	}
	if (told)
		keep_error(c, line, network || place);
	else if (rest && c->error_latest)
		add_to(&c->error, line);
	c->error_latest = c->error_latest && (told || rest);
	c->error_network = c->error_latest && (network || (rest && c->error_network));
	c->width = told || rest ? strlen(line) : 0;
	follow_title(c, line);
	if (c->entry_open)
		c->width = GRUB_WIDTH;
	if (guests)
		loader_blank(c);
}

void loader_blank(struct judge_console *c)
{
	c->width = 0;
	c->entry_open = false;
}

bool loader_done(const struct judge *j)
{
	bool done = false;

	for (size_t i = 0; i < JUDGE_SOURCE_COUNT; i++)
		done = done || j->consoles[i].started || j->consoles[i].menu_left;
	return done;
}

bool loader_alone(const struct judge *j, const struct judge_console *c)
{
	if (!j->uefi || loader_done(j))
		return false;
	return c->welcomed ? !j->own_menu : !c->handed_over;
}
