#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast mkboot's network protocols are: tests/bench/net_bench.py [OUT] [PART...]

Against GRUB's own (`grub: {protocols: stock}`), iPXE and the wire, in one run and by turns, timed on
the wire (netlab.py); medians of ROUNDS. Every file must have arrived with its CRC-32 (but iPXE's, which
drops it). Takes root: the wire with delay and loss is a network namespace (netwire.py). Delay is added to
what the server gets, so to each acknowledgement; loss is each way's. The status is 1 where a goal was
missed. Parts: see PARTS below.
"""
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

import netlab
from netlab import by_turns, over, verdict
from netwire import LOCK_STEP, NETDEV, SERVER, WINDOWS, Wire

MIB = int(os.environ.get("NET_BENCH_MIB", "64"))
ROUNDS = int(os.environ.get("NET_BENCH_ROUNDS", "3"))
# others, to save time: most; over UNDI, on UEFI and with loss; in lock-step over a wire with delay
SIZES = {"big": MIB, "half": MIB // 2, "some": MIB // 4, "slow": MIB // 8, "tiny": 1}
OVMF = "/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"
NBP = "[{tftp: {platforms: bios}}]"
STOCK = "grub: {protocols: stock}"
MACS = {"stock": "52:54:00:12:34:01", "own": "52:54:00:12:34:02"}


class Bench:
    def __init__(self, out, work):
        self.work, self.pcap = work, os.path.join(work, "net.pcap")
        self.images = netlab.Images(out, work)
        for name, mib in SIZES.items():
            netlab.random_file(os.path.join(work, name + ".bin"), mib)
        self.built = set()
        self.wire, self.boots = None, 0

    def card(self, model):
        """On the wire without a ROM, and with another MAC each time, so that it gets another address:
        GRUB's TCP begins with the same port at each start, and the server remembers the last."""
        self.boots += 1
        return f"{model},netdev=n0,romfile=,mac=52:54:00:12:35:{self.boots:02x}"

    def image(self, which, nic, file, protocol="tftp", outputs="[diskless-floppy]", entry="",
              server=None):
        """WHICH protocols, "own" or "stock", for a card: the recipe's name; built once. SERVER, or else
        the one that DHCP names."""
        last = server and server.rsplit(".", 1)[1]
        name = "-".join(filter(None, (which, nic.replace("_", ""), protocol, file, entry and "cd", last)))
        if name not in self.built:
            self.built.add(name)
            network = f"{{nic: {nic}, protocol: {protocol}"
            if server:
                network += f", server: {server}, subnet: 192.168.77.0/24"
            self.images.build(name, outputs, network + "}", file + ".bin", entry=entry,
                              more=STOCK if which == "stock" else "")
        return name

    def speed(self, name, file, netdev, device, *medium, protocol="tftp", checked=True):
        """MiB/s of FILE, booted from MEDIUM or else NAME's floppy."""
        medium = medium or netlab.floppy(self.images.path(name, name + "-diskless-floppy.img"))
        lines, _ = netlab.run(netdev, device, *medium, pcap=self.pcap,
                              maxlen=96 if protocol == "tftp" else 600)
        if checked:
            netlab.check(lines, os.path.join(self.work, file + ".bin"))
        seconds = {"tftp": netlab.tftp_seconds, "http": netlab.http_seconds}[protocol]
        mib = SIZES[file]
        return mib / seconds(self.pcap, f"/{file}.bin", mib << 20)

    def on_wire(self, which, nic, model, file, protocol="tftp", server=None):
        if protocol == "http":
            server = SERVER
        name = self.image(which, nic, file, protocol, server=server)
        return lambda: self.speed(name, file, NETDEV, self.card(model), protocol=protocol)

    def user(self, bootfile=""):
        return netlab.user_network(self.images.tree, bootfile)


def tftp(b):
    stock, own = (b.on_wire(which, "virtio_net", "virtio-net-pci", file)
                  for which, file in (("stock", "slow"), ("own", "big")))
    with b.wire.relay("up=0.2"):
        speed = by_turns({"own": own, "stock": stock}, ROUNDS)
    print(f"TFTP, virtio-net, atftpd, +0.2 ms: {speed['own']:.1f} MiB/s ({SIZES['big']} MiB); stock "
          f"{speed['stock']:.2f} ({SIZES['slow']} MiB), {over(speed['own'], speed['stock'], 8.0)}", flush=True)


