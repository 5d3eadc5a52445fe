/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/qemu.h"
#include "base/exec.h"
#include "base/mem.h"
#include "vm/boot_option.h"
#include "vm/network.h"
#include "vm/secure_boot.h"

#include <stdlib.h>

/*
 * SeaBIOS (src/sercon.c) copies everything that goes through the BIOS's screen services, GRUB's
 * words included, to a 16550 UART whose port it reads from this item of fw_cfg. No UART is put
 * there: an isa-serial would be in the ACPI tables, and Linux would take it for its ttyS0. Two
 * single ports that no guest looks at do as well: the data register, and the line status register
 * (+5), which always reads "transmitter empty, nothing received" (60h). The item's two bytes must
 * be printable to be given as a string: "@B" is 4240h, little-endian.
 */
static const char *const screen_devices[] = {
	"-chardev", "null,id=nowhere",
	"-device",  "isa-debugcon,chardev=screen,iobase=0x4240",
	"-device",  "isa-debugcon,chardev=nowhere,iobase=0x4245,readback=0x60",
	"-fw_cfg",  "name=etc/sercon-port,string=@B",
};

/*
 * A machine that is still there at its end, for its picture: it stands still instead of ending, and
 * isa-debug-exit's port has a device that only tells what was written. A UART takes writes of 8, 16
 * and 32 bits, and of each sends the lowest byte, which is all that counts in an exit status
 * (isa-debugcon takes 8 bits only). The guest finds one serial port more in the ACPI tables; it is
 * none of a PC's four, and so is not Linux's ttyS0.
 */
static const char *const to_be_seen[] = {
	"-action",
	"shutdown=pause,panic=pause",
	"-device",
	"isa-serial,chardev=exit,index=3,iobase=0xf4,irq=3",
};

/* The channels and what is behind them. */
static void add_channels(const struct vm_setup *s, const struct machine *m, struct vm_argv *argv)
{
	static const char *const common[] = {
		"-display", "none", "-serial", "stdio", "-d", "cpu_reset",
	};

	qemu_add_words(argv, common, sizeof common / sizeof *common);
	vm_argv_add(argv, "-D");
	vm_argv_add(argv, "/proc/self/fd/%d", m->theirs[MACHINE_LOG]);
	vm_argv_add(argv, "-chardev");
	vm_argv_add(argv, "file,id=debugcon,path=/proc/self/fd/%d", m->theirs[MACHINE_DEBUGCON]);
	vm_argv_add(argv, "-device");
	vm_argv_add(argv, "isa-debugcon,chardev=debugcon,iobase=0xe9");
	vm_argv_add(argv, "-chardev");
	vm_argv_add(argv, "socket,id=qmp,fd=%d", m->theirs[MACHINE_QMP]);
	vm_argv_add(argv, "-mon");
	vm_argv_add(argv, "chardev=qmp,mode=control");
	if (s->screenshot) {
		vm_argv_add(argv, "-chardev");
		vm_argv_add(argv, "file,id=exit,path=/proc/self/fd/%d", m->theirs[MACHINE_EXIT]);
		qemu_add_words(argv, to_be_seen, sizeof to_be_seen / sizeof *to_be_seen);
	}
	if (s->via->platform != PLATFORM_BIOS)
		return;
	vm_argv_add(argv, "-chardev");
	vm_argv_add(argv, "socket,id=screen,fd=%d", m->theirs[MACHINE_SCREEN]);
	qemu_add_words(argv, screen_devices, sizeof screen_devices / sizeof *screen_devices);
}

static enum mk_status prepare(const struct vm_setup *s, struct machine *m, struct vm_result *result)
{
	struct qemu_firmware fw = {0};
	char *vars = NULL;
	enum mk_status st;
	int fd = -1, r;

	m->program = exec_find(QEMU_PROGRAM);
	if (m->program == NULL)
		return msg_missing(QEMU_PROGRAM, QEMU_PACKAGE);
	m->on_stdout = MACHINE_SERIAL;
	st = qemu_firmware_find(s->via->platform, &fw);
	if (st == MK_OK && fw.vars != NULL && (r = machine_copy_file(m, fw.vars, &fd)) < 0)
		st = msg_errno(fw.vars, r, "cannot read");
	if (st == MK_OK && fw.vars != NULL)
		st = boot_option_write(s, fd, fw.vars);
	result->secure_boot = secure_boot_state(&fw);
	if (st == MK_OK) {
		vars = mem_printf("/proc/self/fd/%d", fd);
		vm_argv_add(&m->argv, QEMU_PROGRAM);
		qemu_add_machine(s, &fw, vars, &m->argv);
		add_channels(s, m, &m->argv);
	}
	free(vars);
	qemu_firmware_free(&fw);
	return st;
}

/* All that there is, it runs. */
static char *unfit(const struct vm_job *job, const struct recipe *r)
{
	(void)job;
	(void)r;
	return NULL;
}

/* None where what it boots is in variables that mkboot makes.
 *
 * The machine as it is in the test, but with a terminal at its serial port and debugcon (Ctrl-A x
 * ends it), and with the network's folders where they will still be later. Nothing is written to
 * any file: -snapshot. */
static void by_hand(const struct vm_setup *s, struct vm_argv *argv)
{
	static const char *const terminal[] = {
		"-snapshot",
		"-display",
		"none",
		"-chardev",
		"stdio,id=terminal,mux=on",
		"-serial",
		"chardev:terminal",
		"-device",
		"isa-debugcon,chardev=terminal,iobase=0xe9",
	};
	struct vm_network network = {.tree = -1};
	struct vm_setup typed = *s;
	struct qemu_firmware fw;

	if (boot_option_needed(s))
		return;
	typed.screenshot = false;
	typed.network = &network;
	if (s->nic != NULL)
		vm_network_by_hand(s, &network);
	vm_argv_add(argv, QEMU_PROGRAM);
	if (qemu_firmware_find(s->via->platform, &fw) == MK_OK)
		qemu_add_machine(&typed, &fw, fw.vars, argv);
	qemu_add_words(argv, terminal, sizeof terminal / sizeof *terminal);
	qemu_firmware_free(&fw);
	vm_network_close(&network);
}

const struct vm_emulator vm_qemu = {
	.name = "qemu",
	.title = "QEMU",
	.unfit = unfit,
	.prepare = prepare,
	.by_hand = by_hand,
};
