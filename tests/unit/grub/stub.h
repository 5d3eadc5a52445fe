/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TESTS_GRUB_STUB_H
#define MKBOOT_TESTS_GRUB_STUB_H

/*
 * As much of GRUB 2's headers as the protocols' glue takes, so that the glue is tested on the host,
 * too: a test includes the .c itself and has these functions of its own. Order and size of the
 * fields mean nothing here.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

typedef uint8_t grub_uint8_t;
typedef uint16_t grub_uint16_t;
typedef uint32_t grub_uint32_t;
typedef uint64_t grub_uint64_t;
typedef uint64_t grub_off_t;
typedef uint64_t grub_disk_addr_t;
typedef size_t grub_size_t;
typedef ssize_t grub_ssize_t;
#define PRIuGRUB_UINT64_T PRIu64

#define grub_memcpy    memcpy
#define grub_memset    memset
#define grub_memcmp    memcmp
#define grub_malloc    malloc
#define grub_zalloc(n) calloc(1, n)
#define grub_free      free

static inline uint32_t grub_get_unaligned32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}
static inline uint16_t grub_be_to_cpu16(uint16_t v)
{
	return (uint16_t)(v << 8 | v >> 8);
}

/* --- grub/err.h */

typedef enum {
	GRUB_ERR_NONE,
	GRUB_ERR_OUT_OF_MEMORY,
	GRUB_ERR_FILE_READ_ERROR,
	GRUB_ERR_NET_NO_ROUTE,
	GRUB_ERR_NET_BAD_ADDRESS,
	GRUB_ERR_NET_PORT_CLOSED,
	GRUB_ERR_NET_UNKNOWN_ERROR,
	GRUB_ERR_ACCESS_DENIED,
	GRUB_ERR_IO,
	GRUB_ERR_BUG,
	GRUB_ERR_TIMEOUT,
	GRUB_ERR_FILE_NOT_FOUND,
	GRUB_ERR_BAD_FILENAME,
	GRUB_ERR_NET_INVALID_RESPONSE,
} grub_err_t;
#define GRUB_MAX_ERRMSG 256
static grub_err_t grub_errno;
static char grub_errmsg[GRUB_MAX_ERRMSG];

static inline __attribute__((format(printf, 2, 3))) grub_err_t grub_error(grub_err_t err,
									  const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(grub_errmsg, sizeof grub_errmsg, format, args);
	va_end(args);
	return grub_errno = err;
}

/* --- grub/time.h, grub/i386/tsc.h, grub/fs.h, grub/file.h */

grub_uint64_t grub_get_time_ms(void);
int grub_cpu_is_tsc_supported(void);
grub_uint64_t grub_get_tsc(void);

struct grub_file;
struct grub_fs {
	const char *name;
	grub_ssize_t (*fs_read)(struct grub_file *file, char *buf, grub_size_t len);
	grub_err_t (*fs_close)(struct grub_file *file);
};

typedef struct grub_net {
	char *name, *server;
} * grub_net_t;
typedef struct grub_device {
	grub_net_t net;
} * grub_device_t;

typedef void (*grub_disk_read_hook_t)(grub_disk_addr_t sector, unsigned offset, unsigned length,
				      void *data);
struct grub_file {
	grub_device_t device;
	struct grub_fs *fs;
	grub_off_t offset, size;
	int not_easily_seekable;
	void *data;
};
#define GRUB_FILE_SIZE_UNKNOWN 0xffffffffffffffffULL
static __attribute__((unused)) grub_disk_read_hook_t grub_file_progress_hook;

/* --- grub/net.h, grub/net/netbuff.h, grub/net/ethernet.h */

struct grub_net_buff {
	grub_uint8_t *head, *data, *tail, *end;
};
void grub_netbuff_free(struct grub_net_buff *nb);

struct grub_net_card;
struct grub_net_card_driver {
	grub_err_t (*open)(struct grub_net_card *card);
	struct grub_net_buff *(*recv)(struct grub_net_card *card);
};
struct grub_net_card {
	struct grub_net_card *next;
	const char *name;
	struct grub_net_card_driver *driver;
	int num_ifaces, opened;
	grub_size_t mtu;
	struct {
		grub_uint8_t mac[6];
	} default_address;
};
static __attribute__((unused)) struct grub_net_card *grub_net_cards;
#define FOR_NET_CARDS(card) for (card = grub_net_cards; card != NULL; card = card->next)