def loss(b):
    """Against itself on the same wire without loss. Two servers have no goal, for the client has no say
    in it: atftpd puts a longer pause between its packets at each loss, 0.16 ms in the end; tftpd-hpa
    sends a lost block again when a second is over, whatever the client asks."""
    for server, at, file, goal in (("windows (tests/net/tftp_server.py)", WINDOWS, "half", 0.5),
                                   ("atftpd", None, "some", None),
                                   ("tftpd-hpa, no windows", LOCK_STEP, "tiny", None)):
        own = b.on_wire("own", "virtio_net", "virtio-net-pci", file, server=at)
        seed = iter(range(1, 100))

        def once(loses):
            with b.wire.relay("up=0.2", *(["loss=1", f"seed={next(seed)}"] if loses else [])):
                return own()

        speed = by_turns({"lossy": lambda: once(True), "clean": lambda: once(False)}, ROUNDS)
        print(f"TFTP, virtio-net, {server}, +0.2 ms, loss 1 %: {speed['lossy']:.2f} MiB/s; lossless "
              f"{speed['clean']:.1f}, {over(speed['lossy'], speed['clean'], goal)}", flush=True)


def ipxe(b):
    """mkboot's driver and protocol against iPXE's, on QEMU's own network."""
    b.images.ipxe_script("half.bin")
    for nic, model, goal in (("rtl8139", "rtl8139", 1.0), ("e1000", "e1000", 1.0),
                             ("virtio_net", "virtio-net-pci", 1.0), ("pcnet", "pcnet", 0.9),
                             ("eepro100", "i82551", 0.9), ("vmxnet3", "vmxnet3", 0.9),
                             ("ne2k", "ne2k_pci", 0.9)):
        name = b.image("own", nic, "half")
        speed = by_turns({
            "own": lambda: b.speed(name, "half", b.user(), f"{model},netdev=n0,romfile="),
            "iPXE": lambda: b.speed(name, "half", b.user("bench.ipxe"), f"{model},netdev=n0,bootindex=0",
                                    "-boot", "n", checked=False)}, ROUNDS)
        print(f"TFTP, {model}, QEMU's own network: {speed['own']:.1f} MiB/s; iPXE {speed['iPXE']:.1f}, "
              f"{over(speed['own'], speed['iPXE'], goal)}", flush=True)


def undi(b):
    """By the clock, and, where one block is under way at a time, by the instructions that the guest takes
    (QEMU's -icount: its clock is their number). An emulated ROM call takes what QEMU's own bookkeeping
    makes of it: docs/performance.md."""
    counted = ["-icount", "shift=0,sleep=off"]
    for model in ("e1000", "rtl8139"):
        names = {which: b.image(which, "firmware", "some", outputs=NBP)
                 for which in ("own", "stock")}

        def once(which, wired, how):
            name = names[which]
            netdev = NETDEV if wired else b.user(f"{name}/bios.0")
            device = f"{model},netdev=n0,bootindex=0,mac={MACS[which]}"
            return lambda: b.speed(name, "some", netdev, device, "-boot", "n", *how)

        for wired, how, where, unit in (
                (False, [], "QEMU's own network", "MiB/s"), (True, [], "atftpd", "MiB/s"),
                (False, counted, "QEMU's own network, by instructions", "MiB per 10^9 of them")):
            ways = {which: once(which, wired, how) for which in names}
            if wired:
                with b.wire.relay():
                    speed = by_turns(ways, ROUNDS)
            else:
                speed = by_turns(ways, 1 if how else ROUNDS)
            print(f"TFTP over UNDI, {model}, {where}: {speed['own']:.1f} {unit}; stock {speed['stock']:.1f}, "
                  f"{over(speed['own'], speed['stock'], 1.5)}", flush=True)


def http(b):
    """Against the wire: what this machine's own TCP gets in the guest's place. Where nothing limits the
    wire, that is the speed of its memory; a guest whose processor is emulated has no such goal."""
    stock, own = (b.on_wire(which, "virtio_net", "virtio-net-pci", file, "http")
                  for which, file in (("stock", "slow"), ("own", "some")))
    shutil.copy(os.path.join(b.work, "some.bin"), os.path.join(b.images.tree, "curl.bin"))

    def curl():
        with b.wire.client():
            return SIZES["some"] / b.wire.curl("curl.bin", SIZES["some"] << 20)

    rate = ["rate=100"]
    for what, wish, goal in (
            ("100 Mbit/s, +0.2 ms", rate + ["up=0.2"], 0.77), ("100 Mbit/s, +1 ms", rate + ["up=1"], 0.77),
            ("100 Mbit/s, +5 ms", rate + ["up=5"], 0.77),
            ("100 Mbit/s, +0.2 ms, loss 1 %", rate + ["up=0.2", "loss=1"], 0.77),
            ("no limit, +0.2 ms", ["up=0.2"], None), ("no limit, +5 ms", ["up=5"], None)):
        with b.wire.relay(*wish):
            speed = by_turns({"own": own, "wire": curl, "stock": stock}, ROUNDS)
        print(f"HTTP, virtio-net, nginx, {what}: {speed['own']:.1f} MiB/s; the wire (curl) {speed['wire']:.1f}, "
              f"{over(speed['own'], speed['wire'], goal)}; stock {speed['stock']:.2f} ({SIZES['slow']} MiB), "
              f"{over(speed['own'], speed['stock'])}", flush=True)


