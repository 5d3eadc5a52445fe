# SPDX-License-Identifier: GPL-3.0-or-later
# mkboot toolchain: network drivers and protocols against the distribution's GRUB, downloads, what is
# kept.
load ../common
load ../toolchain

setup_file() {
  MKBOOT_CACHE=$kept "$MKBOOT" toolchain fetch
}

# In the place of mkboot's protocols, which take a while to compile: modules of several files, which use
# what wire has; dhcp is a module of one file.
toy_protocols() {
  mkdir -p toy/protocols/{wire,tftp,http,dhcp}
  cp -r "$root/drivers" toy/
  cp "$root/protocols/portable.h" toy/protocols/
  echo 'u32 wire_one(u32 x); u32 wire_two(u32 x); u32 tftp_more(u32 x); u32 http_more(u32 x);' > toy/protocols/wire/wire.h
  local m first
  for m in wire tftp http dhcp; do
    case $m in
    wire | dhcp) first=wire_one ;;
    *) first=${m}_more ;;
    esac
    cat > toy/protocols/$m/$m.c <<C
#include "../portable.h"
#include "../wire/wire.h"
#include <grub/dl.h>
GRUB_MOD_LICENSE("GPLv3+");
__attribute__((section(".modname"), used)) static const char modname[] = "$m";
static u32 many[1000];
GRUB_MOD_INIT($m) { many[0] = $first(sizeof(void *)); }
GRUB_MOD_FINI($m) { many[1] = 0; }
C
    [ $m = wire ] || [ $m = dhcp ] || cat > toy/protocols/$m/more.c <<C
#include "../portable.h"
#include "../wire/wire.h"
u32 ${m}_more(u32 x) { return wire_one(x) + wire_two(x); }
C
  done
  cat > toy/protocols/wire/one.c <<'C'
#include "../portable.h"
#include "wire.h"
static u32 many[1000];
u32 wire_one(u32 x) { return many[x % 1000]++ + wire_two(x); }
C
  cat > toy/protocols/wire/two.c <<'C'
#include "../portable.h"
#include "wire.h"
u32 wire_two(u32 x)
{
	char text[20];
	return grub_snprintf(text, sizeof text, "%u", x) > 0 ? (u32)text[0] : 0;
}
C
  export MKBOOT_DATA=$PWD/toy
}

setup() {
  setup_folder
  own_cache
  toy_protocols
}

# A cross compiler that, on a driver, says who it is and waits for a file.
slow_compiler() {
  mkdir slow
  real=$(command -v i686-linux-gnu-gcc || true)
  if [ -z "$real" ]; then
    printf '#!/bin/sh\nexec gcc -m32 "$@"\n' > real
    chmod +x real
    real=$PWD/real
    ln -s "$(command -v strip)" slow/i686-linux-gnu-strip
    ln -s "$(command -v as)" slow/i686-linux-gnu-as
  fi
  cat > slow/i686-linux-gnu-gcc <<SH
#!/bin/sh
case \$* in
*/nic.c)
  echo \$\$ >> $PWD/started
  while [ ! -e $PWD/go ]; do sleep 0.05; done ;;
esac
exec $real "\$@"
SH
  chmod +x slow/i686-linux-gnu-gcc
  PATH=$PWD/slow:$PATH
}

# The compilers that there are, to which a warning is an error.
strict_compilers() {
  local c real
  mkdir strict
  for c in i686-linux-gnu-gcc x86_64-linux-gnu-gcc gcc clang; do
    real=$(command -v $c) || continue
    printf '#!/bin/sh\nexec %s -Werror "$@"\n' "$real" > strict/$c
    chmod +x strict/$c
  done
  PATH=$PWD/strict:$PATH
}

modules_of() { # what `toolchain build` printed, for BIOS or another platform
  sed -n "s/^modules${2:+ for $2}: //p" <<<"$1"
}

