/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/vm.h"
#include "base/exec.h"
#include "base/mem.h"
#include "vm/judge.h"
#include "vm/machine.h"
#include "vm/network.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char program_name[] = "qemu-system-x86_64";

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

static void add_all(struct vm_argv *argv, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		vm_argv_add(argv, "%s", words[i]);
}

static void add_firmware_bios(const struct machine *m, const char *code, struct vm_argv *argv)
{
	(void)code;
	vm_argv_add(argv, "-machine");
	vm_argv_add(argv, "pc");
	vm_argv_add(argv, "-chardev");
	vm_argv_add(argv, "socket,id=screen,fd=%d", m->theirs[MACHINE_SCREEN]);
	add_all(argv, screen_devices, sizeof screen_devices / sizeof *screen_devices);
}

/* OVMF with SMM, the only kind that Debian has for ia32, runs on q35 only. The variable store is
 * a copy in memory. */
static void add_firmware_uefi(const struct machine *m, const char *code, struct vm_argv *argv)
{
	char *file = vm_option_value(code);

	vm_argv_add(argv, "-machine");
	vm_argv_add(argv, "q35,smm=on");
	vm_argv_add(argv, "-drive");
	vm_argv_add(argv, "if=pflash,unit=0,format=raw,readonly=on,file=%s", file);
	vm_argv_add(argv, "-drive");
	vm_argv_add(argv, "if=pflash,unit=1,format=raw,file=/proc/self/fd/%d", m->file);
	free(file);
}

static void build_argv(const struct vm_setup *s, const struct machine *m, const char *code,
		       struct vm_argv *argv)
{
	static const char *const common[] = {
		program_name,  "-accel",
		"tcg",         "-no-user-config",
		"-nodefaults", "-no-reboot",
		"-display",    "none",
		"-vga",        "std",
		"-serial",     "stdio",
		"-device",     "isa-debug-exit,iobase=0xf4,iosize=4",
	};

	add_all(argv, common, sizeof common / sizeof *common);
	vm_argv_add(argv, "-m");
	vm_argv_add(argv, "%uM", s->recipe->test.memory);
	vm_argv_add(argv, "-chardev");
	vm_argv_add(argv, "socket,id=qmp,fd=%d", m->theirs[MACHINE_QMP]);
	vm_argv_add(argv, "-mon");
	vm_argv_add(argv, "chardev=qmp,mode=control");
	(code != NULL ? add_firmware_uefi : add_firmware_bios)(m, code, argv);
	s->via->attach(s, argv);
	if (s->nic != NULL)
		vm_network_attach(s, argv);
}

/* UEFI's firmware; for BIOS, QEMU has its own. */
static enum mk_status prepare_firmware(enum platform p, struct machine *m, char **code)
{
	enum mk_status st = MK_OK;
	char *vars = NULL;
	int r;

	if (platforms[p].efi_file == NULL)
		return MK_OK;
	st = vm_find_ovmf(p, code, &vars);
	if (st == MK_OK && (r = machine_take_file(m, vars)) < 0)
		st = msg_errno(vars, r, "cannot read");
	free(vars);
	return st;
}

static double seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static enum mk_status run(struct machine *m, const char *program, const struct vm_argv *argv,
			  const struct recipe_test *test, struct vm_result *result)
{
	struct judge_event e = {0};
	struct timespec start;
	struct judge j;
	int r;

	judge_begin(&j, test);
	clock_gettime(CLOCK_MONOTONIC, &start);
	r = machine_start(m, program, argv->items);
	if (r == 0) {
		machine_watch(m, &j, test->timeout, &e);
		result->seconds = seconds_since(&start);
		result->ok = judge_verdict(&j, &e, &result->reason);
		result->serial = m->got[MACHINE_SERIAL];
		result->screen = m->got[MACHINE_SCREEN];
		m->got[MACHINE_SERIAL] = m->got[MACHINE_SCREEN] = (struct strbuf){0};
	}
	judge_free(&j);
	return r == 0 ? MK_OK : msg_errno(program, r, "cannot run");
}

static enum mk_status prepare_network(const struct vm_setup *s, struct vm_network *net)
{
	enum mk_status st;

	if (s->nic == NULL)
		return MK_OK;
	st = vm_network_plan(s->via, s->recipe, net);
	return st == MK_OK ? vm_network_open(net, s->dir, s->recipe) : st;
}

enum mk_status vm_boot(const struct vm_via *via, const struct vm_nic *nic, const char *dir,
		       const struct recipe *r, struct vm_result *result)
{
	char *artifact = vm_artifact(via, dir, r->name), *code = NULL, *program = NULL;
	struct vm_network net = {.tree = -1};
	const struct vm_setup setup = {via, nic, dir, r, &net};
	struct vm_argv argv = {0};
	struct machine m;
	enum mk_status st = MK_OK;
	int err = machine_open(&m);

	*result = (struct vm_result){0};
	if (err < 0) {
		st = msg_errno(program_name, err, "cannot make the channels to it");
		goto done;
	}
	if (access(artifact, R_OK) != 0) {
		st = msg_errno(artifact, errno, "cannot boot from it");
		goto done;
	}
	program = exec_find(program_name);
	if (program == NULL) {
		st = msg_missing(program_name, "qemu-system-x86");
		goto done;
	}
	st = prepare_firmware(via->platform, &m, &code);
	if (st == MK_OK)
		st = prepare_network(&setup, &net);
	if (st != MK_OK)
		goto done;
	build_argv(&setup, &m, code, &argv);
	st = run(&m, program, &argv, &r->test, result);
done:
	machine_close(&m);
	vm_network_close(&net);
	vm_argv_free(&argv);
	free(program);
	free(code);
	free(artifact);
	return st;
}

void vm_result_free(struct vm_result *result)
{
	free(result->reason);
	strbuf_free(&result->serial);
	strbuf_free(&result->screen);
	*result = (struct vm_result){0};
}
