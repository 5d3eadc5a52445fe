/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/exec.h"
#include "base/mem.h"
#include "vm/launch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* What of the host a machine can have. */

/* A line of its own in -display help. */
static bool lists(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (; text != NULL; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (strncmp(text, word, len) == 0 && (text[len] == '\n' || text[len] == '\0'))
			return true;
	}
	return false;
}

const char *vm_launch_display(const char *program)
{
	static const char *const displays[] = {"gtk", "sdl"};
	const char *const argv[] = {program, "-display", "help", NULL};
	struct strbuf out = {0};
	const char *found = NULL;

	if (exec_try(argv, &out, NULL) == 0) {
		for (size_t i = 0; i < sizeof displays / sizeof *displays && found == NULL; i++)
			found = lists(out.data, displays[i]) ? displays[i] : NULL;
	}
	strbuf_free(&out);
	return found;
}

unsigned vm_free_port(unsigned port)
{
	for (unsigned last = port + 100; port < last && port <= 65535; port++) {
		const struct sockaddr_in at = {.sin_family = AF_INET,
					       .sin_port = htons((uint16_t)port),
					       .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
		bool free_port;

		if (fd < 0)
			return 0;
		/* as QEMU does, so that a connection of a minute ago is not in the way */
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
		free_port = bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 &&
			    listen(fd, 1) == 0;
		close(fd);
		if (free_port)
			return port;
	}
	return 0;
}

/* Linux, Documentation/networking/tuntap.rst: one that is there is attached to by its name; one
 * that is not would be made, by who may. */
char *vm_tap_unfit(const char *name)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd, err = 0;

	if (strlen(name) >= sizeof request.ifr_name || name[0] == '\0')
		return mem_printf("'%s' is no name of a network interface", name);
	if (if_nametoindex(name) == 0)
		return mem_printf(
			"there is no network interface %s; make one with: ip tuntap add "
			"dev %s mode tap user $USER && ip link set %s up, and put it into "
			"a bridge",
			name, name, name);
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return mem_printf("/dev/net/tun: %s; load the module tun, or be let at it",
				  strerror(errno));
	memcpy(request.ifr_name, name, strlen(name) + 1);
	if (ioctl(fd, TUNSETIFF, &request) != 0)
		err = errno;
	close(fd);
	if (err == EINVAL)
		return mem_printf("%s is no tap interface; make one with: ip tuntap add dev tap0 "
				  "mode tap user $USER",
				  name);
	if (err == EPERM)
		return mem_printf(
			"%s is not yours; make it anew with: ip tuntap add dev %s mode tap "
			"user $USER",
			name, name);
	if (err == EBUSY)
		return mem_printf("%s is in use by another program", name);
	return err != 0 ? mem_printf("%s: %s", name, strerror(err)) : NULL;
}
