/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bad wire: Ethernet frames between a tap device (a host, with its servers) and a QEMU, each way
 * lost, sent twice, delayed and put out of order, as told; the kernel here has no netem.
 *
 *   relay TAP LOCAL-PORT QEMU-PORT [loss=PERCENT] [twice=PERCENT] [reorder=PERCENT] [delay=MS]
 *         [up=MS] [rate=MBIT] [seed=N]
 *
 * QEMU's end is "-netdev socket,udp=127.0.0.1:LOCAL-PORT,localaddr=127.0.0.1:QEMU-PORT": a frame is
 * a datagram. The delay is each way's, up's is added to what the host gets (a delay per
 * acknowledgement); 0.2 is 200 us. The rate is each way's, of Ethernet. A frame to be put out of
 * order waits for another 2 ms, in which others pass it. The same seed makes the same choices. Says
 * "relay ready"; on SIGTERM, what it did: its last line has how late the frames were that it held
 * back, which a busy machine makes them.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX 2048
#define QUEUE_MAX 8192 /* frames under way; more are lost, and counted so */
#define AT_ONCE   64   /* frames read from one side before the other's turn */
#define BUFFER    (8 << 20)

struct frame {
	uint64_t due; /* us */
	uint64_t order;
	int to;
	size_t len;
	unsigned char data[FRAME_MAX];
};

static struct {
	double loss, twice, reorder, delay, up; /* percent, percent, percent, ms, ms */
	double rate;                            /* Mbit/s; 0: as fast as it goes */
	uint64_t seed;
} wish = {.seed = 1};

static struct frame frames[QUEUE_MAX];
static struct frame *queue[QUEUE_MAX]; /* a heap, the frame due next is the first; then free ones */
static size_t n_queue;
static uint64_t counter;
static struct {
	unsigned passed, lost, twice, reordered;
	unsigned up, down, full, refused;
	uint64_t late; /* us, of all together */
	unsigned held;
} did;
static int tap = -1, udp = -1;
static double wire_free[2]; /* us, to the host and to QEMU: when the frames before have gone */
static volatile sig_atomic_t ended;

static void on_term(int sig)
{
	(void)sig;
	ended = 1;
}

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* xorshift64* (Marsaglia 2003, Vigna 2016), as a number of 0 to 100 */
static double percent(void)
{
	wish.seed ^= wish.seed >> 12;
	wish.seed ^= wish.seed << 25;
	wish.seed ^= wish.seed >> 27;
	return (double)((wish.seed * UINT64_C(2685821657736338717)) >> 40) * 100.0 / 16777216.0;
}

static int before(const struct frame *a, const struct frame *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void swap(size_t a, size_t b)
{
	struct frame *f = queue[a];

	queue[a] = queue[b];
	queue[b] = f;
}

static void push(int to, const unsigned char *data, size_t len, uint64_t due)
{
	struct frame *f = queue[n_queue];

	if (n_queue == QUEUE_MAX - 1) {
		did.full++;
		did.lost++;
		return;
	}
	f->due = due;
	f->order = counter++;
	f->to = to;
	f->len = len;
	memcpy(f->data, data, len);
	n_queue++;
	for (size_t i = n_queue - 1; i > 0 && before(queue[i], queue[(i - 1) / 2]); i = (i - 1) / 2)
		swap(i, (i - 1) / 2);
}

/* The first goes behind the others, to the free ones. */
static void pop(void)
{
	swap(0, --n_queue);
	for (size_t i = 0, k; (k = 2 * i + 1) < n_queue; i = k) {
		if (k + 1 < n_queue && before(queue[k + 1], queue[k]))
			k++;
		if (!before(queue[k], queue[i]))
			break;
		swap(i, k);
	}
}

/* The wire is taken by LEN bytes and Ethernet's own 24: preamble, checksum, gap. When it is over?
 */
static uint64_t sent_at(int to, size_t len, uint64_t now)
{
	double *at = &wire_free[to != tap];

	if (*at < (double)now)
		*at = (double)now;
	*at += (double)(len + 24) * 8 / wish.rate;
	return (uint64_t)*at;
}

/* One frame, if there is one. */
static int take(int from, int to)
{
	unsigned char data[FRAME_MAX];
	ssize_t len = read(from, data, sizeof data);
	uint64_t due = now_us();

	if (len <= 0)
		return 0;
	if (wish.rate > 0)
		due = sent_at(to, (size_t)len, due);
	due += (uint64_t)(wish.delay * 1000);
	if (percent() < wish.loss) {
		did.lost++;
		return 1;
	}
	if (to == tap)
		due += (uint64_t)(wish.up * 1000);
	if (percent() < wish.reorder) {
		did.reordered++;
		due += 2000;
	}
	push(to, data, (size_t)len, due);
	if (percent() < wish.twice) {
		did.twice++;
		push(to, data, (size_t)len, due + 100);
	}
	return 1;
}

static void give(uint64_t now)
{
	while (n_queue > 0 && queue[0]->due <= now) {
		struct frame *f = queue[0];

		pop();
		if (write(f->to, f->data, f->len) != (ssize_t)f->len) {
			did.refused++; /* QEMU is not there yet, or has gone */
			did.lost++;
			continue;
		}
		did.passed++;
		if (f->to == tap)
			did.up++;
		else
			did.down++;
		did.late += now - f->due;
		did.held++;
	}
}

static int open_tap(const char *name)
{
	struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	snprintf(ifr.ifr_name, sizeof ifr.ifr_name, "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) != 0) {
		perror(name);
		exit(1);
	}
	return fd;
}

static int open_udp(int local, int peer)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int size = BUFFER;

	a.sin_port = htons((uint16_t)local);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0) {
		perror("udp");
		exit(1);
	}
	/* what the wire loses is told, and nothing else: the buffer must hold a burst */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0)
		perror("relay: small buffers");
	a.sin_port = htons((uint16_t)peer);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
		perror("udp");
		exit(1);
	}
	return fd;
}

