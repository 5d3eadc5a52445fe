/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/bochs.h"
#include "base/exec.h"
#include "base/fs.h"
#include "base/mem.h"
#include "vm/network.h"
#include "vm/reason.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM        "bochs"
#define PACKAGES       "bochs bochs-term bochsbios vgabios"
#define PATH_MAX_IN_RC 200  /* a line has 512 bytes (config.cc) */
#define MEMORY_MAX     2048 /* MiB; config.cc */

/* A card of Bochs' that GRUB has a driver for. */
static bool has_card(const struct vm_nic *nic)
{
	return strcmp(nic->model, "ne2k_pci") == 0 || strcmp(nic->model, "ne2k_isa") == 0;
}

static char *via_unfit(const struct vm_via *via)
{
	if (via->platform != PLATFORM_BIOS)
		return mem_printf("%s: Bochs has no UEFI firmware; test it in QEMU", via->name);
	if (via->output == OUTPUT_TFTP)
		return mem_printf("%s: the network cards in Bochs have no PXE ROM; test it in QEMU",
				  via->name);
	if (strncmp(via->name, "usb-", 4) == 0)
		return mem_printf("%s: the BIOS in Bochs does not boot from USB; test it in QEMU",
				  via->name);
	return NULL;
}

/* The entry is left to others: there is no way to press keys. */
static char *unfit(const struct vm_job *job, const struct recipe *r)
{
	const struct recipe_test *t = &r->test;
	const char *via = job->via->name;
	struct bochs_network net;
	char *why = via_unfit(job->via);

	if (why != NULL)
		return why;
	if (t->has_exit && t->expect.written == NULL)
		return mem_printf("%s: Bochs cannot be ended with a status: give test.expect", via);
	if (t->memory >= MEMORY_MAX)
		return mem_printf("%s: Bochs has no %u MiB of memory: test.memory must be less "
				  "than %d",
				  via, t->memory, MEMORY_MAX);
	if (job->entry != VM_ENTRY_DEFAULT)
		return mem_printf("%s: keys cannot be pressed in Bochs: only the entry that starts "
				  "by itself can be tested there",
				  via);
	if (job->nic == NULL)
		return NULL;
	if (!has_card(job->nic))
		return mem_printf("%s: Bochs has no network card %s for GRUB's drivers, only: "
				  "ne2k_pci, ne2k_isa; see the recipe's network.nic",
				  via, job->nic->name);
	return bochs_network_plan(job->via, r, &net);
}

/* Bochs takes what it is made of from folders of its own; where it does not find them, it says so
 * in words that do not name a package. A display that is no plugin is in the program. */
static bool has_parts(void)
{
	static const char *const shares[] = {"/usr/share/bochs", "/usr/local/share/bochs"};
	static const char plugins[] = "/usr/{lib,lib64,lib/*,local/lib}/bochs/plugins/libbx_";
	const char *share = getenv("BXSHARE");
	char *vga = mem_printf("%svga.so*", plugins), *term = mem_printf("%sterm_gui.so*", plugins);
	bool bios = share != NULL;
	glob_t found = {0};

	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
		char *system = mem_printf("%s/BIOS-bochs-latest", shares[i]);
		char *video = mem_printf("%s/VGABIOS-lgpl-latest", shares[i]);

		bios = bios || (access(system, R_OK) == 0 && access(video, R_OK) == 0);
		free(video);
		free(system);
	}
	if (glob(vga, GLOB_BRACE, NULL, &found) == 0) {
		globfree(&found);
		bios = bios && glob(term, GLOB_BRACE, NULL, &found) == 0;
	}
	globfree(&found);
	free(term);
	free(vga);
	return bios;
}

static char *fd_name(int fd)
{
	return mem_printf("/proc/self/fd/%d", fd);
}

/* TEXT, which is freed, as a file of M's; its name. */
static int add_text(struct machine *m, struct strbuf *text, char **name)
{
	int fd = -1, r = machine_add_file(m, text->data, text->len, &fd);

	*name = r == 0 ? fd_name(fd) : NULL;
	strbuf_free(text);
	return r;
}

