#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure mkboot against its peers, in one run, as ratios: tests/bench/bench.py [OUT]

Every comparison is interleaved (ours, theirs, ours, ...) and told as the median of the rounds, so
that what else the machine does falls on both. Figures are bounds to be read, not tests: the exit
status is 0 unless something could not be run.
"""
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

OUT = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "out")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MKBOOT = os.path.join(OUT, "bin/mkboot")
DEMO = os.path.join(OUT, "recipes/demo/demo.elf")
GIB = 1 << 30


def run(*argv, **kw):
    return subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **kw)


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def compare(name, ours, theirs, rounds, bound=None, before=lambda: None):
    """BEFORE is run, untimed, before every run."""
    def once(function):
        before()
        return timed(function)

    once(ours), once(theirs)  # warm
    pairs = [(once(ours), once(theirs)) for _ in range(rounds)]
    a = statistics.median(p[0] for p in pairs)
    b = statistics.median(p[1] for p in pairs)
    ratio = statistics.median(p[0] / p[1] for p in pairs)
    goal = "" if bound is None else f"  (goal: at most {bound}) {'ok' if ratio <= bound else 'MISSED'}"
    print(f"{name}: {a:.3f} s against {b:.3f} s, ratio {ratio:.2f}{goal}", flush=True)
    return ratio


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def peers_iso(work):
    tree = os.path.join(work, "tree")
    os.makedirs(os.path.join(tree, "boot/grub"))
    shutil.copy(DEMO, os.path.join(tree, "boot/k.elf"))
    shutil.copy(os.path.join(work, "hello.txt"), os.path.join(tree, "boot"))
    write(os.path.join(tree, "boot/grub/grub.cfg"),
          "set timeout=0\nmenuentry Demo {\n multiboot2 /boot/k.elf one two\n module2 /boot/hello.txt\n}\n")
    return tree


def peers_script(work, tree):
    """What a person writes today for the same four things."""
    cfg = os.path.join(tree, "boot/grub/grub.cfg")

    def script():
        run("grub-mkrescue", "-o", os.path.join(work, "peer.iso"), tree)
        net = os.path.join(work, "net")
        shutil.rmtree(net, ignore_errors=True)
        os.mkdir(net)
        run("grub-mknetdir", "--net-directory=" + net)
        shutil.copy(cfg, os.path.join(net, "boot/grub/grub.cfg"))
        shutil.copy(DEMO, os.path.join(net, "boot/k.elf"))
        core, floppy = os.path.join(work, "core.img"), os.path.join(work, "peer.img")
        run("grub-mkimage", "-O", "i386-pc", "-o", core, "-c", cfg, "-p", "(fd0)/boot/grub",
            "biosdisk", "fat", "normal", "multiboot2", "configfile")
        size = (os.path.getsize(core) + 511) // 512
        if os.path.exists(floppy):
            os.unlink(floppy)
        # not mformat: its -R takes no more than 255 sectors
        run("/usr/sbin/mkfs.fat", "-C", "-F", "12", "-R", str(1 + size), floppy, "1440")
        with open(floppy, "r+b") as f, open(core, "rb") as c:
            f.seek(512)
            f.write(c.read())
        run("mmd", "-i", floppy, "::/boot")
        run("mcopy", "-i", floppy, DEMO, os.path.join(work, "hello.txt"), "::/boot/")

    return script


def our_recipe(work):
    shutil.copy(DEMO, os.path.join(work, "k.elf"))
    path = os.path.join(work, "demo.yaml")
    write(path, """name: demo
