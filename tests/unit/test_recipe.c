/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recipe_fixture.h"

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	for (const char *s = strstr(text, word); s != NULL; s = strstr(s + 1, word))
		n++;
	return n;
}

static void reads_everything(void **state)
{
	struct recipe *r =
		load(*state,
		     "name: ace\n"
		     "menu:\n"
		     "  timeout: 3\n"
		     "  default: Ace OS (debug)\n"
		     "  hidden: true\n"
		     "  serial: {port: COM2, speed: 9600}\n"
		     "  entries:\n"
		     "    - title: Ace OS\n"
		     "      kernel: kernel.sys\n"
		     "      modules: [a.mod, {file: b.gz, args: \"x 'y' \\\\\", raw: true}]\n"
		     "    - title: Ace OS (debug)\n"
		     "      kernel: /abs/kernel.sys\n"
		     "      args: gdb_port=0x3f8\n"
		     "      protocol: multiboot\n"
		     "    - {title: L, kernel: l, initrd: [i1, {from: folder}]}\n"
		     "network:\n"
		     "  server: 192.168.1.2\n"
		     "  subnet: 192.168.1.0/24\n"
		     "  router: 192.168.1.1\n"
		     "  hosts: [{name: box, mac: \"52:54:00:12:34:56\", ip: 192.168.1.50}]\n"
		     "outputs: [iso, floppy: {size: 2880}, dhcp: {servers: [isc]}]\n"
		     "test: {expect: \"Ace\", reject: [panic, /BUG|Oops/], exit: 33, timeout: 30, "
		     "silence: 7, memory: 64, cpus: 2, via: [cd-bios, floppy]}\n");
	char *kernel = path_join(*state, "kernel.sys");

	assert_string_equal(r->name, "ace");
	assert_int_equal(r->menu.timeout, 3);
	assert_int_equal(r->menu.default_entry, 1);
	assert_true(r->menu.hidden);
	assert_true(r->menu.serial);
	assert_int_equal(r->menu.serial_unit, 1);
	assert_int_equal(r->menu.serial_speed, 9600);
	assert_int_equal(r->menu.n_entries, 3);
	assert_string_equal(r->menu.entries[0].kernel.text, kernel);
	assert_int_equal(r->menu.entries[0].kernel.at.line, 9);
	assert_int_equal(r->menu.entries[0].kernel.at.col, 15);
	assert_int_equal(r->menu.entries[0].n_modules, 2);
	assert_string_equal(r->menu.entries[0].modules[1].args.text, "x 'y' \\");
	assert_true(r->menu.entries[0].modules[1].raw);
	assert_string_equal(r->menu.entries[1].kernel.text, "/abs/kernel.sys");
	assert_int_equal(r->menu.entries[1].protocol, PROTOCOL_MULTIBOOT);
	assert_int_equal(r->menu.entries[2].n_initrds, 2);
	assert_null(r->menu.entries[2].initrds[1].file.text);
	assert_int_equal(r->network.server.addr, 0xc0a80102);
	assert_int_equal(r->network.prefix, 24);
	assert_int_equal(r->network.range_first.addr, 0xc0a80164);
	assert_int_equal(r->network.range_last.addr, 0xc0a801c7);
	assert_int_equal(r->network.hosts[0].mac[5], 0x56);
	assert_true(r->outputs[OUTPUT_ISO].wanted);
	assert_false(r->outputs[OUTPUT_TFTP].wanted);
	assert_int_equal(r->outputs[OUTPUT_FLOPPY].floppy_kb, 2880);
	assert_int_equal(r->outputs[OUTPUT_DHCP].servers, 4); /* the third of the table */
	assert_string_equal(r->test.expect.written, "Ace");
	assert_null(r->test.expect.regex);
	assert_int_equal(r->test.n_reject, 2);
	assert_string_equal(r->test.reject[0].written, "panic");
	assert_non_null(r->test.reject[1].regex);
	assert_true(r->test.has_exit);
	assert_int_equal(r->test.exit, 33);
	assert_int_equal(r->test.silence, 7);
	assert_int_equal(r->test.cpus, 2);
	free(kernel);
	recipe_free(r);
}

