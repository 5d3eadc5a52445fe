#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boot an ISO in QEMU and wait for a text in VGA text memory: screen_text.py ISO TEXT SECONDS

For kernels that write nothing on the serial port. Exit status 0 when the text is there."""
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

VGA_TEXT, COLUMNS, ROWS = 0xB8000, 80, 25


def command(f, name, **arguments):
    f.write(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")
    f.flush()
    while True:
        answer = json.loads(f.readline())
        if "return" in answer or "error" in answer:
            return answer


def screen(f, folder):
    path = os.path.join(folder, "vga")
    command(f, "pmemsave", val=VGA_TEXT, size=COLUMNS * ROWS * 2, filename=path)
    with open(path, "rb") as dump:
        text = dump.read()[::2].decode("cp437")
    return [text[i:i + COLUMNS].rstrip() for i in range(0, COLUMNS * ROWS, COLUMNS)]


def main():
    iso, wanted, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    ours, theirs = socket.socketpair()
    with tempfile.TemporaryDirectory() as folder:
        qemu = subprocess.Popen(
            ["qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-display", "none", "-vga", "std",
             "-m", "64", "-cdrom", iso, "-chardev", f"socket,id=qmp,fd={theirs.fileno()}",
             "-mon", "chardev=qmp,mode=control"], pass_fds=[theirs.fileno()])
        try:
            f = ours.makefile("rwb")
            f.readline()
            command(f, "qmp_capabilities")
            deadline = time.monotonic() + seconds
            lines = []
            while time.monotonic() < deadline:
                lines = screen(f, folder)
                if any(wanted in line for line in lines):
                    return 0
                time.sleep(0.2)
            print("\n".join(lines))
            return 1
        finally:
            qemu.kill()
            qemu.wait()


sys.exit(main())