static int add_existing(struct machine *m, const char *path, int flags, char **name)
{
	int fd = -1, r = machine_open_file(m, path, flags, &fd);

	*name = r == 0 ? fd_name(fd) : NULL;
	return r;
}

/* All that Bochs reads; its own files as well, whatever characters are in their names. */
static int add_files(const struct vm_setup *s, struct machine *m, char **rc, char **debugger)
{
	char *artifact = vm_artifact(s->via, s->dir, s->recipe->name);
	char *medium = NULL, *tftp = NULL, *vnet = NULL, *rom = NULL;
	char *serial = fd_name(m->theirs[MACHINE_SERIAL]);
	char *screen = fd_name(m->theirs[MACHINE_SCREEN]);
	char *log = fd_name(m->theirs[MACHINE_LOG]);
	struct bochs_network net;
	struct strbuf text = {0};
	int r = add_existing(m, artifact, O_RDONLY, &medium);

	if (r == 0 && s->nic != NULL) {
		free(bochs_network_plan(s->via, s->recipe, &net));
		bochs_write_vnet(&net, s, &text);
		r = add_text(m, &text, &vnet);
		/* its name is in the errors of Bochs' TFTP server */
		if (r == 0 && strcspn(s->network->tftp, "\"'$#,") == strlen(s->network->tftp) &&
		    strlen(s->network->tftp) < PATH_MAX_IN_RC)
			tftp = mem_dup(s->network->tftp);
		else if (r == 0)
			r = add_existing(m, s->network->tftp, O_PATH | O_DIRECTORY, &tftp);
	}
	if (r == 0) {
		bochs_write_rom(&text);
		r = add_text(m, &text, &rom);
	}
	if (r == 0) {
		const struct bochs_files files = {medium, tftp, vnet, serial, screen, rom, log};

		bochs_write_rc(s, &files, "term", &text);
		r = add_text(m, &text, rc);
	}
	if (r == 0) {
		strbuf_adds(&text, BOCHS_DEBUGGER);
		r = add_text(m, &text, debugger);
	}
	free(log);
	free(screen);
	free(serial);
	free(rom);
	free(vnet);
	free(tftp);
	free(medium);
	free(artifact);
	return r;
}

/* The display "term" wants to know a terminal, though what it draws goes to one of its own that
 * nobody looks at; and it catches SIGTERM and hangs, and SIGINT is a key to it. All that is written
 * is out at once (fflush in serial.cc, unmapped.cc and parallel.cc), so that it may be killed. */
static enum mk_status prepare(const struct vm_setup *s, struct machine *m, struct vm_result *result)
{
	char *program = exec_find(PROGRAM), *rc = NULL, *debugger = NULL;
	enum mk_status st = MK_OK;
	int r;

	(void)result;
	if (program == NULL || !has_parts()) {
		free(program);
		return msg_missing("Bochs", PACKAGES);
	}
	m->program = exec_find("env");
	if (m->program == NULL) {
		free(program);
		return msg_missing("env", "coreutils");
	}
	m->abrupt = true;
	m->on_stdout = MACHINE_STDOUT;
	r = machine_make_pipe(m, MACHINE_SCREEN);
	if (r == 0)
		r = add_files(s, m, &rc, &debugger);
	if (r == 0) {
		vm_argv_add(&m->argv, "env");
		vm_argv_add(&m->argv, "TERM=vt100");
		vm_argv_add(&m->argv, "%s", program);
		vm_argv_add(&m->argv, "-q");
		vm_argv_add(&m->argv, "-f");
		vm_argv_add(&m->argv, "%s", rc);
		vm_argv_add(&m->argv, "-rc");
		vm_argv_add(&m->argv, "%s", debugger);
	} else {
		st = msg_errno(PROGRAM, r, "cannot make the files it reads");
	}
	free(debugger);
	free(rc);
	free(program);
	return st;
}

