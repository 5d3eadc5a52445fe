/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recipe's network: and grub: sections, and the entries that load from there. */
#include "recipe_fixture.h"

#include "nic/nic.h"

static void who_drives_the_card(void **state)
{
	uint32_t rtl8139 = nic_find("rtl8139");
	const struct {
		const char *network;
		uint32_t drivers;
		bool firmware;
	} cases[] = {
		{"{}", 0, true},
		{"{nic: firmware}", 0, true},
		{"{nic: [firmware]}", 0, true},
		{"{nic: auto}", nic_all(), true},
		{"{nic: all}", nic_all(), false},
		{"{nic: rtl8139}", rtl8139, false},
		{"{nic: 10ec:8139}", rtl8139, false},
		{"{nic: [10EC:8139, --enable-rtl8139, RTL8139]}", rtl8139, false},
	};
	struct recipe *r = load(*state, ENTRY);

	assert_int_not_equal(rtl8139, 0);
	assert_false(r->network.given);
	assert_true(r->network.firmware && r->network.drivers == 0);
	recipe_free(r);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		bool diskless = cases[i].drivers != 0;

		r = load_network(*state, cases[i].network);
		assert_int_equal(r->network.drivers, cases[i].drivers);
		assert_int_equal(r->network.firmware, cases[i].firmware);
		/* by default, diskless media where there is a driver; never DHCP for a network that
		 * is not known */
		assert_int_equal(r->outputs[OUTPUT_DISKLESS_CD].wanted, diskless);
		assert_int_equal(r->outputs[OUTPUT_DISKLESS_FLOPPY].wanted, diskless);
		assert_int_equal(r->outputs[OUTPUT_DISKLESS_FLOPPY].floppy_kb, 1440);
		assert_true(r->outputs[OUTPUT_TFTP].wanted);
		assert_false(r->outputs[OUTPUT_DHCP].wanted);
		recipe_free(r);
	}
}

static void a_list_of_cards(void **state)
{
	char *names = nic_names(nic_all()), *network = mem_printf("{nic: [%s]}", names);
	struct recipe *r = load_network(*state, network);

	assert_int_equal(r->network.drivers, nic_all());
	assert_false(r->network.firmware);
	recipe_free(r);
	free(network);
	free(names);
}

static void the_network_as_grub_uses_it(void **state)
{
	struct recipe *r =
		load_network(*state, "{server: 192.168.1.2, subnet: 192.168.1.0/24, nic: "
				     "all, protocol: http, path: boot/ace.1}");

	assert_true(r->network.http);
	assert_string_equal(r->network.path.text, "boot/ace.1");
	assert_false(r->network.address.ip.set);
	assert_true(r->outputs[OUTPUT_DHCP].wanted);
	recipe_free(r);
	r = load_network(*state, "{server: 192.168.1.2, protocol: tftp}");
	assert_false(r->network.http);
	assert_null(r->network.path.text);
	assert_true(r->network.server.set);
	assert_false(r->outputs[OUTPUT_DHCP].wanted);
	recipe_free(r);
}

static void a_fixed_address(void **state)
{
	struct recipe *r;

	r = load_network(*state, "{server: 10.0.0.2, subnet: 10.0.0.0/24, router: 10.0.0.1, dns: "
				 "9.9.9.9, address: {ip: 10.0.0.60}}");
	assert_int_equal(r->network.address.ip.addr, 0x0a00003c);
	assert_int_equal(r->network.address.gateway.addr, 0x0a000001);
	assert_int_equal(r->network.address.dns.addr, 0x09090909);
	recipe_free(r);
	/* its own gateway leads to a server elsewhere, whatever the order of the keys */
	r = load_network(*state, "{address: {ip: 10.0.0.60, gateway: 10.0.0.254, dns: 8.8.8.8}, "
				 "server: 10.1.0.2, subnet: 10.0.0.0/24, router: 10.0.0.1}");
	assert_int_equal(r->network.address.gateway.addr, 0x0a0000fe);
	assert_int_equal(r->network.address.dns.addr, 0x08080808);
	recipe_free(r);
	r = load_network(*state,
			 "{server: 10.0.0.2, subnet: 10.0.0.0/24, address: {ip: 10.0.0.60}}");
	assert_false(r->network.address.gateway.set);
	assert_false(r->network.address.dns.set);
	recipe_free(r);
}

