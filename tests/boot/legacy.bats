# SPDX-License-Identifier: GPL-3.0-or-later
# A GRUB Legacy menu with CRLF line ends, as Ace OS has one, booted: entries, modules, the fallback,
# colours, disks, and its settings of the network.
load ../common

setup() {
  setup_folder
  cp "$demo_elf" kernel.sys
  gzip -nc "$root/recipes/demo/hello.txt" > boot_modules.mod.gz
  long=$(stat -c %s "$root/recipes/demo/hello.txt")
  short=$(stat -c %s boot_modules.mod.gz)
  cat > menu.lst <<'LST'
# Ace OS
default 0
timeout 1
fallback 1
color white/blue black/cyan

title Empty disk
rootnoverify (hd0)
chainloader +1

title Ace OS
root (nd)
kernel /kernel.sys gdb_port=0x3f8
module (nd)/boot_modules.mod.gz
modulenounzip (nd)/boot_modules.mod.gz a  "raw" one
boot

title Second partition
root (hd0,1)
makeactive
chainloader +1
LST
  sed -i 's/$/\r/' menu.lst
  cat > ace.yaml <<'YAML'
menu: menu.lst
outputs: [iso, floppy, tftp]
test: {expect: "demo: done", exit: 33, memory: 64}
YAML
}

# What the demo kernel was given, of the log on standard input.
assert_ace() {
  tr -d '\r' > lines
  grep -qxF 'command line: [gdb_port=0x3f8]' lines
  grep -q "^module 0: \[\] length $long " lines
  grep -qF "module 1: [a  \"raw\" one] length $short " lines
}

# A machine that boots the CD, with options of QEMU's. What it wrote on COM1 is in `log`.
machine() { # SECONDS OPTION...
  local seconds=$1
  shift
  status=0
  timeout "$seconds" qemu-system-x86_64 -accel tcg -nodefaults -no-reboot -display none -vga std -m 64 \
    -serial file:log -device isa-debug-exit,iobase=0xf4,iosize=4 -boot d "$@" || status=$?
  cat log
}
cd_drive=if=ide,index=2,media=cdrom,readonly=on,format=raw,file=out/ace/ace.iso

@test "the default fails, the entry after it boots, with its modules: BIOS; on UEFI it is the first" {
  "$MKBOOT" test ace.yaml --via cd-bios,floppy,pxe-bios,cd-uefi64 -j 4 --log logs
  for via in cd-bios floppy pxe-bios cd-uefi64; do assert_ace < logs/$via.log; done
}

@test "a disk without a boot sector: the fallback boots" {
  "$MKBOOT" build ace.yaml --only iso
  truncate -s 1M empty.img
  machine 60 -drive $cd_drive -drive if=ide,index=0,format=raw,file=empty.img
  [ $status = 33 ]
  assert_ace < log
  # without one named, there is nothing to fall back to
  sed -i '/^fallback/d' menu.lst
  "$MKBOOT" build ace.yaml --only iso
  machine 20 -drive $cd_drive -drive if=ide,index=0,format=raw,file=empty.img
  [ $status = 124 ]
  run ! grep -q 'demo: done' log
}

# A disk with two partitions, the first of them active; the boot sector of the second writes "part"
# and the number of the drive it was given, and ends QEMU with status 33.
two_partitions() {
  python3 - <<'PY'
import struct
code = b""
for c in b"part ":
    code += b"\xba\xf8\x03\xb0" + bytes([c]) + b"\xee"  # mov dx,3f8h; mov al,c; out dx,al
# the drive's number (dl) is saved first, and written as it is
code = b"\x88\xd3" + code + b"\xba\xf8\x03\x88\xd8\xee"  # mov bl,dl ... mov al,bl; out dx,al
code += b"\xba\xf4\x00\xb0\x10\xee\xf4"  # mov dx,0f4h; mov al,10h; out dx,al; hlt
def part(flag, first, count):
    return struct.pack("<B3sB3sII", flag, b"\0\0\0", 0x0c, b"\0\0\0", first, count)
mbr = bytes(446) + part(0x80, 63, 100) + part(0, 200, 100) + bytes(32) + b"\x55\xaa"
disk = bytearray(1 << 20)
disk[:512] = mbr
disk[200 * 512:201 * 512] = code.ljust(510, b"\0") + b"\x55\xaa"
open("disk.img", "wb").write(disk)
PY
}

