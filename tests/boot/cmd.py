# SPDX-License-Identifier: GPL-3.0-or-later
"""qemu.cmd, read as cmd.exe reads it, as far as it goes: cmd.py FILE VIA TAP SHARE prints the words
of the program that is started, each ended by a NUL. It knows what qemu.cmd is made of and stops at
anything else. SHARE is the folder of Debian's OVMF, in the place of QEMU's own files. Paths come
out with slashes."""
import re
import sys


def words_of(line):
    """The C runtime's rules, without backslashes before quotes, which the file has not."""
    assert '\\"' not in line, line
    words, word, quoted, some = [], "", False, False
    for c in line:
        if c == '"':
            quoted, some = not quoted, True
        elif c == " " and not quoted:
            if some:
                words.append(word)
            word, some = "", False
        else:
            assert quoted or c not in "&|<>()^%!", (c, line)
            word, some = word + c, True
    assert not quoted, line
    return words + ([word] if some else [])


def main(path, via, tap, share):
    data = open(path, "rb").read()
    assert data.endswith(b"\r\n") and data.count(b"\n") == data.count(b"\r\n"), "line ends"
    assert all(c < 0x80 for c in data), "ASCII only"
    lines, labels = [], {}
    for line in data.decode().split("\r\n"):
        if lines and lines[-1].endswith("^"):
            lines[-1] = lines[-1][:-1] + line
        else:
            lines.append(line)
    for i, line in enumerate(lines):
        if line.startswith(":"):
            assert re.fullmatch(r":[a-z0-9-]+", line) and line[1:] not in labels, line
            labels[line[1:]] = i

    env = {"programfiles": r"C:\Program Files"}
    arguments = {"~1": via, "~2": tap, "~dp0": path[: path.rindex("/") + 1]}

    def value(m):
        name = m.group(0)[1:-1]
        if ":" in name:
            name, change = name.split(":", 1)
            old, new = change.split("=", 1)
            return env[name.lower()].replace(old, new)
        return env.get(name.lower(), "")

    def expand(text):
        text = re.sub(r"%(~dp0|~[12])", lambda m: arguments[m.group(1)], text)
        return re.sub(r"%[A-Za-z]+(:[^%]*)?%", value, text)

    def run(line):
        """Nothing, ("goto", label) or ("run", words)."""
        line = expand(line)
        m = re.fullmatch(r'if not defined (\w+) (.*)', line)
        if m:
            return run(m.group(2)) if not env.get(m.group(1).lower()) else None
        m = re.fullmatch(r'if defined (\w+) (.*)', line)
        if m:
            return run(m.group(2)) if env.get(m.group(1).lower()) else None
        m = re.fullmatch(r'if "([^"]*)"=="([^"]*)" (.*)', line)
        if m:
            return run(m.group(3)) if m.group(1) == m.group(2) else None
        m = re.fullmatch(r'if exist "[^"]*" (.*)', line)
        if m:
            return run(m.group(1))
        m = re.fullmatch(r"goto ([a-z0-9-]+)", line)
        if m:
            return "goto", m.group(1)
        m = re.fullmatch(r'set "(\w+)=(.*)"', line)
        if m:
            assert '"' not in m.group(2), line
            env[m.group(1).lower()] = m.group(2)
            return None
        if line.startswith('"'):
            return "run", words_of(line)
        if line.startswith("exit /b ") or line.startswith("echo "):
            sys.exit("it says: " + line)
        assert line in ("", "@echo off", "setlocal disabledelayedexpansion") or re.match(r"rem( |$)|:", line), line
        return None

    at = 0
    for _ in range(1000):
        done = run(lines[at])
        at += 1
        if done and done[0] == "goto":
            at = labels[done[1]]
        elif done:
            break
    words = [w.replace("\\", "/") for w in done[1]]
    words = [re.sub(r"C:/Program Files/qemu/share/edk2-x86_64-code.fd", share + "/OVMF_CODE_4M.fd", w) for w in words]
    words = [re.sub(r"C:/Program Files/qemu/share/edk2-i386-vars.fd", share + "/OVMF_VARS_4M.fd", w) for w in words]
    sys.stdout.write("".join(w + "\0" for w in words))


main(*sys.argv[1:])
