# SPDX-License-Identifier: GPL-3.0-or-later
# What a diskless floppy says and does where the network is not as it should be. No machine here
# has a PXE ROM.
load ../common

setup() {
  setup_folder
  demo_recipe <<'YAML'
network: {nic: rtl8139}
outputs: [diskless-floppy, tftp]
YAML
}

# A machine with the floppy of NAME, and QEMU's options; what it wrote on COM1 is in `log` of this
# folder, without the memory map. 124: it was still there after SECONDS.
machine() { # NAME SECONDS OPTION...
  local name=$1 seconds=$2
  shift 2
  status=0
  timeout "$seconds" qemu-system-x86_64 -accel tcg -nodefaults -no-reboot -display none -m 64 \
    -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 -boot a \
    -drive "if=floppy,format=raw,readonly=on,file=$dir/out/$name/$name-diskless-floppy.img" "$@" \
    > raw 2> qemu.log || status=$?
  tr -d '\r' < raw | grep -v '^memory:' > log || true
  cat log
}
user() { printf 'user,id=n0,restrict=on,tftp=%s/out/demo/tftp' "$dir"; }

@test "no card, no file, no address: said on the serial port, in words that no recipe has chosen" {
  "$MKBOOT" build demo.yaml
  rm out/demo/tftp/demo/boot/hello.txt
  mkdir card file address
  # side by side: they are waited for to their ends
  (cd card && machine demo 25 -net none && [ $status = 124 ]) 3>&- &
  card=$!
  (cd file && machine demo 25 -netdev "$(user)" -device rtl8139,netdev=n0,romfile= &&
    [ $status = 124 ]) 3>&- &
  file=$!
  # a hub with nobody else on it
  (cd address && machine demo 25 -netdev hubport,id=n0,hubid=1 -device rtl8139,netdev=n0,romfile= &&
    [ $status = 124 ]) 3>&- &
  wait $!
  wait $card
  wait $file
  grep -qxF '[network] it has: rtl8139' card/log
  grep -qF '[network] trying rtl8139_0, 52:54:00:12:34:56' file/log
  grep -qF '[network] the server has no such file' file/log
  run ! grep -qE 'Demo|hello|demo|10\.0\.2' file/log
  grep -qF '[network] rtl8139_0: no answer to DHCP' address/log
}

# QEMU's eepro100 and tulip say that there is a link, come what may; an NE2000 cannot tell.
@test "no cable: said at once, not after a wait for DHCP, by every card that can tell" {
  sed -i 's/nic: rtl8139/nic: all/' demo.yaml
  "$MKBOOT" build demo.yaml
  no_cable() ( # CARD
    mkdir "$1"
    cd "$1"
    mkfifo monitor
    exec 7<> monitor
    : > raw
    printf 'set_link n0 off\ncont\n' >&7
    timeout 30 qemu-system-x86_64 -accel tcg -S -nodefaults -no-reboot -display none -m 64 \
      -serial file:raw -monitor stdio -boot a \
      -drive if=floppy,format=raw,readonly=on,file=../out/demo/demo-diskless-floppy.img \
      -netdev "$(user)" -device "$1",netdev=n0,romfile= < monitor > qemu.log 2>&1 3>&- 7>&- &
    pid=$!
    # what comes first
    grep -m1 -aE 'no link|no answer|demo: done' \
      <(exec tail -s 0.1 -n +1 -f --pid=$pid raw 3>&- 7>&-) > log || true
    kill $pid || true
    wait $pid || true
    cat log
    grep -qE '\[network\] [a-z0-9_]*_0: no link; check the cable' log
  )
  # side by side: each waits 3 s for a link
  local job jobs=()
  for card in rtl8139 e1000 e1000e pcnet virtio-net-pci vmxnet3; do
    no_cable $card 3>&- &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job"; done
}

