/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*hook)(void);

void msg_set_hook(void (*before)(void))
{
	hook = before;
}

/* One write a message, so that messages of several processes do not mix within a line. */
__attribute__((format(printf, 2, 0))) static void print(const char *kind, const char *fmt,
							va_list ap)
{
	char *text = NULL;

	if (hook != NULL)
		hook();
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	fprintf(stderr, "mkboot: %s%s\n", kind, text != NULL ? text : fmt);
	free(text);
}

enum mk_status msg_fail(enum mk_status status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print("error: ", fmt, ap);
	va_end(ap);
	return status;
}

enum mk_status msg_errno(const char *path, int err, const char *what)
{
	return msg_fail(MK_FAILED, "%s: %s: %s", path, what, strerror(err < 0 ? -err : err));
}

enum mk_status msg_missing(const char *what, const char *package)
{
	return msg_fail(MK_MISSING, "%s is missing; install it with: apt-get install %s", what,
			package);
}

void msg_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print("warning: ", fmt, ap);
	va_end(ap);
}

void msg_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print("", fmt, ap);
	va_end(ap);
}

enum mk_status status_first(enum mk_status a, enum mk_status b)
{
	return a != MK_OK ? a : b;
}
