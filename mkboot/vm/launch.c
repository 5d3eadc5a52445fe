/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/launch.h"
#include "base/exec.h"
#include "base/fs.h"
#include "base/mem.h"
#include "vm/boot_option.h"
#include "vm/launch_watch.h"
#include "vm/network.h"
#include "vm/qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define QEMU_I386 "qemu-system-i386"

static const char *program_name(const struct vm_launch *l)
{
	return l->i386 ? QEMU_I386 : QEMU_PROGRAM;
}

/* What a machine is made with, besides the command line. */
struct parts {
	char *program;
	struct qemu_firmware fw;
	struct vm_network network;
	struct vm_setup setup;
};

/* A card whose way to boot has nothing to do with it: no ROM, and QEMU's own network as it is, the
 * world included. */
static void add_card(const struct vm_setup *s, struct vm_argv *argv)
{
	struct strbuf net = {0}, device = {0};

	if (s->tap != NULL)
		vm_network_tap(s->tap, &net);
	else
		strbuf_adds(&net, "user,id=net");
	strbuf_addf(&device, "%s,netdev=net", s->nic->model);
	if (s->nic->options != NULL)
		strbuf_addf(&device, ",%s", s->nic->options);
	if (!s->nic->isa)
		strbuf_adds(&device, ",romfile=");
	vm_argv_add(argv, "-netdev");
	vm_argv_add(argv, "%s", net.data);
	vm_argv_add(argv, "-device");
	vm_argv_add(argv, "%s", device.data);
	strbuf_free(&net);
	strbuf_free(&device);
}

static bool via_has_network(const struct vm_setup *s)
{
	return s->via != NULL && vm_via_networked(s->via, s->recipe);
}

static void add_options(const struct vm_launch *l, const char *debugcon, struct vm_argv *argv)
{
	vm_argv_add(argv, "-display");
	vm_argv_add(argv, "%s", l->display != NULL ? l->display : "none");
	/* with the monitor on the terminal, Ctrl-a x ends it, and Ctrl-C is the guest's */
	vm_argv_add(argv, "-serial");
	vm_argv_add(argv, isatty(STDIN_FILENO) ? "mon:stdio" : "stdio");
	vm_argv_add(argv, "-chardev");
	vm_argv_add(argv, "%s", debugcon);
	vm_argv_add(argv, "-device");
	vm_argv_add(argv, "isa-debugcon,iobase=0xe9,chardev=debugcon");
	if (l->gdb != 0) {
		vm_argv_add(argv, "-S");
		vm_argv_add(argv, "-gdb");
		vm_argv_add(argv, "tcp:127.0.0.1:%u", l->gdb);
	}
}

static void add_machine(const struct vm_launch *l, struct parts *p, const char *vars,
			struct vm_argv *argv)
{
	vm_argv_add(argv, "%s", program_name(l));
	qemu_add_machine(&p->setup, &p->fw, vars, argv);
	if (l->direct != NULL)
		vm_direct_attach(l->direct, argv);
	if (l->setup.nic != NULL && p->setup.nic == NULL)
		add_card(&l->setup, argv);
}

static enum mk_status prepare(const struct vm_launch *l, struct parts *p)
{
	enum mk_status st = MK_OK;

	*p = (struct parts){.network = {.tree = -1}, .setup = l->setup};
	p->program = exec_find(program_name(l));
	if (p->program == NULL)
		return msg_missing(program_name(l), QEMU_PACKAGE);
	if (l->setup.via != NULL)
		st = qemu_firmware_find(l->setup.via->platform, &p->fw);
	if (!via_has_network(&l->setup)) {
		p->setup.nic = NULL;
	} else if (l->setup.tap == NULL && st == MK_OK) {
		st = vm_network_plan(l->setup.via, l->setup.recipe, &p->network);
		if (st == MK_OK)
			st = vm_network_open(&p->network, l->setup.dir, l->setup.recipe);
		p->setup.network = &p->network;
	}
	return st;
}

static void parts_free(struct parts *p)
{
	vm_network_close(&p->network);
	qemu_firmware_free(&p->fw);
	free(p->program);
}

