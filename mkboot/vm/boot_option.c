/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/boot_option.h"
#include "base/fs.h"
#include "base/mem.h"
#include "vm/network.h"
#include "vm/variable_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* UEFI 2.10 §3.1.3, EFI_LOAD_OPTION: attributes (4 bytes), the length of the device path (2), the
 * description in UCS-2, the device path. */
#define LOAD_OPTION_ACTIVE 1
/* §10.3.1 and §10.3.4.22: a device path of a URI alone, which stands for any card; its end */
#define MESSAGING_PATH 3
#define URI_NODE       24
static const unsigned char end_node[] = {0x7f, 0xff, 4, 0};

bool boot_option_needed(const struct vm_setup *s)
{
	return s->via != NULL && s->via->output == OUTPUT_HTTP && s->tap == NULL;
}

int boot_option_set(void *store, size_t len, const char *uri)
{
	/* UCS-2, to which the C string's own NUL belongs */
	static const char option[] = "B\0o\0o\0t\0000\0000\0000\0000\0\0";
	static const char order[] = "B\0o\0o\0t\0O\0r\0d\0e\0r\0\0";
	static const char description[] = "m\0k\0b\0o\0o\0t\0\0";
	static const unsigned char first[] = {0, 0};
	size_t node = 4 + strlen(uri), path = node + sizeof end_node;
	struct strbuf data = {0};
	int err;

	if (path > UINT16_MAX)
		return -ENOSPC;
	strbuf_add(&data, (const char[]){LOAD_OPTION_ACTIVE, 0, 0, 0}, 4);
	strbuf_addc(&data, (char)(path & 0xff));
	strbuf_addc(&data, (char)(path >> 8));
	strbuf_add(&data, description, sizeof description);
	strbuf_addc(&data, MESSAGING_PATH);
	strbuf_addc(&data, URI_NODE);
	strbuf_addc(&data, (char)(node & 0xff));
	strbuf_addc(&data, (char)(node >> 8));
	strbuf_adds(&data, uri);
	strbuf_add(&data, end_node, sizeof end_node);
	err = variable_store_set(store, len, option, sizeof option, data.data, data.len);
	if (err == 0)
		err = variable_store_set(store, len, order, sizeof order, first, sizeof first);
	strbuf_free(&data);
	return err;
}

static int read_all(int fd, char **bytes, size_t *len)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	*len = (size_t)st.st_size;
	*bytes = mem_alloc(*len + 1);
	for (size_t n = 0; n < *len;) {
		ssize_t got = pread(fd, *bytes + n, *len - n, (off_t)n);

		if (got <= 0)
			return got < 0 ? -errno : -EIO;
		n += (size_t)got;
	}
	return 0;
}

static int write_all(int fd, const char *bytes, size_t len)
{
	for (size_t n = 0; n < len;) {
		ssize_t put = pwrite(fd, bytes + n, len - n, (off_t)n);

		if (put <= 0)
			return put < 0 ? -errno : -EIO;
		n += (size_t)put;
	}
	return 0;
}

enum mk_status boot_option_write(const struct vm_setup *s, int fd, const char *path)
{
	enum mk_status st = MK_OK;
	char *bytes = NULL, *uri;
	size_t len = 0;
	int err;

	if (!boot_option_needed(s))
		return MK_OK;
	uri = mem_printf("http://%s/%s/%s", ipv4_text(s->recipe->network.server.addr).text,
			 vm_network_folder(s->recipe), platforms[s->via->platform].nbp);
	err = read_all(fd, &bytes, &len);
	if (err == 0)
		err = boot_option_set(bytes, len, uri);
	if (err == -ENOENT || err == -ENOSPC)
		st = msg_fail(MK_FAILED, "%s: %s; another OVMF will do (MKBOOT_OVMF)", path,
			      err == -ENOENT ? "not a variable store that a boot option could be "
					       "put into"
					     : "no room in it for a boot option");
	else if (err == 0)
		err = write_all(fd, bytes, len);
	if (err != 0 && st == MK_OK)
		st = msg_errno(path, err, "cannot put a boot option into a copy of it");
	free(uri);
	free(bytes);
	return st;
}