static void add_debugcon(struct machine *m, struct judge *j, const char *bytes, size_t len)
{
	struct strbuf *to = &m->got[MACHINE_DEBUGCON];

	judge_feed(j, JUDGE_DEBUGCON, bytes, len);
	strbuf_add(to, bytes, len);
	if (to->len > 2 * VM_KEEP) {
		memmove(to->data, to->data + to->len - VM_KEEP, VM_KEEP + 1);
		to->len = VM_KEEP;
	}
}

/* "(0) [0x0000fffffff0] f000:fff0 ..." or "(0).[100479486] ...": the debugger's, where it begins,
 * and where a processor breaks down (bx_debug/dbg_main.cc). */
static bool is_debuggers(const char *line)
{
	return strncmp(line, "(0) [0x", 7) == 0 || strncmp(line, "(0).[", 5) == 0;
}

/* On standard output the debugger has a banner, and the instruction that it begins at. What comes
 * then is what the guest writes to port E9h (iodev/unmapped.cc). */
static void follow_debugcon(struct machine *m, struct judge *j)
{
	struct strbuf *got = &m->got[MACHINE_STDOUT];
	size_t at = 0;

	for (char *line; (line = machine_line(got, &at)) != NULL;) {
		/* there may be NULs in it */
		size_t len = (size_t)(got->data + at - 1 - line);

		if (m->underway && !is_debuggers(line)) {
			line[len] = '\n';
			add_debugcon(m, j, line, len + 1);
		}
		m->underway = m->underway || is_debuggers(line);
	}
	/* a prompt; the debugger writes whole lines */
	if (m->underway && got->len > 0 && got->data[0] != '(') {
		add_debugcon(m, j, got->data, got->len);
		strbuf_free(got);
	}
}

/* No more will come of the guest's lines; unless that makes a difference, all is in vain. */
static void give_up(struct judge *j, const char *why, const char *detail)
{
	struct strbuf r = {0};

	judge_feed(j, JUDGE_SERIAL, "\n", 1);
	judge_feed(j, JUDGE_DEBUGCON, "\n", 1);
	if (judge_over(j))
		return;
	strbuf_addf(&r, "%s%s", why, detail != NULL ? ": " : "");
	reason_quoted(&r, detail != NULL ? detail : "");
	j->hopeless = strbuf_take(&r);
}

/* A processor that waits for an interrupt and lets none through waits for ever, and where it is the
 * only one, so does the machine (cpu/proc_ctrl.cc, HLT). What it wrote before that has been read.
 */
static void note_halted(const struct vm_setup *s, struct judge *j)
{
	if (s->cpus == 1 && s->recipe->test.expect.written != NULL)
		give_up(j,
			"the processor was halted with interrupts off, which nothing ends, before "
			"the expected text came",
			NULL);
}

/* In the log, a line begins with the time in instructions, the first reset is power-on's
 * (pc_system.cc), and a triple fault is preceded by the processor's registers (cpu/debugstuff.cc).
 */
static void follow_log(const struct vm_setup *s, struct machine *m, struct judge *j)
{
	size_t at = 0;

	for (const char *line; (line = machine_line(&m->got[MACHINE_LOG], &at)) != NULL;) {
		const char *eip = strstr(line, "] | EIP=");

		if (strtoull(line, NULL, 10) > 0 && strstr(line, "bx_pc_system_c::Reset(") != NULL)
			judge_reset(j);
		else if (eip != NULL)
			snprintf(m->spot, sizeof m->spot, "%.12s", eip + strlen("] | "));
		else if (strstr(line, "HLT instruction with IF=0") != NULL)
			note_halted(s, j);
	}
}

static void follow(const struct vm_setup *s, struct machine *m, struct judge *j)
{
	follow_debugcon(m, j);
	follow_log(s, m, j);
}