typedef enum {
	GRUB_NET_NETWORK_LEVEL_PROTOCOL_DHCP_RECV,
	GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV4,
	GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV6
} grub_network_level_protocol_id_t;
typedef struct {
	grub_network_level_protocol_id_t type;
	union {
		grub_uint32_t ipv4;
		grub_uint64_t ipv6[2];
	};
} grub_net_network_level_address_t;
typedef struct {
	int type;
	grub_uint8_t mac[6];
} grub_net_link_level_address_t;
struct grub_net_network_level_interface {
	struct grub_net_network_level_interface *next;
	struct grub_net_card *card;
	grub_net_network_level_address_t address;
	grub_net_link_level_address_t hwaddress;
	grub_uint16_t vlantag;
};
static __attribute__((
	unused)) struct grub_net_network_level_interface *grub_net_network_level_interfaces;
#define FOR_NET_NETWORK_LEVEL_INTERFACES(inf) \
	for (inf = grub_net_network_level_interfaces; inf != NULL; inf = inf->next)

grub_err_t grub_net_recv_ethernet_packet(struct grub_net_buff *nb, struct grub_net_card *card);

#define GRUB_NET_LINK_LEVEL_PROTOCOL_ETHERNET 0
#define GRUB_NET_MAX_STR_ADDR_LEN             40
typedef enum {
	GRUB_NET_ETHERTYPE_IP = 0x0800,
	GRUB_NET_ETHERTYPE_ARP = 0x0806
} grub_net_ethertype_t;
typedef enum { GRUB_NET_IP_ICMPV6 = 58 } grub_net_ip_protocol_t;

struct grub_net_buff *grub_netbuff_alloc(grub_size_t len);
grub_err_t grub_netbuff_reserve(struct grub_net_buff *nb, grub_size_t len);
grub_err_t grub_netbuff_put(struct grub_net_buff *nb, grub_size_t len);
grub_err_t send_ethernet_packet(struct grub_net_network_level_interface *inf,
				struct grub_net_buff *nb, grub_net_link_level_address_t to,
				grub_net_ethertype_t type);
grub_err_t grub_net_send_ip_packet(struct grub_net_network_level_interface *inf,
				   const grub_net_network_level_address_t *to,
				   const grub_net_link_level_address_t *mac,
				   struct grub_net_buff *nb, grub_net_ip_protocol_t protocol);
grub_err_t grub_net_resolve_address(const char *name, grub_net_network_level_address_t *address);
grub_err_t grub_net_route_address(grub_net_network_level_address_t address,
				  grub_net_network_level_address_t *gateway,
				  struct grub_net_network_level_interface **inf);
int grub_net_link_layer_resolve_check(struct grub_net_network_level_interface *inf,
				      const grub_net_network_level_address_t *address);
grub_err_t grub_net_link_layer_resolve(struct grub_net_network_level_interface *inf,
				       const grub_net_network_level_address_t *address,
				       grub_net_link_level_address_t *mac);
int grub_net_addr_cmp(const grub_net_network_level_address_t *a,
		      const grub_net_network_level_address_t *b);
void grub_net_addr_to_str(const grub_net_network_level_address_t *address, char *text);

struct grub_net_app_protocol {
	const char *name;
	grub_err_t (*open)(struct grub_file *file, const char *path);
	grub_err_t (*close)(struct grub_file *file);
};
void grub_net_app_level_register(struct grub_net_app_protocol *protocol);
void grub_net_app_level_unregister(struct grub_net_app_protocol *protocol);

/* --- grub/dl.h */

#define GRUB_MOD_LICENSE(text) extern int grub_mod_license
#define GRUB_MOD_INIT(name)    static __attribute__((unused)) void grub_mod_init(void)
#define GRUB_MOD_FINI(name)    static __attribute__((unused)) void grub_mod_fini(void)

/* --- grub/env.h, grub/misc.h */

const char *grub_env_get(const char *name);
char *grub_xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define grub_strtoul strtoul
#define grub_strcmp  strcmp
#define grub_strdup  strdup

static inline __attribute__((format(printf, 3, 4))) int grub_snprintf(char *text, size_t room,
								      const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, room, format, args);
	va_end(args);
	return n;
}

#endif
