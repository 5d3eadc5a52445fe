/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verbs/test_options.h"
#include "base/mem.h"
#include "verbs/verbs.h"

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

const char test_help[] =
	"What is booted:\n"
	"      --via LIST       ways to boot: cd-bios, cd-uefi64, cd-uefi32, usb-bios, "
	"usb-uefi64,\n"
	"                       usb-uefi32, floppy, diskless-cd, diskless-floppy, pxe-bios,\n"
	"                       pxe-uefi64, pxe-uefi32, http-uefi64, http-uefi32; or all\n"
	"      --nic LIST       boot with each of these network cards of QEMU's, where the way to\n"
	"                       boot has a network: rtl8139, e1000, ...; or all that will do\n"
	"      --entry TITLE    choose this entry in the menu, by its title or a beginning of it;\n"
	"                       may be given several times; all: each that can start there\n"
	"  -o, --output DIR     publish in DIR/NAME/ (default: out/NAME/)\n"
	"      --no-build       boot what is there already\n"
	"In what:\n"
	"      --vm NAME        the emulator: qemu (default) or bochs\n"
	"      --accel NAME     QEMU's accelerator: tcg (default: the same everywhere), kvm or\n"
	"                       auto\n"
	"  -j, --jobs N         machines at the same time (default: one a processor, fewer where\n"
	"                       memory is short)\n"
	"Judged by, in the place of the recipe's test:\n"
	"      --expect TEXT    what the guest must write, a text or /REGEX/\n"
	"      --reject TEXT    what it must not; may be given several times\n"
	"      --exit N         the status QEMU must end with\n"
	"      --timeout S      the seconds for one boot\n"
	"      --silence S      the seconds that a guest may be silent, once it has written\n"
	"      --memory MIB     the machine's memory\n"
	"      --cpus N         its processors\n"
	"What is written:\n"
	"      --json           print one object a line: recipe, via, nic, ok, seconds, reason, "
	"...\n"
	"      --junit FILE     the results as JUnit's XML\n"
	"      --report DIR     DIR/index.html, a page with all of it, and beside it each boot's\n"
	"                       serial log and screenshot\n"
	"      --log DIR        keep what each guest wrote on its serial port, in DIR/VIA.log\n"
	"                       (with --nic VIA-NIC.log, with --entry VIA-entryN.log)\n"
	"\n"
	"Without --via: what the recipe's test.via says, else every way that what was written\n"
	"can be booted. Exit status 0 only where every boot is judged good, 1 where one is not.\n";

static enum mk_status parse_via(const char *value, struct test_options *o)
{
	return test_vias_parse(value, &o->vias);
}

static enum mk_status parse_nic(const char *value, struct test_options *o)
{
	return test_nics_parse(value, &o->nics);
}

static enum mk_status parse_vm(const char *value, struct test_options *o)
{
	o->emulator = vm_emulator_find(value);
	if (o->emulator == NULL)
		return verb_usage(&verb_test, "--vm takes qemu or bochs, not '%s'", value);
	if (strcmp(value, "qemu") == 0) /* as where nobody names one */
		o->emulator = NULL;
	return MK_OK;
}

static enum mk_status parse_accel(const char *value, struct test_options *o)
{
	static const char *const names[] = {"tcg", "kvm", "auto"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(value, names[i]) == 0)
			o->accel = names[i];
	}
	if (o->accel == NULL)
		return verb_usage(&verb_test, "--accel takes tcg, kvm or auto, not '%s'", value);
	return MK_OK;
}

/* One option of the command line. What it sets lies OFFSET bytes into struct test_options. */
struct test_option {
	const char *name;
	char letter; /* its short form; or 0 */
	enum { FLAG, PLACE, WORDS, PATTERN, PATTERNS, NUMBER, PARSED } kind;
	size_t offset;
	unsigned min, max;                                                  /* NUMBER */
	enum mk_status (*parse)(const char *value, struct test_options *o); /* PARSED */
};