/* Why it ended is on standard error, between two lines of equals signs (logio.cc). */
static char *last_words(const struct strbuf *said)
{
	static const char before[] = "exiting with the following message:\n";
	const char *at = said->data != NULL ? strstr(said->data, before) : NULL;
	size_t len;

	if (at == NULL)
		return NULL;
	at += strlen(before);
	len = strcspn(at, "\n");
	return mem_printf("%.*s", (int)len, at);
}

/* "[BIOS  ] No bootable device." */
static const char *without_device(const char *words)
{
	const char *at = words[0] == '[' ? strstr(words, "] ") : NULL;

	return at != NULL ? at + 2 : words;
}

/* In the BIOS itself: when the guest resets the machine, it begins anew and does not get far, for
 * it locks a register that is locked already (bios/rombios32.c, IA32_FEATURE_CONTROL). */
static bool in_bios(const char *spot)
{
	unsigned long eip = spot[0] != '\0' ? strtoul(spot + strlen("EIP="), NULL, 16) : 0;

	return eip >= 0xe0000 && eip <= 0xfffff;
}

static void ended(struct machine *m, struct judge *j, struct judge_event *e)
{
	struct strbuf *said = &m->got[MACHINE_STDERR];
	char *words = last_words(said);
	const char *text;

	if (words == NULL)
		return;
	text = without_device(words);
	if (strstr(text, "3rd (") != NULL && in_bios(m->spot)) {
		*e = (struct judge_event){.end = JUDGE_RESET, .status = e->status};
	} else if (strstr(text, "3rd (") != NULL) {
		judge_triple_fault(j, m->spot[0] != '\0' ? m->spot : NULL);
	} else if (strstr(text, "soft power off") != NULL ||
		   strstr(text, "hutdown requested") != NULL) {
		/* iodev/acpi.cc, iodev/unmapped.cc */
		*e = (struct judge_event){.end = JUDGE_POWEROFF};
	} else if (strncmp(words, "[BIOS", 5) == 0) {
		/* the same as on the screen, if it came there */
		judge_feed(j, JUDGE_SCREEN, "\n", 1);
		judge_feed(j, JUDGE_SCREEN, text, strlen(text));
		judge_feed(j, JUDGE_SCREEN, "\n", 1);
	} else {
		give_up(j, "Bochs gave up", words);
	}
	strbuf_free(said);
	strbuf_adds(said, words);
	free(words);
}

/* With the configuration that is among the launch files (media/run.c), where that was written: its
 * paths are relative to its own folder. Nothing where it was not. */
static void by_hand(const struct vm_setup *s, struct vm_argv *argv)
{
	bool floppy = s->via->output == OUTPUT_FLOPPY || s->via->output == OUTPUT_DISKLESS_FLOPPY;
	char *folder = path_join(s->dir, "run"), *rc = path_join(folder, "bochsrc");
	char *medium = vm_artifact(s->via, "..", s->recipe->name);

	if (access(rc, R_OK) == 0) {
		vm_argv_add(argv, "env");
		vm_argv_add(argv, "-C");
		vm_argv_add(argv, "%s", folder);
		vm_argv_add(argv, PROGRAM);
		vm_argv_add(argv, "-q");
		if (floppy)
			vm_argv_add(argv,
				    "floppya: image=\"%s\", status=inserted, write_protected=1",
				    medium);
		else
			vm_argv_add(argv, "ata0-master: type=cdrom, path=\"%s\", status=inserted",
				    medium);
		vm_argv_add(argv, "boot: %s", floppy ? "floppy" : "cdrom");
		vm_argv_add(argv, "com1: enabled=1, mode=file, dev=/dev/stderr");
	}
	free(medium);
	free(rc);
	free(folder);
}

const struct vm_emulator vm_bochs = {
	.name = "bochs",
	.title = "Bochs",
	.unfit = unfit,
	.prepare = prepare,
	.follow = follow,
	.ended = ended,
	.no_exit = true,
	.by_hand = by_hand,
};