static void defaults(void **state)
{
	struct recipe *r = load(*state, "menu: {entries: [{title: A, kernel: a}]}\n");

	assert_string_equal(r->name, "r");
	assert_int_equal(r->menu.timeout, 0);
	assert_true(r->outputs[OUTPUT_ISO].wanted && r->outputs[OUTPUT_ISO].by_default);
	assert_true(r->outputs[OUTPUT_FLOPPY].wanted);
	assert_true(r->outputs[OUTPUT_TFTP].wanted);
	assert_false(r->outputs[OUTPUT_HTTP].wanted); /* asked for by name only */
	assert_false(r->outputs[OUTPUT_DHCP].wanted);
	assert_null(r->test.expect.written);
	assert_int_equal(r->test.n_reject, 0);
	assert_false(r->test.has_exit);
	assert_int_equal(r->test.timeout, 60);
	assert_int_equal(r->test.silence, 10);
	assert_int_equal(r->test.memory, 256);
	assert_int_equal(r->test.cpus, 1);
	recipe_free(r);
}

/* A number is a text to look for, too; one pattern needs no list. */
static void test_patterns(void **state)
{
	struct recipe *r = load(*state, ENTRY "test: {expect: 42, reject: \"/^oops: [0-9]+$/\"}\n");

	assert_string_equal(r->test.expect.written, "42");
	assert_int_equal(r->test.expect_at.line, 2);
	assert_int_equal(r->test.n_reject, 1);
	assert_true(pattern_found(&r->test.reject[0], "oops: 17", true));
	assert_false(pattern_found(&r->test.reject[0], "oops: 17", false));
	recipe_free(r);
}

/* What the command line's --only asks for has to have what it needs, too. */
static void outputs_asked_for_later(void **state)
{
	struct recipe *r = load_network(*state, "{server: 192.168.1.2}");
	struct caught c;

	assert_int_equal(recipe_check_outputs(r), MK_OK);
	r->outputs[OUTPUT_DHCP].wanted = r->outputs[OUTPUT_DISKLESS_CD].wanted = true;
	r->outputs[OUTPUT_DHCP].by_default = r->outputs[OUTPUT_DISKLESS_CD].by_default = false;
	catch_begin(&c);
	assert_int_equal(recipe_check_outputs(r), MK_BAD_INPUT);
	catch_end(&c);
	assert_non_null(strstr(c.text, "mkboot: error: the output 'dhcp' needs the network's "
				       "subnet; add subnet: 192.168.1.0/24 to it\n"));
	assert_non_null(strstr(c.text, "mkboot: error: the output 'diskless-cd' needs a network "
				       "driver"));
	free(c.text);
	recipe_free(r);
}

/* A value that is wrong has one error, not a second one for what it then lacks. */
static void one_mistake_one_error(void **state)
{
	static const char *const networks[] = {
		"{server: x, subnet: 10.0.0.0/8, protocol: http}",
		("{server: 10.0.0.2, subnet: x, router: 10.0.0.1, hosts: [{name: a, mac: "
		 "\"52:54:00:12:34:56\"}]}"),
		"{server: 10.0.0.2, subnet: 10.0.0.0/8, address: {ip: x}}",
		"{server: 10.0.0.2, subnet: 10.0.0.0/8, router: x, address: {ip: 10.0.0.3}}",
		"{server: 10.1.0.2, subnet: 10.0.0.0/24, address: {ip: 10.0.0.3, gateway: x}}",
		"{server: 10.0.0.2, subnet: 10.0.0.0/8, router: 11.0.0.1, address: {ip: 10.0.0.3}}",
		"{server: 10.0.0.2, subnet: 10.0.0.0/8, nic: rtl8193}",
	};

	for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
		char *text = mem_printf(ENTRY "network: %s\noutputs: [dhcp%s]\n", networks[i],
					strstr(networks[i], "nic") != NULL ? ", diskless-cd" : "");
		char *said = load_bad(*state, text);

		if (count(said, ": error: ") != 1)
			fail_msg("not one error for %s: %s", networks[i], said);
		free(said);
		free(text);
	}
}

static void own_menu(void **state)
{
	struct recipe *r = load(*state, "menu: my.cfg\n");
	char *path = path_join(*state, "my.cfg");

	assert_string_equal(r->menu.file.text, path);
	free(path);
	recipe_free(r);
}

