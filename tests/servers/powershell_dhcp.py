#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A strict reader of the PowerShell scripts that mkboot writes for Windows Server's DHCP server.

Knows the part of the language that they use (learn.microsoft.com, about_Quoting_Rules,
about_Parsing) and the cmdlets with their parameters (powershell/module/dhcpserver, Windows Server
2022). Prints each mistake, and exits 1 where there is one.

    powershell_dhcp.py FILE.ps1
"""
import ipaddress
import re
import sys

# Parameters as documented, those with a value; switches begin with a !. What stands after the / must
# be given (mandatory, or needed for what is to be had by it).
CMDLETS = {
    "Import-Module": "",
    "Get-DhcpServerv4Scope": "ScopeId",
    "Add-DhcpServerv4Scope": "Name StartRange EndRange SubnetMask LeaseDuration State Type Description"
                             " / Name StartRange EndRange SubnetMask",
    "Set-DhcpServerv4Scope": "ScopeId Type Name State LeaseDuration / ScopeId",
    "Get-DhcpServerv4Policy": "ScopeId Name",
    "Add-DhcpServerv4Policy": "Name Condition ScopeId VendorClass UserClass MacAddress ProcessingOrder"
                              " Description / Name Condition ScopeId",
    "Remove-DhcpServerv4Policy": "Name ScopeId / Name ScopeId",
    "Get-DhcpServerv4Reservation": "ScopeId",
    "Add-DhcpServerv4Reservation": "ScopeId IPAddress ClientId Name Description Type"
                                   " / ScopeId IPAddress ClientId Description",
    "Remove-DhcpServerv4Reservation": "IPAddress ScopeId ClientId / IPAddress",
    "Set-DhcpServerv4OptionValue": "ScopeId PolicyName OptionId Value ReservedIP Router DnsServer !Force",
    "Get-DhcpServerv4OptionDefinition": "OptionId",
    "Add-DhcpServerv4OptionDefinition": "OptionId Name Type Description / OptionId Name Type",
    "Get-DhcpServerv4Class": "Type Name",
    "Add-DhcpServerv4Class": "Name Type Data Description / Name Type Data",
    "Where-Object": "",
    "ForEach-Object": "",
}
CHOICES = {"State": {"Active", "InActive"}, "Condition": {"AND", "OR"},
           ("Add-DhcpServerv4Scope", "Type"): {"Dhcp", "Bootp", "Both"},
           ("Set-DhcpServerv4Scope", "Type"): {"Dhcp", "Bootp", "Both"},
           ("Add-DhcpServerv4Reservation", "Type"): {"Dhcp", "Bootp", "Both"},
           ("Add-DhcpServerv4Class", "Type"): {"Vendor", "User"},
           ("Get-DhcpServerv4Class", "Type"): {"Vendor", "User"}}
ADDRESSES = {"ScopeId", "StartRange", "EndRange", "SubnetMask", "ReservedIP", "Router", "DnsServer"}
TOKEN = re.compile(r"""
    (?P<blank>\ +) | '(?P<string>(?:[^'‘’‚‛]|'')*)' | (?P<parameter>-[A-Za-z]+)
    | (?P<variable>\$(?:null|_\.[A-Za-z]+|[a-z][A-Za-z]*|ErrorActionPreference))
    | (?P<time>\(\[TimeSpan\]::FromSeconds\([0-9]+\)\))
    | (?P<word>[A-Za-z0-9][A-Za-z0-9-]*) | (?P<mark>[|{}(),=])""", re.X)


class Script:
    def __init__(self, path):
        self.path, self.line, self.bad, self.depth = path, 0, False, 0
        self.classes, self.policies, self.values, self.reserved = set(), {}, {}, set()
        self.scopes, self.definitions, self.removed, self.variables = set(), set(), set(), set()
        self.macs, self.stop, self.type_both = set(), False, False

    def wrong(self, what):
        print(f"{self.path}:{self.line}: {what}")
        self.bad = True

    def address(self, text):
        try:
            ipaddress.IPv4Address(text)
        except ValueError:
            self.wrong(f"no address: {text}")

    def tokens(self, text):
        out, at = [], 0
        while at < len(text):
            m = TOKEN.match(text, at)
            if not m:
                self.wrong(f"cannot be read: {text[at:]}")
                return out
            if m.lastgroup == "string":
                out.append(("string", m["string"].replace("''", "'")))
            elif m.lastgroup != "blank":
                out.append((m.lastgroup, m[0]))
            at = m.end()
        return out

    def parameters(self, name, tokens):
        given, needed = (CMDLETS[name].split(" / ") + [""])[:2]
        known, p, i = given.split(), {}, 0
        while i < len(tokens):
            kind, text = tokens[i]
            i += 1
            if kind != "parameter":
                self.wrong(f"{name}: a value without a parameter: {text}")
                continue
            key = text[1:]
            if "!" + key in known:
                p[key] = True
                continue
            if key not in known:
                self.wrong(f"{name} has no parameter -{key}")
            if key in p:
                self.wrong(f"{name}: -{key} twice")
            p[key] = []
            while i < len(tokens) and tokens[i][0] in ("string", "word", "variable", "time"):
                p[key].append(tokens[i][1])
                i += 1
                if i < len(tokens) and tokens[i] == ("mark", ","):
                    i += 1
                else:
                    break
            if not p[key]:
                self.wrong(f"{name}: -{key} without a value")
        for key in needed.split():
            if key not in p:
                self.wrong(f"{name} without -{key}")
        for key, value in p.items():
            choices = CHOICES.get((name, key)) or CHOICES.get(key)
            if choices and value[0] not in choices:
                self.wrong(f"{name}: -{key} {value[0]} is none of {', '.join(sorted(choices))}")
            if key in ADDRESSES or key == "IPAddress" and not value[0].startswith("$"):
                self.address(value[0])
        return {k: v[0] if v is not True and len(v) == 1 else v for k, v in p.items()}

    def policy(self, p):
        vendors, macs = p.get("VendorClass"), p.get("MacAddress")
        condition = vendors or macs
        if bool(vendors) == bool(macs) or not isinstance(condition, list) or condition[0] != "EQ":
            self.wrong("not one condition of EQ and a value")
            condition = ["EQ"]
        if vendors:
            for v in condition[1:]:
                if not v.endswith("*"):
                    self.wrong(f"without * the class must be the whole of option 60: {v}")
                if v.rstrip("*") not in self.classes:
                    self.wrong(f"no vendor class {v.rstrip('*')}")
        name = p.get("Name", "")
        if name in self.policies:
            self.wrong(f"policy {name} twice")
        if not name.startswith("mkboot "):
            self.wrong(f"a second run would not remove the policy {name}")
        self.policies[name] = bool(vendors) and all(v.startswith("HTTPClient:") for v in condition[1:])

    def option_value(self, p):
        where = [p[k] for k in ("PolicyName", "ReservedIP", "ScopeId") if k in p]
        if not where:
            return self.wrong("for the whole server")
        if "ReservedIP" in p and p["ReservedIP"] not in self.reserved:
            self.wrong(f"no reservation of {p['ReservedIP']} yet")
        if "PolicyName" in p and p["PolicyName"] not in self.policies:
            self.wrong(f"no policy {p['PolicyName']} yet")
        if "Router" in p or "DnsServer" in p:
            if self.depth == 0:
                self.wrong("changes the router or DNS of a scope that was there")
            return None
        option, value = p.get("OptionId"), p.get("Value")
        if option is None or not value or isinstance(value, list):
            return self.wrong("an option without a value, or a value without an option")
        http = self.policies.get(p.get("PolicyName"), False)
        if option not in ("60", "66", "67"):
            self.wrong(f"not for booting: option {option}")
        if option == "60" and (not http or value != "HTTPClient" or "60" not in self.definitions):
            self.wrong("option 60 is for HTTP boot alone, and must be defined")
        if option == "66":
            self.address(value)
        if option == "67" and value != "no-boot-file" and (re.match("https?://", value) is not None) != http:
            self.wrong(f"HTTP boot needs a URL, and TFTP none: {value}")
        values = self.values.setdefault(where[0], {})
        if option in values:
            self.wrong(f"option {option} twice for {where[0]}")
        values[option] = value
        return None

    def cmdlet(self, tokens):
        """One stage of a pipeline."""
        if not tokens or tokens[0][0] != "word" or tokens[0][1] not in CMDLETS:
            return self.wrong(f"unknown cmdlet: {tokens[0][1] if tokens else ''}")
        name, rest = tokens[0][1], tokens[1:]
        if name == "Import-Module":
            if rest != [("word", "DhcpServer")]:
                self.wrong("another module")
            return None
        if name in ("Where-Object", "ForEach-Object"):
            if rest[:1] != [("mark", "{")] or rest[-1:] != [("mark", "}")]:
                return self.wrong(f"{name} without its block")
            body = rest[1:-1]
            if name == "ForEach-Object":
                return self.cmdlet(body)
            kinds = [k for k, _ in body]
            if kinds not in (["variable", "parameter", "string"], ["variable", "parameter", "word"]) or \
                    body[1][1] not in ("-eq", "-like"):
                self.wrong("not { $_.Name -eq 'value' }")
            return None
        p = self.parameters(name, rest)
        if "ScopeId" in p:
            self.scopes.add(p["ScopeId"])
        if name == "Add-DhcpServerv4Class":
            if p.get("Type") != "Vendor" or p.get("Name") != p.get("Data"):
                self.wrong("a class whose name is not its data: a condition may mean either")
            if self.depth == 0:
                self.wrong("the class may be there already")
            self.classes.add(p.get("Name"))
        elif name == "Add-DhcpServerv4Scope":
            if self.depth == 0:
                self.wrong("the scope may be there already")
        elif name == "Set-DhcpServerv4Scope":
            self.type_both |= p.get("Type") == "Both"
        elif name == "Add-DhcpServerv4OptionDefinition":
            if self.depth == 0:
                self.wrong("the option may be defined already")
            self.definitions.add(p.get("OptionId"))
        elif name == "Add-DhcpServerv4Policy":
            self.policy(p)
        elif name == "Add-DhcpServerv4Reservation":
            if not re.fullmatch(r"([0-9a-f]{2}-){5}[0-9a-f]{2}", p.get("ClientId", "")):
                self.wrong(f"no MAC with dashes: {p.get('ClientId')}")
            if p.get("IPAddress") in self.reserved or p.get("ClientId") in self.macs:
                self.wrong("reserved twice")
            if p.get("Description") != "mkboot":
                self.wrong("a second run would not remove the reservation")
            self.reserved.add(p.get("IPAddress"))
            self.macs.add(p.get("ClientId"))
        elif name == "Set-DhcpServerv4OptionValue":
            self.option_value(p)
        elif name.startswith("Remove-"):
            self.removed.add(name)
        return None

    def pipeline(self, tokens):
        stage, depth = [], 0
        for t in tokens + [("mark", "|")]:
            depth += {"{": 1, "}": -1}.get(t[1], 0) if t[0] == "mark" else 0
            if t == ("mark", "|") and depth == 0:
                self.cmdlet(stage)
                stage = []
            else:
                stage.append(t)
        if depth:
            self.wrong("{ without }")

    def statement(self, text):
        tokens = self.tokens(text)
        if text == "$ErrorActionPreference = 'Stop'":
            self.stop = True
        elif text == "}":
            self.depth -= 1
            if self.depth < 0:
                self.wrong("} without {")
        elif text.startswith("if (") and text.endswith(") {"):
            self.depth += 1
            test = text[len("if ("):-len(") {")]
            if m := re.fullmatch(r"\$null -eq \$([a-z]+)", test):
                if m[1] not in self.variables:
                    self.wrong(f"unset variable ${m[1]}")
            elif m := re.fullmatch(r"\$null -eq \((.+)\)", test):
                self.pipeline(self.tokens(m[1]))
            else:
                self.wrong(f"no condition: {test}")
        elif m := re.fullmatch(r"\$([a-z]+) = (.+)", text):
            self.pipeline(self.tokens(m[2]))
            self.variables.add(m[1])
        else:
            self.pipeline(tokens)

    def read(self):
        with open(self.path, encoding="ascii", newline="") as f:
            for self.line, line in enumerate(f, 1):
                if not line.endswith("\r\n"):
                    self.wrong("the line does not end as Windows' do")
                text = line.strip()
                if text and not text.startswith("#"):
                    self.statement(text)
        if self.depth != 0:
            self.wrong("{ without }")
        if not self.stop or not self.type_both:
            self.wrong("would go on behind an error, or leave BOOTP out")
        if len(self.scopes) != 1:
            self.wrong(f"not one scope: {self.scopes}")
        for name in ("Remove-DhcpServerv4Policy", "Remove-DhcpServerv4Reservation"):
            if name not in self.removed:
                self.wrong(f"no {name}: a second run would find this there already")
        for name, http in self.policies.items():
            values = self.values.get(name, {})
            if "67" not in values or http and values["67"].startswith("http") and "60" not in values:
                self.wrong(f"the policy {name} has no file, or no option 60")
        return not self.bad


if __name__ == "__main__":
    sys.exit(0 if all([Script(path).read() for path in sys.argv[1:]]) else 1)
