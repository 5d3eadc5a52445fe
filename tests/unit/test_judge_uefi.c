/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge: a UEFI machine, whose firmware, option ROMs and GRUB write on the serial port, too.
 * What they write was recorded in QEMU 7.2, with its e1000 ROM (iPXE), and OVMF. */
#include "judge_fixture.h"

#define BEGIN                                                                                     \
	"\x1b[2J\x1b[01;01H\x1b[=3h\x1b[2J\x1b[01;01H\x1b[2J\x1b[01;01H\x1b[=3h\x1b[2J\x1b[01;01" \
	"H\x1b[2J\x1b[01;01H\x1b[=3h\x1b[2J\x1b[01;01H\r\n"
#define BACK "\b \b\b \b\b \b"
#define IPXE                                                                                     \
	BEGIN "\r\n\r\n\x1b[1m\x1b[37m\x1b[40miPXE 1.0.0+git-20190125.36a4c85-5.1\x1b[0m\x1b["   \
	      "37m\x1b[40m -- Open Source Network Boot Firmware -- \x1b[0m\x1b[36m\x1b[40mhttp:" \
	      "//ipxe.org\x1b[0m\x1b[37m\x1b[40m\r\n"                                            \
	      "Features: DNS HTTP iSCSI NFS TFTP AoE EFI Menu\r\n\r\n"                           \
	      "Press Ctrl-B for the iPXE command line..." BACK BACK                              \
	      "net0: 52:54:00:12:34:56 using 82540em on 0000:00:02.0 \n"                         \
	      "  [Link:up, TX:0 TXE:0 RX:0 RXE:0]\r\n"                                           \
	      "Configuring (net0 52:54:00:12:34:56)...... ok\r\n"                                \
	      "net0: 10.0.2.15/255.255.255.0\r\n"                                                \
	      "net0: fec0::5054:ff:fe12:3456/64 gw fe80::2\r\n"                                  \
	      "net0: fe80::5054:ff:fe12:3456/64\r\n"                                             \
	      "Next server: 10.0.2.2\r\n"                                                        \
	      "Filename: ex/uefi64.efi\r\n"                                                      \
	      "tftp://10.0.2.2/ex/uefi64.efi... ok\r\n"                                          \
	      "uefi64.efi : 421888 bytes [EFI]\r\n"
#define OVMF                                                                                     \
	BEGIN ">>Start PXE over IPv4.\r\n"                                                       \
	      "  Station IP address is 10.0.2.15\r\n\r\n"                                        \
	      "  Server IP address is 10.0.2.2\r\n"                                              \
	      "  NBP filename is ex/uefi64.efi\r\n"                                              \
	      "  NBP filesize is 421888 Bytes\r\n"                                               \
	      " Downloading NBP file...\r\n\r\n"                                                 \
	      "  NBP file downloaded successfully.\r\n"                                          \
	      "BdsDxe: loading Boot0001 \"UEFI PXEv4 (MAC:525400123456)\" from PciRoot(0x0)\r\n" \
	      "BdsDxe: starting Boot0001 \"UEFI PXEv4 (MAC:525400123456)\" from PciRoot(0x0)\r\n"
#define WELCOME                                                       \
	"\x1b[0m\x1b[30m\x1b[47mWelcome to GRUB!\n\r\n\r\x1b[0m\x1b[" \
	"37m\x1b[40merror: no DHCP option 60 found.\n\r"
#define BOOTS                                                                       \
	"\x1b[0m\x1b[30m\x1b[40m\x1b[2J\x1b[01;01H\x1b[0m\x1b[37m\x1b[40m  Booting" \
	" `x'\n\r\n\r"
#define KERNEL                                          \
	"WARNING: no console will be available to OS\n" \
	"\rerror: no suitable video mode found.\n\rmkboot demo kernel\r\nfine\r\n"
#define NO_KERNEL                                                                              \
	"error: destination unreachable.\n\r\n\rPress any key to continue...\n\r\n\r  Failed " \
	"to boot both default and fallback entries.\n\r\n\rPress any key to continue..."

#define EARLY                                                                    \
	"the machine ended with status 33 before the expected text \"%s\" came " \
	"(it came from firmware or GRUB only, not from the kernel)"

/* The verdict on a machine of that kind, fed by STEP bytes; "" for a yes. */
static char *judged(struct recipe_test t, bool own_menu, const char *serial, size_t step,
		    size_t *guests)
{
	struct judge j;
	char *reason = NULL;

	judge_begin(&j, &t);
	judge_uefi(&j, own_menu);
	for (size_t i = 0; i < strlen(serial); i += step)
		judge_feed(&j, JUDGE_SERIAL, serial + i,
			   step < strlen(serial + i) ? step : strlen(serial + i));
	*guests = judge_guest_bytes(&j);
	judge_verdict(&j, &exit33, &reason);
	judge_free(&j);
	return reason;
}

static void uefi(struct recipe_test t, bool own_menu, const char *serial, size_t guests,
		 const char *want)
{
	for (size_t step = 1; step <= 65536; step += 65535) {
		size_t n;
		char *reason = judged(t, own_menu, serial, step, &n);

		assert_string_equal(reason != NULL ? reason : "", want);
		assert_int_equal(n, guests);
		free(reason);
	}
}

