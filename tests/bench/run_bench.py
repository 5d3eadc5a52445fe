#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the edit-boot loop: tests/bench/run_bench.py [OUT] [ROUNDS]

From a kernel that has just changed to the first byte it writes on the serial port: `mkboot run`
against QEMU's bare -kernel, against `mkboot run --via cd-bios`, and against what mkboot itself takes
(mkboot run with a QEMU that does nothing). Interleaved, as in bench.py: the median of the rounds, and
of their ratios. Figures are bounds to be read: the exit status is 0 unless something could not be run.
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

OUT = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "out")
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 25
MKBOOT = os.path.join(OUT, "bin/mkboot")
DEMO = os.path.join(OUT, "recipes/demo/demo.elf")
BANNER = b"mkboot demo kernel"
GOAL = 1.2


def change(kernel, n):
    """A line of the kernel's, edited and built anew: the banner it writes first."""
    with open(DEMO, "rb") as f:
        data = f.read()
    if BANNER not in data:
        sys.exit("run_bench.py: no banner in the demo kernel")
    with open(kernel + ".new", "wb") as f:
        f.write(data.replace(BANNER, b"mkboot demo %06d" % (n % 1000000), 1))
    os.rename(kernel + ".new", kernel)


def first_byte(argv, env=None):
    """Seconds from the start of ARGV until it writes; it is run to its end."""
    start = time.perf_counter()
    p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, env=env)
    byte = os.read(p.stdout.fileno(), 1)
    took = time.perf_counter() - start
    p.stdout.read()
    p.stdout.close()
    p.wait()
    if not byte:
        sys.exit(f"run_bench.py: nothing was written by: {' '.join(argv)}")
    return took


def measure(names, rounds):
    """NAMES: name -> function(round) -> seconds."""
    times = {name: [] for name in names}
    for n in range(-2, rounds):
        for name, function in names.items():
            took = function(n)
            if n >= 0:
                times[name].append(took)
    return times


def main():
    work = tempfile.mkdtemp(prefix="mkboot-bench.")
    os.chdir(work)
    os.environ.setdefault("MKBOOT_CACHE", os.path.join(work, "cache"))
    os.mkdir("bin")
    with open("bin/qemu-system-x86_64", "w") as f:
        f.write("#!/bin/sh\necho\n")
    os.chmod("bin/qemu-system-x86_64", 0o755)
    idle = dict(os.environ, PATH=os.path.join(work, "bin") + ":" + os.environ["PATH"])
    counter = [0]

    def of(argv, env=None):
        def once(_):
            counter[0] += 1
            change("k.elf", counter[0])
            return first_byte(argv, env)
        return once

    exit_port = ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    bare = ["qemu-system-x86_64", "-kernel", "k.elf", "-display", "none", "-serial", "stdio"]
    run = [MKBOOT, "run", "k.elf", "--accel", "tcg"]
    names = {
        "mkboot run": of(run),
        "qemu -kernel": of(bare + exit_port),
        "qemu -kernel -nodefaults -vga std": of(bare + ["-nodefaults", "-vga", "std"] + exit_port),
        "mkboot run --via cd-bios": of(run + ["--via", "cd-bios"]),
        "mkboot's own share": of(run, idle),
        "a script's start": lambda _: first_byte(["bin/qemu-system-x86_64"]),
    }
    try:
        times = measure(names, ROUNDS)
    finally:
        os.chdir("/")
        shutil.rmtree(work)
    ours = times["mkboot run"]
    print(f"a changed kernel to its first byte on the serial port, medians of {ROUNDS}:")
    for name, t in times.items():
        print(f"  {name:36} {statistics.median(t) * 1000:7.1f} ms  (least {min(t) * 1000:.1f})")
    for peer, goal in (("qemu -kernel", GOAL), ("qemu -kernel -nodefaults -vga std", None),
                       ("mkboot run --via cd-bios", None)):
        ratio = statistics.median(a / b for a, b in zip(ours, times[peer]))
        told = "" if goal is None else f"  (goal: at most {goal}) {'ok' if ratio <= goal else 'MISSED'}"
        print(f"mkboot run / {peer}: {ratio:.2f}{told}", flush=True)


if __name__ == "__main__":
    main()