#define AT(field) offsetof(struct test_options, field)
static const struct test_option table[] = {
	{"help", 'h', FLAG, AT(help), 0, 0, NULL},
	{"json", 0, FLAG, AT(json), 0, 0, NULL},
	{"no-build", 0, FLAG, AT(no_build), 0, 0, NULL},
	{"output", 'o', PLACE, AT(build.out), 0, 0, NULL},
	{"log", 0, PLACE, AT(log), 0, 0, NULL},
	{"junit", 0, PLACE, AT(junit), 0, 0, NULL},
	{"report", 0, PLACE, AT(report), 0, 0, NULL},
	{"expect", 0, PATTERN, AT(expect), 0, 0, NULL},
	{"reject", 0, PATTERNS, AT(reject), 0, 0, NULL},
	{"entry", 0, WORDS, AT(entries), 0, 0, NULL},
	/* the limits are those of the recipe's test (recipe/read_test.c) */
	{"exit", 0, NUMBER, AT(exit), 0, 255, NULL},
	{"timeout", 0, NUMBER, AT(timeout), 1, 86400, NULL},
	{"silence", 0, NUMBER, AT(silence), 1, 86400, NULL},
	{"memory", 0, NUMBER, AT(memory), 16, 1048576, NULL},
	{"cpus", 0, NUMBER, AT(cpus), 1, 64, NULL},
	{"jobs", 'j', NUMBER, AT(jobs), 1, 1024, NULL},
	{"via", 0, PARSED, 0, 0, 0, parse_via},
	{"nic", 0, PARSED, 0, 0, 0, parse_nic},
	{"vm", 0, PARSED, 0, 0, 0, parse_vm},
	{"accel", 0, PARSED, 0, 0, 0, parse_accel},
};
#define N_OPTIONS (sizeof table / sizeof table[0])
#define FIRST     256 /* what getopt_long returns for the first of the table: no character */

static enum mk_status parse_number(const struct test_option *t, const char *text, unsigned *out)
{
	char *end = NULL;
	unsigned long value = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || value < t->min || value > t->max)
		return verb_usage(&verb_test, "--%s takes a number from %u to %u, not '%s'",
				  t->name, t->min, t->max, text);
	*out = (unsigned)value;
	return MK_OK;
}

static enum mk_status parse_pattern(const char *option, const char *text, struct pattern *p)
{
	enum mk_status st = MK_OK;
	char *error = NULL;

	if (!pattern_parse(text, p, &error))
		st = verb_usage(&verb_test, "%s: %s", option, error);
	free(error);
	return st;
}

/* Wrong ones are said before anything is built. */
static enum mk_status check_pattern(const struct test_option *t, const char *value)
{
	char *option = mem_printf("--%s", t->name);
	struct pattern p = {0};
	enum mk_status st = parse_pattern(option, value, &p);

	pattern_free(&p);
	free(option);
	return st;
}

static enum mk_status set(const struct test_option *t, const char *value, struct test_options *o)
{
	void *field = (char *)o + t->offset;
	struct test_words *words = field;
	enum mk_status st = MK_OK;

	switch (t->kind) {
	case FLAG:
		*(bool *)field = true;
		break;
	case PLACE:
		if (value[0] == '\0')
			return verb_usage(&verb_test, "the name that --%s takes is empty", t->name);
		*(const char **)field = value;
		break;
	case PATTERN:
		*(const char **)field = value;
		st = check_pattern(t, value);
		break;
	case PATTERNS:
		st = check_pattern(t, value);
		*MEM_PUSH(words->items, words->n) = value;
		break;
	case WORDS:
		*MEM_PUSH(words->items, words->n) = value;
		break;
	case NUMBER:
		st = parse_number(t, value, field);
		break;
	case PARSED:
		st = t->parse(value, o);
		break;
	}
	return st;
}

/* getopt_long's tables from ours. A leading colon: a value that is missing is ':'. */
static void make_getopt(struct option *longs, char *letters)
{
	*letters++ = ':';
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct test_option *t = &table[i];

		longs[i] = (struct option){
			.name = t->name,
			.has_arg = t->kind == FLAG ? no_argument : required_argument,
			.val = t->letter != 0 ? t->letter : FIRST + (int)i,
		};
		if (t->letter != 0)
			*letters++ = t->letter;
		if (t->letter != 0 && t->kind != FLAG)
			*letters++ = ':';
	}
	*letters = '\0';
}

