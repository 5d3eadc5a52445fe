/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/ovmf.h"
#include "base/fs.h"
#include "base/mem.h"
#include "vm/vm.h"

#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where distributions put it, the best first within a platform: code and variables apart, raw,
 * no Secure Boot, no keys enrolled. */
static const struct {
	enum platform platform;
	const char *code, *vars;
} places[] = {
	/* Debian, Ubuntu: ovmf, ovmf-ia32 */
	{PLATFORM_UEFI64, "/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"},
	{PLATFORM_UEFI32, "/usr/share/OVMF/OVMF32_CODE_4M.fd", "/usr/share/OVMF/OVMF32_VARS_4M.fd"},
	{PLATFORM_UEFI32, "/usr/share/OVMF/OVMF32_CODE_4M.secboot.fd",
	 "/usr/share/OVMF/OVMF32_VARS_4M.fd"},
	/* older Debian and Ubuntu, Alpine, Void */
	{PLATFORM_UEFI64, "/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"},
	/* Fedora, RHEL: edk2-ovmf, edk2-ovmf-ia32 */
	{PLATFORM_UEFI64, "/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"},
	{PLATFORM_UEFI64, "/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd",
	 "/usr/share/edk2/ovmf/OVMF_VARS.fd"},
	{PLATFORM_UEFI32, "/usr/share/edk2/ovmf-ia32/OVMF_CODE.fd",
	 "/usr/share/edk2/ovmf-ia32/OVMF_VARS.fd"},
	/* Arch: edk2-ovmf */
	{PLATFORM_UEFI64, "/usr/share/edk2/x64/OVMF_CODE.4m.fd",
	 "/usr/share/edk2/x64/OVMF_VARS.4m.fd"},
	{PLATFORM_UEFI32, "/usr/share/edk2/ia32/OVMF_CODE.4m.fd",
	 "/usr/share/edk2/ia32/OVMF_VARS.4m.fd"},
	{PLATFORM_UEFI64, "/usr/share/edk2/x64/OVMF_CODE.fd", "/usr/share/edk2/x64/OVMF_VARS.fd"},
	{PLATFORM_UEFI32, "/usr/share/edk2/ia32/OVMF_CODE.fd", "/usr/share/edk2/ia32/OVMF_VARS.fd"},
	{PLATFORM_UEFI64, "/usr/share/edk2-ovmf/x64/OVMF_CODE.fd",
	 "/usr/share/edk2-ovmf/x64/OVMF_VARS.fd"},
	{PLATFORM_UEFI32, "/usr/share/edk2-ovmf/ia32/OVMF_CODE.fd",
	 "/usr/share/edk2-ovmf/ia32/OVMF_VARS.fd"},
	/* Gentoo */
	{PLATFORM_UEFI64, "/usr/share/edk2-ovmf/OVMF_CODE.fd", "/usr/share/edk2-ovmf/OVMF_VARS.fd"},
	/* openSUSE: qemu-ovmf-x86_64, qemu-ovmf-ia32 */
	{PLATFORM_UEFI64, "/usr/share/qemu/ovmf-x86_64-4m-code.bin",
	 "/usr/share/qemu/ovmf-x86_64-4m-vars.bin"},
	{PLATFORM_UEFI64, "/usr/share/qemu/ovmf-x86_64-code.bin",
	 "/usr/share/qemu/ovmf-x86_64-vars.bin"},
	{PLATFORM_UEFI32, "/usr/share/qemu/ovmf-ia32-code.bin",
	 "/usr/share/qemu/ovmf-ia32-vars.bin"},
	/* QEMU's own (pc-bios/); both share the variable store */
	{PLATFORM_UEFI64, "/usr/share/qemu/edk2-x86_64-code.fd",
	 "/usr/share/qemu/edk2-i386-vars.fd"},
	{PLATFORM_UEFI32, "/usr/share/qemu/edk2-i386-code.fd", "/usr/share/qemu/edk2-i386-vars.fd"},
	{PLATFORM_UEFI64, "/usr/local/share/qemu/edk2-x86_64-code.fd",
	 "/usr/local/share/qemu/edk2-i386-vars.fd"},
	{PLATFORM_UEFI32, "/usr/local/share/qemu/edk2-i386-code.fd",
	 "/usr/local/share/qemu/edk2-i386-vars.fd"},
	{PLATFORM_UEFI64, "/opt/homebrew/share/qemu/edk2-x86_64-code.fd",
	 "/opt/homebrew/share/qemu/edk2-i386-vars.fd"},
	{PLATFORM_UEFI32, "/opt/homebrew/share/qemu/edk2-i386-code.fd",
	 "/opt/homebrew/share/qemu/edk2-i386-vars.fd"},
	/* NixOS */
	{PLATFORM_UEFI64, "/run/libvirt/nix-ovmf/OVMF_CODE.fd",
	 "/run/libvirt/nix-ovmf/OVMF_VARS.fd"},
	{PLATFORM_UEFI64, "/run/current-system/sw/share/qemu/edk2-x86_64-code.fd",
	 "/run/current-system/sw/share/qemu/edk2-i386-vars.fd"},
	{PLATFORM_UEFI32, "/run/current-system/sw/share/qemu/edk2-i386-code.fd",
	 "/run/current-system/sw/share/qemu/edk2-i386-vars.fd"},
};
#define N_PLACES (sizeof places / sizeof *places)

