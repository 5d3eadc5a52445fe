/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A kernel for run.bats, which does what END says: TRIPLE (fault), RESET, OFF, PANIC, HALT, ECHO,
 * MANY (lines on port 0xe9, more than a terminal takes at once), or leaves by isa-debug-exit with
 * twice(21). It says a word on COM1 and a line on port 0xe9 first. Multiboot 0.6.96; compiled for
 * i386, or, as ELF64 whose code is 32-bit all the same, by -D'ELF64'.
 */
#define COM1 0x3f8

__asm__(".section .multiboot, \"a\"\n"
	".balign 4\n"
	".long 0x1badb002, 0, -0x1badb002\n"
	".text\n"
	".globl start\n"
	"start: mov $stack, %esp\n"
	"	call kernel_main\n"
	"	.bss\n"
	"	.space 4096\n"
	"stack:	.text\n");

static void outb(unsigned char value, unsigned short port)
{
	__asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static void outl(unsigned value, unsigned short port)
{
	__asm__ volatile("outl %0, %1" ::"a"(value), "Nd"(port));
}

static unsigned char inb(unsigned short port)
{
	unsigned char value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void say(const char *text, unsigned short port)
{
	for (; *text != '\0'; text++)
		outb((unsigned char)*text, port);
}

int twice(int number);
int twice(int number)
{
	return number + number;
}

void kernel_main(void);
void kernel_main(void)
{
	say("hello from the kernel\n", COM1);
	say("debugcon ", 0xe9);
	say("says so\n", 0xe9);
#if defined TRIPLE
	static const struct {
		unsigned short limit;
		unsigned base;
	} __attribute__((packed)) none;

	__asm__ volatile("lidt %0\n"
			 ".globl fault\n"
			 "fault: ud2" ::"m"(none));
#elif defined RESET
	outb(0xfe, 0x64); /* the keyboard controller's */
#elif defined OFF
	__asm__ volatile("outw %0, %1" ::"a"((unsigned short)0x2000), "Nd"((unsigned short)0x604));
#elif defined PANIC
	outb(1, 0x505); /* pvpanic */
#elif defined ECHO
	while ((inb(COM1 + 5) & 1) == 0)
		;
	outl(inb(COM1), 0xf4);
#elif !defined HALT
#ifdef MANY
	for (int i = 0; i < 2000; i++)
		say("debugcon says a line of thirty-two\n", 0xe9);
	say("that was all\n", 0xe9);
#endif
	outl((unsigned)twice(21), 0xf4);
#endif
	(void)inb;
	(void)twice;
	for (;;)
		__asm__ volatile("hlt");
}
