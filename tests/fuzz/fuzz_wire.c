/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes in the place of a frame: what is found lies in it, and is read to its end without a
 * step beyond. The first byte says whether the header's checksum is put right, since few inputs
 * have one. `make fuzz` runs it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "wire/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What an IPv4 header has no sum for, with the sum that makes it whole. */
static void put_right(uint8_t *ip, size_t len)
{
	size_t header = len > 0 ? (size_t)(ip[0] & 15) * 4 : 0;
	unsigned sum = 0;

	if (header < 20 || len < header)
		return;
	put16(ip + 10, 0);
	for (size_t i = 0; i < header; i += 2)
		sum += get16(ip + i);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, (uint16_t)~sum);
}

static void within(const uint8_t *frame, size_t len, const uint8_t *part, size_t part_len)
{
	if (part < frame || part_len > len || part > frame + len - part_len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_frame f;
	uint8_t *frame;

	if (size == 0)
		return 0;
	frame = mem_alloc(size--); /* an address, be it for no bytes */
	memcpy(frame, data + 1, size);
	if ((data[0] & 1) != 0 && size > 18) {
		size_t at = get16(frame + 12) == 0x8100 ? 18 : 14;

		put_right(frame + at, size - at);
	}
	if (wire_frame_parse(frame, size, &f) == WIRE_FRAME_TRANSPORT) {
		within(frame, size, f.data, f.len);
		within(frame, size, f.from, f.v6 ? 16 : 4);
		within(frame, size, f.to, f.v6 ? 16 : 4);
		within(frame, size, f.mac, 6);
		if (f.len < (f.protocol == WIRE_TCP ? 20u : 8u) ||
		    (f.protocol != WIRE_TCP && f.protocol != WIRE_UDP) || f.vlan > 0xfff)
			abort();
		(void)wire_frame_sum(f.v6, f.from, f.to, f.protocol, f.data, f.len);
	}
	free(frame);
	return 0;
}
