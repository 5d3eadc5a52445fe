/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network that a machine is put into, and the cards it may have. */
#include "testing.h"

#include <sys/stat.h>

#include "nic/nic.h"
#include "vm/network.h"

static struct ipv4 ip(const char *text)
{
	struct ipv4 a = {.set = true};

	assert_true(ipv4_parse(text, &a.addr));
	return a;
}

/* 192.168.1.0/24, the server 192.168.1.2, one driver. */
static struct recipe recipe(void)
{
	static char name[] = "demo";
	struct recipe r = {.name = name};

	r.network = (struct recipe_network){
		.given = true,
		.server = ip("192.168.1.2"),
		.subnet = ip("192.168.1.0"),
		.prefix = 24,
		.range_first = ip("192.168.1.100"),
		.range_last = ip("192.168.1.199"),
		.drivers = nic_find("rtl8139"),
	};
	return r;
}

/* QEMU's arguments for the network, joined by spaces. In place of what differs from run to run,
 * "PID" and "FD". */
static void arguments(const struct recipe *r, const char *via, const char *nic, const char *want)
{
	struct vm_network net;
	const struct vm_setup s = {.via = vm_via_find(via),
				   .nic = vm_nic_find(nic),
				   .dir = "out/de,mo",
				   .recipe = r,
				   .network = &net};
	struct vm_argv argv = {0};
	struct strbuf line = {0};
	char *pid, *fixed;

	assert_int_equal(vm_network_plan(s.via, r, &net), MK_OK);
	net.tftp = mem_dup("out/de,mo/tftp");
	vm_network_attach(&s, &argv);
	for (size_t i = 0; i < argv.n; i++)
		strbuf_addf(&line, "%s%s", i > 0 ? " " : "", argv.items[i]);
	pid = mem_printf("/proc/%ld/", (long)getpid());
	fixed = line.data;
	for (char *at; (at = strstr(fixed, pid)) != NULL; fixed = at + 6) {
		memmove(at + 6, at + strlen(pid) - 1, strlen(at + strlen(pid) - 1) + 1);
		memcpy(at, "/proc/", 6);
	}
	assert_string_equal(line.data, want);
	free(pid);
	strbuf_free(&line);
	vm_argv_free(&argv);
	vm_network_close(&net);
}

#define TFTP "-netdev user,id=net,restrict=on,tftp=out/de,,mo/tftp"

