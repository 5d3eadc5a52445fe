/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GRUB Legacy's menu.lst: its lines, what they come to, and where the mistakes are. */
#include "testing.h"

#include "base/strbuf.h"
#include "legacy/legacy.h"
#include "legacy/parse.h"
#include "recipe/recipe.h"

static struct recipe *new_menu(const char *text)
{
	struct recipe *r = mem_alloc(sizeof *r);

	r->menu.legacy.text = mem_dup("menu.lst");
	r->menu.legacy_source = mem_dup(text);
	return r;
}

static struct recipe *parse(const char *text)
{
	struct recipe *r = new_menu(text);

	assert_int_equal(legacy_parse(r), MK_OK);
	return r;
}

/* The messages of a bad menu; the caller's. */
static char *parse_bad(const char *text)
{
	struct recipe *r = new_menu(text);
	struct caught c;

	catch_begin(&c);
	assert_int_equal(legacy_parse(r), MK_BAD_INPUT);
	catch_end(&c);
	recipe_free(r);
	return c.text;
}

static void lines_are_as_grub_legacy_has_them(void **state)
{
	static const char text[] = "\r\n  # comment\n\ttitle\tA  \r\n"
				   "kernel \\\r\n\t(nd)/k #x\\n\\\nend\n#c \\\nstill\n last";
	static const struct {
		const char *text;
		unsigned line, col; /* of its last byte */
	} want[] = {
		{"title A  ", 3, 10},
		{"kernel   (nd)/k #x\\n end", 6, 3},
		{"last", 9, 5},
	};
	const char *s = text;
	unsigned line_no = 1;
	struct lst_line line;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_true(lst_next_line(&s, &line_no, &line));
		assert_string_equal(line.text, want[i].text);
		assert_int_equal(line.len, strlen(want[i].text));
		assert_int_equal(line.places[line.len - 1].line, want[i].line);
		assert_int_equal(line.places[line.len - 1].col, want[i].col);
		lst_line_free(&line);
	}
	assert_false(lst_next_line(&s, &line_no, &line));
	lst_line_free(&line);
}

static void entries(void **state)
{
	struct recipe *r = parse("default=1\ntimeout = 0x10\n"
				 "title A\nkernel (hd0,0)/boot/k a \"b\"  \nmodule /m\n"
				 "modulenounzip (nd)//m.gz x\n"
				 "title = B\nroot (hd1,4)\nchainloader +1\n"
				 "title L\nkernel --type=biglinux /vmlinuz ro\ninitrd /i\n");
	const struct recipe_entry *e = r->menu.entries;

	(void)state;
	assert_int_equal(r->menu.n_entries, 3);
	assert_int_equal(r->menu.default_entry, 1);
	assert_int_equal(r->menu.timeout, 16);
	assert_string_equal(e[0].title.text, "A");
	assert_string_equal(e[0].kernel.text, "boot/k");
	assert_true(e[0].kernel.at.legacy);
	assert_int_equal(e[0].kernel.at.line, 4);
	assert_int_equal(e[0].kernel.at.col, 8);
	assert_int_equal(e[0].kernel.at.len, 14);
	assert_string_equal(e[0].args.text, "a \"b\"  ");
	assert_int_equal(e[0].n_modules, 2);
	assert_null(e[0].modules[0].args.text);
	assert_false(e[0].modules[0].raw);
	assert_string_equal(e[0].modules[1].file.text, "m.gz");
	assert_string_equal(e[0].modules[1].args.text, "x");
	assert_true(e[0].modules[1].raw);
	assert_string_equal(e[1].title.text, "B");
	assert_string_equal(e[1].disk.text, "hd1,5");
	assert_null(e[1].kernel.text);
	assert_int_equal(e[2].protocol, PROTOCOL_LINUX);
	assert_string_equal(e[2].initrds[0].file.text, "i");
	recipe_free(r);
}

