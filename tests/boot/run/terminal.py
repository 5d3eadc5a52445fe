#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a machine on a terminal of its own, end it, and see that the terminal is as it was.

terminal.py ctrl-a|held|kill-qemu|kill-mkboot|slow|full COMMAND...

held: Ctrl-a x, too, after a reset, in a machine that gdb has.
slow: the command ends by itself; nothing is read before the terminal is full.
full: it is full, nothing is read, and mkboot is told to end.
"""
import fcntl
import os
import pty
import select
import signal
import sys
import termios
import time


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        return [int(p) for p in f.read().split()]


how, command = sys.argv[1], sys.argv[2:]
master, slave = pty.openpty()
before = termios.tcgetattr(slave)
flags = fcntl.fcntl(slave, fcntl.F_GETFL)
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in range(3):
        os.dup2(slave, fd)
    os.execv(command[0], command)

text = b""


def wait_for(what, seconds=60):
    global text
    until = time.monotonic() + seconds
    while what not in text:
        if not select.select([master], [], [], max(0, until - time.monotonic()))[0]:
            sys.exit(f"no {what!r} in {text[-500:]!r}")
        text += os.read(master, 4096)


wait_for(b"hello from the kernel")
if b"Ctrl-a x ends it" not in text:
    sys.exit(f"no word of how to leave: {text!r}")
if termios.tcgetattr(slave) == before:
    sys.exit("the terminal is not QEMU's")
qemu = children(pid)[0]
if how == "held":
    wait_for(b"it is kept for gdb")
if how in ("ctrl-a", "held"):
    os.write(master, b"\x03\x01x")
elif how == "kill-qemu":
    os.kill(qemu, signal.SIGKILL)
elif how in ("slow", "full"):
    # until it is full (or has room for one byte, which is none for a newline, of two: n_tty.c, OPOST);
    # then for a time in which one that does not wait for it writes on
    until = time.monotonic() + 10
    while select.select([], [slave], [], 0)[1] and time.monotonic() < until:
        select.select([], [], [], 0.01)
    select.select([], [], [], 1)
    if how == "slow":
        wait_for(b"that was all")
    else:
        os.kill(pid, signal.SIGTERM)
else:
    os.kill(pid, signal.SIGKILL)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
expected = {"ctrl-a": 0, "held": 1, "kill-qemu": 5, "kill-mkboot": -9, "slow": 85, "full": -15}[how]
if status != expected:
    sys.exit(f"{how}: status {status}, not {expected}: {text!r}")
if how == "slow" and (lines := text.count(b"says a line")) != 2000:
    sys.exit(f"{lines} lines of 2000")
# QEMU is told by its parent's end, and gone soon after
until = time.monotonic() + 20
while os.path.exists(f"/proc/{qemu}") and time.monotonic() < until:
    select.select([], [], [], 0.01)
if os.path.exists(f"/proc/{qemu}"):
    sys.exit("QEMU is still there")
if termios.tcgetattr(slave) != before:
    sys.exit(f"{how}: the terminal is not as it was")
if how != "kill-mkboot" and fcntl.fcntl(slave, fcntl.F_GETFL) != flags:
    sys.exit(f"{how}: standard input is not as it was")
