#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A strict reader of the sheets that mkboot writes for routers that have pages instead of a file.

A sheet is lines of four kinds: "# prose", "[SERVER: Page > Tab]" ("[Page > Tab]" where the router has
one server), "Field: value", and empty ones. Prints each mistake, and exits 1 where there is one.

    sheet.py {pfsense|opnsense|unifi} FILE.txt
"""
import ipaddress
import re
import sys

IP, MAC, FILE, URL, ON, WORD = "address", "MAC", "file", "URL", "on or off", "word"
SUBNET, ARCH = "subnet", "architecture"
MAPPING = {"MAC Address": MAC, "IP Address": IP, "Hostname": WORD, "Next Server": IP,
           "Default BIOS File Name": FILE, "UEFI 32 bit File Name": FILE, "UEFI 64 bit File Name": FILE}
DNSMASQ = "Services > Dnsmasq DNS & DHCP > "
KEA = "Services > Kea DHCP > Kea DHCPv4 > "
ISC = "Services > ISC DHCPv4 > (interface) > "
# The fields of each page, with what goes into them, and those that go together.
PAGES = {
    # docs.netgate.com, "DHCPv4 Configuration" (Network Booting, Static Mappings), "Advanced
    # Networking" (Server Backend); pfsense/pfsense services_dhcp.php, services_dhcp_edit.php.
    "pfsense": {
        "ISC or Kea: System > Advanced > Networking > DHCP Options": (
            {"Server Backend": {"ISC DHCP", "Kea DHCP"}}, []),
        "ISC: Services > DHCP Server > (interface) > Server Settings": ({"Ignore BOOTP": {"off"}}, []),
        "ISC or Kea: Services > DHCP Server > (interface) > Network Booting": (
            {"Enable": {"on"}, "Next Server": IP, "Default BIOS File Name": FILE,
             "UEFI 32 bit File Name": FILE, "UEFI 64 bit File Name": FILE, "ARM 32 bit File Name": FILE,
             "ARM 64 bit File Name": FILE},
            # all of them: an empty one means the default's file
            ["Enable", "Next Server", "Default BIOS File Name", "UEFI 32 bit File Name",
             "UEFI 64 bit File Name", "ARM 32 bit File Name", "ARM 64 bit File Name"]),
        "ISC: Services > DHCP Server > (interface) > Network Booting": (
            {"Enable": {"on"}, "Next Server": IP, "UEFI HTTPBoot URL": URL}, ["UEFI HTTPBoot URL"]),
        "ISC or Kea: Services > DHCP Server > (interface) > Static Mappings > Add": (MAPPING, ["MAC Address"]),
    },
    # opnsense/core, src/opnsense/mvc/app/controllers/OPNsense/Dnsmasq/forms: dialogDHCPtag.xml,
    # dialogDHCPoption.xml, dialogDHCPboot.xml, dialogHostOverride.xml; .../Kea/forms:
    # dialogSubnet4.xml, dialogReservation4.xml; src/www/services_dhcp.php, services_dhcp_edit.php.
    "opnsense": {
        f"Dnsmasq: {DNSMASQ}DHCP tags > Add": ({"Tag": WORD}, ["Tag"]),
        f"Dnsmasq: {DNSMASQ}DHCP options > Add": (
            {"Type": {"Match", "Set"}, "Option": {"client-arch [93]", "vendor-class [60]"}, "Tag": WORD,
             "Tag [set]": WORD, "Value": WORD, "Force": {"on"}}, ["Type", "Option", "Value"]),
        # without Servername the template writes dhcp-boot=FILE,ADDRESS
        f"Dnsmasq: {DNSMASQ}DHCP boot > Add": (
            {"Tag": WORD, "Filename": FILE, "Servername": WORD, "Server address": IP},
            ["Filename", "Servername", "Server address"]),
        f"Dnsmasq: {DNSMASQ}Hosts > Add": (
            {"Host": WORD, "IP addresses": IP, "Hardware addresses": MAC, "Tag [set]": WORD},
            ["Hardware addresses"]),
        f"Kea: {KEA}Subnets > SUBNET": (
            {"Next server": IP, "TFTP server": IP, "TFTP bootfile name": FILE},
            ["Next server", "TFTP server", "TFTP bootfile name"]),
        f"Kea: {KEA}Reservations > Add": (
            {"Subnet": SUBNET, "IP address": IP, "MAC address": MAC, "Hostname": WORD, "TFTP server": IP,
             "TFTP bootfile name": FILE}, ["Subnet", "IP address", "MAC address"]),
        f"ISC: {ISC}Network booting > Advanced": (
            {"Enables network booting": {"on"}, "Set next-server IP": IP, "Set default bios filename": FILE,
             "Set UEFI 32bit filename": FILE, "Set UEFI 64bit filename": FILE},
            ["Enables network booting", "Set next-server IP", "Set default bios filename",
             "Set UEFI 32bit filename", "Set UEFI 64bit filename"]),
        f"ISC: {ISC}DHCP Static Mappings > Add": (
            {"MAC address": MAC, "IP address": IP, "Hostname": WORD, "Netboot Filename": FILE},
            ["MAC address"]),
    },
    # linuxserver/docker-netbootxyz #2 and #67 (the fields and that there is one file).
    "unifi": {
        "Settings > Networks > (the network SUBNET) > DHCP > Network Boot": (
            {"Network Boot": {"on"}, "Server IP": IP, "File name": FILE},
            ["Network Boot", "Server IP", "File name"]),
        "Client Devices > (MAC) > Settings": ({"Name": WORD, "Fixed IP Address": IP}, ["Fixed IP Address"]),
    },
}
# Where one of these is given, all are.
TOGETHER = [("Next Server", "Default BIOS File Name", "UEFI 32 bit File Name", "UEFI 64 bit File Name"),
            ("TFTP server", "TFTP bootfile name")]
SUBNET_RE = r"\d+\.\d+\.\d+\.\d+/\d+"


class Sheet:
    def __init__(self, product, path):
        self.pages, self.path, self.line, self.bad = PAGES[product], path, 0, False
        self.page, self.fields, self.filled = None, {}, []

    def wrong(self, what):
        print(f"{self.path}:{self.line}: {what}")
        self.bad = True

    def value(self, kind, text):
        if isinstance(kind, set):
            return text in kind
        if kind in (IP, SUBNET):
            try:
                ipaddress.IPv4Address(text) if kind == IP else ipaddress.IPv4Network(text)
            except ValueError:
                return False
            return kind == IP or "/" in text
        return re.fullmatch({MAC: r"([0-9a-f]{2}:){5}[0-9a-f]{2}", FILE: r"[A-Za-z0-9._/:-]{1,127}",
                             URL: r"https?://[A-Za-z0-9._/:-]+", WORD: r"[A-Za-z0-9._-]+"}[kind],
                            text) is not None

    def leave(self):
        """The end of a page: what belongs together must be there."""
        if self.page is None:
            return
        f, needed = self.fields, self.pages[self.page][1]
        for name in needed:
            if name not in f:
                self.wrong(f"[{self.page}] without {name}")
        for group in TOGETHER:
            known = [n for n in group if n in self.pages[self.page][0]]
            given = [n for n in known if n in f]
            if len(known) == len(group) and given and given != known:
                self.wrong(f"[{self.page}] {', '.join(given)} without the rest of {', '.join(known)}")
        if f.get("Type") == "Match" and (f.get("Option") != "client-arch [93]" or "Tag [set]" not in f or
                                         not f.get("Value", "").isdigit()):
            self.wrong("a match is of option 93, in decimal, and sets a tag")
        if f.get("Type") == "Set" and (f.get("Option") != "vendor-class [60]" or "Tag" not in f or
                                       f.get("Value") != "HTTPClient" or f.get("Force") != "on"):
            self.wrong("option 60 is for the tags of HTTP boot alone, and forced")
        self.filled.append((self.page, f))

    def read(self):
        with open(self.path, encoding="ascii") as file:
            for self.line, line in enumerate(file, 1):
                self.one(line.rstrip("\n"))
        self.leave()
        self.whole()
        return not self.bad

    def one(self, text):
        if text == "" or text.startswith("# ") or text == "#":
            return
        if m := re.fullmatch(r"\[(.+)\]", text):
            self.leave()
            page = re.sub(r"\(([0-9a-f]{2}:){5}[0-9a-f]{2}\)", "(MAC)", re.sub(SUBNET_RE, "SUBNET", m[1]))
            self.page, self.fields = (page if page in self.pages else None), {}
            if self.page is None:
                self.wrong(f"unknown page: {m[1]}")
            return
        m = re.fullmatch(r"([A-Za-z][A-Za-z0-9 \[\]-]*): (\S.*)", text)
        if not m:
            return self.wrong(f"not Field: value: {text}")
        if self.page is None:
            return self.wrong("a field without its page")
        kinds = self.pages[self.page][0]
        if m[1] not in kinds:
            return self.wrong(f"[{self.page}] has no field {m[1]}")
        if m[1] in self.fields:
            self.wrong(f"{m[1]} twice")
        if not self.value(kinds[m[1]], m[2]):
            self.wrong(f"{m[1]}: {m[2]} is no {kinds[m[1]]}")
        self.fields[m[1]] = m[2]
        return None

    def whole(self):
        tags = [f.get("Tag") for page, f in self.filled if page.endswith("DHCP tags > Add")]
        if len(tags) != len(set(tags)) or any(not t or "-" in t for t in tags):
            self.wrong(f"tags are twice, or have a -, which is lost: {tags}")
        used, http = {}, set()
        for page, f in self.filled:
            for t in (f.get("Tag"), f.get("Tag [set]")):
                if t and t not in tags:
                    self.wrong(f"no tag {t}")
            if f.get("Type") == "Set":
                http.add(f.get("Tag"))
            if page.endswith("DHCP boot > Add"):
                if f.get("Tag") in used:
                    self.wrong(f"two boot files for the tag {f.get('Tag')}")
                used[f.get("Tag")] = f.get("Filename", "")
        for tag, file in used.items():
            if file.startswith("http") != (tag in http):
                self.wrong(f"a URL goes with option 60, and nothing else does: {tag}")
        if not self.filled:
            self.wrong("nothing to fill in")


if __name__ == "__main__":
    sys.exit(0 if all([Sheet(sys.argv[1], path).read() for path in sys.argv[2:]]) else 1)
