/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What dnsmasq 2.90 wrote of machines that booted, and what is made of it. */
#include "testing.h"

#include "serve/log.h"

static int64_t size_of(void *ctx, const char *path)
{
	(void)ctx;
	return strcmp(path, "wire/bios.0") == 0       ? 151380
	       : strcmp(path, "wire/boot/k.elf") == 0 ? 999
						      : -1;
}

static bool mac_of(void *ctx, uint32_t ip, char mac[18])
{
	(void)ctx;
	snprintf(mac, 18, "%s", "52:54:00:12:34:99");
	return ip == 0xc0a84dc9; /* 192.168.77.201 */
}

static struct serve_log new_log(void)
{
	return (struct serve_log){.size_of = size_of, .mac_of = mac_of, .root = "/mnt"};
}

/* Lines, each MS after the one before. The result is the caller's. */
static char *told(struct serve_log *l, const char *const lines[], size_t n, int64_t ms)
{
	struct strbuf out = {0};

	for (size_t i = 0; i < n; i++)
		serve_log_line(l, lines[i], 1000 + (int64_t)i * ms, &out);
	return strbuf_take(&out);
}

#define TOLD(l, lines, ms) told(l, lines, sizeof(lines) / sizeof *(lines), ms)

/* iPXE in QEMU's e1000. */
static void test_bios(void **state)
{
	static const char *const lines[] = {
		"dnsmasq-dhcp[5920]: 3725824802 available DHCP range: 192.168.77.100 -- "
		"192.168.77.150",
		"dnsmasq-dhcp[5920]: 3725824802 vendor class: PXEClient:Arch:00000:UNDI:002001",
		"dnsmasq-dhcp[5920]: 3725824802 user class: iPXE",
		"dnsmasq-dhcp[5920]: 3725824802 DHCPDISCOVER(br0) 52:54:00:12:34:56 ",
		"dnsmasq-dhcp[5920]: 3725824802 tags: known, bios, br0",
		"dnsmasq-dhcp[5920]: 3725824802 DHCPOFFER(br0) 192.168.77.50 52:54:00:12:34:56 ",
		"dnsmasq-dhcp[5920]: 3725824802 bootfile name: wire/bios.0",
		"dnsmasq-dhcp[5920]: 3725824802 next server: 192.168.77.1",
		"dnsmasq-dhcp[5920]: 3725824802 sent size:  1 option: 53 message-type  2",
		"dnsmasq-dhcp[5920]: 3725824802 vendor class: PXEClient:Arch:00000:UNDI:002001",
		"dnsmasq-dhcp[5920]: 3725824802 DHCPREQUEST(br0) 192.168.77.50 52:54:00:12:34:56 ",
		"dnsmasq-dhcp[5920]: 3725824802 DHCPACK(br0) 192.168.77.50 52:54:00:12:34:56 "
		"testbox",
		"dnsmasq-dhcp[5920]: 3725824802 requested options: 203",
		"dnsmasq-dhcp[5920]: 3725824802 bootfile name: wire/bios.0",
		"dnsmasq-dhcp[5920]: 3725824802 sent size:  1 option: 53 message-type  5",
		"dnsmasq-tftp[5920]: sent /mnt/wire/bios.0 to 192.168.77.50",
		"dnsmasq-tftp[5920]: sent /mnt/wire/boot/k.elf to 192.168.77.50",
	};
	struct serve_log l = new_log();
	char *out = TOLD(&l, lines, 100);

	(void)state;
	assert_string_equal(
		out,
		"52:54:00:12:34:56  BIOS               192.168.77.50    is to load wire/bios.0\n"
		"52:54:00:12:34:56  BIOS               192.168.77.50    wire/bios.0  151,380 bytes "
		"in 0.40 s\n"
		"52:54:00:12:34:56  BIOS               192.168.77.50    wire/boot/k.elf  999 bytes "
		"in 0.10 s\n");
	free(out);
	serve_log_free(&l);
}

/* EDK2, beside another DHCP server: told in the offer and again at port 4011; it asks the file's
 * size first, and breaks that off. */