@test "what was fetched is enough without a network" {
  no_network
  run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  modules=$(modules_of "$output")
  [ -s "$modules/nic.mod" ]
  [ -s "$modules/rtl8139.mod" ]
  [ ! -e "$modules/skeleton.mod" ]
  grep -qx 'nic: net pci' "$modules/moddep.lst"
  grep -qx 'rtl8139: nic net pci' "$modules/moddep.lst"
  grep -qx 'nic_link: nic' "$modules/command.lst"
  cmp "$modules/kernel.img" /usr/lib/grub/i386-pc/kernel.img
  rm -rf "$MKBOOT_CACHE"
  run -5 "$MKBOOT" toolchain build --drivers
  assert_contains "$output" "fetching the source package grub2"
  assert_contains "$output" "above is the end of $MKBOOT_CACHE/toolchain/log/sources-grub2_"
}

@test "the same in a namespace without a network" {
  run -0 as_root env "MKBOOT_CACHE=$MKBOOT_CACHE" unshare -n "$MKBOOT" toolchain build --drivers
}

@test "nothing is started once it is there" {
  run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  first=$output
  ASAN_OPTIONS=detect_leaks=0 run -0 --separate-stderr strace -f -o trace \
    -e trace=execve,fork,vfork,clone,clone3 "$MKBOOT" toolchain build --drivers
  [ "$output" = "$first" ]
  [ -z "$stderr" ]
  [ "$(grep -c execve trace)" = 1 ]
  run -1 grep -E 'fork|clone' trace
}

# What GRUB's loader (kern/dl.c) looks for in a module for $2, whose relocations are $3.
assert_module() {
  readelf -SW "$1" > sections
  grep -q ' \.module_license ' sections
  grep -q ' \.modname ' sections
  [ "$(grep -c ' SYMTAB ' sections)" = 1 ]
  readelf -rW "$1" | grep -o 'R_[A-Z0-9_]*' | sort -u > types
  run -1 grep -vxE "$3" types
  readelf -h "$1" | grep -q "Class: *$2"
  run -1 grep -aF "$PWD" "$1"
}

@test "protocols: all files of a folder are a module in the place of GRUB's, for each platform" {
  run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  built=$output
  for p in i386-pc i386-efi x86_64-efi; do
    case $p in
    i386-pc) modules=$(modules_of "$built") ;;
    *) modules=$(modules_of "$built" $p) ;;
    esac
    case $p in
    x86_64-efi) class=ELF64 types='R_X86_64_(64|PC32|PLT32|PC64|32|32S)' ;;
    *) class=ELF32 types='R_386_(32|PC32)' ;;
    esac
    for m in wire tftp http dhcp; do
      [ ! -L "$modules/$m.mod" ]
      assert_module "$modules/$m.mod" $class "$types"
    done
    # what tftp needs of wire is there to be found
    readelf -sW "$modules/wire.mod" | grep -qE ' FUNC +GLOBAL .* wire_one$'
    readelf -sW "$modules/wire.mod" | grep -qE ' FUNC +GLOBAL +[A-Z]+ +[0-9]+ wire_two$'
    readelf -sW "$modules/wire.mod" | grep -qE ' FUNC +LOCAL .* grub_mod_init$'
    readelf -sW "$modules/tftp.mod" | grep -qE ' GLOBAL .* UND wire_two$'
    [ "$(grep -E '^(wire|tftp|http|dhcp):' "$modules/moddep.lst")" = $'wire: net\ntftp: wire net\nhttp: wire net\ndhcp: wire net' ]
    [ "$(grep -E '^[*]?net_(bootp|dhcp):' "$modules/command.lst")" = $'net_bootp: dhcp\nnet_dhcp: dhcp' ]
    grep -qx 'net_bootp6: net' "$modules/command.lst"
    cmp "$modules/net.mod" "/usr/lib/grub/$p/net.mod"
  done
  # the distribution's are as they were
  run -0 dpkg --verify grub-pc-bin grub-efi-amd64-bin grub-efi-ia32-bin
  [ -z "$output" ]
}

