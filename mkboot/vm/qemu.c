/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/vm.h"
#include "base/exec.h"
#include "base/mem.h"
#include "vm/judge.h"
#include "vm/machine.h"
#include "vm/network.h"
#include "vm/qemu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

/* The channels and what is behind them. */
static void add_channels(const struct machine *m, bool bios, struct vm_argv *argv)
{
	static const char *const common[] = {
		"-no-reboot", "-display", "none", "-serial", "stdio",
	};

	qemu_add_words(argv, common, sizeof common / sizeof *common);
	vm_argv_add(argv, "-chardev");
	vm_argv_add(argv, "socket,id=qmp,fd=%d", m->theirs[MACHINE_QMP]);
	vm_argv_add(argv, "-mon");
	vm_argv_add(argv, "chardev=qmp,mode=control");
	if (!bios)
		return;
	vm_argv_add(argv, "-chardev");
	vm_argv_add(argv, "socket,id=screen,fd=%d", m->theirs[MACHINE_SCREEN]);
	qemu_add_words(argv, screen_devices, sizeof screen_devices / sizeof *screen_devices);
}

static enum mk_status prepare_firmware(enum platform p, struct machine *m, struct qemu_firmware *fw)
{
	enum mk_status st = qemu_firmware_find(p, fw);
	int r;

	if (st == MK_OK && fw->vars != NULL && (r = machine_take_file(m, fw->vars)) < 0)
		st = msg_errno(fw->vars, r, "cannot read");
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
	char *artifact = vm_artifact(via, dir, r->name), *program = NULL, *vars = NULL;
	struct qemu_firmware fw = {0};
	struct vm_network net = {.tree = -1};
	const struct vm_setup setup = {.via = via,
				       .nic = nic,
				       .dir = dir,
				       .recipe = r,
				       .network = &net,
				       .accel = "tcg",
				       .memory = r->test.memory,
				       .cpus = r->test.cpus};
	struct vm_argv argv = {0};
	struct machine m;
	enum mk_status st = MK_OK;
	int err = machine_open(&m);

	*result = (struct vm_result){0};
	if (err < 0) {
		st = msg_errno(QEMU_PROGRAM, err, "cannot make the channels to it");
		goto done;
	}
	if (access(artifact, R_OK) != 0) {
		st = msg_errno(artifact, errno, "cannot boot from it");
		goto done;
	}
	program = exec_find(QEMU_PROGRAM);
	if (program == NULL) {
		st = msg_missing(QEMU_PROGRAM, QEMU_PACKAGE);
		goto done;
	}
	st = prepare_firmware(via->platform, &m, &fw);
	if (st == MK_OK)
		st = prepare_network(&setup, &net);
	if (st != MK_OK)
		goto done;
	vars = mem_printf("/proc/self/fd/%d", m.file);
	vm_argv_add(&argv, QEMU_PROGRAM);
	qemu_add_machine(&setup, &fw, vars, &argv);
	add_channels(&m, fw.code == NULL, &argv);
	st = run(&m, program, &argv, &r->test, result);
done:
	machine_close(&m);
	vm_network_close(&net);
	vm_argv_free(&argv);
	free(program);
	free(vars);
	qemu_firmware_free(&fw);
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
