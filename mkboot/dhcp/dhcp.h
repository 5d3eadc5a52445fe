/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_DHCP_DHCP_H
#define MKBOOT_DHCP_DHCP_H

#include "base/strbuf.h"
#include "plan/plan.h"
#include "recipe/recipe.h"

/*
 * Configuration, from templates/dhcp/, of what hands out addresses and boot files (DHCP: RFC 2131,
 * 2132; client architecture: RFC 4578; UEFI HTTP boot: UEFI 2.10 §24.7) and of what serves the
 * files (TFTP, HTTP). A server is a template there and a line in servers.c; what templates can name
 * is in render.c.
 */

/* What a server is; also the order and the headings of `mkboot dhcp --list`. */
enum dhcp_kind {
	DHCP_SERVER,   /* a DHCP server's own file */
	DHCP_ROUTER,   /* what goes into a router's pages or shell */
	DHCP_TFTP,     /* serves the TFTP tree, hands out nothing */
	DHCP_WEB,      /* serves the HTTP tree, hands out nothing */
	DHCP_EMULATOR, /* an emulator's own network */
	DHCP_KIND_COUNT,
};
extern const char *const dhcp_kind_titles[DHCP_KIND_COUNT];

/* What a server cannot do. limits.c has a sentence for each. */
enum dhcp_limit {
	DHCP_ONE_FILE,        /* one boot file, whatever the client's architecture */
	DHCP_NO_HTTP,         /* no UEFI HTTP boot */
	DHCP_HTTP_OR_TFTP,    /* UEFI HTTP boot where the recipe has no TFTP tree, and only there */
	DHCP_NO_HOST_FILE,    /* no boot file for a single host */
	DHCP_NO_HOST_ADDRESS, /* no address for a single host */
	DHCP_HOST_ONE_FILE,   /* a host with an address of its own has one file, likewise */
	DHCP_HOST_FILE_BY_IP, /* a boot file of its own only for a host with such an address */
	DHCP_HOST_NO_HTTP,    /* such a host gets it by HTTP, too, where it cannot boot by it */
	DHCP_HOST_FILE_DOT,   /* such a file without a dot in its path: not for UEFI */
	DHCP_NO_BOOTP,        /* plain BOOTP (RFC 951) gets no answer */
	DHCP_BOOTP_BY_IP,     /* or only for a host with an address of its own */
	DHCP_OPTIONS_ONLY,    /* the file in option 67 only: not for clients that read the header */
	DHCP_ONE_URL,         /* one URL for UEFI HTTP boot, likewise */
	DHCP_NO_PLAIN, /* clients that do not say PXEClient (stock GRUB's DHCP) get no answer */
	DHCP_LIMIT_COUNT,
};
#define DHCP_LIMIT(l) (1u << (l))

struct dhcp_server {
	const char *name;  /* after --for and in recipes: "dual-server" */
	const char *title; /* for people: "Dual Server" */
	const char *file;  /* in out/NAME/dhcp/ and in templates/dhcp/: "DualServer.ini" */
	enum dhcp_kind kind;
	const char *newline; /* "\n" or "\r\n" */
	unsigned limits;     /* set of enum dhcp_limit */
	bool slices; /* it tells clients apart by address range only: each kind needs its own */
	/* TEXT as it must stand in this server's file, appended to OUT. False where the format
	 * cannot hold it. */
	bool (*escape)(struct strbuf *out, const char *text);
};
extern const struct dhcp_server dhcp_servers[];
extern const size_t dhcp_n_servers; /* at most 32: recipe_output.servers */

/* NULL where there is none of that name. */
const struct dhcp_server *dhcp_server_find(const char *name);

/* What the configuration hands out, by platform: the NBPs' paths below the TFTP root, and those of
 * the EFI applications below the web server's. NULL for a platform that the tree lacks: its clients
 * get an address and no boot file, and never another platform's. The default branch (clients that
 * send no option 93) gets FALLBACK's of the TFTP tree; PLATFORM_COUNT: there is no such tree. */
struct dhcp_boot_files {
	char *file[PLATFORM_COUNT];
	char *http[PLATFORM_COUNT];
	enum platform fallback;
};
/* Those of the plan's trees; for dhcp_files_free. */
void dhcp_files_of(const struct plan *plan, struct dhcp_boot_files *files);
void dhcp_files_free(struct dhcp_boot_files *files);

/* The header's field `file` (RFC 2131 §2): 128 bytes, the last of them a NUL. */
#define DHCP_FILE_MAX 127

/* What of the recipe S cannot do: a set of enum dhcp_limit, each of which dhcp_limit_text says as a
 * sentence (the caller frees). The same sentences stand in the file that is written.
 * dhcp_limit_next takes one out of LIMITS and gives its sentence; NULL where none is left. */
unsigned dhcp_lost(const struct recipe *r, const struct dhcp_server *s,
		   const struct dhcp_boot_files *files);
char *dhcp_limit_text(enum dhcp_limit limit, const struct dhcp_server *s,
		      const struct dhcp_boot_files *files);
char *dhcp_limit_next(unsigned *limits, const struct dhcp_server *s,
		      const struct dhcp_boot_files *files);

/* Has S anything to hand out or to serve of this? A web server has not without an HTTP tree, nor a
 * server without HTTP boot with nothing else. */
bool dhcp_fits(const struct dhcp_server *s, const struct dhcp_boot_files *files);

/* Can S tell clients apart by R's range of addresses, where it does (slices)? Not where that is too
 * small, or a host's address in it stands in the way. */
bool dhcp_range_does(const struct recipe *r, const struct dhcp_server *s,
		     const struct dhcp_boot_files *files);

/* Can S's file hold all hosts' boot files of R? */
bool dhcp_holds(const struct recipe *r, const struct dhcp_server *s);

/* The configuration, appended to OUT. R's network and its subnet must be given where S hands out
 * addresses, and a server's address for the web (else MK_BAD_INPUT, at its place). SERVER_IP: in
 * the place of the recipe's own, or 0.
 */
enum mk_status dhcp_render(const struct recipe *r, const struct dhcp_server *s,
			   const struct dhcp_boot_files *files, uint32_t server_ip,
			   struct strbuf *out);

#endif