def dhcp(b):
    """From the line before the card is opened to DISCOVER, and from there to the ACK. (Not e1000: QEMU's
    receives nothing in the first second, whatever is sent.)"""
    for nic, model in (("virtio_net", "virtio-net-pci"), ("rtl8139", "rtl8139")):
        times = {(which, what): [] for which in ("own", "stock") for what in ("opening", "lease")}
        with b.wire.relay(), b.wire.listen() as listen:
            for _ in range(ROUNDS):
                for which in ("own", "stock"):
                    name = b.image(which, nic, "tiny")
                    lines, sight = netlab.run(
                        NETDEV, b.card(model),
                        *netlab.floppy(b.images.path(name, name + "-diskless-floppy.img")), pcap=None,
                        listen=listen)
                    opened = next(t for t, line in lines if line.startswith("[network] trying"))
                    first = next(t for t, frame in sight if netlab.dhcp_type(frame) == "DISCOVER")
                    ack = next(t for t, frame in sight if netlab.dhcp_type(frame) == "ACK")
                    times[which, "opening"].append(first - opened)
                    times[which, "lease"].append(ack - first)
        for what, words, goal in (("opening", "from the card's opening to DISCOVER", 100),
                                  ("lease", "from DISCOVER to ACK", 1000)):
            own, stock = (1000 * statistics.median(times[which, what]) for which in ("own", "stock"))
            print(f"DHCP, {model}, {words}: {own:.1f} ms (goal: at most {goal}) {verdict(own <= goal)}; "
                  f"stock {stock:.1f} ms", flush=True)


def uefi(b):
    for model, rom in (("virtio-net-pci", ",romfile="), ("e1000", "")):
        ways = {}
        for which in ("own", "stock"):
            name = b.image(which, "all", "some", outputs="[iso, {tftp: {platforms: uefi64}}]",
                           entry=", load: network")
            variables = os.path.join(b.work, f"{which}.vars")
            shutil.copy(OVMF[1], variables)
            iso = b.images.path(name, name + ".iso")
            medium = ["-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={OVMF[0]}",
                      "-drive", f"if=pflash,unit=1,format=raw,snapshot=on,file={variables}",
                      "-drive", f"if=none,id=cd,format=raw,readonly=on,file={iso}",
                      "-device", "ide-cd,drive=cd,bootindex=0"]
            ways[which] = lambda name=name, medium=medium: b.speed(
                name, "some", b.user(), f"{model},netdev=n0,bootindex=1{rom}", *medium)
        speed = by_turns(ways, ROUNDS)
        print(f"TFTP on UEFI x64 (efinet), {model}, QEMU's own network: {speed['own']:.1f} MiB/s; "
              f"stock {speed['stock']:.1f}, {over(speed['own'], speed['stock'])}", flush=True)


def size(b):
    cores = {}
    for protocol in ("tftp", "http"):
        for which in ("own", "stock"):
            name = b.image(which, "virtio_net", "tiny", protocol, server=SERVER)
            cores[which] = netlab.core_size(b.images.path(name, name + "-diskless-floppy.img"))
        print(f"core of a diskless floppy, {protocol}: {cores['own']:,} bytes; stock {cores['stock']:,}",
              flush=True)


PARTS = {part.__name__: part for part in (tftp, loss, ipxe, undi, http, dhcp, uefi, size)}


def main():
    only = sys.argv[2:] or list(PARTS)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers end, too
    with tempfile.TemporaryDirectory(prefix="mkboot-net-bench.") as work:
        out = netlab.folder_out()
        b = Bench(out, work)
        # Their drivers and protocols are compiled, which may take apt: before the namespace is entered.
        nbps = {MACS[which]: b.image(which, "firmware", "some", outputs=NBP) + "/bios.0"
                for which in ("own", "stock")}
        b.image("own", "virtio_net", "big")
        b.wire = Wire(work, os.path.join(out, "test-cache/atftpd"), b.images.tree, nbps)
        try:
            for part in only:
                try:
                    PARTS[part](b)
                except (RuntimeError, StopIteration, subprocess.CalledProcessError) as e:
                    print(f"{part}: {e!r} {netlab.verdict(False)}", flush=True)
        finally:
            b.wire.close()
    return 1 if netlab.missed else 0


sys.exit(main())