static void test_arguments(void **state)
{
	struct recipe r = recipe(), plain = {.name = (char[]){"demo"}};

	(void)state;
	plain.network.firmware = true;
	/* no network in the recipe: QEMU's own */
	arguments(&plain, "pxe-bios", "e1000",
		  TFTP ",bootfile=demo/bios.0 -device e1000,netdev=net,bootindex=0");
	arguments(&plain, "pxe-uefi32", "virtio-net-pci",
		  TFTP ",bootfile=demo/uefi32.efi "
		       "-device virtio-net-pci,netdev=net,bootindex=0,romfile= "
		       "-device virtio-rng-pci");
	/* UEFI, with the driver in the card's ROM */
	arguments(&plain, "pxe-uefi64", "e1000",
		  TFTP ",bootfile=demo/uefi64.efi -device e1000,netdev=net,bootindex=0 "
		       "-device virtio-rng-pci");
	/* a medium whose GRUB fetches: OVMF is to connect the card */
	arguments(&r, "cd-uefi64", "virtio-net-pci",
		  TFTP ",net=192.168.1.0/24,host=192.168.1.2,dns=192.168.1.0,"
		       "dhcpstart=192.168.1.100 "
		       "-device virtio-net-pci,netdev=net,bootindex=1,romfile= "
		       "-device virtio-rng-pci");
	/* a recipe's, but what is loaded from is DHCP's */
	arguments(&r, "pxe-uefi64", "virtio-net-pci",
		  TFTP ",bootfile=demo/uefi64.efi "
		       "-device virtio-net-pci,netdev=net,bootindex=0,romfile= "
		       "-device virtio-rng-pci");
	/* GRUB's own drivers: no ROM, the recipe's addresses */
	arguments(&r, "diskless-floppy", "rtl8139",
		  TFTP ",net=192.168.1.0/24,host=192.168.1.2,dns=192.168.1.0,"
		       "dhcpstart=192.168.1.100 -device rtl8139,netdev=net,romfile=");
	arguments(&r, "diskless-cd", "ne2k_isa",
		  TFTP ",net=192.168.1.0/24,host=192.168.1.2,dns=192.168.1.0,"
		       "dhcpstart=192.168.1.100 -device ne2k_isa,netdev=net,iobase=0x300,irq=10");
	arguments(&r, "diskless-cd", "virtio-net-pci-legacy",
		  TFTP ",net=192.168.1.0/24,host=192.168.1.2,dns=192.168.1.0,"
		       "dhcpstart=192.168.1.100 "
		       "-device virtio-net-pci,netdev=net,disable-modern=on,romfile=");
	/* an NBP with a driver of its own goes to the recipe's server, too */
	arguments(&r, "pxe-bios", "rtl8139",
		  TFTP ",bootfile=demo/bios.0,net=192.168.1.0/24,host=192.168.1.2,dns=192.168.1.0,"
		       "dhcpstart=192.168.1.100 -device rtl8139,netdev=net,bootindex=0");
	/* HTTP boot: the recipe's server is the web server, and the variables name the URL */
	arguments(&r, "http-uefi64", "virtio-net-pci",
		  "-netdev user,id=net,restrict=on,net=192.168.1.0/24,host=192.168.1.254,"
		  "dns=192.168.1.0,dhcpstart=192.168.1.100,"
		  "guestfwd=tcp:192.168.1.2:80-cmd:/proc//exe test --guest-http "
		  "/proc//fd/-1 demo -device virtio-net-pci,netdev=net,romfile= "
		  "-device virtio-rng-pci");
	/* the folder on the server */
	r.network.path.text = (char[]){"boot/ace"};
	arguments(&r, "pxe-bios", "rtl8139",
		  TFTP ",bootfile=boot/ace/bios.0,net=192.168.1.0/24,host=192.168.1.2,"
		       "dns=192.168.1.0,dhcpstart=192.168.1.100 "
		       "-device rtl8139,netdev=net,bootindex=0");
	/* the server's address is a web server's, and QEMU's own server has another */
	r.network.http = true;
	arguments(&r, "diskless-floppy", "rtl8139",
		  TFTP ",net=192.168.1.0/24,host=192.168.1.254,dns=192.168.1.0,"
		       "dhcpstart=192.168.1.100,"
		       "guestfwd=tcp:192.168.1.2:80-cmd:/proc//exe test --guest-http "
		       "/proc//fd/-1 boot/ace -device rtl8139,netdev=net,romfile=");
}

/* What the plan makes of the network of R, as "SUBNET/PREFIX host client http". */
static void plan(const struct recipe *r, const char *want)
{
	struct vm_network net;
	char *got;

	assert_int_equal(vm_network_plan(vm_via_find("diskless-cd"), r, &net), MK_OK);
	got = net.shaped ? mem_printf("%s/%u %s %s %s", ipv4_text(net.subnet).text, net.prefix,
				      ipv4_text(net.host).text, ipv4_text(net.client).text,
				      ipv4_text(net.http).text)
			 : mem_dup("as it is");
	assert_string_equal(got, want);
	free(got);
}

static void plan_fails(const struct recipe *r, const char *want)
{
	struct vm_network net;
	struct caught c;

	catch_begin(&c);
	assert_int_equal(vm_network_plan(vm_via_find("diskless-cd"), r, &net), MK_BAD_INPUT);
	catch_end(&c);
	if (strstr(c.text, want) == NULL)
		fail_msg("no \"%s\" in: %s", want, c.text);
	free(c.text);
}

