#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TFTP server that behaves as the name of the file says that is asked for (hostile_kinds.py).

    hostile_tftp.py serve ADDRESS OTHER FOLDER
                                             serve: hostile/KIND, and FOLDER's files as they should be
    hostile_tftp.py menu [KIND...]           a menu of GRUB's that fetches each KIND, one after another
    hostile_tftp.py check LOG [KIND...]      what that menu said on the serial port, judged
    hostile_tftp.py kinds                    their names

KINDs are all of them but the slow ones, if none is given; +KIND is one more.
"""
import os
import re
import sys
import zlib

from hostile_kinds import EITHER, KINDS, LEFT, RIGHT, SLOW, content
from tftp_server import Server, Transfer, say


def find(folder):
    def look(name):
        if name.startswith("hostile/"):
            name = name[len("hostile/"):]
            return (content(name), KINDS[name][0]) if name in KINDS else None
        path = os.path.join(folder, os.path.normpath("/" + name).lstrip("/"))
        if not os.path.isfile(path):
            return None
        with open(path, "rb") as f:
            return f.read(), Transfer.serve
    return look


def menu(names):
    """GRUB tells the time that each took, and the error."""
    print('serial --unit=0 --speed=115200\nterminfo serial dumb\nterminal_output serial\n'
          'insmod gcry_crc\nset timeout=0\nmenuentry hostile {')
    for name in names:
        what, before, after = f"($root)/hostile/{name}", "", ""
        if name.startswith(LEFT):  # a device that is a file stays open
            before, after = f'  loopback left "{what}"\n  sleep 6\n', "\n  loopback -d left"
            what = f"(left)0+{len(content(name)) // 512}"
        print(f'  echo "[[{name[:40]}]]"\n{before}  time crc "{what}"\n  echo "[[status $?]]"{after}')
    print('  multiboot2 "$base/boot/k.elf" after\n  module2 "$base/boot/big.mod"\n  boot\n}')


def judge(name, said):
    """What is wrong with what the machine SAID; None: nothing."""
    _, _, expect, limit = KINDS[name]
    took = re.search(r"Elapsed time: *(\d+)\.(\d{3}) *s", said)
    if not took:
        return "it did not end"
    if float(f"{took[1]}.{took[2]}") > limit:
        return f"more than {limit} s"
    crcs = re.findall(r"(?m)^([0-9a-f]{8})\s+\((?:tftp|left)", said)
    message = re.search(r"(?m)^error: (?s:.+)", said)
    message = message and message[0].replace("\n", " ")  # a line has 80 characters
    right = crcs == [f"{zlib.crc32(content(name)):08x}"]
    if crcs and not right:
        return f"WRONG BYTES, {crcs}"
    if re.search(r"[^\n -~]", said):
        return "control bytes on the terminal"
    if expect == RIGHT:
        return None if right else "the file did not come"
    if expect == EITHER:
        return None if right != bool(message) else "neither the file nor a message, or both"
    if right:
        return "the file came, and no message"
    pattern = expect.replace("NAME", re.escape(name[-40:]))
    return None if message and re.search(pattern, message) else f"no message of '{pattern}'"


def check(log, names):
    with open(log, "rb") as f:
        text = f.read().decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")
    bad = 0
    for name in names:
        parts = re.findall(rf"(?ms)^\[\[{re.escape(name[:40])}\]\]\n(.*?)^\[\[status", text)
        said = parts[0] if len(parts) == 1 else ""
        wrong = judge(name, said)
        bad += wrong is not None
        lines = " | ".join(line for line in said.split("\n") if line and not line.startswith("[network]"))
        print(f"{'ok' if wrong is None else 'NOT OK: ' + wrong}: {name[:40]}: {lines[:230]}")
    print(f"{len(names) - bad} of {len(names)} kinds as they should be")
    return 1 if bad else 0


def main():
    words = sys.argv[1:]
    if words[:1] == ["serve"] and len(words) == 4:
        server = Server(words[1], words[2], find(words[3]))
        say("hostile TFTP server ready")
        server.run()
    names = words[2 if words[:1] == ["check"] else 1:]
    if all(name.startswith("+") for name in names):
        names = [name for name in KINDS if name not in SLOW] + [name[1:] for name in names]
    if words[:1] == ["menu"]:
        menu(names)
    elif words[:1] == ["check"] and len(words) > 1:
        return check(words[1], names)
    elif words[:1] == ["kinds"]:
        print("\n".join(names))
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
