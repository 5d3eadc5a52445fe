/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/accel.h"
#include "base/cache.h"
#include "base/clock.h"
#include "base/exec.h"
#include "base/fs.h"
#include "base/mem.h"
#include "vm/qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define KVM_DEVICE "/dev/kvm"
#define PASSED     33    /* 2 * 10h + 1: what the guest below ends QEMU with */
#define TCG_MS     20000 /* on a machine that is very busy */
/* Two that are alike: the faster one may be later by what the other programs of the machine take.
 */
#define MARGIN_MS 20

/*
 * The guest: a boot sector, which the firmware (some 100,000 instructions of its own, port I/O and
 * changes of the processor's mode among them) loads at 0:7C00h.
 */
static const unsigned char guest[] = {
	0x66, 0xb9, 0x00, 0x00, 0x00, 0x01, /*       mov ecx,1000000h   16 Mi times: computing */
	0x66, 0x01, 0xc8,                   /* more: add eax,ecx */
	0x66, 0x31, 0xc8,                   /*       xor eax,ecx */
	0x66, 0x49,                         /*       dec ecx */
	0x75, 0xf6,                         /*       jnz more */
	0xb9, 0x88, 0x13,                   /*       mov cx,5000        port I/O */
	0xe6, 0x80,                         /* port: out 80h,al */
	0xe4, 0x71,                         /*       in al,71h */
	0xe2, 0xfa,                         /*       loop port */
	0xb0, 0x10,                         /*       mov al,10h */
	0xe6, 0xf4,                         /*       out 0F4h,al        isa-debug-exit */
	0xf4,                               /* stop: hlt */
	0xeb, 0xfd,                         /*       jmp stop */
};