static const struct test_option *find(int c)
{
	for (size_t i = 0; i < N_OPTIONS; i++) {
		if (c == FIRST + (int)i || (table[i].letter != 0 && c == table[i].letter))
			return &table[i];
	}
	return NULL;
}

static bool asks_for_help(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	}
	return false;
}

enum mk_status test_options_parse(int argc, char *argv[], struct test_options *o)
{
	struct option longs[N_OPTIONS + 1] = {{0}};
	char letters[2 * N_OPTIONS + 2];
	enum mk_status st = MK_OK;
	int c;

	*o = (struct test_options){.exit = TEST_UNSET};
	for (size_t i = 0; i < N_OPTIONS; i++) {
		if (table[i].kind == NUMBER)
			*(unsigned *)(void *)((char *)o + table[i].offset) = TEST_UNSET;
	}
	/* whatever else is wrong: who asks for help gets it */
	o->help = asks_for_help(argc, argv);
	if (o->help)
		return MK_OK;
	make_getopt(longs, letters);
	while (st == MK_OK && (c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct test_option *t = find(c);

		st = t != NULL ? set(t, optarg, o) : verb_bad_option(&verb_test, c, argv);
	}
	if (st == MK_OK)
		st = verb_operand(&verb_test, argc, argv, optind, &o->operand);
	return st;
}

void test_options_free(struct test_options *o)
{
	free(o->entries.items);
	free(o->reject.items);
	*o = (struct test_options){0};
}

static enum mk_status override_reject(const struct test_words *words, struct recipe_test *test)
{
	enum mk_status st = MK_OK;

	for (size_t i = 0; i < test->n_reject; i++)
		pattern_free(&test->reject[i]);
	free(test->reject);
	test->reject = NULL;
	test->n_reject = 0;
	for (size_t i = 0; i < words->n && st == MK_OK; i++) {
		struct pattern p = {0};

		st = parse_pattern("--reject", words->items[i], &p);
		if (st == MK_OK)
			*MEM_PUSH(test->reject, test->n_reject) = p;
	}
	return st;
}

void test_options_judging(const struct test_options *o, struct vm_argv *argv)
{
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct test_option *t = &table[i];
		const void *field = (const char *)o + t->offset;
		const struct test_words *words = field;
		const char *text = t->kind == PATTERN ? *(const char *const *)field : NULL;

		if (t->kind == NUMBER && t->letter == 0 && *(const unsigned *)field != TEST_UNSET) {
			vm_argv_add(argv, "--%s", t->name);
			vm_argv_add(argv, "%u", *(const unsigned *)field);
		}
		for (size_t k = 0; t->kind == PATTERNS && k < words->n; k++) {
			vm_argv_add(argv, "--%s", t->name);
			vm_argv_add(argv, "%s", words->items[k]);
		}
		if (text != NULL) {
			vm_argv_add(argv, "--%s", t->name);
			vm_argv_add(argv, "%s", text);
		}
	}
}

enum mk_status test_options_override(const struct test_options *o, struct recipe_test *test)
{
	const struct {
		unsigned given, *to;
	} numbers[] = {
		{o->exit, &test->exit},       {o->timeout, &test->timeout},
		{o->silence, &test->silence}, {o->memory, &test->memory},
		{o->cpus, &test->cpus},
	};
	enum mk_status st = MK_OK;

	if (o->expect != NULL) {
		pattern_free(&test->expect);
		st = parse_pattern("--expect", o->expect, &test->expect);
	}
	if (st == MK_OK && o->reject.n > 0)
		st = override_reject(&o->reject, test);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		if (numbers[i].given != TEST_UNSET)
			*numbers[i].to = numbers[i].given;
	}
	if (o->exit != TEST_UNSET)
		test->has_exit = true;
	return st;
}
