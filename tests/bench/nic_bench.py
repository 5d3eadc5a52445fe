#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast a file comes over the network inside GRUB: tests/bench/nic_bench.py [OUT] [MODEL...]

For each of QEMU's network cards, in one run and by turns: mkboot's own driver, GRUB over the PXE
ROM's UNDI, and iPXE with its own driver, each fetching the same file by TFTP from QEMU's own
server. What is timed is on the wire: from the request to the last byte of data, by the times in
QEMU's own record of the packets (filter-dump), so that firmware, menus and kernels do not count.
Medians of ROUNDS; ratios are of speeds.
"""
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MIB = int(os.environ.get("NIC_BENCH_MIB", "64"))
ROUNDS = int(os.environ.get("NIC_BENCH_ROUNDS", "3"))
# driver, QEMU's card, at least this many times UNDI, and of iPXE
CARDS = [
    ("rtl8139", "rtl8139", 4.0, 0.7),
    ("e1000", "e1000", 4.0, 0.7),
    ("pcnet", "pcnet", 4.0, 0.7),
    ("eepro100", "i82551", 4.0, 0.7),
    ("virtio_net", "virtio-net-pci", 4.0, 0.7),
    ("vmxnet3", "vmxnet3", 4.0, 0.7),
    ("ne2k", "ne2k_pci", None, 0.7),
    ("tulip", "tulip", None, None),  # QEMU has no PXE ROM for it
]


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def transfer(pcap):
    """Seconds and bytes of the TFTP transfer of big.bin in a capture."""
    with open(pcap, "rb") as f:
        data = f.read()
    at, client, start, last, got = 24, None, None, None, 0
    while at + 16 <= len(data):
        sec, usec, size, original = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16:at + 16 + size]
        at += 16 + size
        if len(frame) < 46 or frame[12:14] != b"\x08\x00" or frame[23] != 17:
            continue
        sport, dport = struct.unpack_from(">HH", frame, 34)
        opcode = struct.unpack_from(">H", frame, 42)[0]
        now = sec + usec / 1e6
        if dport == 69 and opcode == 1 and b"big.bin\0" in frame:
            client, start, got = sport, now, 0
        elif client is not None and dport == client and opcode == 3:
            last, got = now, got + original - 46
    if start is None or got < MIB << 20:
        raise RuntimeError(f"{got} of {MIB << 20} bytes came")
    return last - start, got


def run_qemu(work, device, *medium, bootfile=""):
    pcap = os.path.join(work, "net.pcap")
    argv = ["qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-no-reboot", "-display", "none",
            "-serial", "stdio", "-m", "512", "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
            "-netdev", f"user,id=n0,restrict=on,tftp={work}/tftp,bootfile={bootfile}",
            "-object", f"filter-dump,id=dump,netdev=n0,file={pcap},maxlen=96",
            "-device", device, *medium]
    done = subprocess.run(argv, timeout=120, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 33:
        raise RuntimeError(f"{device}: status {done.returncode}: " + done.stdout[-300:].decode("latin-1"))
    seconds, size = transfer(pcap)
    return size / seconds / (1 << 20)


def build(mkboot, work, name, nic, outputs, modules="{file: big.bin, raw: true}"):
    write(os.path.join(work, name + ".yaml"), f"""
