#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What GRUB's DHCP client does on the wire, and when.

  dhcp_client.py packets FILE       DHCP's packets in a capture (QEMU's filter-dump), one a line:
                                    ms since the first, from, to:port, type, NAME=VALUE...
  dhcp_client.py link QEMU...       the machine's cable is plugged in while GRUB waits
                                    for it: ms from then to the first DISCOVER
  dhcp_client.py silent QEMU...     nobody answers: ms from GRUB's first word about the card to what
                                    it says of that, and from there to the menu, asked for by a key
  dhcp_client.py numbered QEMU...   a server whose every answer is another: all that the machine is
                                    told has the number; what GRUB writes in [[ ]], to [[end]]

The last three start QEMU with the arguments that are given; its serial port, its monitor and the netdev
n0 are theirs.
"""
import json
import os
import re
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time

TYPES = {1: "DISCOVER", 2: "OFFER", 3: "REQUEST", 5: "ACK", 6: "NAK"}


def options(data):
    found, at = {}, 240
    while at < len(data) and data[at] != 255:
        if data[at] == 0:
            at += 1
            continue
        length = data[at + 1]
        assert data[at] not in found, "an option twice"
        found[data[at]] = data[at + 2:at + 2 + length]
        at += 2 + length
    return found


def dhcp(frame):
    """(from, to, port, message) of an Ethernet frame, or None."""
    if len(frame) < 42 or frame[12:14] != b"\x08\x00" or frame[23] != 17:
        return None
    udp = 14 + 4 * (frame[14] & 15)
    port = struct.unpack(">H", frame[udp + 2:udp + 4])[0]
    if port not in (67, 68, 4011):
        return None
    length = struct.unpack(">H", frame[udp + 4:udp + 6])[0]
    return socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34]), port, \
        frame[udp + 8:udp + length]


def show(ms, sender, to, port, message):
    found = options(message)
    kind = found.get(53, b"\0")[0]
    line = [f"{ms}", sender, f"{to}:{port}", TYPES.get(kind, str(kind))]
    line.append("yiaddr=" + socket.inet_ntoa(message[16:20]))
    if 60 in found:
        line.append("60=" + found[60].decode())
    line += [f"{code}={found[code].hex()}" for code in (57, 61, 93, 94, 97) if code in found]
    print(*line)


def packets(path):
    first = None
    with open(path, "rb") as f:
        magic = f.read(24)[:4]
        assert magic == b"\xd4\xc3\xb2\xa1", "no capture"
        while len(head := f.read(16)) == 16:
            seconds, micro, length, _ = struct.unpack("<IIII", head)
            found = dhcp(f.read(length))
            if found:
                now = seconds * 1000 + micro // 1000
                first = now if first is None else first
                show(now - first, *found)


class Machine:
    """QEMU, its serial port as lines with the time they came, its monitor."""

    def __init__(self, qemu, folder):
        self.monitor_path = os.path.join(folder, "qmp")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.monitor_path)
        listener.listen()
        self.process = subprocess.Popen(
            qemu + ["-serial", "stdio", "-S", "-qmp", "unix:" + self.monitor_path],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        listener.settimeout(20)
        self.monitor = listener.accept()[0].makefile("rw")
        self.monitor.readline()
        self.ask("qmp_capabilities")
        self.seen = b""

    def ask(self, command, **arguments):
        self.monitor.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.monitor.flush()
        while "return" not in (answer := json.loads(self.monitor.readline())):
            assert "error" not in answer, answer

    def wait(self, text, seconds=150, answer=None):
        """Until TEXT is on the serial port; when. ANSWER: a text, and the key to press at each."""
        end = time.monotonic() + seconds
        pressed = 0
        while text not in self.seen:
            left = end - time.monotonic()
            assert left > 0 and select.select([self.process.stdout], [], [], left)[0], \
                f"no {text} in {self.seen}"
            data = os.read(self.process.stdout.fileno(), 65536)
            assert data, f"it ended: {self.seen}"
            self.seen += data
            if answer and self.seen.count(answer[0]) > pressed:
                self.key(answer[1])
                pressed += 1
        self.seen = self.seen[self.seen.index(text) + len(text):]
        return time.monotonic()

    def key(self, key):
        self.process.stdin.write(key)
        self.process.stdin.flush()

    def end(self):
        self.process.kill()
        self.process.wait()


def link(qemu, folder):
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.bind(("127.0.0.1", 0))
    wire.settimeout(20)
    to = f"127.0.0.1:{wire.getsockname()[1]}"
    machine = Machine(qemu + ["-netdev", f"socket,id=n0,udp={to},localaddr=127.0.0.1:0"], folder)
    try:
        machine.ask("set_link", name="n0", up=False)
        machine.ask("cont")
        machine.wait(b"[network] trying ")
        # well within the 3 s that it is waited for, so that it is plugged in while GRUB looks
        time.sleep(0.5)
        machine.ask("set_link", name="n0", up=True)
        plugged = time.monotonic()
        while not (found := dhcp(wire.recv(2048))) or options(found[3]).get(53) != b"\1":
            pass
        print(round((time.monotonic() - plugged) * 1000))
    finally:
        machine.end()


def silent(qemu, folder):
    # to where nobody is: to QEMU's hub with one port, a frame is never through
    nowhere = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    nowhere.bind(("127.0.0.1", 0))
    to = f"127.0.0.1:{nowhere.getsockname()[1]}"
    machine = Machine(qemu + ["-netdev", f"socket,id=n0,udp={to},localaddr=127.0.0.1:0"], folder)
    try:
        machine.ask("cont")
        begun = machine.wait(b"[network] trying ")
        said = machine.wait(b"no answer to DHCP")
        # a space is nothing to the menu
        back = machine.wait(b"GNU GRUB", answer=(b"any key", b" "))
        print(round((said - begun) * 1000), round((back - said) * 1000))
    finally:
        machine.end()


def checksum(header):
    total = sum(struct.unpack(f">{len(header) // 2}H", header))
    total = (total & 0xffff) + (total >> 16)
    return ~((total & 0xffff) + (total >> 16)) & 0xffff


def reply(request, kind, number):
    """The frame that answers REQUEST."""
    server = bytes([10, 0, 2, 254])
    fields = {53: bytes([kind]), 54: server, 1: b"\xff\xff\xff\0", 12: b"host%d" % number,
              15: b"domain%d" % number, 17: b"root%d" % number, 60: b"class%d" % number,
              66: b"server%d" % number, 67: b"file%d" % number}
    message = (b"\2\1\6\0" + request[4:8] + bytes(8) + bytes([10, 0, 2, number]) + server + bytes(4) +
               request[28:44] + bytes(192) + b"\x63\x82\x53\x63" +
               b"".join(bytes([code, len(value)]) + value for code, value in fields.items()) + b"\xff")
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(message), 0, 0, 64, 17, 0, server, b"\xff" * 4)
    ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
    return (b"\xff" * 6 + b"\x52\x54\0\0\0\1" + b"\x08\0" + ip +
            struct.pack(">HHHH", 67, 68, 8 + len(message), 0) + message)


def numbered(qemu, folder):
    # both ends have a port of their own: what comes is answered
    path = os.path.join(folder, "wire")
    wire = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    wire.bind(path)
    machine = Machine(qemu + ["-netdev", f"dgram,id=n0,local.type=unix,local.path={path}.qemu,"
                              f"remote.type=unix,remote.path={path}"], folder)
    number, out = 1, machine.process.stdout
    try:
        machine.ask("cont")
        while b"[[end]]" not in machine.seen:
            ready = select.select([wire, out], [], [], 60)[0]
            assert ready, f"nothing more after {machine.seen}"
            if out in ready:
                data = os.read(out.fileno(), 65536)
                assert data, f"it ended: {machine.seen}"
                machine.seen += data
            if wire in ready and (found := dhcp(wire.recv(2048))):
                kind = options(found[3])[53]
                wire.sendto(reply(found[3], 2 if kind == b"\1" else 5, number), path + ".qemu")
                number += kind == b"\3"
        print(*re.findall(r"\[\[(.*?)\]\]", machine.seen.decode("latin-1")), sep="\n")
    finally:
        machine.end()


if sys.argv[1] == "packets":
    packets(sys.argv[2])
else:
    with tempfile.TemporaryDirectory() as where:
        {"link": link, "silent": silent, "numbered": numbered}[sys.argv[1]](sys.argv[2:], where)