static void a_kernel_is_no_recipe(void **state)
{
	struct recipe *r = NULL;

	(void)state;
	assert_int_equal(recipe_load("some/Kernel 2.elf.gz", &r), MK_OK);
	assert_string_equal(r->name, "Kernel_2");
	assert_null(r->file);
	assert_string_equal(r->menu.entries[0].kernel.text, "some/Kernel 2.elf.gz");
	recipe_free(r);
}

static void all_errors_are_reported(void **state)
{
	char *said = load_bad(*state, "menu:\n"
				      "  timeout: x\n"
				      "  tmeout: 3\n"
				      "  entries:\n"
				      "    - {title: \"a\\nb\", kernel: k}\n"
				      "    - {title: b}\n"
				      "nmae: x\n");

	assert_int_equal(count(said, ": error: "), 5);
	assert_non_null(strstr(said, "r.yaml:2:12: error: "));
	assert_non_null(strstr(said, "unknown key 'tmeout' in menu; did you mean 'timeout'?"));
	assert_non_null(strstr(said, "r.yaml:5:15: error: a newline cannot stand here"));
	assert_non_null(strstr(said, "a menu entry lacks the key 'kernel'"));
	assert_non_null(strstr(said, "did you mean 'name'?"));
	free(said);
}

static void the_caret_stands_under_the_value(void **state)
{
	char *said =
		load_bad(*state, "menu: {entries: [{title: Größe, kernel: k, protocol: linus}]}\n");

	assert_non_null(strstr(said,
			       "r.yaml:1:54: error: unknown protocol 'linus'; did you mean "
			       "'linux'?\n"
			       "menu: {entries: [{title: Größe, kernel: k, protocol: linus}]}\n"
			       "                                                     ^~~~~\n"));
	free(said);
}

static void nearest_names(void **state)
{
	static const char *const names[] = {"timeout", "default", "entries", "hidden"};

	(void)state;
	assert_string_equal(recipe_nearest("timout", names, 4), "timeout");
	assert_string_equal(recipe_nearest("TIMEOUT", names, 4), "timeout");
	assert_string_equal(recipe_nearest("hiddne", names, 4), "hidden");
	assert_null(recipe_nearest("kernel", names, 4));
	assert_null(recipe_nearest("", names, 4));
}

/* Hostile bytes in the place of a recipe: an answer, never a crash. */
static void survives_mutations(void **state)
{
	static const char seed[] =
		"name: a\nmenu: {timeout: 3, entries: [{title: \"A\", kernel: k, "
		"modules: [m, {file: x}]}]}\nnetwork: {server: 1.2.3.4, subnet: "
		"1.2.3.0/24, nic: [rtl8139], path: a/b, address: {ip: 1.2.3.9}}\noutputs: [iso: "
		"{label: X}]\ngrub: {source: g.xz}\n";
	static const char letters[] = "{}[]:,-&*!|>'\"%@`#?\n\t \\~x0";
	uint32_t random = 12345;

	for (int round = 0; round < 400; round++) {
		char text[sizeof seed];
		char *path;
		struct recipe *r = NULL;
		struct caught c;
		bool refused;

		memcpy(text, seed, sizeof seed);
		for (int k = 0; k < 3; k++) {
			random = random * 1664525 + 1013904223;
			text[(random >> 8) % (sizeof seed - 1)] =
				letters[(random >> 3) % (sizeof letters - 1)];
		}
		path = write_recipe(*state, "m.yaml", text);
		catch_begin(&c);
		refused = recipe_load(path, &r) != MK_OK;
		recipe_free(r);
		catch_end(&c);
		if (refused)
			assert_non_null(strstr(c.text, "error: "));
		free(c.text);
		free(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_everything),
		cmocka_unit_test(defaults),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(outputs_asked_for_later),
		cmocka_unit_test(one_mistake_one_error),
		cmocka_unit_test(own_menu),
		cmocka_unit_test(a_kernel_is_no_recipe),
		cmocka_unit_test(all_errors_are_reported),
		cmocka_unit_test(the_caret_stands_under_the_value),
		cmocka_unit_test(nearest_names),
		cmocka_unit_test(survives_mutations),
	};

	return cmocka_run_group_tests(tests, folder_setup, folder_teardown);
}
