/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/gpt.h"
#include "base/strbuf.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

/* UEFI 2.10 table 5.5: where the header's fields lie. */
enum {
	HEADER_SIZE = 12,
	HEADER_CRC = 16,
	MY_LBA = 24,
	ALTERNATE_LBA = 32,
	ENTRIES_LBA = 72,
	N_ENTRIES = 80,
	ENTRY_SIZE = 84,
	ENTRIES_CRC = 88,
	HEADER_MIN = 92,
};

/* Table 5.6: a partition entry's. */
enum {
	ENTRY_TYPE = 0,
	ENTRY_FIRST = 32,
	ENTRY_LAST = 40,
	ENTRY_MIN = 128,
};

/* The first three fields of a GUID are little-endian (UEFI 2.10 appendix A). */
const unsigned char gpt_type_esp[16] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
					0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};
const unsigned char gpt_type_basic_data[16] = {0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9, 0x33, 0x44,
					       0x87, 0xc0, 0x68, 0xb6, 0xb7, 0x26, 0x99, 0xc7};

static uint64_t get_le(const unsigned char *p, unsigned bytes)
{
	uint64_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | p[bytes];
	return v;
}

static void put_le(unsigned char *p, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

/* The CRC-32 of zlib is the one that §5.3.2 asks for; its own field counts as zero. */
static uint32_t header_crc(const unsigned char *header, size_t size)
{
	static const unsigned char zero[4] = {0};
	uLong crc = crc32(0, header, HEADER_CRC);

	crc = crc32(crc, zero, sizeof zero);
	return (uint32_t)crc32(crc, header + MY_LBA - 4, (uInt)(size - (MY_LBA - 4)));
}

int gpt_read(const unsigned char *disk, size_t len, struct gpt *g)
{
	const unsigned char *h = disk + GPT_BLOCK;
	uint64_t size, start, bytes;

	if (len < 2 * GPT_BLOCK || memcmp(h, "EFI PART", 8) != 0)
		return -ENOENT;
	size = get_le(h + HEADER_SIZE, 4);
	if (size < HEADER_MIN || size > GPT_BLOCK ||
	    get_le(h + HEADER_CRC, 4) != header_crc(h, (size_t)size))
		return -EINVAL;
	*g = (struct gpt){
		.header = h,
		.lba = get_le(h + MY_LBA, 8),
		.alternate_lba = get_le(h + ALTERNATE_LBA, 8),
		.n_entries = (uint32_t)get_le(h + N_ENTRIES, 4),
		.entry_size = (uint32_t)get_le(h + ENTRY_SIZE, 4),
	};
	start = get_le(h + ENTRIES_LBA, 8);
	bytes = (uint64_t)g->n_entries * g->entry_size;
	if (g->lba != 1 || g->entry_size < ENTRY_MIN || start < 2 || start > len / GPT_BLOCK ||
	    bytes > len - start * GPT_BLOCK)
		return -EINVAL;
	g->entries = disk + start * GPT_BLOCK;
	return crc32(0, g->entries, (uInt)bytes) == get_le(h + ENTRIES_CRC, 4) ? 0 : -EINVAL;
}

int gpt_find(const struct gpt *g, const unsigned char type[16], uint64_t *first, uint64_t *last)
{
	for (uint32_t i = 0; i < g->n_entries; i++) {
		const unsigned char *e = g->entries + (size_t)i * g->entry_size;

		if (memcmp(e + ENTRY_TYPE, type, 16) != 0)
			continue;
		*first = get_le(e + ENTRY_FIRST, 8);
		*last = get_le(e + ENTRY_LAST, 8);
		return 0;
	}
	return -ENOENT;
}

void gpt_backup(const struct gpt *g, struct strbuf *out)
{
	size_t bytes = (size_t)g->n_entries * g->entry_size;
	size_t blocks = (bytes + GPT_BLOCK - 1) / GPT_BLOCK;
	unsigned char h[GPT_BLOCK];

	/* §5.3.2: the same header but for the LBAs of itself, of the other and of its entries. */
	memcpy(h, g->header, sizeof h);
	put_le(h + MY_LBA, g->alternate_lba, 8);
	put_le(h + ALTERNATE_LBA, g->lba, 8);
	put_le(h + ENTRIES_LBA, g->alternate_lba - blocks, 8);
	put_le(h + HEADER_CRC, header_crc(h, (size_t)get_le(h + HEADER_SIZE, 4)), 4);

	strbuf_add(out, g->entries, bytes);
	strbuf_zeros(out, blocks * GPT_BLOCK - bytes);
	strbuf_add(out, h, sizeof h);
}
