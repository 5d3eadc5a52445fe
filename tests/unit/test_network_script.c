/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "base/exec.h"
#include "grub/grub.h"
#include "grub/menu.h"
#include "nic/nic.h"

/* The script that brings the network up: which images have it, and what is in it. */

#define BIOS   PLATFORM_BIOS
#define UEFI64 PLATFORM_UEFI64

struct fixture {
	struct recipe_entry entries[2];
	struct plan_entry planned[2];
	struct payload files[2];
	struct recipe recipe;
	struct plan plan;
};

/* Two entries, the second of which is always fetched. */
static void fixture_make(struct fixture *f)
{
	static char names[2][16] = {"boot/near.elf", "boot/far.elf"};
	static char titles[2][8] = {"Near", "Far"}, name[] = "secretname";

	*f = (struct fixture){0};
	for (size_t i = 0; i < 2; i++) {
		f->entries[i].title.text = titles[i];
		f->planned[i].recipe = &f->entries[i];
		f->planned[i].kernel.protocol = PROTOCOL_MULTIBOOT;
		f->planned[i].kernel.platforms = PLATFORM_ALL;
		f->planned[i].kernel_file = i;
		f->files[i].name = names[i];
		f->files[i].local = i == 0;
	}
	f->entries[1].network = true;
	f->recipe.name = name;
	f->recipe.menu.entries = f->entries;
	f->recipe.menu.n_entries = 2;
	f->recipe.network.drivers = nic_find("rtl8139");
	f->plan = (struct plan){.recipe = &f->recipe,
				.files = f->files,
				.n_files = 2,
				.entries = f->planned,
				.n_entries = 2};
}

/* Script and menu of an image, as GRUB gets them; for free(). */
static char *script(const struct fixture *f, enum platform p, enum grub_medium medium)
{
	struct strbuf b = {0};

	assert_int_equal(grub_network_script(&f->plan, p, medium, &b), MK_OK);
	assert_int_equal(grub_menu(&f->plan, p, medium, NULL, &b), MK_OK);
	return strbuf_take(&b);
}

static bool has(const struct fixture *f, enum platform p, enum grub_medium medium, const char *text)
{
	char *s = script(f, p, medium);
	bool found = strstr(s, text) != NULL;

	free(s);
	return found;
}

static void test_which_images(void **state)
{
	static const char start[] = "function mkboot_net";
	struct fixture f;

	(void)state;
	fixture_make(&f);
	assert_true(has(&f, BIOS, GRUB_DISKLESS_CD, start));
	assert_true(has(&f, BIOS, GRUB_DISKLESS_FLOPPY, start));
	assert_true(has(&f, BIOS, GRUB_NET, start));
	assert_true(has(&f, BIOS, GRUB_ISO, start));
	assert_true(has(&f, BIOS, GRUB_FLOPPY, start));
	assert_true(has(&f, UEFI64, GRUB_ISO, start));
	assert_false(has(&f, UEFI64, GRUB_NET, start)); /* the firmware's, as ever */
	assert_true(has(&f, UEFI64, GRUB_HTTP, start));
	assert_false(grub_needs_drivers(&f.plan, UEFI64, GRUB_HTTP));
	assert_false(grub_needs_drivers(&f.plan, UEFI64, GRUB_ISO));
	assert_true(grub_needs_drivers(&f.plan, BIOS, GRUB_ISO));
	/* no entry there that is fetched */
	f.entries[1].network = false;
	assert_false(has(&f, BIOS, GRUB_ISO, "mkboot"));
	assert_false(has(&f, UEFI64, GRUB_ISO, "mkboot"));
	assert_false(grub_needs_drivers(&f.plan, BIOS, GRUB_ISO));
	assert_true(grub_needs_drivers(&f.plan, BIOS, GRUB_NET));
	/* an NBP that the firmware serves alone */
	f.recipe.network.drivers = 0;
	assert_false(has(&f, BIOS, GRUB_NET, "mkboot"));
	assert_false(grub_needs_drivers(&f.plan, BIOS, GRUB_NET));
}