static void read_wish(const char *arg)
{
	const char *value = strchr(arg, '=');
	size_t len = value != NULL ? (size_t)(value - arg) : 0;
	struct {
		const char *name;
		double *to;
	} names[] = {{"loss", &wish.loss},   {"twice", &wish.twice}, {"reorder", &wish.reorder},
		     {"delay", &wish.delay}, {"up", &wish.up},       {"rate", &wish.rate}};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (len == strlen(names[i].name) && strncmp(arg, names[i].name, len) == 0) {
			*names[i].to = strtod(value + 1, NULL);
			return;
		}
	}
	if (len == 4 && strncmp(arg, "seed", len) == 0 && strtoull(value + 1, NULL, 10) != 0) {
		wish.seed = strtoull(value + 1, NULL, 10);
		return;
	}
	fprintf(stderr, "relay: what is '%s'?\n", arg);
	exit(2);
}

int main(int argc, char *argv[])
{
	struct sigaction on_end = {.sa_handler = on_term};
	struct pollfd p[2];

	if (argc < 4) {
		fprintf(stderr, "usage: relay TAP LOCAL-PORT QEMU-PORT [loss=P] ...\n");
		return 2;
	}
	for (int i = 4; i < argc; i++)
		read_wish(argv[i]);
	sigaction(SIGTERM, &on_end, NULL);
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); /* ns; 50 us else, much of 0.2 ms */
	for (size_t i = 0; i < QUEUE_MAX; i++)
		queue[i] = &frames[i];
	tap = open_tap(argv[1]);
	udp = open_udp(atoi(argv[2]), atoi(argv[3]));
	p[0] = (struct pollfd){.fd = tap, .events = POLLIN};
	p[1] = (struct pollfd){.fd = udp, .events = POLLIN};
	puts("relay ready");
	fflush(stdout);
	while (!ended) {
		uint64_t now = now_us();
		struct timespec wait = {0};

		give(now);
		if (n_queue > 0) {
			uint64_t us = queue[0]->due - now;

			wait = (struct timespec){(time_t)(us / 1000000),
						 (long)(us % 1000000) * 1000};
		}
		if (ppoll(p, 2, n_queue > 0 ? &wait : NULL, NULL) <= 0)
			continue;
		for (int i = 0; p[0].revents != 0 && i < AT_ONCE && take(tap, udp); i++)
			;
		for (int i = 0; p[1].revents != 0 && i < AT_ONCE && take(udp, tap); i++)
			;
	}
	printf("passed %u, lost %u, twice %u, reordered %u\n", did.passed, did.lost, did.twice,
	       did.reordered);
	printf("up %u, down %u; lost because full %u, refused %u; late by %u us on average\n",
	       did.up, did.down, did.full, did.refused,
	       did.held != 0 ? (unsigned)(did.late / did.held) : 0);
	return 0;
}
