/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "base/version.h"
#include "recipe/recipe.h"
#include "verbs/verbs.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct verb *const verbs[] = {&verb_init,  &verb_build, &verb_check,
					   &verb_run,   &verb_test,  &verb_dhcp,
					   &verb_serve, &verb_nics,  &verb_toolchain};
#define N_VERBS (sizeof verbs / sizeof verbs[0])

static enum mk_status help(void)
{
	puts("mkboot " MKBOOT_VERSION ": a recipe or a kernel in, media that boot out\n");
	puts("usage: mkboot VERB [ARGUMENTS]\n");
	for (size_t i = 0; i < N_VERBS; i++)
		printf("  %-9s %s\n            %s\n", verbs[i]->name, verbs[i]->arguments,
		       verbs[i]->summary);
	puts("\n`mkboot VERB --help` lists a verb's options; `man mkboot` tells the rest.\n\n"
	     "exit status: 0 done, 1 a boot test said no, 2 usage, 3 bad recipe or input,\n"
	     "             4 a program or package is missing, 5 reading, writing or building "
	     "failed;\n"
	     "             run: the guest's own");
	return MK_OK;
}

static enum mk_status unknown(const char *word)
{
	const char *names[N_VERBS];
	const char *near;

	for (size_t i = 0; i < N_VERBS; i++)
		names[i] = verbs[i]->name;
	near = recipe_nearest(word, names, N_VERBS);
	if (near != NULL)
		return msg_fail(MK_USAGE, "there is no verb '%s'; did you mean '%s'?", word, near);
	return msg_fail(MK_USAGE, "there is no verb '%s'; see: mkboot --help", word);
}

/* A standard stream that is closed would be the number of the next file that is opened. It is
 * filled with something that cannot be used, so that using it is still an error. */
static void fill_standard_streams(void)
{
	static const int modes[] = {O_WRONLY, O_RDONLY, O_RDONLY};

	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) < 0)
			return;
	}
}

int main(int argc, char *argv[])
{
	const char *word = argc > 1 ? argv[1] : "";

	fill_standard_streams();
	/* A reader that goes away, or a file-size limit, is an error of writing, told as such. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	/* Where whoever started mkboot ignores it, no child would have an exit status (wait(2)). */
	signal(SIGCHLD, SIG_DFL);
	for (size_t i = 0; i < N_VERBS; i++) {
		if (strcmp(verbs[i]->name, word) == 0)
			return (int)verb_close_output(verbs[i]->run(argc - 1, argv + 1));
	}
	if (strcmp(word, "--version") == 0) {
		puts("mkboot " MKBOOT_VERSION);
		return (int)verb_close_output(MK_OK);
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0)
		return (int)verb_close_output(help());
	if (word[0] == '\0')
		return (int)msg_fail(MK_USAGE, "say what to do; see: mkboot --help");
	return (int)unknown(word);
}
