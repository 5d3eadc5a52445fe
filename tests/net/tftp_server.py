# SPDX-License-Identifier: GPL-3.0-or-later
"""A TFTP server (RFC 1350, 2347, 2348, 2349, 7440) that can be made to misbehave at each of its steps. As a
program, tftp_server.py ADDRESS FOLDER, it does not: the plain server with windows for what loses packets
(atftpd sends ever more slowly after a loss, by 10 us a block: what it can do then is not the client's figure)."""
import os
import queue
import socket
import struct
import sys
import threading
import time

RRQ, DATA, ACK, ERROR, OACK = 1, 3, 4, 5, 6
RESEND = 0.5  # seconds
TRIES = 8


class Ended(Exception):
    """The client said ERROR, or nothing any more."""


def error(code, text):
    return struct.pack(">HH", ERROR, code) + text + b"\0"


def oack(*words):
    return struct.pack(">H", OACK) + b"".join(str(w).encode() + b"\0" for w in words)


def say(*words):
    print(f"{time.monotonic():.3f}", *words, file=sys.stderr, flush=True)


class Transfer:
    """One file for one client. OPTIONS are those that it asked for, names in lower case."""

    def __init__(self, server, peer, name, options, data):
        self.server, self.peer, self.name, self.options, self.data = server, peer, name, options, data
        self.blksize, self.window = 512, 1
        self.wide = 65536  # the number after 65535 is 0
        self.sent = self.acked = 0  # blocks
        self.sock = self.another_socket()
        self.inbox = None  # what came to port 69, for a transfer that is on that port

    def another_socket(self, address=None, port=0):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((address or self.server.address, port))
        return sock

    def only_69(self):
        """Answer from port 69, to which the client then sends."""
        self.sock.close()
        self.sock, self.inbox = self.server.sock, queue.Queue()

    # --- packets -----------------------------------------------------------------------------------

    def send(self, packet, sock=None):
        (sock or self.sock).sendto(packet, self.peer)

    def number(self, block):
        return block % 65536 if self.wide == 65536 else (block - 1) % 65535 + 1

    def block(self, block):
        at = (block - 1) * self.blksize
        return struct.pack(">HH", DATA, self.number(block)) + self.data[at:at + self.blksize]

    def last(self):
        return len(self.data) // self.blksize + 1

    def receive(self, seconds):
        """The next packet of the client's; None: none came."""
        if self.inbox is not None:
            try:
                packet = self.inbox.get(timeout=max(seconds, 0.001))
            except queue.Empty:
                return None
        else:
            self.sock.settimeout(max(seconds, 0.001))
            try:
                packet, peer = self.sock.recvfrom(2048)
            except (TimeoutError, ConnectionError):
                return None
            if peer != self.peer:
                return b""
        if packet[:2] == struct.pack(">H", ERROR):
            raise Ended(f"client's error {packet[2:].decode('latin-1')!r}")
        return packet

    def wait_ack(self, blocks, seconds=RESEND):
        """Which of BLOCKS, that are under way, or the one before, is acknowledged; None: none is."""
        end = time.monotonic() + seconds
        known = {self.number(b) if b else 0: b for b in range(blocks[0] - 1, blocks[-1] + 1)}
        while (left := end - time.monotonic()) > 0:
            packet = self.receive(left)
            if packet and len(packet) >= 4 and packet[:2] == struct.pack(">H", ACK):
                block = known.get(struct.unpack(">H", packet[2:4])[0])
                # in lock-step a second ACK is no wish for more (the Sorcerer's Apprentice)
                if block is not None and (block >= blocks[0] or self.window > 1):
                    return block
        return None

    # --- the steps ---------------------------------------------------------------------------------

    def accept(self, **other):
        """The options as asked, or as OTHER says (None: not in the answer); what OACK has."""
        values = {"blksize": self.options.get("blksize"), "windowsize": self.options.get("windowsize"),
                  "tsize": str(len(self.data)) if "tsize" in self.options else None,
                  "timeout": self.options.get("timeout")}
        values.update(other)
        words = []
        for name, value in values.items():
            if name not in self.options or value is None:
                continue
            words += [name, value]
            if name == "blksize":
                self.blksize = int(value)
            elif name == "windowsize":
                self.window = int(value)
        return words

    def negotiate(self, packet):
        """Send the OACK until it is acknowledged."""
        for _ in range(TRIES):
            self.send(packet)
            if self.wait_ack([1]) == 0:
                return
        raise Ended("no answer to OACK")

    def blocks(self, first=1, until=None, arrange=None):
        """Send them, window by window; ARRANGE(transfer, blocks) has the packets of a window."""
        until = until or self.last()
        block, tries = first, 0
        while block <= until:
            batch = range(block, min(block + self.window, until + 1))
            for packet in arrange(self, batch) if arrange else map(self.block, batch):
                self.send(packet)
            acked = self.wait_ack(batch)
            tries = tries + 1 if acked is None or acked < block else 0
            if tries == TRIES:
                raise Ended(f"no answer to block {block}")
            block = block if acked is None else acked + 1

    def serve(self, arrange=None, **other):
        """All of it."""
        self.start(**other)
        self.blocks(arrange=arrange)

    def start(self, **other):
        words = self.accept(**other)
        if words:
            # a lone block number 0 is OACK's, whatever the window
            window, self.window = self.window, 2
            self.negotiate(oack(*words))
            self.window = window


