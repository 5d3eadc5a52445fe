#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server with odd habits, for one connection, on standard input and output (QEMU's guestfwd
starts one each time): http_odd.py FOLDER LOG. Connections and requests go to LOG."""
import os
import sys
import time

folder, log = sys.argv[1:3]
PIECE = 300000  # a connection that is cut has sent so much


def say(what):
    with open(log, "a") as f:
        f.write(f"{os.getpid()} {what}\n")


def out(*parts):
    for part in parts:
        sys.stdout.buffer.write(part if isinstance(part, bytes) else part.encode())
    sys.stdout.buffer.flush()


def head(status, *fields):
    out("\r\n".join([f"HTTP/1.1 {status}", *fields]) + "\r\n\r\n")


def page(status, *fields):
    text = f"<html>{status}</html>\n"
    head(status, f"Content-Length: {len(text)}", *fields)
    out(text)


def big(name="big.bin"):
    with open(os.path.join(folder, name), "rb") as f:
        return f.read()


def part(data, first, *fields, upto=None):
    """From FIRST on, as asked for; UPTO: no more bytes than that, whatever the head says."""
    if first > 0:
        head("206 Partial Content", f"Content-Length: {len(data) - first}",
             f"Content-Range: bytes {first}-{len(data) - 1}/{len(data)}", *fields)
    else:
        head("200 OK", f"Content-Length: {len(data)}", "Accept-Ranges: bytes", *fields)
    out(data[first:None if upto is None else first + upto])


def answer(path, fields):
    """False: the connection ends."""
    first = int(fields.get("range", "bytes=0-")[6:-1])
    if path == "/gone":
        page("404 Not Found")
    elif path == "/drip":
        out("HTTP/1.1 200 OK\r\nX: ")
        while True:
            out("x")
            time.sleep(3)
    elif path == "/bare":
        out("HTTP/1.1 404 Not Found\r\n")
        return False
    elif path == "/forbidden":
        page("403 Forbidden")
    elif path == "/broken":
        page("500 Internal \x1b[7mServer Error")
    elif path == "/moved":
        page("302 Found", "Location: sub/../file%20one")
    elif path == "/elsewhere":
        page("301 Moved Permanently", "Location: https://other.example/x")
    elif path == "/round":
        page("307 Temporary Redirect", "Location: /round")
    elif path == "/chunked":
        data = big()
        out("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        head("200 OK", "Transfer-Encoding: chunked")
        at, n = 0, 1
        while at < len(data):
            some = data[at:at + n]
            out(f"{len(some):x};ext=1\r\n", some, "\r\n")
            at, n = at + n, n * 3 % 70001 + 1
        out("0\r\nTrailer: x\r\n\r\n")
    elif path == "/until-close":
        out("HTTP/1.0 200 OK\r\n\r\n", big())
        return False
    elif path == "/cut":
        part(big(), first, 'ETag: "one"', upto=PIECE)
        return False
    elif path == "/cut-no-ranges":
        data = big()
        head("200 OK", f"Content-Length: {len(data)}")
        out(data if first > 0 else data[:PIECE])
        return first > 0
    elif path == "/cut-changed":
        part(big(), 0, f'ETag: "{first}"', upto=PIECE)
        return False
    elif path == "/cut-short":
        head("200 OK", "Content-Length: 10", "Accept-Ranges: none")
        out("12345")
        return False
    elif path == "/closing":  # a server that ends what it said it would keep
        page("200 OK")
        return False
    elif path == "/garbage":
        out("SSH-2.0-OpenSSH_9.2\r\n")
        time.sleep(60)
    elif path == "/lengths":
        head("200 OK", "Content-Length: 5", "Content-Length: 6")
        out("hello")
    elif path == "/silent":
        time.sleep(60)
    else:
        try:
            part(big(path.lstrip("/").replace("%20", " ")), first)
        except OSError:
            page("404 Not Found")
    return True


def main():
    say("connection")
    while True:
        line = sys.stdin.buffer.readline()
        if not line:
            return
        path = line.decode("latin-1").split(" ")[1]
        fields = {}
        while (line := sys.stdin.buffer.readline().strip()):
            name, value = line.decode("latin-1").split(":", 1)
            fields[name.lower()] = value.strip()
        say(" ".join([path] + [f"{n}={fields[n]}" for n in ("range", "if-range") if n in fields]))
        if not answer(path, fields):
            return


main()
