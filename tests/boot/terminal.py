#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command on a terminal of its own, and say what a person would have seen.

terminal.py COLUMNSxLINES [--signal NAME TEXT] COMMAND...

With --signal the signal ("^C": the key is pressed) is sent once a live line, one that shows a
machine at work, has TEXT (a regular expression) in it. Prints one JSON object: "screen" (all lines as
they were at the end, those that had scrolled away, too), "most" (how many live lines there were at
the same time), "lines" (the distinct texts behind them), "widest", "cursor" (line, column), "modes"
(was a mode of the terminal changed?), "status" (as a shell has it).
"""
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

LIVE = re.compile(r" \.\.\. +[0-9]+\.[0-9] s(?:  (.*))?$")


class Screen:
    """ECMA-48 as far as it is used, with what terminals do at the edges."""

    def __init__(self, columns, lines):
        self.columns, self.lines = columns, lines
        self.rows, self.top, self.y, self.x = [""], 0, 0, 0
        self.modes = False

    def down(self):
        self.y += 1
        if self.y == len(self.rows):
            self.rows.append("")
        self.top = max(self.top, self.y - self.lines + 1)

    def put(self, char):
        if self.x == self.columns:
            self.x = 0
            self.down()
        row = self.rows[self.y].ljust(self.x)
        self.rows[self.y] = row[: self.x] + char + row[self.x + 1 :]
        self.x += 1

    def control(self, params, final):
        n = int(params) if params.isdigit() else 1
        if params.startswith("?"):
            self.modes = True
        elif final == "F":
            self.y, self.x = max(self.top, self.y - n), 0
        elif final == "K":
            self.rows[self.y] = self.rows[self.y][: self.x]
        elif final == "J":
            self.rows[self.y] = self.rows[self.y][: self.x]
            del self.rows[self.y + 1 :]
        elif final != "m":
            raise SystemExit(f"terminal.py: what is ESC [ {params} {final}?")

    def feed(self, text):
        """Returns what is left of an unfinished sequence."""
        while text:
            m = re.match(r"\033\[([0-9;?]*)([@-~])", text)
            if m:
                self.control(m[1], m[2])
                text = text[m.end() :]
                continue
            if text[0] == "\033":
                return text
            if text[0] == "\r":
                self.x = 0
            elif text[0] == "\n":
                self.down()
            else:
                self.put(text[0])
            text = text[1:]
        return ""


def main():
    args = sys.argv[1:]
    columns, lines = map(int, args.pop(0).split("x"))
    number = when = None
    if args[0] == "--signal":
        number, when, args = args[1], args[2], args[3:]
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        for fd in range(3, 20):  # bats's own
            try:
                os.close(fd)
            except OSError:
                pass
        os.execvp(args[0], args)
    screen, rest, raw = Screen(columns, lines), "", b""
    most, texts, widest = 0, [], 0
    deadline = time.monotonic() + 120
    while select.select([fd], [], [], max(0, deadline - time.monotonic()))[0]:
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        raw += data
        try:
            text, raw = raw.decode(), b""
        except UnicodeDecodeError:
            continue
        rest = screen.feed(rest + text)
        live = [m for m in map(LIVE.search, screen.rows) if m]
        most = max(most, len(live))
        for m in live:
            widest = max(widest, len(m.string))
            if (m[1] or "") not in texts:
                texts.append(m[1] or "")
        if number and any(re.search(when, m.string) for m in live):
            if number == "^C":
                os.write(fd, b"\x03")
            else:
                os.kill(pid, getattr(signal, number))
            number = None
    status = os.waitpid(pid, 0)[1]
    while screen.rows and not screen.rows[-1].strip():
        screen.rows.pop()
    print(json.dumps({
        "screen": [row.rstrip() for row in screen.rows], "most": most, "lines": texts,
        "widest": widest, "cursor": [screen.y, screen.x], "modes": screen.modes,
        "status": 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status),
    }))


main()
