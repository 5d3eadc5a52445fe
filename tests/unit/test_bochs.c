/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "base/strbuf.h"
#include "vm/bochs.h"
#include "vm/network.h"

static struct recipe recipe = {.name = "demo"};

static const struct vm_job *job(const char *via, const char *nic)
{
	static struct vm_job j;

	j = (struct vm_job){.emulator = &vm_bochs,
			    .via = vm_via_find(via),
			    .nic = nic != NULL ? vm_nic_find(nic) : NULL,
			    .entry = VM_ENTRY_DEFAULT};
	return &j;
}

/* WORDS NULL: it is fit. */
static void unfit(const struct vm_job *j, const char *words)
{
	char *why = vm_bochs.unfit(j, &recipe);

	if (words == NULL) {
		assert_null(why);
	} else {
		assert_non_null(why);
		assert_non_null(strstr(why, words));
	}
	free(why);
}

static void reset_recipe(void)
{
	recipe.test = (struct recipe_test){.memory = 64, .cpus = 1, .timeout = 1};
	recipe.network = (struct recipe_network){0};
}

static void set(struct ipv4 *ip, const char *text)
{
	ip->set = ipv4_parse(text, &ip->addr);
	assert_true(ip->set);
}

static void test_ways(void **state)
{
	struct vm_job entry = *job("cd-bios", NULL);

	(void)state;
	reset_recipe();
	unfit(job("cd-bios", NULL), NULL);
	unfit(job("floppy", NULL), NULL);
	unfit(job("diskless-floppy", "ne2k_pci"), NULL);
	unfit(job("diskless-cd", "ne2k_isa"), NULL);
	unfit(job("diskless-cd", "rtl8139"), "no network card rtl8139");
	unfit(job("pxe-bios", "ne2k_pci"), "no PXE ROM");
	unfit(job("cd-uefi64", NULL), "no UEFI firmware");
	unfit(job("pxe-uefi32", "ne2k_pci"), "no UEFI firmware");
	unfit(job("usb-bios", NULL), "does not boot from USB");
	entry.entry = 0;
	unfit(&entry, "keys cannot be pressed");
	recipe.test.memory = 2048;
	unfit(job("cd-bios", NULL), "2048 MiB");
}

static void test_status(void **state)
{
	static char text[] = "done";

	(void)state;
	reset_recipe();
	recipe.test.has_exit = true;
	unfit(job("cd-bios", NULL), "Bochs cannot be ended with a status: give test.expect");
	recipe.test.expect.written = text;
	unfit(job("cd-bios", NULL), NULL);
}

static void test_networks(void **state)
{
	struct recipe_network *w = &recipe.network;

	(void)state;
	reset_recipe();
	set(&w->server, "10.1.2.255");
	unfit(job("diskless-cd", "ne2k_pci"), "a /24");
	set(&w->server, "10.1.2.3");
	unfit(job("diskless-cd", "ne2k_pci"), NULL);
	set(&w->range_first, "10.1.3.100");
	/* one that GRUB is not told can be another */
	unfit(job("diskless-cd", "ne2k_pci"), NULL);
	set(&w->address.ip, "10.1.3.100");
	unfit(job("diskless-cd", "ne2k_pci"), "not in one /24");
	set(&w->address.ip, "10.1.2.200");
	unfit(job("diskless-cd", "ne2k_pci"), NULL);
	w->http = true;
	unfit(job("diskless-cd", "ne2k_pci"), "no web server");
	/* what has no network does not mind */
	unfit(job("cd-bios", NULL), NULL);
}

static void vnet_is(const char *expected)
{
	struct vm_setup s = {.via = vm_via_find("diskless-cd"), .recipe = &recipe};
	struct bochs_network net;
	struct strbuf out = {0};

	assert_null(bochs_network_plan(s.via, &recipe, &net));
	bochs_write_vnet(&net, &s, &out);
	assert_string_equal(out.data, expected);
	strbuf_free(&out);
}

static void test_vnet(void **state)
{
	static char path[] = "boot/images";

	(void)state;
	reset_recipe();
	vnet_is("# vnet config\nbootfile = demo/bios.0\n");
	set(&recipe.network.server, "192.168.77.254");
	recipe.network.path.text = path;
	vnet_is("# vnet config\nbootfile = boot/images/bios.0\nnet = 192.168.77.0\n"
		"host = 192.168.77.254\ndhcpstart = 192.168.77.15\ndns = 192.168.77.253\n"
		"ftp = 192.168.77.252\n");
	set(&recipe.network.server, "10.0.0.15");
	vnet_is("# vnet config\nbootfile = boot/images/bios.0\nnet = 10.0.0.0\nhost = 10.0.0.15\n"
		"dhcpstart = 10.0.0.16\ndns = 10.0.0.254\nftp = 10.0.0.253\n");
}