/* OVMF's variables, in memory that only QEMU sees. The fd is read, too. */
static int copy_vars(const char *path, int *fd)
{
	int from = open(path, O_RDONLY | O_CLOEXEC), err;
	struct stat st;

	if (from < 0)
		return -errno;
	*fd = memfd_create("mkboot", MFD_CLOEXEC);
	err = *fd < 0 || fstat(from, &st) != 0
		      ? -errno
		      : fs_copy_range(from, 0, *fd, 0, (uint64_t)st.st_size);
	close(from);
	return err;
}

/* QEMU's ends of the channels to mkboot, which it inherits. */
struct ends {
	int qmp, debugcon, log, vars, life;
};

/* Between fork and exec: async-signal-safe calls only. SIGTERM, for QEMU puts the terminal right
 * when it gets it. */
static _Noreturn void become(const struct vm_launch *l, const struct ends *e, const char *program,
			     char *const argv[], pid_t parent)
{
	const int keep[] = {e->qmp,
			    e->debugcon,
			    e->log,
			    e->vars,
			    e->life,
			    l->direct != NULL ? l->direct->kernel : -1,
			    l->direct != NULL ? l->direct->initrd : -1};
	static const char cannot[] = "mkboot: error: QEMU cannot be started\n";
	sigset_t none;

	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (size_t i = 0; i < sizeof keep / sizeof *keep; i++) {
		if (keep[i] >= 0)
			fcntl(keep[i], F_SETFD, 0);
	}
	execv(program, argv);
	_exit(write(STDERR_FILENO, cannot, sizeof cannot - 1) < 0 ? 127 : MK_FAILED);
}

static void close_all(int *const fds[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

static int open_channels(struct launch_watch *w, struct ends *e)
{
	int qmp[2], debugcon[2], life[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qmp) != 0)
		return -errno;
	w->qmp = qmp[0];
	e->qmp = qmp[1];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, debugcon) != 0)
		return -errno;
	w->debugcon = debugcon[0];
	e->debugcon = debugcon[1];
	if (pipe2(life, O_CLOEXEC) != 0)
		return -errno;
	w->life = life[0];
	e->life = life[1];
	w->log = memfd_create("mkboot", MFD_CLOEXEC);
	e->log = w->log;
	return w->log < 0 ? -errno : 0;
}

/* "-d" or "--d", which is the same to QEMU. */
static bool is_option(const char *text, const char *name)
{
	return strcmp(text, name) == 0 || (text[0] == '-' && strcmp(text + 1, name) == 0);
}

/* -d and -D among the user's words, of which QEMU takes the last. */
static void see_log(const struct vm_launch *l, struct launch_watch *w)
{
	for (size_t i = 0; i < l->n_extra; i++) {
		bool file = is_option(l->extra[i], "-D");

		w->own_log = w->own_log || file || is_option(l->extra[i], "-d");
		if (file && i + 1 < l->n_extra)
			w->log_file = l->extra[i + 1];
	}
}

static void add_channels(const struct vm_launch *l, const struct ends *e, bool own_log,
			 struct vm_argv *argv)
{
	char *file = l->debugcon != NULL ? vm_option_value(l->debugcon) : NULL;
	char *debugcon = file != NULL ? mem_printf("file,id=debugcon,path=%s", file)
				      : mem_printf("socket,id=debugcon,fd=%d", e->debugcon);

	add_options(l, debugcon, argv);
	free(debugcon);
	free(file);
	/* It stays when the guest has ended it, so that it can be asked what became of the guest;
	 * then it is told to go. */
	vm_argv_add(argv, "-action");
	vm_argv_add(argv, "reboot=shutdown,shutdown=pause");
	vm_argv_add(argv, "-chardev");
	vm_argv_add(argv, "socket,id=qmp,fd=%d", e->qmp);
	vm_argv_add(argv, "-mon");
	vm_argv_add(argv, "chardev=qmp,mode=control");
	/* TCG says "Triple fault" there */
	if (!own_log) {
		vm_argv_add(argv, "-d");
		vm_argv_add(argv, "cpu_reset");
		vm_argv_add(argv, "-D");
		vm_argv_add(argv, "/proc/self/fd/%d", e->log);
	}
	for (size_t i = 0; i < l->n_extra; i++)
		vm_argv_add(argv, "%s", l->extra[i]);
}

