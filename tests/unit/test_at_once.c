/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many machines this computer has room for. */
#include "testing.h"

#include <sched.h>

#include "vm/vm.h"

static void test_room(void **state)
{
	struct recipe r = {.test.memory = 16};
	cpu_set_t all, one;

	(void)state;
	/* as asked, more than there are processors, too; none where it is not said */
	assert_int_equal(vm_at_once(&r, 1), 1);
	assert_int_equal(vm_at_once(&r, 3), 3);
	assert_true(vm_at_once(&r, 0) >= 1);
	/* but not more than the memory will do, and one in any case */
	r.test.memory = 1u << 30;
	assert_int_equal(vm_at_once(&r, 3), 1);
	r.test.memory = 16;
	assert_true(vm_at_once(&r, 1u << 30) < 1u << 30);
	/* one for each processor that may be used */
	assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
	CPU_ZERO(&one);
	for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++) {
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	}
	assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
	assert_int_equal(vm_at_once(&r, 0), 1);
	assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_room)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