static void test_proxy(void **state)
{
	static const char *const lines[] = {
		"dnsmasq-dhcp[6319]: 3697683270 available DHCP subnet: 192.168.77.0/255.255.255.0",
		"dnsmasq-dhcp[6319]: 3697683270 vendor class: PXEClient:Arch:00007:UNDI:003000",
		"dnsmasq-dhcp[6319]: 3697683270 PXE(br0) 52:54:00:12:34:57 proxy",
		"dnsmasq-dhcp[6319]: 3697683270 tags: u64, br0",
		"dnsmasq-dhcp[6319]: 3697683270 bootfile name: wire/uefi64.efi",
		"dnsmasq-dhcp[6319]: 3697683270 sent size:  1 option: 53 message-type  2",
		"dnsmasq-dhcp[6319]: 3697683270 vendor class: PXEClient:Arch:00007:UNDI:003000",
		"dnsmasq-dhcp[6319]: 4054964322 vendor class: PXEClient:Arch:00007:UNDI:003000",
		"dnsmasq-dhcp[6319]: 4054964322 PXE(br0) 52:54:00:12:34:57 proxy",
		"dnsmasq-dhcp[6319]: 4054964322 bootfile name: wire/uefi64.efi",
		"dnsmasq-dhcp[6319]: 0 vendor class: PXEClient",
		"dnsmasq-dhcp[6319]: 0 PXE(br0) 192.168.77.200 52:54:00:12:34:56 wire/bios.0",
		"dnsmasq-dhcp[6319]: 0 bootfile name: wire/bios.0",
		"dnsmasq-tftp[6319]: error 8 User aborted the transfer received from "
		"192.168.77.200",
		"dnsmasq-tftp[6319]: sent /mnt/wire/bios.0 to 192.168.77.200",
	};
	struct serve_log l = new_log();
	char *out = TOLD(&l, lines, 10);

	(void)state;
	assert_string_equal(
		out,
		"52:54:00:12:34:57  UEFI x64           -                is to load "
		"wire/uefi64.efi\n"
		"52:54:00:12:34:56  -                  192.168.77.200   is to load wire/bios.0\n"
		"52:54:00:12:34:56  -                  192.168.77.200   wire/bios.0  151,380 bytes "
		"in 0.01 s\n");
	free(out);
	serve_log_free(&l);
}

static void test_failures(void **state)
{
	static const char *const lines[] = {
		"dnsmasq-tftp[6]: file /mnt/wire/no such for x not found for 192.168.77.201",
		"dnsmasq-tftp[6]: cannot access /mnt/../../etc/passwd: Permission denied",
		"dnsmasq-tftp[6]: failed sending /mnt/wire/bios.0 to 192.168.77.201",
		"dnsmasq-tftp[6]: error 3 Disk full received from 192.168.77.9",
		"dnsmasq-dhcp[6]: 77 DHCPDISCOVER(br0) 52:54:00:12:34:58 no address available",
		"dnsmasq-dhcp[6]: 78 DHCPACK(br0) 192.168.77.60 52:54:00:12:34:58",
		"dnsmasq-dhcp[6]: 78 sent size:  1 option: 53 message-type  5",
		"dnsmasq-tftp[6]: file /mnt/\x1b[2J\xc3 not found for 192.168.77.60",
		"dnsmasq[6]: read /etc/hosts - 0 names",
		"another program: sent /mnt/wire/bios.0 to 192.168.77.60",
		"dnsmasq-tftp[6]: sent /mnt/wire/bios.0 to nobody",
		"dnsmasq-tftp[6]: sent",
		"dnsmasq",
		"",
	};
	struct serve_log l = new_log();
	char *out = TOLD(&l, lines, 10);

	(void)state;
	assert_string_equal(
		out,
		"52:54:00:12:34:99  -                  192.168.77.201   asked for a file that is "
		"not "
		"there: wire/no such for x\n"
		"refused: ../../etc/passwd: Permission denied\n"
		"52:54:00:12:34:99  -                  192.168.77.201   only looked at, or did not "
		"get whole: "
		"wire/bios.0\n"
		"-                  -                  192.168.77.9     it broke a transfer off: "
		"error "
		"3 Disk full\n"
		"dnsmasq: DHCPDISCOVER(br0) 52:54:00:12:34:58 no address available\n"
		"52:54:00:12:34:58  -                  192.168.77.60    has an address, and "
		"nothing "
		"here that it could load\n"
		"52:54:00:12:34:58  -                  192.168.77.60    asked for a file that is "
		"not "
		"there: ?[2J?\n");
	free(out);
	serve_log_free(&l);
}

