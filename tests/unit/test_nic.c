/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of network drivers and how names are looked up in it. The table grows with drivers/:
 * what is asserted holds for any. */
#include "testing.h"

#include <errno.h>
#include <strings.h>

#include "nic/nic.h"

static uint32_t bit_of(const char *driver)
{
	for (size_t i = 0; i < nic_n_drivers; i++) {
		if (strcmp(nic_drivers[i].name, driver) == 0)
			return UINT32_C(1) << i;
	}
	return 0;
}

/* EACH for every name of a list with commas. */
static void for_names(const char *list, uint32_t driver, void (*each)(const char *, uint32_t))
{
	while (*list != '\0') {
		size_t n = strcspn(list, ",");
		char *name = mem_ndup(list, n);

		each(name, driver);
		free(name);
		list += n + (list[n] == ',');
	}
}

static void the_table_is_in_order(void **state)
{
	(void)state;
	assert_in_range(nic_n_drivers, 1, 32);
	for (size_t i = 0; i < nic_n_drivers; i++) {
		const struct nic_driver *d = &nic_drivers[i];

		assert_true(i == 0 || strcmp(nic_drivers[i - 1].name, d->name) < 0);
		assert_true(d->title[0] != '\0' && d->n_ids > 0);
		for (size_t k = 0; k < d->n_ids; k++) {
			const struct nic_id *id = NULL;

			assert_ptr_equal(nic_find_pci(d->ids[k].vendor, d->ids[k].device, &id), d);
			assert_ptr_equal(id, &d->ids[k]); /* no ID stands twice */
		}
	}
}

static void names_the_driver(const char *name, uint32_t driver)
{
	char *shouted = mem_dup(name);

	for (char *s = shouted; *s != '\0'; s++)
		*s = *s >= 'a' && *s <= 'z' ? (char)(*s - 'a' + 'A') : *s;
	if (nic_find(name) != driver)
		fail_msg("nic_find(\"%s\") is %#x, not %#x", name, nic_find(name), driver);
	if (nic_find(shouted) != driver)
		fail_msg("nic_find(\"%s\") is %#x, not %#x", shouted, nic_find(shouted), driver);
	free(shouted);
}

static void flag_means_the_driver(const char *name, uint32_t driver)
{
	char *flag = mem_printf("--enable-%s", name);

	/* more than one driver may have a flag; a driver of that name is meant alone */
	assert_int_equal(nic_find(name), nic_find(flag));
	if (bit_of(name) == 0)
		assert_int_equal(nic_find(name) & driver, driver);
	free(flag);
}

static void every_name_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < nic_n_drivers; i++) {
		const struct nic_driver *d = &nic_drivers[i];
		uint32_t bit = UINT32_C(1) << i;
		char *hyphens = mem_dup(d->name);

		names_the_driver(d->name, bit);
		for (char *c = hyphens; *c != '\0'; c++)
			*c = *c == '_' ? '-' : *c;
		names_the_driver(hyphens, bit);
		free(hyphens);
		for (size_t k = 0; k < d->n_ids; k++) {
			char *id = mem_printf("%04X:%04x", d->ids[k].vendor, d->ids[k].device);

			names_the_driver(id, bit);
			free(id);
			for_names(d->ids[k].qemu, bit, names_the_driver);
		}
		for_names(d->isa, bit, names_the_driver);
		for_names(d->legacy, bit, flag_means_the_driver);
	}
	assert_int_not_equal(bit_of("rtl8139"), 0);
	names_the_driver("--enable-rtl8139", bit_of("rtl8139"));
}

