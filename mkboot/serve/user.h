/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_SERVE_USER_H
#define MKBOOT_SERVE_USER_H

#include <sys/types.h>

#include "base/status.h"

/*
 * Whom mkboot works for where root started it: the user who called sudo, else nobody. Files are
 * built as that user, and network clients are answered as that user.
 */
struct serve_user {
	uid_t uid;
	gid_t gid;
	char *home; /* NULL where it is not a person's */
};

/* SUDO_UID and SUDO_GID, else nobody. For serve_user_free. */
void serve_user_find(struct serve_user *u);
void serve_user_free(struct serve_user *u);

/* Be the user who called sudo, until serve_user_return: what is built is that user's, and so are
 * the programs started. Nothing where nobody called sudo, or where this is not root. */
enum mk_status serve_user_become(const struct serve_user *u);
enum mk_status serve_user_return(void);

/* For ever, without the right to get any privilege back (PR_SET_NO_NEW_PRIVS). 0 or a negative
 * errno. Only system calls of this thread's: for children, too. */
int serve_user_drop(const struct serve_user *u);

#endif
