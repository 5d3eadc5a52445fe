#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boot a floppy image with a network card under a flood of frames that nobody asked for:

    flood.py IMAGE TFTP-FOLDER BOOT-FILE BEGIN END MODEL...

For each of QEMU's MODELs (no PXE ROM; two machines at a time) the flood begins when the guest says
BEGIN on its serial port and stops when it says END, or ends. Frames are of every length, half to
the card's address and half to everybody, about 4,000 a second. A line for each: the model, QEMU's
status, and the last line but one that the guest said; all that it said is in MODEL.log.

It must not begin sooner: a card that is not polled has its ring full at once, and then writes no
more, whatever its driver forgot to stop.
"""
import concurrent.futures
import os
import random
import select
import socket
import subprocess
import sys
import time

MAC = "52:54:00:12:34:56"
LIMIT = 120  # seconds for one machine


def frames():
    rng = random.Random(1)
    mac, everybody = bytes.fromhex(MAC.replace(":", "")), b"\xff" * 6
    # 88B5h: for experiments (IEEE 802 §9.2.3): nobody takes it for anything.
    return [(mac if i % 2 else everybody) + bytes.fromhex("525400aabbcc88b5") +
            rng.randbytes(rng.randrange(46, 1501)) for i in range(256)]


def device(model):
    if model == "ne2k_isa":
        return f"ne2k_isa,netdev=n0,mac={MAC},iobase=0x300,irq=10"
    return f"{model},netdev=n0,mac={MAC},romfile="


def boot(image, tftp, bootfile, begin, end, model):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind(("127.0.0.1", 0))
    # A port for QEMU: taken and given back; nobody else asks for this very one so soon.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        theirs = free.getsockname()
    ours = sender.getsockname()[1]
    argv = ["qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-no-reboot", "-display", "none",
            "-serial", "stdio", "-m", "64", "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
            "-drive", f"if=floppy,format=raw,readonly=on,file={image}", "-boot", "a",
            "-netdev", f"user,id=u0,restrict=on,tftp={tftp},bootfile={bootfile}",
            "-netdev", f"socket,id=s0,udp=127.0.0.1:{ours},localaddr=127.0.0.1:{theirs[1]}",
            "-netdev", "hubport,id=h0,hubid=0,netdev=u0",
            "-netdev", "hubport,id=h1,hubid=0,netdev=s0",
            "-netdev", "hubport,id=n0,hubid=0", "-device", device(model)]
    guest = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
    said, i, deadline, some = b"", 0, time.monotonic() + LIMIT, frames()
    try:
        while time.monotonic() < deadline:
            flooding = begin in said and end not in said
            if select.select([guest.stdout], [], [], 0.001 if flooding else 1)[0]:
                piece = os.read(guest.stdout.fileno(), 65536)
                if not piece:
                    break
                said += piece
            for _ in range(4 if flooding else 0):
                sender.sendto(some[i % len(some)], theirs)
                i += 1
        else:
            guest.kill()
    except ConnectionRefusedError:
        pass  # it has just ended
    rest = guest.communicate()[0]
    said += rest or b""
    with open(model.replace(",", "-") + ".log", "wb") as log:
        log.write(said)
    lines = [line.strip() for line in said.decode("latin-1").split("\n") if line.strip()]
    told = lines[-2] if len(lines) > 1 else ""
    return f"{model} {guest.returncode} {i > 0 and 'flooded' or 'quiet'} {told}"


def main():
    image, tftp, bootfile, begin, end = sys.argv[1:6]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for line in pool.map(lambda m: boot(image, tftp, bootfile, begin.encode(), end.encode(), m),
                             sys.argv[6:]):
            print(line, flush=True)


main()