/* What must boot, and the flags that people have in old scripts. */
static void the_promised_names(void **state)
{
	static const struct {
		const char *driver, *name;
	} promised[] = {
		{"ne2k", "ne2k_pci"},
		{"ne2k", "ne2k_isa"},
		{"ne2k", "10ec:8029"},
		{"ne2k", "ns8390"},
		{"ne2k", "ne"},
		{"rtl8139", "rtl8139"},
		{"rtl8139", "10ec:8139"},
		{"pcnet", "pcnet"},
		{"pcnet", "lance"},
		{"e1000", "e1000"},
		{"e1000", "e1000-82544gc"},
		{"e1000", "e1000-82545em"},
		{"e1000", "e1000e"},
		{"eepro100", "i82551"},
		{"eepro100", "i82557b"},
		{"eepro100", "i82559er"},
		{"eepro100", "eepro100"},
		{"virtio_net", "virtio-net-pci"},
		{"vmxnet3", "vmxnet3"},
		{"tulip", "tulip"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof promised / sizeof promised[0]; i++) {
		assert_int_not_equal(bit_of(promised[i].driver), 0);
		names_the_driver(promised[i].name, bit_of(promised[i].driver));
	}
}

static void others_are_not_found(void **state)
{
	static const char *const names[] = {
		"",          ",",          "rtl8138",   "firmware",           "10ec:8168",
		"10ec:813",  "10ec:81399", "10ec 8139", "0x10ec:0x8139",      "ffff:ffff",
		"skeleton",  "nic",        "rtl813",    "--enable-rtl8139-x", "--enable-",
		"rtl8139,x", "rtl8139 ",   "sis900",    "10eg:8139",          "10ec:8139 ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		names_the_driver(names[i], 0);
	assert_null(nic_find_pci(0x10ec, 0x8168, NULL));
}

static void ids_are_parsed(void **state)
{
	uint16_t vendor = 0, device = 0;

	(void)state;
	assert_true(nic_parse_id("10Ec:8139", &vendor, &device));
	assert_int_equal(vendor, 0x10ec);
	assert_int_equal(device, 0x8139);
	assert_false(nic_parse_id("10ec-8139", &vendor, &device));
	assert_false(nic_parse_id("+0ec:8139", &vendor, &device));
	assert_false(nic_parse_id("10ec:8139:", &vendor, &device));
}

static void models_are_each_once(void **state)
{
	size_t n = 0, none = 1;
	char **models = nic_models(nic_all(), &n);

	(void)state;
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		assert_int_not_equal(nic_find(models[i]), 0);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(models[i], models[k]);
	}
	for (size_t i = 0; i < n; i++)
		free(models[i]);
	free(models);
	free(nic_models(0, &none));
	assert_int_equal(none, 0);
}

static void the_nearest_name(void **state)
{
	(void)state;
	assert_string_equal(nic_nearest("rtl8193"), "rtl8139");
	assert_string_equal(nic_nearest("--enable-rtl8193"), "rtl8139");
	assert_string_equal(nic_nearest("firmwear"), "firmware");
	assert_string_equal(nic_nearest("Auto"), "auto");
	assert_string_equal(nic_nearest("8139"), "rtl8139");
	assert_string_equal(nic_nearest("82574"), "e1000");
	assert_null(nic_nearest("813"));
	assert_null(nic_nearest("something else"));
	assert_null(nic_nearest(""));
}

static void says(const char *name, const char *words)
{
	char *text = nic_unknown(name);

	if (strstr(text, words) == NULL)
		fail_msg("'%s' is not in: %s", words, text);
	free(text);
}

static void unknown_names_are_explained(void **state)
{
	char *names = nic_names(nic_all());

	(void)state;
	says("rtl8193", "did you mean 'rtl8139'?");
	says("something else", names);
	says("10ec:8168", "no driver here knows the card 10ec:8168 (Realtek RTL8111/8168): QEMU");
	says("10EC:8168", "10ec:8168");
	says("8086:15f3", "I225-V");
	says("dead:beef", "no driver here knows the card dead:beef; `mkboot nics`");
	says("sis900", "GRUB Legacy had a driver 'sis900', but there is none here");
	says("--Enable-3C90x", "GRUB Legacy had a driver '3c90x'");
	free(names);
}

static void put(const char *dir, const char *card, const char *file, const char *text)
{
	char *folder = mem_printf("%s/bus/pci/devices/%s", dir, card);
	char *path = path_join(folder, file);

	assert_int_equal(fs_mkdirs(folder), 0);
	assert_int_equal(fs_write(path, text, strlen(text)), 0);
	free(path);
	free(folder);
}

static void put_card(const char *dir, const char *card, const char *class_code, const char *vendor,
		     const char *device)
{
	put(dir, card, "class", class_code);
	put(dir, card, "vendor", vendor);
	put(dir, card, "device", device);
}

static void cards_are_detected(void **state)
{
	const char *dir = *state;
	struct nic_found *found = NULL;
	size_t n = 7;

	assert_int_equal(nic_detect(dir, &found, &n), -ENOENT);
	assert_int_equal(n, 0);
	assert_null(found);

	put_card(dir, "2000:00:00.1", "0x028000\n", "0x8086\n", "0x2723\n"); /* wireless */
	put_card(dir, "0000:00:1f.6", "0x020000\n", "0x10ec\n", "0x8168\n");
	put_card(dir, "0000:00:02.0", "0x030000\n", "0x10ec\n", "0x8139\n"); /* a display */
	put_card(dir, "0000:00:03.0", "0x020000\n", "0x10ec\n", "0x8139\n");
	put_card(dir, "10000:e1:00.0", "0x020000\n", "0xdead\n", "0xbeef\n");
	/* no cards: half of one, rubbish, and a name that does not fit */
	put(dir, "0000:00:05.0", "class", "0x020000\n");
	put_card(dir, "0000:00:06.0", "0x020000\n", "0x10ec\n", "");
	put_card(dir, "0000:00:07.0", "0x020000\n", "0x110ec\n", "0x8139\n");
	put_card(dir, "0000:00:08.0", "0x020000\n", "0x10ec\n", "0x8139 and more\n");
	put_card(dir, "0000:00:09.0", "ethernet\n", "0x10ec\n", "0x8139\n");
	put_card(dir, "0000:00:0a.0.and.much.more", "0x020000\n", "0x10ec\n", "0x8139\n");

	assert_int_equal(nic_detect(dir, &found, &n), 0);
	assert_int_equal(n, 4);
	assert_string_equal(found[0].address, "0000:00:03.0");
	assert_int_equal(found[0].vendor, 0x10ec);
	assert_int_equal(found[0].device, 0x8139);
	assert_true(found[0].ethernet);
	assert_string_equal(found[0].driver->name, "rtl8139");
	assert_int_equal(found[0].id->device, 0x8139);
	assert_string_equal(found[1].address, "0000:00:1f.6");
	assert_null(found[1].driver);
	assert_null(found[1].id);
	assert_string_equal(found[2].address, "2000:00:00.1");
	assert_false(found[2].ethernet);
	assert_string_equal(found[3].address, "10000:e1:00.0");
	assert_true(found[3].ethernet);
	free(found);
}

static void a_bus_that_cannot_be_read(void **state)
{
	char *sys = path_join(*state, "broken"), *pci = path_join(sys, "bus/pci");
	char *devices = path_join(pci, "devices");
	struct nic_found *found = NULL;
	size_t n = 7;

	assert_int_equal(fs_mkdirs(pci), 0);
	assert_int_equal(fs_write(devices, "", 0), 0);
	assert_int_equal(nic_detect(sys, &found, &n), -ENOTDIR);
	assert_int_equal(n, 0);
	free(devices);
	free(pci);
	free(sys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_in_order),
		cmocka_unit_test(every_name_is_found),
		cmocka_unit_test(the_promised_names),
		cmocka_unit_test(others_are_not_found),
		cmocka_unit_test(ids_are_parsed),
		cmocka_unit_test(models_are_each_once),
		cmocka_unit_test(the_nearest_name),
		cmocka_unit_test(unknown_names_are_explained),
		cmocka_unit_test(cards_are_detected),
		cmocka_unit_test(a_bus_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
