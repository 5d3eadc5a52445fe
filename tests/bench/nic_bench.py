#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast a file comes over the network inside GRUB: tests/bench/nic_bench.py [OUT] [MODEL...]

For each of QEMU's network cards, in one run and by turns: mkboot's own driver, GRUB over the PXE
ROM's UNDI, and iPXE with its own driver, each fetching the same file by TFTP from QEMU's own
server; GRUB with its own TFTP both times, since it is drivers that are compared (net_bench.py
compares protocols). What is timed is on the wire (netlab.py). Medians of ROUNDS; ratios are of speeds.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

import netlab
from netlab import told, write

MIB = int(os.environ.get("NIC_BENCH_MIB", "64"))
ROUNDS = int(os.environ.get("NIC_BENCH_ROUNDS", "3"))
STOCK = "grub: {protocols: stock}"
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


def speed(images, device, *medium, bootfile=""):
    pcap = os.path.join(images.work, "net.pcap")
    netlab.run(netlab.user_network(images.tree, bootfile), device, *medium, pcap=pcap)
    return MIB / netlab.tftp_seconds(pcap, "/big.bin", MIB << 20)


def card(images, driver, model, over_undi, over_ipxe):
    name = "native-" + driver.replace("_", "")
    images.build(name, "[diskless-floppy]", f"{{nic: {driver}}}", "big.bin", more=STOCK)
    floppy = netlab.floppy(images.path(name, name + "-diskless-floppy.img"))
    ways = {"native": lambda: speed(images, f"{model},netdev=n0,romfile=", *floppy)}
    if over_ipxe is not None and not os.environ.get("NIC_BENCH_NATIVE_ONLY"):
        ways["UNDI"] = lambda: speed(images, f"{model},netdev=n0,bootindex=0", bootfile="undi/bios.0")
        ways["iPXE"] = lambda: speed(images, f"{model},netdev=n0,bootindex=0", bootfile="bench.ipxe")
    got = netlab.by_turns(ways, ROUNDS)
    line = f"{model}: native {got['native']:.1f} MiB/s"
    for way, goal in (("UNDI", over_undi), ("iPXE", over_ipxe)):
        if way in got:
            line += f"; {way} {got[way]:.1f}, {netlab.over(got['native'], got[way], goal)}"
    print(line, flush=True)


def seconds(argv, cwd, env):
    start = time.perf_counter()
    subprocess.run(argv, cwd=cwd, env=env, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


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


def core_size(images, nic):
    name = "size-" + nic.strip("[]").replace(", ", "-").replace("_", "")
    images.build(name, "[diskless-floppy]", f"{{nic: {nic}}}", more=STOCK)
    return netlab.core_size(images.path(name, name + "-diskless-floppy.img"))


def sizes(images):
    one = core_size(images, "rtl8139")
    told("diskless floppy core: rtl8139, TFTP, Multiboot", one, "bytes", 160 * 1024)
    for driver in sorted({entry[0] for entry in CARDS} - {"rtl8139"}):
        told(f"{driver} beside it adds", core_size(images, f"[rtl8139, {driver}]") - one, "bytes", 3 * 1024)


def main():
    out = netlab.folder_out()
    only = sys.argv[2:]
    with tempfile.TemporaryDirectory(prefix="mkboot-nic-bench.") as work:
        images = netlab.Images(out, work)
        netlab.random_file(os.path.join(work, "big.bin"), MIB)
        images.build("undi", "[{tftp: {platforms: bios}}]", "{nic: firmware}", "big.bin", more=STOCK)
        images.ipxe_script("big.bin")
        if not only:
            driver_build(images.mkboot, work)
            sizes(images)
        for entry in CARDS:
            if not only or entry[1] in only:
                card(images, *entry)


main()
