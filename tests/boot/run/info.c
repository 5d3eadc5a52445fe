/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A kernel for run.bats: what the loader says beyond the demo kernel's lines, on COM1: the ELF
 * sections, with a checksum of what was loaded of them, the text screen, the RSDP; and, first,
 * where the information itself lies. Multiboot 0.6.96 and Multiboot2 2.0 in one ELF; freestanding.
 * -DADDRESSES: the Multiboot 1 header says where it goes.
 */
typedef __UINT32_TYPE__ u32;
typedef __UINT8_TYPE__ u8;

__asm__(".section .multiboot, \"a\"\n"
	".balign 8\n"
	".long 0xe85250d6, 0, 24, -(0xe85250d6 + 24)\n"
	".word 0, 0\n"
	".long 8\n"
#ifdef ADDRESSES /* in the Multiboot 1 header: §3.1.3; the file has all up to its end */
	"header: .long 0x1badb002, 0x10000, -(0x1badb002 + 0x10000)\n"
	".long header, header, 0, 0x300000, start\n"
#else
	".long 0x1badb002, 0, -0x1badb002\n"
#endif
	".text\n"
	".globl start\n"
	"start: mov $stack, %esp\n"
	"	push %ebx\n"
	"	push %eax\n"
	"	call kernel_main\n"
	"	.bss\n"
	"	.space 4096\n"
	"stack:	.text\n");

struct section { /* ELF32 */
	u32 name, type, flags, addr, offset, size, link, info, align, entsize;
};

static void outb(u8 value, unsigned short port)
{
	__asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static void say(const char *text)
{
	for (; *text != '\0'; text++)
		outb((u8)*text, 0x3f8);
}

static void number(const char *name, u32 value)
{
	say(name);
	for (int shift = 28; shift >= 0; shift -= 4)
		outb((u8) "0123456789abcdef"[value >> shift & 15], 0x3f8);
}

static void sections(u32 count, u32 size, const u8 *table, u32 names)
{
	number("sections ", count);
	number(" of ", size);
	number(" names ", names);
	say("\n");
	for (u32 i = 0; i < count; i++) {
		const struct section *s = (const struct section *)(table + i * size);
		u32 sum = 0;

		/* those in no segment are wherever the loader has put them */
		for (u32 k = 0; s->addr != 0 && s->type != 8 && k < s->size; k++)
			sum = sum * 31 + ((const u8 *)s->addr)[k];
		number("  type ", s->type);
		number(" size ", s->size);
		number(" sum ", sum);
		say(s->addr != 0 ? " there\n" : " nowhere\n");
	}
}

static void multiboot(const u32 *info)
{
	number("flags ", info[0] & (1 | 4 | 8 | 0x10 | 0x20 | 0x40 | 0x1000));
	number(" screen ", info[22]);
	number(" ", info[24]);
	number(" ", info[25]);
	number(" ", info[26]);
	number(" ", info[27] & 0xffff);
	number(" memory ", info[1]);
	number(" ", info[2]);
	say("\n");
	sections(info[7], info[8], (const u8 *)info[9], info[10]);
}

static void multiboot2(const u8 *info)
{
	for (const u8 *p = info + 8;; p += (*(const u32 *)(p + 4) + 7) & ~7u) {
		const u32 *tag = (const u32 *)p;

		if (tag[0] == 0) {
			number("end tag ", tag[1]);
			number(" left ", (u32)(info + *(const u32 *)info - p));
			say("\n");
			return;
		}
		if (tag[0] == 4) {
			number("memory ", tag[2]);
			number(" ", tag[3]);
			say("\n");
		} else if (tag[0] == 21) {
			number("load base ", tag[2]);
			say("\n");
		} else if (tag[0] == 6) {
			number("map ", tag[1]);
			number(" ", tag[2]);
			number(" ", tag[3]);
			say("\n");
		} else if (tag[0] == 8) {
			number("screen ", tag[2]);
			number(" ", tag[4]);
			number(" ", tag[5]);
			number(" ", tag[6]);
			number(" ", tag[7] & 0xffff);
			say("\n");
		} else if (tag[0] == 9) {
			sections(tag[2], tag[3], p + 20, tag[4]);
		} else if (tag[0] == 14) {
			u32 sum = 0;

			for (u32 i = 0; i < 20; i++)
				sum += p[8 + i];
			number("rsdp ", tag[2]);
			number(" ", tag[3]);
			number(" sum ", sum & 255);
			say("\n");
		}
	}
}

void kernel_main(u32 magic, u32 info);
void kernel_main(u32 magic, u32 info)
{
	number("info at ", info);
	say("\n");
	if (magic == 0x2badb002)
		multiboot((const u32 *)info);
	else
		multiboot2((const u8 *)info);
	__asm__ volatile("outl %0, %1" ::"a"(1), "Nd"((unsigned short)0xf4));
	for (;;)
		__asm__ volatile("hlt");
}
