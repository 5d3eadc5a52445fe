/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "dhcp/dhcp.h"
#include "media/media.h"
#include "media/run.h"
#include "recipe/read.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static struct recipe_output *out(void *target)
{
	return target;
}

static void one_platform(struct rd *rd, const struct node *n, void *target)
{
	const char *names[PLATFORM_COUNT];
	size_t i;

	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		names[p] = platforms[p].name;
	if (read_choice(rd, n, "platform", names, PLATFORM_COUNT, &i))
		out(target)->platforms |= PLATFORM_BIT(i);
}

static void out_platforms(struct rd *rd, const struct node *n, void *target)
{
	if (n->kind == NODE_LIST && n->n == 0)
		rd_error(rd, n->at, "the list of platforms is empty");
	read_list(rd, n, target, one_platform);
}

/* ECMA-119 §8.4.8: d-characters, 32 of them; a FAT label has 11. */
static void read_label(struct rd *rd, const struct node *n, size_t max, struct text *label)
{
	if (!read_text(rd, n, false, label))
		return;
	for (char *s = label->text; *s != '\0'; s++)
		*s = (char)toupper((unsigned char)*s);
	if (label->text[0] == '\0' || strlen(label->text) > max ||
	    strspn(label->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != strlen(label->text))
		rd_error(rd, n->at, "a volume label is made of letters, digits and _, at most %zu",
			 max);
}

static void iso_label(struct rd *rd, const struct node *n, void *target)
{
	read_label(rd, n, 32, &out(target)->label);
}

static void floppy_label(struct rd *rd, const struct node *n, void *target)
{
	read_label(rd, n, 11, &out(target)->label);
}

static void floppy_size(struct rd *rd, const struct node *n, void *target)
{
	static const char *const names[] = {"1440", "720", "1200", "2880"};
	size_t i;

	if (read_choice(rd, n, "floppy size", names, 4, &i))
		out(target)->floppy_kb = (unsigned)strtoul(names[i], NULL, 10);
}

static void one_server(struct rd *rd, const struct node *n, void *target)
{
	const char **names = mem_array(dhcp_n_servers, sizeof *names);
	size_t i;

	for (i = 0; i < dhcp_n_servers; i++)
		names[i] = dhcp_servers[i].name;
	if (read_choice(rd, n, "DHCP server", names, dhcp_n_servers, &i))
		out(target)->servers |= UINT32_C(1) << i;
	free(names);
}

static void dhcp_server_list(struct rd *rd, const struct node *n, void *target)
{
	read_list(rd, n, target, one_server);
}

static void one_launcher(struct rd *rd, const struct node *n, void *target)
{
	const char **names = mem_array(run_n_launchers, sizeof *names);
	size_t i;

	for (i = 0; i < run_n_launchers; i++)
		names[i] = run_launchers[i].name;
	if (read_choice(rd, n, "emulator", names, run_n_launchers, &i))
		out(target)->launchers |= UINT32_C(1) << i;
	free(names);
}

static void run_files(struct rd *rd, const struct node *n, void *target)
{
	read_list(rd, n, target, one_launcher);
}

static const struct field iso_table[] = {
	{"platforms", out_platforms, false},
	{"label", iso_label, false},
};
const struct field_table iso_fields = {"iso", iso_table, 2};
static const struct field floppy_table[] = {
	{"size", floppy_size, false},
	{"label", floppy_label, false},
};
const struct field_table floppy_fields = {"floppy", floppy_table, 2};
static const struct field diskless_cd_table[] = {{"label", iso_label, false}};
const struct field_table diskless_cd_fields = {"diskless-cd", diskless_cd_table, 1};
static const struct field diskless_floppy_table[] = {{"size", floppy_size, false}};
const struct field_table diskless_floppy_fields = {"diskless-floppy", diskless_floppy_table, 1};
static const struct field tftp_table[] = {{"platforms", out_platforms, false}};
const struct field_table tftp_fields = {"tftp", tftp_table, 1};
static const struct field dhcp_table[] = {{"servers", dhcp_server_list, false}};
const struct field_table dhcp_fields = {"dhcp", dhcp_table, 1};
static const struct field run_table[] = {{"files", run_files, false}};
const struct field_table run_fields = {"run", run_table, 1};

static const struct field http_table[] = {{"platforms", out_platforms, false}};
const struct field_table http_fields = {"http", http_table, 1};

static const struct field_table *const output_fields[OUTPUT_COUNT] = {
	[OUTPUT_ISO] = &iso_fields,
	[OUTPUT_FLOPPY] = &floppy_fields,
	[OUTPUT_DISKLESS_CD] = &diskless_cd_fields,
	[OUTPUT_DISKLESS_FLOPPY] = &diskless_floppy_fields,
	[OUTPUT_TFTP] = &tftp_fields,
	[OUTPUT_HTTP] = &http_fields,
	[OUTPUT_DHCP] = &dhcp_fields,
	[OUTPUT_RUN] = &run_fields,
};

/* `iso`, or `iso: {settings}`. */
static void read_output(struct rd *rd, const struct node *name, const struct node *settings,
			struct recipe *r)
{
	const char *names[OUTPUT_COUNT];
	struct recipe_output *o;
	size_t i;

	for (size_t k = 0; k < OUTPUT_COUNT; k++)
		names[k] = media_outputs[k].name;
	if (!read_choice(rd, name, "output", names, OUTPUT_COUNT, &i))
		return;
	o = &r->outputs[i];
	if (o->wanted)
		rd_error(rd, name->at, "'%s' is listed twice", names[i]);
	o->wanted = o->listed = true;
	o->at = name->at;
	if (settings != NULL && settings->kind != NODE_NULL)
		read_map(rd, settings, names[i], output_fields[i]->fields, output_fields[i]->n, o);
}

static void one_output(struct rd *rd, const struct node *n, void *target)
{
	if (n->kind != NODE_MAP) {
		read_output(rd, n, NULL, target);
		return;
	}
	for (size_t i = 0; i < n->n; i++)
		read_output(rd, n->keys[i], n->items[i], target);
}

void read_outputs(struct rd *rd, const struct node *n, void *target)
{
	read_list(rd, n, target, one_output);
}
