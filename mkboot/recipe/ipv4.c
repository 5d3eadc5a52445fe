/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recipe/recipe.h"

#include <arpa/inet.h>
#include <stdio.h>

struct ipv4_text ipv4_text(uint32_t addr)
{
	struct in_addr in = {.s_addr = htonl(addr)};
	struct ipv4_text t;

	inet_ntop(AF_INET, &in, t.text, sizeof t.text);
	return t;
}

bool ipv4_parse(const char *s, uint32_t *addr)
{
	struct in_addr in;

	if (inet_pton(AF_INET, s, &in) != 1)
		return false;
	*addr = ntohl(in.s_addr);
	return true;
}

bool ipv4_is_host(uint32_t addr)
{
	uint32_t first = addr >> 24;

	return first != 0 && first != 127 && first < 224;
}
