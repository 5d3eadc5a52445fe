/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/secure_boot.h"
#include "base/fs.h"
#include "base/mem.h"
#include "kernel/bytes.h"
#include "vm/variable_store.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define STORE_MAX (64u << 20)

/* One that is looked for, and what was found. */
struct variable {
	guid_bytes *vendor;
	const unsigned char *name; /* UCS-2, its NUL with it */
	size_t name_size;
	bool found, certain;
	unsigned char first; /* of its data; 0 for none */
};

/* The one that counts is the one that is whole; one whose successor was being written does where
 * the successor is not (MdeModulePkg/Universal/Variable/RuntimeDxe/VariableParsing.c,
 * FindVariableEx). */
static void look_at(const unsigned char *v, size_t name_size, size_t data_size, struct variable *w)
{
	unsigned char state = v[VARIABLE_STATE];
	bool whole = state == VARIABLE_ADDED;

	if ((!whole && state != (VARIABLE_ADDED & IN_TRANSITION)) || w->certain || data_size == 0 ||
	    name_size != w->name_size || memcmp(v + VARIABLE_VENDOR, *w->vendor, GUID_SIZE) != 0 ||
	    memcmp(v + VARIABLE_HEADER, w->name, name_size) != 0)
		return;
	w->found = true;
	w->certain = whole;
	w->first = v[VARIABLE_HEADER + name_size];
}

static void look_for(const unsigned char *store, size_t size, struct variable *wanted, size_t n)
{
	size_t at = STORE_HEADER, whole;

	for (; (whole = variable_length(store, size, at)) != 0; at = variable_next(at, whole)) {
		const unsigned char *v = store + at;

		for (size_t i = 0; i < n; i++)
			look_at(v, le32(v + VARIABLE_NAME), le32(v + VARIABLE_DATA), &wanted[i]);
	}
}

/* With a platform key, the machine is in user mode, and Secure Boot is on unless SecureBootEnable
 * is there and says otherwise (SecurityPkg/Library/AuthVariableLib/AuthVariableLib.c,
 * AuthVariableLibInitialize). */
enum vm_secure_boot secure_boot_parse(const void *bytes, size_t len)
{
	/* gEfiSecureBootEnableDisableGuid */
	static guid_bytes enabling =
		GUID(0xf0a30bc7, 0xaf08, 0x4556, 0x99, 0xc4, 0x00, 0x10, 0x09, 0xc9, 0x3a, 0x44);
	/* UCS-2, to which the C string's own NUL belongs */
	static const unsigned char pk[] = "P\0K\0\0";
	static const unsigned char enable[] = "S\0e\0c\0u\0r\0e\0B\0o\0o\0t\0E\0n\0a\0b\0l\0e\0\0";
	struct variable wanted[] = {
		{&variable_global, pk, sizeof pk, false, false, 0},
		{&enabling, enable, sizeof enable, false, false, 0},
	};
	size_t size;
	const unsigned char *store = variable_store_find(bytes, len, &size);

	if (store == NULL)
		return VM_SECURE_BOOT_NONE;
	look_for(store, size, wanted, sizeof wanted / sizeof *wanted);
	if (!wanted[0].found)
		return VM_SECURE_BOOT_SETUP;
	return wanted[1].found && wanted[1].first != 1 ? VM_SECURE_BOOT_OFF : VM_SECURE_BOOT_ON;
}

enum vm_secure_boot secure_boot_state(const struct qemu_firmware *fw)
{
	enum vm_secure_boot state = VM_SECURE_BOOT_NONE;
	struct strbuf store = {0};

	if (fw->vars != NULL && fs_read(fw->vars, STORE_MAX, &store) == 0)
		state = secure_boot_parse(store.data, store.len);
	strbuf_free(&store);
	return state;
}

/* EDK2's boot manager tells of an image that it may not load or start: of EFI_ACCESS_DENIED and
 * EFI_SECURITY_VIOLATION, which DxeImageVerificationLib gives for one without a valid signature,
 * in these words (MdePkg/Library/BasePrintLib/PrintLibInternal.c). */
static bool denied(const struct strbuf *console)
{
	static const char failed[] = "BdsDxe: failed to ";
	static const char *const why[] = {": Access Denied", ": Security Violation"};
	const char *at = console->data, *end = at != NULL ? at + console->len : NULL;

	while (at != NULL &&
	       (at = memmem(at, (size_t)(end - at), failed, strlen(failed))) != NULL) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((eol != NULL ? eol : end) - at);

		for (size_t i = 0; i < sizeof why / sizeof *why; i++) {
			if (memmem(at, len, why[i], strlen(why[i])) != NULL)
				return true;
		}
		at += len;
	}
	return false;
}

void secure_boot_explain(struct vm_result *result)
{
	char *was = result->reason;

	if (result->ok || was == NULL || result->secure_boot != VM_SECURE_BOOT_ON ||
	    !denied(&result->serial))
		return;
	result->reason =
		mem_printf("Secure Boot is on, and mkboot's images are not signed: %s", was);
	free(was);
}
