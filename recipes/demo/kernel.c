/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mkboot's own test kernel: it says what the loader gave it, in lines that a test compares, and
 * ends the machine.
 */
#include <stddef.h>

#include "bootinfo.h"
#include "console.h"
#include "crc32.h"
#include "io.h"
#include "machine.h"
#include "memory.h"
#include "options.h"

/* QEMU's isa-debug-exit (iobase=0xf4,iosize=4): writing N ends QEMU with status 2 N + 1. A real
 * machine has nothing there. */
#define DEBUG_EXIT 0xF4
#define EXIT_DONE  0x10 /* status 33 */
#define EXIT_PANIC 0x7F /* status 255 */

static const struct boot_protocol *const protocols[] = {&multiboot1, &multiboot2};

static __attribute__((noreturn)) void leave(uint32_t value)
{
	console_drain();
	outl(value, DEBUG_EXIT);
	halt();
}

static const struct boot_protocol *find_protocol(uint32_t magic)
{
	for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
		if (protocols[i]->magic == magic)
			return protocols[i];
	return NULL;
}

static void show_modules(const struct boot_protocol *p, uint32_t info)
{
	struct boot_cursor at = {0};
	struct boot_module m;

	for (uint32_t n = 0; p->next_module(info, &at, &m); n++) {
		uint32_t length = m.end > m.start ? m.end - m.start : 0;

		console_printf("module %u: [", n);
		console_raw(m.args);
		console_printf("] length %u crc32 %x\n", length, crc32(m.start, length));
	}
}

/* ACPI 6.4, table 15.2: address range types. */
static void show_memory_type(uint32_t type)
{
	static const char *const names[] = {
		[1] = "available", [2] = "reserved", [3] = "ACPI reclaimable",
		[4] = "NVS",       [5] = "bad",
	};

	if (type < sizeof names / sizeof names[0] && names[type] != NULL)
		console_printf(" %s\n", names[type]);
	else
		console_printf(" %u\n", type);
}

static void show_memory(const struct boot_protocol *p, uint32_t info)
{
	struct boot_cursor at = {0};
	struct boot_memory m;

	while (p->next_memory(info, &at, &m)) {
		console_printf("memory: 0x%X 0x%X", m.base, m.length);
		show_memory_type(m.type);
	}
}

static __attribute__((noreturn)) void end(const struct options *o)
{
	if (o->oops)
		console_printf("demo: Oops\n");
	if (o->panic) {
		console_printf("demo: panic\n");
		leave(EXIT_PANIC);
	}
	if (o->pvpanic) {
		console_printf("demo: panic, and pvpanic told\n");
		console_drain();
		machine_panicked();
	}
	if (o->hang) {
		console_printf("demo: hang\n");
		halt();
	}
	if (o->reset || (o->reset_once && machine_first_time())) {
		console_printf("demo: reset\n");
		console_drain();
		machine_reset();
	}
	if (o->triple) {
		console_printf("demo: triple fault\n");
		console_drain();
		machine_triple_fault();
	}
	console_printf("demo: done\n");
	if (o->poweroff) {
		console_drain();
		machine_poweroff();
	}
	if (o->wait) {
		console_screen_only("Waiting, as asked: read this, then switch the machine off.");
		halt();
	}
	leave(o->exit);
}

void kernel_main(uint32_t magic, uint32_t info);
void kernel_main(uint32_t magic, uint32_t info)
{
	static const struct boot_screen no_screen;
	const struct boot_protocol *p = find_protocol(magic);
	struct options options = {.exit = EXIT_DONE, .panic = p == NULL};
	struct boot_screen screen = p != NULL ? p->screen(info) : no_screen;

	if (p != NULL)
		options_read(p->command_line(info), &options);
	if (!options.silent)
		console_init(&screen);
	if (options.debugcon)
		console_debugcon();
	console_screen_banner();
	console_printf("mkboot demo kernel\n");
	if (p == NULL) {
		console_printf("booted by: no loader known (EAX %x)\n", magic);
		end(&options);
	}
	console_printf("booted by: %s\nloader: ", p->name);
	console_raw(p->loader(info));
	console_printf("\ncommand line: [");
	console_raw(p->command_line(info));
	console_printf("]\n");
	show_modules(p, info);
	show_memory(p, info);
	if (options.memory > 0)
		options.panic |= memory_watch(p, info, options.memory) > 0;
	end(&options);
}