name: {name}
menu: {{timeout: 0, entries: [{{title: Bench, kernel: k.elf, modules: [{modules}]}}]}}
network: {{nic: {nic}}}
outputs: {outputs}
""")
    subprocess.run([mkboot, "build", f"{name}.yaml", "-o", "out"], cwd=work, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    tree = os.path.join(work, "out", name, "tftp")
    for entry in os.listdir(tree) if os.path.isdir(tree) else []:
        shutil.copytree(os.path.join(tree, entry),
                        os.path.join(work, "tftp", entry), dirs_exist_ok=True)


def card(mkboot, work, driver, model, over_undi, over_ipxe):
    build(mkboot, work, "native", driver, "[diskless-floppy, tftp]")
    image = os.path.join(work, "out/native/native-diskless-floppy.img")
    ways = {"native": lambda: run_qemu(work, f"{model},netdev=n0,romfile=", "-drive",
                                       f"if=floppy,format=raw,readonly=on,file={image}", "-boot", "a")}
    if over_ipxe is not None and not os.environ.get("NIC_BENCH_NATIVE_ONLY"):
        ways["UNDI"] = lambda: run_qemu(work, f"{model},netdev=n0,bootindex=0", bootfile="undi/bios.0")
        ways["iPXE"] = lambda: run_qemu(work, f"{model},netdev=n0,bootindex=0", bootfile="bench.ipxe")
    speeds = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, once in ways.items():
            speeds[way].append(once())
    speed = {way: statistics.median(s) for way, s in speeds.items()}
    line = f"{model}: native {speed['native']:.1f} MiB/s"
    for way, goal in (("UNDI", over_undi), ("iPXE", over_ipxe)):
        if way not in speed:
            continue
        ratio = speed["native"] / speed[way]
        verdict = "" if goal is None else f" (goal: {goal}) " + ("ok" if ratio >= goal else "MISSED")
        line += f"; {way} {speed[way]:.1f}, ratio {ratio:.2f}{verdict}"
    print(line, flush=True)


def seconds(argv, cwd, env):
    start = time.perf_counter()
    subprocess.run(argv, cwd=cwd, env=env, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def told(what, value, unit, goal):
    print(f"{what}: {value:,} {unit} (goal: at most {goal:,}) {'ok' if value <= goal else 'MISSED'}",
          flush=True)


def driver_build(mkboot, work):
    """Compiling the drivers with their sources there already; and what the lookup costs after."""
    env = {**os.environ, "MKBOOT_CACHE": os.path.join(work, "cold")}
    subprocess.run([mkboot, "toolchain", "fetch"], cwd=work, env=env, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    told("drivers compiled, sources already fetched",
         round(seconds([mkboot, "toolchain", "build", "--drivers"], work, env), 2), "s", 10)
    # The same recipe's TFTP tree, with the driver in its NBP and without.
    warm = {}
    for nic in ("rtl8139", "firmware") * 15:
        write(os.path.join(work, f"warm-{nic}.yaml"), f"""
name: warm-{nic}
menu: {{entries: [{{title: Warm, kernel: k.elf}}]}}
network: {{nic: {nic}}}
outputs: [{{tftp: {{platforms: bios}}}}]
""")
        warm.setdefault(nic, []).append(
            seconds([mkboot, "build", f"warm-{nic}.yaml"], work, env))
    told("warm build with a driver, over one without",
         round(1000 * (statistics.median(warm["rtl8139"]) - statistics.median(warm["firmware"])), 1),
         "ms", 10)


def core_size(mkboot, work, nic):
    """Of the diskless floppy's core image: the floppy less its boot sector, to its last byte."""
    build(mkboot, work, "size", nic, "[diskless-floppy]", modules="")
    with open(os.path.join(work, "out/size/size-diskless-floppy.img"), "rb") as f:
        # diskboot.img's list of blocks, of which the last is the first: offset, then count
        f.seek(512 + 500)
        return (struct.unpack("<QHH", f.read(12))[1] + 1) * 512


def sizes(mkboot, work):
    one = core_size(mkboot, work, "rtl8139")
    told("diskless floppy core: rtl8139, TFTP, Multiboot", one, "bytes", 160 * 1024)
    for driver in sorted({entry[0] for entry in CARDS} - {"rtl8139"}):
        told(f"{driver} beside it adds", core_size(mkboot, work, f"[rtl8139, {driver}]") - one, "bytes",
             3 * 1024)


def main():
    out = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "out"))
    only = sys.argv[2:]
    with tempfile.TemporaryDirectory(prefix="mkboot-nic-bench.") as work:
        os.mkdir(os.path.join(work, "tftp"))
        shutil.copy(os.path.join(out, "recipes/demo/demo.elf"), os.path.join(work, "k.elf"))
        with open(os.path.join(work, "big.bin"), "wb") as f:
            for _ in range(MIB):
                f.write(os.urandom(1 << 20))
        mkboot = os.path.join(out, "bin/mkboot")
        build(mkboot, work, "undi", "firmware", "[tftp]")
        # iPXE fetches the file, drops it, and ends as the others do: by the demo kernel.
        write(os.path.join(work, "end.yaml"), """
name: end
menu: {timeout: 0, entries: [{title: End, kernel: k.elf}]}
outputs: [tftp]
""")
        subprocess.run([mkboot, "build", "end.yaml", "-o", "out"], cwd=work, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.copytree(os.path.join(work, "out/end/tftp/end"), os.path.join(work, "tftp/end"),
                        dirs_exist_ok=True)
        # The NBP looks beside the file that DHCP named, which is the script.
        os.symlink("end/boot", os.path.join(work, "tftp/boot"))
        write(os.path.join(work, "tftp/bench.ipxe"),
              "#!ipxe\nimgfetch tftp://10.0.2.2/undi/boot/big.bin || goto end\nimgfree big.bin || goto end\n"
              ":end\nchain tftp://10.0.2.2/end/bios.0\n")
        if not only:
            driver_build(mkboot, work)
            sizes(mkboot, work)
        for entry in CARDS:
            if not only or entry[1] in only:
                card(mkboot, work, *entry)


main()
