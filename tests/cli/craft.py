#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kernels with one thing wrong: craft.py KIND FILE"""
import struct
import sys

MAGIC1, MAGIC2 = 0x1BADB002, 0xE85250D6


def header1(checksum_error=0):
    return struct.pack("<III", MAGIC1, 0, (-MAGIC1 + checksum_error) & 0xFFFFFFFF)


def elf32(segments, offset=0x1000, header_at=0x1000, header=None, pad=0):
    """ELF32 i386 with these (physical address, bytes in the file) segments."""
    phdrs, data, at = b"", b"", offset
    for paddr, size in segments:
        phdrs += struct.pack("<8I", 1, at, paddr, paddr, size, size, 7, 0x1000)
        data += b"\x90" * size
        at += size
    ehdr = struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\x01\x01\x01" + bytes(9), 2, 3, 1, segments[0][0], 52,
                       0, 0, 52, 32, len(segments), 0, 0, 0)
    image = bytearray((ehdr + phdrs).ljust(offset, b"\0") + data + bytes(pad))
    header = header1() if header is None else header
    image[header_at:header_at + len(header)] = header
    return bytes(image)


def pe(machine, magic):
    image = bytearray(0x200)
    image[0:2] = b"MZ"
    struct.pack_into("<I", image, 0x3C, 0x40)
    image[0x40:0x44] = b"PE\0\0"
    struct.pack_into("<HHIIIHH", image, 0x44, machine, 1, 0, 0, 0, 0xF0, 0x22)
    struct.pack_into("<H", image, 0x58, magic)
    struct.pack_into("<H", image, 0x58 + 68, 10)  # EFI application
    return bytes(image)


def bzimage(xloadflags):
    image = bytearray(0x8000)
    image[0x1F1] = 4  # setup sectors
    image[0x1FE:0x200] = b"\x55\xaa"
    image[0x200:0x202] = b"\xeb\x6a"
    image[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", image, 0x206, 0x20F)
    image[0x211] = 1  # loaded high
    struct.pack_into("<H", image, 0x236, xloadflags)
    struct.pack_into("<I", image, 0x1F4, (len(image) - 5 * 512) // 16)
    return bytes(image)


def boot_sector(text):
    """Writes TEXT on COM1 and leaves QEMU through isa-debug-exit with status 33."""
    code = b"\xba\xf8\x03" + b"".join(b"\xb0" + bytes([c]) + b"\xee" for c in text)
    code += b"\xba\xf4\x00\x66\xb8\x10\x00\x00\x00\x66\xef\xf4\xeb\xfd"
    return code.ljust(510, b"\0") + b"\x55\xaa"


KINDS = {
    "good": lambda: elf32([(0x100000, 64)]),
    "header-far": lambda: elf32([(0x100000, 0x4000)], header_at=0x3000),
    "bad-checksum": lambda: elf32([(0x100000, 64)], header=header1(1)),
    "overlap": lambda: elf32([(0x100000, 0x2000), (0x101000, 0x1000)]),
    "low": lambda: elf32([(0x8000, 64)]),
    "truncated": lambda: elf32([(0x100000, 0x4000)])[:0x2000],
    "efi64": lambda: pe(0x8664, 0x20B),
    "efi32": lambda: pe(0x014C, 0x10B),
    "linux64-only": lambda: bzimage(0b1001),
    "linux-mixed": lambda: bzimage(0b1101),
    "sector": lambda: boot_sector(b"the boot sector runs\n"),
}

with open(sys.argv[2], "wb") as f:
    f.write(KINDS[sys.argv[1]]())
