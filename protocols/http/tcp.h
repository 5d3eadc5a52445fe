/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_HTTP_TCP_H
#define MKBOOT_PROTOCOLS_HTTP_TCP_H

#include "../portable.h"

/*
 * The client's side of one TCP connection (RFC 9293) that sends little and receives much: window
 * scaling (RFC 7323), selective acknowledgements (RFC 2018), resets that are believed only where
 * they must be (RFC 5961), retransmission of what is sent (RFC 6298, simplified).
 *
 * Segments go in by http_tcp_input and come out of http_tcp_output; the caller has the IP
 * addresses, the checksums and the clock (milliseconds, which may wrap). The received stream is in
 * the caller's ring, until it is taken.
 */

#define HTTP_TCP_SEND_MAX    4096 /* bytes that may wait for the server's acknowledgement */
#define HTTP_TCP_RANGES      64   /* pieces out of order that are remembered */
#define HTTP_TCP_HEADER_MAX  60
#define HTTP_TCP_SEGMENT_MAX (HTTP_TCP_HEADER_MAX + 1460)
#define HTTP_TCP_SILENCE_MS  10000 /* so long without a sign of life: it is dead */

enum http_tcp_state {
	HTTP_TCP_SYN_SENT,
	HTTP_TCP_OPEN,
	HTTP_TCP_DEAD, /* ERROR says why */
};

enum http_tcp_error {
	HTTP_TCP_OK,
	HTTP_TCP_REFUSED, /* a reset in answer to the SYN */
	HTTP_TCP_RESET,
	HTTP_TCP_SILENT,
	HTTP_TCP_CLOSED, /* by http_tcp_close */
};

struct http_tcp_setup {
	u8 *ring;  /* the received stream's */
	u32 size;  /* of it: a power of two, up to 1 GiB */
	u32 limit; /* the window where the way is short: what the card holds; 0: SIZE */
	u16 port, peer_port;
	u16 mss; /* that we take: the MTU without IP's and TCP's header */
	u32 iss; /* our first sequence number */
};

struct http_tcp_range {
	u32 from, to;
	u32 stamp; /* when it last grew: RFC 2018 §4 wants the newest first */
};

struct http_tcp {
	struct http_tcp_setup s;
	enum http_tcp_state state;
	enum http_tcp_error error;

	/* what is sent (RFC 9293 §3.3.1) */
	u32 una, nxt, highest; /* highest: nxt before it went back to una */
	u32 peer_window, peer_window_max, wl1, wl2;
	u32 peer_mss;
	u8 peer_shift, shift;
	u8 sack;
	u8 out[HTTP_TCP_SEND_MAX];
	u32 n_out; /* bytes from una on */

	/* what is received */
	u32 rcv_nxt, edge; /* edge: the right one of all windows that were told */
	u32 taken;         /* up to here the reader has it */
	u32 fin_at;
	u32 limit, most; /* the window now, and ever */
	u32 epoch_end;   /* the end of the window that is coming in */
	u8 epoch_gap;
	u8 fin_seen, finished; /* finished: all before the FIN has come, and the FIN */
	struct http_tcp_range ranges[HTTP_TCP_RANGES];
	u32 n_ranges, stamp;

	/* acknowledgements */
	u8 ack_now, ack_later;
	u32 unacked, ack_at;
	u8 reset_due;
	u32 reset_seq;

	/* timers */
	u8 timer, timing, backed_off;
	u32 timer_at, rto, srtt, rttvar;
	u32 timed_seq, timed_at;
	u32 heard, probed; /* the last sign of life; the last question for one */
};

void http_tcp_start(struct http_tcp *t, const struct http_tcp_setup *setup, u32 now);

/* Is it this connection's, by its ports? */
int http_tcp_mine(const struct http_tcp *t, const u8 *segment, usize len);
/* A segment from the server, whose checksum is right. */
void http_tcp_input(struct http_tcp *t, const u8 *segment, usize len, u32 now);
/* The next segment to be sent now, in OUT (HTTP_TCP_SEGMENT_MAX bytes), without a checksum: its
 * length. 0: nothing until something comes, or the clock moves on. */
usize http_tcp_output(struct http_tcp *t, u8 *out, u32 now);
/* Is there something to be sent at once? */
int http_tcp_due(const struct http_tcp *t);

/* Put DATA behind what is to be sent: 0, or -1 where there is no room. */
int http_tcp_write(struct http_tcp *t, const void *data, usize len, u32 now);
/* The stream's next bytes, in one piece: how many. More may be behind them. */
usize http_tcp_peek(const struct http_tcp *t, const u8 **data);
void http_tcp_take(struct http_tcp *t, usize len);
/* Has the server ended the stream, and has all of it been taken? */
int http_tcp_ended(const struct http_tcp *t);

/* The reader waits from now on: silence counts from here. */
void http_tcp_expect(struct http_tcp *t, u32 now);
/* The last words, as http_tcp_output: FIN where the server has sent its own, else a reset, after
 * which neither has anything to remember. */
usize http_tcp_close(struct http_tcp *t, u8 *out);

#endif