class Server:
    """At ADDRESS, on a machine that is OTHER, too. FIND(name) is a pair, data and what to do with a
    Transfer; None: there is no such file."""

    def __init__(self, address, other, find, port=69):
        self.address, self.other, self.find = address, other, find
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((address, port))
        self.running = {}  # transfers, by client and request
        self.requests = {}  # how many there were of the same

    def run(self):
        while True:
            try:
                packet, peer = self.sock.recvfrom(4096)
            except ConnectionError:
                continue
            if packet[:2] == struct.pack(">H", RRQ):
                self.request(packet, peer)
            else:
                for (whose, _), transfer in list(self.running.items()):
                    if whose == peer and transfer.inbox is not None:
                        transfer.inbox.put(packet)

    def request(self, packet, peer):
        key = (peer, packet)
        if key in self.running:
            self.requests[key] += 1
            return
        words = packet[2:].split(b"\0")
        name = words[0].decode("latin-1").lstrip("/")
        options = dict(zip([w.decode("latin-1").lower() for w in words[2:-1:2]],
                           [w.decode("latin-1") for w in words[3:-1:2]]))
        say(name[-40:], options)
        found = self.find(name)
        if found is None:
            self.sock.sendto(error(1, b"File not found"), peer)
            return
        data, behave = found
        transfer = Transfer(self, peer, name, options, data)
        transfer.key = key
        self.running[key], self.requests[key] = transfer, 1
        threading.Thread(target=self.one, args=(transfer, behave), daemon=True).start()

    def one(self, transfer, behave):
        try:
            behave(transfer)
            say(transfer.name[-40:], "done")
        except Ended as why:
            say(transfer.name[-40:], "ended:", why)
        finally:
            self.forget(transfer)
            if transfer.inbox is None:
                transfer.sock.close()

    def forget(self, transfer):
        """The same request again is a new one."""
        if self.running.get(transfer.key) is transfer:
            del self.running[transfer.key]


def plain(folder):
    """FIND for all files in FOLDER."""
    def find(name):
        path = os.path.realpath(os.path.join(folder, name))
        if not path.startswith(os.path.realpath(folder) + os.sep) or not os.path.isfile(path):
            return None
        with open(path, "rb") as f:
            return f.read(), Transfer.serve
    return find


if __name__ == "__main__":
    plain_server = Server(sys.argv[1], sys.argv[1], plain(sys.argv[2]))
    say("TFTP server ready")
    plain_server.run()
