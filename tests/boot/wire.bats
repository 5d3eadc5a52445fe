# SPDX-License-Identifier: GPL-3.0-or-later
# What the network protocols have in common (protocols/wire/), as it shows: a server that is not
# there, and how far a file has come.
load ../common

setup() {
  setup_folder
}

@test "a server that is not there is said so in seconds, with its address" {
  demo_recipe <<'YAML'
network: {nic: virtio_net, server: 10.0.2.99, subnet: 10.0.2.0/24}
outputs: [diskless-floppy, tftp]
YAML
  sed -i 's/^menu:/menu:\n  serial: true/' demo.yaml
  "$MKBOOT" build demo.yaml
  # the imitated network has a server at another address by now
  sed -i 's/10.0.2.99/10.0.2.2/' demo.yaml
  # GRUB's own ARP takes 31
  run timeout 60 "$MKBOOT" test demo.yaml --no-build --via diskless-floppy --timeout 25 \
    --expect 10.0.2.99
  [ "$status" = 1 ]
  # who shows the server's address is not the kernel, whatever the test expects
  assert_contains "$output" "GRUB could not start the entry"
  assert_contains "$output" "no answer from 10.0.2.99: it is off, or on another network"
}

@test "how far a file has come: a line on the serial port that proves nothing and is gone at the end" {
  demo_recipe <<'YAML'
network: {nic: virtio_net}
outputs: [diskless-floppy, tftp]
YAML
  # 5,876 blocks, one at a time, each of which waits: 2 seconds at the least, however quick the machine
  truncate -s 8M big.bin
  mkdir bin
  cat > bin/qemu-system-x86_64 <<SH
#!/bin/sh
case "\$*" in
*netdev=net*) set -- "\$@" -object filter-buffer,id=slow,netdev=net,queue=rx,interval=400 ;;
esac
exec $(command -v qemu-system-x86_64) "\$@"
SH
  chmod +x bin/qemu-system-x86_64
  sed -i 's/^menu:/menu:\n  serial: true/; s/hello.txt/big.bin/' demo.yaml
  "$MKBOOT" build demo.yaml
  PATH=$PWD/bin:$PATH
  "$MKBOOT" test demo.yaml --no-build --via diskless-floppy --log log --expect '/^mkboot demo kernel/'
  tr '\r' '\n' < log/diskless-floppy.log > lines
  grep -qE '^\[network\] loading \[=*>? *\] [0-9]+ of 8 MiB, [0-9]+\.[0-9] MiB/s *$' lines
  grep -qx '  *' lines
  run "$MKBOOT" test demo.yaml --no-build --via diskless-floppy --expect 'of 8 MiB'
  [ "$status" = 1 ]
  assert_contains "$output" "it came from firmware or GRUB only"
}