static void diskless_outputs(void **state)
{
	struct recipe *r = load(*state, ENTRY "network: {nic: all}\n"
					      "outputs: [diskless-cd: {label: ace}, "
					      "diskless-floppy: {size: 2880}]\n");

	assert_true(r->outputs[OUTPUT_DISKLESS_CD].wanted);
	assert_false(r->outputs[OUTPUT_DISKLESS_CD].by_default);
	assert_string_equal(r->outputs[OUTPUT_DISKLESS_CD].label.text, "ACE");
	assert_int_equal(r->outputs[OUTPUT_DISKLESS_FLOPPY].floppy_kb, 2880);
	assert_false(r->outputs[OUTPUT_ISO].wanted);
	recipe_free(r);
}

static void an_entry_from_the_network(void **state)
{
	struct recipe *r = load(*state, "menu:\n"
					"  entries:\n"
					"    - {title: A, kernel: a}\n"
					"    - {title: B, kernel: b, load: network}\n"
					"    - {title: C, kernel: c, load: local}\n"
					"network: {nic: rtl8139}\n");

	assert_false(r->menu.entries[0].network);
	assert_true(r->menu.entries[1].network);
	assert_int_equal(r->menu.entries[1].network_at.line, 4);
	assert_false(r->menu.entries[2].network);
	recipe_free(r);
}

#define DIGITS "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void where_grub_comes_from(void **state)
{
	char *path = path_join(*state, "src/grub-2.12.tar.xz");
	struct recipe *r = load(*state, ENTRY);

	assert_false(r->grub.given);
	recipe_free(r);
	r = load(*state, ENTRY "grub: debian\n");
	assert_true(r->grub.given && r->grub.debian);
	recipe_free(r);
	r = load(*state, ENTRY "grub: {source: debian}\n");
	assert_true(r->grub.given && r->grub.debian);
	assert_null(r->grub.source.text);
	recipe_free(r);
	r = load(*state, ENTRY "grub: {source: src/grub-2.12.tar.xz}\n");
	assert_true(r->grub.given && !r->grub.debian);
	assert_string_equal(r->grub.source.text, path);
	assert_null(r->grub.sha256.text);
	recipe_free(r);
	r = load(*state, ENTRY "grub: {sha256: " DIGITS ", source: HTTPS://x.org/grub.tar.xz}\n");
	assert_string_equal(r->grub.source.text, "HTTPS://x.org/grub.tar.xz");
	assert_string_equal(r->grub.sha256.text, DIGITS);
	recipe_free(r);
	r = load(*state, ENTRY "grub: {source: \"file:/x/grub.tar.xz\", sha256: "
			       "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF}"
			       "\n");
	assert_string_equal(r->grub.source.text, "file:/x/grub.tar.xz");
	assert_string_equal(r->grub.sha256.text, DIGITS);
	assert_false(r->grub.stock_protocols);
	recipe_free(r);
	/* whose protocols it has is no source */
	r = load(*state, ENTRY "grub: {protocols: stock}\n");
	assert_true(!r->grub.given && r->grub.stock_protocols);
	recipe_free(r);
	r = load(*state, ENTRY "grub: {protocols: mkboot}\n");
	assert_false(r->grub.given || r->grub.stock_protocols);
	recipe_free(r);
	r = load(*state, ENTRY "grub: {source: debian, protocols: stock}\n");
	assert_true(r->grub.given && r->grub.debian && r->grub.stock_protocols);
	recipe_free(r);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_drives_the_card),
		cmocka_unit_test(a_list_of_cards),
		cmocka_unit_test(the_network_as_grub_uses_it),
		cmocka_unit_test(a_fixed_address),
		cmocka_unit_test(diskless_outputs),
		cmocka_unit_test(an_entry_from_the_network),
		cmocka_unit_test(where_grub_comes_from),
	};

	return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
