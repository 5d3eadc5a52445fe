/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_SERVE_KEEPER_H
#define MKBOOT_SERVE_KEEPER_H

#include <stdbool.h>
#include <sys/types.h>

#include "serve/user.h"

/*
 * Within the stage: dnsmasq as a child that cannot outlive mkboot and sees the tree read-only.
 *
 * Between mkboot and dnsmasq is a keeper, the first process of a PID namespace of its own: when
 * mkboot is gone, in whatever way, a pipe hangs up, the keeper ends, and the kernel ends all that
 * is left in the namespace (pid_namespaces(7)). PR_SET_PDEATHSIG does not do: it is lost when
 * dnsmasq changes its user (prctl(2)). In a mount namespace of its own what leads to the tree is
 * bound to KEEPER_TOP, read-only, without devices, programs and symbolic links: dnsmasq's user
 * needs no way to where it lies, and no link leads out of it. A link of the keeper's own leads from
 * KEEPER_ROOT there, by name: to the tree that has the name when a file is asked for. Between the
 * two is only what dnsmasq refuses: ".." (its tftp.c, check_tftp_fileperm).
 */
#define KEEPER_MOUNT "/mnt"
#define KEEPER_ROOT  KEEPER_MOUNT "/tftp"
#define KEEPER_TOP   KEEPER_MOUNT "/out"

struct keeper {
	char *program;      /* of dnsmasq */
	char **argv;        /* its arguments */
	int config;         /* the memory file that becomes its standard input */
	const char *top;    /* the folder that the tree is found in, at any time */
	const char *tree;   /* below it, what is served by TFTP: "demo/tftp/demo"; NULL: nothing */
	const char *folder; /* what it is called there, below the root: "boot/demo" */
	const struct serve_user *user;

	pid_t pid;
	int life;    /* closed: it ends */
	int lines;   /* what dnsmasq writes; its end is dnsmasq's end */
	bool jailed; /* in namespaces; else the tree is served where it lies, by its own path */
};

/* Can namespaces be had here? Not in many a container. */
bool keeper_can_jail(void);
/* Start it. MK_FAILED, said. */
enum mk_status keeper_start(struct keeper *k);
/* End it and wait for it; its exit status as waitpid has it. */
int keeper_end(struct keeper *k);

#endif
