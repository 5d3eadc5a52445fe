/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "nic/nic.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Linux's sysfs (Documentation/ABI/testing/sysfs-bus-pci): a folder a function, in it class, vendor
 * and device, each a hexadecimal number on a line. */

#define CLASS_NETWORK  0x02 /* PCI Code and ID Assignment Specification 1.11 §1.3 */
#define CLASS_ETHERNET 0x0200

/* A number from DIR/NAME/FILE. */
static int read_number(const char *dir, const char *name, const char *file, unsigned long *value)
{
	char *path = mem_printf("%s/%s/%s", dir, name, file), *end;
	struct strbuf text = {0};
	int err = fs_read(path, 4096, &text);

	if (err == 0) {
		errno = 0;
		*value = strtoul(text.data != NULL ? text.data : "", &end, 16);
		if (errno != 0 || text.len == 0 || end == text.data ||
		    (*end != '\0' && *end != '\n'))
			err = -EINVAL;
	}
	strbuf_free(&text);
	free(path);
	return err;
}

/* A card that goes away meanwhile, or is no card at all, is none; never an error. */
static bool look_at(const char *dir, const char *name, struct nic_found *card)
{
	unsigned long class_code, vendor, device;

	*card = (struct nic_found){0};
	if (name[0] == '.' || strlen(name) >= sizeof card->address)
		return false;
	if (read_number(dir, name, "class", &class_code) != 0 ||
	    (class_code >> 16 & 0xff) != CLASS_NETWORK)
		return false;
	if (read_number(dir, name, "vendor", &vendor) != 0 ||
	    read_number(dir, name, "device", &device) != 0 || vendor > 0xffff || device > 0xffff)
		return false;
	memcpy(card->address, name, strlen(name) + 1);
	card->vendor = (uint16_t)vendor;
	card->device = (uint16_t)device;
	card->ethernet = (class_code >> 8 & 0xffff) == CLASS_ETHERNET;
	card->driver = nic_find_pci(card->vendor, card->device, &card->id);
	return true;
}

/* "0000:00:03.0": digits of fixed width, but for the domain, which can have more. */
static int by_address(const void *a, const void *b)
{
	const char *x = ((const struct nic_found *)a)->address;
	const char *y = ((const struct nic_found *)b)->address;

	if (strlen(x) != strlen(y))
		return strlen(x) < strlen(y) ? -1 : 1;
	return strcmp(x, y);
}

int nic_detect(const char *sys, struct nic_found **found, size_t *n)
{
	char *path = mem_printf("%s/bus/pci/devices", sys);
	DIR *dir = opendir(path);
	struct dirent *e;
	int err = dir != NULL ? 0 : -errno;

	*found = NULL;
	*n = 0;
	while (dir != NULL) {
		struct nic_found card;

		errno = 0;
		e = readdir(dir);
		if (e == NULL) {
			err = -errno;
			break;
		}
		if (look_at(path, e->d_name, &card))
			*MEM_PUSH(*found, *n) = card;
	}
	if (dir != NULL)
		closedir(dir);
	if (err != 0) {
		free(*found);
		*found = NULL;
		*n = 0;
	}
	if (*n > 0)
		qsort(*found, *n, sizeof **found, by_address);
	free(path);
	return err;
}
