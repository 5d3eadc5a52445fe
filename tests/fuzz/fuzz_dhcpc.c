/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any replies to GRUB's DHCP client, at any time: each is a length (two bytes), a delay, and what
 * comes; the fields that would have it thrown away at once are put right. It ends, within its
 * bounds, and what the card would be configured by is whole. `make fuzz` runs it. */
#include <stdlib.h>

#include "protocols/dhcp/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct dhcp_identity identity = {.mac = {2, 0, 0, 0, 0, 1}, .arch = 6};

static void step(struct dhcp_client *c, u64 *now, unsigned ms)
{
	u8 *out = malloc(DHCP_MESSAGE);

	for (u64 end = *now + ms; *now < end; *now += 10) {
		if (dhcp_poll(c, *now, out) > DHCP_MESSAGE)
			abort();
	}
	free(out);
}

static void check_result(const struct dhcp_client *c)
{
	u8 *out = malloc(DHCP_RESULT);
	char *file = malloc(DHCP_FILE_ROOM);
	usize len = dhcp_result(c, out), file_len = dhcp_result_file(c, file);

	if (len < DHCP_SHORTEST || len > DHCP_RESULT || file_len >= DHCP_FILE_ROOM ||
	    strlen(file) != file_len)
		abort();
	free(out);
	free(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dhcp_client c;
	u64 now = 1000;

	dhcp_begin(&c, &identity, 1, now);
	step(&c, &now, 20);
	while (size >= 3 && c.state < DHCP_BOUND) {
		usize len = get16(data) & 0x7ff;
		u8 *reply;

		step(&c, &now, 10u * data[2]);
		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		reply = malloc(len + 1);
		memcpy(reply, data, len);
		if (len >= DHCP_FIXED) {
			reply[DHCP_OP] = 2;
			reply[DHCP_HTYPE] = 1;
			reply[DHCP_HLEN] = 6;
			put32(reply + DHCP_XID, c.xid);
			memcpy(reply + DHCP_CHADDR, identity.mac, 6);
		}
		dhcp_receive(&c, now, 0x0a000001, reply, len);
		free(reply);
		if (c.state == DHCP_ASKING)
			check_result(&c);
		data += len;
		size -= len;
	}
	step(&c, &now, 20000);
	if (c.state < DHCP_BOUND)
		abort();
	if (c.state == DHCP_BOUND)
		check_result(&c);
	if (dhcp_reason(&c) == NULL)
		abort();
	return 0;
}