@test "protocols: what a module takes is in those that it needs, and its names are its own" {
  cat > symbols.py <<'PY'
import re, subprocess, sys
folder, names = sys.argv[1], sys.argv[2:]
needs = {k: v.split() for k, v in (l.split(":", 1) for l in open(folder + "/moddep.lst") if ":" in l)}
core = set(re.findall(rb"[A-Za-z_][A-Za-z0-9_]*", open(folder + "/kernel.img", "rb").read()))
def symbols(module):
    given, taken = set(), set()
    nm = subprocess.run(["nm", "-g", f"{folder}/{module}.mod"], check=True, capture_output=True, text=True)
    for line in nm.stdout.splitlines():
        kind, name = line.split()[-2:]
        (taken if kind == "U" else given).add(name)
    return given, taken
for module in names:
    given, taken = symbols(module)
    all_needed, todo = set(), list(needs[module])
    while todo:
        m = todo.pop()
        if m not in all_needed:
            all_needed.add(m)
            todo += needs[m]
    there = set().union(*(symbols(m)[0] for m in all_needed))
    missing = [s for s in taken if s not in there and s.encode() not in core]
    assert not missing, (module, "takes", missing)
    foreign = [s for s in given if not s.startswith(module + "_")]
    assert not foreign, (module, "gives", foreign)
PY
  unset MKBOOT_DATA
  run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  built=$output
  names=$(cd "$root/protocols" && for f in */*.c; do [ ! -e "$f" ] || echo "${f%/*}"; done | sort -u)
  for p in '' i386-efi x86_64-efi; do
    # shellcheck disable=SC2086
    python3 symbols.py "$(modules_of "$built" $p)" $names
  done
}

@test "protocols: the same bytes from another folder; clang does, too" {
  run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  one=$output
  mkdir elsewhere
  cp -r toy elsewhere/
  MKBOOT_DATA=$PWD/elsewhere/toy MKBOOT_CACHE=$PWD/another run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  two=$output
  path_without i686-linux-gnu-gcc x86_64-linux-gnu-gcc gcc
  PATH=$PWD/bin run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  three=$output
  for p in '' i386-efi x86_64-efi; do
    a=$(modules_of "$one" $p) b=$(modules_of "$two" $p) c=$(modules_of "$three" $p)
    [ "$a" != "$b" ]
    [ "$a" != "$c" ]
    for m in wire tftp http dhcp; do cmp "$a/$m.mod" "$b/$m.mod"; done
    types='R_386_(32|PC32)' class=ELF32
    if [ "$p" = x86_64-efi ]; then class=ELF64 types='R_X86_64_(64|PC32|PLT32|PC64|32|32S)'; fi
    for m in wire tftp http dhcp; do assert_module "$c/$m.mod" $class "$types"; done
  done
}

@test "a recipe says whose protocols: without a compiler GRUB's own are named" {
  unset MKBOOT_DATA
  demo_recipe <<<'outputs: [tftp]'
  path_without i686-linux-gnu-gcc x86_64-linux-gnu-gcc gcc clang
  PATH=$PWD/bin run -4 "$MKBOOT" build demo.yaml
  assert_contains "$output" "install it with: apt-get install gcc-i686-linux-gnu"
  assert_contains "$output" '`grub: {protocols: stock}`'
  [ "${#lines[@]}" = 2 ]
  echo 'grub: {protocols: stock}' >> demo.yaml
  PATH=$PWD/bin no_network
  PATH=$PWD/bin run -0 "$MKBOOT" build demo.yaml
  [ ! -e "$MKBOOT_CACHE/toolchain/protocols" ]
  cp out/demo/tftp/demo/uefi64.efi stock.efi
  sed -i 's/stock/mkboot/' demo.yaml
  strict_compilers
  run -0 "$MKBOOT" build demo.yaml
  run -0 "$MKBOOT" toolchain list
  assert_contains "$output" "with network protocols (x86_64-efi)"
}

@test "the same bytes from another folder, at another time, and from gcc -m32" {
  strict_compilers
  run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  one=$(modules_of "$output")
  mkdir -p elsewhere/deep
  cp -r "$root/drivers" toy/protocols elsewhere/deep/
  touch -d 2001-01-01 elsewhere/deep/drivers/*
  MKBOOT_DATA=$PWD/elsewhere/deep MKBOOT_CACHE=$PWD/another TZ=Asia/Tokyo CFLAGS=-O0 CPATH=/nowhere \
    run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  two=$(modules_of "$output")
  [ "${two#"$PWD/another/"}" != "$two" ]
  path_without i686-linux-gnu-gcc
  PATH=$PWD/bin run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  three=$(modules_of "$output")
  if command -v i686-linux-gnu-gcc; then [ "$three" != "$one" ]; fi
  for m in $(cd "$root/drivers" && basename -s .c -- *.c | grep -vx skeleton); do
    cmp "$one/$m.mod" "$two/$m.mod"
    cmp "$one/$m.mod" "$three/$m.mod"
    run -1 grep -F -e "$root" -e "$PWD" "$one/$m.mod"
  done
}

@test "clang does where there is no gcc" {
  strict_compilers
  path_without i686-linux-gnu-gcc gcc
  PATH=$PWD/bin run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  [ -s "$(modules_of "$output")/rtl8139.mod" ]
}

@test "no compiler, no patch, no GRUB: each is named" {
  path_without i686-linux-gnu-gcc gcc clang
  PATH=$PWD/bin run -4 "$MKBOOT" toolchain build --drivers
  assert_contains "$output" "install it with: apt-get install gcc-i686-linux-gnu"
  rm -r bin
  path_without patch
  PATH=$PWD/bin run -4 "$MKBOOT" toolchain build --drivers
  assert_contains "$output" "install it with: apt-get install patch"
  rm -r bin
  path_without bison autoconf
  PATH=$PWD/bin run -4 "$MKBOOT" toolchain build
  assert_contains "$output" "bison, autoconf is missing; install it with: apt-get install bison autoconf"
  MKBOOT_GRUB=/nowhere run -4 "$MKBOOT" toolchain build --drivers
  assert_contains "$output" "install it with: apt-get install grub-pc-bin"
}

@test "debug names are defined, and nothing else gets in" {
  run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  plain=$(modules_of "$output")
  MKBOOT_DRIVER_DEFINES="NIC_DEBUG_SMALL_RINGS" run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  small=$(modules_of "$output")
  run -1 cmp "$plain/rtl8139.mod" "$small/rtl8139.mod"
  MKBOOT_DRIVER_DEFINES=NIC_DEBUG_SMALL_RNGS run -2 "$MKBOOT" toolchain build --drivers
  assert_contains "$output" "MKBOOT_DRIVER_DEFINES has 'NIC_DEBUG_SMALL_RNGS'"
  MKBOOT_DRIVER_DEFINES='A;touch x' run -2 "$MKBOOT" toolchain build --drivers
  [ ! -e x ]
}

@test "a driver that does not compile: the log's tail, and where it is" {
  mkdir data
  cp -r "$root/drivers" data/
  echo '#error this driver is broken' >> data/drivers/rtl8139.c
  MKBOOT_DATA=$PWD/data run -5 "$MKBOOT" toolchain build --drivers
  assert_contains "$output" "#error this driver is broken"
  log=$(sed -n 's/.*above is the end of //p' <<<"$output")
  grep -q 'this driver is broken' "$log"
  assert_contains "$output" "compiling the network driver rtl8139.c: "
  run -0 ls "$MKBOOT_CACHE/toolchain/drivers"
  [ -z "$output" ]
  assert_no_leftovers_but_locks
}

assert_no_leftovers_but_locks() {
  run -0 find "$MKBOOT_CACHE" -name '.*mkboot-*'
  [ -z "$output" ] || { echo "left behind: $output"; return 1; }
}

@test "two at once: one makes it, the other waits and has it" {
  slow_compiler
  "$MKBOOT" toolchain build --drivers > a.out 2> a.err 3>&- &
  a=$!
  wait_until test -s started
  "$MKBOOT" toolchain build --drivers > b.out 2> b.err 3>&- &
  b=$!
  wait_until grep -q 'is being made by another mkboot; waiting for it' b.err
  run -0 "$MKBOOT" toolchain clean
  assert_contains "$output" "stays: another mkboot is at work with it"
  [ -z "$(sort <<<"$output" | uniq -d)" ] # each is named once
  touch go
  wait "$a"
  wait "$b"
  cmp a.out b.out
  [ "$(wc -l < started)" = 1 ]
  assert_no_leftovers_but_locks
}

@test "killed: its children die with it, nothing is left, and the next one starts afresh" {
  slow_compiler
  "$MKBOOT" toolchain build --drivers > a.out 2> a.err 3>&- &
  a=$!
  wait_until test -s started
  child=$(cat started)
  kill -0 "$child"
  kill -9 "$a"
  wait "$a" || true
  gone() { ! kill -0 "$child" 2>/dev/null; }
  wait_until gone
  wait_until assert_no_leftovers_but_locks
  touch go
  run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  [ -s "$(modules_of "$output")/nic.mod" ]
  assert_no_leftovers_but_locks
}

@test "list and clean" {
  run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  modules=$(modules_of "$output")
  run -0 --separate-stderr "$MKBOOT" toolchain list
  assert_contains "$output" "with network drivers (i386-pc)"
  assert_contains "$output" "${modules%/modules}"
  run -0 --separate-stderr "$MKBOOT" toolchain list --json
  [ "$(jq -r '.[] | select(.what | test("with network drivers and network protocols")) | .path' <<<"$output")" = "${modules%/modules}" ]
  [ "$(jq '[.[] | select(.what | test("with network protocols .*-efi.$"))] | length' <<<"$output")" = 2 ]
  [ "$(jq 'map(select(.size > 0 and .made > 0)) == .' <<<"$output")" = true ]
  [ "$(jq length <<<"$output")" = 6 ] # sources, headers, drivers, protocols for three platforms
  run -0 "$MKBOOT" toolchain clean
  run -0 --separate-stderr "$MKBOOT" toolchain list
  [ -z "$output" ]
  run -0 find "$MKBOOT_CACHE/toolchain" -type f
  [ -z "$output" ]
  run -0 --separate-stderr "$MKBOOT" toolchain list --json
  [ "$output" = "[]" ]
}

@test "a tarball: the digest comes first, and nothing leaves the folder" {
  python3 - <<'PY'
import io, tarfile
for name, member in (("up.tar.gz", "grub/../../evil"), ("abs.tar.gz", "/tmp/mkboot-evil")):
    with tarfile.open(name, "w:gz") as t:
        i = tarfile.TarInfo(member)
        i.size = 1
        t.addfile(i, io.BytesIO(b"x"))
PY
  zeros=$(printf '0%.0s' $(seq 64))
  run -3 "$MKBOOT" toolchain build --source up.tar.gz --sha256 "$zeros"
  assert_contains "$output" "up.tar.gz: refused: its SHA-256 is $(sha256sum up.tar.gz | cut -d' ' -f1) and must be $zeros"
  for t in up abs; do
    run -3 "$MKBOOT" toolchain build --source $t.tar.gz
    assert_contains "$output" "refused, nothing of it is used: '"
  done
  run -1 find "$dir" /tmp/mkboot-evil -name '*evil'
  [ "${#lines[@]}" = 1 ] # that there is no /tmp/mkboot-evil
  run -3 "$MKBOOT" toolchain build --source "file:$PWD/up.tar.gz" --sha256 "$zeros"
  assert_contains "$output" "file:$PWD/up.tar.gz: refused: its SHA-256 is "
  run -3 "$MKBOOT" toolchain build --source "file://$PWD/up.tar.gz"
  assert_contains "$output" "a URL needs sha256, too"
  # not fetched from the network because of what is there
  assert_no_leftovers_but_locks
}

@test "http: redirects are followed to an end, and what is too long is not taken" {
  echo hello > x.tar
  sum=$(sha256sum x.tar | cut -d' ' -f1)
  cat > server.py <<'PY'
import http.server
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path in ("/once", "/ever", "/file"):
            self.send_response(302)
            self.send_header("Location", {"/once": "/x.tar", "/ever": "/ever", "/file": "file:///etc/passwd"}[self.path])
            self.end_headers()
        elif self.path == "/long":
            self.send_response(200)
            self.send_header("Content-Length", str(1 << 30))
            self.end_headers()
        elif self.path == "/x.tar":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(open("x.tar", "rb").read())
        else:
            self.send_error(404)
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), H)
open("port.new", "w").write(str(s.server_port))
import os
os.rename("port.new", "port")
s.serve_forever()
PY
  python3 server.py 2>/dev/null 3>&- &
  server=$!
  wait_until test -e port
  url=http://127.0.0.1:$(cat port)
  run -0 "$MKBOOT" toolchain fetch --source "$url/once" --sha256 "$sum"
  run -0 cat "$MKBOOT_CACHE/toolchain/sources/$sum/once"
  [ "$output" = hello ]
  other=$(sha256sum /etc/passwd | cut -d' ' -f1)
  for what in ever file long nothing; do
    run -5 "$MKBOOT" toolchain fetch --source "$url/$what" --sha256 "$other"
    echo "$output" >> words
  done
  run -3 "$MKBOOT" toolchain fetch --source "$url/x.tar" --sha256 "$other"
  kill "$server"
  [ ! -e "$MKBOOT_CACHE/toolchain/sources/$other" ]
  grep -q '/long: refused: more than 256 MiB' words
  grep -q '/nothing: cannot be fetched: .*404' words
  grep -q '/ever: cannot be fetched: .*redirects' words
}

@test "a cache whose path has everything in it" {
  one=$MKBOOT_CACHE
  run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  modules=$(modules_of "$output")
  export MKBOOT_CACHE="$PWD/c a'c\"h\$e;é"
  mv "$one" "$MKBOOT_CACHE"
  rm -rf "$MKBOOT_CACHE"/toolchain/{drivers,headers}
  run -0 --separate-stderr "$MKBOOT" toolchain build --drivers
  [ -s "$(modules_of "$output")/ne2k.mod" ]
  # configure would not have it
  run -5 "$MKBOOT" toolchain build
  assert_contains "$output" "set MKBOOT_CACHE to another"
}

# A file system of 6 MiB with the cache in it. apt has retries of its own, and must come to an end.
@test "a full disk is told, by apt and by the unpacking, and leaves nothing" {
  mkdir small
  cat > full.sh <<'SH'
mount -t tmpfs -o size="$1" tmpfs small
export MKBOOT_CACHE=$PWD/small
mkdir -p small/toolchain
if [ -n "$2" ]; then cp -r "$2" small/toolchain/; fi
status=0
timeout 600 "$MKBOOT" toolchain build --drivers > words 2>&1 || status=$?
find small -name '.*mkboot-*' > left
exit $status
SH
  export MKBOOT
  run -5 as_root unshare -m bash full.sh 5m ''
  [ ! -s left ]
  grep -q 'apt-get failed with exit status 100' words
  run -5 as_root unshare -m bash full.sh 9m "$PWD/cache/toolchain/sources"
  [ ! -s left ]
  grep -q 'cannot unpack: .*No space left on device' words
}

@test "usage" {
  run -2 "$MKBOOT" toolchain
  run -2 "$MKBOOT" toolchain buidl
  assert_contains "$output" "did you mean 'build'?"
  run -2 "$MKBOOT" toolchain clean --json
  assert_contains "$output" "'clean' takes no --json"
  run -2 "$MKBOOT" toolchain build --drivers --source debian
  run -2 "$MKBOOT" toolchain build --sha256 x
  run -2 "$MKBOOT" toolchain build --source debian --sha256 x
  assert_contains "$output" "leave --sha256 out"
  run -2 "$MKBOOT" toolchain list more
}

@test "a bar on a terminal, in colour but for NO_COLOR" {
  run -0 script -qec "'$MKBOOT' toolchain build --drivers" /dev/null </dev/null
  assert_contains "$output" "#"
  assert_contains "$output" " 3/3 network drivers for GRUB"
  assert_contains "$output" $'\033[32m['
  rm -r "$MKBOOT_CACHE/toolchain/drivers"
  NO_COLOR=1 run -0 script -qec "'$MKBOOT' toolchain build --drivers" /dev/null </dev/null
  assert_contains "$output" "[################........] 3/3 network drivers for GRUB"
  [ "${output//$'\033[32m'/}" = "$output" ]
}