/* A transfer's seconds are those from its request, whose way to write the name is the client's. */
static void test_requests(void **state)
{
	struct serve_log l = new_log();
	struct strbuf out = {0};

	(void)state;
	serve_log_request(&l, 0xc0a84d05, "52:54:00:12:34:05", "\\wire\\bios.0", 1000);
	serve_log_line(
		&l, "dnsmasq-tftp[6]: error 8 User aborted the transfer received from 192.168.77.5",
		1500, &out);
	serve_log_request(&l, 0xc0a84d05, "52:54:00:12:34:05", "/wire/bios.0", 2000);
	serve_log_request(&l, 0xc0a84d05, "52:54:00:12:34:05", "wire/boot/k.elf", 3000);
	serve_log_line(&l, "dnsmasq-tftp[6]: sent /mnt/wire/bios.0 to 192.168.77.5", 4500, &out);
	serve_log_line(&l, "dnsmasq-tftp[6]: sent /mnt/wire/boot/k.elf to 192.168.77.5", 5000,
		       &out);
	/* more than are kept: the oldest are forgotten, and their seconds are the last sign's */
	for (unsigned i = 0; i < 3 * SERVE_REQUESTS; i++) {
		char name[20];

		snprintf(name, sizeof name, "f%u", i);
		serve_log_request(&l, 0xc0a84d05, "52:54:00:12:34:05", name, 6000 + i);
	}
	assert_string_equal(
		out.data,
		"52:54:00:12:34:05  -                  192.168.77.5     wire/bios.0  151,380 bytes "
		"in 2.50 s\n"
		"52:54:00:12:34:05  -                  192.168.77.5     wire/boot/k.elf  999 bytes "
		"in 2.00 s\n");
	strbuf_free(&out);
	serve_log_free(&l);
}

static void test_http(void **state)
{
	struct serve_log l = new_log();
	struct strbuf out = {0};

	(void)state;
	serve_log_http(&l, 0xc0a84dc9, "/wire/uefi64.efi", 1234567, 1230, NULL, 5000, &out);
	serve_log_http(&l, 0xc0a84dc9, "/\x07", 0, 0, "404 not found", 5000, &out);
	assert_string_equal(
		out.data, "52:54:00:12:34:99  -                  192.168.77.201   "
			  "http:/wire/uefi64.efi  1,234,567 bytes in 1.23 s\n"
			  "52:54:00:12:34:99  -                  192.168.77.201   http:/?  404 not "
			  "found\n");
	strbuf_free(&out);
	serve_log_free(&l);
}

/* A flood of clients does not grow without bound, and the last ones are known. */
static void test_flood(void **state)
{
	struct serve_log l = new_log();
	struct strbuf out = {0};

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		char line[100];

		snprintf(line, sizeof line,
			 "dnsmasq-dhcp[6]: %u DHCPACK(br0) 10.0.%u.%u 02:00:00:00:%02x:%02x", i,
			 i >> 8, i & 255, i >> 8, i & 255);
		serve_log_line(&l, line, 1000 + i, &out);
	}
	assert_in_range(l.n_clients, 1, 1024);
	serve_log_line(&l, "dnsmasq-tftp[6]: sent /mnt/wire/bios.0 to 10.0.19.135", 7000, &out);
	assert_non_null(strstr(out.data, "02:00:00:00:13:87  "));
	strbuf_free(&out);
	serve_log_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bios),     cmocka_unit_test(test_proxy),
		cmocka_unit_test(test_failures), cmocka_unit_test(test_http),
		cmocka_unit_test(test_flood),    cmocka_unit_test(test_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