menu: {entries: [{title: Demo, kernel: k.elf, args: one two, modules: [hello.txt]}]}
network: {server: 192.168.77.1, subnet: 192.168.77.0/24}
""")
    return path


def qemu(iso):
    r = subprocess.run(["qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-no-reboot", "-display",
                        "none", "-vga", "std", "-m", "128", "-serial", "null", "-cdrom", iso,
                        "-device", "isa-debug-exit,iobase=0xf4,iosize=4"], timeout=60)
    if r.returncode != 33:
        sys.exit(f"{iso} did not boot: QEMU ended with {r.returncode}")


def large_module(work, size):
    path = os.path.join(work, "large.bin")
    block = os.urandom(1 << 20)
    with open(path, "wb") as f:
        for i in range(size >> 20):
            f.write(i.to_bytes(8, "little") + block[8:])
    recipe = os.path.join(work, "large.yaml")
    write(recipe, "menu: {entries: [{title: L, kernel: k.elf, modules: [{file: large.bin, raw: true}]}]}\n"
                  "outputs: [iso]\n")
    return path, recipe


def peak_memory(argv):
    """Peak resident set of a command, in MB."""
    code = ("import resource, subprocess, sys\n"
            "subprocess.run(sys.argv[1:], check=True, stdout=-3, stderr=-3)\n"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    out = subprocess.run([sys.executable, "-c", code, *argv], check=True, capture_output=True, text=True)
    return int(out.stdout) / 1024


def main():
    work = tempfile.mkdtemp(prefix="mkboot-bench.", dir=OUT)
    try:
        write(os.path.join(work, "hello.txt"), "hello\n")
        recipe, tree = our_recipe(work), peers_iso(work)
        ours = lambda: run(MKBOOT, "build", recipe, "-o", os.path.join(work, "o"))
        theirs = peers_script(work, tree)
        compare("warm build: ISO + floppy + TFTP + DHCP against the peers' script", ours, theirs, 9, 0.3)

        def edit_kernel():
            with open(os.path.join(work, "k.elf"), "ab") as f:
                f.write(b"\n")

        def edited():
            edit_kernel()
            ours()
        compare("the same after a change of the kernel", edited, theirs, 9)

        payload = os.path.getsize(DEMO) + os.path.getsize(os.path.join(work, "hello.txt"))
        for name, iso in ("mkboot", "o/demo/demo.iso"), ("grub-mkrescue", "peer.iso"):
            print(f"ISO overhead, {name}: {os.path.getsize(os.path.join(work, iso)) - payload:,} bytes"
                  + ("  (goal: at most 1,200,000)" if name == "mkboot" else ""), flush=True)
        compare("cd-bios, power on to the kernel's end",
                lambda: qemu(os.path.join(work, "o/demo/demo.iso")),
                lambda: qemu(os.path.join(work, "peer.iso")), 9, 1.0)

        module, large = large_module(work, GIB)
        time.sleep(3)  # let the module's times age, so that its digest may be remembered
        copy = os.path.join(work, "copy.bin")

        iso_tool, iso = os.path.join(OUT, "bench/iso_tool"), os.path.join(work, "bench.iso")

        def clean():
            """No earlier result there, and its blocks written out: neither pays for the other."""
            for path in copy, iso:
                if os.path.exists(path):
                    os.unlink(path)
            shutil.rmtree(os.path.join(work, "l"), ignore_errors=True)
            os.sync()

        def cp():
            run("cp", "--reflink=auto", module, copy)

        compare("writing an ISO with a 1 GiB module against cp of it",
                lambda: run(iso_tool, iso, "-", "-", "-", "large.bin=" + module), cp, 9, 1.2, clean)
        compare("mkboot build with a 1 GiB module (checks, warm digests and all) against cp",
                lambda: run(MKBOOT, "build", large, "-o", os.path.join(work, "l")), cp, 9, 1.2, clean)

        def new_iso():
            """Another kernel, so that the ISO's SHA-256 has to be computed."""
            edit_kernel()
            run(MKBOOT, "build", large, "-o", os.path.join(work, "l"))
        compare("the same after a change of the kernel: SHA-256 of the whole ISO", new_iso, cp, 5,
                None, clean)
        clean()
        module, large = large_module(work, 2 * GIB)
        print(f"peak memory, ISO with a 2 GiB module: "
              f"{peak_memory([MKBOOT, 'build', large, '-o', os.path.join(work, 'l')]):.1f} MB"
              "  (goal: under 64)", flush=True)
    finally:
        shutil.rmtree(work)


main()
