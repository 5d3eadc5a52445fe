/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A module of GRUB 2: the two functions with which its loaders join the words of a command into
 * the command line a kernel or module gets. GRUB's own put backslashes and quotation marks in;
 * these put one space between words and change nothing. README.md says how a loader comes to
 * call them.
 *
 * Compiled without GRUB's headers. What is declared here is GRUB's interface as it has been since
 * 2.04: include/grub/lib/cmdline.h, grub/verify.h, grub/err.h, grub/dl.h.
 */

typedef __SIZE_TYPE__ grub_size_t;
typedef int grub_err_t; /* an enumeration there: passed alike */

enum { GRUB_ERR_OUT_OF_RANGE = 11 };
enum grub_verify_string_type { GRUB_VERIFY_KERNEL_CMDLINE };

grub_err_t grub_error(grub_err_t n, const char *fmt, ...);
grub_err_t grub_verify_string(char *str, enum grub_verify_string_type type);

unsigned int grub_loader_cmdline_size(int argc, char *argv[]);
grub_err_t grub_create_loader_cmdline(int argc, char *argv[], char *buf, grub_size_t size,
				      enum grub_verify_string_type type);

/* The loader of modules looks for these sections by name; it loads no module without a licence
 * that fits its own. */
__attribute__((section(".modname"), used)) static const char name[] = "rawargs";
__attribute__((section(".module_license"), used)) static const char license[] = "LICENSE=GPLv3+";

static unsigned int room(int argc, char *argv[])
{
	unsigned int size = 0;

	for (int i = 0; i < argc; i++) {
		for (const char *c = argv[i]; *c != '\0'; c++)
			size++;
		size++; /* the space or NUL behind the word */
	}
	return size > 0 ? size : 1;
}

/* The room the command line takes, its NUL counted. */
unsigned int grub_loader_cmdline_size(int argc, char *argv[])
{
	return room(argc, argv);
}

/* GRUB's own drops the words that do not fit; here a kernel gets all of its command line, or is
 * not started and the reason is on the screen. */
grub_err_t grub_create_loader_cmdline(int argc, char *argv[], char *buf, grub_size_t size,
				      enum grub_verify_string_type type)
{
	unsigned int need = room(argc, argv);
	char *to = buf;

	if (need > size)
		return grub_error(GRUB_ERR_OUT_OF_RANGE,
				  "the command line has %d bytes, the kernel takes %d",
				  (int)(need - 1), (int)(size > 0 ? size - 1 : 0));
	for (int i = 0; i < argc; i++) {
		if (i > 0)
			*to++ = ' ';
		for (const char *c = argv[i]; *c != '\0'; c++)
			*to++ = *c;
	}
	*to = '\0';
	return grub_verify_string(buf, type);
}