/* TEXT is firmware's or GRUB's, whatever the menu is. */
static void proves_nothing(const char *text, const char *serial)
{
	char want[256];

	snprintf(want, sizeof want, EARLY, text);
	for (int own_menu = 0; own_menu < 2; own_menu++) {
		size_t guests;
		char *reason = judged(ask(text, 33), own_menu, serial, 1, &guests);

		assert_non_null(reason);
		assert_non_null(strstr(reason, want));
		free(reason);
		/* nor does it stand in the way of what the kernel writes */
		reason = judged(rejects(ask("fine", 33), text, NULL), own_menu, serial, 1, &guests);
		assert_null(reason);
	}
}

static void test_before_grub(void **state)
{
	static const char *const ipxes[] = {
		"iPXE 1",       "Open Source Network", "Features: DNS",
		"Press Ctrl-B", "net0: 52:54",         "[Link:up",
		"... ok",       "Next server",         "Filename: ex",
		"tftp://",      "uefi64.efi",          "bytes [EFI]",
	};
	static const char *const ovmfs[] = {
		"Start PXE",       "Station IP",   "Server IP address", "NBP filename",
		"Downloading NBP", "successfully", "BdsDxe: loading",   "UEFI PXEv4",
	};
	static const char *const grubs[] = {"Welcome", "option 60", "Booting `"};

	(void)state;
	for (size_t i = 0; i < sizeof ipxes / sizeof *ipxes; i++)
		proves_nothing(ipxes[i], IPXE WELCOME BOOTS KERNEL);
	for (size_t i = 0; i < sizeof ovmfs / sizeof *ovmfs; i++)
		proves_nothing(ovmfs[i], OVMF WELCOME BOOTS KERNEL);
	for (size_t i = 0; i < sizeof grubs / sizeof *grubs; i++)
		proves_nothing(grubs[i], IPXE WELCOME BOOTS KERNEL);
	/* an option ROM that nobody here has heard of */
	proves_nothing("ACME", BEGIN "ACME boot agent\r\nready" CLEAR WELCOME BOOTS KERNEL);
	/* nor where there is nothing else */
	uefi(ask("Next server", -1), false, IPXE WELCOME BOOTS NO_KERNEL, 0,
	     "GRUB could not start the entry: error: destination unreachable.");
}

/* The first byte of the guest's is behind all that. */
static void test_the_guests(void **state)
{
	(void)state;
	uefi(ask("fine", 33), false, IPXE WELCOME BOOTS KERNEL, 22, "");
	uefi(ask("fine", 33), false, OVMF WELCOME BOOTS KERNEL, 22, "");
	uefi(ask("fine", 33), false, IPXE WELCOME HEADING CLEAR KERNEL, 22, "");
	uefi(ask("fine", 33), false, IPXE, 0,
	     "the machine ended with status 33 before the expected text \"fine\" came");
	/* words of its own that are like iPXE's */
	uefi(ask("Next server: mine", 33), false, IPXE WELCOME BOOTS "Next server: mine\r\n", 17,
	     "");
}

/* Between GRUB's start and an entry's there is GRUB alone; but a menu of one's own may start a
 * kernel without an entry, and GRUB may have been built to say nothing (--enable-quiet-boot, as in
 * Ubuntu): what started it has said so then. */
static void test_without_an_entry(void **state)
{
	(void)state;
	uefi(ask("fine", 33), false, OVMF WELCOME "fine\r\n", 0,
	     "the machine ended with status 33 before the expected text \"fine\" came (it came "
	     "from firmware or GRUB only, not from the kernel); the last that firmware or GRUB had "
	     "to say: error: no DHCP option 60 found.");
	uefi(ask("fine", 33), true, OVMF WELCOME "fine\r\n", 0, "");
	uefi(ask("fine", 33), false, OVMF "fine\r\n", 0, "");
	uefi(ask("fine", 33), false, IPXE "fine\r\n", 0, "");
	uefi(ask("fine", 33), true, IPXE "fine\r\n", 0, "");
}

/* After a reset firmware begins anew. On debugcon nobody but the guest writes. */
static void test_anew(void **state)
{
	struct recipe_test t = ask("Next server", 33);
	struct judge j;

	(void)state;
	judge_begin(&j, &t);
	judge_uefi(&j, false);
	feed(&j, JUDGE_SERIAL, IPXE WELCOME BOOTS "first\r\n");
	assert_int_equal(judge_guest_bytes(&j), 5);
	judge_reset(&j);
	feed(&j, JUDGE_SERIAL, IPXE);
	assert_false(j.expected);
	assert_int_equal(judge_guest_bytes(&j), 0);
	feed(&j, JUDGE_DEBUGCON, "Next server");
	assert_true(j.expected);
	assert_int_equal(judge_guest_bytes(&j), 11);
	says(&j, exit33, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before_grub),
		cmocka_unit_test(test_the_guests),
		cmocka_unit_test(test_without_an_entry),
		cmocka_unit_test(test_anew),
	};

	return cmocka_run_group_tests(tests, NULL, free_patterns);
}
