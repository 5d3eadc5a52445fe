/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer entry: any bytes as a kernel, probed as each protocol in turn.
 * clang -fsanitize=fuzzer,address,undefined ... tests/fuzz/fuzz_kernel.c + mkboot's objects */
#include "kernel/kernel.h"
#include "base/fs.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("kernel", MFD_CLOEXEC);
	char path[64];

	if (fd < 0 || fs_pwrite(fd, data, size, 0) != 0)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	for (unsigned p = PROTOCOL_AUTO; p < PROTOCOL_COUNT; p++) {
		struct kernel k;
		int err = kernel_probe(path, (enum protocol)p, &k);

		if (err == 0 && (k.summary == NULL || k.protocol == PROTOCOL_AUTO))
			abort();
		kernel_free(&k);
	}
	close(fd);
	return 0;
}
