/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TESTS_JUDGE_FIXTURE_H
#define MKBOOT_TESTS_JUDGE_FIXTURE_H

/* What the judge is asked, and fed with; all of it is by hand. */

#include "testing.h"

#include "vm/judge.h"

/* What GRUB writes before its menu, and when it starts an entry. */
#define CLEAR   "\x1b[01;01H\x1b[2J"
#define HEADING CLEAR "\x1b[02;24HGNU GRUB  version 2.06\r\n*hello OS\r\n"
#define BOOTING CLEAR "  Booting `hello OS'\r\n\r\n"

/* A line of mkboot's own menu, wider than a console. */
#define LONG "[network] the server has no such file: was the tree copied there? May everybody"

/* What the recipe asks for; EXIT below 0: nothing. Patterns are kept until the end. */
static struct pattern patterns[256];
static size_t n_patterns;

static inline struct pattern *pattern(const char *written)
{
	char *error = NULL;

	assert_true(n_patterns < sizeof patterns / sizeof *patterns);
	assert_true(pattern_parse(written, &patterns[n_patterns], &error));
	return &patterns[n_patterns++];
}

static inline int free_patterns(void **state)
{
	(void)state;
	while (n_patterns > 0)
		pattern_free(&patterns[--n_patterns]);
	return 0;
}

static inline struct recipe_test ask(const char *expect, int status)
{
	struct recipe_test t = {.timeout = 30, .silence = 5};

	if (expect != NULL)
		t.expect = *pattern(expect);
	t.has_exit = status >= 0;
	t.exit = status >= 0 ? (unsigned)status : 0;
	return t;
}

static const __attribute__((unused)) struct judge_event stopped = {JUDGE_STOPPED, 0, NULL};
static const __attribute__((unused)) struct judge_event deadline = {JUDGE_DEADLINE, 0, NULL};
static const __attribute__((unused)) struct judge_event reset = {JUDGE_RESET, 0, NULL};
static const __attribute__((unused)) struct judge_event poweroff = {JUDGE_POWEROFF, 0, NULL};
static const __attribute__((unused)) struct judge_event exit33 = {JUDGE_EXITED, 33, NULL};
static const __attribute__((unused)) struct judge_event exit35 = {JUDGE_EXITED, 35, NULL};

/* Feed both consoles, once whole and once byte by byte, and compare the reason, "" for a yes. */
static inline void verdict(struct recipe_test t, const char *serial, const char *screen,
			   struct judge_event e, const char *want)
{
	for (size_t step = 1; step <= 65536; step += 65535) {
		struct judge j;
		char *reason = NULL;

		judge_begin(&j, &t);
		for (size_t i = 0; i < strlen(screen); i += step)
			judge_feed(&j, JUDGE_SCREEN, screen + i,
				   step < strlen(screen + i) ? step : strlen(screen + i));
		for (size_t i = 0; i < strlen(serial); i += step)
			judge_feed(&j, JUDGE_SERIAL, serial + i,
				   step < strlen(serial + i) ? step : strlen(serial + i));
		assert_int_equal(judge_verdict(&j, &e, &reason), want[0] == '\0');
		assert_string_equal(reason != NULL ? reason : "", want);
		free(reason);
		judge_free(&j);
	}
}

/* TEST with what it must not find. */
static inline struct recipe_test rejects(struct recipe_test t, const char *one, const char *two)
{
	static struct pattern lists[64][2];
	static size_t n;
	struct pattern *list = lists[n++];

	list[0] = *pattern(one);
	list[1] = *pattern(two != NULL ? two : "no such thing");
	t.reject = list;
	t.n_reject = 2;
	return t;
}

static inline void feed(struct judge *j, enum judge_source source, const char *text)
{
	judge_feed(j, source, text, strlen(text));
}

/* What J says at the end E, which ends it. */
static inline void says(struct judge *j, struct judge_event e, const char *want)
{
	char *reason = NULL;

	assert_int_equal(judge_verdict(j, &e, &reason), want[0] == '\0');
	assert_string_equal(reason != NULL ? reason : "", want);
	free(reason);
	judge_free(j);
}

#endif
