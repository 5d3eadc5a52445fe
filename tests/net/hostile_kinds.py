# SPDX-License-Identifier: GPL-3.0-or-later
"""What hostile_tftp.py does to its clients.

A kind is a function below; what must come of it stands with it: the file, whole (RIGHT), a message
(a pattern; NAME is the file's name), or one of these (EITHER); never other bytes, and nothing later
than its limit.
"""
import random
import socket
import struct
import time

from tftp_server import ACK, DATA, OACK, RRQ, Transfer, error, oack

RIGHT, EITHER, MESSAGE = "right", "either", "NAME"
SIZE = 100_003  # a dozen windows
LIMIT = 30  # seconds for what ends with a message
KINDS = {}  # name: (function, size, expectation, limit)
LEFT = "left-alone"  # what a menu opens, and reads only when a server has given up (RESEND, TRIES)
SLOW = set()  # those that take seconds because time must pass


def kind(expect, size=SIZE, limit=LIMIT, name=None, slow=False):
    def add(function):
        known = name or function.__name__.replace("_", "-")
        KINDS[known] = (function, size, expect, limit)
        if slow:
            SLOW.add(known)
        return function
    return add


def content(name):
    size = KINDS[name][1]
    some = random.Random(name).randbytes(min(size, 1_000_003))
    return (some * (size // max(len(some), 1) + 1))[:size]


# --- as it should be, in all the ways that there are -----------------------------------------------

@kind(RIGHT)
def plain(t):
    t.serve()


@kind(RIGHT, size=0)
def nothing_in_it(t):
    t.serve()


@kind(RIGHT, size=1)
def one_byte(t):
    t.serve()


@kind(RIGHT, size=1428 * 64)
def whole_blocks(t):
    t.serve()


@kind(RIGHT, name="x" * 480)
def long_name(t):
    t.serve()


@kind(RIGHT)
def only_69(t):
    t.only_69()
    t.serve()


@kind(RIGHT)
def data_at_once(t):
    t.blocks()


@kind(RIGHT)
def data_at_once_69(t):
    t.only_69()
    t.blocks()


def refuses(packet):
    def behave(t):
        if not t.options:
            t.blocks()
            return
        t.server.forget(t)
        t.send(packet)
    return behave


for code in 0, 4, 8:
    kind(RIGHT, name=f"refuses-options-{code}")(refuses(error(code, b"I know of no options")))


@kind(RIGHT)
def smaller_blksize(t):
    t.serve(blksize="512")


@kind(RIGHT)
def odd_blksize(t):
    t.serve(blksize="1001")


@kind(RIGHT, size=3000)
def smallest_blksize(t):
    t.serve(blksize="8")


@kind(RIGHT)
def smaller_window(t):
    t.serve(windowsize=str(max(int(t.options.get("windowsize", 1)) // 2, 1)))


@kind(RIGHT)
def window_of_1(t):
    t.serve(windowsize="1")


@kind(RIGHT)
def only_blksize(t):
    t.serve(windowsize=None, tsize=None, timeout=None)


@kind(RIGHT)
def only_window(t):
    t.serve(blksize=None, tsize=None, timeout=None)


@kind(RIGHT)
def only_tsize(t):
    t.serve(blksize=None, windowsize=None, timeout=None)


@kind(RIGHT)
def capitals(t):
    """RFC 2347: names in any case."""
    words = t.accept()
    t.negotiate(oack(*[w.upper() if i % 2 == 0 else w for i, w in enumerate(words)]))
    t.blocks()


@kind(RIGHT)
def another_order(t):
    words = t.accept()
    t.negotiate(oack(*[w for i in range(len(words) - 2, -1, -2) for w in words[i:i + 2]]))
    t.blocks()


# Over 65535 blocks. Without options that is a matter of round trips.
@kind(RIGHT, size=33_600_007, limit=240, slow=True)
def roll_over_512(t):
    refuses(error(8, b"no options"))(t)


@kind(RIGHT, size=16 * 70_000 + 5, limit=120, slow=True)
def roll_over_window(t):
    t.serve(blksize="16")


@kind(RIGHT, size=33_600_007, limit=240, slow=True)
def roll_over_to_1(t):
    """There are servers that go from 65535 to 1."""
    t.wide = 65535
    t.serve(windowsize=None)


# --- a bad wire, or a bad server: the file comes nevertheless --------------------------------------

@kind(RIGHT)
def deaf_at_first(t):
    while t.server.requests[t.key] < 3:
        time.sleep(0.01)
    t.serve()


@kind(RIGHT)
def two_answers(t):
    """The request came twice: two ports begin (RFC 1350, 4)."""
    other = Transfer(t.server, t.peer, t.name, t.options, b"wrong" * 20_000)
    t.send(oack(*t.accept()))
    other.send(oack(*other.accept()))
    other.send(other.block(1))
    t.negotiate(oack(*t.accept()))
    t.blocks(arrange=lambda t, batch: [p for b in batch for p in (t.block(b),)
                                       if b % 8 or other.send(other.block(b)) is None])


@kind(RIGHT)
def second_port(t):
    """Data from another port in mid-transfer, just before the right ones."""
    other = t.another_socket()

    def arrange(t, batch):
        for b in batch:
            t.send(t.block(b)[:4] + b"\xee" * t.blksize, other)
            yield t.block(b)
    t.serve(arrange)


@kind(RIGHT)
def second_address(t):
    """Data from another address, but the right port, just before the right ones."""
    other = t.another_socket(t.server.other, t.sock.getsockname()[1])

    def arrange(t, batch):
        for b in batch:
            t.send(t.block(b)[:4] + b"\xee" * t.blksize, other)
            yield t.block(b)
    t.serve(arrange)


def raw(t, block, checksum, length):
    """A datagram from the transfer's own port that the kernel would not send."""
    data = struct.pack(">HH", DATA, t.number(block)) + b"\xdd" * t.blksize
    head = struct.pack(">HHHH", t.sock.getsockname()[1], t.peer[1], length or 8 + len(data), checksum)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP) as sock:
        sock.bind((t.server.address, 0))
        sock.sendto(head + data, (t.peer[0], 0))


def before_each(what):
    def arrange(t, batch):
        for b in batch:
            what(t, b)
            yield t.block(b)
    return lambda t: t.serve(arrange)


kind(RIGHT, name="bad-checksum")(before_each(lambda t, b: raw(t, b, 0x1234, 0)))
kind(RIGHT, name="udp-too-long")(before_each(lambda t, b: raw(t, b, 0, 9000)))
kind(RIGHT, name="udp-too-short")(before_each(lambda t, b: raw(t, b, 0, 7)))


@kind(RIGHT)
def every_block_twice(t):
    t.serve(lambda t, batch: [t.block(b) for b in batch for _ in "12"])


@kind(RIGHT)
def every_window_twice(t):
    t.serve(lambda t, batch: [t.block(b) for _ in "12" for b in batch])


@kind(RIGHT, size=40_003)
def backwards(t):
    t.serve(lambda t, batch: [t.block(b) for b in reversed(batch)])


@kind(RIGHT)
def swapped(t):
    t.serve(lambda t, batch: [t.block(b) for b in sorted(batch, key=lambda b: b ^ 1)])


def holes(seed, percent):
    rng = random.Random(seed)
    return lambda t: t.serve(lambda t, batch: [t.block(b) for b in batch if rng.random() * 100 >= percent])


kind(RIGHT, limit=60, name="every-tenth-lost")(holes(1, 10))


@kind(RIGHT)
def last_of_window_lost(t):
    seen = set()
    t.serve(lambda t, batch: [t.block(b) for b in batch
                              if b != batch[-1] or b in seen or seen.add(b) or b % 3])


@kind(RIGHT)
def last_ack_unseen(t):
    t.start()
    t.blocks(until=t.last() - 1)
    for _ in range(4):
        t.send(t.block(t.last()))
        time.sleep(0.05)


@kind(RIGHT)
def pause(t):
    """Silent for two seconds; then it goes on with what it is asked for."""
    t.start()
    t.blocks(until=24)
    time.sleep(2)
    while t.receive(0.001) is not None:
        pass
    t.blocks(first=25)


@kind(RIGHT)
def pause_then_asked(t):
    """The window is lost, and the server sends nothing again by itself."""
    t.start()
    t.blocks(until=24)
    while t.wait_ack(range(25, 25 + t.window), 60) is None:
        pass
    t.blocks(first=25)


@kind(RIGHT, size=512 * 200, name=LEFT + "-silent", slow=True)
def left_silent(t):
    """Nobody reads for longer than this server waits: it is asked again."""
    t.serve()


@kind(RIGHT, size=512 * 200, name=LEFT + "-error", slow=True)
def left_error(t):
    """So, and it says that it has waited long enough."""
    try:
        t.serve()
    except Ended:
        t.send(error(0, b"waited long enough"))
        raise


@kind(RIGHT)
def black_hole(t):
    """Large blocks are never seen again (RFC 2923, 2.1), small ones are."""
    if t.options.get("blksize") == "512":
        t.serve()
        return
    t.negotiate(oack(*t.accept()))
    time.sleep(5)


@kind(RIGHT, slow=True)
def options_in_words_only(t):
    """Any options are fine, and no data follows."""
    if not t.options:
        t.blocks()
        return
    t.negotiate(oack(*t.accept()))
    time.sleep(5)


@kind(RIGHT)
def oack_again_and_again(t):
    packet = oack(*t.accept())
    t.negotiate(packet)

    def arrange(t, batch):
        for b in batch:
            t.send(packet)
            yield t.block(b)
    t.blocks(arrange=arrange)


# --- malformed packets: before anything else, and amid a transfer ----------------------------------

MALFORMED = {
    "empty": b"", "1-byte": b"\0", "2-bytes": b"\0\3", "3-bytes": b"\0\3\0",
    "opcode-0": b"\0\0\0\1", "opcode-9": b"\0\x09\0\1" + b"x" * 600, "opcode-high": b"\3\0\0\1data",
    "rrq": struct.pack(">H", RRQ) + b"a\0octet\0", "ack": struct.pack(">HH", ACK, 1),
    "oack-bare": struct.pack(">H", OACK), "oack-no-nul": struct.pack(">H", OACK) + b"blksize",
    "oack-half": struct.pack(">H", OACK) + b"blksize\0", "oack-open": struct.pack(">H", OACK) + b"blksize\0005",
    "oack-only-nul": struct.pack(">H", OACK) + b"\0" * 100,
    "oack-junk": struct.pack(">H", OACK) + bytes(range(1, 256)) * 5,
    "error-2-bytes": b"\0\5", "error-3-bytes": b"\0\5\0",
    "data-0": struct.pack(">HH", DATA, 0) + b"\xcc" * 1400,
    "data-far": struct.pack(">HH", DATA, 40000) + b"\xcc" * 1400,
}
for name, bad in MALFORMED.items():
    def first(t, bad=bad):
        t.send(bad)
        t.serve()

    def amid(t, bad=bad):
        t.serve(lambda t, batch: [p for b in batch for p in (bad, t.block(b))])
    kind(EITHER, name="first-" + name)(first)
    kind(EITHER, name="amid-" + name)(amid)


@kind(EITHER)
def nothing_but_junk(t):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        for bad in MALFORMED.values():
            t.send(bad)
            time.sleep(0.01)
            t.receive(0.001)


def bad_option(name, value):
    def behave(t):
        words = t.accept(**({} if name == "multicast" else {name: None}))
        t.negotiate(oack(*words, name, value))
        t.blocks()
    return behave


for option, values in {
        "blksize": {"empty": "", "text": "many", "0": "0", "7": "7", "negative": "-1", "larger": "9000",
                    "huge": "99999999999999999999999", "wraps": "4294968296", "after": "512x",
                    "plus": "+512", "hex": "0x200"},
        "windowsize": {"empty": "", "text": "many", "0": "0", "negative": "-4", "larger": "65535",
                       "huge": "99999999999999999999999", "wraps": "4294967298"},
        "tsize": {"empty": "", "text": "big", "negative": "-100003", "huge": "99999999999999999999999",
                  "wraps": "18446744073709651619", "2-to-63": str(2 ** 63), "2-to-64": str(2 ** 64 - 1)},
        "multicast": {"unasked": "239.0.0.1,1758,1"}}.items():
    for word, value in values.items():
        kind(EITHER, name=f"{option}-{word}")(bad_option(option, value))


@kind(EITHER)
def blksize_twice(t):
    words = t.accept(blksize="512")
    t.negotiate(oack("blksize", "1024", *words))
    t.blocks()


def oversize(more, first):
    """DATA of more than was agreed on."""
    def arrange(t, batch):
        return [t.block(b) + b"\xbb" * (more if b >= first else 0) for b in batch]
    return lambda t: t.serve(arrange, blksize="512")


kind(EITHER, name="oversize-by-1")(oversize(1, 1))
kind(EITHER, name="oversize-1468")(oversize(956, 1))
kind(EITHER, name="oversize-amid")(oversize(900, 30))


@kind(EITHER, slow=True)
def oversize_fragments(t):
    t.serve(lambda t, batch: [t.block(b) + b"\xbb" * 20_000 for b in batch])


# --- what cannot come: a message -------------------------------------------------------------------

def first_error(packet):
    return lambda t: t.send(packet)


def amid_error(packet):
    def behave(t):
        t.start()
        t.blocks(until=10)
        t.send(packet)
    return behave


for code, text in enumerate([b"The disk is on fire", b"Not in this house", b"Not for you", b"It is full",
                             b"No such thing", b"Who are you", b"It is there", b"No such user"]):
    # 0, 2, 4 and 8 may be about the options: the client asks again without, and is told the same
    kind(rf"NAME.*{text.decode()}", name=f"error-{code}")(first_error(error(code, text)))
    kind(rf"NAME.*{text.decode()}", name=f"amid-error-{code}")(amid_error(error(code, text)))
for name, packet in {"no-text": b"\0\5\0\1\0", "no-nul": b"\0\5\0\1gone fishing", "bare": b"\0\5\0\1",
                     "nul-only": b"\0\5\0\1" + b"\0" * 1000,
                     "percent": error(1, b"100%s%n%d%x"), "code-high": error(60000, b"unheard of"),
                     "control": error(1, b"\x1b[2Jgone\r\n\x07\x08\x9b\xff\xfe"),
                     "long": error(1, b"gone " * 280)}.items():
    kind(MESSAGE, name="error-" + name)(first_error(packet))
    kind(MESSAGE, name="amid-error-" + name)(amid_error(packet))


@kind(MESSAGE)
def early_end(t):
    t.data = t.data[:50_000]
    t.serve(tsize=str(SIZE))


@kind(MESSAGE)
def early_end_empty(t):
    t.data = b""
    t.serve(tsize=str(SIZE))


@kind(MESSAGE)
def more_than_tsize(t):
    t.data += b"\xaa" * 10_000
    t.serve(tsize=str(SIZE))


@kind(MESSAGE)
def never_ends(t):
    """As many blocks as are wanted, all of them full."""
    t.last = lambda: 40_000
    t.data += bytes(40_000 * t.blksize)
    t.serve(tsize=str(SIZE))


@kind(EITHER)
def endless_window(t):
    """It sends on and on, and looks at nothing that comes but an error."""
    t.start()
    end, b = time.monotonic() + 3, 1
    t.data = t.data * 10
    while time.monotonic() < end:
        t.send(t.block((b - 1) % t.last() + 1))
        if b % 64 == 0:
            t.receive(0.001)
        b += 1


@kind("out of memory", limit=180, slow=True)
def never_ends_without_size(t):
    """More than there is memory for."""
    t.last = lambda: 1_000_000
    t.start(tsize=None)
    full = bytes(t.blksize)
    t.blocks(arrange=lambda t, batch: [struct.pack(">HH", DATA, t.number(b)) + full for b in batch])


# Nothing comes any more: given up within 15 seconds.
@kind(MESSAGE, limit=15, slow=True)
def silence(t):
    time.sleep(50)


@kind(MESSAGE, limit=15, slow=True)
def silence_after_oack(t):
    if t.options:
        t.send(oack(*t.accept()))
    time.sleep(50)


@kind(MESSAGE, limit=15, slow=True)
def silence_amid(t):
    t.start()
    t.blocks(until=16)
    time.sleep(50)


@kind(MESSAGE, limit=15, slow=True)
def the_same_block_for_ever(t):
    t.start()
    t.blocks(until=16)
    while True:
        t.send(t.block(16))
        t.receive(0.2)


@kind(MESSAGE, limit=15, slow=True)
def another_address(t):
    """All of it comes from an address that was not asked."""
    t.sock.close()
    t.sock = t.another_socket(t.server.other)
    t.serve()
