/* SPDX-License-Identifier: GPL-3.0-or-later */
/* docs/recipe.schema.json is what editors complete recipes from: it has the keys that the loader
 * reads, no more and no fewer, and marks the same ones as required. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/datadir.h"
#include "dhcp/dhcp.h"
#include "media/media.h"
#include "recipe/read.h"

static json_t *schema;

static int load_schema(void **state)
{
	char *path = datadir_path("docs/recipe.schema.json");
	json_error_t error;

	(void)state;
	schema = json_load_file(path, 0, &error);
	free(path);
	return schema != NULL ? 0 : -1;
}

static int free_schema(void **state)
{
	(void)state;
	json_decref(schema);
	return 0;
}

static bool requires(json_t *object, const char *name)
{
	json_t *list = json_object_get(object, "required"), *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (strcmp(json_string_value(item), name) == 0)
			return true;
	}
	return false;
}

static void check_table(json_t *object, const struct field_table *table)
{
	json_t *properties = json_object_get(object, "properties");

	assert_non_null(properties);
	assert_true(json_is_false(json_object_get(object, "additionalProperties")));
	assert_int_equal(json_object_size(properties), table->n);
	for (size_t i = 0; i < table->n; i++) {
		const struct field *f = &table->fields[i];

		if (json_object_get(properties, f->name) == NULL)
			fail_msg("the schema's %s lacks '%s'", table->where, f->name);
		if (requires(object, f->name) != f->required)
			fail_msg("the schema and the loader disagree on whether %s needs '%s'",
				 table->where, f->name);
	}
}

static void schema_has_the_loaders_keys(void **state)
{
	static const struct {
		const char *definition;
		const struct field_table *table;
	} tables[] = {
		{"menu", &menu_fields},
		{"entry", &entry_fields},
		{"module_settings", &module_fields},
		{"initrd", &initrd_fields},
		{"serial", &serial_fields},
		{"network", &network_fields},
		{"host", &host_fields},
		{"address", &address_fields},
		{"grub", &grub_fields},
		{"iso", &iso_fields},
		{"floppy", &floppy_fields},
		{"diskless-cd", &diskless_cd_fields},
		{"diskless-floppy", &diskless_floppy_fields},
		{"tftp", &tftp_fields},
		{"http", &http_fields},
		{"dhcp", &dhcp_fields},
		{"run", &run_fields},
		{"test", &test_fields},
	};
	json_t *definitions = json_object_get(schema, "definitions");

	(void)state;
	check_table(schema, &recipe_fields);
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		check_table(json_object_get(definitions, tables[i].definition), tables[i].table);
}

/* An output is a word or, with settings, a key: both have the names of the table. */
static void schema_has_the_outputs(void **state)
{
	json_t *output = json_object_get(json_object_get(schema, "definitions"), "output");
	json_t *forms = json_object_get(output, "oneOf");
	json_t *words = json_object_get(json_array_get(forms, 0), "enum");
	json_t *keys = json_object_get(json_array_get(forms, 1), "properties");

	(void)state;
	assert_int_equal(json_array_size(words), OUTPUT_COUNT);
	assert_int_equal(json_object_size(keys), OUTPUT_COUNT);
	for (size_t i = 0; i < OUTPUT_COUNT; i++) {
		assert_string_equal(json_string_value(json_array_get(words, i)),
				    media_outputs[i].name);
		assert_non_null(json_object_get(keys, media_outputs[i].name));
	}
}

/* And the servers that dhcp: {servers: ...} can name. */
static void schema_has_the_servers(void **state)
{
	json_t *definitions = json_object_get(schema, "definitions");
	json_t *words = json_object_get(json_object_get(definitions, "server"), "enum");

	(void)state;
	assert_int_equal(json_array_size(words), dhcp_n_servers);
	for (size_t i = 0; i < dhcp_n_servers; i++)
		assert_string_equal(json_string_value(json_array_get(words, i)),
				    dhcp_servers[i].name);
}

/* A host's boot file is as long as DHCP's header can carry it. */
static void schema_has_the_files_length(void **state)
{
	json_t *host = json_object_get(json_object_get(schema, "definitions"), "host");
	json_t *file = json_object_get(json_object_get(host, "properties"), "file");

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(file, "minLength")), 1);
	assert_int_equal(json_integer_value(json_object_get(file, "maxLength")), DHCP_FILE_MAX);
}

static enum mk_status load_test(const char *key, long long value)
{
	char path[] = "/tmp/mkboot-schema-XXXXXX.yaml";
	int fd = mkstemps(path, 5);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	struct recipe *r = NULL;
	enum mk_status st;

	assert_non_null(f);
	fprintf(f, "menu: {entries: [{title: A, kernel: a}]}\ntest: {%s: %lld}\n", key, value);
	fclose(f);
	st = recipe_load(path, &r);
	unlink(path);
	recipe_free(r);
	return st;
}

/* The loader takes the least and the greatest number that the schema allows, and none beyond. */
static void schema_has_the_tests_ranges(void **state)
{
	json_t *test = json_object_get(json_object_get(schema, "definitions"), "test");
	const char *key;
	json_t *value;
	int said = dup(STDERR_FILENO), fd, n = 0, right = 0;

	(void)state;
	fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	dup2(fd, STDERR_FILENO);
	close(fd);
	json_object_foreach(json_object_get(test, "properties"), key, value)
	{
		json_t *min = json_object_get(value, "minimum");
		json_t *max = json_object_get(value, "maximum");

		if (min == NULL || max == NULL)
			continue;
		right += load_test(key, json_integer_value(min)) == MK_OK &&
			 load_test(key, json_integer_value(max)) == MK_OK &&
			 load_test(key, json_integer_value(min) - 1) == MK_BAD_INPUT &&
			 load_test(key, json_integer_value(max) + 1) == MK_BAD_INPUT;
		n++;
	}
	dup2(said, STDERR_FILENO);
	close(said);
	assert_int_equal(right, n);
	assert_int_equal(n, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schema_has_the_loaders_keys),
		cmocka_unit_test(schema_has_the_outputs),
		cmocka_unit_test(schema_has_the_servers),
		cmocka_unit_test(schema_has_the_files_length),
		cmocka_unit_test(schema_has_the_tests_ranges),
	};

	return cmocka_run_group_tests(tests, load_schema, free_schema);
}
