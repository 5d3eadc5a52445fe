/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel/search.h"
#include "kernel/bytes.h"

#include <inttypes.h>
#include <string.h>

#define CHUNK     ((size_t)64 << 10)
#define SCAN_MAX  ((uint64_t)1 << 20)
#define WORD      ((size_t)4)
#define WORDS_LEN (HEADER_WORDS_MAX * WORD)

/* What a header at OFFSET would be, given that its magic is there. */
static enum header_state judge(const struct header_kind *kind, const struct header *h)
{
	bool in_limit = h->offset + kind->words * WORD <= kind->limit;
	bool aligned = h->offset % kind->align == 0;
	uint32_t sum = 0;

	for (size_t i = 0; i < kind->words; i++)
		sum += h->word[i];
	if (sum != 0) /* elsewhere, the magic alone is more likely chance than a header */
		return in_limit && aligned ? HEADER_BAD_SUM : HEADER_NONE;
	if (!in_limit)
		return HEADER_TOO_FAR;
	return aligned ? HEADER_GOOD : HEADER_MISALIGNED;
}

/* Look through LEN bytes at BASE for something better than *BEST; STARTS of them may begin a
 * header. */
static void scan(const unsigned char *buf, size_t starts, size_t len, uint64_t base,
		 const struct header_kind *kind, struct header *best)
{
	const unsigned char first = (unsigned char)(kind->magic & 0xff);
	size_t need = kind->words * WORD;

	for (size_t i = 0; i < starts && i + need <= len; i++) {
		const unsigned char *p = memchr(buf + i, first, starts - i);
		struct header h = {0};

		if (p == NULL)
			break;
		i = (size_t)(p - buf);
		if (i + need > len || le32(p) != kind->magic)
			continue;
		h.offset = base + i;
		for (size_t w = 0; w < kind->words; w++)
			h.word[w] = le32(p + w * WORD);
		h.state = judge(kind, &h);
		if (h.state > best->state)
			*best = h;
		if (best->state == HEADER_GOOD)
			break;
	}
}

struct header header_find(struct kernel_reader *r, const struct header_kind *kind)
{
	unsigned char buf[CHUNK + WORDS_LEN];
	struct header best = {0};

	for (uint64_t base = 0; base < SCAN_MAX && best.state != HEADER_GOOD; base += CHUNK) {
		size_t n = kernel_read(r, base, buf, sizeof buf);

		scan(buf, n < CHUNK ? n : CHUNK, n, base, kind, &best);
		if (n < sizeof buf)
			break;
	}
	return best;
}

void header_problem(struct kernel *k, const struct header_kind *kind, const struct header *h)
{
	uint32_t rest = 0;

	switch (h->state) {
	case HEADER_GOOD:
		break;
	case HEADER_TOO_FAR:
		kernel_problem(
			k, true,
			"the %s header is at offset %" PRIu64 ", past the first %" PRIu64
			" bytes where boot loaders look; put its section first in the linker "
			"script",
			kind->title, h->offset, kind->limit);
		break;
	case HEADER_MISALIGNED:
		kernel_problem(
			k, true,
			"the %s header is at offset %" PRIu64
			", which is no multiple of %zu, so that boot loaders do not find it; "
			"align its section to %zu bytes",
			kind->title, h->offset, kind->align, kind->align);
		break;
	case HEADER_BAD_SUM:
		for (size_t i = 0; i + 1 < kind->words; i++)
			rest += h->word[i];
		kernel_problem(
			k, true,
			"the %s header at offset %" PRIu64 " has the checksum 0x%08" PRIx32
			", which ought to be 0x%08" PRIx32 "; make its %zu words add up to zero",
			kind->title, h->offset, h->word[kind->words - 1], 0 - rest, kind->words);
		break;
	case HEADER_NONE:
		kernel_problem(k, true,
			       "it has no %s header in its first %" PRIu64
			       " bytes; link one in, or name another protocol",
			       kind->title, kind->limit);
		break;
	}
}