static void test_protocols(void **state)
{
	/* what a menu has to do with the network, and what only looks like it */
	static char *const uses[] = {
		"net_bootp\n",         "net_add_addr a efinet0 10.0.0.2\n", "insmod tftp\n",
		"set root=(http,a)\n", "set root='tftp,10.0.0.1'\n",        "insmod dhcp\n",
	};
	static char *const not [] = {
		"linux /boot/vmlinuz url=http://example.org/x tftpd=1\n",
		"multiboot /httpd.elf network net\n",
		"",
	};
	struct fixture f;

	(void)state;
	fixture_make(&f);
	assert_true(grub_needs_protocols(&f.plan, BIOS, GRUB_ISO));
	assert_true(grub_network_asks_dhcp(&f.plan, BIOS, GRUB_ISO));
	f.entries[1].network = false;
	assert_false(grub_needs_protocols(&f.plan, BIOS, GRUB_ISO));
	assert_false(grub_needs_protocols(&f.plan, UEFI64, GRUB_FLOPPY));
	assert_true(grub_needs_protocols(&f.plan, BIOS, GRUB_DISKLESS_CD));
	assert_true(grub_needs_protocols(&f.plan, UEFI64, GRUB_HTTP));
	/* the firmware has asked already */
	f.recipe.network.drivers = 0;
	assert_true(grub_needs_protocols(&f.plan, BIOS, GRUB_NET));
	assert_true(grub_needs_protocols(&f.plan, UEFI64, GRUB_NET));
	assert_false(grub_network_asks_dhcp(&f.plan, UEFI64, GRUB_NET));
	assert_true(grub_network_asks_dhcp(&f.plan, UEFI64, GRUB_HTTP));
	f.recipe.network.address.ip = (struct ipv4){.addr = 0xC0A84D3C, .set = true};
	assert_false(grub_network_asks_dhcp(&f.plan, UEFI64, GRUB_HTTP));
	for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
		f.plan.menu_text = uses[i];
		if (!grub_needs_protocols(&f.plan, BIOS, GRUB_ISO))
			fail_msg("%s", uses[i]);
	}
	for (size_t i = 0; i < sizeof not / sizeof not [0]; i++) {
		f.plan.menu_text = not [i];
		if (grub_needs_protocols(&f.plan, BIOS, GRUB_ISO))
			fail_msg("%s", not [i]);
	}
	f.plan.menu_text = uses[0];
	f.recipe.grub.stock_protocols = true;
	assert_false(grub_needs_protocols(&f.plan, BIOS, GRUB_ISO));
	assert_false(grub_needs_protocols(&f.plan, BIOS, GRUB_NET));
}

static void test_entries(void **state)
{
	struct fixture f;

	(void)state;
	fixture_make(&f);
	/* what the medium carries, it loads from itself */
	assert_true(has(&f, BIOS, GRUB_ISO, "\n  multiboot \"$base/boot/near.elf\"\n"));
	assert_true(has(&f, BIOS, GRUB_ISO, "  if mkboot_net boot/far.elf; then\n"));
	assert_true(has(&f, BIOS, GRUB_ISO, "multiboot \"$mkboot_base/boot/far.elf\""));
	assert_true(has(&f, BIOS, GRUB_ISO, "  set root=$mkboot_root\n"));
	/* and without files of its own, nothing */
	assert_true(has(&f, BIOS, GRUB_DISKLESS_CD, "  if mkboot_net boot/near.elf; then\n"));
	assert_true(has(&f, BIOS, GRUB_DISKLESS_CD, "multiboot \"$base/boot/far.elf\""));
	assert_false(has(&f, BIOS, GRUB_DISKLESS_CD, "mkboot_root"));
}

static void test_addresses(void **state)
{
	struct fixture f;
	struct recipe_network *w = &f.recipe.network;

	(void)state;
	fixture_make(&f);
	assert_true(has(&f, BIOS, GRUB_DISKLESS_CD, "net_bootp"));
	assert_true(has(&f, BIOS, GRUB_DISKLESS_CD, "_dhcp_next_server"));
	assert_false(has(&f, BIOS, GRUB_DISKLESS_CD, "0.0.0.0/0"));
	assert_true(has(&f, BIOS, GRUB_DISKLESS_CD, "set mkboot_path=secretname\n"));
	w->server = (struct ipv4){.addr = 0xC0A84D01, .set = true};
	w->router = (struct ipv4){.addr = 0xC0A84DFE, .set = true};
	w->http = true;
	assert_true(has(&f, BIOS, GRUB_DISKLESS_CD, "set mkboot_server=192.168.77.1\n"));
	assert_false(has(&f, BIOS, GRUB_DISKLESS_CD, "mkboot_from"));
	/* HTTP boot: by HTTP whatever the recipe's protocol, and first from where it came from */
	w->http = false;
	assert_true(has(&f, UEFI64, GRUB_HTTP, "set root=$mkboot_from\n"));
	assert_true(has(&f, UEFI64, GRUB_HTTP, "set mkboot_server=192.168.77.1\n"));
	assert_true(has(&f, UEFI64, GRUB_HTTP, "root=\"http,$mkboot_server\""));
	w->http = true;
	assert_false(has(&f, BIOS, GRUB_DISKLESS_CD, "_dhcp_next_server"));
	assert_true(has(&f, BIOS, GRUB_DISKLESS_CD,
			"net_del_route $1:dhcp:default\n"
			"  net_add_route $1:dhcp:default 0.0.0.0/0 gw 192.168.77.254\n"));
	assert_true(has(&f, BIOS, GRUB_DISKLESS_CD, "root=\"http,$mkboot_server\""));
	w->subnet = (struct ipv4){.addr = 0xC0A84D00, .set = true};
	w->prefix = 25;
	w->address.ip = (struct ipv4){.addr = 0xC0A84D3C, .set = true};
	assert_false(has(&f, BIOS, GRUB_DISKLESS_CD, "net_bootp $1"));
	assert_true(has(&f, BIOS, GRUB_DISKLESS_CD, "net_add_addr $1:fixed $1 192.168.77.60;"));
	assert_true(has(&f, BIOS, GRUB_DISKLESS_CD,
			"net_del_route $1:fixed:local\n"
			"  net_add_route $1:fixed:local 192.168.77.0/25 $1:fixed\n"));
	assert_false(has(&f, BIOS, GRUB_DISKLESS_CD, "0.0.0.0/0"));
}

