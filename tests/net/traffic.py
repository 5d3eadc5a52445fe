#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames that nobody asked for: traffic.py LOCAL-PORT QEMU-PORT MAC

Sends Ethernet frames of every length, to MAC and to everybody by turns, about 2,000 a second, to
a QEMU whose network is "-netdev socket,udp=127.0.0.1:LOCAL-PORT,localaddr=127.0.0.1:QEMU-PORT",
until it is ended. Says "traffic ready".
"""
import random
import signal
import socket
import sys

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
local, peer, mac = int(sys.argv[1]), int(sys.argv[2]), bytes.fromhex(sys.argv[3].replace(":", ""))
random.seed(1)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", local))
source = bytes.fromhex("525400aabbcc")
frames = []
for i in range(256):
    to = mac if i % 2 else b"\xff" * 6
    # 88B5h: for experiments (IEEE 802 §9.2.3): nobody takes it for anything.
    frames.append(to + source + b"\x88\xb5" + random.randbytes(random.randrange(46, 1501)))
print("traffic ready", flush=True)
pause = socket.socketpair()[0]
pause.settimeout(0.004)
i = 0
while True:
    for _ in range(8):
        try:
            s.sendto(frames[i % 256], ("127.0.0.1", peer))
        except ConnectionRefusedError:
            pass  # the QEMU is not there yet, or no more
        i += 1
    try:
        pause.recv(1)
    except TimeoutError:
        pass
