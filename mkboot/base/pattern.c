/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/pattern.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static bool compile(const char *expression, struct pattern *p, char **error)
{
	char why[200];
	int r;

	p->regex = mem_alloc(sizeof *p->regex);
	r = regcomp(p->regex, expression, REG_EXTENDED | REG_NOSUB);
	if (r == 0 && regexec(p->regex, "", 0, NULL, 0) != 0)
		return true;
	if (r == 0) {
		*error = mem_printf("/%s/ matches even an empty line, and so tells nothing",
				    expression);
		regfree(p->regex);
	} else {
		regerror(r, p->regex, why, sizeof why);
		*error = mem_printf("/%s/ is no regular expression: %s", expression, why);
	}
	free(p->regex);
	p->regex = NULL;
	return false;
}

bool pattern_parse(const char *written, struct pattern *p, char **error)
{
	size_t len = strlen(written);
	char *expression;
	bool ok = true;

	*p = (struct pattern){0};
	if (len == 0 || strcmp(written, "//") == 0) {
		*error = mem_dup("the text to look for cannot be empty");
		return false;
	}
	if (len > 2 && written[0] == '/' && written[len - 1] == '/') {
		expression = mem_ndup(written + 1, len - 2);
		ok = compile(expression, p, error);
		free(expression);
	}
	if (ok)
		p->written = mem_dup(written);
	return ok;
}

void pattern_free(struct pattern *p)
{
	if (p->regex != NULL)
		regfree(p->regex);
	free(p->regex);
	free(p->written);
	*p = (struct pattern){0};
}

bool pattern_found_in(const struct pattern *p, const char *piece, bool begin, bool end)
{
	int flags = (begin ? 0 : REG_NOTBOL) | (end ? 0 : REG_NOTEOL);

	if (p->written == NULL)
		return false;
	if (p->regex == NULL)
		return strstr(piece, p->written) != NULL;
	return regexec(p->regex, piece, 0, NULL, flags) == 0;
}

bool pattern_found(const struct pattern *p, const char *line, bool whole)
{
	return pattern_found_in(p, line, true, whole);
}
