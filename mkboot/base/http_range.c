/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/http_range.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool digits(const char **s, uint64_t *n)
{
	char *end;

	if (**s < '0' || **s > '9')
		return false;
	errno = 0;
	*n = strtoull(*s, &end, 10);
	*s = end;
	return errno == 0;
}

int http_range(const char *value, uint64_t size, uint64_t *first, uint64_t *len)
{
	static const char unit[] = "bytes=";
	uint64_t last = UINT64_MAX, n;

	if (value == NULL || strncmp(value, unit, strlen(unit)) != 0)
		return 0;
	value += strlen(unit);
	if (*value == '-') { /* the last N bytes */
		value++;
		if (!digits(&value, &n) || *value != '\0')
			return 0;
		*len = n < size ? n : size;
		*first = size - *len;
		return *len > 0 ? 1 : -1;
	}
	if (!digits(&value, first) || *value++ != '-')
		return 0;
	if ((*value != '\0' && !digits(&value, &last)) || *value != '\0' || last < *first)
		return 0;
	if (*first >= size)
		return -1;
	*len = (last < size ? last + 1 : size) - *first;
	return 1;
}
