# SPDX-License-Identifier: GPL-3.0-or-later
# The launch files, started as a person would: qemu.sh, qemu.cmd's command lines, bochsrc.
load ../common
load bochs

setup_file() {
  export dir=$BATS_FILE_TMPDIR
  cd "$dir" || return 1
  mkdir "a folder, it's mine"
  demo_recipe <<'YAML'
network:
  server: 192.168.77.1
  subnet: 192.168.77.0/24
  nic: [ne2k, rtl8139]
YAML
  "$MKBOOT" build demo.yaml
  cp -a out/demo "a folder, it's mine/demo"
}

setup() { cd "$dir" || return 1; }

# The demo's words, its module over whatever carried it, and its exit status.
check() { # STATUS FILE
  local crc
  crc=$(python3 -c 'import zlib; print("%08x" % zlib.crc32(b"hello\n"))')
  tr -d '\r' < "$2" > lines
  cat lines
  echo "status $1"
  [ "$1" = 33 ] && grep -qx 'command line: \[one two\]' lines &&
    grep -q "module 0: .* length 6 crc32 $crc" lines && grep -qx 'demo: done' lines
}

boots() { # SCRIPT ARGUMENT...
  local status=0
  env -u DISPLAY -u WAYLAND_DISPLAY timeout 100 "$@" < /dev/null > serial 2>&1 || status=$?
  check $status serial
}

