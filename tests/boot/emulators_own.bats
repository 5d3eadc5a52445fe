# SPDX-License-Identifier: GPL-3.0-or-later
# PXE through the emulators' own networks, by dhcp/'s files for them.
load ../common

setup() {
  setup_folder
  demo_recipe <<'YAML'
network: {server: 192.168.77.9, subnet: 192.168.77.0/24}
outputs: [tftp, dhcp]
YAML
}

# QEMU's network gives one file, without and with a folder of another name on the real server.
@test "qemu-user-network.sh boots, from a folder with commas and blanks, too" {
  "$MKBOOT" build demo.yaml
  mv out "it's, out"
  sh -n "it's, out/demo/dhcp/qemu-user-network.sh"
  run -33 --separate-stderr timeout 60 sh "it's, out/demo/dhcp/qemu-user-network.sh" -accel tcg \
    -display none -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 </dev/null
  assert_contains "$output" "command line: [one two]"
  sed -i 's|subnet|path: boot/images, subnet|' demo.yaml
  "$MKBOOT" build demo.yaml
  run -33 --separate-stderr timeout 60 sh out/demo/dhcp/qemu-user-network.sh -accel tcg \
    -display none -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 </dev/null
  assert_contains "$output" "command line: [one two]"
  # an NBP that is not there: no boot
  rm out/demo/tftp/demo/bios.0
  run ! --separate-stderr timeout 20 sh out/demo/dhcp/qemu-user-network.sh -accel tcg \
    -display none -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 </dev/null
}

@test "virtualbox-nat.sh: what VBoxManage is told, by version" {
  "$MKBOOT" build demo.yaml
  mv out "my out"
  script="my out/demo/dhcp/virtualbox-nat.sh"
  sh -n "$script"
  mkdir bin
  cat > bin/VBoxManage <<SH
#!/bin/sh
printf '%s|' "\$@" >> "$dir/lines"
echo >> "$dir/lines"
case \$3:\$VBOX_VERSION in --nat-enable-tftp*:6.*) exit 2 ;; esac
SH
  chmod +x bin/VBoxManage
  VBOX_VERSION=7.1 PATH=$PWD/bin:$PATH sh "$script" 'My PC'
  diff lines - <<END
modifyvm|My PC|--nic1|nat|--boot1|net|--nattftpprefix1|$dir/my out/demo/tftp|--nattftpfile1|demo/bios.0|
modifyvm|My PC|--nat-enable-tftp1=on|
modifyvm|My PC|--nattftpserver1|10.0.2.2|
END
  [ -f "my out/demo/tftp/demo/bios.0" ]
  rm lines
  VBOX_VERSION=6.1 PATH=$PWD/bin:$PATH sh "$script" 'My PC'
  [ "$(wc -l < lines)" = 2 ]
  run ! grep -q nattftpserver lines
  PATH=$PWD/bin:$PATH run -2 sh "$script"
  PATH=/usr/bin:/bin run -4 sh "$script" pc
}
