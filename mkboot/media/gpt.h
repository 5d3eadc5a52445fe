/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_MEDIA_GPT_H
#define MKBOOT_MEDIA_GPT_H

#include <stddef.h>
#include <stdint.h>

struct strbuf;

/* GUID partition table (UEFI 2.10 §5.3), of disks with 512-byte blocks. */

#define GPT_BLOCK 512

struct gpt {
	const unsigned char *header;  /* 512 bytes */
	const unsigned char *entries; /* n_entries * entry_size bytes */
	uint64_t lba;                 /* this header's own */
	uint64_t alternate_lba;       /* the other header's */
	uint32_t n_entries;
	uint32_t entry_size;
};

extern const unsigned char gpt_type_esp[16];        /* EFI system partition, §5.3.3 table 5.7 */
extern const unsigned char gpt_type_basic_data[16]; /* data that no other system claims */

/* Read the primary GPT out of the first LEN bytes of a disk, which must hold its entries too;
 * G points into DISK. 0, -ENOENT where there is none, -EINVAL where a checksum or a bound is
 * wrong (§5.3.2). */
int gpt_read(const unsigned char *disk, size_t len, struct gpt *g);

/* The first partition of this type: 0 or -ENOENT. LAST belongs to it. */
int gpt_find(const struct gpt *g, const unsigned char type[16], uint64_t *first, uint64_t *last);

/* The backup of a primary GPT, its entries followed by its header: it goes to the end of the
 * disk, so that the header's LBA is the primary's ALTERNATE_LBA. */
void gpt_backup(const struct gpt *g, struct strbuf *out);

#endif
