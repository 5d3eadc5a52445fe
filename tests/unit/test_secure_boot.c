/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "base/strbuf.h"
#include "vm/secure_boot.h"

#define DEBIAN "/usr/share/OVMF/"

static void read_store(const char *name, struct strbuf *out)
{
	char *path = mem_printf(DEBIAN "%s", name);

	assert_int_equal(fs_read(path, 16 << 20, out), 0);
	free(path);
}

/* As they are in Debian's packages ovmf and ovmf-ia32. */
static void test_debian(void **state)
{
	static const struct {
		const char *file;
		enum vm_secure_boot is;
	} stores[] = {
		{"OVMF_VARS_4M.fd", VM_SECURE_BOOT_SETUP},
		{"OVMF_VARS_4M.ms.fd", VM_SECURE_BOOT_ON},
		{"OVMF_VARS_4M.snakeoil.fd", VM_SECURE_BOOT_ON},
		{"OVMF_VARS.fd", VM_SECURE_BOOT_SETUP},
		{"OVMF_VARS.ms.fd", VM_SECURE_BOOT_ON},
		{"OVMF32_VARS_4M.fd", VM_SECURE_BOOT_SETUP},
		/* firmware is no variable store, and neither is a text */
		{"OVMF_CODE_4M.fd", VM_SECURE_BOOT_NONE},
		{"../doc/ovmf/copyright", VM_SECURE_BOOT_NONE},
		{"not-there.fd", VM_SECURE_BOOT_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof stores / sizeof *stores; i++) {
		char *vars = mem_printf(DEBIAN "%s", stores[i].file);

		assert_int_equal(secure_boot_state(&(struct qemu_firmware){.vars = vars}),
				 stores[i].is);
		free(vars);
	}
	assert_int_equal(secure_boot_state(&(struct qemu_firmware){0}), VM_SECURE_BOOT_NONE);
}

/* The header of the (last) variable of that name, its terminating NUL with it; and its data. */
static unsigned char *find(struct strbuf *b, const char *ucs2, size_t size, unsigned char **data)
{
	unsigned char *at = (unsigned char *)b->data, *end = at + b->len, *last = NULL, *p;

	while ((p = memmem(at, (size_t)(end - at), ucs2, size)) != NULL) {
		last = p;
		at = p + 1;
	}
	assert_non_null(last);
	*data = last + size;
	assert_int_equal(last[-60], 0xaa); /* StartId 55AAh */
	return last - 60;
}
#define PK     "P\0K\0\0"
#define ENABLE "S\0e\0c\0u\0r\0e\0B\0o\0o\0t\0E\0n\0a\0b\0l\0e\0\0"

static enum vm_secure_boot parse(const struct strbuf *b)
{
	return secure_boot_parse(b->data, b->len);
}

static void test_states(void **state)
{
	struct strbuf b = {0};
	unsigned char *pk, *enable, *data;

	(void)state;
	read_store("OVMF_VARS_4M.ms.fd", &b);
	enable = find(&b, ENABLE, sizeof ENABLE, &data);
	*data = 0;
	assert_int_equal(parse(&b), VM_SECURE_BOOT_OFF);
	/* deleted: the default is on; and the same for one whose header alone is valid */
	enable[2] = 0x3d;
	assert_int_equal(parse(&b), VM_SECURE_BOOT_ON);
	enable[2] = 0x7f;
	assert_int_equal(parse(&b), VM_SECURE_BOOT_ON);
	/* its successor was being written when the power went */
	enable[2] = 0x3e;
	assert_int_equal(parse(&b), VM_SECURE_BOOT_OFF);
	/* another's of the same name */
	enable[44] ^= 1;
	assert_int_equal(parse(&b), VM_SECURE_BOOT_ON);
	enable[44] ^= 1;
	pk = find(&b, PK, sizeof PK, &data);
	pk[2] = 0x3c;
	assert_int_equal(parse(&b), VM_SECURE_BOOT_SETUP);
	pk[2] = 0x3f;
	assert_int_equal(parse(&b), VM_SECURE_BOOT_OFF);
	strbuf_free(&b);
}

/* Where the power went as a variable was being written, its predecessor is in transition, and the
 * successor counts once it is whole: whichever comes first. */
static void test_successor(void **state)
{
	struct strbuf b = {0}, copy = {0};
	unsigned char *enable, *data;
	size_t len = 60 + sizeof ENABLE + 1, at;

	(void)state;
	read_store("OVMF_VARS_4M.ms.fd", &b);
	enable = find(&b, ENABLE, sizeof ENABLE, &data);
	strbuf_add(&copy, enable, len);
	/* over CustomMode, which is behind it and the last */
	at = (len + 3) & ~(size_t)3;
	assert_int_equal(enable[at], 0xaa);
	memcpy(enable + at, copy.data, len);
	memset(enable + at + len, 0xff, 200);
	enable[2] = 0x3e;
	enable[at + len - 1] = 0;
	assert_int_equal(parse(&b), VM_SECURE_BOOT_OFF);
	enable[2] = 0x3f;
	enable[at + 2] = 0x3e;
	assert_int_equal(parse(&b), VM_SECURE_BOOT_ON);
	strbuf_free(&copy);
	strbuf_free(&b);
}

static void test_headers(void **state)
{
	/* each is enough for it to be no store: the volume's signature, its header's length, the
	 * store's GUID, format and state */
	static const size_t places[] = {40, 48, 72, 92, 93};
	struct strbuf b = {0};

	(void)state;
	read_store("OVMF_VARS_4M.ms.fd", &b);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		b.data[places[i]] ^= 0x11;
		assert_int_equal(parse(&b), VM_SECURE_BOOT_NONE);
		b.data[places[i]] ^= 0x11;
	}
	/* sizes that are more than there is, and less than a header */
	memset(b.data + 48, 0xff, 2);
	assert_int_equal(secure_boot_parse(b.data, 4096), VM_SECURE_BOOT_NONE);
	memcpy(b.data + 48, "\x48", 2);
	memset(b.data + 88, 0xff, 4);
	assert_int_equal(parse(&b), VM_SECURE_BOOT_ON);
	memset(b.data + 88, 0, 4);
	assert_int_equal(parse(&b), VM_SECURE_BOOT_NONE);
	strbuf_free(&b);
}