@test "qemu.sh: without arguments, from another folder" { cd / && cd "$dir" && boots out/demo/run/qemu.sh; }
@test "qemu.sh: from its own folder, by dash" { cd out/demo/run && boots dash ./qemu.sh cd-bios && rm serial lines; }
@test "qemu.sh: in a path with blanks, a comma and a quote" {
  boots "a folder, it's mine/demo/run/qemu.sh" cd-bios
  boots "a folder, it's mine/demo/run/qemu.sh" pxe-bios
}
@test "qemu.sh: usb-bios" { boots out/demo/run/qemu.sh usb-bios; }
@test "qemu.sh: floppy" { boots out/demo/run/qemu.sh floppy; }
@test "qemu.sh: diskless-floppy" { boots out/demo/run/qemu.sh diskless-floppy; }
@test "qemu.sh: diskless-cd" { boots out/demo/run/qemu.sh diskless-cd; }
@test "qemu.sh: pxe-bios" { boots out/demo/run/qemu.sh pxe-bios -- -display none; }
@test "qemu.sh: cd-uefi64; OVMF's variables are as they were, nothing is left" {
  mkdir -p tmp
  cat /usr/share/OVMF/*VARS* | sha256sum > before
  TMPDIR=$dir/tmp boots out/demo/run/qemu.sh cd-uefi64
  cat /usr/share/OVMF/*VARS* | sha256sum | cmp - before
  [ -z "$(ls -A tmp)" ]
}
@test "qemu.sh: cd-uefi32" { boots out/demo/run/qemu.sh cd-uefi32; }
@test "qemu.sh: pxe-uefi64" { boots out/demo/run/qemu.sh pxe-uefi64; }

@test "qemu.sh: the kernel's exit status is the script's" {
  sed 's/args: "one two"/args: "exit=3"/; s/exit: 33/exit: 7/' demo.yaml > three.yaml
  "$MKBOOT" build three.yaml --only iso,run -o three
  run -7 timeout 60 three/demo/run/qemu.sh < /dev/null
}

@test "qemu.sh: QEMU ends when the script is ended" {
  out/demo/run/qemu.sh cd-bios -- -S -pidfile "$dir/pid" < /dev/null > serial 2>&1 3>&- &
  script=$!
  for _ in $(seq 100); do [ -s pid ] && break; sleep 0.1; done
  [ "$(cat pid)" = $script ] # exec
  kill $script
  wait $script || true
  run ! kill -0 "$script"
}

@test "qemu.sh: the server's files in another folder, which is gone afterwards" {
  mkdir -p tmp
  sed 's|  subnet|  path: boot/ace\n  subnet|' demo.yaml > moved.yaml
  "$MKBOOT" build moved.yaml -o moved
  TMPDIR=$dir/tmp boots moved/demo/run/qemu.sh diskless-floppy
  TMPDIR=$dir/tmp boots moved/demo/run/qemu.sh pxe-uefi64
  [ -z "$(ls -A tmp)" ]
  TMPDIR=$dir/tmp moved/demo/run/qemu.sh cd-bios -- -S -pidfile "$dir/pid2" < /dev/null > serial 2>&1 3>&- &
  script=$!
  for _ in $(seq 100); do [ -s pid2 ] && break; sleep 0.1; done
  qemu=$(cat pid2)
  kill $script
  wait $script || true
  run ! kill -0 "$qemu"
  [ -z "$(ls -A tmp)" ]
}

@test "qemu.sh: by HTTP, from mkboot" {
  sed 's|  subnet|  protocol: http\n  subnet|' demo.yaml > http.yaml
  "$MKBOOT" build http.yaml -o "by, http"
  PATH=$(dirname "$MKBOOT"):$PATH boots "by, http/demo/run/qemu.sh" diskless-floppy
  run -4 env PATH=/usr/bin:/bin "by, http/demo/run/qemu.sh" diskless-floppy
  assert_contains "$output" "mkboot is the web server"
}

# qemu.cmd's command line for a VIA, as cmd.exe would put it together, with QEMU's own network or a
# tap's.
cmd() { # FILE VIA TAP
  python3 "$root/tests/boot/cmd.py" "$1" "$2" "$3" /usr/share/OVMF
}

@test "qemu.cmd: its command lines boot in QEMU" {
  for via in cd-bios floppy diskless-floppy pxe-bios cd-uefi64; do
    cmd "$PWD/a folder, it's mine/demo/run/qemu.cmd" $via "" > words
    mapfile -d '' -t words < words
    boots qemu-system-x86_64 -display none "${words[@]:1}"
  done
}

@test "qemu.cmd: a tap adapter takes the place of QEMU's own network" {
  for via in cd-bios diskless-floppy pxe-bios; do
    cmd "$PWD/out/demo/run/qemu.cmd" $via "tap 0" > words
    mapfile -d '' -t words < words
    printf '%s\n' "${words[@]}" > shown
    grep -qx 'tap,id=net,ifname=tap 0' shown
    run ! grep -q '^user,' shown
    grep -q ',netdev=net' shown
  done
}

# bochsrc as it is, but for a display that needs none and a serial port to look at.
bochs_runs() { # FOLDER ARGUMENT...
  local pid status=0 work
  bochs_there || return 1
  work=$(mktemp -d "$BATS_TEST_TMPDIR/bochs.XXXXXX")
  : > "$work/serial"
  printf 'c\nq\n' > "$work/debugger"
  (cd "$1" && shift && exec timeout -s KILL 90 bochs -q -f bochsrc -rc "$work/debugger" "$@" \
    'config_interface: textconfig' 'display_library: term' \
    "com1: enabled=1, mode=file, dev=$work/serial" "log: $work/log" 'panic: action=fatal' \
    < /dev/null > "$work/screen" 2>&1 3>&-) &
  pid=$!
  tail --pid=$pid -s 0.1 -n +1 -f "$work/serial" 2>/dev/null | grep -a -q -m 1 'demo: done' || status=1
  # the subshell became timeout, which leads the group
  kill -INT $pid 2>/dev/null || true
  timeout 5 tail --pid=$pid -s 0.1 -f /dev/null || kill -KILL -- -$pid 2>/dev/null || true
  wait $pid 2>/dev/null || true
  [ $status = 0 ] || { cat "$work/serial"; grep -v 'i\[' "$work/log" | tail; return 1; }
  check 33 "$work/serial"
}

@test "bochsrc: as it is, by CD" { bochs_runs out/demo/run; }
@test "bochsrc: by floppy, and by the diskless floppy, as its comments say, in a path with blanks" {
  cd "a folder, it's mine"
  for via in floppy diskless-floppy; do
    grep -A 1 "^# By $via:" demo/run/bochsrc | tail -n 1 > line
    eval "set -- $(sed 's/^# *bochs -q//' line)"
    bochs_runs demo/run "$@"
  done
}

@test "bochsrc: the diskless CD with an e1000, in Bochs' own network" {
  sed 's/nic: .*/nic: e1000/; /server:/d; /subnet:/d; /^outputs/d' demo.yaml > e1000.yaml
  echo 'outputs: [diskless-cd, tftp, run]' >> e1000.yaml
  "$MKBOOT" build e1000.yaml -o e1000
  bochs_runs e1000/demo/run
}

@test "the output's folder is as it was: nothing written, nothing left" {
  (cd out/demo && sha256sum -c --quiet SHA256SUMS)
  "$MKBOOT" build demo.yaml
}
