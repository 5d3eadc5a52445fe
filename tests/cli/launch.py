# SPDX-License-Identifier: GPL-3.0-or-later
"""Launch files for programs that are not here, against tables of what their documentation knows.

    launch.py vmx FILE          parse a .vmx strictly; print "KEY VALUE" lines; check both
    launch.py more FILE VIA     the same, with the lines for VIA that are commented out put in
    launch.py vbox LOG          check the command lines of VBoxManage: records of NUL-ended words,
                                each ended by a further NUL; print them
"""
import os
import re
import sys

BOOL = "TRUE|FALSE"
# Keys of .vmx files, with the values they can have. Where they come from:
#  L   libvirt, src/vmx/vmx.c, the mapping at its top (https://libvirt.org/drvesx.html): numvcpus is 1
#      or even, memsize a multiple of 4, the types of drives, networks and serial ports
#  KB  VMware Knowledge Base 2011654, "Changing the boot order of a virtual machine using vmx options"
#  VC  Broadcom, vSphere Automation API, Vm_Hardware_Ethernet_EmulationType
#      (https://developer.broadcom.com/xapis/vsphere-automation-api/): the cards
#  W   as Workstation itself writes them; no page of the vendor's was found
VMX = {
    ".encoding": r"UTF-8",  # L
    "config.version": r"8",  # L
    "virtualhw.version": r"[4-9]|1[0-9]|2[01]",  # L
    "displayname": r"[A-Za-z0-9._-]+",  # L
    "guestos": r"other|other-64",  # L
    "memsize": r"[0-9]+",  # L
    "numvcpus": r"1|[0-9]*[02468]",  # L
    "scsi0.present": BOOL,  # L
    "sound.present": BOOL,  # L
    "pcibridge0.present": BOOL,  # W
    "firmware": r"bios|efi",  # W
    "uefi.secureboot.enabled": BOOL,  # W
    "bios.bootorder": r"(cdrom|floppy|hdd|ethernet0)(,(cdrom|floppy|hdd|ethernet0))*",  # KB
    "floppy0.present": BOOL,  # L
    "floppy0.filetype": r"file|device",  # L
    "floppy0.filename": r".+\.img",  # L
    "floppy0.startconnected": BOOL,  # L
    "ide1:0.present": BOOL,  # L
    "ide1:0.devicetype": r"cdrom-image|atapi-cdrom",  # L
    "ide1:0.filename": r".+\.iso",  # L
    "ide1:0.startconnected": BOOL,  # L
    "serial0.present": BOOL,  # L
    "serial0.filetype": r"file|pipe|device",  # L
    "serial0.filename": r"[a-z.]+",  # L
    "serial0.startconnected": BOOL,  # L
    "ethernet0.present": BOOL,  # L
    "ethernet0.virtualdev": r"vlance|vmxnet|vmxnet3|e1000|e1000e",  # L, VC
    "ethernet0.connectiontype": r"bridged|nat|hostonly|custom",  # L
    "ethernet0.startconnected": BOOL,  # L
    "ethernet0.addresstype": r"generated|static|vpx",  # L
}

ON = "on|off"
ANY = r".+"
FLAG, TWO = object(), object()
# Options of VBoxManage, VirtualBox 7: its manual, chapter "VBoxManage", the pages of these names
# (https://www.virtualbox.org/manual/topics/vboxmanage.html; its source is doc/manual/en_US/
# man_VBoxManage-*.xml). An N at the end is an adapter's or port's number. TWO: a second word belongs
# to it. nat-enable-tftp is newer than the
# copy of the manual that the table was made from; it is known from its users.
VBOX = {
    "createvm": {
        "name": ANY, "ostype": r"Other|Other_64", "register": FLAG, "platform-architecture": "x86|arm",
    },
    "modifyvm": {
        "memory": r"[0-9]+", "cpus": r"[0-9]+", "firmware": "bios|efi|efi32|efi64", "ioapic": ON,
        "bootN": "none|floppy|dvd|disk|net", "uartN": TWO, "uart-modeN": TWO,
        "nicN": "none|null|nat|bridged|intnet|hostonly|hostonlynet|generic|natnetwork",
        "nic-typeN": "Am79C970A|Am79C973|82540EM|82543GC|82545EM|virtio",
        "cable-connectedN": ON, "bridge-adapterN": ANY, "nat-tftp-prefixN": r"/.+",
        "nat-tftp-fileN": ANY, "nat-tftp-serverN": r"[0-9.]+", "nat-enable-tftpN": ON,
    },
    "storagectl": {
        "name": ANY, "remove": FLAG, "add": "floppy|ide|pcie|sas|sata|scsi|usb",
        "controller": "BusLogic|I82078|ICH6|IntelAhci|LSILogic|LSILogicSAS|NVMe|PIIX3|PIIX4|USB|VirtIO",
    },
    "storageattach": {
        "storagectl": ANY, "port": r"[0-9]+", "device": r"[0-9]+", "type": "dvddrive|fdd|hdd",
        "medium": r"/.+",
    },
    "showvminfo": {"machinereadable": FLAG},
    "unregistervm": {"delete": FLAG},
    "startvm": {"type": "gui|headless|separate|sdl"},
}


