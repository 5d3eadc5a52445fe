/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/qemu_log.h"
#include "base/mem.h"
#include "vm/machine.h"

#include <stdlib.h>
#include <string.h>

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

static void tell(struct qemu_log *log, const char *where, struct judge *j)
{
	judge_triple_fault(j, where);
	log->fault = log->reset = false;
}

static void read_line(struct qemu_log *log, const char *line, struct judge *j)
{
	char *where;

	if (begins(line, "Triple fault")) {
		log->fault = true;
		if (log->cpus > 1)
			tell(log, NULL, j);
	} else if (log->fault && begins(line, "CPU Reset")) {
		log->reset = true;
	} else if (log->reset && (begins(line, "EIP=") || begins(line, "RIP="))) {
		where = mem_ndup(line, strcspn(line, " "));
		tell(log, where, j);
		free(where);
	}
}

void qemu_log_read(struct qemu_log *log, struct strbuf *got, bool ended, struct judge *j)
{
	size_t at = 0;

	for (const char *line; (line = machine_line(got, &at)) != NULL;)
		read_line(log, line, j);
	if (ended && log->fault)
		tell(log, NULL, j);
}
