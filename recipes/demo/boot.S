/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both headers and the entry point. Multiboot 0.6.96 §3.1 wants its header in the first 8 KiB of
 * the file, 4-aligned; Multiboot2 2.0 §3.1 wants its own in the first 32 KiB, 8-aligned. The
 * linker script puts this section first.
 */

#define MULTIBOOT1_MAGIC  0x1BADB002
#define MULTIBOOT1_FLAGS  0x00000003 /* modules page-aligned; memory information */
#define MULTIBOOT2_MAGIC  0xE85250D6
#define MULTIBOOT2_I386   0
#define TAG_END           0
#define TAG_MODULE_ALIGN  6
#define STACK_SIZE        16384

	.section .multiboot, "a"
	.balign 8
multiboot1:
	.long MULTIBOOT1_MAGIC
	.long MULTIBOOT1_FLAGS
	.long -(MULTIBOOT1_MAGIC + MULTIBOOT1_FLAGS)

	.balign 8
multiboot2:
	.long MULTIBOOT2_MAGIC
	.long MULTIBOOT2_I386
	.long multiboot2_end - multiboot2
	.long -(MULTIBOOT2_MAGIC + MULTIBOOT2_I386 + (multiboot2_end - multiboot2))
	.short TAG_MODULE_ALIGN, 0
	.long 8
	.short TAG_END, 0
	.long 8
multiboot2_end:

	/*
	 * Multiboot 0.6.96 §3.2, Multiboot2 2.0 §3.3: 32-bit protected mode, flat segments,
	 * paging and interrupts off; EAX holds the loader's magic number, EBX the address of the
	 * boot information. ESP and the direction flag are ours to set. The loader's GDT may be
	 * gone, so no segment register is loaded, and no interrupt is ever enabled.
	 */
	.text
	.globl start
	.type start, @function
start:
	cli
	cld
	movl	$stack_top, %esp
	xorl	%ebp, %ebp
	subl	$8, %esp		/* i386 ABI: ESP + 4 is 16-aligned when a function is entered */
	pushl	%ebx
	pushl	%eax
	call	kernel_main
1:	hlt
	jmp	1b
	.size start, . - start

	.bss
	.balign 16
	.skip STACK_SIZE
stack_top:

	.section .note.GNU-stack, "", @progbits