@test "a disk's second partition is marked active and its boot sector started" {
  two_partitions
  sed -i 's/^default 0/default 2/' menu.lst
  "$MKBOOT" build ace.yaml --only iso
  machine 60 -drive $cd_drive -drive if=ide,index=0,format=raw,file=disk.img
  [ $status = 33 ]
  [ "$(od -An -tx1 log | tail -n 1 | tr -d ' \n')" = "7061727420""80" ]
  # bytes 446 and 462: no longer the first partition
  [ "$(od -An -tx1 -j 446 -N 1 disk.img | tr -d ' ')" = 00 ]
  [ "$(od -An -tx1 -j 462 -N 1 disk.img | tr -d ' ')" = 80 ]
}

@test "mkboot run starts a disk that QEMU's own options attach" {
  two_partitions
  printf 'name: d\nmenu: {entries: [{title: D, disk: "hd0,2"}]}\noutputs: [iso]\n' > d.yaml
  run -33 timeout 60 "$MKBOOT" run d.yaml --accel tcg -- -drive if=ide,index=0,format=raw,file=disk.img < /dev/null
  assert_contains "$output" "part"
}

@test "the menu has its colours" {
  sed -i 's/^timeout 1/timeout 60/' menu.lst
  "$MKBOOT" build ace.yaml --only iso
  python3 - "$cd_drive" <<'PY'
import socket, subprocess, sys, time
qemu = subprocess.Popen(["timeout", "60", "qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-display", "none",
    "-vga", "std", "-m", "64", "-boot", "d", "-drive", sys.argv[1], "-monitor", "stdio"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
# of six bits, as QEMU's VGA makes eight of them
BLUE, CYAN = b"\x00\x00\xa8", b"\x00\xa8\xa8"
def colors():
    try:
        data = open("screen.ppm", "rb").read()
    except OSError:
        return {}
    parts = data.split(b"\n", 3)
    pixels = parts[3] if len(parts) == 4 else b""
    found = {}
    for i in range(0, len(pixels) - 2, 3 * 7):
        found[pixels[i:i + 3]] = found.get(pixels[i:i + 3], 0) + 1
    return found
end, found = time.monotonic() + 50, {}
try:
    while time.monotonic() < end:
        qemu.stdin.write("screendump screen.ppm\n")
        qemu.stdin.flush()
        time.sleep(0.3)
        found = colors()
        if BLUE in found and CYAN in found:
            break
finally:
    qemu.stdin.write("quit\n")
    qemu.stdin.close()
    qemu.wait()
# VGA's blue behind the entries, its cyan behind the chosen one
assert found.get(BLUE, 0) > 3000 and found.get(CYAN, 0) > 300, found
PY
}

@test "its settings of the network: a diskless floppy fetches with them, and asks no DHCP server" {
  sed -i 's|^timeout.*|timeout 1\nifconfig --address=192.168.77.60 --mask=255.255.255.0\ntftpserver 192.168.77.2\r|; s|^default 0|default 1|' menu.lst
  cat > ace.yaml <<'YAML'
menu: menu.lst
network: {nic: rtl8139}
outputs: [diskless-floppy, tftp]
YAML
  "$MKBOOT" build ace.yaml
  status=0
  timeout 60 qemu-system-x86_64 -accel tcg -nodefaults -no-reboot -display none -m 64 -serial file:log \
    -device isa-debug-exit,iobase=0xf4,iosize=4 -boot a \
    -drive if=floppy,format=raw,readonly=on,file=out/ace/ace-diskless-floppy.img \
    -netdev user,id=n0,net=192.168.77.0/24,host=192.168.77.2,restrict=on,tftp=out/ace/tftp \
    -device rtl8139,netdev=n0,romfile= -object filter-dump,id=f,netdev=n0,file=net.pcap || status=$?
  [ $status = 33 ]
  assert_ace < log
  python3 - <<'PY'
data, at, udp = open("net.pcap", "rb").read(), 24, []
while at < len(data):
    size = int.from_bytes(data[at + 8:at + 12], "little")
    frame = data[at + 16:at + 16 + size]
    at += 16 + size
    if frame[12:14] == b"\x08\x00" and frame[23] == 17:
        udp.append((frame[26:30], int.from_bytes(frame[36:38], "big")))
assert (bytes([192, 168, 77, 60]), 69) in udp, udp
assert not [p for p in udp if p[1] in (67, 68)], udp
PY
}