static int make_disk(void)
{
	unsigned char sector[512] = {0};
	int fd = memfd_create("mkboot", MFD_CLOEXEC);

	memcpy(sector, guest, sizeof guest);
	sector[510] = 0x55;
	sector[511] = 0xaa;
	if (fd >= 0 && fs_pwrite(fd, sector, sizeof sector, 0) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Between fork and exec: async-signal-safe calls only. */
static _Noreturn void become(const char *program, char *const argv[], int disk, int life,
			     pid_t parent)
{
	int nowhere = open("/dev/null", O_RDWR);

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent || nowhere < 0)
		_exit(1);
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		dup2(nowhere, fd);
	fcntl(disk, F_SETFD, 0);
	fcntl(life, F_SETFD, 0);
	execv(program, argv);
	_exit(1);
}

/* Run PROGRAM for MS at most. The milliseconds it took; -1 where it did not end as it has to. */
static int64_t run(const char *program, char *const argv[], int disk, int64_t ms)
{
	int64_t start = clock_ms(), left, took = -1;
	pid_t parent = getpid(), pid;
	int life[2], code = 0;
	bool ended = false;

	if (pipe2(life, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid == 0)
		become(program, argv, disk, life[1], parent);
	close(life[1]);
	/* the pipe hangs up when the program is gone */
	while (pid > 0 && !ended && (left = start + ms - clock_ms()) > 0) {
		struct pollfd p = {.fd = life[0], .events = POLLIN};

		ended = poll(&p, 1, (int)left) > 0;
	}
	close(life[0]);
	if (pid < 0)
		return -1;
	took = clock_ms() - start;
	if (!ended)
		kill(pid, SIGKILL);
	while (waitpid(pid, &code, 0) < 0 && errno == EINTR)
		;
	return ended && WIFEXITED(code) && WEXITSTATUS(code) == PASSED ? took : -1;
}

static int64_t run_guest(const char *program, const char *accel, int64_t ms)
{
	static const char *const words[] = {
		"-no-user-config",
		"-nodefaults",
		"-machine",
		"pc",
		"-m",
		"16M",
		"-display",
		"none",
		"-no-reboot",
		"-device",
		"isa-debug-exit,iobase=0xf4,iosize=4",
	};
	struct vm_argv argv = {0};
	int64_t took = -1;
	int disk = make_disk();

	if (disk < 0)
		return -1;
	vm_argv_add(&argv, QEMU_PROGRAM);
	qemu_add_words(&argv, words, sizeof words / sizeof *words);
	vm_argv_add(&argv, "-accel");
	vm_argv_add(&argv, "%s", accel);
	vm_argv_add(&argv, "-drive");
	vm_argv_add(&argv, "if=ide,format=raw,file=/proc/self/fd/%d", disk);
	took = run(program, argv.items, disk, ms);
	close(disk);
	vm_argv_free(&argv);
	return took;
}

const char *vm_accel_no_kvm(const char *device)
{
	int fd = open(device, O_RDWR | O_CLOEXEC), version;

	if (fd < 0)
		return errno == ENOENT || errno == ENXIO || errno == ENODEV
			       ? "there is no " KVM_DEVICE
		       : errno == EACCES || errno == EPERM ? KVM_DEVICE
			       " is not for this user (the group kvm's, usually)"
							   : KVM_DEVICE " cannot be opened";
	version = ioctl(fd, KVM_GET_API_VERSION, 0);
	close(fd);
	/* Linux, Documentation/virt/kvm/api.rst §4.1: never another */
	return version == 12 ? NULL : KVM_DEVICE " is not KVM's";
}

/* The first processor's, as the kernel sees it: model and features. Not its speed at this moment.
 */
static void add_processor(struct digest_stream *s)
{
	static const char *const lines[] = {"vendor_id", "cpu family", "model", "stepping",
					    "flags"};
	char text[8192], *save = NULL;
	int fd = open("/proc/cpuinfo", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return;
	text[n] = '\0';
	for (char *line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
			if (strncmp(line, lines[i], strlen(lines[i])) == 0)
				digest_adds(s, line);
		}
		if (strncmp(line, "flags", 5) == 0)
			break; /* the next processor */
	}
}

static struct digest make_key(const char *program)
{
	struct digest_stream *s = digest_begin();
	struct utsname u;
	struct stat st = {0};

	digest_adds(s, "accelerator");
	digest_add(s, guest, sizeof guest);
	if (uname(&u) == 0) {
		digest_adds(s, u.release);
		digest_adds(s, u.version);
		digest_adds(s, u.machine);
	}
	add_processor(s);
	digest_adds(s, program);
	stat(program, &st);
	digest_add(s, &st.st_size, sizeof st.st_size);
	digest_add(s, &st.st_mtim.tv_sec, sizeof st.st_mtim.tv_sec);
	digest_add(s, &st.st_mtim.tv_nsec, sizeof st.st_mtim.tv_nsec);
	return digest_end(s);
}

/* "kvm" or "tcg", and behind it the sentence. Is it worth remembering? Not where nothing ran. */
static bool try_both(const char *program, struct strbuf *answer)
{
	int64_t tcg = run_guest(program, "tcg", TCG_MS), kvm;
	int64_t limit = (tcg >= 0 ? tcg : TCG_MS) + MARGIN_MS;

	kvm = run_guest(program, "kvm", limit);
	if (kvm >= 0)
		strbuf_addf(answer, "kvm a guest ended well within %lld ms with KVM",
			    (long long)kvm);
	else
		strbuf_addf(answer, "tcg a guest did not end well within %lld ms with KVM",
			    (long long)limit);
	if (tcg >= 0)
		strbuf_addf(answer, ", and took %lld ms with TCG", (long long)tcg);
	else
		strbuf_adds(answer, ", and did not with TCG");
	return tcg >= 0 || kvm >= 0;
}

enum mk_status vm_accel_try(const char **accel, char **why)
{
	char *program = exec_find(QEMU_PROGRAM);
	struct strbuf answer = {0};
	struct digest key;

	*accel = "tcg";
	if (program == NULL)
		return msg_missing(QEMU_PROGRAM, QEMU_PACKAGE);
	key = make_key(program);
	if (!cache_get(&key, &answer) && try_both(program, &answer))
		cache_put(&key, answer.data, answer.len);
	if (strncmp(answer.data, "kvm ", 4) == 0)
		*accel = "kvm";
	if (why != NULL)
		*why = mem_dup(answer.len > 4 ? answer.data + 4 : "");
	strbuf_free(&answer);
	free(program);
	return MK_OK;
}

/* What needs no trial: NULL where one is needed. */
static const char *untried(const char *asked, const char **accel)
{
	if (asked == NULL || strcmp(asked, "auto") == 0) {
		*accel = "tcg";
		return vm_accel_no_kvm(KVM_DEVICE);
	}
	*accel = strcmp(asked, "kvm") == 0 ? "kvm" : "tcg";
	return "it was asked for";
}

enum mk_status vm_accel_choose(const char *asked, const char **accel, char **why)
{
	static const char *const names[] = {"auto", "kvm", "tcg"};
	bool known = asked == NULL;
	const char *words;

	if (why != NULL)
		*why = NULL;
	for (size_t i = 0; i < sizeof names / sizeof *names && !known; i++)
		known = strcmp(asked, names[i]) == 0;
	if (!known)
		return msg_fail(MK_USAGE,
				"there is no accelerator '%s': there are auto, kvm and tcg", asked);
	words = untried(asked, accel);
	if (words == NULL)
		return vm_accel_try(accel, why);
	if (why != NULL)
		*why = mem_dup(words);
	return MK_OK;
}
