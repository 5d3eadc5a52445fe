/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/digest.h"
#include "base/mem.h"
#include "base/status.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_CHUNK ((size_t)256 << 10)

static void check(int ok)
{
	if (ok != 1)
		exit((int)msg_fail(MK_FAILED, "libcrypto cannot compute SHA-256"));
}

struct digest_stream *digest_begin(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	check(ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1);
	return (struct digest_stream *)ctx;
}

void digest_add(struct digest_stream *s, const void *data, size_t len)
{
	check(EVP_DigestUpdate((EVP_MD_CTX *)s, data, len));
}

void digest_adds(struct digest_stream *s, const char *text)
{
	uint64_t len = text != NULL ? strlen(text) : UINT64_MAX;

	digest_add(s, &len, sizeof len);
	if (text != NULL)
		digest_add(s, text, strlen(text));
}

struct digest digest_end(struct digest_stream *s)
{
	struct digest d;

	check(EVP_DigestFinal_ex((EVP_MD_CTX *)s, d.bytes, NULL));
	EVP_MD_CTX_free((EVP_MD_CTX *)s);
	return d;
}

struct digest digest_of(const void *data, size_t len)
{
	struct digest_stream *s = digest_begin();

	digest_add(s, data, len);
	return digest_end(s);
}

int digest_file(const char *path, struct digest *d, uint64_t *size)
{
	struct digest_stream *s;
	uint64_t total = 0;
	char *buf;
	int err = 0, fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	s = digest_begin();
	buf = mem_alloc(READ_CHUNK);
	for (;;) {
		ssize_t n = read(fd, buf, READ_CHUNK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err = -errno;
		if (n <= 0)
			break;
		digest_add(s, buf, (size_t)n);
		total += (uint64_t)n;
	}
	free(buf);
	close(fd);
	*d = digest_end(s);
	if (size != NULL)
		*size = total;
	return err;
}

struct digest_hex digest_hex(const struct digest *d)
{
	static const char digits[] = "0123456789abcdef";
	struct digest_hex hex = {{0}};

	for (size_t i = 0; i < sizeof d->bytes; i++) {
		hex.text[2 * i] = digits[d->bytes[i] >> 4];
		hex.text[2 * i + 1] = digits[d->bytes[i] & 15];
	}
	return hex;
}
