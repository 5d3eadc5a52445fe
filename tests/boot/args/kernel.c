/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A kernel for fuzz_args.sh: prints on COM1 its command line and then each module's, one a line,
 * between "@@BEGIN" and "@@END", and leaves QEMU through isa-debug-exit. Multiboot 0.6.96 and
 * Multiboot2 2.0 in one ELF; freestanding.
 */
typedef __UINT32_TYPE__ u32;

#define MB1_BOOT_MAGIC 0x2badb002u
#define MB2_BOOT_MAGIC 0x36d76289u

struct mb1_info { /* Multiboot §3.3 */
	u32 flags, mem[2], boot_device, cmdline, mods_count, mods;
};
struct mb1_module {
	u32 start, end, string, reserved;
};
struct mb2_tag { /* Multiboot2 §3.4 */
	u32 type, size;
	union {
		char cmdline[1]; /* type 1 */
		struct {
			u32 start, end;
			char string[1];
		} module; /* type 3 */
	} u;
};

__asm__(".section .multiboot, \"a\"\n"
	".balign 8\n" /* Multiboot2 §3.1.1: i386, 24 bytes, one end tag */
	".long 0xe85250d6, 0, 24, -(0xe85250d6 + 24)\n"
	".long 0, 8\n"
	".long 0x1badb002, 0, -0x1badb002\n" /* Multiboot §3.1.1 */
	".text\n"
	".global _start\n"
	"_start: mov $stack_end, %esp\n"
	"	push %ebx\n"
	"	push %eax\n"
	"	call kernel\n"
	"	.local stack\n"
	"	.comm stack, 16384, 16\n"
	"	.set stack_end, stack + 16384\n");

static void out(unsigned short port, unsigned char v)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static unsigned char in(unsigned short port)
{
	unsigned char v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static void print(const char *s)
{
	for (; *s != '\0'; s++) {
		while ((in(0x3fd) & 0x20) == 0) /* 16550: transmitter empty */
			;
		out(0x3f8, (unsigned char)*s);
	}
}

static void line(const char *s)
{
	print(s);
	print("\n");
}

static void multiboot1(const struct mb1_info *info)
{
	const struct mb1_module *m = (const struct mb1_module *)info->mods;

	line(info->flags & 4 ? (const char *)info->cmdline : "@@no command line");
	for (u32 i = 0; (info->flags & 8) && i < info->mods_count; i++)
		line((const char *)m[i].string);
}

/* The command line's tag comes first in what GRUB writes. */
static void multiboot2(const char *info)
{
	const struct mb2_tag *t = (const struct mb2_tag *)(info + 8);

	for (; t->type != 0; t = (const struct mb2_tag *)((u32)t + ((t->size + 7) & ~7u))) {
		if (t->type == 1)
			line(t->u.cmdline);
		else if (t->type == 3)
			line(t->u.module.string);
	}
}

void kernel(u32 magic, const void *info);
void kernel(u32 magic, const void *info)
{
	out(0x3f9, 0);    /* no interrupts */
	out(0x3fb, 0x80); /* divisor 1: 115200 baud */
	out(0x3f8, 1);
	out(0x3f9, 0);
	out(0x3fb, 3); /* 8N1 */
	out(0x3fa, 7);
	print("\n@@BEGIN\n");
	if (magic == MB1_BOOT_MAGIC)
		multiboot1(info);
	else if (magic == MB2_BOOT_MAGIC)
		multiboot2(info);
	line("@@END");
	out(0xf4, 0x10);
	for (;;)
		__asm__ volatile("hlt");
}
