/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel/load.h"

#include <inttypes.h>

#define X "0x%" PRIx64

/* Is the header where the fields say it is? Returns the offset in the file of the first byte that
 * is loaded, or UINT64_MAX. */
static uint64_t first_byte(const struct load_addresses *a, struct kernel *k)
{
	uint64_t before;

	if (a->load_addr > a->header_addr) {
		kernel_problem(k, true,
			       "load_addr 0x%" PRIx32 " lies above header_addr 0x%" PRIx32
			       ", but the header is part of what is loaded; correct the header's "
			       "address fields",
			       a->load_addr, a->header_addr);
		return UINT64_MAX;
	}
	before = (uint64_t)a->header_addr - a->load_addr;
	if (before > a->header_offset) {
		kernel_problem(k, true,
			       "header_addr less load_addr is " X ", but the header is at offset " X
			       " of the file; correct the header's address fields",
			       before, a->header_offset);
		return UINT64_MAX;
	}
	return a->header_offset - before;
}

/* The end in memory of what comes from the file; 0 where the fields contradict each other. */
static uint64_t loaded_end(struct kernel_reader *r, const struct load_addresses *a, uint64_t offset,
			   struct kernel *k)
{
	uint64_t have = kernel_size(r) - offset, want;

	if (a->load_end_addr == 0)
		return a->load_addr + have;
	if (a->load_end_addr < a->load_addr) {
		kernel_problem(k, true,
			       "load_end_addr 0x%" PRIx32 " lies below load_addr 0x%" PRIx32
			       "; correct the header's address fields",
			       a->load_end_addr, a->load_addr);
		return 0;
	}
	want = (uint64_t)a->load_end_addr - a->load_addr;
	if (want > have)
		kernel_problem(k, true,
			       "the header's address fields ask for %" PRIu64
			       " bytes that the file does not have; the file is cut short, or "
			       "load_end_addr is wrong",
			       want - have);
	return a->load_end_addr;
}

void load_addresses_check(struct kernel_reader *r, struct load_addresses *a, struct kernel *k)
{
	uint64_t offset = first_byte(a, k), end;

	if (offset == UINT64_MAX)
		return;
	end = loaded_end(r, a, offset, k);
	if (end == 0)
		return;
	if (a->bss_end_addr != 0 && a->bss_end_addr < end)
		kernel_problem(k, true,
			       "bss_end_addr 0x%" PRIx32 " lies below the end of what is loaded, " X
			       "; set it to the end of the bss, or to 0",
			       a->bss_end_addr, end);
	else if (a->bss_end_addr != 0)
		end = a->bss_end_addr;
	a->size = end - a->load_addr;
	if (end > LOAD_LIMIT)
		kernel_problem(k, true, "it reaches up to " X ", past 4 GiB; link it lower", end);
	if (a->load_addr < LOAD_LOWEST && !a->relocatable)
		kernel_problem(k, true,
			       "load_addr 0x%" PRIx32
			       " lies below 1 MiB, which belongs to the firmware and the boot "
			       "loader; link the kernel at 0x100000 or above",
			       a->load_addr);
	if (a->has_entry && (a->entry_addr < a->load_addr || a->entry_addr >= end))
		kernel_problem(k, true,
			       "the entry address 0x%" PRIx32
			       " lies outside of what is loaded, 0x%" PRIx32 " to " X
			       "; correct the header's address fields",
			       a->entry_addr, a->load_addr, end);
}
