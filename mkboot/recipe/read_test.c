/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "media/media.h"
#include "recipe/read.h"
#include "vm/vm.h"

#include <stdlib.h>

static struct recipe_test *test(void *target)
{
	return target;
}

static bool read_pattern(struct rd *rd, const struct node *n, struct pattern *p)
{
	struct text written = {0};
	char *error = NULL;
	bool ok = false;

	if (n->kind == NODE_LIST || n->kind == NODE_MAP)
		rd_error(rd, n->at,
			 "this must be one text to look for, or \"/a regular expression/\"");
	else
		ok = read_text(rd, n, true, &written);
	if (ok && !pattern_parse(written.text, p, &error)) {
		rd_error(rd, n->at, "%s", error);
		ok = false;
	}
	free(error);
	free(written.text);
	return ok;
}

static void test_expect(struct rd *rd, const struct node *n, void *target)
{
	test(target)->expect_at = n->at;
	read_pattern(rd, n, &test(target)->expect);
}

static void one_reject(struct rd *rd, const struct node *n, void *target)
{
	struct pattern p = {0};

	if (read_pattern(rd, n, &p))
		*MEM_PUSH(test(target)->reject, test(target)->n_reject) = p;
}

static void test_reject(struct rd *rd, const struct node *n, void *target)
{
	read_list(rd, n, target, one_reject);
}

static void test_silence(struct rd *rd, const struct node *n, void *target)
{
	read_uint(rd, n, 1, 86400, &test(target)->silence);
}

static void test_cpus(struct rd *rd, const struct node *n, void *target)
{
	read_uint(rd, n, 1, 64, &test(target)->cpus);
}

static void test_exit(struct rd *rd, const struct node *n, void *target)
{
	test(target)->has_exit = read_uint(rd, n, 0, 255, &test(target)->exit);
}

static void test_timeout(struct rd *rd, const struct node *n, void *target)
{
	read_uint(rd, n, 1, 86400, &test(target)->timeout);
}

static void test_memory(struct rd *rd, const struct node *n, void *target)
{
	read_uint(rd, n, 16, 1048576, &test(target)->memory);
}

/* Where the outputs are listed, one of them must be what the way boots from. `outputs` comes before
 * `test` in the table of keys, and in a recipe it mostly does; where it does not, mkboot test says
 * it. */
static void check_via(struct rd *rd, const struct node *n, const struct vm_via *via)
{
	bool listed = false;

	for (size_t i = 0; i < OUTPUT_COUNT; i++)
		listed = listed || rd->recipe->outputs[i].wanted;
	if (listed && !rd->recipe->outputs[via->output].wanted)
		rd_error(rd, n->at, "%s boots from the output '%s', which is not among the outputs",
			 via->name, media_outputs[via->output].name);
}

static void one_via(struct rd *rd, const struct node *n, void *target)
{
	const char **names = mem_array(vm_n_vias + 1, sizeof *names);
	size_t i;

	for (i = 0; i < vm_n_vias; i++)
		names[i] = vm_vias[i].name;
	names[vm_n_vias] = "all";
	if (read_choice(rd, n, "way to boot", names, vm_n_vias + 1, &i)) {
		test(target)->all_vias = test(target)->all_vias || i == vm_n_vias;
		if (i < vm_n_vias) {
			test(target)->vias |= UINT64_C(1) << i;
			check_via(rd, n, &vm_vias[i]);
		}
	}
	free(names);
}

static void test_via(struct rd *rd, const struct node *n, void *target)
{
	read_list(rd, n, target, one_via);
}

static const struct field test_table[] = {
	{"expect", test_expect, false},   {"reject", test_reject, false},
	{"exit", test_exit, false},       {"timeout", test_timeout, false},
	{"silence", test_silence, false}, {"memory", test_memory, false},
	{"cpus", test_cpus, false},       {"via", test_via, false},
};
const struct field_table test_fields = {"test", test_table, 8};

void read_test(struct rd *rd, const struct node *n, void *target)
{
	read_map(rd, n, "test", test_table, test_fields.n, &((struct recipe *)target)->test);
}
