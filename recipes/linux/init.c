/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The init of recipes/linux.yaml: the only program of an initial RAM disk. It says that it runs
 * and with which command line, and powers the machine off. It needs no C library: Linux's system
 * calls for x86-64 are all it asks for (x86-64 psABI, appendix A.2.1).
 */
#include <asm/unistd.h>
#include <linux/reboot.h>
#include <stddef.h>

#define O_RDONLY 0
#define STDOUT   1

static long call4(long number, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}

static long mount_proc(void)
{
	register long r8 __asm__("r8") = 0; /* mount's fifth argument: no data */
	register long r10 __asm__("r10") = 0;
	static const char proc[] = "proc", at[] = "/proc";
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"((long)__NR_mount), "D"(proc), "S"(at), "d"(proc), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}

static void say(const char *s, size_t len)
{
	call4(__NR_write, STDOUT, (long)s, (long)len, 0);
}
#define SAY(s) say((s), sizeof(s) - 1)

static void say_command_line(void)
{
	static char line[4096];
	long fd, n = 0;

	call4(__NR_mkdir, (long)"/proc", 0555, 0, 0);
	if (mount_proc() != 0)
		return;
	fd = call4(__NR_open, (long)"/proc/cmdline", O_RDONLY, 0, 0);
	if (fd >= 0)
		n = call4(__NR_read, fd, (long)line, sizeof line, 0);
	if (n > 0) {
		SAY("mkboot linux: command line: ");
		say(line, (size_t)n); /* ends in a newline */
	}
}

__attribute__((noreturn, force_align_arg_pointer)) void _start(void);
void _start(void)
{
	say_command_line();
	SAY("mkboot linux: init is running\n");
	for (;;)
		call4(__NR_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		      LINUX_REBOOT_CMD_POWER_OFF, 0);
}
