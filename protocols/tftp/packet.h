/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_TFTP_PACKET_H
#define MKBOOT_PROTOCOLS_TFTP_PACKET_H

#include "../portable.h"

/* TFTP's packets: RFC 1350, options RFC 2347, blksize 2348, tsize 2349, windowsize 7440. */

enum tftp_opcode {
	TFTP_RRQ = 1,
	TFTP_DATA = 3,
	TFTP_ACK = 4,
	TFTP_ERROR = 5,
	TFTP_OACK = 6,
};

/* RFC 1350 appendix, RFC 2347. */
enum tftp_code {
	TFTP_CODE_UNDEFINED = 0,
	TFTP_CODE_NOT_FOUND = 1,
	TFTP_CODE_ILLEGAL = 4,
	TFTP_CODE_UNKNOWN_ID = 5,
	TFTP_CODE_OPTIONS = 8,
};

#define TFTP_BLKSIZE_PLAIN 512 /* where no option says otherwise */
#define TFTP_HEADER        4   /* of DATA and ACK */
#define TFTP_PATH_MAX      500
#define TFTP_PACKET_MAX    640 /* the longest that is ever written: a request */

struct tftp_options {
	u32 blksize, window; /* 0: not there */
	u64 tsize;
	int has_tsize;
};

/* A packet that was received; pointers into it. */
struct tftp_message {
	enum tftp_opcode opcode; /* DATA, ERROR or OACK */
	u16 number;              /* DATA: the block; ERROR: the code */
	const u8 *data;          /* DATA: the block; ERROR: the words, which need not end */
	usize len;
	struct tftp_options options;
};

/* 0; -1: not a packet that a server sends; -2: an OACK that cannot be understood. */
int tftp_parse(const u8 *packet, usize len, struct tftp_message *m);

/*
 * PATH as it is asked for, runs of '/' as one (servers compare paths byte by byte), into OUT,
 * TFTP_PATH_MAX + 1 bytes. Its length; 0: it is empty, or too long.
 */
usize tftp_path(char *out, const char *path);

/* Packets written into OUT, TFTP_PACKET_MAX bytes: their length. */
usize tftp_write_request(u8 *out, const char *path, const struct tftp_options *options);
usize tftp_write_ack(u8 *out, u16 block);
usize tftp_write_error(u8 *out, u16 code, const char *words);

/* What ERROR message M says, made fit to be shown, into OUT, SIZE bytes. */
void tftp_words(const struct tftp_message *m, char *out, usize size);

#endif
