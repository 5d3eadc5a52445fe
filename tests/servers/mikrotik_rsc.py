#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A strict reader of the RouterOS scripts that mkboot writes, for there is no RouterOS to try them on.

Knows the part of the language that they use (help.mikrotik.com, "Scripting") and the properties of
the menus (help.mikrotik.com, "DHCP": DHCP Server, Leases, Network, DHCP Options, Option Sets, Option
matcher; "IP Addressing"). Prints each mistake, and exits 1 where there is one.

    mikrotik_rsc.py FILE.rsc
"""
import ipaddress
import re
import sys

OPTION, SETS = "/ip dhcp-server option", "/ip dhcp-server option sets"
MATCHER, LEASE = "/ip dhcp-server matcher", "/ip dhcp-server lease"
NETWORK, SERVER = "/ip dhcp-server network", "/ip dhcp-server"
# Properties as documented; the ones mkboot has no use for are left out on purpose.
MENUS = {
    OPTION: {"name", "code", "value", "force"},
    SETS: {"name", "options"},
    MATCHER: {"name", "server", "address-pool", "code", "matching-type", "value", "option-set", "comment",
              "disabled"},
    LEASE: {"mac-address", "address", "server", "dhcp-option-set", "comment", "dynamic", "disabled"},
    NETWORK: {"address", "next-server", "boot-file-name", "dhcp-option-set", "dhcp-option", "comment"},
    SERVER: {"name", "interface", "address-pool", "disabled", "bootp-support"},
    "/ip address": {"address", "network", "interface", "disabled"},
}
NEEDED = {
    OPTION: {"name", "code", "value", "force"},
    SETS: {"name", "options"},
    # without a pool "static-only" is meant, and without a type the comparison is up to the version
    MATCHER: {"name", "server", "address-pool", "code", "matching-type", "value", "option-set", "comment"},
    LEASE: {"mac-address", "address", "server", "comment"},
}
STRING = r'"(?:[^"\\$\x00-\x1f\x7f-\xff?]|\\["\\$?nrt_abfv]|\\[0-9A-F]{2})*"'
VARIABLE = r"\$[a-zA-Z][a-zA-Z0-9]*"
BARE = r"[A-Za-z0-9._/:,-]+"
VALUE = f"(?:{STRING}|{VARIABLE}|{BARE})"
CONDITION = rf"([a-z-]+)(=|~)({VALUE})"


class Script:
    def __init__(self, path):
        self.path, self.line, self.bad = path, 0, False
        self.variables, self.options, self.sets = set(), {}, {}
        self.matched, self.names, self.removed = set(), set(), set()
        self.set_network, self.depth = {}, []

    def wrong(self, what):
        print(f"{self.path}:{self.line}: {what}")
        self.bad = True

    def address(self, text, prefix=False):
        try:
            ipaddress.IPv4Network(text) if prefix else ipaddress.IPv4Address(text)
        except ValueError:
            self.wrong(f"no address: {text}")

    def plain(self, value):
        """VALUE without its quotes; variables must be set."""
        if value.startswith('"'):
            return re.sub(r'\\([0-9A-F]{2}|["\\$?])',
                          lambda m: m[1] if len(m[1]) == 1 else chr(int(m[1], 16)), value[1:-1])
        if value.startswith("$") and value[1:] not in self.variables:
            self.wrong(f"unset variable {value}")
        return value

    def find(self, menu, text):
        """[find where a=b and c~d]"""
        conditions = text.split(" and ")
        for c in conditions:
            m = re.fullmatch(CONDITION, c)
            if not m:
                return self.wrong(f"no condition: {c}")
            if m[1] not in MENUS[menu]:
                self.wrong(f"{menu} has no property {m[1]}")
            value = self.plain(m[3])
            if m[1] in ("address", "network") and not value.startswith("$"):
                self.address(value, prefix="/" in value)
        return None

    def properties(self, menu, text):
        found, rest = {}, text
        while rest:
            m = re.match(rf"([a-z-]+)=({VALUE})(?: |$)", rest)
            if not m:
                self.wrong(f"cannot be read: {rest}")
                return found
            if m[1] not in MENUS[menu]:
                self.wrong(f"{menu} has no property {m[1]}")
            if m[1] in found:
                self.wrong(f"{m[1]} twice")
            found[m[1]] = self.plain(m[2])
            rest = rest[m.end():]
        return found

    def option(self, p):
        code, value = p.get("code", ""), p.get("value", "")
        if not re.fullmatch(r"[0-9]+", code) or not 1 <= int(code) <= 254:
            self.wrong(f"no option code: {code}")
        text = re.fullmatch(r"s'([^'\\]+)'", value)
        if not text and not re.fullmatch(r"0x([0-9a-f]{2})+", value):
            self.wrong(f"not s'text' (quotes without s are an address or a number, too): {value}")
        if code == "66" and text:
            self.address(text[1])
        if code == "66" and not text:
            self.wrong("the TFTP server is no text")
        if code == "60" and value != "s'HTTPClient'":
            self.wrong(f"option 60 is for HTTP boot alone: {value}")
        if p.get("force") != "yes":
            self.wrong("not forced: stock GRUB's DHCP does not ask for it")
        self.options[p.get("name")] = (code, text[1] if text else "")

    def option_set(self, p):
        codes = {}
        for name in p.get("options", "").split(","):
            if name not in self.options:
                self.wrong(f"no option {name}")
                continue
            code, text = self.options[name]
            if code in codes:
                self.wrong(f"option {code} twice in {p.get('name')}")
            codes[code] = text
        http = re.match("https?://", codes.get("67", "")) is not None
        if http != ("60" in codes):
            self.wrong(f"{p.get('name')}: a URL goes with option 60, and nothing else does")
        if "67" not in codes or (codes["67"] and not http and "66" not in codes):
            self.wrong(f"{p.get('name')}: a file and no server, or a server and no file")
        self.sets[p.get("name")] = codes

    def matcher(self, p):
        if p.get("code") != "93" or not re.fullmatch(r"0x[0-9a-f]{4}", p.get("value", "")):
            self.wrong("option 93 is two bytes: code=93 value=0x0007")
        if p.get("value") in self.matched:
            self.wrong(f"two matchers for {p.get('value')}")
        self.matched.add(p.get("value"))
        if p.get("matching-type") != "exact":
            self.wrong("one of two that match by substring would be taken at random")
        if p.get("option-set") not in self.sets:
            self.wrong(f"no option set {p.get('option-set')}")

    def lease(self, p):
        if not re.fullmatch(r"([0-9A-F]{2}:){5}[0-9A-F]{2}", p.get("mac-address", "")):
            self.wrong(f"no MAC: {p.get('mac-address')}")
        self.address(p.get("address", ""))
        if "dhcp-option-set" in p and p["dhcp-option-set"] not in self.sets:
            self.wrong(f"no option set {p['dhcp-option-set']}")

    def add(self, menu, text):
        p = self.properties(menu, text)
        for name in NEEDED[menu] - p.keys():
            self.wrong(f"{menu} add without {name}")
        if menu not in self.removed:
            self.wrong(f"{menu}: a second import would find this there already")
        if menu == LEASE:
            key = p.get("mac-address")
            if not p.get("comment", "").startswith("mkboot"):
                self.wrong("without the comment it would not be found again")
        else:
            key = p.get("name")
            if not (key or "").startswith("mkboot-"):
                self.wrong(f"not a name of mkboot's: {key}")
        if (menu, key) in self.names:
            self.wrong(f"{menu}: {key} twice")
        self.names.add((menu, key))
        {OPTION: self.option, SETS: self.option_set, MATCHER: self.matcher, LEASE: self.lease}[menu](p)

    def set(self, menu, text):
        m = re.fullmatch(rf"({VARIABLE}) (.+)", text)
        if not m:
            return self.wrong(f"not set $WHICH PROPERTY=VALUE: {text}")
        self.plain(m[1])
        p = self.properties(menu, m[2])
        if menu == NETWORK and p.get("dhcp-option-set", "") and p["dhcp-option-set"] not in self.sets:
            self.wrong(f"no option set {p['dhcp-option-set']}")
        if "next-server" in p:
            self.address(p["next-server"])
        if menu != NETWORK:
            self.wrong(f"{menu} is the router's own")
        self.set_network.update(p)
        return None

    def command(self, text):
        menu = max((m for m in MENUS if text.startswith(m + " ")), key=len, default=None)
        if not menu:
            return self.wrong(f"unknown menu: {text}")
        verb, _, rest = text[len(menu) + 1:].partition(" ")
        if verb == "add" and menu in NEEDED:
            self.add(menu, rest)
        elif verb == "set":
            self.set(menu, rest)
        elif verb == "remove" and re.fullmatch(r"\[find where .+\]", rest):
            self.find(menu, rest[len("[find where "):-1])
            if re.search(r'(comment~"\^mkboot"|name~"\^mkboot-")', rest):
                self.removed.add(menu)
            elif "dynamic=yes" not in rest:
                self.wrong("removes what is not mkboot's")
        elif verb == "find" and rest.startswith("where "):
            self.find(menu, rest[len("where "):])
        elif verb == "get" and re.fullmatch(rf"{VARIABLE} [a-z-]+", rest):
            which, name = rest.split()
            self.plain(which)
            if name not in MENUS[menu]:
                self.wrong(f"{menu} has no property {name}")
        else:
            self.wrong(f"{menu} has no command {verb} like this: {rest}")
        return None

    def statement(self, text):
        if m := re.fullmatch(r":local ([a-zA-Z][a-zA-Z0-9]*) \[(/.+)\]", text):
            self.command(m[2])
            self.variables.add(m[1])
        elif m := re.fullmatch(rf":if \((.+)\) do=\{{", text):
            for part in m[1].split(" and "):
                e = re.fullmatch(rf"(?:\[:len ({VARIABLE})\]|({VARIABLE})) (?:!=|=|>|<) ({VALUE})", part)
                if not e:
                    self.wrong(f"no condition: {part}")
                else:
                    self.plain(e[1] or e[2])
            self.depth.append("if")
        elif text == "{":
            self.depth.append("block")
        elif text == "}":
            if not self.depth:
                self.wrong("} without {")
            else:
                self.depth.pop()
        elif re.fullmatch(rf":error {STRING}", text):
            if self.depth[-1:] != ["if"]:
                self.wrong("an error without a condition")
        elif text.startswith("/"):
            if self.depth != ["block"]:
                self.wrong("a command outside the block, which knows none of its variables")
            self.command(text)
        else:
            self.wrong(f"cannot be read: {text}")

    def read(self):
        with open(self.path, encoding="utf-8") as f:
            for self.line, line in enumerate(f, 1):
                text = line.rstrip("\n").strip(" ")
                if text and not text.startswith("#"):
                    self.statement(text)
        if self.depth:
            self.wrong("{ without }")
        if "next-server" not in self.set_network:
            self.wrong("no next-server: clients would ask the router")
        for menu in (OPTION, SETS, MATCHER, LEASE):
            if menu not in self.removed:
                self.wrong(f"{menu}: what an earlier import made is not removed")
        return not self.bad


if __name__ == "__main__":
    sys.exit(0 if all([Script(path).read() for path in sys.argv[1:]]) else 1)