/* One line of the configuration; NULL in FILES' ROM: no screen. */
static void has_line(const struct strbuf *rc, const char *line)
{
	char *whole = mem_printf("\n%s\n", line);

	if (strstr(rc->data, whole) == NULL)
		fail_msg("no line \"%s\" in:\n%s", line, rc->data);
	free(whole);
}

static const struct bochs_files files = {"medium", "tftp", "vnet", "serial",
					 "screen", "rom",  "log"};

static void test_rc(void **state)
{
	struct vm_setup s = {.via = vm_via_find("diskless-cd"),
			     .nic = vm_nic_find("ne2k_pci"),
			     .recipe = &recipe,
			     .memory = 96,
			     .cpus = 2};
	struct bochs_files bare = files;
	struct strbuf rc = {0};

	(void)state;
	reset_recipe();
	bochs_write_rc(&s, &files, "term", &rc);
	assert_memory_equal(rc.data, "display_library: term\n", 22);
	has_line(&rc, "memory: guest=96, host=96");
	has_line(&rc, "cpu: count=2, ips=10000000, reset_on_triple_fault=0");
	has_line(&rc, "pci: enabled=1, chipset=i440fx, slot1=ne2k");
	has_line(&rc, "ne2k: type=pci, mac=52:54:00:12:34:56, ethmod=vnet, ethdev=\"tftp\", "
		      "script=\"vnet\"");
	has_line(&rc, "ata0-master: type=cdrom, path=\"medium\", status=inserted");
	has_line(&rc, "boot: cdrom");
	has_line(&rc, "com1: enabled=1, mode=file, dev=\"serial\"");
	has_line(&rc, "parport1: enabled=1, file=\"screen\"");
	has_line(&rc, "optromimage1: file=\"rom\", address=0xd0000");
	has_line(&rc, "port_e9_hack: enabled=1");
	has_line(&rc, "log: \"log\"");
	strbuf_free(&rc);

	bare.rom = NULL;
	s.via = vm_via_find("floppy");
	s.nic = NULL;
	bochs_write_rc(&s, &bare, "x", &rc);
	has_line(&rc, "floppya: image=\"medium\", status=inserted, write_protected=1");
	has_line(&rc, "boot: floppy");
	has_line(&rc, "pci: enabled=1, chipset=i440fx");
	assert_null(strstr(rc.data, "ne2k"));
	assert_null(strstr(rc.data, "ata0"));
	assert_null(strstr(rc.data, "optrom"));
	strbuf_free(&rc);

	s.nic = vm_nic_find("ne2k_isa");
	bochs_write_rc(&s, &files, "term", &rc);
	has_line(&rc, "pci: enabled=1, chipset=i440fx");
	assert_non_null(strstr(rc.data, "\nne2k: type=isa, ioaddr=0x300, irq=10, mac="));
	strbuf_free(&rc);
}

/* PnP BIOS 1.0A §3.2: signature, length in 512 bytes, checksum. The handler that the vector is
 * set to is where the code has it. */
static void test_rom(void **state)
{
	struct strbuf rom = {0};
	unsigned char sum = 0;

	(void)state;
	bochs_write_rom(&rom);
	assert_int_equal(rom.len, 512);
	assert_memory_equal(rom.data, "\x55\xaa\x01", 3);
	for (size_t i = 0; i < rom.len; i++)
		sum = (unsigned char)(sum + (unsigned char)rom.data[i]);
	assert_int_equal(sum, 0);
	assert_memory_equal(rom.data + 0x18, "\x20\x00", 2);
	assert_memory_equal(rom.data + 0x1f, "\xcb\x50\x80\xfc\x0e", 5);
	strbuf_free(&rom);
}

static void test_named(void **state)
{
	(void)state;
	assert_ptr_equal(vm_emulator_find("bochs"), &vm_bochs);
	assert_string_equal(vm_emulator_name(&vm_bochs), "bochs");
	assert_true(vm_bochs.no_exit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ways),     cmocka_unit_test(test_status),
		cmocka_unit_test(test_networks), cmocka_unit_test(test_vnet),
		cmocka_unit_test(test_rc),       cmocka_unit_test(test_rom),
		cmocka_unit_test(test_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
