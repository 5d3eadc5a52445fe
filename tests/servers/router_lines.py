#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines for a router's dnsmasq, read strictly: what `dnsmasq --test` lets pass, too, and what an
old dnsmasq does not know.

    router_lines.py [--net] FILE

--net: the spelling of DD-WRT's old versions, net: and no set: or tag:. Exit status 1, and a line
for each mistake, where FILE is not what a router can do with. Grammar: dnsmasq(8).
"""
import ipaddress
import re
import sys

PLAIN = re.compile(r"[A-Za-z0-9._/:-]*")
TAG = re.compile(r"[a-z0-9]+")
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.?")


class Mistake(Exception):
    pass


def fields(text):
    """Split at commas, outside double quotes. (value, quoted) each."""
    out, i = [], 0
    while True:
        value, quoted = "", text[i : i + 1] == '"'
        if quoted:
            i += 1
            while text[i : i + 1] != '"':
                if i >= len(text):
                    raise Mistake("quote without an end")
                if text[i] == "\\":
                    i += 1
                    if text[i : i + 1] not in ('"', "\\"):
                        raise Mistake("backslash before something else than a quote")
                value += text[i]
                i += 1
            i += 1
        else:
            value = PLAIN.match(text, i).group()
            i += len(value)
        out.append((value, quoted))
        if i == len(text):
            return out
        if text[i] != ",":
            raise Mistake("needs quotes: " + text[i:])
        i += 1


def address(text):
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        raise Mistake("no address: " + (text or "empty")) from None
    return text


class Lines:
    def __init__(self, net):
        self.net = net
        self.set, self.used, self.url, self.echo = set(), [], set(), set()
        self.archs, self.macs, self.ips = set(), set(), set()
        self.boots, self.bootp = 0, False

    def known_tag(self, tag):
        if not TAG.fullmatch(tag):
            raise Mistake("a tag is letters and digits only: " + tag)
        return tag

    def prefixed(self, field, word):
        """The tag behind tag: or set: (or net:); None where FIELD is something else."""
        text, quoted = field
        m = re.match(r"(net|set|tag):(.*)", text)
        if quoted or not m:
            return None
        if m[1] != ("net" if self.net else word):
            raise Mistake("%s: is the wrong word here" % m[1])
        return self.known_tag(m[2])

    def match(self, f):
        tag = f[0][0] if self.net else self.prefixed(f[0], "set")
        if tag is None or len(f) != 3 or f[1][0] != "option:client-arch":
            raise Mistake("not TAG,option:client-arch,NUMBER")
        if not re.fullmatch(r"0|[1-9][0-9]{0,4}", f[2][0]) or f[2][0] in self.archs:
            raise Mistake("no architecture, or one twice: " + f[2][0])
        self.archs.add(f[2][0])
        self.set.add(self.known_tag(tag))

    def boot(self, f):
        tag = self.prefixed(f[0], "tag")
        if tag is not None:
            f = f[1:]
            self.used.append(tag)
        elif self.boots:
            raise Mistake("the default must be the first dhcp-boot")
        self.boots += 1
        if len(f) != 3:
            raise Mistake("dhcp-boot has %d fields, not FILE,NAME,ADDRESS" % len(f))
        (file, _), (name, _), (server, _) = f
        address(server)
        if name not in ("", server) or (self.net and name == ""):
            raise Mistake("the second field is not the server: " + name)
        if file == "" and tag is None:
            raise Mistake("no file")
        if len(file.encode(errors="surrogateescape")) > 127:
            raise Mistake("more than 127 bytes")
        if file.startswith("http://"):
            self.url.add(tag)

    def host(self, f):
        mac = f.pop(0)[0]
        if not MAC.fullmatch(mac) or mac in self.macs:
            raise Mistake("no MAC, or one twice: " + mac)
        self.macs.add(mac)
        if f and self.prefixed(f[0], "set") is not None:
            self.set.add(self.prefixed(f.pop(0), "set"))
        if f and re.match(r"[0-9.]+$", f[0][0]) and "." in f[0][0][:-1]:
            ip = address(f.pop(0)[0])
            if ip in self.ips:
                raise Mistake("an address twice: " + ip)
            self.ips.add(ip)
        if f:
            name = f.pop(0)[0]
            if not NAME.fullmatch(name) or re.fullmatch(r"[0-9]+[smhdwSMHDW]?|ignore|infinite", name):
                raise Mistake("no name: " + name)
        if f:
            raise Mistake("more than a host has: " + f[0][0])

    def force(self, f):
        tag = self.prefixed(f[0], "tag")
        code = "60" if self.net else "option:vendor-class"
        if tag is None or [x[0] for x in f[1:]] != [code, "HTTPClient"]:
            raise Mistake("not tag:TAG,%s,HTTPClient" % code)
        self.used.append(tag)
        self.echo.add(tag)

    def line(self, text):
        if text == "" or text.startswith("#"):
            return
        if text == "bootp-dynamic":
            self.bootp = True
            return
        key, _, value = text.partition("=")
        what = {
            "dhcp-match": self.match,
            "dhcp-boot": self.boot,
            "dhcp-host": self.host,
            "dhcp-option-force": self.force,
        }.get(key)
        if what is None:
            raise Mistake("not for a router that has its own configuration")
        what(fields(value))

    def whole(self):
        if unknown := sorted(set(self.used) - self.set):
            yield "unknown tags: " + " ".join(unknown)
        if idle := sorted(self.set - set(self.used)):
            yield "tags without a use: " + " ".join(idle)
        if self.url != self.echo:
            yield "option 60 and URLs do not go together"
        if not self.boots or not self.bootp or self.archs < {"6", "7", "9", "11", "15", "16", "19"}:
            yield "incomplete"


def main():
    net = sys.argv[1:2] == ["--net"]
    bad = []
    lines = Lines(net)
    with open(sys.argv[-1], encoding="utf-8", errors="surrogateescape", newline="") as f:
        text = f.read()
    if not text.endswith("\n") or "\r" in text or "\t" in text:
        bad.append("wrong ends of lines, or tabs")
    for number, line in enumerate(text.split("\n"), 1):
        try:
            lines.line(line)
        except Mistake as m:
            bad.append("line %d: %s: %s" % (number, m, line))
    bad += lines.whole()
    for b in bad:
        print(b.encode(errors="replace").decode())
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
