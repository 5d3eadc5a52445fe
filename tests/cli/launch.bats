# SPDX-License-Identifier: GPL-3.0-or-later
# Launch files looked at without booting: who gets one, what is in it, whether the programs they are
# for would take it. (tests/boot/launch.bats starts qemu.sh, qemu.cmd's lines and bochsrc.)
load ../common

setup() { setup_folder; }

network='
network:
  server: 192.168.77.1
  subnet: 192.168.77.0/24
  nic: all
'

launch() { python3 "$root/tests/cli/launch.py" "$@"; }

@test "by default they are written, are in the manifest, and the scripts can be started" {
  demo_recipe <<<"$network"
  "$MKBOOT" build demo.yaml
  run -0 ls out/demo/run
  [ "$output" = $'bochsrc\ndemo.vmx\nqemu.cmd\nqemu.sh\nvirtualbox.sh\nvnet.conf' ]
  run -0 jq -r '.artifacts[] | select(.kind == "run") | .path' out/demo/manifest.json
  [ "$output" = $'run/qemu.sh\nrun/qemu.cmd\nrun/bochsrc\nrun/vnet.conf\nrun/demo.vmx\nrun/virtualbox.sh' ]
  (cd out/demo && sha256sum -c --quiet SHA256SUMS)
  [ -x out/demo/run/qemu.sh ] && [ -x out/demo/run/virtualbox.sh ]
  [ ! -x out/demo/run/qemu.cmd ] && [ ! -x out/demo/run/bochsrc ]
}

@test "the same bytes and modes from another folder, by another path; nothing of this machine" {
  demo_recipe <<<"$network"
  mkdir -p other/place
  cp demo.yaml k.elf hello.txt other/place
  "$MKBOOT" build demo.yaml
  (cd / && HOME=/nowhere MKBOOT_OVMF=/nowhere "$MKBOOT" build "$dir/other/place/demo.yaml" -o "$dir/second")
  diff -r out/demo/run second/demo/run
  [ "$(cd out/demo/run && stat -c '%n %a' *)" = "$(cd second/demo/run && stat -c '%n %a' *)" ]
  run -1 grep -rFe "$dir" -e "$root" -e "${HOME:-/root}/" out/demo/run
  (umask 077 && "$MKBOOT" build demo.yaml -o third)
  [ "$(stat -c %a third/demo/run/qemu.sh)" = 700 ]
}

@test "outputs: run needs something to boot; files: chooses; --only takes it" {
  demo_recipe <<<'outputs: [run]'
  run -3 "$MKBOOT" build demo.yaml
  assert_contains "$output" "demo.yaml:6:11: error: the output 'run' starts what the others boot from, and none of them is asked for; add iso, say"
  [ ! -e out ]
  demo_recipe <<<'outputs: [iso, {run: {files: [bochs, qemu]}}]'
  "$MKBOOT" build demo.yaml
  run -0 ls out/demo/run
  [ "$output" = $'bochsrc\nqemu.cmd\nqemu.sh' ]
  demo_recipe <<<'outputs: [iso, {run: {files: parallels}}]'
  run -3 "$MKBOOT" build demo.yaml
  assert_contains "$output" "emulator"
  demo_recipe </dev/null
  run -3 "$MKBOOT" build demo.yaml --only run
  "$MKBOOT" build demo.yaml --only iso,run -o only
  run -0 ls only/demo
  [ "$output" = $'SHA256SUMS\ndemo.iso\nmanifest.json\nrun' ]
}

@test "only what was written is offered" {
  demo_recipe <<<'outputs: [{iso: {platforms: [uefi64]}}, run]'
  "$MKBOOT" build demo.yaml
  run -0 out/demo/run/qemu.sh --help
  assert_contains "$output" $'\n  cd-uefi64\n  usb-uefi64\n\n'
  [ ! -e out/demo/run/bochsrc ] # Bochs has no UEFI
  launch vmx out/demo/run/demo.vmx > keys
  grep -qx 'firmware efi' keys
  grep -qx 'ethernet0.present FALSE' keys
}

