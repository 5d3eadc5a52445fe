/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verbs/test_live.h"
#include "base/fs.h"
#include "base/status.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ECMA-48: CPL is to the beginning of the line, so many up; ED erases from the cursor on, EL to the
 * end of the line. */
#define CPL    "\033[%zuF"
#define ED     "\033[J"
#define EL     "\033[K"
#define DIM    "\033[2m"
#define NORMAL "\033[0m"

static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define N_DEADLY (sizeof deadly / sizeof *deadly)

/* There is one terminal, and a signal's handler can be told of nothing. */
static struct {
	bool on, colour;
	size_t width;
	size_t drawn;   /* lines on the terminal; the cursor is at the end of the last */
	char erase[32]; /* takes them away */
	pid_t owner;    /* not a child between fork and exec */
	struct sigaction before[N_DEADLY];
} live;

static void block(sigset_t *old)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < N_DEADLY; i++)
		sigaddset(&set, deadly[i]);
	sigprocmask(SIG_BLOCK, &set, old);
}

/* The signal comes again when this returns, and ends mkboot as it always would have. */
static void die(int number)
{
	if (live.drawn > 0 && getpid() == live.owner &&
	    write(STDERR_FILENO, live.erase, strlen(live.erase)) < 0)
		live.drawn = 0; /* nothing to be done about it */
	raise(number);
}

void test_live_begin(size_t width)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
	struct sigaction action = {.sa_handler = die};

	live.on = isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
	live.colour = no_color == NULL || no_color[0] == '\0';
	live.width = width;
	live.drawn = 0;
	live.owner = getpid();
	if (!live.on)
		return;
	sigemptyset(&action.sa_mask);
	action.sa_flags = (int)SA_RESETHAND;
	for (size_t i = 0; i < N_DEADLY; i++) {
		sigaction(deadly[i], NULL, &live.before[i]);
		if (live.before[i].sa_handler == SIG_DFL) /* not where nohup ignores it */
			sigaction(deadly[i], &action, NULL);
	}
	msg_set_hook(test_live_hide);
}

void test_live_hide(void)
{
	sigset_t old;

	if (live.drawn == 0)
		return;
	block(&old);
	fs_write_all(STDERR_FILENO, live.erase, strlen(live.erase));
	live.drawn = 0;
	sigprocmask(SIG_SETMASK, &old, NULL);
}

void test_live_end(void)
{
	test_live_hide();
	if (!live.on)
		return;
	msg_set_hook(NULL);
	for (size_t i = 0; i < N_DEADLY; i++)
		sigaction(deadly[i], &live.before[i], NULL);
	live.on = false;
}

/* The character at S (UTF-8, RFC 3629), its bytes into *LEN. What is no UTF-8 counts as one a byte.
 */
static unsigned decode(const unsigned char *s, size_t *len)
{
	size_t more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : 0;
	unsigned c = s[0] & (more == 3 ? 0x07 : more == 2 ? 0x0f : more == 1 ? 0x1f : 0xff);

	*len = 1;
	for (size_t i = 1; i <= more; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return '?';
		c = c << 6 | (s[i] & 0x3f);
	}
	*len = more + 1;
	return c;
}

/* Unicode's East_Asian_Width W and F (UAX #11), and combining characters, in blocks. */
static size_t columns_of(unsigned c)
{
	static const struct {
		unsigned first, last;
		size_t columns;
	} blocks[] = {
		{0x0300, 0x036f, 0},   {0x1100, 0x115f, 2}, {0x200b, 0x200f, 0},
		{0x20d0, 0x20ff, 0},   {0x2e80, 0xa4cf, 2}, {0xac00, 0xd7a3, 2},
		{0xf900, 0xfaff, 2},   {0xfe00, 0xfe0f, 0}, {0xfe30, 0xfe6f, 2},
		{0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2}, {0x1f300, 0x1faff, 2},
		{0x20000, 0x3fffd, 2},
	};

	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
		if (c >= blocks[i].first && c <= blocks[i].last)
			return blocks[i].columns;
	}
	return 1;
}

size_t test_live_fit(const char *text, size_t columns)
{
	size_t at = 0, used = 0, len;

	while (text[at] != '\0') {
		used += columns_of(decode((const unsigned char *)&text[at], &len));
		if (used > columns)
			break;
		at += len;
	}
	return at;
}

/* The terminal's size: its own word, else what every terminal has. */
static void look(size_t *columns, size_t *lines)
{
	struct winsize size = {0};

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0)
		size = (struct winsize){0};
	*columns = size.ws_col > 0 ? size.ws_col : 80;
	*lines = size.ws_row > 0 ? size.ws_row : 24;
}

/* Room is left at the end for the ^C that the terminal echoes. */
static void add_line(struct strbuf *out, const struct vm_progress *p, size_t columns)
{
	struct strbuf line = {0};
	size_t head, fits;

	strbuf_addf(&line, "%-*s ...  %6.1f s", (int)live.width, p->job->label, p->seconds);
	head = line.len;
	strbuf_addf(&line, "  %s", p->line);
	fits = test_live_fit(line.data, columns > 3 ? columns - 3 : 1);
	head = head < fits ? head : fits;
	strbuf_add(out, line.data, head);
	if (live.colour && fits > head)
		strbuf_adds(out, DIM);
	strbuf_add(out, line.data + head, fits - head);
	if (live.colour && fits > head)
		strbuf_adds(out, NORMAL);
	strbuf_adds(out, EL);
	strbuf_free(&line);
}

static void make_erase(size_t drawn)
{
	if (drawn > 1)
		snprintf(live.erase, sizeof live.erase, CPL ED, drawn - 1);
	else
		snprintf(live.erase, sizeof live.erase, "\r" ED);
}

/* In one piece, over what was there before: nothing flickers. */
void test_live_draw(const struct vm_progress running[], size_t n)
{
	struct strbuf out = {0};
	size_t columns, lines;
	sigset_t old;

	if (!live.on)
		return;
	if (n == 0) {
		test_live_hide();
		return;
	}
	look(&columns, &lines);
	/* what has scrolled away could not be drawn again */
	n = n < lines ? n : lines - 1;
	n = n > 0 ? n : 1;
	if (live.drawn > 1)
		strbuf_addf(&out, CPL, live.drawn - 1);
	else if (live.drawn == 1)
		strbuf_addc(&out, '\r');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			strbuf_adds(&out, "\r\n");
		add_line(&out, &running[i], columns);
	}
	strbuf_adds(&out, ED);
	block(&old);
	fs_write_all(STDERR_FILENO, out.data, out.len);
	live.drawn = n;
	make_erase(n);
	sigprocmask(SIG_SETMASK, &old, NULL);
	strbuf_free(&out);
}