static void settings(void **state)
{
	struct recipe *r = parse("timeout 3\nhiddenmenu\nfallback 0 1\ncolor cyan/blue white/blue\n"
				 "serial --unit=1 --speed=57600\nterminal serial\n"
				 "title A\nkernel /a\ntitle B\nkernel /b\n");

	(void)state;
	assert_true(r->menu.hidden);
	assert_int_equal(r->menu.n_fallback, 2);
	assert_int_equal(r->menu.fallback[1], 1);
	assert_string_equal(r->menu.color.text, "cyan/blue");
	assert_string_equal(r->menu.color_highlight.text, "white/blue");
	assert_true(r->menu.serial);
	assert_int_equal(r->menu.serial_unit, 1);
	assert_int_equal(r->menu.serial_speed, 57600);
	assert_false(r->network.given);
	recipe_free(r);
	/* without a timeout the menu is shown, and waits */
	r = parse("hiddenmenu\nserial\ntitle A\nkernel /a\n");
	assert_int_equal(r->menu.timeout, RECIPE_TIMEOUT_NONE);
	assert_false(r->menu.hidden);
	assert_false(r->menu.serial);
	recipe_free(r);
}

static void network(void **state)
{
	static const char text[] = "title A\nifconfig --address=10.1.2.3 --mask=255.255.240.0 "
				   "--gateway=10.1.0.1 --server=10.1.0.2\nkernel /a\n";
	struct recipe *r = parse(text);

	(void)state;
	assert_true(r->network.given);
	assert_int_equal(r->network.address.ip.addr, 0x0a010203);
	assert_int_equal(r->network.subnet.addr, 0x0a010000);
	assert_int_equal(r->network.prefix, 20);
	assert_int_equal(r->network.router.addr, 0x0a010001);
	assert_int_equal(r->network.server.addr, 0x0a010002);
	assert_int_equal(r->network.server.at.line, 2);
	recipe_free(r);
	/* the recipe's own goes before it */
	r = new_menu(text);
	r->network.given = true;
	r->network.server =
		(struct ipv4){.addr = 0x0a010009, .set = true, .at = {.line = 1, .col = 1}};
	assert_int_equal(legacy_parse(r), MK_OK);
	assert_int_equal(r->network.server.addr, 0x0a010009);
	assert_int_equal(r->network.router.addr, 0x0a010001);
	recipe_free(r);
}

static void mistakes_have_places(void **state)
{
	char *said = parse_bad("timout 3\ntitle \xc3\xa9\nkernel \\\n\t/a/../b\n");

	(void)state;
	assert_string_equal(said, "menu.lst:1:1: error: GRUB Legacy has no command 'timout'; did "
				  "you mean 'timeout'?\n"
				  "timout 3\n"
				  "^~~~~~\n"
				  "menu.lst:4:2: error: a file's name cannot lead upwards (..)\n"
				  "        /a/../b\n"
				  "        ^~~~~~~\n");
	free(said);
	said = parse_bad("#\n");
	assert_string_equal(
		said, "menu.lst:1:1: error: the menu has no entry: no line begins with 'title'\n"
		      "#\n"
		      "^\n");
	free(said);
}

/* Every command is translated, refused with a reason, or nothing to do. */
static void every_command_has_an_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < lst_n_commands; i++) {
		const struct lst_command *c = &lst_commands[i];
		char *text, *said;

		assert_true(c->read == NULL || c->why == NULL);
		if (i > 0)
			assert_true(strcmp(lst_commands[i - 1].name, c->name) < 0);
		if (c->why == NULL)
			continue;
		text = mem_printf("title A\n%s\nkernel /k\n", c->name);
		said = parse_bad(text);
		assert_non_null(strstr(said, c->why));
		assert_int_equal(strncmp(said, "menu.lst:2:1: error: ", 21), 0);
		free(said);
		free(text);
	}
}

static void names_of_menus(void **state)
{
	(void)state;
	assert_true(legacy_is_menu("menu.lst"));
	assert_true(legacy_is_menu("a.b/My.lst"));
	assert_true(legacy_is_menu("boot/grub.conf"));
	assert_false(legacy_is_menu("grub.cfg"));
	assert_false(legacy_is_menu(".lst"));
	assert_false(legacy_is_menu("my-grub.conf"));
	assert_false(legacy_is_menu("menu.lst/x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_as_grub_legacy_has_them),
		cmocka_unit_test(entries),
		cmocka_unit_test(settings),
		cmocka_unit_test(network),
		cmocka_unit_test(mistakes_have_places),
		cmocka_unit_test(every_command_has_an_answer),
		cmocka_unit_test(names_of_menus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
