/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boot option in a copy of UEFI's variables. */
#include "testing.h"

#include <errno.h>

#include "vm/boot_option.h"
#include "vm/secure_boot.h"
#include "vm/variable_store.h"

#define URI "http://192.168.77.9/a/uefi64.efi"

static void read_store(const char *name, struct strbuf *out)
{
	char *path = mem_printf("/usr/share/OVMF/%s", name);

	assert_int_equal(fs_read(path, 16 << 20, out), 0);
	free(path);
}

/* The value of the one variable of that name that counts; how many there are in *N. */
static const unsigned char *value(const struct strbuf *b, const char *name, size_t name_size,
				  size_t *len, size_t *n)
{
	const unsigned char *data = NULL, *store;
	size_t size, at = STORE_HEADER, whole;

	store = variable_store_find((const unsigned char *)b->data, b->len, &size);
	assert_non_null(store);
	*n = 0;
	for (; (whole = variable_length(store, size, at)) != 0; at = variable_next(at, whole)) {
		const unsigned char *v = store + at;

		if (v[VARIABLE_STATE] != VARIABLE_ADDED || v[VARIABLE_NAME] != name_size ||
		    memcmp(v + VARIABLE_HEADER, name, name_size) != 0)
			continue;
		++*n;
		*len = v[VARIABLE_DATA];
		data = v + VARIABLE_HEADER + name_size;
		assert_int_equal(v[VARIABLE_ATTRIBUTES], 7);
		assert_memory_equal(v + VARIABLE_VENDOR, variable_global, GUID_SIZE);
		assert_int_equal(at % 4, 0);
	}
	return data;
}

#define OPTION         \
	"B\0o\0o\0t\0" \
	"0\0"          \
	"0\0"          \
	"0\0"          \
	"0\0\0"
#define ORDER "B\0o\0o\0t\0O\0r\0d\0e\0r\0\0"

static void check(const struct strbuf *b)
{
	static const unsigned char option[] = "\1\0\0\0\x28\0m\0k\0b\0o\0o\0t\0\0\0"
					      "\3\x18\x24\0" URI "\x7f\xff\4";
	size_t len = 0, n;
	const unsigned char *data = value(b, OPTION, sizeof OPTION, &len, &n);

	assert_int_equal(n, 1);
	assert_int_equal(len, sizeof option);
	assert_memory_equal(data, option, sizeof option);
	data = value(b, ORDER, sizeof ORDER, &len, &n);
	assert_int_equal(n, 1);
	assert_int_equal(len, 2);
	assert_memory_equal(data, "\0\0", 2);
}

/* Once, and in the place of what was there; what else there is stays. */
static void test_set(void **state)
{
	static const char *const stores[] = {"OVMF_VARS_4M.fd", "OVMF_VARS_4M.ms.fd",
					     "OVMF32_VARS_4M.fd", "OVMF_VARS.fd"};

	(void)state;
	for (size_t i = 0; i < sizeof stores / sizeof *stores; i++) {
		struct strbuf b = {0};
		enum vm_secure_boot was;
		size_t len;

		read_store(stores[i], &b);
		len = b.len;
		was = secure_boot_parse(b.data, b.len);
		assert_int_equal(boot_option_set(b.data, b.len, "http://192.168.77.9/other"), 0);
		assert_int_equal(boot_option_set(b.data, b.len, URI), 0);
		check(&b);
		assert_int_equal(b.len, len);
		assert_int_equal(secure_boot_parse(b.data, b.len), was);
		strbuf_free(&b);
	}
}

static void test_refused(void **state)
{
	struct strbuf b = {0};
	int err = 0;

	(void)state;
	read_store("OVMF_CODE_4M.fd", &b);
	assert_int_equal(boot_option_set(b.data, b.len, URI), -ENOENT);
	assert_int_equal(boot_option_set(b.data, 40, URI), -ENOENT);
	strbuf_free(&b);
	/* until it is full, and not a byte further */
	read_store("OVMF_VARS_4M.fd", &b);
	for (int i = 0; i < 100000 && err == 0; i++)
		err = boot_option_set(b.data, b.len, URI);
	assert_int_equal(err, -ENOSPC);
	strbuf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
