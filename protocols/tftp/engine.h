/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_TFTP_ENGINE_H
#define MKBOOT_PROTOCOLS_TFTP_ENGINE_H

#include "packet.h"

/*
 * One transfer, a file read from a server: what to do with each packet, and when nothing comes.
 * Times are milliseconds of any one clock.
 *
 * Each of the functions that take the time gives a set of what is to be done now, in this order.
 */
enum tftp_do {
	TFTP_NEW_PORT = 1, /* from here on, the transfer has another port of its own */
	TFTP_SEND = 2,     /* send the OUT_LEN bytes at OUT to OUT_PORT */
	TFTP_DELIVER = 4,  /* the next bytes of the file: LEN at DATA, within the packet */
};

enum tftp_state {
	TFTP_ASKING, /* no answer yet */
	TFTP_OPEN,   /* data, or the wait for it */
	TFTP_DONE,   /* all of the file has come */
	TFTP_FAILED, /* see error, words */
};

enum tftp_error {
	TFTP_NOT_FOUND, /* the server says so */
	TFTP_REFUSED,   /* the server's own words */
	TFTP_TIMEOUT,
	TFTP_BROKEN, /* the server does what it must not */
};

struct tftp {
	enum tftp_state state;
	/* Of a transfer that has failed: */
	enum tftp_error error;
	char words[120];

	/* What the caller is to do: */
	u8 *out; /* the caller's, TFTP_PACKET_MAX bytes */
	usize out_len;
	u16 out_port;
	const u8 *data;
	usize len;

	/* What was agreed, from TFTP_OPEN on; the window from the beginning for the caller's
	 * memory: it is never larger than what was asked for. */
	u32 blksize, window;
	u64 size; /* of the file; 0: not known */

	/* Nobody waited for so long that the server may have given up: until it shows that it has
	 * not, a failure is no reason not to ask for the file again. */
	int left;

	/* The caller sets it while it has no room for another window: no ACK is sent, until
	 * tftp_go_on. */
	int full;

	/* --- the engine's own --- */
	char path[TFTP_PATH_MAX + 1];
	u32 ask_blksize, ask_window;
	u32 asked_blksize, asked_window; /* of this attempt's requests, any of them */
	u8 plainer;                      /* 0: all options are asked for, 1: no window, 2: none */
	u8 tries;                        /* requests sent, in this attempt */
	u8 got_oack;
	u8 owed;  /* an ACK that TFTP_FULL holds back */
	u8 fresh; /* an ACK was sent once, and nothing came since: its answer tells the round trip
		   */
	u8 empty_tries; /* ACKs of an OACK that no data came to */
	u16 port;       /* the server's; 0: any */

	u64 block;    /* the last in order; the file's first is 1 */
	u64 acked;    /* the last that was acknowledged: the window's beginning */
	u64 received; /* bytes */
	u32 due;      /* an ACK, after so many blocks behind ACKED: mostly a window */
	u16 skew;     /* numbers left out by a server that goes from 65535 to 1 */

	/* RFC 7440 §4, a gap: the first block behind it, and the last seen since; 0: none. The ACK
	 * that the server's window began behind. */
	u64 gap_first, gap_last, gap_base;

	u64 sent, heard; /* the last request or ACK; the last packet that went on */
	u64 seen;        /* the last time that the caller came */
	u64 waited;      /* the last time that somebody waited */
	u64 left_at;     /* LEFT: the last block that may have been sent before */
	u64 deadline;
	u32 rto;   /* ms */
	u32 srtt8; /* the round trip, smoothed, in eighths of a ms */
	u64 open_since;
};

/*
 * A transfer of PATH. BLKSIZE: the largest that fits the wire, WINDOW: at least 1. OUT: where
 * packets to be sent are written. -1: the path is empty or longer than TFTP_PATH_MAX.
 */
int tftp_init(struct tftp *t, const char *path, u32 blksize, u32 window, u8 *out);

/* The first request, from a new port; and again, to begin anew. */
unsigned tftp_begin(struct tftp *t, u64 now);
/* A packet from the server's address, FROM_PORT. */
unsigned tftp_packet(struct tftp *t, u64 now, u16 from_port, const u8 *packet, usize len);
/* Time has passed. To be called at T->deadline at the latest, while there is somebody who waits. */
unsigned tftp_tick(struct tftp *t, u64 now);
/* Somebody waits again, after a while in which nobody did, and there is room. */
unsigned tftp_go_on(struct tftp *t, u64 now);
/* It is over: tell the server, where it does not know. */
unsigned tftp_stop(struct tftp *t);

#endif