def parse_vmx(path, text):
    found = {}
    for n, line in enumerate(text.split("\n"), 1):
        if line == "" or line.startswith("#"):
            continue
        m = re.fullmatch(r'([.A-Za-z0-9:]+) = "([^"]*)"', line)
        assert m, f"line {n}: {line}"
        # VMware keeps characters that have a meaning as |XX
        value = re.sub(r"\|([0-9A-F]{2})", lambda h: chr(int(h.group(1), 16)), m.group(2))
        key = m.group(1).lower()
        assert key not in found, f"line {n}: {key} is there twice"
        assert key in VMX, f"line {n}: no such key: {key}"
        assert re.fullmatch(VMX[key], value), f"line {n}: {line}"
        found[key] = value
    for key in ("config.version", "virtualhw.version", "guestos", "displayname", "memsize"):
        assert key in found, key
    assert int(found["memsize"]) % 4 == 0
    for key in ("floppy0.filename", "ide1:0.filename"):
        if key in found:
            assert not os.path.isabs(found[key]), found[key]
            assert os.path.isfile(os.path.join(os.path.dirname(path), found[key])), found[key]
    return found


def vmx(path, via=None):
    text = open(path, encoding="ascii").read()
    if via is not None:
        lines = text.split("\n")
        at = next(i for i, line in enumerate(lines) if line.startswith(f"# By {via}:"))
        put = []
        while at + 1 < len(lines) and lines[at + 1].startswith("#"):
            at += 1
            put.append(lines[at][1:])
        keys = {line.split(" = ")[0].lower() for line in put}
        text = "\n".join([line for line in lines if line.split(" = ")[0].lower() not in keys] + put)
    for key, value in sorted(parse_vmx(path, text).items()):
        print(key, value)


def vbox(path):
    data = open(path, encoding="utf-8").read()
    for record in data.split("\0\0")[:-1]:
        words = record.split("\0")
        print(" ".join(words))
        if words == ["--version"]:
            continue
        assert words[0] in VBOX, words
        table, rest = VBOX[words[0]], words[1:]
        if words[0] != "createvm":
            assert re.fullmatch(r"[A-Za-z0-9._-]+", rest.pop(0)), words
        while rest:
            word = rest.pop(0)
            m = re.fullmatch(r"--([a-z0-9-]+?)(=.*)?", word)
            assert m, word
            name = m.group(1) if m.group(1) in table else re.sub(r"[1-8]$", "N", m.group(1))
            assert name in table, f"{words[0]}: no such option: {word}"
            if table[name] is FLAG:
                assert m.group(2) is None, word
            elif table[name] is TWO:
                assert m.group(2) is None and len(rest) >= 2, word
                first, second = rest.pop(0), rest.pop(0)
                if name == "uartN":
                    assert re.fullmatch(r"0x[0-9A-F]+", first) and second.isdigit(), (first, second)
                else:
                    assert first == "file" and os.path.isabs(second), (first, second)
            else:
                assert m.group(2) and re.fullmatch(table[name], m.group(2)[1:]), word


{"vmx": vmx, "more": vmx, "vbox": vbox}[sys.argv[1]](*sys.argv[2:])