static void test_plan(void **state)
{
	struct recipe_host hosts[2] = {{.ip = ip("192.168.1.100")}, {.ip = ip("192.168.1.101")}};
	struct recipe r = recipe();
	struct recipe_network *w = &r.network;

	(void)state;
	plan(&r, "192.168.1.0/24 192.168.1.2 192.168.1.100 0.0.0.0");
	/* nobody else's address is given out: hosts, the fixed one */
	w->hosts = hosts;
	w->n_hosts = 2;
	w->address.ip = ip("192.168.1.102");
	plan(&r, "192.168.1.0/24 192.168.1.2 192.168.1.103 0.0.0.0");
	/* nor taken by QEMU's own server */
	w->http = true;
	w->router = ip("192.168.1.254");
	plan(&r, "192.168.1.0/24 192.168.1.1 192.168.1.103 192.168.1.2");

	/* no subnet given, no server given, neither */
	r = recipe();
	w->subnet = w->range_first = w->range_last = (struct ipv4){0};
	plan(&r, "192.168.1.0/24 192.168.1.2 192.168.1.15 0.0.0.0");
	r = recipe();
	w->server = (struct ipv4){0};
	plan(&r, "192.168.1.0/24 192.168.1.254 192.168.1.100 0.0.0.0");
	w->range_first = ip("192.168.1.254"); /* QEMU's own server does not take it */
	plan(&r, "192.168.1.0/24 192.168.1.1 192.168.1.254 0.0.0.0");
	w->subnet = w->range_first = w->range_last = (struct ipv4){0};
	plan(&r, "as it is");

	/* the smallest subnets */
	r = recipe();
	w->prefix = 30;
	w->range_first = w->range_last = ip("192.168.1.1");
	plan(&r, "192.168.1.0/30 192.168.1.2 192.168.1.1 0.0.0.0");
	w->address.ip = ip("192.168.1.1");
	plan(&r, "192.168.1.0/30 192.168.1.2 192.168.1.1 0.0.0.0");
	w->address.ip = (struct ipv4){0};
	w->http = true;
	plan_fails(&r, "no address left");
	w->prefix = 29;
	plan(&r, "192.168.1.0/29 192.168.1.6 192.168.1.1 192.168.1.2");
	/* the largest, and one that is too large for QEMU */
	r = recipe();
	w->prefix = 4;
	w->subnet = ip("192.0.0.0");
	plan(&r, "192.0.0.0/4 192.168.1.2 192.168.1.100 0.0.0.0");
	w->prefix = 3;
	plan_fails(&r, "/4");

	/* a server that a router leads to */
	r = recipe();
	w->server = ip("192.168.2.2");
	plan_fails(&r, "the server is not in the subnet");
	w->server = ip("192.168.1.255");
	plan_fails(&r, "the server is not in the subnet");
}

/* The folder on the server that a link leads from, and that it is gone afterwards. */
static void test_folder(void **state)
{
	char *tree = path_join(*state, "tftp/demo/boot"), *file = path_join(tree, "k.elf");
	struct recipe r = recipe();
	struct vm_network net = {.tree = -1, .root = "tftp"};
	char *through, *scratch;

	assert_int_equal(fs_mkdirs(tree), 0);
	assert_int_equal(fs_write(file, "x", 1), 0);
	assert_int_equal(vm_network_open(&net, *state, &r), MK_OK);
	assert_null(net.scratch);
	assert_int_equal(faccessat(net.tree, "boot/k.elf", R_OK, 0), 0);
	vm_network_close(&net);
	assert_int_equal(net.tree, -1);

	r.network.path.text = (char[]){"boot/ace"};
	assert_int_equal(vm_network_open(&net, *state, &r), MK_OK);
	assert_string_equal(net.tftp, net.scratch);
	scratch = mem_dup(net.scratch);
	through = path_join(scratch, "boot/ace/boot/k.elf");
	assert_true(fs_exists(through));
	vm_network_close(&net);
	assert_false(fs_exists(scratch));
	assert_true(fs_exists(file));
	free(through);
	free(scratch);
	free(file);
	free(tree);
}

/* The names of the cards that fit, by spaces. */
static char *fitting(const char *via, const struct recipe *r)
{
	struct strbuf b = {0};

	strbuf_adds(&b, "");
	for (size_t i = 0; i < vm_n_nics; i++) {
		char *why = vm_nic_unfit(&vm_nics[i], vm_via_find(via), r);

		if (why == NULL)
			strbuf_addf(&b, "%s%s", b.len > 0 ? " " : "", vm_nics[i].name);
		free(why);
	}
	return b.data != NULL ? strbuf_take(&b) : mem_dup("");
}