enum mk_status vm_launch(const struct vm_launch *l, int *status)
{
	struct launch_watch w = {
		.qmp = -1, .debugcon = -1, .life = -1, .log = -1, .gdb = l->gdb != 0};
	struct ends e = {.qmp = -1, .debugcon = -1, .log = -1, .vars = -1, .life = -1};
	int *const theirs[] = {&e.qmp, &e.debugcon, &e.vars, &e.life};
	int *const ours[] = {&w.qmp, &w.debugcon, &w.log, &w.life};
	struct vm_argv argv = {0};
	struct parts p;
	enum mk_status st = prepare(l, &p);
	pid_t parent = getpid();
	char *vars = NULL;
	int err;

	if (st != MK_OK)
		goto done;
	err = open_channels(&w, &e);
	if (err == 0 && p.fw.vars != NULL)
		err = copy_vars(p.fw.vars, &e.vars);
	if (err < 0)
		st = msg_errno(program_name(l), err, "cannot make the channels to it");
	else if (p.fw.vars != NULL)
		st = boot_option_write(&p.setup, e.vars, p.fw.vars);
	if (st != MK_OK)
		goto done;
	vars = mem_printf("/proc/self/fd/%d", e.vars);
	add_machine(l, &p, vars, &argv);
	see_log(l, &w);
	add_channels(l, &e, w.own_log, &argv);
	launch_watch_begin(&w);
	w.pid = fork();
	if (w.pid == 0)
		become(l, &e, p.program, argv.items, parent);
	close_all(theirs, sizeof theirs / sizeof *theirs);
	if (w.pid < 0)
		st = msg_errno(p.program, errno, "cannot run");
	else
		st = launch_watch(&w, status);
	launch_watch_end(&w);
done:
	close_all(theirs, sizeof theirs / sizeof *theirs);
	close_all(ours, sizeof ours / sizeof *ours);
	vm_argv_free(&argv);
	free(vars);
	parts_free(&p);
	return st;
}

static enum mk_status write_boot_option(const struct vm_setup *s, const char *vars)
{
	int fd = open(vars, O_RDWR | O_CLOEXEC);
	enum mk_status st =
		fd < 0 ? msg_errno(vars, errno, "cannot write") : boot_option_write(s, fd, vars);

	if (fd >= 0)
		close(fd);
	return st;
}

enum mk_status vm_launch_command(const struct vm_launch *l, const char *folder, struct strbuf *line)
{
	struct vm_argv argv = {0};
	struct parts p;
	enum mk_status st = prepare(l, &p);
	char *vars = mem_printf("%s/%s-run.vars", folder, l->setup.recipe->name), *quoted, *file;
	struct vm_network by_hand = {.tree = -1};
	int err = 0;

	/* by PXE, GRUB itself comes by TFTP, whatever comes after it */
	if (st == MK_OK && p.network.scratch != NULL &&
	    (p.network.http == 0 || l->setup.via->output == OUTPUT_TFTP))
		st = msg_fail(
			MK_BAD_INPUT,
			"the network.path of this machine's network is there only while mkboot "
			"runs; leave out --dry-run");
	if (st == MK_OK && p.setup.network != NULL) {
		vm_network_by_hand(&p.setup, &by_hand);
		p.setup.network = &by_hand;
	}
	if (st == MK_OK && p.fw.vars != NULL)
		err = fs_copy(p.fw.vars, vars);
	if (err != 0)
		st = msg_errno(vars, err, "cannot write");
	if (st == MK_OK && p.fw.vars != NULL)
		st = write_boot_option(&p.setup, vars);
	if (st == MK_OK) {
		add_machine(l, &p, vars, &argv);
		file = vm_option_value(l->debugcon != NULL ? l->debugcon : "/dev/stderr");
		/* what standard error goes to is not to be truncated */
		quoted = mem_printf("file,id=debugcon,path=%s%s", file,
				    l->debugcon != NULL ? "" : ",append=on");
		add_options(l, quoted, &argv);
		free(quoted);
		free(file);
		vm_argv_add(&argv, "-no-reboot");
		for (size_t i = 0; i < l->n_extra; i++)
			vm_argv_add(&argv, "%s", l->extra[i]);
		quoted = vm_argv_quoted(&argv);
		strbuf_adds(line, quoted);
		free(quoted);
	}
	vm_argv_free(&argv);
	free(vars);
	vm_network_close(&by_hand);
	parts_free(&p);
	return st;
}
