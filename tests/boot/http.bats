# SPDX-License-Identifier: GPL-3.0-or-later
# UEFI HTTP boot: the tree, and the machine whose variables name the URL.
load ../common

setup() {
  setup_folder
  demo_recipe <<'YAML'
network: {server: 192.168.77.9, subnet: 192.168.77.0/24}
outputs: [http]
YAML
}

@test "the tree boots on x64 and ia32, by the server that the image came from, without PXE" {
  run -0 "$MKBOOT" test demo.yaml --via all --log logs
  [ "${#lines[@]}" = 2 ]
  for via in http-uefi64 http-uefi32; do
    log=logs/$via.log
    grep -qF 'command line: [one two]' "$log"
    grep -qF 'module 0: [] length 6' "$log"
    grep -qF "URI: http://192.168.77.9/demo/${via#http-}.efi" "$log"
    run ! grep -aqF 'Start PXE' "$log"
    # DHCP once, the firmware's
    run ! grep -aqF '[network] trying' "$log"
  done
}

@test "the files: the applications, and what they load, as in the TFTP tree" {
  sed -i 's/outputs:.*/outputs: [http, tftp]/' demo.yaml
  "$MKBOOT" build demo.yaml
  (cd out/demo/http && find . -type f | sort) | diff - <(printf './demo/%s\n' boot/hello.txt boot/k.elf uefi32.efi uefi64.efi)
  diff -r out/demo/http/demo/boot out/demo/tftp/demo/boot
  [ "$(jq -r '.artifacts[] | select(.kind == "http-nbp") | .boots_by[]' out/demo/manifest.json | sort | xargs)" = "http-uefi32 http-uefi64" ]
  (cd out/demo && sha256sum -c --quiet SHA256SUMS)
  # for one of them
  sed -i 's/outputs:.*/outputs: {http: {platforms: [uefi32]}}/' demo.yaml
  "$MKBOOT" build demo.yaml
  [ ! -e out/demo/http/demo/uefi64.efi ]
  sed -i 's/uefi32/bios/' demo.yaml
  run -3 "$MKBOOT" check demo.yaml
  assert_contains "$output" "demo.yaml:7:11: error: the tree for HTTP boot is not for BIOS"
}

@test "a folder of the recipe's own name on the server; a command line that can be repeated" {
  sed -i 's|subnet|path: boot/images, subnet|' demo.yaml
  "$MKBOOT" test demo.yaml --via http-uefi64 --log logs
  grep -qF 'URI: http://192.168.77.9/boot/images/uefi64.efi' logs/http-uefi64.log
  run -33 "$MKBOOT" run demo.yaml --no-build --via http-uefi64
  assert_contains "$output" "demo: done"
  line=$("$MKBOOT" run demo.yaml --no-build --via http-uefi64 --dry-run)
  run -33 timeout 100 sh -c "$line"
  assert_contains "$output" "demo: done"
}

@test "without the server's address: said at the output" {
  sed -i '/^network/d' demo.yaml
  run -3 "$MKBOOT" check demo.yaml
  assert_contains "$output" "demo.yaml:6:11:"
  assert_contains "$output" "'http' needs"
  assert_contains "$output" "server: 192.168.1.2"
}

@test "a card without a driver of the firmware's: said" {
  run -3 "$MKBOOT" test demo.yaml --via http-uefi64 --nic e1000
  assert_contains "$output" "no driver of its own for the card e1000"
}

@test "an entry that the ISO fetches by HTTP comes from this tree, too" {
  cat > r.yaml <<'YAML'
name: r
menu: {timeout: 0, entries: [{title: Far, kernel: k.elf, args: far, load: network}]}
network: {server: 192.168.77.9, subnet: 192.168.77.0/24, protocol: http, nic: rtl8139}
outputs: [iso, http]
test: {expect: "demo: done", exit: 33}
YAML
  "$MKBOOT" test r.yaml --via cd-bios --log logs
  grep -qF 'command line: [far]' logs/cd-bios.log
  sed -i 's/http, nic/tftp, nic/' r.yaml
  run -3 "$MKBOOT" check r.yaml
  assert_contains "$output" "add tftp to 'outputs'"
}