static void fits(const char *via, const struct recipe *r, const char *want, const char *usual)
{
	const struct vm_nic *nic = vm_nic_default(vm_via_find(via), r);
	char *got = fitting(via, r);

	assert_string_equal(got, want);
	if (usual != NULL)
		assert_string_equal(nic->name, usual);
	else
		assert_null(nic);
	free(got);
}

#define FIRST "rtl8139 e1000 e1000-82544gc e1000-82545em e1000e "
#define I825X                                                                            \
	"i82550 i82551 i82557a i82557b i82557c i82558a i82558b i82559a i82559b i82559c " \
	"i82559er i82562 i82801 "
#define VIRTIO "virtio-net-pci virtio-net-pci-legacy virtio-net-pci-modern "

static void test_cards(void **state)
{
	struct recipe r = recipe();
	char *why;

	(void)state;
	fits("diskless-cd", &r, "rtl8139", "rtl8139");
	/* an NBP for that card only; one with UNDI, too; with UNDI alone */
	fits("pxe-bios", &r, "rtl8139", "rtl8139");
	r.network.firmware = true;
	fits("pxe-bios", &r, FIRST I825X "ne2k_pci pcnet " VIRTIO "vmxnet3", "e1000");
	r.network.drivers = 0;
	fits("pxe-bios", &r, FIRST I825X "ne2k_pci pcnet " VIRTIO "vmxnet3", "e1000");
	/* UEFI's GRUB has no drivers */
	fits("pxe-uefi64", &r, FIRST "ne2k_pci pcnet " VIRTIO "vmxnet3", "virtio-net-pci");
	fits("cd-uefi64", &r, FIRST "ne2k_pci pcnet " VIRTIO "vmxnet3", "virtio-net-pci");
	fits("pxe-uefi32", &r, "virtio-net-pci virtio-net-pci-legacy virtio-net-pci-modern",
	     "virtio-net-pci");
	fits("diskless-cd", &r, "", NULL);
	why = vm_nic_unfit(vm_nic_find("tulip"), vm_via_find("pxe-bios"), &r);
	assert_string_equal(why, "pxe-bios: QEMU has no PXE ROM for the card tulip that would boot "
				 "BIOS");
	free(why);
	r = recipe();
	why = vm_nic_unfit(vm_nic_find("e1000"), vm_via_find("diskless-cd"), &r);
	assert_string_equal(why, "diskless-cd: the image has no driver for the card e1000, only: "
				 "rtl8139; see the recipe's network.nic");
	free(why);
	assert_null(vm_nic_find("rtl8138"));
	assert_string_equal(vm_nic_nearest("rtl8138"), "rtl8139");
	assert_string_equal(vm_nic_find("virtio-net-pci-modern")->model, "virtio-net-pci");
}

/* Every model that a driver names is here to be tested with, and nothing that no driver knows. */
static void test_models(void **state)
{
	size_t n = 0;
	char **models = nic_models(nic_all(), &n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		if (vm_nic_find(models[i]) == NULL)
			fail_msg("%s is missing", models[i]);
		free(models[i]);
	}
	free(models);
	for (size_t i = 0; i < vm_n_nics; i++) {
		if (nic_find(vm_nics[i].model) == 0)
			fail_msg("no driver for %s", vm_nics[i].model);
	}
}

static void test_networked(void **state)
{
	struct recipe_entry entries[2] = {{.network = true}, {.network = false}};
	struct recipe r = {.menu = {.entries = entries, .n_entries = 2}};

	(void)state;
	assert_true(vm_via_networked(vm_via_find("pxe-bios"), &r));
	assert_true(vm_via_networked(vm_via_find("floppy"), &r));
	r.menu.default_entry = 1;
	assert_true(vm_via_networked(vm_via_find("diskless-cd"), &r));
	assert_false(vm_via_networked(vm_via_find("floppy"), &r));
	r.menu.n_entries = 0;
	assert_false(vm_via_networked(vm_via_find("cd-bios"), &r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_plan),
		cmocka_unit_test_setup_teardown(test_folder, folder_setup, folder_teardown),
		cmocka_unit_test(test_cards),
		cmocka_unit_test(test_models),
		cmocka_unit_test(test_networked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