/* For Secure Boot, most with keys enrolled: never looked for, but taken from a folder that the user
 * names where it has no others. */
static const struct {
	enum platform platform;
	const char *code, *vars;
} secure[] = {
	/* Debian, Ubuntu */
	{PLATFORM_UEFI64, "OVMF_CODE_4M.ms.fd", "OVMF_VARS_4M.ms.fd"},
	{PLATFORM_UEFI64, "OVMF_CODE_4M.snakeoil.fd", "OVMF_VARS_4M.snakeoil.fd"},
	{PLATFORM_UEFI64, "OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.fd"},
	{PLATFORM_UEFI64, "OVMF_CODE.ms.fd", "OVMF_VARS.ms.fd"},
	/* Fedora, RHEL; Arch */
	{PLATFORM_UEFI64, "OVMF_CODE.secboot.fd", "OVMF_VARS.secboot.fd"},
	{PLATFORM_UEFI64, "OVMF_CODE.secboot.4m.fd", "OVMF_VARS.4m.fd"},
};

/* QEMU, docs/interop/firmware.json: where descriptors are looked for, and a target's name. */
static const char *const descriptor_folders[] = {"/etc/qemu/firmware", "/usr/share/qemu/firmware"};
static const struct {
	const char *package, *architecture;
} names[PLATFORM_COUNT] = {
	[PLATFORM_UEFI64] = {"ovmf", "x86_64"},
	[PLATFORM_UEFI32] = {"ovmf-ia32", "i386"},
};

/* Takes CODE and VARS where both can be read, else frees them. */
static bool take_pair(char *code, char *vars, char **code_out, char **vars_out)
{
	if (access(code, R_OK) == 0 && access(vars, R_OK) == 0) {
		*code_out = code;
		*vars_out = vars;
		return true;
	}
	free(code);
	free(vars);
	return false;
}

/* Some distributions use one name for both platforms, in folders of their own: in a folder that
 * the user names, it means x64, and only a name that says so means ia32. */
static bool is_own_name(size_t place)
{
	const char *name = path_base(places[place].code);

	return places[place].platform == PLATFORM_UEFI64 || strstr(name, "32") != NULL ||
	       strstr(name, "i386") != NULL;
}

static bool find_in_folder(const char *folder, enum platform p, char **code, char **vars)
{
	for (size_t i = 0; i < N_PLACES; i++) {
		if (places[i].platform == p && is_own_name(i) &&
		    take_pair(path_join(folder, path_base(places[i].code)),
			      path_join(folder, path_base(places[i].vars)), code, vars))
			return true;
	}
	for (size_t i = 0; i < sizeof secure / sizeof *secure; i++) {
		if (secure[i].platform == p &&
		    take_pair(path_join(folder, secure[i].code), path_join(folder, secure[i].vars),
			      code, vars))
			return true;
	}
	return false;
}

