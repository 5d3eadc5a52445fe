#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a page's commands, in order, in the current folder: article.py PAGE [FROM=TO ...]

    A block fenced with a file's name is written to that file (menu.lst with CRLF). A line
    "    $ COMMAND" is run by bash, and must end with status 0. The indented lines behind it are what it
    says, standard output and error together: "..." stands for any lines, or within a line for any text;
    seconds (1.5) and sizes (1,024) for any; blanks for any. FROM=TO replaces text in the files.
"""
import pathlib
import re
import subprocess
import sys

# Seconds and sizes may differ; versions, addresses and names of cards may not.
MEASURED = r"(?<![0-9.,])(?:[0-9]+\.[0-9]|[0-9]{1,3}(?:,[0-9]{3})+)(?![0-9.,])"
FENCE = re.compile(r"^```([\w.-]+\.\w+)$")


def parse(text):
    """[("file", name, text) or ("run", command, [expected line])]"""
    steps, lines, i = [], text.splitlines(), 0
    while i < len(lines):
        fence = FENCE.match(lines[i])
        if fence:
            end = lines.index("```", i)
            steps.append(("file", fence[1], "\n".join(lines[i + 1 : end]) + "\n"))
            i = end
        elif lines[i].startswith("    $ "):
            expected = []
            command = lines[i][6:]
            while i + 1 < len(lines) and lines[i + 1].startswith("    ") and not lines[i + 1].startswith("    $ "):
                i += 1
                expected.append(lines[i][4:])
            steps.append(("run", command, expected))
        i += 1
    return steps


def pattern(expected):
    """The expected lines as one regular expression over the whole output."""
    out = []
    for line in expected:
        if line == "...":
            out.append(r"(?:.*\n)*?")
            continue
        parts = re.split(r"(\.\.\.|" + MEASURED + r"|\s+)", line.strip())
        for k, part in enumerate(parts):
            if part == "...":
                parts[k] = ".*"
            elif re.fullmatch(MEASURED, part):
                parts[k] = r"[0-9][0-9.,]*"
            else:
                parts[k] = r"\s+" if part.isspace() else re.escape(part)
        out.append(r"\s*" + "".join(parts) + r"[ \t]*\n")
    return "".join(out)


def run(command, expected):
    r = subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, timeout=600, check=False)
    said = r.stdout.decode("utf-8", "replace")
    if r.returncode != 0:
        sys.exit(f"$ {command}\n{said}\nended with status {r.returncode}")
    if expected and not re.fullmatch(pattern(expected), said):
        sys.exit(f"$ {command}\n{said}\nis not what the page says:\n" + "\n".join(expected))


def main():
    steps = parse(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    commands = 0
    for kind, name, body in steps:
        if kind == "run":
            run(name, body)
            commands += 1
            continue
        for change in sys.argv[2:]:
            body = body.replace(*change.split("=", 1))
        if name == "menu.lst":
            body = body.replace("\n", "\r\n")
        pathlib.Path(name).write_bytes(body.encode())
    print(f"{commands} commands")


main()
