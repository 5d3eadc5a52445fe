/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/user.h"
#include "base/mem.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#define NOBODY 65534

/* A number of sudo's; false where it is none, or root's. */
static bool number(const char *name, unsigned *out)
{
	const char *text = getenv(name);
	char *end = NULL;
	unsigned long n = text != NULL ? strtoul(text, &end, 10) : 0;

	if (text == NULL || text[0] < '0' || text[0] > '9' || *end != '\0' || n == 0 ||
	    n >= UINT32_MAX)
		return false;
	*out = (unsigned)n;
	return true;
}

void serve_user_find(struct serve_user *u)
{
	unsigned uid, gid;
	struct passwd *pw;

	*u = (struct serve_user){.uid = NOBODY, .gid = NOBODY};
	if (number("SUDO_UID", &uid) && number("SUDO_GID", &gid)) {
		pw = getpwuid(uid);
		*u = (struct serve_user){
			.uid = uid, .gid = gid, .home = mem_dup(pw != NULL ? pw->pw_dir : "/")};
	} else if ((pw = getpwnam("nobody")) != NULL && pw->pw_uid != 0 && pw->pw_gid != 0) {
		*u = (struct serve_user){.uid = pw->pw_uid, .gid = pw->pw_gid};
	}
}

void serve_user_free(struct serve_user *u)
{
	free(u->home);
	u->home = NULL;
}

enum mk_status serve_user_become(const struct serve_user *u)
{
	if (geteuid() != 0 || u->home == NULL)
		return MK_OK;
	/* the cache is the user's own, too; sudo has made HOME root's */
	setenv("HOME", u->home, 1);
	unsetenv("XDG_CACHE_HOME");
	/* root stays the saved user: it comes back, but no program that is started has it */
	if (setgroups(0, NULL) != 0 || setresgid(u->gid, u->gid, 0) != 0 ||
	    setresuid(u->uid, u->uid, 0) != 0)
		return msg_errno("SUDO_UID", errno, "cannot build as that user");
	return MK_OK;
}

enum mk_status serve_user_return(void)
{
	uid_t r, e, s;

	if (getresuid(&r, &e, &s) != 0 || s != 0 || e == 0)
		return MK_OK;
	if (setresuid(0, 0, 0) != 0 || setresgid(0, 0, 0) != 0)
		return msg_errno("root", errno, "cannot be it again");
	return MK_OK;
}

int serve_user_drop(const struct serve_user *u)
{
	if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setresgid(u->gid, u->gid, u->gid) != 0 ||
			       setresuid(u->uid, u->uid, u->uid) != 0))
		return -errno;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : -errno;
}
