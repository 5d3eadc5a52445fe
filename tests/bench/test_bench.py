#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure boot tests: tests/bench/test_bench.py [OUT]

The demo recipe's matrix on BIOS (CD, USB stick, floppy, PXE, and the diskless CD and floppy, each of
the last three with a network card of every driver's), UEFI's rows apart, and how soon a kernel that
panics at once is judged. Figures are bounds to be read: the exit status is 0 unless something did not
boot.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

OUT = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "out")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MKBOOT = os.path.join(OUT, "bin/mkboot")
CARDS = "rtl8139,e1000,i82551,ne2k_pci,pcnet,tulip,virtio-net-pci,vmxnet3"
PANIC = """\
name: panic
menu:
  entries:
    - {title: Panic, kernel: k.elf, args: panic}
test: {expect: "demo: done", exit: 33, reject: ["demo: panic"], timeout: 60}
"""


def boots(recipe, *options):
    """Run mkboot test; (seconds, its rows)."""
    start = time.perf_counter()
    p = subprocess.run([MKBOOT, "test", recipe, "--json", *options], stdout=subprocess.PIPE, text=True)
    took = time.perf_counter() - start
    if p.returncode not in (0, 1):
        sys.exit(f"test_bench.py: mkboot test ended with {p.returncode}")
    return took, [json.loads(line) for line in p.stdout.splitlines()]


def show(what, took, rows, goal=None):
    failed = [r for r in rows if not r["ok"]]
    longest = max(rows, key=lambda r: r["seconds"])
    told = "" if goal is None else f"  (goal: under {goal} s) {'ok' if took < goal else 'MISSED'}"
    print(f"{what}: {len(rows)} boots, {took:.1f} s{told}; one after the other "
          f"{sum(r['seconds'] for r in rows):.1f} s, the longest {longest['via']} {longest['seconds']:.1f} s",
          flush=True)
    for r in failed:
        print(f"  FAILED: {r['via']} {r['nic']}: {r['reason']}")
    return bool(failed)


def main():
    work = tempfile.mkdtemp(prefix="mkboot-bench.")
    os.environ.setdefault("MKBOOT_CACHE", os.path.join(OUT, "test-cache"))
    demo = os.path.join(ROOT, "recipes/demo/demo.yaml")
    os.chdir(work)
    try:
        subprocess.run([MKBOOT, "build", demo], check=True, stderr=subprocess.DEVNULL)
        bad = False
        took, rows = boots(demo, "--no-build", "--nic", CARDS, "--via",
                           "cd-bios,usb-bios,floppy,pxe-bios,diskless-cd,diskless-floppy")
        bad |= show("the demo's BIOS matrix", took, rows, 60)
        took, rows = boots(demo, "--no-build", "--via",
                           "cd-uefi64,cd-uefi32,usb-uefi64,usb-uefi32,pxe-uefi64,pxe-uefi32")
        bad |= show("the demo by UEFI", took, rows)
        shutil.copy(os.path.join(OUT, "recipes/demo/demo.elf"), "k.elf")
        with open("panic.yaml", "w") as f:
            f.write(PANIC)
        subprocess.run([MKBOOT, "build", "panic.yaml"], check=True, stderr=subprocess.DEVNULL)
        took, rows = boots("panic.yaml", "--via", "cd-bios")
        told = "ok" if took < 2 else "MISSED"
        print(f"a kernel that panics at once, built and judged: {took:.2f} s  (goal: under 2 s) {told}; "
              f"{rows[0]['reason']}")
        bad |= rows[0]["ok"]
    finally:
        os.chdir("/")
        shutil.rmtree(work)
    return bad


if __name__ == "__main__":
    sys.exit(main())