# What is broken must not pass.
fails() { # REASON
  run -1 "$MKBOOT" test demo.yaml --no-build --via http-uefi64
  echo "$output"
  assert_contains "${lines[0]}" "FAIL"
  assert_contains "$output" "$1"
}

@test "broken: an application that is cut off, a file that is not there, a wrong folder" {
  "$MKBOOT" build demo.yaml
  cp -a out whole
  truncate -s 200000 out/demo/http/demo/uefi64.efi
  fails 'failed to load Boot0000 "mkboot"'
  rm -rf out && cp -a whole out
  rm out/demo/http/demo/boot/hello.txt
  fails "file \`/demo/boot/hello.txt' not found"
  rm -rf out && cp -a whole out
  truncate -s 100 out/demo/http/demo/boot/k.elf
  fails "error: "
  rm -rf out && cp -a whole out
  # as good as not there: the server follows no links
  mv out/demo/http/demo/uefi64.efi elsewhere.efi
  ln -s "$PWD/elsewhere.efi" out/demo/http/demo/uefi64.efi
  fails "the firmware got no image from the web server: Client Error: 404 Not Found"
  # the web server has it in another folder than the one that the machine is told
  rm -rf out && cp -a whole out
  mv out/demo/http/demo out/demo/http/other
  run -5 "$MKBOOT" test demo.yaml --no-build --via http-uefi64
  assert_contains "$output" "out/demo/http/demo/uefi64.efi"
}

@test "a menu of the user's own has the network before it is shown" {
  cat > menu.cfg <<'CFG'
set timeout=0
menuentry Own { multiboot2 "$base/boot/k.elf" own menu; module2 "$base/boot/hello.txt" }
CFG
  sed -i '/^menu:/,/entries:/d; s|^    - {title.*|menu: {file: menu.cfg, files: [k.elf, hello.txt]}|' demo.yaml
  "$MKBOOT" test demo.yaml --via http-uefi64 --log logs
  grep -qF 'command line: [own menu]' logs/http-uefi64.log
}

@test "GRUB that cannot tell where it came from goes to the recipe's server" {
  "$MKBOOT" build demo.yaml
  # by PXE it is not told; vars are OVMF's own
  cp /usr/share/OVMF/OVMF_VARS_4M.fd vars.fd
  run -33 timeout 100 qemu-system-x86_64 -accel tcg -nodefaults -no-reboot -display none -m 128 \
    -machine q35 -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 \
    -drive if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd \
    -drive if=pflash,unit=1,format=raw,file=vars.fd -device virtio-net-pci,netdev=n0,romfile=,bootindex=0 \
    -netdev "user,id=n0,restrict=on,net=192.168.77.0/24,host=192.168.77.1,dhcpstart=192.168.77.100,dns=192.168.77.2,tftp=out/demo/http,bootfile=demo/uefi64.efi,guestfwd=tcp:192.168.77.9:80-cmd:$MKBOOT test --guest-http $PWD/out/demo/http/demo demo"
  assert_contains "$output" "[network] trying efinet0"
  assert_contains "$output" "command line: [one two]"
}

@test "launch files: QEMU's own network will not do, a tap interface does" {
  sed -i 's/outputs:.*/outputs: [http, run]/' demo.yaml
  "$MKBOOT" build demo.yaml
  sh -n out/demo/run/qemu.sh
  run -1 out/demo/run/qemu.sh http-uefi64
  assert_contains "$output" "cannot offer UEFI HTTP boot"
  printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' > qemu
  chmod +x qemu
  QEMU=$PWD/qemu run -0 out/demo/run/qemu.sh http-uefi32 --tap tap7
  assert_contains "$output" $'\n-netdev\ntap,id=net,ifname=tap7,script=no,downscript=no\n'
  assert_contains "$output" $'\nname=opt/org.tianocore/IPv4PXESupport,string=n\n'
  assert_contains "$output" ",bootindex=0"
  [ ! -e out/demo/run/virtualbox.sh ]
  [ ! -e out/demo/run/vmware.vmx ]
}
