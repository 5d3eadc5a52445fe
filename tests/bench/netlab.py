# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benches of the network have in common: files to load, images that load them, machines,
what their records of packets say (QEMU's filter-dump), lines with ratios and goals.

Times are those on the wire, from the request to the packet that completes the file, so that
firmware, menus and kernels do not count.
"""
import os
import selectors
import shutil
import statistics
import struct
import subprocess
import sys
import time
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
missed = 0


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


# --- what is said --------------------------------------------------------------------------------

def verdict(good):
    global missed
    missed += not good
    return "ok" if good else "MISSED"


def over(speed, other, goal=None):
    ratio = speed / other if other else float("inf") if speed else 0.0
    ratio = round(ratio, 2)
    return f"ratio {ratio:.2f}" + ("" if goal is None else f" (goal: {goal}) {verdict(ratio >= goal)}")


def told(what, value, unit, goal):
    print(f"{what}: {value:,} {unit} (goal: at most {goal:,}) {verdict(value <= goal)}", flush=True)


def by_turns(ways, rounds):
    """WAYS: name -> function. The median of what each returns: of speeds, so that one which does not
    come to its end is 0."""
    got = {way: [] for way in ways}
    for _ in range(rounds):
        for way, once in ways.items():
            try:
                got[way].append(once())
            except RuntimeError as e:
                print(f"{way}: {e}", file=sys.stderr, flush=True)
                got[way].append(0.0)
    return {way: statistics.median(values) for way, values in got.items()}


# --- records of packets --------------------------------------------------------------------------

def packets(pcap):
    """Time, start of the frame, size of the whole frame."""
    with open(pcap, "rb") as f:
        data = f.read()
    at = 24
    while at + 16 <= len(data):
        sec, usec, size, original = struct.unpack_from("<IIII", data, at)
        if at + 16 + size > len(data):
            break
        yield sec + usec / 1e6, data[at + 16:at + 16 + size], original
        at += 16 + size


def incomplete(done, size):
    return RuntimeError(f"this round has no time: in QEMU's record of the packets {done} of {size} bytes are "
                        "acknowledged")


def tftp_seconds(pcap, name, size):
    """From the last request for NAME to the acknowledgement that ends it."""
    client = start = end = None
    block = acked = 0
    for now, frame, original in packets(pcap):
        if len(frame) < 46 or frame[12:14] != b"\x08\x00" or frame[23] != 17:
            continue
        sport, dport, _, _, opcode, number = struct.unpack_from(">HHHHHH", frame, 34)
        if dport == 69 and opcode == 1 and name.encode() + b"\0" in frame:
            client, start, end, block, acked = sport, now, None, 0, 0
        elif client is not None and dport == client and opcode == 3:
            block = max(block, struct.unpack_from(">H", frame, 38)[0] - 12)
        elif client is not None and sport == client and opcode == 4 and block and end is None:
            # numbers begin again behind 65535; one that is behind is a repetition
            ahead = (number - acked) & 0xFFFF
            acked += ahead if ahead < 0x8000 else 0
            if acked * block > size:
                end = now
    if end is None:
        raise incomplete(acked * block, size)
    return end - start


def http_seconds(pcap, name, size):
    """From the last request for all of NAME to the acknowledgement of its last byte. Later requests
    for a part of it (Range) continue it."""
    start = end = None
    streams = {}
    for now, frame, original in packets(pcap):
        if len(frame) < 54 or frame[12:14] != b"\x08\x00" or frame[23] != 6:
            continue
        sport, dport, seq, ack, offset = struct.unpack_from(">HHIIB", frame, 34)
        data = frame[34 + (offset >> 4) * 4:]
        if dport == 80:
            if data.startswith(b"GET ") and name.encode() + b" " in data.split(b"\r", 1)[0]:
                part = b"\r\nrange: bytes=" in data.lower() and b"\r\nrange: bytes=0-" not in data.lower()
                if not part:
                    start, end, streams = now, None, {}
                streams[sport] = {"base": ack, "head": None, "got": 0}
            elif sport in streams and end is None:
                s = streams[sport]
                if s["head"] is not None:
                    ahead = (ack - s["base"] - s["head"]) & 0xFFFFFFFF
                    s["got"] = max(s["got"], ahead if ahead < 1 << 31 else 0)
                    if sum(t["got"] for t in streams.values()) >= size:
                        end = now
        elif sport == 80 and dport in streams and streams[dport]["head"] is None:
            head = data.find(b"\r\n\r\n")
            if seq == streams[dport]["base"] and head >= 0:
                streams[dport]["head"] = head + 4
    if end is None:
        raise incomplete(sum(s["got"] for s in streams.values()), size)
    return end - start


DHCP_TYPES = {1: "DISCOVER", 2: "OFFER", 3: "REQUEST", 5: "ACK", 6: "NAK"}


def dhcp_type(frame):
    """What message of DHCP's a frame is, or None."""
    if len(frame) < 286 or frame[12:14] != b"\x08\x00" or frame[23] != 17:
        return None
    if {*struct.unpack_from(">HH", frame, 34)} != {67, 68}:
        return None
    at = 42 + 240
    while at + 2 < len(frame) and frame[at] != 255:
        if frame[at] == 53:
            return DHCP_TYPES.get(frame[at + 2])
        at += 1 if frame[at] == 0 else 2 + frame[at + 1]
    return "BOOTP"


# --- machines ------------------------------------------------------------------------------------

def user_network(tree, bootfile=""):
    """QEMU's own, whose TFTP server knows no windows and answers at once."""
    return f"user,id=n0,restrict=on,tftp={tree}{',bootfile=' + bootfile if bootfile else ''}"


def floppy(image):
    return ["-drive", f"if=floppy,format=raw,readonly=on,file={image}", "-boot", "a"]


def run(netdev, device, *medium, pcap, maxlen=96, listen=None, limit=120):
    """Boot it: what it wrote, as lines with times (and what came on the socket LISTEN, in SIGHT)."""
    argv = ["qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-no-reboot", "-display", "none",
            "-serial", "stdio", "-m", "512", "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
            "-netdev", netdev, "-device", device, *medium]
    if pcap:
        argv += ["-object", f"filter-dump,id=dump,netdev=n0,file={pcap},maxlen={maxlen}"]
    p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text, lines, sight, end = b"", [], [], time.monotonic() + limit
    try:
        with selectors.DefaultSelector() as wait:
            wait.register(p.stdout, selectors.EVENT_READ)
            if listen:
                wait.register(listen, selectors.EVENT_READ)
            while time.monotonic() < end:
                ready = [key.fileobj for key, _ in wait.select(end - time.monotonic())]
                now = time.monotonic()
                if listen in ready:
                    sight.append((now, listen.recv(2048)))
                if p.stdout not in ready:
                    continue
                more = os.read(p.stdout.fileno(), 65536)
                if not more:
                    break
                *whole, text = (text + more).split(b"\n")
                lines += [(now, line.rstrip(b"\r").decode("latin-1")) for line in whole]
    finally:
        if time.monotonic() >= end:
            p.kill()
        status = p.wait()
        p.stdout.close()
    if status != 33:
        raise RuntimeError(f"{device}: status {status}: " + "\n".join(line for _, line in lines[-6:]))
    return lines, sight


def check(lines, path):
    """The demo kernel tells each module's length and CRC-32."""
    size = os.path.getsize(path)
    said = [line for _, line in lines if f"length {size} crc32" in line]
    if not said or int(said[0].split()[-1], 16) != crc(path):
        raise RuntimeError(f"{path} did not arrive as it is: {said}")


crcs = {}


def crc(path):
    if path not in crcs:
        value = 0
        with open(path, "rb") as f:
            while part := f.read(1 << 20):
                value = zlib.crc32(part, value)
        crcs[path] = value
    return crcs[path]


# --- files and images ----------------------------------------------------------------------------

def random_file(path, mib):
    with open(path, "wb") as f:
        for _ in range(mib):
            f.write(os.urandom(1 << 20))


class Images:
    """Images of recipes in a folder WORK, and below WORK/tree all that they load."""

    def __init__(self, out, work):
        self.mkboot, self.work = os.path.join(out, "bin/mkboot"), work
        self.tree = os.path.join(work, "tree")
        os.mkdir(self.tree)
        shutil.copy(os.path.join(out, "recipes/demo/demo.elf"), os.path.join(work, "k.elf"))

    def path(self, name, file):
        return os.path.join(self.work, "out", name, file)

    def build(self, name, outputs, network="{}", module="", entry="", more=""):
        """The demo kernel with a MODULE: a file of WORK's, which is served under the recipe's name."""
        modules = f", modules: [{{file: {module}, raw: true}}]" if module else ""
        write(os.path.join(self.work, name + ".yaml"), f"""
name: {name}
menu: {{timeout: 0, entries: [{{title: Bench, kernel: k.elf{modules}{entry}}}]}}
network: {network}
outputs: {outputs}
{more}
""")
        done = subprocess.run([self.mkboot, "build", f"{name}.yaml", "-o", "out"], cwd=self.work,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise RuntimeError(f"mkboot build {name}.yaml: " + done.stdout.decode())
        served = os.path.join(self.work, "out", name, "tftp")
        if os.path.isdir(served):
            shutil.copytree(served, self.tree, copy_function=os.link, dirs_exist_ok=True)
        else:
            boot = os.path.join(self.tree, name, "boot")
            os.makedirs(boot, exist_ok=True)
            for file in filter(None, ("k.elf", module)):
                os.link(os.path.join(self.work, file), os.path.join(boot, file))

    def ipxe_script(self, file):
        """bench.ipxe: iPXE fetches a FILE of WORK's, drops it, and ends as the others do, by the demo
        kernel. The NBP looks beside the file that DHCP named, which is the script."""
        self.build("end", "[{tftp: {platforms: bios}}]")
        os.symlink("end/boot", os.path.join(self.tree, "boot"))
        os.mkdir(os.path.join(self.tree, "ipxe"))
        os.link(os.path.join(self.work, file), os.path.join(self.tree, "ipxe", file))
        write(os.path.join(self.tree, "bench.ipxe"), f"""#!ipxe
imgfetch tftp://10.0.2.2/ipxe/{file} || goto end
imgfree {file} || goto end
:end
chain tftp://10.0.2.2/end/bios.0
""")


def core_size(floppy_image):
    """Of a diskless floppy's core image: the floppy less its boot sector, to its last byte."""
    with open(floppy_image, "rb") as f:
        # diskboot.img's list of blocks, of which the last is the first: offset, then count
        f.seek(512 + 500)
        return (struct.unpack("<QHH", f.read(12))[1] + 1) * 512


def folder_out():
    return os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "out"))
