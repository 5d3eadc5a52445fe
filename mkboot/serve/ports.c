/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "serve/net.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Ports that somebody else listens on, and who (proc(5)). */

#define PROC_NET_MAX  ((size_t)16 << 20)
#define TCP_LISTENING 0x0a /* net/tcp_states.h */

/* Does process PID hold the socket of INODE? */
static bool holds(const char *pid, uint64_t inode)
{
	char *folder = mem_printf("/proc/%s/fd", pid),
	     *wanted = mem_printf("socket:[%" PRIu64 "]", inode);
	DIR *d = opendir(folder);
	struct dirent *e;
	bool found = false;

	while (d != NULL && !found && (e = readdir(d)) != NULL) {
		char target[64];
		ssize_t n = readlinkat(dirfd(d), e->d_name, target, sizeof target - 1);

		target[n > 0 ? n : 0] = '\0';
		found = strcmp(target, wanted) == 0;
	}
	if (d != NULL)
		closedir(d);
	free(wanted);
	free(folder);
	return found;
}

/* "dhcpd (process 123)"; NULL where /proc does not say. For free(). */
static char *holder(uint64_t inode)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	char *who = NULL;

	while (d != NULL && who == NULL && (e = readdir(d)) != NULL) {
		struct strbuf name = {0};
		char *path;

		if (!isdigit((unsigned char)e->d_name[0]) || !holds(e->d_name, inode))
			continue;
		path = mem_printf("/proc/%s/comm", e->d_name);
		if (fs_read(path, 64, &name) == 0 && name.len > 0)
			who = mem_printf("%.*s (process %s)", (int)strcspn(name.data, "\n"),
					 name.data, e->d_name);
		strbuf_free(&name);
		free(path);
	}
	if (d != NULL)
		closedir(d);
	return who;
}

/* Who listens on the port at IP, or at all addresses. For free(). */
static char *listener(bool udp, uint32_t ip, unsigned port)
{
	struct strbuf table = {0};
	char *line, *save = NULL, *who = NULL;

	if (fs_read(udp ? "/proc/net/udp" : "/proc/net/tcp", PROC_NET_MAX, &table) != 0)
		return NULL;
	for (line = strtok_r(table.data, "\n", &save); line != NULL && who == NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		unsigned at, its_port, state;
		uint64_t inode;

		if (sscanf(line, " %*u: %8x:%4x %*8x:%*4x %2x %*x:%*x %*x:%*x %*x %*u %*u %" SCNu64,
			   &at, &its_port, &state, &inode) != 4 ||
		    its_port != port || (at != 0 && ip != 0 && ntohl(at) != ip) ||
		    (!udp && state != TCP_LISTENING))
			continue;
		who = holder(inode);
	}
	strbuf_free(&table);
	return who;
}

static enum mk_status in_use(bool udp, uint32_t ip, unsigned port, const char *what)
{
	char *who = listener(udp, ip, port);
	enum mk_status st;

	st = msg_fail(MK_BAD_INPUT, "%s port %u, for %s, is in use%s%s; end that, or see: ss -l%sp",
		      udp ? "UDP" : "TCP", port, what, who != NULL ? " by " : "",
		      who != NULL ? who : "", udp ? "un" : "tn");
	free(who);
	return st;
}

enum mk_status serve_port_free(const struct serve_interface *i, bool udp, uint32_t ip,
			       unsigned port, const char *what)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(ip)};
	int fd = socket(AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0), err = 0;
	int reuse = !udp; /* connections of the server before (tcp(7), TIME_WAIT) do not count */

	/* another interface's server is no matter */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, i->name, (socklen_t)strlen(i->name)) != 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof at) != 0)
		err = errno;
	if (fd >= 0)
		close(fd);
	if (err == EADDRINUSE)
		return in_use(udp, ip, port, what);
	if (err != 0)
		return msg_fail(MK_FAILED, "%s port %u, for %s, cannot be opened: %s",
				udp ? "UDP" : "TCP", port, what, strerror(err));
	return MK_OK;
}

enum mk_status serve_listen(uint32_t ip, unsigned port, const char *what, int *fd)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(ip)};
	int yes = 1, err = 0;

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* as in serve_port_free */
	if (*fd < 0 || setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
	    bind(*fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(*fd, 64) != 0)
		err = errno;
	if (err == 0)
		return MK_OK;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	if (err == EADDRINUSE)
		return in_use(false, ip, port, what);
	return msg_fail(MK_FAILED, "TCP port %u, for %s, cannot be opened: %s", port, what,
			strerror(err));
}