@test "two cards: the one without an answer is said, the other boots" {
  "$MKBOOT" build demo.yaml
  machine demo 40 -netdev hubport,id=n1,hubid=1 -device rtl8139,netdev=n1,romfile=,addr=3 \
    -netdev "$(user)" -device rtl8139,netdev=n0,romfile=,addr=4
  [ $status = 33 ]
  grep -qF '[network] rtl8139_0: no answer to DHCP' log
  grep -qF '[network] trying rtl8139_1' log
  grep -qF 'command line: [one two]' log
}

@test "fixed address, HTTP, a folder on the server: no DHCP is asked" {
  sed -i 's|^network:.*|network: {nic: rtl8139, server: 192.168.77.9, subnet: 192.168.77.0/24, address: {ip: 192.168.77.60}, protocol: http, path: deep/er}|' demo.yaml
  "$MKBOOT" build demo.yaml
  cat > http.sh <<'SH'
read -r method path version
while read -r line && [ "$line" != "$(printf '\r')" ]; do :; done
echo "$path" >> paths
file=out/demo/tftp/demo/${path#/deep/er/}
printf 'HTTP/1.1 200 OK\r\nContent-Length: %s\r\nConnection: close\r\n\r\n' "$(stat -c %s "$file")"
cat "$file"
SH
  machine demo 40 -device rtl8139,netdev=n0,romfile= \
    -netdev "user,id=n0,net=192.168.77.0/24,host=192.168.77.1,dhcpstart=192.168.77.100,guestfwd=tcp:192.168.77.9:80-cmd:sh $dir/http.sh"
  [ $status = 33 ]
  sort -u paths | diff - <(printf '/deep/er/boot/%s\n' hello.txt k.elf)
  grep -qF 'module 0: [] length 6' log
}

@test "an entry of the ISO and of the floppy that is fetched, the others as ever" {
  cp k.elf far.elf
  cat > r.yaml <<'YAML'
name: r
menu:
  timeout: 0
  default: Far
  entries:
    - {title: Near, kernel: k.elf, args: near}
    - {title: Far, kernel: far.elf, args: far, modules: [hello.txt], load: network}
network: {nic: rtl8139}
outputs: [iso, floppy, tftp]
test: {expect: "demo: done", exit: 33}
YAML
  "$MKBOOT" build r.yaml
  mkdir out/x
  cp out/r/r-floppy.img out/x/x-diskless-floppy.img
  machine x 40 -netdev user,id=n0,restrict=on,tftp=out/r/tftp -device rtl8139,netdev=n0,romfile=
  [ $status = 33 ]
  grep -qF 'command line: [far]' log
  sed -i 's/default: Far/default: Near/' r.yaml
  "$MKBOOT" test r.yaml --via cd-bios --log logs
  grep -qF 'command line: [near]' logs/cd-bios.log
}

@test "a server that is not there: said, and the menu again" {
  sed -i 's|^network:.*|network: {nic: rtl8139, server: 10.0.2.77, subnet: 10.0.2.0/24}|' demo.yaml
  "$MKBOOT" build demo.yaml
  machine demo 60 -netdev "$(user)" -device rtl8139,netdev=n0,romfile=
  [ $status = 124 ]
  grep -qF '[network] no answer from the server' log
}

@test "nic: auto, and a card that no driver knows: by the PXE ROM, as it is said" {
  mkdir data
  cp -r "$root"/{drivers,grub-configs,templates} data/
  [ ! -e "$O/share/rawargs" ] || cp -r "$O/share/rawargs" data/
  sed -i 's/NIC_ID(0x10ec, 0x8139,/NIC_ID(0x10ec, 0x7139,/' data/drivers/rtl8139.c
  sed -i 's|^network:.*|network: {nic: auto}|; s|^outputs:.*|outputs: [tftp]|' demo.yaml
  MKBOOT_DATA=$dir/data "$MKBOOT" test demo.yaml --via pxe-bios --nic rtl8139,e1000 --log logs
  tr -d '\r' < logs/pxe-bios-rtl8139.log | grep -qxF '[network] no driver here knows the card; loading by the firmware (UNDI)'
  tr -d '\r' < logs/pxe-bios-e1000.log | grep -qxF '[network] trying e1000_0, 52:54:00:12:34:56'
}
