/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "verbs/verbs.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum mk_status verb_usage(const struct verb *v, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	msg_fail(MK_USAGE, "%s; see: mkboot %s --help", text, v->name);
	free(text);
	return MK_USAGE;
}

enum mk_status verb_help(const struct verb *v)
{
	printf("mkboot %s %s\n\n%s.\n\n%s", v->name, v->arguments, v->summary, v->help);
	return MK_OK;
}

enum mk_status verb_bad_option(const struct verb *v, int c, char *argv[])
{
	const char *option = argv[optind - 1];

	if (c == ':')
		return verb_usage(v, "%s needs a value", option);
	return verb_usage(v, "there is no option %s", option);
}

enum mk_status verb_operand(const struct verb *v, int argc, char *argv[], int first,
			    const char **operand)
{
	*operand = first < argc ? argv[first] : NULL;
	if (argc - first > 1)
		return verb_usage(v, "one recipe or kernel at a time, and there are %d",
				  argc - first);
	return MK_OK;
}

enum mk_status verb_close_output(enum mk_status st)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return status_first(st, msg_errno("standard output", errno, "cannot write"));
	return st;
}
