/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine.h"

#include "io.h"

/* 8042 keyboard controller: command FE pulses its output line 0, which is the processor's reset. */
#define KBC_COMMAND     0x64
#define KBC_BUSY        0x02
#define KBC_PULSE_RESET 0xFE

/* The chipsets' reset control register (Intel 82371SB §2.5.4.1): hard reset, then do it. */
#define RESET_CONTROL 0xCF9
#define RESET_HARD    0x02
#define RESET_CPU     0x04

/* ACPI 6.4 §4.8.3.2.1, PM1 control: SLP_EN, with the SLP_TYP that _S5 names: 0 in QEMU and Bochs.
 * SeaBIOS and OVMF put the registers at 600; Bochs's own BIOS, at B000. */
#define PM1A_CONTROL   0x604
#define PM1A_CONTROL_B 0xB004
#define SLEEP_ENABLE   0x2000

/* QEMU, docs/specs/pvpanic: PVPANIC_PANICKED is bit 0. */
#define PVPANIC          0x505
#define PVPANIC_PANICKED 0x01

/* MC146818: a byte of its memory that neither SeaBIOS nor OVMF uses. It outlives a reset, and not
 * the power. */
#define RTC_INDEX   0x70
#define RTC_DATA    0x71
#define RTC_SCRATCH 0x7E
#define RTC_MARK    0xA5

#define MAX_POLLS 100000 /* about 0.1 s */

struct __attribute__((packed)) descriptor_table {
	uint16_t limit;
	uint32_t base;
};

void machine_reset(void)
{
	for (int polls = 0; polls < MAX_POLLS && (inb(KBC_COMMAND) & KBC_BUSY) != 0; polls++)
		;
	outb(KBC_PULSE_RESET, KBC_COMMAND);
	for (int polls = 0; polls < MAX_POLLS; polls++)
		inb(KBC_COMMAND);
	outb(RESET_HARD, RESET_CONTROL);
	outb(RESET_HARD | RESET_CPU, RESET_CONTROL);
	halt();
}

void machine_triple_fault(void)
{
	static const struct descriptor_table none;

	__asm__ volatile("lidt %0; ud2" : : "m"(none));
	halt();
}

void machine_poweroff(void)
{
	outw(SLEEP_ENABLE, PM1A_CONTROL);
	outw(SLEEP_ENABLE, PM1A_CONTROL_B);
	halt();
}

void machine_panicked(void)
{
	outb(PVPANIC_PANICKED, PVPANIC);
	halt();
}

bool machine_first_time(void)
{
	bool first;

	outb(RTC_SCRATCH, RTC_INDEX);
	first = inb(RTC_DATA) != RTC_MARK;
	outb(RTC_SCRATCH, RTC_INDEX);
	outb(first ? RTC_MARK : 0, RTC_DATA);
	return first;
}
