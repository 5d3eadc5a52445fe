#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cable that only BOOTP gets through: bootp_wire.py TAP PORT QEMU-PORT

One end is the tap interface TAP; the other a QEMU with
-netdev socket,udp=127.0.0.1:PORT,localaddr=127.0.0.1:QEMU-PORT. Frames pass as they are, but for
DHCP's (RFC 2131). A DHCPDISCOVER or DHCPREQUEST of the machine's becomes a BOOTREQUEST as RFC 951
and RFC 1497 have it, with no options at all; the BOOTREPLY becomes the DHCPOFFER or DHCPACK that it
stands for, with the same address, siaddr, sname, file and options. A server that answers with DHCP
is not understood.
"""

import fcntl
import os
import select
import socket
import struct
import sys

BOOTREQUEST, BOOTREPLY = 1, 2
DISCOVER, OFFER, REQUEST, ACK = 1, 2, 3, 5
MESSAGE_TYPE, LEASE_TIME, SERVER_ID, PAD, END = 53, 51, 54, 0, 255
COOKIE = bytes((99, 130, 83, 99))
FIXED = 236  # up to the cookie
BROADCAST = 0x8000


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data[: len(data) & ~1]))
    if len(data) & 1:
        total += data[-1] << 8
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def bootp_of(frame, source, destination):
    """Where BOOTP begins in a whole UDP datagram from port SOURCE to DESTINATION; or None."""
    if len(frame) < 14 + 20 + 8 + FIXED or frame[12:14] != b"\x08\x00" or frame[23] != 17:
        return None
    udp = 14 + (frame[14] & 15) * 4
    if struct.unpack_from("!HH", frame, udp) != (source, destination):
        return None
    return udp + 8


def with_payload(frame, at, payload):
    """The frame with another BOOTP message, its lengths and its checksums."""
    head = bytearray(frame[:at])
    struct.pack_into("!H", head, 16, at - 14 + len(payload))
    struct.pack_into("!H", head, 24, 0)
    struct.pack_into("!H", head, 24, checksum(bytes(head[14 : at - 8])))
    struct.pack_into("!HH", head, at - 4, 8 + len(payload), 0)  # 0: no checksum (RFC 768)
    return bytes(head) + payload


def options(message):
    found, at = {}, FIXED + 4
    if message[FIXED : FIXED + 4] != COOKIE:
        return found
    while at < len(message) and message[at] != END:
        if message[at] == PAD:
            at += 1
            continue
        length = message[at + 1]
        found.setdefault(message[at], message[at + 2 : at + 2 + length])
        at += 2 + length
    return found


class Wire:
    def __init__(self):
        self.asked = {}  # by transaction: the machine's last kind of message

    def to_network(self, frame):
        at = bootp_of(frame, 68, 67)
        if at is None:
            return frame
        message = frame[at:]
        kind = options(message).get(MESSAGE_TYPE, b"\0")[0]
        if message[0] != BOOTREQUEST or kind not in (DISCOVER, REQUEST):
            return None
        self.asked[message[4:8]] = kind
        fixed = bytearray(message[:FIXED])
        struct.pack_into("!H", fixed, 10, BROADCAST)  # by which it can be caught again
        return with_payload(frame, at, bytes(fixed) + COOKIE + bytes((END,)) + bytes(59))

    def to_machine(self, frame):
        at = bootp_of(frame, 67, 68)
        if at is None:
            return frame
        message = frame[at:]
        kind = self.asked.get(message[4:8])
        told = options(message)
        if message[0] != BOOTREPLY or kind is None or MESSAGE_TYPE in told:
            return None
        told[MESSAGE_TYPE] = bytes((OFFER if kind == DISCOVER else ACK,))
        told[SERVER_ID] = frame[26:30]
        told[LEASE_TIME] = struct.pack("!I", 3600)
        said = b"".join(bytes((c, len(v))) + v for c, v in told.items())
        return with_payload(frame, at, message[:FIXED] + COOKIE + said + bytes((END,)))


def open_tap(name):
    tap = os.open("/dev/net/tun", os.O_RDWR)
    # linux/if_tun.h: TUNSETIFF; IFF_TAP | IFF_NO_PI
    fcntl.ioctl(tap, 0x400454CA, struct.pack("16sH22x", name.encode(), 0x0002 | 0x1000))
    return tap


def main():
    tap = open_tap(sys.argv[1])
    qemu = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    qemu.bind(("127.0.0.1", int(sys.argv[2])))
    machine = ("127.0.0.1", int(sys.argv[3]))
    wire = Wire()
    print("wire is up", flush=True)
    while True:
        for end in select.select([tap, qemu], [], [])[0]:
            if end is tap:
                frame = wire.to_machine(os.read(tap, 65536))
                if frame is not None:
                    qemu.sendto(frame, machine)
            else:
                frame = wire.to_network(qemu.recv(65536))
                if frame is not None:
                    os.write(tap, frame)


main()