@test "qemu.sh and virtualbox.sh are clean for shellcheck and parsed by dash" {
  n=0
  for extra in "$network" "${network/subnet/path: boot\/ace$'\n'  subnet}" "${network/subnet/protocol: http$'\n'  subnet}" \
    'outputs: [iso, run]' 'network: {nic: firmware}'; do
    demo_recipe <<<"$extra"
    "$MKBOOT" build demo.yaml -o "o$((n += 1))"
    for f in "o$n"/demo/run/*.sh; do
      shellcheck -s sh "$f"
      dash -n "$f"
    done
  done
  [ $n = 5 ]
}

@test "qemu.sh: bad arguments: exit status 2; no QEMU, no OVMF: 4" {
  demo_recipe <<<'outputs: [iso, run]'
  "$MKBOOT" build demo.yaml
  run -2 out/demo/run/qemu.sh pxe-bios
  [ "$output" = "qemu.sh: there is no way to boot pxe-bios; see: qemu.sh --help" ]
  run -2 out/demo/run/qemu.sh --window
  assert_contains "$output" "there is no option --window"
  run -2 out/demo/run/qemu.sh --tap
  run -4 env QEMU=/nowhere/qemu out/demo/run/qemu.sh
  [ "$output" = "qemu.sh: /nowhere/qemu is missing; install it (Debian: qemu-system-x86)" ]
  sed 's|^/[^ ]*/\([^ /]* /\)|/nowhere/\1|' out/demo/run/qemu.sh > moved.sh
  chmod +x moved.sh && mkdir x && mv moved.sh x
  run -4 x/moved.sh cd-uefi64
  assert_contains "$output" "OVMF for UEFI x64 is missing; install it (Debian: ovmf)"
  mkdir own # by the user's own folder; ia32 by a name that says so
  : > own/OVMF_CODE_4M.fd && : > own/OVMF_VARS_4M.fd
  run -4 env MKBOOT_OVMF="$dir/own" x/moved.sh cd-uefi32
  printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' > qemu && chmod +x qemu
  run -0 env MKBOOT_OVMF="$dir/own" QEMU="$dir/qemu" x/moved.sh cd-uefi64
  assert_contains "$output" "if=pflash,unit=0,format=raw,readonly=on,file=$dir/own/OVMF_CODE_4M.fd"
  assert_contains "$output" "file=$dir/own/OVMF_VARS_4M.fd,snapshot=on"
}

@test "qemu.sh: the command line is that of mkboot test; --tap, --accel and what is behind --" {
  demo_recipe <<<"$network"
  "$MKBOOT" build demo.yaml
  printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' > qemu && chmod +x qemu
  run -0 env QEMU="$dir/qemu" out/demo/run/qemu.sh diskless-floppy --accel kvm -- -s "a b"
  assert_contains "$output" $'-accel\nkvm\n'
  assert_contains "$output" $'\n-netdev\nuser,id=net,restrict=on,tftp='"$dir/out/demo/tftp,net=192.168.77.0/24,host=192.168.77.1,"
  assert_contains "$output" $'\n-device\nrtl8139,netdev=net,romfile=\n'
  assert_contains "$output" $'\n-s\na b'
  run -0 env QEMU="$dir/qemu" out/demo/run/qemu.sh pxe-bios --tap tap0
  assert_contains "$output" $'\n-netdev\ntap,id=net,ifname=tap0,script=no,downscript=no\n'
}

@test "a server that QEMU cannot imitate: a tap interface, or nothing" {
  demo_recipe <<'YAML'
network: {server: 10.1.2.3, subnet: 192.168.77.0/24, router: 192.168.77.1, nic: rtl8139}
YAML
  "$MKBOOT" build demo.yaml
  printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' > qemu && chmod +x qemu
  run -1 env QEMU="$dir/qemu" out/demo/run/qemu.sh diskless-floppy
  assert_contains "$output" "QEMU's own network will not do: the server is not in the subnet"
  run -0 env QEMU="$dir/qemu" out/demo/run/qemu.sh diskless-floppy --tap tap0
  run -0 env QEMU="$dir/qemu" out/demo/run/qemu.sh cd-bios
}

@test "NAME.vmx: every key and value is VMware's, every path is there" {
  demo_recipe <<<"$network"
  "$MKBOOT" build demo.yaml
  launch vmx out/demo/run/demo.vmx > keys
  cat keys
  grep -qx 'ide1:0.filename ../demo.iso' keys
  grep -qx 'memsize 64' keys
  grep -qx 'ethernet0.virtualdev e1000' keys
  grep -qx 'bios.bootorder cdrom' keys
  for via in cd-uefi64 floppy diskless-cd diskless-floppy pxe-bios pxe-uefi64; do
    launch more out/demo/run/demo.vmx $via > keys
    grep -q '^bios.bootorder' keys
  done
  grep -qx 'firmware efi' keys
  grep -q '192.168.77.1 whatever DHCP says' out/demo/run/demo.vmx
  # the parser can say no
  sed 's/cdrom-image/cdrom-picture/' out/demo/run/demo.vmx > out/demo/run/bad.vmx
  run -1 launch vmx out/demo/run/bad.vmx
}

