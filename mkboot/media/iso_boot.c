/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/iso_job.h"
#include "media/gpt.h"

#include <string.h>

#define BOOT_IMAGE   "boot/core.img"
#define BOOT_CATALOG "/boot/boot.cat"
#define PLATFORM_EFI 0xef /* UEFI 2.10 §13.3.2.1 */
#define BIOS_SECTORS 4    /* of 512 bytes: what a BIOS loads; the rest GRUB loads itself */

/* libisofs's name for "what is appended as partition 2", with no start and end of its own. */
#define ESP_PARTITION 2
#define ESP_CONTENT   "--interval:appended_partition_2:all::"

/* el_torito_set_isolinux_options: where GRUB's image finds itself. */
#define BOOT_INFO_TABLE (1 << 0)
#define GRUB2_BOOT_INFO (1 << 9)

/* iso_write_opts_set_system_area: what becomes of the first 16 blocks. */
#define PROTECTIVE_MBR (1 << 0)
#define NEVER_ALIGN    (2 << 8) /* to cylinders, which no BIOS of today asks for */
#define GRUB2_MBR      (1 << 14)
#define FORCE_BOOTABLE (1 << 15) /* some BIOSes want an active partition: GPT has none */

/* A second tree whose LBAs count from here lets the ISO 9660 partition be mounted too. */
#define PARTITION_LBA 16

static int add_bios(struct iso_job *job)
{
	const struct strbuf *core = job->image->bios_core;
	ElToritoBootImage *entry;
	int r = iso_tree_add(job, BOOT_IMAGE,
			     iso_stream_memory(++job->n_streams, core->data, core->len));

	job->head_blocks += (core->len + ISO_BLOCK - 1) / ISO_BLOCK;
	if (r > 0)
		r = iso_image_set_boot_image(job->tree, "/" BOOT_IMAGE, ELTORITO_NO_EMUL,
					     BOOT_CATALOG, &entry);
	if (r <= 0)
		return r;
	el_torito_set_load_size(entry, BIOS_SECTORS);
	return el_torito_set_isolinux_options(entry, BOOT_INFO_TABLE | GRUB2_BOOT_INFO, 0);
}

/* The first entry of the catalogue comes with the catalogue, which wants a folder. */
static int add_efi(struct iso_job *job)
{
	IsoDir *boot;
	ElToritoBootImage *entry;
	int r;

	if (job->image->bios_core != NULL) {
		r = iso_image_add_boot_image(job->tree, ESP_CONTENT, ELTORITO_NO_EMUL, 0, &entry);
	} else {
		r = iso_tree_add_new_dir(iso_image_get_root(job->tree), "boot", &boot);
		if (r > 0)
			r = iso_image_set_boot_image(job->tree, ESP_CONTENT, ELTORITO_NO_EMUL,
						     BOOT_CATALOG, &entry);
	}
	if (r <= 0)
		return r;
	el_torito_set_boot_platform_id(entry, PLATFORM_EFI);
	el_torito_set_full_load(entry, 1);
	return ISO_SUCCESS;
}

int iso_boot_el_torito(struct iso_job *job)
{
	int r = ISO_SUCCESS;

	if (job->image->bios_core != NULL)
		r = add_bios(job);
	if (r > 0 && job->image->esp != NULL)
		r = add_efi(job);
	if (job->image->bios_core != NULL || job->image->esp != NULL)
		job->head_blocks++; /* the catalogue */
	return r;
}

/* RFC 4122 §4.4: this is no time-based UUID, whatever its bytes come from. */
static void mark_guid(unsigned char guid[16])
{
	guid[7] = (unsigned char)((guid[7] & 0x0f) | 0x40);
	guid[8] = (unsigned char)((guid[8] & 0x3f) | 0x80);
}

static int add_esp(struct iso_job *job)
{
	unsigned char guid[16], esp_type[16], data_type[16];
	int r;

	memcpy(guid, job->image->guid, sizeof guid);
	mark_guid(guid);
	/* libisofs takes what it only reads as not const. */
	memcpy(esp_type, gpt_type_esp, sizeof esp_type);
	memcpy(data_type, gpt_type_basic_data, sizeof data_type);
	r = iso_write_opts_set_partition_img(job->opts, ESP_PARTITION, PLATFORM_EFI,
					     (char *)(uintptr_t)job->image->esp, 0);
	if (r > 0)
		r = iso_write_opts_set_appended_as_gpt(job->opts, 1);
	if (r > 0)
		r = iso_write_opts_set_part_type_guid(job->opts, ESP_PARTITION, esp_type, 1);
	if (r > 0)
		r = iso_write_opts_set_iso_type_guid(job->opts, data_type, 1);
	if (r > 0)
		r = iso_write_opts_set_gpt_guid(job->opts, guid, 1);
	return r;
}

int iso_boot_partitions(struct iso_job *job)
{
	char area[ISO_SYSTEM_AREA] = {0};
	int flags = PROTECTIVE_MBR | NEVER_ALIGN | FORCE_BOOTABLE;
	int r = iso_write_opts_set_part_offset(job->opts, PARTITION_LBA, 0, 0);

	if (job->image->bios_core != NULL) {
		memcpy(area, job->image->bios_mbr, 512);
		flags |= GRUB2_MBR;
	}
	if (r > 0)
		r = iso_write_opts_set_system_area(job->opts, area, flags, 0);
	if (r > 0 && job->image->esp != NULL)
		r = add_esp(job);
	return r;
}
