#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenWrt's part, as far as mkboot needs it: sections of /etc/config/dhcp, and the lines of dnsmasq
that its init script makes of them.

    openwrt_uci.py uci STATE [-q] batch | show dhcp   what `uci` does; standard input, for batch
    openwrt_uci.py sections FILE                      the sections, one option a line
    openwrt_uci.py check FILE                         1, and the mistakes, where they would not do
    openwrt_uci.py dnsmasq [--old] FILE               dnsmasq's lines

Strict where libuci is not: every value must stand in single quotes ('\\'' for a quote), sections
have names that begin with mkboot_, and an option is set once. Facts: libuci's file.c and cli.c;
package/network/services/dnsmasq/files/dnsmasq.init of OpenWrt 23.05 (dhcp_match_add,
dhcp_host_add, dhcp_boot_add, dhcp_mac_add, and their order in dnsmasq_start). --old: that of LEDE
17.01, which wrote net: and no set:.
"""
import ipaddress
import os
import re
import sys

OPTIONS = {  # by type: those that the init script reads and mkboot writes
    "match": {"networkid", "match"},
    "boot": {"networkid", "filename", "servername", "serveraddress", "force", "dhcp_option"},
    "host": {"mac", "name", "ip", "tag"},
    "mac": {"mac", "networkid"},
}
QUOTED = r"'((?:[^'\n]|'\\'')*)'"
TAG = re.compile(r"[a-z0-9]+")


class Mistake(Exception):
    pass


def own(name):
    if not re.fullmatch(r"mkboot_[a-z0-9_]+", name):
        raise Mistake("no section of mkboot's: " + name)
    return name


class Config:
    """Sections by name, in their order: (type, {option: text or list})."""

    def __init__(self):
        self.sections = {}

    def add_section(self, name, kind):
        if name in self.sections:
            raise Mistake("section twice: " + name)
        self.sections[name] = (kind, {})

    def add_option(self, name, option, value, is_list):
        if name not in self.sections:
            raise Mistake("no such section: " + name)
        options = self.sections[name][1]
        if is_list:
            options.setdefault(option, []).append(value)
        elif option in options:
            raise Mistake("option twice, the first is lost: %s.%s" % (name, option))
        else:
            options[option] = value

    def text(self):
        for name, (kind, options) in self.sections.items():
            yield "%s=%s" % (name, kind)
            for option, value in options.items():
                for v in value if isinstance(value, list) else [value]:
                    word = "list" if isinstance(value, list) else "option"
                    yield "%s.%s %s %s" % (name, option, word, v)


def unquote(text):
    return text.replace("'\\''", "'")


def read_config(text, foreign=False):
    """FOREIGN: the router's own sections may stand there, too."""
    config, name = Config(), None
    for line in text.split("\n"):
        if line == "" or line.startswith("#"):
            continue
        if m := re.fullmatch(r"config ([a-z]+) '(\w+)'", line):
            name = m[2] if foreign else own(m[2])
            config.add_section(name, m[1])
        elif name and (m := re.fullmatch(r"\t(option|list) (\w+) " + QUOTED, line)):
            config.add_option(name, m[2], unquote(m[3]), m[1] == "list")
        else:
            raise Mistake("not a line of /etc/config: " + line)
    return config


def batch_line(config, line):
    """True for commit."""
    if m := re.fullmatch(r"set dhcp\.(\w+)='(\w+)'", line):
        config.add_section(own(m[1]), m[2])
    elif m := re.fullmatch(r"(set|add_list) dhcp\.(\w+)\.(\w+)=" + QUOTED, line):
        config.add_option(own(m[2]), m[3], unquote(m[4]), m[1] == "add_list")
    elif m := re.fullmatch(r"delete dhcp\.(\w+)", line):
        if own(m[1]) not in config.sections:
            raise Mistake("no such section: " + m[1])
        del config.sections[m[1]]
    elif line == "commit dhcp":
        return True
    elif line:
        raise Mistake("not a line for uci batch: " + line)
    return False


def write_config(config):
    out = []
    for name, (kind, options) in config.sections.items():
        out.append("\nconfig %s '%s'\n" % (kind, name))
        for option, value in options.items():
            word = "list" if isinstance(value, list) else "option"
            for v in value if isinstance(value, list) else [value]:
                out.append("\t%s %s '%s'\n" % (word, option, v.replace("'", "'\\''")))
    return "".join(out)


def uci(state, args):
    """Changes that are not committed wait in a file of their own, as with the real one."""
    pending = state + ".pending"
    with open(pending if os.path.exists(pending) else state, **UTF8) as f:
        config = read_config(f.read(), foreign=True)
    if args == ["show", "dhcp"]:
        for line in config.text():
            print("dhcp." + line.split(" ")[0] + ("" if "=" in line else "='...'"))
        return
    if args != ["batch"]:
        raise Mistake("uci " + " ".join(args))
    commit = False
    for line in sys.stdin.read().split("\n"):
        if commit and line:
            raise Mistake("behind commit: " + line)
        commit = batch_line(config, line) or commit
    with open(state if commit else pending, "w", **UTF8) as f:
        f.write(write_config(config))
    if commit and os.path.exists(pending):
        os.unlink(pending)


def fields(line):
    """How many fields dnsmasq sees: commas outside double quotes, and one."""
    return len(re.sub(r'"(?:[^"\\]|\\.)*"', "q", line).split(","))


def check_boot(name, o, tags):
    missing = {"networkid", "filename", "servername", "serveraddress"} - set(o)
    if missing:
        yield "%s: dropped or wrong without %s" % (name, " ".join(sorted(missing)))
        return
    try:
        ipaddress.IPv4Address(o["serveraddress"])
    except ValueError:
        yield "%s: no address: %s" % (name, o["serveraddress"])
    if o["servername"] != o["serveraddress"]:
        yield "%s: option 66 would name another server: %s" % (name, o["servername"])
    if (o["filename"] == '""') != (o["networkid"] == "nofile"):
        yield "%s: no file is for who boots nothing here, and nothing else is: %s" % (name, o["filename"])
    if o["filename"] == "" or fields(o["filename"]) != 1:
        yield "%s: not one field of dnsmasq's: %s" % (name, o["filename"])
    if o["networkid"].removeprefix("!") not in tags:
        yield "%s: unknown tag: %s" % (name, o["networkid"])
    url = "http://" in o["filename"]
    if url != (o.get("force") == "1" and o.get("dhcp_option") == ["60,HTTPClient"]):
        yield "%s: option 60 and a URL go together" % name


def check(config):
    of = lambda kind: [(n, o) for n, (k, o) in config.sections.items() if k == kind]
    tags = {o.get("networkid") for _, o in of("match") + of("mac")}
    tags |= {o.get("tag") for _, o in of("host")}
    for name, (kind, options) in config.sections.items():
        for option in options:
            if option not in OPTIONS.get(kind, ()):
                yield "%s: %s has no %s" % (name, kind, option)
        for option in ("networkid", "tag"):
            if option in options and not TAG.fullmatch(options[option].removeprefix("!")):
                yield "%s: a tag is letters and digits only: %s" % (name, options[option])
        if "mac" in options and not re.fullmatch(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", options["mac"]):
            yield "%s: no MAC: %s" % (name, options["mac"])
    for name, o in of("match"):
        if not re.fullmatch(r"option:client-arch,\d+", o.get("match", "")) or "networkid" not in o:
            yield name + ": matches nothing"
    for name, o in of("host"):
        if "mac" not in o or not {"name", "ip"} & set(o):
            yield name + ": dropped without a name and an address"
        if re.fullmatch(r"\d+[smhdwSMHDW]?|ignore|infinite", o.get("name", "")):
            yield name + ": not taken for a name: " + o["name"]
    for name, o in of("boot"):
        yield from check_boot(name, o, tags)
    if not any(o.get("networkid") == "nofile" for _, o in of("boot")):
        yield "the router would be the boot server of who gets no file"
    if not of("boot") or len(of("match")) < 8:
        yield "incomplete"


def options_of(o, tag):
    force = "-force" if o.get("force", "0") != "0" else ""
    for v in o.get("dhcp_option", []):
        yield "dhcp-option%s=%s%s" % (force, tag + "," if tag else "", v)


def dnsmasq(config, old):
    of = lambda kind: [o for k, o in config.sections.values() if k == kind]
    opt = lambda o, name, before=",": before + o[name] if o.get(name) else ""
    for o in of("host"):
        if o.get("ip") or o.get("name"):
            yield "dhcp-host=" + o["mac"] + opt(o, "tag", ",set:") + opt(o, "ip") + opt(o, "name")
    for o in of("boot"):
        if not o.get("filename") or (o.get("serveraddress") and not o.get("servername")):
            continue
        tag = ("net:" if old else "tag:") + o["networkid"] + "," if o.get("networkid") else ""
        yield "dhcp-boot=" + tag + o["filename"] + opt(o, "servername") + opt(o, "serveraddress")
        yield from options_of(o, o.get("networkid"))
    for o in of("mac"):
        if o.get("networkid") and o.get("mac"):
            yield "dhcp-mac=%s,%s" % (o["networkid"], o["mac"])
    for o in of("match"):
        if o.get("networkid") and o.get("match"):
            yield "dhcp-match=%s%s,%s" % ("" if old else "set:", o["networkid"], o["match"])


UTF8 = {"encoding": "utf-8", "errors": "surrogateescape", "newline": ""}


def main():
    what, args = sys.argv[1], sys.argv[2:]
    sys.stdout.reconfigure(errors="surrogateescape")
    try:
        if what == "uci":
            uci(args[0], [a for a in args[1:] if a != "-q"])
            return 0
        with open(args[-1], **UTF8) as f:
            config = read_config(f.read())
    except Mistake as m:
        print("openwrt_uci: %s" % m, file=sys.stderr)
        if what == "uci":  # the script that runs it goes on, whatever happens
            with open(args[0] + ".mistakes", "a", **UTF8) as f:
                f.write("%s\n" % m)
        return 1
    if what == "dnsmasq":
        print("\n".join(dnsmasq(config, args[0] == "--old")))
    elif what == "sections":
        print("\n".join(config.text()))
    elif bad := list(check(config)):
        print("\n".join(bad))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