@test "NAME.vmx and virtualbox.sh: a card that GRUB has a driver for; none for others" {
  demo_recipe <<<"${network/nic: all/nic: pcnet}"
  "$MKBOOT" build demo.yaml
  grep -qx 'ethernet0.virtualDev = "vlance"' out/demo/run/demo.vmx
  grep -q -- '--nic-type1=Am79C973 ' out/demo/run/virtualbox.sh
  demo_recipe <<<"${network/nic: all/nic: vmxnet3}"
  "$MKBOOT" build demo.yaml
  grep -qx 'ethernet0.virtualDev = "vmxnet3"' out/demo/run/demo.vmx
  demo_recipe <<<"${network/nic: all/nic: rtl8139}"
  "$MKBOOT" build demo.yaml
  grep -q 'diskless-floppy is not for VMware' out/demo/run/demo.vmx
  grep -q 'diskless-floppy is not for Bochs' out/demo/run/bochsrc
  run ! grep -q '^ne2k' out/demo/run/bochsrc
  sed -i 's/memory: 64/memory: 65, cpus: 3/' demo.yaml
  "$MKBOOT" build demo.yaml
  launch vmx out/demo/run/demo.vmx > keys
  grep -qx 'memsize 68' keys
  grep -qx 'numvcpus 4' keys
}

# A VBoxManage that writes down what it is told. VBOX_VERSION is its version; old ones do not know
# every option.
fake_vbox() {
  mkdir -p bin
  cat > bin/VBoxManage <<'SH'
#!/bin/sh
{ printf '%s\0' "$@"; printf '\0'; } >> "$VBOX_LOG"
case $1 in
--version) echo "$VBOX_VERSION" ;;
showvminfo) [ -e "$VBOX_LOG.vm" ] ;;
createvm) : > "$VBOX_LOG.vm" ;;
unregistervm) rm "$VBOX_LOG.vm" ;;
modifyvm) case $3:$VBOX_VERSION in --nat-enable-tftp*:7.0.*) exit 2 ;; esac ;;
esac
SH
  chmod +x bin/VBoxManage
  export VBOX_LOG=$dir/log VBOX_VERSION=7.2.0r1 PATH=$dir/bin:$PATH
}

@test "virtualbox.sh: every option is VBoxManage's, every path is there" {
  demo_recipe <<<"$network"
  "$MKBOOT" build demo.yaml -o "my out"
  fake_vbox
  for via in cd-bios cd-uefi64 floppy pxe-uefi64; do
    "my out/demo/run/virtualbox.sh" $via
  done
  for via in diskless-cd diskless-floppy pxe-bios; do
    "my out/demo/run/virtualbox.sh" $via --bridge eth0 --headless --serial serial.txt
  done
  launch vbox log > lines
  cat lines
  grep -o -- '--medium=.*' lines | cut -d= -f2 | while read -r file; do [ -f "$file" ]; done
  grep -qx "modifyvm mkboot-demo --nic1=nat --nat-tftp-prefix1=$dir/my out/demo/tftp" lines
  [ -f "my out/demo/tftp/demo/uefi64.efi" ]
  grep -qx "modifyvm mkboot-demo --nat-tftp-file1=demo/uefi64.efi" lines
  grep -qx "modifyvm mkboot-demo --uart-mode1 file $dir/serial.txt" lines
  grep -qx "modifyvm mkboot-demo --nic1=bridged --bridge-adapter1=eth0" lines
  [ "$(grep -c ^createvm lines)" = 7 ]
  [ "$(grep -c ^unregistervm lines)" = 6 ]
  # media are taken out before the machine is removed
  grep -B 1 '^unregistervm' lines | grep -c '^storagectl mkboot-demo --name=Floppy --remove' | grep -qx 6
  # the checker can say no
  printf 'modifyvm\0vm\0--nictype1=82540EM\0\0' > bad
  run -1 launch vbox bad
}

@test "virtualbox.sh: 7.0, in which some options were not there yet; --remove; wrong arguments" {
  demo_recipe <<<"$network"
  "$MKBOOT" build demo.yaml
  fake_vbox
  VBOX_VERSION=7.0.14r161095 out/demo/run/virtualbox.sh cd-bios
  out/demo/run/virtualbox.sh --remove
  launch vbox log > lines
  run ! grep -q -e --platform-architecture -e --nat-tftp-server lines
  [ "$(tail -n 1 lines)" = "unregistervm mkboot-demo --delete" ]
  run -1 out/demo/run/virtualbox.sh diskless-floppy
  assert_contains "$output" "use --bridge IF"
  run -2 out/demo/run/virtualbox.sh nothing
  run -2 out/demo/run/virtualbox.sh --window
  rm bin/VBoxManage
  run -4 out/demo/run/virtualbox.sh
  assert_contains "$output" "VBoxManage is missing"
}

@test "vnet.conf: the recipe's server in Bochs' network" {
  demo_recipe <<<"$network"
  "$MKBOOT" build demo.yaml
  [ "$(head -n 1 out/demo/run/vnet.conf)" = '# vnet config' ]
  grep -qx 'host = 192.168.77.1' out/demo/run/vnet.conf
  grep -qx 'net = 192.168.77.0' out/demo/run/vnet.conf
  demo_recipe <<<'network: {nic: ne2k}'
  "$MKBOOT" build demo.yaml
  run ! grep -q host out/demo/run/vnet.conf
}
