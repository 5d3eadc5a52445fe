/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/vm.h"

#include <inttypes.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EMULATOR_MIB 150 /* what an emulator takes beside the machine's memory */

/* The processors that a control group's quota amounts to, rounded up; SIZE_MAX where it has none
 * (Linux, Documentation/admin-guide/cgroup-v2.rst, cpu.max). PATH is below /sys/fs/cgroup. */
static size_t group_quota(const char *path)
{
	char file[4096 + 64];
	uint64_t quota, period;
	size_t n = SIZE_MAX;
	FILE *f;

	if ((size_t)snprintf(file, sizeof file, "/sys/fs/cgroup%s/cpu.max", path) >= sizeof file)
		return n;
	f = fopen(file, "re");
	if (f == NULL)
		return n;
	if (fscanf(f, "%" SCNu64 " %" SCNu64, &quota, &period) == 2 && period > 0)
		n = (size_t)((quota + period - 1) / period);
	fclose(f);
	return n;
}

/* Of the control group that this process is in, and those around it. */
static size_t quota(void)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	size_t least = SIZE_MAX;
	char line[4096];

	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		char *path = line + 3, *slash;

		if (strncmp(line, "0::", 3) != 0)
			continue;
		path[strcspn(path, "\n")] = '\0';
		for (;;) {
			size_t n = group_quota(path);

			least = n < least ? n : least;
			if ((slash = strrchr(path, '/')) == NULL)
				break;
			*slash = '\0';
		}
	}
	if (f != NULL)
		fclose(f);
	return least;
}

static size_t processors(void)
{
	size_t n = 1, most = quota();
	cpu_set_t set;

	/* more than a cpu_set_t has room for: enough */
	if (sched_getaffinity(0, sizeof set, &set) == 0)
		n = (size_t)CPU_COUNT(&set);
	n = n < most ? n : most;
	return n > 0 ? n : 1;
}

/* SIZE_MAX where the kernel does not say. */
static size_t free_mib(void)
{
	FILE *f = fopen("/proc/meminfo", "re");
	size_t mib = SIZE_MAX;
	char line[256];
	uint64_t kib;

	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		if (sscanf(line, "MemAvailable: %" SCNu64 " kB", &kib) == 1)
			mib = (size_t)(kib / 1024);
	}
	if (f != NULL)
		fclose(f);
	return mib;
}

size_t vm_at_once(const struct recipe *r, size_t asked)
{
	size_t n = asked > 0 ? asked : processors();
	size_t room = free_mib() / ((size_t)r->test.memory + EMULATOR_MIB);

	n = n < room ? n : room;
	return n > 0 ? n : 1;
}
