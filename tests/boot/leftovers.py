#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill `mkboot test` at random moments, and look for what it left behind.

leftovers.py FOLDER SEED COMMAND...: COMMAND runs in FOLDER/work with its temporary files in
FOLDER/tmp, publishes in FOLDER/out and caches in FOLDER/cache. One line a kill; exit status 1 where
anything was left.
"""
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time

KILLS = 20
SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LIMIT = 3.0  # seconds from the signal until nothing is left

folder = pathlib.Path(sys.argv[1]).resolve()
seed, command = int(sys.argv[2]), sys.argv[3:]
work, out, tmp, cache = (folder / n for n in ("work", "out", "tmp", "cache"))


def default_signals():
    """A shell's background jobs do not hear Ctrl-C, and neither would theirs."""
    for s in SIGNALS[1:]:
        signal.signal(s, signal.SIG_DFL)


def start(log):
    return subprocess.Popen(command, cwd=work, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                            start_new_session=True, preexec_fn=default_signals,
                            env=dict(os.environ, TMPDIR=str(tmp), MKBOOT_CACHE=str(cache)))


def forget_images():
    """An empty cache but for the toolchain's: the build has programs to start."""
    for entry in cache.iterdir():
        if entry.name != "toolchain":
            shutil.rmtree(entry, ignore_errors=True)


def processes():
    """Ours: started in the work folder, or with a path of ours on the command line."""
    found = []
    for proc in pathlib.Path("/proc").iterdir():
        if not proc.name.isdigit() or int(proc.name) == os.getpid():
            continue
        try:
            words = (proc / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            where = os.readlink(proc / "cwd")
            if (where == str(work) or f"{out}/" in words or f"{folder}/work" in words):
                found.append(f"process {proc.name}: {words[:100]}")
        except OSError:
            continue  # it has ended
    return found


def files():
    left = [str(p) for p in tmp.iterdir()]
    left += [str(p) for p in out.iterdir() if p.name != "demo"]
    left += [str(p) for p in cache.glob("??/*") if "." in p.name]
    left += [str(p) for p in cache.glob("toolchain/*/.*") if ".lock" not in p.name]
    return left


def broken():
    """Of what is published: all of it, or nothing is there."""
    if not (out / "demo").exists():
        return []
    r = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=out / "demo",
                       capture_output=True, text=True)
    return [] if r.returncode == 0 else [f"out/demo is not whole: {r.stdout}{r.stderr}"]


def left_behind():
    until = time.monotonic() + LIMIT
    while True:
        left = processes() + files()
        if not left or time.monotonic() > until:
            return left + broken()
        time.sleep(0.02)


def undisturbed(log):
    """How long the build takes, and all of it."""
    began = time.monotonic()
    p = start(log)
    while not (out / "demo").exists() and p.poll() is None:
        time.sleep(0.002)
    built = time.monotonic() - began
    if p.wait() != 0:
        sys.exit("it does not even work when it is let alone:\n" +
                 re.sub(r"[^ -~\n]", "", (folder / "log").read_text(errors="replace")))
    return built, time.monotonic() - began


def main():
    rng = random.Random(seed)
    early = 0
    failed = False
    for d in (work, out, tmp, cache):
        d.mkdir(exist_ok=True)
    with open(folder / "log", "w") as log:
        forget_images()
        built, whole = undisturbed(log)
        print(f"seed {seed}; the build takes {built:.2f} s, all of it {whole:.2f} s")
        for i in range(KILLS):
            cold = i % 2 == 0
            if cold:
                forget_images()
                if i % 4 == 0:
                    shutil.rmtree(out / "demo", ignore_errors=True)
            at = rng.uniform(0, built) if cold else rng.uniform(0.05, whole)
            s = SIGNALS[i // 2 % len(SIGNALS)]
            group = s == signal.SIGINT and i % 2 == 1  # as Ctrl-C does
            p = start(log)
            try:
                p.wait(at)
                early += 1
            except subprocess.TimeoutExpired:
                (os.killpg if group else os.kill)(p.pid, s)
            try:
                p.wait(LIMIT)
            except subprocess.TimeoutExpired:
                print(f"it goes on after {s.name}")
                failed = True
                p.kill()
                p.wait()
            left = left_behind()
            print(f"{at:.3f} s: {s.name}{' to all' if group else ''}"
                  f"{', after its end' if p.returncode == 0 else ''}: "
                  f"{'; '.join(left) if left else 'nothing left'}")
            failed = failed or bool(left)
            if left:
                shutil.rmtree(tmp)
                tmp.mkdir()
    if early > KILLS // 2:
        print(f"{early} of {KILLS} had ended before they were killed")
        failed = True
    sys.exit(failed)


main()
