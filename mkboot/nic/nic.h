/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_NIC_NIC_H
#define MKBOOT_NIC_NIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The network cards that GRUB has a driver for, of mkboot's own (drivers/). The table is made at
 * build time from the PCI ID lists in the drivers themselves (scripts/nic-table.awk).
 */

/* One PCI ID. */
struct nic_id {
	uint16_t vendor;
	uint16_t device;
	const char *title; /* "Realtek RTL8139, RTL8139C+" */
	const char *qemu;  /* QEMU's models with this ID, by commas; "" for none */
};

struct nic_driver {
	const char *name;  /* of the driver, its module and its file: "rtl8139" */
	const char *title; /* the chips */
	const char
		*legacy; /* GRUB Legacy's configure flags that meant it, by commas: "ne,ns8390" */
	const char *isa; /* QEMU's models of it on ISA, by commas; "" for none */
	const struct nic_id *ids;
	size_t n_ids;
};

extern const struct nic_driver nic_drivers[]; /* by name */
extern const size_t nic_n_drivers;            /* at most 32 */
/* All of them: bit N is entry N. */
uint32_t nic_all(void);

/*
 * The drivers that NAME means, a set of bits: a driver ("rtl8139"), a PCI ID ("10ec:8139"), a QEMU
 * model ("i82551"), or a GRUB Legacy configure flag ("ns8390", "--enable-ns8390"). In this order,
 * which matters where a name is two of these; case does not matter. 0 for an unknown one.
 */
uint32_t nic_find(const char *name);
/* The known name nearest to NAME, for "did you mean"; NULL where none is near. For a QEMU model or
 * a configure flag it is the driver's. */
const char *nic_nearest(const char *name);
/* Why nic_find gave 0, and what to write instead: a message for a person; for
 * free(). */
char *nic_unknown(const char *name);
/* "10ec:8139": false where NAME is not of that form. */
bool nic_parse_id(const char *name, uint16_t *vendor, uint16_t *device);
/* The drivers' names by commas, for free(). */
char *nic_names(uint32_t drivers);
/* Common cards that have no driver here, for a reason worth telling. */
struct nic_absent {
	uint16_t vendor;
	uint16_t device;
	const char *title;
};
extern const char nic_absent_why[]; /* the reason, for all of them */
/* NULL where the ID is not one of them. */
const struct nic_absent *nic_find_absent(uint16_t vendor, uint16_t device);

/* The driver of a PCI ID, and which of its IDs; NULL where there is none. ID may be NULL. */
const struct nic_driver *nic_find_pci(uint16_t vendor, uint16_t device, const struct nic_id **id);

/* QEMU's models for the set DRIVERS, in the table's order, those on ISA last. The strings and the
 * array are the caller's; N of them. */
char **nic_models(uint32_t drivers, size_t *n);

/* A network card of this machine, as /sys/bus/pci/devices has it. */
struct nic_found {
	char address[16]; /* "0000:00:03.0" */
	uint16_t vendor;
	uint16_t device;
	bool ethernet;                   /* PCI class 0200; else a wireless one, or another */
	const struct nic_driver *driver; /* or NULL */
	const struct nic_id *id;         /* or NULL */
};
/* All network controllers (PCI class 02), in the order of their addresses. SYS is "/sys" but for
 * tests. 0 and *FOUND (for free) or a negative errno: -ENOENT where there is no PCI bus to look at.
 */
int nic_detect(const char *sys, struct nic_found **found, size_t *n);

#endif