static void test_nbp(void **state)
{
	static char path[] = "some/where";
	struct fixture f;

	(void)state;
	fixture_make(&f);
	assert_false(has(&f, BIOS, GRUB_NET, "pxe"));
	assert_true(has(&f, BIOS, GRUB_NET, "regexp"));
	f.recipe.network.firmware = true;
	assert_true(has(&f, BIOS, GRUB_NET, "net_del_addr pxe\n"));
	assert_false(has(&f, BIOS, GRUB_DISKLESS_CD, "pxe"));
	f.recipe.network.path.text = path;
	assert_false(has(&f, BIOS, GRUB_NET, "regexp"));
	assert_true(has(&f, BIOS, GRUB_NET, "set mkboot_path=some/where\n"));
}

/* What is said goes to a serial port, where a test looks for the recipe's own words; and a line
 * of more than 80 characters would be broken in two. */
static void test_messages(void **state)
{
	struct fixture f;
	char *all, *save = NULL;
	size_t n = 0;

	(void)state;
	fixture_make(&f);
	f.recipe.network.http = true;
	all = script(&f, BIOS, GRUB_DISKLESS_CD);
	for (char *line = strtok_r(all, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		for (char *s = strchr(line, '"'); s != NULL; s = strchr(s, '"')) {
			char *end = strchr(s + 1, '"');
			bool said = strstr(line, "mkboot_say") != NULL || line[4] == ' ';

			assert_non_null(end);
			*end = '\0';
			if (said && strchr(s + 1, ' ') != NULL) {
				n++;
				assert_null(strstr(s + 1, "$mkboot_server"));
				assert_null(strstr(s + 1, "$mkboot_path"));
				assert_null(strstr(s + 1, "$base"));
				assert_true(strlen("[network] ") + strlen(s + 1) < 72);
			}
			s = end + 1;
		}
	}
	assert_true(n > 8);
	free(all);
}

/* A menu that is on a serial port has them there anyway. */
static void test_serial(void **state)
{
	static char own[] = "terminal_output serial\n", quiet[] = "menuentry x { true }\n";
	struct fixture f;

	(void)state;
	fixture_make(&f);
	assert_true(has(&f, BIOS, GRUB_DISKLESS_CD, "terminal_output --append serial"));
	f.recipe.menu.serial = true;
	assert_false(has(&f, BIOS, GRUB_DISKLESS_CD, "terminal_output --append serial"));
	f.recipe.menu.serial = false;
	f.plan.menu_text = quiet;
	f.plan.n_entries = 0;
	assert_true(has(&f, BIOS, GRUB_DISKLESS_CD, "\nmkboot_net\nmenuentry"));
	f.plan.menu_text = own;
	assert_true(has(&f, BIOS, GRUB_DISKLESS_CD, "  set mkboot_port=no\nfi\nterminal_output"));
}

/* GRUB's own parser takes all of them. */
static void test_parses(void **state)
{
	char *path = path_join(*state, "cfg"), *checker = exec_find("grub-script-check");
	const char *const argv[] = {"grub-script-check", path, NULL};
	struct fixture f;

	if (checker == NULL) {
		free(path);
		skip();
	}
	free(checker);
	fixture_make(&f);
	for (unsigned bits = 0; bits < 128; bits++) {
		struct recipe_network *w = &f.recipe.network;
		struct strbuf out = {0}, err = {0};
		char *text;

		w->firmware = (bits & 1) != 0;
		w->http = (bits & 2) != 0;
		w->server.set = (bits & 4) != 0;
		w->router.set = w->address.gateway.set = (bits & 8) != 0;
		w->dns.set = w->address.dns.set = (bits & 16) != 0;
		w->address.ip.set = (bits & 32) != 0;
		f.recipe.menu.serial = (bits & 64) != 0;
		for (size_t m = 0; m < GRUB_MEDIUM_COUNT; m++) {
			text = script(&f, m == GRUB_ISO && (bits & 1) != 0 ? UEFI64 : BIOS,
				      (enum grub_medium)m);
			assert_int_equal(fs_write(path, text, strlen(text)), 0);
			assert_int_equal(exec_try(argv, &out, &err), 0);
			free(text);
		}
		strbuf_free(&out);
		strbuf_free(&err);
	}
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which_images),
		cmocka_unit_test(test_protocols),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_nbp),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_serial),
		cmocka_unit_test_setup_teardown(test_parses, folder_setup, folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
