# SPDX-License-Identifier: GPL-3.0-or-later
# GRUB's files by HTTP, from servers that do odd things (http_odd.py). A menu of the test's own asks
# for one after the other, and says what became of it.
load ../common

setup() {
  setup_folder
  mkdir files
  head -c 1000003 /dev/urandom > files/big.bin
  printf 'the contents\n' > 'files/file one'
  : > files/empty
  cp files/big.bin big.bin
}

# The commands of standard input, then the menu, whose one entry starts the kernel with MODULE...
build() { # MODULE...
  demo_recipe <<'YAML'
network: {nic: rtl8139, server: 192.168.77.9, subnet: 192.168.77.0/24, address: {ip: 192.168.77.60}, protocol: http}
outputs: [diskless-floppy, tftp]
YAML
  {
    cat <<'CFG'
serial --unit=0 --speed=115200
terminal_output serial
function try {
  echo "== $1"
  if cat "(http,192.168.77.9)$1"; then echo "-- good"; else echo "-- bad"; fi
}
CFG
    grep '^[a-z]' || true
    echo 'set timeout=0'
    echo 'menuentry M {'
    echo '  multiboot2 "(http,192.168.77.9)/k.elf"'
    printf '  module2 "(http,192.168.77.9)%s"\n' "$@"
    echo '}'
  } > menu.cfg
  sed -i '/^menu:/,/entries:/d; s|^    - {title.*|menu: {file: menu.cfg, files: [k.elf, hello.txt]}|' demo.yaml
  "$MKBOOT" build demo.yaml
  cp k.elf files/
}

# Its end comes by itself; the time limit is for a machine that hangs.
machine() {
  status=0
  timeout 200 qemu-system-x86_64 -accel tcg -nodefaults -no-reboot -display none -m 64 \
    -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 -boot a \
    -drive if=floppy,format=raw,readonly=on,file=out/demo/demo-diskless-floppy.img \
    -device rtl8139,netdev=n0,romfile= \
    -netdev "user,id=n0,net=192.168.77.0/24,host=192.168.77.1,restrict=on,guestfwd=tcp:192.168.77.9:80-cmd:python3 $root/tests/boot/http_odd.py $dir/files $dir/log,guestfwd=tcp:192.168.77.9:8080-cmd:python3 $root/tests/boot/http_odd.py $dir/files $dir/log8080" \
    > raw 2> qemu.log || status=$?
  # without the terminal's sequences
  tr -d '\r' < raw | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' > said
  cat said log
}

# what came of PATH
told() { # PATH TEXT
  sed -n "/^== ${1//\//\\/}\$/,/^-- /p" said > one
  grep -qF -e "$2" one || { echo "no '$2' in:"; cat one; return 1; }
}

@test "what is no file is said at once, in words, and the menu goes on" {
  build /hello.txt <<'CFG'
try /gone
try /bare
try /forbidden
try /broken
try /elsewhere
try /round
try /garbage
try /lengths
try /cut-short
try /nothing
try "/file one"
try /moved
try /empty
cat (http,192.168.77.9:8080)/gone
echo == /big.bin
if multiboot2 (http,192.168.77.9)/big.bin; then echo "-- good"; else echo "-- bad"; fi
CFG
  printf 'hello\n' > files/hello.txt
  machine
  [ $status = 33 ]
  for path in /gone /bare /nothing; do
    told $path "error: file \`$path' not found; the server says: 404 Not Found."
    told $path "-- bad"
  done
  told /forbidden "error: /forbidden: the server says: 403 Forbidden."
  told /broken "error: /broken: the server says: 500 Internal ?[7mServer Error."
  told /elsewhere "error: /elsewhere: the server sends us to https://other.example/x:"
  told /round "error: /round: the server sends us from one place to another."
  [ "$(grep -c ' /round' log)" = 6 ]
  told /garbage "error: /garbage: its answer is not HTTP."
  told /lengths "error: /lengths: its answer has two lengths that contradict each other."
  told /cut-short "error: /cut-short: the connection was lost again and again."
  told "/file one" "the contents"
  told "/file one" "-- good"
  told /moved "the contents"
  told /empty "-- good"
  # a loader's own error, though the file was closed in the midst
  told /big.bin "error: no multiboot header found."
  told /big.bin "-- bad"
  grep -q '/gone' log8080
  grep -qx 'module 0: \[\] length 6 crc32 363a3020' said
}

@test "chunked, until the end, cut off in the middle: all of it, and right; silence: given up" {
  mkdir silent
  (
    cd silent
    dir=$PWD
    mkdir files
    cp "../files/file one" files/
    build "/file one" <<'CFG'
try /silent
try /drip
try "/file one"
CFG
    machine
    [ $status = 33 ]
    told /silent "error: /silent: the server sends nothing of it for 20 seconds."
    told /drip "error: /drip: the server sends nothing of it for 20 seconds."
    told "/file one" "the contents"
  ) > silent.log 2>&1 3>&- &
  silent=$!
  build /big.bin /chunked /until-close /cut /cut-no-ranges /big.bin <<'CFG'
echo == /cut-changed
multiboot2 (http,192.168.77.9)/k.elf
module2 (http,192.168.77.9)/cut-changed
echo -- bad
try /closing
try /closing
cmp (http,192.168.77.9)/big.bin (http,192.168.77.9)/chunked
CFG
  machine
  [ $status = 33 ]
  crc=$(python3 -c 'import zlib; print("%08x" % zlib.crc32(open("big.bin", "rb").read()))')
  for i in 0 1 2 3 4 5; do
    grep -qx "module $i: \[\] length 1000003 crc32 $crc" said
  done
  grep -qF 'The files are identical.' said
  # where it was cut it goes on, and only if it is the same file
  sed -n 's/^[0-9]* //p' log | grep '^/cut ' | tail -3 | diff - <(printf '/cut range=bytes=%s- if-range="one"\n' 300000 600000 900000)
  grep -q ' /cut-no-ranges range=bytes=300000-$' log
  told /cut-changed "the file on the server has changed meanwhile"
  # a connection that was to be kept and is not: asked again, quietly
  told /closing "-- good"
  [ "$(grep -c ' /closing$' log)" = 2 ]
  # the kernel and what follows it, by one connection
  [ "$(awk '/\/k.elf/ { pid = $1 } /\/big.bin$/ && $1 == pid { n++ } END { print n }' log)" -gt 0 ]
  wait $silent || { cat silent.log; return 1; }
}