static bool find_in_places(const char *root, enum platform p, char **code, char **vars)
{
	for (size_t i = 0; i < N_PLACES; i++) {
		if (places[i].platform == p &&
		    take_pair(mem_printf("%s%s", root, places[i].code),
			      mem_printf("%s%s", root, places[i].vars), code, vars))
			return true;
	}
	return false;
}

static bool has_string(const json_t *array, const char *key, const char *value)
{
	size_t i;
	json_t *item;

	json_array_foreach(array, i, item)
	{
		const char *s = json_string_value(key != NULL ? json_object_get(item, key) : item);

		if (s != NULL && strcmp(s, value) == 0)
			return true;
	}
	return false;
}

/* The pair a descriptor names, if it fits. */
static bool read_descriptor(const char *root, const char *path, enum platform p, char **code,
			    char **vars)
{
	json_t *d = json_load_file(path, 0, NULL);
	const char *device = NULL, *c = NULL, *cf = NULL, *v = NULL, *vf = NULL;
	bool found = false;

	if (d == NULL)
		return false;
	if (json_unpack(d, "{s:{s:s, s:{s:s, s:s}, s:{s:s, s:s}}}", "mapping", "device", &device,
			"executable", "filename", &c, "format", &cf, "nvram-template", "filename",
			&v, "format", &vf) == 0 &&
	    strcmp(device, "flash") == 0 && strcmp(cf, "raw") == 0 && strcmp(vf, "raw") == 0 &&
	    has_string(json_object_get(d, "interface-types"), NULL, "uefi") &&
	    has_string(json_object_get(d, "targets"), "architecture", names[p].architecture) &&
	    !has_string(json_object_get(d, "features"), NULL, "enrolled-keys"))
		found = take_pair(mem_printf("%s%s", root, c), mem_printf("%s%s", root, v), code,
				  vars);
	json_decref(d);
	return found;
}

static int is_json(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 5 && strcmp(e->d_name + n - 5, ".json") == 0;
}

/* Their names begin with a priority, so that the order of names is that of preference. */
static bool find_by_descriptor(const char *root, enum platform p, char **code, char **vars)
{
	bool found = false;

	for (size_t f = 0; f < sizeof descriptor_folders / sizeof *descriptor_folders; f++) {
		char *folder = mem_printf("%s%s", root, descriptor_folders[f]);
		struct dirent **list = NULL;
		int n = scandir(folder, &list, is_json, alphasort);

		for (int i = 0; i < n; i++) {
			char *path = path_join(folder, list[i]->d_name);

			found = found || read_descriptor(root, path, p, code, vars);
			free(path);
			free(list[i]);
		}
		free(list);
		free(folder);
	}
	return found;
}

bool ovmf_find(const char *root, const char *folder, enum platform p, char **code, char **vars)
{
	return (folder != NULL && folder[0] != '\0' && find_in_folder(folder, p, code, vars)) ||
	       find_in_places(root, p, code, vars) || find_by_descriptor(root, p, code, vars);
}

bool ovmf_place(size_t i, enum platform *p, const char **code, const char **vars)
{
	if (i >= N_PLACES)
		return false;
	*p = places[i].platform;
	*code = places[i].code;
	*vars = places[i].vars;
	return true;
}

enum mk_status vm_find_ovmf(enum platform p, char **code, char **vars)
{
	if (names[p].package == NULL)
		return msg_fail(MK_FAILED, "%s does not boot by OVMF", platforms[p].title);
	if (ovmf_find("", getenv("MKBOOT_OVMF"), p, code, vars))
		return MK_OK;
	return msg_missing("OVMF (UEFI firmware for QEMU)", names[p].package);
}