/* Of exactly its size, so that the sanitizers see a byte too many being read. */
static enum vm_secure_boot parse_copy(const void *bytes, size_t len)
{
	unsigned char *copy = malloc(len + (len == 0));
	enum vm_secure_boot is;

	memcpy(copy, bytes, len);
	is = secure_boot_parse(copy, len);
	free(copy);
	return is;
}

static void test_truncated(void **state)
{
	struct strbuf b = {0};
	size_t whole = 0x5c00;

	(void)state;
	read_store("OVMF_VARS_4M.ms.fd", &b);
	assert_int_equal(parse_copy(b.data, whole), VM_SECURE_BOOT_ON);
	for (size_t len = 0; len < whole; len++) {
		enum vm_secure_boot is = parse_copy(b.data, len);

		if (len < 100)
			assert_int_equal(is, VM_SECURE_BOOT_NONE);
		else
			assert_true(is == VM_SECURE_BOOT_SETUP || is == VM_SECURE_BOOT_ON);
	}
	strbuf_free(&b);
}

static void test_fuzzed(void **state)
{
	struct strbuf b = {0};
	const size_t len = 0x5c00;
	uint32_t seed = 1;

	(void)state;
	read_store("OVMF_VARS_4M.ms.fd", &b);
	for (unsigned round = 0; round < 20000; round++) {
		unsigned char old[8];
		size_t at[8];

		for (size_t i = 0; i < 8; i++) {
			seed = seed * 1664525 + 1013904223;
			/* most of them in the headers */
			at[i] = (seed >> 8) % (i < 4 ? 200 : len);
			old[i] = (unsigned char)b.data[at[i]];
			b.data[at[i]] = (char)((seed & 0x80) != 0 ? 0xff : seed >> 24);
		}
		parse_copy(b.data, len - seed % 64);
		for (size_t i = 8; i-- > 0;)
			b.data[at[i]] = (char)old[i];
	}
	assert_int_equal(parse_copy(b.data, len), VM_SECURE_BOOT_ON);
	strbuf_free(&b);
}

static void explain(const char *serial, enum vm_secure_boot is, const char *reason)
{
	struct vm_result result = {.secure_boot = is, .reason = mem_dup("no")};

	strbuf_adds(&result.serial, serial);
	secure_boot_explain(&result);
	assert_string_equal(result.reason, reason);
	free(result.reason);
	strbuf_free(&result.serial);
}

#define UNSIGNED "Secure Boot is on, and mkboot's images are not signed: no"

static void test_explain(void **state)
{
	static const char load[] =
		"BdsDxe: failed to load Boot0001 \"x\" from y: Access Denied\r\n";

	(void)state;
	explain(load, VM_SECURE_BOOT_ON, UNSIGNED);
	explain("a\nBdsDxe: failed to start Boot0001: Security Violation", VM_SECURE_BOOT_ON,
		UNSIGNED);
	/* off; another reason; another line's words; nothing at all */
	explain(load, VM_SECURE_BOOT_SETUP, "no");
	explain("BdsDxe: failed to load Boot0001: Not Found\n", VM_SECURE_BOOT_ON, "no");
	explain("BdsDxe: failed to load Boot0001: Not Found\n: Access Denied\n", VM_SECURE_BOOT_ON,
		"no");
	explain("", VM_SECURE_BOOT_ON, "no");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_debian),    cmocka_unit_test(test_states),
		cmocka_unit_test(test_successor), cmocka_unit_test(test_headers),
		cmocka_unit_test(test_truncated), cmocka_unit_test(test_fuzzed),
		cmocka_unit_test(test_explain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
